//! Every member of every module, called on the running system: the functions of
//! `tests/apps/members`, from which `docs/sdk.md` is made.

use crate::ai;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ketrics_directory::AiAllowance;
use ketrics_directory::GrantKind;
use ketrics_directory::VolumeSpec;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use ketrics_tests::built;
use ketrics_tests::fixtures;
use serde_json::Value;
use serde_json::json;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;

/// What `ketrics.Applications` calls.
const OTHER: &str = "
exports.double = ({ a }) => ({ doubled: 2 * a, cross: ketrics.requestor.isCrossApp, from: ketrics.requestor.sourceApplicationCode });
exports.fail = () => { throw new Error('as asked'); };
";

/// A document made by others, as Base64.
fn fixture(path: &str) -> String {
    BASE64_STANDARD.encode(fixtures::read(path))
}

/// Answers every request with its method.
fn echo_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap_or(0);
            let text = String::from_utf8_lossy(&request[..read]);
            let method = text.split(' ').next().unwrap_or_default();
            let body = json!({ "method": method }).to_string();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    format!("http://{address}/")
}

async fn serve(http: &str) -> (Host, App) {
    let setup = Setup::new()
        .await
        .with("--allow-egress")
        .with(http.trim_start_matches("http://").trim_end_matches('/'));
    let setup = ai::with_models(setup);
    let source = built("members.js");
    let app = setup
        .app(AppSpec {
            code: "members",
            environment: &[("LEVEL", "debug")],
            ..AppSpec::new(&source)
        })
        .await;
    let spec = |code| AppSpec {
        code,
        ..AppSpec::new(OTHER)
    };
    setup.app(spec("other")).await;
    let directory = setup.directory.clone();
    let tenant = app.tenant.id;
    directory
        .ensure_application(tenant, "undeployed", "undeployed")
        .await
        .expect("an application");
    setup.closed_app(&app, "closed", OTHER).await;

    setup
        .volume(&app, "files", VolumeSpec::default(), &["*"])
        .await;
    let small = VolumeSpec {
        max_object_bytes: Some(10),
        allowed_content_types: vec!["image/*".to_owned()],
        ..VolumeSpec::default()
    };
    setup.volume(&app, "small", small, &["PutObject"]).await;
    directory
        .put_volume(tenant, "foreign", &VolumeSpec::default())
        .await
        .expect("a volume");

    setup.database(&app, "main", &["admin"]).await;
    setup.database(&app, "foreign", &[]).await;
    setup.secret(&app, "key", "value").await;
    directory
        .put_secret(tenant, "foreign", "sealed")
        .await
        .expect("a secret");
    for code in ["config", "foreign"] {
        let put = directory.put_parameter(tenant, code, r#"{"currency":"EUR"}"#);
        put.await.expect("a parameter");
    }
    setup.grant(&app, GrantKind::Parameter, "config", &[]).await;
    for code in ["docs", "read-only", "foreign"] {
        let made = directory.put_document_database(tenant, code, code);
        made.await.expect("a document database");
    }
    setup
        .grant(&app, GrantKind::DocumentDb, "docs", &["*"])
        .await;
    setup
        .grant(&app, GrantKind::DocumentDb, "read-only", &["read"])
        .await;
    let group = directory.ensure_group(tenant, "staff", "Staff");
    let group = group.await.expect("a group");
    directory
        .add_group_member(group.id, app.user.id)
        .await
        .expect("a member");
    for permission in [
        "iam:ListUsers",
        "iam:GetGroupData",
        "iam:GetMembershipData",
        "ai:InvokeModel",
    ] {
        let granted = directory.grant_platform_permission(app.application.id, permission);
        granted.await.expect("a grant");
    }
    let allowance = AiAllowance {
        requests_per_minute: 100,
        tokens_per_month: 10_000,
    };
    directory
        .set_ai_allowance(tenant, Some(allowance))
        .await
        .expect("an allowance");
    (setup.start(), app)
}

#[tokio::test]
async fn every_member_does_what_it_says() {
    let http = echo_server();
    let (host, app) = serve(&http).await;
    let pdf = json!({
        "font": fixture("fonts/IndieFlower.ttf"),
        "jpeg": fixture("images/minions_laughing.jpg"),
    });
    let calls: [(&str, Value); 16] = [
        ("context", json!(null)),
        ("console", json!(null)),
        ("http", json!({ "url": http })),
        ("volume", json!(null)),
        ("database", json!(null)),
        ("secret", json!(null)),
        ("parameter", json!(null)),
        ("documentDb", json!(null)),
        ("excel", json!(null)),
        ("pdf", pdf),
        ("job", json!(null)),
        ("messages", json!(null)),
        ("users", json!(null)),
        ("applications", json!(null)),
        ("ai", json!(null)),
        ("flatNames", json!(null)),
    ];
    let mut faults = Vec::new();
    for (function, payload) in calls {
        let answer = host.call(&app, function, payload).await;
        if answer.status != 200 {
            faults.push(format!("{function}: {} {}", answer.status, answer.body));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
