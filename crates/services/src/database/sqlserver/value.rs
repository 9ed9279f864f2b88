//! The values of SQL Server, as its usual Node driver reads them.
//!
//! | type | in JavaScript |
//! |---|---|
//! | `tinyint smallint int real float` | number |
//! | `bigint` | number where it is safe, otherwise string |
//! | `decimal numeric money smallmoney` | string, with all its digits |
//! | `bit` | boolean |
//! | `date datetime datetime2 smalldatetime datetimeoffset` | Date, all but the last as if in UTC |
//! | `time` | string: `12:30:15.2500000` |
//! | `binary varbinary image rowversion`, and CLR types | Buffer |
//! | `char varchar text nchar nvarchar ntext xml` | string |
//! | `uniqueidentifier` | string, in capitals |
//! | `sql_variant` | as what it holds |
//!
//! \[MS-TDS\] sections 2.2.5.4, "Data Type Definitions", and 2.2.5.5, "Data Type Details".

use crate::database::engine::SAFE;
use crate::database::engine::integer;
use crate::database::sqlserver::collation;
use crate::database::sqlserver::wire::MAX_VALUE;
use crate::database::sqlserver::wire::Wire;
use crate::database::sqlserver::wire::malformed;
use crate::database::sqlserver::wire::too_large;
use bytes::Buf;
use bytes::Bytes;
use bytes::BytesMut;
use encoding_rs::Encoding;
use encoding_rs::WINDOWS_1252;
use ketrics_protocol::Cell;
use std::io;

/// Milliseconds of a day, and days from the year 1 to 1970 and from 1900 to 1970.
pub(crate) const DAY: i64 = 86_400_000;
pub(crate) const FROM_YEAR_ONE: i64 = 719_162;
const FROM_1900: i64 = 25_567;

/// What the bytes of a value are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Null,
    Bit,
    Integer,
    Float,
    Money,
    Decimal,
    /// Days and three-hundredths of a second since 1900; or days and minutes.
    DateTime,
    Date,
    Time,
    DateTime2,
    DateTimeOffset,
    Guid,
    Binary,
    Text,
    WideText,
}

/// How a value says its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Fixed(usize),
    /// In one byte, where 0 is NULL.
    Byte,
    /// In two bytes.
    Short,
    /// In pieces, as `max` types are sent.
    Pieces,
    /// Behind a pointer that nobody needs any more.
    Pointer,
    /// With its type in front of it.
    Variant,
}

/// A type, with what its values need to be read.
#[derive(Clone, Copy)]
pub(crate) struct Type {
    meaning: Meaning,
    length: Length,
    scale: u8,
    encoding: &'static Encoding,
}

impl Type {
    fn new(meaning: Meaning, length: Length) -> Self {
        Self {
            meaning,
            length,
            scale: 0,
            encoding: WINDOWS_1252,
        }
    }

    /// Reads what the server says of a type.
    pub(crate) async fn read(wire: &mut Wire) -> io::Result<Self> {
        let code = wire.u8().await?;
        if let Some((meaning, length)) = fixed(code) {
            return Ok(Self::new(meaning, Length::Fixed(length)));
        }
        let mut this = Self::new(meaning(code)?, Length::Byte);
        match code {
            // Without anything: `date`.
            0x28 => {}
            0x29..=0x2b => this.scale = wire.u8().await?,
            0x24 | 0x26 | 0x68 | 0x6d | 0x6e | 0x6f => wire.skip(1).await?,
            0x6a | 0x6c => {
                wire.skip(2).await?;
                this.scale = wire.u8().await?;
            }
            0xa5 | 0xa7 | 0xad | 0xaf | 0xe7 | 0xef => {
                let most = wire.u16().await?;
                this.length = if most == u16::MAX {
                    Length::Pieces
                } else {
                    Length::Short
                };
                if this.meaning != Meaning::Binary {
                    this.collated(wire).await?;
                }
            }
            0x22 | 0x23 | 0x63 => {
                wire.skip(4).await?;
                this.length = Length::Pointer;
                if this.meaning != Meaning::Binary {
                    this.collated(wire).await?;
                }
            }
            0xf1 => {
                this.length = Length::Pieces;
                if wire.u8().await? != 0 {
                    short_name(wire).await?;
                    short_name(wire).await?;
                    long_name(wire).await?;
                }
            }
            0xf0 => {
                this.length = Length::Pieces;
                wire.skip(2).await?;
                for _ in 0..3 {
                    short_name(wire).await?;
                }
                long_name(wire).await?;
            }
            0x62 => {
                wire.skip(4).await?;
                this.length = Length::Variant;
            }
            _ => return Err(malformed()),
        }
        Ok(this)
    }

