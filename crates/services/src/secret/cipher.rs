//! AES-256-GCM as the engines use it: a random nonce in front, the context authenticated.

use crate::secret::engine::Context;
use crate::secret::engine::KeyError;
use aws_lc_rs::aead::AES_256_GCM;
use aws_lc_rs::aead::Aad;
use aws_lc_rs::aead::LessSafeKey;
use aws_lc_rs::aead::NONCE_LEN;
use aws_lc_rs::aead::Nonce;
use aws_lc_rs::aead::UnboundKey;
use aws_lc_rs::rand;
use zeroize::Zeroizing;

/// Bytes of a key.
pub(crate) const KEY: usize = 32;
const TAG: usize = 16;
/// Bytes by which a ciphertext is longer than what it holds.
pub(crate) const OVERHEAD: usize = NONCE_LEN + TAG;

pub(crate) fn aes(key: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key)
        .ok()
        .map(LessSafeKey::new)
}

/// The context as bytes: no two contexts have the same.
pub(crate) fn associated(context: &Context) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in context.iter().flat_map(|(key, value)| [key, value]) {
        bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes
}

/// A fresh nonce, then what was encrypted with it.
pub(crate) fn encrypt(
    key: &LessSafeKey,
    associated: &[u8],
    plaintext: &[u8],
) -> Result<Vec<u8>, KeyError> {
    let failed = |_| KeyError::failed("the cipher or the random generator failed");
    let mut nonce = [0; NONCE_LEN];
    rand::fill(&mut nonce).map_err(failed)?;
    let mut work = Zeroizing::new(plaintext.to_vec());
    let tag = key
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(associated),
            &mut work,
        )
        .map_err(failed)?;
    Ok([&nonce, work.as_slice(), tag.as_ref()].concat())
}

pub(crate) fn decrypt(
    key: &LessSafeKey,
    associated: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let (nonce, sealed) = sealed
        .split_at_checked(NONCE_LEN)
        .ok_or(KeyError::Refused)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KeyError::Refused)?;
    let mut work = Zeroizing::new(sealed.to_vec());
    let length = key
        .open_in_place(nonce, Aad::from(associated), &mut work)
        .map_err(|_| KeyError::Refused)?
        .len();
    work.truncate(length);
    Ok(work)
}
