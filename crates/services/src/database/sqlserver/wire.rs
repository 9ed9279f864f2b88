//! Packets in and out: a message is cut into packets of an agreed size, and each has eight bytes in
//! front that say what it is, how long, and whether it is the message's last.
//!
//! \[MS-TDS\] section 2.2.3.1, "Packet Header".

use crate::Memory;
use crate::database::received::Received;
use crate::database::socket;
use crate::database::socket::Socket;
use bytes::Buf;
use bytes::Bytes;
use bytes::BytesMut;
use std::io;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;

/// Bytes of one value; rows are bounded by it as well.
pub(crate) const MAX_VALUE: usize = 64 * 1024 * 1024;
/// Bytes in front of each packet.
pub(crate) const HEADER: usize = 8;
/// The size of packets until another one is agreed on.
pub(crate) const FIRST_SIZE: usize = 4096;
const SIZES: std::ops::RangeInclusive<usize> = 512..=32_767;

/// The last packet of its message.
const LAST: u8 = 0x01;
/// The server forgets what was set on the connection, before it does what the message asks.
const RESET: u8 = 0x08;

/// What a message asks.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Batch = 0x01,
    Procedure = 0x03,
    Attention = 0x06,
    Transaction = 0x0e,
    Login = 0x10,
    PreLogin = 0x12,
}

/// Whether the server is to forget first what was set on the connection.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    Nothing,
    Reset,
}

/// A socket that speaks in messages.
pub(crate) struct Wire {
    socket: Box<dyn Socket>,
    received: BytesMut,
    /// What has come of a message and was not read yet.
    message: Received,
    /// Whether its last packet has come.
    complete: bool,
    size: usize,
}

/// The peer says what it cannot.
pub(crate) fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a malformed message")
}

/// A value is too large.
pub(crate) fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "a value is too large")
}

/// Cuts a message into packets.
pub(crate) fn packets(kind: Kind, before: Before, message: &[u8], size: usize) -> Vec<u8> {
    let most = size - HEADER;
    let mut out = Vec::with_capacity(message.len() + HEADER * (message.len() / most + 1));
    let mut number = 1_u8;
    let mut rest = message;
    loop {
        let (part, behind) = rest.split_at(rest.len().min(most));
        rest = behind;
        let mut status = if rest.is_empty() { LAST } else { 0 };
        if number == 1 && out.is_empty() && before == Before::Reset {
            status |= RESET;
        }
        let length = u16::try_from(part.len() + HEADER).unwrap_or(u16::MAX);
        out.extend_from_slice(&[kind as u8, status]);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&[0, 0, number, 0]);
        out.extend_from_slice(part);
        number = number.wrapping_add(1);
        if rest.is_empty() {
            return out;
        }
    }
}

/// The length of what follows a packet's header, and whether the packet is the last.
pub(crate) fn header(header: [u8; HEADER]) -> io::Result<(usize, bool)> {
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let length = length.checked_sub(HEADER).ok_or_else(malformed)?;
    Ok((length, header[1] & LAST != 0))
}

impl Wire {
    pub(crate) fn new(socket: Box<dyn Socket>, memory: &Memory) -> Self {
        Self {
            socket,
            received: BytesMut::with_capacity(8192),
            message: Received::new(memory),
            complete: true,
            size: FIRST_SIZE,
        }
    }

    /// From now on packets are of this size.
    pub(crate) fn agree(&mut self, size: usize) -> io::Result<()> {
        if !SIZES.contains(&size) {
            return Err(malformed());
        }
        self.size = size;
        Ok(())
    }

    /// Sends a message, after which one comes back.
    pub(crate) async fn send(
        &mut self,
        kind: Kind,
        before: Before,
        message: &[u8],
    ) -> io::Result<()> {
        let packets = packets(kind, before, message, self.size);
        self.socket.write_all(&packets).await?;
        self.socket.flush().await?;
        self.message.bytes.clear();
        self.complete = false;
        Ok(())
    }

    /// Whether the message that came is read to its end.
    pub(crate) fn is_over(&self) -> bool {
        self.complete && self.message.bytes.is_empty()
    }

    pub(crate) async fn bytes(&mut self, length: usize) -> io::Result<Bytes> {
        if length > MAX_VALUE {
            return Err(too_large());
        }
        self.message.expect(length)?;
        while self.message.bytes.len() < length {
            self.packet().await?;
        }
        Ok(self.message.bytes.split_to(length).freeze())
    }

    /// Goes past some bytes.
    pub(crate) async fn skip(&mut self, length: usize) -> io::Result<()> {
        let mut left = length;
        while left > 0 {
            if self.message.bytes.is_empty() {
                self.packet().await?;
            }
            let here = left.min(self.message.bytes.len());
            self.message.bytes.advance(here);
            left -= here;
        }
        Ok(())
    }

    pub(crate) async fn u8(&mut self) -> io::Result<u8> {
        Ok(self.bytes(1).await?.get_u8())
    }

    pub(crate) async fn u16(&mut self) -> io::Result<u16> {
        Ok(self.bytes(2).await?.get_u16_le())
    }

    pub(crate) async fn u32(&mut self) -> io::Result<u32> {
        Ok(self.bytes(4).await?.get_u32_le())
    }

    pub(crate) async fn u64(&mut self) -> io::Result<u64> {
        Ok(self.bytes(8).await?.get_u64_le())
    }

    async fn packet(&mut self) -> io::Result<()> {
        if self.complete {
            return Err(malformed());
        }
        while self.received.len() < HEADER {
            self.receive().await?;
        }
        let mut head = [0; HEADER];
        self.received.copy_to_slice(&mut head);
        let (length, last) = header(head)?;
        while self.received.len() < length {
            self.receive().await?;
        }
        self.message
            .bytes
            .extend_from_slice(&self.received.split_to(length));
        self.complete = last;
        Ok(())
    }

    async fn receive(&mut self) -> io::Result<()> {
        if self.socket.read_buf(&mut self.received).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// Whether the server has said nothing that nobody asked for, and has not hung up.
    pub(crate) fn is_silent(&self) -> bool {
        self.received.is_empty() && socket::is_silent(&*self.socket)
    }
}
