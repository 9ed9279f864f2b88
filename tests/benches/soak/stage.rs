//! The host, its three applications, and the clients that call them.

use crate::faults;
use crate::faults::Kind;
use ketrics_directory::VolumeSpec;
use ketrics_tests::Answer;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use ketrics_tests::servers;
use serde_json::json;
use sqlx::AssertSqlSafe;
use sqlx::Connection;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;
use tempfile::TempDir;
use tokio::io::AsyncBufReadExt;
use tokio::io::AsyncWriteExt;
use tokio::io::BufReader;
use tokio::net::TcpListener;
use uuid::Uuid;

const BUNDLE: &str = include_str!("bundle.js");

/// How many of two thousand invocations do what, and what must come of each. The first six are an
/// ordinary day; the last three are slow, so there are few of them.
const MIX: [(&str, usize, &[&str]); 11] = [
    ("order", 820, &["ok"]),
    ("transfer", 640, &["ok"]),
    ("file", 240, &["ok"]),
    ("report", 80, &["ok"]),
    ("invoice", 100, &["ok"]),
    ("later", 20, &["ok"]),
    ("leave", 20, &["ok"]),
    ("fail", 77, &["RUNTIME_ERROR"]),
    ("sleep", 1, &["TIMEOUT"]),
    ("spin", 1, &["CPU_LIMIT", "TIMEOUT"]),
    ("hoard", 1, &["MEMORY_LIMIT", "CPU_LIMIT", "TIMEOUT"]),
];

/// All that the mix has.
const ALL: usize = 2_000;

/// Spreads the kinds over all of them: prime to their number.
const STRIDE: usize = 617;

/// A running host and what is called on it.
pub struct Stage {
    pub host: Host,
    /// The zygote of the application that is never disturbed: its memory can be followed over the
    /// whole run.
    pub zygote: i32,
    steady: App,
    disturbed: App,
    /// Goes over every limit, which for it are low.
    broken: App,
    /// The database on the PostgreSQL server that is this run's alone.
    pub bank: String,
    /// Where the host may put temporary files.
    pub temporary: TempDir,
    next: AtomicUsize,
    /// Whether all calls have their answer.
    pub over: AtomicBool,
    /// How many call at once.
    pub clients: usize,
    outcomes: Mutex<Outcomes>,
}

