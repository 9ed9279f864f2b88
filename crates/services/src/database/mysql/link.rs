//! A connection to MySQL or MariaDB: commands out, answers in.
//!
//! Written by hand over the protocol's packets, because of what the drivers leave out: that MariaDB
//! says which columns hold JSON, whether a transaction is still open behind each answer, resetting
//! a session, and several steps in one round trip, so that a read-only transaction around a
//! statement costs no waiting.
//!
//! "MySQL Client/Server Protocol", section "Command Phase".

use crate::Memory;
use crate::database::engine;
use crate::database::engine::Outcome;
use crate::database::engine::StatementError;
use crate::database::engine::check_count;
use crate::database::mysql::connect;
use crate::database::mysql::errors;
use crate::database::mysql::errors::Broken;
use crate::database::mysql::packet::Done;
use crate::database::mysql::packet::IN_TRANSACTION;
use crate::database::mysql::packet::MORE_RESULTS;
use crate::database::mysql::packet::Reader;
use crate::database::mysql::packet::ServerError;
use crate::database::mysql::placeholders::Ordered;
use crate::database::mysql::placeholders::Shape;
use crate::database::mysql::value;
use crate::database::mysql::value::Column;
use crate::database::mysql::value::Parameter;
use crate::database::mysql::wire::Wire;
use crate::database::pool::Link;
use crate::database::pool::Standing;
use crate::database::result::Weight;
use crate::database::settings::Settings;
use async_trait::async_trait;
use bytes::Bytes;
use ketrics_protocol::Cell;
use std::sync::Arc;
use std::time::Duration;

/// A connection that was silent for so long is asked whether the server is still there.
const ASK_AFTER: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the server is waited for when a statement is to be stopped.
const KILL_TIMEOUT: Duration = Duration::from_secs(5);

// Commands, as the protocol numbers them.
const QUERY: u8 = 0x03;
const PING: u8 = 0x0e;
const PREPARE: u8 = 0x16;
const EXECUTE: u8 = 0x17;
const CLOSE: u8 = 0x19;
const RESET: u8 = 0x1f;

// What an answer begins with.
const OK: u8 = 0x00;
const ERROR: u8 = 0xff;
const LOCAL_FILE: u8 = 0xfb;
const END: u8 = 0xfe;
/// A row may begin like an end, but is longer.
const LONGEST_END: usize = 0xff_ffff;

/// Whether a call runs, or was given up, or the server has ended the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Activity {
    Quiet,
    Busy,
    Ended,
}

/// A connection.
pub(crate) struct MySqlLink {
    wire: Wire,
    settings: Arc<Settings>,
    memory: Memory,
    process: u32,
    /// Whether columns say more, as MariaDB's do.
    extended: bool,
    mariadb: bool,
    activity: Activity,
    in_transaction: bool,
}

/// What the platform puts around a statement, in the same round trips.
pub(crate) struct Around<'a> {
    pub(crate) before: &'a str,
    pub(crate) behind: Option<&'a str>,
}

/// The answer to one command.
type Answer<T> = Result<Result<T, ServerError>, Broken>;

impl MySqlLink {
    pub(crate) fn new(
        wire: Wire,
        settings: Arc<Settings>,
        memory: Memory,
        process: u32,
        extended: bool,
        version: &str,
    ) -> Self {
        Self {
            wire,
            settings,
            memory,
            process,
            extended,
            mariadb: version.contains("MariaDB"),
            activity: Activity::Quiet,
            in_transaction: false,
        }
    }

    /// Whether it is MariaDB, which names some settings otherwise.
    pub(crate) fn is_mariadb(&self) -> bool {
        self.mariadb
    }

    async fn flush(&mut self) -> Result<(), Broken> {
        // Until the answers are read, nobody knows what the server does.
        self.activity = Activity::Busy;
        Ok(self.wire.flush().await?)
    }

    fn query(&mut self, sql: &str) {
        let mut command = Vec::with_capacity(sql.len() + 1);
        command.push(QUERY);
        command.extend_from_slice(sql.as_bytes());
        self.wire.command(&command);
    }

    fn done(&mut self, packet: &[u8]) -> Result<Done, Broken> {
        let done = Done::read(packet)?;
        self.in_transaction = done.status & IN_TRANSACTION != 0;
        Ok(done)
    }

    /// Nothing more is to come.
    fn finish<T>(
        &mut self,
        answer: Result<T, ServerError>,
        shape: Shape,
    ) -> Result<T, StatementError> {
        self.activity = match &answer {
            Err(error) if errors::is_last(error) => Activity::Ended,
            _ => Activity::Quiet,
        };
        answer.map_err(|error| errors::running(&error, &self.settings, shape))
    }

