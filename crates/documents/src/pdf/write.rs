//! Writes a file (ISO 32000-1, 7.5): the objects that the document leads to, the small ones packed
//! into object streams, with a cross-reference stream. What nothing leads to any more, such as a
//! page that was removed, is left out.

use super::objects::Objects;
use super::packed::Packed;
use super::packed::Token;
use super::packed::Tokens;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use lopdf::Dictionary;
use lopdf::Object;
use lopdf::ObjectId;
use lopdf::StringFormat;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Write as _;

/// How many objects an object stream holds: a reader inflates all to see one.
const PACKED_TOGETHER: usize = 100;

/// Entries of a trailer that describe the file as it was, not the document.
const OF_THE_OLD_FILE: [&[u8]; 13] = [
    b"Prev",
    b"XRefStm",
    b"Size",
    b"Type",
    b"W",
    b"Index",
    b"Length",
    b"Filter",
    b"DecodeParms",
    b"DL",
    b"F",
    b"FFilter",
    b"FDecodeParms",
];

/// How hard to compress. Level 4 makes files one percent smaller, and takes a third of the time of
/// writing more; level 1 makes them an eighth larger.
const LEVEL: u32 = 2;

/// Bytes as a stream with the filter `FlateDecode`.
pub(super) fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder =
        ZlibEncoder::new(Vec::with_capacity(bytes.len() / 3), Compression::new(LEVEL));
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    // A vector takes all that it is given.
    written.unwrap_or_default()
}

/// Where an object is.
enum Place {
    At(usize),
    Packed { stream: u32, index: usize },
}

/// A file in the making.
struct File {
    bytes: Vec<u8>,
    places: BTreeMap<u32, (u16, Place)>,
    next: u32,
}

/// The document as a file.
pub(super) fn file(document: &Objects) -> Vec<u8> {
    let mut trailer = document.trailer.clone();
    for key in OF_THE_OLD_FILE {
        trailer.remove(key);
    }
    let reachable = reachable(document, &at_rest(trailer.clone()));
    let highest = reachable.last().map_or(0, |id| id.0);
    let version = if document.version.as_str() > "1.7" {
        document.version.as_str()
    } else {
        "1.7"
    };
    let size: usize = reachable
        .iter()
        .map(|id| content_length(document, *id))
        .sum();
    let mut file = File {
        bytes: Vec::with_capacity(size + size / 8 + 4096),
        places: BTreeMap::new(),
        next: highest.saturating_add(1),
    };
    // Four bytes above 127 tell every program that moves the file that it is no text.
    let _ = write!(file.bytes, "%PDF-{version}\n%");
    file.bytes.extend_from_slice(b"\xe2\xe3\xcf\xd3\n");
    let mut small = Vec::new();
    for id in reachable {
        match document.packed(id) {
            Some((object, Some(content))) => file.stream(id, &object, content),
            // Only objects of generation 0 may be packed.
            Some((object, None)) if id.1 == 0 => small.push((id.0, object)),
            Some((object, None)) => file.object(id, &object),
            None => {}
        }
    }
    for part in small.chunks(PACKED_TOGETHER) {
        file.pack(part);
    }
    file.finish(trailer)
}

fn content_length(document: &Objects, id: ObjectId) -> usize {
    match document.packed(id) {
        Some((_, Some(content))) => content.len() + 64,
        _ => 32,
    }
}

/// The objects that the trailer leads to.
fn reachable(document: &Objects, trailer: &Packed) -> BTreeSet<ObjectId> {
    let mut waiting: Vec<_> = trailer.references().collect();
    let mut found = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        // Object 0 is none: it is the head of the list of free objects.
        if id.0 > 0
            && !found.contains(&id)
            && let Some((object, _)) = document.packed(id)
        {
            found.insert(id);
            waiting.extend(object.references());
        }
    }
    found
}

impl File {
    fn object(&mut self, id: ObjectId, object: &Packed) {
        self.begin(id);
        write_object(&mut self.bytes, object);
        self.bytes.extend_from_slice(b"\nendobj\n");
    }

