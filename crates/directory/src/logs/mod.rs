//! Log lines: what applications log, and what the platform says about their calls.
//!
//! A tenant's lines have numbers in the order in which they were stored, which is the order in
//! which they come to be seen: whoever follows a log asks for what is behind a number, and misses
//! nothing. Whoever reads a log wants the order of time, and pages through that.

mod read;
mod write;

use crate::ApplicationId;
use crate::DeploymentId;
use crate::DirectoryError;
use crate::JobId;
use crate::TenantId;

/// How severe a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// `debug`
    Debug,
    /// `info`
    Info,
    /// `warn`
    Warn,
    /// `error`
    Error,
}

impl LogLevel {
    /// All of them, the least severe first.
    pub const ALL: [Self; 4] = [Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// The level with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    const fn column(self) -> i64 {
        self as i64
    }

    fn from_column(number: i64) -> Result<Self, DirectoryError> {
        let mut levels = Self::ALL.into_iter();
        levels
            .find(|level| level.column() == number)
            .ok_or_else(|| DirectoryError::Damaged(format!("log level {number}")))
    }
}

/// Who wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogSource {
    /// The application.
    Application,
    /// The platform, about a call of the application.
    Platform,
}

impl LogSource {
    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Platform => "platform",
        }
    }

    fn from_column(text: &str) -> Result<Self, DirectoryError> {
        match text {
            "application" => Ok(Self::Application),
            "platform" => Ok(Self::Platform),
            other => Err(DirectoryError::Damaged(format!("log source {other}"))),
        }
    }
}

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The application that it is about.
    pub application_id: ApplicationId,
    /// That application's deployment.
    pub deployment_id: DeploymentId,
    /// The function that was called; nothing for what is logged while a bundle loads.
    pub function: Option<String>,
    /// Id of the call.
    pub invocation_id: Option<String>,
    /// The job that the call was.
    pub job_id: Option<JobId>,
    /// Id of whoever called.
    pub requestor_id: Option<String>,
    /// Who wrote it.
    pub source: LogSource,
    /// How severe it is.
    pub level: LogLevel,
    /// Milliseconds since the epoch.
    pub time: i64,
    /// What it says.
    pub message: String,
    /// What belongs to it, as JSON.
    pub data: Option<String>,
}

/// A line that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLogLine {
    /// Its number among the tenant's.
    pub number: i64,
    /// Code of the application.
    pub application_code: String,
    /// The line.
    pub line: LogLine,
}

/// Which lines of a tenant.
#[derive(Clone, Debug)]
pub struct LogFilter {
    /// Those of this application.
    pub application: Option<ApplicationId>,
    /// Those of this function.
    pub function: Option<String>,
    /// Those of at least this level.
    pub level: LogLevel,
    /// Those from this time on, in milliseconds since the epoch.
    pub since: Option<i64>,
    /// Those before this time.
    pub until: Option<i64>,
    /// Those whose message holds this text. Letters A to Z may be in either case.
    pub text: Option<String>,
    /// Those of the call or of the job with this id.
    pub request: Option<String>,
}

impl LogFilter {
    /// Every line.
    #[must_use]
    pub const fn all() -> Self {
        Self {
            application: None,
            function: None,
            level: LogLevel::Debug,
            since: None,
            until: None,
            text: None,
            request: None,
        }
    }
}

impl StoredLogLine {
    /// Where it stands in the order of time.
    #[must_use]
    pub fn position(&self) -> LogPosition {
        LogPosition {
            time: self.line.time,
            number: self.number,
        }
    }
}

/// A place in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogPosition {
    /// Milliseconds since the epoch.
    pub time: i64,
    /// The line's number.
    pub number: i64,
}

/// Lines, newest first.
#[derive(Clone, Debug)]
pub struct LogPage {
    /// Fewer than were asked for, or none, where there was much to look through.
    pub lines: Vec<StoredLogLine>,
    /// Where to go on; nothing at the end.
    pub behind: Option<LogPosition>,
    /// The tenant's last line when the question came.
    pub last: i64,
}

/// Lines in the order in which they were stored.
#[derive(Clone, Debug)]
pub struct LogNews {
    /// The lines.
    pub lines: Vec<StoredLogLine>,
    /// Up to which number they were looked for.
    pub last: i64,
}
