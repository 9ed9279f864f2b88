//! The database beneath the directory: a SQLite file by default, PostgreSQL for several hosts.
//!
//! Both are reached by sqlx's `Any` driver, so that every query stands once. It knows texts,
//! integers, floats, booleans and bytes, and the directory's columns hold no more than texts and
//! integers. What is left that differs is here: how a connection is set up, how a transaction that
//! writes begins, and how a row that another host holds is passed over.

use crate::DirectoryError;
use percent_encoding::AsciiSet;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::percent_encode;
use sqlx::Any;
use sqlx::AnyConnection;
use sqlx::AnyPool;
use sqlx::Connection;
use sqlx::Executor;
use sqlx::Transaction;
use sqlx::any::AnyConnectOptions;
use sqlx::any::AnyPoolOptions;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

/// How long a call waits for a connection, and a writer of SQLite for another.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connections to a SQLite file; it has one writer, the others read beside it.
const SQLITE_CONNECTIONS: u32 = 8;

/// What each connection is told first. A job that was accepted is still there after a power
/// failure.
const SQLITE_SETUP: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; \
    PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;";
const POSTGRES_SETUP: &str = "SET application_name = 'ketrics directory'; \
    SET statement_timeout = '20s'; SET lock_timeout = '10s';";

/// What a path may hold that has no meaning in a URL.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.');

/// A directory in PostgreSQL.
#[derive(Clone)]
pub struct PostgresDirectory {
    /// `postgres://user:password@host:5432/database`
    pub url: String,
    /// Connections of this host, at the most.
    pub max_connections: u32,
}

impl std::fmt::Debug for PostgresDirectory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URL holds a password.
        formatter
            .debug_struct("PostgresDirectory")
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}

/// What keeps the directory.
#[derive(Clone, Debug, Default)]
pub enum DirectoryEngine {
    /// A file in the host's data folder.
    #[default]
    Sqlite,
    /// PostgreSQL, which several hosts share.
    Postgres(PostgresDirectory),
}

/// The kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// One file, one host.
    Sqlite,
    /// Any number of hosts.
    Postgres,
}

/// Connections to one database.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) engine: Engine,
    pub(crate) pool: AnyPool,
}

impl Database {
    /// Opens a SQLite file and makes it where there is none.
    pub(crate) async fn open_file(path: &Path) -> Result<Self, DirectoryError> {
        let path = std::path::absolute(path).map_err(sqlx::Error::Io)?;
        let encoded = percent_encode(path.as_os_str().as_bytes(), PATH);
        let url = format!("sqlite://{encoded}?mode=rwc");
        Self::open(Engine::Sqlite, &url, SQLITE_CONNECTIONS).await
    }

    /// Connects to PostgreSQL.
    pub(crate) async fn connect(settings: &PostgresDirectory) -> Result<Self, DirectoryError> {
        let url = &settings.url;
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(DirectoryError::Url);
        }
        Self::open(Engine::Postgres, url, settings.max_connections)
            .await
            .map_err(|error| match error {
                DirectoryError::Database(error) => DirectoryError::Unreachable(error),
                other => other,
            })
    }

    async fn open(engine: Engine, url: &str, connections: u32) -> Result<Self, DirectoryError> {
        sqlx::any::install_default_drivers();
        // Not with the parser's words, which may quote the password.
        let options = AnyConnectOptions::from_str(url).map_err(|_| DirectoryError::Url)?;
        // A pool would try again and again, and not say why.
        AnyConnection::connect_with(&options).await?.close().await?;
        let setup = match engine {
            Engine::Sqlite => SQLITE_SETUP,
            Engine::Postgres => POSTGRES_SETUP,
        };
        let pool = AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(PATIENCE)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    connection.execute(sqlx::raw_sql(setup)).await?;
                    Ok(())
                })
            })
            .connect_with(options)
            .await?;
        Ok(Self { engine, pool })
    }

    /// Starts a transaction that writes. SQLite's takes the lock at once, because one that reads
    /// first and writes later cannot wait for it.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Any>, DirectoryError> {
        Ok(match self.engine {
            Engine::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await?,
            Engine::Postgres => self.pool.begin().await?,
        })
    }
}

/// A statement that takes a row which no other host is taking at this moment: between its two
/// texts, the `SELECT` that finds the row ends. SQLite needs no words for that, since there is one
/// writer at a time.
macro_rules! taking {
    ($engine:expr, $before:literal, $after:literal) => {
        match $engine {
            $crate::database::Engine::Sqlite => concat!($before, $after),
            $crate::database::Engine::Postgres => {
                concat!($before, " FOR UPDATE SKIP LOCKED", $after)
            }
        }
    };
}
pub(crate) use taking;

/// A text as both databases store it: PostgreSQL has no place for the character NUL.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::Database;
    use super::PostgresDirectory;
    use super::storable;
    use tempfile::TempDir;

    #[tokio::test]
    async fn a_folder_may_have_any_name() {
        let folder = TempDir::new().expect("a folder");
        for name in ["a b", "50%", "what?", "#1", "é", "%41"] {
            let folder = folder.path().join(name);
            std::fs::create_dir(&folder).expect("a folder");
            let path = folder.join("directory.sqlite");
            let database = Database::open_file(&path).await.expect("a database");
            database.pool.close().await;
            assert!(path.exists(), "{name}");
        }
    }

    #[tokio::test]
    async fn a_wrong_url_is_refused_without_its_password() {
        for url in [
            "mysql://u:hunter2@h/d",
            "postgres://u:hunter2@h:x/d",
            "hunter2",
        ] {
            let settings = PostgresDirectory {
                url: url.to_owned(),
                max_connections: 1,
            };
            let error = Database::connect(&settings).await.expect_err("an error");
            assert!(!format!("{error} {error:?} {settings:?}").contains("hunter2"));
        }
    }

    #[test]
    fn a_text_without_nul_stays_as_it_is() {
        assert_eq!(storable("a\0b"), "a\u{fffd}b");
        assert_eq!(storable("äöü\u{1}"), "äöü\u{1}");
    }
}
