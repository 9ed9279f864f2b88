//! `ketrics.http` against servers that pack, dawdle and lie, and the egress rules of a tenant.

use crate::http::allow;
use crate::http::code;
use crate::http::request;
use crate::http::router;
use crate::http::send;
use crate::http::serve;
use crate::world::World;
use crate::world::told;
use crate::world::world_with;
use axum::Router;
use axum::http::header::CONTENT_ENCODING;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ketrics_protocol::HttpCall;
use ketrics_protocol::ServiceCall;
use ketrics_services::EgressPolicy;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::net::TcpSocket;
use tokio::net::TcpStream;

/// `{"text":"Grüße Grüße …"}`, as zlib and brotli pack it.
const PACKED: [(&str, &str); 3] = [
    (
        "gzip",
        "H4sIAAAAAAAAA6tWKkmtKFGyUnIvOrzn8PxUhVGaPFqpFgDZQFrdSwEAAA==",
    ),
    (
        "br",
        "G0oB+J0Hti18K6YsDX32sFZ7wylS1lefvA2icySnJBmwHBABJ6e+wA==",
    ),
    ("deflate", "eJyrVipJrShRslJyLzq85/D8VIVRmjxaqRYAe5moWA=="),
];

fn within(call: HttpCall, timeout: f64) -> HttpCall {
    let HttpCall::Request {
        method,
        url,
        headers,
        body,
        max_redirects,
        ..
    } = call;
    HttpCall::Request {
        method,
        url,
        headers,
        body,
        timeout: Some(timeout),
        max_redirects,
    }
}

#[tokio::test]
async fn packed_bodies_arrive_unpacked() {
    let mut router = Router::new();
    for (encoding, packed) in PACKED {
        let packed = STANDARD.decode(packed).unwrap();
        let headers = [
            (CONTENT_ENCODING, encoding),
            (CONTENT_TYPE, "application/json"),
        ];
        let answer = move || async move { (headers, packed) };
        router = router.route(&format!("/{encoding}"), get(answer));
    }
    let server = serve(router).await;
    let world = world_with(allow(&[server])).await;
    let expected = format!("{{\"text\":\"{}\"}}", "Grüße ".repeat(40));
    for (encoding, _) in PACKED {
        let call = request("GET", format!("http://{server}/{encoding}"));
        let got = send(&world, call).await.unwrap();
        assert_eq!(got.text(), expected, "{encoding}");
        assert_eq!(got.headers["content-type"], "application/json");
    }
}

/// A server that does the same with every connection, after it read what came first.
async fn server<F>(act: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            tokio::spawn(act(stream));
        }
    });
    address
}

/// Says `start` and then one more byte again and again, for as long as somebody listens.
async fn drip(mut stream: TcpStream, start: &str) {
    let _ = stream.write_all(start.as_bytes()).await;
    while stream.write_all(b"x").await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_server_that_dawdles_in_any_phase_ends_in_a_timeout() {
    // A listener whose queue is full does not answer a connection.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let full = socket.local_addr().unwrap();
    let _listener = socket.listen(1).unwrap();
    let mut queue = Vec::new();
    for _ in 0..4 {
        let connecting = TcpStream::connect(full);
        if let Ok(stream) = tokio::time::timeout(Duration::from_millis(200), connecting).await {
            queue.push(stream);
        }
    }
    let silent = server(|stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
    })
    .await;
    let headers = server(|stream| drip(stream, "HTTP/1.1 200 OK\r\nx-slow: ")).await;
    let body = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n";
    let bodies = server(move |stream| drip(stream, body)).await;
    let chunks = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffff\r\n";
    let chunked = server(move |stream| drip(stream, chunks)).await;
    let world = world_with(allow(&[full, silent, headers, bodies, chunked])).await;
    for (phase, url) in [
        ("connection", format!("http://{full}/")),
        ("TLS", format!("https://{silent}/")),
        ("answer", format!("http://{silent}/")),
        ("headers, a byte at a time", format!("http://{headers}/")),
        ("body, a byte at a time", format!("http://{bodies}/")),
        ("chunk, a byte at a time", format!("http://{chunked}/")),
    ] {
        let call = within(request("GET", url), 300.0);
        let error = send(&world, call).await.err().unwrap();
        assert_eq!(error.code.as_deref(), Some("ETIMEDOUT"), "{phase}");
        assert_eq!(told(&error).1, ["timeout of 300ms exceeded"], "{phase}");
    }
}

