//! Texts that tenants carry around for us and must not be able to make up or read: cursors,
//! continuation tokens and the tokens of signed URLs.
//!
//! A token is an HMAC of its content, then the content, encrypted with that HMAC as the
//! initialisation vector (the SIV construction): there is no nonce that could repeat, and one
//! content always makes the same token.

use crate::SigningKey;
use aws_lc_rs::cipher::AES_256;
use aws_lc_rs::cipher::EncryptingKey;
use aws_lc_rs::cipher::EncryptionContext;
use aws_lc_rs::cipher::UnboundCipherKey;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Bytes of an HMAC-SHA256.
const TAG: usize = 32;
/// Bytes of it that start the counter.
const IV: usize = 16;

/// Makes and checks tokens for one purpose.
pub(crate) struct Sealer {
    authenticity: hmac::Key,
    secrecy: EncryptingKey,
}

impl Sealer {
    pub(crate) fn new(key: &SigningKey, purpose: &str) -> Result<Self, Unspecified> {
        let secrecy = key.derive(&[purpose, "secrecy"]);
        Ok(Self {
            authenticity: hmac::Key::new(
                hmac::HMAC_SHA256,
                key.derive(&[purpose, "authenticity"]).as_ref(),
            ),
            secrecy: EncryptingKey::ctr(UnboundCipherKey::new(&AES_256, secrecy.as_ref())?)?,
        })
    }

    /// A token that carries `content` and is worth something only together with `bound`: what
    /// must be the same when the token comes back, and need not be carried.
    pub(crate) fn seal(&self, bound: &[&[u8]], content: &[u8]) -> Result<String, Unspecified> {
        let tag = hmac::sign(&self.authenticity, &message(bound, content));
        let mut hidden = content.to_vec();
        self.mask(tag.as_ref(), &mut hidden)?;
        Ok(URL_SAFE_NO_PAD.encode([tag.as_ref(), &hidden].concat()))
    }

    /// The content of a token; `None` when it was not made here for the same thing. The
    /// comparison takes the same time wherever two tags differ.
    pub(crate) fn open(&self, bound: &[&[u8]], token: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (tag, hidden) = bytes.split_at_checked(TAG)?;
        let mut content = hidden.to_vec();
        self.mask(tag, &mut content).ok()?;
        hmac::verify(&self.authenticity, &message(bound, &content), tag).ok()?;
        Some(content)
    }

    /// Encrypts or decrypts: in counter mode, both are the same.
    fn mask(&self, tag: &[u8], content: &mut [u8]) -> Result<(), Unspecified> {
        let start = FixedLength::<IV>::try_from(&tag[..IV])?;
        self.secrecy
            .less_safe_encrypt(content, EncryptionContext::Iv128(start))?;
        Ok(())
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
        let sealer = Sealer::new(&key, "a").unwrap();
        let token = sealer.seal(&[b"volume", b"prefix"], b"content").unwrap();
        assert_eq!(
            sealer.open(&[b"volume", b"prefix"], &token).unwrap(),
            b"content"
        );
        assert_eq!(sealer.open(&[b"volumep", b"refix"], &token), None);
        assert_eq!(sealer.open(&[b"volume"], &token), None);
        assert_eq!(
            Sealer::new(&key, "b")
                .unwrap()
                .open(&[b"volume", b"prefix"], &token),
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
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        assert!(
            !bytes
                .windows(4)
                .any(|window| b"content".windows(4).any(|part| part == window))
        );
    }
}
