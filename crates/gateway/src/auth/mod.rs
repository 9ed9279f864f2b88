//! Who calls: a bearer token, verified, becomes an [`Identity`].
//!
//! A token is good because this host's own key signed it ([`LocalKey`]), or because a key of the
//! configured issuer did ([`Issuer`]). Which of the two has to verify it is told by the token's
//! claim `iss`; that claim is believed only after that verification.

mod claims;
mod issuer;
mod jwks;
mod keys;
mod local;

pub use issuer::Issuer;
pub use issuer::IssuerConfig;
pub use issuer::KeySource;
pub use local::LocalKey;

use ketrics_directory::Requestor;
use ketrics_directory::TenantId;
use std::sync::Arc;

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
    /// Its time has not come.
    #[error("The token is not valid yet")]
    NotYet,
    /// Anything else.
    #[error("The token is not valid")]
    Invalid,
    /// Nothing is wrong with it, as far as is known.
    #[error("The keys that tokens are verified with cannot be had. Try again")]
    Unavailable,
}

/// Verifies tokens.
#[async_trait::async_trait]
pub trait TokenVerifier: Send + Sync + 'static {
    /// Who the token speaks for.
    async fn verify(&self, token: &str) -> Result<Identity, TokenError>;
}

/// Tokens of this host and, where one is configured, of an issuer.
#[derive(Debug)]
pub struct Tokens {
    /// The host's own key.
    pub local: Arc<LocalKey>,
    /// Who else issues tokens.
    pub issuer: Option<Issuer>,
}

#[async_trait::async_trait]
impl TokenVerifier for Tokens {
    async fn verify(&self, token: &str) -> Result<Identity, TokenError> {
        match &self.issuer {
            Some(issuer) if claims::issuer(token).as_deref() == Some(issuer.name()) => {
                issuer.verify(token).await
            }
            _ => self.local.verify(token).await,
        }
    }
}
