//! CloudWatch, as what keeps log lines: each as the JSON object that standard output has.

use crate::log::LogEntry;
use crate::log::queue::Destination;
use async_trait::async_trait;
use ketrics_services::CloudWatchLogs;
use ketrics_services::LogEvent;
use std::sync::Arc;

#[async_trait]
impl Destination for CloudWatchLogs {
    fn name(&self) -> &'static str {
        "cloudwatch"
    }

    async fn keep(&self, lines: &[Arc<LogEntry>]) -> Result<(), String> {
        let events = lines.iter().filter_map(|entry| {
            Some(LogEvent {
                time: entry.timestamp,
                text: serde_json::to_string(&**entry).ok()?,
            })
        });
        self.put(events.collect()).await
    }
}
