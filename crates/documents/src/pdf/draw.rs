//! Draws on pages: what stands there before stays below. Where an option is left out, it is what
//! pdf-lib 1.17 takes.

use super::content::Content;
use super::content::placed;
use super::document::Document;
use super::error::Result;
use super::error::invalid;
use super::font::FontId;
use super::font::StandardFont;
use super::image::ImageId;
use super::page::PageId;
use super::text;

/// A colour of light, each part 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Color {
    /// Red.
    pub red: f64,
    /// Green.
    pub green: f64,
    /// Blue.
    pub blue: f64,
}

impl Color {
    /// No light at all.
    pub const BLACK: Self = Self {
        red: 0.0,
        green: 0.0,
        blue: 0.0,
    };

    fn check(self) -> Result<()> {
        check("a colour's red", self.red, Some((0.0, 1.0)))?;
        check("a colour's green", self.green, Some((0.0, 1.0)))?;
        check("a colour's blue", self.blue, Some((0.0, 1.0)))
    }
}

/// How a text is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Helvetica if there is none.
    pub font: Option<FontId>,
    /// In points.
    pub size: f64,
    /// Of the letters.
    pub color: Color,
    /// Where the first line's baseline begins.
    pub place: Placement,
    /// 0 to 1; opaque if there is none.
    pub opacity: Option<f64>,
    /// From baseline to baseline, in points.
    pub line_height: f64,
    /// Lines are broken to fit this width, in points.
    pub max_width: Option<f64>,
}

impl Default for Text {
    fn default() -> Self {
        Self {
            font: None,
            size: 24.0,
            color: Color::BLACK,
            place: Placement::default(),
            opacity: None,
            line_height: 24.0,
            max_width: None,
        }
    }
}

/// Where something stands, from the bottom left, and how it is turned.
#[derive(Clone, Copy, Debug, Default)]
pub struct Placement {
    /// To the right, in points.
    pub x: f64,
    /// Upwards, in points.
    pub y: f64,
    /// Counterclockwise, in degrees.
    pub rotate: f64,
}

impl Placement {
    fn check(self) -> Result<()> {
        check("x", self.x, None)?;
        check("y", self.y, None)?;
        check("rotate", self.rotate, None)
    }
}

/// How a shape is filled and framed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Paint {
    /// Inside. Without this and without `border` it is black.
    pub fill: Option<Color>,
    /// Along its edge.
    pub border: Option<Color>,
    /// In points; 0 is the thinnest line that a device can draw.
    pub border_width: f64,
    /// Of the inside, 0 to 1.
    pub opacity: Option<f64>,
    /// Of the edge, 0 to 1.
    pub border_opacity: Option<f64>,
}

/// A rectangle.
#[derive(Clone, Copy, Debug)]
pub struct Rectangle {
    /// Its corner, around which it turns.
    pub place: Placement,
    /// In points.
    pub width: f64,
    /// In points.
    pub height: f64,
    /// Inside and edge.
    pub paint: Paint,
}

/// A circle.
#[derive(Clone, Copy, Debug)]
pub struct Circle {
    /// Its centre.
    pub place: Placement,
    /// In points.
    pub radius: f64,
    /// Inside and edge.
    pub paint: Paint,
}

/// A straight line.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Where it begins, x and y.
    pub start: (f64, f64),
    /// Where it ends.
    pub end: (f64, f64),
    /// In points.
    pub thickness: f64,
    /// Of the line.
    pub color: Color,
    /// 0 to 1; opaque if there is none.
    pub opacity: Option<f64>,
}

/// An argument must be a number, and may have bounds.
fn check(name: &str, value: f64, bounds: Option<(f64, f64)>) -> Result<()> {
    match bounds {
        Some((least, most)) if !(least..=most).contains(&value) => {
            invalid(format!("{name} must be {least} to {most}, not {value}"))
        }
        _ if !value.is_finite() => invalid(format!("{name} must be a number, not {value}")),
        _ => Ok(()),
    }
}

fn check_opacity(opacity: Option<f64>) -> Result<()> {
    match opacity {
        Some(opacity) => check("opacity", opacity, Some((0.0, 1.0))),
        None => Ok(()),
    }
}

/// The distance of a Bézier curve's handles that makes it a quarter of a circle.
const KAPPA: f64 = 4.0 * (std::f64::consts::SQRT_2 - 1.0) / 3.0;

impl Document {
    /// Draws a text, line below line.
    ///
    /// # Errors
    /// When the font lacks a character, or an option is no number.
    pub fn draw_text(&mut self, page: PageId, string: &str, how: &Text) -> Result<()> {
        how.place.check()?;
        how.color.check()?;
        check_opacity(how.opacity)?;
        check("size", how.size, None)?;
        check("lineHeight", how.line_height, None)?;
        let font = match how.font {
            Some(font) => font,
            None => self.font_for_anything()?,
        };
        let lines = match how.max_width {
            Some(most) => {
                check("maxWidth", most, None)?;
                text::wrapped(string, most, |word| self.text_width(font, word, how.size))?
            }
            None => text::lines(string),
        };
        // All of it is encoded before any of it is drawn: a bad character leaves no half text.
        let mut encoded = Vec::with_capacity(lines.len());
        for line in &lines {
            encoded.push(self.encode(font, line)?);
        }
        let object = self.font(font)?.object;
        let name = self.resource(page, "Font", "F", object)?;
        let content = self.begin(page, &[("ca", how.opacity)])?;
        content.operator(&[], "BT");
        content.fill(how.color);
        content.named(&name, &[how.size], "Tf");
        content.operator(&[how.line_height], "TL");
        content.operator(&placed(how.place.x, how.place.y, how.place.rotate), "Tm");
        for line in &encoded {
            content.show(line);
        }
        content.operator(&[], "ET");
        content.operator(&[], "Q");
        Ok(())
    }

