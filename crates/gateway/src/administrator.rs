//! The platform's administrator: whoever holds the token that is made from a key in the host's data
//! folder. Hosts that share a directory share the key, as they do those for tokens and signed URLs.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What a text that is an administrator's token begins with, so that scanners for leaked
/// credentials find it.
const PREFIX: &str = "ketrics-admin-";

/// The key of the administrator's token.
#[derive(Clone)]
pub struct AdministratorKey([u8; 32]);

impl std::fmt::Debug for AdministratorKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_tuple("AdministratorKey")
            .finish_non_exhaustive()
    }
}

impl AdministratorKey {
    /// Takes the key.
    #[must_use]
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0))
    }

    /// Whether this is the token.
    #[must_use]
    pub fn accepts(&self, token: &str) -> bool {
        token
            .strip_prefix(PREFIX)
            .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
            .is_some_and(|key| verify_slices_are_equal(&key, &self.0).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::AdministratorKey;

    #[test]
    fn only_its_own_token_is_accepted() {
        let key = AdministratorKey::new([7; 32]);
        assert!(key.accepts(&key.token()));
        assert!(!key.accepts(&AdministratorKey::new([8; 32]).token()));
        for wrong in [
            "",
            "ketrics-admin-",
            "ketrics-admin-!",
            "x",
            &key.token()[14..],
        ] {
            assert!(!key.accepts(wrong), "{wrong}");
        }
    }
}
