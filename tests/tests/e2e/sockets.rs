//! A process that says what no process may say is ended, and nobody else notices.

use ketrics_directory::VolumeSpec;
use ketrics_protocol::DatabaseCall;
use ketrics_protocol::SandboxLevel;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::VolumeCall;
use ketrics_protocol::frame;
use ketrics_protocol::frame::Outcome;
use ketrics_protocol::frame::ToGateway;
use ketrics_protocol::frame::ToWorker;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::HOLD;
use ketrics_tests::Host;
use ketrics_tests::Seized;
use ketrics_tests::Setup;
use serde_json::json;
use std::fs;
use std::time::Duration;

/// A host with an application whose invocations can be seized, and one of another tenant.
async fn stage() -> (Host, App, App) {
    let setup = Setup::new().await.with("--forked-ahead").with("0");
    let app = setup.app(AppSpec::new(HOLD)).await;
    let neighbour = AppSpec {
        tenant: "neighbour",
        ..AppSpec::new("exports.echo = (p) => p;")
    };
    let neighbour = setup.app(neighbour).await;
    let host = setup.start();
    assert_eq!(host.call(&neighbour, "echo", json!(0)).await.result(), 0);
    (host, app, neighbour)
}

/// Has an invocation say this, and expects that it is ended and that both applications go on.
async fn ends(what: &[u8], reason: &str) {
    let (host, app, neighbour) = stage().await;
    let mut seized = Seized::take(&host, &app).await;
    seized.send(what);
    assert!(seized.is_ended(), "{reason}: the process goes on");
    host.error(|line| line.contains(reason).then_some(()));
    assert_eq!(host.call(&neighbour, "echo", json!(1)).await.result(), 1);
    assert_eq!(host.call(&app, "warm", json!(null)).await.result(), "warm");
}

fn framed(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("a short frame");
    [&length.to_le_bytes(), bytes].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_over_the_limit() {
    ends(&u32::MAX.to_le_bytes(), "is over the limit of 16777216").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_is_none() {
    ends(&framed(&[0xff; 40]), "cannot be read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_call_that_there_is_not() {
    // `Call` with the number 1 of a service far beyond the last.
    ends(&framed(&[4, 1, 120, 0]), "cannot be read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_behind_a_frame() {
    let mut bytes = frame::encode(&ToGateway::Hello {
        level: SandboxLevel::Full,
    });
    bytes[0] += 1;
    bytes.push(0);
    ends(&bytes, "cannot be read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_only_a_zygote_says() {
    let hello = frame::encode(&ToGateway::Hello {
        level: SandboxLevel::Full,
    });
    ends(&hello, "only a zygote says").await;
    let loaded = frame::encode(&ToGateway::Loaded(frame::LoadReport::default()));
    ends(&loaded, "only a zygote says").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_answer() {
    let done = frame::encode(&ToGateway::Done(Outcome::Returned("1".to_owned())));
    ends(&[done.as_slice(), &done].concat(), "answered twice").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_longer_than_it_may_be() {
    let json = format!("\"{}\"", "x".repeat(7 * 1024 * 1024));
    let done = frame::encode(&ToGateway::Done(Outcome::Returned(json)));
    ends(&done, "longer than it may be").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_a_refused_system_call() {
    let report = frame::encode(&ToGateway::Violation { call: 41 });
    ends(&report, "the system call socket (number 41)").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_log_lines() {
    let line = frame::encode(&ToGateway::Log(frame::LogLine {
        level: frame::LogLevel::Info,
        message: "flood".to_owned(),
        cut_from: None,
        data: None,
    }));
    ends(&line.repeat(10_000), "logs more than it may").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_service_calls_without_reading_a_reply() {
    let call = |id| {
        frame::encode(&ToGateway::Call {
            id,
            call: ServiceCall::Database(DatabaseCall::Close { connection: 7 }),
        })
    };
    let calls: Vec<u8> = (0..100_000).flat_map(call).collect();
    ends(&calls, "than it may").await;
}

/// Calls for a large file, none of whose replies is read.
const CALLS: u32 = 30;

/// Resident memory of the gateway, in MB.
fn memory(host: &Host) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", host.gateway()));
    let status = status.expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_ascii_whitespace().next()?.parse::<u64>().ok());
    kilobytes.expect("a number") / 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn replies_that_nobody_reads_do_not_fill_the_gateway() {
    let setup = Setup::new().await.with("--forked-ahead").with("0");
    let source = format!(
        "{HOLD}exports.fill = async () => {{
           await (await ketrics.Volume.connect('files')).put('large', Buffer.alloc(60 << 20, 7)); }};"
    );
    let app = setup.app(AppSpec::new(&source)).await;
    setup
        .volume(&app, "files", VolumeSpec::default(), &["*"])
        .await;
    let host = setup.start();
    host.call(&app, "fill", json!(null)).await.result();
    let mut seized = Seized::take(&host, &app).await;
    let before = memory(&host);
    for id in 0..CALLS {
        let (volume, key) = ("files".to_owned(), "large".to_owned());
        let call = ServiceCall::Volume(VolumeCall::Get { volume, key });
        assert!(seized.send(&frame::encode(&ToGateway::Call { id, call })));
    }
    // Until it grows no more.
    let (mut most, mut looks) = (before, 0);
    while looks < 20 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = memory(&host);
        looks = if now > most { 0 } else { looks + 1 };
        most = most.max(now);
    }
    // 256 MB that wait, 128 MB that are being read, and what the allocator keeps.
    assert!(most < before + 600, "{before} MB became {most} MB");
    let (mut files, mut refused) = (0, 0);
    for _ in 0..CALLS {
        match seized.receive() {
            Some(ToWorker::Reply { result: Ok(_), .. }) => files += 1,
            Some(ToWorker::Reply {
                result: Err(error), ..
            }) => {
                let error = format!("{error:?}");
                assert!(
                    error.contains("wait to be read have more than 256 MB"),
                    "{error}"
                );
                refused += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    // What fits is answered, and later calls find room again.
    assert!(files >= 4 && refused >= 1, "{files} and {refused}");
    let (volume, key) = ("files".to_owned(), "large".to_owned());
    let again = seized.call(ServiceCall::Volume(VolumeCall::Get { volume, key }));
    assert!(again.is_ok(), "{:?}", again.err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_call_is_counted_and_health_tells_the_level() {
    let (host, app, _) = stage().await;
    let mut seized = Seized::take(&host, &app).await;
    seized.send(&frame::encode(&ToGateway::Violation { call: 59 }));
    assert!(seized.is_ended());
    host.error(|line| line.contains("execve (number 59)").then_some(()));
    let get = |path: &str| host.client().get(format!("{}{path}", host.url)).send();
    let health = get("/health").await.expect("an answer").text().await;
    let health: serde_json::Value = serde_json::from_str(&health.expect("a body")).expect("JSON");
    assert_eq!(health["sandbox"]["level"], "full", "{health}");
    let metrics = get("/metrics").await.expect("an answer");
    let metrics = metrics.text().await.expect("a body");
    for line in [
        "ketrics_violations_total 1",
        "ketrics_misbehaved_total{process=\"invocation\"} 1",
        "ketrics_sandbox_level 2",
        "ketrics_calls_total{kind=\"request\",outcome=\"ok\"}",
        "ketrics_call_seconds_bucket",
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    for name in ["acme", "neighbour", "warm", "echo"] {
        assert!(!metrics.contains(name), "{name} is in\n{metrics}");
    }
}
