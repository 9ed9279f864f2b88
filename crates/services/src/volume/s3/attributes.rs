//! What is kept beside an object's content, as S3's own metadata.
//!
//! S3 keeps metadata as HTTP headers: names without case, values of ASCII. What fits goes there as
//! it is, for other tools to read; everything else goes as JSON in base64 into one entry of ours.
//! Names that begin like ours are never the tenant's.

use crate::volume::s3::name::Name;
use crate::volume::store::Attributes;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::BTreeMap;
use std::collections::HashMap;

const OURS: &str = "ketrics-";
const ENCODED: &str = "ketrics-metadata";
const CUT_OFF: &str = "ketrics-key";
const CLAIM: &str = "ketrics-claim";
const WRITE: &str = "ketrics-write";

/// An object's metadata as S3 has it.
pub(crate) type Headers = HashMap<String, String>;

/// The metadata of an object with this name.
pub(crate) fn headers(name: &Name, metadata: Option<&BTreeMap<String, String>>) -> Headers {
    let mut headers = Headers::new();
    let mut others = BTreeMap::new();
    for (key, value) in metadata.into_iter().flatten() {
        if is_name(key) && is_value(value) {
            headers.insert(key.clone(), value.clone());
        } else {
            others.insert(key, value);
        }
    }
    if !others.is_empty() {
        headers.insert(ENCODED.to_owned(), encode(&others));
    }
    if let Some(cut_off) = name.cut_off() {
        headers.insert(CUT_OFF.to_owned(), encode(cut_off));
    }
    headers
}

fn encode(value: impl serde::Serialize) -> String {
    // Texts and maps of texts are always JSON.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&value).unwrap_or_default())
}

fn decode<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// Marks an object as written by one certain attempt.
pub(crate) fn mark_write(headers: &mut Headers, attempt: &str) {
    headers.insert(WRITE.to_owned(), attempt.to_owned());
}

/// The metadata of a claim.
pub(crate) fn claim(id: &str) -> Headers {
    Headers::from([(CLAIM.to_owned(), id.to_owned())])
}

/// What an object's metadata says.
pub(crate) struct Found {
    /// The tenant's own.
    pub(crate) metadata: Option<BTreeMap<String, String>>,
    /// The part of the key that the name does not hold.
    pub(crate) cut_off: Option<String>,
    /// Whose claim it is, when it is one and no file.
    pub(crate) claim: Option<String>,
    /// Which attempt wrote it.
    pub(crate) write: Option<String>,
}

/// Reads an object's metadata.
pub(crate) fn read(headers: Option<&Headers>) -> Found {
    let get = |name: &str| headers.and_then(|headers| headers.get(name));
    let mut metadata: BTreeMap<String, String> = headers
        .into_iter()
        .flatten()
        .filter(|(name, _)| !name.starts_with(OURS))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let others = get(ENCODED).and_then(|text| decode(text));
    metadata.extend(others.unwrap_or_else(BTreeMap::new));
    Found {
        metadata: Some(metadata).filter(|metadata| !metadata.is_empty()),
        cut_off: get(CUT_OFF).and_then(|text| decode(text)),
        claim: get(CLAIM).cloned(),
        write: get(WRITE).cloned(),
    }
}

/// A copy keeps the type, and the metadata unless it is given other.
pub(crate) fn of_copy(
    content_type: &str,
    source: Option<&BTreeMap<String, String>>,
    other: Option<BTreeMap<String, String>>,
) -> Attributes {
    Attributes {
        content_type: content_type.to_owned(),
        metadata: other.or_else(|| source.cloned()),
    }
}

fn is_name(name: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && !name.starts_with(OURS) && name.bytes().all(legal)
}

/// Whether it is the same after any HTTP library had it in a header.
fn is_value(value: &str) -> bool {
    !value.is_empty()
        && value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && value.trim() == value
        && !value.contains("  ")
        && !value.starts_with("=?")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::volume::s3::name::Root;
    use crate::volume::store::Place;
    use ketrics_directory::TenantId;
    use ketrics_directory::VolumeId;

    #[test]
    fn metadata_comes_back_as_it_was_and_headers_hold_nothing_but_ascii() {
        let place = Place {
            tenant: TenantId::new(),
            volume: VolumeId::new(),
        };
        let name = Root::new("", place).name("k");
        let metadata: BTreeMap<String, String> = [
            ("plain", "a b"),
            ("Case", "x"),
            ("ünicode", "y"),
            ("unicode", "日本 📦"),
            ("empty", ""),
            ("spaces", " a  b "),
            ("lines", "a\r\nb: c"),
            ("ketrics-claim", "mine"),
            ("ketrics-metadata", "mine"),
            ("", "nameless"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        let headers = headers(&name, Some(&metadata));
        assert_eq!(headers["plain"], "a b");
        for (key, value) in &headers {
            assert!(is_value(value) && key.is_ascii(), "{key}: {value}");
        }
        let found = read(Some(&headers));
        assert_eq!(found.metadata, Some(metadata));
        assert!(found.claim.is_none() && found.cut_off.is_none() && found.write.is_none());
    }
}
