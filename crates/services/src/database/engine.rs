//! What an engine for SQL databases does.

use crate::Memory;
use async_trait::async_trait;
use ketrics_directory::Database;
use ketrics_protocol::Cell;
use std::time::Duration;

/// The largest integer up to which JavaScript tells all integers apart.
pub(crate) const SAFE: i64 = (1 << 53) - 1;

/// What a statement is told that would begin or end a transaction behind the platform's back.
pub(crate) const TRANSACTIONS: &str = "transactions are made by transaction(), not in SQL";

/// What the grant allows. The engine enforces it; nobody reads the SQL for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Access {
    /// To read.
    Read,
    /// And to change rows.
    Write,
    /// And to change tables.
    Admin,
}

impl Access {
    /// The most that these permissions of a grant allow.
    pub(crate) fn from_permissions(permissions: &[String]) -> Option<Self> {
        permissions
            .iter()
            .filter_map(|permission| match permission.as_str() {
                "read" => Some(Self::Read),
                "write" => Some(Self::Write),
                "admin" | "*" => Some(Self::Admin),
                _ => None,
            })
            .max()
    }

    /// The permissions that tenant code reads; each includes those before it.
    pub(crate) fn names(self) -> Vec<String> {
        let names: &[&str] = match self {
            Self::Read => &["read"],
            Self::Write => &["read", "write"],
            Self::Admin => &["read", "write", "admin"],
        };
        names.iter().map(|&name| name.to_owned()).collect()
    }
}

/// A statement with its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) parameters: Vec<Cell>,
    /// How long its invocation may still run.
    pub(crate) time_left: Duration,
    /// Where its result is held.
    pub(crate) memory: Memory,
}

/// Whether there is a parameter for each placeholder and no other.
///
/// # Errors
/// When there are more or fewer.
pub(crate) fn check_count(placeholders: usize, given: usize) -> Result<(), StatementError> {
    if placeholders == given {
        return Ok(());
    }
    Err(StatementError::Refused(format!(
        "the statement has {placeholders} placeholders, and {given} parameters were given"
    )))
}

/// An integer, as text where JavaScript would lose digits.
#[expect(clippy::cast_precision_loss, reason = "only within 2^53")]
pub(crate) fn integer(value: i64) -> Cell {
    if (-SAFE..=SAFE).contains(&value) {
        Cell::Number(value as f64)
    } else {
        Cell::Text(value.to_string())
    }
}

/// What a statement did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) columns: Vec<String>,
    /// The rows' cells, one row after the other.
    pub(crate) cells: Vec<Cell>,
    pub(crate) row_count: u32,
    /// For statements that write.
    pub(crate) affected_rows: Option<u64>,
    pub(crate) insert_id: Option<Cell>,
}

/// A step of a transaction. Savepoints are numbered from the outside.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Control {
    Begin,
    Commit,
    Rollback,
    Save(usize),
    Release(usize),
    RollbackTo(usize),
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    /// A reason for tenant code.
    #[error("{0}")]
    Refused(String),
    /// A reason for the host's log.
    #[error("{0}")]
    Failed(String),
}

/// Why a statement did not do what it should.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StatementError {
    /// The database, or this platform, refused it: a reason for tenant code.
    #[error("{0}")]
    Refused(String),
    /// The session is gone, and with it its transaction.
    #[error("the connection was lost")]
    Lost,
    /// A reason for the host's log.
    #[error("{0}")]
    Failed(String),
}

/// Gives out sessions.
#[async_trait]
pub(crate) trait Engine: Send + Sync {
    /// A session of its own, from the pool of this database. Waits for one for some seconds.
    async fn acquire(
        &self,
        database: &Database,
        access: Access,
        memory: &Memory,
    ) -> Result<Box<dyn Session>, ConnectError>;
}

/// One conversation with a database. A session that is dropped goes back to its pool when nothing
/// is open in it, and is closed otherwise; a call that is dropped stops its statement.
#[async_trait]
pub(crate) trait Session: Send {
    /// Runs one statement.
    async fn run(&mut self, statement: Statement) -> Result<Outcome, StatementError>;

    /// Makes a step of a transaction.
    async fn control(&mut self, control: Control) -> Result<(), StatementError>;
}
