//! The pieces of a statement, as PostgreSQL would read them: words, strings (`E''` and `$tag$` ones
//! too), quoted names, comments (which nest) and operators; and which of them end or begin an
//! operand.

/// Words behind which an operand is missing: no operator can stand there.
const BEFORE_OPERAND: &[&str] = &[
    "ALL",
    "AND",
    "ANY",
    "ARRAY",
    "ASYMMETRIC",
    "BETWEEN",
    "BY",
    "CASE",
    "CHECK",
    "COLLATE",
    "DEFAULT",
    "DISTINCT",
    "ELSE",
    "ESCAPE",
    "EXCEPT",
    "FETCH",
    "FIRST",
    "FOR",
    "FROM",
    "HAVING",
    "ILIKE",
    "IN",
    "INTERSECT",
    "INTO",
    "IS",
    "LIKE",
    "LIMIT",
    "NEXT",
    "NOT",
    "OFFSET",
    "ON",
    "OR",
    "RETURNING",
    "SELECT",
    "SET",
    "SIMILAR",
    "SOME",
    "SYMMETRIC",
    "THEN",
    "TO",
    "UNION",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "CALL",
    "EXECUTE",
];

/// Words that follow an operand: what stands before them was complete.
const BEHIND_OPERAND: &[&str] = &[
    "AND",
    "AS",
    "ASC",
    "AT",
    "BETWEEN",
    "COLLATE",
    "CROSS",
    "DESC",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "FETCH",
    "FILTER",
    "FOR",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "ILIKE",
    "IN",
    "INNER",
    "INTERSECT",
    "INTO",
    "IS",
    "ISNULL",
    "JOIN",
    "LEFT",
    "LIKE",
    "LIMIT",
    "NATURAL",
    "NOT",
    "NOTNULL",
    "NULLS",
    "OFFSET",
    "ON",
    "ONLY",
    "OPERATOR",
    "OR",
    "ORDER",
    "OVER",
    "OVERLAPS",
    "RETURNING",
    "RIGHT",
    "ROW",
    "ROWS",
    "SIMILAR",
    "SYMMETRIC",
    "THEN",
    "TO",
    "UNION",
    "USING",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
];

const OPERATOR: &str = "+-*/<>=~!@#%^&|`?";

/// What a piece of a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Space,
    Word,
    /// A string, a number, or a quoted name.
    Value,
    /// `$1`.
    Numbered,
    Operator,
    /// One question mark that may be a placeholder, with its digits.
    Question,
    Open,
    Close,
    Other,
}

/// A piece of a statement.
pub(crate) struct Token<'s> {
    pub(crate) kind: Kind,
    pub(crate) text: &'s str,
}

impl Token<'_> {
    fn is_one_of(&self, words: &[&str]) -> bool {
        words
            .iter()
            .any(|word| word.eq_ignore_ascii_case(self.text))
    }

    /// Whether an operand may end here.
    pub(crate) fn ends_operand(&self) -> bool {
        match self.kind {
            Kind::Value | Kind::Numbered | Kind::Close => true,
            Kind::Word => !self.is_one_of(BEFORE_OPERAND),
            _ => false,
        }
    }

    /// Whether an operand begins here.
    pub(crate) fn begins_operand(&self) -> bool {
        match self.kind {
            Kind::Value | Kind::Numbered | Kind::Question | Kind::Open => true,
            Kind::Word => !self.is_one_of(BEHIND_OPERAND),
            _ => false,
        }
    }
}

/// Takes a statement apart, and leaves nothing of it out.
pub(crate) fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = token(rest, first);
        let (text, behind) = rest.split_at(length);
        rest = behind;
        if kind == Kind::Operator {
            split_operator(text, &mut tokens);
        } else {
            tokens.push(Token { kind, text });
        }
    }
    // The digits of ?1 belong to it.
    let mut index = 0;
    while index + 1 < tokens.len() {
        let digits = tokens[index + 1].text;
        if tokens[index].kind == Kind::Question
            && tokens[index].text.len() == 1
            && !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
        {
            let start = tokens[index].text.as_ptr() as usize - sql.as_ptr() as usize;
            tokens[index].text = &sql[start..=start + digits.len()];
            tokens.remove(index + 1);
        }
        index += 1;
    }
    tokens
}

