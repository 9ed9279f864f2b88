//! A platform with two tenants, set up by one `apply` of the example, deployed by `deploy`, called
//! by people with different roles; and what the second tenant reaches of the first.

use ketrics_directory::AiAllowance;
use ketrics_tests::Administrator;
use ketrics_tests::AppSpec;
use ketrics_tests::Folder;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use ketrics_tests::ketrics;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use tempfile::TempDir;

const SECRETS: [(&str, &str); 2] = [
    ("ACME_SHIPPING_KEY", "acme-s3cret"),
    ("GLOBEX_SHIPPING_KEY", "globex-s3cret"),
];

/// What every module is tried with, in both tenants' orders.
const ORDERS: &str = "
const env = () => ketrics.environment;
const outcome = async (work) => { try { return await work(); } catch (error) { return error.name; } };
exports.who = () => ({
    name: ketrics.requestor.name,
    type: ketrics.requestor.type,
    may: ketrics.requestor.applicationPermissions,
    tenant: ketrics.tenant.code,
});
exports.put = async (text) => {
    const volume = await ketrics.Volume.connect(env().LABELS_VOLUME);
    await volume.put('label.txt', text);
    const database = await ketrics.Database.connect(env().ORDERS_DB);
    await database.execute('CREATE TABLE IF NOT EXISTS orders (note TEXT)');
    await database.execute('INSERT INTO orders VALUES (?)', [text]);
    await database.close();
    return ketrics.Secret.get(env().SHIPPING_API_KEY_SECRET);
};
exports.read = async () => {
    const volume = await ketrics.Volume.connect(env().LABELS_VOLUME);
    const database = await ketrics.Database.connect(env().ORDERS_DB);
    const found = await database.query('SELECT note FROM orders');
    await database.close();
    const { content } = await volume.get('label.txt');
    return { label: content.toString(), notes: found.rows.map((row) => row.note) };
};
exports.queue = () => ketrics.Job.runInBackground({ function: '_work', payload: null });
exports._work = () => 'done';
exports.job = (id) => outcome(() => ketrics.Job.getStatus(id));
exports.createOrder = () => ({
    orderId: `${ketrics.requestor.sourceApplicationCode}:${ketrics.requestor.email}`,
});
";

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/platform.yaml")
}

const ACME: [&str; 2] = ["acme", "orders"];
const GLOBEX: [&str; 2] = ["globex", "orders"];

fn administrator(host: &Host) -> Administrator<'_> {
    Administrator::of(host, &SECRETS)
}

async fn call(
    host: &Host,
    place: [&str; 2],
    token: &str,
    function: &str,
    payload: Value,
) -> (u16, Value) {
    let answer = host.call_by_code(place, token, function, payload).await;
    (answer.status, answer.body)
}

fn orders() -> Folder {
    let config = json!({
        "name": "orders",
        "actions": ["read", "write", "report"],
        "roles": [
            { "code": "clerk", "name": "Clerk", "actions": ["read", "write"] },
            { "code": "accountant", "name": "Accountant", "actions": ["read", "report"] },
        ],
        "environment": [{ "name": "ORDERS_DB" }, { "name": "FINANCE_GROUP" }, { "name": "LOG_LEVEL" }],
        "resources": {
            "volume": [{ "code": "labels" }, { "code": "reports" }],
            "secret": [{ "code": "shipping-api-key" }],
        },
    });
    Folder::new(&config, ORDERS)
}

fn deploy(host: &Host, place: [&str; 2], token: &str, folder: &Folder) -> Output {
    let mut command = Command::new(ketrics());
    command
        .args(["deploy", "--no-build"])
        .current_dir(folder.path())
        .env("KETRICS_API_URL", &host.url)
        .env("KETRICS_TENANT_ID", place[0])
        .env("KETRICS_APPLICATION_ID", place[1])
        .env("KETRICS_TOKEN", token);
    command.output().expect("it runs")
}

