//! What is measured while the invocations run.

use crate::faults;
use crate::faults::Kind;
use crate::stage::Stage;
use ketrics_tests::Processes;
use sqlx::Connection;
use sqlx::PgConnection;
use std::fs;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

/// One look at everything.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Since the first invocation.
    pub seconds: f64,
    /// Answered until now.
    pub invocations: usize,
    /// Resident memory of the gateway, in kB.
    pub gateway: u64,
    /// Memory of the zygote that is never killed: all that is not from a file, in kB.
    pub zygote: u64,
    /// The same of the base zygote, or 0 while there is none.
    pub base: u64,
    /// Descriptors that the gateway has open.
    pub descriptors: usize,
    /// Threads of the gateway.
    pub threads: usize,
    /// Worker processes of all kinds, zombies included.
    pub processes: usize,
    /// Those that have ended and were not reaped yet.
    pub zombies: usize,
    /// Connections to the run's PostgreSQL database.
    pub connections: usize,
    /// Those that sit in a transaction and do nothing.
    pub idle_in_transaction: usize,
    /// Files in the host's temporary folder, and files of volumes that are still coming in.
    pub temporary: usize,
    /// Files that volumes keep.
    pub kept: usize,
}

const HEAD: &str = "seconds,invocations,gateway_kb,zygote_kb,base_kb,descriptors,threads,processes,\
                    zombies,connections,idle_in_transaction,temporary_files,files_of_volumes";

/// Takes samples and writes them down.
pub struct Sampler {
    started: Instant,
    csv: File,
    server: PgConnection,
}

impl Sampler {
    pub async fn new(csv: &Path) -> Self {
        let mut csv = File::create(csv).expect("the samples can be written");
        writeln!(csv, "{HEAD}").expect("the samples can be written");
        // On another database, so that it does not count itself.
        let server = PgConnection::connect(&ketrics_tests::servers::postgres());
        Self {
            started: Instant::now(),
            csv,
            server: server.await.expect("the server that the run began with"),
        }
    }

    pub async fn take(&mut self, stage: &Stage) -> Sample {
        let (connections, idle_in_transaction) = self.connections(&stage.bank).await;
        let sample = look(stage, self.started, connections, idle_in_transaction);
        writeln!(self.csv, "{}", sample.line()).expect("the samples can be written");
        sample
    }

    /// The last sample, when nothing runs any more: looks until no process comes or goes.
    pub async fn settled(&mut self, stage: &Stage) -> Sample {
        stage.host.settle().await;
        // The gateway reaps what nobody holds every few seconds.
        for _ in 0..60 {
            let sample = self.take(stage).await;
            if sample.zombies == 0 && sample.idle_in_transaction == 0 && sample.temporary == 0 {
                return sample;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        self.take(stage).await
    }

    async fn connections(&mut self, bank: &str) -> (usize, usize) {
        let query = "SELECT count(*), count(*) FILTER (WHERE state LIKE 'idle in transaction%')
                       FROM pg_stat_activity WHERE datname = $1";
        let counted: (i64, i64) = sqlx::query_as(query)
            .bind(bank)
            .fetch_one(&mut self.server)
            .await
            .expect("the server tells its connections");
        let number = |count| usize::try_from(count).unwrap_or(0);
        (number(counted.0), number(counted.1))
    }
}

fn look(stage: &Stage, started: Instant, connections: usize, idle: usize) -> Sample {
    let gateway = i32::try_from(stage.host.gateway()).expect("process ids are small");
    let Processes(ids) = stage.host.processes();
    let bases = faults::all(&stage.host, Kind::Base);
    let volumes = files_below(&stage.volumes());
    let coming = volumes.iter().filter(|path| path.contains("/incoming/"));
    let blobs = volumes.iter().filter(|path| path.contains("/blobs/"));
    Sample {
        seconds: started.elapsed().as_secs_f64(),
        invocations: stage.count(|_, _| true),
        gateway: of_file(gateway, "status", "VmRSS:"),
        zygote: of_file(stage.zygote, "smaps_rollup", "Anonymous:"),
        base: bases
            .first()
            .map_or(0, |base| of_file(*base, "smaps_rollup", "Anonymous:")),
        descriptors: fs::read_dir(format!("/proc/{gateway}/fd")).map_or(0, Iterator::count),
        threads: usize::try_from(of_file(gateway, "status", "Threads:")).unwrap_or(0),
        processes: ids.len(),
        zombies: ids.iter().filter(|id| is_zombie(**id)).count(),
        connections,
        idle_in_transaction: idle,
        temporary: files_below(stage.temporary.path()).len() + coming.count(),
        kept: blobs.count(),
    }
}

impl Sample {
    fn line(&self) -> String {
        let numbers = [
            self.gateway.to_string(),
            self.zygote.to_string(),
            self.base.to_string(),
            self.descriptors.to_string(),
            self.threads.to_string(),
            self.processes.to_string(),
            self.zombies.to_string(),
            self.connections.to_string(),
            self.idle_in_transaction.to_string(),
            self.temporary.to_string(),
            self.kept.to_string(),
        ];
        let (seconds, invocations) = (self.seconds, self.invocations);
        format!("{seconds:.1},{invocations},{}", numbers.join(","))
    }
}

/// A number that the kernel tells of a process.
fn of_file(id: i32, file: &str, name: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{id}/{file}")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|rest| rest.split_ascii_whitespace().next()?.parse().ok());
    number.unwrap_or(0)
}

fn is_zombie(id: i32) -> bool {
    let text = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    text.contains("State:\tZ")
}

fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(_) => found.push(entry.path().display().to_string()),
                Err(_) => {}
            }
        }
    }
    found
}