    fn begin(&mut self, id: ObjectId) {
        self.places
            .insert(id.0, (id.1, Place::At(self.bytes.len())));
        let _ = writeln!(self.bytes, "{} {} obj", id.0, id.1);
    }

    fn stream(&mut self, id: ObjectId, entries: &Packed, content: &[u8]) {
        self.begin(id);
        self.bytes.extend_from_slice(b"<<");
        let mut tokens = entries.tokens();
        if let Some(Token::Stream(count) | Token::Dictionary(count)) = tokens.next() {
            write_entries(&mut self.bytes, count, &mut tokens);
        }
        let _ = write!(self.bytes, "/Length {}>>\nstream\n", content.len());
        self.bytes.extend_from_slice(content);
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n");
    }

    fn new_number(&mut self) -> u32 {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        number
    }

    /// Writes objects as one object stream (ISO 32000-1, 7.5.7).
    fn pack(&mut self, objects: &[(u32, Cow<'_, Packed>)]) {
        let number = self.new_number();
        let mut index = Vec::new();
        let mut bodies = Vec::new();
        for (place, (id, object)) in objects.iter().enumerate() {
            let _ = write!(index, "{id} {} ", bodies.len());
            write_object(&mut bodies, object);
            bodies.push(b'\n');
            let packed = Place::Packed {
                stream: number,
                index: place,
            };
            self.places.insert(*id, (0, packed));
        }
        let mut entries = Dictionary::new();
        entries.set("Type", "ObjStm");
        entries.set("N", i64::try_from(objects.len()).unwrap_or(0));
        entries.set("First", i64::try_from(index.len()).unwrap_or(0));
        entries.set("Filter", "FlateDecode");
        index.extend_from_slice(&bodies);
        self.stream((number, 0), &at_rest(entries), &compressed(&index));
    }

    /// Writes the cross-reference stream (ISO 32000-1, 7.5.8), and where it is.
    fn finish(mut self, mut entries: Dictionary) -> Vec<u8> {
        let number = self.new_number();
        let start = self.bytes.len();
        self.places.insert(number, (0, Place::At(start)));
        let mut table = Vec::new();
        let mut sections: Vec<Object> = Vec::new();
        let mut run = (0, 1);
        // Object 0 is the head of the list of free objects.
        table.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0xff, 0xff]);
        for (id, (generation, place)) in &self.places {
            if *id == run.0 + run.1 {
                run.1 += 1;
            } else {
                sections.extend([run.0, run.1].map(|number| Object::Integer(i64::from(number))));
                run = (*id, 1);
            }
            let (kind, first, second) = match place {
                Place::At(offset) => (1, *offset as u64, u64::from(*generation)),
                Place::Packed { stream, index } => (2, u64::from(*stream), *index as u64),
            };
            table.push(kind);
            table.extend_from_slice(&first.to_be_bytes()[3..]);
            table.extend_from_slice(&second.to_be_bytes()[6..]);
        }
        sections.extend([run.0, run.1].map(|number| Object::Integer(i64::from(number))));
        entries.set("Type", "XRef");
        entries.set("Size", i64::from(number) + 1);
        entries.set("W", [1, 5, 2].map(Object::Integer).to_vec());
        entries.set("Index", sections);
        entries.set("Filter", "FlateDecode");
        self.stream((number, 0), &at_rest(entries), &compressed(&table));
        let _ = write!(self.bytes, "startxref\n{start}\n%%EOF\n");
        self.bytes
    }
}

fn at_rest(entries: Dictionary) -> Packed {
    Packed::of(&Object::Dictionary(entries))
}

/// Writes a direct object (ISO 32000-1, 7.3).
fn write_object(to: &mut Vec<u8>, object: &Packed) {
    let mut tokens = object.tokens();
    if let Some(first) = tokens.next() {
        write_value(to, first, &mut tokens);
    }
}

