//! The references in formulas: found without parsing the rest, and moved, renamed or broken.

use super::address;
use super::address::MAX_COLUMNS;
use super::address::MAX_ROWS;
use super::address::Range;
use super::address::RowShift;
use super::formula_scanner::Scanner;
use super::formula_scanner::Token;
use super::structured;

/// What happens to references.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Edit<'e> {
    /// Rows of a sheet come or go.
    Rows(&'e str, RowShift),
    /// A sheet gets another name.
    Rename(&'e str, &'e str),
    /// A sheet goes.
    Remove(&'e str),
    /// The formula is copied that many rows down and columns to the right.
    Slide(i64, i64),
    /// Columns of a table get other names.
    Columns(&'e str, &'e [(String, String)]),
    /// A table is none any more.
    RemoveTable(&'e str),
}

/// The formula after an edit, or nothing if it stays the same. `home` is the sheet on which it
/// stands, which references without a sheet's name mean.
pub(crate) fn edit(formula: &str, home: Option<&str>, edit: Edit<'_>) -> Option<String> {
    let mut out = String::with_capacity(formula.len() + 16);
    let mut scanner = Scanner::new(formula);
    let mut before = "";
    while let Some(token) = scanner.next() {
        match token {
            Token::Other(text) => {
                match edit {
                    Edit::Columns(table, names) if text.starts_with('[') && same(before, table) => {
                        structured::push_renamed(text, names, &mut out);
                    }
                    Edit::RemoveTable(table) if text.starts_with('[') && same(before, table) => {}
                    Edit::RemoveTable(table) if same(text, table) && !scanner.is_at(b'(') => {
                        out.push_str("#REF!");
                    }
                    _ => out.push_str(text),
                }
                before = text;
            }
            Token::Reference { sheet, area } => {
                push_edited(sheet, area, home, edit, &mut out);
            }
        }
    }
    (out != formula).then_some(out)
}

pub(super) fn same(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}

fn push_edited(
    sheet: Option<&str>,
    area: &str,
    home: Option<&str>,
    edit: Edit<'_>,
    out: &mut String,
) {
    let named = sheet.map(unquote);
    let concerns = |name: &str| match &named {
        Some(named) => same(named, name),
        None => home.is_some_and(|home| same(home, name)),
    };
    let keep = |out: &mut String| {
        if let Some(sheet) = sheet {
            out.push_str(sheet);
            out.push('!');
        }
        out.push_str(area);
    };
    match edit {
        Edit::Rows(name, shift) if concerns(name) => match moved(area, shift) {
            Some(area) => {
                if let Some(sheet) = sheet {
                    out.push_str(sheet);
                    out.push('!');
                }
                out.push_str(&area);
            }
            None => out.push_str("#REF!"),
        },
        Edit::Remove(name) if sheet.is_some() && concerns(name) => out.push_str("#REF!"),
        Edit::Rename(from, to) => {
            let Some(named) = named else {
                return keep(out);
            };
            let parts: Vec<&str> = named.split(':').collect();
            if !parts.iter().any(|part| same(part, from)) {
                return keep(out);
            }
            let renamed: Vec<&str> = parts
                .iter()
                .map(|part| if same(part, from) { to } else { part })
                .collect();
            out.push_str(&quote(&renamed.join(":")));
            out.push('!');
            out.push_str(area);
        }
        Edit::Slide(rows, columns) => match slid(area, rows, columns) {
            Some(area) => {
                if let Some(sheet) = sheet {
                    out.push_str(sheet);
                    out.push('!');
                }
                out.push_str(&area);
            }
            None => out.push_str("#REF!"),
        },
        _ => keep(out),
    }
}

/// The name of a sheet as it is, from how a formula writes it.
fn unquote(sheet: &str) -> String {
    match sheet.strip_prefix('\'').and_then(|s| s.strip_suffix('\'')) {
        Some(inner) => inner.replace("''", "'"),
        None => sheet.to_owned(),
    }
}

/// The name of a sheet as a formula writes it.
pub(crate) fn quote(sheet: &str) -> String {
    let plain = sheet
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':'))
        && !sheet.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && address::parse_cell(sheet.as_bytes()).is_none()
        && !sheet.is_empty();
    if plain {
        sheet.to_owned()
    } else {
        format!("'{}'", sheet.replace('\'', "''"))
    }
}

