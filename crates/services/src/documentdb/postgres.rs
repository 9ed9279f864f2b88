//! Documents in PostgreSQL, where there is no AWS: one table for all tenants.

use crate::OpenError;
use crate::documentdb::config::PostgresDocuments;
use crate::documentdb::config::SECTION;
use crate::documentdb::sql::store_documents_in;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use sqlx::postgres::PgPoolOptions;
use std::str::FromStr;
use std::time::Duration;

/// How long a call waits for a connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a statement may take, in PostgreSQL's spelling.
const STATEMENT_TIMEOUT: &str = "20s";

/// Any number that nothing else in the database locks: two hosts that start at once must not make
/// the table at once.
const SCHEMA_LOCK: &str = "SELECT pg_advisory_xact_lock(5210738640912)";

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS ketrics_documents (
    tenant_id bytea NOT NULL,
    database_id bytea NOT NULL,
    pk bytea NOT NULL,
    sk bytea NOT NULL,
    item text NOT NULL,
    index_pk bytea,
    index_sk bytea,
    expires_at bigint,
    PRIMARY KEY (tenant_id, database_id, pk, sk)
);
-- An entry has at most 2,704 bytes, which is why the document's own key is not in it.
CREATE INDEX IF NOT EXISTS ketrics_documents_by_index
    ON ketrics_documents (tenant_id, database_id, index_pk, index_sk)
    WHERE index_pk IS NOT NULL;
CREATE INDEX IF NOT EXISTS ketrics_documents_by_expiry
    ON ketrics_documents (tenant_id, expires_at) WHERE expires_at IS NOT NULL;
";

/// Whoever stores a document that will expire takes a few along that have. The condition stands
/// twice: a document that was put again meanwhile stays, and what somebody else sweeps is left.
const SWEEP: &str = "DELETE FROM ketrics_documents \
    WHERE tenant_id = $1 AND expires_at <= $2 AND (database_id, pk, sk) IN \
    (SELECT database_id, pk, sk FROM ketrics_documents \
     WHERE tenant_id = $1 AND expires_at <= $2 LIMIT 16 FOR UPDATE SKIP LOCKED)";

store_documents_in!(PgPool, sweep: SWEEP);

/// Connects, and makes the table where there is none.
pub(crate) async fn open(settings: &PostgresDocuments) -> Result<PgPool, OpenError> {
    // Not with the parser's words, which may quote the password.
    let options = PgConnectOptions::from_str(&settings.url).map_err(|_| {
        let reason = "must be like postgres://user:password@host:5432/database";
        OpenError::setting(SECTION, "url", reason.to_owned())
    })?;
    let options = options
        .application_name("ketrics documents")
        .options([("statement_timeout", STATEMENT_TIMEOUT)]);
    let refused = |error: sqlx::Error| {
        let reason = format!("leads to no PostgreSQL that takes it ({error})");
        OpenError::setting(SECTION, "url", reason)
    };
    let pool = PgPoolOptions::new()
        .max_connections(settings.max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(options)
        .await
        .map_err(refused)?;
    let mut transaction = pool.begin().await.map_err(refused)?;
    for statements in [SCHEMA_LOCK, SCHEMA] {
        sqlx::raw_sql(statements)
            .execute(&mut *transaction)
            .await
            .map_err(refused)?;
    }
    transaction.commit().await.map_err(refused)?;
    Ok(pool)
}
