//! What the platform knows: tenants, users, groups, roles, applications, deployments, resources
//! and grants; and what it must not forget: jobs and messages.
//!
//! There is one set of queries, written so that SQLite and PostgreSQL take the same text: `$1`
//! parameters, ids as text, points in time as milliseconds since the epoch. Only migrations differ
//! between the two, and `Directory::begin`, which takes SQLite's write lock at the start because a
//! transaction that reads first and writes later cannot wait for it.
//!
//! A question about an application's own things always names the tenant too. What belongs to
//! somebody else is answered like what does not exist.

#![warn(missing_docs)]

mod applications;
mod deployments;
mod environment;
mod error;
mod grants;
mod ids;
mod jobs;
mod leases;
mod messages;
mod migrations;
mod resources;
mod roles;
mod tenants;
mod users;

pub use applications::Application;
pub use deployments::Bundle;
pub use deployments::BundleFormat;
pub use deployments::Deployment;
pub use deployments::NewDeployment;
pub use error::DirectoryError;
pub use grants::GrantKind;
pub use grants::Lookup;
pub use ids::ApplicationId;
pub use ids::DatabaseId;
pub use ids::DeploymentId;
pub use ids::DocumentDatabaseId;
pub use ids::GroupId;
pub use ids::IdError;
pub use ids::JobId;
pub use ids::MessageId;
pub use ids::ParameterId;
pub use ids::RoleId;
pub use ids::SecretId;
pub use ids::ServiceAccountId;
pub use ids::TenantId;
pub use ids::UserId;
pub use ids::VolumeId;
pub use jobs::Enqueued;
pub use jobs::Job;
pub use jobs::JobCounts;
pub use jobs::JobFailure;
pub use jobs::JobPosition;
pub use jobs::JobState;
pub use jobs::NewJob;
pub use leases::ClaimedJob;
pub use leases::Expired;
pub use leases::Lease;
pub use leases::MAX_STARTS;
pub use messages::InboxMessage;
pub use messages::MessagePriority;
pub use messages::NewMessage;
pub use resources::Database;
pub use resources::DatabaseSpec;
pub use resources::DocumentDatabase;
pub use resources::Parameter;
pub use resources::Secret;
pub use resources::Volume;
pub use resources::VolumeSpec;
pub use roles::Assignee;
pub use roles::Requestor;
pub use roles::Role;
pub use tenants::Tenant;
pub use users::Group;
pub use users::ServiceAccount;
pub use users::User;

use sqlx::Sqlite;
use sqlx::SqlitePool;
use sqlx::Transaction;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::sqlite::SqliteJournalMode;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::sqlite::SqliteSynchronous;
use std::path::Path;
use std::time::Duration;

/// Connections at once; SQLite has one writer, the others read beside it.
const MAX_CONNECTIONS: u32 = 8;

/// How long a writer waits for another before the call fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// A handle to the directory. Cloning it is cheap; all clones share their connections.
#[derive(Clone, Debug)]
pub struct Directory {
    pool: SqlitePool,
}

impl Directory {
    /// Opens the directory in this SQLite file, makes the file where there is none, and brings its
    /// tables up to date.
    ///
    /// # Errors
    /// When the file cannot be opened or its tables are from a newer version.
    pub async fn open(path: &Path) -> Result<Self, DirectoryError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A job that was accepted is still there after a power failure.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(BUSY_TIMEOUT)
            .connect_with(options)
            .await?;
        migrations::migrator().run(&pool).await?;
        Ok(Self { pool })
    }

    /// Whether the directory answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), DirectoryError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Closes all connections and waits for those in use.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Starts a transaction that writes.
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, DirectoryError> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }
}

/// Milliseconds since the epoch.
fn now() -> i64 {
    chrono::Utc::now().timestamp_millis()
}
