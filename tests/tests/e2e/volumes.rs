//! Volumes from outside: URLs in the hands of curl, and a host that dies while it writes.

use ketrics_directory::VolumeSpec;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use ketrics_tests::servers;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;

const SOURCE: &str = "
const open = () => ketrics.Volume.connect('files');
exports.put = async ([key, text]) => { await (await open()).put(key, text); };
exports.read = async (key) => {
  try { return (await (await open()).get(key)).content.toString(); } catch (error) { return error.name; }
};
exports.list = async () => (await (await open()).list()).files.map((file) => file.key);
exports.down = async ([key, options]) => (await (await open()).generateDownloadUrl(key, options)).url;
exports.up = async ([key, options]) => (await (await open()).uploadUrl(key, options)).url;
const { Readable } = require('stream');
exports.idle = async () => { await open(); };
exports.pour = async () => {
  const volume = await open();
  const chunks = async function* () {
    for (let sent = 0; sent < 3200; sent += 1) yield Buffer.alloc(1 << 16, sent);
  };
  const { size } = await volume.put('poured', Readable.from(chunks()));
  return [size, (await volume.getMetadata('poured')).size];
};
exports.slow = async () => {
  const volume = await open();
  const parts = async function* (name) {
    for (let part = 0; part < 200; part += 1) {
      console.log(`${name} ${part}`);
      yield Buffer.alloc(1 << 20, part);
      await new Promise((done) => setTimeout(done, 2));
    }
  };
  await Promise.all([volume.put('old', Readable.from(parts('old'))), volume.put('new', Readable.from(parts('new')))]);
};
exports.many = async () => {
  const volume = await open();
  for (let number = 0; number < 900; number += 1) {
    await volume.put(`many/${number}`, `${number},`.repeat(1000));
    if (number % 4 === 0) console.log(`stored ${number}`);
  }
};
exports.check = async () => {
  const volume = await open();
  const found = [];
  let continuationToken;
  do {
    const page = await volume.list({ prefix: 'many/', maxResults: 400, continuationToken });
    for (const { key } of page.files) {
      const number = key.slice('many/'.length);
      const { content } = await volume.get(key);
      if (content.toString() !== `${number},`.repeat(1000)) throw new Error(`${key} is damaged`);
      found.push(Number(number));
    }
    ({ continuationToken } = page);
  } while (continuationToken);
  return found;
};";

async fn start(config: Option<String>) -> (Host, App, TempDir) {
    let folder = TempDir::new().expect("a folder");
    let mut setup = Setup::new().await;
    if let Some(config) = config {
        let path = folder.path().join("ketrics.toml");
        fs::write(&path, config).expect("a file");
        setup = setup.with("--config").with(path.to_str().expect("text"));
    }
    let app = setup.app(AppSpec::new(SOURCE)).await;
    let spec = VolumeSpec::default();
    setup.volume(&app, "files", spec, &["*"]).await;
    (setup.start(), app, folder)
}

/// What curl got: status, head and body.
struct Got {
    status: String,
    head: String,
    body: String,
}

fn curl(arguments: &[&str]) -> Got {
    let output = Command::new("curl")
        .args(["-sS", "-i", "--noproxy", "*", "-H", "Expect:"])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("curl is installed");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("text");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).expect("a status").to_owned();
    Got {
        status,
        head: head.to_ascii_lowercase(),
        body: body.to_owned(),
    }
}

/// Another URL of the same length and alphabet.
fn tampered(url: &str) -> String {
    let place = url.len() - 9;
    let other = if url.as_bytes()[place] == b'a' {
        "b"
    } else {
        "a"
    };
    format!("{}{other}{}", &url[..place], &url[place + 1..])
}

async fn url(host: &Host, app: &App, function: &str, payload: Value) -> String {
    let url = host.call(app, function, payload).await.result();
    url.as_str().expect("a URL").to_owned()
}

