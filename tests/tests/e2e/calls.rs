//! The contract of a call over HTTP: every status and code.

use ketrics_directory::Assignee;
use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use ketrics_tests::Token;
use reqwest::Method;
use reqwest::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use reqwest::header::ORIGIN;
use serde_json::json;

const ECHO: &str =
    "exports.echo = (payload) => payload; exports._internal = () => 1; exports.version = 7;";

#[tokio::test]
async fn a_result_comes_in_its_envelope() {
    let (host, app) = Setup::serve(ECHO).await;
    let payload =
        json!({ "text": "grüße \u{1f600}", "list": [1, 2.5, null, true], "deep": { "a": {} } });
    let answer = host.call(&app, "echo", payload.clone()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["success"], true);
    assert_eq!(answer.body["result"], payload);
    assert!(answer.body["executionTime"].is_number(), "{}", answer.body);
}

#[tokio::test]
async fn tenant_and_application_may_be_named_by_code() {
    let (host, app) = Setup::serve(ECHO).await;
    let request = host
        .post("/tenants/acme/applications/app/functions/echo")
        .bearer_auth(&app.token);
    let answer = host.send(request.json(&json!({ "payload": 1 }))).await;
    assert_eq!(answer.result(), 1);
}

#[tokio::test]
async fn what_json_cannot_say_is_null_or_an_error_that_names_it() {
    let (host, app) = Setup::serve(
        "exports.nothing = () => undefined;
         exports.date = () => ({ at: new Date(0), skip: undefined });
         exports.cycle = () => { const a = {}; a.self = a; return a; };
         exports.big = () => ({ total: 1n });
         exports.fn = () => () => 1;",
    )
    .await;
    assert_eq!(
        host.call(&app, "nothing", json!(null)).await.result(),
        json!(null)
    );
    assert_eq!(
        host.call(&app, "date", json!(null)).await.result(),
        json!({ "at": "1970-01-01T00:00:00.000Z" })
    );
    for (function, named) in [("cycle", "self"), ("big", "BigInt"), ("fn", "function")] {
        let (status, code, message) = host.call(&app, function, json!(null)).await.error();
        assert_eq!((status, code.as_str()), (422, "RUNTIME_ERROR"));
        assert!(
            message.to_lowercase().contains(&named.to_lowercase()),
            "{function}: {message}"
        );
    }
}

#[tokio::test]
async fn a_thrown_error_answers_with_its_message_and_logs_its_stack() {
    let (host, app) = Setup::serve(
        "exports.sync = () => { throw new Error('no such order') };
         exports.later = async () => { await null; throw new TypeError('later') };
         exports.text = () => { throw 'just text' };
         exports.nothing = () => Promise.reject(undefined);
         exports.hostile = () => { throw { get message() { throw 1 }, toString() { throw 2 } } };",
    )
    .await;
    let answer = host.call(&app, "sync", json!(null)).await;
    assert!(
        !answer.body.to_string().contains("index.js"),
        "a stack reached the caller: {}",
        answer.body
    );
    assert_eq!(
        answer.error(),
        (422, "RUNTIME_ERROR".to_owned(), "no such order".to_owned())
    );
    assert_eq!(
        host.call(&app, "later", json!(null)).await.error().2,
        "later"
    );
    assert!(
        host.call(&app, "text", json!(null))
            .await
            .error()
            .2
            .contains("just text")
    );
    for function in ["nothing", "hostile"] {
        let (status, code, message) = host.call(&app, function, json!(null)).await.error();
        assert_eq!(
            (status, code.as_str()),
            (422, "RUNTIME_ERROR"),
            "{function}"
        );
        assert!(!message.is_empty(), "{function}");
    }
    host.log(|line| {
        let message = line["message"].as_str()?;
        (message.contains("no such order") && message.contains("dist/index.js:1")).then_some(())
    });
}

#[tokio::test]
async fn stacks_in_the_log_are_those_of_the_source() {
    let setup = Setup::new().await;
    // Line 1, column 22 of the bundle comes from line 3 of src/orders.ts.
    let map = r#"{"version":3,"sources":["../src/orders.ts"],"names":[],"mappings":"qBAEE"}"#;
    let source = "exports.f = () => {   throw new Error('mapped') };";
    let spec = AppSpec {
        source_map: Some(map.to_owned()),
        ..AppSpec::new(source)
    };
    let app = setup.app(spec).await;
    let host = setup.start();
    assert_eq!(host.call(&app, "f", json!(null)).await.error().2, "mapped");
    host.log(|line| {
        line["message"]
            .as_str()?
            .contains("src/orders.ts:3:")
            .then_some(())
    });
}

