//! What an object is called in the bucket.
//!
//! `<prefix><tenant id>/<volume id>/<key>`, so that other tools can read what is there. A key may
//! have 1,024 bytes and S3 allows as many for the whole name, so a long key is cut: its first bytes,
//! a backslash, which no key has, and a hash of the key. The bytes that were cut off are kept with
//! the object (`Name::cut_off`), and a listing puts the key together again.

use crate::volume::store::Place;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Bytes that S3 allows for a name.
const MAX_NAME: usize = 1_024;
/// A backslash and a hash of 256 bits in base64.
const HASHED: usize = 44;
/// Stands between the beginning of a long key and its hash.
pub(crate) const CUT: char = '\\';
/// What the configured prefix and the ids may take up, so that most keys need not be cut.
pub(crate) const MAX_PREFIX: usize = 256;

/// Where a volume's objects are in the bucket.
#[derive(Clone)]
pub(crate) struct Root(String);

/// An object's name in the bucket.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) key: String,
    pub(crate) object: String,
    /// Bytes of the key that the name begins with, when that is not all of it.
    kept: Option<usize>,
}

impl Name {
    /// What of the key the name does not hold.
    pub(crate) fn cut_off(&self) -> Option<&str> {
        self.kept.map(|kept| &self.key[kept..])
    }
}

impl Root {
    pub(crate) fn new(prefix: &str, place: Place) -> Self {
        Self(format!("{prefix}{}/{}/", place.tenant, place.volume))
    }

    pub(crate) fn name(&self, key: &str) -> Name {
        if self.0.len() + key.len() <= MAX_NAME {
            return Name {
                key: key.to_owned(),
                object: format!("{}{key}", self.0),
                kept: None,
            };
        }
        let kept = key.floor_char_boundary(self.kept());
        let hash = digest::digest(&digest::SHA256, key.as_bytes());
        let hash = URL_SAFE_NO_PAD.encode(hash);
        Name {
            key: key.to_owned(),
            object: format!("{}{}{CUT}{hash}", self.0, &key[..kept]),
            kept: Some(kept),
        }
    }

    /// What the names of all keys with this prefix begin with, and whether others do as well.
    pub(crate) fn prefix(&self, prefix: &str) -> (String, Selects) {
        let kept = prefix.floor_char_boundary(self.kept());
        let selects = if kept == prefix.len() {
            Selects::Exactly
        } else {
            Selects::More
        };
        (format!("{}{}", self.0, &prefix[..kept]), selects)
    }

    /// The key that a name stands for, or at least how it begins.
    pub(crate) fn key<'n>(&self, object: &'n str) -> Option<Key<'n>> {
        let key = object.strip_prefix(&self.0)?;
        Some(match key.split_once(CUT) {
            Some((kept, _)) => Key::Cut(kept),
            None => Key::Whole(key),
        })
    }

    /// Bytes that a cut name keeps of its key.
    fn kept(&self) -> usize {
        MAX_NAME - HASHED - self.0.len()
    }
}

/// What a prefix of names leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selects {
    Exactly,
    More,
}

/// What a name says about its key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Key<'n> {
    Whole(&'n str),
    Cut(&'n str),
}

#[cfg(test)]
mod tests {
    use super::*;
    use ketrics_directory::TenantId;
    use ketrics_directory::VolumeId;

    #[test]
    fn a_long_key_fits_whatever_it_is_made_of() {
        let place = Place {
            tenant: TenantId::new(),
            volume: VolumeId::new(),
        };
        let root = Root::new("some/prefix/", place);
        for unit in ["x", "ü", "日", "📦"] {
            let key = unit.repeat(1_024 / unit.len());
            let name = root.name(&key);
            assert!(name.object.len() <= MAX_NAME);
            let Some(Key::Cut(kept)) = root.key(&name.object) else {
                panic!("{name:?}")
            };
            assert_eq!(format!("{kept}{}", name.cut_off().unwrap()), key);
            let prefix = root.prefix(&key).0;
            assert!(name.object.starts_with(&prefix));
            let mut other = key.clone();
            other.pop();
            assert_ne!(root.name(&other).object, name.object);
        }
        let short = root.name("a/b");
        assert_eq!(root.key(&short.object), Some(Key::Whole("a/b")));
        assert_eq!(short.cut_off(), None);
    }
}