/// One end of an area: `$A$1`, `A`, or `1`.
pub(super) struct End {
    column: Option<(bool, u32)>,
    row: Option<(bool, u32)>,
}

impl End {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (fixed, rest) = match bytes.strip_prefix(b"$") {
            Some(rest) => (true, rest),
            None => (false, bytes),
        };
        let letters = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        if letters == 0 {
            let row = address::parse_row(rest)?;
            return Some(Self {
                column: None,
                row: Some((fixed, row)),
            });
        }
        let column = Some((fixed, address::parse_column(&rest[..letters])?));
        let rest = &rest[letters..];
        if rest.is_empty() {
            return Some(Self { column, row: None });
        }
        let (fixed, rest) = match rest.strip_prefix(b"$") {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let row = Some((fixed, address::parse_row(rest)?));
        Some(Self { column, row })
    }

    fn push(&self, out: &mut String) {
        if let Some((fixed, column)) = self.column {
            out.push_str(if fixed { "$" } else { "" });
            address::push_column(column, out);
        }
        if let Some((fixed, row)) = self.row {
            out.push_str(if fixed { "$" } else { "" });
            out.push_str(&row.to_string());
        }
    }

    /// What kind it is: both ends of an area are of one kind.
    pub(super) fn kind(&self) -> (bool, bool) {
        (self.column.is_some(), self.row.is_some())
    }
}

fn ends(area: &str) -> Option<(End, Option<End>)> {
    match area.split_once(':') {
        Some((first, last)) => Some((End::parse(first)?, Some(End::parse(last)?))),
        None => Some((End::parse(area)?, None)),
    }
}

fn written(first: &End, last: Option<&End>) -> String {
    let mut out = String::new();
    first.push(&mut out);
    if let Some(last) = last {
        out.push(':');
        last.push(&mut out);
    }
    out
}

/// An area after rows came or went.
fn moved(area: &str, shift: RowShift) -> Option<String> {
    let (mut first, mut last) = ends(area)?;
    let Some((_, top)) = first.row else {
        return Some(area.to_owned());
    };
    let bottom = last.as_ref().and_then(|last| last.row).map(|(_, row)| row);
    let (low, high) = (
        top.min(bottom.unwrap_or(top)),
        top.max(bottom.unwrap_or(top)),
    );
    let (new_low, new_high) = match bottom {
        None => {
            let row = shift.row(top)?;
            (row, row)
        }
        Some(_) => shift.span(low, high)?,
    };
    if let Some((_, row)) = &mut first.row {
        *row = if top == low { new_low } else { new_high };
    }
    if let Some((_, row)) = last.as_mut().and_then(|last| last.row.as_mut()) {
        *row = if top == low { new_high } else { new_low };
    }
    Some(written(&first, last.as_ref()))
}

/// An area of a formula that is copied elsewhere.
fn slid(area: &str, rows: i64, columns: i64) -> Option<String> {
    let (mut first, mut last) = ends(area)?;
    for end in [Some(&mut first), last.as_mut()].into_iter().flatten() {
        if let Some((false, row)) = &mut end.row {
            let moved = i64::from(*row) + rows;
            *row = u32::try_from(moved)
                .ok()
                .filter(|row| (1..=MAX_ROWS).contains(row))?;
        }
        if let Some((false, column)) = &mut end.column {
            let moved = i64::from(*column) + columns;
            *column = u32::try_from(moved)
                .ok()
                .filter(|column| (1..=MAX_COLUMNS).contains(column))?;
        }
    }
    Some(written(&first, last.as_ref()))
}

