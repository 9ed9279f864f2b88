//! Objects at rest (ISO 32000-1, 7.3), in about as many bytes as their file has for them. In memory
//! an entry of a dictionary takes two hundred, and a document that was read has tens of thousands,
//! of which few are ever looked at.

use lopdf::Dictionary;
use lopdf::Object;
use lopdf::ObjectId;
use lopdf::Stream;
use lopdf::StringFormat;

/// An object, as a row of tokens. A stream is its dictionary; its content stands beside.
#[derive(Clone, Debug)]
pub(super) struct Packed(Box<[u8]>);

/// A piece of an object. What an array or a dictionary holds follows it.
#[derive(Clone, Copy)]
pub(super) enum Token<'p> {
    Null,
    Boolean(bool),
    Integer(i64),
    Real(f32),
    Name(&'p [u8]),
    String(&'p [u8], StringFormat),
    Reference(ObjectId),
    /// As many objects follow.
    Array(usize),
    /// As many names follow, each before its object.
    Dictionary(usize),
    /// The same, of a stream.
    Stream(usize),
}

impl Token<'_> {
    /// How many objects follow that belong to this one.
    fn followers(self) -> usize {
        match self {
            Token::Array(count) => count,
            Token::Dictionary(count) | Token::Stream(count) => 2 * count,
            _ => 0,
        }
    }
}

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INTEGER: u8 = 3;
const REAL: u8 = 4;
const NAME: u8 = 5;
const LITERAL: u8 = 6;
const HEXADECIMAL: u8 = 7;
const REFERENCE: u8 = 8;
const ARRAY: u8 = 9;
const DICTIONARY: u8 = 10;
const STREAM: u8 = 11;

impl Packed {
    pub(super) fn of(object: &Object) -> Self {
        let mut bytes = Vec::new();
        if let Object::Stream(stream) = object {
            push(&mut bytes, Token::Stream(stream.dict.len()));
            pack_entries(&mut bytes, &stream.dict);
        } else {
            pack(&mut bytes, object);
        }
        Self(bytes.into())
    }

    /// In bytes.
    pub(super) fn size(&self) -> usize {
        self.0.len()
    }

    pub(super) fn tokens(&self) -> Tokens<'_> {
        Tokens(&self.0)
    }

    /// The object; of a stream without its content.
    pub(super) fn object(&self) -> Object {
        unpack(&mut self.tokens())
    }

    /// All objects that this one refers to.
    pub(super) fn references(&self) -> impl Iterator<Item = ObjectId> + '_ {
        self.tokens().filter_map(|token| match token {
            Token::Reference(id) => Some(id),
            _ => None,
        })
    }

    /// The same object with other references; one that leads to none is null.
    pub(super) fn redirected(&self, to: impl Fn(ObjectId) -> Option<ObjectId>) -> Self {
        let mut bytes = Vec::with_capacity(self.0.len() + 8);
        let mut tokens = self.tokens();
        let mut before = tokens.0;
        while let Some(token) = tokens.next() {
            if let Token::Reference(id) = token {
                push(&mut bytes, to(id).map_or(Token::Null, Token::Reference));
            } else {
                bytes.extend_from_slice(&before[..before.len() - tokens.0.len()]);
            }
            before = tokens.0;
        }
        Self(bytes.into())
    }

    /// The entries of a dictionary: each key, with the tokens of what it stands for.
    fn entries(&self) -> impl Iterator<Item = (&[u8], Tokens<'_>)> {
        let mut tokens = self.tokens();
        let count = match tokens.next() {
            Some(Token::Dictionary(count)) => count,
            _ => 0,
        };
        (0..count).map_while(move |_| {
            let Some(Token::Name(key)) = tokens.next() else {
                return None;
            };
            Some((key, tokens.take_object()))
        })
    }

    /// An entry of a dictionary.
    pub(super) fn entry(&self, key: &[u8]) -> Option<Object> {
        let (_, mut value) = self.entries().find(|(name, _)| *name == key)?;
        Some(unpack(&mut value))
    }

    /// Whether it is a dictionary of this type.
    pub(super) fn has_type(&self, name: &[u8]) -> bool {
        let found = self.entries().find(|(key, _)| *key == b"Type");
        found.is_some_and(
            |(_, mut value)| matches!(value.next(), Some(Token::Name(found)) if found == name),
        )
    }

    /// The same dictionary without some entries, and with others where it has none of their name.
    pub(super) fn edited<'a>(
        &self,
        without: &[&[u8]],
        with: impl Iterator<Item = (&'a [u8], &'a Object)>,
    ) -> Self {
        let mut bytes = Vec::with_capacity(self.0.len());
        let mut count = 0;
        let mut add = |key: &[u8], value: &[u8]| {
            push(&mut bytes, Token::Name(key));
            bytes.extend_from_slice(value);
            count += 1;
        };
        for (key, value) in self.entries() {
            if !without.contains(&key) && value.0 != [NULL] {
                add(key, value.0);
            }
        }
        for (key, value) in with {
            let mut known = self.entries();
            let is_free = |name: &[u8], value: &[u8]| name != key || value == [NULL];
            if without.contains(&key) || known.all(|(name, value)| is_free(name, value.0)) {
                add(key, &Self::of(value).0);
            }
        }
        let mut whole = Vec::with_capacity(bytes.len() + 4);
        push(&mut whole, Token::Dictionary(count));
        whole.extend_from_slice(&bytes);
        Self(whole.into())
    }
}

