//! Cryptography for `node:crypto` and `crypto.subtle`, by AWS-LC.
//!
//! Every op is a function of bytes: keys come as the bytes of their standard encoding with each
//! call, so no key outlives the JavaScript object that holds it, and a fork has nothing to share.
//! What an algorithm is called, which parameters it takes and which error an application sees is
//! decided in `runtime-js/src/crypto`; an op only says that it failed.

mod cipher;
mod curve;
mod derive;
mod hash;
mod rsa;

use deno_error::JsErrorBox;

/// AWS-LC says no more than that it failed, on purpose: more would help an attacker.
fn failed<E>(_: E) -> JsErrorBox {
    JsErrorBox::generic("the cryptographic operation failed")
}

/// For names that JavaScript has checked already.
fn unknown(what: &str, name: &str) -> JsErrorBox {
    JsErrorBox::type_error(format!("{what} '{name}' is not available"))
}

deno_core::extension!(
    ketrics_crypto,
    ops = [
        hash::op_crypto_hash,
        hash::op_crypto_hmac,
        hash::op_crypto_update,
        hash::op_crypto_finish,
        hash::op_crypto_copy,
        hash::op_crypto_digest,
        hash::op_crypto_equal,
        derive::op_crypto_pbkdf2,
        derive::op_crypto_hkdf,
        cipher::op_crypto_gcm_seal,
        cipher::op_crypto_gcm_open,
        cipher::op_crypto_cbc_encrypt,
        cipher::op_crypto_cbc_decrypt,
        cipher::op_crypto_ctr,
        curve::op_crypto_ec_generate,
        curve::op_crypto_ec_import_pkcs8,
        curve::op_crypto_ec_import_scalar,
        curve::op_crypto_ec_check_point,
        curve::op_crypto_ec_point,
        curve::op_crypto_ec_scalar,
        curve::op_crypto_ecdsa_sign,
        curve::op_crypto_ecdsa_verify,
        curve::op_crypto_ecdh,
        curve::op_crypto_ed25519_generate,
        curve::op_crypto_ed25519_public,
        curve::op_crypto_ed25519_sign,
        curve::op_crypto_ed25519_verify,
        rsa::op_crypto_rsa_generate,
        rsa::op_crypto_rsa_check_private,
        rsa::op_crypto_rsa_check_public,
        rsa::op_crypto_rsa_public,
        rsa::op_crypto_rsa_sign,
        rsa::op_crypto_rsa_verify,
        rsa::op_crypto_oaep_encrypt,
        rsa::op_crypto_oaep_decrypt,
    ],
);
