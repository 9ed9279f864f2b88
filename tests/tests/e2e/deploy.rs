//! Deploying: by the command line as people do it, and by HTTP as nobody should.

use ketrics_tests::Answer;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Folder;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use serde_json::Value;
use serde_json::json;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

fn text(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}\n{errors}");
    text.into_owned()
}

async fn upload(host: &Host, app: &App, token: &str, zip: Vec<u8>) -> Answer {
    let path = format!(
        "/tenants/{}/applications/{}/deployments",
        app.tenant.id, app.application.id
    );
    host.send(host.post(&path).bearer_auth(token).body(zip))
        .await
}

fn version(number: u32) -> String {
    format!("exports.version = () => {number};")
}

#[tokio::test]
async fn a_folder_is_deployed_with_what_it_declares() {
    let (host, app) = Setup::serve("exports.before = () => 1;").await;
    let config = json!({
        "version": "2.0.0",
        "functions": ["read"],
        "roles": [{ "code": "reader", "name": "Reader", "actions": ["read"] }],
        "environment": [{ "name": "GREETING", "description": "x" }],
        "resources": { "volume": [{ "code": "labels" }], "secret": [{ "code": "key" }] },
    });
    let bundle = "exports.read = () => ketrics.environment; exports.more = () => 1;";
    let folder = Folder::new(&config, bundle);
    let told = text(&folder.run(&host, &app, &["deploy"]));
    for part in [
        "app 2.0.0",
        "functions  read, more",
        "granted    volume:labels, secret:key",
        "not named under `functions`: more",
        "GREETING has no value",
        "LABELS_VOLUME has no value",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let environment = host.call(&app, "read", json!(null)).await.result();
    assert_eq!(
        environment,
        json!({ "GREETING": "", "LABELS_VOLUME": "", "KEY_SECRET": "" })
    );
    assert_eq!(host.call(&app, "before", json!(null)).await.status, 404);
    let roles = host
        .directory
        .roles(app.application.id)
        .await
        .expect("roles");
    let reader = roles.iter().find(|role| role.code == "reader");
    assert_eq!(reader.expect("the role").actions, ["read"]);
}

#[tokio::test]
async fn a_deploy_never_overwrites_what_an_administrator_chose() {
    let (host, app) = Setup::serve("exports.x = () => 1;").await;
    let directory = &host.directory;
    directory
        .set_environment(app.application.id, "LABELS_VOLUME", "labels")
        .await
        .expect("a value");
    directory
        .put_volume(
            app.tenant.id,
            "labels",
            &ketrics_directory::VolumeSpec::default(),
        )
        .await
        .expect("a volume");
    let kind = ketrics_directory::GrantKind::Volume;
    directory
        .grant(
            app.application.id,
            kind,
            "labels",
            &["GetObject".to_owned()],
        )
        .await
        .expect("a grant");
    let config = json!({ "resources": { "volume": [{ "code": "labels" }] } });
    let bundle = "exports.put = async () => {
        const volume = await ketrics.Volume.connect(ketrics.environment.LABELS_VOLUME);
        return [...volume.permissions];
    };";
    let folder = Folder::new(&config, bundle);
    let told = text(&folder.run(&host, &app, &["deploy"]));
    assert!(!told.contains("an administrator"), "{told}");
    let permissions = host.call(&app, "put", json!(null)).await.result();
    assert_eq!(permissions, json!(["GetObject"]));
}

