//! Small helpers over `quick-xml`: attributes, escapes, and rewriting a part while everything that
//! is not of interest keeps its bytes.

use super::error::Result;
use super::error::broken;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;
use std::borrow::Cow;

/// How deep elements may nest: far more than any workbook needs.
const MAX_DEPTH: usize = 256;

/// A reader of XML: there is an element, every one ends, by its own name, and their attributes are
/// well-formed.
pub(crate) struct Reader<'x> {
    text: &'x str,
    events: quick_xml::Reader<&'x [u8]>,
    /// Where the events begin.
    start: usize,
    /// The names of the elements that are open.
    open: Vec<&'x str>,
    /// Whether there was an element.
    has_element: bool,
}

/// Reads a part, or an element of one.
pub(crate) fn reader(text: &str) -> Reader<'_> {
    let (start, events) = events(text, 0);
    Reader {
        text,
        events,
        start,
        open: Vec::new(),
        has_element: false,
    }
}

/// Reads what may hold no element: what stands in one, or is left of one.
pub(crate) fn reader_within(text: &str) -> Reader<'_> {
    Reader {
        has_element: true,
        ..reader(text)
    }
}

/// The events from a place on, and where they begin: byte-order marks there are passed over, since
/// `quick-xml` would leave out the first without counting it.
fn events(text: &str, place: usize) -> (usize, quick_xml::Reader<&[u8]>) {
    let rest = text[place..].trim_start_matches('\u{feff}');
    let mut events = quick_xml::Reader::from_str(rest);
    let config = events.config_mut();
    // `next` does that, over whatever the reader leaves out.
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    (text.len() - rest.len(), events)
}

/// Where a reader stands, as an index into what it reads.
pub(crate) fn position(reader: &Reader<'_>) -> usize {
    let read = usize::try_from(reader.events.buffer_position());
    reader.start + read.unwrap_or(usize::MAX)
}

/// Goes on at another place, between the same elements.
pub(crate) fn go_on_at(reader: &mut Reader<'_>, place: usize) {
    (reader.start, reader.events) = events(reader.text, place);
}

/// The next event, or why there is none.
pub(crate) fn next<'x>(reader: &mut Reader<'x>, part: &str) -> Result<Event<'x>> {
    let start = position(reader);
    let event = reader.events.read_event();
    let wrong = |what: &str| Err(broken(format!("{part} is not well-formed XML: {what}")));
    if let Ok(Event::Start(tag) | Event::Empty(tag)) = &event {
        reader.has_element = true;
        if let Some(what) = malformed(tag) {
            return wrong(&what);
        }
    }
    match &event {
        Ok(Event::Start(tag)) => {
            // Behind the `<`.
            let name = start + 1..start + 1 + tag.name().as_ref().len();
            reader.open.push(reader.text.get(name).unwrap_or_default());
        }
        Ok(Event::End(tag)) => match reader.open.pop() {
            Some(name) if name == tag.name().as_ref() => {}
            Some(name) => return wrong(&format!("<{name}> ends as {}", tag.name().as_ref())),
            None => return wrong(&format!("</{}> ends nothing", tag.name().as_ref())),
        },
        Ok(Event::Eof) if !reader.open.is_empty() => {
            return Err(broken(format!("{part} ends too early")));
        }
        Ok(Event::Eof) if !reader.has_element => return wrong("it has no element"),
        Ok(Event::DocType(_)) => {
            return Err(broken(format!(
                "{part} declares a document type, which workbooks may not"
            )));
        }
        Ok(_) => {}
        Err(error) => return wrong(&error.to_string()),
    }
    event.map_err(|error| broken(format!("{part} is not well-formed XML: {error}")))
}

/// What is wrong with a tag's name or attributes (XML 1.0, section 3.1), so that what is read of
/// them can be written again.
fn malformed(tag: &BytesStart<'_>) -> Option<String> {
    const NOT_IN_NAMES: [char; 6] = ['"', '\'', '<', '&', '=', '/'];
    let name = tag.name();
    if name.as_ref().contains(NOT_IN_NAMES) {
        return Some(format!("'{}' is no name", start_of(name.as_ref())));
    }
    let mut attributes = tag.attributes();
    attributes.with_checks(false);
    attributes.find_map(|attribute| match attribute {
        Err(error) => Some(error.to_string()),
        Ok(attribute) => {
            let (name, value) = (attribute.key.as_ref(), attribute.value.as_ref());
            if name.is_empty() || name.contains(NOT_IN_NAMES) {
                Some(format!("'{}' is no attribute's name", start_of(name)))
            } else if value.contains('<') {
                Some(format!("the attribute {} has a '<'", start_of(name)))
            } else {
                None
            }
        }
    })
}

