//! The errors that are no business of tenant code.

use ketrics_protocol::ServiceError;
use std::fmt::Display;
use std::io;
use std::path::Path;
use uuid::Uuid;

/// An engine cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A folder or a file cannot be used.
    #[error("{path}: {source}")]
    Folder {
        /// Which one.
        path: String,
        /// Why not.
        source: io::Error,
    },
    /// The key file is not what this program writes.
    #[error(
        "the key file {0} is damaged: every line must be a name, a colon and 32 bytes in base64"
    )]
    KeyFile(String),
    /// A key cannot be made from the signing key.
    #[error("no key can be made from the signing key")]
    SigningKey(#[from] aws_lc_rs::error::Unspecified),
    /// A setting of the host does not work.
    #[error("{section}.{setting} {reason}")]
    Setting {
        /// The part of the configuration file.
        section: &'static str,
        /// The setting in it.
        setting: &'static str,
        /// What is wrong with it, or what is wanted.
        reason: String,
    },
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be made: {0}")]
    HttpClient(#[from] reqwest::Error),
}

impl OpenError {
    pub(crate) fn setting(section: &'static str, setting: &'static str, reason: String) -> Self {
        Self::Setting {
            section,
            setting,
            reason,
        }
    }

    pub(crate) fn folder(path: &Path, source: io::Error) -> Self {
        Self::Folder {
            path: path.display().to_string(),
            source,
        }
    }
}

/// Turns an unexpected failure into the one opaque error that tenant code may see, and writes the
/// cause into the host's log with the same reference.
pub(crate) fn opaque(what: &'static str, cause: impl Display) -> ServiceError {
    let reference = reference(what, cause);
    ServiceError::plain(format!(
        "The platform failed to carry out this call (reference {reference})"
    ))
}

/// Writes the cause of a failure into the host's log, and says under which reference, for an error
/// that tenant code may see.
pub(crate) fn reference(what: &'static str, cause: impl Display) -> String {
    let mut reference = Uuid::new_v4().simple().to_string();
    reference.truncate(8);
    tracing::error!(reference, what, cause = %cause, "a service call failed unexpectedly");
    reference
}
