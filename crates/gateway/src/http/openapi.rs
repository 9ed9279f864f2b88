//! The OpenAPI document, made from the routes that serve. `docs/openapi.json` is a copy that a test
//! holds against it.

use utoipa::Modify;
use utoipa::OpenApi;
use utoipa::openapi::security::Http;
use utoipa::openapi::security::HttpAuthScheme;
use utoipa::openapi::security::SecurityScheme;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ketrics data plane",
        description = "Calls functions of tenants' applications, deploys them, and administers the platform.",
        license(name = "MIT", identifier = "MIT"),
    ),
    modifiers(&Schemes),
)]
struct Base;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        for (name, description) in [
            ("requestor", "A JWT of a user or a service account"),
            ("deployment", "A deployment token, for one application"),
            ("administrator", "The administrator's token"),
        ] {
            let mut scheme = Http::new(HttpAuthScheme::Bearer);
            scheme.description = Some(description.to_owned());
            components.add_security_scheme(name, SecurityScheme::Http(scheme));
        }
    }
}

/// What stands around the routes.
pub fn base() -> utoipa::openapi::OpenApi {
    Base::openapi()
}

/// The document as JSON.
///
/// # Panics
/// Never: it holds nothing that JSON cannot.
#[must_use]
pub fn document() -> String {
    let document = super::documented().into_openapi();
    let mut text = document.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}
