//! Worksheets that are added, renamed and removed.

use super::error::ExcelError;
use super::error::Result;
use super::formula::Edit;
use super::relationships;
use super::sheet::Element;
use super::sheet::Sheet;
use super::template;
use super::workbook::MAX_SHEETS;
use super::workbook::Workbook;
use super::workbook::read_book;
use super::xml;
use super::xml::Action;
use super::xml::Node;
use std::collections::HashSet;

/// How many characters the name of a worksheet may have.
const MAX_NAME: usize = 31;

/// How a new worksheet looks.
#[derive(Debug, Clone, Default)]
pub struct SheetOptions {
    /// The color of its tab, as ARGB in hexadecimal.
    pub tab_color: Option<String>,
    /// The height of rows that have none of their own, in points.
    pub default_row_height: Option<f64>,
    /// The width of columns that have none of their own, in characters.
    pub default_column_width: Option<f64>,
}

impl Workbook {
    fn check_name(&self, name: &str) -> Result<()> {
        let invalid = |message: String| Err(ExcelError::Invalid(message));
        if name.is_empty() {
            return invalid("The name can't be empty.".to_owned());
        }
        if name == "History" {
            return invalid(
                "The name \"History\" is protected. Please use a different name.".to_owned(),
            );
        }
        if name.contains(['*', '?', ':', '/', '\\', '[', ']']) {
            return invalid(format!(
                "Worksheet name {name} cannot include any of the following characters: * ? : \\ / [ ]"
            ));
        }
        if name.starts_with('\'') || name.ends_with('\'') {
            return invalid(format!(
                "The first or last character of worksheet name cannot be a single quotation mark: {name}"
            ));
        }
        let length = name.encode_utf16().count();
        if length > MAX_NAME {
            return Err(ExcelError::Limit(format!(
                "the worksheet name {name} has {length} characters; at most {MAX_NAME} are allowed"
            )));
        }
        let lower = name.to_lowercase();
        if listed_names(&self.book, &self.book_part)?
            .iter()
            .any(|known| known.to_lowercase() == lower)
        {
            return invalid(format!("Worksheet name already exists: {name}"));
        }
        Ok(())
    }

    /// Adds a worksheet at the end and gives its id. Without a name it is called `sheet` and its id.
    ///
    /// # Errors
    /// When the name is taken or not allowed.
    pub fn add_sheet(&mut self, name: Option<&str>, options: &SheetOptions) -> Result<u32> {
        if self.sheets.len() >= MAX_SHEETS {
            return Err(ExcelError::Limit(format!(
                "a workbook has at most {MAX_SHEETS} worksheets"
            )));
        }
        let (listed, _) = read_book(&self.book, &self.book_part)?;
        let id = listed.iter().map(|sheet| sheet.id).max().unwrap_or(0) + 1;
        let name = name.map_or_else(|| format!("sheet{id}"), str::to_owned);
        self.check_name(&name)?;
        let part = (1..)
            .map(|number| format!("xl/worksheets/sheet{number}.xml"))
            .find(|part| self.package.find(part).is_none())
            .unwrap_or_default();
        let kind = "worksheet";
        let target = format!("/{part}");
        let book = (self.book_part.as_str(), self.book.as_str());
        let relationship = relationships::add(&mut self.package, book, kind, &target)?;
        relationships::add_content_type(&mut self.package, &part, template::SHEET_TYPE)?;
        self.package.replace(&part, Vec::new());
        self.list_sheet(&name, id, &relationship)?;
        self.forget_titles()?;
        self.sheets.push(Sheet {
            name,
            id,
            part,
            head: template::sheet_head(),
            before: opening(options),
            changed: true,
            ..Sheet::default()
        });
        Ok(id)
    }

