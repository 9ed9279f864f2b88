//! The ways in which a text can be read.

use crate::redaction::Ending;
use std::ops::Range;

/// How often an encoding of an encoding is undone.
const DEPTH: usize = 3;
/// Readings of one text at the most, lists apart.
const MOST: usize = 12;
/// A shorter list of numbers holds no secret.
const SHORTEST_LIST: usize = 4;

/// What a text says, and where it says it.
pub(super) struct Reading {
    bytes: Vec<u8>,
    /// The part of the text that each byte comes from.
    places: Vec<Range<usize>>,
    ending: Ending,
}

impl Reading {
    fn plain(text: &str, ending: Ending) -> Self {
        let mut places = Vec::with_capacity(text.len());
        for (start, char) in text.char_indices() {
            // Whole characters, so that a text can be cut at any place.
            let place = start..start + char.len_utf8();
            places.extend(std::iter::repeat_n(place, char.len_utf8()));
        }
        Self {
            bytes: text.into(),
            places,
            ending,
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn ending(&self) -> Ending {
        self.ending
    }

    /// Where a part of the reading, which is not empty, stands in the text.
    pub(super) fn place(&self, part: Range<usize>) -> Range<usize> {
        self.places[part.start].start..self.places[part.end - 1].end
    }

    /// The same with one kind of encoding undone; `None` where there is none of it.
    fn undo(&self, decode: Decode) -> Option<Self> {
        let mut undone = Self {
            bytes: Vec::with_capacity(self.bytes.len()),
            places: Vec::with_capacity(self.bytes.len()),
            ending: self.ending,
        };
        let mut at = 0;
        while at < self.bytes.len() {
            let start = undone.bytes.len();
            let length = decode(&self.bytes[at..], &mut undone.bytes).unwrap_or_else(|| {
                undone.bytes.push(self.bytes[at]);
                1
            });
            let place = self.place(at..at + length);
            let count = undone.bytes.len() - start;
            undone.places.extend(std::iter::repeat_n(place, count));
            at += length;
        }
        (undone.bytes != self.bytes).then_some(undone)
    }
}

/// Decodes what the bytes begin with, and says how many of them it was.
type Decode = fn(&[u8], &mut Vec<u8>) -> Option<usize>;

/// All readings of a text.
pub(super) fn of(text: &str, ending: Ending) -> Vec<Reading> {
    let mut readings = vec![Reading::plain(text, ending)];
    let mut from = 0;
    for _ in 0..DEPTH {
        let to = readings.len();
        for number in from..to {
            for decode in [unescape as Decode, percent, form] {
                let undone = readings[number].undo(decode);
                let new = undone.filter(|new| readings.iter().all(|old| old.bytes != new.bytes));
                if let Some(new) = new
                    && readings.len() < MOST
                {
                    readings.push(new);
                }
            }
        }
        from = to;
    }
    readings.extend(lists(text, decimal, |between| {
        let (comma, blank) = between.split_first()?;
        let blank = blank.iter().take_while(|byte| byte.is_ascii_whitespace());
        (*comma == b',').then(|| 1 + blank.count())
    }));
    readings.extend(lists(text, pair, |between| {
        between.starts_with(b" ").then_some(1)
    }));
    readings
}

/// An escape in a string of JSON or of JavaScript.
fn unescape(bytes: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let (b'\\', rest) = bytes.split_first()? else {
        return None;
    };
    let plain = match rest.first()? {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        b'v' => 11,
        b'0' => 0,
        b'x' => {
            let code = u8::try_from(hex(rest.get(1..3)?)?).ok()?;
            out.extend(char::from(code).encode_utf8(&mut [0; 4]).bytes());
            return Some(4);
        }
        b'u' => return unicode(bytes, out),
        byte if byte.is_ascii_punctuation() => *byte,
        _ => return None,
    };
    out.push(plain);
    Some(2)
}

/// `\u00e9`, or two of them for one character.
fn unicode(bytes: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let unit = |at: usize| {
        let bytes = bytes.get(at..at + 6)?;
        bytes.starts_with(b"\\u").then(|| hex(&bytes[2..]))?
    };
    let first = unit(0)?;
    let (code, length) = match (first, unit(6)) {
        (0xD800..0xDC00, Some(second @ 0xDC00..0xE000)) => {
            (0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00), 12)
        }
        _ => (first, 6),
    };
    out.extend(char::from_u32(code)?.encode_utf8(&mut [0; 4]).bytes());
    Some(length)
}

/// `%2F`, as in a URL.
fn percent(bytes: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let code = bytes.strip_prefix(b"%")?.get(..2)?;
    out.push(u8::try_from(hex(code)?).ok()?);
    Some(3)
}

/// The same in a form, where a `+` is a space.
fn form(bytes: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    if bytes.first() == Some(&b'+') {
        out.push(b' ');
        return Some(1);
    }
    percent(bytes, out)
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |code, digit| {
        Some(code << 4 | char::from(*digit).to_digit(16)?)
    })
}

/// A byte in decimal at the beginning of a text, and its length.
fn decimal(text: &[u8]) -> Option<(u8, usize)> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let digits = str::from_utf8(&text[..length]).ok()?;
    Some((digits.parse().ok()?, length))
}

/// A byte as two digits of hex.
fn pair(text: &[u8]) -> Option<(u8, usize)> {
    let digits = text.get(..2)?;
    if text.get(2).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    Some((u8::try_from(hex(digits)?).ok()?, 2))
}

/// The lists of bytes in a text. Whoever shows a list may leave out how it ends.
fn lists(
    text: &str,
    item: impl Fn(&[u8]) -> Option<(u8, usize)>,
    between: impl Fn(&[u8]) -> Option<usize>,
) -> Vec<Reading> {
    let text = text.as_bytes();
    let mut lists = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let mut list = Reading {
            bytes: Vec::new(),
            places: Vec::new(),
            ending: Ending::Cut,
        };
        let mut next = at;
        while let Some((byte, length)) = item(&text[next..]) {
            list.bytes.push(byte);
            list.places.push(next..next + length);
            at = next + length;
            match between(&text[at..]) {
                Some(length) => next = at + length,
                None => break,
            }
        }
        if list.bytes.len() >= SHORTEST_LIST {
            lists.push(list);
        }
        // To the next word.
        at += text[at..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        at += text[at..]
            .iter()
            .take_while(|byte| !byte.is_ascii_alphanumeric())
            .count();
    }
    lists
}
