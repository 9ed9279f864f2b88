//! SQL databases on SQL Server.
//!
//! SQL Server has no read-only transaction. What a reader does happens in a transaction that is
//! always rolled back, so nothing of it is kept; and a reader's statement is a query by its words, so
//! that it cannot end that transaction (`COMMIT`, or a procedure or dynamic SQL that does) and is
//! told what it may not do. Words are enough for that, because every one that is refused is reserved:
//! where it is no keyword, it stands in quotes. A user with rights to read only is still the better
//! wall. For `write` and `admin` the rights of the user in the database's settings decide.
//!
//! T-SQL marks no end of a statement, so one call may hold several. Whatever they do to the
//! transaction that the platform has open is seen in the server's answer, and then nothing more runs
//! in it.
//!
//! A statement ends on the server when its call is dropped: it is told so, and its connection is
//! closed. If this host is gone, so is the connection, and the server ends what runs on it.

mod collation;
mod connect;
mod errors;
mod link;
mod parameter;
mod placeholders;
mod tls;
mod token;
mod value;
mod wire;

use crate::Memory;
use crate::database::engine::Access;
use crate::database::engine::ConnectError;
use crate::database::engine::Control;
use crate::database::engine::Engine;
use crate::database::engine::Outcome;
use crate::database::engine::Session;
use crate::database::engine::Statement;
use crate::database::engine::StatementError;
use crate::database::engine::TRANSACTIONS;
use crate::database::engine::check_count;
use crate::database::lent::Lent;
use crate::database::pool::Link;
use crate::database::pool::Pools;
use crate::database::pool::Standing;
use crate::database::pool::Tenants;
use crate::database::result::Weight;
use crate::database::settings;
use async_trait::async_trait;
use ketrics_directory::Database;
use ketrics_protocol::Cell;
use link::INSERTED;
use link::SqlServerLink;
use parameter::Parameter;
use placeholders::Numbered;
use std::sync::Arc;

/// First words of a reader's statement.
const READS: [&str; 2] = ["SELECT", "WITH"];

/// Reserved words of statements that write, that run what nobody has read, that reach other servers,
/// or that are about the transaction or the session.
const NOT_FOR_READERS: [&str; 35] = [
    "ALTER",
    "BACKUP",
    "BEGIN",
    "BULK",
    "CHECKPOINT",
    "COMMIT",
    "CREATE",
    "DBCC",
    "DECLARE",
    "DELETE",
    "DENY",
    "DROP",
    "EXEC",
    "EXECUTE",
    "GRANT",
    "INSERT",
    "INTO",
    "KILL",
    "MERGE",
    "OPENDATASOURCE",
    "OPENQUERY",
    "OPENROWSET",
    "RECONFIGURE",
    "RESTORE",
    "REVERT",
    "REVOKE",
    "ROLLBACK",
    "SAVE",
    "SET",
    "SHUTDOWN",
    "TRUNCATE",
    "UPDATE",
    "UPDATETEXT",
    "USE",
    "WRITETEXT",
];

/// First words of statements whose text is kept, with whatever it says of transactions.
const DEFINITIONS: [&str; 2] = ["ALTER", "CREATE"];
const OVER: &str = "the transaction is over: the database undid it after the error before";

/// The engine.
pub(crate) struct SqlServer {
    pools: Pools<SqlServerLink>,
}

/// A session.
struct SqlServerSession {
    access: Access,
    stage: Stage,
    lent: Lent<SqlServerLink>,
}

/// What the platform has open in a session.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Alone,
    /// A transaction, by its number.
    Transaction(u64),
    /// A transaction that the server, or a statement, has ended.
    Over,
}

impl SqlServer {
    pub(crate) fn new(tenants: Arc<Tenants>) -> Self {
        Self {
            pools: Pools::new(tenants),
        }
    }
}