    /// Puts a worksheet at the end of the list in the main part.
    fn list_sheet(&mut self, name: &str, id: u32, relationship: &str) -> Result<()> {
        let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let name = xml::escape(name);
        let mut tag = String::new();
        self.book = xml::rewrite(&self.book, &self.book_part, |path, node| {
            if path.last().is_none_or(|last| last != "sheets") {
                return Action::Keep;
            }
            let entry = |tag: &str| {
                let prefix = tag.split_once(':').map_or("", |(prefix, _)| prefix);
                let colon = if prefix.is_empty() { "" } else { ":" };
                format!(
                    "<{prefix}{colon}sheet name=\"{name}\" sheetId=\"{id}\" xmlns:r=\"{office}\" r:id=\"{relationship}\"/>"
                )
            };
            match node {
                Node::Start(start) => {
                    tag = start.name().as_ref().to_owned();
                    Action::Keep
                }
                Node::Empty(start) => {
                    let tag = start.name().as_ref().to_owned();
                    Action::Write(format!("<{tag}>{}</{tag}>", entry(&tag)))
                }
                Node::End => Action::Write(format!("{}</{tag}>", entry(&tag))),
                Node::Text(_) => Action::Keep,
            }
        })?;
        self.book_changed = true;
        Ok(())
    }

    /// Gives a worksheet another name, and the formulas that name it, too.
    ///
    /// # Errors
    /// When the name is taken or not allowed.
    pub fn rename_sheet(&mut self, at: usize, name: &str) -> Result<()> {
        let before = self.sheet(at)?.name.clone();
        let id = self.sheet(at)?.id;
        if before == name {
            return Ok(());
        }
        // A name may change its case.
        if before.to_lowercase() != name.to_lowercase() || name.len() != before.len() {
            self.check_name(name)?;
        }
        self.edit_references(Edit::Rename(&before, name), &[])?;
        let change = [("name", Some(name.to_owned()))];
        self.edit_listing(id, |tag, empty| {
            Action::Write(xml::with_attributes(tag, &change, empty))
        })?;
        name.clone_into(&mut self.sheet(at)?.name);
        self.forget_titles()
    }

    /// Takes the list of the worksheets' names out of the properties, where Excel puts it for other
    /// programs and nobody misses it.
    fn forget_titles(&mut self) -> Result<()> {
        let mut related = relationships::read(&mut self.package, "")?.into_iter();
        let properties = related.find(|relationship| relationship.kind == "extended-properties");
        let part = properties.and_then(|properties| self.package.find(&properties.target));
        let Some(part) = part else {
            return Ok(());
        };
        let Ok(Some(text)) = self.package.text(&part) else {
            return Ok(());
        };
        let without = xml::rewrite(&text, &part, |path, _| {
            match path.last().map(String::as_str) {
                Some("TitlesOfParts" | "HeadingPairs") => Action::Drop,
                _ => Action::Keep,
            }
        });
        // What is not XML says nothing about worksheets.
        if let Ok(without) = without
            && without != text
        {
            self.package.replace(&part, without.into_bytes());
        }
        Ok(())
    }

