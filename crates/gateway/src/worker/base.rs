//! The base zygote: started from our own binary, without environment, descriptors or arguments
//! that say anything, and started again should it ever die.

use crate::worker::frames;
use crate::worker::process::Process;
use ketrics_protocol::control::Command;
use rustix::fd::OwnedFd;
use rustix::process::Pid;
use std::io;
use std::os::fd::AsFd;
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
}

/// The base zygote, and the means to start another.
#[derive(Debug)]
pub struct Base {
    spawner: Spawner,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    control: OwnedFd,
    // Dropping it ends the process.
    _process: Process,
}

impl Base {
    /// Starts the base zygote.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(command: WorkerCommand) -> io::Result<Self> {
        let base = Self {
            spawner: Spawner::start(command)?,
            running: Mutex::new(None),
        };
        *base.running.lock().await = Some(base.spawner.spawn().await?);
        Ok(base)
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
                None => self.spawner.spawn().await?,
            };
            let (ours, theirs) = frames::control_pair()?;
            if frames::command(&base.control, Command::MakeZygote, theirs).is_ok() {
                *running = Some(base);
                return Ok(ours);
            }
        }
        Err(io::Error::other("the base zygote does not stay alive"))
    }
}

/// Starts processes from one thread that never ends: the kernel kills a child with the thread
/// that started it.
#[derive(Debug)]
struct Spawner {
    requests: mpsc::Sender<oneshot::Sender<io::Result<(OwnedFd, Pid)>>>,
}

impl Spawner {
    fn start(command: WorkerCommand) -> io::Result<Self> {
        let (requests, received) = mpsc::channel::<oneshot::Sender<_>>();
        std::thread::Builder::new()
            .name("base-zygote".to_owned())
            .spawn(move || {
                for reply in received {
                    let _ = reply.send(spawn(&command));
                }
                // The sender is gone because the gateway ends; its children must not end earlier.
                std::thread::park();
            })?;
        Ok(Self { requests })
    }

    async fn spawn(&self) -> io::Result<Running> {
        let gone = || io::Error::other("the thread that starts processes is gone");
        let (reply, spawned) = oneshot::channel();
        self.requests.send(reply).map_err(|_| gone())?;
        let (control, pid) = spawned.await.map_err(|_| gone())??;
        let process = Process::adopt(pid)?;
        wait_until_ready(&control).await?;
        Ok(Running {
            control,
            _process: process,
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
        .spawn()?;
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    Ok((
        ours,
        pid.ok_or_else(|| io::Error::other("a process without an id"))?,
    ))
}

/// The base zygote sends one byte when it can fork.
async fn wait_until_ready(control: &OwnedFd) -> io::Result<()> {
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
        _ => Ok(()),
    }
}
