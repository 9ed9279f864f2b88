//! A connection to SQL Server: requests out, answers in.
//!
//! Written by hand over the protocol's packets, because of what the drivers leave out: `money` with
//! all its digits, the rows that a statement wrote beside those that it returns, whether a
//! transaction is still open behind each answer, and the flag that makes the server forget what was
//! set on a connection, for which SQL has no statement.
//!
//! \[MS-TDS\] sections 2.2.6.7, "SQLBatch", 2.2.6.6, "RPC Request", and 2.2.6.9, "Transaction
//! Manager Request".

use crate::database::engine::Outcome;
use crate::database::engine::StatementError;
use crate::database::engine::integer;
use crate::database::pool::Link;
use crate::database::pool::Standing;
use crate::database::result::Weight;
use crate::database::settings::Settings;
use crate::database::sqlserver::errors;
use crate::database::sqlserver::errors::Broken;
use crate::database::sqlserver::parameter::Parameter;
use crate::database::sqlserver::token;
use crate::database::sqlserver::token::Change;
use crate::database::sqlserver::token::Column;
use crate::database::sqlserver::token::ServerError;
use crate::database::sqlserver::token::Token;
use crate::database::sqlserver::wire::Before;
use crate::database::sqlserver::wire::Kind;
use crate::database::sqlserver::wire::Wire;
use crate::database::sqlserver::wire::malformed;
use async_trait::async_trait;
use ketrics_protocol::Cell;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// What a session is like before tenant code sets anything, beyond what the login says.
const SESSION: &str = "SET NOCOUNT OFF; SET TRANSACTION ISOLATION LEVEL READ COMMITTED";

/// A connection that was silent for so long is asked whether the server is still there.
const ASK_AFTER: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// The column in which the platform asks for the number of a row that was inserted.
pub(crate) const INSERTED: &str = "ketrics inserted";
/// The number of the procedure that runs a statement with parameters.
const EXECUTE_SQL: u16 = 10;

/// Ends a transaction, if there is one.
const ROLL_BACK: &str = "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION";

/// Requests about transactions: `TM_BEGIN_XACT`, `TM_COMMIT_XACT`, `TM_ROLLBACK_XACT`.
#[derive(Clone, Copy)]
enum Manage {
    Begin = 5,
    Commit = 7,
    RollBack = 8,
}

/// Whether a call runs, or was given up, or the server has ended the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Activity {
    Quiet,
    /// A request may be only half sent.
    Sending,
    Waiting,
    Ended,
}

/// A connection.
pub(crate) struct SqlServerLink {
    wire: Wire,
    settings: Arc<Settings>,
    activity: Activity,
    /// The number of the transaction that is open.
    transaction: Option<u64>,
}

/// An answer on its way.
#[derive(Default)]
struct Reading {
    outcome: Outcome,
    columns: Vec<Column>,
    rows_are: RowsAre,
    weight: Weight,
    /// Why the rest is only read and not kept.
    refused: Option<String>,
    error: Option<ServerError>,
    logged_in: bool,
    reset: bool,
}

/// What the rows that come are.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum RowsAre {
    #[default]
    TheResult,
    TheInserted,
    /// Those of a further result: the first is the answer.
    Ignored,
}

impl SqlServerLink {
    pub(crate) fn new(wire: Wire, settings: Arc<Settings>) -> Self {
        Self {
            wire,
            settings,
            activity: Activity::Quiet,
            transaction: None,
        }
    }

    /// The transaction that is open behind the last answer.
    pub(crate) fn transaction(&self) -> Option<u64> {
        self.transaction
    }

    /// Tells the server who one is.
    pub(crate) async fn log_in(&mut self, login: &[u8]) -> Result<(), Broken> {
        self.send(Kind::Login, Before::Nothing, login).await?;
        let reading = self.answer(Weight::default()).await?;
        match reading.error {
            Some(error) => Err(Broken::Server(error)),
            None if reading.logged_in => {
                let weight = Weight::default();
                Ok(self
                    .batch_of(SESSION, Before::Nothing, weight)
                    .await
                    .map(drop)?)
            }
            None => Err(malformed().into()),
        }
    }

    async fn send(&mut self, kind: Kind, before: Before, message: &[u8]) -> Result<(), Broken> {
        // Until the answer is read, nobody knows what the server does.
        self.activity = Activity::Sending;
        self.wire.send(kind, before, message).await?;
        self.activity = Activity::Waiting;
        Ok(())
    }

