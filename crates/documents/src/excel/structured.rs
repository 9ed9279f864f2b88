//! Structured references: what a formula has in brackets behind a table's name (ECMA-376 part 1,
//! 18.17.2.2), as `[Price]`, `[[#This Row],[Price]]` or `[[Price]:[Total]]`.

use super::formula::same;

/// Appends what stands in brackets, with columns under their new names.
pub(super) fn push_renamed(brackets: &str, names: &[(String, String)], out: &mut String) {
    let inner = brackets
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    match inner {
        Some(inner) if !inner.trim_start().starts_with('[') => {
            out.push('[');
            push_column(inner, names, out);
            out.push(']');
        }
        Some(inner) => {
            out.push('[');
            let mut rest = inner;
            while let Some(start) = rest.find('[') {
                let (between, from) = rest.split_at(start + 1);
                out.push_str(between);
                let end = end_of(from);
                push_column(&from[..end], names, out);
                rest = &from[end..];
            }
            out.push_str(rest);
            out.push(']');
        }
        None => out.push_str(brackets),
    }
}

/// Where the bracket closes. An apostrophe escapes what follows it.
fn end_of(text: &str) -> usize {
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\'' => drop(characters.next()),
            ']' => return at,
            _ => {}
        }
    }
    text.len()
}

fn push_column(written: &str, names: &[(String, String)], out: &mut String) {
    let (at, column) = match written.strip_prefix('@') {
        Some(column) => ("@", column),
        None => ("", written),
    };
    let name = unescape(column);
    match names.iter().find(|(old, _)| same(old, &name)) {
        // `#Headers` and its like are no columns; a column that begins so is escaped.
        Some((_, new)) if !column.starts_with('#') => {
            out.push_str(at);
            escape(new, out);
        }
        _ => out.push_str(written),
    }
}

fn unescape(column: &str) -> String {
    let mut name = String::with_capacity(column.len());
    let mut characters = column.chars();
    while let Some(character) = characters.next() {
        name.extend(if character == '\'' {
            characters.next()
        } else {
            Some(character)
        });
    }
    name
}

fn escape(name: &str, out: &mut String) {
    for character in name.chars() {
        if matches!(character, '[' | ']' | '#' | '\'' | '@') {
            out.push('\'');
        }
        out.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::push_renamed;

    fn renamed(brackets: &str) -> String {
        let names = [("Price", "Net [EUR]"), ("It's", "Price")];
        let names = names.map(|(old, new)| (old.to_owned(), new.to_owned()));
        let mut out = String::new();
        push_renamed(brackets, &names, &mut out);
        out
    }

    #[test]
    fn columns_get_their_new_names_wherever_they_stand() {
        for (before, after) in [
            ("[Price]", "[Net '[EUR']]"),
            ("[price]", "[Net '[EUR']]"),
            ("[@Price]", "[@Net '[EUR']]"),
            ("[It''s]", "[Price]"),
            ("[[#This Row],[Price]]", "[[#This Row],[Net '[EUR']]]"),
            ("[[Price]:[It''s]]", "[[Net '[EUR']]:[Price]]"),
            ("[ [#Headers], [Other] ]", "[ [#Headers], [Other] ]"),
            ("[#All]", "[#All]"),
            ("[]", "[]"),
            ("[Pri", "[Pri"),
            ("[[Pri]", "[[Pri]"),
        ] {
            assert_eq!(renamed(before), after);
        }
    }
}
