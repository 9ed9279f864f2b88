//! From settings to what the host as a whole allows.

use crate::config::Config;
use crate::problem::Problem;
use ketrics_gateway::ServingConfig;
use ketrics_gateway::admission::Concurrency;
use ketrics_protocol::LIMITS;
use ketrics_protocol::LimitError;
use ketrics_protocol::LimitPolicy;
use ketrics_protocol::SandboxLevel;
use std::time::Duration;

/// What a host asks for that says nothing: every kernel that is in use has filters.
pub const FLOOR: SandboxLevel = SandboxLevel::Filtered;

impl Config {
    /// What applications may use.
    pub fn limits(&self) -> Result<LimitPolicy, Problem> {
        let wrong =
            |section: &str, error: LimitError| Problem::Usage(format!("[{section}]: {error}"));
        let mut policy = LimitPolicy::default();
        for row in LIMITS {
            if let Some(number) = self.number("limits", row.name)? {
                let set = policy.set_default(row.name, number);
                set.map_err(|error| wrong("limits", error))?;
            }
            if let Some(number) = self.number("limits.maximum", row.name)? {
                let set = policy.set_maximum(row.name, number);
                set.map_err(|error| wrong("limits.maximum", error))?;
            }
        }
        Ok(policy)
    }

    /// How many calls may run at once.
    pub fn concurrency(&self) -> Result<Concurrency, Problem> {
        const SECTION: &str = "concurrency";
        const MB: usize = 1024 * 1024;
        let usual = Concurrency::default();
        let number = |name, usual| Ok::<_, Problem>(self.number(SECTION, name)?.unwrap_or(usual));
        let time = |name, usual| {
            let milliseconds = self.number::<u64>(SECTION, name)?;
            Ok::<_, Problem>(milliseconds.map_or(usual, Duration::from_millis))
        };
        let concurrency = Concurrency {
            tenant: number("tenant", usual.tenant)?,
            tenant_wait: time("tenant_wait_ms", usual.tenant_wait)?,
            tenant_memory: number("tenant_memory_mb", usual.tenant_memory / MB)?.saturating_mul(MB),
            host: number("host", usual.host)?,
            queue: number("queue", usual.queue)?,
            wait: time("queue_wait_ms", usual.wait)?,
        };
        // No more fit into the gateway's own limits on descriptors and processes.
        if !(2..=10_000).contains(&concurrency.host) {
            return Err(Problem::Usage(format!(
                "concurrency.host must be a whole number from 2 to 10000, not {}",
                concurrency.host
            )));
        }
        // A function may read a file of 128 MB, and what comes from a bucket is there twice for a moment.
        if concurrency.tenant_memory < 256 * MB {
            return Err(Problem::Usage(format!(
                "concurrency.tenant_memory_mb must be a whole number of at least 256, not {}",
                concurrency.tenant_memory / MB
            )));
        }
        Ok(concurrency)
    }

    /// What the host takes from its clients.
    pub fn serving(&self) -> Result<ServingConfig, Problem> {
        let usual = ServingConfig::default();
        let time = |name, usual| {
            let milliseconds = self.number::<u64>("http", name)?;
            Ok::<_, Problem>(milliseconds.map_or(usual, Duration::from_millis))
        };
        let connections = self.number("http", "connections")?;
        Ok(ServingConfig {
            // None at all would be no host.
            connections: connections.unwrap_or(usual.connections).max(1),
            headers: time("headers_ms", usual.headers)?,
            stall: time("stall_ms", usual.stall)?,
        })
    }

    /// The least sandbox that a worker process may have.
    pub fn sandbox(&self) -> Result<SandboxLevel, Problem> {
        let name = self.text("sandbox", "minimum");
        name.map_or(Ok(FLOOR), |name| {
            name.parse()
                .map_err(|error| Problem::Usage(format!("sandbox.minimum: {error}")))
        })
    }
}
