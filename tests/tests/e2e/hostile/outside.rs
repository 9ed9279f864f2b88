//! What attacks from outside a function, or makes a part of the host fail.

use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Processes;
use ketrics_tests::Setup;
use reqwest::Client;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const SOURCE: &str = "exports.echo = (p) => p;
  exports.nap = () => new Promise((r) => setTimeout(r, 50, 'woke'));";

/// How long anything that must happen may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_mins(1);

pub fn address(host: &Host) -> &str {
    host.url.strip_prefix("http://").expect("a URL")
}

/// The numbers of the gateway's open descriptors, which root may list.
fn descriptors(host: &Host) -> usize {
    let folder = format!("/proc/{}/fd", host.gateway());
    fs::read_dir(folder).expect("the tests run as root").count()
}

fn zombies(host: &Host) -> usize {
    let Processes(ids) = host.processes();
    let is_zombie = |id: &&i32| {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        stat.rsplit_once(") ")
            .is_some_and(|(_, rest)| rest.starts_with('Z'))
    };
    ids.iter().filter(is_zombie).count()
}

/// Waits until every process that ended is reaped, which the gateway sees to every few seconds.
async fn no_zombies(host: &Host) {
    for _ in 0..300 {
        if zombies(host) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{} processes are never reaped", zombies(host));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_calls_at_once_than_the_host_takes_are_all_answered() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(SOURCE)).await;
    let neighbour = AppSpec {
        tenant: "neighbour",
        ..AppSpec::new(SOURCE)
    };
    let neighbour = setup.app(neighbour).await;
    let host = setup.start();
    // It keeps no connection, so that whatever the gateway still has open is the gateway's own.
    let client = Client::builder().no_proxy().pool_max_idle_per_host(0);
    let client = client.build().expect("a client");
    let before = descriptors(&host);
    let mut outcomes: BTreeMap<(u16, String), usize> = BTreeMap::new();
    // In waves, so that the test itself has descriptors enough.
    for _ in 0..10 {
        let calls: Vec<_> = (0..1_000)
            .map(|_| {
                let request = host.request(&app, "nap").bearer_auth(&app.token);
                let request = request.json(&json!({ "payload": null })).build();
                let answer = client.execute(request.expect("a request"));
                tokio::spawn(async move {
                    let answer = answer.await.expect("the host answers");
                    let status = answer.status().as_u16();
                    let body: Value = answer.json().await.expect("every answer is JSON");
                    (status, body)
                })
            })
            .collect();
        assert_eq!(host.call(&neighbour, "echo", json!(1)).await.result(), 1);
        for call in calls {
            let (status, body) = call.await.expect("no panic");
            let code = body["error"]["code"].as_str().unwrap_or("ok");
            *outcomes.entry((status, code.to_owned())).or_default() += 1;
        }
    }
    for (status, code) in outcomes.keys() {
        let known = matches!(
            (*status, code.as_str()),
            (200, "ok") | (429, "RATE_LIMITED") | (503, "OVERLOADED")
        );
        assert!(known, "{outcomes:?}");
    }
    assert_eq!(outcomes.values().sum::<usize>(), 10_000);
    assert!(outcomes[&(200, "ok".to_owned())] >= 64, "{outcomes:?}");
    host.settle().await;
    no_zombies(&host).await;
    for _ in 0..300 {
        if descriptors(&host) <= before + 100 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let kept = descriptors(&host);
    panic!("{kept} descriptors are open, {before} were before: {outcomes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_never_end_and_connections_that_are_left_are_closed() {
    let setup = Setup::new().await.set("KETRICS_HTTP_HEADERS_MS", "500");
    let app = setup.app(AppSpec::new(SOURCE)).await;
    let host = setup.start();
    let mut slow = Vec::new();
    for start in [
        "",
        "POST",
        "POST / HTTP/1.1\r\nHost: x\r\nX-A: ",
        "PRI * HTTP/2.0\r\n",
    ] {
        let mut stream = TcpStream::connect(address(&host))
            .await
            .expect("a connection");
        stream
            .write_all(start.as_bytes())
            .await
            .expect("it is taken");
        slow.push(stream);
    }
    for _ in 0..200 {
        drop(
            TcpStream::connect(address(&host))
                .await
                .expect("a connection"),
        );
    }
    assert_eq!(host.call(&app, "echo", json!(1)).await.result(), 1);
    for mut stream in slow {
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        match closed.expect("the connection is closed in time") {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_sent_a_byte_at_a_time_keep_nobody_else_waiting() {
    let (host, app) = Setup::serve(SOURCE).await;
    let path = format!(
        "/tenants/{}/applications/{}/functions/echo",
        app.tenant.id, app.application.id
    );
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n",
        app.token
    );
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut stream = TcpStream::connect(address(&host))
            .await
            .expect("a connection");
        stream
            .write_all(head.as_bytes())
            .await
            .expect("it is taken");
        slow.push(stream);
    }
    for round in 0..20 {
        for stream in &mut slow {
            stream.write_all(b"{").await.expect("it is taken");
        }
        assert_eq!(host.call(&app, "echo", json!(round)).await.result(), round);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_killed_in_the_middle_of_everything_lose_only_their_calls() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(SOURCE)).await;
    let host = Arc::new(setup.start());
    assert_eq!(host.call(&app, "echo", json!(1)).await.result(), 1);
    let calling: Vec<_> = (0..4)
        .map(|_| {
            let (host, app) = (Arc::clone(&host), app.clone());
            tokio::spawn(async move {
                let mut lost = 0;
                for call in 0..150 {
                    let answer = host.call(&app, "echo", json!(call)).await;
                    match answer.status {
                        200 => assert_eq!(answer.result(), call),
                        503 => lost += 1,
                        _ => panic!("{} {}", answer.status, answer.body),
                    }
                }
                lost
            })
        })
        .collect();
    let mut killed = 0;
    while calling.iter().any(|task| !task.is_finished()) {
        let Processes(ids) = host.processes();
        if let Some(id) = ids.get(killed % ids.len().max(1)) {
            Processes::kill(*id);
            killed += 1;
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let mut lost = 0;
    for task in calling {
        lost += task.await.expect("every call has an answer that is known");
    }
    // Each killed zygote loses at most the four calls that it was to serve.
    assert!(lost <= 4 * killed, "{lost} calls lost to {killed} kills");
    assert_eq!(host.call(&app, "echo", json!(2)).await.result(), 2);
    host.settle().await;
    no_zombies(&host).await;
}