#[async_trait]
impl Engine for SqlServer {
    async fn acquire(
        &self,
        database: &Database,
        access: Access,
        memory: &Memory,
    ) -> Result<Box<dyn Session>, ConnectError> {
        let connect = |settings| async move { connect::connect(&settings, memory).await };
        let lent = Lent::from_pool(&self.pools, database, &settings::SQLSERVER, connect).await?;
        Ok(Box::new(SqlServerSession {
            access,
            stage: Stage::Alone,
            lent,
        }))
    }
}

fn refused(reason: &str) -> StatementError {
    StatementError::Refused(reason.to_owned())
}

/// Whether a statement would begin or end a transaction. The text of a procedure may.
fn controls(words: &[String]) -> bool {
    let is_definition = words
        .first()
        .is_some_and(|first| DEFINITIONS.contains(&first.as_str()));
    let is_transaction = |word: Option<&String>| {
        word.is_some_and(|word| ["TRAN", "TRANSACTION", "DISTRIBUTED"].contains(&word.as_str()))
    };
    !is_definition
        && words
            .iter()
            .enumerate()
            .any(|(at, word)| match word.as_str() {
                "COMMIT" | "ROLLBACK" => true,
                "BEGIN" | "SAVE" => is_transaction(words.get(at + 1)),
                _ => false,
            })
}

impl SqlServerSession {
    async fn with<R>(
        &mut self,
        work: impl AsyncFnOnce(&mut SqlServerLink) -> Result<R, StatementError>,
    ) -> Result<R, StatementError> {
        self.lent.with(Standing::is_quiet, work).await
    }

    fn check(&self, words: &[String]) -> Result<(), StatementError> {
        if controls(words) {
            return Err(refused(TRANSACTIONS));
        }
        if self.access == Access::Read {
            let reads = words
                .first()
                .is_some_and(|first| READS.contains(&first.as_str()));
            let writes = words
                .iter()
                .any(|word| NOT_FOR_READERS.contains(&word.as_str()));
            if !reads || writes {
                return Err(refused(
                    "the grant on this database is not enough: it is for reading only",
                ));
            }
        }
        if self.stage == Stage::Over {
            return Err(refused(OVER));
        }
        Ok(())
    }
}

/// Runs a statement, in the scope that is right for it: one without parameters as it is, so that a
/// temporary table that it makes lasts; one that inserts by itself, so that no number but its own is
/// told.
async fn perform(
    link: &mut SqlServerLink,
    numbered: &Numbered,
    cells: &[Cell],
    memory: &Memory,
) -> Result<Outcome, StatementError> {
    let mut parameters = Vec::with_capacity(cells.len());
    for (number, cell) in (1..).zip(cells) {
        if *cell != Cell::Null {
            let parameter = Parameter::of(number, cell).map_err(StatementError::Refused)?;
            parameters.push((placeholders::name(number), parameter));
        }
    }
    let weight = Weight::within(memory);
    let inserts = numbered
        .words
        .first()
        .is_some_and(|first| first == "INSERT");
    if inserts {
        let sql = format!("{}\n;SELECT SCOPE_IDENTITY() AS [{INSERTED}]", numbered.sql);
        link.run(&sql, &parameters, weight).await
    } else if parameters.is_empty() {
        link.run_alone(&numbered.sql, weight).await
    } else {
        link.run(&numbered.sql, &parameters, weight).await
    }
}

#[async_trait]
impl Session for SqlServerSession {
    async fn run(&mut self, statement: Statement) -> Result<Outcome, StatementError> {
        let numbered = placeholders::number(&statement.sql, &statement.parameters)
            .map_err(StatementError::Refused)?;
        self.check(&numbered.words)?;
        check_count(numbered.parameters, statement.parameters.len())?;
        let stage = self.stage;
        let access = self.access;
        let mut after = stage;
        let result = self
            .with(async |link| {
                if stage == Stage::Alone && access == Access::Read {
                    link.begin().await?;
                    let result =
                        perform(link, &numbered, &statement.parameters, &statement.memory).await;
                    if link.standing().is_quiet() {
                        link.roll_back().await?;
                    }
                    return result;
                }
                let result =
                    perform(link, &numbered, &statement.parameters, &statement.memory).await;
                if !link.standing().is_quiet() {
                    return result;
                }
                match (stage, link.transaction()) {
                    (Stage::Alone, Some(_)) => {
                        link.roll_back().await?;
                        result.and(Err(refused(TRANSACTIONS)))
                    }
                    (Stage::Transaction(number), now) if now != Some(number) => {
                        after = Stage::Over;
                        result.and(Err(refused(TRANSACTIONS)))
                    }
                    _ => result,
                }
            })
            .await;
        self.stage = after;
        result
    }

