//! The log: what applications write, and what the platform says about each invocation.

use crate::routes::Target;
use chrono::DateTime;
use chrono::SecondsFormat;
use chrono::Utc;
use ketrics_protocol::frame::LogLevel;
use ketrics_protocol::frame::LogLine;
use serde::Serialize;
use std::io::Write;

/// One line of the log, with everything that it can be looked up by.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct LogEntry {
    pub time: String,
    pub level: &'static str,
    /// Who speaks: `application` or `platform`.
    pub source: Source,
    pub tenant: String,
    pub application: String,
    pub deployment: String,
    pub function: Option<String>,
    pub requestor: Option<String>,
    pub invocation: Option<String>,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<serde_json::Value>,
}

impl LogEntry {
    /// A line about an application, of nobody's call.
    #[must_use]
    pub fn of(target: &Target, line: LogLine) -> Self {
        Self {
            time: now(),
            level: level_name(line.level),
            source: Source::Application,
            tenant: target.tenant.code.clone(),
            application: target.application.code.clone(),
            deployment: target.deployment.id.to_string(),
            function: None,
            requestor: None,
            invocation: None,
            message: line.message,
            receipt: None,
        }
    }
}

/// Who wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Source {
    Application,
    Platform,
}

/// Where log lines go.
pub trait LogSink: Send + Sync + 'static {
    /// Takes a line. Must not wait: invocations do for it.
    fn write(&self, entry: &LogEntry);
}

/// One JSON object a line on standard output, for whatever collects a container's output.
#[derive(Debug, Default)]
pub struct JsonLines;

impl LogSink for JsonLines {
    fn write(&self, entry: &LogEntry) {
        let Ok(mut line) = serde_json::to_vec(entry) else {
            return;
        };
        line.push(b'\n');
        // A log that cannot be written to is no reason to fail a request.
        let _ = std::io::stdout().lock().write_all(&line);
    }
}

/// The time now, as ISO 8601 in UTC.
#[must_use]
pub fn now() -> String {
    DateTime::<Utc>::from(std::time::SystemTime::now()).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A level as it is written.
#[must_use]
pub const fn level_name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Error => "error",
    }
}
