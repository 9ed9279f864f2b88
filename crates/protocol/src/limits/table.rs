//! The table. Each row is a field of [`Limits`], a setting of the host, a key of `limits` in
//! `ketrics.config.json`, and a line of the documentation.

use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;

/// What a limit is counted in where people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Whole seconds.
    Seconds,
    /// 1,048,576 bytes.
    Megabytes,
    /// 1,024 bytes.
    Kilobytes,
    /// How many.
    Count,
}

impl Unit {
    /// As it stands behind a number.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Seconds => " s",
            Self::Megabytes => " MB",
            Self::Kilobytes => " KB",
            Self::Count => "",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct LimitRow {
    /// Its name in settings and in `ketrics.config.json`.
    pub name: &'static str,
    /// What it bounds.
    pub bounds: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    /// What an application has that asks for nothing, unless the host sets another.
    pub default: u64,
    /// The least that can be set.
    pub least: u64,
    /// The most that can be set.
    pub most: u64,
    /// The most that an application may ask for, unless the host sets another.
    pub maximum: u64,
    /// What happens at the limit.
    pub breach: &'static str,
}

/// A type that holds a limit, and how it is counted in a unit.
trait Value {
    fn of(number: u64, unit: Unit) -> Self;
    fn number(&self, unit: Unit) -> u64;
}

impl Value for Duration {
    fn of(number: u64, _: Unit) -> Self {
        Self::from_secs(number)
    }

    fn number(&self, _: Unit) -> u64 {
        self.as_secs()
    }
}

const fn bytes_of(unit: Unit) -> u64 {
    match unit {
        Unit::Megabytes => 1024 * 1024,
        Unit::Kilobytes => 1024,
        Unit::Seconds | Unit::Count => 1,
    }
}

impl Value for u64 {
    fn of(number: u64, unit: Unit) -> Self {
        number.saturating_mul(bytes_of(unit))
    }

    fn number(&self, unit: Unit) -> u64 {
        self / bytes_of(unit)
    }
}

impl Value for u32 {
    fn of(number: u64, unit: Unit) -> Self {
        Self::try_from(u64::of(number, unit)).unwrap_or(Self::MAX)
    }

    fn number(&self, unit: Unit) -> u64 {
        u64::from(*self).number(unit)
    }
}

macro_rules! limits {
    ($(
        $field:ident: $kind:ty, $name:literal, $unit:ident, $default:literal, $least:literal..=$most:literal,
        maximum $maximum:literal, $bounds:literal => $breach:literal;
    )*) => {
        /// What one invocation may use.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub struct Limits {
            $(#[doc = $bounds] pub $field: $kind,)*
        }

        /// Every limit, in the order in which they are explained.
        pub const LIMITS: &[LimitRow] = &[$(LimitRow {
            name: $name,
            bounds: $bounds,
            unit: Unit::$unit,
            default: $default,
            least: $least,
            most: $most,
            maximum: $maximum,
            breach: $breach,
        },)*];

        impl Limits {
            /// Limits of which `number` says each, in the row's unit.
            #[must_use]
            pub fn from_rows(number: impl Fn(&LimitRow) -> u64) -> Self {
                let mut rows = LIMITS.iter();
                let mut next = || rows.next().map_or((0, Unit::Count), |row| (number(row), row.unit));
                // Fields are evaluated in the order in which they are written, as the rows are.
                Self { $($field: { let (number, unit) = next(); <$kind as Value>::of(number, unit) },)* }
            }

            /// The limit with this name, in its row's unit.
            #[must_use]
            pub fn get(&self, name: &str) -> Option<u64> {
                match name {
                    $($name => Some(self.$field.number(Unit::$unit)),)*
                    _ => None,
                }
            }
        }
    };
}

limits! {
    wall_clock: Duration, "wall_clock_seconds", Seconds, 30, 1..=900, maximum 900,
        "Wall-clock time of a call, from the claim of a process to the answer" => "`TIMEOUT`";
    job_wall_clock: Duration, "job_wall_clock_seconds", Seconds, 900, 1..=900, maximum 900,
        "Wall-clock time of a job; its own `timeout` (300 s unless it says another) counts where it is less" => "`TIMEOUT`";
    cpu: Duration, "cpu_seconds", Seconds, 10, 1..=900, maximum 60,
        "CPU time of a call" => "`CPU_LIMIT`";
    job_cpu: Duration, "job_cpu_seconds", Seconds, 60, 1..=900, maximum 300,
        "CPU time of a job" => "`CPU_LIMIT`";
    startup_cpu: Duration, "load_cpu_seconds", Seconds, 1, 1..=60, maximum 10,
        "CPU time of module-level code, once per zygote" => "`STARTUP_LIMIT`";
    startup_wall_clock: Duration, "load_wall_clock_seconds", Seconds, 10, 1..=60, maximum 30,
        "Wall-clock time of module-level code" => "`STARTUP_LIMIT`";
    heap_bytes: u64, "heap_mb", Megabytes, 128, 32..=4096, maximum 1024,
        "V8 heap" => "`MEMORY_LIMIT`";
    buffer_bytes: u64, "buffer_mb", Megabytes, 128, 16..=4096, maximum 1024,
        "`ArrayBuffer`s and buffers, WebAssembly memory apart" => "`RangeError`, then `MEMORY_LIMIT`";
    payload_bytes: u64, "payload_mb", Megabytes, 6, 1..=64, maximum 15,
        "The payload's JSON" => "`PAYLOAD_TOO_LARGE`";
    result_bytes: u64, "result_mb", Megabytes, 6, 1..=15, maximum 15,
        "The result's JSON" => "`RESULT_TOO_LARGE`";
    service_calls: u32, "service_calls", Count, 1_000, 1..=1_000_000, maximum 10_000,
        "Service calls of an invocation" => "an error with the code `SERVICE_CALL_LIMIT`";
    service_calls_at_once: u32, "service_calls_at_once", Count, 32, 1..=256, maximum 64,
        "Service calls at once" => "more wait";
    timers: u32, "timers", Count, 10_000, 1..=1_000_000, maximum 100_000,
        "Timers alive at once" => "`RangeError`";
    log_lines: u32, "log_lines", Count, 256, 1..=100_000, maximum 10_000,
        "Lines that an invocation logs" => "a last line says that the log stops there";
    log_line_bytes: u32, "log_line_kb", Kilobytes, 32, 1..=1_024, maximum 256,
        "One line of the log" => "the line is cut and says so";
}

impl Default for Limits {
    fn default() -> Self {
        Self::from_rows(|row| row.default)
    }
}

impl Limits {
    /// The same limits for a background job that may run for `timeout`.
    #[must_use]
    pub fn for_job(mut self, timeout: Duration) -> Self {
        self.wall_clock = timeout.min(self.job_wall_clock);
        self.cpu = self.job_cpu;
        self
    }
}

/// The row with this name.
pub(super) fn row(name: &str) -> Option<&'static LimitRow> {
    LIMITS.iter().find(|row| row.name == name)
}
