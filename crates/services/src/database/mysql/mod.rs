//! SQL databases on MySQL and MariaDB servers.
//!
//! What a grant allows is held by the server. A statement of a reader runs in a read-only
//! transaction, alone or in the reader's own, in a session whose every transaction is read-only. A
//! procedure or a `SET` could still leave it, so a reader's statement is one that only reads by its
//! first word. MySQL tells changing rows from changing tables by the user's privileges only, so for
//! `write` and `admin` those of the user in the database's settings decide. A user with the `FILE`
//! privilege reaches the server's files, also as a reader: give each database a user of its own.
//!
//! MySQL commits a transaction when a statement changes tables, and undoes it after a deadlock.
//! Whatever comes then in the same `transaction()` is refused, so that nothing is written outside.
//!
//! A statement ends on the server when its call is dropped (its connection is killed from another
//! one), and at the end of its invocation's time even if this host is gone: by `max_statement_time`
//! on MariaDB, by `max_execution_time` on MySQL, which counts for reading only.

mod connect;
mod errors;
mod link;
mod packet;
mod placeholders;
mod scramble;
mod value;
mod wire;

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
use crate::database::pool::Link;
use crate::database::pool::Pools;
use crate::database::pool::Standing;
use crate::database::pool::Tenants;
use crate::database::result::Weight;
use crate::database::settings;
use async_trait::async_trait;
use ketrics_directory::Database;
use link::Around;
use link::MySqlLink;
use placeholders::Ordered;
use std::sync::Arc;
use std::time::Duration;
use value::Parameter;

/// How much longer than its invocation a statement may run. By then it was killed; this is for a
/// host that is no longer there to kill anything.
const GRACE: Duration = Duration::from_secs(1);

/// First words of statements that begin or end transactions, or lock beyond them.
const CONTROLS: [&str; 9] = [
    "BEGIN",
    "COMMIT",
    "LOCK",
    "RELEASE",
    "ROLLBACK",
    "SAVEPOINT",
    "START",
    "UNLOCK",
    "XA",
];

/// First words of statements that cannot but read, in a read-only transaction.
const READS: [&str; 9] = [
    "(", "DESC", "DESCRIBE", "EXPLAIN", "HELP", "SELECT", "SHOW", "VALUES", "WITH",
];

/// A reader's transaction, in a session that has no other.
const BEGIN_READING: &str = "SET SESSION TRANSACTION READ ONLY; START TRANSACTION READ ONLY";

const OVER: &str = "the transaction is over: the database undid it after the error before, \
                    or committed it because a statement changed tables";

/// The engine.
pub(crate) struct MySql {
    pools: Pools<MySqlLink>,
}

/// A session.
struct MySqlSession {
    access: Access,
    stage: Stage,
    lent: Lent<MySqlLink>,
}

/// What the platform has open in a session.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Alone,
    Transaction,
    /// A transaction that the server has ended.
    Over,
}

impl MySql {
    pub(crate) fn new(tenants: Arc<Tenants>) -> Self {
        Self {
            pools: Pools::new(tenants),
        }
    }
}

#[async_trait]
impl Engine for MySql {
    async fn acquire(
        &self,
        database: &Database,
        access: Access,
        memory: &Memory,
    ) -> Result<Box<dyn Session>, ConnectError> {
        let connect = |settings| async move { connect::connect(&settings, memory).await };
        let lent = Lent::from_pool(&self.pools, database, &settings::MYSQL, connect).await?;
        Ok(Box::new(MySqlSession {
            access,
            stage: Stage::Alone,
            lent,
        }))
    }
}

impl MySqlSession {
    async fn with<R>(
        &mut self,
        work: impl AsyncFnOnce(&mut MySqlLink) -> Result<R, StatementError>,
    ) -> Result<R, StatementError> {
        self.lent.with(Standing::is_quiet, work).await
    }

    fn check(&self, ordered: &Ordered) -> Result<(), StatementError> {
        let refused = |reason: &str| Err(StatementError::Refused(reason.to_owned()));
        let verb = ordered.verb.as_str();
        if verb == "/*!" {
            return refused("a statement cannot begin with a comment that the server executes");
        }
        if CONTROLS.contains(&verb) {
            return refused(TRANSACTIONS);
        }
        if self.access == Access::Read && !READS.contains(&verb) {
            return refused("the grant on this database is not enough: it is for reading only");
        }
        if self.stage == Stage::Over {
            return refused(OVER);
        }
        Ok(())
    }
}

#[async_trait]
impl Session for MySqlSession {
    async fn run(&mut self, statement: Statement) -> Result<Outcome, StatementError> {
        let ordered = placeholders::order(&statement.sql).map_err(StatementError::Refused)?;
        self.check(&ordered)?;
        check_count(ordered.parameters, statement.parameters.len())?;
        let mut parameters = Vec::with_capacity(ordered.order.len());
        for &index in &ordered.order {
            let cell = &statement.parameters[index];
            parameters.push(Parameter::of(index + 1, cell).map_err(StatementError::Refused)?);
        }
        let limit = statement.time_left + GRACE;
        let wrapped = self.stage == Stage::Alone && self.access == Access::Read;
        let in_transaction = self.stage == Stage::Transaction;
        let mut after = self.stage;
        let weight = Weight::within(&statement.memory);
        let result = self
            .with(async |link| {
                let mut before = if link.is_mariadb() {
                    format!("SET max_statement_time = {:.3}", limit.as_secs_f64())
                } else {
                    let limit = limit.as_millis().min(u32::MAX.into());
                    format!("SET max_execution_time = {limit}")
                };
                if wrapped {
                    before.push_str("; ");
                    before.push_str(BEGIN_READING);
                }
                // Only an answer without an error says whether the transaction is still there.
                let around = Around {
                    before: &before,
                    behind: if wrapped {
                        Some("ROLLBACK")
                    } else {
                        in_transaction.then_some("DO 0")
                    },
                };
                let result = link.run(&ordered, &parameters, around, weight).await;
                if in_transaction && link.standing() == Standing::Idle {
                    after = Stage::Over;
                }
                result
            })
            .await;
        self.stage = after;
        result
    }

    async fn control(&mut self, control: Control) -> Result<(), StatementError> {
        if self.stage == Stage::Over {
            return match control {
                Control::Rollback | Control::RollbackTo(_) => Ok(()),
                _ => Err(StatementError::Refused(OVER.to_owned())),
            };
        }
        let sql = match control {
            Control::Begin if self.access == Access::Read => BEGIN_READING.to_owned(),
            Control::Begin => "START TRANSACTION".to_owned(),
            Control::Commit => "COMMIT".to_owned(),
            Control::Rollback => "ROLLBACK".to_owned(),
            Control::Save(level) => format!("SAVEPOINT level_{level}"),
            Control::Release(level) => format!("RELEASE SAVEPOINT level_{level}"),
            Control::RollbackTo(level) => {
                format!("ROLLBACK TO SAVEPOINT level_{level}; RELEASE SAVEPOINT level_{level}")
            }
        };
        self.with(async |link| link.batch(&sql).await).await?;
        match control {
            Control::Begin => self.stage = Stage::Transaction,
            Control::Commit | Control::Rollback => self.stage = Stage::Alone,
            Control::Save(_) | Control::Release(_) | Control::RollbackTo(_) => {}
        }
        Ok(())
    }
}