#[tokio::test]
async fn what_is_refused_leaves_the_running_deployment() {
    let (host, app) = Setup::serve("exports.version = () => 1;").await;
    let token = host.administrator();
    let role = json!({ "code": "a", "name": "A", "actions": ["read"] });
    for (config, bundle, reason) in [
        (
            json!({ "environmentVariables": [] }),
            "",
            "rename it to `environment`",
        ),
        (
            json!({ "roles": [{ "code": "a", "name": "A", "actions": ["fly"] }] }),
            "",
            "\"fly\", which `actions` does not declare",
        ),
        (json!({ "roles": [role, role] }), "", "codes are unique"),
        (
            json!({ "resources": { "volume": [{ "code": "日本" }] } }),
            "",
            "no variable name can be made",
        ),
        (json!({}), "throw new Error('no config');", "no config"),
        (json!({}), "exports.f = (", "Unexpected"),
        (json!({}), "for (;;) {}", "CPU time"),
        (
            json!({}),
            "const all = []; for (;;) all.push(new Array(1e5).fill(1.5));",
            "",
        ),
        (
            json!({ "functions": ["gone", "number"] }),
            "exports.number = 7; exports.there = () => 1;",
            "'gone' is not exported, 'number' is exported but is not a function; the bundle exports there",
        ),
    ] {
        let folder = Folder::new(&config, bundle);
        let (status, code, message) = upload(&host, &app, &token, folder.zip()).await.error();
        assert!(status >= 400 && !code.is_empty(), "{status} {code}");
        assert!(message.contains(reason), "{reason}: {message}");
        assert_eq!(host.call(&app, "version", json!(null)).await.result(), 1);
    }
    let kept = host.directory.deployments(app.application.id).await;
    assert_eq!(
        kept.expect("deployments").len(),
        1,
        "nothing refused is kept"
    );
}

#[tokio::test]
async fn every_fault_of_a_configuration_is_told_at_once_with_its_line() {
    let (host, app) = Setup::serve("exports.version = () => 1;").await;
    let folder = Folder::new(&json!({}), "");
    let config = "{\n \"name\": \"App\",\n \"version\": \"1\",\n \"runtime\": \"nodejs18\",\n \
        \"actions\": [\"read\"],\n \"entry\": \"dist/index.js\",\n \"include\": [\"a[\"],\n \
        \"environmentVariables\": []\n}";
    std::fs::write(folder.path().join("ketrics.config.json"), config).expect("a file");
    let output = folder.run(&host, &app, &["deploy"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    for fault in [
        "4 faults",
        "line 2: `name`",
        "line 3: `version`",
        "line 7: `include[0]`",
        "line 8: `environmentVariables`",
    ] {
        assert!(errors.contains(fault), "{fault}: {errors}");
    }
}

#[tokio::test]
async fn old_configurations_deploy_as_they_are() {
    let (host, app) = Setup::serve("exports.version = () => 1;").await;
    let config = json!({ "actions": ["listOrders", "admin", "listOrders"] });
    let folder = Folder::new(&config, "exports.listOrders = () => 'old';");
    text(&folder.run(&host, &app, &["deploy"]));
    assert_eq!(
        host.call(&app, "listOrders", json!(null)).await.result(),
        "old"
    );
}

#[tokio::test]
async fn deployments_are_listed_and_rolled_back_to() {
    let (host, app) = Setup::serve(&version(0)).await;
    let folder = Folder::new(&json!({}), "");
    for number in 1..=3 {
        let config = json!({ "version": format!("{number}.0.0") });
        folder.write(&config, &version(number));
        text(&folder.run(&host, &app, &["deploy"]));
    }
    assert_eq!(host.call(&app, "version", json!(null)).await.result(), 3);
    text(&folder.run(&host, &app, &["rollback"]));
    assert_eq!(host.call(&app, "version", json!(null)).await.result(), 2);
    text(&folder.run(&host, &app, &["rollback"]));
    assert_eq!(host.call(&app, "version", json!(null)).await.result(), 1);
    let listed = text(&folder.run(&host, &app, &["deployments"]));
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 4, "{listed}");
    assert!(
        lines[0].contains("3.0.0") && !lines[0].contains("active"),
        "{listed}"
    );
    assert!(
        lines[2].contains("1.0.0") && lines[2].contains("active"),
        "{listed}"
    );
    let third = lines[0].split_whitespace().next().expect("an id");
    text(&folder.run(&host, &app, &["rollback", third]));
    assert_eq!(host.call(&app, "version", json!(null)).await.result(), 3);
    let nowhere = "00000000-0000-4000-8000-000000000000";
    let output = folder.run(&host, &app, &["rollback", nowhere]);
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test]
async fn a_deployment_of_another_application_is_not_rolled_back_to() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(&version(1))).await;
    let other = AppSpec {
        tenant: "other",
        ..AppSpec::new("exports.version = () => 'theirs';")
    };
    let other = setup.app(other).await;
    let host = setup.start();
    let theirs = host.directory.active_deployment(other.application.id).await;
    let id = theirs.expect("an answer").expect("a deployment").id;
    let folder = Folder::new(&json!({}), "");
    let output = folder.run(&host, &app, &["rollback", &id.to_string()]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("NOT_FOUND"));
    assert_eq!(host.call(&app, "version", json!(null)).await.result(), 1);
}