/// As much of a text as a message takes.
pub(crate) fn start_of(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The name without its prefix.
pub(crate) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// A part up to the end of its root, without the comments and instructions that may follow (XML 1.0,
/// section 2.8).
pub(crate) fn without_misc(part: &str) -> &str {
    let mut rest = part.trim_end();
    loop {
        let start = if rest.ends_with("-->") {
            rest.rfind("<!--")
        } else if rest.ends_with("?>") {
            rest.rfind("<?")
        } else {
            None
        };
        match start {
            Some(start) => rest = rest[..start].trim_end(),
            None => return rest,
        }
    }
}

/// The value of an attribute, by its name with prefix.
pub(crate) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    raw_attribute(tag, name).map(|value| unescape(&value).into_owned())
}

/// The value of an attribute by its name without prefix, as `id` for `r:id`.
pub(crate) fn attribute_local(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    each_attribute(tag)
        .find(|(key, _)| key.contains(':') && local(key) == name)
        .map(|(_, value)| unescape(&value).into_owned())
}

/// The value of an attribute as it stands.
pub(crate) fn raw_attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    each_attribute(tag)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
}

/// All attributes as they stand.
pub(crate) fn each_attribute<'t>(
    tag: &'t BytesStart<'_>,
) -> impl Iterator<Item = (String, String)> + 't {
    let mut attributes = tag.attributes();
    attributes.with_checks(false);
    attributes
        .map_while(std::result::Result::ok)
        .map(|attribute| {
            (
                attribute.key.as_ref().to_owned(),
                attribute.value.clone().into_owned(),
            )
        })
}

/// The text with its entities and character references resolved; unknown ones stay.
pub(crate) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let resolved = rest
            .find(';')
            .and_then(|end| Some((resolve(&rest[1..end])?, end)));
        if let Some((character, end)) = resolved {
            out.push(character);
            rest = &rest[end + 1..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The character of an entity, given without `&` and `;`.
pub(crate) fn resolve(entity: &str) -> Option<char> {
    match entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = entity.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// Appends text as XML content or an attribute's value; what XML cannot hold is left out.
pub(crate) fn escape_into(text: &str, out: &mut String) {
    let plain = |byte: u8| byte >= 0x20 && !matches!(byte, b'&' | b'<' | b'>' | b'"' | 0x7f..);
    if text.bytes().all(plain) {
        out.push_str(text);
        return;
    }
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            _ if is_no_char(character) => {}
            _ => out.push(character),
        }
    }
}

/// Text as XML content or an attribute's value.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    escape_into(text, &mut out);
    out
}

/// Whether XML cannot hold a character, not even as a reference (XML 1.0, section 2.2).
fn is_no_char(character: char) -> bool {
    let is_control = character < ' ' && !matches!(character, '\t' | '\n' | '\r');
    is_control || matches!(character, '\u{fffe}' | '\u{ffff}')
}

/// Reads the text up to the end of the element that was just opened, with what is nested in it.
/// What XML cannot hold is left out.
pub(crate) fn element_text(reader: &mut Reader<'_>, part: &str) -> Result<String> {
    let mut text = String::new();
    let mut depth = 0usize;
    loop {
        match next(reader, part)? {
            Event::Text(piece) => push_text(&piece, &mut text),
            Event::CData(piece) => text.push_str(&piece),
            Event::GeneralRef(entity) => push_entity(&entity, &mut text),
            Event::Start(_) => depth += 1,
            Event::End(_) if depth == 0 => {
                text.retain(|character| !is_no_char(character));
                return Ok(text);
            }
            Event::End(_) => depth -= 1,
            Event::Eof => return Err(broken(format!("{part} ends too early"))),
            _ => {}
        }
    }
}

/// Appends a piece of text with its line ends as XML wants them read.
pub(crate) fn push_text(piece: &str, out: &mut String) {
    if piece.contains('\r') {
        out.push_str(&piece.replace("\r\n", "\n").replace('\r', "\n"));
    } else {
        out.push_str(piece);
    }
}

/// Appends the character of an entity; an unknown one stays as it is written.
pub(crate) fn push_entity(entity: &str, out: &mut String) {
    if let Some(character) = resolve(entity) {
        out.push(character);
    } else {
        out.push('&');
        out.push_str(entity);
        out.push(';');
    }
}

/// What is met while a part is rewritten.
pub(crate) enum Node<'n> {
    /// `<name …>`.
    Start(&'n BytesStart<'n>),
    /// `<name …/>`.
    Empty(&'n BytesStart<'n>),
    /// The text of an element that has nothing but text, unescaped.
    Text(&'n str),
    /// `</name>`.
    End,
}

