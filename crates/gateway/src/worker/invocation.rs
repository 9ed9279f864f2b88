//! One call in one process: the frames, the deadlines, the service calls, and the receipt.
//!
//! The answer is given as soon as the function has one. The process may go on with work that it
//! did not wait for, until it ends by itself or goes over a limit; whatever it left open here is
//! closed then.

use crate::worker::application::memory_measure;
use crate::worker::frames;
use crate::worker::frames::FrameReader;
use crate::worker::process::Ended;
use crate::worker::process::Process;
use crate::worker::zygotes::Claim;
use ketrics_protocol::Limit;
use ketrics_protocol::Limits;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::frame::Failure;
use ketrics_protocol::frame::Invoke;
use ketrics_protocol::frame::LogLine;
use ketrics_protocol::frame::OUT_OF_MEMORY_STATUS;
use ketrics_protocol::frame::Outcome;
use ketrics_protocol::frame::ToGateway;
use ketrics_protocol::frame::ToWorker;
use ketrics_services::Invocation;
use ketrics_services::Services;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use std::time::Instant;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::Mutex;
use tokio::sync::oneshot;

/// Why there is no result.
#[derive(Clone, Debug)]
pub enum End {
    /// The function failed, by its own account.
    Failed(Failure),
    /// It went over a limit; the measure is for people.
    OverLimit(Limit, String),
    /// The process died, or spoke nonsense and was ended.
    Lost,
}

/// What an invocation used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Receipt {
    /// From the claim to the answer.
    pub wall: Duration,
    /// User and system time, by the kernel's account.
    pub cpu: Duration,
    /// The largest resident set, in bytes; what the zygote's pages add is in it.
    pub peak_memory: u64,
    /// Page faults that needed no input.
    pub page_faults: u64,
    /// Service calls.
    pub service_calls: u32,
    /// Bytes from the process.
    pub bytes_out: u64,
}

/// What the function answered.
#[derive(Debug)]
pub struct Answer {
    /// Its result as JSON, or why there is none.
    pub result: Result<String, End>,
    /// From the claim to the answer.
    pub wall: Duration,
    /// CPU time until the answer.
    pub cpu: Duration,
}

/// Where an invocation reports to while it runs.
pub trait Observer: Send + Sync + 'static {
    /// A line that tenant code logged, with secrets redacted.
    fn log(&self, line: LogLine);
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
        let (reading, mut writing) = ready.stream.into_split();
        // A process that is gone already is noticed where its frames are read.
        let _ = frames::write(&mut writing, &ToWorker::Invoke(Box::new(invoke))).await;
        let mut driver = Driver {
            reader: FrameReader::new(reading),
            calls: Calls {
                writing: Arc::new(Mutex::new(writing)),
                open: Arc::new(AtomicU32::new(0)),
                made: 0,
                services: services.clone(),
                invocation: Arc::clone(&invocation),
            },
            process: ready.process,
            limits,
            started,
            answer: Some(answer),
            observer: Arc::clone(&observer),
            log_lines: 0,
            cpu: Duration::ZERO,
        };
        let end = driver.run().await;
        driver.process.kill();
        let Driver {
            reader,
            calls,
            process,
            answer,
            limits,
            cpu,
            ..
        } = driver;
        let ended = process.ended().await;
        services.close(&invocation).await;
        drop((application, running));
        let receipt = Receipt {
            wall: started.elapsed(),
            cpu: ended.cpu,
            peak_memory: ended.peak_memory,
            page_faults: ended.page_faults,
            service_calls: calls.made,
            bytes_out: reader.received(),
        };
        if let Some(answer) = answer {
            let end = end.unwrap_or_else(|| explain(&ended, &limits));
            let cpu = cpu.max(ended.cpu);
            let _ = answer.send(Answer {
                result: Err(end),
                wall: receipt.wall,
                cpu,
            });
        }
        observer.ended(&receipt);
    });
    answered
}

/// A process that ended without a word: what did the kernel see?
fn explain(ended: &Ended, limits: &Limits) -> End {
    let memory = limits.heap_bytes + limits.buffer_bytes;
    match (ended.status, ended.signal) {
        (Some(OUT_OF_MEMORY_STATUS), _) => End::OverLimit(Limit::Memory, memory_measure(limits)),
        (_, Some(libc::SIGXCPU)) => End::OverLimit(Limit::Cpu, cpu_measure(ended.cpu, limits)),
        // An allocation that fails outside V8 aborts the process.
        (_, Some(libc::SIGABRT | libc::SIGSEGV | libc::SIGILL | libc::SIGTRAP))
            if ended.peak_memory >= memory =>
        {
            End::OverLimit(Limit::Memory, memory_measure(limits))
        }
        _ => End::Lost,
    }
}

struct Driver {
    reader: FrameReader,
    calls: Calls,
    process: Process,
    limits: Limits,
    started: Instant,
    answer: Option<oneshot::Sender<Answer>>,
    observer: Arc<dyn Observer>,
    log_lines: u32,
    cpu: Duration,
}

