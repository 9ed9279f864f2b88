//! Who calls: a bearer token, verified, becomes an [`Identity`].

use jsonwebtoken::Algorithm;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::EncodingKey;
use jsonwebtoken::Header;
use jsonwebtoken::Validation;
use ketrics_directory::Requestor;
use ketrics_directory::ServiceAccountId;
use ketrics_directory::TenantId;
use ketrics_directory::UserId;
use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;
use std::time::SystemTime;
use uuid::Uuid;

/// Clock skew that is tolerated between the issuer and this host.
const LEEWAY: Duration = Duration::from_secs(30);

/// Who a token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The tenant that the token is good for.
    pub tenant: TenantId,
    /// The user or service account.
    pub requestor: Requestor,
}

/// A token that is not good. The text is for the caller and says no more than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Its time is over.
    #[error("The token has expired")]
    Expired,
    /// Anything else.
    #[error("The token is not valid")]
    Invalid,
}

/// Verifies tokens. One is made with a local key ([`LocalKey`]); others fetch theirs.
#[async_trait::async_trait]
pub trait TokenVerifier: Send + Sync + 'static {
    /// Who the token speaks for.
    async fn verify(&self, token: &str) -> Result<Identity, TokenError>;
}

/// The claims of a token, [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519) section 4.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claims {
    /// UUID of the user or the service account.
    sub: Uuid,
    /// UUID of the tenant.
    tenant_id: Uuid,
    /// Which of the two `sub` is.
    #[serde(rename = "type", default)]
    kind: Kind,
    /// Seconds since the epoch.
    iat: u64,
    /// Seconds since the epoch.
    exp: u64,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Kind {
    #[default]
    User,
    ServiceAccount,
}

/// Tokens signed with one local key by HMAC-SHA256 (`HS256`).
pub struct LocalKey {
    verify: DecodingKey,
    sign: EncodingKey,
    validation: Validation,
}

impl std::fmt::Debug for LocalKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("LocalKey").finish_non_exhaustive()
    }
}

impl LocalKey {
    /// Signs and verifies with this key.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = LEEWAY.as_secs();
        validation.set_required_spec_claims(&["exp"]);
        validation.validate_aud = false;
        validation.validate_nbf = true;
        Self {
            verify: DecodingKey::from_secret(key),
            sign: EncodingKey::from_secret(key),
            validation,
        }
    }

    /// A token for this identity.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn issue(&self, identity: &Identity, valid_for: Duration) -> Result<String, TokenError> {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let (kind, sub) = match identity.requestor {
            Requestor::User(id) => (Kind::User, id.0),
            Requestor::ServiceAccount(id) => (Kind::ServiceAccount, id.0),
        };
        let tenant_id = identity.tenant.0;
        let claims = Claims {
            sub,
            tenant_id,
            kind,
            iat: now,
            exp: now + valid_for.as_secs(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.sign)
            .map_err(|_| TokenError::Invalid)
    }
}

#[async_trait::async_trait]
impl TokenVerifier for LocalKey {
    async fn verify(&self, token: &str) -> Result<Identity, TokenError> {
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verify, &self.validation)
            .map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::ExpiredSignature => TokenError::Expired,
                _ => TokenError::Invalid,
            })?
            .claims;
        Ok(Identity {
            tenant: TenantId(claims.tenant_id),
            requestor: match claims.kind {
                Kind::User => Requestor::User(UserId(claims.sub)),
                Kind::ServiceAccount => Requestor::ServiceAccount(ServiceAccountId(claims.sub)),
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            tenant: TenantId::new(),
            requestor: Requestor::User(UserId::new()),
        }
    }

    #[tokio::test]
    async fn a_token_names_whom_it_was_issued_to() {
        let key = LocalKey::new(b"a key of some length for the test");
        let identity = identity();
        let token = key
            .issue(&identity, Duration::from_secs(60))
            .expect("signs");
        assert_eq!(key.verify(&token).await, Ok(identity));
    }

    #[tokio::test]
    async fn another_key_a_changed_token_and_no_signature_are_refused() {
        let key = LocalKey::new(b"a key of some length for the test");
        let token = key
            .issue(&identity(), Duration::from_secs(60))
            .expect("signs");
        let other = LocalKey::new(b"another key of the same length!!!");
        assert_eq!(other.verify(&token).await, Err(TokenError::Invalid));
        assert_eq!(
            key.verify(&format!("{token}x")).await,
            Err(TokenError::Invalid)
        );
        let (_, rest) = token.split_once('.').expect("three parts");
        let (claims, _) = rest.split_once('.').expect("three parts");
        // {"alg":"none","typ":"JWT"}
        let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.");
        assert_eq!(key.verify(&unsigned).await, Err(TokenError::Invalid));
    }

    #[tokio::test]
    async fn an_expired_token_says_so() {
        let key = LocalKey::new(b"a key of some length for the test");
        let claims = Claims {
            sub: Uuid::new_v4(),
            tenant_id: Uuid::new_v4(),
            kind: Kind::User,
            iat: 1,
            exp: 2,
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key.sign)
            .expect("signs");
        assert_eq!(key.verify(&token).await, Err(TokenError::Expired));
    }
}
