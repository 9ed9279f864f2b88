//! SQL databases in SQLite files of the host.
//!
//! A database has at most [`MOST_SESSIONS`] sessions at once, whoever holds them. The connections
//! behind them are kept per access, because what a connection may do is fixed when it is opened.
//! SQLite calls block, so each one runs on a thread for blocking work, and the connection travels
//! there and back: whoever drops the call loses the connection, which is interrupted and closed.

mod guard;
mod session;
mod value;

use crate::Memory;
use crate::database::engine::Access;
use crate::database::engine::ConnectError;
use crate::database::engine::Engine;
use crate::database::engine::Session;
use async_trait::async_trait;
use guard::Guard;
use ketrics_directory::Database;
use percent_encoding::AsciiSet;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::utf8_percent_encode;
use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use session::Live;
use session::SqliteSession;
use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Sessions of one database at once.
const MOST_SESSIONS: usize = 10;
/// How long a call waits for a session.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a writer waits for another.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Databases whose connections are kept.
const OPEN_DATABASES: usize = 256;
/// Bytes of one value or one row.
const MAX_VALUE: i32 = 32 * 1024 * 1024;
/// Bytes of one statement.
const MAX_SQL: i32 = 1024 * 1024;

/// What a file's name may hold as it is.
const FILE_NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// The engine.
pub(crate) struct Sqlite {
    root: PathBuf,
    pools: Mutex<HashMap<PathBuf, Arc<Pool>>>,
}

/// The sessions of one database.
pub(crate) struct Pool {
    path: PathBuf,
    slots: Arc<Semaphore>,
    idle: Mutex<Vec<(Access, Connection, Arc<Guard>)>>,
}

impl Sqlite {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self {
            root,
            pools: Mutex::new(HashMap::new()),
        }
    }

    /// The file that the directory names, or one by tenant and code.
    fn path(&self, database: &Database) -> PathBuf {
        if database.settings.is_empty() {
            let name = utf8_percent_encode(&database.code, FILE_NAME);
            self.root
                .join(database.tenant_id.to_string())
                .join(format!("{name}.sqlite"))
        } else {
            self.root.join(&database.settings)
        }
    }

    fn pool(&self, path: PathBuf) -> Arc<Pool> {
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if pools.len() >= OPEN_DATABASES {
            pools.retain(|_, pool| Arc::strong_count(pool) > 1);
        }
        pools
            .entry(path.clone())
            .or_insert_with(|| {
                Arc::new(Pool {
                    path,
                    slots: Arc::new(Semaphore::new(MOST_SESSIONS)),
                    idle: Mutex::new(Vec::new()),
                })
            })
            .clone()
    }
}

#[async_trait]
impl Engine for Sqlite {
    async fn acquire(
        &self,
        database: &Database,
        access: Access,
        _: &Memory,
    ) -> Result<Box<dyn Session>, ConnectError> {
        let pool = self.pool(self.path(database));
        let slot = tokio::time::timeout(ACQUIRE_TIMEOUT, pool.slots.clone().acquire_owned())
            .await
            .map_err(|_| {
                ConnectError::Refused(format!(
                    "all {MOST_SESSIONS} connections were in use for {} seconds; \
                     is every connection closed and every transaction short?",
                    ACQUIRE_TIMEOUT.as_secs()
                ))
            })?
            .map_err(|error| ConnectError::Failed(error.to_string()))?;
        let (connection, guard) = if let Some(idle) = pool.take(access) {
            idle
        } else {
            let path = pool.path.clone();
            tokio::task::spawn_blocking(move || open(&path, access))
                .await
                .map_err(|error| ConnectError::Failed(error.to_string()))??
        };
        let live = Live {
            connection,
            guard,
            slot,
        };
        Ok(Box::new(SqliteSession::new(pool, access, live)))
    }
}

impl Pool {
    fn take(&self, access: Access) -> Option<(Connection, Arc<Guard>)> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let index = idle.iter().rposition(|(kept, ..)| *kept == access)?;
        let (_, connection, guard) = idle.swap_remove(index);
        Some((connection, guard))
    }

    /// Keeps a connection for the next session. One too many is handed back, to be closed.
    fn keep(
        &self,
        access: Access,
        connection: Connection,
        guard: Arc<Guard>,
    ) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push((access, connection, guard));
        (idle.len() > MOST_SESSIONS).then(|| idle.swap_remove(0).1)
    }
}

/// Opens a connection that can do what the access allows and nothing else.
fn open(path: &Path, access: Access) -> Result<(Connection, Arc<Guard>), ConnectError> {
    let failed = |error: &dyn std::fmt::Display| ConnectError::Failed(error.to_string());
    let writable = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if !path.exists() {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
        }
        let created = Connection::open_with_flags(path, writable | OpenFlags::SQLITE_OPEN_CREATE)
            .map_err(|error| failed(&error))?;
        created
            .busy_timeout(BUSY_TIMEOUT)
            .map_err(|error| failed(&error))?;
        created
            .pragma_update(None, "journal_mode", "WAL")
            .map_err(|error| failed(&error))?;
    }
    let flags = match access {
        Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        Access::Write | Access::Admin => writable,
    };
    let connection = Connection::open_with_flags(path, flags).map_err(|error| failed(&error))?;
    let guard = Arc::new(Guard::new(access));
    confine(&connection, access, &guard).map_err(|error| failed(&error))?;
    Ok((connection, guard))
}

fn confine(connection: &Connection, access: Access, guard: &Arc<Guard>) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "query_only", access == Access::Read)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE)?;
    connection.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, MAX_SQL)?;
    connection.set_limit(Limit::SQLITE_LIMIT_WORKER_THREADS, 0)?;
    let guard = guard.clone();
    connection.authorizer(Some(move |context: rusqlite::hooks::AuthContext<'_>| {
        guard.authorize(context)
    }))
}