#[tokio::test]
async fn bodies_that_are_no_call_are_refused() {
    let (host, app) = Setup::serve(ECHO).await;
    for body in [
        "",
        "{",
        "[]",
        "7",
        "{}",
        "{\"other\":1}",
        "{\"payload\":1} trailing",
        "\u{0}",
    ] {
        let request = host.request(&app, "echo").bearer_auth(&app.token);
        let request = request
            .header("content-type", "application/json")
            .body(body);
        let (status, code, _) = host.send(request).await.error();
        assert_eq!(
            (status, code.as_str()),
            (400, "INVALID_REQUEST"),
            "{body:?}"
        );
    }
    assert_eq!(
        host.call(&app, "echo", json!(null)).await.result(),
        json!(null)
    );
}

#[tokio::test]
async fn payloads_over_the_limit_are_refused_and_those_at_it_are_not() {
    let (host, app) = Setup::serve("exports.length = (text) => text.length;").await;
    let fits = 6 * 1024 * 1024 - 2;
    assert_eq!(
        host.call(&app, "length", json!("x".repeat(fits)))
            .await
            .result(),
        fits
    );
    // A client that has 30 MB more to send when it is refused learns why, too.
    for length in [fits + 1, fits + 30 * 1024 * 1024] {
        let answer = host.call(&app, "length", json!("x".repeat(length))).await;
        let (status, code, message) = answer.error();
        assert_eq!(
            (status, code.as_str()),
            (413, "PAYLOAD_TOO_LARGE"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn results_over_the_limit_are_an_error() {
    let (host, app) = Setup::serve("exports.make = (length) => 'x'.repeat(length);").await;
    let fits = 6 * 1024 * 1024 - 2;
    assert_eq!(
        host.call(&app, "make", json!(fits))
            .await
            .result()
            .as_str()
            .map(str::len),
        Some(fits)
    );
    let (_, code, _) = host.call(&app, "make", json!(fits + 1)).await.error();
    assert_eq!(code, "RESULT_TOO_LARGE");
}

#[tokio::test]
async fn a_token_must_be_there_and_good_for_this_tenant() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(ECHO)).await;
    let other = setup
        .app(AppSpec {
            tenant: "rival",
            ..AppSpec::new(ECHO)
        })
        .await;
    let host = setup.start();
    let user = Token::user(&app.tenant.id, &app.user.id);
    let expired = host.sign(&Token {
        expires_in: -3_600,
        ..user.clone()
    });
    let forged = user.sign(b"some other key of the same size!");
    let body = json!({ "payload": 1 });
    for authorization in [
        None,
        Some(format!("Bearer {expired}")),
        Some(format!("Bearer {forged}")),
        Some(format!("Bearer {}", other.token)),
        Some(format!("Basic {}", app.token)),
        Some("Bearer".to_owned()),
        Some("Bearer a.b.c".to_owned()),
    ] {
        let mut request = host.request(&app, "echo").json(&body);
        if let Some(value) = &authorization {
            request = request.header("authorization", value);
        }
        let (status, code, _) = host.send(request).await.error();
        assert_eq!(
            (status, code.as_str()),
            (401, "UNAUTHENTICATED"),
            "{authorization:?}"
        );
    }
}

#[tokio::test]
async fn without_a_role_nobody_is_let_in() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(ECHO)).await;
    let stranger = setup
        .directory
        .ensure_user(app.tenant.id, "x@acme.example", "X", "Y")
        .await
        .expect("a user");
    let host = setup.start();
    let token = host.sign(&Token::user(&app.tenant.id, &stranger.id));
    let request = host
        .request(&app, "echo")
        .bearer_auth(token)
        .json(&json!({ "payload": 1 }));
    let (status, code, _) = host.send(request).await.error();
    assert_eq!((status, code.as_str()), (403, "FORBIDDEN"));
}

