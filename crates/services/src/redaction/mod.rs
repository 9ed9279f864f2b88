//! Secret values must not appear in a log line, in whichever spelling they got there.
//!
//! A line is searched in every way that it can be read ([`reading`]): as it stands, with escapes of
//! JSON and JavaScript undone, with percent signs decoded, and as the bytes that a list of numbers
//! stands for. In each reading every secret is looked for as text, in base64 and in hex
//! ([`spelling`]), and a secret of several lines line by line as well, since whoever indents or
//! quotes text takes lines apart.
//!
//! One automaton looks for the beginnings of all of them at once, so that the time for a line
//! hardly depends on how many secrets an invocation has read, and a beginning alone counts: what
//! was cut off behind it is not needed to guess.

mod reading;
mod spelling;

use aho_corasick::AhoCorasick;
use reading::Reading;
use spelling::Needle;
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::PoisonError;

/// A shorter value would be found by chance in ordinary text, and takes no time to guess.
const SHORTEST: usize = 4;

/// What a line becomes that cannot be searched.
const WITHHELD: &str = "[a line that could not be searched for secrets]";

/// Whether a text goes on behind its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Whole,
    /// A part was cut off, perhaps in the middle of a secret.
    Cut,
}

/// The secrets that an invocation has read.
#[derive(Default)]
pub(crate) struct Redactions(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Code and value of each secret.
    secrets: HashSet<(String, String)>,
    needles: Vec<Needle>,
    /// Finds the beginnings of the needles, in their order; made when it is first needed.
    finder: Option<AhoCorasick>,
}

/// A part of the text that is a secret.
struct Found {
    place: Range<usize>,
    needle: usize,
}

impl Redactions {
    pub(crate) fn add(&self, code: &str, value: &str) {
        if value.len() < SHORTEST {
            return;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.secrets.insert((code.to_owned(), value.to_owned())) {
            known.needles.extend(spelling::needles(code, value));
            known.finder = None;
        }
    }

    pub(crate) fn apply<'t>(&self, text: &'t str, ending: Ending) -> Cow<'t, str> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.needles.is_empty() {
            return Cow::Borrowed(text);
        }
        if known.finder.is_none() {
            known.finder = AhoCorasick::new(known.needles.iter().map(Needle::head)).ok();
        }
        let Known {
            needles, finder, ..
        } = &*known;
        let Some(finder) = finder else {
            return Cow::Borrowed(WITHHELD);
        };
        let mut wholes = HashMap::new();
        let mut found = Vec::new();
        for reading in reading::of(text, ending) {
            for hit in finder.find_overlapping_iter(reading.bytes()) {
                let number = hit.pattern().as_usize();
                let whole = wholes
                    .entry(number)
                    .or_insert_with(|| needles[number].whole());
                let rest = &reading.bytes()[hit.start()..];
                let same = rest.iter().zip(whole.iter()).take_while(|(a, b)| a == b);
                let end = hit.start() + same.count();
                let hit = needles[number].widened(reading.bytes(), hit.start()..end);
                found.push(Found {
                    place: reading.place(hit),
                    needle: number,
                });
            }
            if reading.ending() == Ending::Cut {
                found.extend(at_the_end(&reading, needles));
            }
        }
        replaced(text, found, needles)
    }
}

/// The secrets whose beginning is all that is left of them at the end of a text.
fn at_the_end(reading: &Reading, needles: &[Needle]) -> Vec<Found> {
    let bytes = reading.bytes();
    let mut found = Vec::new();
    for (number, needle) in needles.iter().enumerate() {
        let head = needle.head();
        let most = head.len().min(bytes.len());
        let length = (SHORTEST..=most)
            .rev()
            .find(|&l| bytes.ends_with(&head[..l]));
        if let Some(length) = length {
            found.push(Found {
                place: reading.place(bytes.len() - length..bytes.len()),
                needle: number,
            });
        }
    }
    found
}