    /// In which transaction a request runs, as it says itself.
    fn head(&self) -> Vec<u8> {
        let mut head = Vec::with_capacity(512);
        for number in [22_u32, 18] {
            head.extend_from_slice(&number.to_le_bytes());
        }
        head.extend_from_slice(&[2, 0]);
        head.extend_from_slice(&self.transaction.unwrap_or_default().to_le_bytes());
        head.extend_from_slice(&1_u32.to_le_bytes());
        head
    }

    async fn batch_of(
        &mut self,
        sql: &str,
        before: Before,
        weight: Weight,
    ) -> Result<Reading, Broken> {
        let mut message = self.head();
        message.extend(sql.encode_utf16().flat_map(u16::to_le_bytes));
        self.send(Kind::Batch, before, &message).await?;
        self.answer(weight).await
    }

    /// Runs statements of the platform.
    pub(crate) async fn batch(&mut self, sql: &str) -> Result<(), StatementError> {
        let weight = Weight::default();
        let reading = self.batch_of(sql, Before::Nothing, weight).await?;
        self.finish(reading).map(drop)
    }

    /// Asks by the request that the protocol has for it: not every server that speaks it answers
    /// the statement with the transaction's number, or with its end.
    async fn manage(&mut self, what: Manage) -> Result<(), StatementError> {
        let mut message = self.head();
        message.extend_from_slice(&[what as u8, 0]);
        // No name; and the isolation level stays, or nothing begins behind the end.
        message.extend_from_slice(&[0, 0]);
        self.send(Kind::Transaction, Before::Nothing, &message)
            .await?;
        let reading = self.answer(Weight::default()).await?;
        self.finish(reading).map(drop)
    }

    /// Begins a transaction.
    pub(crate) async fn begin(&mut self) -> Result<(), StatementError> {
        self.manage(Manage::Begin).await
    }

    /// Keeps what was done since the transaction, or the last one inside it, was begun.
    pub(crate) async fn commit(&mut self) -> Result<(), StatementError> {
        self.manage(Manage::Commit).await
    }

    /// Undoes everything since the transaction was begun.
    pub(crate) async fn roll_back(&mut self) -> Result<(), StatementError> {
        match self.transaction {
            Some(_) => self.manage(Manage::RollBack).await,
            None => self.batch(ROLL_BACK).await,
        }
    }

    /// Runs a statement as it is.
    pub(crate) async fn run_alone(
        &mut self,
        sql: &str,
        weight: Weight,
    ) -> Result<Outcome, StatementError> {
        let reading = self.batch_of(sql, Before::Nothing, weight).await?;
        self.finish(reading)
    }

    /// Runs a statement with parameters, in a scope of its own.
    pub(crate) async fn run(
        &mut self,
        sql: &str,
        parameters: &[(String, Parameter)],
        weight: Weight,
    ) -> Result<Outcome, StatementError> {
        let mut message = self.head();
        message.extend_from_slice(&[0xff, 0xff]);
        message.extend_from_slice(&EXECUTE_SQL.to_le_bytes());
        message.extend_from_slice(&[0, 0]);
        Parameter::text(sql).put("", &mut message);
        if !parameters.is_empty() {
            let declared = parameters
                .iter()
                .map(|(name, parameter)| format!("{name} {}", parameter.declared));
            let declared = declared.collect::<Vec<_>>().join(",");
            Parameter::text(&declared).put("", &mut message);
        }
        for (name, parameter) in parameters {
            parameter.put(name, &mut message);
        }
        self.send(Kind::Procedure, Before::Nothing, &message)
            .await?;
        let reading = self.answer(weight).await?;
        self.finish(reading)
    }

    /// Nothing more is to come.
    fn finish(&mut self, reading: Reading) -> Result<Outcome, StatementError> {
        if let Some(error) = reading.error {
            if error.class >= errors::LAST {
                self.activity = Activity::Ended;
            }
            return Err(errors::running(&error, &self.settings));
        }
        if let Some(reason) = reading.refused {
            return Err(StatementError::Refused(reason));
        }
        let mut outcome = reading.outcome;
        // What changes tables counts nothing.
        if outcome.columns.is_empty() && outcome.affected_rows.is_none() {
            outcome.affected_rows = Some(0);
        }
        Ok(outcome)
    }

