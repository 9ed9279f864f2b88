//! Writes a workbook: the parts that changed anew, all others as they were.

use super::cell::Kind;
use super::error::ExcelError;
use super::error::Result;
use super::package::Package;
use super::package::Source;
use super::package::Stage;
use super::relationships;
use super::sheet::Link;
use super::sheet::Sheet;
use super::sheet_writer;
use super::strings::Shared;
use super::styles::Styles;
use super::template;
use super::workbook::Workbook;
use super::xml;
use super::xml::Action;
use super::xml::Node;
use std::io::Write;

impl Workbook {
    /// The workbook as a file. What was not touched is in it as it was read.
    ///
    /// # Errors
    /// When it has no worksheet, or a part is damaged.
    pub fn write(&mut self) -> Result<Vec<u8>> {
        if self.sheets.is_empty() && !self.book.contains("sheetId=") {
            return Err(ExcelError::Limit(
                "the workbook has no worksheet; Excel wants at least one".to_owned(),
            ));
        }
        if self.sheets.iter().any(|sheet| sheet.changed) {
            self.name_columns()?;
            self.add_missing_parts()?;
            self.add_links()?;
            self.recalculate()?;
        }
        if self.book_changed {
            let book = self.book.clone().into_bytes();
            self.package.replace(&self.book_part, book);
        }
        let before = |package: &mut Package, part: &Option<String>| match part {
            Some(part) => package.text(part),
            None => Ok(None),
        };
        let mut fresh = Fresh {
            sheets: &self.sheets,
            shared: Shared::new(&self.strings),
            styles: &self.styles,
            strings_part: self.strings_part.clone(),
            styles_part: self.styles_part.clone(),
            strings_before: before(&mut self.package, &self.strings_part)?,
            styles_before: before(&mut self.package, &self.styles_part)?,
        };
        self.package.write(&mut fresh)
    }

    fn add_missing_parts(&mut self) -> Result<()> {
        let parts = [
            (
                &mut self.strings_part,
                "sharedStrings",
                template::STRINGS,
                template::STRINGS_TYPE,
            ),
            (
                &mut self.styles_part,
                "styles",
                template::STYLES,
                template::STYLES_TYPE,
            ),
        ];
        for (known, kind, text, content_type) in parts {
            if known.is_some() || (kind == "styles" && !self.styles.changed()) {
                continue;
            }
            let part = (0..)
                .map(|number| match number {
                    0 => format!("xl/{kind}.xml"),
                    _ => format!("xl/{kind}{number}.xml"),
                })
                .find(|part| self.package.find(part).is_none())
                .unwrap_or_default();
            self.package.replace(&part, text.as_bytes().to_vec());
            let target = format!("/{part}");
            let book = (self.book_part.as_str(), self.book.as_str());
            relationships::add(&mut self.package, book, kind, &target)?;
            relationships::add_content_type(&mut self.package, &part, content_type)?;
            *known = Some(part);
        }
        Ok(())
    }

    /// Gives new links their relationships.
    fn add_links(&mut self) -> Result<()> {
        let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        for sheet in &mut self.sheets {
            let is_new = |link: &&Link| link.attributes.is_none() && !is_inside(link);
            let targets: Vec<&str> = sheet
                .links
                .iter()
                .filter(is_new)
                .map(|link| link.target.as_deref().unwrap_or_default())
                .collect();
            let mut ids = Vec::new();
            if !targets.is_empty() {
                let package = &mut self.package;
                let around = sheet.before.iter().chain(&sheet.after);
                let texts: Vec<&str> = around.map(|element| element.xml.as_str()).collect();
                let part = (sheet.part.as_str(), texts.as_slice());
                ids = relationships::add_all(package, part, "hyperlink", &targets, true)?;
            }
            let mut ids = ids.into_iter();
            for link in &mut sheet.links {
                if link.attributes.is_some() {
                    continue;
                }
                let mut attributes = String::new();
                if is_inside(link) {
                    let target = link.target.as_deref().unwrap_or_default();
                    let place = target.trim_start_matches('#');
                    xml::push_attribute(&mut attributes, "location", &xml::escape(place));
                } else {
                    let id = ids.next().unwrap_or_default();
                    xml::push_attribute(&mut attributes, "xmlns:r", office);
                    xml::push_attribute(&mut attributes, "r:id", &id);
                }
                if let Some(tooltip) = &link.tooltip {
                    xml::push_attribute(&mut attributes, "tooltip", &xml::escape(tooltip));
                }
                link.attributes = Some(attributes.into());
            }
        }
        Ok(())
    }

