//! The values of MySQL and MariaDB, as their usual Node driver reads and writes them.
//!
//! | type | in JavaScript |
//! |---|---|
//! | `tinyint … int year float double` | number |
//! | `bigint`, also unsigned | number where it is safe, otherwise string |
//! | `decimal` | string |
//! | `date datetime timestamp` | Date, as if in UTC; one with a zero in it is an invalid Date |
//! | `time` | string: `-838:59:59` |
//! | `bit binary varbinary blob geometry` | Buffer |
//! | `json` | parsed, also MariaDB's, which it stores as text |
//! | all others (`char varchar text enum set uuid inet6`, …) | string |

use crate::database::calendar::Moment;
use crate::database::engine::SAFE;
use crate::database::engine::integer;
use crate::database::mysql::packet::Reader;
use crate::database::mysql::packet::malformed;
use crate::database::mysql::packet::put_text;
use ketrics_protocol::Cell;
use serde_json::value::RawValue;
use std::io;

// Types, as the protocol numbers them.
const TINY: u8 = 1;
const SHORT: u8 = 2;
const LONG: u8 = 3;
const FLOAT: u8 = 4;
const DOUBLE: u8 = 5;
const NULL: u8 = 6;
const TIMESTAMP: u8 = 7;
const LONGLONG: u8 = 8;
const INT24: u8 = 9;
const DATE: u8 = 10;
const TIME: u8 = 11;
const DATETIME: u8 = 12;
const YEAR: u8 = 13;
const VARCHAR: u8 = 15;
const BIT: u8 = 16;
const JSON: u8 = 245;
const BLOB: u8 = 252;
const VAR_STRING: u8 = 253;
const STRING: u8 = 254;
const GEOMETRY: u8 = 255;
const TINY_BLOB: u8 = 249;
const LONG_BLOB: u8 = 251;

/// The character set of bytes that are no text.
const BINARY: u16 = 63;
/// The flag of a column without negative numbers.
const UNSIGNED: u16 = 0x20;
/// Microseconds have so many digits; a column that says more does not say.
const MOST_DECIMALS: usize = 6;

/// A parameter on its way to the server: its type, and its bytes.
pub(crate) struct Parameter {
    kind: u8,
    unsigned: bool,
    bytes: Vec<u8>,
}

impl Parameter {
    fn new(kind: u8, bytes: Vec<u8>) -> Self {
        Self {
            kind,
            unsigned: false,
            bytes,
        }
    }

    fn text(kind: u8, text: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(text.len() + 9);
        put_text(&mut bytes, text);
        Self::new(kind, bytes)
    }

    fn integer(value: i64) -> Self {
        Self::new(LONGLONG, value.to_le_bytes().to_vec())
    }

    /// Makes a parameter.
    ///
    /// # Errors
    /// With a reason for tenant code that names the parameter.
    pub(crate) fn of(position: usize, cell: &Cell) -> Result<Self, String> {
        Ok(match cell {
            Cell::Null => Self::new(NULL, Vec::new()),
            Cell::Bool(value) => Self::integer((*value).into()),
            Cell::Number(value) => number(*value),
            Cell::BigInt(text) => match (text.parse::<i64>(), text.parse::<u64>()) {
                (Ok(value), _) => Self::integer(value),
                (_, Ok(value)) => Self {
                    unsigned: true,
                    ..Self::new(LONGLONG, value.to_le_bytes().to_vec())
                },
                // A decimal column may hold it.
                _ => Self::text(VAR_STRING, text.as_bytes()),
            },
            Cell::Text(text) | Cell::Json(text) => Self::text(VAR_STRING, text.as_bytes()),
            Cell::Bytes(bytes) => Self::text(BLOB, bytes),
            Cell::Date(value) => date(*value).ok_or_else(|| {
                format!("parameter {position} is not a date of the years 0 to 9999")
            })?,
            Cell::List(_) => return Err(format!("parameter {position} is a list of values")),
        })
    }
}

