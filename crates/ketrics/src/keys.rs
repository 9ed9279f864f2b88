//! Keys that a host makes for itself when it starts for the first time.

use crate::problem::Problem;
use crate::target::write_private;
use std::fs;
use std::io;
use std::io::Read;
use std::path::Path;

/// The key that the administrator's token is made from.
pub const ADMINISTRATOR_KEY: &str = "administrator.key";

/// Reads the key with this name from the data directory, or makes it.
pub fn local_key(data: &Path, name: &str) -> Result<[u8; 32], Problem> {
    let folder = data.join("keys");
    let path = folder.join(name);
    read_or_make(&folder, &path)
        .map_err(|error| Problem::failed(format_args!("the key {}", path.display()), error))
}

fn read_or_make(folder: &Path, path: &Path) -> io::Result<[u8; 32]> {
    match fs::read(path) {
        Ok(bytes) => bytes
            .try_into()
            .map_err(|_| io::Error::other("is damaged: it must be 32 bytes long")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut key = [0; 32];
            fs::File::open("/dev/urandom")?.read_exact(&mut key)?;
            fs::create_dir_all(folder)?;
            write_private(path, &key)?;
            Ok(key)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::local_key;
    use std::fs;
    use tempfile::TempDir;

    #[test]
    fn a_key_is_made_once_and_stays() {
        let data = TempDir::new().expect("a folder");
        let first = local_key(data.path(), "a.key").expect("a key");
        assert_eq!(
            local_key(data.path(), "a.key").expect("the same key"),
            first
        );
        assert_ne!(local_key(data.path(), "b.key").expect("another key"), first);
    }

    #[test]
    fn a_damaged_key_is_never_replaced() {
        let data = TempDir::new().expect("a folder");
        fs::create_dir(data.path().join("keys")).expect("a folder");
        fs::write(data.path().join("keys/a.key"), "short").expect("a file");
        assert!(local_key(data.path(), "a.key").is_err());
        assert_eq!(
            fs::read(data.path().join("keys/a.key")).expect("the file"),
            b"short"
        );
    }
}