    /// Whether the column's description has its table's name.
    pub(crate) fn names_its_table(&self) -> bool {
        self.length == Length::Pointer
    }

    async fn collated(&mut self, wire: &mut Wire) -> io::Result<()> {
        let info = wire.u32().await?;
        self.encoding = collation::encoding(info, wire.u8().await?);
        Ok(())
    }

    /// Reads a value.
    pub(crate) async fn value(&self, wire: &mut Wire) -> io::Result<Cell> {
        let bytes = match self.length {
            Length::Fixed(length) => Some(wire.bytes(length).await?),
            Length::Byte => match wire.u8().await? {
                0 => None,
                length => Some(wire.bytes(length.into()).await?),
            },
            Length::Short => match wire.u16().await? {
                u16::MAX => None,
                length => Some(wire.bytes(length.into()).await?),
            },
            Length::Pieces => pieces(wire).await?,
            Length::Pointer => match wire.u8().await? {
                0 => None,
                pointer => {
                    // And a timestamp.
                    wire.skip(usize::from(pointer) + 8).await?;
                    let length = wire.u32().await?;
                    Some(wire.bytes(length as usize).await?)
                }
            },
            Length::Variant => return variant(wire).await,
        };
        bytes.map_or(Ok(Cell::Null), |bytes| self.cell(&bytes))
    }

    fn cell(&self, bytes: &[u8]) -> io::Result<Cell> {
        let mut bytes = bytes;
        Ok(match self.meaning {
            Meaning::Null => Cell::Null,
            Meaning::Bit => Cell::Bool(bytes != [0]),
            Meaning::Integer => integer(signed(bytes)?),
            Meaning::Float => Cell::Number(float(bytes)?),
            Meaning::Money => Cell::Text(money(bytes)?),
            Meaning::Decimal => Cell::Text(decimal(bytes, self.scale)?),
            Meaning::DateTime => Cell::Date(number(datetime(bytes)?)),
            Meaning::Date => Cell::Date(number(days(bytes)? * DAY)),
            Meaning::Time => Cell::Text(time(unsigned(bytes)?, self.scale)),
            Meaning::DateTime2 | Meaning::DateTimeOffset => {
                // The offset only says how it was written; the moment is in UTC.
                let behind = if self.meaning == Meaning::DateTime2 {
                    3
                } else {
                    5
                };
                let length = bytes.len().checked_sub(behind).ok_or_else(malformed)?;
                let (clock, date) = bytes.split_at(length);
                let milliseconds = to_milliseconds(unsigned(clock)?, self.scale);
                Cell::Date(number(days(&date[..3])? * DAY + milliseconds))
            }
            Meaning::Guid => Cell::Text(guid(bytes)?),
            Meaning::Binary => Cell::Bytes(bytes.to_vec()),
            Meaning::Text => Cell::Text(self.encoding.decode_without_bom_handling(bytes).0.into()),
            Meaning::WideText => {
                let mut units = Vec::with_capacity(bytes.len() / 2);
                while bytes.len() >= 2 {
                    units.push(bytes.get_u16_le());
                }
                Cell::Text(String::from_utf16_lossy(&units))
            }
        })
    }
}

fn fixed(code: u8) -> Option<(Meaning, usize)> {
    Some(match code {
        0x1f => (Meaning::Null, 0),
        0x30 => (Meaning::Integer, 1),
        0x32 => (Meaning::Bit, 1),
        0x34 => (Meaning::Integer, 2),
        0x38 => (Meaning::Integer, 4),
        0x7f => (Meaning::Integer, 8),
        0x3a => (Meaning::DateTime, 4),
        0x3d => (Meaning::DateTime, 8),
        0x3b => (Meaning::Float, 4),
        0x3e => (Meaning::Float, 8),
        0x3c => (Meaning::Money, 8),
        0x7a => (Meaning::Money, 4),
        _ => return None,
    })
}

/// What the values of a type with a length are.
fn meaning(code: u8) -> io::Result<Meaning> {
    Ok(match code {
        0x24 => Meaning::Guid,
        0x26 => Meaning::Integer,
        0x68 => Meaning::Bit,
        0x6a | 0x6c => Meaning::Decimal,
        0x6d => Meaning::Float,
        0x6e => Meaning::Money,
        0x6f => Meaning::DateTime,
        0x28 => Meaning::Date,
        0x29 => Meaning::Time,
        0x2a => Meaning::DateTime2,
        0x2b => Meaning::DateTimeOffset,
        0x22 | 0xa5 | 0xad | 0xf0 => Meaning::Binary,
        0x23 | 0xa7 | 0xaf => Meaning::Text,
        0x63 | 0xe7 | 0xef | 0xf1 => Meaning::WideText,
        0x62 => Meaning::Null,
        _ => return Err(malformed()),
    })
}

