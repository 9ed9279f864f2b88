//! A content stream as it is made: the operators of ISO 32000-1, 8 and 9, that drawing needs.

use super::draw::Color;
use super::number;

/// Operators, as bytes.
#[derive(Default)]
pub(super) struct Content(Vec<u8>);

impl Content {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether this fits is up to the caller: operands first, then their operator.
    pub(super) fn operator(&mut self, operands: &[f64], operator: &str) {
        for &operand in operands {
            number::write(&mut self.0, operand);
            self.0.push(b' ');
        }
        self.0.extend_from_slice(operator.as_bytes());
        self.0.push(b'\n');
    }

    /// An operator whose first operand is a name. The names that we give need no escape.
    pub(super) fn named(&mut self, name: &str, operands: &[f64], operator: &str) {
        self.0.push(b'/');
        self.0.extend_from_slice(name.as_bytes());
        self.0.push(b' ');
        self.operator(operands, operator);
    }

    pub(super) fn fill(&mut self, color: Color) {
        self.operator(&[color.red, color.green, color.blue], "rg");
    }

    pub(super) fn stroke(&mut self, color: Color) {
        self.operator(&[color.red, color.green, color.blue], "RG");
    }

    /// Turns what follows by an angle in degrees, counterclockwise, around a point that becomes
    /// its origin.
    pub(super) fn place(&mut self, x: f64, y: f64, degrees: f64) {
        self.operator(&placed(x, y, degrees), "cm");
    }

    /// Shows a line of text, and goes to the next line.
    pub(super) fn show(&mut self, encoded: &Encoded) {
        match encoded {
            Encoded::Bytes(bytes) => {
                self.0.push(b'(');
                for &byte in bytes {
                    match byte {
                        b'(' | b')' | b'\\' => self.0.extend_from_slice(&[b'\\', byte]),
                        b'\r' => self.0.extend_from_slice(b"\\r"),
                        _ => self.0.push(byte),
                    }
                }
                self.0.extend_from_slice(b") Tj\nT*\n");
            }
            Encoded::Glyphs(glyphs) => {
                self.0.push(b'<');
                for glyph in glyphs {
                    for shift in [12, 8, 4, 0] {
                        let digit = usize::from(glyph >> shift & 0xf);
                        self.0.push(b"0123456789ABCDEF"[digit]);
                    }
                }
                self.0.extend_from_slice(b"> Tj\nT*\n");
            }
        }
    }
}

/// A line of text as its font wants it.
pub(super) enum Encoded {
    /// One byte a character.
    Bytes(Vec<u8>),
    /// Glyphs of the subset that is embedded, two bytes each.
    Glyphs(Vec<u16>),
}

/// The matrix that turns and then moves.
pub(super) fn placed(x: f64, y: f64, degrees: f64) -> [f64; 6] {
    let (sin, cos) = degrees.to_radians().sin_cos();
    [cos, sin, -sin, cos, x, y]
}
