//! Numbers between the three that hold them: JavaScript's doubles, the singles of `lopdf`, and
//! the decimals of a file.

use lopdf::Object;
use std::io::Write as _;

/// A number for a file.
pub(super) fn object(value: f64) -> Object {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked for integers; a single is all that a reader of PDF needs"
    )]
    if value.fract() == 0.0 && value.abs() < 1e9 {
        Object::Integer(value as i64)
    } else {
        Object::Real(value as f32)
    }
}

/// What a file says, as the decimal that stands there: 595.28 and not 595.280029296875.
pub(super) fn value(object: &Object) -> Option<f64> {
    match object {
        #[expect(
            clippy::cast_precision_loss,
            reason = "no length in a document is beyond 2^53"
        )]
        Object::Integer(value) => Some(*value as f64),
        Object::Real(value) if value.is_finite() => value.to_string().parse().ok(),
        _ => None,
    }
}

/// Writes a number for a content stream: five decimals at most, and never an exponent.
pub(super) fn write(to: &mut Vec<u8>, value: f64) {
    const DECIMALS: f64 = 1e5;
    let scaled = (value * DECIMALS).round();
    if scaled.abs() >= 1e15 {
        // `Display` of a float never uses an exponent either.
        let _ = write!(to, "{value}");
        return;
    }
    #[expect(clippy::cast_possible_truncation, reason = "below 1e15")]
    let scaled = scaled as i64;
    if scaled < 0 {
        to.push(b'-');
    }
    let scaled = scaled.unsigned_abs();
    let (whole, mut fraction) = (scaled / 100_000, scaled % 100_000);
    let _ = write!(to, "{whole}");
    if fraction > 0 {
        let mut digits = 5;
        while fraction % 10 == 0 {
            fraction /= 10;
            digits -= 1;
        }
        let _ = write!(to, ".{fraction:0digits$}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: f64) -> String {
        let mut to = Vec::new();
        write(&mut to, value);
        String::from_utf8(to).unwrap()
    }

    #[test]
    fn a_number_is_a_plain_decimal() {
        assert_eq!(written(0.0), "0");
        assert_eq!(written(-0.000_001), "0");
        assert_eq!(written(595.28), "595.28");
        assert_eq!(written(-12.05), "-12.05");
        assert_eq!(written(1.0 / 3.0), "0.33333");
        assert_eq!(written(1e21), "1000000000000000000000");
    }

    #[test]
    fn a_length_comes_back_as_it_was_given() {
        assert_eq!(value(&object(595.28)), Some(595.28));
        assert_eq!(value(&object(612.0)), Some(612.0));
        assert_eq!(value(&Object::Real(f32::INFINITY)), None);
    }
}
