//! One call in one process: the frames, the deadlines, the service calls, and the receipt.
//!
//! The answer is given as soon as the function has one. The process may go on with work that it
//! did not wait for, until it ends by itself or goes over a limit; whatever it left open here is
//! closed then.

use crate::telemetry;
use crate::worker::application::memory_measure;
use crate::worker::application::time_measure;
use crate::worker::frames;
use crate::worker::frames::EncodedReply;
use crate::worker::frames::FrameReader;
use crate::worker::priority::Priority;
use crate::worker::process::Ended;
use crate::worker::process::Process;
use crate::worker::refused;
use crate::worker::zygotes::Claim;
use ketrics_protocol::Limit;
use ketrics_protocol::Limits;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::frame::ABORTED_STATUS;
use ketrics_protocol::frame::Failure;
use ketrics_protocol::frame::Invoke;
use ketrics_protocol::frame::LogLine;
use ketrics_protocol::frame::OUT_OF_MEMORY_STATUS;
use ketrics_protocol::frame::Outcome;
use ketrics_protocol::frame::ToGateway;
use ketrics_protocol::frame::ToWorker;
use ketrics_protocol::frame::VIOLATION_STATUS;
use ketrics_services::Invocation;
use ketrics_services::Services;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use std::time::Instant;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::Mutex;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

/// Why there is no result.
#[derive(Clone, Debug)]
pub enum End {
    /// The function failed, by its own account.
    Failed(Failure),
    /// It went over a limit; the measure is for people.
    OverLimit(Limit, String),
    /// The process died, and nobody knows why.
    Lost,
    /// Nobody wants its result any more.
    Stopped,
    /// It did what no healthy process does, and was ended; the reason is for the host's log.
    Misbehaved(String),
}

/// What an invocation used.
#[derive(Clone, Debug, Default)]
pub struct Receipt {
    /// From the claim of a process to the answer, or to the end of the process.
    pub wall: Duration,
    /// User and system time, by the kernel's account.
    pub cpu: Duration,
    /// The largest resident set, in bytes; what the zygote's pages add is in it.
    pub peak_memory: u64,
    /// Page faults that needed no input.
    pub page_faults: u64,
    /// Service calls, by service.
    pub service_calls: BTreeMap<&'static str, u32>,
    /// Bytes to the process.
    pub bytes_in: u64,
    /// Bytes from the process.
    pub bytes_out: u64,
}

/// What the function answered.
#[derive(Debug)]
pub struct Answer {
    /// Its result as JSON, or why there is none.
    pub result: Result<String, End>,
    /// What was used until then.
    pub used: Receipt,
}

/// Where an invocation reports to while it runs.
pub trait Observer: Send + Sync + 'static {
    /// A line that tenant code logged, with secrets redacted.
    fn log(&self, line: LogLine);
    /// The process did what no healthy process does.
    fn misbehaved(&self, why: &str);
    /// The invocation is over.
    fn ended(&self, receipt: &Receipt);
}

