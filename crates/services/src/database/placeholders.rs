//! Both spellings of placeholders, `?` and `$1`, become the one that SQLite numbers: `?1`.
//!
//! What stands inside strings, quoted names and comments is no placeholder. The same walk learns
//! what kind of statement it is, which only decides what is reported about it.

/// A statement whose placeholders are all numbered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Numbered {
    pub(crate) sql: String,
    /// The highest number.
    pub(crate) parameters: usize,
    /// Whether it inserts rows.
    pub(crate) inserts: bool,
}

/// More parameters than any engine takes.
const MOST: usize = 32_766;

const VERBS: [&str; 5] = ["INSERT", "REPLACE", "UPDATE", "DELETE", "SELECT"];

/// Numbers the placeholders.
///
/// # Errors
/// With a reason for whoever wrote the statement.
pub(crate) fn number(sql: &str) -> Result<Numbered, String> {
    let mut out = String::with_capacity(sql.len() + 16);
    let mut highest = 0;
    let mut depth = 0_usize;
    let mut verb: Option<&str> = None;
    let mut empty = true;
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = token(rest, first);
        let (token, behind) = rest.split_at(length);
        rest = behind;
        let comment = token.starts_with("--") || token.starts_with("/*");
        if !comment && !first.is_whitespace() && first != ';' {
            empty = false;
        }
        match first {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if verb.is_none() && depth == 0 {
            verb = VERBS
                .into_iter()
                .find(|verb| verb.eq_ignore_ascii_case(token));
        }
        let number = match first {
            '?' if token.len() == 1 => Some(highest + 1),
            '?' | '$' if token.len() > 1 => {
                let number = token[1..].parse().ok().filter(|number| *number > 0);
                Some(number.ok_or_else(|| unnamed(token))?)
            }
            ':' | '@' | '#' if token.len() > 1 => return Err(unnamed(token)),
            _ => None,
        };
        let Some(number) = number else {
            out.push_str(token);
            continue;
        };
        if number > MOST {
            return Err(format!(
                "at most {MOST} parameters are possible, not {number}"
            ));
        }
        highest = highest.max(number);
        out.push('?');
        out.push_str(&number.to_string());
    }
    if empty {
        return Err("the statement is empty".to_owned());
    }
    Ok(Numbered {
        sql: out,
        parameters: highest,
        inserts: matches!(verb, Some("INSERT" | "REPLACE")),
    })
}

fn unnamed(token: &str) -> String {
    format!("the placeholder {token} is not possible: write ? or $1, $2, and so on")
}

/// The length of what stands at the start of the text: a string, a quoted name, a comment, a word,
/// a placeholder, or one character.
fn token(text: &str, first: char) -> usize {
    match first {
        '\'' | '"' | '`' => quoted(text, first),
        '[' => text.find(']').map_or(text.len(), |end| end + 1),
        '-' if text.starts_with("--") => text.find('\n').map_or(text.len(), |end| end + 1),
        '/' if text.starts_with("/*") => text[2..].find("*/").map_or(text.len(), |end| end + 4),
        '?' => 1 + text[1..].bytes().take_while(u8::is_ascii_digit).count(),
        '$' | ':' | '@' | '#' => 1 + word(&text[1..]),
        first if is_word(first) => word(text),
        first => first.len_utf8(),
    }
}

/// A quote inside is written twice, so it looks like the next quoted text and is skipped with it.
fn quoted(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |end| end + 2)
}

fn word(text: &str) -> usize {
    text.find(|character| !is_word(character))
        .unwrap_or(text.len())
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '$' || !character.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(sql: &str) -> (String, usize) {
        let numbered = number(sql).unwrap();
        (numbered.sql, numbered.parameters)
    }

    #[test]
    fn both_spellings_are_numbered() {
        assert_eq!(numbered("SELECT ?, ?"), ("SELECT ?1, ?2".into(), 2));
        assert_eq!(
            numbered("SELECT $2, $1, $2"),
            ("SELECT ?2, ?1, ?2".into(), 2)
        );
        assert_eq!(numbered("a=?1 AND b=?"), ("a=?1 AND b=?2".into(), 2));
        assert_eq!(
            numbered("x IN(?,?)AND y=?"),
            ("x IN(?1,?2)AND y=?3".into(), 3)
        );
        assert_eq!(numbered("a->>'$.x'=?"), ("a->>'$.x'=?1".into(), 1));
    }

    #[test]
    fn what_is_quoted_or_commented_stays() {
        for sql in [
            "SELECT '?', 'it''s $1', ''",
            "SELECT \"a?\"\"$1\"",
            "SELECT `?`, [$1?]",
            "SELECT 1 -- ? $1\n",
            "SELECT /* ? ' $1 */ 1",
            "SELECT 1 -- '",
            "SELECT a$1, b_$2",
            "SELECT 'unended ? $1",
            "SELECT /* unended ?",
            "SELECT 'é?', é$1",
        ] {
            assert_eq!(numbered(sql), (sql.to_owned(), 0), "{sql}");
        }
        assert_eq!(numbered("SELECT '''?', ?"), ("SELECT '''?', ?1".into(), 1));
        assert_eq!(
            numbered("/* it's */ ? -- '\n ?"),
            ("/* it's */ ?1 -- '\n ?2".into(), 2)
        );
    }

    #[test]
    fn other_placeholders_and_empty_statements_are_errors() {
        for (sql, named) in [
            (":name", ":name"),
            ("@p1", "@p1"),
            ("$name", "$name"),
            ("?0", "?0"),
            ("$0", "$0"),
        ] {
            let error = number(&format!("SELECT {sql}")).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
        assert!(number("SELECT ?99999").unwrap_err().contains("32766"));
        for sql in ["", "  \n", ";", "-- x", "/* x */ ;"] {
            assert_eq!(
                number(sql).unwrap_err(),
                "the statement is empty",
                "{sql:?}"
            );
        }
    }

    #[test]
    fn inserts_are_told_from_the_rest() {
        for (sql, inserts) in [
            ("INSERT INTO a VALUES (1)", true),
            ("/* x */ replace into a VALUES (1)", true),
            ("WITH x AS (SELECT 1) INSERT INTO a SELECT * FROM x", true),
            ("WITH x AS (SELECT 1) SELECT 'INSERT'", false),
            ("UPDATE a SET b = (SELECT 1)", false),
        ] {
            assert_eq!(number(sql).unwrap().inserts, inserts, "{sql}");
        }
    }
}
