//! What can go wrong with a document.

/// What went wrong, in words for whoever called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// The bytes are not a document that can be read.
    #[error("{0}")]
    Parse(String),
    /// The document cannot be written.
    #[error("{0}")]
    Write(String),
    /// An argument is not what the operation takes: a page that isn't there, a character that a
    /// font lacks, an image that is none.
    #[error("{0}")]
    Invalid(String),
}

pub(super) type Result<T> = std::result::Result<T, PdfError>;

pub(super) fn invalid<T>(message: impl Into<String>) -> Result<T> {
    Err(PdfError::Invalid(message.into()))
}
