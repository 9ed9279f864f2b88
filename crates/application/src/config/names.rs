//! The shapes of names.

use super::checks::OLDEST_NODE;

pub(crate) fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !name.ends_with('-')
}

pub(crate) fn is_role_code(code: &str) -> bool {
    code.starts_with(|first: char| first.is_ascii_alphabetic())
        && code
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

pub(crate) fn is_variable(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

pub(crate) fn is_supported_runtime(runtime: &str) -> bool {
    let release = runtime
        .strip_prefix("nodejs")
        .filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    release
        .and_then(|digits| digits.parse::<u32>().ok())
        .is_some_and(|release| release >= OLDEST_NODE)
}

pub(crate) fn is_semantic_version(version: &str) -> bool {
    fn is_number(text: &str) -> bool {
        !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_digit())
            && (text == "0" || !text.starts_with('0'))
    }
    fn are_words(text: &str) -> bool {
        text.split('.').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
    }
    let (version, build) = version
        .split_once('+')
        .map_or((version, None), |(version, build)| (version, Some(build)));
    let (core, pre) = version
        .split_once('-')
        .map_or((version, None), |(core, pre)| (core, Some(pre)));
    let numbers: Vec<&str> = core.split('.').collect();
    let is_pre_word = |word: &str| !word.bytes().all(|b| b.is_ascii_digit()) || is_number(word);
    numbers.len() == 3
        && numbers.into_iter().all(is_number)
        && build.is_none_or(are_words)
        && pre.is_none_or(|pre| are_words(pre) && pre.split('.').all(is_pre_word))
}
