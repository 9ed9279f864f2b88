//! Secret values must not appear in a log line, in whichever spelling they got there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::engine::general_purpose::URL_SAFE;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::AsciiSet;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::utf8_percent_encode;
use std::borrow::Cow;
use std::sync::Mutex;
use std::sync::PoisonError;

/// A shorter value would be found by chance in ordinary text, and takes no time to guess.
const SHORTEST: usize = 4;

/// What `encodeURIComponent` leaves alone.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// What `URLSearchParams` leaves alone; it writes a space as `+`.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b' ');

struct Redaction {
    spelling: String,
    replacement: String,
}

/// The secrets that an invocation has read, longest spelling first.
#[derive(Default)]
pub(crate) struct Redactions(Mutex<Vec<Redaction>>);

impl Redactions {
    pub(crate) fn add(&self, code: &str, value: &str) {
        if value.len() < SHORTEST {
            return;
        }
        let replacement = format!("[secret:{code}]");
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for spelling in spellings(value) {
            if known.iter().all(|redaction| redaction.spelling != spelling) {
                known.push(Redaction {
                    spelling,
                    replacement: replacement.clone(),
                });
            }
        }
        // A value that contains another one goes first, so that no rest of it is left over.
        known.sort_by_key(|redaction| std::cmp::Reverse(redaction.spelling.len()));
    }

    pub(crate) fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = Cow::Borrowed(text);
        for redaction in known.iter() {
            if text.contains(&redaction.spelling) {
                text = Cow::Owned(text.replace(&redaction.spelling, &redaction.replacement));
            }
        }
        text
    }
}

fn spellings(value: &str) -> Vec<String> {
    let quoted = serde_json::Value::from(value).to_string();
    let json = quoted[1..quoted.len() - 1].to_owned();
    // JavaScript's inspection of objects quotes with ' and escapes backslashes and line ends.
    let inspected = json.replace("\\\"", "\"");
    let component = utf8_percent_encode(value, COMPONENT).to_string();
    let form = utf8_percent_encode(value, FORM)
        .to_string()
        .replace(' ', "+");
    vec![
        value.to_owned(),
        json,
        inspected,
        component,
        form,
        STANDARD.encode(value),
        STANDARD_NO_PAD.encode(value),
        URL_SAFE.encode(value),
        URL_SAFE_NO_PAD.encode(value),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_secret_is_replaced() {
        let redactions = Redactions::default();
        let value = "p\"a ss\\w/örd+é\n";
        redactions.add("api-key", value);
        let json = serde_json::to_string(&serde_json::json!({ "key": value })).unwrap();
        let texts = [
            format!("plain {value} end"),
            format!("json {json} end"),
            format!("base64 {} end", STANDARD.encode(value)),
            format!("unpadded {} end", URL_SAFE_NO_PAD.encode(value)),
            "url p%22a%20ss%5Cw%2F%C3%B6rd%2B%C3%A9%0A end".to_owned(),
            "form p%22a+ss%5Cw%2F%C3%B6rd%2B%C3%A9%0A end".to_owned(),
        ];
        for text in texts {
            let redacted = redactions.apply(&text);
            assert!(redacted.contains("[secret:api-key]"), "{redacted}");
            assert!(redacted.ends_with(" end"), "{redacted}");
            assert!(!redacted.contains("ss"), "{redacted}");
        }
    }

    #[test]
    fn a_secret_inside_another_leaves_no_rest() {
        let redactions = Redactions::default();
        redactions.add("short", "hunter");
        redactions.add("long", "hunter2-and-more");
        assert_eq!(
            redactions.apply("x hunter2-and-more hunter"),
            "x [secret:long] [secret:short]"
        );
    }

    #[test]
    fn short_values_and_other_text_stay() {
        let redactions = Redactions::default();
        redactions.add("pin", "123");
        redactions.add("key", "abcdef");
        assert!(matches!(
            redactions.apply("123 abcde"),
            Cow::Borrowed("123 abcde")
        ));
    }
}
