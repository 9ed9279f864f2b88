//! A workbook: what its parts say, and what can be done with it as a whole.

use super::error::ExcelError;
use super::error::Result;
use super::error::broken;
use super::package::Package;
use super::packed;
use super::packed::Batch;
use super::packed::Mode;
use super::packed::Window;
use super::relationships;
use super::sheet::Sheet;
use super::sheet_reader;
use super::sheet_reader::Around;
use super::strings::Strings;
use super::styles::Styles;
use super::template;
use super::value::Context;
use super::xml;
use quick_xml::events::Event;
use std::collections::HashSet;

/// How many worksheets a workbook may have.
pub(crate) const MAX_SHEETS: usize = 4_096;
/// How many cells a workbook may have: at 16 bytes each, more than an invocation's memory holds.
pub(crate) const MAX_CELLS: usize = 20_000_000;
/// A workbook.
#[derive(Debug)]
pub struct Workbook {
    pub(crate) package: Package,
    pub(crate) strings: Strings,
    pub(crate) styles: Styles,
    pub(crate) sheets: Vec<Sheet>,
    pub(crate) date1904: bool,
    /// The main part's name and text.
    pub(crate) book_part: String,
    pub(crate) book: String,
    pub(crate) book_changed: bool,
    pub(crate) strings_part: Option<String>,
    pub(crate) styles_part: Option<String>,
    cells_left: usize,
}

/// A worksheet as the main part lists it.
pub(crate) struct Listed {
    /// Its name.
    pub name: String,
    /// Its `sheetId`.
    pub id: u32,
    /// The relationship that leads to its part.
    pub relationship: String,
}

impl Workbook {
    /// A workbook without worksheets.
    ///
    /// # Errors
    /// Never: its parts are our own.
    pub fn create() -> Result<Self> {
        Self::from_package(template::package())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it is no workbook, or a damaged or hostile one.
    pub fn read(bytes: Vec<u8>) -> Result<Self> {
        Self::from_package(Package::open(bytes)?)
    }

    fn from_package(mut package: Package) -> Result<Self> {
        let root = relationships::read(&mut package, "")?;
        let main = root
            .iter()
            .find(|relationship| relationship.kind == "officeDocument");
        let book_part = main.map_or("xl/workbook.xml", |main| &main.target);
        if book_part.ends_with(".bin") {
            return Err(broken(
                "this is a binary workbook (.xlsb); only .xlsx and .xlsm can be read",
            ));
        }
        let book_part = package
            .find(book_part)
            .ok_or_else(|| broken(format!("there is no {book_part} in the ZIP")))?;
        let book = package.text(&book_part)?.unwrap_or_default();
        let (listed, date1904) = read_book(&book, &book_part)?;
        let related = relationships::read(&mut package, &book_part)?;
        let part_of = |kind: &str| {
            let found = related
                .iter()
                .find(|relationship| relationship.kind == kind);
            found.and_then(|relationship| package.find(&relationship.target))
        };
        let strings_part = part_of("sharedStrings");
        let styles_part = part_of("styles");
        let mut strings = match &strings_part {
            Some(part) => {
                let text = package.text(part)?.unwrap_or_default();
                Strings::read(&text, part)?
            }
            None => Strings::default(),
        };
        let styles = match &styles_part {
            Some(part) => Styles::read(&package.text(part)?.unwrap_or_default(), part)?,
            None => Styles::read(template::STYLES, "the styles")?,
        };
        let mut sheets = Vec::new();
        let mut cells_left = MAX_CELLS;
        let mut seen = HashSet::new();
        for entry in listed {
            let found = related.iter().find(|r| r.id == entry.relationship);
            // Sheets of charts and dialogs stay in the file, and are no worksheets.
            let Some(found) = found.filter(|r| r.kind == "worksheet") else {
                continue;
            };
            let Some(part) = package.find(&found.target) else {
                return Err(broken(format!(
                    "worksheet '{}' has no part {} in the ZIP",
                    entry.name, found.target
                )));
            };
            if !seen.insert(part.clone()) {
                return Err(broken(format!("two worksheets are the same part {part}")));
            }
            let text = package.text(&part)?.unwrap_or_default();
            let of_sheet = relationships::read(&mut package, &part)?;
            let around = Around {
                strings: &mut strings,
                relationships: &of_sheet,
                cells_left: &mut cells_left,
            };
            let mut sheet = sheet_reader::read(&text, &part, around)?;
            sheet.name = entry.name;
            sheet.id = entry.id;
            sheets.push(sheet);
        }
        Ok(Self {
            package,
            strings,
            styles,
            sheets,
            date1904,
            book_part,
            book,
            book_changed: false,
            strings_part,
            styles_part,
            cells_left,
        })
    }

    /// About how many bytes of memory it takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        let sheets: usize = self.sheets.iter().map(Sheet::memory).sum();
        self.package.memory() + self.strings.memory() + sheets
    }

