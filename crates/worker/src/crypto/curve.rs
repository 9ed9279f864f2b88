//! Elliptic curves: ECDSA and ECDH on the NIST curves, and Ed25519.
//!
//! A private key is PKCS #8, a public key is the point, uncompressed.

use super::failed;
use super::unknown;
use aws_lc_rs::agreement;
use aws_lc_rs::encoding::AsBigEndian;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::encoding::EcPrivateKeyBin;
use aws_lc_rs::encoding::Pkcs8V1Der;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature;
use aws_lc_rs::signature::EcdsaKeyPair;
use aws_lc_rs::signature::EcdsaSigningAlgorithm;
use aws_lc_rs::signature::EcdsaVerificationAlgorithm;
use aws_lc_rs::signature::Ed25519KeyPair;
use aws_lc_rs::signature::KeyPair;
use aws_lc_rs::signature::UnparsedPublicKey;
use deno_core::convert::Uint8Array;
use deno_core::op2;
use deno_error::JsErrorBox;

fn agreement_on(curve: &str) -> Result<&'static agreement::Algorithm, JsErrorBox> {
    Ok(match curve {
        "P-256" => &agreement::ECDH_P256,
        "P-384" => &agreement::ECDH_P384,
        "P-521" => &agreement::ECDH_P521,
        _ => return Err(unknown("the curve", curve)),
    })
}

/// The combinations of curve and hash that AWS-LC's Rust API signs with.
fn ecdsa(
    curve: &str,
    hash: &str,
) -> Result<
    (
        &'static EcdsaSigningAlgorithm,
        &'static EcdsaVerificationAlgorithm,
    ),
    JsErrorBox,
> {
    use signature as s;
    Ok(match (curve, hash) {
        ("P-256", "sha256") => (
            &s::ECDSA_P256_SHA256_FIXED_SIGNING,
            &s::ECDSA_P256_SHA256_FIXED,
        ),
        ("P-384", "sha384") => (
            &s::ECDSA_P384_SHA384_FIXED_SIGNING,
            &s::ECDSA_P384_SHA384_FIXED,
        ),
        ("P-521", "sha256") => (
            &s::ECDSA_P521_SHA256_FIXED_SIGNING,
            &s::ECDSA_P521_SHA256_FIXED,
        ),
        ("P-521", "sha384") => (
            &s::ECDSA_P521_SHA384_FIXED_SIGNING,
            &s::ECDSA_P521_SHA384_FIXED,
        ),
        ("P-521", "sha512") => (
            &s::ECDSA_P521_SHA512_FIXED_SIGNING,
            &s::ECDSA_P521_SHA512_FIXED,
        ),
        _ => return Err(unknown("ECDSA with", &format!("{curve} and {hash}"))),
    })
}

fn private_key(curve: &str, pkcs8: &[u8]) -> Result<agreement::PrivateKey, JsErrorBox> {
    agreement::PrivateKey::from_private_key_der(agreement_on(curve)?, pkcs8).map_err(failed)
}

fn to_pkcs8(key: &agreement::PrivateKey) -> Result<Uint8Array, JsErrorBox> {
    let der: Pkcs8V1Der<'_> = key.as_der().map_err(failed)?;
    Ok(der.as_ref().to_vec().into())
}

/// A new private key.
#[op2]
pub fn op_crypto_ec_generate(#[string] curve: &str) -> Result<Uint8Array, JsErrorBox> {
    to_pkcs8(&agreement::PrivateKey::generate(agreement_on(curve)?).map_err(failed)?)
}

/// A private key from its PKCS #8, checked.
#[op2]
pub fn op_crypto_ec_import_pkcs8(
    #[string] curve: &str,
    #[buffer] pkcs8: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    to_pkcs8(&private_key(curve, pkcs8)?)
}

/// A private key from its number.
#[op2]
pub fn op_crypto_ec_import_scalar(
    #[string] curve: &str,
    #[buffer] scalar: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let algorithm = agreement_on(curve)?;
    to_pkcs8(&agreement::PrivateKey::from_private_key(algorithm, scalar).map_err(failed)?)
}

