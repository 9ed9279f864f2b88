//! Tokens that this host issues itself.

use crate::auth::Identity;
use crate::auth::TokenError;
use crate::auth::TokenVerifier;
use crate::auth::claims;
use jsonwebtoken::Algorithm;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::EncodingKey;
use jsonwebtoken::Header;
use jsonwebtoken::Validation;
use ketrics_directory::Requestor;
use serde_json::json;
use std::time::Duration;
use std::time::SystemTime;

/// Clock skew that is tolerated among hosts that share a key.
const CLOCK_SKEW: Duration = Duration::from_secs(30);

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
        let mut validation = claims::validation(Algorithm::HS256, CLOCK_SKEW);
        validation.validate_aud = false;
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
        let (kind, subject) = match identity.requestor {
            Requestor::User(id) => (claims::USER, id.0),
            Requestor::ServiceAccount(id) => (claims::SERVICE_ACCOUNT, id.0),
        };
        let claims = json!({
            claims::SUBJECT: subject,
            claims::TENANT: identity.tenant.0,
            claims::KIND: kind,
            "iat": now,
            "exp": now.saturating_add(valid_for.as_secs()),
        });
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.sign)
            .map_err(|_| TokenError::Invalid)
    }
}

#[async_trait::async_trait]
impl TokenVerifier for LocalKey {
    async fn verify(&self, token: &str) -> Result<Identity, TokenError> {
        let claims = jsonwebtoken::decode(token, &self.verify, &self.validation)?.claims;
        claims::identity(&claims, claims::TENANT, claims::SUBJECT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ketrics_directory::TenantId;
    use ketrics_directory::UserId;
    use serde_json::Value;

    fn identity() -> Identity {
        Identity {
            tenant: TenantId::new(),
            requestor: Requestor::User(UserId::new()),
        }
    }

    fn key() -> LocalKey {
        LocalKey::new(b"a key of some length for the test")
    }

    #[tokio::test]
    async fn a_token_names_whom_it_was_issued_to() {
        let (key, identity) = (key(), identity());
        let token = key
            .issue(&identity, Duration::from_secs(60))
            .expect("signs");
        assert_eq!(key.verify(&token).await, Ok(identity));
    }

    #[tokio::test]
    async fn another_key_a_changed_token_and_no_signature_are_refused() {
        let key = key();
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
    async fn a_token_out_of_its_time_says_so() {
        let key = key();
        let sign = |claims: Value| {
            jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key.sign).expect("signs")
        };
        let expired =
            sign(json!({ "sub": TenantId::new(), "tenantId": TenantId::new(), "exp": 2 }));
        assert_eq!(key.verify(&expired).await, Err(TokenError::Expired));
        let far = 40_000_000_000_u64;
        let early = sign(
            json!({ "sub": TenantId::new(), "tenantId": TenantId::new(), "exp": far, "nbf": far }),
        );
        assert_eq!(key.verify(&early).await, Err(TokenError::NotYet));
    }

    #[tokio::test]
    async fn claims_that_name_nobody_are_refused() {
        let key = key();
        let (id, exp) = (TenantId::new(), 40_000_000_000_u64);
        for claims in [
            json!({ "tenantId": id, "exp": exp }),
            json!({ "sub": id, "exp": exp }),
            json!({ "sub": "ada", "tenantId": id, "exp": exp }),
            json!({ "sub": id, "tenantId": id }),
            json!({ "sub": id, "tenantId": id, "exp": exp, "type": "ROOT" }),
            json!({ "sub": id, "tenantId": id, "exp": exp, "type": 1 }),
        ] {
            let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key.sign);
            let verified = key.verify(&token.expect("signs")).await;
            assert_eq!(verified, Err(TokenError::Invalid), "{claims}");
        }
    }
}
