//! Reads the XML of a worksheet: its rows, and what stands around them.

use super::address;
use super::address::MAX_ROWS;
use super::address::Range;
use super::cell::Row;
use super::columns::Columns;
use super::error::Result;
use super::error::broken;
use super::relationships::Relationship;
use super::sheet::Element;
use super::sheet::Link;
use super::sheet::Sheet;
use super::strings::Strings;
use super::xml;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;

/// How many merged ranges a worksheet may have.
const MAX_MERGES: usize = 100_000;

/// What reading a worksheet needs of its workbook.
pub(crate) struct Around<'a> {
    /// The strings, to which inline ones are added.
    pub strings: &'a mut Strings,
    /// The relationships of the worksheet.
    pub relationships: &'a [Relationship],
    /// How many more cells the workbook may have.
    pub cells_left: &'a mut usize,
}

/// Reads the part of a worksheet.
pub(crate) fn read(text: &str, part: &str, around: Around<'_>) -> Result<Sheet> {
    let mut reading = Reading {
        text,
        part,
        around,
        sheet: Sheet {
            part: part.to_owned(),
            ..Sheet::default()
        },
        disordered: false,
    };
    reading.read()?;
    reading.settle_followers()?;
    let mut sheet = reading.sheet;
    if reading.disordered {
        // Of two rows of one number the later one counts.
        sheet.rows.reverse();
        sheet.rows.sort_by_key(|row| row.number);
        sheet.rows.dedup_by_key(|row| row.number);
    }
    Ok(sheet)
}

pub(super) struct Reading<'t, 'a> {
    pub(super) text: &'t str,
    pub(super) part: &'t str,
    pub(super) around: Around<'a>,
    pub(super) sheet: Sheet,
    disordered: bool,
}