    fn font_for_anything(&mut self) -> Result<FontId> {
        match self.default_font {
            Some(font) => Ok(font),
            None => {
                let font = self.embed_standard_font(StandardFont::Helvetica)?;
                Ok(*self.default_font.insert(font))
            }
        }
    }

    /// Saves the graphics state of a page and sets the opacities that are asked for.
    fn begin(
        &mut self,
        page: PageId,
        opacities: &[(&'static str, Option<f64>)],
    ) -> Result<&mut Content> {
        let mut names = Vec::new();
        for (kind, opacity) in opacities {
            if let Some(opacity) = *opacity {
                let object = self.opacity(kind, opacity)?;
                names.push(self.resource(page, "ExtGState", "G", object)?);
            }
        }
        let content = self.drawing(page)?;
        content.operator(&[], "q");
        for name in names {
            content.named(&name, &[], "gs");
        }
        Ok(content)
    }

    /// Draws a line.
    ///
    /// # Errors
    /// When an option is no number.
    pub fn draw_line(&mut self, page: PageId, line: &Line) -> Result<()> {
        for (name, value) in [
            ("start.x", line.start.0),
            ("start.y", line.start.1),
            ("end.x", line.end.0),
            ("end.y", line.end.1),
            ("thickness", line.thickness),
        ] {
            check(name, value, None)?;
        }
        line.color.check()?;
        check_opacity(line.opacity)?;
        let content = self.begin(page, &[("CA", line.opacity)])?;
        content.stroke(line.color);
        content.operator(&[line.thickness], "w");
        content.operator(&[line.start.0, line.start.1], "m");
        content.operator(&[line.end.0, line.end.1], "l");
        content.operator(&[], "S");
        content.operator(&[], "Q");
        Ok(())
    }

    /// Draws a rectangle.
    ///
    /// # Errors
    /// When an option is no number.
    pub fn draw_rectangle(&mut self, page: PageId, rectangle: &Rectangle) -> Result<()> {
        check("width", rectangle.width, None)?;
        check("height", rectangle.height, None)?;
        self.shape(page, rectangle.place, &rectangle.paint, |content| {
            content.operator(&[0.0, 0.0, rectangle.width, rectangle.height], "re");
        })
    }

    /// Draws a circle.
    ///
    /// # Errors
    /// When an option is no number.
    pub fn draw_circle(&mut self, page: PageId, circle: &Circle) -> Result<()> {
        check("radius", circle.radius, None)?;
        self.shape(page, circle.place, &circle.paint, |content| {
            let (r, k) = (circle.radius, circle.radius * KAPPA);
            content.operator(&[-r, 0.0], "m");
            content.operator(&[-r, -k, -k, -r, 0.0, -r], "c");
            content.operator(&[k, -r, r, -k, r, 0.0], "c");
            content.operator(&[r, k, k, r, 0.0, r], "c");
            content.operator(&[-k, r, -r, k, -r, 0.0], "c");
            content.operator(&[], "h");
        })
    }

    fn shape(
        &mut self,
        page: PageId,
        place: Placement,
        paint: &Paint,
        outline: impl FnOnce(&mut Content),
    ) -> Result<()> {
        place.check()?;
        check("borderWidth", paint.border_width, None)?;
        check_opacity(paint.opacity)?;
        check_opacity(paint.border_opacity)?;
        for color in paint.fill.iter().chain(&paint.border) {
            color.check()?;
        }
        let fill = match (paint.fill, paint.border) {
            (None, None) => Some(Color::BLACK),
            (fill, _) => fill,
        };
        let content = self.begin(page, &[("ca", paint.opacity), ("CA", paint.border_opacity)])?;
        if let Some(color) = fill {
            content.fill(color);
        }
        if let Some(color) = paint.border {
            content.stroke(color);
        }
        content.operator(&[paint.border_width], "w");
        content.place(place.x, place.y, place.rotate);
        outline(content);
        let operator = match (fill, paint.border_width > 0.0) {
            (Some(_), true) => "B",
            (Some(_), false) => "f",
            (None, _) => "S",
        };
        content.operator(&[], operator);
        content.operator(&[], "Q");
        Ok(())
    }

    /// Draws an image, as large as it is in pixels or as it is told.
    ///
    /// # Errors
    /// When the image is none of this document's, or an option is no number.
    pub fn draw_image(
        &mut self,
        page: PageId,
        image: ImageId,
        place: Placement,
        size: (Option<f64>, Option<f64>),
        opacity: Option<f64>,
    ) -> Result<()> {
        place.check()?;
        check_opacity(opacity)?;
        let (width, height) = self.image_size(image)?;
        let width = size.0.unwrap_or_else(|| f64::from(width));
        let height = size.1.unwrap_or_else(|| f64::from(height));
        check("width", width, None)?;
        check("height", height, None)?;
        let object = self.image_object(image)?;
        let name = self.resource(page, "XObject", "I", object)?;
        let content = self.begin(page, &[("ca", opacity)])?;
        content.place(place.x, place.y, place.rotate);
        content.operator(&[width, 0.0, 0.0, height, 0.0, 0.0], "cm");
        content.named(&name, &[], "Do");
        content.operator(&[], "Q");
        Ok(())
    }
}
