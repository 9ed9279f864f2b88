//! The services as a function uses them, through the one door.

use ketrics_directory::VolumeSpec;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use serde_json::Value;
use serde_json::json;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;

#[tokio::test]
async fn a_volume_keeps_files_and_their_metadata() {
    let setup = Setup::new().await;
    let app = setup
        .app(AppSpec::new(
            "exports.put = async () => {
               const volume = await ketrics.Volume.connect('files');
               await volume.put('a/grüße 1.txt', 'hello', { metadata: { by: 'ada' } });
               await volume.put('a/b.bin', Buffer.from([0, 255]), { contentType: 'application/x-test' });
               const { Readable } = require('stream');
               await volume.put('big', Readable.from((function* () { for (let i = 0; i < 9; i++) yield Buffer.alloc(1 << 20, i); })()));
               return [...volume.permissions];
             };
             exports.read = async () => {
               const volume = await ketrics.Volume.connect('files');
               const text = await volume.get('a/grüße 1.txt');
               const big = await volume.getMetadata('big');
               const list = await volume.list({ prefix: 'a/' });
               return [text.content.toString(), text.contentType, text.metadata, big.size, list.count, list.files.map((f) => f.key)];
             };
             exports.missing = async () => {
               const volume = await ketrics.Volume.connect('files');
               try { await volume.get('nothing'); } catch (error) {
                 return [error instanceof ketrics.Volume.FileNotFoundError, error instanceof ketrics.FileNotFoundError, error.name, error.key];
               }
             };
             exports.escape = async (key) => {
               const volume = await ketrics.Volume.connect('files');
               try { await volume.get(key); return 'read'; } catch (error) { return error.name; }
             };",
        ))
        .await;
    setup
        .volume(&app, "files", VolumeSpec::default(), &["*"])
        .await;
    let host = setup.start();
    let permissions = host.call(&app, "put", json!(null)).await.result();
    assert_eq!(
        permissions,
        json!(["DeleteObject", "GetObject", "ListObjects", "PutObject"])
    );
    let read = host.call(&app, "read", json!(null)).await.result();
    assert_eq!(
        read,
        json!(["hello", "text/plain", { "by": "ada" }, 9 << 20, 2, ["a/b.bin", "a/grüße 1.txt"]])
    );
    assert_eq!(
        host.call(&app, "missing", json!(null)).await.result(),
        json!([true, true, "FileNotFoundError", "nothing"])
    );
    for key in [
        "../keys/tokens.key",
        "/etc/passwd",
        "a/../../b",
        "a\\b",
        "",
        "a//b",
    ] {
        assert_eq!(
            host.call(&app, "escape", json!(key)).await.result(),
            "InvalidPathError",
            "{key:?}"
        );
    }
}

