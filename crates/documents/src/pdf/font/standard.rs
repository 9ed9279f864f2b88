//! The 14 standard fonts (ISO 32000-1, 9.6.2.2), with Adobe's metrics.

use super::super::error::PdfError;
use super::super::error::Result;
use super::super::error::invalid;
use pdf_core_14_font_afms as afm;
use std::collections::HashMap;

/// A font that every reader has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandardFont {
    /// Courier.
    Courier,
    /// Courier, bold.
    CourierBold,
    /// Courier, bold and slanted.
    CourierBoldOblique,
    /// Courier, slanted.
    CourierOblique,
    /// Helvetica.
    Helvetica,
    /// Helvetica, bold.
    HelveticaBold,
    /// Helvetica, bold and slanted.
    HelveticaBoldOblique,
    /// Helvetica, slanted.
    HelveticaOblique,
    /// Times.
    TimesRoman,
    /// Times, bold.
    TimesRomanBold,
    /// Times, bold and italic.
    TimesRomanBoldItalic,
    /// Times, italic.
    TimesRomanItalic,
    /// Greek letters and signs of mathematics.
    Symbol,
    /// Ornaments.
    ZapfDingbats,
}

/// Name in the SDK, name in a file, metrics.
const FONTS: [(StandardFont, &str, &str, &str); 14] = [
    (StandardFont::Courier, "Courier", "Courier", afm::COURIER),
    (
        StandardFont::CourierBold,
        "CourierBold",
        "Courier-Bold",
        afm::COURIER_BOLD,
    ),
    (
        StandardFont::CourierBoldOblique,
        "CourierBoldOblique",
        "Courier-BoldOblique",
        afm::COURIER_BOLD_OBLIQUE,
    ),
    (
        StandardFont::CourierOblique,
        "CourierOblique",
        "Courier-Oblique",
        afm::COURIER_OBLIQUE,
    ),
    (
        StandardFont::Helvetica,
        "Helvetica",
        "Helvetica",
        afm::HELVETICA,
    ),
    (
        StandardFont::HelveticaBold,
        "HelveticaBold",
        "Helvetica-Bold",
        afm::HELVETICA_BOLD,
    ),
    (
        StandardFont::HelveticaBoldOblique,
        "HelveticaBoldOblique",
        "Helvetica-BoldOblique",
        afm::HELVETICA_BOLD_OBLIQUE,
    ),
    (
        StandardFont::HelveticaOblique,
        "HelveticaOblique",
        "Helvetica-Oblique",
        afm::HELVETICA_OBLIQUE,
    ),
    (
        StandardFont::TimesRoman,
        "TimesRoman",
        "Times-Roman",
        afm::TIMES_ROMAN,
    ),
    (
        StandardFont::TimesRomanBold,
        "TimesRomanBold",
        "Times-Bold",
        afm::TIMES_BOLD,
    ),
    (
        StandardFont::TimesRomanBoldItalic,
        "TimesRomanBoldItalic",
        "Times-BoldItalic",
        afm::TIMES_BOLD_ITALIC,
    ),
    (
        StandardFont::TimesRomanItalic,
        "TimesRomanItalic",
        "Times-Italic",
        afm::TIMES_ITALIC,
    ),
    (StandardFont::Symbol, "Symbol", "Symbol", afm::SYMBOL),
    (
        StandardFont::ZapfDingbats,
        "ZapfDingbats",
        "ZapfDingbats",
        afm::ZAPF_DINGBATS,
    ),
];

impl StandardFont {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        FONTS.into_iter().map(|(font, ..)| font)
    }

    /// The font of this name, in either spelling: `HelveticaBold` or `Helvetica-Bold`.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn named(name: &str) -> Result<Self> {
        let found = FONTS
            .iter()
            .find(|(_, sdk, file, _)| *sdk == name || *file == name);
        found.map(|(font, ..)| *font).ok_or_else(|| {
            let names: Vec<&str> = FONTS.iter().map(|(_, sdk, ..)| *sdk).collect();
            PdfError::Invalid(format!(
                "'{name}' is no standard font; there are {}",
                names.join(", ")
            ))
        })
    }

    fn entry(self) -> (&'static str, &'static str) {
        let found = FONTS.iter().find(|(font, ..)| *font == self);
        found.map_or(("Helvetica", afm::HELVETICA), |(_, _, name, metrics)| {
            (*name, *metrics)
        })
    }

    /// The name that it has in a file.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().0
    }

    /// Whether it is encoded in `WinAnsiEncoding`; two have an encoding of their own.
    #[must_use]
    pub fn is_latin(self) -> bool {
        !matches!(self, Self::Symbol | Self::ZapfDingbats)
    }

    /// The name of its encoding, and lines of `<code point> <code> <glyph>`, in hexadecimal.
    fn encoding(self) -> (&'static str, &'static str) {
        match self {
            Self::Symbol => ("Symbol", include_str!("encodings/symbol.txt")),
            Self::ZapfDingbats => ("ZapfDingbats", include_str!("encodings/zapf_dingbats.txt")),
            _ => ("WinAnsi", include_str!("encodings/win_ansi.txt")),
        }
    }
}

