//! A call: what it goes to, where it comes from, and what came of it.

use crate::error::CallError;
use crate::routes::Target;
use crate::worker::invocation::Receipt;
use ketrics_directory::JobId;
use ketrics_protocol::Limits;
use ketrics_protocol::RequestorContext;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A call that is to be run.
#[derive(Clone, Debug)]
pub struct Call {
    /// What it goes to.
    pub target: Arc<Target>,
    /// Name of the export.
    pub function: String,
    /// JSON.
    pub payload: String,
    /// Who calls.
    pub requestor: RequestorContext,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a call comes from, which decides how long it may take.
#[derive(Clone, Debug)]
pub enum Origin {
    /// Over HTTP.
    Http,
    /// A job.
    Job {
        /// Which job.
        id: JobId,
        /// Ends it at once, when the job is no longer this host's.
        stop: CancellationToken,
        /// Its own time limit.
        timeout: Duration,
    },
    /// A function of another application, which waits for it.
    Application {
        /// Codes of the applications whose calls led here, the first one in front.
        path: Vec<String>,
        /// When the one that waits ends at the latest.
        deadline: Instant,
    },
}

impl Origin {
    /// What the figures call it.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Http => "request",
            Self::Job { .. } => "job",
            Self::Application { .. } => "application",
        }
    }

    /// What ends the call before its time.
    pub(crate) fn stop(&self) -> CancellationToken {
        match self {
            Self::Job { stop, .. } => stop.clone(),
            Self::Http | Self::Application { .. } => CancellationToken::new(),
        }
    }

    /// The limits of a call from here that begins now, of those of its application.
    #[must_use]
    pub fn limits(&self, application: &Limits) -> Limits {
        let limits = application.clone();
        match self {
            Self::Http => limits,
            Self::Job { timeout, .. } => limits.for_job(*timeout),
            Self::Application { deadline, .. } => {
                let left = deadline.saturating_duration_since(Instant::now());
                Limits {
                    wall_clock: limits.wall_clock.min(left),
                    ..limits
                }
            }
        }
    }
}

/// A call's result and what it took.
#[derive(Debug)]
pub struct Done {
    /// UUID of the invocation.
    pub invocation: Uuid,
    /// The result as JSON.
    pub result: Result<String, CallError>,
    /// What was used until the answer.
    pub used: Receipt,
    /// Until it had a place among the tenant's and the host's calls.
    pub queued: Duration,
    /// From then until it had a process.
    pub claimed: Duration,
}