#[tokio::test]
async fn signed_urls_work_without_a_token_and_not_when_changed() {
    let setup = Setup::new().await;
    let app = setup
        .app(AppSpec::new(
            "exports.links = async () => {
               const volume = await ketrics.Volume.connect('files');
               await volume.put('report.csv', 'a,b');
               const down = await volume.generateDownloadUrl('report.csv', { responseContentDisposition: 'attachment; filename=\"r.csv\"' });
               const up = await volume.generateUploadUrl('in.txt', { contentType: 'text/plain', maxSize: 10 });
               return [down.url, up.url];
             };
             exports.read = async (key) => (await (await ketrics.Volume.connect('files')).get(key)).content.toString();",
        ))
        .await;
    setup
        .volume(&app, "files", VolumeSpec::default(), &["*"])
        .await;
    let host = setup.start();
    let links = host.call(&app, "links", json!(null)).await.result();
    let (down, up) = (
        links[0].as_str().expect("a URL"),
        links[1].as_str().expect("a URL"),
    );
    let response = host.client().get(down).send().await.expect("an answer");
    assert_eq!(
        response.headers()["content-disposition"],
        "attachment; filename=\"r.csv\""
    );
    assert_eq!(response.text().await.expect("a body"), "a,b");
    let put = |url: String, kind: &str, body: &str| {
        host.client()
            .put(url)
            .header("content-type", kind)
            .body(body.to_owned())
            .send()
    };
    assert!(
        !put(up.to_owned(), "text/plain", "longer than ten")
            .await
            .expect("an answer")
            .status()
            .is_success()
    );
    assert!(
        !put(up.to_owned(), "text/html", "short")
            .await
            .expect("an answer")
            .status()
            .is_success()
    );
    assert!(
        !put(down.to_owned(), "text/plain", "short")
            .await
            .expect("an answer")
            .status()
            .is_success()
    );
    assert!(
        put(up.to_owned(), "text/plain", "short")
            .await
            .expect("an answer")
            .status()
            .is_success()
    );
    assert_eq!(
        host.call(&app, "read", json!("in.txt")).await.result(),
        "short"
    );
    let middle = down.len() - 8;
    let other = if down.as_bytes()[middle] == b'a' {
        "b"
    } else {
        "a"
    };
    let changed = format!("{}{other}{}", &down[..middle], &down[middle + 1..]);
    assert_eq!(
        host.client()
            .get(changed)
            .send()
            .await
            .expect("an answer")
            .status(),
        403
    );
}

#[tokio::test]
async fn a_grant_decides_what_a_volume_allows() {
    let setup = Setup::new().await;
    let source = "const attempt = async (work) => { try { await work(); return 'done'; } catch (error) { return error.name; } };
         exports.f = async () => {
           const outcomes = [];
           for (const code of ['missing', 'foreign', 'readable']) outcomes.push(await attempt(() => ketrics.Volume.connect(code)));
           const volume = await ketrics.Volume.connect('readable');
           outcomes.push(await attempt(() => volume.put('a', 'b')), await attempt(() => volume.list()));
           return outcomes;
         };";
    let app = setup.app(AppSpec::new(source)).await;
    let rival = setup
        .app(AppSpec {
            tenant: "rival",
            ..AppSpec::new(source)
        })
        .await;
    setup
        .volume(
            &app,
            "readable",
            VolumeSpec::default(),
            &["GetObject", "ListObjects"],
        )
        .await;
    setup
        .volume(&rival, "foreign", VolumeSpec::default(), &["*"])
        .await;
    let spec = VolumeSpec::default();
    setup
        .directory
        .put_volume(app.tenant.id, "ungranted", &spec)
        .await
        .expect("a volume");
    let host = setup.start();
    assert_eq!(
        host.call(&app, "f", json!(null)).await.result(),
        json!([
            "VolumeNotFoundError",
            "VolumeNotFoundError",
            "done",
            "VolumePermissionDeniedError",
            "done"
        ])
    );
}

