//! `GET` and `PUT /volumes/{token}`: signed URLs. They carry their own authority and need no token
//! in a header; what they stand for is checked by the volume service.

use super::respond::ErrorAnswer;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::http::Http;
use crate::http::body;
use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use ketrics_services::SignedUrlError;
use serde::Serialize;
use std::sync::Arc;
use tokio_util::io::ReaderStream;
use utoipa::ToSchema;

/// Download a file by a signed URL
#[utoipa::path(
    get,
    path = "/volumes/{token}",
    tag = "volumes",
    params(("token" = String, Path, description = "What `generateDownloadUrl` put into the URL")),
    responses(
        (status = 200, description = "The file, with its own content type", body = Vec<u8>, content_type = "*/*"),
        (status = "default", description = "There is none for this URL", body = ErrorAnswer),
    ),
    security(()),
)]
pub async fn download(
    State(http): State<Arc<Http>>,
    Path(token): Path<String>,
) -> Result<Response, CallError> {
    let file = http
        .runtime
        .services()
        .signed_download(&token)
        .await
        .map_err(refused)?;
    let mut response = Response::new(Body::from_stream(ReaderStream::new(file.body)));
    let headers = response.headers_mut();
    set(headers, header::CONTENT_TYPE, &file.content_type);
    set(headers, header::CONTENT_LENGTH, &file.info.size.to_string());
    set(
        headers,
        header::ETAG,
        &format!("\"{}\"", file.info.etag.trim_matches('"')),
    );
    if let Some(disposition) = &file.disposition {
        set(headers, header::CONTENT_DISPOSITION, disposition);
    }
    // A tenant's file is never a page of the platform's origin.
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::CONTENT_SECURITY_POLICY, "sandbox");
    set(headers, header::CACHE_CONTROL, "private, no-store");
    Ok(response)
}

/// A file that was stored.
#[derive(Serialize, ToSchema)]
pub struct Stored {
    /// Always true.
    success: bool,
    /// Its key in the volume.
    key: String,
    /// Its length in bytes.
    size: f64,
    /// A text that changes with its content.
    etag: String,
}

/// Upload a file by a signed URL
#[utoipa::path(
    put,
    path = "/volumes/{token}",
    tag = "volumes",
    params(("token" = String, Path, description = "What `generateUploadUrl` put into the URL")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "It is stored", body = Stored),
        (status = "default", description = "It is not", body = ErrorAnswer),
    ),
    security(()),
)]
pub async fn upload(
    State(http): State<Arc<Http>>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, CallError> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let length = text(header::CONTENT_LENGTH).and_then(|length| length.parse().ok());
    let content = body::steadily(body, http.stall);
    let services = http.runtime.services();
    let info = services
        .signed_upload(
            http.runtime.memories(),
            &token,
            text(header::CONTENT_TYPE),
            length,
            content,
        )
        .await
        .map_err(refused)?;
    let tag = format!("\"{}\"", info.etag.trim_matches('"'));
    let answer = Stored {
        success: true,
        key: info.key,
        size: info.size,
        etag: info.etag,
    };
    let mut response = Json(answer).into_response();
    set(response.headers_mut(), header::ETAG, &tag);
    Ok(response)
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // A value that no header can hold was refused when the URL was made.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn refused(error: SignedUrlError) -> CallError {
    let code = match error {
        SignedUrlError::Invalid | SignedUrlError::Expired => ErrorCode::Forbidden,
        SignedUrlError::NotFound => ErrorCode::NotFound,
        SignedUrlError::Conflict => ErrorCode::Conflict,
        SignedUrlError::TooLarge(_) => ErrorCode::PayloadTooLarge,
        SignedUrlError::ContentType(_) => ErrorCode::UnsupportedMediaType,
        SignedUrlError::Incomplete | SignedUrlError::Slow => ErrorCode::InvalidRequest,
        SignedUrlError::Full(_) => ErrorCode::RateLimited,
        SignedUrlError::Failed => ErrorCode::Internal,
    };
    CallError::new(code, error.to_string())
}
