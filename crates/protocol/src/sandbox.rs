//! How well a worker process is locked in. The process says it with its first word; the gateway
//! compares it with the least that the host's configuration asks for.

use serde::Deserialize;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// The walls around a worker process. Each level has those of the levels before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SandboxLevel {
    /// A process of its own without capabilities, environment or descriptors, under resource
    /// limits.
    Process,
    /// System calls are filtered as well.
    Filtered,
    /// Landlock takes every path, port and foreign process away as well.
    Full,
}

impl SandboxLevel {
    /// All of them, the weakest first.
    pub const ALL: [Self; 3] = [Self::Process, Self::Filtered, Self::Full];

    /// How settings, logs and metrics name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Filtered => "filtered",
            Self::Full => "full",
        }
    }

    /// The byte that stands for it on a control socket.
    #[must_use]
    pub const fn byte(self) -> u8 {
        self as u8
    }

    /// The level that a byte stands for.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.byte() == byte)
    }
}

impl fmt::Display for SandboxLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A name that no level has.
#[derive(Debug, thiserror::Error)]
#[error("there is no sandbox level {0:?}; there are: process, filtered, full")]
pub struct UnknownLevel(String);

impl FromStr for SandboxLevel {
    type Err = UnknownLevel;

    fn from_str(name: &str) -> Result<Self, UnknownLevel> {
        let found = Self::ALL.into_iter().find(|level| level.name() == name);
        found.ok_or_else(|| UnknownLevel(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_ordered_and_survive_being_written() {
        assert!(SandboxLevel::Process < SandboxLevel::Filtered);
        assert!(SandboxLevel::Filtered < SandboxLevel::Full);
        for level in SandboxLevel::ALL {
            assert_eq!(level.name().parse::<SandboxLevel>().ok(), Some(level));
            assert_eq!(SandboxLevel::from_byte(level.byte()), Some(level));
        }
        assert!("none".parse::<SandboxLevel>().is_err());
        assert_eq!(SandboxLevel::from_byte(3), None);
    }
}
