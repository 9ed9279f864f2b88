//! Hundreds of thousands of invocations of an ordinary application, with faults in between: memory
//! stays flat and nothing leaks. Run by `make soak`; docs/soak.md has the figures of one run.
//!
//! `KETRICS_SOAK_INVOCATIONS` says how many (200,000), `KETRICS_SOAK_MINUTES` how long at the most,
//! `KETRICS_SOAK_CLIENTS` how many at once (8), `KETRICS_SOAK_OUT` into which folder the samples and
//! the picture go (target/release/soak).

mod faults;
mod picture;
mod samples;
mod stage;
mod verdict;

use ketrics_tests::ketrics;
use samples::Sample;
use samples::Sampler;
use stage::Stage;
use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use std::time::Instant;

/// How often everything is measured.
const INTERVAL: Duration = Duration::from_secs(3);

fn number(variable: &str, default: usize) -> usize {
    let value = env::var(variable).ok().filter(|value| !value.is_empty());
    value.map_or(default, |value| {
        let number = value.replace([',', '_'], "").parse();
        number.unwrap_or_else(|_| panic!("{variable} is a number, not {value}"))
    })
}

fn folder() -> PathBuf {
    let named = env::var("KETRICS_SOAK_OUT").ok();
    let folder = named
        .filter(|named| !named.is_empty())
        .map_or_else(|| ketrics().with_file_name("soak"), PathBuf::from);
    fs::create_dir_all(&folder).expect("the folder of the samples can be made");
    folder
}

#[tokio::main]
async fn main() -> ExitCode {
    let invocations = number("KETRICS_SOAK_INVOCATIONS", 200_000);
    let clients = number("KETRICS_SOAK_CLIENTS", 8);
    let minutes = number("KETRICS_SOAK_MINUTES", 0) as u64;
    let folder = folder();
    println!("{invocations} invocations, {clients} at once");

    let stage = Arc::new(Stage::set(clients).await);
    let end = (minutes > 0).then(|| Instant::now() + Duration::from_mins(minutes));
    let killing = tokio::spawn(faults::go_on(Arc::clone(&stage)));
    let calling: Vec<_> = (0..clients)
        .map(|_| tokio::spawn(Arc::clone(&stage).call_until(invocations, end)))
        .collect();
    let mut sampler = Sampler::new(&folder.join("soak.csv")).await;
    let mut samples: Vec<Sample> = Vec::new();
    while calling.iter().any(|client| !client.is_finished()) {
        tokio::time::sleep(INTERVAL).await;
        samples.push(sampler.take(&stage).await);
    }
    for client in calling {
        client.await.expect("every answer is one that is known");
    }
    stage.over.store(true, Relaxed);
    let killed = killing.await.expect("faults are made");
    let left = sampler.settled(&stage).await;
    let faults = verdict::of(&stage, &samples, &left, &killed).await;

    let picture = picture::of(&samples);
    fs::write(folder.join("soak.svg"), picture).expect("the picture can be written");
    println!("samples and picture: {}", folder.display());
    stage.clear().await;
    for fault in &faults {
        eprintln!("FAULT: {fault}");
    }
    ExitCode::from(u8::from(!faults.is_empty()))
}