/// Runs a call. The answer comes when there is one; the rest goes on by itself.
pub fn start(
    claim: Claim,
    invoke: Invoke,
    invocation: Arc<Invocation>,
    services: Services,
    observer: Arc<dyn Observer>,
    mut priority: Priority,
    stop: CancellationToken,
) -> oneshot::Receiver<Answer> {
    let (answer, answered) = oneshot::channel();
    tokio::spawn(async move {
        let started = Instant::now();
        let limits = invoke.limits.clone();
        let Claim {
            ready,
            application,
            running,
        } = claim;
        priority.apply(&ready.process);
        let (reading, mut writing) = ready.stream.into_split();
        let bytes_in = Arc::new(AtomicU64::new(0));
        // A process that is gone already is noticed where its frames are read, and one that does
        // not read by its deadline.
        let frame = ToWorker::Invoke(Box::new(invoke));
        let written = frames::write(&mut writing, &frame);
        if let Ok(Ok(count)) = tokio::time::timeout(limits.wall_clock, written).await {
            bytes_in.fetch_add(count as u64, Relaxed);
        }
        let mut driver = Driver {
            reader: FrameReader::new(reading),
            calls: Calls {
                writing: Arc::new(Mutex::new(writing)),
                open: Arc::new(AtomicU32::new(0)),
                made: BTreeMap::new(),
                bytes_in,
                unread: Arc::new(AtomicU64::new(0)),
                services: services.clone(),
                invocation: Arc::clone(&invocation),
            },
            process: ready.process,
            priority,
            limits,
            started,
            answer: Some(answer),
            observer: Arc::clone(&observer),
            log_lines: 0,
            taken: 0,
            stop,
        };
        let end = driver.run().await;
        driver.process.kill();
        let mut receipt = driver.used();
        let Driver {
            process,
            mut priority,
            answer,
            limits,
            ..
        } = driver;
        let ended = process.ended().await;
        services.close(&invocation).await;
        drop((application, running));
        receipt.wall = started.elapsed();
        receipt.cpu = receipt.cpu.max(ended.cpu);
        priority.count(receipt.cpu);
        receipt.peak_memory = ended.peak_memory;
        receipt.page_faults = ended.page_faults;
        let end = end.or_else(|| explain(&ended, &limits));
        if let Some(End::Misbehaved(why)) = &end {
            observer.misbehaved(why);
        }
        if let Some(answer) = answer {
            let _ = answer.send(Answer {
                result: Err(end.unwrap_or(End::Lost)),
                used: receipt.clone(),
            });
        }
        observer.ended(&receipt);
    });
    answered
}

/// A process that ended without a word: what did the kernel see? `None` when it just went.
fn explain(ended: &Ended, limits: &Limits) -> Option<End> {
    let memory = limits.heap_bytes + limits.buffer_bytes;
    let measure = |limit| memory_measure(limit, ended.peak_memory, limits);
    match (ended.status, ended.signal) {
        (Some(OUT_OF_MEMORY_STATUS), _) => {
            Some(End::OverLimit(Limit::Memory, measure(Limit::Memory)))
        }
        (Some(VIOLATION_STATUS), _) | (_, Some(libc::SIGSYS)) => Some(End::Misbehaved(
            "it made a system call that its filter refuses".to_owned(),
        )),
        (_, Some(libc::SIGXCPU)) => Some(End::OverLimit(
            Limit::Cpu,
            time_measure("CPU time", ended.cpu, limits.cpu),
        )),
        // An allocation that fails outside V8 aborts the process.
        (Some(ABORTED_STATUS), _)
        | (_, Some(libc::SIGABRT | libc::SIGSEGV | libc::SIGILL | libc::SIGTRAP))
            if ended.peak_memory >= memory =>
        {
            Some(End::OverLimit(Limit::Memory, measure(Limit::Memory)))
        }
        _ => None,
    }
}

struct Driver {
    reader: FrameReader,
    calls: Calls,
    process: Process,
    priority: Priority,
    limits: Limits,
    started: Instant,
    answer: Option<oneshot::Sender<Answer>>,
    observer: Arc<dyn Observer>,
    log_lines: u32,
    /// Bytes that had come with the last call.
    taken: u64,
    stop: CancellationToken,
}

