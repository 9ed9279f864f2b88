//! Documents and parameters as a function uses them.

use ketrics_directory::GrantKind;
use ketrics_tests::AppSpec;
use ketrics_tests::Program;
use ketrics_tests::Setup;
use ketrics_tests::ketrics;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::process::Command;
use tempfile::TempDir;

#[tokio::test]
async fn documents_are_put_found_and_paged() {
    let setup = Setup::new().await;
    let app = setup
        .app(AppSpec::new(
            "exports.fill = async () => {
               const docs = await ketrics.DocumentDb.connect('docs');
               for (let i = 0; i < 5; i++) {
                 await docs.put('USER', `USER#${i}`, { i, name: '', at: new Date(0), tags: ['é', null, { x: 1.5 }] },
                   { indexKey: { pk: i % 2 ? 'odd' : 'even', sk: `${9 - i}` } });
               }
               await docs.put('USER', 'USER#0', { replaced: true });
               await docs.delete('USER', 'USER#4');
               await docs.delete('USER', 'nobody');
               return [docs.code, [...docs.permissions]];
             };
             exports.read = async () => {
               const docs = await ketrics.DocumentDb.connect('docs');
               const first = await docs.list('USER', { limit: 3 });
               const rest = await docs.list('USER', { limit: 3, cursor: first.cursor });
               return {
                 one: await docs.get('USER', 'USER#1'), none: await docs.get('USER', 'USER#9'),
                 first: [first.count, first.items.map((item) => item.i ?? 'replaced'), typeof first.cursor],
                 rest: rest,
                 odd: (await docs.query('odd')).items.map((item) => item.i),
                 back: (await docs.list('USER', { scanForward: false, skPrefix: 'USER#' })).items.map((item) => item.i ?? 'replaced'),
               };
             };
             exports.faults = async () => {
               const docs = await ketrics.DocumentDb.connect('docs');
               const told = async (act) => { try { await act(); return 'no error'; } catch (error) {
                 return [error.name, error instanceof ketrics.DocumentDb.Error, ketrics.isDocumentDbErrorType(error, error.name), error.field ?? error.requiredPermission]; } };
               return [
                 await told(() => docs.put('', 's', {})),
                 await told(() => docs.put('p', 's', { a: [{ b: NaN }] })),
                 await told(() => docs.put('p', 's', { a: undefined })),
                 await told(() => docs.put('p', 's', { a: 'x'.repeat(410000) })),
                 await told(() => docs.list('USER', { cursor: 'AAAA' })),
                 await told(() => ketrics.DocumentDb.connect('nothing')),
                 await told(() => ketrics.DocumentDb.connect('secret-docs')),
                 await told(async () => (await ketrics.DocumentDb.connect('read-only')).put('p', 's', {})),
               ];
             };",
        ))
        .await;
    for code in ["docs", "secret-docs", "read-only"] {
        let made = setup
            .directory
            .put_document_database(app.tenant.id, code, code);
        made.await.expect("a document database");
    }
    setup
        .grant(&app, GrantKind::DocumentDb, "docs", &["*"])
        .await;
    setup
        .grant(&app, GrantKind::DocumentDb, "read-only", &["read"])
        .await;
    let host = setup.start();
    let filled = host.call(&app, "fill", json!(null)).await.result();
    assert_eq!(filled, json!(["docs", ["read", "write"]]));
    let read = host.call(&app, "read", json!(null)).await.result();
    let at = "1970-01-01T00:00:00.000Z";
    let item = |i: u8| json!({ "i": i, "name": "", "at": at, "tags": ["é", null, { "x": 1.5 }] });
    assert_eq!(
        read,
        json!({
            "one": item(1),
            "none": null,
            "first": [3, ["replaced", 1, 2], "string"],
            "rest": { "items": [item(3)], "count": 1 },
            "odd": [3, 1],
            "back": [3, 2, 1, "replaced"],
        })
    );
    let faults = host.call(&app, "faults", json!(null)).await.result();
    let invalid = |field| json!(["DocumentDbValidationError", true, true, field]);
    assert_eq!(
        faults,
        json!([
            invalid("pk"),
            invalid("item.a[0].b"),
            invalid("item.a"),
            invalid("item"),
            invalid("cursor"),
            ["DocumentDbNotFoundError", true, true, null],
            ["DocumentDbAccessDeniedError", true, true, null],
            ["DocumentDbPermissionDeniedError", true, true, "write"],
        ])
    );
}