#[tokio::test]
async fn a_service_account_is_a_requestor_too() {
    let setup = Setup::new().await;
    let app = setup
        .app(AppSpec::new("exports.who = () => ketrics.requestor;"))
        .await;
    let account = setup
        .directory
        .ensure_service_account(app.tenant.id, "robot", "Robot")
        .await
        .expect("an account");
    let role = setup
        .directory
        .ensure_role(app.application.id, "machine", "M", &["read".to_owned()])
        .await;
    let role = role.expect("a role");
    setup
        .directory
        .assign_role(role.id, Assignee::ServiceAccount(account.id))
        .await
        .expect("assigned");
    let host = setup.start();
    let token = Token {
        kind: "SERVICE_ACCOUNT",
        ..Token::user(&app.tenant.id, &account.id)
    };
    let request = host
        .request(&app, "who")
        .bearer_auth(host.sign(&token))
        .json(&json!({ "payload": null }));
    assert_eq!(
        host.send(request).await.result(),
        json!({
            "type": "SERVICE_ACCOUNT",
            "serviceAccountId": account.id.to_string(),
            "serviceAccountCode": "robot",
            "name": "Robot",
            "applicationPermissions": ["read"],
        })
    );
}

#[tokio::test]
async fn the_context_names_tenant_application_requestor_and_runtime() {
    let (host, app) = Setup::serve(
        "exports.context = () => ({ tenant: ketrics.tenant, application: ketrics.application,
           requestor: ketrics.requestor, runtime: ketrics.runtime, environment: ketrics.environment });",
    )
    .await;
    let context = host.call(&app, "context", json!(null)).await.result();
    assert_eq!(
        context["tenant"],
        json!({ "id": app.tenant.id, "code": "acme", "name": "acme" })
    );
    assert_eq!(context["application"]["code"], "app");
    assert_eq!(context["application"]["version"], "1.0.0");
    assert_eq!(
        context["requestor"],
        json!({
            "type": "USER",
            "userId": app.user.id.to_string(),
            "name": "Ada Example",
            "email": "user@acme.example",
            "applicationPermissions": ["read", "write"],
        })
    );
    assert_eq!(context["runtime"]["runtime"], "ecs-fargate");
}

#[tokio::test]
async fn what_does_not_exist_and_what_is_internal_answer_alike() {
    let (host, app) = Setup::serve(ECHO).await;
    let mut messages = Vec::new();
    for function in [
        "missing",
        "_internal",
        "_missing",
        "toString",
        "__proto__",
        "constructor",
    ] {
        let (status, code, message) = host.call(&app, function, json!(null)).await.error();
        assert_eq!(
            (status, code.as_str()),
            (404, "FUNCTION_NOT_FOUND"),
            "{function}"
        );
        messages.push(message.replace(function, "NAME"));
    }
    messages.dedup();
    assert_eq!(messages.len(), 1, "{messages:?}");
    let (status, code, message) = host.call(&app, "version", json!(null)).await.error();
    assert_eq!((status, code.as_str()), (404, "FUNCTION_NOT_FOUND"));
    assert!(message.contains("not a function"), "{message}");
}

#[tokio::test]
async fn another_tenants_application_is_as_missing_as_none() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(ECHO)).await;
    let other = setup
        .app(AppSpec {
            tenant: "rival",
            code: "secret-plan",
            ..AppSpec::new(ECHO)
        })
        .await;
    let host = setup.start();
    let mut answers = Vec::new();
    for name in [
        other.application.id.to_string(),
        "secret-plan".to_owned(),
        "nothing".to_owned(),
    ] {
        let path = format!(
            "/tenants/{}/applications/{name}/functions/echo",
            app.tenant.id
        );
        let request = host
            .post(&path)
            .bearer_auth(&app.token)
            .json(&json!({ "payload": 1 }));
        let (status, code, message) = host.send(request).await.error();
        answers.push((status, code, message.replace(&name, "NAME")));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(
        (answers[0].0, answers[0].1.as_str()),
        (404, "APPLICATION_NOT_FOUND")
    );
}

#[tokio::test]
async fn an_application_without_a_deployment_says_so() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(ECHO)).await;
    let empty = setup
        .directory
        .ensure_application(app.tenant.id, "empty", "Empty")
        .await
        .expect("an application");
    let role = setup
        .directory
        .ensure_role(empty.id, "all", "All", &[])
        .await
        .expect("a role");
    setup
        .directory
        .assign_role(role.id, Assignee::User(app.user.id))
        .await
        .expect("assigned");
    let host = setup.start();
    let request = host
        .post("/tenants/acme/applications/empty/functions/echo")
        .bearer_auth(&app.token);
    let (status, code, _) = host
        .send(request.json(&json!({ "payload": 1 })))
        .await
        .error();
    assert_eq!((status, code.as_str()), (409, "APPLICATION_NOT_DEPLOYED"));
}