    /// Runs statements of the platform.
    pub(crate) async fn batch(&mut self, sql: &str) -> Result<(), StatementError> {
        self.query(sql);
        self.flush().await?;
        let answer = self.skip().await?;
        self.finish(answer, Shape::One)
    }

    /// Reads the answers to a batch and keeps nothing of them.
    async fn skip(&mut self) -> Answer<()> {
        loop {
            match self.answer(None).await? {
                Err(error) => return Ok(Err(error)),
                Ok(done) if done.status & MORE_RESULTS == 0 => return Ok(Ok(())),
                Ok(_) => {}
            }
        }
    }

    /// Runs one statement.
    pub(crate) async fn run(
        &mut self,
        ordered: &Ordered,
        parameters: &[Parameter],
        around: Around<'_>,
        weight: Weight,
    ) -> Result<Outcome, StatementError> {
        self.query(around.before);
        let mut command = Vec::with_capacity(ordered.sql.len() + 1);
        command.push(PREPARE);
        command.extend_from_slice(ordered.sql.as_bytes());
        self.wire.command(&command);
        self.flush().await?;
        let before = self.skip().await?;
        let prepared = self.prepared().await?;
        // Whatever comes of it, what is to stand behind it does.
        let ready = before.and(prepared);
        let counted = ready.as_ref().map_or(Ok(()), |statement| {
            check_count(statement.parameters, parameters.len())
        });
        if let Ok(statement) = &ready
            && counted.is_ok()
        {
            self.wire.command(&execution(statement.id, parameters));
        }
        if let Ok(statement) = &ready {
            let mut command = vec![CLOSE];
            command.extend_from_slice(&statement.id.to_le_bytes());
            self.wire.command(&command);
        }
        if let Some(behind) = around.behind {
            self.query(behind);
        }
        self.flush().await?;
        let result = match (ready, counted) {
            (Ok(_), Ok(())) => self.executed(&ordered.verb, weight).await?,
            (Ok(_), Err(refused)) => Err(Fault::Ours(refused)),
            (Err(error), _) => Err(Fault::Server(error)),
        };
        let is_over = matches!(&result, Err(Fault::Server(error)) if errors::is_last(error));
        if around.behind.is_some() && !is_over {
            let behind = self.skip().await?;
            self.finish(behind, Shape::One)?;
        }
        match result {
            Ok(outcome) => self.finish(Ok(outcome), ordered.shape),
            Err(Fault::Server(error)) => self.finish(Err(error), ordered.shape),
            Err(Fault::Ours(refused)) => {
                self.activity = Activity::Quiet;
                Err(refused)
            }
        }
    }

    async fn prepared(&mut self) -> Answer<Prepared> {
        let packet = self.wire.packet().await?;
        if packet.first() == Some(&ERROR) {
            return Ok(Err(ServerError::read(&packet)?));
        }
        let mut reader = Reader::new(&packet);
        reader.u8()?;
        let id = reader.u32()?;
        let columns = reader.u16()?;
        let parameters = reader.u16()?;
        for _ in 0..u32::from(columns) + u32::from(parameters) {
            self.wire.packet().await?;
        }
        Ok(Ok(Prepared {
            id,
            parameters: parameters.into(),
        }))
    }

    /// Reads what a statement did.
    async fn executed(
        &mut self,
        verb: &str,
        weight: Weight,
    ) -> Result<Result<Outcome, Fault>, Broken> {
        let mut reading = Reading {
            weight,
            ..Reading::default()
        };
        let mut whole = Done::default();
        loop {
            match self.answer(Some(&mut reading)).await? {
                Err(error) => return Ok(Err(Fault::Server(error))),
                Ok(done) => {
                    whole.affected = whole.affected.max(done.affected);
                    whole.inserted = whole.inserted.max(done.inserted);
                    if done.status & MORE_RESULTS == 0 {
                        return Ok(reading.finish(verb, whole));
                    }
                }
            }
        }
    }

