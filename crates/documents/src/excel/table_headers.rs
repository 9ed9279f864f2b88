//! The names of tables' columns. Excel takes a file for damaged where a column has another name
//! than its header cell, so a changed header gives its column its name, as in Excel itself.

use super::address::Range;
use super::cell::Kind;
use super::error::Result;
use super::formula::Edit;
use super::relationships;
use super::rich;
use super::sheet::Sheet;
use super::strings::Strings;
use super::workbook::Workbook;
use super::xml;
use super::xml::Action;
use super::xml::Empty;
use super::xml::Node;
use std::collections::HashSet;

/// A table as its part says.
#[derive(Default)]
struct Table {
    /// What formulas call it.
    name: String,
    range: Option<Range>,
    has_header: bool,
    columns: Vec<String>,
}

impl Workbook {
    /// Gives the columns of the tables of changed worksheets the names in their header cells, in
    /// the formulas that name them, too.
    pub(crate) fn name_columns(&mut self) -> Result<()> {
        for at in 0..self.sheets.len() {
            if !self.sheets[at].changed {
                continue;
            }
            let part = self.sheets[at].part.clone();
            for relationship in relationships::read(&mut self.package, &part)? {
                if relationship.kind == "table" && !relationship.external {
                    self.name_columns_of(at, &relationship.target)?;
                }
            }
        }
        Ok(())
    }

    /// What formulas call the tables of a worksheet.
    pub(crate) fn table_names(&mut self, sheet_part: &str) -> Result<Vec<String>> {
        let mut related = relationships::read(&mut self.package, sheet_part)?;
        related.retain(|relationship| relationship.kind == "table" && !relationship.external);
        let mut names = Vec::new();
        for table in related {
            if let Ok(Some(text)) = self.package.text(&table.target) {
                names.extend(name(&text, &table.target));
            }
        }
        Ok(names)
    }

    fn name_columns_of(&mut self, at: usize, part: &str) -> Result<()> {
        let Ok(Some(text)) = self.package.text(part) else {
            return Ok(());
        };
        // What cannot be read as a table is left as it is.
        let Ok(table) = read(&text, part) else {
            return Ok(());
        };
        let (Some(range), true) = (table.range, table.has_header) else {
            return Ok(());
        };
        let sheet = &mut self.sheets[at];
        let mut taken = HashSet::new();
        let mut names = Vec::new();
        for (column, old) in (range.left..=range.right).zip(&table.columns) {
            let old = decode(old);
            let shown = header(sheet, &self.strings, range.top, column);
            let wanted = shown
                .clone()
                .map_or_else(|| old.clone(), |shown| shown.text);
            let name = unique(&wanted, &mut taken);
            if !shown.is_some_and(|shown| shown.is_text && shown.text == name) {
                let index = self.strings.add(&name)?;
                let cell = sheet.cell(range.top, column).copied();
                if let Some(cell) = cell {
                    sheet.release(&cell);
                }
                let cell = sheet.cell_mut(range.top, column)?;
                *cell = cell.with_index(Kind::Text, index);
            }
            names.push((old, name));
        }
        if names.iter().all(|(old, name)| old == name) {
            return Ok(());
        }
        let mut next = names.iter();
        let renamed = xml::rewrite(&text, part, |path, node| {
            let (tag, empty) = match node {
                Node::Start(tag) => (tag, Empty::No),
                Node::Empty(tag) => (tag, Empty::Yes),
                _ => return Action::Keep,
            };
            if !is_column(path) {
                return Action::Keep;
            }
            match next.next() {
                Some((old, name)) if old != name => {
                    let change = [("name", Some(encode(name)))];
                    Action::Write(xml::with_attributes(tag, &change, empty))
                }
                _ => Action::Keep,
            }
        })?;
        self.package.replace(part, renamed.into_bytes());
        names.retain(|(old, name)| old != name);
        self.edit_references(Edit::Columns(&table.name, &names), &[])
    }
}

/// What formulas call the table in a part, if that can be read.
pub(crate) fn name(text: &str, part: &str) -> Option<String> {
    let name = read(text, part).ok()?.name;
    (!name.is_empty()).then_some(name)
}

fn is_column(path: &[String]) -> bool {
    path.len() == 3 && path[2] == "tableColumn"
}

fn read(text: &str, part: &str) -> Result<Table> {
    let mut table = Table::default();
    xml::rewrite(text, part, |path, node| {
        let (Node::Start(tag) | Node::Empty(tag)) = node else {
            return Action::Keep;
        };
        if path.len() == 1 {
            let name = xml::attribute(tag, "displayName").or_else(|| xml::attribute(tag, "name"));
            table.name = name.unwrap_or_default();
            table.range = xml::attribute(tag, "ref").and_then(|range| Range::parse(&range));
            let rows = xml::attribute(tag, "headerRowCount");
            table.has_header = rows.is_none_or(|rows| rows != "0");
        } else if is_column(path) {
            let name = xml::attribute(tag, "name");
            table.columns.push(name.unwrap_or_default());
        }
        Action::Keep
    })?;
    Ok(table)
}

/// What a header cell holds.
#[derive(Clone)]
struct Header {
    text: String,
    /// Whether it is text already, as Excel wants it.
    is_text: bool,
}

/// `None` where the cell has nothing that could be a name.
fn header(sheet: &Sheet, strings: &Strings, row: u32, column: u32) -> Option<Header> {
    let cell = sheet.cell(row, column)?;
    let text = match cell.kind {
        Kind::Text | Kind::Error => strings.get(cell.index()).to_owned(),
        Kind::Number => cell.number().to_string(),
        Kind::Bool => if cell.index() == 0 { "FALSE" } else { "TRUE" }.to_owned(),
        Kind::Empty | Kind::Formula => return None,
    };
    let is_text = cell.kind == Kind::Text;
    (!text.is_empty()).then_some(Header { text, is_text })
}

/// The name, with a number behind it where another column has it.
fn unique(wanted: &str, taken: &mut HashSet<String>) -> String {
    let wanted = if wanted.is_empty() { "Column" } else { wanted };
    let numbered = (2..).map(|number: u32| format!("{wanted}{number}"));
    let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
    names
        .find(|name| taken.insert(name.to_lowercase()))
        .unwrap_or_default()
}

/// A name from how the attribute has it; Excel writes the escapes of line breaks in small letters.
fn decode(name: &str) -> String {
    rich::decode(
        &name
            .replace("_x000a_", "_x000A_")
            .replace("_x000d_", "_x000D_"),
    )
}

/// A name as the attribute has it, where a line break as such would be a blank.
fn encode(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    rich::push_content(name, &mut out);
    let text = xml::unescape(&out).replace('\n', "_x000a_");
    text.replace('\r', "_x000d_").replace('\t', "_x0009_")
}
