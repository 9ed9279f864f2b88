//! Documents in SQLite files of the host, one per tenant.

use crate::OpenError;
use crate::documentdb::sql::store_documents_in;
use crate::documentdb::store::Document;
use crate::documentdb::store::DocumentStore;
use crate::documentdb::store::Key;
use crate::documentdb::store::Page;
use crate::documentdb::store::PageRequest;
use crate::documentdb::store::Place;
use crate::documentdb::store::StoreError;
use async_trait::async_trait;
use ketrics_directory::TenantId;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::sqlite::SqliteJournalMode;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::sqlite::SqliteSynchronous;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use tokio::sync::OnceCell;

/// Connections to one file; each is a thread.
const MAX_CONNECTIONS: u32 = 4;
/// Files that are kept open.
const OPEN_FILES: usize = 256;
/// How long a connection stays that nobody uses.
const IDLE: Duration = Duration::from_mins(1);
/// How long a writer waits for another.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS ketrics_documents (
    tenant_id BLOB NOT NULL,
    database_id BLOB NOT NULL,
    pk BLOB NOT NULL,
    sk BLOB NOT NULL,
    item TEXT NOT NULL,
    index_pk BLOB,
    index_sk BLOB,
    expires_at INTEGER,
    PRIMARY KEY (tenant_id, database_id, pk, sk)
) STRICT;
CREATE INDEX IF NOT EXISTS ketrics_documents_by_index
    ON ketrics_documents (tenant_id, database_id, index_pk, index_sk, pk, sk)
    WHERE index_pk IS NOT NULL;
CREATE INDEX IF NOT EXISTS ketrics_documents_by_expiry
    ON ketrics_documents (tenant_id, expires_at) WHERE expires_at IS NOT NULL;
";

/// Whoever stores a document that will expire takes a few along that have: they never pile up,
/// and nothing runs in the background.
const SWEEP: &str = "DELETE FROM ketrics_documents WHERE rowid IN \
    (SELECT rowid FROM ketrics_documents WHERE tenant_id = $1 AND expires_at <= $2 LIMIT 16)";

store_documents_in!(SqlitePool, sweep: SWEEP);

/// The engine.
pub(crate) struct SqliteStore {
    root: PathBuf,
    files: Mutex<HashMap<TenantId, Arc<OnceCell<SqlitePool>>>>,
}

impl SqliteStore {
    pub(crate) fn open(root: PathBuf) -> Result<Self, OpenError> {
        std::fs::create_dir_all(&root).map_err(|error| OpenError::folder(&root, error))?;
        Ok(Self {
            root,
            files: Mutex::new(HashMap::new()),
        })
    }

    async fn file(&self, tenant: TenantId) -> Result<SqlitePool, StoreError> {
        let cell = {
            let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
            if files.len() >= OPEN_FILES {
                // A pool in use lives on in the hands of its users.
                files.retain(|_, cell| Arc::strong_count(cell) > 1);
            }
            Arc::clone(files.entry(tenant).or_default())
        };
        let pool = cell.get_or_try_init(|| self.connect(tenant)).await?;
        Ok(pool.clone())
    }

    async fn connect(&self, tenant: TenantId) -> Result<SqlitePool, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(self.root.join(format!("{tenant}.sqlite")))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What was put is still there after a power failure.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(BUSY_TIMEOUT)
            .idle_timeout(IDLE)
            .connect_with(options)
            .await?;
        sqlx::raw_sql(SCHEMA).execute(&pool).await?;
        Ok(pool)
    }
}

#[async_trait]
impl DocumentStore for SqliteStore {
    async fn put(&self, at: Place, document: Document, now: i64) -> Result<(), StoreError> {
        self.file(at.tenant).await?.put(at, document, now).await
    }

    async fn get(&self, at: Place, key: &Key, now: i64) -> Result<Option<String>, StoreError> {
        self.file(at.tenant).await?.get(at, key, now).await
    }

    async fn delete(&self, at: Place, key: &Key) -> Result<(), StoreError> {
        self.file(at.tenant).await?.delete(at, key).await
    }

    async fn page(&self, at: Place, request: &PageRequest) -> Result<Page, StoreError> {
        self.file(at.tenant).await?.page(at, request).await
    }
}