    async fn control(&mut self, control: Control) -> Result<(), StatementError> {
        if self.stage == Stage::Over {
            return match control {
                Control::Rollback | Control::RollbackTo(_) => Ok(()),
                _ => Err(refused(OVER)),
            };
        }
        let keeps = self.access != Access::Read;
        let open = self
            .with(async |link| {
                match control {
                    Control::Begin => link.begin().await?,
                    Control::Commit if keeps => link.commit().await?,
                    Control::Commit | Control::Rollback => link.roll_back().await?,
                    Control::Save(level) => {
                        link.batch(&format!("SAVE TRANSACTION level_{level}"))
                            .await?;
                    }
                    // It is forgotten with its transaction, or when another one takes its name.
                    Control::Release(_) => {}
                    Control::RollbackTo(level) => {
                        link.batch(&format!("ROLLBACK TRANSACTION level_{level}"))
                            .await?;
                    }
                }
                if control_ends(control) && link.transaction().is_some() {
                    // A statement had begun one inside it, which is all that this has committed.
                    link.roll_back().await?;
                    return Err(refused(TRANSACTIONS));
                }
                Ok(link.transaction())
            })
            .await?;
        match (control, open) {
            (Control::Begin, Some(number)) => self.stage = Stage::Transaction(number),
            (Control::Begin, None) => return Err(StatementError::Lost),
            (Control::Commit | Control::Rollback, _) => self.stage = Stage::Alone,
            (Control::Save(_) | Control::Release(_) | Control::RollbackTo(_), _) => {}
        }
        Ok(())
    }
}

fn control_ends(control: Control) -> bool {
    matches!(control, Control::Commit | Control::Rollback)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(sql: &str) -> Vec<String> {
        placeholders::number(sql, &[]).unwrap().words
    }

    fn reader() -> SqlServerSession {
        SqlServerSession {
            access: Access::Read,
            stage: Stage::Alone,
            lent: Lent::none(),
        }
    }

    #[test]
    fn transactions_are_found_wherever_they_stand() {
        for sql in [
            "COMMIT",
            "rollback tran",
            "SELECT 1 COMMIT",
            "IF 1 = 1 BEGIN COMMIT END",
            "BEGIN DISTRIBUTED TRAN",
            "save transaction a",
        ] {
            assert!(controls(&words(sql)), "{sql}");
        }
        for sql in [
            "BEGIN SELECT 1 END",
            "SELECT 'COMMIT', [ROLLBACK] -- COMMIT",
            "CREATE TRIGGER t ON a FOR INSERT AS ROLLBACK",
        ] {
            assert!(!controls(&words(sql)), "{sql}");
        }
    }

    #[test]
    fn a_reader_only_asks() {
        let reader = reader();
        for sql in [
            "SELECT [update] FROM [delete] WHERE a = 'INSERT'",
            "WITH a AS (SELECT 1 AS n) SELECT n FROM a",
        ] {
            assert!(reader.check(&words(sql)).is_ok(), "{sql}");
        }
        for sql in [
            "INSERT INTO t VALUES (1)",
            "SELECT 1 INTO t",
            "SELECT 1; DELETE FROM t",
            "SELECT 1 EXEC('COM' + 'MIT')",
            "WITH a AS (SELECT 1 AS n) UPDATE t SET n = 1",
            "sp_executesql N'COMMIT'",
            "{call p}",
            "SELECT * FROM OPENQUERY(s, 'DELETE')",
        ] {
            assert!(reader.check(&words(sql)).is_err(), "{sql}");
        }
    }
}
