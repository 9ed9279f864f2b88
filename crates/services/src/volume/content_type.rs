//! MIME types: what a key's extension says, and what a volume allows.

/// What content is when nothing says what it is.
const UNKNOWN: &str = "application/octet-stream";

const BY_EXTENSION: [(&str, &str); 58] = [
    ("7z", "application/x-7z-compressed"),
    ("aac", "audio/aac"),
    ("avi", "video/x-msvideo"),
    ("avif", "image/avif"),
    ("bmp", "image/bmp"),
    ("bz2", "application/x-bzip2"),
    ("css", "text/css"),
    ("csv", "text/csv"),
    ("doc", "application/msword"),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("eml", "message/rfc822"),
    ("eps", "application/postscript"),
    ("epub", "application/epub+zip"),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("gz", "application/gzip"),
    ("heic", "image/heic"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("ico", "image/vnd.microsoft.icon"),
    ("ics", "text/calendar"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("jsonl", "application/jsonl"),
    ("log", "text/plain"),
    ("m4a", "audio/mp4"),
    ("md", "text/markdown"),
    ("mjs", "text/javascript"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ogg", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("ppt", "application/vnd.ms-powerpoint"),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("rtf", "application/rtf"),
    ("svg", "image/svg+xml"),
    ("tar", "application/x-tar"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("tsv", "text/tab-separated-values"),
    ("txt", "text/plain"),
    ("wasm", "application/wasm"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("xls", "application/vnd.ms-excel"),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("xml", "application/xml"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("zip", "application/zip"),
];

/// What a file with this key holds, by its extension.
pub(crate) fn of_key(key: &str) -> &'static str {
    let extension = extension(key).unwrap_or_default();
    BY_EXTENSION
        .binary_search_by(|(known, _)| (*known).cmp(&extension))
        .map_or(UNKNOWN, |index| BY_EXTENSION[index].1)
}

fn extension(key: &str) -> Option<String> {
    let name = key.rsplit('/').next()?;
    name.rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase())
}

/// Whether the text may stand in a `Content-Type` header.
pub(crate) fn is_valid(content_type: &str) -> bool {
    let token = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+*".contains(&byte))
    };
    content_type.len() <= 255
        && content_type
            .bytes()
            .all(|byte| (b' '..=b'~').contains(&byte))
        && essence(content_type)
            .split_once('/')
            .is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

/// The type without its parameters, in lower case.
pub(crate) fn essence(content_type: &str) -> String {
    content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// Whether a volume that allows these types takes such a file. An entry is a type
/// (`image/png`), a wildcard (`image/*`) or an extension (`.pdf`); none at all allows everything.
pub(crate) fn is_allowed(allowed: &[String], key: &str, content_type: &str) -> bool {
    let essence = essence(content_type);
    allowed.is_empty()
        || allowed.iter().any(|entry| {
            let entry = entry.trim().to_ascii_lowercase();
            if let Some(wanted) = entry.strip_prefix('.') {
                return extension(key).as_deref() == Some(wanted);
            }
            if entry == "*" || entry == "*/*" {
                return true;
            }
            match entry.strip_suffix("/*") {
                Some(kind) => essence.split('/').next() == Some(kind),
                None => self::essence(&entry) == essence,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_it_can_be_searched() {
        assert!(BY_EXTENSION.is_sorted_by_key(|(extension, _)| *extension));
        assert_eq!(of_key("a/b.c/label.PDF"), "application/pdf");
        assert_eq!(of_key("a.pdf/label"), UNKNOWN);
        assert_eq!(of_key("noextension"), UNKNOWN);
    }

    #[test]
    fn a_volume_takes_what_its_list_names() {
        let allowed = |list: &[&str], key: &str, content_type: &str| {
            let list: Vec<String> = list.iter().map(|entry| (*entry).to_owned()).collect();
            is_allowed(&list, key, content_type)
        };
        assert!(allowed(&[], "x", "text/html"));
        assert!(allowed(&["image/*"], "x", "Image/PNG"));
        assert!(!allowed(&["image/*"], "x", "imagex/png"));
        assert!(!allowed(&["image/*"], "x", "text/html; a=image/png"));
        assert!(allowed(&["text/csv"], "x", "text/csv; charset=utf-8"));
        assert!(allowed(&[".pdf"], "a/B.PDF", "application/octet-stream"));
        assert!(!allowed(&[".pdf"], "a/pdf", "application/pdf"));
    }

    #[test]
    fn a_type_that_would_break_a_header_is_invalid() {
        for bad in [
            "",
            "text",
            "text/",
            "/x",
            "a/b\r\nSet-Cookie: x",
            "a b/c",
            "ä/b",
        ] {
            assert!(!is_valid(bad), "{bad:?}");
        }
        assert!(is_valid("text/html; charset=\"utf-8\""));
    }
}
