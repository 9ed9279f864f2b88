//! An application's zygote, and the processes that it forked ahead.

use crate::worker::base::Base;
use crate::worker::frames;
use crate::worker::frames::FrameReader;
use crate::worker::process;
use crate::worker::process::Process;
use ketrics_protocol::Limit;
use ketrics_protocol::control::Command;
use ketrics_protocol::frame::Failure;
use ketrics_protocol::frame::Load;
use ketrics_protocol::frame::LoadReport;
use ketrics_protocol::frame::LogLine;
use ketrics_protocol::frame::ToGateway;
use ketrics_protocol::frame::ToWorker;
use rustix::fd::OwnedFd;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use std::time::Instant;
use tokio::net::UnixStream;

/// How many processes wait ahead of any call. The number follows the calls that run at once.
#[derive(Clone, Copy, Debug)]
pub struct Ahead {
    /// At the least.
    pub fewest: usize,
    /// At the most.
    pub most: usize,
}

impl Ahead {
    /// At least so many, and some more when calls come many at a time; zero forks on demand only.
    #[must_use]
    pub fn at_least(fewest: usize) -> Self {
        Self {
            fewest,
            most: if fewest == 0 { 0 } else { fewest.max(8) },
        }
    }
}

/// How long a fork may take on a busy machine.
const FORK: Duration = Duration::from_secs(10);

/// Why a bundle did not load.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LoadError {
    /// Its module-level code threw.
    #[error("{}", .0.message)]
    Threw(Failure),
    /// It went over a limit; the measure is for people.
    #[error("{1}")]
    OverLimit(Limit, String),
    /// The process could not be made, or died.
    #[error("{0}")]
    Lost(Arc<io::Error>),
}

impl From<io::Error> for LoadError {
    fn from(error: io::Error) -> Self {
        Self::Lost(Arc::new(error))
    }
}

/// A process that is forked and waits for its call.
#[derive(Debug)]
pub struct Ready {
    /// The gateway's end of its socket.
    pub stream: UnixStream,
    /// The process.
    pub process: Process,
}

impl Ready {
    /// Whether it still waits. One that was killed meanwhile has closed its socket.
    fn is_alive(&self) -> bool {
        let mut byte = [0];
        matches!(self.stream.try_read(&mut byte), Err(error) if error.kind() == io::ErrorKind::WouldBlock)
    }
}

/// A zygote that has loaded one deployment's bundle.
#[derive(Debug)]
pub struct Application {
    control: OwnedFd,
    process: Process,
    /// What the bundle exports.
    pub report: LoadReport,
    depth: Ahead,
    ahead: Mutex<VecDeque<Ready>>,
    forking: AtomicUsize,
    running: AtomicUsize,
    last_used: Mutex<Instant>,
    /// When it was made.
    pub made: Instant,
}

