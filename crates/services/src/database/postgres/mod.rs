//! SQL databases on PostgreSQL servers.
//!
//! What a grant allows is held by the server. A statement of a reader runs in a read-only
//! transaction, alone or in the reader's own, and cannot leave it: the transaction has a snapshot
//! before the statement comes, after which PostgreSQL lets nobody make it writable, and a statement
//! that ends transactions is refused, also inside a function. What a read-only transaction lets
//! through all the same (large objects, before PostgreSQL 16) is undone: a reader's transaction
//! ends with a rollback in any case. PostgreSQL tells changing rows from
//! changing tables by the user's privileges only, so for `write` and `admin` those of the user in
//! the database's settings decide. A superuser there could reach the server's files, also as a
//! reader: give each database a user of its own.
//!
//! A statement ends on the server when its call is dropped (by a cancel request), and at the end of
//! its invocation's time even if this host is gone (by `statement_timeout`).

mod array;
mod connect;
mod lexer;
mod link;
mod placeholders;
mod value;

use crate::Memory;
use crate::database::engine::Access;
use crate::database::engine::ConnectError;
use crate::database::engine::Control;
use crate::database::engine::Engine;
use crate::database::engine::Outcome;
use crate::database::engine::Session;
use crate::database::engine::Statement;
use crate::database::engine::StatementError;
use crate::database::engine::TRANSACTIONS;
use crate::database::engine::check_count;
use crate::database::lent::Lent;
use crate::database::pool::Pools;
use crate::database::pool::Standing;
use crate::database::pool::Tenants;
use crate::database::result::Weight;
use crate::database::settings;
use async_trait::async_trait;
use ketrics_directory::Database;
use link::PostgresLink;
use std::sync::Arc;
use std::time::Duration;

/// How much longer than its invocation a statement may run. By then it was cancelled; this is for
/// a host that is no longer there to cancel anything.
const GRACE: Duration = Duration::from_secs(1);

/// First words of statements that begin or end transactions.
const CONTROLS: [&str; 8] = [
    "ABORT",
    "BEGIN",
    "COMMIT",
    "END",
    "RELEASE",
    "ROLLBACK",
    "SAVEPOINT",
    "START",
];

/// The engine.
pub(crate) struct Postgres {
    pools: Pools<PostgresLink>,
}

/// A session.
struct PostgresSession {
    access: Access,
    /// Whether the platform has a transaction open in it.
    stage: Stage,
    lent: Lent<PostgresLink>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Alone,
    Transaction,
}

impl Postgres {
    pub(crate) fn new(tenants: Arc<Tenants>) -> Self {
        Self {
            pools: Pools::new(tenants),
        }
    }
}

#[async_trait]
impl Engine for Postgres {
    async fn acquire(
        &self,
        database: &Database,
        access: Access,
        memory: &Memory,
    ) -> Result<Box<dyn Session>, ConnectError> {
        let connect = |settings| async move { connect::connect(&settings, memory).await };
        let lent = Lent::from_pool(&self.pools, database, &settings::POSTGRES, connect).await?;
        Ok(Box::new(PostgresSession {
            access,
            stage: Stage::Alone,
            lent,
        }))
    }
}

impl PostgresSession {
    /// Works with the connection, while what is open in it is what the platform opened.
    async fn with<R>(
        &mut self,
        work: impl AsyncFnOnce(&mut PostgresLink) -> Result<R, StatementError>,
    ) -> Result<R, StatementError> {
        let expected = match self.stage {
            Stage::Alone => Standing::Idle,
            Stage::Transaction => Standing::Open,
        };
        self.lent.with(|standing| standing == expected, work).await
    }
}

#[async_trait]
impl Session for PostgresSession {
    async fn run(&mut self, statement: Statement) -> Result<Outcome, StatementError> {
        let numbered = placeholders::number(&statement.sql).map_err(StatementError::Refused)?;
        let [first, second] = &numbered.words;
        if CONTROLS.contains(&&**first) || (first == "PREPARE" && second == "TRANSACTION") {
            return Err(StatementError::Refused(TRANSACTIONS.to_owned()));
        }
        check_count(numbered.parameters, statement.parameters.len())?;
        let timeout = (statement.time_left + GRACE)
            .as_millis()
            .min(i32::MAX as u128);
        let wrapped = self.stage == Stage::Alone && self.access == Access::Read;
        let before = if wrapped {
            format!("BEGIN READ ONLY; SET LOCAL statement_timeout TO {timeout}; SELECT 1")
        } else {
            format!("SET statement_timeout TO {timeout}")
        };
        let behind = wrapped.then_some("ROLLBACK");
        let weight = Weight::within(&statement.memory);
        self.with(async |link| {
            link.run(&before, &numbered.sql, statement.parameters, behind, weight)
                .await
        })
        .await
    }

    async fn control(&mut self, control: Control) -> Result<(), StatementError> {
        let sql = match control {
            Control::Begin if self.access == Access::Read => "BEGIN READ ONLY; SELECT 1".to_owned(),
            Control::Begin => "BEGIN".to_owned(),
            // A reader has nothing to keep, and a read-only transaction lets large objects through.
            Control::Commit if self.access == Access::Read => "ROLLBACK".to_owned(),
            Control::Commit => "COMMIT".to_owned(),
            Control::Rollback => "ROLLBACK".to_owned(),
            Control::Save(level) => format!("SAVEPOINT level_{level}"),
            Control::Release(level) => format!("RELEASE level_{level}"),
            Control::RollbackTo(level) => {
                format!("ROLLBACK TO level_{level}; RELEASE level_{level}")
            }
        };
        let said = self.with(async |link| link.batch(&sql).await).await?;
        match control {
            Control::Begin => self.stage = Stage::Transaction,
            Control::Commit | Control::Rollback => self.stage = Stage::Alone,
            Control::Save(_) | Control::Release(_) | Control::RollbackTo(_) => {}
        }
        // PostgreSQL answers so when a statement had failed.
        if matches!(control, Control::Commit) && said != sql {
            return Err(StatementError::Refused(
                "a statement in it had failed, so nothing of it was kept".to_owned(),
            ));
        }
        Ok(())
    }
}
