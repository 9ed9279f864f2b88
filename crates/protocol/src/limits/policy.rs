//! What a host gives an application: its own defaults, and what the application asks for up to
//! the host's maximum.

use super::LIMITS;
use super::LimitRow;
use super::Limits;
use super::table::row;
use std::collections::BTreeMap;

/// A host's word on limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitPolicy {
    defaults: BTreeMap<&'static str, u64>,
    maximum: BTreeMap<&'static str, u64>,
}

/// A limit that cannot be set so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// No such limit.
    #[error("there is no limit named {name}; there are: {}", names())]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// A number that the limit cannot have.
    #[error("{name} must be a whole number from {least} to {most}, not {given}")]
    OutOfRange {
        /// The limit.
        name: &'static str,
        /// The least.
        least: u64,
        /// The most.
        most: u64,
        /// What was asked for.
        given: String,
    },
}

fn names() -> String {
    let names: Vec<&str> = LIMITS.iter().map(|row| row.name).collect();
    names.join(", ")
}

impl LimitPolicy {
    /// Sets what applications have that ask for nothing.
    ///
    /// # Errors
    /// See [`LimitError`].
    pub fn set_default(&mut self, name: &str, number: u64) -> Result<(), LimitError> {
        let row = checked(name, number)?;
        self.defaults.insert(row.name, number);
        Ok(())
    }

    /// Sets the most that applications may ask for.
    ///
    /// # Errors
    /// See [`LimitError`].
    pub fn set_maximum(&mut self, name: &str, number: u64) -> Result<(), LimitError> {
        let row = checked(name, number)?;
        self.maximum.insert(row.name, number);
        Ok(())
    }

    /// What an application has that asks for nothing.
    #[must_use]
    pub fn defaults(&self) -> Limits {
        Limits::from_rows(|row| self.default_of(row))
    }

    /// What an application has that asks for these, by name. More than the host's maximum becomes
    /// the maximum.
    ///
    /// # Errors
    /// See [`LimitError`].
    pub fn for_application(
        &self,
        asked: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<Limits, LimitError> {
        for (name, value) in asked {
            let row = row(name).ok_or_else(|| LimitError::Unknown { name: name.clone() })?;
            let number = value.as_u64().ok_or_else(|| out_of_range(row, value))?;
            checked(name, number)?;
        }
        Ok(Limits::from_rows(|row| {
            let asked = asked.get(row.name).and_then(serde_json::Value::as_u64);
            asked.map_or_else(
                || self.default_of(row),
                |asked| asked.min(self.maximum_of(row)),
            )
        }))
    }

    fn default_of(&self, row: &LimitRow) -> u64 {
        let default = self.defaults.get(row.name).copied();
        // A host that lowers only the maximum means the default as well.
        default.unwrap_or_else(|| row.default.min(self.maximum_of(row)))
    }

    fn maximum_of(&self, row: &LimitRow) -> u64 {
        let default = self.defaults.get(row.name).copied();
        let maximum = self.maximum.get(row.name).copied();
        // A host that raises only the default means the maximum as well.
        maximum.unwrap_or_else(|| row.maximum.max(default.unwrap_or(0)))
    }
}

fn checked(name: &str, number: u64) -> Result<&'static LimitRow, LimitError> {
    let row = row(name).ok_or_else(|| LimitError::Unknown {
        name: name.to_owned(),
    })?;
    if (row.least..=row.most).contains(&number) {
        Ok(row)
    } else {
        Err(out_of_range(row, &number))
    }
}

fn out_of_range(row: &LimitRow, given: &impl ToString) -> LimitError {
    LimitError::OutOfRange {
        name: row.name,
        least: row.least,
        most: row.most,
        given: given.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::time::Duration;

    fn asked(value: serde_json::Value) -> serde_json::Map<String, serde_json::Value> {
        value.as_object().expect("an object").clone()
    }

    #[test]
    fn an_application_gets_what_it_asks_for_up_to_the_hosts_maximum() {
        let mut policy = LimitPolicy::default();
        policy.set_maximum("cpu_seconds", 20).expect("a limit");
        policy.set_default("heap_mb", 64).expect("a limit");
        let limits = policy
            .for_application(&asked(json!({ "cpu_seconds": 50, "log_line_kb": 2 })))
            .expect("limits");
        assert_eq!(limits.cpu, Duration::from_secs(20));
        assert_eq!(limits.log_line_bytes, 2048);
        assert_eq!(limits.heap_bytes, 64 * 1024 * 1024);
        assert_eq!(limits.timers, Limits::default().timers);
    }

    #[test]
    fn a_maximum_below_the_default_lowers_the_default() {
        let mut policy = LimitPolicy::default();
        policy.set_maximum("timers", 5).expect("a limit");
        assert_eq!(policy.defaults().timers, 5);
        policy.set_default("cpu_seconds", 100).expect("a limit");
        let more = policy.for_application(&asked(json!({ "cpu_seconds": 100 })));
        assert_eq!(more.expect("limits").cpu, Duration::from_secs(100));
    }

    #[test]
    fn a_limit_that_is_none_is_refused_by_name_and_range() {
        let policy = LimitPolicy::default();
        for (value, says) in [
            (
                json!({ "cpu": 1 }),
                "no limit named cpu; there are: wall_clock_seconds",
            ),
            (
                json!({ "heap_mb": 8 }),
                "heap_mb must be a whole number from 32 to 4096, not 8",
            ),
            (json!({ "timers": "many" }), "timers must be a whole number"),
            (json!({ "timers": -1 }), "not -1"),
        ] {
            let error = policy.for_application(&asked(value)).expect_err("refused");
            assert!(error.to_string().contains(says), "{error}");
        }
    }

    #[test]
    fn every_row_names_its_own_field() {
        for row in LIMITS {
            assert!(
                row.least <= row.default && row.default <= row.maximum,
                "{}",
                row.name
            );
            assert!(row.maximum <= row.most, "{}", row.name);
            let limits = Limits::from_rows(|other| {
                if other.name == row.name {
                    row.most
                } else {
                    other.least
                }
            });
            assert_eq!(limits.get(row.name), Some(row.most), "{}", row.name);
        }
    }
}
