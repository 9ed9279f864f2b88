//! HTTP in front: routes, and how errors are worded.

mod authority;
mod body;
mod deployments;
mod functions;
mod respond;
mod volumes;

use crate::administrator::AdministratorKey;
use crate::auth::TokenVerifier;
use crate::deploy::Deployer;
use crate::error::CallError;
use crate::error::ErrorCode;
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
use axum::routing::get;
use axum::routing::post;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tower_http::cors::AllowOrigin;
use tower_http::cors::CorsLayer;
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
    /// The administrator's token.
    pub administrator: AdministratorKey,
    /// Deployments that may arrive at once.
    pub uploads: Semaphore,
    /// Origins of browser front ends that may call; `*` allows every origin.
    pub cors_origins: Vec<String>,
}

/// All routes.
pub fn router(http: Http) -> Router {
    let cors = cors(&http.cors_origins);
    let (documented, _) = OpenApiRouter::new()
        .routes(routes!(deployments::create, deployments::list))
        .routes(routes!(deployments::activate))
        .split_for_parts();
    documented
        .route(
            "/tenants/{tenant}/applications/{application}/functions/{function}",
            post(functions::call),
        )
        .route(
            "/volumes/{token}",
            get(volumes::download).put(volumes::upload),
        )
        .route("/health", get(health))
        .route("/metrics", get(metrics))
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

async fn health(State(http): State<Arc<Http>>) -> Result<Json<serde_json::Value>, CallError> {
    http.runtime.directory().ping().await?;
    let (zygotes, running, waiting) = http.runtime.load();
    let (level, minimum) = http.runtime.sandbox();
    Ok(Json(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "sandbox": { "level": level.name(), "minimum": minimum.name() },
        "zygotes": zygotes,
        "running": running,
        "waiting": waiting,
    })))
}

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
