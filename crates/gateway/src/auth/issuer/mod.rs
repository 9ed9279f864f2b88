//! Tokens of an issuer that the host's configuration names, such as an identity provider.

use crate::auth::Identity;
use crate::auth::TokenError;
use crate::auth::TokenVerifier;
use crate::auth::claims;
use crate::auth::jwks::Jwks;
use crate::auth::jwks::Pace;
use crate::auth::keys::KeySet;
use crate::auth::keys::Secrets;
use jsonwebtoken::Algorithm;
use jsonwebtoken::DecodingKey;
use std::path::PathBuf;
use std::time::Duration;

/// Where the keys of an issuer are.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// A URL that answers with a JWK Set.
    Url(String),
    /// A file that holds one. Unlike a URL, it may hold a secret for HS256.
    File(PathBuf),
}

/// Who issues tokens, and how they are verified.
#[derive(Clone, Debug)]
pub struct IssuerConfig {
    /// The claim `iss` of its tokens.
    pub issuer: String,
    /// The claim `aud` must hold one of these.
    pub audience: Vec<String>,
    /// Its keys.
    pub keys: KeySource,
    /// By how much its clock may differ from ours.
    pub clock_skew: Duration,
    /// The claim that holds the tenant's id; `tenantId` if it is not said.
    pub tenant_claim: Option<String>,
    /// The claim that holds the user's or the service account's id; `sub` if it is not said.
    pub subject_claim: Option<String>,
}

#[derive(Debug)]
enum Keys {
    Fixed(KeySet),
    Fetched(Box<Jwks>),
}

impl Keys {
    async fn find(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<DecodingKey, TokenError> {
        let found = match self {
            Self::Fixed(keys) => keys.find(id, algorithm).map(|key| key.key.clone()),
            Self::Fetched(keys) => keys
                .find(id, algorithm)
                .await
                .map_err(|_| TokenError::Unavailable)?,
        };
        found.ok_or(TokenError::Invalid)
    }
}

/// Verifies the tokens of one issuer.
#[derive(Debug)]
pub struct Issuer {
    config: IssuerConfig,
    keys: Keys,
}

impl Issuer {
    /// Reads or fetches the keys.
    ///
    /// # Errors
    /// What is wrong with the file or the URL, in words that go behind its name.
    pub async fn open(config: IssuerConfig) -> Result<Self, String> {
        Self::at_pace(config, Pace::default()).await
    }

    async fn at_pace(config: IssuerConfig, pace: Pace) -> Result<Self, String> {
        let keys = match &config.keys {
            KeySource::Url(url) => Keys::Fetched(Box::new(Jwks::open(url, pace).await?)),
            KeySource::File(path) => {
                let text = tokio::fs::read(path)
                    .await
                    .map_err(|error| format!("cannot be read: {error}"))?;
                Keys::Fixed(KeySet::parse(&text, Secrets::Taken)?)
            }
        };
        Ok(Self { config, keys })
    }

    /// The claim `iss` of its tokens.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.config.issuer
    }
}

#[async_trait::async_trait]
impl TokenVerifier for Issuer {
    async fn verify(&self, token: &str) -> Result<Identity, TokenError> {
        let header = jsonwebtoken::decode_header(token)?;
        // RFC 7515 section 4.1.11: what must be understood and is not makes the token invalid.
        if header.crit.is_some() {
            return Err(TokenError::Invalid);
        }
        let key = self.keys.find(header.kid.as_deref(), header.alg).await?;
        let config = &self.config;
        let mut validation = claims::validation(header.alg, config.clock_skew);
        validation.set_issuer(&[&config.issuer]);
        validation.set_audience(&config.audience);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        let claims = jsonwebtoken::decode(token, &key, &validation)?.claims;
        let tenant = config.tenant_claim.as_deref().unwrap_or(claims::TENANT);
        let subject = config.subject_claim.as_deref().unwrap_or(claims::SUBJECT);
        claims::identity(&claims, tenant, subject)
    }
}

#[cfg(test)]
mod tests;