async fn curl_gets_and_puts_what_a_url_is_good_for(config: Option<String>) {
    let (host, app, folder) = start(config).await;
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path.to_str().expect("text").to_owned()
    };
    let (small, large) = (file("small", "12345678"), file("large", "123456789"));
    let key = "ü/a b+100%.csv";
    host.call(&app, "put", json!([key, "a;b"])).await.result();

    let options = json!({
        "responseContentDisposition": "attachment; filename=\"r.csv\"",
        "responseContentType": "text/plain; charset=utf-8",
    });
    let down = url(&host, &app, "down", json!([key, options])).await;
    let got = curl(&[&down]);
    assert_eq!((got.status.as_str(), got.body.as_str()), ("200", "a;b"));
    for header in [
        "content-disposition: attachment; filename=\"r.csv\"",
        "content-type: text/plain; charset=utf-8",
        "content-length: 3",
        "x-content-type-options: nosniff",
    ] {
        assert!(got.head.contains(header), "{header}: {}", got.head);
    }
    let plain = url(&host, &app, "down", json!([key])).await;
    assert!(curl(&[&plain]).head.contains("content-type: text/csv"));
    let short = url(&host, &app, "down", json!([key, { "expiresIn": 1 }])).await;
    let nothing = url(&host, &app, "down", json!(["nothing"])).await;

    let options = json!({ "contentType": "image/png", "maxSize": 8 });
    let up = url(&host, &app, "up", json!(["in.png", options])).await;
    let options = json!({ "contentType": "image/png", "maxSize": 8, "expiresIn": 1 });
    let short_up = url(&host, &app, "up", json!(["in.png", options])).await;
    let png = ["-H", "content-type: image/png"];
    let gif = ["-H", "content-type: image/gif"];
    // Without a length in front, the body itself is counted.
    let chunked = ["-H", "transfer-encoding: chunked"];
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    for (arguments, status) in [
        (vec![short.as_str()], "403"),
        (vec![&tampered(&down)], "403"),
        (vec![&up], "403"),
        (vec![&nothing], "404"),
        (vec!["-T", &small, &gif[0], &gif[1], &up], "415"),
        (vec!["-T", &small, "-H", "content-type:", &up], "415"),
        (vec!["-T", &large, &png[0], &png[1], &up], "413"),
        (
            vec![
                "-T",
                &large,
                &png[0],
                &png[1],
                &chunked[0],
                &chunked[1],
                &up,
            ],
            "413",
        ),
        (vec!["-T", &small, &png[0], &png[1], &short_up], "403"),
        (vec!["-T", &small, &png[0], &png[1], &tampered(&up)], "403"),
        (vec!["-T", &small, &png[0], &png[1], &down], "403"),
    ] {
        let got = curl(&arguments);
        assert_eq!(got.status, status, "{arguments:?}: {}", got.body);
        assert!(!got.body.contains("a;b"), "{arguments:?}");
        let read = host.call(&app, "read", json!("in.png")).await.result();
        assert_eq!(read, "FileNotFoundError", "{arguments:?}");
    }
    let got = curl(&["-T", &small, png[0], png[1], &up]);
    assert_eq!(got.status, "200", "{}", got.body);
    let read = host.call(&app, "read", json!("in.png")).await.result();
    assert_eq!(read, "12345678");
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_gets_and_puts_what_a_url_is_good_for_in_a_folder() {
    curl_gets_and_puts_what_a_url_is_good_for(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_gets_and_puts_what_a_url_is_good_for_on_s3() {
    if let Some(config) = servers::volumes().await {
        curl_gets_and_puts_what_a_url_is_good_for(Some(config)).await;
    }
}

/// Calls a function that does not end before the host does.
fn call_and_leave(host: &Host, app: &App, function: &str) {
    let request = host.request(app, function).bearer_auth(&app.token);
    tokio::spawn(request.json(&json!({ "payload": null })).send());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_killed_half_way_through_a_file_keeps_the_old_one() {
    let (mut host, app, _folder) = start(None).await;
    host.call(&app, "put", json!(["old", "kept"]))
        .await
        .result();
    for part in [1, 9, 40] {
        call_and_leave(&host, &app, "slow");
        for name in ["old", "new"] {
            let line = format!("{name} {part}");
            host.log(|entry| (entry["message"] == line.as_str()).then_some(()));
        }
        host = host.crashed();
        let read = async |key: &str| host.call(&app, "read", json!(key)).await.result();
        assert_eq!(read("old").await, "kept", "after part {part}");
        assert_eq!(read("new").await, "FileNotFoundError", "after part {part}");
        let list = host.call(&app, "list", json!(null)).await.result();
        assert_eq!(list, json!(["old"]));
    }
    host.call(&app, "put", json!(["old", "written"]))
        .await
        .result();
    let read = host.call(&app, "read", json!("old")).await.result();
    assert_eq!(read, "written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_killed_between_files_has_whole_ones_and_all_that_were_told() {
    let (mut host, app, _folder) = start(None).await;
    for stored in [8, 60, 240] {
        call_and_leave(&host, &app, "many");
        let line = format!("stored {stored}");
        host.log(|entry| (entry["message"] == line.as_str()).then_some(()));
        host = host.crashed();
        let found = host.call(&app, "check", json!(null)).await.result();
        let mut found: Vec<u64> = serde_json::from_value(found).expect("numbers");
        found.sort_unstable();
        // Those that the function was told of, and perhaps some more; none is missing in between.
        assert!(found.len() as u64 > stored, "{stored}: {}", found.len());
        assert_eq!(found, (0..found.len() as u64).collect::<Vec<_>>());
    }
}

/// Bytes that an invocation of the function held at the most, by the kernel's account.
fn peak(host: &Host, function: &str) -> u64 {
    host.log(|line| {
        let mine = line["function"] == function;
        line["receipt"]["peakMemoryBytes"].as_u64().filter(|_| mine)
    })
}

async fn a_stream_of_200_mb_passes_through_64_mb(config: Option<String>) {
    // Of V8's heap and of buffers together.
    let limits = "\n[limits]\nheap_mb = 32\nbuffer_mb = 32\n";
    let config = config.unwrap_or_default() + limits;
    let (host, app, _folder) = start(Some(config)).await;
    host.call(&app, "idle", json!(null)).await.result();
    let poured = host.call(&app, "pour", json!(null)).await.result();
    assert_eq!(poured, json!([200 << 20, 200 << 20]));
    let (idle, pouring) = (peak(&host, "idle"), peak(&host, "pour"));
    assert!(pouring < idle + (64 << 20), "{pouring}, idle {idle}");
    // The content is right, not just as long.
    let down = url(&host, &app, "down", json!(["poured"])).await;
    let mut got = host.client().get(down).send().await.expect("an answer");
    let mut at: usize = 0;
    while let Some(chunk) = got.chunk().await.expect("the body arrives") {
        for byte in chunk {
            assert_eq!(usize::from(byte), at / (1 << 16) % 256, "at {at}");
            at += 1;
        }
    }
    assert_eq!(at, 200 << 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_200_mb_passes_through_64_mb_into_a_folder() {
    a_stream_of_200_mb_passes_through_64_mb(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_200_mb_passes_through_64_mb_into_a_bucket() {
    if let Some(config) = servers::volumes().await {
        a_stream_of_200_mb_passes_through_64_mb(Some(config)).await;
    }
}