impl Driver {
    /// Until the process ends or has to be ended; says why, where it is known.
    async fn run(&mut self) -> Option<End> {
        let wall = self.started + self.limits.wall_clock;
        let look = self.priority.next_look(Duration::ZERO);
        let mut check_cpu = self.started + look.unwrap_or(self.limits.cpu);
        loop {
            let next = wall.min(check_cpu);
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(next.into()) => {
                    if let Some(end) = self.over_time(&mut check_cpu) {
                        return Some(end);
                    }
                }
                () = self.stop.cancelled() => return Some(End::Stopped),
                frame = self.reader.next() => match frame {
                    Ok(Some(frame)) => {
                        if let Some(end) = self.take(frame) {
                            return Some(end);
                        }
                    }
                    Ok(None) => return None,
                    Err(error) => return Some(End::Misbehaved(error.to_string())),
                },
            }
        }
    }

    fn over_time(&mut self, check_cpu: &mut Instant) -> Option<End> {
        let (waited, cpu) = (self.started.elapsed(), self.process.cpu_time());
        if waited >= self.limits.wall_clock {
            let measure = time_measure("Wall-clock time", waited, self.limits.wall_clock);
            return Some(End::OverLimit(Limit::WallClock, measure));
        }
        if cpu >= self.limits.cpu {
            let measure = time_measure("CPU time", cpu, self.limits.cpu);
            return Some(End::OverLimit(Limit::Cpu, measure));
        }
        self.priority.count(cpu);
        self.priority.apply(&self.process);
        let left = (self.limits.cpu - cpu).max(Duration::from_millis(5));
        let look = self.priority.next_look(waited).unwrap_or(left);
        *check_cpu = Instant::now() + left.min(look);
        None
    }

    /// What was used until now. The kernel's account of memory stands in the process's own files.
    fn used(&self) -> Receipt {
        let (peak_memory, page_faults) = self.process.memory();
        Receipt {
            wall: self.started.elapsed(),
            cpu: self.process.cpu_time(),
            peak_memory,
            page_faults,
            service_calls: self.calls.made.clone(),
            bytes_in: self.calls.bytes_in.load(Relaxed),
            bytes_out: self.reader.received(),
        }
    }

    /// Passes a line of the log on. The process keeps the limits, one that does not is ended.
    fn log(&mut self, mut line: LogLine) -> Option<End> {
        self.log_lines += 1;
        let most = self.limits.log_line_bytes;
        // One more line says that the others were dropped.
        let longest = line
            .message
            .len()
            .max(line.data.as_ref().map_or(0, String::len));
        if self.log_lines > self.limits.log_lines + 1 || longest > most as usize {
            return misbehaved("it logs more than it may");
        }
        let invocation = &self.calls.invocation;
        line.message = match line.cut_from {
            None => invocation.redact(&line.message).into_owned(),
            Some(whole) => {
                let beginning = invocation.redact_cut(&line.message);
                format!("{beginning}… ({whole} bytes; cut at {most})")
            }
        };
        // Where a secret is taken out of a list of numbers, no JSON may be left.
        line.data = line.data.map(|data| invocation.redact(&data).into_owned());
        self.observer.log(line);
        None
    }

    /// A failure as the log may show it; the caller is told the message as it is.
    fn for_the_log(&self, mut failure: Failure) -> Failure {
        let shown = failure.stack.as_ref().unwrap_or(&failure.message);
        let shown = self.calls.invocation.redact(shown).into_owned();
        failure.stack = Some(shown);
        failure
    }

    /// Takes a frame; whatever an invocation may not say ends it.
    fn take(&mut self, frame: ToGateway) -> Option<End> {
        match frame {
            ToGateway::Log(line) => self.log(line),
            ToGateway::Call { id, call } => {
                let received = self.reader.received();
                let length = received - self.taken;
                self.taken = received;
                self.calls.start(id, call, length, &self.limits)
            }
            ToGateway::Done(outcome) => {
                let Some(answer) = self.answer.take() else {
                    return misbehaved("it answered twice");
                };
                let result = match outcome {
                    Outcome::Returned(json) if json.len() as u64 <= self.limits.result_bytes => {
                        Ok(json)
                    }
                    Outcome::Returned(_) => {
                        self.answer = Some(answer);
                        return misbehaved("its result is longer than it may be");
                    }
                    Outcome::Failed(failure) => Err(End::Failed(self.for_the_log(failure))),
                };
                let _ = answer.send(Answer {
                    result,
                    used: self.used(),
                });
                None
            }
            ToGateway::LimitReached { limit, used } => Some(End::OverLimit(
                limit,
                memory_measure(limit, used, &self.limits),
            )),
            ToGateway::Violation { call } => {
                telemetry::figures().violations.inc();
                misbehaved(&format!("it made {}", refused::describe(call)))
            }
            ToGateway::Crashed { message } => misbehaved(&format!("it gave up: {message}")),
            // The reader has put calls together with their content.
            ToGateway::CallAndContent { .. }
            | ToGateway::Hello { .. }
            | ToGateway::Loaded(_)
            | ToGateway::LoadFailed(_) => misbehaved("it said what only a zygote says"),
        }
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "an end is what taking a frame may come to"
)]
fn misbehaved(why: &str) -> Option<End> {
    Some(End::Misbehaved(why.to_owned()))
}

