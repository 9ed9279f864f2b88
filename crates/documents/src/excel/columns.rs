//! The widths and formats of columns: the `cols` element.

use super::address::MAX_COLUMNS;
use super::error::Result;
use super::xml;
use quick_xml::events::Event;
use std::fmt::Write as _;

/// Columns that look alike.
#[derive(Debug, Clone)]
struct Span {
    first: u32,
    last: u32,
    width: Option<f64>,
    style: u32,
    /// The attributes that are not among these, as text that starts with a space.
    rest: Box<str>,
}

/// The columns that differ from the default.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns {
    spans: Vec<Span>,
    /// Whether they differ from the element that was read.
    pub changed: bool,
}

impl Columns {
    /// Reads the element.
    pub fn read(text: &str, part: &str) -> Result<Self> {
        let mut columns = Self::default();
        let mut reader = xml::reader(text);
        loop {
            match xml::next(&mut reader, part)? {
                Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "col" => {
                    let mut span = Span {
                        first: 0,
                        last: 0,
                        width: None,
                        style: 0,
                        rest: "".into(),
                    };
                    let mut rest = String::new();
                    for (key, value) in xml::each_attribute(&tag) {
                        match key.as_str() {
                            "min" => span.first = value.parse().unwrap_or(0),
                            "max" => span.last = value.parse().unwrap_or(0),
                            "width" => {
                                span.width =
                                    value.parse().ok().filter(|width: &f64| width.is_finite())
                            }
                            "style" => span.style = value.parse().unwrap_or(0),
                            "customWidth" => {}
                            _ => xml::push_attribute(&mut rest, &key, &value),
                        }
                    }
                    span.rest = rest.into();
                    span.last = span.last.min(MAX_COLUMNS);
                    if span.first > 0 && span.first <= span.last {
                        columns.spans.push(span);
                    }
                }
                Event::Eof => return Ok(columns),
                _ => {}
            }
        }
    }

    fn span(&self, column: u32) -> Option<&Span> {
        self.spans
            .iter()
            .find(|span| (span.first..=span.last).contains(&column))
    }

    /// The format of a column.
    pub fn style(&self, column: u32) -> u32 {
        self.span(column).map_or(0, |span| span.style)
    }

    /// The width of a column that has one of its own.
    pub fn width(&self, column: u32) -> Option<f64> {
        self.span(column).and_then(|span| span.width)
    }

    /// The last column that is described, as long as not all to the end are.
    pub fn count(&self) -> u32 {
        let ends = self.spans.iter().map(|span| span.last);
        ends.filter(|&last| last < MAX_COLUMNS).max().unwrap_or(0)
    }

    /// Sets the width of a column.
    pub fn set_width(&mut self, column: u32, width: Option<f64>) {
        self.changed = true;
        let at = self
            .spans
            .iter()
            .position(|span| (span.first..=span.last).contains(&column));
        let Some(at) = at else {
            if width.is_some() {
                let at = self.spans.partition_point(|span| span.first < column);
                let span = Span {
                    first: column,
                    last: column,
                    width,
                    style: 0,
                    rest: "".into(),
                };
                self.spans.insert(at, span);
            }
            return;
        };
        let whole = self.spans.remove(at);
        let pieces = [
            (whole.first, column - 1, whole.width),
            (column, column, width),
            (column + 1, whole.last, whole.width),
        ];
        for (first, last, width) in pieces.into_iter().rev() {
            if first <= last {
                let span = Span {
                    first,
                    last,
                    width,
                    ..whole.clone()
                };
                self.spans.insert(at, span);
            }
        }
    }

    /// The element, or nothing if no column differs.
    pub fn write(&self, prefix: &str) -> String {
        let mut out = String::new();
        for span in &self.spans {
            let Span { first, last, .. } = span;
            let _ = write!(out, "<{prefix}col min=\"{first}\" max=\"{last}\"");
            // Without a width Excel hides the column.
            let width = span.width.unwrap_or(DEFAULT_WIDTH);
            let _ = write!(out, " width=\"{width}\"");
            if span.style != 0 {
                let _ = write!(out, " style=\"{}\"", span.style);
            }
            if span.width.is_some() {
                out.push_str(" customWidth=\"1\"");
            }
            out.push_str(&span.rest);
            out.push_str("/>");
        }
        if out.is_empty() {
            out
        } else {
            format!("<{prefix}cols>{out}</{prefix}cols>")
        }
    }
}

/// The width of columns that have none.
const DEFAULT_WIDTH: f64 = 9.140_625;
