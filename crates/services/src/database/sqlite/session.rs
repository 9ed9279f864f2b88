//! One conversation with a SQLite database.

use crate::database::engine::Access;
use crate::database::engine::Control;
use crate::database::engine::Outcome;
use crate::database::engine::Session;
use crate::database::engine::Statement;
use crate::database::engine::StatementError;
use crate::database::engine::check_count;
use crate::database::engine::integer;
use crate::database::placeholders;
use crate::database::result::Weight;
use crate::database::sqlite::Pool;
use crate::database::sqlite::guard::Guard;
use crate::database::sqlite::value;
use crate::database::sqlite::value::Declared;
use async_trait::async_trait;
use rusqlite::Connection;
use rusqlite::ErrorCode;
use rusqlite::InterruptHandle;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;

/// A connection with everything that belongs to it.
pub(crate) struct Live {
    pub(crate) connection: Connection,
    pub(crate) guard: Arc<Guard>,
    pub(crate) slot: OwnedSemaphorePermit,
}

/// A session.
pub(crate) struct SqliteSession {
    pool: Arc<Pool>,
    access: Access,
    /// Absent while a call runs; whoever drops the call has lost it.
    live: Option<Live>,
}

/// Stops the statement of a call that is dropped.
struct Interrupt(Option<InterruptHandle>);

impl Drop for Interrupt {
    fn drop(&mut self) {
        if let Some(handle) = &self.0 {
            handle.interrupt();
        }
    }
}

impl SqliteSession {
    pub(crate) fn new(pool: Arc<Pool>, access: Access, live: Live) -> Self {
        Self {
            pool,
            access,
            live: Some(live),
        }
    }

    async fn work<R: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Live) -> Result<R, StatementError> + Send + 'static,
    ) -> Result<R, StatementError> {
        let mut live = self.live.take().ok_or(StatementError::Lost)?;
        let mut interrupt = Interrupt(Some(live.connection.get_interrupt_handle()));
        let (live, result) = tokio::task::spawn_blocking(move || {
            let result = work(&mut live);
            (live, result)
        })
        .await
        .map_err(|error| StatementError::Failed(error.to_string()))?;
        interrupt.0 = None;
        self.live = Some(live);
        result
    }
}

#[async_trait]
impl Session for SqliteSession {
    async fn run(&mut self, statement: Statement) -> Result<Outcome, StatementError> {
        self.work(move |live| run(live, statement)).await
    }

    async fn control(&mut self, control: Control) -> Result<(), StatementError> {
        let sql = match control {
            // Taking the lock at the start is the only way to wait for it: a transaction that has
            // read already is refused at once.
            Control::Begin if self.access == Access::Read => "BEGIN".to_owned(),
            Control::Begin => "BEGIN IMMEDIATE".to_owned(),
            Control::Commit => "COMMIT".to_owned(),
            Control::Rollback => "ROLLBACK".to_owned(),
            Control::Save(level) => format!("SAVEPOINT level_{level}"),
            Control::Release(level) => format!("RELEASE level_{level}"),
            Control::RollbackTo(level) => {
                format!("ROLLBACK TO level_{level}; RELEASE level_{level}")
            }
        };
        self.work(move |live| {
            let done = live
                .guard
                .as_platform(|| live.connection.execute_batch(&sql));
            done.map_err(|error| describe(&error, &live.guard))
        })
        .await
    }
}

impl Drop for SqliteSession {
    fn drop(&mut self) {
        let Some(live) = self.live.take() else {
            return;
        };
        // A transaction that is still open here has lost its book-keeping: it goes with its
        // connection.
        let surplus = if live.connection.is_autocommit() {
            self.pool.keep(self.access, live.connection, live.guard)
        } else {
            Some(live.connection)
        };
        drop(live.slot);
        if let Some(connection) = surplus {
            // Closing may write the log back into the file.
            match Handle::try_current() {
                Ok(runtime) => drop(runtime.spawn_blocking(move || drop(connection))),
                Err(_) => drop(connection),
            }
        }
    }
}

fn run(live: &mut Live, statement: Statement) -> Result<Outcome, StatementError> {
    let numbered = placeholders::number(&statement.sql).map_err(StatementError::Refused)?;
    check_count(numbered.parameters, statement.parameters.len())?;
    let failed = |error: rusqlite::Error| describe(&error, &live.guard);
    let connection = &live.connection;
    let before = connection.total_changes();
    let mut prepared = connection.prepare(&numbered.sql).map_err(failed)?;
    let writes = !prepared.readonly();
    let columns: Vec<String> = prepared
        .column_names()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let declared: Vec<Declared> = prepared
        .columns()
        .iter()
        .map(|column| Declared::of(column.decl_type()))
        .collect();
    for (position, cell) in (1..).zip(statement.parameters) {
        let value = value::parameter(position, cell).map_err(StatementError::Refused)?;
        prepared
            .raw_bind_parameter(position, value)
            .map_err(failed)?;
    }
    let mut outcome = Outcome {
        columns,
        ..Outcome::default()
    };
    let mut weight = Weight::within(&statement.memory);
    let mut rows = prepared.raw_query();
    while let Some(row) = rows.next().map_err(failed)? {
        for (index, declared) in declared.iter().enumerate() {
            let cell = value::cell(row.get_ref(index).map_err(failed)?, *declared);
            weight.add(&cell).map_err(StatementError::Refused)?;
            outcome.cells.push(cell);
        }
        outcome.row_count += 1;
    }
    drop(rows);
    drop(prepared);
    if writes {
        // What changes() says is left over from the statement before when this one is DDL.
        let changed = connection.total_changes() != before;
        let affected = if changed { connection.changes() } else { 0 };
        outcome.affected_rows = Some(affected);
        outcome.insert_id =
            (numbered.inserts && affected > 0).then(|| integer(connection.last_insert_rowid()));
    }
    Ok(outcome)
}

/// What of a failure is for tenant code.
fn describe(error: &rusqlite::Error, guard: &Guard) -> StatementError {
    use rusqlite::Error;
    let denial = guard.take_denial();
    let (code, message) = match error {
        Error::SqliteFailure(failure, message) => (failure.code, message.clone()),
        Error::SqlInputError { error, msg, .. } => (error.code, Some(msg.clone())),
        Error::MultipleStatement => {
            return StatementError::Refused(
                "one call runs one statement; here is more behind the first".to_owned(),
            );
        }
        Error::NulError(_) => {
            return StatementError::Refused("the statement holds a NUL character".to_owned());
        }
        other => return StatementError::Failed(other.to_string()),
    };
    let message = message.unwrap_or_else(|| error.to_string());
    match code {
        ErrorCode::AuthorizationForStatementDenied => {
            StatementError::Refused(denial.unwrap_or(message))
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StatementError::Refused(
            "the database was locked by another writer for too long".to_owned(),
        ),
        ErrorCode::OperationInterrupted => {
            StatementError::Refused("the statement was stopped".to_owned())
        }
        ErrorCode::CannotOpen
        | ErrorCode::SystemIoFailure
        | ErrorCode::DatabaseCorrupt
        | ErrorCode::NotADatabase
        | ErrorCode::PermissionDenied
        | ErrorCode::OutOfMemory
        | ErrorCode::InternalMalfunction => StatementError::Failed(message),
        _ => StatementError::Refused(message),
    }
}
