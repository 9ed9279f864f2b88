//! `POST /tenants/{tenant}/applications/{application}/functions/{function}`

use super::authority;
use super::body;
use super::respond;
use super::respond::ErrorAnswer;
use crate::auth::Identity;
use crate::call::Call;
use crate::call::Origin;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::http::Http;
use axum::body::Body;
use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use ketrics_services::Held;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// How long a body may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(30);

/// Room in a body for what stands around the payload.
const ENVELOPE: u64 = 1024;

#[derive(Deserialize)]
struct Request<'a> {
    // Not an `Option`: that would take `null` for a payload that is missing.
    #[serde(borrow)]
    payload: &'a RawValue,
}

/// A result of a function, or of a failed call the error.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(
    dead_code,
    reason = "it only describes; results are written without being read"
)]
struct CallAnswer {
    /// Always true.
    success: bool,
    /// What the function returned.
    result: serde_json::Value,
    /// Milliseconds.
    execution_time: f64,
}

/// What a function is called with.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "it only describes; payloads are handed on without being read"
)]
struct CallBody {
    /// Any JSON value.
    payload: serde_json::Value,
}

/// Call a function
#[utoipa::path(
    post,
    path = "/tenants/{tenant}/applications/{application}/functions/{function}",
    tag = "functions",
    params(
        ("tenant" = String, Path, description = "Id or code of the tenant"),
        ("application" = String, Path, description = "Id or code of the application"),
        ("function" = String, Path, description = "Name of the exported function"),
    ),
    request_body = CallBody,
    responses(
        (status = 200, description = "What the function returned", body = CallAnswer),
        (status = "default", description = "It was not called, or failed", body = ErrorAnswer),
    ),
    security(("requestor" = [])),
)]
pub async fn call(
    State(http): State<Arc<Http>>,
    path: Result<Path<(String, String, String)>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, CallError> {
    let Path((tenant, application, function)) = path.map_err(|_| {
        CallError::new(
            ErrorCode::InvalidRequest,
            "The URL holds something that is not UTF-8",
        )
    })?;
    let identity = authenticate(&http, &headers).await?;
    let target = http.runtime.target(&tenant, &application).await;
    let target = match target {
        // Whose tenant it is decides before whether the application is there.
        Ok(target) if target.tenant.id != identity.tenant => {
            return Err(CallError::new(
                ErrorCode::Unauthenticated,
                "The token is for another tenant",
            ));
        }
        Ok(target) => target,
        Err(error) => return Err(hide(&http, &identity, &tenant, error).await),
    };
    let requestor = http.runtime.requestor(&identity, &target).await?;
    if function.starts_with('_') {
        return Err(CallError::new(
            ErrorCode::FunctionNotFound,
            format!("The application exports no function '{function}'"),
        ));
    }
    let mut held = http.runtime.memories().of(target.tenant.id).nothing();
    let payload = payload(target.limits.payload_bytes, body, &mut held).await?;
    let call = Call {
        target,
        function,
        payload,
        requestor,
        origin: Origin::Http,
    };
    Ok(respond::called(http.runtime.call(call).await, held))
}

/// Who sends a request, by its bearer token.
pub(super) async fn authenticate(http: &Http, headers: &HeaderMap) -> Result<Identity, CallError> {
    let token = authority::bearer(headers)?;
    Ok(http.verifier.verify(token).await?)
}

/// An error about an application is only for those whose tenant it is.
async fn hide(http: &Http, identity: &Identity, tenant: &str, error: CallError) -> CallError {
    match http.runtime.directory().find_tenant(tenant).await {
        Ok(Some(tenant)) if tenant.id == identity.tenant => error,
        Ok(_) => CallError::new(
            ErrorCode::Unauthenticated,
            "The token is for another tenant",
        ),
        Err(error) => error.into(),
    }
}

async fn payload(most: u64, body: Body, held: &mut Held) -> Result<String, CallError> {
    let too_large = || body::too_large("The payload", most);
    let bytes = body::read_held(body, most + ENVELOPE, ARRIVAL, too_large, Some(held)).await?;
    let invalid = |message: &str| CallError::new(ErrorCode::InvalidRequest, message);
    let request: Request<'_> =
        serde_json::from_slice(&bytes).map_err(|error| invalid(&error.to_string()))?;
    let payload = request.payload;
    if payload.get().len() as u64 > most {
        return Err(too_large());
    }
    Ok(payload.get().to_owned())
}