    /// The ids and names of the worksheets, in their order.
    pub fn sheets(&self) -> impl Iterator<Item = (u32, &str)> {
        self.sheets
            .iter()
            .map(|sheet| (sheet.id, sheet.name.as_str()))
    }

    /// Where the worksheet of an id is.
    ///
    /// # Errors
    /// When it was removed.
    pub fn position(&self, id: u32) -> Result<usize> {
        let at = self.sheets.iter().position(|sheet| sheet.id == id);
        at.ok_or_else(|| ExcelError::Invalid("the worksheet was removed".to_owned()))
    }

    pub(crate) fn sheet(&mut self, at: usize) -> Result<&mut Sheet> {
        let sheet = self.sheets.get_mut(at);
        sheet.ok_or_else(|| ExcelError::Invalid("the worksheet was removed".to_owned()))
    }

    /// Puts rows: each becomes what the batch says, whatever it held.
    ///
    /// # Errors
    /// When a value or a place is beyond the limits.
    pub fn put_rows(&mut self, sheet: usize, batch: Batch<'_>) -> Result<()> {
        self.put(sheet, batch, Mode::Rows)
    }

    /// Puts cells: nothing else of their rows changes.
    ///
    /// # Errors
    /// When a value or a place is beyond the limits.
    pub fn put_cells(&mut self, sheet: usize, batch: Batch<'_>) -> Result<()> {
        self.put(sheet, batch, Mode::Cells)
    }

    fn put(&mut self, sheet: usize, batch: Batch<'_>, mode: Mode) -> Result<()> {
        self.sheet(sheet)?;
        let mut context = Context {
            strings: &mut self.strings,
            styles: &mut self.styles,
            date1904: self.date1904,
        };
        let sheet = &mut self.sheets[sheet];
        packed::put(sheet, &mut context, batch, mode, &mut self.cells_left)
    }

    /// Makes a row, and a cell in it if the column isn't 0, as asking for them does in `ExcelJS`.
    ///
    /// # Errors
    /// When there is no such place.
    pub fn touch(&mut self, sheet: usize, row: u32, column: u32) -> Result<()> {
        let sheet = self.sheet(sheet)?;
        if column == 0 {
            sheet.row_mut(row)?;
        } else if sheet.merge_at(row, column).is_none() {
            sheet.cell_mut(row, column)?;
        }
        Ok(())
    }

    /// Rows with their values, from one on.
    ///
    /// # Errors
    /// When the worksheet was removed.
    pub fn window(&mut self, sheet: usize, first: u32, most: u32) -> Result<Window> {
        self.sheet(sheet)?;
        let around = (&self.strings, &self.styles, self.date1904);
        Ok(packed::window(&self.sheets[sheet], around, first, most))
    }
}

/// The sheets that the main part lists, and whether its days count from 1904.
pub(crate) fn read_book(book: &str, part: &str) -> Result<(Vec<Listed>, bool)> {
    let mut listed = Vec::new();
    let mut date1904 = false;
    let mut reader = xml::reader(book);
    let mut in_sheets = false;
    let mut has_list = false;
    loop {
        match xml::next(&mut reader, part)? {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "sheets" => {
                    in_sheets = true;
                    // A new worksheet would be in both.
                    if std::mem::replace(&mut has_list, true) {
                        return Err(broken(format!("{part} has two lists of worksheets")));
                    }
                }
                "workbookPr" => {
                    let value = xml::attribute(&tag, "date1904");
                    date1904 = value.is_some_and(|value| value == "1" || value == "true");
                }
                "sheet" if in_sheets => {
                    if listed.len() >= MAX_SHEETS {
                        return Err(broken(format!(
                            "the workbook lists more than {MAX_SHEETS} worksheets"
                        )));
                    }
                    let id = xml::attribute(&tag, "sheetId").and_then(|id| id.parse().ok());
                    listed.push(Listed {
                        name: xml::attribute(&tag, "name").unwrap_or_default(),
                        id: id.unwrap_or(0),
                        relationship: xml::attribute_local(&tag, "id").unwrap_or_default(),
                    });
                }
                _ => {}
            },
            Event::End(tag) => in_sheets &= tag.local_name().as_ref() != "sheets",
            Event::Eof => break,
            _ => {}
        }
    }
    // A new worksheet would be nowhere.
    if !has_list {
        return Err(broken(format!("{part} has no list of worksheets")));
    }
    // Two of one id, or none, could not be told apart.
    let mut ids = HashSet::new();
    for entry in &listed {
        if entry.id == 0 || !ids.insert(entry.id) {
            return Err(broken(format!(
                "worksheet '{}' has no sheetId of its own",
                entry.name
            )));
        }
    }
    Ok((listed, date1904))
}
