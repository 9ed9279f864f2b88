//! Reads the cells of a worksheet.

use super::address;
use super::address::MAX_COLUMNS;
use super::cell::Cell;
use super::cell::Formula;
use super::cell::Kind;
use super::cell::Outcome;
use super::cell::Row;
use super::cell::Sharing;
use super::error::Result;
use super::error::broken;
use super::rich;
use super::sheet::Sheet;
use super::sheet_reader::Reading;
use super::sheet_reader::skip;
use super::xml;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;

impl<'t> Reading<'t, '_> {
    pub(super) fn cells(&mut self, reader: &mut xml::Reader<'t>, row: &mut Row) -> Result<()> {
        let mut column = 0;
        let mut disordered = false;
        loop {
            disordered |= self.plain_cells(reader, row, &mut column)?;
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

    /// Goes on over cells that are written as most programs write them, and says whether one came out
    /// of order. Most of a worksheet is such cells, and taking them apart in one go is a third of the
    /// work that it is event by event.
    fn plain_cells(
        &mut self,
        reader: &mut xml::Reader<'t>,
        row: &mut Row,
        column: &mut u32,
    ) -> Result<bool> {
        let start = xml::position(reader);
        let mut at = start;
        let mut disordered = false;
        while let Some(plain) = plain_cell(&self.text[at..]) {
            *column = plain.head.column;
            let empty = Cell::empty(plain.head.column, plain.head.style);
            let cell = match plain.value {
                Some(value) => Some(self.value(empty, plain.head.kind, value)?),
                None => (plain.head.style != 0).then_some(empty),
            };
            disordered |= self.push_cell(row, cell)?;
            at += plain.length;
        }
        if at > start {
            xml::go_on_at(reader, at);
        }
        Ok(disordered)
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
                    head.kind = CellType::named(&attribute.value);
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
        // One that others share must say something.
        let formula = formula.filter(|formula| {
            !formula.text.is_empty()
                || !matches!(formula.sharing, Sharing::Own | Sharing::Master(..))
        });
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
                        xml::start_of(value)
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

impl Reading<'_, '_> {
    /// Cells that share a formula which nobody has keep what it came to.
    pub(super) fn settle_followers(&mut self) -> Result<()> {
        let Sheet {
            formulas,
            masters,
            rows,
            ..
        } = &mut self.sheet;
        let is_alone = |formula: &Formula| {
            formula.text.is_empty()
                && matches!(&formula.sharing, Sharing::Follower(group) if !masters.contains_key(group))
        };
        if !formulas.iter().any(is_alone) {
            return Ok(());
        }
        for row in rows {
            for cell in &mut row.cells {
                let formula = match cell.kind {
                    Kind::Formula => formulas.get(cell.index() as usize),
                    _ => None,
                };
                let Some(formula) = formula.filter(|formula| is_alone(formula)) else {
                    continue;
                };
                let strings = &mut self.around.strings;
                *cell = match &formula.outcome {
                    Outcome::None => Cell::empty(cell.column(), cell.style),
                    Outcome::Number(number) => cell.with_number(*number),
                    Outcome::Text(text) => cell.with_index(Kind::Text, strings.add(text)?),
                    Outcome::Bool(truth) => cell.with_index(Kind::Bool, u32::from(*truth)),
                    Outcome::Error(error) => cell.with_index(Kind::Error, strings.add(error)?),
                };
            }
            row.cells.retain(Cell::is_there);
        }
        Ok(())
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

impl CellType {
    fn named(name: &str) -> Self {
        match name {
            "s" => Self::Shared,
            "str" => Self::Text,
            "inlineStr" => Self::Inline,
            "b" => Self::Bool,
            "e" => Self::Error,
            "d" => Self::IsoDate,
            _ => Self::Number,
        }
    }
}

/// The attributes of a cell.
#[derive(Clone, Copy)]
struct Head {
    column: u32,
    style: u32,
    kind: CellType,
}

/// A cell as most programs write it: `<c r="B2" s="1" t="s"><v>7</v></c>`, or `<c r="B2" s="1"/>`.
struct Plain<'t> {
    head: Head,
    value: Option<&'t str>,
    /// How long its XML is.
    length: usize,
}

/// The cell that a text begins with, if it is a plain one.
fn plain_cell(text: &str) -> Option<Plain<'_>> {
    let mut head = Head {
        column: 0,
        style: 0,
        kind: CellType::Number,
    };
    let mut rest = text.strip_prefix("<c")?;
    while let Some(attribute) = rest.strip_prefix(' ') {
        let (key, from) = split_at(attribute, b'=')?;
        let (value, behind) = split_at(from.strip_prefix('"')?, b'"')?;
        match key {
            "r" => head.column = address::parse_cell(value.as_bytes())?.1,
            "s" => head.style = value.parse().ok()?,
            "t" => head.kind = CellType::named(value),
            _ => return None,
        }
        rest = behind;
    }
    // Without an address, it depends on the cell before.
    if head.column == 0 {
        return None;
    }
    if let Some(behind) = rest.strip_prefix("/>") {
        return Some(Plain {
            head,
            value: None,
            length: text.len() - behind.len(),
        });
    }
    let (value, behind) = split_at(rest.strip_prefix("><v>")?, b'<')?;
    let behind = behind.strip_prefix("/v></c>")?;
    if value.is_empty() || value.bytes().any(|byte| matches!(byte, b'&' | b'\r')) {
        return None;
    }
    Some(Plain {
        head,
        value: Some(value),
        length: text.len() - behind.len(),
    })
}

/// What stands before and behind an ASCII character. It is near, so a plain loop finds it first.
fn split_at(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == separator)?;
    Some((&text[..at], &text[at + 1..]))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Option<(u32, u32, Option<&str>, usize)> {
        let cell = plain_cell(text)?;
        Some((cell.head.column, cell.head.style, cell.value, cell.length))
    }

    #[test]
    fn plain_cells_are_taken_apart_in_one_go() {
        let number = "<c r=\"B2\" s=\"7\"><v>1.5</v></c>";
        assert_eq!(
            plain(&format!("{number}<c/>")),
            Some((2, 7, Some("1.5"), number.len()))
        );
        assert_eq!(plain("<c s=\"3\" r=\"C1\"/></row>"), Some((3, 3, None, 17)));
        let text = plain_cell("<c r=\"A1\" t=\"s\"><v>4</v></c>").expect("a cell");
        assert!(text.head.kind == CellType::Shared);
    }

    #[test]
    fn all_others_are_left_to_the_reader_of_xml() {
        for other in [
            "<c><v>1</v></c>",
            "<c r=\"A1\" cm=\"1\"><v>1</v></c>",
            "<c r=\"A1\"><f>A2</f><v>1</v></c>",
            "<c r=\"A1\" t=\"str\"><v>a&amp;b</v></c>",
            "<c r=\"A1\"><v></v></c>",
            "<c r='A1'><v>1</v></c>",
            "<c r=\"A1\"><v>1</v> </c>",
            "<c r=\"A1\"><v>1</w></c>",
            "<c r=\"A1\"><v>1",
            "<col r=\"A1\"/>",
            "<c r=\"1A\"><v>1</v></c>",
        ] {
            assert_eq!(plain(other), None, "{other}");
        }
    }
}
