//! The keys of an issuer: a JWK Set, [RFC 7517](https://www.rfc-editor.org/rfc/rfc7517).
//!
//! Each key is good for one algorithm, which the key's own kind decides and never the token: a
//! token that says `HS256` is not verified with the bytes of a public key.

use jsonwebtoken::Algorithm;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::AlgorithmParameters;
use jsonwebtoken::jwk::EllipticCurve;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::jwk::KeyAlgorithm;
use jsonwebtoken::jwk::KeyOperations;
use jsonwebtoken::jwk::PublicKeyUse;
use serde::Deserialize;
use serde_json::Value;

/// The shortest secret for HS256, [RFC 7518](https://www.rfc-editor.org/rfc/rfc7518) section 3.2.
const SECRET_BYTES: usize = 32;

/// Whether a set may hold secrets, which a URL must not give to anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    Taken,
    PassedOver,
}

/// A key and the one algorithm that it is good for.
#[derive(Debug)]
pub(crate) struct Key {
    id: Option<String>,
    pub algorithm: Algorithm,
    pub key: DecodingKey,
}

/// The keys that an issuer signs with.
#[derive(Debug, Default)]
pub(crate) struct KeySet(Vec<Key>);

impl KeySet {
    /// Reads a set. Keys of kinds that are not known, or for other uses, are passed over.
    pub fn parse(json: &[u8], secrets: Secrets) -> Result<Self, String> {
        // One by one: a key that cannot be read does not spoil the others.
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Value>,
        }
        let set: Set = serde_json::from_slice(json)
            .map_err(|error| format!("is no JWK Set (RFC 7517): {error}"))?;
        let keys = set.keys.into_iter();
        let keys: Vec<Key> = keys.filter_map(|key| read(key, secrets)).collect();
        if keys.is_empty() {
            return Err(format!(
                "holds no key that verifies {}",
                match secrets {
                    Secrets::Taken =>
                        "RS256, ES256 or EdDSA signatures, and no secret of 32 bytes for HS256",
                    Secrets::PassedOver => "RS256, ES256 or EdDSA signatures",
                }
            ));
        }
        Ok(Self(keys))
    }

    /// The key for a token with this header. A token that names no key can only be verified where
    /// there is no choice.
    pub fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let mut fitting = self
            .0
            .iter()
            .filter(|key| key.algorithm == algorithm && (id.is_none() || key.id.as_deref() == id));
        let key = fitting.next()?;
        fitting.next().is_none().then_some(key)
    }
}

fn read(json: Value, secrets: Secrets) -> Option<Key> {
    let jwk: Jwk = serde_json::from_value(json).ok()?;
    let (algorithm, named) = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
        }
        AlgorithmParameters::OctetKey(_) if secrets == Secrets::Taken => {
            (Algorithm::HS256, KeyAlgorithm::HS256)
        }
        _ => return None,
    };
    let common = jwk.common.clone();
    let for_signatures = common
        .public_key_use
        .is_none_or(|key_use| key_use == PublicKeyUse::Signature)
        && common
            .key_operations
            .is_none_or(|operations| operations.contains(&KeyOperations::Verify))
        && common.key_algorithm.is_none_or(|given| given == named);
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    let long_enough = algorithm != Algorithm::HS256
        || key
            .try_get_hmac_secret()
            .is_ok_and(|secret| secret.len() >= SECRET_BYTES);
    (for_signatures && long_enough).then_some(Key {
        id: common.key_id,
        algorithm,
        key,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SECRET: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE";

    fn set(keys: Value, secrets: Secrets) -> Result<KeySet, String> {
        KeySet::parse(json!({ "keys": keys }).to_string().as_bytes(), secrets)
    }

    #[test]
    fn secrets_are_taken_only_where_they_may_be() {
        let keys = json!([{ "kty": "oct", "k": SECRET }]);
        assert!(set(keys.clone(), Secrets::Taken).is_ok());
        assert!(set(keys, Secrets::PassedOver).is_err());
        let short = json!([{ "kty": "oct", "k": "c2hvcnQ" }]);
        assert!(set(short, Secrets::Taken).is_err());
    }

    #[test]
    fn a_key_that_is_not_known_does_not_spoil_the_others() {
        let keys = json!([
            { "kty": "new", "x": 1 },
            { "kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA" },
            { "kty": "oct", "k": SECRET, "kid": "a", "use": "enc" },
            { "kty": "oct", "k": SECRET, "kid": "b", "alg": "HS512" },
            { "kty": "oct", "k": SECRET, "kid": "c", "alg": "HS256", "use": "sig" },
        ]);
        let set = set(keys, Secrets::Taken).expect("a set");
        assert_eq!(set.0.len(), 1);
        assert!(set.find(Some("c"), Algorithm::HS256).is_some());
        assert!(set.find(Some("c"), Algorithm::RS256).is_none());
        assert!(set.find(Some("a"), Algorithm::HS256).is_none());
        assert!(set.find(None, Algorithm::HS256).is_some());
    }

    #[test]
    fn a_token_without_a_key_id_has_no_choice_of_keys() {
        let keys = json!([
            { "kty": "oct", "k": SECRET, "kid": "a" },
            { "kty": "oct", "k": SECRET, "kid": "b" },
        ]);
        let set = set(keys, Secrets::Taken).expect("a set");
        assert!(set.find(None, Algorithm::HS256).is_none());
        assert!(set.find(Some("b"), Algorithm::HS256).is_some());
    }
}
