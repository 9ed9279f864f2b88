//! Files of variables: `NAME=value` lines, as `.env` files have them.

use std::collections::HashMap;

/// The variables of a file. Comments, blank lines, a leading `export` and quotes around a value
/// mean what they mean elsewhere; nothing is expanded.
pub fn parse(text: &str) -> HashMap<String, String> {
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'));
    let pairs =
        lines.filter_map(|line| line.strip_prefix("export ").unwrap_or(line).split_once('='));
    pairs
        .map(|(name, value)| (name.trim().to_owned(), unquoted(value.trim()).to_owned()))
        .collect()
}

fn unquoted(value: &str) -> &str {
    let within = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn comments_and_blank_lines_are_left_out() {
        let values = parse("# A=1\n\n B = x=y \n");
        assert_eq!(values.len(), 1);
        assert_eq!(values["B"], "x=y");
    }

    #[test]
    fn quotes_and_export_are_taken_off() {
        let values = parse("export A=\"a b\"\nB='c'\nC=\"half\n");
        assert_eq!(values["A"], "a b");
        assert_eq!(values["B"], "c");
        assert_eq!(values["C"], "\"half");
    }
}
