//! A connection to PostgreSQL: messages out, messages in.
//!
//! Written by hand over the message formats of `postgres-protocol`, because of what the drivers
//! leave out: parameters and results in text form (which every type has, and which lets the server
//! find a parameter's type), the state that each answer ends with, and several steps in one round
//! trip, so that a read-only transaction around a statement costs no waiting.

use crate::Memory;
use crate::database::engine::Outcome;
use crate::database::engine::StatementError;
use crate::database::pool::Link;
use crate::database::pool::Standing;
use crate::database::postgres::connect;
use crate::database::postgres::value;
use crate::database::postgres::value::Oid;
use crate::database::postgres::value::Parameter;
use crate::database::received::Received;
use crate::database::result::Weight;
use crate::database::settings::Settings;
use crate::database::socket;
use crate::database::socket::Socket;
use async_trait::async_trait;
use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use ketrics_protocol::Cell;
use postgres_protocol::IsNull;
use postgres_protocol::message::backend::DataRowBody;
use postgres_protocol::message::backend::ErrorResponseBody;
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::backend::RowDescriptionBody;
use postgres_protocol::message::frontend;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;

/// Bytes of one message; a row is one.
const MAX_MESSAGE: usize = 64 * 1024 * 1024;
/// A connection that was silent for so long is asked whether the server is still there.
const ASK_AFTER: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// An error that the server reported.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct ServerError {
    pub(crate) code: String,
    pub(crate) message: String,
    fatal: bool,
}

/// The connection can no longer be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error("the server wants a password")]
    NoPassword,
    #[error("the server said something that is not supported")]
    Unsupported,
    #[error("{0}")]
    Server(ServerError),
    #[error("{0}")]
    Gone(#[from] io::Error),
    #[error("a message is too large")]
    TooLarge,
}

impl Broken {
    pub(crate) fn server(body: &ErrorResponseBody) -> Self {
        Self::Server(server_error(body))
    }
}

impl From<Broken> for StatementError {
    fn from(broken: Broken) -> Self {
        tracing::warn!(%broken, "a connection to PostgreSQL broke");
        match broken {
            Broken::TooLarge => Self::Refused(format!(
                "one row of the result is larger than {MAX_MESSAGE} bytes"
            )),
            Broken::Gone(error) if error.kind() == io::ErrorKind::OutOfMemory => {
                Self::Refused(error.to_string())
            }
            _ => Self::Lost,
        }
    }
}

impl From<ServerError> for StatementError {
    fn from(error: ServerError) -> Self {
        match error.code.get(..2) {
            // What the server's own machine did wrong.
            Some("58" | "XX" | "F0") => Self::Failed(error.to_string()),
            _ if error.fatal => Self::Lost,
            _ if error.message.contains("multiple commands") => Self::Refused(
                "one call runs one statement; here is more behind the first".to_owned(),
            ),
            _ => Self::Refused(error.message),
        }
    }
}

/// A connection.
pub(crate) struct PostgresLink {
    socket: Box<dyn Socket>,
    received: Received,
    out: BytesMut,
    settings: Arc<Settings>,
    key: (i32, i32),
    standing: Standing,
    /// Which types that are not PostgreSQL's own are arrays.
    arrays: HashMap<Oid, bool>,
}

/// A result on its way.
#[derive(Default)]
struct Reading {
    outcome: Outcome,
    types: Vec<Oid>,
    weight: Weight,
    error: Option<ServerError>,
}

impl PostgresLink {
    pub(crate) fn new(socket: Box<dyn Socket>, settings: Arc<Settings>, memory: &Memory) -> Self {
        Self {
            socket,
            received: Received::new(memory),
            out: BytesMut::new(),
            settings,
            key: (0, 0),
            standing: Standing::Busy,
            arrays: HashMap::new(),
        }
    }

    pub(crate) fn out(&mut self) -> &mut BytesMut {
        &mut self.out
    }

    pub(crate) fn set_key(&mut self, process: i32, secret: i32) {
        self.key = (process, secret);
    }

    pub(crate) fn ready(&mut self, status: u8) {
        self.standing = match status {
            b'I' => Standing::Idle,
            // The second one has failed, so that only a rollback ends it.
            b'T' | b'E' => Standing::Open,
            _ => Standing::Busy,
        };
    }

    pub(crate) async fn flush(&mut self) -> Result<(), Broken> {
        self.standing = Standing::Busy;
        self.socket.write_all(&self.out).await?;
        self.socket.flush().await?;
        // A large parameter's memory is not kept.
        self.out = BytesMut::new();
        Ok(())
    }

