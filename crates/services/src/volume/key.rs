//! Which keys are legal. What passes here may still be anything: Unicode, spaces, `%`, 1,024 bytes
//! without a slash; no engine may take it for a path.

use ketrics_protocol::ServiceError;

const MAX_BYTES: usize = 1_024;

/// Refuses what is no key of a file.
pub(crate) fn check(key: &str) -> Result<(), ServiceError> {
    reason(key, Last::Named).map_or(Ok(()), |reason| Err(invalid(key, reason)))
}

/// Refuses what no key can start with; it may end inside a segment or with a slash.
pub(crate) fn check_prefix(prefix: &str) -> Result<(), ServiceError> {
    if prefix.is_empty() {
        return Ok(());
    }
    reason(prefix, Last::MayBeEmpty).map_or(Ok(()), |reason| Err(invalid(prefix, reason)))
}

pub(crate) fn invalid(path: &str, reason: &str) -> ServiceError {
    ServiceError::new("InvalidPathError")
        .with(path)
        .with(reason)
}

/// What the last segment may be.
#[derive(PartialEq, Eq)]
enum Last {
    Named,
    MayBeEmpty,
}

fn reason(path: &str, last: Last) -> Option<&'static str> {
    if path.is_empty() {
        return Some("it must not be empty");
    }
    if path.len() > MAX_BYTES {
        return Some("it must have at most 1,024 bytes of UTF-8");
    }
    if path.starts_with('/') {
        return Some("it must be relative: no slash in front");
    }
    if path.contains('\\') {
        return Some("it must not hold a backslash");
    }
    if path.chars().any(char::is_control) {
        return Some("it must not hold control characters");
    }
    let checked = match last {
        Last::MayBeEmpty => path.strip_suffix('/').unwrap_or(path),
        Last::Named => path,
    };
    if checked.split('/').any(str::is_empty) {
        return Some("it must not hold an empty segment");
    }
    if checked.split('/').any(|segment| segment == "..") {
        return Some("it must not hold a .. segment");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_lead_elsewhere_are_refused() {
        let long = "é".repeat(513);
        for key in [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../x",
            "a/../b",
            "a/..",
            "a//b",
            "a/",
            "a\\b",
            "..\\x",
            "a\0b",
            "a\nb",
            "a\u{7f}b",
            "a\u{85}b",
            &long,
        ] {
            let error = check(key).unwrap_err();
            assert_eq!(error.class, "InvalidPathError", "{key:?}");
        }
    }

    #[test]
    fn everything_else_is_a_key() {
        let long = "é".repeat(512);
        for key in [
            "a",
            "a/b",
            ".",
            "...",
            "..a",
            "a..",
            ".hidden/x",
            "a b",
            "100%",
            "a+b",
            "%2e%2e/x",
            "日本語/📦.txt",
            "C:x",
            "con",
            "a?b#c&d='\"",
            &long,
        ] {
            assert!(check(key).is_ok(), "{key:?}");
        }
    }

    #[test]
    fn a_prefix_may_end_with_a_slash_and_be_empty() {
        for prefix in ["", "a", "a/", "a/b"] {
            assert!(check_prefix(prefix).is_ok(), "{prefix:?}");
        }
        for prefix in ["/", "a//", "../", "a/..", "a\\"] {
            assert!(check_prefix(prefix).is_err(), "{prefix:?}");
        }
    }
}
