//! What of the styles matters here: which formats show a number as a date, and a format for dates
//! that are written into cells that have none.

use super::error::Result;
use super::xml;
use super::xml::Action;
use super::xml::Node;
use quick_xml::events::Event;
use std::collections::HashMap;

/// Milliseconds of a day.
const DAY: f64 = 86_400_000.0;
/// The built-in format `mm-dd-yy`, which Excel shows in the reader's own order.
const DATE_FORMAT: u32 = 14;
/// Days between the two date systems.
const SHIFT_1904: f64 = 1_462.0;
/// The serial number of 1970-01-01.
const EPOCH: f64 = 25_569.0;

/// The cell formats of a workbook.
#[derive(Debug, Default)]
pub(crate) struct Styles {
    /// Of each format: whether it shows dates.
    dates: Vec<bool>,
    /// Of each format: its XML, to make others from.
    formats: Vec<Box<str>>,
    /// How many formats the file has; the others are new.
    from_file: usize,
    /// Whether the file has an element for them.
    has_list: bool,
    /// The prefix of the root, with its colon.
    prefix: String,
    /// The date format that was made from another one.
    variants: HashMap<u32, u32>,
}

impl Styles {
    /// Reads the part.
    pub fn read(text: &str, part: &str) -> Result<Self> {
        let mut styles = Self::default();
        let mut custom: HashMap<u32, bool> = HashMap::new();
        let mut reader = xml::reader(text);
        let mut in_formats = false;
        let mut has_root = false;
        loop {
            let start = xml::position(&reader);
            let event = xml::next(&mut reader, part)?;
            let (tag, empty) = match event {
                Event::Start(tag) => (tag, false),
                Event::Empty(tag) => (tag, true),
                Event::End(tag) => {
                    in_formats &= tag.local_name().as_ref() != "cellXfs";
                    continue;
                }
                Event::Eof => break,
                _ => continue,
            };
            if !std::mem::replace(&mut has_root, true)
                && let Some((prefix, _)) = tag.name().as_ref().split_once(':')
            {
                styles.prefix = format!("{prefix}:");
            }
            match tag.local_name().as_ref() {
                "numFmt" => {
                    let id = xml::attribute(&tag, "numFmtId").and_then(|id| id.parse().ok());
                    let code = xml::attribute(&tag, "formatCode");
                    if let (Some(id), Some(code)) = (id, code) {
                        custom.insert(id, shows_dates(&code));
                    }
                }
                "cellXfs" => {
                    styles.has_list = true;
                    in_formats = !empty;
                }
                "xf" if in_formats => {
                    let id = xml::attribute(&tag, "numFmtId").and_then(|id| id.parse().ok());
                    let date = id.is_some_and(|id: u32| {
                        custom
                            .get(&id)
                            .copied()
                            .unwrap_or_else(|| built_in_date(id))
                    });
                    if !empty {
                        xml::element_text(&mut reader, part)?;
                    }
                    let end = xml::position(&reader);
                    styles.dates.push(date);
                    styles.formats.push(text[start..end].into());
                }
                _ => {}
            }
        }
        styles.from_file = styles.formats.len();
        Ok(styles)
    }

    /// Whether cells of this format show dates.
    pub fn is_date(&self, style: u32) -> bool {
        self.dates.get(style as usize).copied().unwrap_or(false)
    }

    /// A format like this one that shows dates.
    pub fn date_variant(&mut self, style: u32) -> u32 {
        if self.is_date(style) {
            return style;
        }
        if let Some(&variant) = self.variants.get(&style) {
            return variant;
        }
        if self.formats.is_empty() {
            self.formats.push(format!("<{}xf/>", self.prefix).into());
            self.dates.push(false);
        }
        let base = self.formats.get(style as usize).unwrap_or(&self.formats[0]);
        let variant = u32::try_from(self.formats.len()).unwrap_or(u32::MAX);
        self.formats.push(as_date(base).into());
        self.dates.push(true);
        self.variants.insert(style, variant);
        variant
    }

    /// Whether the part must be written.
    pub fn changed(&self) -> bool {
        self.formats.len() > self.from_file
    }

    /// The part with the new formats, from what it was.
    pub fn write(&self, before: &str, part: &str) -> Result<String> {
        let added = self.formats[self.from_file..].concat();
        let count = self.formats.len();
        if !self.has_list {
            let prefix = &self.prefix;
            let list = format!("<{prefix}cellXfs count=\"{count}\">{added}</{prefix}cellXfs>");
            return with_list(before, part, &list);
        }
        let mut name = String::new();
        xml::rewrite(before, part, |path, node| {
            if path.last().is_none_or(|last| last != "cellXfs") {
                return Action::Keep;
            }
            let change = [("count", Some(count.to_string()))];
            match node {
                Node::Start(tag) => {
                    tag.name().as_ref().clone_into(&mut name);
                    Action::Write(xml::with_attributes(tag, &change, xml::Empty::No))
                }
                Node::Empty(tag) => {
                    let open = xml::with_attributes(tag, &change, xml::Empty::No);
                    Action::Write(format!("{open}{added}</{}>", tag.name().as_ref()))
                }
                Node::End => Action::Write(format!("{added}</{name}>")),
                Node::Text(_) => Action::Keep,
            }
        })
    }
}