impl<'t> Reading<'t, '_> {
    pub(super) fn early(&self) -> super::error::ExcelError {
        broken(format!("{} ends too early", self.part))
    }

    fn read(&mut self) -> Result<()> {
        let mut reader = xml::reader(self.text);
        loop {
            match xml::next(&mut reader, self.part)? {
                Event::Start(tag) if tag.local_name().as_ref() == "worksheet" => {
                    let name = tag.name().as_ref().to_owned();
                    if let Some((prefix, _)) = name.split_once(':') {
                        self.sheet.prefix = format!("{prefix}:");
                    }
                    self.sheet.head = self.text[..xml::position(&reader)].to_owned();
                    break;
                }
                Event::Start(tag) | Event::Empty(tag) => {
                    return Err(broken(format!(
                        "{} is no worksheet but <{}>",
                        self.part,
                        tag.name().as_ref()
                    )));
                }
                Event::Text(text) if !text.trim().is_empty() => {
                    return Err(broken(format!(
                        "{} has text in front of its root element",
                        self.part
                    )));
                }
                Event::Eof => return Err(self.early()),
                _ => {}
            }
        }
        let mut rows_read = false;
        loop {
            let start = xml::position(&reader);
            match xml::next(&mut reader, self.part)? {
                Event::Start(tag) if tag.local_name().as_ref() == "sheetData" => {
                    rows_read = true;
                    self.rows(&mut reader)?;
                }
                Event::Empty(tag) if tag.local_name().as_ref() == "sheetData" => rows_read = true,
                Event::Start(tag) => {
                    let name = tag.local_name().as_ref().to_owned();
                    skip(&mut reader, self.part)?;
                    self.element(name, start, xml::position(&reader), rows_read)?;
                }
                Event::Empty(tag) => {
                    let name = tag.local_name().as_ref().to_owned();
                    self.element(name, start, xml::position(&reader), rows_read)?;
                }
                Event::End(_) => break,
                Event::Eof => return Err(self.early()),
                _ => {}
            }
        }
        loop {
            match xml::next(&mut reader, self.part)? {
                Event::Text(text) if text.trim().is_empty() => {}
                Event::Comment(_) | Event::PI(_) => {}
                Event::Eof => return Ok(()),
                _ => {
                    return Err(broken(format!(
                        "{} goes on after its root element",
                        self.part
                    )));
                }
            }
        }
    }

    fn element(&mut self, name: String, start: usize, end: usize, after: bool) -> Result<()> {
        let text = &self.text[start..end];
        match name.as_str() {
            "cols" => self.sheet.columns = Columns::read(text, self.part)?,
            "mergeCells" => self.merges(text)?,
            "hyperlinks" => self.links(text)?,
            _ => {}
        }
        let element = Element {
            name: name.into(),
            xml: text.to_owned(),
        };
        if after {
            self.sheet.after.push(element);
        } else {
            self.sheet.before.push(element);
        }
        Ok(())
    }

    fn merges(&mut self, text: &str) -> Result<()> {
        let mut reader = xml::reader(text);
        loop {
            match xml::next(&mut reader, self.part)? {
                Event::Start(tag) | Event::Empty(tag)
                    if tag.local_name().as_ref() == "mergeCell" =>
                {
                    let Some(range) =
                        xml::attribute(&tag, "ref").and_then(|range| Range::parse(&range))
                    else {
                        continue;
                    };
                    if self.sheet.merges.len() >= MAX_MERGES {
                        return Err(broken(format!(
                            "{} merges more than {MAX_MERGES} ranges",
                            self.part
                        )));
                    }
                    if range.top != range.bottom || range.left != range.right {
                        self.sheet.merges.push(range);
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        self.sheet
            .merges
            .sort_by_key(|merge| (merge.top, merge.left));
        Ok(())
    }

    fn links(&mut self, text: &str) -> Result<()> {
        let mut reader = xml::reader(text);
        loop {
            match xml::next(&mut reader, self.part)? {
                Event::Start(tag) | Event::Empty(tag)
                    if tag.local_name().as_ref() == "hyperlink" =>
                {
                    let Some(range) =
                        xml::attribute(&tag, "ref").and_then(|range| Range::parse(&range))
                    else {
                        continue;
                    };
                    let id = xml::attribute_local(&tag, "id");
                    let target = id.and_then(|id| {
                        let known = self.around.relationships.iter();
                        let mut known = known.filter(|relationship| relationship.external);
                        known.find(|relationship| relationship.id == id)
                    });
                    let mut attributes = String::new();
                    for (key, value) in xml::each_attribute(&tag) {
                        if key != "ref" {
                            xml::push_attribute(&mut attributes, &key, &value);
                        }
                    }
                    self.sheet.links.push(Link {
                        range,
                        target: target.map(|target| target.target.as_str().into()),
                        attributes: Some(attributes.into()),
                        tooltip: xml::attribute(&tag, "tooltip").map(Into::into),
                    });
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn rows(&mut self, reader: &mut xml::Reader<'t>) -> Result<()> {
        let mut number = 0;
        loop {
            match xml::next(reader, self.part)? {
                Event::Start(tag) if tag.local_name().as_ref() == "row" => {
                    let mut row = self.row(&tag, &mut number)?;
                    self.cells(reader, &mut row)?;
                    self.push_row(row)?;
                }
                Event::Empty(tag) if tag.local_name().as_ref() == "row" => {
                    let row = self.row(&tag, &mut number)?;
                    self.push_row(row)?;
                }
                Event::Start(_) => skip(reader, self.part)?,
                Event::End(_) => return Ok(()),
                Event::Eof => return Err(self.early()),
                _ => {}
            }
        }
    }

    fn push_row(&mut self, mut row: Row) -> Result<()> {
        let last = self.sheet.rows.last().map_or(0, |row| row.number);
        self.disordered |= row.number <= last;
        // Each number once; more rows than numbers repeat some.
        if self.sheet.rows.len() > 2 * MAX_ROWS as usize {
            return Err(broken(format!("{} has too many rows", self.part)));
        }
        row.cells.shrink_to_fit();
        self.sheet.rows.push(row);
        Ok(())
    }

    fn row(&self, tag: &BytesStart<'_>, number: &mut u32) -> Result<Row> {
        let mut given = None;
        let mut rest = String::new();
        let mut attributes = tag.attributes();
        attributes.with_checks(false);
        for attribute in attributes.map_while(std::result::Result::ok) {
            match attribute.key.as_ref() {
                "r" => given = Some(address::parse_row(attribute.value.as_bytes())),
                "spans" => {}
                key => xml::push_attribute(&mut rest, key, &attribute.value),
            }
        }
        *number = match given {
            None => *number + 1,
            Some(Some(row)) => row,
            Some(None) => 0,
        };
        if *number == 0 || *number > MAX_ROWS {
            return Err(broken(format!(
                "{} has a row outside of 1 to {MAX_ROWS}",
                self.part
            )));
        }
        // Most rows have as many cells as the one before.
        let cells = self.sheet.rows.last().map_or(0, |row| row.cells.len());
        Ok(Row {
            number: *number,
            cells: Vec::with_capacity(cells),
            attributes: (!rest.is_empty()).then(|| rest.into()),
        })
    }
}

/// Goes to the end of the element that was just opened.
pub(super) fn skip(reader: &mut xml::Reader<'_>, part: &str) -> Result<()> {
    let mut depth = 0usize;
    loop {
        match xml::next(reader, part)? {
            Event::Start(_) => depth += 1,
            Event::End(_) if depth == 0 => return Ok(()),
            Event::End(_) => depth -= 1,
            Event::Eof => return Err(broken(format!("{part} ends too early"))),
            _ => {}
        }
    }
}
