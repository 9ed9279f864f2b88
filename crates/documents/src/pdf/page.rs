//! A page: which one, how large.

use super::document::Document;
use super::error::Result;
use super::error::invalid;
use super::number;
use super::size::PageSize;
use super::tree::Inherited;
use lopdf::Dictionary;
use lopdf::Object;
use lopdf::ObjectId;
use std::rc::Rc;

/// One page of one document, wherever it stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId(pub(super) u32);

impl PageId {
    /// The number by which a caller that can't hold a `PageId` knows it.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }

    /// The page that has this number, if the document has it.
    #[must_use]
    pub fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// What is known of a page beside its object.
#[derive(Clone)]
pub(super) struct Page {
    pub(super) object: ObjectId,
    pub(super) inherited: Rc<Inherited>,
}

/// Boxes that follow the size of a page, where they were of its size.
const BOXES: [&[u8]; 4] = [b"CropBox", b"BleedBox", b"TrimBox", b"ArtBox"];

const LETTER: [f64; 4] = [0.0, 0.0, 612.0, 792.0];

impl Document {
    pub(super) fn page(&self, page: PageId) -> Result<&Page> {
        match self.handles.get(page.0 as usize) {
            Some(page) => Ok(page),
            None => invalid("the page belongs to another document"),
        }
    }

    pub(super) fn page_dictionary(&self, page: &Page) -> Result<&Dictionary> {
        match self.file.dictionary(page.object) {
            Some(dictionary) => Ok(dictionary),
            None => invalid("the page's object is missing"),
        }
    }

    pub(super) fn page_dictionary_mut(&mut self, page: &Page) -> Result<&mut Dictionary> {
        match self.file.dictionary_mut(page.object) {
            Some(dictionary) => Ok(dictionary),
            None => invalid("the page's object is missing"),
        }
    }

    /// An attribute of a page, its own or inherited, with references followed.
    pub(super) fn attribute<'a>(&'a self, page: &'a Page, key: &[u8]) -> Option<&'a Object> {
        let own = self.page_dictionary(page).ok()?.get(key).ok();
        let found = own
            .and_then(|own| self.resolve(own))
            .or_else(|| self.resolve(page.inherited.get(key)?))?;
        Some(found)
    }

    /// What an object is once references are followed; nothing for null.
    pub(super) fn resolve<'a>(&'a self, object: &'a Object) -> Option<&'a Object> {
        let (_, found) = self.file.follow(object)?;
        (!found.is_null()).then_some(found)
    }

    /// Left, bottom, right and top of a box of a page.
    fn rectangle(&self, page: &Page, key: &[u8]) -> Option<[f64; 4]> {
        let corners = self.attribute(page, key)?.as_array().ok()?;
        let mut numbers = [0.0; 4];
        for (number, corner) in numbers.iter_mut().zip(corners.get(..4)?) {
            *number = number::value(self.resolve(corner)?)?;
        }
        let [a, b, c, d] = numbers;
        Some([a.min(c), b.min(d), a.max(c), b.max(d)])
    }

    fn media_box(&self, page: &Page) -> [f64; 4] {
        self.rectangle(page, b"MediaBox").unwrap_or(LETTER)
    }

    /// Width and height of a page, in points: those of its media box.
    ///
    /// # Errors
    /// When the page is none of this document's.
    pub fn page_size(&self, page: PageId) -> Result<(f64, f64)> {
        let [left, bottom, right, top] = self.media_box(self.page(page)?);
        Ok((round(right - left), round(top - bottom)))
    }

    /// Gives a page another size. Its other boxes go along where they were as large as the page.
    ///
    /// # Errors
    /// When the page is none of this document's.
    pub fn set_page_size(&mut self, page: PageId, size: PageSize) -> Result<()> {
        let page = self.page(page)?.clone();
        let old = self.media_box(&page);
        let [left, bottom, ..] = old;
        let mut keys: Vec<&[u8]> = vec![b"MediaBox"];
        keys.extend(
            BOXES
                .into_iter()
                .filter(|key| self.rectangle(&page, key) == Some(old)),
        );
        let corners = [left, bottom, left + size.width(), bottom + size.height()];
        let rectangle: Vec<Object> = corners.into_iter().map(number::object).collect();
        let dictionary = self.page_dictionary_mut(&page)?;
        for key in keys {
            dictionary.set(key, rectangle.clone());
        }
        Ok(())
    }
}

/// Takes the noise of a subtraction away: no length is given to more than six decimals.
fn round(length: f64) -> f64 {
    (length * 1e6).round() / 1e6
}