/// Writes parameters behind the head of an execution.
pub(crate) fn put(parameters: &[Parameter], out: &mut Vec<u8>) {
    if parameters.is_empty() {
        return;
    }
    let nulls = out.len();
    out.resize(nulls + parameters.len().div_ceil(8), 0);
    for (index, parameter) in parameters.iter().enumerate() {
        if parameter.kind == NULL {
            out[nulls + index / 8] |= 1 << (index % 8);
        }
    }
    // The types follow.
    out.push(1);
    for parameter in parameters {
        out.extend_from_slice(&[parameter.kind, u8::from(parameter.unsigned) << 7]);
    }
    for parameter in parameters {
        out.extend_from_slice(&parameter.bytes);
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the number is whole and within 2^53"
)]
fn number(value: f64) -> Parameter {
    if value.fract() == 0.0 && value.abs() <= SAFE as f64 {
        Parameter::integer(value as i64)
    } else {
        Parameter::new(DOUBLE, value.to_le_bytes().to_vec())
    }
}

fn date(milliseconds: f64) -> Option<Parameter> {
    let moment = Moment::from_milliseconds(milliseconds)?;
    let year = u16::try_from(moment.year)
        .ok()
        .filter(|year| *year <= 9999)?;
    let mut bytes = vec![11];
    bytes.extend_from_slice(&year.to_le_bytes());
    for part in [
        moment.month,
        moment.day,
        moment.hour,
        moment.minute,
        moment.second,
    ] {
        bytes.push(u8::try_from(part).ok()?);
    }
    bytes.extend_from_slice(&(moment.millisecond * 1000).to_le_bytes());
    Some(Parameter::new(DATETIME, bytes))
}

/// What a column's values are.
pub(crate) struct Column {
    pub(crate) name: String,
    kind: u8,
    charset: u16,
    flags: u16,
    decimals: u8,
    json: bool,
}

impl Column {
    /// Reads a column's description; MariaDB's says more where that was agreed.
    pub(crate) fn read(packet: &[u8], extended: bool) -> io::Result<Self> {
        let mut reader = Reader::new(packet);
        // The catalog, the database, and the table by both its names.
        for _ in 0..4 {
            reader.text()?;
        }
        let name = String::from_utf8_lossy(reader.text()?).into_owned();
        reader.text()?;
        let mut json = false;
        if extended {
            let mut more = Reader::new(reader.text()?);
            while !more.rest().is_empty() {
                let is_format = more.u8()? == 1;
                json |= more.text()? == b"json" && is_format;
            }
        }
        reader.counted()?;
        let charset = reader.u16()?;
        reader.u32()?;
        let kind = reader.u8()?;
        let flags = reader.u16()?;
        let decimals = reader.u8()?;
        Ok(Self {
            name,
            kind,
            charset,
            flags,
            decimals,
            json: json || kind == JSON,
        })
    }
}

/// Reads a row.
pub(crate) fn row(
    packet: &[u8],
    columns: &[Column],
    mut take: impl FnMut(Cell) -> Result<(), String>,
) -> io::Result<Result<(), String>> {
    let mut reader = Reader::new(packet);
    reader.u8()?;
    // Two bits come before those of the columns.
    let nulls = reader.bytes((columns.len() + 2).div_ceil(8))?;
    for (index, column) in (2..).zip(columns) {
        let is_null = nulls[index / 8] & (1 << (index % 8)) != 0;
        let cell = if is_null {
            Cell::Null
        } else {
            cell(&mut reader, column)?
        };
        if let Err(reason) = take(cell) {
            return Ok(Err(reason));
        }
    }
    Ok(Ok(()))
}