    fn edit_listing(
        &mut self,
        id: u32,
        mut change: impl FnMut(&quick_xml::events::BytesStart<'_>, xml::Empty) -> Action,
    ) -> Result<()> {
        let id = id.to_string();
        self.book = xml::rewrite(&self.book, &self.book_part, |path, node| {
            let parent = path.len().checked_sub(2).map(|at| path[at].as_str());
            let (tag, empty) = match node {
                Node::Start(tag) => (tag, xml::Empty::No),
                Node::Empty(tag) => (tag, xml::Empty::Yes),
                _ => return Action::Keep,
            };
            let listed = parent == Some("sheets")
                && xml::attribute(tag, "sheetId").is_some_and(|known| known == id);
            if listed {
                change(tag, empty)
            } else {
                Action::Keep
            }
        })?;
        self.book_changed = true;
        Ok(())
    }

    /// Removes a worksheet with all that only it uses. Formulas that refer to it become `#REF!`.
    ///
    /// # Errors
    /// When a part is damaged.
    pub fn remove_sheet(&mut self, at: usize) -> Result<()> {
        let sheet = self.sheet(at)?;
        let (name, id, part) = (sheet.name.clone(), sheet.id, sheet.part.clone());
        let (listed, _) = read_book(&self.book, &self.book_part)?;
        let place = listed.iter().position(|entry| entry.id == id);
        let relationship = place.map(|place| listed[place].relationship.clone());
        let tables = self.table_names(&part)?;
        self.sheets.remove(at);
        let before = self.reachable();
        self.edit_listing(id, |_, _| Action::Drop)?;
        if let Some(relationship) = relationship {
            relationships::remove(&mut self.package, &self.book_part, &relationship)?;
        }
        let after = self.reachable();
        for orphan in before.difference(&after) {
            relationships::remove_part(&mut self.package, orphan)?;
        }
        relationships::remove_part(&mut self.package, &part)?;
        self.edit_references(Edit::Remove(&name), &[])?;
        for table in tables {
            self.edit_references(Edit::RemoveTable(&table), &[])?;
        }
        if let Some(place) = place {
            self.forget_place(place)?;
        }
        self.forget_titles()
    }

    /// All parts that relationships lead to. Damaged ones, of a part that nobody has looked at, lead
    /// nowhere.
    fn reachable(&mut self) -> HashSet<String> {
        let mut found = HashSet::new();
        let mut waiting = vec![String::new()];
        while let Some(part) = waiting.pop() {
            for relationship in relationships::read(&mut self.package, &part).unwrap_or_default() {
                let target = if relationship.external {
                    None
                } else {
                    self.package.find(&relationship.target)
                };
                if let Some(target) = target
                    && found.insert(target.clone())
                {
                    waiting.push(target);
                }
            }
        }
        found
    }

    /// Names and views count sheets by their place, which a removed one leaves.
    fn forget_place(&mut self, place: usize) -> Result<()> {
        let left = self.sheets.len();
        self.book = xml::rewrite(&self.book, &self.book_part, |path, node| {
            let (tag, empty) = match node {
                Node::Start(tag) => (tag, xml::Empty::No),
                Node::Empty(tag) => (tag, xml::Empty::Yes),
                _ => return Action::Keep,
            };
            let number = |name: &str| -> Option<usize> {
                xml::attribute(tag, name).and_then(|value| value.parse().ok())
            };
            let moved = |name: &'static str, value: usize| {
                let changes = [(name, Some(value.to_string()))];
                Action::Write(xml::with_attributes(tag, &changes, empty))
            };
            match path.last().map(String::as_str) {
                Some("definedName") => match number("localSheetId") {
                    Some(local) if local == place => Action::Drop,
                    Some(local) if local > place => moved("localSheetId", local - 1),
                    _ => Action::Keep,
                },
                Some("workbookView") => {
                    let clamp = |value: usize| {
                        let value = if value > place { value - 1 } else { value };
                        value.min(left.saturating_sub(1)).to_string()
                    };
                    let mut changes = Vec::new();
                    for name in ["activeTab", "firstSheet"] {
                        if let Some(value) = number(name) {
                            changes.push((name, Some(clamp(value))));
                        }
                    }
                    Action::Write(xml::with_attributes(tag, &changes, empty))
                }
                _ => Action::Keep,
            }
        })?;
        self.book_changed = true;
        Ok(())
    }
}

/// The elements in front of the rows of a new worksheet.
fn opening(options: &SheetOptions) -> Vec<Element> {
    let mut elements = Vec::new();
    let mut add = |name: &str, xml: String| {
        elements.push(Element {
            name: name.into(),
            xml,
        });
    };
    if let Some(color) = &options.tab_color {
        let color = xml::escape(color);
        add(
            "sheetPr",
            format!("<sheetPr><tabColor rgb=\"{color}\"/></sheetPr>"),
        );
    }
    add("dimension", String::new());
    add(
        "sheetViews",
        "<sheetViews><sheetView workbookViewId=\"0\"/></sheetViews>".to_owned(),
    );
    let mut format = String::from("<sheetFormatPr");
    if let Some(width) = options.default_column_width {
        xml::push_attribute(&mut format, "defaultColWidth", &width.to_string());
    }
    let height = options.default_row_height.unwrap_or(15.0);
    xml::push_attribute(&mut format, "defaultRowHeight", &height.to_string());
    if options.default_row_height.is_some() {
        xml::push_attribute(&mut format, "customHeight", "1");
    }
    format.push_str("/>");
    add("sheetFormatPr", format);
    elements
}

fn listed_names(book: &str, part: &str) -> Result<Vec<String>> {
    let (listed, _) = read_book(book, part)?;
    Ok(listed.into_iter().map(|sheet| sheet.name).collect())
}
