//! A worksheet: its rows and cells, its merges and links, and the rest of its XML as text.

use super::address::MAX_COLUMNS;
use super::address::MAX_ROWS;
use super::address::Range;
use super::cell::Cell;
use super::cell::Formula;
use super::cell::Kind;
use super::cell::Row;
use super::cell::Sharing;
use super::columns::Columns;
use super::error::ExcelError;
use super::error::Result;
use super::formula;
use super::formula::Edit;
use std::collections::HashMap;

/// A hyperlink.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    /// The cells that it covers.
    pub range: Range,
    /// The address that it leads to, if it leads outside.
    pub target: Option<Box<str>>,
    /// All attributes but `ref`, as text that starts with a space; nothing for a new one.
    pub attributes: Option<Box<str>>,
    /// What is shown when the mouse rests on it.
    pub tooltip: Option<Box<str>>,
}

/// An element of the worksheet beside the rows, as it stands.
#[derive(Debug, Clone)]
pub(crate) struct Element {
    /// Its local name.
    pub name: Box<str>,
    /// Its XML.
    pub xml: String,
}

/// A worksheet.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    /// Its name.
    pub name: String,
    /// Its `sheetId`.
    pub id: u32,
    /// Its part.
    pub part: String,
    /// By number.
    pub rows: Vec<Row>,
    /// The formulas, named by the cells.
    pub formulas: Vec<Formula>,
    /// Which formula is the master of a shared group, and where it stands.
    pub masters: HashMap<u32, (u32, u32, u32)>,
    /// The merged ranges; none of them intersect.
    pub merges: Vec<Range>,
    /// The hyperlinks.
    pub links: Vec<Link>,
    /// The attributes of cells that this crate does not know, by row and column.
    pub extras: HashMap<(u32, u32), Box<str>>,
    /// Widths and formats of columns.
    pub columns: Columns,
    /// Everything up to the end of the root's start tag.
    pub head: String,
    /// The prefix of the root, with its colon.
    pub prefix: String,
    /// The elements before the rows.
    pub before: Vec<Element>,
    /// The elements after the rows.
    pub after: Vec<Element>,
    /// Whether anything differs from the part.
    pub changed: bool,
    /// Whether the merges differ from the element that was read.
    pub merges_changed: bool,
    /// Whether the links differ.
    pub links_changed: bool,
}

impl Sheet {
    /// About how many bytes of memory it takes.
    pub fn memory(&self) -> usize {
        let rows: usize = self
            .rows
            .iter()
            .map(|row| size_of::<Row>() + row.cells.capacity() * size_of::<Cell>())
            .sum();
        let around = self.before.iter().chain(&self.after);
        let around: usize = around.map(|element| element.xml.len()).sum();
        rows + around + self.formulas.len() * 2 * size_of::<Formula>()
    }

    /// Where a row is, or belongs.
    pub fn find_row(&self, number: u32) -> std::result::Result<usize, usize> {
        match self.rows.last() {
            Some(last) if last.number < number => Err(self.rows.len()),
            // Most sheets have no gaps.
            _ => match self.rows.get(number as usize - 1) {
                Some(row) if row.number == number => Ok(number as usize - 1),
                _ => self.rows.binary_search_by_key(&number, |row| row.number),
            },
        }
    }

    /// The row of this number, if it exists.
    pub fn row(&self, number: u32) -> Option<&Row> {
        self.find_row(number).ok().map(|at| &self.rows[at])
    }

    /// The row of this number, made if it doesn't exist.
    pub fn row_mut(&mut self, number: u32) -> Result<&mut Row> {
        if number == 0 || number > MAX_ROWS {
            return Err(ExcelError::Limit(format!(
                "row {number} is out of bounds: a worksheet has rows 1 to {MAX_ROWS}"
            )));
        }
        let at = match self.find_row(number) {
            Ok(at) => at,
            Err(at) => {
                self.rows.insert(at, Row::new(number));
                at
            }
        };
        Ok(&mut self.rows[at])
    }

    /// The cell at a place, if it exists.
    pub fn cell(&self, row: u32, column: u32) -> Option<&Cell> {
        let row = self.row(row)?;
        row.find(column).ok().map(|at| &row.cells[at])
    }