fn replaced<'t>(text: &'t str, mut found: Vec<Found>, needles: &[Needle]) -> Cow<'t, str> {
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    // Of those that begin at one place, the longest names the secret.
    found.sort_by_key(|found| (found.place.start, usize::MAX - found.place.end));
    let mut redacted = String::with_capacity(text.len());
    let mut done = 0;
    for Found { place, needle } in found {
        if place.end <= done {
            continue;
        }
        if place.start >= done {
            redacted.push_str(&text[done..place.start]);
            redacted.push_str("[secret:");
            redacted.push_str(needles[needle].code());
            redacted.push(']');
        }
        done = place.end;
    }
    redacted.push_str(&text[done..]);
    Cow::Owned(redacted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    const VALUE: &str = "p\"a ss\\w/örd+é\n'%41`\u{1}😀";

    fn redactions() -> Redactions {
        let redactions = Redactions::default();
        redactions.add("key", VALUE);
        redactions
    }

    fn redact(text: &str) -> String {
        redactions().apply(text, Ending::Whole).into_owned()
    }

    #[test]
    fn text_is_found_however_it_is_escaped() {
        let json = serde_json::to_string(VALUE).unwrap();
        let twice = serde_json::to_string(&json).unwrap();
        let json = json.trim_matches('"');
        let twice = &twice[3..twice.len() - 3];
        // As JavaScript shows strings inside objects, and as other libraries escape them.
        let shown = r#"p"a ss\\w/örd+é\n\'%41`\x01😀"#;
        let ascii = r#"p\"a ss\\w\/\u00f6rd+\u00E9\n'%41`\u0001\ud83d\uDE00"#;
        let component = "p%22a%20ss%5Cw%2F%C3%B6rd%2B%C3%A9%0A'%2541%60%01%F0%9F%98%80";
        let form = "p%22a+ss%5cw%2f%c3%b6rd%2B%c3%a9%0a%27%2541%60%01%f0%9f%98%80";
        let path = "p%22a%20ss%5Cw/%C3%B6rd+%C3%A9%0A'%2541%60%01%F0%9F%98%80";
        let doubly = component.replace('%', "%25");
        for text in [
            VALUE, json, twice, shown, ascii, component, form, path, &doubly,
        ] {
            assert_eq!(
                redact(&format!("before {text} after")),
                "before [secret:key] after",
                "{text}"
            );
        }
    }

    #[test]
    fn base64_is_found_wherever_in_it_the_secret_begins() {
        for before in ["", "u", "us", "user:", "a longer user name:"] {
            for after in ["", "\n", ", and more"] {
                let text = format!("{before}{VALUE}{after}");
                for encoded in [
                    STANDARD.encode(&text),
                    URL_SAFE_NO_PAD.encode(&text),
                    STANDARD.encode(
                        text.encode_utf16()
                            .flat_map(u16::to_le_bytes)
                            .collect::<Vec<u8>>(),
                    ),
                ] {
                    let redacted = redact(&format!("Basic {encoded} end"));
                    let rest = redacted.replace("[secret:key]", "");
                    assert!(redacted.contains("[secret:key]"), "{redacted}");
                    // Nothing is left but what stood before and behind it.
                    let most = 2 * before.len() * 4 / 3 + 2 * after.len() * 4 / 3 + 4;
                    assert!(rest.len() <= "Basic  end".len() + most, "{redacted}");
                }
            }
        }
    }

    #[test]
    fn bytes_are_found_as_digits() {
        let bytes = VALUE.as_bytes();
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let decimal: Vec<String> = bytes.iter().map(u8::to_string).collect();
        let rows: Vec<String> = decimal.chunks(6).map(|row| row.join(", ")).collect();
        for (text, expected) in [
            (format!("x{}x", hex.concat()), "x[secret:key]x"),
            (hex.concat().to_uppercase(), "[secret:key]"),
            (
                format!("<Buffer 00 {} 00>", hex.join(" ")),
                "<Buffer 00 [secret:key] 00>",
            ),
            // What Node shows of a long one.
            (
                format!("<Buffer {} ... 9 more bytes>", hex[..8].join(" ")),
                "<Buffer [secret:key] ... 9 more bytes>",
            ),
            (format!("[{}]", decimal.join(",")), "[[secret:key]]"),
            (
                format!("[\n  {}\n]", rows.join(",\n  ")),
                "[\n  [secret:key]\n]",
            ),
        ] {
            assert_eq!(redact(&text), expected);
        }
    }

    #[test]
    fn the_lines_of_a_secret_are_found_apart_and_a_long_beginning_alone() {
        let redactions = Redactions::default();
        let lines = [
            "-----BEGIN KEY-----",
            "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
            "-----END KEY-----",
        ];
        redactions.add("pem", &lines.join("\n"));
        let apply = |text: &str| redactions.apply(text, Ending::Whole).into_owned();
        assert_eq!(
            apply(&lines.join("\n    ")),
            "[secret:pem]\n    [secret:pem]\n    [secret:pem]"
        );
        let quoted = format!("'{}\\n' +\n  '{}\\n'", lines[0], lines[1]);
        assert_eq!(apply(&quoted), "'[secret:pem]\\n' +\n  '[secret:pem]\\n'");
        assert_eq!(
            apply("MIIEvQIBADANBgkqhkiG9w0BA... 7 more"),
            "[secret:pem]... 7 more"
        );
    }

    #[test]
    fn a_line_that_was_cut_ends_with_no_part_of_a_secret() {
        let redactions = Redactions::default();
        redactions.add("key", "hunter2-and-more");
        let cut = |text: &str| redactions.apply(text, Ending::Cut).into_owned();
        assert_eq!(cut("a log of hunter2-and"), "a log of [secret:key]");
        assert_eq!(cut("a log of hunt"), "a log of [secret:key]");
        assert_eq!(cut("a log of hun"), "a log of hun");
        assert_eq!(redactions.apply("a hunter2", Ending::Whole), "a hunter2");
    }

    #[test]
    fn a_secret_inside_another_leaves_no_rest() {
        let redactions = Redactions::default();
        redactions.add("short", "hunter");
        redactions.add("long", "hunter2-and-more");
        redactions.add("next", "more-of-it");
        let apply = |text: &str| redactions.apply(text, Ending::Whole).into_owned();
        assert_eq!(
            apply("x hunter2-and-more hunter"),
            "x [secret:long] [secret:short]"
        );
        assert_eq!(apply("hunter2-and-more-of-it."), "[secret:long].");
    }

    #[test]
    fn short_values_and_other_text_stay() {
        let redactions = Redactions::default();
        redactions.add("pin", "123");
        redactions.add("key", "abcdef");
        for text in [
            "123 abcde",
            "\\u00",
            "%",
            "%4",
            "1, 2, 3, 4",
            "\\",
            "00 01 02 03 ",
            "",
        ] {
            let same = redactions.apply(text, Ending::Whole);
            assert!(
                matches!(same, Cow::Borrowed(same) if same == text),
                "{same}"
            );
        }
    }
}