    /// Reads one answer, with its rows where somebody takes them.
    async fn answer(&mut self, mut reading: Option<&mut Reading>) -> Answer<Done> {
        let packet = self.wire.packet().await?;
        match packet.first() {
            Some(&OK) => return Ok(Ok(self.done(&packet)?)),
            Some(&ERROR) => return Ok(Err(ServerError::read(&packet)?)),
            // This was not agreed on.
            Some(&LOCAL_FILE) => return Err(Broken::Unsupported),
            _ => {}
        }
        let count = Reader::new(&packet).counted()?;
        let mut columns = Vec::new();
        for _ in 0..count {
            columns.push(Column::read(&self.wire.packet().await?, self.extended)?);
        }
        // A procedure may have more queries than one; the first is its answer.
        let mut rows = reading.as_mut().filter(|reading| reading.is_new());
        if let Some(reading) = &mut rows {
            let names = columns.iter().map(|column| column.name.clone());
            reading.outcome.columns = names.collect();
        }
        loop {
            let packet = self.wire.packet().await?;
            match packet.first() {
                Some(&END) if packet.len() < LONGEST_END => return Ok(Ok(self.done(&packet)?)),
                Some(&ERROR) => return Ok(Err(ServerError::read(&packet)?)),
                _ => {}
            }
            if let Some(reading) = &mut rows {
                reading.row(&packet, &columns)?;
            }
        }
    }
}

/// A statement that the server has prepared.
struct Prepared {
    id: u32,
    parameters: usize,
}

/// Why a statement did not do what it should.
enum Fault {
    Server(ServerError),
    Ours(StatementError),
}

/// A result on its way.
#[derive(Default)]
struct Reading {
    outcome: Outcome,
    weight: Weight,
    /// Why the rest is only read and not kept.
    refused: Option<String>,
}

impl Reading {
    fn is_new(&self) -> bool {
        self.outcome.columns.is_empty()
    }

    fn row(&mut self, packet: &Bytes, columns: &[Column]) -> Result<(), Broken> {
        if self.refused.is_some() {
            return Ok(());
        }
        let Self {
            outcome, weight, ..
        } = self;
        let taken = value::row(packet, columns, |cell| {
            weight.add(&cell)?;
            outcome.cells.push(cell);
            Ok(())
        })?;
        outcome.row_count += 1;
        if let Err(reason) = taken {
            outcome.cells = Vec::new();
            self.refused = Some(reason);
        }
        Ok(())
    }

    fn finish(self, verb: &str, done: Done) -> Result<Outcome, Fault> {
        if let Some(reason) = self.refused {
            return Err(Fault::Ours(StatementError::Refused(reason)));
        }
        let mut outcome = self.outcome;
        outcome.affected_rows = match verb {
            _ if outcome.columns.is_empty() => Some(done.affected),
            // Those with RETURNING say what they did by what they return.
            "INSERT" | "REPLACE" | "DELETE" => Some(outcome.row_count.into()),
            _ => None,
        };
        let inserts = matches!(verb, "INSERT" | "REPLACE" | "WITH" | "CALL");
        outcome.insert_id = (inserts && done.inserted > 0).then(|| {
            i64::try_from(done.inserted)
                .map_or_else(|_| Cell::Text(done.inserted.to_string()), engine::integer)
        });
        Ok(outcome)
    }
}

/// The command that runs a prepared statement.
fn execution(id: u32, parameters: &[Parameter]) -> Vec<u8> {
    let mut command = vec![EXECUTE];
    command.extend_from_slice(&id.to_le_bytes());
    // No cursor, and once.
    command.extend_from_slice(&[0, 1, 0, 0, 0]);
    value::put(parameters, &mut command);
    command
}

#[async_trait]
impl Link for MySqlLink {
    fn standing(&self) -> Standing {
        match self.activity {
            Activity::Quiet if self.in_transaction => Standing::Open,
            Activity::Quiet => Standing::Idle,
            Activity::Busy => Standing::Busy,
            Activity::Ended => Standing::Ended,
        }
    }

    async fn stop(self) {
        let killing = async {
            let mut link = connect::connect(&self.settings, &self.memory)
                .await
                .map_err(|error| StatementError::Failed(error.to_string()))?;
            link.batch(&format!("KILL {}", self.process)).await
        };
        match tokio::time::timeout(KILL_TIMEOUT, killing).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "a statement could not be stopped"),
            Err(_) => tracing::warn!("a MySQL server did not let a statement be stopped"),
        }
    }

    async fn answers(&mut self, silent: Duration) -> bool {
        if !self.wire.is_silent() {
            return false;
        }
        if silent < ASK_AFTER {
            return true;
        }
        let asking = async {
            self.wire.command(&[PING]);
            self.flush().await?;
            let answer = self.skip().await?;
            self.finish(answer, Shape::One)
        };
        matches!(
            tokio::time::timeout(ANSWER_TIMEOUT, asking).await,
            Ok(Ok(()))
        )
    }

    async fn reset(&mut self) -> bool {
        let resetting = async {
            self.wire.command(&[RESET]);
            self.query(connect::SESSION);
            self.flush().await?;
            let reset = self.skip().await?;
            let session = self.skip().await?;
            self.finish(reset.and(session), Shape::One)
        };
        let result: Result<(), StatementError> = resetting.await;
        result.is_ok()
    }
}
