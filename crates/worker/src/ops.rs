//! The ops: everything that the SDK's JavaScript can ask of Rust. One async op per service, and a
//! few synchronous ones for the invocation itself.

use crate::connection::Connection;
use crate::memory;
use crate::socket;
use deno_core::OpState;
use deno_core::ToV8;
use deno_core::op2;
use deno_core::serde_v8;
use deno_core::v8;
use deno_error::JsErrorBox;
use ketrics_protocol::AiCall;
use ketrics_protocol::AiReply;
use ketrics_protocol::ApplicationsCall;
use ketrics_protocol::ApplicationsReply;
use ketrics_protocol::DatabaseCall;
use ketrics_protocol::DatabaseReply;
use ketrics_protocol::DocumentDbCall;
use ketrics_protocol::DocumentDbReply;
use ketrics_protocol::HttpCall;
use ketrics_protocol::HttpReply;
use ketrics_protocol::JobCall;
use ketrics_protocol::JobReply;
use ketrics_protocol::Limits;
use ketrics_protocol::MessagesCall;
use ketrics_protocol::MessagesReply;
use ketrics_protocol::ParameterCall;
use ketrics_protocol::ParameterReply;
use ketrics_protocol::SecretCall;
use ketrics_protocol::SecretReply;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_protocol::UsersCall;
use ketrics_protocol::UsersReply;
use ketrics_protocol::VolumeCall;
use ketrics_protocol::VolumeReply;
use ketrics_protocol::frame::Failure;
use ketrics_protocol::frame::FailureCode;
use ketrics_protocol::frame::LogLevel;
use ketrics_protocol::frame::LogLine;
use ketrics_protocol::frame::Outcome;
use ketrics_protocol::frame::ToGateway;
use serde::Serialize;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

/// What the ops know about the process that they run in. A fork copies it.
pub struct Process {
    limits: Limits,
    connection: Option<Connection>,
    started: Instant,
    started_at: SystemTime,
    next_timer: Option<Instant>,
    outcome: Option<Outcome>,
    log_lines: u32,
}

impl Process {
    /// A process that loads a bundle: it has no services.
    #[must_use]
    pub fn loading(limits: Limits) -> Self {
        Self {
            limits,
            connection: None,
            started: Instant::now(),
            started_at: SystemTime::now(),
            next_timer: None,
            outcome: None,
            log_lines: 0,
        }
    }

    /// A process that runs one invocation.
    #[must_use]
    pub fn invoking(limits: Limits, connection: Connection) -> Self {
        Self {
            connection: Some(connection),
            ..Self::loading(limits)
        }
    }

    /// When JavaScript wants its timers run.
    #[must_use]
    pub fn next_timer(&self) -> Option<Instant> {
        self.next_timer
    }

    /// Forgets that wish, before it is carried out.
    pub fn clear_timer(&mut self) {
        self.next_timer = None;
    }

    /// The outcome, when there is one that was not taken yet.
    pub fn take_outcome(&mut self) -> Option<Outcome> {
        self.outcome.take()
    }

    /// Sends a line to the log, within the limits on lines and on their length. Data that is longer
    /// than a line may be is left out: half of it would be no JSON.
    pub fn log(&mut self, level: LogLevel, mut message: String, mut data: Option<String>) {
        let dropped = match self.log_lines.cmp(&self.limits.log_lines) {
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => {
                message = format!(
                    "(the log stops here: {} lines is the limit)",
                    self.limits.log_lines
                );
                data = None;
                false
            }
            std::cmp::Ordering::Greater => true,
        };
        self.log_lines = self.log_lines.saturating_add(1);
        if dropped {
            return;
        }
        let most = self.limits.log_line_bytes as usize;
        let whole = message.len();
        message.truncate(message.floor_char_boundary(most));
        let cut_from = (message.len() < whole).then_some(whole as u64);
        socket::say(&ToGateway::Log(LogLine {
            level,
            message,
            cut_from,
            data: data.filter(|data| data.len() <= most),
        }));
    }
}

/// What an op answers to JavaScript: `{ Ok: reply }` or `{ Err: error }`.
#[derive(Serialize)]
pub enum Answer<T> {
    /// The service's reply.
    Ok(T),
    /// The error, as data.
    Err(ServiceError),
}