/// The part with a list of cell formats, which it does not have, in its place (ECMA-376 part 1,
/// 18.8.39).
fn with_list(before: &str, part: &str, list: &str) -> Result<String> {
    let behind = ["cellStyles", "dxfs", "tableStyles", "colors", "extLst"];
    let mut list = Some(list);
    let mut root = String::new();
    xml::rewrite(before, part, |path, node| {
        let is_place = path.len() == 2 && behind.contains(&path[1].as_str());
        let with = |tag, empty| xml::with_attributes(tag, &[], empty);
        let written = match node {
            Node::Start(tag) if path.len() == 1 => {
                tag.name().as_ref().clone_into(&mut root);
                None
            }
            Node::Start(tag) if is_place => list
                .take()
                .map(|list| list.to_owned() + &with(tag, xml::Empty::No)),
            Node::Empty(tag) if is_place => list
                .take()
                .map(|list| list.to_owned() + &with(tag, xml::Empty::Yes)),
            Node::Empty(tag) if path.len() == 1 => list.take().map(|list| {
                format!(
                    "{}{list}</{}>",
                    with(tag, xml::Empty::No),
                    tag.name().as_ref()
                )
            }),
            Node::End if path.len() == 1 => list.take().map(|list| format!("{list}</{root}>")),
            _ => None,
        };
        written.map_or(Action::Keep, Action::Write)
    })
}

/// The format with the number format of dates.
fn as_date(format: &str) -> String {
    let changes = [
        ("numFmtId", Some(DATE_FORMAT.to_string())),
        ("applyNumberFormat", Some("1".to_owned())),
    ];
    xml::rewrite(format, "a format", |path, node| match node {
        Node::Start(tag) if path.len() == 1 => {
            Action::Write(xml::with_attributes(tag, &changes, xml::Empty::No))
        }
        Node::Empty(tag) if path.len() == 1 => {
            Action::Write(xml::with_attributes(tag, &changes, xml::Empty::Yes))
        }
        _ => Action::Keep,
    })
    .unwrap_or_else(|_| format!("<xf numFmtId=\"{DATE_FORMAT}\" applyNumberFormat=\"1\"/>"))
}

/// Whether a format code shows a date or a time, told as `ExcelJS` tells it.
fn shows_dates(code: &str) -> bool {
    let mut plain = String::with_capacity(code.len());
    for (open, close) in [('[', ']'), ('"', '"')] {
        let source = if open == '[' {
            code.to_owned()
        } else {
            std::mem::take(&mut plain)
        };
        let mut rest = source.as_str();
        while let Some(at) = rest.find(open) {
            let Some(end) = rest[at + 1..].find(close) else {
                break;
            };
            plain.push_str(&rest[..at]);
            rest = &rest[at + 1 + end + 1..];
        }
        plain.push_str(rest);
    }
    plain.contains(['y', 'm', 'd', 'h', 'M', 's', 'b'])
}

/// Whether a built-in number format shows a date or a time.
fn built_in_date(id: u32) -> bool {
    matches!(id, 14..=22 | 45..=47)
}

/// Milliseconds since 1970 of a serial number.
pub(crate) fn date_of(serial: f64, date1904: bool) -> f64 {
    let shift = if date1904 { SHIFT_1904 } else { 0.0 };
    // Halves go up, as they do in JavaScript.
    ((serial - EPOCH + shift) * DAY + 0.5).floor()
}

/// The serial number of a date.
pub(crate) fn serial_of(milliseconds: f64, date1904: bool) -> f64 {
    let shift = if date1904 { SHIFT_1904 } else { 0.0 };
    EPOCH + milliseconds / DAY - shift
}

#[cfg(test)]
mod tests {
    use super::Styles;

    #[test]
    fn a_list_of_formats_is_put_where_there_is_none() {
        for (before, after) in [
            (
                "<styleSheet/>",
                "<styleSheet><cellXfs count=\"2\"><xf/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>",
            ),
            (
                "<!-- <dxfs/> --><x:styleSheet xmlns:x=\"y\"><x:fonts/></x:styleSheet>",
                "<!-- <dxfs/> --><x:styleSheet xmlns:x=\"y\"><x:fonts/><x:cellXfs count=\"2\"><x:xf/><x:xf numFmtId=\"14\" applyNumberFormat=\"1\"/></x:cellXfs></x:styleSheet>",
            ),
            (
                "<styleSheet><fonts/><tableStyles count=\"0\"/><colors></colors></styleSheet>",
                "<styleSheet><fonts/><cellXfs count=\"2\"><xf/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/></cellXfs><tableStyles count=\"0\"/><colors></colors></styleSheet>",
            ),
            (
                "<styleSheet><cellXfs/><colors/></styleSheet>",
                "<styleSheet><cellXfs count=\"2\"><xf/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/></cellXfs><colors/></styleSheet>",
            ),
        ] {
            let mut styles = Styles::read(before, "styles").expect("styles");
            assert_eq!(styles.date_variant(0), 1);
            assert_eq!(styles.write(before, "styles").expect("text"), after);
        }
    }
}
