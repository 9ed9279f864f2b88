//! Hashes and HMAC, all at once or piece by piece.

use super::failed;
use super::unknown;
use aws_lc_rs::constant_time;
use aws_lc_rs::digest;
use aws_lc_rs::hmac;
use deno_core::GarbageCollected;
use deno_core::convert::Uint8Array;
use deno_core::op2;
use deno_core::v8;
use deno_error::JsErrorBox;
use md5::Digest as _;
use md5::Md5;
use std::cell::RefCell;
use std::ffi::CStr;

/// MD5 works on blocks of this size, which its HMAC needs to know.
const MD5_BLOCK: usize = 64;

/// A hash that takes more data. AWS-LC's Rust API has no MD5, which old protocols and ETags need.
#[derive(Clone)]
enum State {
    Hash(Box<digest::Context>),
    Hmac(Box<hmac::Context>),
    Md5(Md5),
    HmacMd5 { inner: Md5, outer: Md5 },
}

impl State {
    fn hash(algorithm: &str) -> Result<Self, JsErrorBox> {
        if algorithm == "md5" {
            return Ok(Self::Md5(Md5::new()));
        }
        Ok(Self::Hash(Box::new(digest::Context::new(hash_algorithm(
            algorithm,
        )?))))
    }

    fn hmac(algorithm: &str, key: &[u8]) -> Result<Self, JsErrorBox> {
        if algorithm == "md5" {
            return Ok(hmac_md5(key));
        }
        let key = hmac::Key::new(hmac_algorithm(algorithm)?, key);
        Ok(Self::Hmac(Box::new(hmac::Context::with_key(&key))))
    }

    fn update(&mut self, data: &[u8]) {
        match self {
            Self::Hash(context) => context.update(data),
            Self::Hmac(context) => context.update(data),
            Self::Md5(context) | Self::HmacMd5 { inner: context, .. } => context.update(data),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Hash(context) => context.finish().as_ref().to_vec(),
            Self::Hmac(context) => context.sign().as_ref().to_vec(),
            Self::Md5(context) => context.finalize().to_vec(),
            Self::HmacMd5 { inner, mut outer } => {
                outer.update(inner.finalize());
                outer.finalize().to_vec()
            }
        }
    }
}

/// RFC 2104.
fn hmac_md5(key: &[u8]) -> State {
    let mut block = [0; MD5_BLOCK];
    if key.len() > MD5_BLOCK {
        block[..16].copy_from_slice(&Md5::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let padded = |pad: u8| Md5::new_with_prefix(block.map(|byte| byte ^ pad));
    State::HmacMd5 {
        inner: padded(0x36),
        outer: padded(0x5c),
    }
}

fn hash_algorithm(name: &str) -> Result<&'static digest::Algorithm, JsErrorBox> {
    Ok(match name {
        "sha1" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        "sha224" => &digest::SHA224,
        "sha256" => &digest::SHA256,
        "sha384" => &digest::SHA384,
        "sha512" => &digest::SHA512,
        "sha512-256" => &digest::SHA512_256,
        "sha3-256" => &digest::SHA3_256,
        "sha3-384" => &digest::SHA3_384,
        "sha3-512" => &digest::SHA3_512,
        _ => return Err(unknown("the hash", name)),
    })
}

/// The algorithm of an HMAC with this hash.
pub fn hmac_algorithm(hash: &str) -> Result<hmac::Algorithm, JsErrorBox> {
    Ok(match hash {
        "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        "sha224" => hmac::HMAC_SHA224,
        "sha256" => hmac::HMAC_SHA256,
        "sha384" => hmac::HMAC_SHA384,
        "sha512" => hmac::HMAC_SHA512,
        _ => return Err(unknown("HMAC with the hash", hash)),
    })
}

/// A hash or HMAC in progress, as a JavaScript object holds it; empty once it is finished.
pub struct Hasher(RefCell<Option<State>>);

// SAFETY: it holds no reference to anything that the garbage collector manages.
unsafe impl GarbageCollected for Hasher {
    fn trace(&self, _: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static CStr {
        c"Hasher"
    }
}

impl Hasher {
    fn new(state: State) -> Self {
        Self(RefCell::new(Some(state)))
    }
}

/// Starts a hash.
#[op2]
#[cppgc]
pub fn op_crypto_hash(#[string] algorithm: &str) -> Result<Hasher, JsErrorBox> {
    State::hash(algorithm).map(Hasher::new)
}

/// Starts an HMAC.
#[op2]
#[cppgc]
pub fn op_crypto_hmac(
    #[string] algorithm: &str,
    #[buffer] key: &[u8],
) -> Result<Hasher, JsErrorBox> {
    State::hmac(algorithm, key).map(Hasher::new)
}

/// Adds data.
#[op2(fast)]
pub fn op_crypto_update(#[cppgc] hasher: &Hasher, #[buffer] data: &[u8]) -> Result<(), JsErrorBox> {
    hasher
        .0
        .borrow_mut()
        .as_mut()
        .ok_or_else(|| failed(()))?
        .update(data);
    Ok(())
}

/// Ends it and gives the result.
#[op2]
pub fn op_crypto_finish(#[cppgc] hasher: &Hasher) -> Result<Uint8Array, JsErrorBox> {
    let state = hasher.0.borrow_mut().take().ok_or_else(|| failed(()))?;
    Ok(state.finish().into())
}

/// A second one that goes on from the same point.
#[op2]
#[cppgc]
pub fn op_crypto_copy(#[cppgc] hasher: &Hasher) -> Result<Hasher, JsErrorBox> {
    hasher
        .0
        .borrow()
        .clone()
        .map(Hasher::new)
        .ok_or_else(|| failed(()))
}

/// The hash of data that is all there.
#[op2]
pub fn op_crypto_digest(
    #[string] algorithm: &str,
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let mut state = State::hash(algorithm)?;
    state.update(data);
    Ok(state.finish().into())
}

/// Compares in a time that depends on the length alone.
#[op2(fast)]
pub fn op_crypto_equal(#[buffer] one: &[u8], #[buffer] other: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(one, other).is_ok()
}

#[cfg(test)]
mod tests {
    use super::State;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn hmac_md5_agrees_with_rfc_2202() {
        let cases: [(&[u8], &[u8], &str); 3] = [
            (&[0x0b; 16], b"Hi There", "9294727a3638bb1c13f48ef8158bfc9d"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "750c783e6ab0b503eaa86e310a5db738",
            ),
            (
                &[0xaa; 80],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd",
            ),
        ];
        for (key, data, expected) in cases {
            let mut state = State::hmac("md5", key).unwrap();
            state.update(data);
            assert_eq!(hex(&state.finish()), expected);
        }
    }

    #[test]
    fn a_copy_goes_on_by_itself() {
        let mut state = State::hash("sha256").unwrap();
        state.update(b"ab");
        let copy = state.clone();
        state.update(b"c");
        assert_eq!(
            hex(&state.finish()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            hex(&copy.finish()),
            "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603"
        );
    }
}