/// Text with its length in one byte, which nobody needs.
pub(crate) async fn short_name(wire: &mut Wire) -> io::Result<()> {
    let length = wire.u8().await?;
    wire.skip(usize::from(length) * 2).await
}

/// And with its length in two bytes.
pub(crate) async fn long_name(wire: &mut Wire) -> io::Result<()> {
    let length = wire.u16().await?;
    wire.skip(usize::from(length) * 2).await
}

async fn pieces(wire: &mut Wire) -> io::Result<Option<Bytes>> {
    // The whole length comes first, or that there is nothing, or that it is not known.
    if wire.u64().await? == u64::MAX {
        return Ok(None);
    }
    let mut whole = BytesMut::new();
    loop {
        let length = wire.u32().await? as usize;
        if length == 0 {
            return Ok(Some(whole.freeze()));
        }
        if whole.len() + length > MAX_VALUE {
            return Err(too_large());
        }
        whole.extend_from_slice(&wire.bytes(length).await?);
    }
}

async fn variant(wire: &mut Wire) -> io::Result<Cell> {
    let length = wire.u32().await? as usize;
    if length == 0 {
        return Ok(Cell::Null);
    }
    let mut bytes = wire.bytes(length).await?;
    if bytes.len() < 2 {
        return Err(malformed());
    }
    let code = bytes.get_u8();
    let properties = usize::from(bytes.get_u8());
    if bytes.len() < properties {
        return Err(malformed());
    }
    let mut properties = bytes.split_to(properties);
    let kind = fixed(code).map_or_else(|| meaning(code), |(meaning, _)| Ok(meaning))?;
    let mut this = Type::new(kind, Length::Variant);
    match kind {
        Meaning::Decimal if properties.len() == 2 => this.scale = properties[1],
        Meaning::Time | Meaning::DateTime2 | Meaning::DateTimeOffset if properties.len() == 1 => {
            this.scale = properties[0];
        }
        Meaning::Text if properties.len() >= 5 => {
            let info = properties.get_u32_le();
            this.encoding = collation::encoding(info, properties.get_u8());
        }
        _ => {}
    }
    this.cell(&bytes)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "dates stay below 2^53 milliseconds"
)]
fn number(milliseconds: i64) -> f64 {
    debug_assert!(milliseconds.abs() <= SAFE);
    milliseconds as f64
}

/// An integer; a single byte has no sign.
fn signed(mut bytes: &[u8]) -> io::Result<i64> {
    Ok(match bytes.len() {
        1 => bytes.get_u8().into(),
        2 => bytes.get_i16_le().into(),
        4 => bytes.get_i32_le().into(),
        8 => bytes.get_i64_le(),
        _ => return Err(malformed()),
    })
}

