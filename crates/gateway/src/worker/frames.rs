//! The gateway's end of a worker's socket. Whatever comes in is hostile input.

use crate::worker::process::Process;
use ketrics_protocol::SandboxLevel;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_protocol::control::Command;
use ketrics_protocol::frame;
use ketrics_protocol::frame::ToGateway;
use ketrics_protocol::frame::ToWorker;
use rustix::fd::OwnedFd;
use rustix::net::AddressFamily;
use rustix::net::RecvAncillaryBuffer;
use rustix::net::RecvAncillaryMessage;
use rustix::net::RecvFlags;
use rustix::net::SendAncillaryBuffer;
use rustix::net::SendAncillaryMessage;
use rustix::net::SendFlags;
use rustix::net::SocketFlags;
use rustix::net::SocketType;
use std::io;
use std::io::IoSlice;
use std::io::IoSliceMut;
use std::mem::MaybeUninit;
use std::os::fd::AsFd;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::net::unix::OwnedReadHalf;
use tokio::net::unix::OwnedWriteHalf;

/// Room for a frame's head and for most whole frames.
const SMALL: usize = 16 * 1024;

/// A pair of connected stream sockets: ours, and the one for a worker.
///
/// # Errors
/// When there are no descriptors left.
pub fn stream_pair() -> io::Result<(UnixStream, OwnedFd)> {
    let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
    // The kernel then says with each message who sent it.
    rustix::net::sockopt::set_socket_passcred(&ours, true)?;
    ours.set_nonblocking(true)?;
    Ok((UnixStream::from_std(ours)?, theirs.into()))
}

/// A pair of connected control sockets: ours, and the one for a zygote.
///
/// # Errors
/// When there are no descriptors left.
pub fn control_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    Ok(rustix::net::socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )?)
}

/// Tells a zygote what to do with a socket. Never waits: a zygote that lets its commands pile up
/// is broken.
///
/// # Errors
/// When the zygote is gone or does not listen.
pub fn command(control: impl AsFd, command: Command, socket: OwnedFd) -> io::Result<()> {
    let sockets = [socket.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    ancillary.push(SendAncillaryMessage::ScmRights(&sockets));
    let byte = [command as u8];
    let flags = SendFlags::DONTWAIT | SendFlags::NOSIGNAL;
    rustix::net::sendmsg(control, &[IoSlice::new(&byte)], &mut ancillary, flags)?;
    Ok(())
}

/// A process that has said its first word.
#[derive(Debug)]
pub struct Greeted {
    /// The process that the kernel says sent it.
    pub process: Process,
    /// The walls that it says it has.
    pub level: SandboxLevel,
}

/// Why a process cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HelloError {
    /// It is gone, or there was no room for it: nobody's fault.
    #[error("a process ended before it said anything")]
    Gone,
    /// It was silent for too long.
    #[error("a process did not come up")]
    Silent,
    /// It said something else, or was not who it should be.
    #[error("{0}")]
    Nonsense(String),
}

impl HelloError {
    /// Whether this is what a healthy zygote never leads to.
    #[must_use]
    pub fn is_misbehaviour(&self) -> bool {
        !matches!(self, Self::Gone)
    }
}

impl From<HelloError> for io::Error {
    fn from(error: HelloError) -> Self {
        Self::other(error)
    }
}

/// Waits for a process's first word, and takes hold of the process that the kernel says sent it.
///
/// # Errors
/// See [`HelloError`].
pub async fn hello(stream: &UnixStream, patience: Duration) -> Result<Greeted, HelloError> {
    match tokio::time::timeout(patience, first_word(stream)).await {
        Ok(greeted) => greeted,
        Err(_) => Err(HelloError::Silent),
    }
}

async fn first_word(stream: &UnixStream) -> Result<Greeted, HelloError> {
    let nonsense = |what: &dyn std::fmt::Display| HelloError::Nonsense(what.to_string());
    let mut bytes = [0; frame::MAX_HELLO];
    let (count, sender) = stream
        .async_io(Interest::READABLE, || {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmCredentials(1))];
            let mut ancillary = RecvAncillaryBuffer::new(&mut space);
            let mut parts = [IoSliceMut::new(&mut bytes)];
            let received =
                rustix::net::recvmsg(stream, &mut parts, &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
            let sender = ancillary.drain().find_map(|message| match message {
                RecvAncillaryMessage::ScmCredentials(credentials) => Some(credentials.pid),
                _ => None,
            });
            Ok((received.bytes, sender))
        })
        .await
        .map_err(|_| HelloError::Gone)?;
    if count == 0 {
        return Err(HelloError::Gone);
    }
    let word = bytes.get(frame::HEADER_BYTES..count).map(frame::decode);
    match (sender, word) {
        (Some(pid), Some(Ok(ToGateway::Hello { level }))) => Ok(Greeted {
            process: Process::adopt(pid).map_err(|error| match error.raw_os_error() {
                // It was reaped already.
                Some(libc::ECHILD) => HelloError::Gone,
                _ => nonsense(&error),
            })?,
            level,
        }),
        _ => Err(nonsense(&"a process did not say hello")),
    }
}

