//! Tokens: for people and machines, signed with the host's key; for deploying, kept as hashes.

use super::authority;
use super::body;
use super::respond::Done;
use super::respond::ErrorAnswer;
use crate::auth::Identity;
use crate::deploy::time;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::http::Http;
use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use ketrics_directory::DeploymentToken;
use ketrics_directory::DeploymentTokenId;
use ketrics_directory::Requestor;
use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

const ARRIVAL: Duration = Duration::from_secs(30);
const MOST: u64 = 64 * 1024;

/// The longest life of a signed token, which cannot be taken back.
const MAX_LIFE: u64 = 366 * 24 * 3_600;

/// Whom a token is for: exactly one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewToken {
    /// E-mail address.
    user: Option<String>,
    /// Code.
    service_account: Option<String>,
    /// Seconds that it is good for, at most 366 days.
    expires_in: u64,
}

/// A token.
#[derive(Serialize, ToSchema)]
pub struct Issued {
    /// Always true.
    success: bool,
    /// What goes behind `Authorization: Bearer`.
    token: String,
}

/// Make a token for a user or a service account
#[utoipa::path(
    post,
    path = "/tenants/{tenant}/tokens",
    tag = "tokens",
    params(
        ("tenant" = String, Path, description = "Id or code of the tenant"),
    ),
    request_body = NewToken,
    responses(
        (status = 201, description = "The token", body = Issued),
        (status = "default", description = "There is none", body = ErrorAnswer),
    ),
    security(("administrator" = [])),
)]
pub async fn issue(
    State(http): State<Arc<Http>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Issued>), CallError> {
    authority::administrator(&http, &headers)?;
    let tenant = authority::tenant(&http, &tenant).await?;
    let new: NewToken = read(body).await?;
    let invalid = |message: String| CallError::new(ErrorCode::InvalidRequest, message);
    if !(1..=MAX_LIFE).contains(&new.expires_in) {
        return Err(invalid(format!(
            "expiresIn must be 1 to {MAX_LIFE} seconds, not {}",
            new.expires_in
        )));
    }
    let inventory = http.runtime.directory().inventory(tenant.id).await?;
    let nobody = |kind: &str, name: &str| {
        let message = format!("There is no {kind} {name:?} in this tenant");
        CallError::new(ErrorCode::NotFound, message)
    };
    let requestor = match (new.user, new.service_account) {
        (Some(email), None) => {
            let user = inventory.users.get(&email);
            Requestor::User(user.ok_or_else(|| nobody("user", &email))?.id)
        }
        (None, Some(code)) => {
            let account = inventory.service_accounts.get(&code);
            let account = account.ok_or_else(|| nobody("service account", &code))?;
            Requestor::ServiceAccount(account.id)
        }
        _ => {
            return Err(invalid(
                "The body must name either a user or a serviceAccount".to_owned(),
            ));
        }
    };
    let identity = Identity {
        tenant: tenant.id,
        requestor,
    };
    let token = http
        .issuer
        .issue(&identity, Duration::from_secs(new.expires_in))
        .map_err(|error| CallError::internal(&error))?;
    let answer = Issued {
        success: true,
        token,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// What a deployment token is called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDeploymentToken {
    /// For people, for example `continuous integration`.
    name: String,
    /// Seconds that it is good for; without it, until it is revoked.
    expires_in: Option<u64>,
}

/// A deployment token that was just made.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MadeDeploymentToken {
    /// Always true.
    success: bool,
    /// The token, which cannot be had again.
    token: String,
    /// What is kept of it.
    deployment_token: DeploymentTokenEntry,
}

/// The deployment tokens of an application.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentTokens {
    /// Always true.
    success: bool,
    /// Newest first.
    deployment_tokens: Vec<DeploymentTokenEntry>,
}

/// A deployment token without the token itself. Times are RFC 3339.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentTokenEntry {
    /// UUID, to revoke it by.
    id: String,
    /// What its maker calls it.
    name: String,
    /// When it was made.
    created_at: String,
    /// Until when it is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// When it was last used, to a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    used_at: Option<String>,
    /// When it was revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
}

