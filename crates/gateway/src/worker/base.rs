//! The base zygote: started from our own binary, without environment, descriptors or arguments
//! that say anything, and started again should it ever die.

use crate::worker::frames;
use crate::worker::process::Process;
use ketrics_protocol::SandboxLevel;
use ketrics_protocol::control::Command;
use rustix::fd::OwnedFd;
use rustix::process::Pid;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::Mutex;
use tokio::sync::oneshot;

/// How long the base zygote may take to restore the SDK, on a busy machine.
const START: Duration = Duration::from_secs(60);

/// How a worker is started.
#[derive(Clone, Debug)]
pub struct WorkerCommand {
    /// The binary.
    pub program: PathBuf,
    /// The file with the SDK's snapshot.
    pub snapshot: PathBuf,
    /// The least sandbox that a process may have.
    pub floor: SandboxLevel,
}

/// The base zygote, and the means to start another.
#[derive(Debug)]
pub struct Base {
    spawner: Spawner,
    floor: SandboxLevel,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    control: OwnedFd,
    level: SandboxLevel,
    // Dropping it ends the process.
    process: Process,
}

impl Running {
    /// Whether the process can still be told to fork. It says nothing after its first byte.
    fn is_alive(&self) -> bool {
        let mut byte = [0];
        let flags = rustix::net::RecvFlags::DONTWAIT;
        matches!(
            rustix::net::recv(&self.control, &mut byte, flags),
            Err(error) if error == rustix::io::Errno::AGAIN
        )
    }
}

impl Base {
    /// Starts the base zygote.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(command: WorkerCommand) -> io::Result<(Self, SandboxLevel)> {
        let base = Self {
            floor: command.floor,
            spawner: Spawner::start(command)?,
            running: Mutex::new(None),
        };
        let first = base.spawn().await?;
        let level = first.level;
        *base.running.lock().await = Some(first);
        Ok((base, level))
    }

    async fn spawn(&self) -> io::Result<Running> {
        let base = self.spawner.spawn().await?;
        check_level(self.floor, base.level, "base zygote")?;
        Ok(base)
    }

    /// Lets go of a base zygote that has ended, so that it is reaped. The next application starts
    /// another.
    pub fn sweep(&self) {
        let Ok(mut running) = self.running.try_lock() else {
            return;
        };
        if running.as_ref().is_some_and(|base| !base.is_alive()) {
            tracing::error!("the base zygote ended");
            *running = None;
        }
    }

    /// The least sandbox that a process may have.
    #[must_use]
    pub fn floor(&self) -> SandboxLevel {
        self.floor
    }

    /// Where the kernel lists the children of this process: all of them are the spawning thread's.
    #[must_use]
    pub fn children(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/task/{}/children", self.spawner.thread))
    }

    /// Has a zygote forked; what comes back is its control socket.
    ///
    /// # Errors
    /// When the base zygote is gone and cannot be started again.
    pub async fn make_zygote(&self) -> io::Result<OwnedFd> {
        let mut running = self.running.lock().await;
        for _ in 0..2 {
            let base = match running.take() {
                Some(base) => base,
                None => self.spawn().await?,
            };
            let (ours, theirs) = frames::control_pair()?;
            if frames::command(&base.control, Command::MakeZygote, theirs).is_ok() {
                *running = Some(base);
                return Ok(ours);
            }
            let ended = base.process.ended().await;
            tracing::error!(?ended, "the base zygote ended; another is started");
        }
        Err(io::Error::other("the base zygote does not stay alive"))
    }
}

/// Starts processes from one thread that never ends: the kernel kills a child with the thread
/// that started it.
#[derive(Debug)]
struct Spawner {
    requests: mpsc::Sender<oneshot::Sender<io::Result<(OwnedFd, Pid)>>>,
    thread: i32,
}

impl Spawner {
    fn start(command: WorkerCommand) -> io::Result<Self> {
        let (requests, received) = mpsc::channel::<oneshot::Sender<_>>();
        let (told, thread) = mpsc::channel();
        std::thread::Builder::new()
            .name("base-zygote".to_owned())
            .spawn(move || {
                let _ = told.send(rustix::thread::gettid());
                for reply in received {
                    let _ = reply.send(spawn(&command));
                }
                // The sender is gone because the gateway ends; its children must not end earlier.
                std::thread::park();
            })?;
        let thread = thread.recv().map_err(io::Error::other)?;
        Ok(Self {
            requests,
            thread: thread.as_raw_nonzero().get(),
        })
    }

    async fn spawn(&self) -> io::Result<Running> {
        let gone = || io::Error::other("the thread that starts processes is gone");
        let (reply, spawned) = oneshot::channel();
        self.requests.send(reply).map_err(|_| gone())?;
        let (control, pid) = spawned.await.map_err(|_| gone())??;
        let process = Process::adopt(pid)?;
        let level = wait_until_ready(&control).await?;
        Ok(Running {
            control,
            level,
            process,
        })
    }
}

#[expect(
    clippy::disallowed_types,
    reason = "this is the one place that starts processes"
)]
fn spawn(command: &WorkerCommand) -> io::Result<(OwnedFd, Pid)> {
    let (ours, theirs) = frames::control_pair()?;
    let child = std::process::Command::new(&command.program)
        .arg("worker")
        .arg("--snapshot")
        .arg(&command.snapshot)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::from(theirs))
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .process_group(0)
        .spawn()?;
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    Ok((
        ours,
        pid.ok_or_else(|| io::Error::other("a process without an id"))?,
    ))
}

/// Refuses a process that has fewer walls than the host's configuration asks for.
///
/// # Errors
/// When it has.
pub fn check_level(floor: SandboxLevel, level: SandboxLevel, who: &str) -> io::Result<()> {
    if level >= floor {
        return Ok(());
    }
    let lacks = match level {
        SandboxLevel::Process => "the kernel does not filter its system calls (seccomp)",
        SandboxLevel::Filtered => "the kernel has no Landlock",
        SandboxLevel::Full => "",
    };
    Err(io::Error::other(format!(
        "the sandbox of the {who} reaches the level {level}, and sandbox.minimum is {floor}: {lacks}"
    )))
}

/// The base zygote sends one byte when it can fork: its level.
async fn wait_until_ready(control: &OwnedFd) -> io::Result<SandboxLevel> {
    // SAFETY: the caller keeps the descriptor open for as long as it is watched here.
    let watched = unsafe { AsyncFd::register_with_interest(control.as_fd(), Interest::READABLE) };
    let watched = watched.map_err(io::Error::from)?;
    let ready = tokio::time::timeout(START, watched.readable()).await;
    ready
        .map_err(|_| io::Error::other("the base zygote does not come up"))??
        .retain_ready();
    let mut byte = [0];
    let flags = rustix::net::RecvFlags::DONTWAIT;
    match rustix::net::recv(control, &mut byte, flags)? {
        (_, 0) => Err(io::Error::other(
            "the base zygote ended while it started; its error is above",
        )),
        _ => SandboxLevel::from_byte(byte[0])
            .ok_or_else(|| io::Error::other("the base zygote is no worker of this version")),
    }
}
