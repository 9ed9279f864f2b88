//! An invocation's end of its socket in the hands of a test.
//!
//! A real host runs a real function. The test stops the function's process and takes a duplicate of
//! the socket that it speaks over, so that whatever the test writes is, for the gateway, what that
//! invocation says: any service call, any frame, any bytes. Nothing in the host is made for it.
//!
//! Taking another process's descriptor needs `CAP_SYS_PTRACE`; the tests run as root.

use crate::App;
use crate::Host;
use crate::Processes;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_protocol::frame;
use ketrics_protocol::frame::ToGateway;
use ketrics_protocol::frame::ToWorker;
use rustix::event::PollFd;
use rustix::event::PollFlags;
use rustix::event::Timespec;
use rustix::fd::BorrowedFd;
use rustix::fd::OwnedFd;
use rustix::fd::RawFd;
use rustix::io::Errno;
use rustix::net::RecvFlags;
use rustix::net::SendAncillaryBuffer;
use rustix::net::SendAncillaryMessage;
use rustix::net::SendFlags;
use rustix::net::Shutdown;
use rustix::net::SocketType;
use rustix::process::Pid;
use rustix::process::PidfdFlags;
use rustix::process::PidfdGetfdFlags;
use rustix::process::Signal;
use serde_json::json;
use std::fs;
use std::io::IoSlice;
use std::mem::MaybeUninit;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

/// A function to be seized, for the bundle of an application: it waits until it is killed.
pub const HOLD: &str = "
exports.warm = () => 'warm';
exports.hold = async (name) => { console.log(name); await new Promise((r) => setTimeout(r, 60000)); };
";

/// How long the gateway may take to do anything, on a busy machine.
pub(crate) const PATIENCE: Timespec = Timespec {
    tv_sec: 25,
    tv_nsec: 0,
};

/// Descriptors that one message can carry.
pub(crate) const MOST_PASSED: usize = 253;

/// Tells the invocations of one test process apart.
static TAKEN: AtomicU32 = AtomicU32::new(0);

/// A running invocation whose socket is the test's. It ends with its time limit, or when this is
/// dropped.
#[derive(Debug)]
pub struct Seized {
    process: OwnedFd,
    socket: OwnedFd,
    calls: u32,
}

impl Seized {
    /// Calls the `hold` of an application whose bundle has [`HOLD`], and takes its socket. The
    /// host must fork on demand only (`--forked-ahead 0`), so that the new process is the one.
    ///
    /// # Panics
    /// When the process or its socket cannot be had.
    pub async fn take(host: &Host, app: &App) -> Self {
        let taken = Self::take_many(host, app, 1).await;
        taken.into_iter().next().expect("one was asked for")
    }

    /// The same with several at once.
    ///
    /// # Panics
    /// When the processes or their sockets cannot be had.
    pub async fn take_many(host: &Host, app: &App, count: usize) -> Vec<Self> {
        host.call(app, "warm", json!(null)).await.result();
        // The process of that call may still be about to go.
        let before = settled(host);
        let mut names = Vec::new();
        for _ in 0..count {
            let name = format!("held {}", TAKEN.fetch_add(1, Relaxed));
            let request = host.request(app, "hold").bearer_auth(&app.token);
            tokio::spawn(request.json(&json!({ "payload": name })).send());
            names.push(name);
        }
        for name in names {
            host.log(|line| (line["message"] == name.as_str()).then_some(()));
        }
        let new = the_new_ones(host, &before, count);
        new.into_iter().map(Self::of).collect()
    }

    fn of(id: i32) -> Self {
        let process = stopped(id);
        let socket = sockets(id, &process, SocketType::STREAM).into_iter().next();
        Self {
            process,
            socket: socket.expect("its socket can be taken: the tests need CAP_SYS_PTRACE"),
            calls: 0,
        }
    }