/// Make a deployment token
#[utoipa::path(
    post,
    path = "/tenants/{tenant}/applications/{application}/tokens",
    tag = "tokens",
    params(
        ("tenant" = String, Path, description = "Id or code of the tenant"),
        ("application" = String, Path, description = "Id or code of the application"),
    ),
    request_body = NewDeploymentToken,
    responses(
        (status = 201, description = "It deploys this application and no other", body = MadeDeploymentToken),
        (status = "default", description = "There is none", body = ErrorAnswer),
    ),
    security(("administrator" = [])),
)]
pub async fn create(
    State(http): State<Arc<Http>>,
    Path((tenant, application)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<MadeDeploymentToken>), CallError> {
    authority::administrator(&http, &headers)?;
    let place = authority::deployer(&http, &headers, &tenant, &application).await?;
    let new: NewDeploymentToken = read(body).await?;
    let expires_at = new.expires_in.map(|seconds| {
        let milliseconds = i64::try_from(seconds.saturating_mul(1_000)).unwrap_or(i64::MAX);
        chrono::Utc::now()
            .timestamp_millis()
            .saturating_add(milliseconds)
    });
    let (kept, token) = http
        .runtime
        .directory()
        .create_deployment_token(place.tenant.id, place.application.id, &new.name, expires_at)
        .await?;
    let answer = MadeDeploymentToken {
        success: true,
        token,
        deployment_token: entry(kept),
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// List the deployment tokens of an application
#[utoipa::path(
    get,
    path = "/tenants/{tenant}/applications/{application}/tokens",
    tag = "tokens",
    params(
        ("tenant" = String, Path, description = "Id or code of the tenant"),
        ("application" = String, Path, description = "Id or code of the application"),
    ),
    responses(
        (status = 200, description = "Those that are no longer good included", body = DeploymentTokens),
        (status = "default", description = "They cannot be listed", body = ErrorAnswer),
    ),
    security(("administrator" = [])),
)]
pub async fn list(
    State(http): State<Arc<Http>>,
    Path((tenant, application)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<DeploymentTokens>, CallError> {
    authority::administrator(&http, &headers)?;
    let place = authority::deployer(&http, &headers, &tenant, &application).await?;
    let tokens = http
        .runtime
        .directory()
        .deployment_tokens(place.tenant.id, place.application.id)
        .await?;
    Ok(Json(DeploymentTokens {
        success: true,
        deployment_tokens: tokens.into_iter().map(entry).collect(),
    }))
}

/// Revoke a deployment token
#[utoipa::path(
    delete,
    path = "/tenants/{tenant}/applications/{application}/tokens/{token}",
    tag = "tokens",
    params(
        ("tenant" = String, Path, description = "Id or code of the tenant"),
        ("application" = String, Path, description = "Id or code of the application"),
        ("token" = String, Path, description = "Id of the token, not the token"),
    ),
    responses(
        (status = 200, description = "It is good for nothing any more", body = Done),
        (status = "default", description = "Nothing was changed", body = ErrorAnswer),
    ),
    security(("administrator" = [])),
)]
pub async fn revoke(
    State(http): State<Arc<Http>>,
    Path((tenant, application, token)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Json<Done>, CallError> {
    authority::administrator(&http, &headers)?;
    let place = authority::deployer(&http, &headers, &tenant, &application).await?;
    let not_found = || {
        CallError::new(
            ErrorCode::NotFound,
            "There is no such deployment token of this application; its id is a UUID",
        )
    };
    let id: DeploymentTokenId = token.parse().map_err(|_| not_found())?;
    let directory = http.runtime.directory();
    let (tenant, application) = (place.tenant.id, place.application.id);
    if directory
        .revoke_deployment_token(tenant, application, id)
        .await?
    {
        Ok(Json(Done::new()))
    } else {
        Err(not_found())
    }
}

async fn read<T: DeserializeOwned>(body: Body) -> Result<T, CallError> {
    let too_large = || body::too_large("The body", MOST);
    let bytes = body::read(body, MOST, ARRIVAL, too_large).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| CallError::new(ErrorCode::InvalidRequest, error.to_string()))
}

fn entry(token: DeploymentToken) -> DeploymentTokenEntry {
    DeploymentTokenEntry {
        id: token.id.to_string(),
        name: token.name,
        created_at: time(token.created_at),
        expires_at: token.expires_at.map(time),
        used_at: token.used_at.map(time),
        revoked_at: token.revoked_at.map(time),
    }
}