impl Application {
    /// Makes a zygote and has it load the bundle. Lines that module-level code logs go to `log`.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub async fn load(
        base: &Base,
        load: Load,
        depth: Ahead,
        log: impl Fn(LogLine),
    ) -> Result<Arc<Self>, LoadError> {
        let limits = load.limits.clone();
        let control = base.make_zygote().await?;
        let (stream, theirs) = frames::stream_pair()?;
        frames::command(&control, Command::Load, theirs)?;
        let hello = tokio::time::timeout(FORK, frames::hello(&stream)).await;
        let process = hello.map_err(|_| io::Error::other("a zygote did not come up"))??;
        let (reading, mut writing) = stream.into_split();
        let mut reader = FrameReader::new(reading);
        frames::write(&mut writing, &ToWorker::Load(Box::new(load))).await?;
        let started = Instant::now();
        let mut check = started + limits.startup_cpu;
        let report = loop {
            tokio::select! {
                frame = reader.next() => match frame? {
                    Some(ToGateway::Loaded(report)) => break report,
                    Some(ToGateway::LoadFailed(failure)) => return Err(LoadError::Threw(failure)),
                    Some(ToGateway::Log(line)) => log(line),
                    Some(ToGateway::LimitReached(limit)) => {
                        return Err(LoadError::OverLimit(limit, memory_measure(&limits)));
                    }
                    Some(_) => return Err(io::Error::other("a zygote said something else than its report").into()),
                    None => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                },
                () = tokio::time::sleep_until(check.into()) => {
                    let cpu = process.cpu_time();
                    if cpu >= limits.startup_cpu {
                        let measure = format!(
                            "Loading the application took {:.1} s of CPU time; {:.1} s is the limit",
                            cpu.as_secs_f64(), limits.startup_cpu.as_secs_f64(),
                        );
                        return Err(LoadError::OverLimit(Limit::Startup, measure));
                    }
                    let waited = started.elapsed();
                    if waited >= limits.startup_wall_clock {
                        let measure = format!(
                            "Loading the application took {:.1} s; {:.1} s is the limit",
                            waited.as_secs_f64(), limits.startup_wall_clock.as_secs_f64(),
                        );
                        return Err(LoadError::OverLimit(Limit::Startup, measure));
                    }
                    let left = (limits.startup_cpu - cpu).min(limits.startup_wall_clock - waited);
                    check = Instant::now() + left.max(Duration::from_millis(5));
                }
            }
        };
        Ok(Arc::new(Self {
            control,
            process,
            report,
            depth,
            ahead: Mutex::default(),
            forking: AtomicUsize::new(0),
            running: AtomicUsize::new(0),
            last_used: Mutex::new(Instant::now()),
            made: Instant::now(),
        }))
    }

    /// Takes a process that waits, or has one forked, and sees to it that others wait.
    ///
    /// # Errors
    /// When the zygote is gone.
    pub async fn claim(self: &Arc<Self>) -> io::Result<Ready> {
        *self
            .last_used
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Instant::now();
        let waiting = std::iter::from_fn(|| self.take_ahead()).find(Ready::is_alive);
        let ready = match waiting {
            Some(ready) => Ok(ready),
            None => self.fork().await,
        };
        // The next one is forked when this call is over, unless others may come before.
        if self.waiting() == 0 {
            self.refill();
        }
        ready
    }

    fn waiting(&self) -> usize {
        self.ahead
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    fn take_ahead(&self) -> Option<Ready> {
        self.ahead
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    }

    async fn fork(&self) -> io::Result<Ready> {
        let (stream, theirs) = frames::stream_pair()?;
        frames::command(&self.control, Command::Fork, theirs)?;
        let hello = tokio::time::timeout(FORK, frames::hello(&stream)).await;
        match hello.unwrap_or_else(|_| Err(io::Error::other("a zygote does not fork"))) {
            Ok(process) => Ok(Ready { stream, process }),
            Err(error) => {
                tokio::spawn(process::reap_strangers(self.process.pid()));
                Err(error)
            }
        }
    }

    /// Forks as many processes ahead as the recent calls ask for.
    pub fn refill(self: &Arc<Self>) {
        let wanted = self
            .running
            .load(Relaxed)
            .clamp(self.depth.fewest, self.depth.most);
        loop {
            let waiting = self.waiting();
            let forking = self.forking.load(Relaxed);
            if waiting + forking >= wanted {
                return;
            }
            if self
                .forking
                .compare_exchange(forking, forking + 1, Relaxed, Relaxed)
                .is_err()
            {
                continue;
            }
            let this = Arc::clone(self);
            tokio::spawn(async move {
                let forked = this.fork().await;
                this.forking.fetch_sub(1, Relaxed);
                if let Ok(ready) = forked {
                    this.ahead
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push_back(ready);
                }
            });
        }
    }

    /// Counts a call for as long as the guard lives.
    #[must_use]
    pub fn running(self: &Arc<Self>) -> Running {
        self.running.fetch_add(1, Relaxed);
        Running(Arc::clone(self))
    }

    /// How long nobody has used this zygote.
    #[must_use]
    pub fn idle(&self) -> Duration {
        if self.running.load(Relaxed) > 0 {
            return Duration::ZERO;
        }
        self.last_used
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .elapsed()
    }

    /// Whether the zygote's process can still be told to fork.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        let mut byte = [0];
        let flags = rustix::net::RecvFlags::DONTWAIT;
        // It never says anything on this socket: anything but "nothing yet" is its end.
        matches!(
            rustix::net::recv(&self.control, &mut byte, flags),
            Err(error) if error == rustix::io::Errno::AGAIN
        )
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        if let Ok(tokio) = tokio::runtime::Handle::try_current() {
            tokio.spawn(process::reap_strangers(self.process.pid()));
        }
    }
}

/// A call that runs in a process of this application.
#[derive(Debug)]
pub struct Running(Arc<Application>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Relaxed);
        self.0.refill();
    }
}

/// What is said of a process that ran out of memory.
#[must_use]
pub fn memory_measure(limits: &ketrics_protocol::Limits) -> String {
    let megabytes = |bytes: u64| bytes / (1024 * 1024);
    format!(
        "More memory than the limit: {} MB of heap and {} MB of buffers",
        megabytes(limits.heap_bytes),
        megabytes(limits.buffer_bytes),
    )
}
