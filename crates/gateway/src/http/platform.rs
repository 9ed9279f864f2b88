//! `POST /platform/apply`: brings the platform to a declared state.

use super::authority;
use super::body;
use super::respond::ErrorAnswer;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::http::Http;
use crate::platform::Plan;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use ketrics_application::PlatformState;
use ketrics_services::check_egress_rule;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

const ARRIVAL: Duration = Duration::from_secs(30);
const MOST: u64 = 16 * 1024 * 1024;

/// What is to be done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Apply {
    /// How the platform is to be; docs/platform.md explains it.
    #[schema(value_type = PlatformState)]
    state: Value,
    /// Only tell what would change.
    #[serde(default)]
    dry_run: bool,
    /// Apply only when exactly the changes of the plan with this fingerprint are made.
    #[serde(default)]
    fingerprint: Option<String>,
}

/// What was, or would be, done.
#[derive(Debug, Serialize, ToSchema)]
pub struct Applied {
    /// Always true.
    success: bool,
    /// The changes.
    plan: Plan,
}

/// Bring the platform to a declared state
///
/// What the state names is created or changed; access is exactly what it says. Nothing that holds
/// data is deleted. The same state again changes nothing.
#[utoipa::path(
    post,
    path = "/platform/apply",
    tag = "platform",
    request_body = Apply,
    responses(
        (status = 200, description = "The changes, made unless `dryRun` was asked for", body = Applied),
        (status = "default", description = "Nothing was changed; `message` has every fault of the state", body = ErrorAnswer),
    ),
    security(("administrator" = [])),
)]
pub async fn apply(
    State(http): State<Arc<Http>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Applied>, CallError> {
    authority::administrator(&http, &headers)?;
    let too_large = || body::too_large("The state", MOST);
    let bytes = body::read(body, MOST, ARRIVAL, too_large).await?;
    let invalid = |message: String| CallError::new(ErrorCode::InvalidRequest, message);
    let wanted: Apply =
        serde_json::from_slice(&bytes).map_err(|error| invalid(error.to_string()))?;
    let state = PlatformState::from_json(&wanted.state, check_egress_rule)
        .map_err(|error| invalid(error.to_string()))?;
    let plan = if wanted.dry_run {
        http.platform.plan(&state).await?
    } else {
        let fingerprint = wanted.fingerprint.as_deref();
        http.platform.apply(&state, fingerprint).await?
    };
    Ok(Json(Applied {
        success: true,
        plan,
    }))
}