#[tokio::test]
async fn a_parameter_is_one_frozen_object_for_an_invocation() {
    let setup = Setup::new().await;
    let app = setup
        .app(AppSpec::new(
            "'use strict';
             exports.read = async () => {
               const value = await ketrics.Parameter.get('billing');
               let refused;
               try { value.rates.high = 0; } catch (error) { refused = error.name; }
               return [value, value === await ketrics.Parameter.get('billing'), refused];
             };
             exports.exists = async (codes) => await Promise.all(codes.map((code) => ketrics.Parameter.exists(code)));
             exports.fault = async (code) => { try { await ketrics.Parameter.get(code); } catch (error) {
               return [error.name, error instanceof ketrics.ParameterError, error.parameterCode, ketrics.Parameter.isErrorType(error, ketrics.Parameter[error.name.replace('Parameter', '')])]; } };",
        ))
        .await;
    for (code, value) in [
        ("billing", r#"{"rates":{"high":0.21}}"#),
        ("list", "[]"),
        ("other", "{}"),
    ] {
        let put = setup.directory.put_parameter(app.tenant.id, code, value);
        put.await.expect("a parameter");
    }
    for code in ["billing", "list"] {
        setup.grant(&app, GrantKind::Parameter, code, &[]).await;
    }
    let host = setup.start();
    let high = json!({ "rates": { "high": 0.21 } });
    let read = host.call(&app, "read", json!(null)).await.result();
    assert_eq!(read, json!([high, true, "TypeError"]));
    let codes = json!(["billing", "list", "other", "nothing"]);
    let exists = host.call(&app, "exists", codes).await.result();
    assert_eq!(exists, json!([true, true, false, false]));
    for (code, class) in [
        ("list", "ParameterInvalidJsonError"),
        ("other", "ParameterAccessDeniedError"),
        ("nothing", "ParameterNotFoundError"),
    ] {
        let fault = host.call(&app, "fault", json!(code)).await.result();
        assert_eq!(fault, json!([class, true, code, true]));
    }
    // The next invocation sees what was changed meanwhile.
    let low = json!({ "rates": { "low": 0.1 } });
    let text = low.to_string();
    let put = host
        .directory
        .put_parameter(app.tenant.id, "billing", &text);
    put.await.expect("a parameter");
    let read = host.call(&app, "read", json!(null)).await.result();
    assert_eq!(read[0], low);
}

#[test]
fn ketrics_dev_makes_declared_documents_and_parameters() {
    let folder = TempDir::new().expect("a folder");
    let config = json!({
        "name": "small", "version": "0.1.0", "runtime": "nodejs18", "actions": ["read"], "entry": "index.js",
        "resources": { "documentdb": [{ "code": "app-data" }], "parameter": [{ "code": "billing" }] },
    });
    let bundle = "exports.f = async () => {
        const docs = await ketrics.DocumentDb.connect(ketrics.environment.APP_DATA_DOCDB);
        await docs.put('p', 's', { a: 1 });
        return [await docs.get('p', 's'), await ketrics.Parameter.get(ketrics.environment.BILLING_PARAMETER)];
      };";
    fs::create_dir_all(folder.path().join("backend")).expect("a folder");
    for (file, text) in [
        ("ketrics.config.json", config.to_string()),
        ("backend/index.js", bundle.to_owned()),
        (
            "dev.json",
            r#"{ "parameters": { "billing": { "currency": "EUR" } } }"#.to_owned(),
        ),
    ] {
        fs::write(folder.path().join(file), text).expect("a file");
    }
    let mut command = Command::new(ketrics());
    command.arg("dev").arg(folder.path());
    let program = Program::start(command.args(["--listen", "127.0.0.1:0"]));
    program.error(|line| line.contains("Stop with Ctrl-C").then_some(()));
    let mut command = Command::new(ketrics());
    command.args(["invoke", "f"]).current_dir(folder.path());
    for name in [
        "KETRICS_RUNTIME_URL",
        "KETRICS_TENANT_ID",
        "KETRICS_APPLICATION_ID",
        "KETRICS_TOKEN",
    ] {
        command.env_remove(name);
    }
    let output = command.output().expect("it runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    let result: Value = serde_json::from_slice(&output.stdout).expect(&errors);
    assert_eq!(result, json!([{ "a": 1 }, { "currency": "EUR" }]));
}
