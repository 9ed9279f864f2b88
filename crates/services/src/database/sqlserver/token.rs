//! What a server's message is made of: tokens, each with a byte in front that says what it is.
//!
//! \[MS-TDS\] section 2.2.7, "Packet Data Token Stream Definition".

use crate::database::sqlserver::value::Type;
use crate::database::sqlserver::value::long_name;
use crate::database::sqlserver::value::short_name;
use crate::database::sqlserver::wire::Wire;
use crate::database::sqlserver::wire::malformed;
use bytes::Buf;
use bytes::Bytes;
use std::io;

/// A column of a result.
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Type,
}

/// An error that the server reported.
#[derive(Debug, thiserror::Error)]
#[error("{number}: {message}")]
pub(crate) struct ServerError {
    pub(crate) number: u32,
    /// How bad it is: from 17 the server's own fault, from 20 the connection's end.
    pub(crate) class: u8,
    pub(crate) message: String,
}

/// What changed in the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    PacketSize(usize),
    /// A transaction began; its number.
    Begun(u64),
    Ended,
    /// What was set on the connection is forgotten.
    Reset,
    /// The client is to go to another server.
    Elsewhere,
    Other,
}

/// The end of a statement or of a procedure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Done {
    /// The rows of a statement that writes.
    pub(crate) written: Option<u64>,
}

/// A token. The rows of a result are read by whoever holds its columns.
pub(crate) enum Token {
    Columns(Vec<Column>),
    Row,
    /// A row that first says which of its values are NULL.
    CompressedRow,
    Error(ServerError),
    Changed(Change),
    LoggedIn,
    Done(Done),
    Other,
}

/// The number of rows means something.
const COUNTED: u16 = 0x10;
/// Statements that write: `SELECT … INTO`, `INSERT`, `DELETE`, `UPDATE` and `MERGE`. What others
/// count are the rows of a result.
const WRITES: [u16; 5] = [0xc2, 0xc3, 0xc4, 0xc5, 0x117];

/// Reads the next token up to what is only of interest to some.
pub(crate) async fn next(wire: &mut Wire) -> io::Result<Token> {
    Ok(match wire.u8().await? {
        0x81 => Token::Columns(columns(wire).await?),
        0xd1 => Token::Row,
        0xd2 => Token::CompressedRow,
        0xaa => Token::Error(error(&mut block(wire).await?)?),
        0xe3 => Token::Changed(change(&mut block(wire).await?)?),
        0xad => {
            block(wire).await?;
            Token::LoggedIn
        }
        // Information, the order of rows, tables and columns of a cursor, and single sign-on.
        0xab | 0xa9 | 0xa4 | 0xa5 | 0xed => {
            block(wire).await?;
            Token::Other
        }
        0xfd..=0xff => {
            let status = wire.u16().await?;
            let command = wire.u16().await?;
            let rows = wire.u64().await?;
            let counts = status & COUNTED != 0 && WRITES.contains(&command);
            Token::Done(Done {
                written: counts.then_some(rows),
            })
        }
        // What a procedure returns.
        0x79 => {
            wire.skip(4).await?;
            Token::Other
        }
        0xac => {
            wire.skip(2).await?;
            short_name(wire).await?;
            wire.skip(7).await?;
            Type::read(wire).await?.value(wire).await?;
            Token::Other
        }
        // The state of a session, and what an authority is asked.
        0xe4 | 0xee => {
            let length = wire.u32().await?;
            wire.skip(length as usize).await?;
            Token::Other
        }
        // Features that the server has, too.
        0xae => {
            while wire.u8().await? != 0xff {
                let length = wire.u32().await?;
                wire.skip(length as usize).await?;
            }
            Token::Other
        }
        _ => return Err(malformed()),
    })
}

async fn block(wire: &mut Wire) -> io::Result<Bytes> {
    let length = wire.u16().await?;
    wire.bytes(length.into()).await
}

async fn columns(wire: &mut Wire) -> io::Result<Vec<Column>> {
    let count = match wire.u16().await? {
        u16::MAX => 0,
        count => count,
    };
    let mut columns = Vec::with_capacity(count.into());
    for _ in 0..count {
        // The type that a user made of it, and what may be done with it.
        wire.skip(6).await?;
        let kind = Type::read(wire).await?;
        if kind.names_its_table() {
            for _ in 0..wire.u8().await? {
                long_name(wire).await?;
            }
        }
        let length = wire.u8().await?;
        let name = wire.bytes(usize::from(length) * 2).await?;
        columns.push(Column {
            name: wide(&name),
            kind,
        });
    }
    Ok(columns)
}

/// Text in UTF-16.
fn wide(bytes: &[u8]) -> String {
    let units = bytes
        .as_chunks::<2>()
        .0
        .iter()
        .map(|unit| u16::from_le_bytes(*unit));
    let units: Vec<u16> = units.collect();
    String::from_utf16_lossy(&units)
}

fn take(block: &mut Bytes, length: usize) -> io::Result<Bytes> {
    if block.len() < length {
        return Err(malformed());
    }
    Ok(block.split_to(length))
}

fn error(block: &mut Bytes) -> io::Result<ServerError> {
    let number = take(block, 4)?.get_u32_le();
    let class = take(block, 2)?[1];
    let length = take(block, 2)?.get_u16_le();
    Ok(ServerError {
        number,
        class,
        message: wide(&take(block, usize::from(length) * 2)?),
    })
}

fn change(block: &mut Bytes) -> io::Result<Change> {
    Ok(match take(block, 1)?[0] {
        4 => {
            let length = take(block, 1)?[0];
            let size = wide(&take(block, usize::from(length) * 2)?);
            Change::PacketSize(size.parse().map_err(|_| malformed())?)
        }
        8 => {
            let length = take(block, 1)?[0];
            let number = take(block, length.into())?;
            if number.len() != 8 {
                return Err(malformed());
            }
            Change::Begun(number.clone().get_u64_le())
        }
        9 | 10 | 17 => Change::Ended,
        18 => Change::Reset,
        20 => Change::Elsewhere,
        _ => Change::Other,
    })
}
