//! Reads the XML of a worksheet.

use super::address;
use super::address::MAX_COLUMNS;
use super::address::MAX_ROWS;
use super::address::Range;
use super::cell::Cell;
use super::cell::Formula;
use super::cell::Kind;
use super::cell::Outcome;
use super::cell::Row;
use super::cell::Sharing;
use super::columns::Columns;
use super::error::Result;
use super::error::broken;
use super::relationships::Relationship;
use super::rich;
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
    let mut sheet = reading.sheet;
    if reading.disordered {
        // Of two rows of one number the later one counts.
        sheet.rows.reverse();
        sheet.rows.sort_by_key(|row| row.number);
        sheet.rows.dedup_by_key(|row| row.number);
    }
    Ok(sheet)
}

struct Reading<'t, 'a> {
    text: &'t str,
    part: &'t str,
    around: Around<'a>,
    sheet: Sheet,
    disordered: bool,
}

impl<'t> Reading<'t, '_> {
    fn early(&self) -> super::error::ExcelError {
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
        Ok(Row {
            number: *number,
            cells: Vec::new(),
            attributes: (!rest.is_empty()).then(|| rest.into()),
        })
    }

    fn cells(&mut self, reader: &mut xml::Reader<'t>, row: &mut Row) -> Result<()> {
        let mut column = 0;
        let mut disordered = false;
        loop {
            match xml::next(reader, self.part)? {
                Event::Start(tag) if tag.local_name().as_ref() == "c" => {
                    let head = self.cell_head(&tag, row.number, &mut column)?;
                    let cell = self.cell(reader, head, row.number)?;
                    disordered |= self.push_cell(row, cell)?;
                }
                Event::Empty(tag) if tag.local_name().as_ref() == "c" => {
                    let head = self.cell_head(&tag, row.number, &mut column)?;
                    let cell = Cell::empty(head.column, head.style);
                    disordered |= self.push_cell(row, (head.style != 0).then_some(cell))?;
                }
                Event::Start(_) => skip(reader, self.part)?,
                Event::End(_) => break,
                Event::Eof => return Err(self.early()),
                _ => {}
            }
        }
        if disordered {
            row.cells.reverse();
            row.cells.sort_by_key(Cell::column);
            row.cells.dedup_by_key(|cell| cell.column());
        }
        Ok(())
    }

    /// Adds a cell to its row, and says whether it came out of order.
    fn push_cell(&mut self, row: &mut Row, cell: Option<Cell>) -> Result<bool> {
        let Some(cell) = cell else {
            return Ok(false);
        };
        let left = self.around.cells_left.checked_sub(1);
        *self.around.cells_left = left.ok_or_else(|| {
            broken(format!(
                "the workbook has more than {} cells",
                super::workbook::MAX_CELLS
            ))
        })?;
        let disordered = cell.column() <= row.last_column();
        row.cells.push(cell);
        Ok(disordered)
    }

    fn cell_head(&mut self, tag: &BytesStart<'_>, row: u32, column: &mut u32) -> Result<Head> {
        let mut head = Head {
            column: *column + 1,
            style: 0,
            kind: CellType::Number,
        };
        let mut extra = String::new();
        let mut attributes = tag.attributes();
        attributes.with_checks(false);
        for attribute in attributes.map_while(std::result::Result::ok) {
            match attribute.key.as_ref() {
                "r" => {
                    // The row that it names is that of its row, or the file is wrong.
                    let place = address::parse_cell(attribute.value.as_bytes());
                    head.column = place.map_or(0, |(_, column)| column);
                }
                "s" => head.style = attribute.value.parse().unwrap_or(0),
                "t" => {
                    head.kind = match attribute.value.as_ref() {
                        "s" => CellType::Shared,
                        "str" => CellType::Text,
                        "inlineStr" => CellType::Inline,
                        "b" => CellType::Bool,
                        "e" => CellType::Error,
                        "d" => CellType::IsoDate,
                        _ => CellType::Number,
                    }
                }
                key => xml::push_attribute(&mut extra, key, &attribute.value),
            }
        }
        *column = head.column;
        if *column == 0 || *column > MAX_COLUMNS {
            return Err(broken(format!(
                "{} has a cell in row {row} outside of columns A to XFD",
                self.part
            )));
        }
        if !extra.is_empty() {
            self.sheet.extras.insert((row, *column), extra.into());
        }
        Ok(head)
    }

    /// The content of a cell; nothing if there is neither a value nor a format.
    fn cell(&mut self, reader: &mut xml::Reader<'t>, head: Head, row: u32) -> Result<Option<Cell>> {
        let mut value: Option<String> = None;
        let mut formula: Option<Formula> = None;
        let mut inline: Option<u32> = None;
        loop {
            match xml::next(reader, self.part)? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "v" => value = Some(xml::element_text(reader, self.part)?),
                    "f" => {
                        let sharing = sharing(&tag);
                        let text = xml::element_text(reader, self.part)?.into();
                        formula = Some(Formula {
                            text,
                            sharing,
                            outcome: Outcome::None,
                        });
                    }
                    "is" => {
                        let start = xml::position(reader);
                        let item = rich::read_item(reader, self.part)?;
                        let inner = &self.text[start..xml::position(reader)];
                        let inner = inner.rfind("</").map_or(inner, |at| &inner[..at]);
                        inline = Some(if item.formatted {
                            self.around.strings.add_rich(&item.text, inner)?
                        } else {
                            self.around.strings.add(&item.text)?
                        });
                    }
                    _ => skip(reader, self.part)?,
                },
                Event::Empty(tag) if tag.local_name().as_ref() == "f" => {
                    formula = Some(Formula {
                        text: "".into(),
                        sharing: sharing(&tag),
                        outcome: Outcome::None,
                    });
                }
                Event::End(_) => break,
                Event::Eof => return Err(self.early()),
                _ => {}
            }
        }
        let empty = Cell::empty(head.column, head.style);
        let formula = formula.filter(|f| !f.text.is_empty() || f.sharing != Sharing::Own);
        if let Some(formula) = formula {
            return Ok(Some(self.formula(empty, head, formula, value, inline, row)));
        }
        if let Some(string) = inline {
            return Ok(Some(empty.with_index(Kind::Text, string)));
        }
        let Some(value) = value.filter(|value| !value.is_empty() || head.kind == CellType::Text)
        else {
            return Ok((head.style != 0).then_some(empty));
        };
        self.value(empty, head.kind, &value).map(Some)
    }

    fn value(&mut self, empty: Cell, kind: CellType, value: &str) -> Result<Cell> {
        Ok(match kind {
            CellType::Shared => {
                let number = value.trim().parse().ok();
                let string = number.and_then(|number| self.around.strings.shared(number));
                let string = string.ok_or_else(|| {
                    broken(format!(
                        "{} names the shared string {value}, which does not exist",
                        self.part
                    ))
                })?;
                empty.with_index(Kind::Text, string)
            }
            CellType::Text | CellType::Inline => {
                let string = self.around.strings.add(&rich::decode(value))?;
                empty.with_index(Kind::Text, string)
            }
            CellType::IsoDate => {
                let string = self.around.strings.add(value)?;
                empty.with_index(Kind::Text, string)
            }
            CellType::Bool => empty.with_index(Kind::Bool, u32::from(truth(value))),
            CellType::Error => empty.with_index(Kind::Error, self.around.strings.add(value)?),
            CellType::Number => match number(value) {
                Some(number) => empty.with_number(number),
                None => {
                    return Err(broken(format!(
                        "{} has a cell whose number is '{}'",
                        self.part,
                        value.chars().take(40).collect::<String>()
                    )));
                }
            },
        })
    }

    fn formula(
        &mut self,
        empty: Cell,
        head: Head,
        mut formula: Formula,
        value: Option<String>,
        inline: Option<u32>,
        row: u32,
    ) -> Cell {
        if let Some(string) = inline {
            formula.outcome = Outcome::Text(self.around.strings.get(string).into());
        } else if let Some(value) = value.filter(|value| !value.is_empty()) {
            formula.outcome = match head.kind {
                CellType::Text | CellType::Inline | CellType::IsoDate => {
                    Outcome::Text(rich::decode(&value).into())
                }
                CellType::Shared => {
                    let string = value.trim().parse().ok();
                    let string = string.and_then(|number| self.around.strings.shared(number));
                    string.map_or(Outcome::None, |string| {
                        Outcome::Text(self.around.strings.get(string).into())
                    })
                }
                CellType::Bool => Outcome::Bool(truth(&value)),
                CellType::Error => Outcome::Error(value.into()),
                CellType::Number => number(&value).map_or(Outcome::None, Outcome::Number),
            };
        }
        let index = u32::try_from(self.sheet.formulas.len()).unwrap_or(u32::MAX);
        if let Sharing::Master(group, _) = formula.sharing {
            let master = (index, row, head.column);
            self.sheet.masters.entry(group).or_insert(master);
        }
        self.sheet.formulas.push(formula);
        empty.with_index(Kind::Formula, index)
    }
}