    /// Writes bytes as they are, framed or not. `false` when the gateway has closed the socket.
    ///
    /// # Panics
    /// When the gateway does not read.
    pub fn send(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
            match rustix::net::send(&self.socket, bytes, flags) {
                Ok(count) => bytes = &bytes[count..],
                Err(Errno::AGAIN) => self.wait(PollFlags::OUT),
                Err(Errno::INTR) => {}
                Err(Errno::PIPE | Errno::CONNRESET) => return false,
                Err(error) => panic!("{error}"),
            }
        }
        true
    }

    /// The next frame from the gateway; `None` when it has closed the socket.
    ///
    /// # Panics
    /// When nothing comes.
    pub fn receive(&mut self) -> Option<ToWorker> {
        let mut header = [0; frame::HEADER_BYTES];
        self.fill(&mut header)?;
        let length = frame::frame_length(header, frame::MAX_FRAME_TO_WORKER);
        let mut bytes = vec![0; length.expect("the gateway keeps its own limit")];
        self.fill(&mut bytes)?;
        let frame: ToWorker = frame::decode(&bytes).expect("the gateway sends frames");
        let length = frame
            .content_length()
            .expect("the gateway keeps its own limit");
        let mut content = vec![0; length];
        self.fill(&mut content)?;
        Some(
            frame
                .with_content(content)
                .expect("a place for the content"),
        )
    }

    /// Makes a service call as the invocation, and waits for its reply.
    ///
    /// # Errors
    /// What the service answered.
    ///
    /// # Panics
    /// When the gateway ended the invocation instead.
    pub fn call(&mut self, call: ServiceCall) -> Result<ServiceReply, ServiceError> {
        self.calls += 1;
        // Far from the numbers that the process itself may have used.
        let id = 1_000_000 + self.calls;
        let name = format!("{call:?}");
        let (frame, content) = ToGateway::call(id, call);
        assert!(self.send(&frame::encode(&frame)) && self.send(&content));
        loop {
            match self.receive() {
                Some(ToWorker::Reply { id: of, result }) if of == id => return result,
                // A reply to the process itself, from before it was stopped.
                Some(ToWorker::Reply { .. }) => {}
                Some(other) => panic!("no reply to {name}: {other:?}"),
                None => panic!("the invocation was ended after {name}"),
            }
        }
    }

    /// Whether the gateway says something within this time, or closes the socket.
    #[must_use]
    pub fn hears(&self, patience: Duration) -> bool {
        let mut socket = [PollFd::new(&self.socket, PollFlags::IN)];
        let patience = Timespec::try_from(patience).expect("a short time");
        matches!(rustix::event::poll(&mut socket, Some(&patience)), Ok(1))
    }

    /// Says that nothing more comes.
    pub fn fall_silent(&self) {
        // The gateway may have closed its end.
        let _ = rustix::net::shutdown(&self.socket, Shutdown::Write);
    }

    /// Writes bytes with descriptors beside them. `false` when the gateway has closed the socket.
    ///
    /// # Panics
    /// When the kernel does not take them.
    pub fn pass(&mut self, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) -> bool {
        pass(&self.socket, bytes, descriptors)
    }

    /// Whether the gateway has ended the process.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        is_ended(&self.process)
    }

    fn fill(&self, buffer: &mut [u8]) -> Option<()> {
        let mut filled = 0;
        while filled < buffer.len() {
            match rustix::net::recv(&self.socket, &mut buffer[filled..], RecvFlags::DONTWAIT) {
                Ok((_, 0)) | Err(Errno::CONNRESET) => return None,
                Ok((_, count)) => filled += count,
                Err(Errno::AGAIN) => self.wait(PollFlags::IN),
                Err(Errno::INTR) => {}
                Err(error) => panic!("{error}"),
            }
        }
        Some(())
    }

    fn wait(&self, what: PollFlags) {
        let mut socket = [PollFd::new(&self.socket, what)];
        match rustix::event::poll(&mut socket, Some(&PATIENCE)) {
            Ok(0) => panic!("the gateway does nothing"),
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

impl Drop for Seized {
    fn drop(&mut self) {
        let _ = rustix::process::pidfd_send_signal(&self.process, Signal::KILL);
    }
}

/// Whether a process ends, in time.
pub(crate) fn is_ended(process: &OwnedFd) -> bool {
    let mut process = [PollFd::new(process, PollFlags::IN)];
    matches!(rustix::event::poll(&mut process, Some(&PATIENCE)), Ok(1))
}

/// Sends bytes and descriptors in one message. `false` when the other end is closed.
pub(crate) fn pass(socket: &OwnedFd, bytes: &[u8], descriptors: &[BorrowedFd<'_>]) -> bool {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_PASSED))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() {
        let all = SendAncillaryMessage::ScmRights(descriptors);
        assert!(ancillary.push(all), "at most {MOST_PASSED} descriptors");
    }
    let bytes = [IoSlice::new(bytes)];
    match rustix::net::sendmsg(socket, &bytes, &mut ancillary, SendFlags::NOSIGNAL) {
        Ok(_) => true,
        Err(Errno::PIPE | Errno::CONNRESET) => false,
        Err(error) => panic!("{error}"),
    }
}

/// The processes, once two looks in a row see the same.
fn settled(host: &Host) -> Vec<i32> {
    let mut last = host.processes().0;
    for _ in 0..200 {
        thread::sleep(Duration::from_millis(20));
        let now = host.processes().0;
        if now == last {
            return now;
        }
        last = now;
    }
    panic!("the processes of the host never settle");
}

/// The processes that were not there before. Others that come, for jobs, go again.
fn the_new_ones(host: &Host, before: &[i32], count: usize) -> Vec<i32> {
    for _ in 0..200 {
        let Processes(now) = host.processes();
        let new: Vec<i32> = now.into_iter().filter(|id| !before.contains(id)).collect();
        if new.len() == count {
            return new;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("there are never {count} new processes");
}

/// Holds a process, which does nothing from now on.
pub(crate) fn stopped(id: i32) -> OwnedFd {
    let pid = Pid::from_raw(id).expect("a process id");
    let process = rustix::process::pidfd_open(pid, PidfdFlags::empty()).expect("the process runs");
    rustix::process::pidfd_send_signal(&process, Signal::STOP).expect("it can be stopped");
    // Until it has run once more, it may still take what comes next out of its socket.
    for _ in 0..1_000 {
        let state = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        if state.contains("State:\tT") {
            return process;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("the process does not stop");
}

/// Duplicates of a process's sockets of a type, which needs `CAP_SYS_PTRACE`.
pub(crate) fn sockets(id: i32, process: &OwnedFd, kind: SocketType) -> Vec<OwnedFd> {
    let all = descriptors(id).into_iter().filter_map(|number| {
        let flags = PidfdGetfdFlags::empty();
        rustix::process::pidfd_getfd(process, number, flags).ok()
    });
    all.filter(|socket| rustix::net::sockopt::socket_type(socket) == Ok(kind))
        .collect()
}

/// The open descriptors of a process that are sockets.
fn descriptors(id: i32) -> Vec<RawFd> {
    let folder = format!("/proc/{id}/fd");
    let entries = fs::read_dir(&folder).expect("a stopped process has descriptors");
    entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let target = fs::read_link(entry.path()).ok()?;
            let number = entry.file_name().to_str()?.parse().ok()?;
            target.to_str()?.starts_with("socket:").then_some(number)
        })
        .collect()
}
