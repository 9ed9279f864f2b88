//! The two shapes of an answer: `{"success": true, …}` and `{"success": false, "error": …}`.

use crate::call::Done as CallDone;
use crate::error::CallError;
use crate::error::ErrorCode;
use axum::body::Body;
use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use ketrics_services::Held;
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// It is done, and there is nothing more to say.
#[derive(Debug, Serialize, ToSchema)]
pub struct Done {
    /// Always true.
    success: bool,
}

impl Done {
    /// It is done.
    pub fn new() -> Self {
        Self { success: true }
    }
}

/// A failure.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorAnswer {
    /// Always false.
    success: bool,
    /// What went wrong.
    error: ErrorBody,
}

/// What went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// For programs, for example `INVALID_DEPLOYMENT`.
    code: &'static str,
    /// For people.
    message: String,
}

impl IntoResponse for CallError {
    fn into_response(self) -> Response {
        let (code, status) = self.code.describe();
        let body = ErrorAnswer {
            success: false,
            error: ErrorBody {
                code,
                message: self.message,
            },
        };
        let body = serde_json::to_string(&body).unwrap_or_default();
        let mut response = answer(status, body);
        if let Some(seconds) = self.code.retry_after() {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == 401 {
            let challenge = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// What came of a call. `held` is what its payload takes of the tenant's memory; from here on its
/// result does, until the client has it.
pub fn called(done: CallDone, held: Held) -> Response {
    let CallDone {
        invocation,
        result,
        used,
        queued,
        claimed,
    } = done;
    let milliseconds = |duration: Duration| duration.as_micros() as f64 / 1_000.0;
    let (wall, cpu) = (milliseconds(used.wall), milliseconds(used.cpu));
    // The result is JSON already: it is not read again.
    let result = result.and_then(|json| {
        Text::held(
            format!(r#"{{"success":true,"result":{json},"executionTime":{wall}}}"#),
            held,
        )
    });
    let mut response = match result {
        Ok(text) => answer(200, Body::from(Bytes::from_owner(text))),
        Err(error) => error.into_response(),
    };
    let calls: Vec<String> = used
        .service_calls
        .iter()
        .map(|(service, count)| format!("{service} {count}"))
        .collect();
    let (queued, claimed) = (milliseconds(queued), milliseconds(claimed));
    let timing = format!(
        "queue;dur={queued}, claim;dur={claimed}, run;dur={wall}, cpu;dur={cpu}, \
         memory;desc=\"{} bytes\", faults;desc=\"{}\", calls;desc=\"{}\", \
         in;desc=\"{} bytes\", out;desc=\"{} bytes\"",
        used.peak_memory,
        used.page_faults,
        calls.join(" "),
        used.bytes_in,
        used.bytes_out,
    );
    let headers = response.headers_mut();
    if let Ok(timing) = HeaderValue::from_str(&timing) {
        headers.insert("server-timing", timing);
    }
    if let Ok(id) = HeaderValue::from_str(&invocation.to_string()) {
        headers.insert("x-request-id", id);
    }
    response
}

/// A text that takes of a tenant's memory for as long as any of it waits to be sent.
struct Text {
    text: String,
    _held: Held,
}

impl Text {
    fn held(text: String, mut held: Held) -> Result<Self, CallError> {
        // Not an error after which clients try again: the function has run.
        held.set(text.len()).map_err(|full| {
            let message = format!("The function ran, but its result cannot be sent: {full}");
            CallError::new(ErrorCode::MemoryLimit, message)
        })?;
        Ok(Self { text, _held: held })
    }
}

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

fn answer(status: u16, json: impl Into<Body>) -> Response {
    let mut response = Response::new(json.into());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
