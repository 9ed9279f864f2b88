//! `docs/limits.md`, as far as it is made from the table.

use super::LIMITS;
use std::fmt::Write;

/// The table as Markdown. `ketrics limits` prints it, and a test compares it with the document.
#[must_use]
pub fn markdown() -> String {
    let mut table = String::from(
        "| name | bounds | default | maximum | can be set to | at the limit |\n|---|---|---|---|---|---|\n",
    );
    for row in LIMITS {
        let number = |value: u64| format!("{}{}", grouped(value), row.unit.symbol());
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {} | {} to {} | {} |",
            row.name,
            row.bounds,
            number(row.default),
            number(row.maximum),
            grouped(row.least),
            number(row.most),
            row.breach,
        );
    }
    table
}

/// A number with a comma before every third digit from the right.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_holds_the_table_as_it_is() {
        let document = include_str!("../../../../docs/limits.md");
        assert!(
            document.contains(&markdown()),
            "docs/limits.md is not current; its table must be what `ketrics limits` prints:\n{}",
            markdown()
        );
    }
}
