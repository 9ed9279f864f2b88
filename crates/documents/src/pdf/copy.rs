//! Copies pages from one document to another, with everything that they need and nothing else.

use super::destinations::Places;
use super::document::Document;
use super::error::Result;
use super::error::invalid;
use super::layers::Layers;
use super::objects::Content;
use super::packed::Packed;
use super::page::PageId;
use lopdf::Dictionary;
use lopdf::Object;
use lopdf::ObjectId;
use std::collections::HashMap;
use std::collections::HashSet;

/// Entries of a page that lead to the rest of its document: its place in the page tree, in the
/// logical structure and in article threads.
const LEFT_BEHIND: [&[u8]; 3] = [b"Parent", b"StructParents", b"B"];

/// Pages on their way to another document, as objects under their old numbers.
pub struct CopiedPages {
    pages: Vec<Packed>,
    /// Where the pages stood, for what refers to them.
    origins: Vec<ObjectId>,
    objects: Vec<(ObjectId, Packed, Option<Content>)>,
    /// All pages and nodes of the old tree, to which nothing must lead.
    tree: HashSet<ObjectId>,
    form: Option<Dictionary>,
    layers: Layers,
}

impl Document {
    /// Takes copies of pages, to be put into this document or another one.
    ///
    /// # Errors
    /// When there is no page at an index.
    pub fn copy_pages(&mut self, indexes: &[usize]) -> Result<CopiedPages> {
        self.settle()?;
        let mut copied = CopiedPages {
            pages: Vec::with_capacity(indexes.len()),
            origins: Vec::with_capacity(indexes.len()),
            objects: Vec::new(),
            tree: self.tree_objects(),
            form: self.form().cloned(),
            layers: Layers::default(),
        };
        for &index in indexes {
            let Some(&page) = self.pages.get(index) else {
                return invalid(format!(
                    "there is no page {index} to copy: the document has {}, counted from 0",
                    self.pages.len()
                ));
            };
            let page = self.page(page)?;
            let Some((dictionary, None)) = self.file.packed(page.object) else {
                return invalid(format!("the object of page {index} is missing"));
            };
            let inherited = page.inherited.entries();
            let dictionary = dictionary.edited(&LEFT_BEHIND, inherited);
            copied.origins.push(page.object);
            copied.pages.push(dictionary);
        }
        self.follow(&mut copied);
        Ok(copied)
    }

    fn form(&self) -> Option<&Dictionary> {
        let form = self.file.catalog()?.get(b"AcroForm").ok()?;
        self.resolve(form)?.as_dict().ok()
    }

    fn tree_objects(&self) -> HashSet<ObjectId> {
        let pages = self.handles.iter().map(|page| page.object);
        let nodes = self.file.all().filter_map(|(id, object)| {
            let is_node = object.has_type(b"Pages") || object.has_type(b"Catalog");
            is_node.then_some(id)
        });
        pages.chain(nodes).collect()
    }

    /// Takes a copy of every object that the pages lead to, other pages excepted.
    fn follow(&self, copied: &mut CopiedPages) {
        let mut seen = HashSet::new();
        let mut waiting = Vec::new();
        let mut see = |object: &Packed, waiting: &mut Vec<ObjectId>| {
            for id in object.references() {
                if !copied.tree.contains(&id) && seen.insert(id) {
                    waiting.push(id);
                }
            }
        };
        for page in &copied.pages {
            see(page, &mut waiting);
        }
        if let Some(Ok(resources)) = copied.form.as_ref().map(|form| form.get(b"DR")) {
            see(&Packed::of(resources), &mut waiting);
        }
        let places = Places::default();
        let mut layers = Vec::new();
        while let Some(id) = waiting.pop() {
            if let Some((object, content)) = self.file.packed(id) {
                let placed = self.with_place(&object, &places);
                let object = placed.unwrap_or_else(|| object.into_owned());
                see(&object, &mut waiting);
                if object.has_type(b"OCG") {
                    layers.push(id);
                }
                copied.objects.push((id, object, content.cloned()));
            }
        }
        copied.layers = self.layers(layers);
    }

