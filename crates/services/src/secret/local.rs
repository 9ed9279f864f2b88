//! Keys in a file of the host.
//!
//! Each line of the file is `name:base64 of 32 bytes`. The first key encrypts; all of them
//! decrypt, so a key is replaced by putting a new line in front. Every value has a random data key
//! of its own (AES-256-GCM), which is itself encrypted with a key derived from the file's key, so
//! the file's key encrypts nothing but random keys. The context is authenticated in both places.
//!
//! A sealed value is: version 1, length of the key's name, name, nonce (12), encrypted data key
//! (48), nonce (12), encrypted value with its tag.

use crate::OpenError;
use crate::secret::cipher::KEY;
use crate::secret::cipher::OVERHEAD;
use crate::secret::cipher::aes;
use crate::secret::cipher::associated;
use crate::secret::cipher::decrypt;
use crate::secret::cipher::encrypt;
use crate::secret::engine::Context;
use crate::secret::engine::KeyEngine;
use crate::secret::engine::KeyError;
use async_trait::async_trait;
use aws_lc_rs::aead::LessSafeKey;
use aws_lc_rs::hkdf;
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::io;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use zeroize::Zeroizing;

/// The first byte of every value that is sealed here.
pub(crate) const VERSION: u8 = 1;
const WRAPPED: usize = KEY + OVERHEAD;

struct NamedKey {
    name: String,
    key: LessSafeKey,
}

/// The keys of a file.
pub(crate) struct LocalKeys(Vec<NamedKey>);

impl LocalKeys {
    /// Reads the file where there is one.
    pub(crate) fn find(path: &Path) -> Result<Option<Self>, OpenError> {
        match path.try_exists() {
            Ok(false) => Ok(None),
            _ => Self::open(path).map(Some),
        }
    }

    /// Reads the file, and makes it with a new key where there is none.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let failed = |error| OpenError::folder(path, error);
        let text = match fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create(path).map_err(failed)?;
                // Another process may have been faster; its key is the one that counts.
                Zeroizing::new(fs::read_to_string(path).map_err(failed)?)
            }
            Err(error) => return Err(failed(error)),
        };
        let keys: Option<Vec<NamedKey>> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(named_key)
            .collect();
        match keys {
            Some(keys) if !keys.is_empty() => Ok(Self(keys)),
            _ => Err(OpenError::KeyFile(path.display().to_string())),
        }
    }
}

/// Writes a file with one new key beside the path and links it there, so that the file is never
/// seen half written and never replaces another one.
fn create(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut bytes = Zeroizing::new([0; KEY]);
    rand::fill(&mut *bytes).map_err(|_| io::Error::other("the system gives no random bytes"))?;
    let name = &uuid::Uuid::new_v4().simple().to_string()[..8];
    let line = Zeroizing::new(format!("{name}:{}\n", STANDARD.encode(*bytes)));
    let draft = folder.join(format!(".secret.key.{name}"));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    let linked = file
        .write_all(line.as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => fs::File::open(folder)?.sync_all(),
    }
}

fn named_key(line: &str) -> Option<NamedKey> {
    let (name, key) = line.trim().split_once(':')?;
    let key = Zeroizing::new(STANDARD.decode(key).ok()?);
    if name.is_empty() || name.len() > usize::from(u8::MAX) || key.len() != KEY {
        return None;
    }
    let mut derived = Zeroizing::new([0; KEY]);
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"ketrics")
        .extract(&key)
        .expand(&[b"secret data keys v1"], hkdf::HKDF_SHA256)
        .and_then(|key| key.fill(&mut *derived))
        .ok()?;
    Some(NamedKey {
        name: name.to_owned(),
        key: aes(&*derived)?,
    })
}

