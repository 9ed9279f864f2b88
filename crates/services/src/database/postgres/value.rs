//! PostgreSQL's values in their text form, as its usual Node driver reads and writes them.
//!
//! | type | in JavaScript |
//! |---|---|
//! | `smallint integer oid real double` | number |
//! | `bigint` | number where it is safe, otherwise string |
//! | `numeric money` | string |
//! | `boolean` | boolean |
//! | `bytea` | Buffer |
//! | `date timestamp timestamptz` | Date, the first two as if in UTC; `infinity` is the number Infinity; string beyond the years of JavaScript |
//! | `json jsonb` | parsed |
//! | `interval` | string in ISO 8601: `P1Y2M3DT4H5M6.5S` |
//! | arrays of PostgreSQL's own types | array, nested where they are |
//! | all others (`text uuid time inet bit`, ranges, enums, composites, …) | string as PostgreSQL writes it |
//!
//! Parameters go as text without a type, so that PostgreSQL finds the type as it does for a quoted
//! literal: a number may go into any numeric column, a string into a uuid, a date or an enum.

use crate::database::calendar::Moment;
use crate::database::engine::integer;
use crate::database::postgres::array;
use crate::database::postgres::array::Elements;
use crate::database::postgres::array::Item;
use ketrics_protocol::Cell;
use serde_json::value::RawValue;

/// PostgreSQL's number of a type.
pub(crate) type Oid = u32;

const BOOL: Oid = 16;
const BYTEA: Oid = 17;
const INT8: Oid = 20;
const INT2: Oid = 21;
const INT4: Oid = 23;
const OID: Oid = 26;
const JSON: Oid = 114;
const FLOAT4: Oid = 700;
const FLOAT8: Oid = 701;
const DATE: Oid = 1082;
const TIMESTAMP: Oid = 1114;
const TIMESTAMPTZ: Oid = 1184;
const JSONB: Oid = 3802;

/// The first number of a type that is not PostgreSQL's own.
pub(crate) const FIRST_FOREIGN: Oid = 16_384;

/// Any type whose values stay text.
const TEXT: Oid = 25;

/// Array types and their elements, where those are told apart.
const ARRAYS: &[(Oid, Oid)] = &[
    (199, JSON),
    (1000, BOOL),
    (1001, BYTEA),
    (1005, INT2),
    (1007, INT4),
    (1016, INT8),
    (1021, FLOAT4),
    (1022, FLOAT8),
    (1028, OID),
    (1115, TIMESTAMP),
    (1182, DATE),
    (1185, TIMESTAMPTZ),
    (3807, JSONB),
];

/// Array types whose elements stay text.
const TEXT_ARRAYS: &[Oid] = &[
    143, 271, 651, 719, 775, 791, 1002, 1003, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 1017,
    1018, 1019, 1027, 1034, 1040, 1041, 1183, 1187, 1231, 1270, 1561, 1563, 2201, 2207, 2208, 2209,
    2210, 2211, 2949, 2951, 3221, 3643, 3644, 3645, 3735, 3770, 3905, 3907, 3909, 3911, 3913, 3927,
    4073, 4090, 4097, 5039, 6150, 6151, 6152, 6153, 6155, 6157,
];

/// The type of an array's elements, if it is one of PostgreSQL's own arrays.
pub(crate) fn element(oid: Oid) -> Option<Oid> {
    ARRAYS
        .iter()
        .find(|(array, _)| *array == oid)
        .map(|(_, element)| *element)
        .or_else(|| TEXT_ARRAYS.contains(&oid).then_some(TEXT))
}

/// A parameter on its way to the server; nothing for NULL.
pub(crate) enum Parameter {
    Text(String),
    Binary(Vec<u8>),
    Null,
}

/// Makes a parameter. `array` says what elements its target has, where that is an array.
pub(crate) fn parameter(
    position: usize,
    cell: Cell,
    array: Option<Oid>,
) -> Result<Parameter, String> {
    let text = match cell {
        Cell::Null => return Ok(Parameter::Null),
        Cell::Bool(value) => value.to_string(),
        Cell::Number(value) => number(value),
        Cell::BigInt(value) => value,
        Cell::Text(value) => value,
        Cell::Bytes(value) => return Ok(Parameter::Binary(value)),
        Cell::Date(value) => {
            date(value).ok_or_else(|| format!("parameter {position} is not a valid date"))?
        }
        Cell::Json(value) => match (array, serde_json::from_str(&value)) {
            (Some(element), Ok(serde_json::Value::Array(values))) => {
                let elements = if [JSON, JSONB].contains(&element) {
                    Elements::Json
                } else {
                    Elements::Plain
                };
                let mut text = String::with_capacity(value.len() + 16);
                array::write(&values, elements, &mut text);
                text
            }
            _ => value,
        },
        Cell::List(_) => return Err(format!("parameter {position} is a list of values")),
    };
    if text.contains('\0') {
        return Err(format!(
            "parameter {position} holds a NUL character, which PostgreSQL cannot store in text"
        ));
    }
    Ok(Parameter::Text(text))
}

/// A number as JavaScript would write it, but for the digits of very large ones.
fn number(value: f64) -> String {
    if value != 0.0 && value.is_finite() && !(1e-6..1e21).contains(&value.abs()) {
        format!("{value:e}")
    } else if value == 0.0 {
        "0".to_owned()
    } else {
        value.to_string()
    }
}

