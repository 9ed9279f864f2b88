//! Every way to take too much ends in its own error, and the next call answers.

use ketrics_tests::Setup;
use serde_json::json;

/// Runs a function that goes over a limit, and then one that does not.
async fn ends_in(source: &str, expected: &[(u16, &str)]) {
    let source = format!("{source}\nexports.fine = () => 'fine';");
    let (host, app) = Setup::serve(&source).await;
    let (status, code, message) = host.call(&app, "f", json!(null)).await.error();
    assert!(
        expected.contains(&(status, code.as_str())),
        "{status} {code} {message}"
    );
    assert!(!message.is_empty());
    assert_eq!(host.call(&app, "fine", json!(null)).await.result(), "fine");
}

#[tokio::test]
async fn an_endless_loop() {
    ends_in(
        "exports.f = () => { while (true) {} };",
        &[(504, "CPU_LIMIT"), (504, "TIMEOUT")],
    )
    .await;
}

#[tokio::test]
async fn an_unending_chain_of_promises() {
    ends_in(
        "exports.f = async () => { for (;;) await null; };",
        &[(504, "CPU_LIMIT"), (504, "TIMEOUT")],
    )
    .await;
}

#[tokio::test]
async fn a_promise_that_never_settles() {
    // Nothing is left that could settle it, so nobody waits for the time limit.
    ends_in(
        "exports.f = () => new Promise(() => {});",
        &[(422, "RUNTIME_ERROR"), (504, "TIMEOUT")],
    )
    .await;
}

#[tokio::test]
async fn an_array_of_ten_gigabytes() {
    ends_in(
        "exports.f = () => { const a = []; for (;;) a.push(new Array(1e6).fill(1.5)); };",
        &[(507, "MEMORY_LIMIT")],
    )
    .await;
}

#[tokio::test]
async fn a_string_of_a_gigabyte() {
    ends_in(
        "exports.f = () => { let s = 'x'; const kept = []; for (;;) { s += s + kept.length; kept.push(s.split('')); } };",
        &[(507, "MEMORY_LIMIT"), (422, "RUNTIME_ERROR")],
    )
    .await;
}

#[tokio::test]
async fn a_hoard_of_typed_arrays() {
    ends_in(
        "exports.f = () => { const kept = []; for (;;) { kept.push(new Uint8Array(8e6).fill(1)); } };",
        &[(507, "MEMORY_LIMIT"), (422, "RUNTIME_ERROR")],
    )
    .await;
}

#[tokio::test]
async fn a_recursion_without_end_is_the_functions_own_error() {
    ends_in(
        "exports.f = () => { const g = () => g() + 1; return g(); };",
        &[(422, "RUNTIME_ERROR")],
    )
    .await;
}

#[tokio::test]
async fn too_many_timers() {
    ends_in(
        "exports.f = () => { for (let i = 0; i < 20000; i++) setTimeout(() => {}, 1000); };",
        &[(422, "RUNTIME_ERROR")],
    )
    .await;
}

#[tokio::test]
async fn endless_module_level_code() {
    let (host, app) = Setup::serve("for (;;) {}").await;
    let (status, _, message) = host.call(&app, "f", json!(null)).await.error();
    assert!(status >= 500, "{status} {message}");
}

#[tokio::test]
async fn a_log_over_its_limit_says_what_was_dropped() {
    let (host, app) = Setup::serve(
        "exports.f = () => { for (let i = 0; i < 400; i++) console.log('line', i); return 1; };
         exports.wide = () => { console.log('y'.repeat(100000)); return 1; };",
    )
    .await;
    assert_eq!(host.call(&app, "f", json!(null)).await.result(), 1);
    host.log(|line| line["message"].as_str()?.contains("144").then_some(()));
    assert!(!host.log_text().contains("line 300"));
    assert_eq!(host.call(&app, "wide", json!(null)).await.result(), 1);
    let length = host.log(|line| {
        let message = line["message"].as_str()?;
        message.starts_with("yyy").then_some(message.len())
    });
    assert!(length < 40_000, "{length}");
}
