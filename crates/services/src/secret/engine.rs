//! What an engine for keys does, whoever keeps the key.

use async_trait::async_trait;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// What a ciphertext is bound to; sorted, so that it has one spelling.
pub(crate) type Context = BTreeMap<String, String>;

/// Why an engine gave nothing back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// The ciphertext was changed, was sealed with another context or key, or is none. The engine
    /// does not tell which.
    #[error("the ciphertext does not open")]
    Refused,
    /// The engine does not work; the text is for the host's log.
    #[error("{0}")]
    Failed(String),
}

impl KeyError {
    pub(crate) fn failed(cause: impl Into<String>) -> Self {
        Self::Failed(cause.into())
    }
}

/// Encrypts and decrypts with a key that never leaves the engine.
#[async_trait]
pub(crate) trait KeyEngine: Send + Sync {
    /// Encrypts. Two calls with the same input give different results.
    async fn seal(&self, plaintext: &[u8], context: &Context) -> Result<Vec<u8>, KeyError>;

    /// Decrypts what `seal` made with exactly this context.
    async fn open(&self, sealed: &[u8], context: &Context) -> Result<Zeroizing<Vec<u8>>, KeyError>;
}
