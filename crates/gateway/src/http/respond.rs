//! The two shapes of an answer: `{"success": true, …}` and `{"success": false, "error": …}`.

use crate::call::Done as CallDone;
use crate::error::CallError;
use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
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

impl IntoResponse for CallDone {
    fn into_response(self) -> Response {
        let milliseconds = |duration: Duration| duration.as_micros() as f64 / 1_000.0;
        let (wall, cpu) = (milliseconds(self.used.wall), milliseconds(self.used.cpu));
        let mut response = match self.result {
            // The result is JSON already: it is not read again.
            Ok(json) => answer(
                200,
                format!(r#"{{"success":true,"result":{json},"executionTime":{wall}}}"#),
            ),
            Err(error) => error.into_response(),
        };
        let (queued, claimed) = (milliseconds(self.queued), milliseconds(self.claimed));
        let calls: Vec<String> = self
            .used
            .service_calls
            .iter()
            .map(|(service, count)| format!("{service} {count}"))
            .collect();
        let timing = format!(
            "queue;dur={queued}, claim;dur={claimed}, run;dur={wall}, cpu;dur={cpu}, \
             memory;desc=\"{} bytes\", faults;desc=\"{}\", calls;desc=\"{}\", \
             in;desc=\"{} bytes\", out;desc=\"{} bytes\"",
            self.used.peak_memory,
            self.used.page_faults,
            calls.join(" "),
            self.used.bytes_in,
            self.used.bytes_out,
        );
        let headers = response.headers_mut();
        if let Ok(timing) = HeaderValue::from_str(&timing) {
            headers.insert("server-timing", timing);
        }
        if let Ok(id) = HeaderValue::from_str(&self.invocation.to_string()) {
            headers.insert("x-request-id", id);
        }
        response
    }
}

fn answer(status: u16, json: String) -> Response {
    let mut response = Response::new(Body::from(json));
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
