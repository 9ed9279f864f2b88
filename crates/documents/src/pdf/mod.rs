//! PDF documents (ISO 32000): made, read, changed and written.
//!
//! `lopdf` reads the file; its objects are then held at rest. Here stands what a document is to its user:
//! pages in an order, what is drawn on them, fonts, images, and what it says about itself. An
//! object that nobody touches is written as it was read.
//!
//! ```
//! use ketrics_documents::pdf::{Document, PageSize, Text};
//!
//! let mut document = Document::new();
//! let page = document.add_page(PageSize::A4)?;
//! document.draw_text(page, "Hello", &Text::default())?;
//! let bytes = document.write(std::time::SystemTime::now())?;
//! assert_eq!(Document::read(&bytes)?.page_count(), 1);
//! # Ok::<(), ketrics_documents::pdf::PdfError>(())
//! ```

mod content;
mod copy;
mod destinations;
mod document;
mod draw;
mod error;
mod font;
mod image;
mod layers;
mod metadata;
mod number;
mod objects;
mod packed;
mod page;
mod read;
mod resources;
mod size;
mod text;
mod tree;
mod write;

pub use copy::CopiedPages;
pub use document::Document;
pub use draw::Circle;
pub use draw::Color;
pub use draw::Line;
pub use draw::Paint;
pub use draw::Placement;
pub use draw::Rectangle;
pub use draw::Text;
pub use error::PdfError;
pub use font::FontId;
pub use font::StandardFont;
pub use image::ImageId;
pub use metadata::Field;
pub use page::PageId;
pub use size::PageSize;