/// Takes the question marks that may be placeholders out of a run of operator characters.
fn split_operator<'s>(mut run: &'s str, tokens: &mut Vec<Token<'s>>) {
    while let Some(at) = run.find('?') {
        let (before, from) = run.split_at(at);
        let escape = from.starts_with("??");
        let operator = escape
            || before.ends_with('@')
            || (["?|", "?&"]
                .iter()
                .any(|operator| from.starts_with(operator))
                && from.len() == 2);
        if operator {
            let length = at
                + if escape {
                    (from.len()).min(3)
                } else {
                    from.len().min(2)
                };
            // `@?` ends with its question mark.
            let length = if before.ends_with('@') && !escape {
                at + 1
            } else {
                length
            };
            push(&run[..length], Kind::Operator, tokens);
            run = &run[length..];
        } else {
            push(before, Kind::Operator, tokens);
            push(&from[..1], Kind::Question, tokens);
            run = &from[1..];
        }
    }
    push(run, Kind::Operator, tokens);
}

fn push<'s>(text: &'s str, kind: Kind, tokens: &mut Vec<Token<'s>>) {
    if !text.is_empty() {
        tokens.push(Token { kind, text });
    }
}

/// What stands at the start of the text, and its length.
fn token(text: &str, first: char) -> (Kind, usize) {
    let word = word_length(text);
    match first {
        '\'' => (Kind::Value, quoted(text, '\'')),
        '"' => (Kind::Value, quoted(text, '"')),
        'e' | 'E' if text[1..].starts_with('\'') => (Kind::Value, 1 + escaped(&text[1..])),
        'b' | 'B' | 'x' | 'X' | 'n' | 'N' if text[1..].starts_with('\'') => {
            (Kind::Value, 1 + quoted(&text[1..], '\''))
        }
        'u' | 'U' if text[1..].starts_with("&'") => (Kind::Value, 2 + quoted(&text[2..], '\'')),
        'u' | 'U' if text[1..].starts_with("&\"") => (Kind::Value, 2 + quoted(&text[2..], '"')),
        '$' => dollar(text),
        '-' if text.starts_with("--") => (
            Kind::Space,
            text.find(['\n', '\r']).map_or(text.len(), |end| end + 1),
        ),
        '/' if text.starts_with("/*") => (Kind::Space, comment(text)),
        '0'..='9' => (Kind::Value, number_length(text)),
        '(' | '[' => (Kind::Open, 1),
        ')' | ']' => (Kind::Close, 1),
        first if first.is_ascii_whitespace() || first == '\u{b}' => (Kind::Space, 1),
        first if OPERATOR.contains(first) => (Kind::Operator, operator(text)),
        _ if word > 0 => (Kind::Word, word),
        first => (Kind::Other, first.len_utf8()),
    }
}

/// A run of operator characters ends where a comment begins.
fn operator(text: &str) -> usize {
    let end = text
        .find(|character| !OPERATOR.contains(character))
        .unwrap_or(text.len());
    let run = &text[..end];
    [run.find("--"), run.find("/*")]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or(end)
}

fn number_length(text: &str) -> usize {
    text.find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(text.len())
}

fn word_length(text: &str) -> usize {
    let starts = |character: char| {
        character.is_ascii_alphabetic() || character == '_' || !character.is_ascii()
    };
    if !text.starts_with(starts) {
        return 0;
    }
    text.find(|character: char| {
        !starts(character) && !character.is_ascii_digit() && character != '$'
    })
    .unwrap_or(text.len())
}

/// A quote inside is written twice, so it looks like the next quoted text and is skipped with it.
fn quoted(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |end| end + 2)
}

/// The length of a string in which a backslash takes the meaning from what follows. A doubled quote
/// belongs to it too, because what follows it is still read by these rules.
fn escaped(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '\'' if characters.peek().is_some_and(|(_, next)| *next == '\'') => {
                characters.next();
            }
            '\'' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn dollar(text: &str) -> (Kind, usize) {
    let digits = text[1..].bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        return (Kind::Numbered, 1 + digits);
    }
    let tag = text[1..]
        .find(|character: char| {
            !character.is_ascii_alphanumeric() && character != '_' && character.is_ascii()
        })
        .filter(|end| text[1 + end..].starts_with('$'));
    let Some(tag) = tag else {
        return (Kind::Other, 1);
    };
    let tag = &text[..tag + 2];
    let end = text[tag.len()..].find(tag);
    (
        Kind::Value,
        end.map_or(text.len(), |end| end + 2 * tag.len()),
    )
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