/// What glyphs that the metrics don't list are taken for, as pdf-lib does.
const UNKNOWN_WIDTH: u16 = 250;

/// Widths and kerning of a font by character code, in thousandths of its size.
pub(super) struct Metrics {
    codes: HashMap<char, u8>,
    widths: [u16; 256],
    kerning: HashMap<(u8, u8), i16>,
    ascender: f64,
    descender: f64,
}

impl Metrics {
    pub(super) fn of(font: StandardFont) -> Self {
        let mut codes = HashMap::new();
        let mut named: HashMap<&str, Vec<u8>> = HashMap::new();
        for line in font.encoding().1.lines() {
            let mut parts = line.split(' ');
            let mut hexadecimal = || u32::from_str_radix(parts.next()?, 16).ok();
            let (Some(point), Some(code)) = (hexadecimal(), hexadecimal()) else {
                continue;
            };
            let (Some(character), Ok(code), Some(name)) =
                (char::from_u32(point), u8::try_from(code), parts.next())
            else {
                continue;
            };
            codes.insert(character, code);
            let same = named.entry(name).or_default();
            if !same.contains(&code) {
                same.push(code);
            }
        }
        let mut metrics = Self {
            codes,
            widths: [UNKNOWN_WIDTH; 256],
            kerning: HashMap::new(),
            ascender: 0.0,
            descender: 0.0,
        };
        metrics.take(font.entry().1, &named);
        metrics
    }

    /// Takes from an AFM file (Adobe technical note 5004) what the codes need.
    fn take(&mut self, file: &str, named: &HashMap<&str, Vec<u8>>) {
        let mut box_top = 0.0;
        let mut box_bottom = 0.0;
        for line in file.lines() {
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("Ascender") => self.ascender = number(words.next()),
                Some("Descender") => self.descender = number(words.next()),
                Some("FontBBox") => {
                    let corners: Vec<f64> = words.map(|word| number(Some(word))).collect();
                    if let [_, bottom, _, top] = corners[..] {
                        (box_bottom, box_top) = (bottom, top);
                    }
                }
                Some("C") => {
                    let field = |key| {
                        let mut fields = line.split(';').map(str::trim);
                        fields.find_map(|field| field.strip_prefix(key))
                    };
                    let width = field("WX ").and_then(|width| width.parse::<u16>().ok());
                    if let (Some(name), Some(width)) =
                        (field("N "), width.filter(|width| *width > 0))
                    {
                        for code in named.get(name).into_iter().flatten() {
                            self.widths[usize::from(*code)] = width;
                        }
                    }
                }
                Some("KPX") => {
                    let (left, right) = (words.next(), words.next());
                    let by = words.next().and_then(|by| by.parse::<i16>().ok());
                    let (Some(left), Some(right), Some(by)) = (left, right, by) else {
                        continue;
                    };
                    for left in named.get(left).into_iter().flatten() {
                        for right in named.get(right).into_iter().flatten() {
                            self.kerning.insert((*left, *right), by);
                        }
                    }
                }
                _ => {}
            }
        }
        if self.ascender == 0.0 {
            self.ascender = box_top;
        }
        if self.descender == 0.0 {
            self.descender = box_bottom;
        }
    }

    fn code(&self, font: StandardFont, character: char) -> Result<u8> {
        match self.codes.get(&character) {
            Some(code) => Ok(*code),
            None => invalid(format!(
                "{} cannot encode \"{character}\" (0x{:04x}); embed a font that has it",
                font.encoding().0,
                u32::from(character),
            )),
        }
    }

    pub(super) fn encode(&self, font: StandardFont, text: &str) -> Result<Vec<u8>> {
        text.chars()
            .map(|character| self.code(font, character))
            .collect()
    }

    pub(super) fn width(&self, font: StandardFont, text: &str) -> Result<f64> {
        let mut total = 0.0;
        let mut left = None;
        for character in text.chars() {
            let code = self.code(font, character)?;
            if let Some(by) = left.and_then(|left| self.kerning.get(&(left, code))) {
                total += f64::from(*by);
            }
            total += f64::from(self.widths[usize::from(code)]);
            left = Some(code);
        }
        Ok(total)
    }

    pub(super) fn height(&self) -> f64 {
        self.ascender - self.descender
    }
}

fn number(word: Option<&str>) -> f64 {
    word.and_then(|word| word.parse().ok()).unwrap_or(0.0)
}