#[tokio::test]
async fn two_tenants_are_set_up_and_the_second_reaches_nothing_of_the_first() {
    let host = Setup::new().await.start();
    let administrator = administrator(&host);
    let shown = administrator.apply(&example(), "--dry-run");
    assert!(shown.contains("acme\n  + tenant acme\n"), "{shown}");
    assert!(shown.contains("  + secret shipping-api-key\n"), "{shown}");
    assert!(
        host.directory
            .find_tenant("acme")
            .await
            .expect("an answer")
            .is_none()
    );
    let done = administrator.apply(&example(), "--yes");
    assert!(done.contains("changes made"), "{done}");
    let again = administrator.apply(&example(), "--yes");
    assert_eq!(again, "nothing to change\n");
    for (_, secret) in SECRETS {
        assert!(!format!("{shown}{done}").contains(secret));
    }

    let mut deployers = Vec::new();
    for place in [ACME, GLOBEX] {
        let token = administrator.token(place, &["deploy"]);
        let output = deploy(&host, place, &token, &orders());
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{told}{errors}");
        deployers.push(token);
    }
    let after = administrator.apply(&example(), "--dry-run");
    assert_eq!(
        after, "nothing to change\n",
        "a deploy keeps what is declared"
    );

    // People with different roles.
    let ana = administrator.token(ACME, &["user", "ana@acme.example"]);
    let ben = administrator.token(ACME, &["user", "ben@acme.example"]);
    let nightly = administrator.token(ACME, &["service-account", "nightly"]);
    let gil = administrator.token(GLOBEX, &["user", "gil@globex.example"]);
    for (token, name, kind, may) in [
        (&ana, "Ana Ruiz", "USER", json!(["read", "write"])),
        (&ben, "Ben Okafor", "USER", json!(["read", "report"])),
        (
            &nightly,
            "Nightly import",
            "SERVICE_ACCOUNT",
            json!(["read", "write"]),
        ),
    ] {
        let (_, body) = call(&host, ACME, token, "who", json!(null)).await;
        let expected = json!({ "name": name, "type": kind, "may": may, "tenant": "acme" });
        assert_eq!(body["result"], expected, "{body}");
    }

    // Resources of one code are two tenants' own.
    let (_, body) = call(&host, ACME, &ana, "put", json!("of acme")).await;
    assert_eq!(body["result"], "acme-s3cret", "{body}");
    let (_, body) = call(&host, GLOBEX, &gil, "put", json!("of globex")).await;
    assert_eq!(body["result"], "globex-s3cret", "{body}");
    for (place, token, text) in [(ACME, &ana, "of acme"), (GLOBEX, &gil, "of globex")] {
        let (_, body) = call(&host, place, token, "read", json!(null)).await;
        assert_eq!(
            body["result"],
            json!({ "label": text, "notes": [text] }),
            "{body}"
        );
    }

    // The second example calls the first, as the same user.
    let storefront = example().with_file_name("storefront");
    for (tenant, token, email) in [
        ("acme", &ana, "ana@acme.example"),
        ("globex", &gil, "gil@globex.example"),
    ] {
        let place = [tenant, "storefront"];
        let folder = storefront.to_str().expect("a path");
        let _ = administrator.succeed(place, &["deploy", "--no-build", folder]);
        let line = json!({ "item": "A lamp", "amountCents": 2500 });
        let (_, body) = call(&host, place, token, "addToCart", line.clone()).await;
        assert_eq!(body["result"], json!({ "lines": [line] }), "{body}");
        let buyer = json!({ "customer": "Mia Lind", "address": "Storgatan 1, Lund" });
        let (_, body) = call(&host, place, token, "checkout", buyer).await;
        let expected = json!({ "orderId": format!("storefront:{email}"), "amountCents": 2500 });
        assert_eq!(body["result"], expected, "{body}");
        let (_, body) = call(&host, place, token, "getCart", json!(null)).await;
        assert_eq!(body["result"], json!({ "lines": [] }), "{body}");
    }

    // Nothing of the first by token, code or id.
    let tenant = host
        .directory
        .find_tenant("acme")
        .await
        .expect("an answer")
        .expect("a tenant");
    let application = host.directory.find_application(tenant.id, "orders").await;
    let application = application.expect("an answer").expect("an application");
    let (tenant, application) = (tenant.id.to_string(), application.id.to_string());
    for place in [
        ACME,
        [tenant.as_str(), application.as_str()],
        [tenant.as_str(), "orders"],
    ] {
        let (status, body) = call(&host, place, &gil, "who", json!(null)).await;
        assert_eq!(
            (status, &body["error"]["code"]),
            (401, &json!("UNAUTHENTICATED"))
        );
        let output = deploy(&host, place, &deployers[1], &orders());
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(errors.contains("APPLICATION_NOT_FOUND"), "{errors}");
        for path in ["deployments", "jobs"] {
            let url = format!(
                "{}/tenants/{}/applications/{}/{path}",
                host.url, place[0], place[1]
            );
            let request = host
                .client()
                .request(Method::GET, url)
                .bearer_auth(&deployers[1]);
            assert_eq!(host.send(request).await.error().0, 404);
        }
    }
    let (status, body) = call(
        &host,
        ["globex", application.as_str()],
        &gil,
        "who",
        json!(null),
    )
    .await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (404, &json!("APPLICATION_NOT_FOUND"))
    );
    let (_, body) = call(&host, ACME, &ana, "queue", json!(null)).await;
    let job = body["result"].clone();
    assert!(job.is_string(), "{body}");
    let (_, body) = call(&host, GLOBEX, &gil, "job", job.clone()).await;
    assert!(
        body["result"]
            .as_str()
            .is_some_and(|name| name.starts_with("Job")),
        "{body}"
    );
    let (_, body) = call(&host, ACME, &ana, "job", job).await;
    assert!(body["result"].is_object(), "{body}");
}

