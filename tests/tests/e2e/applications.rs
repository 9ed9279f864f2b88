//! Functions that call functions of other applications, and the list of users.

use ketrics_directory::Assignee;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use ketrics_tests::Token;
use serde_json::Value;
use serde_json::json;

const CALLER: &str = "
exports.call = async ({ to, fn, payload }) => {
  try {
    const app = await ketrics.Applications.connect(to);
    return { code: app.code, name: app.name, id: app.applicationId, answer: await app.invoke(fn, payload) };
  } catch (error) {
    return {
      ...error.toJSON(), timestamp: undefined,
      is: [ketrics.Applications.isError(error), error instanceof ketrics.ApplicationsError],
    };
  }
};
// Calls the next application of a list, which does the same.
exports.chain = async ([next, ...rest]) => {
  if (next === undefined) return [];
  const app = await ketrics.Applications.connect(next);
  const { result } = await app.invoke('chain', rest);
  return [next, ...result];
};
exports.relay = async ({ to, fn }) => (await ketrics.Applications.connect(to)).invoke(fn);
exports._hidden = (x) => ['hidden', x];
exports.who = () => ketrics.requestor;
exports.fail = () => { throw new TypeError('no such order'); };
exports.spin = () => { for (;;); };
exports.wait = () => new Promise((resolve) => setTimeout(resolve, 60000));
exports.later = (job) => ketrics.Job.runInBackground(job);
exports.status = (id) => ketrics.Job.getStatus(id);
";

fn spec(code: &str) -> AppSpec<'_> {
    AppSpec {
        code,
        ..AppSpec::new(CALLER)
    }
}

async fn two() -> (Host, App, App) {
    let setup = Setup::new().await;
    let first = setup.app(spec("first")).await;
    let second = setup.app(spec("second")).await;
    setup
        .app(AppSpec {
            tenant: "rival",
            ..spec("rivals")
        })
        .await;
    setup
        .directory
        .ensure_application(first.tenant.id, "empty", "Empty")
        .await
        .expect("an application");
    (setup.start(), first, second)
}

async fn call(host: &Host, app: &App, to: &str, function: &str, payload: Value) -> Value {
    let payload = json!({ "to": to, "fn": function, "payload": payload });
    host.call(app, "call", payload).await.result()
}

#[tokio::test]
async fn a_function_of_another_application_answers_with_the_envelope() {
    let (host, first, second) = two().await;
    let answer = call(&host, &first, "second", "_hidden", json!([1, { "a": "ü" }])).await;
    assert_eq!(answer["code"], "second");
    assert_eq!(answer["name"], "second");
    assert_eq!(answer["id"], second.application.id.to_string());
    assert_eq!(answer["answer"]["success"], true);
    assert_eq!(
        answer["answer"]["result"],
        json!(["hidden", [1, { "a": "ü" }]])
    );
    assert!(
        answer["answer"]["executionTime"]
            .as_f64()
            .expect("a number")
            > 0.0
    );
}

#[tokio::test]
async fn the_requestor_goes_along_with_the_permissions_that_it_has_there() {
    let (host, first, second) = two().await;
    let reader = host
        .directory
        .ensure_user(first.tenant.id, "reader@acme.example", "Rea", "Der")
        .await
        .expect("a user");
    for (app, action) in [(&first, "write"), (&second, "read")] {
        let actions = [action.to_owned()];
        let role = host
            .directory
            .ensure_role(app.application.id, "some", "Some", &actions)
            .await
            .expect("a role");
        host.directory
            .assign_role(role.id, Assignee::User(reader.id))
            .await
            .expect("an assignment");
    }
    let token = host.sign(&Token::user(&first.tenant.id, &reader.id));
    let as_reader = App { token, ..first };
    let there = call(&host, &as_reader, "second", "who", json!(null)).await;
    let expected = json!({
        "type": "USER", "userId": reader.id.to_string(), "name": "Rea Der",
        "email": "reader@acme.example", "applicationPermissions": ["read"],
        "isCrossApp": true, "sourceApplicationCode": "first",
    });
    assert_eq!(there["answer"]["result"], expected);
    let here = host.call(&as_reader, "who", json!(null)).await.result();
    assert_eq!(here["isCrossApp"], Value::Null);
    assert_eq!(here["applicationPermissions"], json!(["write"]));
}

#[tokio::test]
async fn what_cannot_be_called_is_a_typed_error() {
    let (host, first, second) = two().await;
    let is = json!([true, true]);
    for (to, function, expected) in [
        (
            "nothing",
            "who",
            json!({
                "name": "ApplicationNotFoundError",
                "message": "Application 'nothing' not found. Verify the application code is correct.",
                "applicationCode": "nothing", "operation": "connect", "is": is,
            }),
        ),
        // Another tenant's is not there, and an id is no code.
        (
            "rivals",
            "who",
            json!({
                "name": "ApplicationNotFoundError",
                "message": "Application 'rivals' not found. Verify the application code is correct.",
                "applicationCode": "rivals", "operation": "connect", "is": is,
            }),
        ),
        (
            "empty",
            "who",
            json!({
                "name": "ApplicationNotDeployedError",
                "message": "Application 'empty' is not deployed or is inactive.",
                "applicationCode": "empty", "operation": "connect", "is": is,
            }),
        ),
        (
            "second",
            "fail",
            json!({
                "name": "ApplicationInvocationError",
                "message": "Function 'fail' on application 'second' failed: no such order",
                "applicationCode": "second", "operation": "invoke", "is": is,
                "errorCode": "RUNTIME_ERROR", "functionName": "fail",
            }),
        ),
        (
            "second",
            "missing",
            json!({
                "name": "ApplicationInvocationError",
                "message": "Function 'missing' on application 'second' failed: The application exports no function 'missing'",
                "applicationCode": "second", "operation": "invoke", "is": is,
                "errorCode": "FUNCTION_NOT_FOUND", "functionName": "missing",
            }),
        ),
    ] {
        assert_eq!(
            call(&host, &first, to, function, json!(null)).await,
            expected
        );
    }
    let id = second.application.id.to_string();
    let by_id = call(&host, &first, &id, "who", json!(null)).await;
    assert_eq!(by_id["name"], "ApplicationNotFoundError");
}