    /// Reads a message to its end.
    async fn answer(&mut self, weight: Weight) -> Result<Reading, Broken> {
        let mut reading = Reading {
            weight,
            ..Reading::default()
        };
        let mut is_first = true;
        while is_first || !self.wire.is_over() {
            is_first = false;
            match token::next(&mut self.wire).await? {
                Token::Columns(columns) => reading.describe(columns),
                Token::Row => {
                    let columns = std::mem::take(&mut reading.columns);
                    reading.row();
                    for column in &columns {
                        reading.cell(column.kind.value(&mut self.wire).await?);
                    }
                    reading.columns = columns;
                }
                Token::CompressedRow => {
                    let columns = std::mem::take(&mut reading.columns);
                    reading.row();
                    let nulls = self.wire.bytes(columns.len().div_ceil(8)).await?;
                    for (index, column) in columns.iter().enumerate() {
                        let is_null = nulls[index / 8] & (1 << (index % 8)) != 0;
                        let cell = if is_null {
                            Cell::Null
                        } else {
                            column.kind.value(&mut self.wire).await?
                        };
                        reading.cell(cell);
                    }
                    reading.columns = columns;
                }
                // What comes behind the first only follows from it.
                Token::Error(error) => {
                    reading.error.get_or_insert(error);
                }
                Token::Changed(change) => self.change(change, &mut reading)?,
                Token::LoggedIn => reading.logged_in = true,
                // Triggers count before the statement that they belong to.
                Token::Done(done) => {
                    let affected = &mut reading.outcome.affected_rows;
                    *affected = done.written.or(*affected);
                }
                Token::Other => {}
            }
        }
        self.activity = Activity::Quiet;
        Ok(reading)
    }

    fn change(&mut self, change: Change, reading: &mut Reading) -> Result<(), Broken> {
        match change {
            Change::PacketSize(size) => self.wire.agree(size)?,
            Change::Begun(number) => self.transaction = Some(number),
            Change::Ended => self.transaction = None,
            Change::Reset => reading.reset = true,
            Change::Elsewhere => return Err(Broken::Elsewhere),
            Change::Other => {}
        }
        Ok(())
    }
}

impl Reading {
    /// A result begins.
    fn describe(&mut self, columns: Vec<Column>) {
        let is_new = self.outcome.columns.is_empty();
        self.rows_are = match columns.as_slice() {
            [only] if only.name == INSERTED => RowsAre::TheInserted,
            _ if is_new => RowsAre::TheResult,
            _ => RowsAre::Ignored,
        };
        if self.rows_are == RowsAre::TheResult {
            let names = columns.iter().map(|column| column.name.clone());
            self.outcome.columns = names.collect();
        }
        self.columns = columns;
    }

    fn row(&mut self) {
        if self.rows_are == RowsAre::TheResult {
            self.outcome.row_count += 1;
        }
    }

    fn cell(&mut self, cell: Cell) {
        match self.rows_are {
            RowsAre::TheResult if self.refused.is_none() => match self.weight.add(&cell) {
                Ok(()) => self.outcome.cells.push(cell),
                Err(reason) => {
                    self.outcome.cells = Vec::new();
                    self.refused = Some(reason);
                }
            },
            // A decimal, because an identity column may be one.
            RowsAre::TheInserted => {
                self.outcome.insert_id = match cell {
                    Cell::Text(digits) => {
                        Some(digits.parse().map_or(Cell::Text(digits.clone()), integer))
                    }
                    _ => None,
                };
            }
            RowsAre::TheResult | RowsAre::Ignored => {}
        }
    }
}

#[async_trait]
impl Link for SqlServerLink {
    fn standing(&self) -> Standing {
        match self.activity {
            Activity::Quiet if self.transaction.is_some() => Standing::Open,
            Activity::Quiet => Standing::Idle,
            Activity::Waiting => Standing::Busy,
            Activity::Sending | Activity::Ended => Standing::Ended,
        }
    }

    async fn stop(mut self) {
        let asking = self.wire.send(Kind::Attention, Before::Nothing, &[]);
        let asked: Result<io::Result<()>, _> = tokio::time::timeout(ANSWER_TIMEOUT, asking).await;
        if !matches!(asked, Ok(Ok(()))) {
            tracing::debug!("a statement could not be stopped before its connection was closed");
        }
    }

    async fn answers(&mut self, silent: Duration) -> bool {
        if !self.wire.is_silent() {
            return false;
        }
        if silent < ASK_AFTER {
            return true;
        }
        let asking = self.batch("SELECT 1");
        matches!(
            tokio::time::timeout(ANSWER_TIMEOUT, asking).await,
            Ok(Ok(()))
        )
    }

    async fn reset(&mut self) -> bool {
        // Only a server that says so has forgotten.
        let weight = Weight::default();
        match self.batch_of(SESSION, Before::Reset, weight).await {
            Ok(reading) => {
                reading.reset && self.finish(reading).is_ok() && self.transaction.is_none()
            }
            Err(_) => false,
        }
    }
}
