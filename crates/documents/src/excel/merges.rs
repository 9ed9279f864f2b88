//! Cells that are merged.

use super::address::MAX_COLUMNS;
use super::address::MAX_ROWS;
use super::address::Range;
use super::cell::Cell;
use super::error::ExcelError;
use super::error::Result;
use super::workbook::Workbook;

fn range(corners: [u32; 4]) -> Result<Range> {
    let [top, left, bottom, right] = corners;
    let range = Range::between((top, left), (bottom, right));
    let inside =
        range.top > 0 && range.left > 0 && range.bottom <= MAX_ROWS && range.right <= MAX_COLUMNS;
    if inside {
        return Ok(range);
    }
    Err(ExcelError::Limit(format!(
        "rows {} to {} and columns {} to {} are out of bounds: a worksheet has rows 1 to {MAX_ROWS} and columns 1 to {MAX_COLUMNS}",
        range.top, range.bottom, range.left, range.right
    )))
}

impl Workbook {
    /// Merges the cells between two corners, given as top, left, bottom, right.
    ///
    /// # Errors
    /// When some of them are merged already, or outside of the sheet.
    pub fn merge(&mut self, sheet: usize, corners: [u32; 4]) -> Result<()> {
        let range = range(corners)?;
        let sheet = self.sheet(sheet)?;
        if sheet.merges.iter().any(|merge| merge.intersects(&range)) {
            return Err(ExcelError::Invalid(
                "Cannot merge already merged cells".to_owned(),
            ));
        }
        let style = sheet.cell_mut(range.top, range.left)?.style;
        sheet.changed = true;
        if (range.top, range.left) == (range.bottom, range.right) {
            return Ok(());
        }
        // The others lose what they hold and take the first one's format.
        let mut rows = Vec::new();
        for row in &sheet.rows {
            if (range.top..=range.bottom).contains(&row.number) {
                rows.push(row.number);
            }
        }
        for number in rows {
            let first = (number == range.top).then_some(range.left);
            let cells = sheet.row(number).map(|row| row.cells.clone());
            for cell in cells.into_iter().flatten() {
                let column = cell.column();
                if Some(column) == first || !(range.left..=range.right).contains(&column) {
                    continue;
                }
                sheet.release(&cell);
                sheet.unlink(number, column);
                *sheet.cell_mut(number, column)? = Cell::empty(column, style);
            }
        }
        let at = sheet
            .merges
            .partition_point(|merge| (merge.top, merge.left) < (range.top, range.left));
        sheet.merges.insert(at, range);
        sheet.merges_changed = true;
        Ok(())
    }

    /// Undoes all merges that have a cell between two corners.
    ///
    /// # Errors
    /// When the range is outside of the sheet.
    pub fn unmerge(&mut self, sheet: usize, corners: [u32; 4]) -> Result<()> {
        let range = range(corners)?;
        let sheet = self.sheet(sheet)?;
        let before = sheet.merges.len();
        sheet.merges.retain(|merge| !merge.intersects(&range));
        if sheet.merges.len() != before {
            sheet.merges_changed = true;
            sheet.changed = true;
        }
        Ok(())
    }
}
