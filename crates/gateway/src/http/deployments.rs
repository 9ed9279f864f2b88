//! `/tenants/{tenant}/applications/{application}/deployments`

use super::authority;
use super::body;
use super::respond::ErrorAnswer;
use crate::deploy::DeployReport;
use crate::deploy::DeploymentSummary;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::http::Http;
use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use ketrics_application::MAX_ARCHIVE_BYTES;
use ketrics_application::Unpacked;
use ketrics_directory::DeploymentId;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// How long a ZIP may take to arrive.
const ARRIVAL: Duration = Duration::from_mins(5);

/// What a deploy, or a rollback, answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deployed {
    /// Always true.
    success: bool,
    /// What was done.
    deployment: DeployReport,
}

/// The deployments of an application.
#[derive(Debug, Serialize, ToSchema)]
pub struct Deployments {
    /// Always true.
    success: bool,
    /// Newest first.
    deployments: Vec<DeploymentSummary>,
}

/// Deploy an application
///
/// The body is a ZIP with `ketrics.config.json` at its root and the bundle in `backend/`. The
/// bundle is loaded in a real isolate before anything changes; if it is refused, the deployment
/// before goes on.
#[utoipa::path(
    post,
    path = "/tenants/{tenant}/applications/{application}/deployments",
    tag = "deployments",
    params(
        ("tenant" = String, Path, description = "Id or code of the tenant"),
        ("application" = String, Path, description = "Id or code of the application"),
    ),
    request_body(content = Vec<u8>, content_type = "application/zip"),
    responses(
        (status = 201, description = "It is deployed and runs", body = Deployed),
        (status = "default", description = "It is not, and the deployment before goes on", body = ErrorAnswer),
    ),
    security(("deployment" = []), ("administrator" = [])),
)]
pub async fn create(
    State(http): State<Arc<Http>>,
    Path((tenant, application)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Deployed>), CallError> {
    let place = authority::deployer(&http, &headers, &tenant, &application).await?;
    // Each holds its whole ZIP in memory.
    let _upload = http.uploads.try_acquire().map_err(|_| {
        CallError::new(
            ErrorCode::Overloaded,
            "Too many deployments arrive at once; try again",
        )
    })?;
    let too_large = || body::too_large("The deployment", MAX_ARCHIVE_BYTES);
    let bytes = body::read(body, MAX_ARCHIVE_BYTES, ARRIVAL, too_large).await?;
    // It may decompress for a while.
    let unpacked = tokio::task::spawn_blocking(move || Unpacked::read(&bytes))
        .await
        .map_err(|error| CallError::internal(&error))?
        .map_err(|error| CallError::new(ErrorCode::InvalidDeployment, error.to_string()))?;
    let deployment = http.deployer.deploy(&place, unpacked).await?;
    let answer = Deployed {
        success: true,
        deployment,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// List the deployments of an application
#[utoipa::path(
    get,
    path = "/tenants/{tenant}/applications/{application}/deployments",
    tag = "deployments",
    params(
        ("tenant" = String, Path, description = "Id or code of the tenant"),
        ("application" = String, Path, description = "Id or code of the application"),
    ),
    responses(
        (status = 200, description = "The last 20, newest first", body = Deployments),
        (status = "default", description = "They cannot be listed", body = ErrorAnswer),
    ),
    security(("deployment" = []), ("administrator" = [])),
)]
pub async fn list(
    State(http): State<Arc<Http>>,
    Path((tenant, application)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Deployments>, CallError> {
    let place = authority::deployer(&http, &headers, &tenant, &application).await?;
    Ok(Json(Deployments {
        success: true,
        deployments: http.deployer.list(&place).await?,
    }))
}

/// Put an earlier deployment in charge again
#[utoipa::path(
    post,
    path = "/tenants/{tenant}/applications/{application}/deployments/{deployment}/activate",
    tag = "deployments",
    params(
        ("tenant" = String, Path, description = "Id or code of the tenant"),
        ("application" = String, Path, description = "Id or code of the application"),
        ("deployment" = String, Path, description = "Id of one of its deployments"),
    ),
    responses(
        (status = 200, description = "It runs again", body = Deployed),
        (status = "default", description = "It does not, and the other one goes on", body = ErrorAnswer),
    ),
    security(("deployment" = []), ("administrator" = [])),
)]
pub async fn activate(
    State(http): State<Arc<Http>>,
    Path((tenant, application, deployment)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Json<Deployed>, CallError> {
    let place = authority::deployer(&http, &headers, &tenant, &application).await?;
    let deployment: DeploymentId = deployment.parse().map_err(|_| {
        CallError::new(
            ErrorCode::NotFound,
            "There is no such deployment of this application; its id is a UUID",
        )
    })?;
    Ok(Json(Deployed {
        success: true,
        deployment: http.deployer.roll_back(&place, deployment).await?,
    }))
}
