//! The log as people read it in a terminal.

use ketrics_gateway::log::LogEntry;
use ketrics_gateway::log::LogSink;
use ketrics_gateway::log::Source;
use serde_json::Value;
use std::io::Write;

const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[31m";
const YELLOW: &str = "\x1b[33m";
const PLAIN: &str = "\x1b[0m";

/// One line for each entry, in colour: time, function, message.
#[derive(Debug)]
pub struct HumanLines;

impl LogSink for HumanLines {
    fn write(&self, entry: &LogEntry) {
        // A terminal that is gone is no reason to fail a request.
        let _ = writeln!(std::io::stdout().lock(), "{}", line(entry));
    }
}

fn line(entry: &LogEntry) -> String {
    let colour = match (entry.source, entry.level) {
        (_, "error") => RED,
        (_, "warn") => YELLOW,
        (Source::Platform, _) | (_, "debug") => DIM,
        _ => "",
    };
    let time = entry.time.get(11..23).unwrap_or(&entry.time);
    let function = entry.function.as_deref().unwrap_or("-");
    let message = match &entry.receipt {
        Some(receipt) => summary(receipt),
        None => printable(&entry.message),
    };
    format!("{DIM}{time} {function}{PLAIN} {colour}{message}{PLAIN}")
}

/// What an invocation took, in a few words.
fn summary(receipt: &Value) -> String {
    let number = |name: &str| receipt[name].as_f64().unwrap_or_default();
    let calls = match receipt["serviceCalls"].as_u64().unwrap_or_default() {
        0 => String::new(),
        1 => ", 1 service call".to_owned(),
        calls => format!(", {calls} service calls"),
    };
    format!(
        "ended after {:.1} ms, {:.1} ms of CPU{calls}",
        number("wallMs"),
        number("cpuMs")
    )
}

/// Control characters other than the end of a line could move the cursor over other lines.
fn printable(message: &str) -> String {
    message
        .chars()
        .map(|character| match character {
            '\n' | '\t' => character,
            character if character.is_control() => '\u{fffd}',
            character => character,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::line;
    use super::printable;
    use super::summary;
    use ketrics_gateway::log::LogEntry;
    use ketrics_gateway::log::Source;
    use serde_json::json;

    #[test]
    fn a_line_has_time_function_and_message() {
        let entry = LogEntry {
            time: "2026-11-21T12:34:56.789Z".to_owned(),
            level: "error",
            source: Source::Application,
            tenant: "local".to_owned(),
            application: "orders".to_owned(),
            deployment: String::new(),
            function: Some("echo".to_owned()),
            requestor: None,
            invocation: None,
            message: "no".to_owned(),
            receipt: None,
        };
        assert_eq!(
            line(&entry),
            "\x1b[2m12:34:56.789 echo\x1b[0m \x1b[31mno\x1b[0m"
        );
    }

    #[test]
    fn a_receipt_is_told_in_a_few_words() {
        let receipt = json!({ "wallMs": 12.345, "cpuMs": 3.0, "serviceCalls": 1, "pageFaults": 9 });
        assert_eq!(
            summary(&receipt),
            "ended after 12.3 ms, 3.0 ms of CPU, 1 service call"
        );
    }

    #[test]
    fn a_message_cannot_steer_the_terminal() {
        assert_eq!(printable("a\x1b[2Jb\n\tc\r"), "a\u{fffd}[2Jb\n\tc\u{fffd}");
    }
}
