//! A value on its way into or out of a SQL database.

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;

/// One SQL parameter or one column of a row.
///
/// Between the processes it is the enum that it looks like. Towards JavaScript, null, booleans,
/// numbers, strings and bytes stand for themselves (so that a row of plain values costs no
/// objects), and the rest is an object with one key: `{ date: 0 }`, `{ bigint: "9" }`,
/// `{ json: "[]" }`.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// SQL `NULL`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number; integers only where they are safe (below 2^53).
    Number(f64),
    /// Text, and exact numbers that a JavaScript number cannot hold.
    Text(String),
    /// Binary data.
    Bytes(Vec<u8>),
    /// A point in time, in milliseconds since 1970-01-01T00:00:00Z.
    Date(f64),
    /// An integer outside the safe range, in decimal.
    BigInt(String),
    /// A JSON value, as text.
    Json(String),
    /// The elements of an array, where an engine has such a type. Only comes out.
    List(Vec<Self>),
}

/// What goes between the processes. Written from borrowed values, read into owned ones.
#[derive(Serialize)]
#[serde(rename = "Wire")]
enum WireRef<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(&'a str),
    Bytes(#[serde(with = "serde_bytes")] &'a [u8]),
    Date(f64),
    BigInt(&'a str),
    Json(&'a str),
    List(&'a [Cell]),
}

#[derive(Deserialize)]
enum Wire {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    Bytes(#[serde(with = "serde_bytes")] Vec<u8>),
    Date(f64),
    BigInt(String),
    Json(String),
    List(Vec<Cell>),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Tagged {
    Date(f64),
    BigInt(String),
    Json(String),
    Bytes(#[serde(with = "serde_bytes")] Vec<u8>),
    List(Vec<Cell>),
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return match self {
                Self::Null => serializer.serialize_none(),
                Self::Bool(value) => serializer.serialize_bool(*value),
                Self::Number(value) => serializer.serialize_f64(*value),
                Self::Text(value) => serializer.serialize_str(value),
                Self::Bytes(value) => serializer.serialize_bytes(value),
                Self::Date(value) => Tagged::Date(*value).serialize(serializer),
                Self::BigInt(value) => Tagged::BigInt(value.clone()).serialize(serializer),
                Self::Json(value) => Tagged::Json(value.clone()).serialize(serializer),
                Self::List(cells) => Tagged::List(cells.clone()).serialize(serializer),
            };
        }
        match self {
            Self::Null => WireRef::Null,
            Self::Bool(value) => WireRef::Bool(*value),
            Self::Number(value) => WireRef::Number(*value),
            Self::Text(value) => WireRef::Text(value),
            Self::Bytes(value) => WireRef::Bytes(value),
            Self::Date(value) => WireRef::Date(*value),
            Self::BigInt(value) => WireRef::BigInt(value),
            Self::Json(value) => WireRef::Json(value),
            Self::List(cells) => WireRef::List(cells),
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_any(FromJavaScript);
        }
        Ok(match Wire::deserialize(deserializer)? {
            Wire::Null => Self::Null,
            Wire::Bool(value) => Self::Bool(value),
            Wire::Number(value) => Self::Number(value),
            Wire::Text(value) => Self::Text(value),
            Wire::Bytes(value) => Self::Bytes(value),
            Wire::Date(value) => Self::Date(value),
            Wire::BigInt(value) => Self::BigInt(value),
            Wire::Json(value) => Self::Json(value),
            Wire::List(cells) => Self::List(cells),
        })
    }
}

struct FromJavaScript;

impl<'de> serde::de::Visitor<'de> for FromJavaScript {
    type Value = Cell;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(
            "null, a boolean, a number, a string, or one of { date, bigint, json, bytes, list }",
        )
    }

    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }

    fn visit_none<E>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Cell, E> {
        Ok(Cell::Bool(value))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "JavaScript sends safe integers only"
    )]
    fn visit_i64<E>(self, value: i64) -> Result<Cell, E> {
        Ok(Cell::Number(value as f64))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "JavaScript sends safe integers only"
    )]
    fn visit_u64<E>(self, value: u64) -> Result<Cell, E> {
        Ok(Cell::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Cell, E> {
        Ok(Cell::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Cell, E> {
        Ok(Cell::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Cell, E> {
        Ok(Cell::Text(value))
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Cell, A::Error> {
        let tagged = Tagged::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(match tagged {
            Tagged::Date(value) => Cell::Date(value),
            Tagged::BigInt(value) => Cell::BigInt(value),
            Tagged::Json(value) => Cell::Json(value),
            Tagged::Bytes(value) => Cell::Bytes(value),
            Tagged::List(cells) => Cell::List(cells),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_passes_between_processes() {
        let cells = vec![
            Cell::Null,
            Cell::Bool(true),
            Cell::Number(-1.5),
            Cell::Text("é".to_owned()),
            Cell::Bytes(vec![0, 255]),
            Cell::Date(-1.0),
            Cell::BigInt("9007199254740993".to_owned()),
            Cell::Json("[1]".to_owned()),
            Cell::List(vec![Cell::Null, Cell::List(vec![Cell::Bool(false)])]),
        ];
        let bytes = postcard::to_allocvec(&cells).expect("writes");
        let read: Vec<Cell> = postcard::from_bytes(&bytes).expect("reads");
        assert_eq!(read, cells);
    }

    #[test]
    fn towards_javascript_plain_values_stand_for_themselves() {
        let cells = [
            Cell::Null,
            Cell::Number(1.0),
            Cell::Text("a".to_owned()),
            Cell::Date(0.0),
            Cell::List(vec![Cell::Number(2.0)]),
        ];
        let json = serde_json::to_string(&cells).expect("writes");
        assert_eq!(json, r#"[null,1.0,"a",{"date":0.0},{"list":[2.0]}]"#);
        let read: Vec<Cell> = serde_json::from_str(&json).expect("reads");
        assert_eq!(read, cells);
    }
}