async fn call<T>(
    state: Rc<RefCell<OpState>>,
    call: ServiceCall,
    reply: impl FnOnce(ServiceReply) -> Option<T>,
) -> Answer<T> {
    let connection = state.borrow().borrow::<Process>().connection.clone();
    let Some(connection) = connection else {
        return Answer::Err(ServiceError::plain(
            "Services cannot be called while the application loads: module-level code runs once, \
             before any request. Call them inside a function",
        ));
    };
    match connection.call(call).await.map(reply) {
        Ok(Some(reply)) => Answer::Ok(reply),
        Ok(None) => Answer::Err(ServiceError::plain(
            "The platform gave a reply to another call",
        )),
        Err(error) => Answer::Err(error),
    }
}

macro_rules! service_op {
    ($name:ident, $service:ident, $call:ident, $reply:ident) => {
        #[op2]
        #[serde]
        async fn $name(state: Rc<RefCell<OpState>>, #[serde] arguments: $call) -> Answer<$reply> {
            call(
                state,
                ServiceCall::$service(arguments),
                |reply| match reply {
                    ServiceReply::$service(reply) => Some(reply),
                    _ => None,
                },
            )
            .await
        }
    };
}

/// The answer of a volume: the content of a file becomes a buffer as it is.
struct VolumeAnswer(Answer<VolumeReply>);

impl<'a> ToV8<'a> for VolumeAnswer {
    type Error = JsErrorBox;

    fn to_v8<'i>(
        mut self,
        scope: &mut v8::PinScope<'a, 'i>,
    ) -> Result<v8::Local<'a, v8::Value>, JsErrorBox> {
        let mut bytes = None;
        if let Answer::Ok(VolumeReply::Get { content, .. }) = &mut self.0 {
            let content = std::mem::take(content);
            let size = content.len();
            bytes = memory::adopt(scope, content);
            if bytes.is_none() {
                let error = ServiceError::new("RangeError").with(format!(
                    "The file has {size} bytes, and there is no room for them in the buffers of \
                     this invocation"
                ));
                self.0 = Answer::Err(error);
            }
        }
        let failed = |error: serde_v8::Error| JsErrorBox::generic(error.to_string());
        let answer = serde_v8::to_v8(scope, &self.0).map_err(failed)?;
        if let Some(bytes) = bytes {
            let reply = property(scope, answer, "Ok").and_then(|ok| property(scope, ok, "get"));
            let reply = reply.and_then(|reply| reply.to_object(scope));
            if let (Some(reply), Some(name)) = (reply, v8::String::new(scope, "content")) {
                reply.set(scope, name.into(), bytes.into());
            }
        }
        Ok(answer)
    }
}

fn property<'a>(
    scope: &mut v8::PinScope<'a, '_>,
    of: v8::Local<'a, v8::Value>,
    name: &str,
) -> Option<v8::Local<'a, v8::Value>> {
    let name = v8::String::new(scope, name)?;
    of.to_object(scope)?.get(scope, name.into())
}

#[op2]
async fn op_volume(state: Rc<RefCell<OpState>>, #[serde] arguments: VolumeCall) -> VolumeAnswer {
    let answer = call(state, ServiceCall::Volume(arguments), |reply| match reply {
        ServiceReply::Volume(reply) => Some(reply),
        _ => None,
    });
    VolumeAnswer(answer.await)
}

service_op!(op_database, Database, DatabaseCall, DatabaseReply);
service_op!(op_secret, Secret, SecretCall, SecretReply);
service_op!(op_job, Job, JobCall, JobReply);
service_op!(op_messages, Messages, MessagesCall, MessagesReply);
service_op!(op_http, Http, HttpCall, HttpReply);
service_op!(op_parameter, Parameter, ParameterCall, ParameterReply);
service_op!(op_document_db, DocumentDb, DocumentDbCall, DocumentDbReply);
service_op!(op_users, Users, UsersCall, UsersReply);
service_op!(
    op_applications,
    Applications,
    ApplicationsCall,
    ApplicationsReply
);
service_op!(op_ai, Ai, AiCall, AiReply);

#[op2(fast)]
fn op_log(state: &mut OpState, #[string] level: &str, #[string] message: String) {
    let process = state.borrow_mut::<Process>();
    process.log(level_named(level), message, None);
}

#[op2(fast)]
fn op_log_data(
    state: &mut OpState,
    #[string] level: &str,
    #[string] message: String,
    #[string] data: String,
) {
    let process = state.borrow_mut::<Process>();
    process.log(level_named(level), message, Some(data));
}

fn level_named(name: &str) -> LogLevel {
    match name {
        "debug" => LogLevel::Debug,
        "warn" => LogLevel::Warn,
        "error" => LogLevel::Error,
        _ => LogLevel::Info,
    }
}

#[op2(fast)]
fn op_set_timer(state: &mut OpState, delay: f64) {
    state.borrow_mut::<Process>().next_timer = Duration::try_from_secs_f64(delay / 1_000.0)
        .ok()
        .map(|delay| Instant::now() + delay);
}

