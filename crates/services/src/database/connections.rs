//! What an invocation has open in its databases.

use crate::database::engine::Access;
use crate::database::engine::Session;
use ketrics_directory::Database;
use ketrics_protocol::ServiceError;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

/// Connections that an invocation may have open at once.
const MAX_CONNECTIONS: usize = 64;

/// A database that an application may use.
#[derive(Clone)]
pub(crate) struct Connected {
    pub(crate) database: Database,
    pub(crate) access: Access,
}

impl Connected {
    pub(crate) fn code(&self) -> &str {
        &self.database.code
    }
}

/// An outermost transaction: the session that it keeps, and the transactions open in it, itself
/// first and the innermost last.
pub(crate) struct Root {
    pub(crate) session: Box<dyn Session>,
    pub(crate) open: Vec<u32>,
}

pub(crate) type SharedRoot = Arc<tokio::sync::Mutex<Root>>;

/// Where a transaction stands in its root, by its level from the outside.
pub(crate) enum Step {
    Innermost(usize),
    Outer(usize),
    Over,
}

impl Root {
    pub(crate) fn step(&self, transaction: u32) -> Step {
        match self.open.iter().position(|open| *open == transaction) {
            None => Step::Over,
            Some(level) if level + 1 == self.open.len() => Step::Innermost(level),
            Some(level) => Step::Outer(level),
        }
    }

    /// The transaction is over, and those inside it.
    pub(crate) fn close(&mut self, transaction: u32) {
        if let Step::Innermost(level) | Step::Outer(level) = self.step(transaction) {
            self.open.truncate(level);
        }
    }
}

/// Everything that an invocation has open.
#[derive(Default)]
pub(crate) struct OpenConnections(Mutex<State>);

#[derive(Default)]
struct State {
    last: u32,
    /// Closed ones stay, so that their errors can name the database.
    connections: HashMap<u32, (Connected, Status)>,
    transactions: HashMap<u32, (u32, SharedRoot)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Open,
    Closed,
}

impl State {
    fn next(&mut self) -> u32 {
        self.last += 1;
        self.last
    }

    fn is_open(&self, connection: u32) -> bool {
        matches!(self.connections.get(&connection), Some((_, Status::Open)))
    }
}

impl OpenConnections {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn connect(&self, connected: Connected) -> Result<u32, ServiceError> {
        let mut state = self.state();
        let open = state
            .connections
            .values()
            .filter(|(_, status)| *status == Status::Open)
            .count();
        if open >= MAX_CONNECTIONS {
            return Err(ServiceError::new("DatabaseConnectionError")
                .with(connected.code())
                .with(format!(
                    "at most {MAX_CONNECTIONS} connections may be open at once"
                )));
        }
        let id = state.next();
        state.connections.insert(id, (connected, Status::Open));
        Ok(id)
    }

    /// The database of an open connection.
    pub(crate) fn connected(&self, connection: u32) -> Result<Connected, ServiceError> {
        let closed = |code: &str| {
            ServiceError::new("DatabaseConnectionError")
                .with(code)
                .with("the connection is closed")
        };
        match self.state().connections.get(&connection) {
            Some((connected, Status::Open)) => Ok(connected.clone()),
            Some((connected, Status::Closed)) => Err(closed(connected.code())),
            None => Err(closed("")),
        }
    }

    /// The root of a transaction of this connection.
    pub(crate) fn root(
        &self,
        connected: &Connected,
        connection: u32,
        transaction: u32,
    ) -> Result<SharedRoot, ServiceError> {
        match self.state().transactions.get(&transaction) {
            Some((owner, root)) if *owner == connection => Ok(root.clone()),
            _ => Err(over(connected)),
        }
    }

    /// Keeps the session of a new outermost transaction.
    pub(crate) fn begin(
        &self,
        connection: u32,
        session: Box<dyn Session>,
    ) -> Result<u32, ServiceError> {
        let mut state = self.state();
        // Closed while the session was waited for: then dropping it here rolls it back.
        if !state.is_open(connection) {
            return Err(crate::invocation::over());
        }
        let id = state.next();
        let root = Arc::new(tokio::sync::Mutex::new(Root {
            session,
            open: vec![id],
        }));
        state.transactions.insert(id, (connection, root));
        Ok(id)
    }

    /// A number for a transaction inside another one.
    pub(crate) fn nest(&self, connection: u32, root: &SharedRoot) -> Result<u32, ServiceError> {
        let mut state = self.state();
        if !state.is_open(connection) {
            return Err(crate::invocation::over());
        }
        let id = state.next();
        state.transactions.insert(id, (connection, root.clone()));
        Ok(id)
    }

    pub(crate) fn forget(&self, transaction: u32) {
        self.state().transactions.remove(&transaction);
    }

    /// Closes a connection; its transactions are the caller's to end.
    pub(crate) fn close(&self, connection: u32) -> Vec<SharedRoot> {
        let mut state = self.state();
        if let Some((_, status)) = state.connections.get_mut(&connection) {
            *status = Status::Closed;
        }
        state
            .transactions
            .extract_if(|_, (owner, _)| *owner == connection)
            .map(|(_, (_, root))| root)
            .collect()
    }

    /// Closes everything.
    pub(crate) fn drain(&self) -> Vec<SharedRoot> {
        let mut state = self.state();
        for (_, status) in state.connections.values_mut() {
            *status = Status::Closed;
        }
        state
            .transactions
            .drain()
            .map(|(_, (_, root))| root)
            .collect()
    }
}

/// What became of a transaction that failed.
#[derive(Clone, Copy)]
pub(crate) enum Fate {
    RolledBack,
    Open,
}

pub(crate) fn failed(connected: &Connected, reason: &str, fate: Fate) -> ServiceError {
    ServiceError::new("DatabaseTransactionError")
        .with(connected.code())
        .with(reason)
        .with(matches!(fate, Fate::RolledBack))
}

pub(crate) fn over(connected: &Connected) -> ServiceError {
    failed(connected, "the transaction is over", Fate::Open)
}
