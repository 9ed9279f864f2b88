//! Fonts: the 14 that every reader has, and those that come as a file and are embedded.

mod embedded;
mod standard;

pub use standard::StandardFont;

use super::content::Encoded;
use super::document::Document;
use super::error::Result;
use super::error::invalid;
use embedded::EmbeddedFont;
use lopdf::ObjectId;
use lopdf::dictionary;
use standard::Metrics;

/// One font of one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FontId(pub(super) u32);

impl FontId {
    /// The number by which a caller that can't hold a `FontId` knows it.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }

    /// The font that has this number, if the document has it.
    #[must_use]
    pub fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// A font and its place in the file.
pub(super) struct Font {
    pub(super) object: ObjectId,
    kind: Kind,
    /// Whether something was drawn with it since it was last put into the file.
    is_pending: bool,
}

enum Kind {
    Standard(StandardFont, Box<Metrics>),
    Embedded(Box<EmbeddedFont>),
}

impl Document {
    /// Makes a standard font ready to draw with. The second time it is the same font.
    ///
    /// # Errors
    /// When the document has no object number left.
    pub fn embed_standard_font(&mut self, font: StandardFont) -> Result<FontId> {
        let known = self
            .fonts
            .iter()
            .position(|known| matches!(&known.kind, Kind::Standard(other, _) if *other == font));
        match known.and_then(|index| u32::try_from(index).ok()) {
            Some(index) => Ok(FontId(index)),
            None => self.add_font(Kind::Standard(font, Box::new(Metrics::of(font)))),
        }
    }

    /// Takes in a TrueType or OpenType font. What is drawn with it decides how much of it is
    /// written.
    ///
    /// # Errors
    /// When the bytes are no font that can be embedded.
    pub fn embed_font(&mut self, bytes: &[u8]) -> Result<FontId> {
        let font = EmbeddedFont::read(bytes)?;
        self.add_font(Kind::Embedded(Box::new(font)))
    }

    fn add_font(&mut self, kind: Kind) -> Result<FontId> {
        let object = self.new_object_id()?;
        self.fonts.push(Font {
            object,
            kind,
            is_pending: false,
        });
        Ok(FontId(
            u32::try_from(self.fonts.len() - 1).unwrap_or(u32::MAX),
        ))
    }

    pub(super) fn font(&self, font: FontId) -> Result<&Font> {
        match self.fonts.get(font.0 as usize) {
            Some(font) => Ok(font),
            None => invalid("the font belongs to another document"),
        }
    }

    /// The PostScript name of a font.
    ///
    /// # Errors
    /// When the font is none of this document's.
    pub fn font_name(&self, font: FontId) -> Result<&str> {
        Ok(match &self.font(font)?.kind {
            Kind::Standard(font, _) => font.name(),
            Kind::Embedded(font) => font.name(),
        })
    }

    /// How wide a text is, in points: with the pairs of its kerning table for a standard font, and
    /// as the sum of its shaped glyphs for an embedded one.
    ///
    /// # Errors
    /// When the font lacks a character.
    pub fn text_width(&self, font: FontId, text: &str, size: f64) -> Result<f64> {
        let thousandths = match &self.font(font)?.kind {
            Kind::Standard(font, metrics) => metrics.width(*font, text)?,
            Kind::Embedded(font) => font.width(text)?,
        };
        Ok(thousandths * size / 1000.0)
    }

    /// From the lowest descender to the highest ascender, in points.
    ///
    /// # Errors
    /// When the font is none of this document's.
    pub fn font_height(&self, font: FontId, size: f64) -> Result<f64> {
        let thousandths = match &self.font(font)?.kind {
            Kind::Standard(_, metrics) => metrics.height(),
            Kind::Embedded(font) => font.height(),
        };
        Ok(thousandths / 1000.0 * size)
    }

    /// A line of text as the font wants it, which is then part of the file.
    pub(super) fn encode(&mut self, font: FontId, text: &str) -> Result<Encoded> {
        self.font(font)?;
        let font = &mut self.fonts[font.0 as usize];
        font.is_pending = true;
        Ok(match &mut font.kind {
            Kind::Standard(font, metrics) => Encoded::Bytes(metrics.encode(*font, text)?),
            Kind::Embedded(font) => Encoded::Glyphs(font.encode(text)?),
        })
    }

    /// Puts the fonts into the file that something was drawn with.
    pub(super) fn settle_fonts(&mut self) -> Result<()> {
        for font in &mut self.fonts {
            if !std::mem::take(&mut font.is_pending) {
                continue;
            }
            match &mut font.kind {
                Kind::Standard(standard, _) => {
                    let mut dictionary = dictionary! {
                        "Type" => "Font",
                        "Subtype" => "Type1",
                        "BaseFont" => standard.name(),
                    };
                    if standard.is_latin() {
                        dictionary.set("Encoding", "WinAnsiEncoding");
                    }
                    self.file.set(font.object, dictionary);
                }
                Kind::Embedded(embedded) => embedded.settle(&mut self.file, font.object)?,
            }
        }
        Ok(())
    }
}
