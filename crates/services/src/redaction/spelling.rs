//! What a secret looks like where it is not written as it is.

use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Bytes of a secret that are enough to know it by.
const HEAD: usize = 24;
/// Fewer characters of an encoding stand in ordinary text by chance.
const SHORTEST_ENCODED: usize = 5;
/// A line of a secret that is shorter may stand anywhere.
const SHORTEST_LINE: usize = 8;
/// Lines of a secret that are looked for one by one.
const MOST_LINES: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelling {
    Plain,
    Hex,
    UpperHex,
    /// Base64 of something in which this many bytes of a group of three stand in front.
    Base64(usize),
    Base64Url(usize),
}

/// One thing to look for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Needle {
    code: Arc<str>,
    bytes: Arc<[u8]>,
    spelling: Spelling,
    head: Vec<u8>,
}

/// Everything that stands for a secret.
pub(super) fn needles(code: &str, value: &str) -> Vec<Needle> {
    const ENCODINGS: [Spelling; 8] = [
        Spelling::Hex,
        Spelling::UpperHex,
        Spelling::Base64(0),
        Spelling::Base64(1),
        Spelling::Base64(2),
        Spelling::Base64Url(0),
        Spelling::Base64Url(1),
        Spelling::Base64Url(2),
    ];
    let code: Arc<str> = code.into();
    let mut needles = Vec::new();
    for bytes in encodings(value) {
        let plain = Needle::new(&code, &bytes, Spelling::Plain);
        needles.push(plain);
        for spelling in ENCODINGS {
            let needle = Needle::new(&code, &bytes, spelling);
            let known = needles.iter().any(|known| known.whole() == needle.whole());
            if needle.head.len() >= SHORTEST_ENCODED && !known {
                needles.push(needle);
            }
        }
    }
    let lines = value.lines().map(str::trim);
    let lines = lines.filter(|line| line.len() >= SHORTEST_LINE && *line != value);
    let lines = lines.take(MOST_LINES);
    needles.extend(lines.map(|line| Needle::new(&code, &line.as_bytes().into(), Spelling::Plain)));
    needles
}

/// The bytes of a text in the encodings that a Buffer is made in.
fn encodings(value: &str) -> Vec<Arc<[u8]>> {
    let mut encodings: Vec<Arc<[u8]>> = vec![value.as_bytes().into()];
    let latin1: Option<Vec<u8>> = value.chars().map(|c| u8::try_from(c).ok()).collect();
    if !value.is_ascii()
        && let Some(latin1) = latin1
    {
        encodings.push(latin1.into());
    }
    let utf16: Vec<u8> = value.encode_utf16().flat_map(u16::to_le_bytes).collect();
    encodings.push(utf16.into());
    encodings
}

impl Needle {
    fn new(code: &Arc<str>, bytes: &Arc<[u8]>, spelling: Spelling) -> Self {
        Self {
            code: Arc::clone(code),
            bytes: Arc::clone(bytes),
            spelling,
            head: spell(&bytes[..bytes.len().min(HEAD)], spelling).into_owned(),
        }
    }

    /// The code of the secret.
    pub(super) fn code(&self) -> &str {
        &self.code
    }

    /// What it begins with. Whoever finds that has found it.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// All of it. Spelled anew each time: kept, it would take many times the secret's size.
    pub(super) fn whole(&self) -> Cow<'_, [u8]> {
        spell(&self.bytes, self.spelling)
    }

    /// What was found, with the characters beside it that hold bits of the secret as well as of
    /// its neighbours.
    pub(super) fn widened(&self, bytes: &[u8], found: Range<usize>) -> Range<usize> {
        let (Spelling::Base64(offset) | Spelling::Base64Url(offset)) = self.spelling else {
            return found;
        };
        let Range { mut start, mut end } = found;
        let is_letter = |byte: Option<&u8>| {
            byte.is_some_and(|b| b.is_ascii_alphanumeric() || b"+/-_".contains(b))
        };
        if offset > 0 && start > 0 && is_letter(bytes.get(start - 1)) {
            start -= 1;
        }
        if !(offset + self.bytes.len()).is_multiple_of(3) && is_letter(bytes.get(end)) {
            end += 1;
            while bytes.get(end) == Some(&b'=') {
                end += 1;
            }
        }
        start..end
    }
}

fn spell(bytes: &[u8], spelling: Spelling) -> Cow<'_, [u8]> {
    let hex = |digits: &[u8; 16]| {
        let digit = |value: u8| digits[usize::from(value)];
        let pairs = bytes
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
        Cow::Owned(pairs.collect())
    };
    match spelling {
        Spelling::Plain => Cow::Borrowed(bytes),
        Spelling::Hex => hex(b"0123456789abcdef"),
        Spelling::UpperHex => hex(b"0123456789ABCDEF"),
        Spelling::Base64(offset) => Cow::Owned(inside(&STANDARD_NO_PAD, bytes, offset)),
        Spelling::Base64Url(offset) => Cow::Owned(inside(&URL_SAFE_NO_PAD, bytes, offset)),
    }
}

/// The characters that these bytes alone decide, with so many others in front of them.
fn inside(alphabet: &impl base64::Engine, bytes: &[u8], offset: usize) -> Vec<u8> {
    let mut group = vec![0; offset];
    group.extend_from_slice(bytes);
    let mut text = alphabet.encode(&group).into_bytes();
    if !group.len().is_multiple_of(3) {
        text.pop();
    }
    // One byte in front takes part in two characters, two bytes in three.
    let shared = if offset == 0 { 0 } else { offset + 1 };
    text.drain(..shared.min(text.len()));
    text
}
