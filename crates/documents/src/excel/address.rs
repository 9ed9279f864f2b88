//! Addresses of cells (`B3`), ranges (`A1:C3`), and how rows that come and go move them.

use std::fmt;

/// The number of the last row.
pub const MAX_ROWS: u32 = 1_048_576;
/// The number of the last column, `XFD`.
pub const MAX_COLUMNS: u32 = 16_384;

/// The letters of a column: 1 is `A`.
pub(crate) fn push_column(mut column: u32, out: &mut String) {
    let mut letters = [0u8; 7];
    let mut at = letters.len();
    while column > 0 && at > 0 {
        at -= 1;
        letters[at] = b'A' + u8::try_from((column - 1) % 26).unwrap_or(0);
        column = (column - 1) / 26;
    }
    out.extend(letters[at..].iter().map(|&letter| char::from(letter)));
}

/// `B3`, from row and column.
pub(crate) fn cell_name(row: u32, column: u32) -> String {
    let mut name = String::with_capacity(8);
    push_column(column, &mut name);
    name.push_str(&row.to_string());
    name
}

/// The column that letters name.
pub(crate) fn parse_column(letters: &[u8]) -> Option<u32> {
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let mut column = 0u32;
    for letter in letters {
        if !letter.is_ascii_alphabetic() {
            return None;
        }
        column = column * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1;
    }
    (column <= MAX_COLUMNS).then_some(column)
}

/// The row that digits name.
pub(crate) fn parse_row(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 7 || digits[0] == b'0' {
        return None;
    }
    let mut row = 0u32;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        row = row * 10 + u32::from(digit - b'0');
    }
    (row <= MAX_ROWS).then_some(row)
}

/// Row and column of `B3` or `$B$3`.
pub(crate) fn parse_cell(text: &[u8]) -> Option<(u32, u32)> {
    let text = text.strip_prefix(b"$").unwrap_or(text);
    let letters = text.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (column, row) = text.split_at(letters);
    let row = row.strip_prefix(b"$").unwrap_or(row);
    Some((parse_row(row)?, parse_column(column)?))
}

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    /// First row.
    pub top: u32,
    /// First column.
    pub left: u32,
    /// Last row.
    pub bottom: u32,
    /// Last column.
    pub right: u32,
}

impl Range {
    /// Between two corners in any order.
    pub fn between(a: (u32, u32), b: (u32, u32)) -> Self {
        Self {
            top: a.0.min(b.0),
            left: a.1.min(b.1),
            bottom: a.0.max(b.0),
            right: a.1.max(b.1),
        }
    }

    /// `A1:C3`, or one cell; whole columns (`A:C`) and rows (`1:3`) too.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        let colon = text.iter().position(|&b| b == b':');
        let (first, last) = colon.map_or((text, text), |at| (&text[..at], &text[at + 1..]));
        if let (Some(first), Some(last)) = (parse_cell(first), parse_cell(last)) {
            return Some(Self::between(first, last));
        }
        colon?;
        let bare = |part: &'_ [u8]| part.strip_prefix(b"$").unwrap_or(part).to_vec();
        let (first, last) = (bare(first), bare(last));
        if let (Some(first), Some(last)) = (parse_column(&first), parse_column(&last)) {
            return Some(Self::between((1, first), (MAX_ROWS, last)));
        }
        let (first, last) = (parse_row(&first)?, parse_row(&last)?);
        Some(Self::between((first, 1), (last, MAX_COLUMNS)))
    }

    /// Whether a cell lies in it.
    pub fn contains(&self, row: u32, column: u32) -> bool {
        (self.top..=self.bottom).contains(&row) && (self.left..=self.right).contains(&column)
    }

    /// Whether the two share a cell.
    pub fn intersects(&self, other: &Self) -> bool {
        self.top <= other.bottom
            && other.top <= self.bottom
            && self.left <= other.right
            && other.left <= self.right
    }

    /// Where it is after rows came or went; nothing if all its rows went.
    pub fn shifted(self, shift: RowShift) -> Option<Self> {
        let (top, bottom) = shift.span(self.top, self.bottom)?;
        Some(Self {
            top,
            bottom,
            ..self
        })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&cell_name(self.top, self.left))?;
        if (self.top, self.left) != (self.bottom, self.right) {
            write!(f, ":{}", cell_name(self.bottom, self.right))?;
        }
        Ok(())
    }
}

/// Rows that are removed at a place, or inserted before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowShift {
    /// The first row that goes, or the one before which others come.
    pub at: u32,
    /// How many rows go.
    pub removed: u32,
    /// How many rows come.
    pub inserted: u32,
}

impl RowShift {
    /// Where a row is afterwards; nothing if it went, or fell off the end of the sheet.
    pub fn row(self, row: u32) -> Option<u32> {
        if row < self.at {
            return Some(row);
        }
        if row < self.at.saturating_add(self.removed) {
            return None;
        }
        Some(row - self.removed + self.inserted).filter(|&row| row <= MAX_ROWS)
    }

    /// Where a run of rows is afterwards.
    pub fn span(self, top: u32, bottom: u32) -> Option<(u32, u32)> {
        // A range that reaches the end of the sheet still does.
        if top == 1 && bottom == MAX_ROWS {
            return Some((top, bottom));
        }
        let end = self.at.saturating_add(self.removed);
        let new_top = if top >= self.at && top < end {
            self.at + self.inserted
        } else {
            self.row(top)?
        };
        let new_bottom = if bottom >= self.at && bottom < end {
            self.at - 1
        } else {
            self.row(bottom).unwrap_or(MAX_ROWS)
        };
        (new_top <= new_bottom).then_some((new_top, new_bottom))
    }
}