#[tokio::test]
async fn a_database_keeps_rows_and_undoes_what_throws() {
    let setup = Setup::new().await;
    let app = setup
        .app(AppSpec::new(
            "const open = () => ketrics.Database.connect('db');
             exports.setUp = async () => { const db = await open(); await db.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, data BLOB)'); await db.close(); };
             exports.write = async () => { const db = await open();
               const one = await db.execute('INSERT INTO t (name, data) VALUES (?, ?)', ['a', Buffer.from([1, 2])]);
               const two = await db.query('INSERT INTO t (name) VALUES ($1) RETURNING id, name', ['b']);
               await db.close(); return [one.affectedRows, one.insertId, two.rows]; };
             exports.undo = async () => { const db = await open();
               try { await db.transaction(async (tx) => { await tx.execute(\"INSERT INTO t (name) VALUES ('x')\"); throw new Error('mine'); }); }
               catch (error) { return error.message; } finally { await db.close(); } };
             exports.abandon = async () => { const db = await open();
               db.transaction(async (tx) => { await tx.execute(\"INSERT INTO t (name) VALUES ('left')\"); await new Promise(() => {}); });
               await new Promise((r) => setTimeout(r, 50)); return 1; };
             exports.read = async () => { const db = await open();
               const { rows, rowCount } = await db.query('SELECT id, name, data FROM t ORDER BY id'); await db.close();
               return [rowCount, rows.map((r) => r.name), rows[0].data instanceof Buffer && [...rows[0].data]]; };
             exports.wrong = async () => { const db = await open(); try { await db.query('SELEKT'); } catch (error) { return [error.name, ketrics.isDatabaseError(error)]; } };",
        ))
        .await;
    setup
        .database(&app, "db", &["read", "write", "admin"])
        .await;
    let host = setup.start();
    assert_eq!(
        host.call(&app, "setUp", json!(null)).await.result(),
        json!(null)
    );
    let written = host.call(&app, "write", json!(null)).await.result();
    assert_eq!(written, json!([1, 1, [{ "id": 2, "name": "b" }]]));
    assert_eq!(host.call(&app, "undo", json!(null)).await.result(), "mine");
    assert_eq!(host.call(&app, "abandon", json!(null)).await.result(), 1);
    let expected = json!([2, ["a", "b"], [1, 2]]);
    assert_eq!(
        host.call(&app, "read", json!(null)).await.result(),
        expected
    );
    assert_eq!(
        host.call(&app, "wrong", json!(null)).await.result(),
        json!(["DatabaseQueryError", true])
    );
}

/// Asks for a job's status until it is neither pending nor running.
async fn finished(host: &Host, app: &App, id: &Value) -> Value {
    loop {
        let status = host.call(app, "status", id.clone()).await.result();
        if status["status"] != "pending" && status["status"] != "running" {
            return status;
        }
    }
}

#[tokio::test]
async fn jobs_run_in_the_background_as_whoever_queued_them() {
    let setup = Setup::new().await;
    let app = setup
        .app(AppSpec::new(
            "exports.start = ({ name, key }) => ketrics.Job.runInBackground({ function: name, payload: { n: 7 }, options: { timeout: 20000, ...(key ? { idempotencyKey: key } : {}) } });
             exports.status = (id) => ketrics.Job.getStatus(id);
             exports.list = async () => (await ketrics.Job.list()).jobs.length;
             exports._work = async (payload) => { const volume = await ketrics.Volume.connect('out'); await volume.put('done', JSON.stringify([payload, ketrics.requestor.email])); };
             exports._fail = () => { throw new Error('on purpose'); };
             exports.read = async () => (await (await ketrics.Volume.connect('out')).get('done')).content.toString();",
        ))
        .await;
    setup
        .volume(&app, "out", VolumeSpec::default(), &["*"])
        .await;
    let host = setup.start();
    let id = host
        .call(&app, "start", json!({ "name": "_work", "key": "once" }))
        .await
        .result();
    assert_eq!(finished(&host, &app, &id).await["status"], "completed");
    let written = host.call(&app, "read", json!(null)).await.result();
    assert_eq!(written, r#"[{"n":7},"user@acme.example"]"#);
    assert_eq!(
        host.call(&app, "start", json!({ "name": "_work", "key": "once" }))
            .await
            .result(),
        id
    );
    let id = host
        .call(&app, "start", json!({ "name": "_fail" }))
        .await
        .result();
    let failed = finished(&host, &app, &id).await;
    assert_eq!(failed["status"], "failed");
    assert_eq!(
        failed["error"],
        json!({ "code": "RUNTIME_ERROR", "message": "on purpose" })
    );
    let id = host
        .call(&app, "start", json!({ "name": "nowhere" }))
        .await
        .result();
    assert_eq!(
        finished(&host, &app, &id).await["error"]["code"],
        "FUNCTION_NOT_FOUND"
    );
    assert_eq!(host.call(&app, "list", json!(null)).await.result(), 3);
}

#[tokio::test]
async fn messages_reach_inboxes_and_groups_need_a_permission() {
    let setup = Setup::new().await;
    let app = setup
        .app(AppSpec::new(
            "const message = { type: 'NOTE', subject: 'Hello', body: 'World' };
             exports.send = (userId) => ketrics.Messages.send({ userId, ...message });
             exports.group = async (groupCode) => { try { return (await ketrics.Messages.sendToGroup({ groupCode, ...message })).sent; } catch (error) { return error.name; } };
             exports.invalid = async (userId) => { try { await ketrics.Messages.send({ userId, ...message, subject: '' }); } catch (error) { return error.name; } };",
        ))
        .await;
    let plain = setup.app(AppSpec { code: "plain", ..AppSpec::new("exports.group = async (groupCode) => { try { await ketrics.Messages.sendToGroup({ groupCode, type: 'a', subject: 'b', body: 'c' }); } catch (error) { return error.name; } };") }).await;
    for permission in ["iam:GetGroupData", "iam:GetMembershipData"] {
        setup
            .directory
            .grant_platform_permission(app.application.id, permission)
            .await
            .expect("granted");
    }
    let group = setup
        .directory
        .ensure_group(app.tenant.id, "team", "Team")
        .await
        .expect("a group");
    setup
        .directory
        .add_group_member(group.id, app.user.id)
        .await
        .expect("a member");
    let host = setup.start();
    let user = json!(app.user.id.to_string());
    let sent = host.call(&app, "send", user.clone()).await.result();
    assert_eq!(sent["status"], "sent", "{sent}");
    let unknown = host
        .call(&app, "send", json!("00000000-0000-4000-8000-000000000000"))
        .await
        .result();
    assert_eq!(unknown["status"], "failed", "{unknown}");
    assert_eq!(host.call(&app, "group", json!("team")).await.result(), 1);
    assert_eq!(
        host.call(&app, "group", json!("nobody")).await.result(),
        "GroupNotFoundError"
    );
    assert_eq!(
        host.call(&plain, "group", json!("team")).await.result(),
        "TenantGrantPermissionDeniedError"
    );
    assert_eq!(
        host.call(&app, "invalid", user).await.result(),
        "MessageValidationError"
    );
}

/// Answers every request on loopback with JSON that tells what came.
fn http_service() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut buffer = [0; 4096];
            let read = stream.read(&mut buffer).unwrap_or(0);
            let text = String::from_utf8_lossy(&buffer[..read]);
            let line = text.lines().next().unwrap_or_default();
            let body = json!({ "line": line }).to_string();
            let _ = write!(
                stream,
                "HTTP/1.1 418 Teapot\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    port
}

#[tokio::test]
async fn http_reaches_what_is_allowed_and_nothing_else_inside() {
    let port = http_service();
    let source = "exports.get = async (url) => { try { const r = await ketrics.http.get(url, { params: { q: 'a b' } }); return [r.status, r.data.line]; } catch (error) { return error.code ?? error.message; } };";
    let open = Setup::new()
        .await
        .with("--allow-egress")
        .with(&format!("127.0.0.1:{port}"));
    let app = open.app(AppSpec::new(source)).await;
    let host = open.start();
    let url = format!("http://127.0.0.1:{port}/path");
    let answer = host.call(&app, "get", json!(url)).await.result();
    assert_eq!(answer[0], 418);
    let line = answer[1].as_str().unwrap_or_default();
    assert!(
        line == "GET /path?q=a+b HTTP/1.1" || line == "GET /path?q=a%20b HTTP/1.1",
        "{line}"
    );

    let (closed, app) = Setup::serve(source).await;
    for url in [
        url,
        format!("http://localhost:{port}/"),
        format!("http://[::1]:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://2130706433:{port}/"),
        format!("http://0177.0.0.1:{port}/"),
        format!("http://0.0.0.0:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://10.0.0.1/".to_owned(),
        closed.url.clone(),
    ] {
        assert_eq!(
            closed.call(&app, "get", json!(url)).await.result(),
            "EACCES",
            "{url}"
        );
    }
}