/// Whether bytes are a point of the curve.
#[op2(fast)]
pub fn op_crypto_ec_check_point(
    #[string] curve: &str,
    #[buffer] point: &[u8],
) -> Result<bool, JsErrorBox> {
    let key = agreement::UnparsedPublicKey::new(agreement_on(curve)?, point);
    Ok(agreement::ParsedPublicKey::try_from(key).is_ok())
}

/// The point of a private key.
#[op2]
pub fn op_crypto_ec_point(
    #[string] curve: &str,
    #[buffer] pkcs8: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let point = private_key(curve, pkcs8)?
        .compute_public_key()
        .map_err(failed)?;
    Ok(point.as_ref().to_vec().into())
}

/// The number of a private key.
#[op2]
pub fn op_crypto_ec_scalar(
    #[string] curve: &str,
    #[buffer] pkcs8: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let key = private_key(curve, pkcs8)?;
    let scalar: EcPrivateKeyBin<'_> = key.as_be_bytes().map_err(failed)?;
    Ok(scalar.as_ref().to_vec().into())
}

/// An ECDSA signature: both numbers, one behind the other.
#[op2]
pub fn op_crypto_ecdsa_sign(
    #[string] curve: &str,
    #[string] hash: &str,
    #[buffer] pkcs8: &[u8],
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let (algorithm, _) = ecdsa(curve, hash)?;
    let key = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8).map_err(failed)?;
    let signature = key.sign(&SystemRandom::new(), data).map_err(failed)?;
    Ok(signature.as_ref().to_vec().into())
}

/// Whether an ECDSA signature is right.
#[op2(fast)]
pub fn op_crypto_ecdsa_verify(
    #[string] curve: &str,
    #[string] hash: &str,
    #[buffer] point: &[u8],
    #[buffer] signature: &[u8],
    #[buffer] data: &[u8],
) -> Result<bool, JsErrorBox> {
    let (_, algorithm) = ecdsa(curve, hash)?;
    Ok(UnparsedPublicKey::new(algorithm, point)
        .verify(data, signature)
        .is_ok())
}

/// The secret that two keys share.
#[op2]
pub fn op_crypto_ecdh(
    #[string] curve: &str,
    #[buffer] pkcs8: &[u8],
    #[buffer] point: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let own = private_key(curve, pkcs8)?;
    let peer = agreement::UnparsedPublicKey::new(agreement_on(curve)?, point);
    agreement::agree(&own, peer, failed(()), |secret| Ok(secret.to_vec().into()))
}

/// A new Ed25519 seed.
#[op2]
pub fn op_crypto_ed25519_generate() -> Result<Uint8Array, JsErrorBox> {
    let seed = Ed25519KeyPair::generate()
        .and_then(|pair| pair.seed())
        .map_err(failed)?;
    let bytes = seed.as_be_bytes().map_err(failed)?;
    Ok(bytes.as_ref().to_vec().into())
}

fn ed25519(seed: &[u8]) -> Result<Ed25519KeyPair, JsErrorBox> {
    Ed25519KeyPair::from_seed_unchecked(seed).map_err(failed)
}

/// The public key of an Ed25519 seed.
#[op2]
pub fn op_crypto_ed25519_public(#[buffer] seed: &[u8]) -> Result<Uint8Array, JsErrorBox> {
    Ok(ed25519(seed)?.public_key().as_ref().to_vec().into())
}

/// An Ed25519 signature.
#[op2]
pub fn op_crypto_ed25519_sign(
    #[buffer] seed: &[u8],
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let signature = ed25519(seed)?.try_sign(data).map_err(failed)?;
    Ok(signature.as_ref().to_vec().into())
}

/// Whether an Ed25519 signature is right.
#[op2(fast)]
pub fn op_crypto_ed25519_verify(
    #[buffer] public: &[u8],
    #[buffer] signature: &[u8],
    #[buffer] data: &[u8],
) -> bool {
    UnparsedPublicKey::new(&signature::ED25519, public)
        .verify(data, signature)
        .is_ok()
}