fn cell(reader: &mut Reader<'_>, column: &Column) -> io::Result<Cell> {
    let whole = |value: u64, bits: u32| {
        let value = value.cast_signed();
        if column.flags & UNSIGNED == 0 {
            // The sign stands where the number ends.
            integer(value << (64 - bits) >> (64 - bits))
        } else if value < 0 {
            Cell::Text(value.cast_unsigned().to_string())
        } else {
            integer(value)
        }
    };
    Ok(match column.kind {
        TINY => whole(reader.integer(1)?, 8),
        SHORT | YEAR => whole(reader.integer(2)?, 16),
        LONG | INT24 => whole(reader.integer(4)?, 32),
        LONGLONG => whole(reader.integer(8)?, 64),
        FLOAT => {
            let float = f32::from_bits(reader.u32()?);
            // The shortest number that is this float, not the float's every digit.
            Cell::Number(float.to_string().parse().unwrap_or(f64::NAN))
        }
        DOUBLE => Cell::Number(f64::from_bits(reader.integer(8)?)),
        DATE | DATETIME | TIMESTAMP => {
            let length = usize::from(reader.u8()?);
            Cell::Date(moment(&mut Reader::new(reader.bytes(length)?))?)
        }
        TIME => {
            let length = usize::from(reader.u8()?);
            Cell::Text(time(&mut Reader::new(reader.bytes(length)?), column)?)
        }
        NULL => Cell::Null,
        _ => of_bytes(reader.text()?, column),
    })
}

/// A date and a time, as far as they are written.
#[expect(clippy::cast_precision_loss, reason = "times stay below 2^53")]
fn moment(reader: &mut Reader<'_>) -> io::Result<f64> {
    let mut moment = Moment::default();
    if !reader.rest().is_empty() {
        moment.year = reader.u16()?.into();
        moment.month = reader.u8()?.into();
        moment.day = reader.u8()?.into();
    }
    if !reader.rest().is_empty() {
        moment.hour = reader.u8()?.into();
        moment.minute = reader.u8()?.into();
        moment.second = reader.u8()?.into();
    }
    if !reader.rest().is_empty() {
        moment.millisecond = reader.u32()? / 1000;
    }
    Ok(moment.milliseconds().map_or(f64::NAN, |value| value as f64))
}

fn time(reader: &mut Reader<'_>, column: &Column) -> io::Result<String> {
    let mut sign = "";
    let (mut hours, mut minutes, mut seconds, mut microseconds) = (0, 0, 0, 0);
    if !reader.rest().is_empty() {
        sign = if reader.u8()? == 0 { "" } else { "-" };
        let days = reader.u32()?;
        hours = u64::from(days) * 24 + u64::from(reader.u8()?);
        minutes = reader.u8()?;
        seconds = reader.u8()?;
    }
    if !reader.rest().is_empty() {
        microseconds = reader.u32()?;
    }
    let whole = format!("{sign}{hours:02}:{minutes:02}:{seconds:02}");
    let decimals = match usize::from(column.decimals) {
        decimals if decimals <= MOST_DECIMALS => decimals,
        _ if microseconds > 0 => MOST_DECIMALS,
        _ => 0,
    };
    let fraction = format!("{microseconds:06}");
    match decimals {
        0 => Ok(whole),
        decimals => {
            let fraction = fraction.get(..decimals).ok_or_else(malformed)?;
            Ok(format!("{whole}.{fraction}"))
        }
    }
}

fn of_bytes(bytes: &[u8], column: &Column) -> Cell {
    let is_binary = match column.kind {
        BIT | GEOMETRY => true,
        VARCHAR | VAR_STRING | STRING | TINY_BLOB..=LONG_BLOB | BLOB => column.charset == BINARY,
        _ => false,
    };
    if is_binary && !column.json {
        return Cell::Bytes(bytes.to_vec());
    }
    let text = String::from_utf8_lossy(bytes).into_owned();
    if column.json && serde_json::from_str::<&RawValue>(&text).is_ok() {
        return Cell::Json(text);
    }
    Cell::Text(text)
}
