//! Packets in and out: each has its length and a number in front, and a long one comes in pieces.

use crate::Memory;
use crate::database::mysql::packet::malformed;
use crate::database::received::Received;
use crate::database::socket;
use crate::database::socket::Socket;
use bytes::Buf;
use bytes::Bytes;
use bytes::BytesMut;
use std::io;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;

/// Bytes of one packet; a row is one.
pub(crate) const MAX_PACKET: usize = 64 * 1024 * 1024;
/// Bytes of one piece; a shorter one is the last.
const PIECE: usize = 0xff_ffff;
const HEADER: usize = 4;

/// A socket that speaks in packets.
pub(crate) struct Wire {
    socket: Box<dyn Socket>,
    received: Received,
    out: Vec<u8>,
    number: u8,
}

/// A packet is too large.
pub(crate) fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "a packet is too large")
}

impl Wire {
    /// Goes on where a greeting has come to packet `number`.
    pub(crate) fn new(socket: Box<dyn Socket>, number: u8, memory: &Memory) -> Self {
        Self {
            socket,
            received: Received::new(memory),
            out: Vec::new(),
            number,
        }
    }

    /// Puts a command behind those that were not sent yet; packets are counted anew from it.
    pub(crate) fn command(&mut self, payload: &[u8]) {
        self.number = 0;
        self.put(payload);
    }

    /// Puts a packet behind those that were not sent yet.
    pub(crate) fn put(&mut self, payload: &[u8]) {
        let mut rest = payload;
        loop {
            let piece = rest.len().min(PIECE);
            let length = u32::try_from(piece).unwrap_or_default().to_le_bytes();
            self.out.extend_from_slice(&length[..3]);
            self.out.push(self.number);
            self.number = self.number.wrapping_add(1);
            self.out.extend_from_slice(&rest[..piece]);
            rest = &rest[piece..];
            if piece < PIECE {
                return;
            }
        }
    }

    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        self.socket.write_all(&self.out).await?;
        self.socket.flush().await?;
        // A large parameter's memory is not kept.
        self.out = Vec::new();
        Ok(())
    }

    /// The next packet.
    pub(crate) async fn packet(&mut self) -> io::Result<Bytes> {
        let (first, mut last) = self.piece(0).await?;
        if last {
            return Ok(first);
        }
        let mut whole = BytesMut::from(first);
        while !last {
            let piece;
            (piece, last) = self.piece(whole.len()).await?;
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// One piece of a packet of which there is so much already, and whether it is the last.
    async fn piece(&mut self, before: usize) -> io::Result<(Bytes, bool)> {
        while self.received.bytes.len() < HEADER {
            self.receive().await?;
        }
        let mut header = self.received.bytes.split_to(HEADER);
        let length = usize::try_from(header.get_uint_le(3)).map_err(|_| malformed())?;
        self.number = header.get_u8().wrapping_add(1);
        if before + length > MAX_PACKET {
            return Err(too_large());
        }
        self.received.expect(before + length)?;
        while self.received.bytes.len() < length {
            self.receive().await?;
        }
        Ok((
            self.received.bytes.split_to(length).freeze(),
            length < PIECE,
        ))
    }

    async fn receive(&mut self) -> io::Result<()> {
        if self.socket.read_buf(&mut self.received.bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// Whether the server has said nothing that nobody asked for, and has not hung up.
    pub(crate) fn is_silent(&self) -> bool {
        self.received.bytes.is_empty() && socket::is_silent(&*self.socket)
    }
}
