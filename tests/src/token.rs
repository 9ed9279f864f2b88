//! Bearer tokens, signed with the host's own key or made wrong on purpose.

use jsonwebtoken::Algorithm;
use jsonwebtoken::EncodingKey;
use jsonwebtoken::Header;
use serde_json::json;
use std::time::SystemTime;

/// What a token says. The default fields are good for an hour.
#[derive(Clone, Debug)]
pub struct Token {
    /// UUID of the tenant.
    pub tenant: String,
    /// UUID of the user or service account.
    pub subject: String,
    /// `USER` or `SERVICE_ACCOUNT`.
    pub kind: &'static str,
    /// Seconds from now until it expires.
    pub expires_in: i64,
}

impl Token {
    /// A user's token.
    #[must_use]
    pub fn user(tenant: &impl ToString, user: &impl ToString) -> Self {
        Self {
            tenant: tenant.to_string(),
            subject: user.to_string(),
            kind: "USER",
            expires_in: 3_600,
        }
    }

    /// Signs it by HS256.
    ///
    /// # Panics
    /// Never, for a key of any length.
    #[must_use]
    pub fn sign(&self, key: &[u8]) -> String {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .expect("after 1970");
        let now = i64::try_from(now.as_secs()).expect("before the year 292,000,000,000");
        let claims = json!({
            "sub": self.subject,
            "tenantId": self.tenant,
            "type": self.kind,
            "iat": now,
            "exp": now + self.expires_in,
        });
        jsonwebtoken::encode(
            &Header::new(Algorithm::HS256),
            &claims,
            &EncodingKey::from_secret(key),
        )
        .expect("a token can be signed")
    }
}
