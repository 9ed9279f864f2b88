//! The errors that a caller sees: a code, a status, a message.

use crate::auth::TokenError;
use ketrics_protocol::Limit;
use ketrics_protocol::frame::FailureCode;

/// The codes of `error.code`. Each stands in the contract's table of statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ErrorCode {
    InvalidRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    ApplicationNotFound,
    FunctionNotFound,
    MethodNotAllowed,
    ApplicationNotDeployed,
    Conflict,
    PayloadTooLarge,
    UnsupportedMediaType,
    InvalidDeployment,
    RuntimeError,
    ResultTooLarge,
    RateLimited,
    Internal,
    Overloaded,
    HostLost,
    Timeout,
    CpuLimit,
    StartupLimit,
    MemoryLimit,
}

impl ErrorCode {
    /// The code as it is written, and the HTTP status that goes with it.
    #[must_use]
    pub const fn describe(self) -> (&'static str, u16) {
        match self {
            Self::InvalidRequest => ("INVALID_REQUEST", 400),
            Self::Unauthenticated => ("UNAUTHENTICATED", 401),
            Self::Forbidden => ("FORBIDDEN", 403),
            Self::NotFound => ("NOT_FOUND", 404),
            Self::ApplicationNotFound => ("APPLICATION_NOT_FOUND", 404),
            Self::FunctionNotFound => ("FUNCTION_NOT_FOUND", 404),
            Self::MethodNotAllowed => ("METHOD_NOT_ALLOWED", 405),
            Self::ApplicationNotDeployed => ("APPLICATION_NOT_DEPLOYED", 409),
            Self::Conflict => ("CONFLICT", 409),
            Self::PayloadTooLarge => ("PAYLOAD_TOO_LARGE", 413),
            Self::UnsupportedMediaType => ("UNSUPPORTED_MEDIA_TYPE", 415),
            Self::InvalidDeployment => ("INVALID_DEPLOYMENT", 422),
            Self::RuntimeError => ("RUNTIME_ERROR", 422),
            Self::ResultTooLarge => ("RESULT_TOO_LARGE", 422),
            Self::RateLimited => ("RATE_LIMITED", 429),
            Self::Internal => ("INTERNAL_ERROR", 500),
            Self::Overloaded => ("OVERLOADED", 503),
            Self::HostLost => ("HOST_LOST", 503),
            Self::Timeout => ("TIMEOUT", 504),
            Self::CpuLimit => ("CPU_LIMIT", 504),
            Self::StartupLimit => ("STARTUP_LIMIT", 504),
            Self::MemoryLimit => ("MEMORY_LIMIT", 507),
        }
    }

    /// Seconds after which it makes sense to try again, for errors that pass.
    #[must_use]
    pub const fn retry_after(self) -> Option<u32> {
        match self {
            Self::RateLimited | Self::Overloaded | Self::HostLost => Some(1),
            _ => None,
        }
    }
}

impl From<Limit> for ErrorCode {
    fn from(limit: Limit) -> Self {
        match limit {
            Limit::WallClock => Self::Timeout,
            Limit::Cpu => Self::CpuLimit,
            Limit::Startup => Self::StartupLimit,
            Limit::Heap | Limit::Buffers | Limit::Memory => Self::MemoryLimit,
        }
    }
}

impl From<FailureCode> for ErrorCode {
    fn from(code: FailureCode) -> Self {
        match code {
            FailureCode::Runtime => Self::RuntimeError,
            FailureCode::FunctionNotFound => Self::FunctionNotFound,
            FailureCode::ResultTooLarge => Self::ResultTooLarge,
        }
    }
}

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    /// What kind of error.
    pub code: ErrorCode,
    /// What the caller reads.
    pub message: String,
}

impl CallError {
    /// An error with this code and message.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// A fault of ours: the cause goes to the log, a reference to the caller.
    #[must_use]
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        let reference = uuid::Uuid::new_v4().simple().to_string()[..8].to_owned();
        tracing::error!(reference, %cause, "a request failed inside the platform");
        Self::new(
            ErrorCode::Internal,
            format!("The platform failed (reference {reference})"),
        )
    }
}

impl From<TokenError> for CallError {
    fn from(error: TokenError) -> Self {
        let code = match error {
            TokenError::Unavailable => ErrorCode::Overloaded,
            TokenError::Expired | TokenError::NotYet | TokenError::Invalid => {
                ErrorCode::Unauthenticated
            }
        };
        Self::new(code, error.to_string())
    }
}

impl From<ketrics_services::Full> for CallError {
    fn from(full: ketrics_services::Full) -> Self {
        Self::new(ErrorCode::RateLimited, full.to_string())
    }
}

impl From<ketrics_directory::DirectoryError> for CallError {
    fn from(error: ketrics_directory::DirectoryError) -> Self {
        if error.is_away() {
            tracing::error!(%error, "the directory does not answer");
            let message = "The platform's directory does not answer at the moment";
            return Self::new(ErrorCode::Overloaded, message);
        }
        Self::internal(&error)
    }
}
