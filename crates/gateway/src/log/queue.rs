//! Lines on their way to where they are kept.
//!
//! Writing a line puts it into memory and nothing more; a task of its own delivers batches. So a
//! destination that is slow, or gone, holds no call up. The memory is bounded, and no application
//! has more than a part of it. What finds no room is dropped and counted, and each application's
//! log says how many of its lines that were, as soon as there is room again.

use crate::log::LogEntry;
use crate::log::LogSink;
use crate::telemetry;
use async_trait::async_trait;
use ketrics_directory::ApplicationId;
use ketrics_directory::LogLevel;
use ketrics_directory::LogSource;
use std::collections::HashMap;
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;
use tokio::sync::Notify;

/// How long lines wait for others, to go together.
const GATHER: Duration = Duration::from_millis(200);

/// Lines and bytes of one batch.
const BATCH: usize = 500;
const BATCH_BYTES: usize = 1024 * 1024;

/// How long a destination may take for a batch.
const PATIENCE: Duration = Duration::from_secs(15);

/// Tries of one batch, and the time between them, which doubles up to the longest.
const TRIES: u32 = 12;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// What an entry takes in memory beside its message and data.
const AROUND_ENTRY: usize = 512;

/// How much a queue holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// Bytes of all lines.
    pub bytes: usize,
    /// Bytes of the lines of one application.
    pub share: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            bytes: 32 * 1024 * 1024,
            share: 8 * 1024 * 1024,
        }
    }
}

/// Where batches are kept.
#[async_trait]
pub(crate) trait Destination: Send + Sync + 'static {
    /// What figures and the host's own log call it.
    fn name(&self) -> &'static str;
    /// Keeps the lines. When it fails, all of them may come again.
    async fn keep(&self, lines: &[Arc<LogEntry>]) -> Result<(), String>;
}

/// The queue in front of one destination.
pub(crate) struct Queue {
    destination: Box<dyn Destination>,
    room: Room,
    state: Mutex<State>,
    more: Notify,
}

impl fmt::Debug for Queue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.destination.name();
        formatter.debug_tuple("Queue").field(&name).finish()
    }
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Arc<LogEntry>>,
    /// Of lines that wait and of those that are being delivered.
    bytes: usize,
    applications: HashMap<ApplicationId, Share>,
}

impl State {
    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.applications.values().all(|share| share.dropped == 0)
    }
}

#[derive(Default)]
struct Share {
    bytes: usize,
    dropped: u64,
    /// One of the dropped lines, to say it in the name of.
    of: Option<Arc<LogEntry>>,
}

impl Queue {
    pub fn new(destination: impl Destination, room: Room) -> Arc<Self> {
        Arc::new(Self {
            destination: Box::new(destination),
            room,
            state: Mutex::default(),
            more: Notify::new(),
        })
    }

    /// Delivers for as long as it is polled.
    pub async fn deliver(&self) {
        loop {
            let batch = self.next().await;
            let kept = self.try_to_keep(&batch).await;
            self.left(&batch, kept);
        }
    }

    /// Waits until everything that was written is delivered, or as long.
    pub async fn flush(&self, longest: Duration) {
        let empty = async {
            while self.state().bytes > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let _ = tokio::time::timeout(longest, empty).await;
    }

    /// The next lines to deliver. There are none where only the number of dropped ones is to be
    /// told.
    async fn next(&self) -> Vec<Arc<LogEntry>> {
        while self.state().is_idle() {
            self.more.notified().await;
            tokio::time::sleep(GATHER).await;
        }
        let mut state = self.state();
        let mut batch = Vec::new();
        let mut bytes = 0;
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            let Some(entry) = state.waiting.pop_front() else {
                break;
            };
            bytes += size(&entry);
            batch.push(entry);
        }
        batch
    }

