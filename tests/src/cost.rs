//! What a function costs, beside what a library costs under Node: for the benches.

use crate::App;
use crate::Host;
use serde_json::Value;
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// What something took.
pub struct Cost {
    /// From its start to its end.
    pub milliseconds: f64,
    /// The most memory that its process had.
    pub megabytes: f64,
    /// What it made, in bytes.
    pub bytes: u64,
}

impl Cost {
    /// Both in cells of a table: milliseconds and megabytes of each, how many times faster this one
    /// is, and what part of the other's memory it takes.
    #[must_use]
    pub fn beside(&self, other: &Self) -> String {
        format!(
            "{:.0} | {:.0} | {:.0} | {:.0} | {:.1} × | {:.2}",
            self.milliseconds,
            self.megabytes,
            other.milliseconds,
            other.megabytes,
            other.milliseconds / self.milliseconds,
            self.megabytes / other.megabytes,
        )
    }

    /// The cost of an invocation, as its receipt says.
    ///
    /// # Panics
    /// When the function fails.
    pub async fn of_invocation(host: &Host, app: &App, function: &str) -> Self {
        let receipts = || {
            let text = host.log_text();
            let lines = text.lines().filter(|line| line.contains("peakMemoryBytes"));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let before = receipts().len();
        let bytes = host.call(app, function, json!({})).await.result();
        // The receipt comes a moment after the answer.
        let receipt = loop {
            if let Some(line) = receipts().get(before) {
                let line: Value = serde_json::from_str(line).expect("JSON");
                break line;
            }
            tokio::task::yield_now().await;
        };
        let number = |name: &str| find(&receipt, name).and_then(Value::as_f64);
        Self {
            milliseconds: number("wallMs").expect("a time"),
            megabytes: number("peakMemoryBytes").expect("a size") / 1e6,
            bytes: bytes.as_u64().unwrap_or(0),
        }
    }

    /// The cost of one of the scripts in `benches/node`, which prints it; nothing if it prints none.
    ///
    /// # Panics
    /// When the script fails.
    #[must_use]
    pub fn of_node(script: &str, what: &str, folder: &Path) -> Option<Self> {
        let scripts = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/node"));
        let mut command = Command::new("node");
        command.arg(scripts.join(script)).arg(what).arg(folder);
        let output = command.output().expect("node runs");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{error}");
        let cost: Value = serde_json::from_slice(&output.stdout).ok()?;
        Some(Self {
            milliseconds: cost["milliseconds"].as_f64()?,
            megabytes: cost["memory"].as_f64()? / 1e6,
            bytes: cost["bytes"].as_u64()?,
        })
    }

    /// The fastest of several: everything else is what the machine did beside.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn best(costs: Vec<Self>) -> Self {
        let fastest = costs
            .into_iter()
            .min_by(|one, other| one.milliseconds.total_cmp(&other.milliseconds));
        fastest.expect("at least one run")
    }
}

/// An entry anywhere in an object.
fn find<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let object = value.as_object()?;
    object
        .get(name)
        .or_else(|| object.values().find_map(|value| find(value, name)))
}
