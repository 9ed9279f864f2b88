//! Rows that are inserted and removed, and everything that refers to them.

use super::address::MAX_ROWS;
use super::address::RowShift;
use super::cell::Sharing;
use super::error::ExcelError;
use super::error::Result;
use super::formula;
use super::formula::Edit;
use super::references;
use super::references::Place;
use super::relationships;
use super::relationships::Relationship;
use super::sheet::Sheet;
use super::workbook::Workbook;

impl Workbook {
    /// Takes rows out at a place and puts as many empty ones there as are to be filled. As many as
    /// are both taken out and put in stay where they are, and so do references to them.
    ///
    /// # Errors
    /// When rows would move beyond the last one that a sheet can have, or a part is damaged.
    pub fn splice_rows(
        &mut self,
        sheet: usize,
        start: u32,
        removed: u32,
        inserted: u32,
    ) -> Result<()> {
        if start == 0 || start > MAX_ROWS {
            return Err(ExcelError::Limit(format!(
                "row {start} is out of bounds: a worksheet has rows 1 to {MAX_ROWS}"
            )));
        }
        let removed = removed.min(MAX_ROWS - start + 1);
        let replaced = removed.min(inserted);
        let shift = RowShift {
            at: start + replaced,
            removed: removed - replaced,
            inserted: inserted - replaced,
        };
        let target = self.sheet(sheet)?;
        let last = target.last_row();
        let end = u64::from(last.max(start - 1)) + u64::from(shift.inserted);
        if shift.inserted > 0 && end > u64::from(MAX_ROWS) {
            return Err(ExcelError::Limit(format!(
                "inserting {} rows at row {start} of worksheet '{}' needs {end} rows; a worksheet has at most {MAX_ROWS}",
                shift.inserted, target.name
            )));
        }
        target.changed = true;
        target.clear_rows(start, replaced);
        if shift.removed > 0 || shift.inserted > 0 {
            self.shift_rows(sheet, shift)?;
        }
        Ok(())
    }

    fn shift_rows(&mut self, sheet: usize, shift: RowShift) -> Result<()> {
        let target = self.sheet(sheet)?;
        let name = target.name.clone();
        let part = target.part.clone();
        target.unshare();
        target.move_rows(shift);
        let mut own = relationships::read(&mut self.package, &part)?;
        own.retain(|relationship| {
            let kind = relationship.kind.as_str();
            !relationship.external
                && matches!(
                    kind,
                    "table" | "comments" | "drawing" | "vmlDrawing" | "threadedComment"
                )
        });
        self.edit_references(Edit::Rows(&name, shift), &own)?;
        for relationship in own {
            if relationship.kind == "table" && !self.keeps_table(sheet, &relationship, shift)? {
                continue;
            }
            let place = Place {
                home: Some(&name),
                shift: Some(shift),
            };
            self.edit_part(&relationship.target, place, Edit::Rows(&name, shift));
        }
        Ok(())
    }

    /// Edits the references in all worksheets, names, charts, pivot tables and tables, but for the
    /// parts to which those relationships lead.
    pub(crate) fn edit_references(&mut self, edit: Edit<'_>, apart: &[Relationship]) -> Result<()> {
        for sheet in &mut self.sheets {
            sheet.edit_references(edit)?;
        }
        let nowhere = Place {
            home: None,
            shift: None,
        };
        let names = references::edit(&self.book, &self.book_part, nowhere, edit)?;
        if let Some(names) = names {
            self.book = names;
            self.book_changed = true;
        }
        let parts = self.package.names().into_iter().filter(|name| {
            let kinds = [
                "/charts/chart",
                "/pivotCache/pivotCacheDefinition",
                "/tables/table",
            ];
            kinds.iter().any(|kind| name.contains(kind))
                && !apart.iter().any(|apart| apart.target == *name)
        });
        for part in parts.collect::<Vec<_>>() {
            self.edit_part(&part, nowhere, edit);
        }
        Ok(())
    }

