//! Links to places that have a name (ISO 32000-1, 12.3.2.3). Names belong to a document, so a link
//! that is copied to another one says the place itself.

use super::document::Document;
use super::packed::Packed;
use lopdf::Dictionary;
use lopdf::Object;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::collections::HashSet;

/// The places that have names. They are only looked for when a link names one.
#[derive(Default)]
pub(super) struct Places(OnceCell<HashMap<Vec<u8>, Object>>);

/// The name in an entry that says where a link leads.
fn name(entry: &Object) -> Option<&[u8]> {
    match entry {
        Object::Name(name) | Object::String(name, _) => Some(name),
        _ => None,
    }
}

impl Document {
    /// A link or what it does, with the place instead of its name; nothing for what has no name.
    pub(super) fn with_place(&self, object: &Packed, places: &Places) -> Option<Packed> {
        if let Some(entry) = object.entry(b"Dest") {
            let place = self.place_of(name(&entry)?, places)?;
            return Some(object.edited(&[b"Dest"], [(&b"Dest"[..], &place)].into_iter()));
        }
        if let Some(entry) = object.entry(b"D")
            && object.entry(b"S") == Some(Object::Name(b"GoTo".to_vec()))
        {
            let place = self.place_of(name(&entry)?, places)?;
            return Some(object.edited(&[b"D"], [(&b"D"[..], &place)].into_iter()));
        }
        let action = object
            .entry(b"A")
            .filter(|action| action.as_dict().is_ok())?;
        let action = self.with_place(&Packed::of(&action), places)?.object();
        Some(object.edited(&[b"A"], [(&b"A"[..], &action)].into_iter()))
    }

    fn place_of(&self, name: &[u8], places: &Places) -> Option<Object> {
        let places = places.0.get_or_init(|| self.named_places());
        let place = self.resolve(places.get(name)?)?;
        let place = match place.as_dict() {
            Ok(place) => self.resolve(place.get(b"D").ok()?)?,
            Err(_) => place,
        };
        place.as_array().is_ok().then(|| place.clone())
    }

    /// All of them, from the dictionary and from the tree of names.
    fn named_places(&self) -> HashMap<Vec<u8>, Object> {
        let mut places = HashMap::new();
        let dictionary = |from: &Dictionary, key: &[u8]| -> Option<Dictionary> {
            let found = self.resolve(from.get(key).ok()?)?;
            found.as_dict().ok().cloned()
        };
        let Some(catalog) = self.file.catalog() else {
            return places;
        };
        if let Some(named) = dictionary(catalog, b"Dests") {
            places.extend(
                named
                    .iter()
                    .map(|(name, place)| (name.clone(), place.clone())),
            );
        }
        let names = dictionary(catalog, b"Names");
        let root = names.and_then(|names| dictionary(&names, b"Dests"));
        let mut waiting: Vec<Dictionary> = root.into_iter().collect();
        let mut seen = HashSet::new();
        while let Some(node) = waiting.pop() {
            let list = |key: &[u8]| self.resolve(node.get(key).ok()?)?.as_array().ok();
            for pair in list(b"Names")
                .into_iter()
                .flat_map(|names| names.as_chunks::<2>().0)
            {
                if let [Object::String(name, _), place] = pair {
                    places.entry(name.clone()).or_insert_with(|| place.clone());
                }
            }
            for kid in list(b"Kids").into_iter().flatten() {
                // A file may lead the tree in circles.
                if let Object::Reference(id) = kid
                    && seen.insert(*id)
                {
                    waiting.extend(self.file.dictionary(*id).cloned());
                }
            }
        }
        places
    }
}