/// A list of ranges as `sqref` has it, after rows came or went. Nothing is left if all went.
pub(crate) fn move_ranges(list: &str, shift: RowShift) -> String {
    let moved = list.split_ascii_whitespace().filter_map(|range| {
        Range::parse(range).map_or_else(
            || Some(range.to_owned()),
            |parsed| {
                let shifted = parsed.shifted(shift)?;
                // Whole rows and columns keep their short form.
                Some(if shifted == parsed {
                    range.to_owned()
                } else {
                    shifted.to_string()
                })
            },
        )
    });
    moved.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::Edit;
    use super::RowShift;
    use super::edit;

    const INSERT: RowShift = RowShift {
        at: 3,
        removed: 0,
        inserted: 2,
    };
    const REMOVE: RowShift = RowShift {
        at: 3,
        removed: 2,
        inserted: 0,
    };

    fn rows(formula: &str, shift: RowShift) -> String {
        edit(formula, Some("Data"), Edit::Rows("Data", shift)).unwrap_or_else(|| formula.to_owned())
    }

    #[test]
    fn references_move_down_with_inserted_rows() {
        for (before, after) in [
            ("A1+A3", "A1+A5"),
            ("SUM($B$2:B$10)", "SUM($B$2:B$12)"),
            ("SUM(3:3,A:A)", "SUM(5:5,A:A)"),
            ("Data!A3+'Data'!A3+Other!A3", "Data!A5+'Data'!A5+Other!A3"),
            ("\"A3\"&LOG10(A3)&A3_name", "\"A3\"&LOG10(A5)&A3_name"),
            (
                "[1]Data!A3+'[b.xlsx]Data'!A3",
                "[1]Data!A3+'[b.xlsx]Data'!A3",
            ),
            (
                "Table1[[#This Row],[A3]]+#REF!",
                "Table1[[#This Row],[A3]]+#REF!",
            ),
            ("A1048576", "#REF!"),
            ("Jan:Dec!A3", "Jan:Dec!A3"),
            ("1.5E+10+A3%", "1.5E+10+A5%"),
            ("é3+A3", "é3+A5"),
            ("(A5:A3)", "(A7:A5)"),
        ] {
            assert_eq!(rows(before, INSERT), after, "{before}");
        }
    }

    #[test]
    fn references_to_removed_rows_break_and_ranges_shrink() {
        for (before, after) in [
            ("A3", "#REF!"),
            ("A5", "A3"),
            ("SUM(A1:A4)", "SUM(A1:A2)"),
            ("SUM(A4:A9)", "SUM(A3:A7)"),
            ("SUM(A3:A4)", "SUM(#REF!)"),
            ("Data!$A$4+1", "#REF!+1"),
        ] {
            assert_eq!(rows(before, REMOVE), after, "{before}");
        }
    }

    #[test]
    fn sheets_are_renamed_and_removed() {
        let rename = |formula| edit(formula, Some("X"), Edit::Rename("Old", "New one"));
        assert_eq!(
            rename("Old!A1+'old'!B2+Older!A1+Old!name").as_deref(),
            Some("'New one'!A1+'New one'!B2+Older!A1+'New one'!name")
        );
        assert_eq!(rename("A1+Other!A1"), None);
        let removed = edit("Old!A1:B2*2+A1", Some("X"), Edit::Remove("Old"));
        assert_eq!(removed.as_deref(), Some("#REF!*2+A1"));
    }

    #[test]
    fn shared_formulas_slide() {
        let slide = |formula| edit(formula, None, Edit::Slide(2, 1));
        assert_eq!(slide("A1+$A$1+A$1+$A1").as_deref(), Some("B3+$A$1+B$1+$A3"));
        assert_eq!(slide("Other!A1:B2").as_deref(), Some("Other!B3:C4"));
        assert_eq!(slide("XFD1").as_deref(), Some("#REF!"));
    }
}
