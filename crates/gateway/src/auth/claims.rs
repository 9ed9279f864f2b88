//! The claims of a token, [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519) section 4.

use crate::auth::Identity;
use crate::auth::TokenError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use jsonwebtoken::Validation;
use jsonwebtoken::errors::Error;
use jsonwebtoken::errors::ErrorKind;
use ketrics_directory::Requestor;
use ketrics_directory::ServiceAccountId;
use ketrics_directory::TenantId;
use ketrics_directory::UserId;
use serde::Deserialize;
use serde_json::Map;
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

/// The claim that names the tenant, unless the issuer calls it otherwise.
pub(crate) const TENANT: &str = "tenantId";
/// The claim that names the user or the service account.
pub(crate) const SUBJECT: &str = "sub";
/// The claim that tells which of the two it is.
pub(crate) const KIND: &str = "type";
pub(crate) const USER: &str = "USER";
pub(crate) const SERVICE_ACCOUNT: &str = "SERVICE_ACCOUNT";

/// What every token must stand, whoever issued it.
pub(crate) fn validation(algorithm: Algorithm, clock_skew: Duration) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.leeway = clock_skew.as_secs();
    validation.validate_nbf = true;
    validation.set_required_spec_claims(&["exp"]);
    validation
}

/// Whom verified claims name. `tenant` and `subject` are the names of the claims that do it.
pub(crate) fn identity(
    claims: &Map<String, Value>,
    tenant: &str,
    subject: &str,
) -> Result<Identity, TokenError> {
    let id = |name: &str| {
        let text = claims.get(name).and_then(Value::as_str);
        let id = text.and_then(|text| Uuid::parse_str(text).ok());
        id.ok_or(TokenError::Invalid)
    };
    let subject = id(subject)?;
    let requestor = match claims.get(KIND).map(Value::as_str) {
        None | Some(Some(USER)) => Requestor::User(UserId(subject)),
        Some(Some(SERVICE_ACCOUNT)) => Requestor::ServiceAccount(ServiceAccountId(subject)),
        Some(_) => return Err(TokenError::Invalid),
    };
    Ok(Identity {
        tenant: TenantId(id(tenant)?),
        requestor,
    })
}

/// Who issued a token, as it says itself: unverified, and good only to choose who verifies it.
pub(crate) fn issuer(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Issued {
        iss: String,
    }
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let issued: Issued = serde_json::from_slice(&claims).ok()?;
    Some(issued.iss)
}

impl From<Error> for TokenError {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::ExpiredSignature => Self::Expired,
            ErrorKind::ImmatureSignature => Self::NotYet,
            _ => Self::Invalid,
        }
    }
}
