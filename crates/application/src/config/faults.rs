//! Faults of a configuration file, collected while the rest of it is still being checked.

use super::CONFIG_FILE;
use super::positions::Positions;
use std::fmt;

/// One thing that is wrong in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, for example `roles[0].code`; empty for the file as a whole.
    pub place: String,
    /// The line, counted from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(formatter, "line {line}: ")?;
        }
        if !self.place.is_empty() {
            write!(formatter, "`{}` ", self.place)?;
        }
        formatter.write_str(&self.message)
    }
}

/// All faults of a file; there is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// In the order of the file.
    pub faults: Vec<Fault>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.faults.as_slice() {
            [fault] => write!(formatter, "{CONFIG_FILE}: {fault}"),
            faults => {
                write!(formatter, "{CONFIG_FILE} has {} faults:", faults.len())?;
                faults
                    .iter()
                    .try_for_each(|fault| write!(formatter, "\n  {fault}"))
            }
        }
    }
}

impl std::error::Error for ConfigError {}

/// Collects faults.
pub(crate) struct Faults {
    positions: Positions,
    list: Vec<Fault>,
}

impl Faults {
    pub(crate) fn new(positions: Positions) -> Self {
        Self {
            positions,
            list: Vec::new(),
        }
    }

    /// Notes a fault at a place such as `roles[0].code`.
    pub(crate) fn add(&mut self, place: &str, message: impl Into<String>) {
        let line = self.positions.line(place);
        self.list.push(Fault {
            place: place.to_owned(),
            line,
            message: message.into(),
        });
    }

    /// Gives `value`, unless there were faults.
    pub(crate) fn finish<T>(mut self, value: Option<T>) -> Result<T, Vec<Fault>> {
        match value {
            Some(value) if self.list.is_empty() => Ok(value),
            _ => {
                self.list.sort_by_key(|fault| fault.line);
                Err(self.list)
            }
        }
    }
}