#[tokio::test]
async fn access_that_is_no_longer_declared_is_gone() {
    let host = Setup::new().await.start();
    let administrator = administrator(&host);
    let _ = administrator.apply(&example(), "--yes");
    let token = administrator.token(ACME, &["deploy"]);
    let place = ACME;
    assert_eq!(
        deploy(&host, place, &token, &orders()).status.code(),
        Some(0)
    );
    let ana = administrator.token(ACME, &["user", "ana@acme.example"]);
    assert_eq!(call(&host, place, &ana, "who", json!(null)).await.0, 200);

    let text = fs::read_to_string(example()).expect("the example");
    let text = text
        .replace(
            "users: [ana@acme.example], serviceAccounts",
            "serviceAccounts",
        )
        .replace("members: [ben@acme.example]", "members: []")
        .replace(
            ", permissions: [read, write, admin] }",
            ", permissions: [read] }",
        );
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("platform.yaml");
    fs::write(&file, text).expect("a file");
    let shown = administrator.apply(&file, "--yes");
    for line in [
        "  - application orders: role clerk of user ana@acme.example",
        "  - group finance-team: member ben@acme.example",
        "  ~ application orders: grant database:orders-db",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert_eq!(call(&host, place, &ana, "who", json!(null)).await.0, 403);
    assert_eq!(administrator.apply(&file, "--yes"), "nothing to change\n");

    // A deployment token that was revoked deploys no more.
    let listed = administrator.token(ACME, &["list"]);
    let id = listed.split_whitespace().next().expect("an id");
    let _ = administrator.token(ACME, &["revoke", id]);
    let output = deploy(&host, place, &token, &orders());
    assert!(String::from_utf8_lossy(&output.stderr).contains("UNAUTHENTICATED"));
}

#[tokio::test]
async fn what_a_tenant_is_permitted_outside_and_who_is_switched_off_is_as_declared() {
    let host = Setup::new().await.start();
    let administrator = administrator(&host);
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("platform.yaml");
    let apply = |permitted: &str, status: &str, how: &str| {
        let text = format!(
            "tenants:\n- code: acme\n  name: Acme\n{permitted}  users:\n  \
             - {{ email: ana@acme.example, firstName: Ana, lastName: Ruiz{status} }}\n"
        );
        fs::write(&file, text).expect("a file");
        administrator.apply(&file, how)
    };
    let all = "  egress:\n    deny: [\"*.tracker.example\"]\n    \
        allow: [\"127.0.0.1:4000\", 10.1.0.0/16]\n    otherwise: nothing\n  \
        ai: { requestsPerMinute: 5, tokensPerMonth: 1000 }\n";
    let shown = apply(all, ", status: inactive", "--dry-run");
    assert_eq!(
        shown,
        "acme\n  + tenant acme\n  + egress rules: deny *.tracker.example, \
         allow 127.0.0.1:4000 10.1.0.0/16, otherwise nothing\n  \
         + language models: 5 requests a minute, 1000 tokens a month\n  \
         + user ana@acme.example\n  ~ user ana@acme.example: inactive\n"
    );
    let done = apply(all, ", status: inactive", "--yes");
    assert!(done.contains("5 changes made"), "{done}");
    assert_eq!(
        apply(all, ", status: inactive", "--yes"),
        "nothing to change\n"
    );
    let tenant = host.directory.find_tenant("acme").await.expect("an answer");
    let tenant = tenant.expect("a tenant").id;
    let rules = host
        .directory
        .egress_rules(tenant)
        .await
        .expect("an answer");
    let rules: Value = serde_json::from_str(&rules.expect("rules")).expect("JSON");
    let expected = json!({
        "deny": ["*.tracker.example"],
        "allow": ["127.0.0.1:4000", "10.1.0.0/16"],
        "otherwise": "nothing",
    });
    assert_eq!(rules, expected);
    let allowance = async || {
        host.directory
            .ai_allowance(tenant)
            .await
            .expect("an answer")
    };
    let expected = AiAllowance {
        requests_per_minute: 5,
        tokens_per_month: 1_000,
    };
    assert_eq!(allowance().await, Some(expected));
    // Who is switched off has a token, and it is good for nothing.
    let ana = administrator.token(ACME, &["user", "ana@acme.example"]);
    let inbox = async || {
        let url = format!("{}/tenants/acme/messages", host.url);
        host.send(host.client().get(url).bearer_auth(&ana))
            .await
            .status
    };
    assert_eq!(inbox().await, 403);

    let shown = apply("  ai: { enabled: false }\n", "", "--yes");
    for line in [
        "  - egress rules\n",
        "  ~ language models: off\n",
        "  ~ user ana@acme.example: active\n",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert_eq!(
        host.directory
            .egress_rules(tenant)
            .await
            .expect("an answer"),
        None
    );
    let off = allowance().await.expect("an allowance");
    assert_eq!(off.requests_per_minute, 0);
    assert_eq!(inbox().await, 200);
    assert!(apply("", "", "--yes").contains("  - language models\n"));
    assert_eq!(allowance().await, None);
    assert_eq!(apply("", "", "--yes"), "nothing to change\n");
}

#[tokio::test]
async fn a_call_goes_where_the_platform_file_lets_it() {
    const CALLER: &str = "
    exports.get = async (url) => {
      try { return (await ketrics.http.get(url)).status; } catch (error) { return error.message; }
    };";
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(CALLER)).await;
    let host = setup.start();
    let administrator = administrator(&host);
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("platform.yaml");
    // The host itself is a server on loopback that is there.
    let address = host.url.trim_start_matches("http://");
    let url = format!("{}/health", host.url);
    for (egress, reached) in [
        ("".to_owned(), false),
        (format!("  egress: {{ allow: [\"{address}\"] }}\n"), true),
        (
            format!("  egress: {{ allow: [127.0.0.0/8], deny: [\"{address}\"] }}\n"),
            false,
        ),
        (
            format!("  egress: {{ allow: [\"{address}\"], otherwise: nothing }}\n"),
            true,
        ),
    ] {
        let text = format!(
            "tenants:\n- code: acme\n  name: acme\n{egress}  users:\n  \
             - {{ email: user@acme.example, firstName: Ada, lastName: Example }}\n"
        );
        fs::write(&file, text).expect("a file");
        let _ = administrator.apply(&file, "--yes");
        let answer = host.call(&app, "get", json!(url)).await.result();
        assert_eq!(answer == json!(200), reached, "{egress}: {answer}");
    }
}

#[tokio::test]
async fn every_fault_of_the_file_is_told_with_its_line_and_nothing_is_changed() {
    let host = Setup::new().await.start();
    let administrator = administrator(&host);
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("platform.yaml");
    let text = "tenants:\n- code: Acme\n  name: Acme\n  users:\n  - { email: nobody }\n  groups:\n  \
        - { code: g, members: [gone@acme.example] }\n  secrets:\n  - { code: k, value: hunter2 }\n  \
        wrong: 1\n  egress:\n    deny: [\"10.0.0.0/40\"]\n    allow: [7, \"a b\"]\n    \
        otherwise: maybe\n  ai: { requestsPerMinute: 0 }\n- code: globex\n  name: Globex\n  \
        ai: { enabled: 1 }\n  users:\n  \
        - { email: g@g.example, firstName: G, lastName: G, status: \"off\" }\n";
    fs::write(&file, text).expect("a file");
    let output = administrator.run(
        ["", ""],
        &["apply", "-f", file.to_str().expect("a path"), "--yes"],
    );
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    for fault in [
        "line 2: `tenants[0].code` is \"Acme\"",
        "line 5: `tenants[0].users[0].email`",
        "line 5: `tenants[0].users[0].firstName` is missing",
        "line 7: `tenants[0].groups[0].members[0]`",
        "line 9: `tenants[0].secrets[0].value` must not stand in the file",
        "line 10: `tenants[0].wrong` is no key",
        "line 12: `tenants[0].egress.deny[0]` the egress rule \"10.0.0.0/40\" cannot be read",
        "line 13: `tenants[0].egress.allow[0]` must be a string, not a number",
        "line 13: `tenants[0].egress.allow[1]` the egress rule \"a b\" cannot be read",
        "line 14: `tenants[0].egress.otherwise` is \"maybe\"; it must be one of public, nothing",
        "line 15: `tenants[0].ai.requestsPerMinute` must be a whole number from 1",
        "line 15: `tenants[0].ai.tokensPerMonth` is missing; `enabled: false` needs none",
        "line 18: `tenants[1].ai.enabled` must be true or false, not a number",
        "line 20: `tenants[1].users[0].status` is \"off\"; it must be one of active, inactive",
    ] {
        assert!(errors.contains(fault), "{fault}: {errors}");
    }
    assert!(!errors.contains("hunter2"), "{errors}");
}

#[tokio::test]
async fn only_the_administrator_administers() {
    let host = Setup::new().await.start();
    let administrator = administrator(&host);
    let _ = administrator.apply(&example(), "--yes");
    let deployer = administrator.token(ACME, &["deploy"]);
    let user = administrator.token(ACME, &["user", "ana@acme.example"]);
    for token in [deployer, user, "ketrics-admin-AAAA".to_owned()] {
        for (method, path) in [
            (Method::POST, "/platform/apply"),
            (Method::POST, "/tenants/acme/tokens"),
            (Method::POST, "/tenants/acme/applications/orders/tokens"),
            (Method::GET, "/tenants/acme/applications/orders/tokens"),
            (Method::PUT, "/tenants/acme/secrets/shipping-api-key"),
        ] {
            let url = format!("{}{path}", host.url);
            let request = host.client().request(method, url).bearer_auth(&token);
            let (status, code, _) = host.send(request.json(&json!({}))).await.error();
            assert_eq!((status, code.as_str()), (401, "UNAUTHENTICATED"), "{path}");
        }
    }
}
