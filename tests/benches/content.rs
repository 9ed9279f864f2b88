//! What 50 MB cost that a function puts into a volume on S3 or gets out of it, beside the AWS SDK
//! for JavaScript under Node on the same server, in the same run. `make bench` runs it where there
//! is an S3 server (`scripts/test-servers`).
//!
//! Each measurement has a process of its own, here and there. Time is taken by JavaScript, around
//! the one call. Memory is the largest resident set by the kernel's account: of the invocation's
//! process, of the Node process, and of the gateway, which holds the content on its way.

use ketrics_directory::VolumeSpec;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use ketrics_tests::servers;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const MEGABYTES: usize = 50;
const ROUNDS: usize = 7;

/// A name for each round, by which its receipt is found.
const BUNDLE: &str = "
const { Readable } = require('stream');
const SIZE = 50 * 1024 * 1024;
const open = () => ketrics.Volume.connect('files');
const took = async (work) => { const start = performance.now(); await work(); return performance.now() - start; };
const operations = {
  idle: async () => { await open(); return 0; },
  put: async () => { const volume = await open(); const content = Buffer.alloc(SIZE, 7); return took(() => volume.put('big', content)); },
  stream: async () => {
    const volume = await open();
    const chunks = function* () { for (let sent = 0; sent < SIZE; sent += 65536) yield Buffer.alloc(65536, 7); };
    return took(() => volume.put('streamed', Readable.from(chunks())));
  },
  get: async () => {
    const volume = await open();
    return took(async () => { const { content } = await volume.get('big'); if (content.length !== SIZE) throw new Error('short'); });
  },
};
for (const [name, work] of Object.entries(operations)) for (let round = 0; round < 9; round++) exports[name + round] = work;
";

#[derive(Clone, Copy)]
struct Measured {
    milliseconds: f64,
    peak: f64,
    /// What the gateway grew by, where there is one.
    gateway: f64,
}

#[tokio::main]
async fn main() {
    let Some(config) = servers::volumes().await else {
        println!("\n## {MEGABYTES} MB through a volume: not measured, there is no S3 server");
        return;
    };
    let (endpoint, bucket) = servers::s3().await.expect("it was there just now");
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("ketrics.toml");
    fs::write(&path, config).expect("a file");
    let setup = Setup::new().await.with("--config");
    let setup = setup.with(path.to_str().expect("text"));
    let app = setup.app(AppSpec::new(BUNDLE)).await;
    setup
        .volume(&app, "files", VolumeSpec::default(), &["*"])
        .await;
    let host = setup.start();

    println!(
        "\n## {MEGABYTES} MB through a volume on S3, median of {ROUNDS}\n\n\
         | who | what | ms | peak of its process, MB | of that, idle | growth of the gateway, MB |\n\
         |---|---|---|---|---|---|"
    );
    let idle = several(|round| ours(&host, &app, "idle", round)).await;
    for operation in ["put", "stream", "get"] {
        let measured = several(|round| ours(&host, &app, operation, round)).await;
        print(&format!("a function | `{operation}`"), measured, idle);
    }
    install();
    let node = async |operation: &str| node(operation, &endpoint, bucket);
    let idle = several(|_| node("idle")).await;
    for operation in ["put", "get"] {
        let measured = several(|_| node(operation)).await;
        print(&format!("AWS SDK in Node | `{operation}`"), measured, idle);
    }
}

fn print(what: &str, measured: Measured, idle: Measured) {
    let megabytes = |bytes: f64| bytes / f64::from(1024 * 1024);
    println!(
        "| {what} | {:.0} | {:.0} | {:.0} | {:.0} |",
        measured.milliseconds,
        megabytes(measured.peak),
        megabytes(idle.peak),
        megabytes(measured.gateway),
    );
}

/// The median of each figure.
async fn several<F: Future<Output = Measured>>(measure: impl Fn(usize) -> F) -> Measured {
    let mut all = Vec::new();
    for round in 0..ROUNDS {
        all.push(measure(round).await);
    }
    let median = |figure: fn(&Measured) -> f64| {
        let mut figures: Vec<f64> = all.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    Measured {
        milliseconds: median(|one| one.milliseconds),
        peak: median(|one| one.peak),
        gateway: median(|one| one.gateway),
    }
}

async fn ours(host: &Host, app: &App, operation: &str, round: usize) -> Measured {
    let function = format!("{operation}{round}");
    let gateway = Path::new("/proc").join(host.gateway().to_string());
    // The kernel forgets the peak up to now.
    fs::write(gateway.join("clear_refs"), "5").expect("the gateway runs");
    let before = memory(&gateway, "VmRSS:");
    let milliseconds = host.call(app, &function, json!(null)).await.result();
    let peak = host.log(|line| {
        let mine = line["function"] == function.as_str();
        line["receipt"]["peakMemoryBytes"].as_f64().filter(|_| mine)
    });
    Measured {
        milliseconds: milliseconds.as_f64().expect("a time"),
        peak,
        gateway: (memory(&gateway, "VmHWM:") - before).max(0.0),
    }
}

/// A line of `/proc/<id>/status`, in bytes.
fn memory(process: &Path, name: &str) -> f64 {
    let status = fs::read_to_string(process.join("status")).expect("the gateway runs");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.expect("the kernel says so") * 1024.0
}

fn sdk() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/aws-sdk")
}

fn install() {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    let done = npm.current_dir(sdk()).status().expect("npm is installed");
    assert!(done.success(), "the AWS SDK can be installed");
}

fn node(operation: &str, endpoint: &str, bucket: &str) -> Measured {
    let output = Command::new("node")
        .arg("measure.mjs")
        .args([operation, endpoint, bucket, &MEGABYTES.to_string()])
        .current_dir(sdk())
        .output()
        .expect("Node is installed");
    let told: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    Measured {
        milliseconds: told["milliseconds"].as_f64().expect("a time"),
        peak: told["peak"].as_f64().expect("a peak"),
        gateway: 0.0,
    }
}
