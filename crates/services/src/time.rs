//! Points in time as tenant code reads them.

use chrono::DateTime;
use chrono::SecondsFormat;

/// Milliseconds since the epoch, in ISO 8601 with milliseconds.
pub(crate) fn iso(milliseconds: i64) -> String {
    DateTime::from_timestamp_millis(milliseconds)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}