/// Reads whole frames.
#[derive(Debug)]
pub struct FrameReader {
    stream: OwnedReadHalf,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    received: u64,
    unfinished: Option<Unfinished>,
}

/// A frame whose content is still coming.
#[derive(Debug)]
struct Unfinished {
    frame: ToGateway,
    content: Vec<u8>,
    length: usize,
}

impl FrameReader {
    /// Reads from this half of a socket.
    #[must_use]
    pub fn new(stream: OwnedReadHalf) -> Self {
        Self {
            stream,
            buffer: vec![0; SMALL],
            start: 0,
            end: 0,
            received: 0,
            unfinished: None,
        }
    }

    /// Bytes that have come so far.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received
    }

    /// The next frame; `None` when the worker has closed the socket. Dropping the future loses
    /// nothing.
    ///
    /// # Errors
    /// When what comes is too long or no frame.
    pub async fn next(&mut self) -> io::Result<Option<ToGateway>> {
        loop {
            if let Some(Unfinished { frame, content, .. }) =
                self.unfinished.take_if(|it| it.is_whole())
            {
                return frame
                    .with_content(content)
                    .map(Some)
                    .map_err(io::Error::other);
            }
            let count = match &mut self.unfinished {
                Some(unfinished) => {
                    let waiting = &self.buffer[self.start..self.end];
                    let taken = unfinished.take(waiting);
                    self.start += taken;
                    if taken > 0 {
                        continue;
                    }
                    unfinished.read(&mut self.stream).await?
                }
                None => {
                    let needed = match self.buffered()? {
                        Buffered::Frame(frame) => return Ok(Some(frame)),
                        Buffered::Content => continue,
                        Buffered::Needs(needed) => needed,
                    };
                    self.make_room(needed);
                    let count = self.stream.read(&mut self.buffer[self.end..]).await?;
                    self.end += count;
                    count
                }
            };
            if count == 0 {
                return Ok(None);
            }
            self.received += count as u64;
        }
    }

    /// What the buffer holds.
    fn buffered(&mut self) -> io::Result<Buffered> {
        let waiting = &self.buffer[self.start..self.end];
        let Some(header) = waiting.first_chunk() else {
            return Ok(Buffered::Needs(SMALL));
        };
        let length =
            frame::frame_length(*header, frame::MAX_FRAME_TO_GATEWAY).map_err(io::Error::other)?;
        let whole = frame::HEADER_BYTES + length;
        let Some(bytes) = waiting.get(frame::HEADER_BYTES..whole) else {
            return Ok(Buffered::Needs(SMALL.max(whole)));
        };
        let frame: ToGateway = frame::decode(bytes).map_err(io::Error::other)?;
        self.start += whole;
        let length = frame.content_length().map_err(io::Error::other)?;
        if length == 0 {
            let whole = frame.with_content(Vec::new()).map_err(io::Error::other)?;
            return Ok(Buffered::Frame(whole));
        }
        self.unfinished = Some(Unfinished {
            frame,
            content: Vec::with_capacity(length),
            length,
        });
        Ok(Buffered::Content)
    }

    fn make_room(&mut self, needed: usize) {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.buffer.len() != needed {
            self.buffer.resize(needed, 0);
            self.buffer.shrink_to(needed);
        }
    }
}

/// What a buffer holds.
enum Buffered {
    /// A whole frame.
    Frame(ToGateway),
    /// A frame whose content comes next.
    Content,
    /// Not enough: a frame needs so many bytes.
    Needs(usize),
}

impl Unfinished {
    fn is_whole(&self) -> bool {
        self.content.len() == self.length
    }

    /// Takes what is still missing out of these bytes, and says how many it took.
    fn take(&mut self, bytes: &[u8]) -> usize {
        let count = bytes.len().min(self.length - self.content.len());
        self.content.extend_from_slice(&bytes[..count]);
        count
    }

    async fn read(&mut self, stream: &mut OwnedReadHalf) -> io::Result<usize> {
        let missing = (self.length - self.content.len()) as u64;
        stream.take(missing).read_buf(&mut self.content).await
    }
}

/// Writes a frame.
///
/// # Errors
/// When the worker is gone.
pub async fn write(stream: &mut OwnedWriteHalf, frame: &ToWorker) -> io::Result<usize> {
    let bytes = frame::encode(frame);
    stream.write_all(&bytes).await?;
    Ok(bytes.len())
}

/// A reply as it goes over the socket.
#[derive(Debug)]
pub struct EncodedReply {
    frame: Vec<u8>,
    content: Vec<u8>,
}

impl EncodedReply {
    /// Encodes a reply; large content stays as it is.
    #[must_use]
    pub fn new(id: u32, result: Result<ServiceReply, ServiceError>) -> Self {
        let (frame, content) = ToWorker::reply(id, result);
        let frame = frame::encode(&frame);
        Self { frame, content }
    }

    /// How many bytes it has.
    #[must_use]
    pub fn length(&self) -> u64 {
        (self.frame.len() + self.content.len()) as u64
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the worker is gone.
    pub async fn write(&self, stream: &mut OwnedWriteHalf) -> io::Result<()> {
        stream.write_all(&self.frame).await?;
        stream.write_all(&self.content).await
    }
}