/// Answers by kind and outcome.
type Outcomes = BTreeMap<(&'static str, String), usize>;

impl Stage {
    pub async fn set(clients: usize) -> Self {
        let bank = format!("soak_{}", Uuid::new_v4().simple());
        on_server(&servers::postgres(), &format!("CREATE DATABASE {bank}")).await;
        let url = bank_url(&bank);
        on_server(
            &url,
            "CREATE TABLE account AS SELECT id, 0::bigint AS amount, 0::bigint AS moves
               FROM generate_series(0, 19) AS id; ALTER TABLE account ADD PRIMARY KEY (id)",
        )
        .await;
        let port = stock().await;
        let temporary = TempDir::new().expect("a folder");
        let setup = Setup::new()
            .await
            .set("KETRICS_ALLOW_EGRESS", &format!("127.0.0.1:{port}"))
            .set("TMPDIR", temporary.path().to_str().expect("text"));
        let stock = format!("http://127.0.0.1:{port}/stock");
        let mut apps = Vec::new();
        for (tenant, config) in [
            ("steady", "{}"),
            ("disturbed", "{}"),
            (
                "broken",
                r#"{"limits":{"cpu_seconds":1,"wall_clock_seconds":3,"heap_mb":48}}"#,
            ),
        ] {
            let spec = AppSpec {
                tenant,
                config,
                environment: &[("STOCK", &stock)],
                ..AppSpec::new(BUNDLE)
            };
            let app = setup.app(spec).await;
            setup
                .volume(&app, "files", VolumeSpec::default(), &["*"])
                .await;
            let all = ["read", "write", "admin"];
            setup.database(&app, "orders", &all).await;
            setup
                .database_on(&app, "bank", "postgresql", &url, &all)
                .await;
            apps.push(app);
        }
        let [steady, disturbed, broken] = apps.try_into().expect("three");
        let host = setup.start();
        host.call(&steady, "setUp", json!(null)).await.result();
        let zygotes = faults::all(&host, Kind::Zygote);
        let [zygote] = zygotes.as_slice() else {
            panic!("one application has one zygote: {zygotes:?}")
        };
        for app in [&disturbed, &broken] {
            host.call(app, "setUp", json!(null)).await.result();
        }
        Self {
            zygote: *zygote,
            host,
            steady,
            disturbed,
            broken,
            bank,
            temporary,
            next: AtomicUsize::new(0),
            over: AtomicBool::new(false),
            clients,
            outcomes: Mutex::default(),
        }
    }

    /// How many invocations were begun.
    pub fn begun(&self) -> usize {
        self.next.load(Relaxed)
    }

    /// Calls until so many were begun, by this client and all others, or the time is over.
    pub async fn call_until(self: Arc<Self>, invocations: usize, end: Option<Instant>) {
        while end.is_none_or(|end| Instant::now() < end) {
            let number = self.next.fetch_add(1, Relaxed);
            if number >= invocations {
                return;
            }
            let (kind, expected) = kind_of(number);
            let app = match kind {
                "fail" | "sleep" | "spin" | "hoard" => &self.broken,
                _ if number.is_multiple_of(2) => &self.steady,
                _ => &self.disturbed,
            };
            let answer = self.host.call(app, kind, json!(number)).await;
            let came = outcome(&answer, number);
            // A process that was killed, in the middle or before: the next call finds another.
            let known = expected.contains(&came.as_str()) || came == "HOST_LOST";
            assert!(known, "{kind} {number}: {} {}", answer.status, answer.body);
            *self.locked().entry((kind, came)).or_default() += 1;
        }
    }

    /// The numbers of invocations, by what is asked of kind and outcome.
    pub fn count(&self, wanted: impl Fn(&str, &str) -> bool) -> usize {
        let outcomes = self.locked();
        let counted = outcomes.iter();
        counted
            .filter(|((kind, came), _)| wanted(kind, came))
            .map(|(_, count)| count)
            .sum()
    }

    /// All answers up to now.
    pub fn outcomes(&self) -> Outcomes {
        self.locked().clone()
    }

    fn locked(&self) -> MutexGuard<'_, Outcomes> {
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the host keeps the files of volumes.
    pub fn volumes(&self) -> PathBuf {
        self.host.data().join("volumes")
    }

    /// Removes what is on the server.
    pub async fn clear(&self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.bank);
        on_server(&servers::postgres(), &drop).await;
    }
}

/// The database of this run.
pub fn bank_url(bank: &str) -> String {
    let server = servers::postgres();
    let (server, _) = server.rsplit_once('/').expect("a URL with a database");
    format!("{server}/{bank}")
}

async fn on_server(url: &str, statements: &str) {
    let mut connection = PgConnection::connect(url)
        .await
        .expect("a PostgreSQL server: `scripts/test-servers`, or KETRICS_TEST_POSTGRES");
    let statements = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()));
    statements.execute(&mut connection).await.expect("it works");
}

fn kind_of(number: usize) -> (&'static str, &'static [&'static str]) {
    let mut place = number * STRIDE % ALL;
    for (kind, count, expected) in MIX {
        if place < count {
            return (kind, expected);
        }
        place -= count;
    }
    unreachable!("the mix has two thousand")
}

fn outcome(answer: &Answer, number: usize) -> String {
    if answer.status == 200 && answer.body["result"] == json!(number) {
        return "ok".to_owned();
    }
    let code = answer.body["error"]["code"].as_str();
    code.unwrap_or("a wrong result").to_owned()
}

/// A service on loopback that answers every request with a little JSON.
async fn stock() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (reading, mut writing) = stream.into_split();
                let mut lines = BufReader::new(reading).lines();
                while let Ok(Some(line)) = lines.next_line().await {
                    let body = r#"{"available":true,"amount":17}"#;
                    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
                    let length = body.len();
                    let answer = format!("{head}\r\ncontent-length: {length}\r\n\r\n{body}");
                    // The empty line ends the head of a GET.
                    if line.is_empty() && writing.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    port
}
