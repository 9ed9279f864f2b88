//! Both spellings of placeholders, `$1` and `?`, become the one of PostgreSQL: `$1`.
//!
//! PostgreSQL has operators that are spelled with a question mark. So:
//! - In a statement with a `$1` anywhere, every `?` is an operator.
//! - `??` is an escape for the operator `?`, and `??|`, `??&` for those; `@?`, `?|` and `?&` are
//!   operators as they stand (but `?||` is a placeholder with a `||` behind it).
//! - Any other `?` is an operator between two operands (`data ? 'key'`), and a placeholder wherever
//!   an operand is missing on its left or none follows (`a = ?`, `LIMIT ? OFFSET ?`).
//!
//! What stands inside strings (`E''` and `$tag$` ones too), quoted names and comments (which nest)
//! is left alone.

use crate::database::postgres::lexer::Kind;
use crate::database::postgres::lexer::Token;
use crate::database::postgres::lexer::tokens;

/// A statement in PostgreSQL's own spelling.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Numbered {
    pub(crate) sql: String,
    /// The highest number.
    pub(crate) parameters: usize,
    /// The first words, in capitals.
    pub(crate) words: [String; 2],
}

/// More parameters than the protocol counts.
const MOST: usize = 65_535;

/// Numbers the placeholders.
///
/// # Errors
/// With a reason for whoever wrote the statement.
pub(crate) fn number(sql: &str) -> Result<Numbered, String> {
    let tokens = tokens(sql);
    let solid: Vec<usize> = (0..tokens.len())
        .filter(|&index| tokens[index].kind != Kind::Space)
        .collect();
    if solid.iter().all(|&index| tokens[index].text == ";") {
        return Err("the statement is empty".to_owned());
    }
    let numbered = tokens.iter().any(|token| token.kind == Kind::Numbered);
    let mut highest = 0;
    let mut given = Vec::with_capacity(tokens.len());
    given.resize(tokens.len(), None);
    let mut operand = false;
    for (place, &index) in solid.iter().enumerate() {
        let token = &tokens[index];
        operand = match token.kind {
            Kind::Numbered => {
                highest = highest.max(check(token.text)?);
                true
            }
            Kind::Question if numbered => false,
            Kind::Question => {
                let next = solid.get(place + 1).map(|&next| &tokens[next]);
                let operator =
                    operand && token.text.len() == 1 && next.is_some_and(Token::begins_operand);
                if !operator {
                    let number = if token.text.len() > 1 {
                        check(token.text)?
                    } else {
                        highest + 1
                    };
                    check_most(number)?;
                    highest = highest.max(number);
                    given[index] = Some(number);
                }
                !operator
            }
            _ => token.ends_operand(),
        };
    }
    let mut out = String::with_capacity(sql.len() + 16);
    for (index, token) in tokens.iter().enumerate() {
        match given[index] {
            Some(number) => {
                // A name or a number would take the dollar sign or the digits for its own.
                let glued = |near: Option<&Token<'_>>| {
                    near.is_some_and(|near| {
                        matches!(near.kind, Kind::Word | Kind::Value | Kind::Numbered)
                    })
                };
                if index > 0 && glued(tokens.get(index - 1)) {
                    out.push(' ');
                }
                out.push('$');
                out.push_str(&number.to_string());
                if glued(tokens.get(index + 1)) {
                    out.push(' ');
                }
            }
            None if token.kind == Kind::Operator && !numbered => {
                out.push_str(&token.text.replace("??", "?"));
            }
            None => out.push_str(token.text),
        }
    }
    let word = |place: usize| {
        solid
            .iter()
            .map(|&index| &tokens[index])
            .filter(|token| token.text != ";")
            .nth(place)
            .map(|token| token.text.to_ascii_uppercase())
            .unwrap_or_default()
    };
    Ok(Numbered {
        sql: out,
        parameters: highest,
        words: [word(0), word(1)],
    })
}

fn check(token: &str) -> Result<usize, String> {
    let number = token[1..].parse().ok().filter(|number| *number > 0);
    let number = number
        .ok_or_else(|| format!("the placeholder {token} is not possible: they count from $1"))?;
    check_most(number)?;
    Ok(number)
}

