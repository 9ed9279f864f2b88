//! What a host answers is what its OpenAPI document says: each route once with a success, once with
//! an error.

use ketrics_directory::VolumeSpec;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Folder;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use ketrics_tests::ketrics;
use reqwest::Method;
use reqwest::RequestBuilder;
use serde_json::Value;
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

const SOURCE: &str = "
exports.speak = () => { console.log('hello', { id: 7 }); return [1]; };
exports.queue = () => ketrics.Job.runInBackground({ function: '_fail' });
exports._fail = () => { throw new Error('no'); };
exports.send = async (userId) => {
  const message = { userId, type: 'T', subject: 'hello', body: 'text', data: { order: 7 },
    actionUrl: '/orders/7', expiresAt: '2099-01-01T00:00:00Z' };
  return (await ketrics.Messages.send(message)).messageId;
};
exports.urls = async () => {
  const volume = await ketrics.Volume.connect('files');
  const up = await volume.generateUploadUrl('a.txt', { contentType: 'text/plain' });
  const down = await volume.generateDownloadUrl('a.txt');
  return [up.url, down.url];
};
";

const DOCUMENT: &str = "/tenants/{tenant}/applications/{application}";

/// Sends requests, and keeps what was answered.
struct Recorder<'a> {
    host: &'a Host,
    answers: Vec<Value>,
}

impl Recorder<'_> {
    /// Sends a request to a path that the document describes by `described`.
    async fn send(&mut self, described: &str, request: RequestBuilder) -> Value {
        let request = request.build().expect("a request");
        let method = request.method().as_str().to_lowercase();
        let response = self
            .host
            .client()
            .execute(request)
            .await
            .expect("an answer");
        let status = response.status().as_u16();
        let kind = response.headers()["content-type"]
            .to_str()
            .expect("a text")
            .to_owned();
        let bytes = response.bytes().await.expect("a body");
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        self.answers.push(json!({
            "method": method, "path": described, "status": status, "type": kind, "body": body,
        }));
        body
    }

    /// Asks with a token that is right and with one that is wrong.
    async fn both(
        &mut self,
        described: &str,
        real: &str,
        method: Method,
        token: &str,
        body: Option<Value>,
    ) -> Value {
        let url = format!("{}{real}", self.host.url);
        let request = |token: &str| {
            let request = self
                .host
                .client()
                .request(method.clone(), &url)
                .bearer_auth(token);
            match &body {
                Some(body) => request.json(body),
                None => request,
            }
        };
        let (right, wrong) = (request(token), request("nonsense"));
        self.send(described, wrong).await;
        self.send(described, right).await
    }
}