#[op2(fast)]
fn op_done(state: &mut OpState, #[string] json: String) {
    let process = state.borrow_mut::<Process>();
    process.outcome.get_or_insert(Outcome::Returned(json));
}

/// The longest message and stack of an error that are passed on, in bytes.
const MOST_ERROR_BYTES: usize = 256 * 1024;

/// A text of an error, or what stands for one that is too long. A part of it could end in the
/// middle of a secret, which nobody would find then.
fn within_bounds(text: String) -> String {
    if text.len() <= MOST_ERROR_BYTES {
        return text;
    }
    format!(
        "The function failed with an error of {} bytes; {MOST_ERROR_BYTES} is the most that is passed on",
        text.len()
    )
}

#[op2(fast)]
fn op_failed(
    state: &mut OpState,
    #[string] code: &str,
    #[string] message: String,
    #[string] stack: String,
) {
    let code = match code {
        "functionNotFound" => FailureCode::FunctionNotFound,
        "resultTooLarge" => FailureCode::ResultTooLarge,
        _ => FailureCode::Runtime,
    };
    let stack = Some(stack).filter(|stack| !stack.is_empty());
    let process = state.borrow_mut::<Process>();
    process.outcome.get_or_insert(Outcome::Failed(Failure {
        code,
        message: within_bounds(message),
        stack: stack.map(within_bounds),
    }));
}

#[op2(fast)]
fn op_random(#[buffer] bytes: &mut [u8]) -> Result<(), JsErrorBox> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let count = rustix::rand::getrandom(&mut *rest, rustix::rand::GetRandomFlags::empty())
            .map_err(|_| JsErrorBox::generic("The kernel gave no randomness"))?;
        rest = &mut rest[count..];
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LimitsForScript {
    timers: u32,
    result_bytes: u32,
}

#[op2]
#[serde]
fn op_limits(state: &mut OpState) -> LimitsForScript {
    let limits = &state.borrow::<Process>().limits;
    LimitsForScript {
        timers: limits.timers,
        result_bytes: u32::try_from(limits.result_bytes).unwrap_or(u32::MAX),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LimitsLeft {
    wall_clock_ms: f64,
    cpu_ms: f64,
    heap_bytes: f64,
    buffer_bytes: f64,
    service_calls: u32,
    log_lines: u32,
}

#[op2]
#[serde]
fn op_limits_left(state: &mut OpState, scope: &mut v8::PinScope<'_, '_>) -> LimitsLeft {
    let process = state.borrow::<Process>();
    let limits = &process.limits;
    let heap = scope.get_heap_statistics().used_heap_size();
    let left = |limit: Duration, used: Duration| {
        coarse(limit.saturating_sub(used).as_secs_f64() * 1_000.0)
    };
    let made = process.connection.as_ref().map_or(0, Connection::made);
    LimitsLeft {
        wall_clock_ms: left(limits.wall_clock, process.started.elapsed()),
        cpu_ms: left(limits.cpu, cpu_time()),
        heap_bytes: memory::heap_limit().saturating_sub(heap) as f64,
        buffer_bytes: memory::buffers_left() as f64,
        service_calls: limits.service_calls.saturating_sub(made),
        log_lines: limits.log_lines.saturating_sub(process.log_lines),
    }
}

/// CPU time of this process so far.
fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// Coarse, so that it makes a poor clock for timing attacks.
fn coarse(milliseconds: f64) -> f64 {
    (milliseconds * 10.0).floor() / 10.0
}

#[op2(fast)]
fn op_clock(state: &mut OpState) -> f64 {
    coarse(state.borrow::<Process>().started.elapsed().as_secs_f64() * 1_000.0)
}

#[op2(fast)]
fn op_clock_origin(state: &mut OpState) -> f64 {
    let origin = state
        .borrow::<Process>()
        .started_at
        .duration_since(SystemTime::UNIX_EPOCH);
    coarse(origin.unwrap_or_default().as_secs_f64() * 1_000.0)
}

deno_core::extension!(
    ketrics,
    deps = [deno_web],
    ops = [
        op_volume,
        op_database,
        op_secret,
        op_job,
        op_messages,
        op_http,
        op_parameter,
        op_document_db,
        op_users,
        op_applications,
        op_ai,
        op_log,
        op_log_data,
        op_set_timer,
        op_done,
        op_failed,
        op_random,
        op_limits,
        op_limits_left,
        op_clock,
        op_clock_origin,
    ],
    state = |state| state.put(Process::loading(Limits::default())),
);
