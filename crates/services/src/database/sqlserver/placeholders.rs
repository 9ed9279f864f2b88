//! Both spellings of placeholders, `?` and `$1`, become SQL Server's own: `@P1`.
//!
//! What stands inside strings, quoted names (`[…]` and `"…"`) and comments, which nest, is left
//! alone, and so is money (`$1.5`). A NULL is written as such, because a parameter would have a type
//! that not every column takes.

use ketrics_protocol::Cell;

/// A statement in SQL Server's own spelling.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Numbered {
    pub(crate) sql: String,
    /// The highest number.
    pub(crate) parameters: usize,
    /// Its words outside of everything quoted, in capitals.
    pub(crate) words: Vec<String>,
}

/// More parameters than a procedure takes, less the two that the platform needs.
const MOST: usize = 2098;
/// Words that are kept; what comes behind so many is still looked at for placeholders.
const MOST_WORDS: usize = 100_000;

/// Numbers the placeholders.
///
/// # Errors
/// With a reason for whoever wrote the statement.
pub(crate) fn number(sql: &str, given: &[Cell]) -> Result<Numbered, String> {
    let mut numbered = Numbered {
        sql: String::with_capacity(sql.len() + 16),
        parameters: 0,
        words: Vec::new(),
    };
    let mut is_empty = true;
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = token(rest, first);
        let (text, behind) = rest.split_at(length);
        rest = behind;
        if kind != Kind::Space && text != ";" {
            is_empty = false;
        }
        match kind {
            Kind::Word if numbered.words.len() < MOST_WORDS => {
                numbered.words.push(text.to_ascii_uppercase());
            }
            Kind::Word => return Err(format!("at most {MOST_WORDS} words are possible")),
            Kind::Space | Kind::Other | Kind::Placeholder => {}
        }
        if kind != Kind::Placeholder {
            numbered.sql.push_str(text);
            continue;
        }
        let number = if text.len() > 1 {
            let number = text[1..].parse().ok().filter(|number| *number > 0);
            number.ok_or_else(|| {
                format!("the placeholder {text} is not possible: they count from $1")
            })?
        } else {
            numbered.parameters + 1
        };
        if number > MOST {
            return Err(format!(
                "at most {MOST} parameters are possible, not {number}"
            ));
        }
        numbered.parameters = numbered.parameters.max(number);
        numbered.put(&match given.get(number - 1) {
            Some(Cell::Null) => "NULL".to_owned(),
            _ => name(number),
        });
        if behind.starts_with(is_word) {
            numbered.sql.push(' ');
        }
    }
    if is_empty {
        return Err("the statement is empty".to_owned());
    }
    Ok(numbered)
}

/// The name of a parameter.
pub(crate) fn name(number: usize) -> String {
    format!("@P{number}")
}

impl Numbered {
    fn put(&mut self, text: &str) {
        if self.sql.ends_with(is_word) {
            self.sql.push(' ');
        }
        self.sql.push_str(text);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Space,
    Placeholder,
    Word,
    Other,
}

/// What stands at the start of the text, and its length.
fn token(text: &str, first: char) -> (Kind, usize) {
    match first {
        '\'' | '"' => (Kind::Other, quoted(text, first)),
        '[' => (Kind::Other, quoted(text, ']')),
        '-' if text.starts_with("--") => (
            Kind::Space,
            text.find('\n').map_or(text.len(), |end| end + 1),
        ),
        '/' if text.starts_with("/*") => (Kind::Space, comment(text)),
        '?' => {
            let digits = text[1..].bytes().take_while(u8::is_ascii_digit).count();
            (Kind::Placeholder, 1 + digits)
        }
        '$' => {
            let digits = text[1..].bytes().take_while(u8::is_ascii_digit).count();
            let behind = &text[1 + digits..];
            if digits > 0 && !behind.starts_with('.') && !behind.starts_with(is_word) {
                (Kind::Placeholder, 1 + digits)
            } else {
                (Kind::Other, 1 + word(&text[1..]))
            }
        }
        '@' | '#' => (Kind::Other, word(text)),
        first if first.is_whitespace() || first.is_control() => (Kind::Space, first.len_utf8()),
        first if first.is_ascii_digit() => (Kind::Other, word(text)),
        first if is_word(first) => (Kind::Word, word(text)),
        first => (Kind::Other, first.len_utf8()),
    }
}

/// A quote inside is written twice, so it looks like the next quoted text and is skipped with it;
/// of brackets only the closing one.
fn quoted(text: &str, end: char) -> usize {
    let mut from = 1;
    loop {
        let Some(at) = text[from..].find(end) else {
            return text.len();
        };
        from += at + 1;
        if end != ']' || !text[from..].starts_with(end) {
            return from;
        }
        from += 1;
    }
}

fn comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

fn word(text: &str) -> usize {
    text.find(|character| !is_word(character))
        .unwrap_or(text.len())
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '@' | '#' | '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(sql: &str) -> (String, usize) {
        let numbered = number(sql, &[]).unwrap();
        (numbered.sql, numbered.parameters)
    }

    #[test]
    fn both_spellings_are_numbered() {
        for (sql, becomes, parameters) in [
            ("SELECT ?, ?", "SELECT @P1, @P2", 2),
            ("SELECT $2, $1, $2", "SELECT @P2, @P1, @P2", 2),
            ("SELECT ?2, ?1, ?2", "SELECT @P2, @P1, @P2", 2),
            ("a=?AND b=$1", "a=@P1 AND b=@P1", 1),
            ("SELECT?FROM t", "SELECT @P1 FROM t", 1),
            ("x IN(?,?)AND y=?", "x IN(@P1,@P2)AND y=@P3", 3),
            ("TOP (?) [a]]?] ?", "TOP (@P1) [a]]?] @P2", 2),
            ("N'?'+?", "N'?'+@P1", 1),
        ] {
            assert_eq!(numbered(sql), (becomes.to_owned(), parameters), "{sql}");
        }
    }

    #[test]
    fn a_null_is_written_out() {
        let given = [Cell::Null, Cell::Bool(true)];
        let numbered = number("VALUES(?,?,$1)", &given).unwrap();
        assert_eq!(numbered.sql, "VALUES(NULL,@P2,NULL)");
        assert_eq!(numbered.parameters, 2);
    }

    #[test]
    fn what_is_quoted_or_commented_stays() {
        for sql in [
            "SELECT '?', 'it''s $1', '', '\\'",
            "SELECT \"a?\"\"$1\"",
            "SELECT [?], [$1?]",
            "SELECT 1 -- ? $1\n",
            "SELECT /* ? /* ' */ $1 ? */ 1",
            "SELECT $1.5, $action, a$1, @$1, #$1, $1a",
            "SELECT 'unended ? $1",
            "SELECT [unended ? $1",
            "SELECT /* unended ?",
            "SELECT 'é?', é$1",
        ] {
            assert_eq!(numbered(sql), (sql.to_owned(), 0), "{sql}");
        }
    }

    #[test]
    fn words_are_told_from_what_is_quoted() {
        let numbered = number(
            "insert [into] t ('select') -- drop\n @exec #merge 1e5 é",
            &[],
        );
        assert_eq!(numbered.unwrap().words, ["INSERT", "T", "é"]);
        assert!(number("SELECT $0", &[]).unwrap_err().contains("$0"));
        assert!(number("SELECT ?9999", &[]).unwrap_err().contains("2098"));
        for sql in ["", " \n", ";", "-- x", "/* x */ ;"] {
            assert_eq!(
                number(sql, &[]).unwrap_err(),
                "the statement is empty",
                "{sql:?}"
            );
        }
    }
}
