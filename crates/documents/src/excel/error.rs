//! What can go wrong with a workbook.

/// Why a workbook could not be read, changed or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExcelError {
    /// The file is not a workbook, or a damaged or hostile one.
    #[error("{0}")]
    Parse(String),
    /// A limit of the file format does not allow the change.
    #[error("{0}")]
    Limit(String),
    /// The change makes no sense: a name that is taken, a merge of what is merged.
    #[error("{0}")]
    Invalid(String),
}

/// Short for results of this module.
pub(crate) type Result<T> = std::result::Result<T, ExcelError>;

/// A parse error.
pub(crate) fn broken(what: impl Into<String>) -> ExcelError {
    ExcelError::Parse(what.into())
}
