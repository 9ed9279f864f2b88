//! Values on their way into SQLite and out of it.
//!
//! SQLite has five types of values and lets a column declare any other. Of the declared ones, three
//! groups mean something here: a text in a column declared `DATE`, `DATETIME` or `TIMESTAMP` comes
//! back as a date when it is one, a text in a column declared `JSON` or `JSONB` comes back parsed
//! when it is JSON, and `BOOLEAN` comes back as the number that SQLite stores.

use crate::database::engine::SAFE;
use crate::database::engine::integer;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::NaiveTime;
use chrono::SecondsFormat;
use ketrics_protocol::Cell;
use rusqlite::types::Value;
use rusqlite::types::ValueRef;

/// What a column's declared type makes of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Declared {
    Date,
    Json,
    Other,
}

impl Declared {
    pub(crate) fn of(declared: Option<&str>) -> Self {
        let declared = declared.unwrap_or_default().to_ascii_uppercase();
        // A length may follow, as in TIMESTAMP(3).
        match declared.split('(').next().unwrap_or_default().trim() {
            "DATE" | "DATETIME" | "TIMESTAMP" | "TIMESTAMPTZ" => Self::Date,
            "JSON" | "JSONB" => Self::Json,
            _ => Self::Other,
        }
    }
}

/// A parameter.
///
/// # Errors
/// With a reason for tenant code that names the parameter.
pub(crate) fn parameter(position: usize, cell: Cell) -> Result<Value, String> {
    Ok(match cell {
        Cell::Null => Value::Null,
        Cell::Bool(value) => Value::Integer(i64::from(value)),
        Cell::Number(value) => number(value),
        Cell::Text(value) | Cell::Json(value) => Value::Text(value),
        Cell::Bytes(value) => Value::Blob(value),
        Cell::Date(value) => Value::Text(
            iso(value).ok_or_else(|| format!("parameter {position} is not a valid date"))?,
        ),
        Cell::BigInt(value) => Value::Integer(value.parse().map_err(|_| {
            format!("parameter {position} is an integer of more than 64 bits, which SQLite lacks")
        })?),
        Cell::List(_) => return Err(format!("parameter {position} is a list of values")),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the number is whole and within 2^53"
)]
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() <= SAFE as f64 {
        Value::Integer(value as i64)
    } else {
        Value::Real(value)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "chrono refuses what is out of range"
)]
fn iso(milliseconds: f64) -> Option<String> {
    if !milliseconds.is_finite() {
        return None;
    }
    let time = DateTime::from_timestamp_millis(milliseconds as i64)?;
    Some(time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// A column of a row.
pub(crate) fn cell(value: ValueRef<'_>, declared: Declared) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(value) => integer(value),
        ValueRef::Real(value) => Cell::Number(value),
        ValueRef::Blob(value) => Cell::Bytes(value.to_vec()),
        ValueRef::Text(value) => text(String::from_utf8_lossy(value).into_owned(), declared),
    }
}

#[expect(clippy::cast_precision_loss, reason = "times stay below 2^53")]
fn text(text: String, declared: Declared) -> Cell {
    match declared {
        Declared::Date => match milliseconds(&text) {
            Some(milliseconds) => Cell::Date(milliseconds as f64),
            None => Cell::Text(text),
        },
        Declared::Json if serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok() => {
            Cell::Json(text)
        }
        Declared::Json | Declared::Other => Cell::Text(text),
    }
}

/// A date as SQLite's own functions write it (in UTC), or with an offset.
fn milliseconds(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(date.and_time(NaiveTime::MIN).and_utc().timestamp_millis());
    }
    let spelled = text.replacen(' ', "T", 1);
    if let Ok(time) = DateTime::parse_from_rfc3339(&spelled) {
        return Some(time.timestamp_millis());
    }
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
        .into_iter()
        .find_map(|format| NaiveDateTime::parse_from_str(&spelled, format).ok())
        .map(|time| time.and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_every_form_that_sqlite_writes() {
        for (text, milliseconds) in [
            ("2024-02-29", 1_709_164_800_000),
            ("2024-02-29 12:30", 1_709_209_800_000),
            ("2024-02-29 12:30:15", 1_709_209_815_000),
            ("2024-02-29T12:30:15.250", 1_709_209_815_250),
            ("2024-02-29T12:30:15.250Z", 1_709_209_815_250),
            ("2024-02-29 13:30:15+01:00", 1_709_209_815_000),
        ] {
            assert_eq!(super::milliseconds(text), Some(milliseconds), "{text}");
        }
        for text in ["", "now", "12:30", "2024-02-30", "1709164800"] {
            assert_eq!(super::milliseconds(text), None, "{text}");
        }
    }

    #[test]
    fn integers_keep_all_their_digits() {
        assert_eq!(integer(SAFE), Cell::Number(9_007_199_254_740_991.0));
        assert_eq!(integer(SAFE + 1), Cell::Text("9007199254740992".into()));
        assert_eq!(integer(i64::MIN), Cell::Text("-9223372036854775808".into()));
        let big = parameter(1, Cell::BigInt("9007199254740993".into())).unwrap();
        assert_eq!(big, Value::Integer(9_007_199_254_740_993));
        let error = parameter(3, Cell::BigInt("9223372036854775808".into())).unwrap_err();
        assert!(error.starts_with("parameter 3"), "{error}");
        assert!(
            parameter(2, Cell::Date(f64::NAN))
                .unwrap_err()
                .starts_with("parameter 2")
        );
        assert_eq!(parameter(1, Cell::Number(0.5)).unwrap(), Value::Real(0.5));
        assert_eq!(
            parameter(1, Cell::Number(1e300)).unwrap(),
            Value::Real(1e300)
        );
        assert_eq!(parameter(1, Cell::Bool(true)).unwrap(), Value::Integer(1));
    }
}
