//! The directory, as what keeps log lines.

use crate::log::LogEntry;
use crate::log::queue::Destination;
use async_trait::async_trait;
use ketrics_directory::Directory;
use ketrics_directory::LogLine;
use std::sync::Arc;

/// Keeps lines in the directory.
pub(crate) struct Store(pub Directory);

#[async_trait]
impl Destination for Store {
    fn name(&self) -> &'static str {
        "directory"
    }

    async fn keep(&self, lines: &[Arc<LogEntry>]) -> Result<(), String> {
        let lines: Vec<LogLine> = lines.iter().map(|entry| line(entry)).collect();
        self.0
            .store_log(&lines)
            .await
            .map_err(|error| error.to_string())
    }
}

fn line(entry: &LogEntry) -> LogLine {
    // A line has the one or the other: applications log data, the platform receipts.
    let data = entry.data.as_ref().or(entry.receipt.as_ref());
    LogLine {
        tenant_id: entry.tenant_id,
        application_id: entry.application_id,
        deployment_id: entry.deployment_id,
        function: entry.function.clone(),
        invocation_id: entry.request_id.clone(),
        job_id: entry.job_id,
        requestor_id: entry.requestor_id.clone(),
        source: entry.source,
        level: entry.level,
        time: entry.timestamp,
        message: entry.message.clone(),
        data: data.map(|data| data.get().to_owned()),
    }
}