#[async_trait]
impl KeyEngine for LocalKeys {
    async fn seal(&self, plaintext: &[u8], context: &Context) -> Result<Vec<u8>, KeyError> {
        let current = self
            .0
            .first()
            .ok_or_else(|| KeyError::failed("there is no key"))?;
        let associated = associated(context);
        let mut data_key = Zeroizing::new([0; KEY]);
        rand::fill(&mut *data_key)
            .map_err(|_| KeyError::failed("the system gives no random bytes"))?;
        let wrapped = encrypt(&current.key, &associated, &*data_key)?;
        let data_key =
            aes(&*data_key).ok_or_else(|| KeyError::failed("the cipher refused a key"))?;
        let content = encrypt(&data_key, &associated, plaintext)?;
        let length = u8::try_from(current.name.len())
            .map_err(|_| KeyError::failed("the key's name is too long"))?;
        Ok([
            &[VERSION, length],
            current.name.as_bytes(),
            &wrapped,
            &content,
        ]
        .concat())
    }

    async fn open(&self, sealed: &[u8], context: &Context) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let associated = associated(context);
        let (&[version, length], rest) =
            sealed.split_first_chunk::<2>().ok_or(KeyError::Refused)?;
        if version != VERSION {
            return Err(KeyError::Refused);
        }
        let (name, rest) = rest
            .split_at_checked(usize::from(length))
            .ok_or(KeyError::Refused)?;
        let (wrapped, content) = rest.split_at_checked(WRAPPED).ok_or(KeyError::Refused)?;
        let named = self
            .0
            .iter()
            .find(|key| key.name.as_bytes() == name)
            .ok_or(KeyError::Refused)?;
        let data_key = decrypt(&named.key, &associated, wrapped)?;
        let data_key = aes(&data_key).ok_or(KeyError::Refused)?;
        decrypt(&data_key, &associated, content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use tempfile::TempDir;

    fn context(pairs: &[(&str, &str)]) -> Context {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[tokio::test]
    async fn what_one_process_sealed_the_next_one_opens() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("keys").join("secret.key");
        let context = context(&[("a", "b")]);
        let sealed = LocalKeys::open(&path)
            .unwrap()
            .seal(b"value", &context)
            .await
            .unwrap();
        let opened = LocalKeys::open(&path)
            .unwrap()
            .open(&sealed, &context)
            .await
            .unwrap();
        assert_eq!(opened.as_slice(), b"value");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn a_replaced_key_still_opens_and_a_removed_one_does_not() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("secret.key");
        let context = context(&[]);
        let sealed = LocalKeys::open(&path)
            .unwrap()
            .seal(b"old", &context)
            .await
            .unwrap();
        let old = fs::read_to_string(&path).unwrap();
        let new = format!("new:{}", STANDARD.encode([9; KEY]));
        fs::write(&path, format!("{new}\n{old}")).unwrap();
        let rotated = LocalKeys::open(&path).unwrap();
        assert_eq!(
            rotated.open(&sealed, &context).await.unwrap().as_slice(),
            b"old"
        );
        let resealed = rotated.seal(b"new", &context).await.unwrap();
        fs::write(&path, new).unwrap();
        let only_new = LocalKeys::open(&path).unwrap();
        assert_eq!(
            only_new.open(&resealed, &context).await.unwrap().as_slice(),
            b"new"
        );
        assert!(matches!(
            only_new.open(&sealed, &context).await,
            Err(KeyError::Refused)
        ));
    }

    #[tokio::test]
    async fn a_changed_byte_or_another_context_does_not_open() {
        let folder = TempDir::new().unwrap();
        let keys = LocalKeys::open(&folder.path().join("secret.key")).unwrap();
        let bound = context(&[("ab", "c"), ("d", "")]);
        let sealed = keys.seal(b"value", &bound).await.unwrap();
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(matches!(
                keys.open(&changed, &bound).await,
                Err(KeyError::Refused)
            ));
            assert!(matches!(
                keys.open(&sealed[..place], &bound).await,
                Err(KeyError::Refused)
            ));
        }
        for other in [
            &[("a", "bc"), ("d", "")][..],
            &[("ab", "c")],
            &[("ab", "cd")],
        ] {
            assert!(matches!(
                keys.open(&sealed, &context(other)).await,
                Err(KeyError::Refused)
            ));
        }
    }

    #[test]
    fn a_damaged_key_file_is_an_error_and_is_not_replaced() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("secret.key");
        for content in ["", "name", "name:c2hvcnQ=", ":AAAA"] {
            fs::write(&path, content).unwrap();
            assert!(
                matches!(LocalKeys::open(&path), Err(OpenError::KeyFile(_))),
                "{content}"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
    }
}
