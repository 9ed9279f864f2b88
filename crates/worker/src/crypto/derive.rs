//! Keys from passwords and from other secrets.

use super::failed;
use super::unknown;
use aws_lc_rs::hkdf;
use aws_lc_rs::pbkdf2;
use deno_core::convert::Uint8Array;
use deno_core::op2;
use deno_error::JsErrorBox;
use std::num::NonZeroU32;

/// PBKDF2. JavaScript bounds the length; how long it takes, the CPU limit bounds.
#[op2]
pub fn op_crypto_pbkdf2(
    #[string] hash: &str,
    #[buffer] password: &[u8],
    #[buffer] salt: &[u8],
    iterations: u32,
    length: u32,
) -> Result<Uint8Array, JsErrorBox> {
    let algorithm = match hash {
        "sha1" => pbkdf2::PBKDF2_HMAC_SHA1,
        "sha256" => pbkdf2::PBKDF2_HMAC_SHA256,
        "sha384" => pbkdf2::PBKDF2_HMAC_SHA384,
        "sha512" => pbkdf2::PBKDF2_HMAC_SHA512,
        _ => return Err(unknown("PBKDF2 with the hash", hash)),
    };
    let iterations = NonZeroU32::new(iterations).ok_or_else(|| failed(()))?;
    let mut key = vec![0; length as usize];
    if !key.is_empty() {
        pbkdf2::derive(algorithm, iterations, salt, password, &mut key);
    }
    Ok(key.into())
}

/// The length of an HKDF output.
struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF. It fails for more than 255 times the length of the hash.
#[op2]
pub fn op_crypto_hkdf(
    #[string] hash: &str,
    #[buffer] secret: &[u8],
    #[buffer] salt: &[u8],
    #[buffer] info: &[u8],
    length: u32,
) -> Result<Uint8Array, JsErrorBox> {
    let algorithm = match hash {
        "sha1" => hkdf::HKDF_SHA1_FOR_LEGACY_USE_ONLY,
        "sha256" => hkdf::HKDF_SHA256,
        "sha384" => hkdf::HKDF_SHA384,
        "sha512" => hkdf::HKDF_SHA512,
        _ => return Err(unknown("HKDF with the hash", hash)),
    };
    let mut key = vec![0; length as usize];
    hkdf::Salt::new(algorithm, salt)
        .extract(secret)
        .expand(&[info], Length(key.len()))
        .and_then(|output| output.fill(&mut key))
        .map_err(failed)?;
    Ok(key.into())
}
