//! `ketrics.Secret`: secret values, and encryption with the platform's key.

use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// What tenant code asks of its secrets.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum SecretCall {
    /// The value of a secret.
    Get { secret: String },
    /// Whether there is such a secret and the application may read it.
    Exists { secret: String },
    /// Encrypts a text of at most 4,096 bytes.
    Encrypt {
        plaintext: String,
        encryption_context: BTreeMap<String, String>,
    },
    /// Decrypts what `Encrypt` made.
    Decrypt {
        ciphertext: String,
        encryption_context: BTreeMap<String, String>,
    },
}

/// What comes back, variant by variant of [`SecretCall`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum SecretReply {
    Get { value: String },
    Exists { exists: bool },
    Encrypt { ciphertext: String },
    Decrypt { plaintext: String },
}
