//! The limits of an invocation: one table, from which the code and the documentation are made.

use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;

/// Which limit an invocation went over, where that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Limit {
    /// Wall-clock time from the claim of a process to the answer.
    WallClock,
    /// CPU time of the invocation's process.
    Cpu,
    /// CPU time that loading the bundle (module-level code) took.
    Startup,
    /// The V8 heap, or the memory of the process.
    Memory,
}

/// What one invocation may use. The defaults are the platform's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Wall-clock time for a call over HTTP or from another application.
    pub wall_clock: Duration,
    /// CPU time.
    pub cpu: Duration,
    /// CPU time of module-level code.
    pub startup_cpu: Duration,
    /// Wall-clock time of module-level code.
    pub startup_wall_clock: Duration,
    /// V8 heap in bytes.
    pub heap_bytes: u64,
    /// `ArrayBuffer`s and buffers in flight, in bytes.
    pub buffer_bytes: u64,
    /// The payload's JSON in bytes.
    pub payload_bytes: u64,
    /// The result's JSON in bytes.
    pub result_bytes: u64,
    /// Service calls in all.
    pub service_calls: u32,
    /// Service calls at once; more wait.
    pub service_calls_at_once: u32,
    /// Timers alive at once.
    pub timers: u32,
    /// Log lines.
    pub log_lines: u32,
    /// Bytes of one log line; the rest is cut.
    pub log_line_bytes: u32,
}

const MB: u64 = 1024 * 1024;

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall_clock: Duration::from_secs(30),
            cpu: Duration::from_secs(10),
            startup_cpu: Duration::from_secs(1),
            startup_wall_clock: Duration::from_secs(10),
            heap_bytes: 128 * MB,
            buffer_bytes: 128 * MB,
            payload_bytes: 6 * MB,
            result_bytes: 6 * MB,
            service_calls: 1_000,
            service_calls_at_once: 32,
            timers: 10_000,
            log_lines: 256,
            log_line_bytes: 32 * 1024,
        }
    }
}

impl Limits {
    /// The same limits for a background job that may run for `timeout`.
    #[must_use]
    pub fn for_job(mut self, timeout: Duration) -> Self {
        self.wall_clock = timeout;
        self.cpu = Duration::from_secs(60);
        self
    }
}
