//! What the calls of a tenant hold in the host's own memory.

use ketrics_directory::VolumeSpec;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_calls_of_a_tenant_hold_is_bounded_and_no_concern_of_its_neighbour() {
    let setup = Setup::new()
        .await
        .set("KETRICS_CONCURRENCY_TENANT_MEMORY_MB", "256");
    let source = "exports.store = async () => {
          const files = await ketrics.Volume.connect('files');
          await files.put('large.bin', Buffer.alloc(60 * 1024 * 1024)); };
        exports.hoard = async () => {
          const files = await ketrics.Volume.connect('files');
          const reading = files.get('large.bin').then(() => 'read', (error) => error.message);
          // Nobody takes what comes.
          await new Promise((resolve) => setTimeout(resolve, 10));
          for (const end = Date.now() + 2000; Date.now() < end;);
          return reading; };";
    let app = setup.app(AppSpec::new(source)).await;
    let neighbour = AppSpec {
        tenant: "neighbour",
        ..AppSpec::new(source)
    };
    let neighbour = setup.app(neighbour).await;
    for app in [&app, &neighbour] {
        let volume = VolumeSpec::default();
        setup.volume(app, "files", volume, &["*"]).await;
    }
    let host = Arc::new(setup.start());
    for app in [&app, &neighbour] {
        host.call(app, "store", json!(null)).await.result();
    }
    let hoards: Vec<_> = (0..10)
        .map(|_| {
            let (host, app) = (Arc::clone(&host), app.clone());
            tokio::spawn(async move { host.call(&app, "hoard", json!(null)).await.result() })
        })
        .collect();
    assert_eq!(
        host.call(&neighbour, "hoard", json!(null)).await.result(),
        "read"
    );
    let mut outcomes = BTreeMap::new();
    for hoard in hoards {
        let outcome = hoard.await.expect("no panic").as_str().map(str::to_owned);
        *outcomes.entry(outcome.expect("a text")).or_insert(0) += 1;
    }
    let refused = "all that the tenant's calls send and receive would take more than 256 MB of the \
        host's memory; ask for less at once, or try again in a moment";
    let is_refused = |outcome: &&String| outcome.contains(refused);
    assert!(
        outcomes.keys().any(|outcome| is_refused(&outcome)),
        "{outcomes:?}"
    );
    assert!(outcomes.contains_key("read"), "{outcomes:?}");
    assert!(outcomes.len() <= 2, "{outcomes:?}");
    // What was held is free again.
    assert_eq!(host.call(&app, "hoard", json!(null)).await.result(), "read");
}

const MEGABYTE: usize = 1024 * 1024;
/// Requests at once, and how many of them fit into 256 MB if each takes 14.
const MANY: usize = 30;
const FIT: usize = 18;

/// Calls a function with a body of which this is the beginning, or all.
fn begin(host: &Host, app: &App, function: &str, length: usize, body: &str) -> TcpStream {
    let address = host.url.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).expect("the host listens");
    let head = format!(
        "POST /tenants/{}/applications/{}/functions/{function} HTTP/1.1\r\nhost: {address}\r\n\
         authorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n",
        app.tenant.id, app.application.id, app.token
    );
    stream.write_all(head.as_bytes()).expect("it is taken");
    stream.write_all(body.as_bytes()).expect("it is taken");
    stream
}

/// The beginnings of the answers that have come, without taking them.
fn answers(streams: &[TcpStream]) -> Vec<String> {
    let seen = streams.iter().filter_map(|stream| {
        let mut start = [0; 1024];
        stream.set_nonblocking(true).expect("a socket");
        match stream.peek(&mut start) {
            Ok(length) if length > 0 => {
                Some(String::from_utf8_lossy(&start[..length]).into_owned())
            }
            _ => None,
        }
    });
    seen.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_never_end_and_answers_that_nobody_reads_are_held_too() {
    let setup = Setup::new()
        .await
        .set("KETRICS_CONCURRENCY_TENANT_MEMORY_MB", "256");
    let source = "exports.echo = (p) => p; exports.large = () => 'y'.repeat(14 * 1024 * 1024);";
    let spec = |tenant| AppSpec {
        tenant,
        config: r#"{"limits":{"payload_mb":15,"result_mb":15}}"#,
        ..AppSpec::new(source)
    };
    let app = setup.app(spec("acme")).await;
    let neighbour = setup.app(spec("neighbour")).await;
    let host = setup.start();
    assert_eq!(host.call(&app, "echo", json!(1)).await.result(), 1);
    let full = "would take more than 256 MB of the host's memory";
    let large = || json!("x".repeat(7 * MEGABYTE));

    let part = format!("{{\"payload\":\"{}", "x".repeat(14 * MEGABYTE - 100));
    let bodies = (0..MANY).map(|_| begin(&host, &app, "echo", part.len() + 2, &part));
    let bodies: Vec<_> = bodies.collect();
    let refused = host.until("a refusal of what does not fit", async || {
        let answers = answers(&bodies);
        (answers.len() >= MANY - FIT).then_some(answers)
    });
    let refused = refused.await;
    for answer in &refused {
        assert!(answer.starts_with("HTTP/1.1 429 "), "{answer}");
        assert!(
            answer.contains("RATE_LIMITED") && answer.contains(full),
            "{answer}"
        );
    }
    assert_eq!(refused.len(), MANY - FIT);
    assert_eq!(host.call(&app, "echo", json!(1)).await.result(), 1);
    assert_eq!(host.call(&neighbour, "echo", large()).await.status, 200);
    drop(bodies);
    let served = host.until("an answer", async || {
        (host.call(&app, "echo", large()).await.status == 200).then_some(())
    });
    served.await;

    let body = "{\"payload\":1}";
    let unread = (0..MANY).map(|_| begin(&host, &app, "large", body.len(), body));
    let unread: Vec<_> = unread.collect();
    let answered = host.until("an answer to each", async || {
        let answers = answers(&unread);
        (answers.len() == MANY).then_some(answers)
    });
    let (sent, refused): (Vec<_>, Vec<_>) = answered
        .await
        .into_iter()
        .partition(|answer| answer.starts_with("HTTP/1.1 200 "));
    assert_eq!(sent.len(), FIT, "{refused:?}");
    for answer in &refused {
        assert!(answer.starts_with("HTTP/1.1 507 "), "{answer}");
        assert!(
            answer.contains("MEMORY_LIMIT") && answer.contains(full),
            "{answer}"
        );
    }
    let (status, code, message) = host.call(&app, "echo", large()).await.error();
    assert_eq!((status, code.as_str()), (429, "RATE_LIMITED"), "{message}");
    assert_eq!(host.call(&neighbour, "large", json!(1)).await.status, 200);
    drop(unread);
    let served = host.until("an answer", async || {
        (host.call(&app, "large", large()).await.status == 200).then_some(())
    });
    served.await;
}
