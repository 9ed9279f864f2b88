//! What the platform knows: tenants, users, groups, roles, applications, deployments, resources
//! and grants; and what it must not forget: jobs, messages and logs.
//!
//! There is one set of queries, written so that SQLite and PostgreSQL take the same text: `$1`
//! parameters, ids as text, points in time as milliseconds since the epoch. Only migrations differ
//! between the two, and the little that stands in the module `database`. `docs/directory.md` tells
//! how to write a query and a migration.
//!
//! A question about an application's own things always names the tenant too. What belongs to
//! somebody else is answered like what does not exist.

#![warn(missing_docs)]

mod ai;
mod applications;
mod database;
mod deployment_tokens;
mod deployments;
mod egress;
mod environment;
mod error;
mod grants;
mod ids;
mod inventory;
mod jobs;
mod leases;
mod listing;
mod logs;
mod messages;
mod migrations;
mod pushes;
mod releases;
mod resources;
mod roles;
mod tenants;
mod users;

pub use ai::AiAllowance;
pub use ai::AiRequest;
pub use ai::AiReservation;
pub use applications::Application;
pub use database::DirectoryEngine;
pub use database::PostgresDirectory;
pub use deployment_tokens::DEPLOYMENT_TOKEN_PREFIX;
pub use deployment_tokens::DeploymentToken;
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
pub use ids::DeploymentTokenId;
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
pub use inventory::ApplicationInventory;
pub use inventory::Inventory;
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
pub use listing::ListedUser;
pub use listing::UserStatus;
pub use logs::LogFilter;
pub use logs::LogLevel;
pub use logs::LogLine;
pub use logs::LogNews;
pub use logs::LogPage;
pub use logs::LogPosition;
pub use logs::LogSource;
pub use logs::StoredLogLine;
pub use messages::Channels;
pub use messages::InboxMessage;
pub use messages::InboxPage;
pub use messages::InboxPosition;
pub use messages::InboxView;
pub use messages::MessagePriority;
pub use messages::NewMessage;
pub use pushes::DeadPush;
pub use pushes::PushClaim;
pub use pushes::PushMessage;
pub use releases::Declared;
pub use releases::DeclaredGrant;
pub use releases::DeclaredRole;
pub use releases::KEPT_DEPLOYMENTS;
pub use releases::Released;
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

use crate::database::Database as Connections;
use sqlx::Any;
use sqlx::AnyPool;
use sqlx::Transaction;
use std::path::Path;

/// A handle to the directory. Cloning it is cheap; all clones share their connections.
#[derive(Clone, Debug)]
pub struct Directory {
    pool: AnyPool,
    database: Connections,
}

impl Directory {
    /// Opens the directory in this SQLite file, makes the file where there is none, and brings its
    /// tables up to date.
    ///
    /// # Errors
    /// When the file cannot be opened or its tables are from a newer version.
    pub async fn open(path: &Path) -> Result<Self, DirectoryError> {
        Self::on(Connections::open_file(path).await?).await
    }

    /// Connects to the directory in this PostgreSQL database and brings its tables up to date.
    ///
    /// # Errors
    /// When the database cannot be reached or its tables are from a newer version.
    pub async fn connect(settings: &PostgresDirectory) -> Result<Self, DirectoryError> {
        Self::on(Connections::connect(settings).await?).await
    }

    async fn on(database: Connections) -> Result<Self, DirectoryError> {
        migrations::migrator(database.engine)
            .run(&database.pool)
            .await?;
        Ok(Self {
            pool: database.pool.clone(),
            database,
        })
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
    async fn begin(&self) -> Result<Transaction<'static, Any>, DirectoryError> {
        self.database.begin().await
    }
}

/// Milliseconds since the epoch.
fn now() -> i64 {
    chrono::Utc::now().timestamp_millis()
}
