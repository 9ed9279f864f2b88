//! How a password is proved to a MySQL or MariaDB server.

use aws_lc_rs::digest;
use aws_lc_rs::digest::Algorithm;
use aws_lc_rs::rsa::OAEP_SHA1_MGF1SHA1;
use aws_lc_rs::rsa::OaepPublicEncryptingKey;
use aws_lc_rs::rsa::PublicEncryptingKey;
use tokio_rustls::rustls::pki_types::SubjectPublicKeyInfoDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

pub(crate) const NATIVE: &[u8] = b"mysql_native_password";
pub(crate) const SHA2: &[u8] = b"caching_sha2_password";

fn hash(algorithm: &'static Algorithm, parts: &[&[u8]]) -> Vec<u8> {
    let mut context = digest::Context::new(algorithm);
    for part in parts {
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

fn xor(left: &[u8], right: &[u8]) -> Vec<u8> {
    let pairs = left.iter().zip(right.iter().cycle());
    pairs.map(|(left, right)| left ^ right).collect()
}

/// For `mysql_native_password`.
pub(crate) fn native(password: &[u8], nonce: &[u8]) -> Vec<u8> {
    let sha1 = &digest::SHA1_FOR_LEGACY_USE_ONLY;
    let once = hash(sha1, &[password]);
    let twice = hash(sha1, &[&once]);
    xor(&once, &hash(sha1, &[nonce, &twice]))
}

/// For `caching_sha2_password`.
pub(crate) fn sha2(password: &[u8], nonce: &[u8]) -> Vec<u8> {
    let once = hash(&digest::SHA256, &[password]);
    let twice = hash(&digest::SHA256, &[&once]);
    xor(&once, &hash(&digest::SHA256, &[&twice, nonce]))
}

/// The password for a server that has not seen it yet, where there is no TLS: encrypted with the
/// server's public key, a PEM file.
pub(crate) fn sealed(password: &[u8], nonce: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    let hidden = xor(&[password, &[0]].concat(), nonce);
    let key = SubjectPublicKeyInfoDer::from_pem_slice(key).ok()?;
    let key = PublicEncryptingKey::from_der(&key).ok()?;
    let key = OaepPublicEncryptingKey::new(key).ok()?;
    let mut sealed = vec![0; key.ciphertext_size()];
    let length = key
        .encrypt(&OAEP_SHA1_MGF1SHA1, &hidden, &mut sealed, None)
        .ok()?
        .len();
    sealed.truncate(length);
    Some(sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_knows_the_hash_can_check_the_proof() {
        let nonce = b"12345678901234567890";
        // As the servers do: the proof and the stored hash give the password's first hash.
        let sha1 = &digest::SHA1_FOR_LEGACY_USE_ONLY;
        let stored = hash(sha1, &[&hash(sha1, &[b"hunter2"])]);
        let once = xor(&native(b"hunter2", nonce), &hash(sha1, &[nonce, &stored]));
        assert_eq!(hash(sha1, &[&once]), stored);
        let sha256 = &digest::SHA256;
        let stored = hash(sha256, &[&hash(sha256, &[b"hunter2"])]);
        let once = xor(&sha2(b"hunter2", nonce), &hash(sha256, &[&stored, nonce]));
        assert_eq!(hash(sha256, &[&once]), stored);
    }
}