    /// The next message that is no notice.
    pub(crate) async fn message(&mut self) -> Result<Message, Broken> {
        loop {
            if let Some(message) = self.parsed()? {
                return Ok(message);
            }
            if self.socket.read_buf(&mut self.received.bytes).await? == 0 {
                return Err(Broken::Gone(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }

    fn parsed(&mut self) -> Result<Option<Message>, Broken> {
        loop {
            if let Some(length) = self.received.bytes.get(1..5) {
                let length = length
                    .iter()
                    .fold(0, |length, byte| length << 8 | usize::from(*byte));
                if length > MAX_MESSAGE {
                    return Err(Broken::TooLarge);
                }
                // With the byte that says what it is.
                self.received.expect(1 + length)?;
            }
            match Message::parse(&mut self.received.bytes)? {
                Some(
                    Message::NoticeResponse(_)
                    | Message::NotificationResponse(_)
                    | Message::ParameterStatus(_),
                ) => {}
                message => return Ok(message),
            }
        }
    }

    /// Runs statements of the platform.
    pub(crate) async fn batch(&mut self, sql: &str) -> Result<String, StatementError> {
        self.out.clear();
        frontend::query(sql, &mut self.out).map_err(Broken::from)?;
        self.flush().await?;
        self.finish_batch().await
    }

    /// Reads the answer to a batch: what its last statement says it did.
    async fn finish_batch(&mut self) -> Result<String, StatementError> {
        let mut tag = String::new();
        let mut error = None;
        loop {
            match self.message().await? {
                Message::CommandComplete(body) => {
                    body.tag().map_err(Broken::from)?.clone_into(&mut tag)
                }
                Message::ErrorResponse(body) => error = error.or(Some(server_error(&body))),
                Message::ReadyForQuery(body) => {
                    self.ready(body.status());
                    return error.map_or(Ok(tag), |error| Err(error.into()));
                }
                _ => {}
            }
        }
    }

    /// Reads the answer to a batch with more behind it. An error comes again with what is behind.
    async fn skip_batch(&mut self) {
        let _ = self.finish_batch().await;
        self.standing = Standing::Busy;
    }

    /// Runs one statement, between a batch before it and one behind it.
    pub(crate) async fn run(
        &mut self,
        before: &str,
        sql: &str,
        parameters: Vec<Cell>,
        behind: Option<&str>,
        weight: Weight,
    ) -> Result<Outcome, StatementError> {
        // A statement before this one may not have come to its end.
        self.out.clear();
        frontend::query(before, &mut self.out).map_err(Broken::from)?;
        frontend::close(b'S', "s", &mut self.out).map_err(Broken::from)?;
        frontend::parse("s", sql, [], &mut self.out).map_err(|error| unwritable(&error))?;
        // What an array becomes depends on what it goes into.
        let asks = parameters
            .iter()
            .any(|cell| matches!(cell, Cell::Json(json) if json.starts_with('[')));
        let mut targets = Vec::new();
        if asks {
            frontend::describe(b'S', "s", &mut self.out).map_err(Broken::from)?;
            frontend::sync(&mut self.out);
            self.flush().await?;
            self.skip_batch().await;
            targets = self.targets().await?;
        }
        self.bind(parameters, &targets)?;
        if let Some(behind) = behind {
            frontend::query(behind, &mut self.out).map_err(Broken::from)?;
        }
        self.flush().await?;
        if !asks {
            self.skip_batch().await;
        }
        let result = self.read(weight).await;
        if behind.is_some() && self.standing != Standing::Busy {
            self.standing = Standing::Busy;
            self.finish_batch().await?;
        }
        result
    }

    fn bind(&mut self, parameters: Vec<Cell>, targets: &[Oid]) -> Result<(), StatementError> {
        let mut values = Vec::with_capacity(parameters.len());
        for (index, cell) in parameters.into_iter().enumerate() {
            let element = targets.get(index).and_then(|oid| {
                value::element(*oid).or_else(|| self.arrays.get(oid).filter(|is| **is).map(|_| 0))
            });
            let value =
                value::parameter(index + 1, cell, element).map_err(StatementError::Refused)?;
            values.push(value);
        }
        let formats: Vec<i16> = values
            .iter()
            .map(|value| i16::from(matches!(value, Parameter::Binary(_))))
            .collect();
        let bound = frontend::bind(
            "",
            "s",
            formats,
            values,
            |value, buffer| {
                let bytes: &[u8] = match &value {
                    Parameter::Null => return Ok(IsNull::Yes),
                    Parameter::Text(text) => text.as_bytes(),
                    Parameter::Binary(bytes) => bytes,
                };
                buffer.extend_from_slice(bytes);
                Ok(IsNull::No)
            },
            [],
            &mut self.out,
        );
        if bound.is_err() {
            return Err(StatementError::Refused(
                "the parameters are too large".to_owned(),
            ));
        }
        frontend::describe(b'P', "", &mut self.out).map_err(Broken::from)?;
        frontend::execute("", 0, &mut self.out).map_err(Broken::from)?;
        frontend::sync(&mut self.out);
        Ok(())
    }

    /// Reads the types that the server found for the parameters, and asks which are arrays.
    async fn targets(&mut self) -> Result<Vec<Oid>, StatementError> {
        let mut targets: Vec<Oid> = Vec::new();
        let mut error = None;
        loop {
            match self.message().await? {
                Message::ParameterDescription(body) => {
                    targets = body.parameters().collect().map_err(Broken::from)?;
                }
                Message::ErrorResponse(body) => error = Some(server_error(&body)),
                Message::ReadyForQuery(body) => {
                    self.ready(body.status());
                    break;
                }
                _ => {}
            }
        }
        if let Some(error) = error {
            return Err(error.into());
        }
        let unknown: Vec<Oid> = targets
            .iter()
            .copied()
            .filter(|oid| *oid >= value::FIRST_FOREIGN && !self.arrays.contains_key(oid))
            .collect();
        for oid in unknown {
            // No rows are read: what it says it did tells how many there are.
            let sql =
                format!("SELECT FROM pg_catalog.pg_type WHERE oid = {oid} AND typcategory = 'A'");
            let is_array = self.batch(&sql).await? == "SELECT 1";
            self.arrays.insert(oid, is_array);
        }
        Ok(targets)
    }

    /// Reads the answer to a statement.
    async fn read(&mut self, weight: Weight) -> Result<Outcome, StatementError> {
        let mut reading = Reading {
            weight,
            ..Reading::default()
        };
        loop {
            match self.message().await? {
                Message::RowDescription(body) => reading.columns(&body)?,
                Message::DataRow(body) => reading.row(&body)?,
                Message::CommandComplete(body) => reading.done(body.tag().map_err(Broken::from)?),
                Message::ErrorResponse(body) => {
                    let error = server_error(&body);
                    if error.fatal {
                        return Err(error.into());
                    }
                    reading.error = reading.error.or(Some(error));
                }
                // The connection is closed over it.
                Message::CopyInResponse(_) | Message::CopyOutResponse(_) => {
                    return Err(StatementError::Refused(
                        "COPY from or to the client is not available".to_owned(),
                    ));
                }
                Message::ReadyForQuery(body) => {
                    self.ready(body.status());
                    return match reading.error {
                        Some(error) => Err(error.into()),
                        None => Ok(reading.outcome),
                    };
                }
                _ => {}
            }
        }
    }
}

impl Reading {
    fn columns(&mut self, body: &RowDescriptionBody) -> Result<(), Broken> {
        let mut fields = body.fields();
        while let Some(field) = fields.next()? {
            self.outcome.columns.push(field.name().to_owned());
            self.types.push(field.type_oid());
        }
        Ok(())
    }

    fn row(&mut self, body: &DataRowBody) -> Result<(), StatementError> {
        let mut ranges = body.ranges();
        let mut types = self.types.iter();
        while let Some(range) = ranges.next().map_err(Broken::from)? {
            let oid = types.next().copied().unwrap_or_default();
            let cell = range.map_or(Cell::Null, |range| value::cell(&body.buffer()[range], oid));
            self.weight.add(&cell).map_err(StatementError::Refused)?;
            self.outcome.cells.push(cell);
        }
        self.outcome.row_count += 1;
        Ok(())
    }

    fn done(&mut self, tag: &str) {
        let mut words = tag.split(' ');
        let verb = words.next().unwrap_or_default();
        let rows = words.next_back().and_then(|rows| rows.parse().ok());
        self.outcome.affected_rows = match verb {
            "INSERT" | "UPDATE" | "DELETE" | "MERGE" => rows,
            // CREATE TABLE AS says SELECT too, and returns no columns.
            "SELECT" if self.outcome.columns.is_empty() => rows,
            "SELECT" | "SHOW" | "EXPLAIN" | "FETCH" => None,
            _ => Some(0),
        };
    }
}

fn unwritable(_: &io::Error) -> StatementError {
    StatementError::Refused("the statement holds a NUL character".to_owned())
}

fn server_error(body: &ErrorResponseBody) -> ServerError {
    let mut error = ServerError {
        code: String::new(),
        message: String::new(),
        fatal: false,
    };
    let mut fields = body.fields();
    while let Ok(Some(field)) = fields.next() {
        let value = String::from_utf8_lossy(field.value_bytes());
        match field.type_() {
            b'C' => error.code = value.into_owned(),
            b'M' => error.message = value.into_owned(),
            b'V' => error.fatal = matches!(&*value, "FATAL" | "PANIC"),
            _ => {}
        }
    }
    error
}

#[async_trait]
impl Link for PostgresLink {
    fn standing(&self) -> Standing {
        self.standing
    }

    async fn stop(self) {
        let (process, secret) = self.key;
        connect::cancel(&self.settings, process, secret).await;
    }

    async fn answers(&mut self, silent: Duration) -> bool {
        if !self.received.bytes.is_empty() || !socket::is_silent(&*self.socket) {
            return false;
        }
        if silent < ASK_AFTER {
            return true;
        }
        let answer = tokio::time::timeout(ANSWER_TIMEOUT, self.batch("SELECT 1")).await;
        matches!(answer, Ok(Ok(_))) && self.standing == Standing::Idle
    }

    async fn reset(&mut self) -> bool {
        self.batch("DISCARD ALL").await.is_ok() && self.standing == Standing::Idle
    }
}
