//! `ketrics.http` against servers on loopback, which the policy names.

use crate::world::World;
use crate::world::invocation;
use crate::world::told;
use crate::world::world_with;
use axum::Router;
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::AppendHeaders;
use axum::response::IntoResponse;
use axum::routing::any;
use axum::routing::get;
use ketrics_protocol::HttpCall;
use ketrics_protocol::HttpReply;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_services::EgressPolicy;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

pub struct Got {
    status: u16,
    pub headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Got {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

pub fn request(method: &str, url: impl Into<String>) -> HttpCall {
    HttpCall::Request {
        method: method.into(),
        url: url.into(),
        headers: vec![],
        body: None,
        timeout: None,
        max_redirects: None,
    }
}

pub async fn send(world: &World, call: HttpCall) -> Result<Got, ServiceError> {
    let invocation = world.invocation();
    match world.call(&invocation, ServiceCall::Http(call)).await? {
        ServiceReply::Http(HttpReply::Request {
            status,
            headers,
            body,
            ..
        }) => Ok(Got {
            status,
            headers: headers.into_iter().collect(),
            body,
        }),
        other => panic!("{other:?}"),
    }
}

pub async fn code(world: &World, url: &str) -> String {
    let error = send(world, request("GET", url)).await.err().unwrap();
    assert_eq!(error.class, "Error");
    error
        .code
        .unwrap_or_else(|| panic!("{:?}", error.arguments))
}

/// What the request looked like, one header to a line.
async fn echo(method: Method, headers: HeaderMap, body: Bytes) -> String {
    let mut lines = vec![method.to_string()];
    lines.extend(
        headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())),
    );
    lines.push(String::from_utf8_lossy(&body).into_owned());
    lines.join("\n")
}

async fn redirect(Path((status, to)): Path<(u16, String)>) -> impl IntoResponse {
    (
        StatusCode::from_u16(status).unwrap(),
        [(LOCATION, to)],
        "moved",
    )
}

pub async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

pub fn router() -> Router {
    Router::new()
        .route("/echo", any(echo))
        .route("/redirect/{status}/{*to}", any(redirect))
        .route(
            "/status/{status}",
            any(|Path(status): Path<u16>| async move {
                let headers = AppendHeaders([("x-two", "a"), ("x-two", "b")]);
                (StatusCode::from_u16(status).unwrap(), headers, "body")
            }),
        )
        .route(
            "/slow",
            get(|| async {
                tokio::time::sleep(Duration::from_secs(60)).await;
            }),
        )
        .route("/large", get(|| async { vec![b'x'; 33 * 1024 * 1024] }))
}

pub fn allow(addresses: &[SocketAddr]) -> EgressPolicy {
    EgressPolicy {
        allow: addresses
            .iter()
            .map(|address| address.to_string().parse().unwrap())
            .collect(),
    }
}

async fn open() -> (World, SocketAddr) {
    let address = serve(router()).await;
    (world_with(allow(&[address])).await, address)
}

#[tokio::test]
async fn a_request_goes_out_and_any_status_comes_back() {
    let (world, server) = open().await;
    let HttpCall::Request {
        method,
        url,
        timeout,
        max_redirects,
        ..
    } = request("post", format!("http://{server}/echo?a=1"));
    let headers = vec![
        ("X-Own".to_owned(), "ünï".to_owned()),
        ("Host".to_owned(), "evil.test".to_owned()),
        ("Content-Length".to_owned(), "1".to_owned()),
        ("Connection".to_owned(), "close".to_owned()),
        ("Transfer-Encoding".to_owned(), "chunked".to_owned()),
    ];
    let headers = headers
        .into_iter()
        .map(|(name, value)| (name, value.replace(['ü', 'ï'], "u")))
        .collect();
    let body = Some(b"content".to_vec());
    let call = HttpCall::Request {
        method,
        url,
        headers,
        body,
        timeout,
        max_redirects,
    };
    let text = send(&world, call).await.unwrap().text();
    assert!(
        text.starts_with("POST\n") && text.ends_with("\ncontent"),
        "{text}"
    );
    for line in ["x-own: unu", "content-length: 7", "user-agent: Ketrics/"] {
        assert!(text.contains(line), "{line} in {text}");
    }
    for line in ["evil.test", "transfer-encoding", "connection: close"] {
        assert!(!text.contains(line), "{line} in {text}");
    }
    for status in [200, 404, 500, 304] {
        let got = send(
            &world,
            request("GET", format!("http://{server}/status/{status}")),
        )
        .await;
        let got = got.unwrap();
        assert_eq!(got.status, status);
        assert_eq!(got.headers["x-two"], "a, b");
    }
}

