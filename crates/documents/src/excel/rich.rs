//! Text with formatted runs, between its XML and the JSON that `ExcelJS` has for it, and the escapes
//! of characters that XML cannot hold (`_x0007_`, ECMA-376 part 1, 22.9.2.19).

use super::error::Result;
use super::error::broken;
use super::xml;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

/// A shared or inline string.
pub(crate) struct Item {
    /// All its characters.
    pub text: String,
    /// Whether it has runs.
    pub formatted: bool,
}

/// Reads up to the end of the `si` or `is` element that was just opened.
pub(crate) fn read_item(reader: &mut xml::Reader<'_>, part: &str) -> Result<Item> {
    let mut item = Item {
        text: String::new(),
        formatted: false,
    };
    let mut depth = 0usize;
    // Phonetic hints (`rPh`) are no part of the text.
    let mut hint: Option<usize> = None;
    loop {
        match xml::next(reader, part)? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "t" if hint.is_none() => {
                    let text = xml::element_text(reader, part)?;
                    item.text.push_str(&decode(&text));
                }
                name => {
                    depth += 1;
                    item.formatted |= name == "r" && hint.is_none();
                    if name == "rPh" && hint.is_none() {
                        hint = Some(depth);
                    }
                }
            },
            Event::End(_) if depth == 0 => return Ok(item),
            Event::End(_) => {
                if hint == Some(depth) {
                    hint = None;
                }
                depth -= 1;
            }
            Event::Eof => return Err(broken(format!("{part} ends inside a string"))),
            _ => {}
        }
    }
}

/// Resolves `_x0007_`.
pub(crate) fn decode(text: &str) -> String {
    if !text.contains("_x") {
        return text.to_owned();
    }
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        units.extend(rest[..at].encode_utf16());
        rest = &rest[at..];
        match escape_at(rest) {
            Some(unit) => {
                units.push(unit);
                rest = &rest[7..];
            }
            None => {
                units.extend("_x".encode_utf16());
                rest = &rest[2..];
            }
        }
    }
    units.extend(rest.encode_utf16());
    String::from_utf16_lossy(&units)
}

fn escape_at(text: &str) -> Option<u16> {
    let bytes = text.as_bytes();
    let hex = bytes.get(2..6)?;
    let upper = |byte: &u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte);
    if bytes.get(6) != Some(&b'_') || !hex.iter().all(upper) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
}

/// Appends `>text` after an open `<t`, with the attribute that keeps its spaces if it needs it.
pub(crate) fn push_text(text: &str, out: &mut String) {
    let spaces = text.starts_with(|c: char| c.is_ascii_whitespace())
        || text.ends_with(|c: char| c.is_ascii_whitespace())
        || text.contains(['\n', '\t', '\r']);
    out.push_str(if spaces {
        " xml:space=\"preserve\">"
    } else {
        ">"
    });
    push_content(text, out);
}

/// Appends the text of a cell as XML.
pub(crate) fn push_content(text: &str, out: &mut String) {
    let special =
        |c: char| c < ' ' && !matches!(c, '\t' | '\n') || matches!(c, '\u{fffe}' | '\u{ffff}');
    if !text.contains("_x") && !text.contains(special) {
        push_lines(text, out);
        return;
    }
    let mut piece = String::with_capacity(text.len() + 16);
    for (at, character) in text.char_indices() {
        if special(character) {
            piece.push_str(&format!("_x{:04X}_", u32::from(character)));
        } else if character == '_' && escape_at(&text[at..]).is_some() {
            piece.push_str("_x005F_");
        } else {
            piece.push(character);
        }
    }
    push_lines(&piece, out);
}

/// Line ends and tabs stay as they are in content.
fn push_lines(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(character),
        }
    }
}

