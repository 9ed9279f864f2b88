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
