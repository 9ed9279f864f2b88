//! Amazon CloudWatch Logs, for the log of a host: one group, and in it one stream for each host.

use crate::AwsAccess;
use crate::OpenError;
use crate::aws;
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::error::SdkError;
use aws_sdk_cloudwatchlogs::operation::create_log_stream::CreateLogStreamError;
use aws_sdk_cloudwatchlogs::types::InputLogEvent;

/// The part of the configuration that this is.
const SECTION: &str = "logs";

/// What one request may hold: so many events, so many bytes, and the time between its first event
/// and its last.
const MOST_EVENTS: usize = 10_000;
const MOST_BYTES: usize = 1_048_576;
const BYTES_AROUND_EVENT: usize = 26;
const LONGEST: i64 = 24 * 3_600 * 1_000;

/// Where the lines go.
#[derive(Clone, Debug)]
pub struct CloudWatchConfig {
    /// The log group, which must exist.
    pub group: String,
    /// The log stream of this host, which is made.
    pub stream: String,
    /// How AWS is reached, or a server that speaks the same protocol.
    pub access: AwsAccess,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    /// Milliseconds since the epoch.
    pub time: i64,
    /// What it says.
    pub text: String,
}

/// A log stream.
#[derive(Debug)]
pub struct CloudWatchLogs {
    client: Client,
    group: String,
    stream: String,
}

impl CloudWatchLogs {
    /// Makes the stream where there is none.
    ///
    /// # Errors
    /// When a setting does not work.
    pub async fn open(config: &CloudWatchConfig) -> Result<Self, OpenError> {
        let logs = Self {
            client: Client::new(&config.access.load(SECTION).await?),
            group: config.group.clone(),
            stream: config.stream.clone(),
        };
        match logs.make_stream().await {
            Ok(()) => Ok(logs),
            Err(error) => Err(match error.as_service_error() {
                Some(CreateLogStreamError::ResourceNotFoundException(_)) => {
                    let reason = "names a log group that does not exist".to_owned();
                    OpenError::setting(SECTION, "group", reason)
                }
                Some(CreateLogStreamError::InvalidParameterException(_)) => {
                    let reason = "or logs.stream is no name that CloudWatch takes".to_owned();
                    OpenError::setting(SECTION, "group", reason)
                }
                _ => aws::misconfigured(SECTION, &error),
            }),
        }
    }

    async fn make_stream(&self) -> Result<(), SdkError<CreateLogStreamError>> {
        let made = self
            .client
            .create_log_stream()
            .log_group_name(&self.group)
            .log_stream_name(&self.stream)
            .send()
            .await;
        match made {
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(CreateLogStreamError::is_resource_already_exists_exception) =>
            {
                Ok(())
            }
            made => made.map(drop),
        }
    }

    /// Writes lines, in the order of their time.
    ///
    /// # Errors
    /// What went wrong, for the host's own log. Then some may be written and some not.
    pub async fn put(&self, events: Vec<LogEvent>) -> Result<(), String> {
        for request in requests(events) {
            let events = request.into_iter().map(|event| {
                InputLogEvent::builder()
                    .timestamp(event.time)
                    .message(event.text)
                    .build()
            });
            let events: Vec<_> = events
                .collect::<Result<_, _>>()
                .map_err(|e| e.to_string())?;
            let put = self
                .client
                .put_log_events()
                .log_group_name(&self.group)
                .log_stream_name(&self.stream)
                .set_log_events(Some(events))
                .send()
                .await;
            match put {
                Ok(put) => {
                    if let Some(rejected) = put.rejected_log_events_info() {
                        tracing::warn!(?rejected, "CloudWatch did not take every log line");
                    }
                }
                Err(error) => {
                    // Somebody may have deleted it; what failed is tried again.
                    if let Some(fault) = error.as_service_error()
                        && fault.is_resource_not_found_exception()
                    {
                        self.make_stream()
                            .await
                            .map_err(|error| aws::cause(&error))?;
                    }
                    return Err(aws::cause(&error));
                }
            }
        }
        Ok(())
    }
}

/// Events in the order of time, put together to requests that CloudWatch takes.
fn requests(mut events: Vec<LogEvent>) -> Vec<Vec<LogEvent>> {
    events.sort_by_key(|event| event.time);
    let mut requests: Vec<Vec<LogEvent>> = Vec::new();
    let mut bytes = 0;
    for event in events {
        let size = event.text.len() + BYTES_AROUND_EVENT;
        match requests.last_mut() {
            Some(request)
                if request.len() < MOST_EVENTS
                    && bytes + size <= MOST_BYTES
                    && event.time - request[0].time < LONGEST =>
            {
                bytes += size;
                request.push(event);
            }
            _ => {
                bytes = size;
                requests.push(vec![event]);
            }
        }
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::LogEvent;
    use super::requests;

    fn event(time: i64, length: usize) -> LogEvent {
        let text = "x".repeat(length);
        LogEvent { time, text }
    }

    fn sizes(events: Vec<LogEvent>) -> Vec<usize> {
        requests(events).iter().map(Vec::len).collect()
    }

    #[test]
    fn events_are_in_the_order_of_time_and_keep_theirs_within_a_millisecond() {
        let events = vec![event(3, 1), event(1, 2), event(3, 3), event(2, 4)];
        let lengths: Vec<usize> = requests(events)[0]
            .iter()
            .map(|event| event.text.len())
            .collect();
        assert_eq!(lengths, [2, 4, 1, 3]);
    }

    #[test]
    fn a_request_holds_what_cloudwatch_takes() {
        assert_eq!(sizes(vec![]), [0_usize; 0]);
        assert_eq!(
            sizes((0..10_001).map(|t| event(t, 1)).collect()),
            [10_000, 1]
        );
        let half = 524_288 - 26;
        assert_eq!(sizes((0..3).map(|t| event(t, half)).collect()), [2, 1]);
        assert_eq!(
            sizes((0..3).map(|t| event(t, half + 1)).collect()),
            [1, 1, 1]
        );
        let day = 24 * 3_600 * 1_000;
        assert_eq!(
            sizes(vec![event(0, 1), event(day - 1, 1), event(day, 1)]),
            [2, 1]
        );
    }
}