/// The service calls of an invocation.
struct Calls {
    writing: Arc<Mutex<OwnedWriteHalf>>,
    open: Arc<AtomicU32>,
    made: BTreeMap<&'static str, u32>,
    bytes_in: Arc<AtomicU64>,
    /// Bytes of the replies that wait to be written, or to be read.
    unread: Arc<AtomicU64>,
    services: Services,
    invocation: Arc<Invocation>,
}

impl Calls {
    /// Carries a call out beside the others. The worker counts too: one over a limit lies.
    fn start(&mut self, id: u32, call: ServiceCall, length: u64, limits: &Limits) -> Option<End> {
        let service = call.service();
        *self.made.entry(service).or_default() += 1;
        telemetry::figures().service_call(service);
        let open = self.open.fetch_add(1, Relaxed) + 1;
        if self.made.values().sum::<u32>() > limits.service_calls {
            return misbehaved("it makes more service calls than it may");
        }
        if open > limits.service_calls_at_once {
            return misbehaved("it makes more service calls at once than it may");
        }
        let writing = Arc::clone(&self.writing);
        let count = Arc::clone(&self.open);
        let bytes_in = Arc::clone(&self.bytes_in);
        let services = self.services.clone();
        let invocation = Arc::clone(&self.invocation);
        let unread = Arc::clone(&self.unread);
        let most = most_unread(limits);
        tokio::spawn(async move {
            let memory = invocation.memory();
            let result = match memory.hold(usize::try_from(length).unwrap_or(usize::MAX)) {
                Ok(_held) => services.handle(&invocation, call).await,
                Err(full) => Err(full.into()),
            };
            let mut reply = EncodedReply::new(id, result);
            let is_too_much = unread.fetch_add(reply.length(), Relaxed) + reply.length() > most;
            let held = if is_too_much {
                Err(too_much_unread(most))
            } else {
                let length = usize::try_from(reply.length()).unwrap_or(usize::MAX);
                memory.hold(length).map_err(ServiceError::from)
            };
            // What is held is held until the reply is written.
            let _held = match held {
                Ok(held) => Some(held),
                Err(error) => {
                    unread.fetch_sub(reply.length(), Relaxed);
                    reply = EncodedReply::new(id, Err(error));
                    unread.fetch_add(reply.length(), Relaxed);
                    None
                }
            };
            let mut writing = writing.lock().await;
            // Its turn has come: from here on the process may make the next call. One that does
            // not read its replies keeps all others waiting, and their calls open.
            count.fetch_sub(1, Relaxed);
            // The process may be gone; then nobody waits for the reply.
            if reply.write(&mut writing).await.is_ok() {
                bytes_in.fetch_add(reply.length(), Relaxed);
            }
            unread.fetch_sub(reply.length(), Relaxed);
        });
        None
    }
}

/// Replies that an invocation has not read lie in the gateway. More than this no process could
/// take, since its buffers are bounded; one that does not read must not fill the host's memory.
fn most_unread(limits: &Limits) -> u64 {
    const LEAST: u64 = 256 * 1024 * 1024;
    LEAST.max(limits.buffer_bytes * 2)
}

fn too_much_unread(most: u64) -> ServiceError {
    let megabytes = most / (1024 * 1024);
    ServiceError::plain(format!(
        "The replies that wait to be read have more than {megabytes} MB: ask for less at once"
    ))
}
