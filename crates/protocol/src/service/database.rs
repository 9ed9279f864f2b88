//! `ketrics.Database`: SQL.

use crate::Cell;
use serde::Deserialize;
use serde::Serialize;

/// What tenant code asks of a SQL database.
///
/// A connection and a transaction are numbers that mean something within one invocation only.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum DatabaseCall {
    /// Opens a connection to the database with this code.
    Connect { database: String },
    /// Runs a statement and returns its rows.
    Query {
        connection: u32,
        transaction: Option<u32>,
        sql: String,
        parameters: Vec<Cell>,
    },
    /// Runs a statement and returns what it changed.
    Execute {
        connection: u32,
        transaction: Option<u32>,
        sql: String,
        parameters: Vec<Cell>,
    },
    /// Starts a transaction, or a savepoint inside `parent`.
    Begin {
        connection: u32,
        parent: Option<u32>,
    },
    /// Keeps what the transaction did.
    Commit { connection: u32, transaction: u32 },
    /// Undoes it.
    Rollback { connection: u32, transaction: u32 },
    /// Gives the connection back.
    Close { connection: u32 },
}

/// What comes back, variant by variant of [`DatabaseCall`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum DatabaseReply {
    Connect {
        connection: u32,
        permissions: Vec<String>,
    },
    Query {
        columns: Vec<String>,
        /// The rows' cells, one row after the other.
        cells: Vec<Cell>,
        row_count: u32,
        /// For statements that write.
        affected_rows: Option<f64>,
    },
    Execute {
        affected_rows: f64,
        insert_id: Option<Cell>,
    },
    Begin {
        transaction: u32,
    },
    Commit {},
    Rollback {},
    Close {},
}
