//! The sizes that a page may be given.

use super::error::PdfError;
use super::error::Result;
use super::error::invalid;

/// Width and height of a page, in points (1/72 inch).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PageSize {
    width: f64,
    height: f64,
}

impl PageSize {
    /// 297 × 420 mm.
    pub const A3: Self = Self::of(841.89, 1190.55);
    /// 210 × 297 mm.
    pub const A4: Self = Self::of(595.28, 841.89);
    /// 148 × 210 mm.
    pub const A5: Self = Self::of(419.53, 595.28);
    /// 8.5 × 14 in.
    pub const LEGAL: Self = Self::of(612.0, 1008.0);
    /// 8.5 × 11 in.
    pub const LETTER: Self = Self::of(612.0, 792.0);
    /// 11 × 17 in.
    pub const TABLOID: Self = Self::of(792.0, 1224.0);

    const fn of(width: f64, height: f64) -> Self {
        Self { width, height }
    }

    /// A size in points.
    ///
    /// # Errors
    /// When a side is not a number above 0.
    pub fn points(width: f64, height: f64) -> Result<Self> {
        for (side, length) in [("width", width), ("height", height)] {
            if !length.is_finite() || length <= 0.0 {
                return invalid(format!(
                    "a page's {side} must be a number of points above 0, not {length}"
                ));
            }
        }
        Ok(Self::of(width, height))
    }

    /// A size by its name.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn named(name: &str) -> Result<Self> {
        Ok(match name {
            "A3" => Self::A3,
            "A4" => Self::A4,
            "A5" => Self::A5,
            "Legal" => Self::LEGAL,
            "Letter" => Self::LETTER,
            "Tabloid" => Self::TABLOID,
            _ => {
                return Err(PdfError::Invalid(format!(
                    "'{name}' is no page size; there are A3, A4, A5, Letter, Legal and Tabloid, \
                     or [width, height] in points"
                )));
            }
        })
    }

    /// In points.
    #[must_use]
    pub fn width(self) -> f64 {
        self.width
    }

    /// In points.
    #[must_use]
    pub fn height(self) -> f64 {
        self.height
    }
}
