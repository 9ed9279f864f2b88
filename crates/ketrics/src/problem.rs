//! What a command ends with when it does not succeed, and the exit code that says which kind it is.

use std::fmt;
use std::process::ExitCode;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub enum Problem {
    /// The function, the server or the machine answered with an error: exit code 1.
    Failed(String),
    /// There was no answer, or none yet; another try may have one. Exit code 1 as well.
    Unavailable(String),
    /// The command was asked for something that cannot be: exit code 2, as clap's own errors.
    Usage(String),
}

impl Problem {
    /// A failure with what was being done in front of its cause.
    pub fn failed(doing: impl fmt::Display, cause: impl fmt::Display) -> Self {
        Self::Failed(format!("{doing}: {cause}"))
    }

    /// The exit code.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Failed(_) | Self::Unavailable(_) => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(message) | Self::Unavailable(message) | Self::Usage(message) => {
                formatter.write_str(message)
            }
        }
    }
}