#[tokio::test]
async fn a_refused_address_is_never_connected_to() {
    let (world, server) = open().await;
    let other = serve(router()).await;
    for url in [
        format!("http://{other}/echo"),
        format!("http://localhost:{}/echo", other.port()),
        format!("http://0x7f000001:{}/echo", other.port()),
        format!("http://2130706433:{}/echo", other.port()),
        format!("http://[::ffff:127.0.0.1]:{}/echo", other.port()),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        // Behind a redirect as well.
        format!("http://{server}/redirect/302/http://{other}/echo"),
        format!(
            "http://{server}/redirect/307/http://localhost:{}/echo",
            other.port()
        ),
    ] {
        assert_eq!(code(&world, &url).await, "EACCES", "{url}");
    }
    for url in [
        "file:///etc/passwd",
        "ftp://x.test/",
        "nothing",
        "http://",
        "",
    ] {
        assert_eq!(code(&world, url).await, "ERR_INVALID_URL", "{url}");
    }
    let to_file = format!("http://{server}/redirect/302/file:///etc/passwd");
    assert_eq!(code(&world, &to_file).await, "ERR_INVALID_URL");
    // Spelled otherwise, an allowed address is the same address.
    let same = format!("http://0x7f.1:{}/echo", server.port());
    assert_eq!(
        send(&world, request("GET", same)).await.unwrap().status,
        200
    );
}

#[tokio::test]
async fn a_name_is_allowed_where_the_policy_names_it() {
    let server = serve(router()).await;
    let rule = format!("localhost:{}", server.port()).parse().unwrap();
    let world = world_with(EgressPolicy { allow: vec![rule] }).await;
    let url = format!("http://LOCALHOST:{}/echo", server.port());
    assert_eq!(send(&world, request("GET", url)).await.unwrap().status, 200);
    assert_eq!(
        code(&world, &format!("http://{server}/echo")).await,
        "EACCES"
    );
    assert_eq!(code(&world, "http://localhost:1/").await, "EACCES");
}

#[tokio::test]
async fn redirects_are_followed_up_to_the_limit() {
    let (world, server) = open().await;
    let chain = |hops: usize| {
        let step = format!("http://{server}/redirect/302/");
        format!("{}http://{server}/echo", step.repeat(hops))
    };
    assert_eq!(
        send(&world, request("GET", chain(5))).await.unwrap().status,
        200
    );
    assert_eq!(code(&world, &chain(6)).await, "ERR_FR_TOO_MANY_REDIRECTS");
    let HttpCall::Request {
        method,
        url,
        headers,
        body,
        timeout,
        ..
    } = request("GET", chain(1));
    let max_redirects = Some(0);
    let call = HttpCall::Request {
        method,
        url,
        headers,
        body,
        timeout,
        max_redirects,
    };
    let got = send(&world, call).await.unwrap();
    assert_eq!((got.status, got.text().as_str()), (302, "moved"));
}