#[tokio::test]
async fn only_who_may_deploy_deploys() {
    let (host, app) = Setup::serve(&version(1)).await;
    let zip = Folder::new(&json!({}), &version(2)).zip();
    for token in [app.token.as_str(), "nonsense", "ketrics-admin-AAAA"] {
        let answer = upload(&host, &app, token, zip.clone()).await;
        assert_eq!(answer.error().0, 401, "{token}");
    }
    assert_eq!(host.call(&app, "version", json!(null)).await.result(), 1);
    let answer = upload(&host, &app, &host.administrator(), b"no zip".to_vec()).await;
    assert_eq!(answer.error().1, "INVALID_DEPLOYMENT");
}

#[tokio::test]
async fn calls_that_run_finish_on_the_deployment_that_they_began_with() {
    let slow = "exports.version = async (name) => {
        console.log(name);
        await new Promise((resolve) => setTimeout(resolve, 3000));
        return 1;
    };";
    let (host, app) = Setup::serve(slow).await;
    let host = Arc::new(host);
    let running = tokio::spawn({
        let (host, app) = (Arc::clone(&host), app.clone());
        async move { host.call(&app, "version", json!("begun")).await }
    });
    host.log(|line| (line["message"] == "begun").then_some(()));
    let zip = Folder::new(&json!({}), &version(2)).zip();
    let answer = upload(&host, &app, &host.administrator(), zip).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(host.call(&app, "version", json!(null)).await.result(), 2);
    assert_eq!(running.await.expect("an answer").result(), 1);
}

#[tokio::test]
async fn no_call_fails_while_deployments_change() {
    let (host, app) = Setup::serve(&version(0)).await;
    let host = Arc::new(host);
    let over = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let (host, app, over) = (Arc::clone(&host), app.clone(), Arc::clone(&over));
            tokio::spawn(async move {
                let mut seen = Vec::new();
                while !over.load(Relaxed) {
                    let result = host.call(&app, "version", json!(null)).await.result();
                    seen.push(result.as_u64().expect("a number"));
                }
                seen
            })
        })
        .collect();
    let token = host.administrator();
    for number in 1..=8 {
        let zip = Folder::new(&json!({}), &version(number)).zip();
        let answer = upload(&host, &app, &token, zip).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let now = host.call(&app, "version", json!(null)).await.result();
        assert_eq!(now, number, "the next call finds the new one");
    }
    over.store(true, Relaxed);
    for caller in callers {
        let seen = caller.await.expect("every call succeeds");
        assert!(seen.is_sorted(), "no caller goes back: {seen:?}");
    }
}

#[tokio::test]
async fn deploys_at_once_leave_one_of_them_whole() {
    let (host, app) = Setup::serve(&version(0)).await;
    let host = Arc::new(host);
    let token = host.administrator();
    let deploys: Vec<_> = (1..=3_u32)
        .map(|number| {
            let (host, app, token) = (Arc::clone(&host), app.clone(), token.clone());
            tokio::spawn(async move {
                let role = json!([{ "code": "own", "name": format!("{number}"), "actions": [] }]);
                let config = json!({ "version": format!("{number}.0.0"), "roles": role });
                let zip = Folder::new(&config, &version(number)).zip();
                upload(&host, &app, &token, zip).await
            })
        })
        .collect();
    for deploy in deploys {
        let answer = deploy.await.expect("an answer");
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    let now: Value = host.call(&app, "version", json!(null)).await.result();
    let active = host.directory.active_deployment(app.application.id).await;
    let active = active.expect("an answer").expect("a deployment");
    assert_eq!(active.version, format!("{now}.0.0"));
    let roles = host
        .directory
        .roles(app.application.id)
        .await
        .expect("roles");
    let own = roles
        .iter()
        .find(|role| role.code == "own")
        .expect("a role");
    assert_eq!(
        own.name,
        now.to_string(),
        "roles are of the deployment that runs"
    );
}
