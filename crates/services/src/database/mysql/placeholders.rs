//! Both spellings of placeholders, `?` and `$1`, become the one of MySQL and MariaDB: `?`, with the
//! parameters in the order in which they stand.
//!
//! What stands inside strings (with backslashes), quoted names and comments (`#`, `-- ` and those
//! that the server executes, `/*! */`) is left alone, and so are `@variables` and `:=`.

/// A statement in MySQL's own spelling.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ordered {
    pub(crate) sql: String,
    /// Which parameter each placeholder takes, from 0.
    pub(crate) order: Vec<usize>,
    /// The highest number.
    pub(crate) parameters: usize,
    /// The first word, in capitals; `/*!` for a comment that the server executes.
    pub(crate) verb: String,
    /// Whether something stands behind a semicolon.
    pub(crate) shape: Shape,
}

/// How many statements it may be; a procedure's body holds several and is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    One,
    PerhapsMore,
}

/// More parameters than the protocol counts.
const MOST: usize = 65_535;

/// Orders the placeholders.
///
/// # Errors
/// With a reason for whoever wrote the statement.
pub(crate) fn order(sql: &str) -> Result<Ordered, String> {
    let mut ordered = Ordered {
        sql: String::with_capacity(sql.len()),
        order: Vec::new(),
        parameters: 0,
        verb: String::new(),
        shape: Shape::One,
    };
    let mut ended = false;
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = token(rest, first);
        let (text, behind) = rest.split_at(length);
        rest = behind;
        if kind != Kind::Space {
            if text == ";" {
                ended = true;
            } else if ended {
                ordered.shape = Shape::PerhapsMore;
            }
            if ordered.verb.is_empty() && text != ";" {
                ordered.verb = if text.starts_with("/*") {
                    "/*!".to_owned()
                } else {
                    text.to_ascii_uppercase()
                };
            }
        }
        if kind != Kind::Placeholder {
            ordered.sql.push_str(text);
            continue;
        }
        let number = if text.len() > 1 {
            let number = text[1..].parse().ok().filter(|number| *number > 0);
            number.ok_or_else(|| {
                format!("the placeholder {text} is not possible: they count from $1")
            })?
        } else {
            ordered.parameters + 1
        };
        if number > MOST || ordered.order.len() == MOST {
            return Err(format!("at most {MOST} parameters are possible"));
        }
        ordered.parameters = ordered.parameters.max(number);
        ordered.order.push(number - 1);
        ordered.sql.push('?');
    }
    if ordered.verb.is_empty() {
        return Err("the statement is empty".to_owned());
    }
    Ok(ordered)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Placeholder,
    Other,
}

/// What stands at the start of the text, and its length.
fn token(text: &str, first: char) -> (Kind, usize) {
    match first {
        '\'' | '"' => (Kind::Other, string(text, first)),
        '`' => (
            Kind::Other,
            text[1..].find('`').map_or(text.len(), |end| end + 2),
        ),
        '#' => (Kind::Space, line(text)),
        '-' if text.starts_with("--") && !text[2..].starts_with(|next: char| next > ' ') => {
            (Kind::Space, line(text))
        }
        '/' if text.starts_with("/*") => {
            let executed = ["/*!", "/*M!"].iter().any(|start| text.starts_with(start));
            let end = text[2..].find("*/").map_or(text.len(), |end| end + 4);
            (if executed { Kind::Other } else { Kind::Space }, end)
        }
        '?' => {
            let digits = text[1..].bytes().take_while(u8::is_ascii_digit).count();
            (Kind::Placeholder, 1 + digits)
        }
        '$' => {
            let digits = text[1..].bytes().take_while(u8::is_ascii_digit).count();
            // Names may begin with a dollar sign, and even with its number.
            if digits > 0 && !text[1 + digits..].starts_with(is_word) {
                (Kind::Placeholder, 1 + digits)
            } else {
                (Kind::Other, 1 + word(&text[1..]))
            }
        }
        '@' => (Kind::Other, 1 + word(text[1..].trim_start_matches('@'))),
        first if first.is_ascii_whitespace() || first.is_ascii_control() => (Kind::Space, 1),
        first if is_word(first) => (Kind::Other, word(text)),
        first => (Kind::Other, first.len_utf8()),
    }
}

/// A doubled quote looks like the next string and is skipped with it.
fn string(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            character if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn line(text: &str) -> usize {
    text.find('\n').map_or(text.len(), |end| end + 1)
}

fn word(text: &str) -> usize {
    text.find(|character| !is_word(character))
        .unwrap_or(text.len())
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '$') || !character.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_are_put_in_order() {
        for (sql, becomes, expected) in [
            ("SELECT ?, ?", "SELECT ?, ?", vec![0, 1]),
            ("SELECT $2, $1, $2", "SELECT ?, ?, ?", vec![1, 0, 1]),
            ("a=?AND b=$1", "a=?AND b=?", vec![0, 0]),
            ("@x := ?, @@y, @`?`", "@x := ?, @@y, @`?`", vec![0]),
            ("l:LOOP", "l:LOOP", vec![]),
            ("1--?", "1--?", vec![0]),
            ("'\\'?' ?", "'\\'?' ?", vec![0]),
        ] {
            let ordered = order(sql).unwrap();
            assert_eq!(
                (ordered.sql.as_str(), ordered.order),
                (becomes, expected),
                "{sql}"
            );
        }
    }

    #[test]
    fn what_is_quoted_or_commented_stays() {
        for sql in [
            "SELECT '?', 'it''s $1', '', \"?\\\"?\"",
            "SELECT `a?``$1`",
            "SELECT 1 -- ? $1\n",
            "SELECT 1 --\t?",
            "SELECT 1 # ?\n",
            "SELECT /* ? ' $1 */ 1",
            "SELECT /*!50000 1 */",
            "SELECT a$1, $a, $1a",
            "SELECT 'unended ? $1",
        ] {
            let ordered = order(sql).unwrap();
            assert_eq!(
                (ordered.sql.as_str(), ordered.parameters),
                (sql, 0),
                "{sql}"
            );
        }
    }

    #[test]
    fn the_first_word_and_what_is_behind_a_semicolon_are_known() {
        for (sql, verb, shape) in [
            (" /* x */ select 1;", "SELECT", Shape::One),
            ("/*!50000 SET */ x", "/*!", Shape::One),
            ("(SELECT 1); -- x", "(", Shape::One),
            ("SELECT ';'; SELECT 2", "SELECT", Shape::PerhapsMore),
        ] {
            let ordered = order(sql).unwrap();
            assert_eq!(
                (ordered.verb.as_str(), ordered.shape),
                (verb, shape),
                "{sql}"
            );
        }
        for sql in ["", "; ", "# x", "/* x */"] {
            assert_eq!(order(sql).unwrap_err(), "the statement is empty", "{sql:?}");
        }
        assert!(order("SELECT $0").unwrap_err().contains("$0"));
    }
}