#[tokio::test]
async fn a_requestor_without_a_role_there_is_denied() {
    let (host, first, _) = two().await;
    let guest = host
        .directory
        .ensure_user(first.tenant.id, "guest@acme.example", "Gue", "St")
        .await
        .expect("a user");
    let roles = host.directory.roles(first.application.id).await;
    let role = roles.expect("roles").swap_remove(0);
    host.directory
        .assign_role(role.id, Assignee::User(guest.id))
        .await
        .expect("an assignment");
    let token = host.sign(&Token::user(&first.tenant.id, &guest.id));
    let as_guest = App { token, ..first };
    let denied = call(&host, &as_guest, "second", "who", json!(null)).await;
    assert_eq!(denied["name"], "ApplicationPermissionDeniedError");
    assert_eq!(denied["sourceApplicationCode"], "first");
    assert_eq!(denied["applicationCode"], "second");
}

#[tokio::test]
async fn calls_nest_five_deep_and_never_in_a_circle() {
    let setup = Setup::new().await;
    let codes = ["a", "b", "c", "d", "e", "f", "g"];
    let mut apps = Vec::new();
    for code in codes {
        apps.push(setup.app(spec(code)).await);
    }
    let host = setup.start();
    let chain = async |codes: &[&str]| host.call(&apps[0], "chain", json!(codes)).await;
    let five = ["b", "c", "d", "e", "f"];
    assert_eq!(chain(&five).await.result(), json!(five));
    let (status, code, message) = chain(&["b", "c", "d", "e", "f", "g"]).await.error();
    assert_eq!((status, code.as_str()), (422, "RUNTIME_ERROR"));
    assert!(
        message.contains("may nest 5 deep: a -> b -> c -> d -> e -> f -> g"),
        "{message}"
    );
    for circle in [&["a"][..], &["b", "a"], &["b", "c", "b"]] {
        let (status, _, message) = chain(circle).await.error();
        assert_eq!(status, 422);
        let path = format!("a -> {}", circle.join(" -> "));
        assert!(message.contains(&path), "{message}");
        assert!(
            message.contains("while one of its calls waits"),
            "{message}"
        );
    }
    // One after the other is no circle.
    assert_eq!(chain(&["b"]).await.result(), json!(["b"]));
}

#[tokio::test]
async fn the_time_that_a_job_has_left_bounds_what_it_calls() {
    let (host, first, _) = two().await;
    let payload = json!({ "to": "second", "fn": "wait" });
    let job = json!({ "function": "relay", "payload": payload, "options": { "timeout": 1500 } });
    let id = host.call(&first, "later", job).await.result();
    // Neither of the two waits for its minute.
    for code in ["first", "second"] {
        host.log(|line| {
            let ended = line["message"] == "invocation ended" && line["application"] == code;
            let waited = line["function"] == "relay" || line["function"] == "wait";
            (ended && waited).then_some(())
        });
    }
    // The call is over before its outcome is recorded.
    let status = host
        .until("the end of the job", || async {
            let status = host.call(&first, "status", id.clone()).await.result();
            (status["status"] != "running").then_some(status)
        })
        .await;
    // Both have the same time left. The callee's may be over a moment earlier, which its caller is
    // told before its own is over.
    let error = &status["error"];
    let told = error["code"] == "RUNTIME_ERROR"
        && error["message"]
            .as_str()
            .is_some_and(|message| message.contains("timed out"));
    assert!(error["code"] == "TIMEOUT" || told, "{status}");
}

#[tokio::test]
async fn an_application_with_the_permission_lists_its_tenants_users() {
    let setup = Setup::new().await;
    let app = setup
        .app(AppSpec::new(
            "exports.list = () => ketrics.Users.list();
             exports.refused = () => ketrics.Users.list().catch((error) =>
               [error instanceof ketrics.Users.PermissionDeniedError, ketrics.Users.isErrorType(error, 'UsersPermissionDeniedError'), error.missingPermissions]);",
        ))
        .await;
    let directory = &setup.directory;
    let tenant = app.tenant.id;
    let group = directory
        .ensure_group(tenant, "team", "Team")
        .await
        .expect("a group");
    directory
        .add_group_member(group.id, app.user.id)
        .await
        .expect("a member");
    let rival = directory
        .ensure_tenant("rival", "Rival")
        .await
        .expect("a tenant");
    directory
        .ensure_user(rival.id, "x@rival.example", "X", "Y")
        .await
        .expect("a user");
    let host = setup.start();
    assert_eq!(
        host.call(&app, "refused", json!(null)).await.result(),
        json!([true, true, ["iam:ListUsers"]])
    );
    host.directory
        .grant_platform_permission(app.application.id, "iam:ListUsers")
        .await
        .expect("a grant");
    assert_eq!(
        host.call(&app, "list", json!(null)).await.result(),
        json!([{
            "id": app.user.id.to_string(), "email": "user@acme.example", "firstName": "Ada",
            "lastName": "Example", "status": "active",
            "groups": [{ "groupId": group.id.to_string(), "groupCode": "team" }],
        }])
    );
}
