//! What can go wrong. None of this is ever shown to a tenant or a caller.

use crate::IdError;

/// The directory could not answer.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The database failed.
    #[error("the directory's database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables cannot be brought up to date.
    #[error("the directory's tables cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The URL of the database is none.
    #[error("directory.url must be like postgres://user:password@host:5432/database")]
    Url,
    /// No database answers there.
    #[error("directory.url leads to no PostgreSQL that takes it ({0})")]
    Unreachable(sqlx::Error),
    /// A row refers to something of another tenant, or to nothing.
    #[error("there is no such {0} here")]
    Missing(&'static str),
    /// A column does not hold what only this crate writes there.
    #[error("a row of the directory is damaged: {0}")]
    Damaged(String),
}

impl DirectoryError {
    /// Whether the database does not answer at the moment: it is restarted, or cannot be reached.
    #[must_use]
    pub fn is_away(&self) -> bool {
        let (Self::Database(error) | Self::Unreachable(error)) = self else {
            return false;
        };
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            // PostgreSQL: an operator ends it, or it starts; a broken connection; no room for one.
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                ["57P", "08", "53300"]
                    .iter()
                    .any(|class| code.starts_with(class))
            }),
            _ => false,
        }
    }
}

impl From<IdError> for DirectoryError {
    fn from(error: IdError) -> Self {
        Self::Damaged(error.to_string())
    }
}

impl From<serde_json::Error> for DirectoryError {
    fn from(error: serde_json::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}