/// How the value of a cell is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CellType {
    Number,
    Shared,
    Text,
    Inline,
    Bool,
    Error,
    IsoDate,
}

/// The attributes of a cell.
#[derive(Clone, Copy)]
struct Head {
    column: u32,
    style: u32,
    kind: CellType,
}

fn truth(value: &str) -> bool {
    let value = value.trim();
    value == "true" || value.parse::<f64>().is_ok_and(|number| number != 0.0)
}

fn number(value: &str) -> Option<f64> {
    let number: f64 = value.trim().parse().ok()?;
    number.is_finite().then_some(number)
}

fn sharing(tag: &BytesStart<'_>) -> Sharing {
    let range = xml::attribute(tag, "ref");
    match xml::attribute(tag, "t").as_deref() {
        Some("shared") => {
            let group = xml::attribute(tag, "si").and_then(|si| si.parse().ok());
            match (group, range) {
                (Some(group), Some(range)) => Sharing::Master(group, range.into()),
                (Some(group), None) => Sharing::Follower(group),
                (None, _) => Sharing::Own,
            }
        }
        Some("array") => Sharing::Array(range.unwrap_or_default().into()),
        Some("dataTable") => {
            let mut attributes = String::new();
            for (key, value) in xml::each_attribute(tag) {
                xml::push_attribute(&mut attributes, &key, &value);
            }
            Sharing::Other(attributes.into())
        }
        _ => Sharing::Own,
    }
}

/// Goes to the end of the element that was just opened.
fn skip(reader: &mut xml::Reader<'_>, part: &str) -> Result<()> {
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
