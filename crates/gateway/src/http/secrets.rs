//! `PUT /tenants/{tenant}/secrets/{code}`: gives a secret its value. There is no way to read one.

use super::authority;
use super::body;
use super::respond::Done;
use super::respond::ErrorAnswer;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::http::Http;
use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::extract::State;
use axum::http::HeaderMap;
use ketrics_services::SealError;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

const ARRIVAL: Duration = Duration::from_secs(30);
const MOST: u64 = 1024 * 1024;

/// A value.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretValue {
    /// At most 64 KiB.
    value: String,
}

/// Give a secret its value
#[utoipa::path(
    put,
    path = "/tenants/{tenant}/secrets/{code}",
    tag = "platform",
    params(
        ("tenant" = String, Path, description = "Id or code of the tenant"),
        ("code" = String, Path, description = "Code of the secret; it is made where there is none"),
    ),
    request_body = SecretValue,
    responses(
        (status = 200, description = "It has this value", body = Done),
        (status = "default", description = "It has the value that it had", body = ErrorAnswer),
    ),
    security(("administrator" = [])),
)]
pub async fn put(
    State(http): State<Arc<Http>>,
    Path((tenant, code)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Done>, CallError> {
    authority::administrator(&http, &headers)?;
    let tenant = authority::tenant(&http, &tenant).await?;
    let too_large = || body::too_large("The body", MOST);
    let bytes = body::read(body, MOST, ARRIVAL, too_large).await?;
    let invalid = |message: String| CallError::new(ErrorCode::InvalidRequest, message);
    // The parser's own words may quote the value.
    let SecretValue { value } = serde_json::from_slice(&bytes)
        .map_err(|_| invalid("The body must be {\"value\": \"…\"}".to_owned()))?;
    let services = http.runtime.services();
    match services.seal_secret(tenant.id, &code, &value).await {
        Ok(()) => Ok(Json(Done::new())),
        Err(error @ (SealError::TooLong(_) | SealError::NoCode)) => Err(invalid(error.to_string())),
        Err(error) => Err(CallError::internal(&error)),
    }
}
