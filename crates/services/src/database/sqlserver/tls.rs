//! TLS as SQL Server wants it: the handshake travels inside packets, and what comes after it
//! travels by itself.
//!
//! \[MS-TDS\] section 2.2.6.5, "PRELOGIN". With TLS 1.3 the server would still send a message of
//! the handshake when the client is through, and nobody knows whether in a packet; so it is 1.2.

use crate::database::socket::Socket;
use crate::database::sqlserver::wire;
use crate::database::sqlserver::wire::Before;
use crate::database::sqlserver::wire::FIRST_SIZE;
use crate::database::sqlserver::wire::HEADER;
use crate::database::sqlserver::wire::Kind;
use bytes::Buf;
use bytes::BytesMut;
use std::io;
use std::pin::Pin;
use std::task::Context;
use std::task::Poll;
use std::task::ready;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::io::ReadBuf;
use tokio::net::TcpStream;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Handshake,
    Through,
}

/// A socket that puts what is written into packets, and takes it out of them, during the handshake.
pub(crate) struct Wrapped {
    socket: TcpStream,
    phase: Phase,
    /// Written, and not in a packet yet.
    written: Vec<u8>,
    /// Packets that are not sent yet.
    out: BytesMut,
    /// As much of a packet's header as has come, and how much of its content has not.
    head: [u8; HEADER],
    come: usize,
    left: usize,
}

impl Wrapped {
    pub(crate) fn new(socket: TcpStream) -> Self {
        Self {
            socket,
            phase: Phase::Handshake,
            written: Vec::new(),
            out: BytesMut::new(),
            head: [0; HEADER],
            come: 0,
            left: 0,
        }
    }

    /// The handshake is over.
    pub(crate) fn is_through(&mut self) {
        self.phase = Phase::Through;
    }
}

impl Socket for Wrapped {
    fn tcp(&self) -> &TcpStream {
        &self.socket
    }
}

impl AsyncRead for Wrapped {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.phase == Phase::Through {
            return Pin::new(&mut this.socket).poll_read(context, buffer);
        }
        while this.left == 0 {
            let mut head = ReadBuf::new(&mut this.head[this.come..]);
            ready!(Pin::new(&mut this.socket).poll_read(context, &mut head))?;
            let come = head.filled().len();
            if come == 0 {
                return Poll::Ready(Ok(()));
            }
            this.come += come;
            if this.come == HEADER {
                this.come = 0;
                (this.left, _) = wire::header(this.head)?;
            }
        }
        let mut part = [0; FIRST_SIZE];
        let most = this.left.min(part.len()).min(buffer.remaining());
        let mut part = ReadBuf::new(&mut part[..most]);
        ready!(Pin::new(&mut this.socket).poll_read(context, &mut part))?;
        buffer.put_slice(part.filled());
        this.left -= part.filled().len();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wrapped {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.phase == Phase::Through {
            return Pin::new(&mut this.socket).poll_write(context, bytes);
        }
        this.written.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.written.is_empty() {
            let written = std::mem::take(&mut this.written);
            let packets = wire::packets(Kind::PreLogin, Before::Nothing, &written, FIRST_SIZE);
            this.out.extend_from_slice(&packets);
        }
        while !this.out.is_empty() {
            let sent = ready!(Pin::new(&mut this.socket).poll_write(context, &this.out))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            this.out.advance(sent);
        }
        Pin::new(&mut this.socket).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(context)
    }
}