/// Writes what begins with a token and goes on with those behind it.
fn write_value(to: &mut Vec<u8>, first: Token<'_>, rest: &mut Tokens<'_>) {
    match first {
        Token::Null => to.extend_from_slice(b"null"),
        Token::Boolean(value) => to.extend_from_slice(if value { b"true" } else { b"false" }),
        Token::Integer(value) => {
            let _ = write!(to, "{value}");
        }
        Token::Real(value) => write_real(to, value),
        Token::Name(name) => write_name(to, name),
        Token::String(text, format) => write_string(to, text, format),
        Token::Reference((number, generation)) => {
            let _ = write!(to, "{number} {generation} R");
        }
        Token::Array(count) => {
            to.push(b'[');
            for item in 0..count {
                let Some(first) = rest.next() else {
                    break;
                };
                if item > 0 && !starts_with_delimiter(first) {
                    to.push(b' ');
                }
                write_value(to, first, rest);
            }
            to.push(b']');
        }
        Token::Dictionary(count) | Token::Stream(count) => {
            to.extend_from_slice(b"<<");
            write_entries(to, count, rest);
            to.extend_from_slice(b">>");
        }
    }
}

fn write_entries(to: &mut Vec<u8>, count: usize, tokens: &mut Tokens<'_>) {
    for _ in 0..count {
        let (Some(Token::Name(key)), Some(first)) = (tokens.next(), tokens.next()) else {
            break;
        };
        write_name(to, key);
        if !starts_with_delimiter(first) {
            to.push(b' ');
        }
        write_value(to, first, tokens);
    }
}

fn starts_with_delimiter(token: Token<'_>) -> bool {
    matches!(
        token,
        Token::Name(_) | Token::String(..) | Token::Array(_) | Token::Dictionary(_)
    )
}

/// A number that the file gave and that PDF can't say is the nearest that it can.
fn write_real(to: &mut Vec<u8>, value: f32) {
    let value = if value.is_nan() {
        0.0
    } else {
        value.clamp(f32::MIN, f32::MAX)
    };
    let start = to.len();
    let _ = write!(to, "{value}");
    // A real stays a real.
    if !to[start..].contains(&b'.') {
        to.extend_from_slice(b".0");
    }
}

/// The characters of a name that are written as they are.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b'!';
    while byte <= b'~' {
        plain[byte as usize] = !matches!(
            byte,
            b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%' | b'#'
        );
        byte += 1;
    }
    plain
};

fn write_name(to: &mut Vec<u8>, name: &[u8]) {
    let is_plain = |byte: u8| PLAIN[usize::from(byte)];
    to.push(b'/');
    if name.iter().copied().all(is_plain) {
        to.extend_from_slice(name);
        return;
    }
    for &byte in name {
        if is_plain(byte) {
            to.push(byte);
        } else {
            let _ = write!(to, "#{byte:02X}");
        }
    }
}

fn write_string(to: &mut Vec<u8>, text: &[u8], format: StringFormat) {
    match format {
        StringFormat::Literal => {
            to.push(b'(');
            for &byte in text {
                match byte {
                    b'(' | b')' | b'\\' => to.extend_from_slice(&[b'\\', byte]),
                    b'\r' => to.extend_from_slice(b"\\r"),
                    _ => to.push(byte),
                }
            }
            to.push(b')');
        }
        StringFormat::Hexadecimal => {
            to.push(b'<');
            for byte in text {
                let _ = write!(to, "{byte:02X}");
            }
            to.push(b'>');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_cannot_say_is_written_as_the_nearest_thing() {
        let written = |object: &Object| {
            let mut to = Vec::new();
            write_object(&mut to, &Packed::of(object));
            String::from_utf8(to).unwrap()
        };
        assert_eq!(written(&Object::Real(f32::NAN)), "0.0");
        assert_eq!(written(&Object::Real(2.0)), "2.0");
        assert!(!written(&Object::Real(f32::INFINITY)).contains('i'));
        assert_eq!(written(&Object::Name(b"a b#".to_vec())), "/a#20b#23");
        assert_eq!(written(&Object::string_literal("(\\\r")), "(\\(\\\\\\r)");
    }
}
