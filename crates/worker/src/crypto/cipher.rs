//! AES.

use super::failed;
use aws_lc_rs::aead;
use aws_lc_rs::cipher;
use aws_lc_rs::cipher::DecryptionContext;
use aws_lc_rs::cipher::EncryptionContext;
use aws_lc_rs::iv::FixedLength;
use deno_core::convert::Uint8Array;
use deno_core::op2;
use deno_error::JsErrorBox;

const BLOCK: usize = 16;

fn gcm_key(key: &[u8]) -> Result<aead::LessSafeKey, JsErrorBox> {
    let algorithm = match key.len() {
        16 => &aead::AES_128_GCM,
        24 => &aead::AES_192_GCM,
        _ => &aead::AES_256_GCM,
    };
    aead::UnboundKey::new(algorithm, key)
        .map(aead::LessSafeKey::new)
        .map_err(failed)
}

/// AES-GCM: the ciphertext with the whole tag behind it.
#[op2]
pub fn op_crypto_gcm_seal(
    #[buffer] key: &[u8],
    #[buffer] nonce: &[u8],
    #[buffer] additional: &[u8],
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let nonce = aead::Nonce::try_assume_unique_for_key(nonce).map_err(failed)?;
    let mut sealed = Vec::with_capacity(data.len() + BLOCK);
    sealed.extend_from_slice(data);
    gcm_key(key)?
        .seal_in_place_append_tag(nonce, aead::Aad::from(additional), &mut sealed)
        .map_err(failed)?;
    Ok(sealed.into())
}

/// AES-GCM: the plaintext, if the tag is right.
#[op2]
pub fn op_crypto_gcm_open(
    #[buffer] key: &[u8],
    #[buffer] nonce: &[u8],
    #[buffer] additional: &[u8],
    #[buffer] sealed: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let nonce = aead::Nonce::try_assume_unique_for_key(nonce).map_err(failed)?;
    let mut data = sealed.to_vec();
    let length = gcm_key(key)?
        .open_in_place(nonce, aead::Aad::from(additional), &mut data)
        .map_err(failed)?
        .len();
    data.truncate(length);
    Ok(data.into())
}

fn block_key(key: &[u8]) -> Result<cipher::UnboundCipherKey, JsErrorBox> {
    let algorithm = match key.len() {
        16 => &cipher::AES_128,
        24 => &cipher::AES_192,
        _ => &cipher::AES_256,
    };
    cipher::UnboundCipherKey::new(algorithm, key).map_err(failed)
}

fn block(bytes: &[u8]) -> Result<FixedLength<BLOCK>, JsErrorBox> {
    let bytes: [u8; BLOCK] = bytes.try_into().map_err(failed)?;
    Ok(FixedLength::from(bytes))
}

/// AES-CBC with PKCS #7 padding.
#[op2]
pub fn op_crypto_cbc_encrypt(
    #[buffer] key: &[u8],
    #[buffer] start: &[u8],
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let key = cipher::PaddedBlockEncryptingKey::cbc_pkcs7(block_key(key)?).map_err(failed)?;
    let mut encrypted = data.to_vec();
    key.less_safe_encrypt(&mut encrypted, EncryptionContext::Iv128(block(start)?))
        .map_err(failed)?;
    Ok(encrypted.into())
}

/// AES-CBC with PKCS #7 padding.
#[op2]
pub fn op_crypto_cbc_decrypt(
    #[buffer] key: &[u8],
    #[buffer] start: &[u8],
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let key = cipher::PaddedBlockDecryptingKey::cbc_pkcs7(block_key(key)?).map_err(failed)?;
    let mut decrypted = data.to_vec();
    let length = key
        .decrypt(&mut decrypted, DecryptionContext::Iv128(block(start)?))
        .map_err(failed)?
        .len();
    decrypted.truncate(length);
    Ok(decrypted.into())
}

/// AES-CTR, in either direction, with a counter in the last `bits` bits of the first block.
#[op2]
pub fn op_crypto_ctr(
    #[buffer] key: &[u8],
    #[buffer] counter: &[u8],
    bits: u32,
    #[buffer] data: &[u8],
) -> Result<Uint8Array, JsErrorBox> {
    let counter = u128::from_be_bytes(counter.try_into().map_err(failed)?);
    let mut output = data.to_vec();
    ctr(key, counter, bits, &mut output)?;
    Ok(output.into())
}

/// AWS-LC counts with all 128 bits; where fewer count, the run is cut where these wrap around.
fn ctr(key: &[u8], counter: u128, bits: u32, data: &mut [u8]) -> Result<(), JsErrorBox> {
    let mask = if bits >= 128 {
        u128::MAX
    } else {
        (1 << bits) - 1
    };
    let blocks = data.len().div_ceil(BLOCK) as u128;
    // More blocks than the counter has values would repeat the key stream.
    if blocks > 0 && blocks - 1 > mask {
        return Err(failed(()));
    }
    let until_wrap = (mask - (counter & mask)).saturating_add(1);
    let first = if blocks > until_wrap {
        usize::try_from(until_wrap).map_err(failed)? * BLOCK
    } else {
        data.len()
    };
    let (before, after) = data.split_at_mut(first);
    ctr_run(key, counter, before)?;
    ctr_run(key, counter & !mask, after)
}

fn ctr_run(key: &[u8], counter: u128, data: &mut [u8]) -> Result<(), JsErrorBox> {
    if data.is_empty() {
        return Ok(());
    }
    let key = cipher::EncryptingKey::ctr(block_key(key)?).map_err(failed)?;
    let start = EncryptionContext::Iv128(FixedLength::from(counter.to_be_bytes()));
    key.less_safe_encrypt(data, start).map_err(failed).map(drop)
}

#[cfg(test)]
mod tests {
    use super::ctr;

    const KEY: [u8; 16] = [7; 16];

    /// One block of key stream for each counter.
    fn stream(counters: &[u128]) -> Vec<u8> {
        let mut all = Vec::new();
        for &counter in counters {
            let mut block = [0; 16];
            ctr(&KEY, counter, 128, &mut block).unwrap();
            all.extend_from_slice(&block);
        }
        all
    }

    #[test]
    fn a_short_counter_wraps_without_touching_the_nonce() {
        let nonce = 5 << 64;
        let mut data = [0; 64];
        ctr(&KEY, nonce | 0xfe, 8, &mut data).unwrap();
        let counters = [nonce | 0xfe, nonce | 0xff, nonce, nonce | 1];
        assert_eq!(data.to_vec(), stream(&counters));
    }

    #[test]
    fn a_counter_with_too_few_values_is_refused() {
        assert!(ctr(&KEY, 0, 2, &mut [0; 64]).is_ok());
        assert!(ctr(&KEY, 0, 2, &mut [0; 65]).is_err());
    }
}