async fn everything(host: &Host, app: &App) -> Vec<Value> {
    let mut recorder = Recorder {
        host,
        answers: Vec::new(),
    };
    let administrator = host.administrator();
    let user = app.token.as_str();
    let place = "/tenants/acme/applications/app";
    let (get, post, put) = (Method::GET, Method::POST, Method::PUT);

    // Functions, and what they leave behind.
    let described = format!("{DOCUMENT}/functions/{{function}}");
    let call = async |recorder: &mut Recorder<'_>, function: &str, payload: Value| {
        let real = format!("{place}/functions/{function}");
        let body = Some(json!({ "payload": payload }));
        let answer = recorder
            .both(&described, &real, Method::POST, user, body)
            .await;
        answer["result"].clone()
    };
    call(&mut recorder, "speak", json!(null)).await;
    let message = call(&mut recorder, "send", json!(app.user.id.to_string())).await;
    let message = message.as_str().expect("an id").to_owned();
    let job = call(&mut recorder, "queue", json!(null)).await;
    let job = job.as_str().expect("an id").to_owned();
    let urls = call(&mut recorder, "urls", json!(null)).await;
    host.log(|line| (line["jobId"] == job && line["message"] == "invocation ended").then_some(()));

    // Files.
    let described = "/volumes/{token}";
    let (up, down) = (
        urls[0].as_str().expect("a URL"),
        urls[1].as_str().expect("a URL"),
    );
    let nowhere = format!("{}/volumes/nonsense", host.url);
    for url in [up, &nowhere] {
        let request = host.client().put(url).header("content-type", "text/plain");
        recorder.send(described, request.body("text")).await;
    }
    for url in [down, &nowhere] {
        recorder.send(described, host.client().get(url)).await;
    }

    // The inbox.
    let described = "/tenants/{tenant}/messages";
    recorder
        .both(described, "/tenants/acme/messages", get.clone(), user, None)
        .await;
    let described = "/tenants/{tenant}/messages/{message}/read";
    let real = format!("/tenants/acme/messages/{message}/read");
    recorder
        .both(described, &real, post.clone(), user, None)
        .await;
    recorder
        .both(
            "/tenants/{tenant}/messages",
            "/tenants/acme/messages",
            get.clone(),
            user,
            None,
        )
        .await;

    // Jobs and logs.
    let described = format!("{DOCUMENT}/jobs");
    recorder
        .both(
            &described,
            &format!("{place}/jobs"),
            get.clone(),
            &administrator,
            None,
        )
        .await;
    let real = format!("{place}/jobs/{job}");
    recorder
        .both(
            &format!("{described}/{{job}}"),
            &real,
            get.clone(),
            &administrator,
            None,
        )
        .await;
    host.until("the log", || async {
        let request = host
            .client()
            .get(format!("{}{place}/logs?function=_fail", host.url));
        let answer = host.send(request.bearer_auth(&administrator)).await;
        (answer.body["lines"]
            .as_array()
            .is_some_and(|lines| lines.len() == 2))
        .then_some(())
    })
    .await;
    for (described, real) in [
        (format!("{DOCUMENT}/logs"), format!("{place}/logs")),
        (format!("{DOCUMENT}/logs"), format!("{place}/logs?limit=1")),
        (
            "/tenants/{tenant}/logs".to_owned(),
            "/tenants/acme/logs?after=0".to_owned(),
        ),
    ] {
        recorder
            .both(&described, &real, get.clone(), &administrator, None)
            .await;
    }

    // Deployments.
    let described = format!("{DOCUMENT}/deployments");
    let url = format!("{}{place}/deployments", host.url);
    let zip = Folder::new(&json!({}), SOURCE).zip();
    for zip in [zip, b"nonsense".to_vec()] {
        let request = host.client().post(&url).bearer_auth(&administrator);
        recorder.send(&described, request.body(zip)).await;
    }
    let real = format!("{place}/deployments");
    let listed = recorder
        .both(&described, &real, get.clone(), &administrator, None)
        .await;
    let deployment = listed["deployments"][0]["id"].as_str().expect("an id");
    let real = format!("{place}/deployments/{deployment}/activate");
    let described = format!("{described}/{{deployment}}/activate");
    recorder
        .both(&described, &real, post.clone(), &administrator, None)
        .await;

    // Tokens, secrets, the platform.
    let described = format!("{DOCUMENT}/tokens");
    let real = format!("{place}/tokens");
    let body = json!({ "name": "test", "expiresIn": 60 });
    let made = recorder
        .both(&described, &real, post.clone(), &administrator, Some(body))
        .await;
    recorder
        .both(&described, &real, get, &administrator, None)
        .await;
    let id = made["deploymentToken"]["id"].as_str().expect("an id");
    let (described, real) = (format!("{described}/{{token}}"), format!("{real}/{id}"));
    recorder
        .both(&described, &real, Method::DELETE, &administrator, None)
        .await;
    let body = json!({ "user": app.user.email, "expiresIn": 60 });
    recorder
        .both(
            "/tenants/{tenant}/tokens",
            "/tenants/acme/tokens",
            post.clone(),
            &administrator,
            Some(body),
        )
        .await;
    let described = "/tenants/{tenant}/secrets/{code}";
    let body = json!({ "value": "s3cret" });
    recorder
        .both(
            described,
            "/tenants/acme/secrets/key",
            put,
            &administrator,
            Some(body),
        )
        .await;
    let state =
        json!({ "tenants": [{ "code": "new", "name": "New", "ai": { "enabled": false } }] });
    recorder
        .both(
            "/platform/apply",
            "/platform/apply",
            post,
            &administrator,
            Some(json!({ "state": state })),
        )
        .await;
    for path in ["/health", "/metrics"] {
        let request = host.client().get(format!("{}{path}", host.url));
        recorder.send(path, request).await;
    }
    recorder.answers
}

#[tokio::test]
async fn every_route_answers_as_the_document_says() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(SOURCE)).await;
    setup
        .volume(&app, "files", VolumeSpec::default(), &["*"])
        .await;
    let host = setup.start();
    let answers = everything(&host, &app).await;
    let document = Command::new(ketrics())
        .arg("openapi")
        .output()
        .expect("it runs");
    let document: Value = serde_json::from_slice(&document.stdout).expect("JSON");
    let input = json!({ "document": document, "answers": answers }).to_string();
    let apps = Path::new(env!("CARGO_MANIFEST_DIR")).join("apps");
    let mut node = Command::new("node")
        .arg("validate.mjs")
        .current_dir(apps)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node runs");
    let mut stdin = node.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    let output = node.wait_with_output().expect("it ends");
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}
