//! HTTP in front: routes, and how errors are worded.

mod authority;
mod body;
mod deployments;
mod functions;
mod inbox;
mod jobs;
mod logs;
mod openapi;
mod platform;
mod respond;
mod secrets;
mod tokens;
mod volumes;

use crate::administrator::AdministratorKey;
use crate::auth::LocalKey;
use crate::auth::TokenVerifier;
use crate::deploy::Deployer;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::platform::Platform;
use crate::runtime::Runtime;
use crate::telemetry;
use crate::telemetry::Now;
use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tower_http::cors::AllowOrigin;
use tower_http::cors::CorsLayer;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What the routes share.
pub struct Http {
    /// Runs calls.
    pub runtime: Arc<Runtime>,
    /// Verifies bearer tokens.
    pub verifier: Arc<dyn TokenVerifier>,
    /// Deploys.
    pub deployer: Arc<Deployer>,
    /// Brings the platform to a declared state.
    pub platform: Platform,
    /// Makes tokens.
    pub issuer: Arc<LocalKey>,
    /// The administrator's token.
    pub administrator: AdministratorKey,
    /// Deployments that may arrive at once.
    pub uploads: Semaphore,
    /// Questions to the log that may be asked at once.
    pub readers: Semaphore,
    /// How long a client may take for a piece of what it sends by a signed URL.
    pub stall: Duration,
    /// Origins of browser front ends that may call; `*` allows every origin.
    pub cors_origins: Vec<String>,
}

pub use openapi::document as openapi;

/// The service.
pub fn router(http: Http) -> Router {
    let cors = cors(&http.cors_origins);
    let (documented, _) = documented().split_for_parts();
    documented
        .fallback(|| async { CallError::new(ErrorCode::NotFound, "There is nothing at this URL") })
        .method_not_allowed_fallback(|method: Method| async move {
            CallError::new(
                ErrorCode::MethodNotAllowed,
                format!("This URL does not take {method}"),
            )
        })
        .layer(cors)
        .with_state(Arc::new(http))
}

/// All routes. The OpenAPI document is made from them.
fn documented() -> OpenApiRouter<Arc<Http>> {
    OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(functions::call))
        .routes(routes!(deployments::create, deployments::list))
        .routes(routes!(deployments::activate))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::show))
        .routes(routes!(logs::of_application))
        .routes(routes!(logs::of_tenant))
        .routes(routes!(tokens::create, tokens::list))
        .routes(routes!(tokens::revoke))
        .routes(routes!(tokens::issue))
        .routes(routes!(secrets::put))
        .routes(routes!(platform::apply))
        .routes(routes!(inbox::list))
        .routes(routes!(inbox::mark_read))
        .routes(routes!(volumes::download, volumes::upload))
        .routes(routes!(health))
        .routes(routes!(metrics))
}

fn cors(origins: &[String]) -> CorsLayer {
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(
            origins
                .iter()
                .filter_map(|origin| HeaderValue::from_str(origin).ok()),
        )
    };
    CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST, Method::PUT])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([
            HeaderName::from_static("x-request-id"),
            HeaderName::from_static("server-timing"),
            header::RETRY_AFTER,
            header::ETAG,
        ])
        .max_age(Duration::from_secs(3_600))
}

/// The walls around worker processes.
#[derive(Debug, Serialize, ToSchema)]
struct Walls {
    /// What there is.
    level: &'static str,
    /// The least that the host's configuration asks for.
    minimum: &'static str,
}

/// How the host is.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
    /// Version of the host.
    version: &'static str,
    /// The walls around worker processes.
    sandbox: Walls,
    /// Applications that are loaded.
    zygotes: usize,
    /// Calls that run.
    running: usize,
    /// Calls that wait.
    waiting: usize,
}

/// Tell whether the host and its directory answer
#[utoipa::path(
    get,
    path = "/health",
    tag = "host",
    responses(
        (status = 200, description = "They do", body = Health),
        (status = "default", description = "They do not", body = respond::ErrorAnswer),
    ),
)]
async fn health(State(http): State<Arc<Http>>) -> Result<Json<Health>, CallError> {
    http.runtime.directory().ping().await?;
    let (zygotes, running, waiting) = http.runtime.load();
    let (level, minimum) = http.runtime.sandbox();
    Ok(Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        sandbox: Walls {
            level: level.name(),
            minimum: minimum.name(),
        },
        zygotes,
        running,
        waiting,
    }))
}

/// Tell the host's figures, for Prometheus
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "host",
    responses(
        (status = 200, description = "OpenMetrics text", body = String, content_type = "application/openmetrics-text"),
        (status = "default", description = "There are none", body = respond::ErrorAnswer),
    ),
)]
async fn metrics(State(http): State<Arc<Http>>) -> Result<Response, CallError> {
    let (zygotes, running, waiting) = http.runtime.load();
    let (level, _) = http.runtime.sandbox();
    let now = Now {
        running,
        waiting,
        zygotes,
        level: level.byte(),
    };
    let text = telemetry::figures()
        .render(&now)
        .map_err(|error| CallError::internal(&error))?;
    let format = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let format = HeaderValue::from_static(format);
    Ok(([(header::CONTENT_TYPE, format)], text).into_response())
}