#[tokio::test]
async fn a_body_that_ends_early_and_an_answer_that_is_no_http_are_errors() {
    let short = server(|mut stream| async move {
        let part = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
        let _ = stream.write_all(part).await;
    })
    .await;
    let nonsense = server(|mut stream| async move {
        let _ = stream.write_all(b"220 ready for mail\r\n").await;
    })
    .await;
    // Without an end, so only the limit ends it.
    let endless = server(|mut stream| async move {
        let start = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n";
        let _ = stream.write_all(start).await;
        let block = vec![b'x'; 1 << 20];
        while stream.write_all(&block).await.is_ok() {}
    })
    .await;
    let world = world_with(allow(&[short, nonsense, endless])).await;
    for (address, expected) in [
        (short, "ECONNRESET"),
        (nonsense, "ECONNRESET"),
        (endless, "ERR_BAD_RESPONSE"),
    ] {
        let got = code(&world, &format!("http://{address}/")).await;
        assert_eq!(got, expected);
    }
}

#[tokio::test]
async fn nothing_that_a_caller_writes_becomes_a_header_of_its_own() {
    let server = serve(router()).await;
    let world = world_with(allow(&[server])).await;
    let with = |name: &str, value: &str| HttpCall::Request {
        method: "GET".to_owned(),
        url: format!("http://{server}/echo"),
        headers: vec![(name.to_owned(), value.to_owned())],
        body: None,
        timeout: None,
        max_redirects: None,
    };
    for (name, value) in [
        ("x-a", "b\r\nx-evil: 1"),
        ("x-a", "b\nx-evil: 1"),
        ("x-a", "b\0"),
        ("x-a: b\r\nx-evil", "1"),
        ("x evil", "1"),
        ("", "1"),
    ] {
        let error = send(&world, with(name, value)).await.err().unwrap();
        assert!(told(&error).1[0].contains("header"), "{error:?}");
    }
    // The connection's own headers are not the caller's.
    for name in ["Host", "Content-Length", "Transfer-Encoding", "Connection"] {
        let got = send(&world, with(name, "evil")).await.unwrap();
        assert!(!got.text().contains("evil"), "{}", got.text());
    }
    for path in ["echo\r\nx-evil: 1", "echo HTTP/1.1\r\nx-evil: 1\r\n\r\n"] {
        let call = request("GET", format!("http://{server}/{path}"));
        if let Ok(got) = send(&world, call).await {
            assert!(!got.text().contains("\nx-evil: 1"), "{}", got.text());
        }
    }
}

async fn rules(world: &World, tenant: ketrics_directory::TenantId, json: Option<&str>) {
    world
        .directory
        .set_egress_rules(tenant, json)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_tenants_rules_count_for_it_alone_and_from_the_next_request_on() {
    let server = serve(router()).await;
    let world = world_with(EgressPolicy::default()).await;
    let url = format!("http://{server}/echo");
    let allowing = format!("{{\"allow\": [\"{server}\"]}}");
    assert_eq!(code(&world, &url).await, "EACCES");
    rules(&world, world.acme.id, Some(&allowing)).await;
    assert!(send(&world, request("GET", &url)).await.is_ok());
    // A connection is open now, and is not another tenant's.
    let stranger = world.of_stranger();
    let call = ServiceCall::Http(request("GET", &url));
    let refused = world.call(&stranger, call).await.unwrap_err();
    assert_eq!(refused.code.as_deref(), Some("EACCES"));
    rules(&world, world.acme.id, None).await;
    assert_eq!(code(&world, &url).await, "EACCES");
    // Rules that cannot be read allow nothing.
    rules(&world, world.acme.id, Some("{\"alow\": []}")).await;
    let error = send(&world, request("GET", "http://8.8.8.8/")).await;
    assert!(told(&error.err().unwrap()).1[0].contains("reference"));
}

#[tokio::test]
async fn a_tenant_may_be_denied_what_the_host_allows_and_what_is_public() {
    let server = serve(router()).await;
    let other = serve(router()).await;
    let world = world_with(allow(&[server, other])).await;
    let url = |address: SocketAddr| format!("http://{address}/echo");
    let denying = format!("{{\"deny\": [\"{server}\", \"8.8.8.0/24\", \"*.tracker.test\"]}}");
    rules(&world, world.acme.id, Some(&denying)).await;
    assert_eq!(code(&world, &url(server)).await, "EACCES");
    assert!(send(&world, request("GET", url(other))).await.is_ok());
    assert_eq!(code(&world, "http://8.8.8.8/").await, "EACCES");
    // A redirect is a new destination.
    let to = format!("http://{other}/redirect/302/{}", url(server));
    assert_eq!(code(&world, &to).await, "EACCES");
    let nothing = format!("{{\"allow\": [\"{other}\"], \"otherwise\": \"nothing\"}}");
    rules(&world, world.acme.id, Some(&nothing)).await;
    assert!(send(&world, request("GET", url(other))).await.is_ok());
    assert_eq!(code(&world, "http://1.1.1.1/").await, "EACCES");
}