    /// The format that a new cell of a row and column starts with.
    pub fn default_style(&self, row: u32, column: u32) -> u32 {
        let of_row = self.row(row).and_then(|row| row.attributes.as_deref());
        let of_row = of_row.and_then(|attributes| {
            let at = attributes.find(" s=\"")? + 4;
            let end = attributes[at..].find('"')?;
            attributes[at..at + end].parse().ok()
        });
        of_row.unwrap_or_else(|| self.columns.style(column))
    }

    /// The cell at a place, made if it doesn't exist.
    pub fn cell_mut(&mut self, row: u32, column: u32) -> Result<&mut Cell> {
        check_column(column)?;
        let style = self.default_style(row, column);
        let row = self.row_mut(row)?;
        let at = match row.find(column) {
            Ok(at) => at,
            Err(at) => {
                row.cells.insert(at, Cell::empty(column, style));
                at
            }
        };
        Ok(&mut row.cells[at])
    }

    /// The merge that a cell belongs to.
    pub fn merge_at(&self, row: u32, column: u32) -> Option<Range> {
        let found = self.merges.iter().find(|merge| merge.contains(row, column));
        found.copied()
    }

    /// The number of the last row that exists or is merged.
    pub fn last_row(&self) -> u32 {
        let merged = self.merges.iter().map(|merge| merge.bottom).max();
        let last = self.rows.last().map_or(0, |row| row.number);
        last.max(merged.unwrap_or(0))
    }

    /// The text of a formula of the cell at this place; that of a shared one is made from its
    /// master's.
    pub fn formula_text(&self, index: u32, row: u32, column: u32) -> String {
        let Some(entry) = self.formulas.get(index as usize) else {
            return String::new();
        };
        let Sharing::Follower(group) = entry.sharing else {
            return entry.text.to_string();
        };
        if !entry.text.is_empty() {
            return entry.text.to_string();
        }
        let Some(&(master, from_row, from_column)) = self.masters.get(&group) else {
            return String::new();
        };
        let text = self.formulas.get(master as usize).map_or("", |f| &f.text);
        let slide = Edit::Slide(
            i64::from(row) - i64::from(from_row),
            i64::from(column) - i64::from(from_column),
        );
        formula::edit(text, None, slide).unwrap_or_else(|| text.to_owned())
    }

    /// Takes away the link of a cell, whose value is replaced.
    pub fn unlink(&mut self, row: u32, column: u32) {
        let cell = Range::between((row, column), (row, column));
        let before = self.links.len();
        self.links.retain(|link| link.range != cell);
        self.links_changed |= self.links.len() != before;
    }
}

/// Whether there is such a column.
pub(crate) fn check_column(column: u32) -> Result<()> {
    if column == 0 || column > MAX_COLUMNS {
        return Err(ExcelError::Limit(format!(
            "column {column} is out of bounds: a worksheet has columns 1 to {MAX_COLUMNS} (XFD)"
        )));
    }
    Ok(())
}

impl Sheet {
    /// Before a cell is replaced: cells that share its formula get texts of their own.
    pub fn release(&mut self, cell: &Cell) {
        if cell.kind == Kind::Formula
            && let Some(formula) = self.formulas.get(cell.index() as usize)
            && matches!(formula.sharing, Sharing::Master(..))
        {
            self.unshare();
        }
    }

    /// Gives every cell with a shared formula a text of its own.
    pub fn unshare(&mut self) {
        if self.masters.is_empty() {
            return;
        }
        let mut texts = Vec::new();
        for row in &self.rows {
            for cell in &row.cells {
                let shared = cell.kind == Kind::Formula
                    && self
                        .formulas
                        .get(cell.index() as usize)
                        .is_some_and(|formula| matches!(formula.sharing, Sharing::Follower(_)));
                if shared {
                    let text = self.formula_text(cell.index(), row.number, cell.column());
                    texts.push((cell.index() as usize, text));
                }
            }
        }
        for (index, text) in texts {
            self.formulas[index].text = text.into();
        }
        for formula in &mut self.formulas {
            if matches!(formula.sharing, Sharing::Follower(_) | Sharing::Master(..)) {
                formula.sharing = Sharing::Own;
            }
        }
        self.masters.clear();
        self.changed = true;
    }
}
