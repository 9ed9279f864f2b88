//! The bundles of `tests/hostile` and what must come of each, read from the table beside them; and a
//! neighbour who must notice nothing.

use crate::Answer;
use crate::App;
use crate::AppSpec;
use crate::Host;
use crate::Setup;
use ketrics_directory::VolumeSpec;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use std::time::Instant;
use tokio::task::JoinHandle;

/// Calls of the neighbour that say how long they take.
const ENOUGH_CALLS: usize = 150;

/// One abuse.
#[derive(Clone, Debug)]
pub struct Abuse {
    /// Group and name, as in the table.
    pub name: String,
    /// The bundle.
    pub source: String,
    /// Codes of errors, or `held`; any of them is right. Empty where the test itself decides.
    pub expected: Vec<String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("hostile")
}

/// The abuses of a group, in the order of the table.
///
/// # Panics
/// When table and bundles do not match.
#[must_use]
pub fn abuses(group: &str) -> Vec<Abuse> {
    let table = fs::read_to_string(folder().join("README.md")).expect("the table");
    let prefix = format!("| `{group}/");
    let abuses: Vec<Abuse> = table
        .lines()
        .filter_map(|line| {
            let (name, rest) = line.strip_prefix(&prefix)?.split_once("` | ")?;
            let must = rest.trim_end_matches(" |").rsplit_once(" | ")?.1;
            let expected = must.split('`').skip(1).step_by(2).map(str::to_owned);
            let source = fs::read_to_string(folder().join(group).join(format!("{name}.js")));
            Some(Abuse {
                name: format!("{group}/{name}"),
                source: source.unwrap_or_else(|_| panic!("{group}/{name}.js is not there")),
                expected: expected.collect(),
            })
        })
        .collect();
    let rows: BTreeSet<String> = abuses
        .iter()
        .map(|abuse| format!("{}.js", abuse.name))
        .collect();
    let files = fs::read_dir(folder().join(group)).expect("a group's folder");
    let files: BTreeSet<String> = files
        .filter_map(|file| Some(format!("{group}/{}", file.ok()?.file_name().to_str()?)))
        .collect();
    assert_eq!(
        rows, files,
        "the table of tests/hostile/README.md and the bundles"
    );
    abuses
}

/// A host with short limits, a hostile application per abuse, and a neighbour.
#[derive(Debug)]
pub struct Arena {
    /// The host.
    pub host: Arc<Host>,
    /// Each abuse and its application, all of one tenant.
    pub attackers: Vec<(Abuse, App)>,
    /// An application of another tenant.
    pub neighbour: App,
    /// A signed URL of a file of the neighbour's.
    signed: String,
}

