//! Every member of every module, called on the running system: the functions of
//! `tests/apps/members`, from which `docs/sdk.md` is made.

use crate::ai;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ketrics_tests::Administrator;
use ketrics_tests::Folder;
use ketrics_tests::Setup;
use ketrics_tests::built;
use ketrics_tests::fixtures;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use tempfile::TempDir;

const TENANTS: [&str; 2] = ["acme", "globex"];

/// A tenant of the platform file.
const TENANT: &str = include_str!("../../apps/members/platform.yaml");

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

/// Two tenants with the same codes everywhere, as one `apply` sets them up, and what is deployed to
/// them by `ketrics deploy`.
fn set_up(administrator: &Administrator<'_>, http: &str) {
    let tenants = TENANTS.map(|tenant| {
        let text = TENANT.replace("TENANT", tenant);
        text.replace(
            "ADDRESS",
            http.trim_start_matches("http://").trim_matches('/'),
        )
    });
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("platform.yaml");
    fs::write(&file, format!("tenants:\n{}", tenants.concat())).expect("a file");
    let _ = administrator.apply(&file, "--yes");
    assert_eq!(administrator.apply(&file, "--yes"), "nothing to change\n");
    let role =
        |code: &str, actions: Value| json!({ "code": code, "name": code, "actions": actions });
    let members = json!({
        "name": "members",
        "roles": [role("editor", json!(["read", "write"])), role("viewer", json!(["read"]))],
        "environment": [{ "name": "LEVEL", "description": "How much is told" }],
    });
    let other = json!({ "name": "other", "roles": [role("caller", json!(["read"]))] });
    let members = Folder::new(&members, &built("members.js"));
    let other = Folder::new(&other, OTHER);
    for tenant in TENANTS {
        for (application, folder) in [("members", &members), ("other", &other), ("closed", &other)]
        {
            let folder = folder.path().to_str().expect("a path");
            let arguments = ["deploy", "--no-build", folder];
            let _ = administrator.succeed([tenant, application], &arguments);
        }
    }
}

/// The functions, and what each of them is called with.
fn calls(user: &Value, http: &str) -> [(&'static str, Value); 16] {
    let pdf = json!({
        "font": fixture("fonts/IndieFlower.ttf"),
        "jpeg": fixture("images/minions_laughing.jpg"),
    });
    [
        ("context", user.clone()),
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
        ("users", user.clone()),
        ("applications", json!(null)),
        ("ai", json!(null)),
        ("flatNames", json!(null)),
    ]
}

#[tokio::test]
async fn every_member_does_what_it_says_in_both_tenants_for_users_of_every_role() {
    let http = echo_server();
    let host = ai::with_models(Setup::new().await).start();
    let variables = [("MEMBERS_KEY", "value"), ("MEMBERS_FOREIGN", "sealed")];
    let administrator = Administrator::of(&host, &variables);
    set_up(&administrator, &http);
    let mut faults = Vec::new();
    for tenant in TENANTS {
        for (role, name, may) in [
            ("editor", "Ada Example", json!(["read", "write"])),
            ("viewer", "Vic Viewer", json!(["read"])),
        ] {
            let place = [tenant, "members"];
            let email = format!("{role}@{tenant}.example");
            let token = administrator.token(place, &["user", &email]);
            let user = json!({ "tenant": tenant, "email": email, "name": name, "may": may });
            for (function, payload) in calls(&user, &http) {
                let answer = host.call_by_code(place, &token, function, payload).await;
                if answer.status != 200 {
                    let (status, body) = (answer.status, answer.body);
                    faults.push(format!("{tenant} {role} {function}: {status} {body}"));
                }
            }
            // It is good for its own tenant only.
            for other in TENANTS.into_iter().filter(|other| *other != tenant) {
                let place = [other, "members"];
                let answer = host.call_by_code(place, &token, "context", user.clone());
                let (status, code, _) = answer.await.error();
                assert_eq!((status, code.as_str()), (401, "UNAUTHENTICATED"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