fn date(milliseconds: f64) -> Option<String> {
    let moment = Moment::from_milliseconds(milliseconds)?;
    let (year, era) = if moment.year > 0 {
        (moment.year, "")
    } else {
        (1 - moment.year, " BC")
    };
    Some(format!(
        "{year:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}+00:00{era}",
        moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.millisecond
    ))
}

/// A column of a row.
pub(crate) fn cell(bytes: &[u8], oid: Oid) -> Cell {
    let text = String::from_utf8_lossy(bytes);
    if let Some(element) = element(oid) {
        return match array::read(&text) {
            Some(Item::List(items)) => list(items, element),
            _ => Cell::Text(text.into_owned()),
        };
    }
    scalar(&text, oid).unwrap_or_else(|| Cell::Text(text.into_owned()))
}

fn list(items: Vec<Item>, element: Oid) -> Cell {
    let cells = items.into_iter().map(|item| match item {
        Item::Null => Cell::Null,
        Item::List(items) => list(items, element),
        Item::Text(text) => scalar(&text, element).unwrap_or(Cell::Text(text)),
    });
    Cell::List(cells.collect())
}

/// The value of a type that is more than text; nothing for one that JavaScript cannot hold.
fn scalar(text: &str, oid: Oid) -> Option<Cell> {
    match oid {
        BOOL => Some(Cell::Bool(text == "t")),
        INT2 | INT4 | INT8 | OID => text.parse().ok().map(integer),
        FLOAT4 | FLOAT8 => text.parse().ok().map(Cell::Number),
        BYTEA => hex(text.strip_prefix("\\x")?).map(Cell::Bytes),
        JSON | JSONB => serde_json::from_str::<&RawValue>(text)
            .is_ok()
            .then(|| Cell::Json(text.to_owned())),
        DATE | TIMESTAMP | TIMESTAMPTZ => moment(text).map(|moment| {
            if moment.is_infinite() {
                Cell::Number(moment)
            } else {
                Cell::Date(moment)
            }
        }),
        _ => None,
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    text.as_bytes()
        .chunks(2)
        .map(|pair| {
            let [high, low] = pair else { return None };
            u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
        })
        .collect()
}

/// A date or timestamp in ISO style.
#[expect(clippy::cast_precision_loss, reason = "times stay below 2^53")]
fn moment(text: &str) -> Option<f64> {
    match text {
        "infinity" => return Some(f64::INFINITY),
        "-infinity" => return Some(f64::NEG_INFINITY),
        _ => {}
    }
    let (text, before_christ) = match text.strip_suffix(" BC") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (date, time) = text.split_once(' ').unwrap_or((text, ""));
    let mut parts = date.split('-');
    let mut part = || parts.next()?.parse::<u32>().ok();
    let year = i64::from(part()?);
    let mut moment = Moment {
        year: if before_christ { 1 - year } else { year },
        month: part()?,
        day: part()?,
        ..Moment::default()
    };
    if time.is_empty() {
        return moment
            .milliseconds()
            .map(|milliseconds| milliseconds as f64);
    }
    let zone = time.find(['+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut parts = clock.split(':').map(|part| part.parse::<u32>().ok());
    let mut part = || parts.next().flatten();
    moment.hour = part()?;
    moment.minute = part()?;
    moment.second = part()?;
    moment.millisecond = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    let mut offset = 0_i64;
    let mut unit = 3_600_000;
    for part in zone
        .get(1..)
        .unwrap_or_default()
        .split(':')
        .filter(|part| !part.is_empty())
    {
        offset += part.parse::<i64>().ok()? * unit;
        unit /= 60;
    }
    let offset = if zone.starts_with('-') {
        -offset
    } else {
        offset
    };
    moment
        .milliseconds()
        .map(|milliseconds| (milliseconds - offset) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_and_written_alike() {
        for (text, milliseconds) in [
            ("1970-01-01", 0.0),
            ("2024-02-29 12:30:15.25", 1_709_209_815_250.0),
            ("2024-02-29 12:30:15.25+00", 1_709_209_815_250.0),
            ("2024-02-29 18:00:15.25+05:30", 1_709_209_815_250.0),
            ("1800-01-01 00:00:00", -5_364_662_400_000.0),
            ("0001-01-01 BC", -62_167_219_200_000.0),
            ("10000-01-01 00:00:00+00", 253_402_300_800_000.0),
            ("infinity", f64::INFINITY),
        ] {
            assert_eq!(moment(text), Some(milliseconds), "{text}");
        }
        assert_eq!(moment("294276-12-31 23:59:59"), None);
        assert_eq!(
            date(-62_167_219_200_000.0).unwrap(),
            "0001-01-01T00:00:00.000+00:00 BC"
        );
        assert_eq!(
            date(253_402_300_800_001.0).unwrap(),
            "10000-01-01T00:00:00.001+00:00"
        );
    }

    #[test]
    fn numbers_are_written_in_full_where_they_are_short() {
        for (value, text) in [
            (1.0, "1"),
            (-0.0, "0"),
            (0.1, "0.1"),
            (1e21, "1e21"),
            (-5e-324, "-5e-324"),
            (9_007_199_254_740_991.0, "9007199254740991"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
