//! What a server has sent, and room in the tenant's memory for what is on its way.

use crate::Held;
use crate::Memory;
use bytes::BytesMut;
use std::io;

/// Up to so many bytes, a message is not counted: every connection has a buffer of that kind.
const SMALL: usize = 64 * 1024;
/// Bytes of a buffer at first.
const FIRST: usize = 8 * 1024;

/// The bytes that have come and were not read yet.
pub(crate) struct Received {
    pub(crate) bytes: BytesMut,
    held: Held,
    /// Whether the message before was counted.
    large: bool,
}

impl Received {
    pub(crate) fn new(memory: &Memory) -> Self {
        Self {
            bytes: BytesMut::with_capacity(FIRST),
            held: memory.nothing(),
            large: false,
        }
    }

    /// A message of so many bytes comes. The room of a large one before it is given back.
    ///
    /// # Errors
    /// When the tenant's calls hold too much already; the text is for tenant code.
    pub(crate) fn expect(&mut self, length: usize) -> io::Result<()> {
        let large = length > SMALL;
        if self.large && !large {
            // What is behind a large one would keep all of its memory.
            let mut rest = BytesMut::with_capacity(self.bytes.len().max(FIRST));
            rest.extend_from_slice(&self.bytes);
            self.bytes = rest;
        }
        if self.large || large {
            self.held
                .set(if large { length } else { 0 })
                .map_err(|full| io::Error::new(io::ErrorKind::OutOfMemory, full.to_string()))?;
            self.bytes.reserve(length.saturating_sub(self.bytes.len()));
            self.large = large;
        }
        Ok(())
    }
}
