//! An application's zygote in the hands of a test.
//!
//! The test stops the zygote's process and takes a duplicate of its control socket. What the gateway
//! asks of the zygote, the test answers, as a zygote would that an attacker has taken over. See
//! [`Seized`](crate::Seized) for what that needs.

use crate::App;
use crate::Host;
use crate::Processes;
use crate::seized;
use crate::seized::PATIENCE;
use ketrics_protocol::control::Command;
use rustix::event::PollFd;
use rustix::event::PollFlags;
use rustix::event::Timespec;
use rustix::fd::AsFd;
use rustix::fd::BorrowedFd;
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
use rustix::net::UCred;
use rustix::process::Pid;
use rustix::process::PidfdFlags;
use rustix::process::Signal;
use serde_json::json;
use std::io::IoSlice;
use std::io::IoSliceMut;
use std::mem::MaybeUninit;

/// How soon the kernel has moved a message from one end of a socket to the other.
const AT_ONCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 200_000_000,
};

/// A zygote whose control socket is the test's. It ends when this is dropped.
#[derive(Debug)]
pub struct SeizedZygote {
    id: i32,
    process: OwnedFd,
    control: OwnedFd,
}

impl SeizedZygote {
    /// Calls the `warm` of an application that nobody has called yet, and takes the zygote that
    /// this makes. The host must fork on demand only (`--forked-ahead 0`).
    ///
    /// # Panics
    /// When the process or its socket cannot be had.
    pub async fn take(host: &Host, app: &App) -> Self {
        let before = leaders(host);
        host.call(app, "warm", json!(null)).await.result();
        let new = leaders(host).into_iter().find(|id| !before.contains(id));
        let id = new.expect("the first call makes a zygote");
        let process = seized::stopped(id);
        let mut sockets = seized::sockets(id, &process, SocketType::SEQPACKET);
        let control = sockets.pop().expect("it has a control socket");
        Self {
            id,
            process,
            control,
        }
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> i32 {
        self.id
    }

    /// Says something on the control socket, where a zygote never speaks.
    ///
    /// # Panics
    /// When the kernel does not take it.
    pub fn say(&self, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) {
        assert!(seized::pass(&self.control, bytes, descriptors));
    }

    /// The socket of the invocation that the gateway asks for next; `None` when it lets the zygote
    /// go instead.
    ///
    /// # Panics
    /// When nothing comes.
    #[must_use]
    pub fn asked(&self) -> Option<OwnedFd> {
        assert!(self.has_command(&PATIENCE), "the gateway asks for nothing");
        let mut byte = [0];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let mut parts = [IoSliceMut::new(&mut byte)];
        let flags = RecvFlags::CMSG_CLOEXEC;
        let received = rustix::net::recvmsg(&self.control, &mut parts, &mut ancillary, flags);
        received.expect("a command");
        ancillary.drain().find_map(|message| match message {
            RecvAncillaryMessage::ScmRights(mut sockets) => sockets.next(),
            _ => None,
        })
    }

    /// Lets the process go on, and has it fork so many times without the gateway's doing. The new
    /// processes live for as long as nobody closes what comes back.
    ///
    /// # Panics
    /// When the gateway's end of the control socket cannot be had.
    #[must_use]
    pub fn fork(&self, host: &Host, times: usize) -> Vec<OwnedFd> {
        let gateway = Pid::from_raw(i32::try_from(host.gateway()).expect("ids are small"));
        let gateway = gateway.expect("a process id");
        let held = rustix::process::pidfd_open(gateway, PidfdFlags::empty()).expect("it runs");
        let all = seized::sockets(gateway.as_raw_nonzero().get(), &held, SocketType::SEQPACKET);
        // The other one leads to the base zygote, which ends over a command that is not for it and
        // is started again.
        let mut heard = Vec::new();
        let other_end = all.into_iter().rev().find(|socket| {
            heard.push(command(socket));
            self.has_command(&AT_ONCE)
        });
        let other_end = other_end.expect("the gateway has the other end");
        rustix::process::pidfd_send_signal(&self.process, Signal::CONT).expect("it goes on");
        heard.extend((1..times).map(|_| command(&other_end)));
        heard
    }

    /// Whether the gateway has ended the process.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        seized::is_ended(&self.process)
    }

    fn has_command(&self, patience: &Timespec) -> bool {
        let mut control = [PollFd::new(&self.control, PollFlags::IN)];
        matches!(rustix::event::poll(&mut control, Some(patience)), Ok(1))
    }
}

impl Drop for SeizedZygote {
    fn drop(&mut self) {
        let _ = rustix::process::pidfd_send_signal(&self.process, Signal::KILL);
    }
}

/// Says something as another process, which takes root: the kernel tells who speaks.
///
/// # Panics
/// When the kernel does not take it.
pub fn say_as(process: i32, socket: &OwnedFd, bytes: &[u8]) {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmCredentials(1))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    let credentials = UCred {
        pid: Pid::from_raw(process).expect("a process id"),
        uid: rustix::process::getuid(),
        gid: rustix::process::getgid(),
    };
    ancillary.push(SendAncillaryMessage::ScmCredentials(credentials));
    let bytes = [IoSlice::new(bytes)];
    rustix::net::sendmsg(socket, &bytes, &mut ancillary, SendFlags::NOSIGNAL).expect("root may");
}

/// Tells a zygote to fork an invocation, and gives the other end of its socket.
fn command(control: &OwnedFd) -> OwnedFd {
    let flags = SocketFlags::CLOEXEC;
    let pair = rustix::net::socketpair(AddressFamily::UNIX, SocketType::STREAM, flags, None);
    let (ours, theirs) = pair.expect("a pair of sockets");
    let mut room = [PollFd::new(control, PollFlags::OUT)];
    let _ = rustix::event::poll(&mut room, Some(&PATIENCE));
    // A zygote that was ended meanwhile forks no more.
    seized::pass(control, &[Command::Fork as u8], &[theirs.as_fd()]);
    ours
}

/// The processes that lead a group: the base zygote and those of applications.
fn leaders(host: &Host) -> Vec<i32> {
    let Processes(mut ids) = host.processes();
    ids.retain(|id| {
        let group = rustix::process::getpgid(Pid::from_raw(*id));
        group.is_ok_and(|group| group.as_raw_nonzero().get() == *id)
    });
    ids
}
