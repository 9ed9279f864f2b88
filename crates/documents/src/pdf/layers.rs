//! Layers (optional content groups, ISO 32000-1, 8.11) of pages that are copied: they are listed in
//! the new document, and those that were hidden stay so.

use super::document::Document;
use lopdf::Dictionary;
use lopdf::Object;
use lopdf::ObjectId;
use std::collections::HashSet;

/// The layers of copied pages, under their old numbers.
#[derive(Default)]
pub(super) struct Layers {
    all: Vec<ObjectId>,
    hidden: Vec<ObjectId>,
}

impl Document {
    /// What the catalog says of layers, and which are shown when the document is opened.
    fn layer_settings(&self) -> (Dictionary, Dictionary) {
        let dictionary = |entry: Option<&Object>| {
            let found = entry.and_then(|entry| self.resolve(entry)?.as_dict().ok());
            found.cloned().unwrap_or_default()
        };
        let entry = self
            .file
            .catalog()
            .map(|catalog| catalog.get(b"OCProperties"));
        let properties = dictionary(entry.and_then(Result::ok));
        let shown = dictionary(properties.get(b"D").ok());
        (properties, shown)
    }

    /// The layers of a list.
    fn listed(&self, settings: &Dictionary, key: &[u8]) -> Vec<ObjectId> {
        let list = settings.get(key).ok().and_then(|list| self.resolve(list));
        let list = list.and_then(|list| list.as_array().ok());
        let layers = list.into_iter().flatten();
        layers
            .filter_map(|layer| layer.as_reference().ok())
            .collect()
    }

    /// Which of these layers are hidden.
    pub(super) fn layers(&self, all: Vec<ObjectId>) -> Layers {
        if all.is_empty() {
            return Layers::default();
        }
        let (_, settings) = self.layer_settings();
        let state = settings.get(b"BaseState").and_then(Object::as_name);
        let hides_all = state.is_ok_and(|state| state == b"OFF");
        let exceptions = self.listed(&settings, if hides_all { b"ON" } else { b"OFF" });
        let exceptions: HashSet<ObjectId> = exceptions.into_iter().collect();
        let hidden = all.iter().copied();
        let hidden = hidden.filter(|layer| exceptions.contains(layer) != hides_all);
        Layers {
            hidden: hidden.collect(),
            all,
        }
    }

    /// Makes layers that came with copied pages known.
    pub(super) fn add_layers(
        &mut self,
        layers: &Layers,
        to: impl Fn(ObjectId) -> Option<ObjectId>,
    ) {
        if layers.all.is_empty() {
            return;
        }
        let (mut properties, mut settings) = self.layer_settings();
        let with = |document: &Self, known: &Dictionary, key: &[u8], added: &[ObjectId]| {
            let list = known.get(key).ok().and_then(|list| document.resolve(list));
            let known = list.and_then(|list| list.as_array().ok());
            let mut all = known.cloned().unwrap_or_default();
            all.extend(added.iter().copied().filter_map(&to).map(Object::Reference));
            all
        };
        properties.set("OCGs", with(self, &properties, b"OCGs", &layers.all));
        settings.set("Order", with(self, &settings, b"Order", &layers.all));
        settings.set("OFF", with(self, &settings, b"OFF", &layers.hidden));
        properties.set("D", settings);
        if let Some(catalog) = self.file.catalog_mut() {
            catalog.set("OCProperties", properties);
        }
    }
}
