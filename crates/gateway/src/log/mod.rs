//! The log: what applications write, and what the platform says about each invocation.
//!
//! Every line goes to standard output at once, and by a [`queue`] to the directory, where it can be
//! looked up, and to CloudWatch where the host is configured so.

mod cloudwatch;
mod queue;
mod retention;
mod store;

pub(crate) use queue::Queue;
pub(crate) use queue::Room;
pub(crate) use retention::forget_old_lines;
pub(crate) use store::Store;

pub use crate::deploy::time;
use crate::routes::Target;
use chrono::Utc;
use ketrics_directory::ApplicationId;
use ketrics_directory::DeploymentId;
use ketrics_directory::JobId;
use ketrics_directory::LogLevel;
use ketrics_directory::LogSource;
use ketrics_directory::TenantId;
use ketrics_protocol::frame;
use ketrics_protocol::frame::LogLine;
use ketrics_services::CloudWatchLogs;
use serde::Serialize;
use serde::Serializer;
use serde_json::value::RawValue;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// Where the log goes beside standard output.
#[derive(Debug)]
pub struct LogsConfig {
    /// How long the directory keeps lines; nothing for one that takes none.
    pub retention: Option<Duration>,
    /// CloudWatch, where lines go there.
    pub cloudwatch: Option<CloudWatchLogs>,
}

/// One line of the log, with everything that it can be looked up by.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct LogEntry {
    /// Milliseconds since the epoch.
    #[serde(serialize_with = "iso")]
    pub timestamp: i64,
    #[serde(serialize_with = "level")]
    pub level: LogLevel,
    /// Who speaks: `application` or `platform`.
    #[serde(serialize_with = "source")]
    pub source: LogSource,
    pub tenant_id: TenantId,
    /// Code of the tenant.
    pub tenant: String,
    pub application_id: ApplicationId,
    /// Code of the application.
    pub application: String,
    pub deployment_id: DeploymentId,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
    /// Id of the invocation, which the answer's header `x-request-id` carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_id: Option<JobId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requestor_id: Option<String>,
    pub message: String,
    /// What was logged beside texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Box<RawValue>>,
    /// What the invocation used, when it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Box<RawValue>>,
}

impl LogEntry {
    /// A line about an application, of nobody's call.
    #[must_use]
    pub fn of(target: &Target, line: LogLine) -> Self {
        Self {
            timestamp: Utc::now().timestamp_millis(),
            level: level_of(line.level),
            source: LogSource::Application,
            tenant_id: target.tenant.id,
            tenant: target.tenant.code.clone(),
            application_id: target.application.id,
            application: target.application.code.clone(),
            deployment_id: target.deployment.id,
            function: None,
            request_id: None,
            job_id: None,
            requestor_id: None,
            message: line.message,
            // Tenant code may have written it: it must be JSON, and no more than one line.
            data: line
                .data
                .filter(|data| !data.contains(['\n', '\r']))
                .and_then(|data| RawValue::from_string(data).ok()),
            receipt: None,
        }
    }
}

/// Where log lines go.
pub trait LogSink: Send + Sync + 'static {
    /// Takes a line. Must not wait: invocations do for it.
    fn write(&self, entry: &Arc<LogEntry>);
}

/// One JSON object a line on standard output, for whatever collects a container's output.
#[derive(Debug, Default)]
pub struct JsonLines;

impl LogSink for JsonLines {
    fn write(&self, entry: &Arc<LogEntry>) {
        let Ok(mut line) = serde_json::to_vec(&**entry) else {
            return;
        };
        line.push(b'\n');
        // A log that cannot be written to is no reason to fail a request.
        let _ = std::io::stdout().lock().write_all(&line);
    }
}

/// Several sinks, each of which takes every line.
pub(crate) struct Everywhere(pub Vec<Arc<dyn LogSink>>);

impl LogSink for Everywhere {
    fn write(&self, entry: &Arc<LogEntry>) {
        for sink in &self.0 {
            sink.write(entry);
        }
    }
}

/// A level as a worker says it.
#[must_use]
pub const fn level_of(level: frame::LogLevel) -> LogLevel {
    match level {
        frame::LogLevel::Debug => LogLevel::Debug,
        frame::LogLevel::Info => LogLevel::Info,
        frame::LogLevel::Warn => LogLevel::Warn,
        frame::LogLevel::Error => LogLevel::Error,
    }
}

fn iso<S: Serializer>(milliseconds: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time(*milliseconds))
}

fn level<S: Serializer>(level: &LogLevel, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(level.name())
}

fn source<S: Serializer>(source: &LogSource, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(source.name())
}
