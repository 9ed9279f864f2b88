//! A document: its file's objects, its pages in their order, and what waits to be written.

use super::content::Content;
use super::error::PdfError;
use super::error::Result;
use super::error::invalid;
use super::font::Font;
use super::font::FontId;
use super::image::Image;
use super::metadata;
use super::objects::Objects;
use super::page::Page;
use super::page::PageId;
use super::read;
use super::size::PageSize;
use super::tree;
use super::tree::Inherited;
use lopdf::ObjectId;
use lopdf::dictionary;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::SystemTime;

/// A PDF document in memory.
pub struct Document {
    pub(super) file: Objects,
    /// Every page that there ever was, by the number in its `PageId`.
    pub(super) handles: Vec<Page>,
    /// The pages that the document has now.
    pub(super) pages: Vec<PageId>,
    root: ObjectId,
    /// Whether the tree in the file is another than `pages`.
    is_tree_stale: bool,
    pub(super) drawings: BTreeMap<PageId, Drawing>,
    pub(super) fonts: Vec<Font>,
    /// The font of whoever names none.
    pub(super) default_font: Option<FontId>,
    pub(super) images: Vec<Image>,
    /// Graphics states by their opacity: of what is filled, or of lines.
    pub(super) opacities: BTreeMap<(&'static str, u64), ObjectId>,
    /// The streams around what a page held before it was drawn on.
    pub(super) brackets: Option<[ObjectId; 2]>,
}

/// What was drawn on a page, and the stream that it becomes.
pub(super) struct Drawing {
    pub(super) content: Content,
    pub(super) stream: ObjectId,
    /// How much of it stands in the stream already.
    pub(super) settled: usize,
}

impl Default for Document {
    fn default() -> Self {
        Self::new()
    }
}

impl Document {
    /// A document without pages.
    #[must_use]
    pub fn new() -> Self {
        let mut file = lopdf::Document::with_version("1.7");
        let kids: Vec<lopdf::Object> = Vec::new();
        let root = file.add_object(dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => 0 });
        let catalog = file.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
        file.trailer.set("Root", catalog);
        let mut document = Self::of(Objects::of(file), root, Vec::new());
        for field in [metadata::Field::Creator, metadata::Field::Producer] {
            document.set_field(field, "Ketrics");
        }
        document.set_time("CreationDate", SystemTime::now());
        document
    }

    /// Reads a document. A damaged file is repaired where it can be.
    ///
    /// # Errors
    /// When the bytes are no document, hold none, or are encrypted.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mut file = read::load(bytes)?;
        let Some(found) = tree::read(&mut file) else {
            return Err(PdfError::Parse(
                "it has neither a catalog nor a page".to_owned(),
            ));
        };
        let mut document = Self::of(Objects::of(file), found.root, found.pages);
        document.is_tree_stale = !found.is_sound;
        Ok(document)
    }

    fn of(file: Objects, root: ObjectId, handles: Vec<Page>) -> Self {
        let count = u32::try_from(handles.len()).unwrap_or(u32::MAX);
        Self {
            file,
            handles,
            pages: (0..count).map(PageId).collect(),
            root,
            is_tree_stale: false,
            drawings: BTreeMap::new(),
            fonts: Vec::new(),
            default_font: None,
            images: Vec::new(),
            opacities: BTreeMap::new(),
            brackets: None,
        }
    }

    /// About how many bytes of memory it takes. What was drawn and not yet written doesn't count.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.file.memory()
    }

    /// How many pages there are.
    #[must_use]
    pub fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// The pages in their order.
    #[must_use]
    pub fn pages(&self) -> &[PageId] {
        &self.pages
    }

    /// Puts a new page behind the others.
    ///
    /// # Errors
    /// When the document has no object number left.
    pub fn add_page(&mut self, size: PageSize) -> Result<PageId> {
        self.insert_page(self.pages.len(), size)
    }

    /// Puts a new page before the one at `index`, or behind the last.
    ///
    /// # Errors
    /// When there is no such place.
    pub fn insert_page(&mut self, index: usize, size: PageSize) -> Result<PageId> {
        self.check_place(index)?;
        let corners = [0.0, 0.0, size.width(), size.height()];
        let media_box: Vec<lopdf::Object> =
            corners.into_iter().map(super::number::object).collect();
        let object = self.new_object_id()?;
        self.file.set(
            object,
            dictionary! {
                "Type" => "Page",
                "Parent" => self.root,
                "Resources" => dictionary! {},
                "MediaBox" => media_box,
            },
        );
        let page = self.adopt(object)?;
        self.place(page, index);
        Ok(page)
    }

    /// Takes a page out of the document, whose object may be used again.
    ///
    /// # Errors
    /// When there is no page at this index.
    pub fn remove_page(&mut self, index: usize) -> Result<()> {
        if index >= self.pages.len() {
            return invalid(format!(
                "there is no page {index} to remove: the document has {}, counted from 0",
                self.pages.len()
            ));
        }
        self.pages.remove(index);
        self.is_tree_stale = true;
        Ok(())
    }

    /// Moves a page to a place before the one at `index`, or behind the last. A page that was
    /// taken out comes back.
    ///
    /// # Errors
    /// When the page is none of this document's, or there is no such place.
    pub fn move_page(&mut self, page: PageId, index: usize) -> Result<()> {
        self.page(page)?;
        self.check_place(index)?;
        let old = self.pages.iter().position(|other| *other == page);
        let before = old.is_some_and(|old| old < index);
        if let Some(old) = old {
            self.pages.remove(old);
        }
        self.place(page, index - usize::from(before));
        Ok(())
    }

    fn check_place(&self, index: usize) -> Result<()> {
        if index > self.pages.len() {
            return invalid(format!(
                "a page can be inserted at 0 to {}, not at {index}",
                self.pages.len()
            ));
        }
        Ok(())
    }

    pub(super) fn place(&mut self, page: PageId, index: usize) {
        self.pages.insert(index.min(self.pages.len()), page);
        self.is_tree_stale = true;
    }

    /// Knows an object as a page that inherits nothing.
    pub(super) fn adopt(&mut self, object: ObjectId) -> Result<PageId> {
        let Ok(number) = u32::try_from(self.handles.len()) else {
            return invalid("the document has too many pages");
        };
        self.handles.push(Page {
            object,
            inherited: Rc::new(Inherited::default()),
        });
        Ok(PageId(number))
    }

    pub(super) fn new_object_id(&mut self) -> Result<ObjectId> {
        self.file.new_id()
    }

    /// Puts into the file what was only known here: drawings, fonts, the order of pages.
    pub(super) fn settle(&mut self) -> Result<()> {
        self.settle_drawings();
        self.settle_fonts()?;
        if std::mem::take(&mut self.is_tree_stale) {
            let pages: Vec<&Page> = self
                .pages
                .iter()
                .filter_map(|page| self.handles.get(page.0 as usize))
                .collect();
            tree::flatten(&mut self.file, self.root, &pages);
        }
        Ok(())
    }

    /// The document as a file.
    ///
    /// # Errors
    /// When a font cannot be cut down to what is in use.
    pub fn write(&mut self, now: SystemTime) -> Result<Vec<u8>> {
        self.settle()?;
        self.set_time("ModDate", now);
        Ok(super::write::file(&self.file))
    }
}
