//! Many cells at once, in the few flat arrays in which they cross from and to JavaScript: one call
//! for hundreds of rows rather than one for each cell.

use super::address::MAX_ROWS;
use super::address::Range;
use super::cell::Row;
use super::error::ExcelError;
use super::error::Result;
use super::sheet::Link;
use super::sheet::Sheet;
use super::strings::Strings;
use super::styles::Styles;
use super::value;
use super::value::Context;
use super::value::Given;
use super::value::kind;
use std::collections::HashMap;

/// How many cells a window holds before it ends, whatever was asked for.
const WINDOW_CELLS: usize = 65_536;

/// Rows on their way in, as little-endian arrays.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'b> {
    /// Of each row: its number, and the end of its cells in the other arrays (`u32` each).
    pub rows: &'b [u8],
    /// Of each cell: its column (`u16`).
    pub columns: &'b [u8],
    /// Of each cell: its kind.
    pub kinds: &'b [u8],
    /// Of each cell (`f64`): its number, or the length of its text in UTF-16 units.
    pub numbers: &'b [u8],
    /// The texts, one after the other.
    pub text: &'b str,
}

/// Takes texts off the front of a joined one, by their lengths in UTF-16 units.
struct Cutter<'b> {
    rest: &'b str,
    ascii: bool,
}

impl<'b> Cutter<'b> {
    fn cut(&mut self, units: f64) -> Result<&'b str> {
        let wrong = || ExcelError::Invalid("the texts of a batch do not add up".to_owned());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a length, and the cast saturates"
        )]
        let units = units as usize;
        let end = if self.ascii {
            units
        } else {
            let mut left = units;
            let mut end = 0;
            for character in self.rest.chars() {
                if left == 0 {
                    break;
                }
                left = left.checked_sub(character.len_utf16()).ok_or_else(wrong)?;
                end += character.len_utf8();
            }
            if left > 0 {
                return Err(wrong());
            }
            end
        };
        let (text, rest) = self.rest.split_at_checked(end).ok_or_else(wrong)?;
        self.rest = rest;
        Ok(text)
    }
}

/// Whether the rows of a batch replace what stands in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// They become what the batch says.
    Rows,
    /// Only the cells of the batch change.
    Cells,
}

/// Carries out a batch.
pub(crate) fn put(
    sheet: &mut Sheet,
    context: &mut Context<'_>,
    batch: Batch<'_>,
    mode: Mode,
    cells_left: &mut usize,
) -> Result<()> {
    let mut texts = Cutter {
        rest: batch.text,
        ascii: batch.text.is_ascii(),
    };
    let (rows, _) = batch.rows.as_chunks::<8>();
    let (columns, _) = batch.columns.as_chunks::<2>();
    let (numbers, _) = batch.numbers.as_chunks::<8>();
    let count = batch.kinds.len().min(columns.len()).min(numbers.len());
    *cells_left = cells_left.checked_sub(count).ok_or_else(|| {
        let most = super::workbook::MAX_CELLS;
        ExcelError::Limit(format!("a workbook has at most {most} cells"))
    })?;
    let mut at = 0;
    sheet.changed = true;
    for [a, b, c, d, end @ ..] in rows {
        let number = u32::from_le_bytes([*a, *b, *c, *d]);
        let end = (u32::from_le_bytes(*end) as usize).min(count);
        if mode == Mode::Rows {
            clear_row(sheet, number)?;
        } else {
            sheet.row_mut(number)?;
        }
        let mut row = Row::default();
        // A row without merges is built apart, so that nothing is looked up for each cell.
        let apart = mode == Mode::Rows && sheet.merges.is_empty();
        if apart {
            row.cells.reserve_exact(end.saturating_sub(at));
        }
        while at < end {
            let column = u32::from(u16::from_le_bytes(columns[at]));
            let kind = batch.kinds[at];
            let number_or_length = f64::from_le_bytes(numbers[at]);
            let textual = !matches!(kind, kind::NULL | kind::NUMBER | kind::DATE | kind::BOOLEAN);
            let given = Given {
                kind,
                number: number_or_length,
                text: if textual {
                    texts.cut(number_or_length)?
                } else {
                    ""
                },
            };
            at += 1;
            if apart && column > row.last_column() {
                super::sheet::check_column(column)?;
                let style = sheet.default_style(number, column);
                let empty = super::cell::Cell::empty(column, style);
                let cell = value::make(sheet, context, number, empty, given)?;
                row.cells.push(cell);
                continue;
            }
            if apart {
                sheet.row_mut(number)?.cells.append(&mut row.cells);
            }
            let covered = sheet.merge_at(number, column);
            let slave = covered.is_some_and(|merge| (merge.top, merge.left) != (number, column));
            if slave && mode == Mode::Rows {
                continue;
            }
            value::set(sheet, context, number, column, given)?;
            if apart {
                row.cells = std::mem::take(&mut sheet.row_mut(number)?.cells);
            }
        }
        if apart {
            sheet.row_mut(number)?.cells = row.cells;
        }
    }
    Ok(())
}

/// Takes all cells out of a row, which stays with its height and its format.
fn clear_row(sheet: &mut Sheet, number: u32) -> Result<()> {
    let cells = std::mem::take(&mut sheet.row_mut(number)?.cells);
    if cells.is_empty() {
        return Ok(());
    }
    if !sheet.masters.is_empty() {
        // The row has to be whole while the others get their texts.
        sheet.row_mut(number)?.cells.clone_from(&cells);
        for cell in &cells {
            sheet.release(cell);
        }
        sheet.row_mut(number)?.cells.clear();
    }
    for cell in &cells {
        if !sheet.links.is_empty() {
            sheet.unlink(number, cell.column());
        }
        if !sheet.extras.is_empty() {
            sheet.extras.remove(&(number, cell.column()));
        }
    }
    Ok(())
}

