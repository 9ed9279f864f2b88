//! What a page needs to be drawn on: a content stream behind those that it has, and resources of
//! its own under names that nothing else uses.

use super::content::Content;
use super::document::Document;
use super::document::Drawing;
use super::error::Result;
use super::page::Page;
use super::page::PageId;
use super::write::compressed;
use lopdf::Dictionary;
use lopdf::Object;
use lopdf::ObjectId;
use lopdf::Stream;
use lopdf::dictionary;

impl Document {
    /// What is drawn on a page, to be added to.
    pub(super) fn drawing(&mut self, page: PageId) -> Result<&mut Content> {
        if !self.drawings.contains_key(&page) {
            let stream = self.append_stream(page)?;
            self.drawings.insert(
                page,
                Drawing {
                    content: Content::default(),
                    stream,
                    settled: 0,
                },
            );
        }
        match self.drawings.get_mut(&page) {
            Some(drawing) => Ok(&mut drawing.content),
            None => super::error::invalid("the page cannot be drawn on"),
        }
    }

    /// Gives a page one more content stream. What it has is put between brackets that save and
    /// restore the graphics state, so that nothing it sets reaches beyond.
    fn append_stream(&mut self, id: PageId) -> Result<ObjectId> {
        let page = self.page(id)?.clone();
        self.own_resources(&page)?;
        let old = self.contents(&page)?;
        let stream = self.new_object_id()?;
        let contents = if old.is_empty() {
            Object::Reference(stream)
        } else {
            let [open, close] = self.brackets()?;
            let mut all = vec![Object::Reference(open)];
            all.extend(old);
            all.extend([close, stream].map(Object::Reference));
            Object::Array(all)
        };
        self.page_dictionary_mut(&page)?.set("Contents", contents);
        Ok(stream)
    }

    /// The content streams that a page has, as references. A stream may stand there or an array.
    fn contents(&self, page: &Page) -> Result<Vec<Object>> {
        let Ok(entry) = self.page_dictionary(page)?.get(b"Contents") else {
            return Ok(Vec::new());
        };
        Ok(match (entry, self.resolve(entry)) {
            (_, Some(Object::Array(streams))) => streams
                .iter()
                .filter(|stream| matches!(self.resolve(stream), Some(Object::Stream(_))))
                .cloned()
                .collect(),
            (Object::Reference(id), Some(Object::Stream(_))) => vec![Object::Reference(*id)],
            _ => Vec::new(),
        })
    }

    fn brackets(&mut self) -> Result<[ObjectId; 2]> {
        if let Some(brackets) = self.brackets {
            return Ok(brackets);
        }
        let brackets = self.file.new_ids()?;
        for (id, content) in brackets.into_iter().zip([&b"q\n"[..], b"\nQ\n"]) {
            let stream = Stream::new(Dictionary::new(), content.to_vec());
            self.file.set(id, stream);
        }
        Ok(*self.brackets.insert(brackets))
    }

    /// The name by which a page's content may use an object. Whatever the page uses already keeps
    /// its name.
    pub(super) fn resource(
        &mut self,
        id: PageId,
        category: &str,
        prefix: &str,
        object: ObjectId,
    ) -> Result<String> {
        let page = self.page(id)?.clone();
        self.drawing(id)?;
        let own = self.page_dictionary_mut(&page)?.get_mut(b"Resources");
        let Ok(Object::Dictionary(resources)) = own else {
            return super::error::invalid("the page has no resources");
        };
        if !resources.has(category.as_bytes()) {
            resources.set(category, Dictionary::new());
        }
        let Ok(Object::Dictionary(named)) = resources.get_mut(category.as_bytes()) else {
            return super::error::invalid("the page's resources are damaged");
        };
        let mut name = format!("K{prefix}{}", object.0);
        while let Ok(other) = named.get(name.as_bytes()) {
            if *other == Object::Reference(object) {
                return Ok(name);
            }
            name.push('x');
        }
        named.set(name.as_str(), object);
        Ok(name)
    }

    /// Gives a page resources that no other page shares, with the categories that we add to.
    fn own_resources(&mut self, page: &Page) -> Result<()> {
        let mut resources = match self.attribute(page, b"Resources") {
            Some(Object::Dictionary(resources)) => resources.clone(),
            _ => Dictionary::new(),
        };
        for category in ["Font", "XObject", "ExtGState"] {
            let Ok(entry) = resources.get(category.as_bytes()) else {
                continue;
            };
            let own = match self.resolve(entry) {
                Some(Object::Dictionary(own)) => own.clone(),
                _ => Dictionary::new(),
            };
            resources.set(category, own);
        }
        self.page_dictionary_mut(page)?.set("Resources", resources);
        Ok(())
    }

    /// The graphics state of an opacity: `ca` is that of what is filled, `CA` that of lines.
    pub(super) fn opacity(&mut self, kind: &'static str, opacity: f64) -> Result<ObjectId> {
        let key = (kind, opacity.to_bits());
        if let Some(known) = self.opacities.get(&key) {
            return Ok(*known);
        }
        let id = self.new_object_id()?;
        let mut state = dictionary! { "Type" => "ExtGState" };
        state.set(kind, super::number::object(opacity));
        self.file.set(id, state);
        self.opacities.insert(key, id);
        Ok(id)
    }

    /// Puts what was drawn into the file.
    pub(super) fn settle_drawings(&mut self) {
        for drawing in self.drawings.values_mut() {
            let content = drawing.content.bytes();
            if drawing.settled == content.len() && self.file.has(drawing.stream) {
                continue;
            }
            drawing.settled = content.len();
            let dictionary = dictionary! { "Filter" => "FlateDecode" };
            let stream = Stream::new(dictionary, compressed(content));
            self.file.set(drawing.stream, stream);
        }
    }
}
