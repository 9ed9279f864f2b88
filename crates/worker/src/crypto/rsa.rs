//! RSA: signatures by PKCS #1 v1.5 and PSS, encryption by OAEP.
//!
//! A private key is PKCS #8, a public key is X.509's `SubjectPublicKeyInfo`, both in DER.

use super::failed;
use super::unknown;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::encoding::Pkcs8V1Der;
use aws_lc_rs::encoding::PublicKeyX509Der;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature;
use aws_lc_rs::signature::RsaEncoding;
use aws_lc_rs::signature::RsaKeyPair;
use aws_lc_rs::signature::RsaParameters;
use aws_lc_rs::signature::UnparsedPublicKey;
use deno_core::convert::Uint8Array;
use deno_core::op2;
use deno_error::JsErrorBox;

/// A new private key.
#[op2]
pub fn op_crypto_rsa_generate(bits: u32) -> Result<Uint8Array, JsErrorBox> {
    let size = match bits {
        2048 => KeySize::Rsa2048,
        3072 => KeySize::Rsa3072,
        4096 => KeySize::Rsa4096,
        _ => return Err(unknown("the RSA key size", &bits.to_string())),
    };
    let key = rsa::PrivateDecryptingKey::generate(size).map_err(failed)?;
    let der: Pkcs8V1Der<'_> = key.as_der().map_err(failed)?;
    Ok(der.as_ref().to_vec().into())
}

fn private_key(pkcs8: &[u8]) -> Result<rsa::PrivateDecryptingKey, JsErrorBox> {
    rsa::PrivateDecryptingKey::from_pkcs8(pkcs8).map_err(failed)
}

fn public_key(spki: &[u8]) -> Result<rsa::PublicEncryptingKey, JsErrorBox> {
    rsa::PublicEncryptingKey::from_der(spki).map_err(failed)
}

/// The number of bits of a private key; fails where it is none.
#[op2(fast)]
pub fn op_crypto_rsa_check_private(#[buffer] pkcs8: &[u8]) -> Result<f64, JsErrorBox> {
    private_key(pkcs8).map(|key| bits(key.key_size_bits()))
}

/// The number of bits of a public key; fails where it is none.
#[op2(fast)]
pub fn op_crypto_rsa_check_public(#[buffer] spki: &[u8]) -> Result<f64, JsErrorBox> {
    public_key(spki).map(|key| bits(key.key_size_bits()))
}

/// At most 8192, as AWS-LC takes no longer keys.
fn bits(count: usize) -> f64 {
    u16::try_from(count).map_or(f64::NAN, f64::from)
}

/// The public key of a private one.
#[op2]
pub fn op_crypto_rsa_public(#[buffer] pkcs8: &[u8]) -> Result<Uint8Array, JsErrorBox> {
    let der: PublicKeyX509Der<'_> = private_key(pkcs8)?.public_key().as_der().map_err(failed)?;
    Ok(der.as_ref().to_vec().into())
}

fn signing(scheme: &str, hash: &str) -> Result<&'static dyn RsaEncoding, JsErrorBox> {
    Ok(match (scheme, hash) {
        ("pkcs1", "sha256") => &signature::RSA_PKCS1_SHA256,
        ("pkcs1", "sha384") => &signature::RSA_PKCS1_SHA384,
        ("pkcs1", "sha512") => &signature::RSA_PKCS1_SHA512,
        ("pss", "sha256") => &signature::RSA_PSS_SHA256,
        ("pss", "sha384") => &signature::RSA_PSS_SHA384,
        ("pss", "sha512") => &signature::RSA_PSS_SHA512,
        _ => {
            return Err(unknown(
                "signing by RSA with",
                &format!("{scheme} and {hash}"),
            ));
        }
    })
}

fn verifying(scheme: &str, hash: &str) -> Result<&'static RsaParameters, JsErrorBox> {
    Ok(match (scheme, hash) {
        // Old partners still sign so; nothing here signs with SHA-1 any more.
        ("pkcs1", "sha1") => &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        ("pkcs1", "sha256") => &signature::RSA_PKCS1_2048_8192_SHA256,
        ("pkcs1", "sha384") => &signature::RSA_PKCS1_2048_8192_SHA384,
        ("pkcs1", "sha512") => &signature::RSA_PKCS1_2048_8192_SHA512,
        ("pss", "sha256") => &signature::RSA_PSS_2048_8192_SHA256,
        ("pss", "sha384") => &signature::RSA_PSS_2048_8192_SHA384,
        ("pss", "sha512") => &signature::RSA_PSS_2048_8192_SHA512,
        _ => {
            return Err(unknown(
                "verifying by RSA with",
                &format!("{scheme} and {hash}"),
            ));
        }
    })
}

/// A signature; the salt of PSS is as long as the hash.
#[op2]
pub fn op_crypto_rsa_sign(
    #[string] scheme: &str,
    #[string] hash: &str,
    #[buffer] pkcs8: &[u8],
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let key = RsaKeyPair::from_pkcs8(pkcs8).map_err(failed)?;
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        signing(scheme, hash)?,
        &SystemRandom::new(),
        data,
        &mut signature,
    )
    .map_err(failed)?;
    Ok(signature.into())
}

/// Whether a signature is right.
#[op2(fast)]
pub fn op_crypto_rsa_verify(
    #[string] scheme: &str,
    #[string] hash: &str,
    #[buffer] spki: &[u8],
    #[buffer] signature: &[u8],
    #[buffer] data: &[u8],
) -> Result<bool, JsErrorBox> {
    let key = UnparsedPublicKey::new(verifying(scheme, hash)?, spki);
    Ok(key.verify(data, signature).is_ok())
}

fn oaep(hash: &str) -> Result<&'static rsa::OaepAlgorithm, JsErrorBox> {
    Ok(match hash {
        "sha1" => &rsa::OAEP_SHA1_MGF1SHA1,
        "sha256" => &rsa::OAEP_SHA256_MGF1SHA256,
        "sha384" => &rsa::OAEP_SHA384_MGF1SHA384,
        "sha512" => &rsa::OAEP_SHA512_MGF1SHA512,
        _ => return Err(unknown("RSA-OAEP with the hash", hash)),
    })
}

/// Encrypts a short message.
#[op2]
pub fn op_crypto_oaep_encrypt(
    #[string] hash: &str,
    #[buffer] spki: &[u8],
    #[buffer] label: &[u8],
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let key = rsa::OaepPublicEncryptingKey::new(public_key(spki)?).map_err(failed)?;
    let mut space = vec![0; key.ciphertext_size()];
    let length = key
        .encrypt(oaep(hash)?, data, &mut space, Some(label))
        .map_err(failed)?
        .len();
    space.truncate(length);
    Ok(space.into())
}

/// Decrypts it.
#[op2]
pub fn op_crypto_oaep_decrypt(
    #[string] hash: &str,
    #[buffer] pkcs8: &[u8],
    #[buffer] label: &[u8],
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let key = rsa::OaepPrivateDecryptingKey::new(private_key(pkcs8)?).map_err(failed)?;
    let mut space = vec![0; key.min_output_size()];
    let length = key
        .decrypt(oaep(hash)?, data, &mut space, Some(label))
        .map_err(failed)?
        .len();
    space.truncate(length);
    Ok(space.into())
}
