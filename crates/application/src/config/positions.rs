//! On which line each value of a JSON text stands, and which keys stand twice.
//!
//! `serde_json` tells neither once a text has become values. This walks the text again and may
//! rely on its being valid JSON.

use std::collections::HashMap;

/// Lines of the values of a text, by place (`roles[0].code`).
#[derive(Debug)]
pub(crate) struct Positions {
    lines: HashMap<String, usize>,
    /// Places of keys that repeat an earlier one of the same object.
    pub(crate) repeated: Vec<String>,
}

impl Positions {
    /// No lines, for values that have no text.
    pub(crate) fn none() -> Self {
        Self {
            lines: HashMap::new(),
            repeated: Vec::new(),
        }
    }

    /// Takes the line of a place.
    pub(crate) fn note(&mut self, place: &str, line: usize) {
        self.lines.insert(place.to_owned(), line);
    }

    /// Walks `text`, which must be valid JSON.
    pub(crate) fn of(text: &str) -> Self {
        let mut walk = Walk {
            bytes: text.as_bytes(),
            at: 0,
            line: 1,
            positions: Self {
                lines: HashMap::new(),
                repeated: Vec::new(),
            },
        };
        walk.value("");
        walk.positions
    }

    /// The line of a place or, if there is nothing, of what should have held it.
    pub(crate) fn line(&self, place: &str) -> Option<usize> {
        let mut place = place;
        loop {
            if let Some(line) = self.lines.get(place) {
                return Some(*line);
            }
            if place.is_empty() {
                return None;
            }
            place = &place[..place.rfind(['.', '[']).unwrap_or(0)];
        }
    }
}

/// The place of a member of an object.
pub(crate) fn member(parent: &str, key: &str) -> String {
    if parent.is_empty() {
        key.to_owned()
    } else {
        format!("{parent}.{key}")
    }
}

/// The place of an element of an array.
pub(crate) fn element(parent: &str, index: usize) -> String {
    format!("{parent}[{index}]")
}

struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
    positions: Positions,
}

impl Walk<'_> {
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    /// Skips white space and the punctuation between values.
    fn skip(&mut self) {
        while let b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' = self.peek() {
            self.line += usize::from(self.peek() == b'\n');
            self.at += 1;
        }
    }

    fn value(&mut self, place: &str) {
        self.skip();
        self.positions.lines.insert(place.to_owned(), self.line);
        match self.peek() {
            b'{' => self.object(place),
            b'[' => self.array(place),
            b'"' => {
                self.string();
            }
            _ => {
                while !matches!(
                    self.peek(),
                    b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n' | 0
                ) {
                    self.at += 1;
                }
            }
        }
    }

    fn object(&mut self, place: &str) {
        self.at += 1;
        let mut seen = Vec::new();
        loop {
            self.skip();
            if self.peek() != b'"' {
                self.at += 1;
                return;
            }
            let key = self.string();
            let place = member(place, &key);
            self.value(&place);
            if seen.contains(&key) {
                self.positions.repeated.push(place);
            } else {
                seen.push(key);
            }
        }
    }

    fn array(&mut self, place: &str) {
        self.at += 1;
        for index in 0.. {
            self.skip();
            if matches!(self.peek(), b']' | 0) {
                self.at += 1;
                return;
            }
            self.value(&element(place, index));
        }
    }

    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while !matches!(self.peek(), b'"' | 0) {
            self.at += 1 + usize::from(self.peek() == b'\\');
        }
        self.at += 1;
        let literal = &self.bytes[start..self.at.min(self.bytes.len())];
        serde_json::from_slice(literal).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Positions;

    #[test]
    fn places_have_the_line_on_which_their_value_starts() {
        let text = "{\n \"a\": [1,\n  {\"b\\\"\": \"x\\\\\"}],\n\n \"c\":\n true}";
        let positions = Positions::of(text);
        assert_eq!(positions.line(""), Some(1));
        assert_eq!(positions.line("a"), Some(2));
        assert_eq!(positions.line("a[0]"), Some(2));
        assert_eq!(positions.line("a[1].b\""), Some(3));
        assert_eq!(positions.line("c"), Some(6));
    }

    #[test]
    fn what_is_missing_has_the_line_of_what_should_hold_it() {
        let positions = Positions::of("{\n \"roles\": [\n  {}\n ]}");
        assert_eq!(positions.line("roles[0].code"), Some(3));
        assert_eq!(positions.line("name"), Some(1));
    }

    #[test]
    fn repeated_keys_are_found_in_the_object_that_repeats_them() {
        let positions = Positions::of(r#"{"a": {"x": 1, "x": 2}, "b": {"x": 1}, "a": 3}"#);
        assert_eq!(positions.repeated, ["a.x", "a"]);
    }
}
