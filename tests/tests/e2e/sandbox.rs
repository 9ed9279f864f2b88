//! What the kernel says of the worker processes of a real host.

use ketrics_tests::AppSpec;
use ketrics_tests::Processes;
use ketrics_tests::Program;
use ketrics_tests::Setup;
use ketrics_tests::ketrics;
use ketrics_tests::lacking;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::time::Duration;

/// `/proc/ID/status`, by name.
fn status(id: i32) -> BTreeMap<String, String> {
    let text = fs::read_to_string(format!("/proc/{id}/status")).expect("the process runs");
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    lines
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect()
}

/// Whether a process sleeps, as one does that waits for something to do.
fn is_waiting(id: i32) -> bool {
    let text = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    text.contains("State:\tS")
}

fn group_of(id: i32) -> i32 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).expect("the process runs");
    let (_, fields) = stat.rsplit_once(") ").expect("a name in parentheses");
    let group = fields
        .split(' ')
        .nth(2)
        .and_then(|group| group.parse().ok());
    group.expect("a number")
}

/// What the descriptors of a process lead to, by number.
fn descriptors(id: i32) -> BTreeMap<i32, String> {
    let entries = fs::read_dir(format!("/proc/{id}/fd")).expect("the tests run as root");
    entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let target = fs::read_link(entry.path()).ok()?;
            Some((
                entry.file_name().to_str()?.parse().ok()?,
                target.to_string_lossy().into_owned(),
            ))
        })
        .collect()
}

#[tokio::test]
async fn every_worker_process_is_behind_all_walls() {
    let (host, app) = Setup::serve("exports.echo = (p) => p;").await;
    assert_eq!(host.call(&app, "echo", json!(1)).await.result(), 1);
    // The process of the call above may still be among the first four, on its way out.
    let mut looks = 0;
    let ids = loop {
        let Processes(ids) = host.wait_for_processes(4);
        if ids.iter().all(|id| is_waiting(*id)) {
            break ids;
        }
        looks += 1;
        assert!(looks < 500, "of {ids:?}, never all wait for something");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let [base, zygote, waiting @ ..] = ids.as_slice() else {
        panic!("no processes")
    };
    let filters = |id: i32| status(id)["Seccomp_filters"].clone();
    assert_eq!(filters(*base), "1");
    assert_eq!(filters(*zygote), "1");
    for id in waiting {
        assert_eq!(filters(*id), "2", "an invocation has a filter of its own");
        assert_eq!(group_of(*id), *zygote, "and is in its zygote's group");
    }
    assert_eq!(group_of(*base), *base);
    assert_eq!(group_of(*zygote), *zygote);
    for id in ids {
        let status = status(id);
        for (name, value) in [
            ("NoNewPrivs", "1"),
            ("Seccomp", "2"),
            ("CapEff", "0000000000000000"),
            ("CapPrm", "0000000000000000"),
            ("CapInh", "0000000000000000"),
            ("Threads", "1"),
        ] {
            assert_eq!(status[name], value, "{name} of {id}");
        }
        let environment = fs::read(format!("/proc/{id}/environ")).expect("readable by root");
        assert!(environment.is_empty(), "{id} has an environment");
        let score = fs::read_to_string(format!("/proc/{id}/oom_score_adj"));
        assert_eq!(score.expect("readable").trim(), "1000", "it dies first");
        let open = descriptors(id);
        assert_eq!(open.len(), 3, "{open:?}");
        assert!(open[&0].starts_with("socket:"), "{open:?}");
        assert_eq!(
            (open[&1].as_str(), open[&2].as_str()),
            ("/dev/null", "/dev/null")
        );
        let limits = fs::read_to_string(format!("/proc/{id}/limits")).expect("the process runs");
        for line in [
            "Max core file size        0",
            "Max file size             0",
            "Max open files            16",
        ] {
            assert!(limits.contains(line), "{line} is not in\n{limits}");
        }
    }
}

/// A host that must not start, on a kernel that lacks these calls.
fn refused(minimum: Option<&str>, lacking: &[i64]) -> Program {
    let data = tempfile::TempDir::new().expect("a folder");
    let mut command = Command::new(ketrics());
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data.path());
    if let Some(minimum) = minimum {
        command.env("KETRICS_SANDBOX_MINIMUM", minimum);
    }
    lacking::hide(&mut command, lacking);
    Program::start(&mut command)
}

#[test]
fn a_host_below_its_floor_does_not_start_and_says_what_is_missing() {
    let host = refused(Some("full"), &[lacking::LANDLOCK]);
    host.error(|line| {
        line.contains("sandbox.minimum is full: the kernel has no Landlock")
            .then_some(())
    });
    let host = refused(None, &[lacking::SECCOMP]);
    host.error(|line| {
        line.contains("sandbox.minimum is filtered: the kernel does not filter")
            .then_some(())
    });
}

