//! Figures for Prometheus. Labels have few values, all of them the platform's own words: no tenant,
//! application or function is one.

use crate::call::Done;
use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use prometheus_client::registry::Unit;
use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

/// Bounds of the histograms of durations, in seconds.
const SECONDS: [f64; 16] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0,
];

/// Bounds of the histogram of memory, in bytes: 32 MB to 1 GB.
const BYTES: [f64; 6] = [
    33_554_432.0,
    67_108_864.0,
    134_217_728.0,
    268_435_456.0,
    536_870_912.0,
    1_073_741_824.0,
];

/// Names and values of labels.
type Labels<const COUNT: usize> = [(&'static str, &'static str); COUNT];

/// The figures of this process, which is one host.
static FIGURES: LazyLock<Telemetry> = LazyLock::new(Telemetry::default);

/// The figures of this process.
pub(crate) fn figures() -> &'static Telemetry {
    &FIGURES
}

/// The figures of one host.
#[derive(Debug)]
pub(crate) struct Telemetry {
    registry: Registry,
    calls: Family<Labels<2>, Counter>,
    wall: Histogram,
    cpu: Histogram,
    queued: Histogram,
    claimed: Histogram,
    memory: Histogram,
    service_calls: Family<Labels<1>, Counter>,
    /// System calls that a worker's filter refused.
    pub(crate) violations: Counter,
    /// Processes that were ended because they misbehaved, by kind.
    misbehaved: Family<Labels<1>, Counter>,
    log_lines_dropped: Family<Labels<1>, Counter>,
    running: Gauge,
    waiting: Gauge,
    zygotes: Gauge,
    level: Gauge,
}

impl Default for Telemetry {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("ketrics");
        let seconds = || Histogram::new(SECONDS);
        let all = Self {
            calls: Family::default(),
            wall: seconds(),
            cpu: seconds(),
            queued: seconds(),
            claimed: seconds(),
            memory: Histogram::new(BYTES),
            service_calls: Family::default(),
            violations: Counter::default(),
            misbehaved: Family::default(),
            log_lines_dropped: Family::default(),
            running: Gauge::default(),
            waiting: Gauge::default(),
            zygotes: Gauge::default(),
            level: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register(
            "calls",
            "Calls by kind and outcome: ok, or the error's code",
            all.calls.clone(),
        );
        for (name, help, histogram) in [
            (
                "call",
                "Wall-clock time from the claim of a process to the answer",
                &all.wall,
            ),
            ("call_cpu", "CPU time until the answer", &all.cpu),
            ("queue", "Time until a call had a place", &all.queued),
            (
                "claim",
                "Time from its place until a call had a process",
                &all.claimed,
            ),
        ] {
            registry.register_with_unit(name, help, Unit::Seconds, histogram.clone());
        }
        registry.register_with_unit(
            "call_memory",
            "Largest resident set of a call's process",
            Unit::Bytes,
            all.memory.clone(),
        );
        registry.register(
            "service_calls",
            "Service calls by service",
            all.service_calls.clone(),
        );
        registry.register(
            "violations",
            "System calls that a worker's filter refused",
            all.violations.clone(),
        );
        registry.register(
            "misbehaved",
            "Processes that were ended because they misbehaved, by kind",
            all.misbehaved.clone(),
        );
        registry.register(
            "log_lines_dropped",
            "Log lines that found no room on their way to a destination",
            all.log_lines_dropped.clone(),
        );
        for (name, help, gauge) in [
            ("calls_running", "Calls that run now", &all.running),
            (
                "calls_waiting",
                "Calls that wait for the host",
                &all.waiting,
            ),
            ("zygotes", "Zygotes of applications", &all.zygotes),
            (
                "sandbox_level",
                "Walls around worker processes: 0 process, 1 filtered, 2 full",
                &all.level,
            ),
        ] {
            registry.register(name, help, gauge.clone());
        }
        Self { registry, ..all }
    }
}

impl Telemetry {
    /// Counts a call that is over.
    pub(crate) fn count(&self, kind: &'static str, done: &Done) {
        let outcome = match &done.result {
            Ok(_) => "ok",
            Err(error) => error.code.describe().0,
        };
        let labels = [("kind", kind), ("outcome", outcome)];
        self.calls.get_or_create(&labels).inc();
        let observe = |histogram: &Histogram, time: Duration| histogram.observe(time.as_secs_f64());
        observe(&self.queued, done.queued);
        // One that never had a process has nothing more to tell.
        if !done.used.wall.is_zero() {
            observe(&self.claimed, done.claimed);
            observe(&self.wall, done.used.wall);
            observe(&self.cpu, done.used.cpu);
            self.memory.observe(done.used.peak_memory as f64);
        }
    }

    /// Counts a service call.
    pub(crate) fn service_call(&self, service: &'static str) {
        self.service_calls
            .get_or_create(&[("service", service)])
            .inc();
    }

    /// Counts a process that was ended.
    pub(crate) fn misbehaved(&self, kind: &'static str) {
        self.misbehaved.get_or_create(&[("process", kind)]).inc();
    }

    /// Counts a log line that a destination does not get.
    pub(crate) fn log_line_dropped(&self, destination: &'static str) {
        self.log_lines_dropped
            .get_or_create(&[("destination", destination)])
            .inc();
    }

    /// All figures as OpenMetrics text, with those of this moment.
    ///
    /// # Errors
    /// When there is no memory for the text.
    pub(crate) fn render(&self, now: &Now) -> Result<String, fmt::Error> {
        for (gauge, value) in [
            (&self.running, now.running),
            (&self.waiting, now.waiting),
            (&self.zygotes, now.zygotes),
            (&self.level, now.level.into()),
        ] {
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        }
        let mut rendered = String::new();
        text::encode(&mut rendered, &self.registry)?;
        Ok(rendered)
    }
}

/// What is so at the moment of asking.
#[derive(Debug)]
pub(crate) struct Now {
    pub running: usize,
    pub waiting: usize,
    pub zygotes: usize,
    pub level: u8,
}
