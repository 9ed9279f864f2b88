//! Who may do what beside calling functions: the administrator everything, a deployment token what
//! concerns its one application.

use crate::deploy::Place;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::http::Http;
use axum::http::HeaderMap;
use axum::http::header;
use ketrics_directory::Tenant;

/// The token of a request.
pub fn bearer(headers: &HeaderMap) -> Result<&str, CallError> {
    let unauthenticated = |message: &str| CallError::new(ErrorCode::Unauthenticated, message);
    let header = headers.get(header::AUTHORIZATION).ok_or_else(|| {
        unauthenticated("A bearer token is needed: send the header Authorization: Bearer <token>")
    })?;
    header
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| unauthenticated("The header Authorization must be: Bearer <token>"))
}

/// Lets the administrator through.
pub fn administrator(http: &Http, headers: &HeaderMap) -> Result<(), CallError> {
    let token = bearer(headers)?;
    if http.administrator.accepts(token) {
        return Ok(());
    }
    Err(CallError::new(
        ErrorCode::Unauthenticated,
        "The token is not the administrator's; `ketrics token admin --data FOLDER` prints it on the host",
    ))
}

/// The tenant that a URL names, for the administrator.
pub async fn tenant(http: &Http, id_or_code: &str) -> Result<Tenant, CallError> {
    let found = http.runtime.directory().find_tenant(id_or_code).await?;
    found.ok_or_else(|| {
        CallError::new(
            ErrorCode::NotFound,
            format!("There is no tenant '{id_or_code}'"),
        )
    })
}

/// The application that a URL names, for whoever may deploy to it: the administrator, or who has a
/// deployment token of this very application.
pub async fn deployer(
    http: &Http,
    headers: &HeaderMap,
    tenant: &str,
    application: &str,
) -> Result<Place, CallError> {
    let token = bearer(headers)?;
    let directory = http.runtime.directory();
    let is_administrator = http.administrator.accepts(token);
    let granted = match is_administrator {
        true => None,
        false => directory.verify_deployment_token(token).await?,
    };
    if !is_administrator && granted.is_none() {
        return Err(CallError::new(
            ErrorCode::Unauthenticated,
            "The token is not a valid deployment token",
        ));
    }
    let not_found = || {
        CallError::new(
            ErrorCode::ApplicationNotFound,
            format!("There is no application '{application}' in this tenant"),
        )
    };
    let tenant = directory.find_tenant(tenant).await?.ok_or_else(not_found)?;
    let application = directory
        .find_application(tenant.id, application)
        .await?
        .ok_or_else(not_found)?;
    // Whatever else there is does not exist for this token.
    if granted.is_some_and(|granted| {
        granted.tenant_id != tenant.id || granted.application_id != application.id
    }) {
        return Err(not_found());
    }
    Ok(Place {
        tenant,
        application,
    })
}
