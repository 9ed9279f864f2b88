//! The log as people read it in a terminal.

use ketrics_gateway::log::LogEntry;
use ketrics_gateway::log::LogSink;
use ketrics_gateway::log::time;
use serde::Deserialize;
use serde_json::Value;
use std::io::Write;
use std::sync::Arc;

const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[31m";
const YELLOW: &str = "\x1b[33m";
const PLAIN: &str = "\x1b[0m";

/// One line for each entry, in colour: time of day, function, message.
#[derive(Debug)]
pub struct HumanLines;

impl LogSink for HumanLines {
    fn write(&self, entry: &Arc<LogEntry>) {
        let receipt = entry.receipt.as_ref();
        let line = Line {
            timestamp: time(entry.timestamp),
            level: entry.level.name().to_owned(),
            source: entry.source.name().to_owned(),
            function: entry.function.clone(),
            message: entry.message.clone(),
            receipt: receipt.and_then(|receipt| serde_json::from_str(receipt.get()).ok()),
        };
        // A terminal that is gone is no reason to fail a request.
        let _ = writeln!(std::io::stdout().lock(), "{}", line.of_today());
    }
}

/// What is shown of a line.
#[derive(Deserialize)]
pub struct Line {
    timestamp: String,
    level: String,
    source: String,
    function: Option<String>,
    message: String,
    receipt: Option<Value>,
}

impl Line {
    /// In colour, with the time of day.
    pub fn of_today(&self) -> String {
        let time = self.timestamp.get(11..23).unwrap_or(&self.timestamp);
        let function = self.function();
        let (colour, message) = (self.colour(), self.message());
        format!("{DIM}{time} {function}{PLAIN} {colour}{message}{PLAIN}")
    }

    /// In colour, with date and time.
    pub fn in_colour(&self) -> String {
        let (time, function) = (&self.timestamp, self.function());
        let (colour, message) = (self.colour(), self.message());
        format!("{DIM}{time} {function}{PLAIN} {colour}{message}{PLAIN}")
    }

    /// Without colours, for what they would be no help to.
    pub fn plain(&self) -> String {
        let (time, level, function) = (&self.timestamp, &self.level, self.function());
        format!("{time} {level:<5} {function} {}", self.message())
    }

    fn function(&self) -> &str {
        self.function.as_deref().unwrap_or("-")
    }

    fn colour(&self) -> &'static str {
        match (&*self.source, &*self.level) {
            (_, "error") => RED,
            (_, "warn") => YELLOW,
            ("platform", _) | (_, "debug") => DIM,
            _ => "",
        }
    }

    fn message(&self) -> String {
        match &self.receipt {
            Some(receipt) => summary(receipt),
            None => printable(&self.message),
        }
    }
}

/// What an invocation took, in a few words.
fn summary(receipt: &Value) -> String {
    let number = |name: &str| receipt[name].as_f64().unwrap_or_default();
    let calls = receipt["serviceCalls"].as_object();
    let calls: u64 = calls
        .into_iter()
        .flatten()
        .filter_map(|(_, count)| count.as_u64())
        .sum();
    let calls = match calls {
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
    use super::Line;
    use super::printable;
    use super::summary;
    use serde_json::json;

    #[test]
    fn a_line_has_time_function_and_message() {
        let line: Line = serde_json::from_value(json!({
            "timestamp": "2026-11-21T12:34:56.789Z",
            "level": "error",
            "source": "application",
            "function": "echo",
            "message": "no",
        }))
        .expect("a line");
        assert_eq!(
            line.of_today(),
            "\x1b[2m12:34:56.789 echo\x1b[0m \x1b[31mno\x1b[0m"
        );
        assert_eq!(line.plain(), "2026-11-21T12:34:56.789Z error echo no");
    }

    #[test]
    fn a_receipt_is_told_in_a_few_words() {
        let receipt = json!({
            "wallMs": 12.345, "cpuMs": 3.0, "serviceCalls": { "volume": 2, "http": 1 }, "pageFaults": 9,
        });
        assert_eq!(
            summary(&receipt),
            "ended after 12.3 ms, 3.0 ms of CPU, 3 service calls"
        );
    }

    #[test]
    fn a_message_cannot_steer_the_terminal() {
        assert_eq!(printable("a\x1b[2Jb\n\tc\r"), "a\u{fffd}[2Jb\n\tc\u{fffd}");
    }
}
