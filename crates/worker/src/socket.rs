//! Sockets as a worker process uses them: whole frames, and commands with a descriptor.

use crate::process;
use crate::sandbox;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::control::Command;
use ketrics_protocol::frame;
use ketrics_protocol::frame::ToGateway;
use ketrics_protocol::frame::ToWorker;
use rustix::event::PollFd;
use rustix::event::PollFlags;
use rustix::fd::BorrowedFd;
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::net::RecvAncillaryBuffer;
use rustix::net::RecvAncillaryMessage;
use rustix::net::RecvFlags;
use rustix::net::SendFlags;
use std::io;
use std::io::IoSliceMut;
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::sync::atomic::AtomicI32;
use std::sync::atomic::Ordering::Relaxed;

/// The socket on which this process speaks to the gateway: the one it loads over, then, after the
/// fork, the one it is invoked over. A plain static, since a callback of V8 needs it too.
static GATEWAY: AtomicI32 = AtomicI32::new(-1);

/// Has [`say`] use this socket from now on, which must stay open.
pub fn speak_over(socket: BorrowedFd<'_>) {
    GATEWAY.store(socket.as_raw_fd(), Relaxed);
}

/// Says something to the gateway. A process whose gateway does not listen any more ends.
pub fn say(frame: &ToGateway) {
    let socket = GATEWAY.load(Relaxed);
    if socket < 0 {
        return;
    }
    // SAFETY: `speak_over` asks for a socket that stays open.
    let socket = unsafe { BorrowedFd::borrow_raw(socket) };
    if send(socket, &frame::encode(frame)).is_err() {
        process::exit(0);
    }
}

/// Says something small from wherever this process is, a signal handler included. Nothing comes of
/// a gateway that does not listen.
pub fn say_at_once(frame: &ToGateway) {
    let socket = GATEWAY.load(Relaxed);
    let mut buffer = [0; 32];
    let Some(bytes) = frame::encode_into(frame, &mut buffer) else {
        return;
    };
    if socket >= 0 {
        // SAFETY: `speak_over` asks for a socket that stays open.
        let socket = unsafe { BorrowedFd::borrow_raw(socket) };
        let _ = rustix::net::send(socket, bytes, SendFlags::NOSIGNAL);
    }
}

/// Says nothing more: the socket is about to be closed.
pub fn fall_silent() {
    GATEWAY.store(-1, Relaxed);
}

/// Whether somebody listens.
pub fn is_heard() -> bool {
    GATEWAY.load(Relaxed) >= 0
}

/// Makes a service call; large content goes out as it is.
pub fn say_call(id: u32, call: ServiceCall) {
    let (frame, content) = ToGateway::call(id, call);
    say(&frame);
    let socket = GATEWAY.load(Relaxed);
    if socket < 0 || content.is_empty() {
        return;
    }
    // SAFETY: `speak_over` asks for a socket that stays open.
    let socket = unsafe { BorrowedFd::borrow_raw(socket) };
    if send(socket, &content).is_err() {
        process::exit(0);
    }
}

/// Sends bytes, waiting until the gateway has taken them.
///
/// The gateway reads whatever comes until it ends a process, so this waits for no tenant.
///
/// # Errors
/// When the gateway has closed the socket.
fn send(socket: BorrowedFd<'_>, mut rest: &[u8]) -> io::Result<()> {
    while !rest.is_empty() {
        match rustix::net::send(socket, rest, SendFlags::NOSIGNAL) {
            Ok(count) => rest = &rest[count..],
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => wait_for(socket, PollFlags::OUT)?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Reads one frame, waiting for it; `None` when the gateway has closed the socket.
///
/// # Errors
/// When the socket fails or what comes is no frame.
pub fn receive(socket: BorrowedFd<'_>) -> io::Result<Option<ToWorker>> {
    let mut header = [0; frame::HEADER_BYTES];
    if !fill(socket, &mut header)? {
        return Ok(None);
    }
    let length =
        frame::frame_length(header, frame::MAX_FRAME_TO_WORKER).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    if !fill(socket, &mut bytes)? {
        return Ok(None);
    }
    frame::decode(&bytes).map(Some).map_err(io::Error::other)
}

fn fill(socket: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<bool> {
    let mut filled = 0;
    while filled < buffer.len() {
        match rustix::io::read(socket, &mut buffer[filled..]) {
            Ok(0) | Err(Errno::CONNRESET) => return Ok(false),
            Ok(count) => filled += count,
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => wait_for(socket, PollFlags::IN)?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

fn wait_for(socket: BorrowedFd<'_>, what: PollFlags) -> io::Result<()> {
    let mut sockets = [PollFd::from_borrowed_fd(socket, what)];
    match rustix::event::poll(&mut sockets, None) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Tells the gateway that the base zygote can fork, and which walls it has.
///
/// # Errors
/// When the gateway is gone.
pub fn ready(control: BorrowedFd<'_>) -> io::Result<()> {
    rustix::net::send(control, &[sandbox::level().byte()], SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Waits for the next command; `None` when the gateway has closed the control socket.
///
/// # Errors
/// When the socket fails, or what comes is no command with a descriptor.
pub fn receive_command(control: BorrowedFd<'_>) -> io::Result<Option<(Command, OwnedFd)>> {
    let mut byte = [0_u8; 1];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received = loop {
        let mut parts = [IoSliceMut::new(&mut byte)];
        match rustix::net::recvmsg(control, &mut parts, &mut ancillary, RecvFlags::CMSG_CLOEXEC) {
            Ok(received) => break received,
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    };
    if received.bytes == 0 {
        return Ok(None);
    }
    let socket = ancillary.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut sockets) => sockets.next(),
        _ => None,
    });
    match (Command::from_byte(byte[0]), socket) {
        (Some(command), Some(socket)) => Ok(Some((command, socket))),
        _ => Err(io::Error::other("the gateway sent no command")),
    }
}