impl Driver {
    /// Until the process ends or has to be ended; says why, where it is known.
    async fn run(&mut self) -> Option<End> {
        let wall = self.started + self.limits.wall_clock;
        let mut check_cpu = self.started + self.limits.cpu;
        loop {
            let next = wall.min(check_cpu);
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(next.into()) => {
                    if let Some(end) = self.over_time(&mut check_cpu) {
                        return Some(end);
                    }
                }
                frame = self.reader.next() => match frame {
                    Ok(Some(frame)) => {
                        if let Some(end) = self.take(frame) {
                            return Some(end);
                        }
                    }
                    Ok(None) => return None,
                    Err(error) => {
                        tracing::warn!(%error, pid = self.process.pid(), "a process spoke nonsense");
                        return Some(End::Lost);
                    }
                },
            }
        }
    }

    fn over_time(&mut self, check_cpu: &mut Instant) -> Option<End> {
        let waited = self.started.elapsed();
        if waited >= self.limits.wall_clock {
            let limit = self.limits.wall_clock.as_secs_f64();
            let measure = format!(
                "The function ran for {:.1} s; {limit:.1} s is the limit",
                waited.as_secs_f64(),
            );
            return Some(End::OverLimit(Limit::WallClock, measure));
        }
        self.cpu = self.process.cpu_time();
        if self.cpu >= self.limits.cpu {
            return Some(End::OverLimit(
                Limit::Cpu,
                cpu_measure(self.cpu, &self.limits),
            ));
        }
        *check_cpu = Instant::now() + (self.limits.cpu - self.cpu).max(Duration::from_millis(5));
        None
    }

    /// Passes a line of the log on. The process keeps the limits, one that does not is ended.
    fn log(&mut self, mut line: LogLine) -> Option<End> {
        self.log_lines += 1;
        let most = self.limits.log_line_bytes;
        // One more line says that the others were dropped.
        if self.log_lines > self.limits.log_lines + 1 || line.message.len() > most as usize {
            return Some(End::Lost);
        }
        let invocation = &self.calls.invocation;
        line.message = match line.cut_from {
            None => invocation.redact(&line.message).into_owned(),
            Some(whole) => {
                let beginning = invocation.redact_cut(&line.message);
                format!("{beginning}… ({whole} bytes; cut at {most})")
            }
        };
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
            ToGateway::Call { id, call } => self.calls.start(id, call, &self.limits),
            ToGateway::Done(outcome) => {
                let answer = self.answer.take()?;
                let result = match outcome {
                    Outcome::Returned(json) if json.len() as u64 <= self.limits.result_bytes => {
                        Ok(json)
                    }
                    Outcome::Returned(_) => Err(End::Lost),
                    Outcome::Failed(failure) => Err(End::Failed(self.for_the_log(failure))),
                };
                let cpu = self.process.cpu_time();
                let _ = answer.send(Answer {
                    result,
                    wall: self.started.elapsed(),
                    cpu,
                });
                None
            }
            ToGateway::LimitReached(Limit::Memory) => {
                Some(End::OverLimit(Limit::Memory, memory_measure(&self.limits)))
            }
            ToGateway::LimitReached(limit) => Some(End::OverLimit(
                limit,
                "The process reports that it is over a limit".to_owned(),
            )),
            // The reader has put calls together with their content.
            ToGateway::CallAndContent { .. }
            | ToGateway::Hello
            | ToGateway::Loaded(_)
            | ToGateway::LoadFailed(_) => Some(End::Lost),
        }
    }
}

fn cpu_measure(cpu: Duration, limits: &Limits) -> String {
    format!(
        "The function took {:.1} s of CPU time; {:.1} s is the limit",
        cpu.as_secs_f64(),
        limits.cpu.as_secs_f64(),
    )
}

/// The service calls of an invocation.
struct Calls {
    writing: Arc<Mutex<OwnedWriteHalf>>,
    open: Arc<AtomicU32>,
    made: u32,
    services: Services,
    invocation: Arc<Invocation>,
}

impl Calls {
    /// Carries a call out beside the others. The worker counts too: one over a limit lies.
    fn start(&mut self, id: u32, call: ServiceCall, limits: &Limits) -> Option<End> {
        self.made += 1;
        let open = self.open.fetch_add(1, Relaxed) + 1;
        if self.made > limits.service_calls || open > limits.service_calls_at_once {
            return Some(End::Lost);
        }
        let writing = Arc::clone(&self.writing);
        let count = Arc::clone(&self.open);
        let services = self.services.clone();
        let invocation = Arc::clone(&self.invocation);
        tokio::spawn(async move {
            let result = services.handle(&invocation, call).await;
            count.fetch_sub(1, Relaxed);
            // The process may be gone; then nobody waits for the reply.
            let mut writing = writing.lock().await;
            let _: io::Result<usize> = frames::write_reply(&mut writing, id, result).await;
        });
        None
    }
}