    /// Edits a part that belongs to a worksheet. One that cannot be read stays as it is: it may be
    /// of a dialect of XML that browsers once read.
    fn edit_part(&mut self, part: &str, place: Place<'_>, edit: Edit<'_>) {
        let Ok(Some(text)) = self.package.text(part) else {
            return;
        };
        if let Ok(Some(edited)) = references::edit(&text, part, place, edit) {
            self.package.replace(part, edited.into_bytes());
        }
    }
}

impl Sheet {
    /// Empties rows, which lose their formats.
    fn clear_rows(&mut self, start: u32, count: u32) {
        if count == 0 {
            return;
        }
        let rows = start..start + count;
        self.unshare();
        let mut cleared = Vec::new();
        for row in &mut self.rows {
            if rows.contains(&row.number) {
                row.attributes = None;
                cleared.extend(row.cells.drain(..).map(|cell| (row.number, cell.column())));
            }
        }
        for (row, column) in cleared {
            if !self.links.is_empty() {
                self.unlink(row, column);
            }
            self.extras.remove(&(row, column));
        }
    }

    /// Moves rows with their merges, links and extras.
    fn move_rows(&mut self, shift: RowShift) {
        self.rows.retain_mut(|row| {
            shift
                .row(row.number)
                .map(|number| row.number = number)
                .is_some()
        });
        let extras = std::mem::take(&mut self.extras).into_iter();
        self.extras = extras
            .filter_map(|((row, column), extra)| Some(((shift.row(row)?, column), extra)))
            .collect();
        let merges = self.merges.iter().filter_map(|merge| merge.shifted(shift));
        let merges: Vec<_> = merges
            .filter(|merge| (merge.top, merge.left) != (merge.bottom, merge.right))
            .collect();
        self.merges_changed |= merges != self.merges;
        self.merges = merges;
        self.links
            .retain_mut(|link| match link.range.shifted(shift) {
                Some(range) => {
                    link.range = range;
                    true
                }
                None => false,
            });
        self.links_changed |= !self.links.is_empty() || self.has_links_element();
    }

    fn has_links_element(&self) -> bool {
        let mut names = self.after.iter().map(|element| element.name.as_ref());
        names.any(|name| name == "hyperlinks")
    }

    /// Edits the references in the formulas of the cells, and in everything around the rows.
    fn edit_references(&mut self, edit: Edit<'_>) -> Result<()> {
        let home = self.name.clone();
        let shift = match edit {
            Edit::Rows(name, shift) if name == home => Some(shift),
            _ => None,
        };
        if shift.is_none() && self.shared_formulas_mention(edit) {
            self.unshare();
        }
        for formula in &mut self.formulas {
            if let Some(text) = formula::edit(&formula.text, Some(&home), edit) {
                formula.text = text.into();
                self.changed = true;
            }
            if let (Some(shift), Sharing::Array(range)) = (shift, &mut formula.sharing) {
                *range = formula::move_ranges(range, shift).into();
            }
        }
        let place = Place {
            home: Some(&home),
            shift,
        };
        for element in self.before.iter_mut().chain(&mut self.after) {
            if matches!(element.name.as_ref(), "mergeCells" | "cols") {
                continue;
            }
            if element.name.as_ref() == "hyperlinks" && shift.is_some() {
                continue;
            }
            if let Some(text) = references::edit(&element.xml, &self.part, place, edit)? {
                element.xml = if references::is_hollow(&element.name, &text) {
                    String::new()
                } else {
                    text
                };
                self.changed = true;
            }
        }
        Ok(())
    }

    fn shared_formulas_mention(&self, edit: Edit<'_>) -> bool {
        let (Edit::Rows(name, _)
        | Edit::Rename(name, _)
        | Edit::Remove(name)
        | Edit::Columns(name, _)
        | Edit::RemoveTable(name)) = edit
        else {
            return false;
        };
        let name = formula::quote(name);
        let name = name.trim_matches('\'').to_lowercase();
        let mut masters = self.masters.values();
        masters.any(|&(index, _, _)| {
            let formula = self.formulas.get(index as usize);
            formula.is_some_and(|formula| formula.text.to_lowercase().contains(&name))
        })
    }
}