impl Arena {
    /// Everything of a group, ready to be called.
    pub async fn of(group: &str) -> Self {
        // Where time is not what is abused, some is left for a machine with other things to do.
        let wall = match group {
            "time" | "crowd" => "3",
            _ => "10",
        };
        let setup = Setup::new()
            .await
            .set("KETRICS_LIMITS_CPU_SECONDS", "1")
            .set("KETRICS_LIMITS_WALL_CLOCK_SECONDS", wall);
        let mut attackers = Vec::new();
        for abuse in abuses(group) {
            let code = abuse.name.replace('/', "-");
            let app = setup
                .app(AppSpec {
                    tenant: "hostile",
                    code: &code,
                    ..AppSpec::new(&abuse.source)
                })
                .await;
            let volume = VolumeSpec::default();
            setup.volume(&app, "files", volume, &["*"]).await;
            attackers.push((abuse, app));
        }
        let neighbour = AppSpec {
            tenant: "neighbour",
            ..AppSpec::new(
                "exports.work = async (p) => { const files = await ketrics.Volume.connect('files');
                   await files.put('victim.txt', 'mine'); return [p, await files.exists('victim.txt')]; };
                 exports.link = async () => (await (await ketrics.Volume.connect('files')).generateDownloadUrl('victim.txt')).url;",
            )
        };
        let neighbour = setup.app(neighbour).await;
        setup
            .volume(&neighbour, "files", VolumeSpec::default(), &["*"])
            .await;
        let host = Arc::new(setup.start());
        let signed = host.call(&neighbour, "link", json!(null)).await.result();
        Self {
            host,
            attackers,
            neighbour,
            signed: signed.as_str().expect("a URL").to_owned(),
        }
    }

    /// What an attacker is told: where the host is, and the neighbour's ids.
    ///
    /// # Panics
    /// When the host's URL has no port.
    #[must_use]
    pub fn payload(&self) -> Value {
        let (_, port) = self.host.url.rsplit_once(':').expect("a port");
        let (tenant, application) = (&self.neighbour.tenant, &self.neighbour.application);
        json!({
            "port": port.parse::<u16>().expect("a number"),
            "tenant": tenant.id.to_string(),
            "application": application.id.to_string(),
            "signed": self.signed,
            "victim": {
                "tenant": tenant.id.to_string(),
                "application": application.id.to_string(),
                "volume": "victims-files",
            },
        })
    }

    /// Has one attack run.
    pub async fn attack(&self, app: &App) -> Answer {
        self.host.call(app, "attack", self.payload()).await
    }

    /// The neighbour's calls while nobody attacks.
    ///
    /// # Panics
    /// When its calls take very much longer than they should.
    pub async fn quiet(&self) -> Watched {
        let watch = self.watch();
        watch.enough().await;
        watch.end().await
    }

    /// Calls the neighbour again and again until it is asked.
    #[must_use]
    pub fn watch(&self) -> Watch {
        let (host, app) = (Arc::clone(&self.host), self.neighbour.clone());
        let over = Arc::new(AtomicBool::new(false));
        let is_over = Arc::clone(&over);
        let made = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&made);
        let calls = tokio::spawn(async move {
            let mut watched = Watched::default();
            while !is_over.load(Relaxed) {
                let sent = Instant::now();
                let answer = host.call(&app, "work", json!(watched.times.len())).await;
                if answer.status == 200
                    && answer.body["result"] == json!([watched.times.len(), true])
                {
                    watched.times.push(sent.elapsed());
                } else {
                    watched
                        .failures
                        .push(format!("{} {}", answer.status, answer.body));
                }
                count.fetch_add(1, Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            watched
        });
        Watch { over, made, calls }
    }
}

/// A neighbour who is being watched.
#[derive(Debug)]
pub struct Watch {
    over: Arc<AtomicBool>,
    made: Arc<AtomicUsize>,
    calls: JoinHandle<Watched>,
}

impl Watch {
    /// Whether the neighbour was called often enough to say how long its calls take.
    #[must_use]
    pub fn has_enough(&self) -> bool {
        self.made.load(Relaxed) >= ENOUGH_CALLS
    }

    /// Waits until it was called that often.
    ///
    /// # Panics
    /// When its calls take very much longer than they should.
    pub async fn enough(&self) {
        for _ in 0..6_000 {
            if self.has_enough() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the neighbour's calls take too long");
    }

    /// What was seen of its calls.
    ///
    /// # Panics
    /// When watching failed.
    pub async fn end(self) -> Watched {
        self.over.store(true, Relaxed);
        self.calls.await.expect("the neighbour is watched")
    }
}

/// A neighbour's calls.
#[derive(Debug, Default)]
pub struct Watched {
    /// How long each took.
    pub times: Vec<Duration>,
    /// What the others came to.
    pub failures: Vec<String>,
}

impl Watched {
    /// The time within which so many of a hundred calls were answered, in milliseconds.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> f64 {
        let mut times = self.times.clone();
        times.sort();
        let at = times.len() * percent / 100;
        times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }

    /// A row of the table of the README: what the neighbour noticed of a group.
    #[must_use]
    pub fn compared(&self, quiet: &Self, group: &str) -> String {
        let [before, during] = [quiet, self].map(|watched| {
            let (count, p50) = (watched.times.len(), watched.percentile(50));
            let p99 = watched.percentile(99);
            (format!("{count} | {p50:.1} | {p99:.1}"), p99)
        });
        let ratio = during.1 / before.1;
        format!("| {group} | {} | {} | {ratio:.1} |", before.0, during.0)
    }
}