    /// Puts copied pages behind the pages of this document.
    ///
    /// # Errors
    /// When the document has no object number left.
    pub fn paste_pages(&mut self, copied: CopiedPages) -> Result<Vec<PageId>> {
        let mut numbers = HashMap::with_capacity(copied.objects.len());
        for (old, ..) in &copied.objects {
            numbers.insert(*old, self.new_object_id()?);
        }
        let mut ids = Vec::with_capacity(copied.pages.len());
        for origin in &copied.origins {
            let id = self.new_object_id()?;
            // Of a page that is copied twice, the first copy is what its annotations refer to.
            numbers.entry(*origin).or_insert(id);
            ids.push(id);
        }
        // To another page of the old document, or to nothing, there leads no reference.
        let to = |id: ObjectId| numbers.get(&id).copied();
        for (old, object, content) in copied.objects {
            if let Some(id) = to(old) {
                self.file.put(id, object.redirected(to), content);
            }
        }
        let mut pages = Vec::with_capacity(ids.len());
        for (id, page) in ids.into_iter().zip(copied.pages) {
            self.file.put(id, page.redirected(to), None);
            let page = self.adopt(id)?;
            self.place(page, self.pages.len());
            pages.push(page);
        }
        self.add_layers(&copied.layers, to);
        if let Some(form) = copied.form {
            let form = Packed::of(&Object::Dictionary(form)).redirected(to);
            if let Object::Dictionary(form) = form.object() {
                self.join_form(&pages, &form)?;
            }
        }
        Ok(pages)
    }

    /// Makes the form fields on pages fields of this document's form.
    fn join_form(&mut self, pages: &[PageId], theirs: &Dictionary) -> Result<()> {
        let mut fields = Vec::new();
        for page in pages {
            for field in self.fields_on(*page) {
                if !fields.contains(&field) {
                    fields.push(field);
                }
            }
        }
        if fields.is_empty() {
            return Ok(());
        }
        let mut form = self.form().cloned().unwrap_or_default();
        let known = form
            .get(b"Fields")
            .ok()
            .and_then(|known| self.resolve(known));
        let mut all = match known {
            Some(Object::Array(known)) => known.clone(),
            _ => Vec::new(),
        };
        all.extend(fields.into_iter().map(Object::Reference));
        form.set("Fields", all);
        for key in [&b"DR"[..], b"DA", b"NeedAppearances", b"SigFlags"] {
            if let (false, Ok(value)) = (form.has(key), theirs.get(key)) {
                form.set(key, value.clone());
            }
        }
        let id = self.new_object_id()?;
        self.file.set(id, form);
        if let Some(catalog) = self.file.catalog_mut() {
            catalog.set("AcroForm", id);
        }
        Ok(())
    }

    /// The form fields whose widgets are on a page: those at the top, which hold the others.
    fn fields_on(&self, page: PageId) -> Vec<ObjectId> {
        const DEEPEST: usize = 64;
        let entry = self.page(page).ok().and_then(|page| {
            let (page, _) = self.file.packed(page.object)?;
            page.entry(b"Annots")
        });
        let annotations = entry
            .as_ref()
            .and_then(|entry| self.resolve(entry)?.as_array().ok());
        let mut fields = Vec::new();
        for annotation in annotations.into_iter().flatten() {
            let Ok(mut field) = annotation.as_reference() else {
                continue;
            };
            let is_widget = self.file.dictionary(field).is_some_and(|annotation| {
                annotation
                    .get(b"Subtype")
                    .and_then(Object::as_name)
                    .is_ok_and(|name| name == b"Widget")
            });
            if !is_widget {
                continue;
            }
            for _ in 0..DEEPEST {
                let parent = self
                    .file
                    .dictionary(field)
                    .map(|field| field.get(b"Parent"));
                match parent {
                    Some(Ok(Object::Reference(parent))) if self.file.has(*parent) => {
                        field = *parent
                    }
                    _ => break,
                }
            }
            fields.push(field);
        }
        fields
    }
}