/// The tokens of an object in their order.
pub(super) struct Tokens<'p>(&'p [u8]);

impl<'p> Tokens<'p> {
    fn number(&mut self) -> u64 {
        let mut number = 0;
        let mut shift = 0;
        while let Some((byte, rest)) = self.0.split_first() {
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 || shift > 63 {
                break;
            }
        }
        number
    }

    fn count(&mut self) -> usize {
        usize::try_from(self.number()).unwrap_or(usize::MAX)
    }

    fn bytes(&mut self) -> &'p [u8] {
        let length = self.count();
        self.take(length)
    }

    fn take(&mut self, length: usize) -> &'p [u8] {
        let (bytes, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        bytes
    }

    /// The tokens of the object that begins here; these go on behind it.
    fn take_object(&mut self) -> Tokens<'p> {
        let before = self.0;
        let mut left = 1;
        while left > 0 {
            let Some(token) = self.next() else {
                break;
            };
            left += token.followers();
            left -= 1;
        }
        Tokens(&before[..before.len() - self.0.len()])
    }
}

impl<'p> Iterator for Tokens<'p> {
    type Item = Token<'p>;

    fn next(&mut self) -> Option<Token<'p>> {
        let (tag, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(match *tag {
            FALSE => Token::Boolean(false),
            TRUE => Token::Boolean(true),
            INTEGER => {
                let number = self.number();
                // The sign is the lowest bit.
                Token::Integer((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
            }
            REAL => {
                let bytes = self.take(4).try_into().unwrap_or_default();
                Token::Real(f32::from_le_bytes(bytes))
            }
            NAME => Token::Name(self.bytes()),
            LITERAL => Token::String(self.bytes(), StringFormat::Literal),
            HEXADECIMAL => Token::String(self.bytes(), StringFormat::Hexadecimal),
            REFERENCE => {
                let number = u32::try_from(self.number()).unwrap_or(0);
                let generation = u16::try_from(self.number()).unwrap_or(0);
                Token::Reference((number, generation))
            }
            ARRAY => Token::Array(self.count()),
            DICTIONARY => Token::Dictionary(self.count()),
            STREAM => Token::Stream(self.count()),
            _ => Token::Null,
        })
    }
}

fn push_number(to: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        to.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    to.push(number.to_le_bytes()[0]);
}

fn push_bytes(to: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    to.push(tag);
    push_number(to, bytes.len() as u64);
    to.extend_from_slice(bytes);
}

fn push_count(to: &mut Vec<u8>, tag: u8, count: usize) {
    to.push(tag);
    push_number(to, count as u64);
}

fn push(to: &mut Vec<u8>, token: Token<'_>) {
    match token {
        Token::Null => to.push(NULL),
        Token::Boolean(value) => to.push(if value { TRUE } else { FALSE }),
        Token::Integer(value) => {
            to.push(INTEGER);
            push_number(
                to,
                (value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned(),
            );
        }
        Token::Real(value) => {
            to.push(REAL);
            to.extend_from_slice(&value.to_le_bytes());
        }
        Token::Name(name) => push_bytes(to, NAME, name),
        Token::String(text, StringFormat::Literal) => push_bytes(to, LITERAL, text),
        Token::String(text, StringFormat::Hexadecimal) => push_bytes(to, HEXADECIMAL, text),
        Token::Reference((number, generation)) => {
            to.push(REFERENCE);
            push_number(to, u64::from(number));
            push_number(to, u64::from(generation));
        }
        Token::Array(count) => push_count(to, ARRAY, count),
        Token::Dictionary(count) => push_count(to, DICTIONARY, count),
        Token::Stream(count) => push_count(to, STREAM, count),
    }
}

fn pack(to: &mut Vec<u8>, object: &Object) {
    match object {
        // A stream is an object of its own; inside another one it is nothing.
        Object::Null | Object::Stream(_) => push(to, Token::Null),
        Object::Boolean(value) => push(to, Token::Boolean(*value)),
        Object::Integer(value) => push(to, Token::Integer(*value)),
        Object::Real(value) => push(to, Token::Real(*value)),
        Object::Name(name) => push(to, Token::Name(name)),
        Object::String(text, format) => push(to, Token::String(text, *format)),
        Object::Reference(id) => push(to, Token::Reference(*id)),
        Object::Array(items) => {
            push(to, Token::Array(items.len()));
            items.iter().for_each(|item| pack(to, item));
        }
        Object::Dictionary(entries) => {
            push(to, Token::Dictionary(entries.len()));
            pack_entries(to, entries);
        }
    }
}

fn pack_entries(to: &mut Vec<u8>, entries: &Dictionary) {
    for (key, value) in entries {
        push(to, Token::Name(key));
        pack(to, value);
    }
}

fn unpack(tokens: &mut Tokens<'_>) -> Object {
    match tokens.next() {
        None | Some(Token::Null) => Object::Null,
        Some(Token::Boolean(value)) => Object::Boolean(value),
        Some(Token::Integer(value)) => Object::Integer(value),
        Some(Token::Real(value)) => Object::Real(value),
        Some(Token::Name(name)) => Object::Name(name.to_vec()),
        Some(Token::String(text, format)) => Object::String(text.to_vec(), format),
        Some(Token::Reference(id)) => Object::Reference(id),
        Some(Token::Array(count)) => Object::Array((0..count).map(|_| unpack(tokens)).collect()),
        Some(Token::Dictionary(count)) => Object::Dictionary(unpack_entries(tokens, count)),
        Some(Token::Stream(count)) => {
            Object::Stream(Stream::new(unpack_entries(tokens, count), Vec::new()))
        }
    }
}

fn unpack_entries(tokens: &mut Tokens<'_>, count: usize) -> Dictionary {
    let mut entries = Dictionary::new();
    for _ in 0..count {
        let Some(Token::Name(key)) = tokens.next() else {
            break;
        };
        entries.set(key, unpack(tokens));
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::dictionary;

    fn all_kinds() -> Object {
        let nested = dictionary! {
            "Type" => "Inner",
            "Array" => vec![Object::Reference((7, 0)), Object::Array(Vec::new()), 300.into()],
        };
        Object::Dictionary(dictionary! {
            "Nested" => nested,
            "Type" => "Outer",
            "Numbers" => [0, 1, -1, 64, i64::MAX, i64::MIN].map(Object::Integer).to_vec(),
            "Real" => -1.5,
            "Truth" => vec![true.into(), false.into(), Object::Null],
            "Text" => Object::string_literal("(text)"),
            "Hex" => Object::String(vec![0, 255], StringFormat::Hexadecimal),
            "Other" => Object::Reference((8_388_607, 65_535)),
        })
    }

    #[test]
    fn an_object_comes_back_as_it_was() {
        assert_eq!(Packed::of(&all_kinds()).object(), all_kinds());
    }

    #[test]
    fn references_are_found_and_redirected_wherever_they_stand() {
        let packed = Packed::of(&all_kinds());
        let found: Vec<_> = packed.references().collect();
        assert_eq!(found, [(7, 0), (8_388_607, 65_535)]);
        let other = packed.redirected(|id| (id.0 == 7).then_some((900, 1)));
        assert_eq!(other.references().collect::<Vec<_>>(), [(900, 1)]);
        let object = other.object();
        assert_eq!(
            object.as_dict().unwrap().get(b"Other").unwrap(),
            &Object::Null
        );
    }

    #[test]
    fn a_dictionary_is_edited_at_rest() {
        let packed = Packed::of(&all_kinds());
        let (one, two) = (Object::Integer(1), Object::Integer(2));
        let added = [(&b"New"[..], &one), (b"Real", &two), (b"Truth", &two)];
        let edited = packed.edited(&[b"Nested", b"Type", b"Truth"], added.into_iter());
        let mut expected = all_kinds().as_dict().unwrap().clone();
        expected.remove(b"Nested");
        expected.remove(b"Type");
        expected.set("New", 1);
        expected.set("Truth", 2);
        assert_eq!(edited.object(), Object::Dictionary(expected));
        assert_eq!(edited.entry(b"New"), Some(one));
        assert_eq!(edited.entry(b"Nested"), None);
    }

    #[test]
    fn the_type_is_that_of_the_outermost_dictionary() {
        let packed = Packed::of(&all_kinds());
        assert!(packed.has_type(b"Outer"));
        assert!(!packed.has_type(b"Inner"));
        assert!(!Packed::of(&Object::Null).has_type(b"Outer"));
    }
}
