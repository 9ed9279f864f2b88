//! An application's zygote, and the processes that it forked ahead.

use crate::telemetry;
use crate::worker::base;
use crate::worker::base::Base;
use crate::worker::frames;
use crate::worker::frames::FrameReader;
use crate::worker::frames::HelloError;
use crate::worker::process;
use crate::worker::process::Process;
use crate::worker::refused;
use ketrics_protocol::Limit;
use ketrics_protocol::Limits;
use ketrics_protocol::SandboxLevel;
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
use std::sync::atomic::AtomicBool;
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
    floor: SandboxLevel,
    broken: AtomicBool,
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
        let control = base.make_zygote().await?;
        let (stream, theirs) = frames::stream_pair()?;
        frames::command(&control, Command::Load, theirs)?;
        let greeted = frames::hello(&stream, FORK)
            .await
            .map_err(io::Error::from)?;
        let process = greeted.process;
        base::check_level(base.floor(), greeted.level, "application zygote")?;
        process.lead_group()?;
        let report = match load_bundle(stream, &process, load, log).await {
            Ok(report) => report,
            Err(error) => {
                // Whatever it forked meanwhile goes with it.
                process.kill_group();
                tokio::spawn(process::reap_strangers(process.pid()));
                return Err(error);
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
            floor: base.floor(),
            broken: AtomicBool::new(false),
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
        let greeted = match frames::hello(&stream, FORK).await {
            Ok(greeted) => greeted,
            Err(error) => {
                self.blame(&error);
                return Err(error.into());
            }
        };
        let process = greeted.process;
        base::check_level(self.floor, greeted.level, "process of an invocation")?;
        if !process.is_in_group_of(&self.process) {
            let error = HelloError::Nonsense("a process is in another group".to_owned());
            self.blame(&error);
            return Err(error.into());
        }
        Ok(Ready { stream, process })
    }

    fn blame(&self, error: &HelloError) {
        if error.is_misbehaviour() && self.is_alive() {
            self.end(&error.to_string());
        } else {
            tokio::spawn(process::reap_strangers(self.process.pid()));
        }
    }

    /// Ends a zygote that misbehaves, with all that it has forked. Calls that run in its processes
    /// are lost; no other application notices.
    pub fn end(&self, why: &str) {
        if !self.broken.swap(true, Relaxed) {
            tracing::error!(
                why,
                pid = self.process.pid(),
                "a zygote misbehaved and was ended"
            );
            telemetry::figures().misbehaved("zygote");
            self.process.kill_group();
            tokio::spawn(process::reap_strangers(self.process.pid()));
        }
    }

    /// The group of the zygote's processes.
    #[must_use]
    pub fn group(&self) -> i32 {
        self.process.pid()
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
        match rustix::net::recv(&self.control, &mut byte, flags) {
            Err(error) => error == rustix::io::Errno::AGAIN && !self.broken.load(Relaxed),
            Ok((_, 0)) => false,
            // A zygote never says anything on this socket.
            Ok(_) => {
                self.end("it spoke on its control socket");
                false
            }
        }
    }
}

/// Has a zygote load its bundle.
async fn load_bundle(
    stream: UnixStream,
    process: &Process,
    load: Load,
    log: impl Fn(LogLine),
) -> Result<LoadReport, LoadError> {
    let limits = load.limits.clone();
    let (reading, mut writing) = stream.into_split();
    let mut reader = FrameReader::new(reading);
    let started = Instant::now();
    let frame = ToWorker::Load(Box::new(load));
    let written = frames::write(&mut writing, &frame);
    // A process that does not read is not waited for longer than one that does not load.
    tokio::time::timeout(limits.startup_wall_clock, written)
        .await
        .map_err(io::Error::other)??;
    let mut check = started + limits.startup_cpu;
    let mut lines = 0;
    loop {
        tokio::select! {
            frame = reader.next() => match frame? {
                Some(ToGateway::Loaded(report)) => return Ok(report),
                Some(ToGateway::LoadFailed(failure)) => return Err(LoadError::Threw(failure)),
                Some(ToGateway::Log(line)) if lines <= limits.log_lines => {
                    lines += 1;
                    log(line);
                }
                Some(ToGateway::LimitReached { limit, used }) => {
                    return Err(LoadError::OverLimit(limit, memory_measure(limit, used, &limits)));
                }
                Some(ToGateway::Violation { call }) => {
                    telemetry::figures().violations.inc();
                    let what = format!("a zygote made {}", refused::describe(call));
                    return Err(io::Error::other(what).into());
                }
                Some(ToGateway::Crashed { message }) => {
                    return Err(io::Error::other(format!("a zygote gave up: {message}")).into());
                }
                Some(_) => return Err(io::Error::other("a zygote said something else than its report").into()),
                None => return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
            },
            () = tokio::time::sleep_until(check.into()) => {
                let (cpu, waited) = (process.cpu_time(), started.elapsed());
                for (what, used, most) in [
                    ("CPU time", cpu, limits.startup_cpu),
                    ("Wall-clock time", waited, limits.startup_wall_clock),
                ] {
                    if used >= most {
                        let measure = format!("{} of loading the application", time_measure(what, used, most));
                        return Err(LoadError::OverLimit(Limit::Startup, measure));
                    }
                }
                let left = (limits.startup_cpu - cpu).min(limits.startup_wall_clock - waited);
                check = Instant::now() + left.max(Duration::from_millis(5));
            }
        }
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

/// What was used of a limit on time, and the limit.
#[must_use]
pub fn time_measure(what: &str, used: Duration, most: Duration) -> String {
    format!("{what} {:.1} s of {} s", used.as_secs_f64(), most.as_secs())
}

/// What was used of a limit on memory, and the limit. Without a figure the whole process is meant.
#[must_use]
pub fn memory_measure(limit: Limit, used: u64, limits: &Limits) -> String {
    let megabytes = |bytes: u64| bytes / (1024 * 1024);
    let (heap, buffers) = (megabytes(limits.heap_bytes), megabytes(limits.buffer_bytes));
    match limit {
        Limit::Heap => format!("Heap {} MB of {heap} MB", megabytes(used).max(heap)),
        Limit::Buffers => format!("Buffers {} MB of {buffers} MB", megabytes(used)),
        _ if used > 0 => format!(
            "Memory {} MB in all; the limits are {heap} MB of heap and {buffers} MB of buffers",
            megabytes(used)
        ),
        _ => format!("Memory over the limits: {heap} MB of heap and {buffers} MB of buffers"),
    }
}
