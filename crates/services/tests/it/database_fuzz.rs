//! Placeholders found in statements that are put together at random, with the engines' own parsers
//! to judge: each statement is written twice, with `?` and with `$1`, `$2` in another order, and the
//! engine must make the same of both.
//!
//! `KETRICS_FUZZ_STATEMENTS` says how many statements (600), `KETRICS_FUZZ_SEED` which (1).

use crate::database_servers::Server;
use crate::db::Db;
use crate::db::number;
use crate::db::text;
use crate::world::told;
use ketrics_protocol::Cell;

#[expect(
    clippy::disallowed_methods,
    reason = "what runs the tests says how long to try"
)]
fn setting(name: &str, otherwise: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(otherwise, |given| given.parse().unwrap())
}

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % limit as u64).unwrap()
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// What only one engine's SQL has. In a form, each `~` is an expression.
struct Dialect {
    gaps: &'static [&'static str],
    literals: &'static [&'static str],
    forms: &'static [&'static str],
    names: &'static [&'static str],
}

/// What all engines' SQL has.
const COMMON: Dialect = Dialect {
    gaps: &[
        " ",
        " ",
        " ",
        "\n",
        "\t",
        " /* ? ' $1 */ ",
        "/* */",
        " -- ? '\n",
        " -- $1 \"\n",
        "\r\n",
    ],
    literals: &[
        "1",
        "42",
        "1.5",
        "NULL",
        "'a'",
        "'?'",
        "'$1'",
        "''",
        "'it''s ?'",
        "'é?'",
        "'-- ?'",
        "'/*'",
        "''''",
    ],
    forms: &[
        "(~)",
        "~=~",
        "~ = ~",
        "~<>~",
        "~ < ~",
        "COALESCE(~,~)",
        "COALESCE(~ , ~, ~)",
        "CASE WHEN ~ IS NULL THEN ~ ELSE ~ END",
        "CASE ~ WHEN ~ THEN ~ END",
        "~ IN (~,~)",
        "~ NOT IN (~)",
        "~ IS NOT NULL",
        "~ IS NULL",
        "NULLIF(~,~)",
        "(SELECT ~)",
        "(SELECT ~ WHERE 1 = 1)",
        "EXISTS (SELECT ~)",
        "(SELECT MAX(x) FROM (SELECT ~ AS x UNION ALL SELECT ~) AS u)",
    ],
    names: &["a", "b1"],
};

const SQLITE: Dialect = Dialect {
    gaps: &[" "],
    literals: &["x'3f'", "\"a\"", "[a]", "`a`"],
    forms: &[
        "~||~",
        "- ~",
        "~+~",
        "~ - ~",
        "NOT ~",
        "~ AND ~",
        "~ BETWEEN ~ AND ~",
        "CAST(~ AS TEXT)",
        "~ COLLATE NOCASE",
        "'{\"a\":1}' ->> ~",
        "~ LIKE ~ ESCAPE '?'",
    ],
    names: &["\"a?\"", "\"$1\"", "[b?]", "`c?`", "\"q\"\"?\""],
};

const POSTGRES: Dialect = Dialect {
    gaps: &["/* ? /* $1 ' */ ? */", " "],
    literals: &[
        "E'\\'?'",
        "e'\\\\'",
        "$$?$$",
        "$t$ $$ ? $1 $t$",
        "U&'?'",
        "B'1'",
        "TRUE",
        "'{\"a\":1}'::jsonb ? 'a'",
        "'{\"a\":1}'::jsonb ?| array['?']",
        "'{\"a\":1}'::jsonb?&array['a']",
        "'{\"a\":1}'::jsonb @? '$.a'",
        "'{\"a\":[1]}'::jsonb -> 'a' ? '?'",
    ],
    forms: &[
        "~||~",
        "~::text",
        "~::text||'?'||~::text",
        "CAST(~ AS text)",
        "(ARRAY[~,~])[1]",
        "(~::text) LIKE ~",
        "~::text BETWEEN ~ AND ~",
        "(NOT ~ IS NULL)",
        "'{\"a\":1}'::jsonb ? ~::text",
        "'{\"a\":1}'::jsonb ?| ARRAY[~::text]",
        "(~ IS NULL AND ~ IS NULL)",
        "(~ IS NULL OR ~ IS NULL)",
        "length(~::text)*2",
        "(-length(~::text))",
        "(~, 1) = (~, 1)",
    ],
    names: &["\"a?\"", "\"$1\"", "\"q\"\"?\"", "a$1"],
};

const MYSQL: Dialect = Dialect {
    gaps: &[" # ? '\n", " --\t?\n", " "],
    literals: &[
        "\"?\"",
        "'\\'?'",
        "'\\\\'",
        "\"\\\"?\"",
        "x'3f'",
        "b'1'",
        "_utf8mb4'?'",
        "@v",
        "@`?`",
        "@@sql_mode",
        "N'?'",
    ],
    forms: &[
        "~ AND ~",
        "~||~",
        "- ~",
        "~+~",
        "~ - ~",
        "~ - - ~",
        "NOT ~",
        "(@v := ~)",
        "CONCAT(~,~)",
        "CAST(~ AS CHAR)",
        "~ BETWEEN ~ AND ~",
        "~ LIKE ~",
        "~ <=> ~",
        "IF(~,~,~)",
        "~ & ~",
        "~ % 3",
    ],
    names: &["`a?`", "`$1`", "`q``?`", "'s?'", "a$1", "$a"],
};