/// The runs inside an `si` element as JSON: `[{ "font": …, "text": … }]`.
pub(crate) fn runs(inner: &str) -> Value {
    let mut runs = Vec::new();
    let mut reader = xml::reader_within(inner);
    let mut run: Option<Map<String, Value>> = None;
    let mut in_font = false;
    while let Ok(event) = xml::next(&mut reader, "a string") {
        match event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "r" => run = Some(Map::new()),
                "rPr" => {
                    in_font = true;
                    if let Some(run) = &mut run {
                        run.insert("font".into(), json!({}));
                    }
                }
                "rPh" => {
                    let _ = xml::element_text(&mut reader, "a string");
                }
                "t" => {
                    let text = xml::element_text(&mut reader, "a string").unwrap_or_default();
                    if let Some(run) = &mut run {
                        run.insert("text".into(), decode(&text).into());
                    }
                }
                _ if in_font => font(&tag, run.as_mut()),
                _ => {}
            },
            Event::Empty(tag) => match tag.local_name().as_ref() {
                "t" => {
                    if let Some(run) = &mut run {
                        run.insert("text".into(), "".into());
                    }
                }
                _ if in_font => font(&tag, run.as_mut()),
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "rPr" => in_font = false,
                "r" => runs.extend(run.take().map(Value::Object)),
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    Value::Array(runs)
}

/// The elements of a font that are only there or not.
const FLAGS: [(&str, &str); 7] = [
    ("b", "bold"),
    ("i", "italic"),
    ("condense", "condense"),
    ("extend", "extend"),
    ("outline", "outline"),
    ("shadow", "shadow"),
    ("strike", "strike"),
];
/// Those with a number.
const NUMBERS: [(&str, &str); 3] = [("charset", "charset"), ("family", "family"), ("sz", "size")];
/// Those with a word.
const WORDS: [(&str, &str); 3] = [
    ("rFont", "name"),
    ("scheme", "scheme"),
    ("vertAlign", "vertAlign"),
];

fn font(tag: &BytesStart<'_>, run: Option<&mut Map<String, Value>>) {
    let Some(font) = run
        .and_then(|run| run.get_mut("font"))
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    let name = tag.local_name().as_ref().to_owned();
    let value = xml::attribute(tag, "val");
    let named = |list: &[(&'static str, &'static str)]| {
        let found = list.iter().find(|(element, _)| *element == name);
        found.map(|(_, property)| (*property).to_owned())
    };
    if let Some(property) = named(&FLAGS) {
        if !matches!(value.as_deref(), Some("0" | "false")) {
            font.insert(property, true.into());
        }
    } else if let Some(property) = named(&NUMBERS) {
        let number = value.and_then(|value| value.parse::<f64>().ok());
        font.extend(number.map(|number| (property, whole(number))));
    } else if let Some(property) = named(&WORDS) {
        font.extend(value.map(|value| (property, value.into())));
    } else if name == "u" {
        let kind = match value.as_deref() {
            None | Some("single") => true.into(),
            Some(kind) => kind.into(),
        };
        font.insert("underline".into(), kind);
    } else if name == "color" {
        font.extend(color(tag).map(|color| ("color".to_owned(), color)));
    }
}

fn whole(number: f64) -> Value {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be a small whole number"
    )]
    if number.fract() == 0.0 && number.abs() < 1e9 {
        (number as i64).into()
    } else {
        number.into()
    }
}

fn color(tag: &BytesStart<'_>) -> Option<Value> {
    if let Some(argb) = xml::attribute(tag, "rgb") {
        return Some(json!({ "argb": argb }));
    }
    let number = |name| xml::attribute(tag, name).and_then(|value| value.parse::<f64>().ok());
    if let Some(theme) = number("theme") {
        let mut color = json!({ "theme": whole(theme) });
        if let Some(tint) = number("tint") {
            color["tint"] = tint.into();
        }
        return Some(color);
    }
    number("indexed").map(|indexed| json!({ "indexed": whole(indexed) }))
}

/// The XML of runs that are given as `ExcelJS` has them, and all their text.
pub(crate) fn write_runs(runs: &Value) -> (String, String) {
    let (mut inner, mut all) = (String::new(), String::new());
    for run in runs.as_array().into_iter().flatten() {
        let text = match &run["text"] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        inner.push_str("<r>");
        if let Some(font) = run["font"].as_object() {
            inner.push_str("<rPr>");
            write_font(font, &mut inner);
            inner.push_str("</rPr>");
        }
        inner.push_str("<t");
        push_text(&text, &mut inner);
        inner.push_str("</t></r>");
        all.push_str(&text);
    }
    (inner, all)
}

fn write_font(font: &Map<String, Value>, out: &mut String) {
    let mut element = |name: &str, value: &str| {
        out.push('<');
        out.push_str(name);
        xml::push_attribute(out, "val", &xml::escape(value));
        out.push_str("/>");
    };
    let text = |property: &str| match font.get(property) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    // The order of CT_RPrElt, on which Excel insists.
    if let Some(name) = text("name") {
        element("rFont", &name);
    }
    for property in ["charset", "family"] {
        if let Some(number) = text(property) {
            element(property, &number);
        }
    }
    for (name, property) in [
        ("b", "bold"),
        ("i", "italic"),
        ("strike", "strike"),
        ("outline", "outline"),
        ("shadow", "shadow"),
        ("condense", "condense"),
        ("extend", "extend"),
    ] {
        if font.get(property) == Some(&Value::Bool(true)) {
            element(name, "1");
        }
    }
    if let Some(color) = font.get("color").and_then(Value::as_object) {
        write_color(color, out);
    }
    let mut element = |name: &str, value: &str| {
        out.push('<');
        out.push_str(name);
        xml::push_attribute(out, "val", &xml::escape(value));
        out.push_str("/>");
    };
    if let Some(size) = text("size") {
        element("sz", &size);
    }
    match font.get("underline") {
        Some(Value::Bool(true)) => element("u", "single"),
        Some(Value::String(kind)) if kind != "none" => element("u", kind),
        _ => {}
    }
    for property in ["vertAlign", "scheme"] {
        if let Some(word) = text(property) {
            element(property, &word);
        }
    }
}

fn write_color(color: &Map<String, Value>, out: &mut String) {
    out.push_str("<color");
    let text = |property: &str| match color.get(property) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    if let Some(argb) = text("argb") {
        xml::push_attribute(out, "rgb", &xml::escape(&argb));
    } else if let Some(theme) = text("theme") {
        xml::push_attribute(out, "theme", &theme);
        if let Some(tint) = text("tint") {
            xml::push_attribute(out, "tint", &tint);
        }
    } else if let Some(indexed) = text("indexed") {
        xml::push_attribute(out, "indexed", &indexed);
    } else {
        xml::push_attribute(out, "auto", "1");
    }
    out.push_str("/>");
}
