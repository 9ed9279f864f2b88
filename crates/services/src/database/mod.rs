//! `ketrics.Database`: SQL.
//!
//! A connection is the right to use a database within one invocation. A statement outside a
//! transaction takes a session from the pool for itself; a transaction keeps one until it ends.
//! Nested transactions are savepoints of the outermost one's session.

mod calendar;
mod connections;
mod engine;
mod lent;
mod mysql;
mod placeholders;
mod pool;
mod postgres;
mod received;
mod result;
mod settings;
mod socket;
mod sqlite;
mod sqlserver;

pub(crate) use connections::OpenConnections;
pub use settings::database_engine;

use crate::Invocation;
use crate::OpenError;
use crate::ServicesConfig;
use crate::failure::opaque;
use connections::Connected;
use connections::Root;
use connections::Step;
use engine::Access;
use engine::ConnectError;
use engine::Control;
use engine::Engine;
use engine::Outcome;
use engine::Session;
use engine::Statement;
use engine::StatementError;
use ketrics_directory::Directory;
use ketrics_directory::Lookup;
use ketrics_protocol::DatabaseCall;
use ketrics_protocol::DatabaseReply;
use ketrics_protocol::ServiceError;
use mysql::MySql;
use pool::Tenants;
use postgres::Postgres;
use sqlite::Sqlite;
use sqlserver::SqlServer;
use std::sync::Arc;

/// Characters of a statement that its error shows.
const SHOWN_SQL: usize = 200;

pub(crate) struct Databases {
    directory: Directory,
    sqlite: Arc<dyn Engine>,
    postgres: Arc<dyn Engine>,
    mysql: Arc<dyn Engine>,
    sqlserver: Arc<dyn Engine>,
}

impl Databases {
    pub(crate) fn open(config: &ServicesConfig, directory: Directory) -> Result<Self, OpenError> {
        let root = config.data_dir.join("databases");
        std::fs::create_dir_all(&root).map_err(|error| OpenError::folder(&root, error))?;
        let tenants = Arc::new(Tenants::new());
        Ok(Self {
            directory,
            sqlite: Arc::new(Sqlite::new(root)),
            postgres: Arc::new(Postgres::new(tenants.clone())),
            mysql: Arc::new(MySql::new(tenants.clone())),
            sqlserver: Arc::new(SqlServer::new(tenants)),
        })
    }

    pub(crate) async fn close(&self, invocation: &Invocation) {
        for root in invocation.connections.drain() {
            end(&root).await;
        }
    }

    pub(crate) async fn handle(
        &self,
        invocation: &Invocation,
        call: DatabaseCall,
    ) -> Result<DatabaseReply, ServiceError> {
        invocation.check_open()?;
        match call {
            DatabaseCall::Connect { database } => self.connect(invocation, &database).await,
            DatabaseCall::Query {
                connection,
                transaction,
                sql,
                parameters,
            } => {
                let statement = Statement {
                    sql,
                    parameters,
                    time_left: invocation.time_left(),
                    memory: invocation.memory().clone(),
                };
                let outcome = self
                    .run(invocation, connection, transaction, statement)
                    .await?;
                #[expect(clippy::cast_precision_loss, reason = "no table has 2^53 rows")]
                Ok(DatabaseReply::Query {
                    columns: outcome.columns,
                    cells: outcome.cells,
                    row_count: outcome.row_count,
                    affected_rows: outcome.affected_rows.map(|rows| rows as f64),
                })
            }
            DatabaseCall::Execute {
                connection,
                transaction,
                sql,
                parameters,
            } => {
                let statement = Statement {
                    sql,
                    parameters,
                    time_left: invocation.time_left(),
                    memory: invocation.memory().clone(),
                };
                let outcome = self
                    .run(invocation, connection, transaction, statement)
                    .await?;
                #[expect(clippy::cast_precision_loss, reason = "no table has 2^53 rows")]
                Ok(DatabaseReply::Execute {
                    affected_rows: outcome.affected_rows.unwrap_or(0) as f64,
                    insert_id: outcome.insert_id,
                })
            }
            DatabaseCall::Begin { connection, parent } => {
                self.begin(invocation, connection, parent).await
            }
            DatabaseCall::Commit {
                connection,
                transaction,
            } => self.commit(invocation, connection, transaction).await,
            DatabaseCall::Rollback {
                connection,
                transaction,
            } => self.rollback(invocation, connection, transaction).await,
            DatabaseCall::Close { connection } => {
                for root in invocation.connections.close(connection) {
                    end(&root).await;
                }
                Ok(DatabaseReply::Close {})
            }
        }
    }