/// What to do with it.
pub(crate) enum Action {
    /// It stays as it is.
    Keep,
    /// This XML takes its place.
    Write(String),
    /// The element goes, with all that is in it.
    Drop,
}

/// Rewrites a part. The function is told the local names from the root down to the node.
pub(crate) fn rewrite(
    xml: &str,
    part: &str,
    mut decide: impl FnMut(&[String], Node<'_>) -> Action,
) -> Result<String> {
    let mut out = String::with_capacity(xml.len() + 256);
    let mut reader = reader_within(xml);
    let mut path: Vec<String> = Vec::new();
    let mut dropped: Option<usize> = None;
    // The text of the innermost element so far, and where it starts.
    let mut text = String::new();
    let mut text_start = 0;
    loop {
        let start = position(&reader);
        let event = next(&mut reader, part)?;
        let end = position(&reader);
        let raw = &xml[start..end];
        match event {
            Event::Start(tag) => {
                flush(&mut out, xml, text_start, start, dropped);
                if path.len() >= MAX_DEPTH {
                    return Err(broken(format!("{part} nests too deeply")));
                }
                path.push(tag.local_name().as_ref().to_owned());
                if dropped.is_none() {
                    match decide(&path, Node::Start(&tag)) {
                        Action::Keep => out.push_str(raw),
                        Action::Write(other) => out.push_str(&other),
                        Action::Drop => dropped = Some(path.len()),
                    }
                }
                text.clear();
                text_start = end;
            }
            Event::Empty(tag) => {
                flush(&mut out, xml, text_start, start, dropped);
                path.push(tag.local_name().as_ref().to_owned());
                if dropped.is_none() {
                    match decide(&path, Node::Empty(&tag)) {
                        Action::Keep => out.push_str(raw),
                        Action::Write(other) => out.push_str(&other),
                        Action::Drop => {}
                    }
                }
                path.pop();
                text.clear();
                text_start = end;
            }
            Event::End(_) => {
                if dropped.is_none() {
                    let written = if text.is_empty() {
                        Action::Keep
                    } else {
                        decide(&path, Node::Text(&text))
                    };
                    match written {
                        Action::Keep | Action::Drop => out.push_str(&xml[text_start..start]),
                        Action::Write(other) => out.push_str(&other),
                    }
                    match decide(&path, Node::End) {
                        Action::Keep | Action::Drop => out.push_str(raw),
                        Action::Write(other) => out.push_str(&other),
                    }
                }
                if dropped == Some(path.len()) {
                    dropped = None;
                }
                path.pop();
                text.clear();
                text_start = end;
            }
            Event::Text(piece) => push_text(&piece, &mut text),
            Event::CData(piece) => text.push_str(&piece),
            Event::GeneralRef(entity) => push_entity(&entity, &mut text),
            Event::Eof => {
                flush(&mut out, xml, text_start, start, dropped);
                return Ok(out);
            }
            _ => {}
        }
    }
}

/// What stands between two tags stays as it is.
fn flush(out: &mut String, xml: &str, from: usize, to: usize, dropped: Option<usize>) {
    if dropped.is_none() && from < to {
        out.push_str(&xml[from..to]);
    }
}

/// A tag with some of its attributes set to other values, added, or (`None`) removed.
pub(crate) fn with_attributes(
    tag: &BytesStart<'_>,
    changes: &[(&str, Option<String>)],
    empty: Empty,
) -> String {
    let mut out = format!("<{}", tag.name().as_ref());
    let mut done = vec![false; changes.len()];
    for (key, value) in each_attribute(tag) {
        match changes.iter().position(|(name, _)| *name == key) {
            None => push_attribute(&mut out, &key, &value),
            Some(at) => {
                done[at] = true;
                if let Some(value) = &changes[at].1 {
                    push_attribute(&mut out, &key, &escape(value));
                }
            }
        }
    }
    for ((name, value), done) in changes.iter().zip(done) {
        if let (Some(value), false) = (value, done) {
            push_attribute(&mut out, name, &escape(value));
        }
    }
    out.push_str(if empty == Empty::Yes { "/>" } else { ">" });
    out
}

/// Whether a tag has no content.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Empty {
    /// `<name/>`.
    Yes,
    /// `<name>`.
    No,
}

/// Appends an attribute whose value is escaped already.
pub(crate) fn push_attribute(out: &mut String, name: &str, value: &str) {
    let quote = if value.contains('"') { '\'' } else { '"' };
    out.push(' ');
    out.push_str(name);
    out.push('=');
    out.push(quote);
    out.push_str(value);
    out.push(quote);
}
