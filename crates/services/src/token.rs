//! Texts that tenants carry around for us and must not be able to make up: cursors, continuation
//! tokens and the tokens of signed URLs.

use crate::SigningKey;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Bytes of an HMAC-SHA256.
const TAG: usize = 32;

/// Makes and checks tokens for one purpose.
pub(crate) struct Sealer {
    key: hmac::Key,
}

impl Sealer {
    pub(crate) fn new(key: &SigningKey, purpose: &str) -> Self {
        Self {
            key: key.derive(purpose),
        }
    }

    /// A token that carries `content` and is worth something only together with `bound`: what
    /// must be the same when the token comes back, and need not be carried.
    pub(crate) fn seal(&self, bound: &[&[u8]], content: &[u8]) -> String {
        let mut bytes = hmac::sign(&self.key, &message(bound, content))
            .as_ref()
            .to_vec();
        bytes.extend_from_slice(content);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The content of a token; `None` when it was not made here for the same thing. The
    /// comparison takes the same time wherever two tags differ.
    pub(crate) fn open(&self, bound: &[&[u8]], token: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (tag, content) = bytes.split_at_checked(TAG)?;
        hmac::verify(&self.key, &message(bound, content), tag).ok()?;
        Some(content.to_vec())
    }
}

/// Lengths stand in front, so that no two lists of parts are the same message.
fn message(bound: &[&[u8]], content: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    for part in bound.iter().chain([&content]) {
        message.extend_from_slice(&(part.len() as u64).to_le_bytes());
        message.extend_from_slice(part);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_only_unchanged_and_for_what_it_was_made() {
        let key = SigningKey::new([7; 32]);
        let sealer = Sealer::new(&key, "a");
        let token = sealer.seal(&[b"volume", b"prefix"], b"content");
        assert_eq!(
            sealer.open(&[b"volume", b"prefix"], &token).unwrap(),
            b"content"
        );
        assert_eq!(sealer.open(&[b"volumep", b"refix"], &token), None);
        assert_eq!(sealer.open(&[b"volume"], &token), None);
        assert_eq!(
            Sealer::new(&key, "b").open(&[b"volume", b"prefix"], &token),
            None
        );
        for place in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(
                sealer.open(&[b"volume", b"prefix"], &changed),
                None,
                "at {place}"
            );
        }
        assert_eq!(sealer.open(&[], ""), None);
    }
}