#[tokio::test]
async fn a_bundle_that_does_not_load_says_why_and_logs_where() {
    let (host, app) = Setup::serve("throw new Error('no configuration');").await;
    let (status, code, message) = host.call(&app, "echo", json!(null)).await.error();
    assert_eq!((status, code.as_str()), (422, "RUNTIME_ERROR"));
    assert!(message.contains("no configuration"), "{message}");
    host.log(|line| {
        line["message"]
            .as_str()?
            .contains("dist/index.js:1")
            .then_some(())
    });
}

#[tokio::test]
async fn a_new_deployment_takes_over() {
    let (host, app) = Setup::serve("exports.version = () => 1;").await;
    assert_eq!(host.call(&app, "version", json!(null)).await.result(), 1);
    host.deploy(&app, &AppSpec::new("exports.version = () => 2;"))
        .await;
    // The host may answer from what it knew a moment ago, but not for long.
    loop {
        if host.call(&app, "version", json!(null)).await.result() == 2 {
            break;
        }
    }
}

#[tokio::test]
async fn origins_that_are_listed_may_call_from_a_browser() {
    let setup = Setup::new()
        .await
        .with("--cors-origin")
        .with("https://app.example");
    let app = setup.app(AppSpec::new(ECHO)).await;
    let host = setup.start();
    for (origin, allowed) in [
        ("https://app.example", true),
        ("https://evil.example", false),
    ] {
        let request = host
            .request(&app, "echo")
            .bearer_auth(&app.token)
            .header(ORIGIN, origin);
        let answer = host.send(request.json(&json!({ "payload": 1 }))).await;
        let header = answer.headers.get(ACCESS_CONTROL_ALLOW_ORIGIN);
        assert_eq!(
            header.is_some_and(|value| value == origin),
            allowed,
            "{origin}"
        );
        let preflight = host.client().request(
            Method::OPTIONS,
            format!("{}/tenants/a/applications/b/functions/c", host.url),
        );
        let preflight = preflight
            .header(ORIGIN, origin)
            .header("access-control-request-method", "POST");
        let answer = preflight.send().await.expect("an answer");
        assert_eq!(
            answer.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN).is_some(),
            allowed,
            "{origin}"
        );
    }
    // Errors are for the front end, too.
    let answer = host
        .send(
            host.request(&app, "echo")
                .header(ORIGIN, "https://app.example"),
        )
        .await;
    assert!(answer.headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
}

#[tokio::test]
async fn other_urls_and_methods_are_errors_in_the_same_envelope() {
    let (host, app) = Setup::serve(ECHO).await;
    let (status, ..) = host.send(host.post("/nothing/here")).await.error();
    assert_eq!(status, 404);
    let url = format!("{}/tenants/acme/applications/app/functions/echo", host.url);
    let (status, ..) = host
        .send(host.client().get(url).bearer_auth(&app.token))
        .await
        .error();
    assert_eq!(status, 405);
    let health = host.client().get(format!("{}/health", host.url));
    assert_eq!(host.send(health).await.body["status"], "ok");
}

#[tokio::test]
async fn calls_at_once_do_not_wait_for_each_other_or_mix() {
    let (host, app) = Setup::serve(
        "exports.f = async (n) => { await new Promise((r) => setTimeout(r, 20)); return n; };",
    )
    .await;
    let host: &Host = &host;
    let calls = (0..32).map(|number| {
        let app = &app;
        async move { (host.call(app, "f", json!(number)).await.result(), number) }
    });
    for (result, number) in join_all(calls).await {
        assert_eq!(result, number);
    }
}

/// Polls all futures together on this task.
async fn join_all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut pending: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut ready = true;
        for (future, output) in &mut pending {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *output = Some(value),
                    std::task::Poll::Pending => ready = false,
                }
            }
        }
        if ready {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    pending
        .into_iter()
        .filter_map(|(_, output)| output)
        .collect()
}
