//! Signed URLs in the wrong hands: changed, put together from two, used for something else, and
//! used so slowly that they would never end.

use crate::hostile::outside::PATIENCE;
use crate::hostile::outside::address;
use ketrics_directory::VolumeSpec;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use serde_json::json;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const LINKS: &str = "
exports.links = async (text) => {
  const files = await ketrics.Volume.connect('files');
  await files.put('a.txt', text);
  const down = await files.generateDownloadUrl('a.txt');
  const up = await files.generateUploadUrl('a.txt', { contentType: 'text/plain', maxSize: 1e6 });
  return [down.url, up.url];
};
exports.read = async () => (await (await ketrics.Volume.connect('files')).get('a.txt')).content.toString();
exports.echo = (p) => p;
";

async fn application(setup: &Setup, tenant: &str) -> App {
    let spec = AppSpec {
        tenant,
        ..AppSpec::new(LINKS)
    };
    let app = setup.app(spec).await;
    let volume = VolumeSpec::default();
    setup.volume(&app, "files", volume, &["*"]).await;
    app
}

/// The tokens of an application's two URLs.
async fn tokens(host: &Host, app: &App, text: &str) -> [String; 2] {
    let links = host.call(app, "links", json!(text)).await.result();
    [0, 1].map(|index| {
        let url = links[index].as_str().expect("a URL");
        url.rsplit_once('/').expect("a path").1.to_owned()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_url_cannot_be_made_into_one_for_another_tenants_file() {
    let setup = Setup::new().await;
    let (victim, rival) = (
        application(&setup, "acme").await,
        application(&setup, "rival").await,
    );
    let host = setup.start();
    let [down, up] = tokens(&host, &victim, "acme's").await;
    let [own_down, own_up] = tokens(&host, &rival, "rival's").await;
    let url = |token: &str| format!("{}/volumes/{token}", host.url);
    let get = async |token: &str| {
        host.client()
            .get(url(token))
            .send()
            .await
            .expect("an answer")
    };
    let put = async |token: &str| {
        let request = host
            .client()
            .put(url(token))
            .header("content-type", "text/plain");
        request
            .body("forged")
            .send()
            .await
            .expect("an answer")
            .status()
            .as_u16()
    };
    assert_eq!(get(&down).await.text().await.expect("a body"), "acme's");
    for (own, other) in [(&own_down, &down), (&own_up, &up), (&down, &up)] {
        // Each character changed, and every place to put two together at.
        for at in 0..own.len().min(other.len()) {
            let swapped = if own.as_bytes()[at] == b'A' { 'B' } else { 'A' };
            let changed = format!("{}{swapped}{}", &own[..at], &own[at + 1..]);
            let spliced = format!("{}{}", &own[..at], &other[at..]);
            for forged in [changed, spliced] {
                let is_real = [&down, &up, &own_down, &own_up].contains(&&forged);
                if is_real || at % 3 != 0 {
                    continue;
                }
                let status = get(&forged).await.status().as_u16();
                assert!(matches!(status, 403 | 404), "{status}: {forged}");
                assert_eq!(put(&forged).await, 403, "{forged}");
            }
        }
    }
    // For the other method, and cut short.
    assert_eq!(put(&down).await, 403);
    assert_eq!(get(&up).await.status().as_u16(), 403);
    assert_eq!(get(&down[..down.len() - 1]).await.status().as_u16(), 403);
    let read = host.call(&victim, "read", json!(null)).await.result();
    assert_eq!(read, "acme's");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_sends_a_byte_at_a_time_is_ended_and_stores_nothing() {
    let setup = Setup::new().await.set("KETRICS_HTTP_STALL_MS", "700");
    let app = application(&setup, "acme").await;
    let host = setup.start();
    let [_, up] = tokens(&host, &app, "before").await;
    let mut stream = TcpStream::connect(address(&host))
        .await
        .expect("a connection");
    let head = format!(
        "PUT /volumes/{up} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 900000\r\n\r\n"
    );
    stream
        .write_all(head.as_bytes())
        .await
        .expect("it is taken");
    let mut answer = Vec::new();
    let slowly = async {
        let (mut reading, mut writing) = stream.split();
        let sending = async {
            // Never silent for long, and never done.
            while writing.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::select! {
            () = sending => {}
            _ = reading.read_to_end(&mut answer) => {}
        }
    };
    let ended = tokio::time::timeout(PATIENCE, slowly).await;
    ended.expect("the upload is ended in time");
    let answer = String::from_utf8_lossy(&answer);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
        "{answer}"
    );
    let read = host.call(&app, "read", json!(null)).await.result();
    assert_eq!(read, "before");
    // One that is not slow goes through.
    let request = host.client().put(format!("{}/volumes/{up}", host.url));
    let request = request.header("content-type", "text/plain").body("after");
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    let read = host.call(&app, "read", json!(null)).await.result();
    assert_eq!(read, "after");
}