/// A statement in both spellings.
struct Statement {
    marks: String,
    numbers: String,
    parameters: usize,
}

struct Writer<'d> {
    random: Random,
    dialect: &'d Dialect,
    /// Where an expression with a placeholder goes, `\u{1}` stands for it.
    sql: String,
}

impl Writer<'_> {
    fn pick<'a>(&mut self, common: &[&'a str], own: &[&'a str]) -> &'a str {
        let index = self.random.below(common.len() + own.len());
        common
            .get(index)
            .copied()
            .unwrap_or_else(|| own[index - common.len()])
    }

    fn gap(&mut self) {
        let gap = self.pick(COMMON.gaps, self.dialect.gaps);
        self.sql.push_str(gap);
    }

    fn expression(&mut self, depth: usize) {
        match self.random.below(if depth == 0 { 5 } else { 10 }) {
            0..3 => self.sql.push('\u{1}'),
            3 | 4 => {
                let literal = self.pick(COMMON.literals, self.dialect.literals);
                self.sql.push_str(literal);
            }
            _ => {
                let form = self.pick(COMMON.forms, self.dialect.forms);
                for (index, part) in form.split('~').enumerate() {
                    if index > 0 {
                        self.expression(depth - 1);
                    }
                    // Where a space stands, anything that is as good as one may.
                    for (index, word) in part.split(' ').enumerate() {
                        if index > 0 {
                            self.gap();
                        }
                        self.sql.push_str(word);
                    }
                }
            }
        }
    }

    fn statement(&mut self) -> Statement {
        self.sql = "SELECT".to_owned();
        self.gap();
        for index in 0..1 + self.random.below(3) {
            if index > 0 {
                self.sql.push(',');
            }
            self.expression(3);
            if self.random.below(3) == 0 {
                self.sql.push_str(" AS ");
                let name = self.pick(COMMON.names, self.dialect.names);
                self.sql.push_str(name);
            }
        }
        if self.random.below(3) == 0 {
            self.gap();
            let end = self
                .random
                .of(&["LIMIT 1", "LIMIT 2 OFFSET 0", "-- ?", "/* ? */", ";"]);
            self.sql.push_str(end);
        }
        let parts: Vec<&str> = self.sql.split('\u{1}').collect();
        let parameters = parts.len() - 1;
        let mut marks = String::new();
        let mut numbers = String::new();
        for (index, part) in parts.iter().enumerate() {
            marks.push_str(part);
            numbers.push_str(part);
            if index < parameters {
                marks.push('?');
                // Backwards, so that the order must be kept book of.
                numbers.push_str(&format!("${}", parameters - index));
            }
        }
        Statement {
            marks,
            numbers,
            parameters,
        }
    }
}

/// What an engine makes of a statement, as far as both spellings must agree.
async fn outcome(db: &Db<'_>, sql: &str, parameters: &[Cell]) -> Result<String, String> {
    match db.query(sql, parameters).await {
        Ok(cells) => Ok(format!("{cells:?}")),
        Err(error) => Err(told(&error).1[1].clone()),
    }
}

async fn both_spellings_mean_the_same(server: Server, dialect: &Dialect) {
    let Some(hosted) = server.open().await else {
        return;
    };
    let db = hosted.db().await;
    let seed = setting("KETRICS_FUZZ_SEED", 1).wrapping_mul(0x2545_f491_4f6c_dd1d) | 1;
    let mut writer = Writer {
        random: Random(seed),
        dialect,
        sql: String::new(),
    };
    let statements = setting("KETRICS_FUZZ_STATEMENTS", 600);
    let (mut accepted, mut with_parameters) = (0, 0);
    for _ in 0..statements {
        let statement = writer.statement();
        let mut parameters: Vec<Cell> = (0..statement.parameters)
            .map(|_| match writer.random.below(4) {
                0 => Cell::Null,
                1 => number(1),
                2 => text("?"),
                _ => text("a"),
            })
            .collect();
        let marks = outcome(&db, &statement.marks, &parameters).await;
        parameters.reverse();
        let numbers = outcome(&db, &statement.numbers, &parameters).await;
        for reason in [&marks, &numbers]
            .into_iter()
            .filter_map(|told| told.as_ref().err())
        {
            for wrong in ["bind message", "placeholders", "lost", "no parameter"] {
                assert!(!reason.contains(wrong), "{reason}: {}", statement.marks);
            }
        }
        match (&marks, &numbers) {
            (Ok(marks), Ok(numbers)) => assert_eq!(marks, numbers, "{}", statement.marks),
            (Err(_), Err(_)) => {}
            _ => panic!("{marks:?} {numbers:?}: {}", statement.marks),
        }
        accepted += u64::from(marks.is_ok());
        with_parameters += u64::from(marks.is_ok() && statement.parameters > 0);
    }
    eprintln!("{accepted} of {statements} statements ran, {with_parameters} with parameters");
    assert!(
        with_parameters * 4 > statements,
        "only {with_parameters} of {statements} statements meant anything"
    );
    hosted.close().await;
}

#[tokio::test]
async fn sqlite_makes_the_same_of_both_spellings() {
    both_spellings_mean_the_same(crate::database_servers::SQLITE, &SQLITE).await;
}

#[tokio::test]
async fn postgres_makes_the_same_of_both_spellings() {
    both_spellings_mean_the_same(crate::database_servers::POSTGRES, &POSTGRES).await;
}

#[tokio::test]
async fn mysql_makes_the_same_of_both_spellings() {
    both_spellings_mean_the_same(crate::database_servers::MYSQL, &MYSQL).await;
}