/// Rows on their way out.
#[derive(Debug, Default)]
pub struct Window {
    /// Of each row: its number, the end of its cells in the other arrays, the start of its text in
    /// UTF-16 units, and the column of its last cell.
    pub rows: Vec<u32>,
    /// Of each cell: its column.
    pub columns: Vec<u16>,
    /// Of each cell: its kind.
    pub kinds: Vec<u8>,
    /// Of each cell: its number; or the length of its text in UTF-16 units; or, of a cell in a
    /// merge, its first cell as row times 16,384 plus column less one.
    pub numbers: Vec<f64>,
    /// The texts, one after the other.
    pub text: String,
}

/// The rows that exist from `first` on, at most so many.
pub(crate) fn window(
    sheet: &Sheet,
    (strings, styles, date1904): (&Strings, &Styles, bool),
    first: u32,
    most: u32,
) -> Window {
    let mut out = Window::default();
    let mut units = 0u32;
    let links = links(sheet);
    let merges: Vec<&Range> = sheet
        .merges
        .iter()
        .filter(|merge| merge.bottom >= first)
        .collect();
    let mut next_merge = 0;
    let mut active: Vec<&Range> = Vec::new();
    let mut at = match sheet.find_row(first.max(1)) {
        Ok(at) | Err(at) => at,
    };
    let mut number = first.max(1);
    for _ in 0..most {
        active.retain(|merge| merge.bottom >= number);
        let row = sheet.rows.get(at);
        if active.is_empty() {
            let of_row = row.map(|row| row.number);
            let of_merge = merges.get(next_merge).map(|merge| merge.top.max(number));
            let Some(next) = of_row.into_iter().chain(of_merge).min() else {
                break;
            };
            number = next;
        }
        while let Some(merge) = merges.get(next_merge).filter(|merge| merge.top <= number) {
            if merge.bottom >= number {
                active.push(merge);
            }
            next_merge += 1;
        }
        let row = row.filter(|row| row.number == number);
        let start = units;
        let last = push_row(
            &mut out,
            sheet,
            (strings, styles, date1904),
            number,
            row,
            &active,
            &links,
            &mut units,
        );
        at += usize::from(row.is_some());
        let end = u32::try_from(out.kinds.len()).unwrap_or(u32::MAX);
        out.rows.extend([number, end, start, last]);
        if out.kinds.len() >= WINDOW_CELLS || number >= MAX_ROWS {
            break;
        }
        number += 1;
    }
    out
}

/// The links of single cells, by place.
fn links(sheet: &Sheet) -> HashMap<(u32, u32), &Link> {
    let single = sheet
        .links
        .iter()
        .filter(|link| link.target.is_some())
        .filter(|link| (link.range.top, link.range.left) == (link.range.bottom, link.range.right));
    single
        .map(|link| ((link.range.top, link.range.left), link))
        .collect()
}

#[expect(
    clippy::too_many_arguments,
    reason = "the state of one loop, in one place"
)]
fn push_row(
    out: &mut Window,
    sheet: &Sheet,
    (strings, styles, date1904): (&Strings, &Styles, bool),
    number: u32,
    row: Option<&Row>,
    active: &[&Range],
    links: &HashMap<(u32, u32), &Link>,
    units: &mut u32,
) -> u32 {
    let mut last = 0;
    let mut push = |out: &mut Window, column: u32, kind: u8, number: f64| {
        out.columns.push(u16::try_from(column).unwrap_or(u16::MAX));
        out.kinds.push(kind);
        out.numbers.push(number);
        last = last.max(column);
    };
    let cells = row.map_or(&[][..], |row| &row.cells);
    for cell in cells {
        let column = cell.column();
        if active.iter().any(|merge| {
            merge.contains(number, column) && (merge.top, merge.left) != (number, column)
        }) {
            continue;
        }
        let link = if links.is_empty() {
            None
        } else {
            links.get(&(number, column)).copied()
        };
        let taken = value::get(sheet, (strings, styles, date1904), number, cell, link);
        let text = match (&taken.json, taken.string) {
            (Some(json), _) => Some(json.as_str()),
            (None, Some(string)) => Some(strings.get(string)),
            (None, None) => None,
        };
        let value = text.map_or(taken.number, |text| {
            let length = utf16_length(text);
            out.text.push_str(text);
            *units = units.saturating_add(length);
            f64::from(length)
        });
        push(out, column, taken.kind, value);
    }
    for merge in active {
        let first = f64::from(merge.top) * 16_384.0 + f64::from(merge.left - 1);
        for column in merge.left..=merge.right {
            let is_first = (number, column) == (merge.top, merge.left);
            if is_first && cells.iter().any(|cell| cell.column() == column) {
                continue;
            }
            let kind = if is_first { kind::NULL } else { kind::MERGE };
            push(out, column, kind, first);
        }
    }
    last
}

fn utf16_length(text: &str) -> u32 {
    let length = if text.is_ascii() {
        text.len()
    } else {
        text.encode_utf16().count()
    };
    u32::try_from(length).unwrap_or(u32::MAX)
}
