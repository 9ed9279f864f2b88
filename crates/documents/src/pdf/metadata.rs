//! What a document says about itself: the information dictionary (ISO 32000-1, 14.3.3).

use super::document::Document;
use chrono::DateTime;
use chrono::Utc;
use lopdf::Dictionary;
use lopdf::Object;
use lopdf::ObjectId;
use std::time::SystemTime;

/// A text of the information dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// What it is called.
    Title,
    /// Who wrote it.
    Author,
    /// What it is about.
    Subject,
    /// Words to find it by, as one text.
    Keywords,
    /// The program in which it was written.
    Creator,
    /// The program that made it a PDF.
    Producer,
}

impl Field {
    fn key(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::Author => "Author",
            Self::Subject => "Subject",
            Self::Keywords => "Keywords",
            Self::Creator => "Creator",
            Self::Producer => "Producer",
        }
    }
}

impl Document {
    fn information(&self) -> Option<&Dictionary> {
        self.resolve(self.file.trailer.get(b"Info").ok()?)?
            .as_dict()
            .ok()
    }

    /// What a field says, if it is there.
    #[must_use]
    pub fn field(&self, field: Field) -> Option<String> {
        let text = self.resolve(self.information()?.get(field.key().as_bytes()).ok()?)?;
        let bytes = text.as_str().ok()?;
        // Some writers put UTF-16 the other way round.
        if let Some(units) = bytes.strip_prefix(b"\xff\xfe") {
            let units: Vec<u16> = units
                .chunks_exact(2)
                .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
                .collect();
            return Some(String::from_utf16_lossy(&units));
        }
        lopdf::decode_text_string(text).ok()
    }

    /// Makes a field say something else.
    pub fn set_field(&mut self, field: Field, text: &str) {
        self.set_information(field.key(), lopdf::text_string(text));
    }

    pub(super) fn set_time(&mut self, key: &str, time: SystemTime) {
        let time = DateTime::<Utc>::from(time).format("D:%Y%m%d%H%M%SZ");
        self.set_information(key, Object::string_literal(time.to_string()));
    }

    fn set_information(&mut self, key: &str, value: Object) {
        let information = self.information_id();
        if let Some(information) = information.and_then(|id| self.file.dictionary_mut(id)) {
            information.set(key, value);
        }
    }

    /// The dictionary's object; one is made where there is none.
    fn information_id(&mut self) -> Option<ObjectId> {
        let entry = self.file.trailer.get(b"Info").ok();
        if let Some((Some(id), Object::Dictionary(_))) =
            entry.and_then(|entry| self.file.follow(entry))
        {
            return Some(id);
        }
        let direct = match entry {
            Some(Object::Dictionary(direct)) => direct.clone(),
            _ => Dictionary::new(),
        };
        let id = self.file.new_id().ok()?;
        self.file.set(id, direct);
        self.file.trailer.set("Info", id);
        Some(id)
    }
}