fn check_most(number: usize) -> Result<(), String> {
    if number > MOST {
        return Err(format!(
            "at most {MOST} parameters are possible, not {number}"
        ));
    }
    Ok(())
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
        for (sql, becomes, parameters) in [
            ("SELECT ?, ?", "SELECT $1, $2", 2),
            ("SELECT $2, $1, $2", "SELECT $2, $1, $2", 2),
            ("SELECT ?2, ?1, ?2", "SELECT $2, $1, $2", 2),
            ("a=? AND b<>?", "a=$1 AND b<>$2", 2),
            ("x IN(?,?)AND y=?", "x IN($1,$2)AND y=$3", 3),
            ("LIMIT ? OFFSET ?", "LIMIT $1 OFFSET $2", 2),
            (
                "SELECT ?::int, CAST(? AS text)",
                "SELECT $1::int, CAST($2 AS text)",
                2,
            ),
            ("?||'a'||?", "$1||'a'||$2", 2),
            ("BETWEEN ? AND ?", "BETWEEN $1 AND $2", 2),
            ("-?*?", "-$1*$2", 2),
            ("a=?--?\n+?", "a=$1--?\n+$2", 2),
            ("a=?/*?*/", "a=$1/*?*/", 1),
            ("?FROM", "$1 FROM", 1),
            ("SELECT?", "SELECT $1", 1),
        ] {
            assert_eq!(numbered(sql), (becomes.to_owned(), parameters), "{sql}");
        }
    }

    #[test]
    fn operators_with_a_question_mark_stay() {
        for (sql, becomes, parameters) in [
            ("a ? $1", "a ? $1", 1),
            ("a ?| $1 AND b ? 'c'", "a ?| $1 AND b ? 'c'", 1),
            ("a ?| ? AND b = ?", "a ?| $1 AND b = $2", 2),
            ("a ?& ?", "a ?& $1", 1),
            ("a @? ? AND b @@ ?", "a @? $1 AND b @@ $2", 2),
            ("a ?? ?", "a ? $1", 1),
            ("a ??| ?", "a ?| $1", 1),
            ("data ? 'key' AND x = ?", "data ? 'key' AND x = $1", 1),
            ("data->'x' ? ?", "data->'x' ? $1", 1),
            ("(data) ? key AND x", "(data) ? key AND x", 0),
            ("data ? 'a' OR data ? 'b'", "data ? 'a' OR data ? 'b'", 0),
            ("? ? ?", "$1 ? $2", 2),
        ] {
            assert_eq!(numbered(sql), (becomes.to_owned(), parameters), "{sql}");
        }
    }

    #[test]
    fn what_is_quoted_or_commented_stays() {
        for sql in [
            "SELECT '?', 'it''s $1', ''",
            "SELECT \"a?\"\"$1\"",
            "SELECT 1 -- ? $1\n",
            "SELECT /* ? /* ' */ $1 ? */ 1",
            "SELECT E'\\'? $1', e'\\\\', E'''?'",
            "SELECT $$ ? $1 '$$, $a$ $$ ? $a$",
            "SELECT a$1, b_$2",
            "SELECT U&'?', x'?', U&\"?\"",
            "SELECT 'unended ? $1",
            "SELECT /* unended ?",
            "SELECT $é$ ? $é$",
        ] {
            assert_eq!(numbered(sql), (sql.to_owned(), 0), "{sql}");
        }
        assert_eq!(numbered("SELECT '\\', ?"), ("SELECT '\\', $1".into(), 1));
    }

    #[test]
    fn impossible_numbers_and_empty_statements_are_errors() {
        assert!(number("SELECT $0").unwrap_err().contains("$0"));
        assert!(number("SELECT $65536").unwrap_err().contains("65535"));
        for sql in ["", " \n", ";", "-- x", "/* x */ ;"] {
            assert_eq!(
                number(sql).unwrap_err(),
                "the statement is empty",
                "{sql:?}"
            );
        }
        assert_eq!(number(" /**/ begin Work").unwrap().words, ["BEGIN", "WORK"]);
    }
}