    async fn connect(
        &self,
        invocation: &Invocation,
        code: &str,
    ) -> Result<DatabaseReply, ServiceError> {
        let caller = invocation.caller();
        let found = self
            .directory
            .lookup_database(caller.tenant_id, caller.application_id, code)
            .await
            .map_err(|error| opaque("look a database up", error))?;
        let denied = || ServiceError::new("DatabaseAccessDeniedError").with(code);
        let (database, access) = match found {
            Lookup::Granted {
                resource,
                permissions,
            } => (
                resource,
                Access::from_permissions(&permissions).ok_or_else(denied)?,
            ),
            Lookup::AccessDenied => return Err(denied()),
            Lookup::NotFound => return Err(ServiceError::new("DatabaseNotFoundError").with(code)),
        };
        let connected = Connected { database, access };
        // A database that cannot be reached says so here, and not at the first statement.
        drop(self.session(invocation, &connected).await?);
        let connection = invocation.connections.connect(connected)?;
        Ok(DatabaseReply::Connect {
            connection,
            permissions: access.names(),
        })
    }

    async fn session(
        &self,
        invocation: &Invocation,
        connected: &Connected,
    ) -> Result<Box<dyn Session>, ServiceError> {
        let refused = |reason: &str| {
            ServiceError::new("DatabaseConnectionError")
                .with(connected.code())
                .with(reason)
        };
        let engine = match connected.database.engine.as_str() {
            "sqlite" => &self.sqlite,
            "postgresql" | "postgres" => &self.postgres,
            "mysql" | "mariadb" => &self.mysql,
            "sqlserver" | "mssql" => &self.sqlserver,
            other => {
                return Err(refused(&format!(
                    "the engine {other} is not available on this host"
                )));
            }
        };
        let acquiring = engine.acquire(&connected.database, connected.access, invocation.memory());
        match invocation.bounded(acquiring).await {
            Ok(Ok(session)) => Ok(session),
            Ok(Err(ConnectError::Refused(reason))) => Err(refused(&reason)),
            Ok(Err(error @ ConnectError::Failed(_))) => {
                tracing::error!(database = connected.code(), %error, "a database cannot be opened");
                Err(refused("the database cannot be opened"))
            }
            Err(_) => Err(refused("the invocation is over")),
        }
    }