#[tokio::test]
async fn credentials_do_not_follow_to_another_host() {
    let (one, two) = (serve(router()).await, serve(router()).await);
    let world = world_with(allow(&[one, two])).await;
    for (to, kept) in [(one, true), (two, false)] {
        let url = format!("http://{one}/redirect/307/http://{to}/echo");
        let HttpCall::Request {
            method,
            url,
            body,
            timeout,
            max_redirects,
            ..
        } = request("GET", url);
        let headers = vec![
            ("Authorization".to_owned(), "Bearer s3cret".to_owned()),
            ("Cookie".to_owned(), "a=s3cret".to_owned()),
            ("X-Other".to_owned(), "stays".to_owned()),
        ];
        let call = HttpCall::Request {
            method,
            url,
            headers,
            body,
            timeout,
            max_redirects,
        };
        let text = send(&world, call).await.unwrap().text();
        assert_eq!(text.contains("s3cret"), kept, "{text}");
        assert!(text.contains("x-other: stays"));
    }
}

#[tokio::test]
async fn what_takes_too_long_or_is_too_large_ends_in_its_error() {
    let (world, server) = open().await;
    let url = format!("http://{server}/slow");
    let HttpCall::Request {
        method,
        headers,
        body,
        max_redirects,
        ..
    } = request("GET", &url);
    let with = |timeout| HttpCall::Request {
        method: method.clone(),
        url: url.clone(),
        headers: headers.clone(),
        body: body.clone(),
        timeout: Some(timeout),
        max_redirects,
    };
    let error = send(&world, with(100.0)).await.err().unwrap();
    assert_eq!(error.code.as_deref(), Some("ETIMEDOUT"));
    for timeout in [0.0, -5.0, 120_001.0, f64::NAN] {
        let error = send(&world, with(timeout)).await.err().unwrap();
        assert!(told(&error).1[0].contains("timeout"), "{error:?}");
    }
    // The invocation's own end comes first.
    let short = invocation(&world.acme, &world.orders, Duration::from_millis(100));
    let ended = world
        .call(&short, ServiceCall::Http(with(60_000.0)))
        .await
        .unwrap_err();
    assert_eq!(told(&ended).1[0], "The invocation is over");
    assert_eq!(
        code(&world, &format!("http://{server}/large")).await,
        "ERR_BAD_RESPONSE"
    );
}

#[tokio::test]
async fn failed_connections_have_the_codes_of_nodes_clients() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = closed.local_addr().unwrap();
    drop(closed);
    let hangs_up = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hanging = hangs_up.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = hangs_up.accept().await {
            drop(stream);
        }
    });
    let plain = serve(router()).await;
    let world = world_with(allow(&[gone, hanging, plain])).await;
    assert_eq!(
        code(&world, &format!("http://{gone}/")).await,
        "ECONNREFUSED"
    );
    assert_eq!(
        code(&world, &format!("http://{hanging}/")).await,
        "ECONNRESET"
    );
    assert_eq!(
        code(&world, "http://no-such-host.invalid/").await,
        "ENOTFOUND"
    );
    assert_eq!(code(&world, &format!("https://{plain}/")).await, "EPROTO");
    for (method, header) in [("GET", "bad name"), ("BAD METHOD", "x"), ("CONNECT", "x")] {
        let HttpCall::Request {
            url,
            body,
            timeout,
            max_redirects,
            ..
        } = request("GET", format!("http://{plain}/echo"));
        let headers = vec![(header.to_owned(), "x".to_owned())];
        let method = method.to_owned();
        let call = HttpCall::Request {
            method,
            url,
            headers,
            body,
            timeout,
            max_redirects,
        };
        assert!(send(&world, call).await.is_err());
    }
}

#[tokio::test]
async fn a_small_answer_that_unpacks_into_a_large_one_is_cut_off() {
    // 40 MB of zeros; gzip makes 40 KB of them.
    let packed = include_bytes!("zeros.gz");
    let bomb = Router::new().route(
        "/bomb",
        get(|| async { ([("content-encoding", "gzip")], packed.as_slice()) }),
    );
    let server = serve(bomb).await;
    let world = world_with(allow(&[server])).await;
    assert_eq!(
        code(&world, &format!("http://{server}/bomb")).await,
        "ERR_BAD_RESPONSE"
    );
}