fn unsigned(bytes: &[u8]) -> io::Result<u64> {
    if bytes.len() > 8 {
        return Err(malformed());
    }
    Ok(bytes
        .iter()
        .rev()
        .fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

fn float(mut bytes: &[u8]) -> io::Result<f64> {
    match bytes.len() {
        // The shortest number that is this float, not the float's every digit.
        4 => Ok(bytes.get_f32_le().to_string().parse().unwrap_or(f64::NAN)),
        8 => Ok(bytes.get_f64_le()),
        _ => Err(malformed()),
    }
}

/// Ten-thousandths. Of eight bytes, the upper four come first.
fn money(mut bytes: &[u8]) -> io::Result<String> {
    let value = match bytes.len() {
        4 => bytes.get_i32_le().into(),
        8 => {
            let high = i64::from(bytes.get_i32_le());
            high << 32 | i64::from(bytes.get_u32_le())
        }
        _ => return Err(malformed()),
    };
    let sign = if value < 0 { "-" } else { "" };
    let value = value.unsigned_abs();
    Ok(format!("{sign}{}.{:04}", value / 10_000, value % 10_000))
}

fn decimal(bytes: &[u8], scale: u8) -> io::Result<String> {
    let (sign, digits) = bytes.split_first().ok_or_else(malformed)?;
    if digits.len() > 16 {
        return Err(malformed());
    }
    let value = digits
        .iter()
        .rev()
        .fold(0_u128, |value, byte| value << 8 | u128::from(*byte));
    let scale = usize::from(scale);
    let digits = format!("{value:0width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if *sign == 0 { "-" } else { "" };
    let point = if scale > 0 { "." } else { "" };
    Ok(format!("{sign}{whole}{point}{fraction}"))
}

/// Days since 1900 with a clock behind them, of which long ones count three-hundredths of a second
/// and short ones minutes.
fn datetime(mut bytes: &[u8]) -> io::Result<i64> {
    let (days, milliseconds) = match bytes.len() {
        8 => {
            let days = i64::from(bytes.get_i32_le());
            (days, (i64::from(bytes.get_u32_le()) * 10 + 1) / 3)
        }
        4 => {
            let days = i64::from(bytes.get_u16_le());
            (days, i64::from(bytes.get_u16_le()) * 60_000)
        }
        _ => return Err(malformed()),
    };
    Ok((days - FROM_1900) * DAY + milliseconds)
}

/// Days since the year 1, counted from 1970.
fn days(bytes: &[u8]) -> io::Result<i64> {
    let days = i64::try_from(unsigned(bytes)?).map_err(|_| malformed())?;
    Ok(days - FROM_YEAR_ONE)
}

/// A clock in units of its scale.
fn to_milliseconds(units: u64, scale: u8) -> i64 {
    let milliseconds = match scale {
        0..=3 => units.saturating_mul(10_u64.pow(3 - u32::from(scale))),
        _ => units / 10_u64.pow(u32::from(scale.min(7)) - 3),
    };
    // No clock is longer than a day.
    i64::try_from(milliseconds).map_or(0, |value| value.min(DAY))
}

fn time(units: u64, scale: u8) -> String {
    let scale = scale.min(7);
    let of_second = 10_u64.pow(scale.into());
    let seconds = units / of_second;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let clock = format!("{hours:02}:{minutes:02}:{:02}", seconds % 60);
    if scale == 0 {
        return clock;
    }
    format!(
        "{clock}.{:0width$}",
        units % of_second,
        width = scale.into()
    )
}

/// The first three groups have their least byte first.
fn guid(bytes: &[u8]) -> io::Result<String> {
    let bytes: [u8; 16] = bytes.try_into().map_err(|_| malformed())?;
    Ok(uuid::Uuid::from_bytes_le(bytes)
        .hyphenated()
        .to_string()
        .to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_all_their_digits() {
        for (value, text) in [
            (0_i64, "0.0000"),
            (-1, "-0.0001"),
            (i64::MAX, "922337203685477.5807"),
            (i64::MIN, "-922337203685477.5808"),
        ] {
            let bytes = value.to_le_bytes();
            let swapped = [&bytes[4..], &bytes[..4]].concat();
            assert_eq!(money(&swapped).unwrap(), text);
        }
        assert_eq!(money(&12_345_i32.to_le_bytes()).unwrap(), "1.2345");
        let most = 10_u128.pow(38) - 1;
        for (sign, value, scale, text) in [
            (1, 0, 0, "0"),
            (1, 5, 3, "0.005"),
            (0, 12_345, 2, "-123.45"),
            (1, most, 0, "99999999999999999999999999999999999999"),
            (0, most, 38, "-0.99999999999999999999999999999999999999"),
        ] {
            let bytes = [&[sign], &value.to_le_bytes()[..]].concat();
            assert_eq!(decimal(&bytes, scale).unwrap(), text);
        }
    }

    #[test]
    fn clocks_are_read_at_every_scale() {
        for (units, scale, text, milliseconds) in [
            (45_296, 0, "12:34:56", 45_296_000),
            (452_967, 1, "12:34:56.7", 45_296_700),
            (45_296_789, 3, "12:34:56.789", 45_296_789),
            (452_967_891_234, 7, "12:34:56.7891234", 45_296_789),
            (0, 7, "00:00:00.0000000", 0),
        ] {
            assert_eq!(time(units, scale), text);
            assert_eq!(to_milliseconds(units, scale), milliseconds);
        }
    }

    #[test]
    fn dates_count_from_where_their_type_does() {
        let long = [&0_i32.to_le_bytes()[..], &(300_u32 * 3600).to_le_bytes()].concat();
        assert_eq!(datetime(&long).unwrap(), -25_567 * DAY + 3_600_000);
        // 3.33, 6.66 and 10 milliseconds, as the usual Node driver rounds them.
        for (ticks, milliseconds) in [(1_u32, 3), (2, 7), (3, 10)] {
            let bytes = [&25_567_i32.to_le_bytes()[..], &ticks.to_le_bytes()].concat();
            assert_eq!(datetime(&bytes).unwrap(), milliseconds);
        }
        let short = [&25_567_u16.to_le_bytes()[..], &90_u16.to_le_bytes()].concat();
        assert_eq!(datetime(&short).unwrap(), 5_400_000);
        assert_eq!(days(&[0, 0, 0]).unwrap() * DAY, -62_135_596_800_000);
    }
}
