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

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand;
    use std::fs::File;
    use std::io::Read;
    use std::os::fd::FromRawFd;

    /// Sixteen bytes that a forked process drew.
    fn drawn_by_a_fork() -> [u8; 16] {
        let mut ends = [0; 2];
        // SAFETY: `ends` has room for both descriptors.
        assert_eq!(unsafe { libc::pipe(ends.as_mut_ptr()) }, 0);
        // SAFETY: the child makes no call but those below, and then ends without unwinding.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let mut bytes = [0; 16];
            let status = i32::from(rand::fill(&mut bytes).is_err());
            // SAFETY: the bytes are as long as it says; `_exit` runs no destructors.
            unsafe {
                libc::write(ends[1], bytes.as_ptr().cast(), bytes.len());
                libc::_exit(status);
            }
        }
        // SAFETY: both descriptors are this process's own, and nobody else closes them.
        let (mut reader, writer) =
            unsafe { (File::from_raw_fd(ends[0]), File::from_raw_fd(ends[1])) };
        drop(writer);
        let mut bytes = [0; 16];
        reader.read_exact(&mut bytes).unwrap();
        // SAFETY: `child` is a child of this process that nobody else waits for.
        assert_eq!(
            unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) },
            child
        );
        bytes
    }

    #[test]
    fn forks_of_one_process_draw_different_keys() {
        let mut before = [0; 16];
        rand::fill(&mut before).unwrap();
        let drawn = [before, drawn_by_a_fork(), drawn_by_a_fork()];
        assert_ne!(drawn[0], drawn[1]);
        assert_ne!(drawn[1], drawn[2]);
    }
}