    async fn run(
        &self,
        invocation: &Invocation,
        connection: u32,
        transaction: Option<u32>,
        statement: Statement,
    ) -> Result<Outcome, ServiceError> {
        let connected = invocation.connections.connected(connection)?;
        let shown: String = statement.sql.chars().take(SHOWN_SQL).collect();
        let failed = |reason: &str| {
            ServiceError::new("DatabaseQueryError")
                .with(connected.code())
                .with(reason)
                .with(shown.as_str())
        };
        let result = match transaction {
            None => {
                let mut session = self.session(invocation, &connected).await?;
                invocation.bounded(session.run(statement)).await
            }
            Some(transaction) => {
                let root = invocation
                    .connections
                    .root(&connected, connection, transaction)?;
                let mut root = root.lock().await;
                if !root.open.contains(&transaction) {
                    return Err(connections::over(&connected));
                }
                invocation.bounded(root.session.run(statement)).await
            }
        };
        match result {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(StatementError::Refused(reason))) => Err(failed(&reason)),
            Ok(Err(StatementError::Lost)) => Err(failed("the connection was lost")),
            Ok(Err(error @ StatementError::Failed(_))) => Err(opaque("run a statement", error)),
            Err(_) => Err(failed("the statement was stopped: the invocation is over")),
        }
    }

    async fn begin(
        &self,
        invocation: &Invocation,
        connection: u32,
        parent: Option<u32>,
    ) -> Result<DatabaseReply, ServiceError> {
        let connected = invocation.connections.connected(connection)?;
        let transaction = match parent {
            None => {
                let mut session = self.session(invocation, &connected).await?;
                step(invocation, &connected, session.control(Control::Begin)).await?;
                invocation.connections.begin(connection, session)?
            }
            Some(parent) => {
                let shared = invocation
                    .connections
                    .root(&connected, connection, parent)?;
                let mut root = shared.lock().await;
                if !root.open.contains(&parent) {
                    return Err(connections::over(&connected));
                }
                let level = root.open.len();
                step(
                    invocation,
                    &connected,
                    root.session.control(Control::Save(level)),
                )
                .await?;
                let transaction = invocation.connections.nest(connection, &shared)?;
                root.open.push(transaction);
                transaction
            }
        };
        Ok(DatabaseReply::Begin { transaction })
    }

    async fn commit(
        &self,
        invocation: &Invocation,
        connection: u32,
        transaction: u32,
    ) -> Result<DatabaseReply, ServiceError> {
        let connected = invocation.connections.connected(connection)?;
        let shared = invocation
            .connections
            .root(&connected, connection, transaction)?;
        let mut root = shared.lock().await;
        let control = match root.step(transaction) {
            Step::Over => return Err(connections::over(&connected)),
            Step::Outer(_) => {
                return Err(connections::failed(
                    &connected,
                    "a transaction inside it is still open",
                    connections::Fate::Open,
                ));
            }
            Step::Innermost(0) => Control::Commit,
            Step::Innermost(level) => Control::Release(level),
        };
        let done = step(invocation, &connected, root.session.control(control)).await;
        if done.is_err() {
            // What cannot be kept is undone, so that its end is known.
            self.undo(&mut root, transaction).await;
        }
        root.close(transaction);
        invocation.connections.forget(transaction);
        done.map(|()| DatabaseReply::Commit {})
    }

    async fn rollback(
        &self,
        invocation: &Invocation,
        connection: u32,
        transaction: u32,
    ) -> Result<DatabaseReply, ServiceError> {
        let connected = invocation.connections.connected(connection)?;
        let shared = invocation
            .connections
            .root(&connected, connection, transaction)?;
        let mut root = shared.lock().await;
        self.undo(&mut root, transaction).await;
        root.close(transaction);
        invocation.connections.forget(transaction);
        Ok(DatabaseReply::Rollback {})
    }

    /// Undoes a transaction and those inside it. One that is undone already is no failure: SQLite
    /// undoes by itself when the disk is full, and a lost session takes everything with it.
    async fn undo(&self, root: &mut Root, transaction: u32) {
        let control = match root.step(transaction) {
            Step::Over => return,
            Step::Innermost(0) | Step::Outer(0) => Control::Rollback,
            Step::Innermost(level) | Step::Outer(level) => Control::RollbackTo(level),
        };
        if let Err(error) = root.session.control(control).await {
            tracing::debug!(%error, "there was nothing left to roll back");
        }
    }
}

/// Makes a step of a transaction.
async fn step(
    invocation: &Invocation,
    connected: &Connected,
    control: impl Future<Output = Result<(), StatementError>>,
) -> Result<(), ServiceError> {
    let reason = match invocation.bounded(control).await {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(StatementError::Refused(reason))) => reason,
        Ok(Err(StatementError::Lost)) => "the connection was lost".to_owned(),
        Ok(Err(error @ StatementError::Failed(_))) => {
            return Err(opaque("make a step of a transaction", error));
        }
        Err(_) => "the invocation is over".to_owned(),
    };
    Err(connections::failed(
        connected,
        &reason,
        connections::Fate::RolledBack,
    ))
}

/// Rolls back what a connection or an invocation left open. A statement that still runs was told
/// to stop and is waited for.
async fn end(root: &connections::SharedRoot) {
    let mut root = root.lock().await;
    if root.open.is_empty() {
        return;
    }
    root.open.clear();
    if let Err(error) = root.session.control(Control::Rollback).await {
        tracing::debug!(%error, "there was nothing left to roll back");
    }
}
