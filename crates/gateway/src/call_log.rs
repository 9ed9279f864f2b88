//! What is written to the log about one call.

use crate::admission::Place;
use crate::call::Call;
use crate::call::Origin;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::log::LogEntry;
use crate::log::LogSink;
use crate::stacks::Stacks;
use crate::telemetry;
use crate::worker::invocation::End;
use crate::worker::invocation::Observer;
use crate::worker::invocation::Receipt;
use ketrics_directory::LogSource;
use ketrics_protocol::frame::LogLevel;
use ketrics_protocol::frame::LogLine;
use serde_json::json;
use serde_json::value::to_raw_value;
use std::sync::Arc;
use std::time::Duration;
use tracing::error;
use uuid::Uuid;

/// Writes what happens in one invocation to the log. It also holds the invocation's place, which
/// is free when the process is gone, not when the answer is there.
pub(crate) struct CallLog {
    pub sink: Arc<dyn LogSink>,
    pub stacks: Arc<Stacks>,
    pub call: Call,
    pub invocation: Uuid,
    /// How long the call waited for its place.
    pub queued: Duration,
    pub _place: Place,
}

impl CallLog {
    fn entry(&self, line: LogLine) -> LogEntry {
        let requestor = &self.call.requestor;
        let requestor = requestor
            .user_id
            .as_ref()
            .or(requestor.service_account_id.as_ref());
        LogEntry {
            function: Some(self.call.function.clone()),
            requestor_id: requestor.cloned(),
            request_id: Some(self.invocation.to_string()),
            job_id: match self.call.origin {
                Origin::Job { id, .. } => Some(id),
                Origin::Http | Origin::Application { .. } => None,
            },
            ..LogEntry::of(&self.call.target, line)
        }
    }

    /// What the caller is told; the stack goes to the log.
    pub fn explain(self: &Arc<Self>, end: End) -> CallError {
        let (error, stack) = match end {
            End::Failed(failure) => (
                CallError::new(failure.code.into(), failure.message),
                failure.stack,
            ),
            End::OverLimit(limit, measure) => (CallError::new(limit.into(), measure), None),
            End::Lost | End::Stopped | End::Misbehaved(_) => (lost(), None),
        };
        let this = Arc::clone(self);
        let message = error.message.clone();
        // A source map may have to be read first; the caller does not wait for that.
        tokio::spawn(async move {
            let message = match stack {
                Some(stack) => {
                    this.stacks
                        .map(this.call.target.deployment.id, &stack)
                        .await
                }
                None => message,
            };
            let line = LogLine {
                level: LogLevel::Error,
                message,
                cut_from: None,
                data: None,
            };
            this.sink.write(&Arc::new(LogEntry {
                source: LogSource::Platform,
                ..this.entry(line)
            }));
        });
        error
    }
}

impl Observer for CallLog {
    fn log(&self, line: LogLine) {
        self.sink.write(&Arc::new(self.entry(line)));
    }

    fn misbehaved(&self, why: &str) {
        telemetry::figures().misbehaved("invocation");
        error!(
            why,
            tenant = self.call.target.tenant.code,
            application = self.call.target.application.code,
            deployment = %self.call.target.deployment.id,
            function = self.call.function,
            invocation = %self.invocation,
            "the process of an invocation misbehaved and was ended"
        );
    }

    fn ended(&self, receipt: &Receipt) {
        let line = LogLine {
            level: LogLevel::Debug,
            message: "invocation ended".to_owned(),
            cut_from: None,
            data: None,
        };
        let milliseconds = |duration: Duration| duration.as_micros() as f64 / 1_000.0;
        let receipt = json!({
            "queueMs": milliseconds(self.queued),
            "wallMs": milliseconds(receipt.wall),
            "cpuMs": milliseconds(receipt.cpu),
            "peakMemoryBytes": receipt.peak_memory,
            "pageFaults": receipt.page_faults,
            "serviceCalls": receipt.service_calls,
            "bytesIn": receipt.bytes_in,
            "bytesOut": receipt.bytes_out,
        });
        let entry = LogEntry {
            source: LogSource::Platform,
            receipt: to_raw_value(&receipt).ok(),
            ..self.entry(line)
        };
        self.sink.write(&Arc::new(entry));
    }
}

/// The process that ran a function is gone, and nobody knows why.
pub(crate) fn lost() -> CallError {
    CallError::new(
        ErrorCode::HostLost,
        "The process that ran the function was lost. Try again",
    )
}