#[tokio::test]
async fn a_host_without_a_wall_serves_where_its_floor_allows_and_tells_its_level() {
    for (minimum, lacks, level) in [
        ("filtered", lacking::LANDLOCK, "filtered"),
        ("process", lacking::SECCOMP, "process"),
    ] {
        let setup = Setup::new()
            .await
            .set("KETRICS_SANDBOX_MINIMUM", minimum)
            .on_a_kernel_without(&[lacks]);
        let app = setup.app(AppSpec::new("exports.echo = (p) => p;")).await;
        let host = setup.start();
        assert_eq!(host.call(&app, "echo", json!(1)).await.result(), 1);
        let health = host
            .client()
            .get(format!("{}/health", host.url))
            .send()
            .await;
        let health = health.expect("an answer").text().await.expect("a body");
        assert!(
            health.contains(&format!("\"level\":\"{level}\"")),
            "{health}"
        );
    }
}

#[tokio::test]
async fn limits_are_the_applications_within_the_hosts_maximum() {
    let setup = Setup::new()
        .await
        .set("KETRICS_LIMITS_MAXIMUM_CPU_SECONDS", "2")
        .set("KETRICS_LIMITS_WALL_CLOCK_SECONDS", "30")
        .set("KETRICS_LIMITS_TIMERS", "5");
    let app = setup
        .app(AppSpec {
            config: r#"{"limits":{"cpu_seconds":60,"heap_mb":64}}"#,
            ..AppSpec::new(
                "const { left } = process.getBuiltinModule('ketrics:limits');
                 exports.left = () => left();
                 exports.spin = () => { for (;;); };
                 exports.hoard = () => { const a = []; for (;;) a.push({ i: a.length }); };
                 exports.same = () => require('ketrics:limits').left === left && !('limits' in ketrics);",
            )
        })
        .await;
    let host = setup.start();
    let left = host.call(&app, "left", json!(null)).await.result();
    let number = |name: &str| {
        left[name]
            .as_f64()
            .unwrap_or_else(|| panic!("{name} in {left}"))
    };
    assert!((1.0..=2_000.0).contains(&number("cpuMs")), "{left}");
    assert!((1.0..=30_000.0).contains(&number("wallClockMs")), "{left}");
    assert!(
        (1.0..=64.0 * 1_048_576.0).contains(&number("heapBytes")),
        "{left}"
    );
    assert_eq!(
        (number("timers"), number("serviceCalls"), number("logLines")),
        (5.0, 1_000.0, 256.0)
    );
    assert_eq!(host.call(&app, "same", json!(null)).await.result(), true);

    let (_, code, message) = host.call(&app, "spin", json!(null)).await.error();
    assert_eq!(code, "CPU_LIMIT");
    assert!(
        message.starts_with("CPU time 2.") && message.ends_with(" s of 2 s"),
        "{message}"
    );
    let (_, code, message) = host.call(&app, "hoard", json!(null)).await.error();
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("MEMORY_LIMIT", "Heap 64 MB of 64 MB")
    );
}

#[tokio::test]
async fn every_invocation_yields_a_receipt() {
    let (host, app) = Setup::serve(
        "exports.f = async (p) => { await ketrics.Job.list(); await ketrics.Job.list(); return p; };",
    )
    .await;
    let payload = json!("x".repeat(1_000));
    let answer = host.call(&app, "f", payload.clone()).await;
    let timing = answer.headers["server-timing"]
        .to_str()
        .expect("text")
        .to_owned();
    assert_eq!(answer.result(), payload);
    for part in [
        "queue;dur=",
        "claim;dur=",
        "run;dur=",
        "cpu;dur=",
        "calls;desc=\"job 2\"",
    ] {
        assert!(timing.contains(part), "{part} is not in {timing}");
    }
    let receipt = host.log(|line| line.get("receipt").cloned());
    let number = |name: &str| {
        receipt[name]
            .as_f64()
            .unwrap_or_else(|| panic!("{name} in {receipt}"))
    };
    for name in ["wallMs", "cpuMs", "peakMemoryBytes", "pageFaults"] {
        assert!(number(name) > 0.0, "{receipt}");
    }
    assert!(number("queueMs") >= 0.0);
    assert!(
        number("bytesIn") > 1_000.0 && number("bytesOut") > 1_000.0,
        "{receipt}"
    );
    assert_eq!(receipt["serviceCalls"], json!({ "job": 2 }));
}
