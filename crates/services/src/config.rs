//! What a host decides about its services.

use crate::AiEngine;
use crate::DocumentsEngine;
use crate::EgressPolicy;
use crate::PushConfig;
use crate::SecretEngine;
use crate::VolumeEngine;
use aws_lc_rs::hmac;
use std::fmt;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// How a host's services are set up.
#[derive(Debug)]
pub struct ServicesConfig {
    /// Where the embedded engines keep their files. One process at a time may use it.
    pub data_dir: PathBuf,
    /// Where this host is reached from outside, without a slash at the end; signed URLs begin
    /// with it: `{public_url}/volumes/{token}`.
    pub public_url: String,
    /// What signed URLs and cursors are authenticated with. All hosts that answer for each other
    /// share it.
    pub signing_key: SigningKey,
    /// What keeps the files of volumes.
    pub volumes: VolumeEngine,
    /// What keeps the key that encrypts.
    pub secrets: SecretEngine,
    /// Which addresses inside the host's own networks applications may reach all the same.
    pub egress: EgressPolicy,
    /// Who keeps documents.
    pub documents: DocumentsEngine,
    /// Who answers for language models.
    pub ai: AiEngine,
    /// How messages are pushed.
    pub push: PushConfig,
}

/// A key of 256 bits.
#[derive(Clone)]
pub struct SigningKey(Zeroizing<[u8; 32]>);

impl SigningKey {
    /// Takes a key that somebody else keeps.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A key for one purpose, so that what was made for one is worth nothing for another.
    pub(crate) fn derive(&self, purpose: &[&str]) -> hmac::Tag {
        let master = hmac::Key::new(hmac::HMAC_SHA256, &*self.0);
        hmac::sign(&master, purpose.join("\0").as_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningKey")
    }
}