    /// Has Excel calculate anew: results of formulas may depend on what changed, and the order in
    /// which they were calculated names cells that may have gone.
    fn recalculate(&mut self) -> Result<()> {
        for relationship in relationships::read(&mut self.package, &self.book_part)? {
            if relationship.kind == "calcChain" {
                relationships::remove(&mut self.package, &self.book_part, &relationship.id)?;
                if let Some(part) = self.package.find(&relationship.target) {
                    relationships::remove_part(&mut self.package, &part)?;
                }
            }
        }
        let calculates = self.sheets.iter().any(has_formula);
        if !calculates || self.book.contains("fullCalcOnLoad=\"1\"") {
            return Ok(());
        }
        let change = [("fullCalcOnLoad", Some("1".to_owned()))];
        let mut found = false;
        let mut book = xml::rewrite(&self.book, &self.book_part, |path, node| {
            if path.last().is_none_or(|last| last != "calcPr") {
                return Action::Keep;
            }
            found = true;
            match node {
                Node::Start(tag) => {
                    Action::Write(xml::with_attributes(tag, &change, xml::Empty::No))
                }
                Node::Empty(tag) => {
                    Action::Write(xml::with_attributes(tag, &change, xml::Empty::Yes))
                }
                _ => Action::Keep,
            }
        })?;
        if !found {
            book = add_calculation(&book);
        }
        self.book = book;
        self.book_changed = true;
        Ok(())
    }
}

/// Puts `calcPr` where `CT_Workbook` has it: behind the names, or behind the sheets.
fn add_calculation(book: &str) -> String {
    for name in [
        "definedNames>",
        "externalReferences>",
        "functionGroups>",
        "sheets>",
    ] {
        let Some(at) = book.rfind(name) else {
            continue;
        };
        let Some(start) = book[..at].rfind("</") else {
            continue;
        };
        let prefix = &book[start + 2..at];
        let at = at + name.len();
        let (before, after) = book.split_at(at);
        return format!("{before}<{prefix}calcPr calcId=\"0\" fullCalcOnLoad=\"1\"/>{after}");
    }
    book.to_owned()
}

/// Whether a link leads to a place in the workbook itself, as `#Sheet1!A1`.
fn is_inside(link: &Link) -> bool {
    let target = link.target.as_deref();
    target.is_some_and(|target| target.starts_with('#'))
}

fn has_formula(sheet: &Sheet) -> bool {
    let mut rows = sheet.rows.iter();
    !sheet.formulas.is_empty()
        && rows.any(|row| row.cells.iter().any(|cell| cell.kind == Kind::Formula))
}

/// The parts that are written anew.
struct Fresh<'w> {
    sheets: &'w [Sheet],
    shared: Shared<'w>,
    styles: &'w Styles,
    strings_part: Option<String>,
    styles_part: Option<String>,
    strings_before: Option<String>,
    styles_before: Option<String>,
}

impl Fresh<'_> {
    fn changed_sheet(&self, name: &str) -> Option<&Sheet> {
        let mut sheets = self.sheets.iter();
        sheets.find(|sheet| sheet.changed && sheet.part == name)
    }
}

impl Source for Fresh<'_> {
    fn stage(&self, name: &str) -> Stage {
        if self.changed_sheet(name).is_some() {
            return Stage::Now;
        }
        let strings = self.strings_part.as_deref() == Some(name);
        let anything = self.sheets.iter().any(|sheet| sheet.changed);
        if strings && anything {
            return Stage::Last;
        }
        if self.styles_part.as_deref() == Some(name) && self.styles.changed() {
            return Stage::Now;
        }
        Stage::Keep
    }

    fn write(&mut self, name: &str, out: &mut dyn Write) -> Result<()> {
        if let Some(at) = self
            .sheets
            .iter()
            .position(|sheet| sheet.changed && sheet.part == name)
        {
            return sheet_writer::write(&self.sheets[at], &mut self.shared, out);
        }
        let text = if self.strings_part.as_deref() == Some(name) {
            match &self.strings_before {
                Some(before) if !self.shared.changed() => before.clone(),
                before => self.shared.write(before.as_deref(), name)?,
            }
        } else {
            let before = self.styles_before.as_deref().unwrap_or(template::STYLES);
            self.styles.write(before, name)?
        };
        out.write_all(text.as_bytes())
            .map_err(|error| ExcelError::Limit(format!("the ZIP cannot be written: {error}")))
    }
}
