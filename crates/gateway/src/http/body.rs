//! Reading bodies that must not be too long nor take for ever.

use crate::error::CallError;
use crate::error::ErrorCode;
use axum::body::Body;
use axum::body::Bytes;
use http_body_util::BodyExt;
use http_body_util::Limited;
use std::time::Duration;

/// What is larger than the limit, as an error.
pub fn too_large(what: &str, most: u64) -> CallError {
    CallError::new(
        ErrorCode::PayloadTooLarge,
        format!("{what} is larger than the limit of {most} bytes"),
    )
}

/// The whole body, if it is at most so long and arrives in this time.
pub async fn read(
    body: Body,
    most: u64,
    arrival: Duration,
    too_large: impl FnOnce() -> CallError,
) -> Result<Bytes, CallError> {
    let invalid = |message: String| CallError::new(ErrorCode::InvalidRequest, message);
    let limit = usize::try_from(most).unwrap_or(usize::MAX);
    match tokio::time::timeout(arrival, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(invalid("The body did not arrive whole".to_owned())),
        Err(_) => Err(invalid(format!(
            "The body did not arrive within {} s",
            arrival.as_secs()
        ))),
    }
}
