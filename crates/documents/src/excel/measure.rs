//! How large a worksheet is, and how wide its columns are.

use super::address::MAX_COLUMNS;
use super::cell::Kind;
use super::error::ExcelError;
use super::error::Result;
use super::workbook::Workbook;
use std::collections::HashSet;

impl Workbook {
    /// The number of the last row.
    ///
    /// # Errors
    /// When the worksheet was removed.
    pub fn row_count(&mut self, sheet: usize) -> Result<u32> {
        Ok(self.sheet(sheet)?.last_row())
    }

    /// How many rows hold a value, the last column of these, and how many columns hold one.
    ///
    /// # Errors
    /// When the worksheet was removed.
    pub fn extent(&mut self, sheet: usize) -> Result<[u32; 3]> {
        let sheet = self.sheet(sheet)?;
        let mut used = vec![false; MAX_COLUMNS as usize + 1];
        let (mut rows, mut last) = (0u32, 0u32);
        let links = sheet.links.iter().filter(|link| link.target.is_some());
        let linked: HashSet<(u32, u32)> = links
            .filter(|link| {
                (link.range.top, link.range.left) == (link.range.bottom, link.range.right)
            })
            .map(|link| (link.range.top, link.range.left))
            .collect();
        let merged = |row: u32| {
            sheet.merges.iter().filter(move |merge| {
                (merge.top..=merge.bottom).contains(&row)
                    && (merge.left < merge.right || row > merge.top)
            })
        };
        for row in &sheet.rows {
            let mut filled = false;
            for cell in &row.cells {
                if cell.kind != Kind::Empty || linked.contains(&(row.number, cell.column())) {
                    filled = true;
                    used[cell.column() as usize] = true;
                }
            }
            let mut end = row.last_column();
            if !sheet.merges.is_empty() {
                for merge in merged(row.number) {
                    filled = true;
                    end = end.max(merge.right);
                }
            }
            if filled {
                rows += 1;
                last = last.max(end);
            }
        }
        // Rows that exist only as part of a merge.
        let mut covered: Vec<(u32, u32)> = Vec::new();
        for merge in &sheet.merges {
            last = last.max(merge.right);
            let first = if merge.left == merge.right {
                merge.top + 1
            } else {
                merge.top
            };
            covered.push((first, merge.bottom));
            let start = if merge.top == merge.bottom {
                merge.left + 1
            } else {
                merge.left
            };
            used[start as usize..=merge.right as usize].fill(true);
        }
        covered.sort_unstable();
        let mut done = 0;
        for (first, bottom) in covered {
            let first = first.max(done + 1);
            if first <= bottom {
                let existing = sheet.rows.partition_point(|row| row.number <= bottom)
                    - sheet.rows.partition_point(|row| row.number < first);
                rows += bottom - first + 1 - u32::try_from(existing).unwrap_or(0);
                done = bottom;
            }
        }
        let columns = used.iter().filter(|used| **used).count();
        Ok([rows, last, u32::try_from(columns).unwrap_or(MAX_COLUMNS)])
    }

    /// The widths of the columns that are described, from the first on.
    ///
    /// # Errors
    /// When the worksheet was removed.
    pub fn widths(&mut self, sheet: usize) -> Result<Vec<Option<f64>>> {
        let columns = &self.sheet(sheet)?.columns;
        Ok((1..=columns.count())
            .map(|column| columns.width(column))
            .collect())
    }

    /// Sets the width of a column, or takes it away.
    ///
    /// # Errors
    /// When there is no such column, or the width is none.
    pub fn set_width(&mut self, sheet: usize, column: u32, width: Option<f64>) -> Result<()> {
        super::sheet::check_column(column)?;
        if width.is_some_and(|width| !(0.0..=255.0).contains(&width)) {
            return Err(ExcelError::Limit(
                "the width of a column is a number from 0 to 255".to_owned(),
            ));
        }
        let sheet = self.sheet(sheet)?;
        sheet.columns.set_width(column, width);
        sheet.changed = true;
        Ok(())
    }
}
