//! What a request costs, from claim to result and over HTTP, beside the same handler under Node
//! without any isolation. Run by `make bench`; everything is measured in one run, so that the
//! ratios hold on any machine.

use ketrics_directory::VolumeSpec;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Processes;
use ketrics_tests::Program;
use ketrics_tests::Setup;
use reqwest::Client;
use reqwest::RequestBuilder;
use serde_json::json;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use std::time::Instant;

/// An application with something to load, as most have.
const BUNDLE: &str = "
const items = [];
for (let i = 0; i < 20000; i++) items.push({ i, name: 'item' + i });
exports.echo = (payload) => payload;
exports.call = async (payload) => ({
  payload, exists: await (await ketrics.Volume.connect('files')).exists('a.txt'),
});
exports.sum = (payload) => items.reduce((sum, item) => sum + item.i * payload.a, 0);
";

/// The same `echo` in one long-lived Node process that isolates nothing.
const NODE: &str = "
require('node:http').createServer((request, response) => {
  let body = '';
  request.on('data', (part) => { body += part; });
  request.on('end', () => {
    const result = ((payload) => payload)(JSON.parse(body).payload);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ success: true, result, executionTime: 0 }));
  });
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });
";

/// Calls one after the other, with a pause in which the next process is forked.
const SINGLE: usize = 500;

/// How long each load lasts.
const LOAD: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() {
    println!("## One call at a time, in ms: from having a place to the result, and over HTTP\n");
    println!("| process | function | p50 | p99 | HTTP p50 | HTTP p99 |\n|---|---|---|---|---|---|");
    for (label, ahead) in [("forked ahead", "2"), ("forked on demand", "0")] {
        let (host, app) = start(ahead).await;
        for function in ["echo", "call", "sum"] {
            one_at_a_time(label, &host, &app, function).await;
        }
        if ahead == "2" {
            memory(&host);
        }
    }
    cold().await;
    load().await;
}

async fn start(ahead: &str) -> (Host, App) {
    let setup = Setup::new().await.with("--forked-ahead").with(ahead);
    let app = setup.app(AppSpec::new(BUNDLE)).await;
    setup
        .volume(&app, "files", VolumeSpec::default(), &["*"])
        .await;
    (setup.start(), app)
}

fn call(host: &Host, app: &App, function: &str) -> RequestBuilder {
    host.request(app, function)
        .bearer_auth(&app.token)
        .json(&json!({ "payload": { "a": 2 } }))
}

/// Milliseconds of a part of the request, as the host measured it.
fn timing(header: &str, name: &str) -> f64 {
    let part = header
        .split(", ")
        .find_map(|part| part.strip_prefix(name)?.strip_prefix(";dur="));
    part.and_then(|part| part.parse().ok())
        .expect("the host says how long it took")
}

async fn one_at_a_time(label: &str, host: &Host, app: &App, function: &str) {
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    for index in 0..SINGLE {
        let sent = Instant::now();
        let answer = host.send(call(host, app, function)).await;
        let took = sent.elapsed().as_secs_f64() * 1e3;
        let header = answer.headers["server-timing"]
            .to_str()
            .expect("text")
            .to_owned();
        answer.result();
        // The first ones make the zygote.
        if index >= 10 {
            inside.push(timing(&header, "claim") + timing(&header, "run"));
            outside.push(took);
        }
        tokio::time::sleep(Duration::from_millis(4)).await;
    }
    let [a, b, c, d] = [
        percentile(&mut inside, 50),
        percentile(&mut inside, 99),
        percentile(&mut outside, 50),
        percentile(&mut outside, 99),
    ];
    println!("| {label} | `{function}` | {a:.2} | {b:.2} | {c:.2} | {d:.2} |");
}

fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() * percent / 100]
}

/// What the zygotes and the processes that wait hold of their own.
fn memory(host: &Host) {
    let of = |id: i32, name: &str| -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok())
            .unwrap_or(0)
    };
    let Processes(ids) = host.processes();
    println!(
        "\n## Memory in kB, by process\n\n| process | private | proportional |\n|---|---|---|"
    );
    for (index, id) in ids.iter().enumerate() {
        let label = match index {
            0 => "base zygote",
            1 => "application zygote",
            _ => "waiting",
        };
        println!(
            "| {label} | {} | {} |",
            of(*id, "Private_Dirty:"),
            of(*id, "Pss:")
        );
    }
    println!(
        "\n| process | function | p50 | p99 | HTTP p50 | HTTP p99 |\n|---|---|---|---|---|---|"
    );
}

/// The first call of an application that has no zygote yet.
async fn cold() {
    let setup = Setup::new().await;
    let mut apps = Vec::new();
    for index in 0..40 {
        let code = format!("app{index}");
        apps.push(
            setup
                .app(AppSpec {
                    code: &code,
                    ..AppSpec::new(BUNDLE)
                })
                .await,
        );
    }
    let host = setup.start();
    let mut times = Vec::new();
    for app in &apps {
        let sent = Instant::now();
        host.send(call(&host, app, "echo")).await.result();
        times.push(sent.elapsed().as_secs_f64() * 1e3);
    }
    let [middle, worst] = [percentile(&mut times, 50), percentile(&mut times, 99)];
    println!(
        "\n## The first call of a cold application, over HTTP\n\np50 {middle:.1} ms, worst of 40 {worst:.1} ms"
    );
}

async fn load() {
    println!("\n## Requests per second over HTTP, `echo`\n");
    println!(
        "| clients | ketrics | p50 ms | p99 ms | Node, no isolation | ratio |\n|---|---|---|---|---|---|"
    );
    let (host, app) = start("2").await;
    let node = Program::start(Command::new("node").arg("-e").arg(NODE));
    let port = node.output(|line| line.parse::<u16>().ok());
    let request = call(&host, &app, "echo").build().expect("a request");
    let plain = Client::new()
        .post(format!("http://127.0.0.1:{port}/"))
        .json(&json!({ "payload": { "a": 2 } }))
        .build()
        .expect("a request");
    for clients in [1, 8, 64] {
        let (rate, mut times) = under_load(clients, &request).await;
        let (reference, _) = under_load(clients, &plain).await;
        let [middle, worst] = [percentile(&mut times, 50), percentile(&mut times, 99)];
        let ratio = rate / reference;
        println!(
            "| {clients} | {rate:.0} | {middle:.2} | {worst:.2} | {reference:.0} | {ratio:.2} |"
        );
    }
}

/// Sends the request from so many clients at once, each waiting for its answer.
async fn under_load(clients: usize, request: &reqwest::Request) -> (f64, Vec<f64>) {
    let client = Client::builder().no_proxy().build().expect("a client");
    let failures = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let (client, failures) = (client.clone(), Arc::clone(&failures));
            let request = request.try_clone().expect("a body in memory");
            tokio::spawn(async move {
                let mut times = Vec::new();
                while started.elapsed() < LOAD {
                    let sent = Instant::now();
                    let request = request.try_clone().expect("a body in memory");
                    let answer = client.execute(request).await.expect("an answer");
                    if !answer.status().is_success() {
                        failures.fetch_add(1, Relaxed);
                    }
                    answer.bytes().await.expect("a body");
                    times.push(sent.elapsed().as_secs_f64() * 1e3);
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("no panic"));
    }
    assert_eq!(failures.load(Relaxed), 0, "every call succeeds");
    (times.len() as f64 / started.elapsed().as_secs_f64(), times)
}