    async fn try_to_keep(&self, batch: &[Arc<LogEntry>]) -> Kept {
        // The line that says what was dropped goes with the lines that found room.
        let notes = self.notes();
        let lines: Vec<_> = batch
            .iter()
            .chain(notes.iter().map(|n| &n.1))
            .cloned()
            .collect();
        let mut wait = FIRST_WAIT;
        for attempt in 1..=TRIES {
            let keeping = tokio::time::timeout(PATIENCE, self.destination.keep(&lines)).await;
            let error = match keeping {
                Ok(Ok(())) => return Kept::Yes(notes),
                Ok(Err(error)) => error,
                Err(_) => format!("no answer within {} s", PATIENCE.as_secs()),
            };
            tracing::warn!(
                destination = self.destination.name(),
                lines = lines.len(),
                attempt,
                error,
                "log lines cannot be stored"
            );
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        Kept::No
    }

    /// For each application of which lines were dropped, how many, and the line that says so.
    fn notes(&self) -> Vec<(u64, Arc<LogEntry>)> {
        let mut state = self.state();
        let shares = state.applications.values_mut();
        shares
            .filter_map(|share| {
                let entry = share.of.as_ref()?;
                let message = format!(
                    "{} log lines were dropped: more were written than could be stored",
                    share.dropped
                );
                Some((
                    share.dropped,
                    Arc::new(LogEntry {
                        source: LogSource::Platform,
                        level: LogLevel::Warn,
                        function: None,
                        request_id: None,
                        job_id: None,
                        requestor_id: None,
                        data: None,
                        receipt: None,
                        message,
                        ..LogEntry::clone(entry)
                    }),
                ))
            })
            .collect()
    }

    /// Makes the room of a batch free.
    fn left(&self, batch: &[Arc<LogEntry>], kept: Kept) {
        let mut state = self.state();
        for entry in batch {
            let bytes = size(entry);
            state.bytes -= bytes;
            if let Some(share) = state.applications.get_mut(&entry.application_id) {
                share.bytes -= bytes;
            }
        }
        match kept {
            Kept::Yes(notes) => {
                for (told, entry) in notes {
                    if let Some(share) = state.applications.get_mut(&entry.application_id) {
                        share.dropped -= told;
                        if share.dropped == 0 {
                            share.of = None;
                        }
                    }
                }
            }
            Kept::No => {
                for entry in batch {
                    self.dropped(&mut state, entry);
                }
            }
        }
        state
            .applications
            .retain(|_, share| share.bytes > 0 || share.dropped > 0);
    }

    fn dropped(&self, state: &mut State, entry: &Arc<LogEntry>) {
        let share = state.applications.entry(entry.application_id).or_default();
        share.dropped += 1;
        share.of = Some(Arc::clone(entry));
        telemetry::figures().log_line_dropped(self.destination.name());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of a batch.
enum Kept {
    /// It is kept, and these notes with it.
    Yes(Vec<(u64, Arc<LogEntry>)>),
    /// It was tried too often.
    No,
}

impl LogSink for Queue {
    fn write(&self, entry: &Arc<LogEntry>) {
        let bytes = size(entry);
        let mut state = self.state();
        let all = state.bytes + bytes;
        let share = state.applications.entry(entry.application_id).or_default();
        if all > self.room.bytes || share.bytes + bytes > self.room.share {
            self.dropped(&mut state, entry);
            return;
        }
        share.bytes += bytes;
        state.bytes = all;
        state.waiting.push_back(Arc::clone(entry));
        drop(state);
        self.more.notify_one();
    }
}

fn size(entry: &LogEntry) -> usize {
    let data = entry.data.as_ref().map_or(0, |data| data.get().len());
    entry.message.len() + data + AROUND_ENTRY
}

#[cfg(test)]
mod tests {
    use super::Destination;
    use super::Queue;
    use super::Room;
    use super::size;
    use crate::log::LogEntry;
    use crate::log::LogSink;
    use async_trait::async_trait;
    use ketrics_directory::ApplicationId;
    use ketrics_directory::DeploymentId;
    use ketrics_directory::LogLevel;
    use ketrics_directory::LogSource;
    use ketrics_directory::TenantId;
    use std::sync::Arc;
    use std::sync::Mutex;
    use std::time::Duration;
    use tokio::sync::Semaphore;

    /// Keeps batches when it may, after it has failed so often.
    #[derive(Clone)]
    struct Shelf {
        gate: Arc<Semaphore>,
        failures: Arc<Mutex<u32>>,
        kept: Arc<Mutex<Vec<String>>>,
    }

    impl Shelf {
        fn new(open: usize, failures: u32) -> Self {
            Self {
                gate: Arc::new(Semaphore::new(open)),
                failures: Arc::new(Mutex::new(failures)),
                kept: Arc::default(),
            }
        }

        fn kept(&self) -> Vec<String> {
            self.kept.lock().expect("a list").clone()
        }
    }

    #[async_trait]
    impl Destination for Shelf {
        fn name(&self) -> &'static str {
            "shelf"
        }

        async fn keep(&self, lines: &[Arc<LogEntry>]) -> Result<(), String> {
            let _gate = self.gate.acquire().await;
            let mut failures = self.failures.lock().expect("a number");
            if *failures > 0 {
                *failures -= 1;
                return Err("not today".to_owned());
            }
            let lines = lines.iter().map(|line| line.message.clone());
            self.kept.lock().expect("a list").extend(lines);
            Ok(())
        }
    }

    fn entry(application: ApplicationId, message: &str) -> Arc<LogEntry> {
        Arc::new(LogEntry {
            timestamp: 0,
            level: LogLevel::Info,
            source: LogSource::Application,
            tenant_id: TenantId::new(),
            tenant: String::new(),
            application_id: application,
            application: String::new(),
            deployment_id: DeploymentId::new(),
            function: None,
            request_id: None,
            job_id: None,
            requestor_id: None,
            message: message.to_owned(),
            data: None,
            receipt: None,
        })
    }

    fn deliver(queue: &Arc<Queue>) {
        let queue = Arc::clone(queue);
        tokio::spawn(async move { queue.deliver().await });
    }

    /// Room for so many lines, and for so many of one application.
    fn room(lines: usize, share: usize) -> Room {
        let line = size(&entry(ApplicationId::new(), "1"));
        Room {
            bytes: line * lines,
            share: line * share,
        }
    }

    #[tokio::test]
    async fn what_finds_no_room_is_dropped_and_counted_and_others_keep_theirs() {
        let shelf = Shelf::new(0, 0);
        let queue = Queue::new(shelf.clone(), room(5, 3));
        let (loud, quiet) = (ApplicationId::new(), ApplicationId::new());
        for number in 1..=7 {
            queue.write(&entry(loud, &number.to_string()));
        }
        queue.write(&entry(quiet, "8"));
        deliver(&queue);
        // Nobody waits for what is not kept yet.
        queue.flush(Duration::from_millis(300)).await;
        assert!(shelf.kept().is_empty());
        shelf.gate.add_permits(1);
        queue.flush(Duration::from_secs(60)).await;
        let note = "4 log lines were dropped: more were written than could be stored";
        assert_eq!(shelf.kept(), ["1", "2", "3", "8", note]);
        // There is room again, and nothing more to tell.
        queue.write(&entry(loud, "9"));
        queue.flush(Duration::from_secs(60)).await;
        assert_eq!(shelf.kept()[5..], ["9"]);
    }

    #[tokio::test]
    async fn a_batch_that_fails_comes_again_whole_and_in_order() {
        let shelf = Shelf::new(1, 2);
        let queue = Queue::new(shelf.clone(), Room::default());
        deliver(&queue);
        let lines: Vec<String> = (0..700).map(|number| number.to_string()).collect();
        for line in &lines {
            queue.write(&entry(ApplicationId::new(), line));
        }
        queue.flush(Duration::from_secs(60)).await;
        assert_eq!(shelf.kept(), lines);
    }
}
