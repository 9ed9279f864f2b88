//! Parameters on their way to SQL Server, each with the type that its value has: text goes into any
//! column that takes a quoted literal, a whole number into any column of numbers.
//!
//! \[MS-TDS\] section 2.2.6.6, "RPC Request".

use crate::database::calendar::Moment;
use crate::database::engine::SAFE;
use crate::database::sqlserver::value::DAY;
use crate::database::sqlserver::value::FROM_YEAR_ONE;
use ketrics_protocol::Cell;

/// Bytes up to which a value is sent in one piece.
const SHORT: usize = 8000;
/// Days of the years 1 to 9999.
const DAYS: i64 = 3_652_059;
/// The most that a decimal holds.
const MOST: u128 = 10_u128.pow(38) - 1;

/// A value with its type.
pub(crate) struct Parameter {
    /// The type, as SQL names it.
    pub(crate) declared: &'static str,
    /// The type and the value, as they are sent.
    encoded: Vec<u8>,
}

impl Parameter {
    fn new(declared: &'static str, parts: &[&[u8]]) -> Self {
        Self {
            declared,
            encoded: parts.concat(),
        }
    }

    /// Text, also that of a statement.
    pub(crate) fn text(text: &str) -> Self {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        // The collation is the database's own.
        Self::bytes(
            ["nvarchar(4000)", "nvarchar(max)"],
            &[0xe7],
            &[0; 5],
            &units,
        )
    }

    fn bytes(names: [&'static str; 2], code: &[u8], behind: &[u8], bytes: &[u8]) -> Self {
        match u16::try_from(bytes.len()) {
            Ok(length) if bytes.len() <= SHORT => {
                let most = u16::try_from(SHORT).unwrap_or_default().to_le_bytes();
                Self::new(
                    names[0],
                    &[code, &most, behind, &length.to_le_bytes(), bytes],
                )
            }
            _ => {
                // The whole length, one piece, and the end.
                let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                let whole = u64::from(length).to_le_bytes();
                let piece = length.to_le_bytes();
                let parts = [code, &[0xff; 2], behind, &whole, &piece, bytes, &[0; 4]];
                Self::new(names[1], &parts)
            }
        }
    }

    /// Makes a parameter.
    ///
    /// # Errors
    /// With a reason for tenant code that names the parameter.
    pub(crate) fn of(position: usize, cell: &Cell) -> Result<Self, String> {
        Ok(match cell {
            // Written into the statement, where it fits every type.
            Cell::Null => Self::new("int", &[&[0x26, 4, 0]]),
            Cell::Bool(value) => Self::new("bit", &[&[0x68, 1, 1, u8::from(*value)]]),
            Cell::Number(value) => number(*value),
            Cell::BigInt(text) => match text.parse() {
                Ok(value) => integer(value),
                Err(_) => decimal(text).ok_or_else(|| {
                    format!("parameter {position} has more than the 38 digits of a decimal")
                })?,
            },
            Cell::Text(text) | Cell::Json(text) => Self::text(text),
            Cell::Bytes(bytes) => {
                Self::bytes(["varbinary(8000)", "varbinary(max)"], &[0xa5], &[], bytes)
            }
            Cell::Date(value) => date(*value).ok_or_else(|| {
                format!("parameter {position} is not a date of the years 1 to 9999")
            })?,
            Cell::List(_) => return Err(format!("parameter {position} is a list of values")),
        })
    }

    /// Writes it behind its name, which may be empty.
    pub(crate) fn put(&self, name: &str, out: &mut Vec<u8>) {
        out.push(u8::try_from(name.encode_utf16().count()).unwrap_or_default());
        out.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
        // It only goes in.
        out.push(0);
        out.extend_from_slice(&self.encoded);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the number is whole and within 2^53"
)]
fn number(value: f64) -> Parameter {
    if value.fract() == 0.0 && value.abs() <= SAFE as f64 {
        integer(value as i64)
    } else {
        Parameter::new("float", &[&[0x6d, 8, 8], &value.to_le_bytes()])
    }
}

/// Small ones as `int`, because some functions take no `bigint`.
fn integer(value: i64) -> Parameter {
    match i32::try_from(value) {
        Ok(value) => Parameter::new("int", &[&[0x26, 4, 4], &value.to_le_bytes()]),
        Err(_) => Parameter::new("bigint", &[&[0x26, 8, 8], &value.to_le_bytes()]),
    }
}

fn decimal(text: &str) -> Option<Parameter> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (0, digits),
        None => (1, text),
    };
    let value: u128 = digits.parse().ok().filter(|value| *value <= MOST)?;
    let head = [0x6c, 17, 38, 0, 17, sign];
    Some(Parameter::new(
        "decimal(38,0)",
        &[&head, &value.to_le_bytes()],
    ))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "dates of JavaScript are whole and within 2^53"
)]
fn date(milliseconds: f64) -> Option<Parameter> {
    Moment::from_milliseconds(milliseconds)?;
    let milliseconds = milliseconds as i64;
    let days = milliseconds.div_euclid(DAY) + FROM_YEAR_ONE;
    if !(0..DAYS).contains(&days) {
        return None;
    }
    let clock = milliseconds.rem_euclid(DAY).to_le_bytes();
    let days = days.to_le_bytes();
    Some(Parameter::new(
        "datetime2(3)",
        &[&[0x2a, 3, 7], &clock[..4], &days[..3]],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(cell: &Cell) -> (&'static str, Vec<u8>) {
        let parameter = Parameter::of(1, cell).unwrap();
        (parameter.declared, parameter.encoded)
    }

    #[test]
    fn values_have_the_smallest_type_that_holds_them() {
        for (cell, declared) in [
            (Cell::Bool(true), "bit"),
            (Cell::Number(-2_147_483_648.0), "int"),
            (Cell::Number(2_147_483_648.0), "bigint"),
            (Cell::Number(1e17), "float"),
            (Cell::Number(0.5), "float"),
            (Cell::BigInt("7".into()), "int"),
            (Cell::BigInt("9223372036854775807".into()), "bigint"),
            (Cell::BigInt("-9223372036854775809".into()), "decimal(38,0)"),
            (Cell::Text("é".repeat(4000)), "nvarchar(4000)"),
            (Cell::Text("é".repeat(4001)), "nvarchar(max)"),
            (Cell::Bytes(vec![0; 8000]), "varbinary(8000)"),
            (Cell::Bytes(vec![0; 8001]), "varbinary(max)"),
            (Cell::Date(0.0), "datetime2(3)"),
        ] {
            assert_eq!(encoded(&cell).0, declared, "{cell:.50?}");
        }
    }

    #[test]
    fn dates_reach_from_the_year_1_to_9999() {
        for (milliseconds, days, clock) in [
            (-62_135_596_800_000.0, 0_i64, 0_i64),
            (-1.0, 719_161, DAY - 1),
            (253_402_300_799_999.0, DAYS - 1, DAY - 1),
        ] {
            let (_, bytes) = encoded(&Cell::Date(milliseconds));
            assert_eq!(bytes[3..7], clock.to_le_bytes()[..4]);
            assert_eq!(bytes[7..], days.to_le_bytes()[..3]);
        }
        for beyond in [-62_135_596_800_001.0, 253_402_300_800_000.0, f64::NAN] {
            let error = Parameter::of(3, &Cell::Date(beyond)).err().unwrap();
            assert!(error.contains("parameter 3"), "{error}");
        }
        let digits = "1".repeat(39);
        assert!(Parameter::of(2, &Cell::BigInt(digits)).is_err());
    }
}
