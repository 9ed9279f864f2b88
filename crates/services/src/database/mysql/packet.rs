//! The parts that the packets of MySQL's protocol are made of.
//!
//! "MySQL Client/Server Protocol", sections "Basic Data Types" and "Basic Packets"; MariaDB's
//! "Clients & Utilities › Protocol" where it goes further.

use std::io;

/// Reads a packet from its front. What is missing is an error of the peer.
pub(crate) struct Reader<'p>(&'p [u8]);

/// The packet ends too early, or holds what it cannot.
pub(crate) fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a malformed packet")
}

impl<'p> Reader<'p> {
    pub(crate) fn new(packet: &'p [u8]) -> Self {
        Self(packet)
    }

    pub(crate) fn bytes(&mut self, length: usize) -> io::Result<&'p [u8]> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or_else(malformed)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// An integer of so many bytes, the least one first.
    pub(crate) fn integer(&mut self, length: usize) -> io::Result<u64> {
        let bytes = self.bytes(length)?.iter().rev();
        Ok(bytes.fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    pub(crate) fn u8(&mut self) -> io::Result<u8> {
        self.bytes(1)?.first().copied().ok_or_else(malformed)
    }

    pub(crate) fn u16(&mut self) -> io::Result<u16> {
        u16::try_from(self.integer(2)?).map_err(|_| malformed())
    }

    pub(crate) fn u32(&mut self) -> io::Result<u32> {
        u32::try_from(self.integer(4)?).map_err(|_| malformed())
    }

    /// An integer that says itself how long it is.
    pub(crate) fn counted(&mut self) -> io::Result<u64> {
        match self.u8()? {
            0xfc => self.integer(2),
            0xfd => self.integer(3),
            0xfe => self.integer(8),
            short @ 0..=0xfa => Ok(short.into()),
            _ => Err(malformed()),
        }
    }

    /// Bytes with their length before them.
    pub(crate) fn text(&mut self) -> io::Result<&'p [u8]> {
        let length = usize::try_from(self.counted()?).map_err(|_| malformed())?;
        self.bytes(length)
    }

    /// Bytes up to a NUL, or to the end.
    pub(crate) fn until_nul(&mut self) -> &'p [u8] {
        let end = self.0.iter().position(|byte| *byte == 0);
        let (text, rest) = match end {
            Some(end) => (&self.0[..end], &self.0[end + 1..]),
            None => (self.0, &[][..]),
        };
        self.0 = rest;
        text
    }

    pub(crate) fn rest(&self) -> &'p [u8] {
        self.0
    }
}

/// Writes an integer that says itself how long it is.
pub(crate) fn put_counted(out: &mut Vec<u8>, value: usize) {
    let bytes = (value as u64).to_le_bytes();
    match value {
        0..=0xfa => out.push(bytes[0]),
        0xfb..=0xffff => {
            out.push(0xfc);
            out.extend_from_slice(&bytes[..2]);
        }
        0x1_0000..=0xff_ffff => {
            out.push(0xfd);
            out.extend_from_slice(&bytes[..3]);
        }
        _ => {
            out.push(0xfe);
            out.extend_from_slice(&bytes);
        }
    }
}

/// Writes bytes with their length before them.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &[u8]) {
    put_counted(out, text.len());
    out.extend_from_slice(text);
}

/// What the server says that it did, at the end of an answer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Done {
    pub(crate) affected: u64,
    pub(crate) inserted: u64,
    pub(crate) status: u16,
}

/// A transaction is open.
pub(crate) const IN_TRANSACTION: u16 = 0x0001;
/// Another answer follows.
pub(crate) const MORE_RESULTS: u16 = 0x0008;

impl Done {
    /// Reads an OK packet.
    pub(crate) fn read(packet: &[u8]) -> io::Result<Self> {
        let mut reader = Reader::new(packet);
        reader.u8()?;
        Ok(Self {
            affected: reader.counted()?,
            inserted: reader.counted()?,
            status: reader.u16()?,
        })
    }
}

/// An error that the server reported.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct ServerError {
    pub(crate) code: u16,
    pub(crate) message: String,
}

impl ServerError {
    /// Reads an error packet.
    pub(crate) fn read(packet: &[u8]) -> io::Result<Self> {
        let mut reader = Reader::new(packet);
        reader.u8()?;
        let code = reader.u16()?;
        // The state by SQL's standard stands before the message, except in a first packet.
        if reader.rest().starts_with(b"#") {
            reader.bytes(6)?;
        }
        Ok(Self {
            code,
            message: String::from_utf8_lossy(reader.rest()).into_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_integers_are_read_as_they_are_written() {
        for value in [0, 250, 251, 65_535, 65_536, 16_777_215, 16_777_216, 1 << 40] {
            let mut out = Vec::new();
            put_counted(&mut out, value);
            let mut reader = Reader::new(&out);
            assert_eq!(reader.counted().ok(), Some(value as u64));
            assert!(reader.rest().is_empty());
        }
    }

    #[test]
    fn a_packet_that_ends_too_early_is_an_error() {
        for packet in [&[][..], &[0xfc, 1], &[5, 1, 2], &[0xff], &[0xfb]] {
            assert!(Reader::new(packet).text().is_err(), "{packet:?}");
        }
        assert!(Done::read(&[0, 1]).is_err());
        let error = ServerError::read(b"\xff\x28\x04#42000no").unwrap();
        assert_eq!((error.code, error.message.as_str()), (1064, "no"));
    }
}
