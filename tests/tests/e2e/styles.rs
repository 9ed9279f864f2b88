//! Applications in every style that exists, built by their own toolchains (`tests/apps`).

use ketrics_directory::VolumeSpec;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Folder;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use ketrics_tests::built;
use serde_json::Value;
use serde_json::json;
use std::fs;

/// A host on which the style was deployed as its developer would do it, by the command line.
async fn serve(file: &str) -> (Host, App) {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new("exports.before = () => 1;")).await;
    setup
        .volume(&app, "files", VolumeSpec::default(), &["*"])
        .await;
    let host = setup.start();
    let config = json!({
        "entry": format!("dist/{file}"),
        "environment": [{ "name": "LEVEL", "description": "How much is told" }],
    });
    let folder = Folder::new(&config, "");
    let dist = folder.path().join("backend/dist");
    for name in [file, &format!("{file}.map")] {
        fs::write(dist.join(name), built(name)).expect("a file");
    }
    host.directory
        .set_environment(app.application.id, "LEVEL", "debug")
        .await
        .expect("a value");
    let deployed = folder.run(&host, &app, &["deploy"]);
    let errors = String::from_utf8_lossy(&deployed.stderr);
    assert_eq!(deployed.status.code(), Some(0), "{file}: {errors}");
    (host, app)
}

/// What the function `run` of a style returns.
async fn run(file: &str) -> Value {
    let (host, app) = serve(file).await;
    host.call(&app, "run", json!({ "key": "a/b.txt" }))
        .await
        .result()
}

#[tokio::test]
async fn flat_names_of_sdk_0_7_to_0_9() {
    assert_eq!(
        run("flat-names.js").await,
        json!({
            "url": true, "method": "GET", "upload": "PUT",
            "caught": ["nothing", true, true, true, true],
        })
    );
}

#[tokio::test]
async fn grouped_modules_of_sdk_0_11() {
    assert_eq!(
        run("grouped-0.11.js").await,
        json!({ "size": 7, "caught": [true, "CrossAppPermissionError", true] })
    );
}

#[tokio::test]
async fn grouped_modules_of_sdk_0_17() {
    assert_eq!(
        run("grouped-0.17.js").await,
        json!({ "text": "seventeen", "by": "test", "length": 64, "caught": [true, "nothing"] })
    );
}

#[tokio::test]
async fn error_classes_imported_from_the_package_are_those_of_ketrics() {
    for file in ["errors-external.js", "errors-bundled.js"] {
        assert_eq!(
            run(file).await,
            json!({ "thrown": [true, true, true], "same": true, "made": true, "json": "k" }),
            "{file}"
        );
    }
}

#[tokio::test]
async fn es_modules() {
    assert_eq!(
        run("es-module.mjs").await,
        json!({ "loadedWith": "debug", "extension": ".txt", "exists": true })
    );
    assert_eq!(
        run("top-level-await.mjs").await,
        json!({ "ready": "ready", "base": "b.txt" })
    );
}

#[tokio::test]
async fn a_module_that_waits_for_nothing_fails_to_load() {
    let setup = Setup::new().await;
    let source = "await new Promise(() => {}); export const run = () => 1;";
    let app = setup.app(AppSpec::module(source)).await;
    let host = setup.start();
    let (status, code, message) = host.call(&app, "run", json!(null)).await.error();
    assert_eq!((status, code.as_str()), (422, "RUNTIME_ERROR"));
    assert!(message.contains("top-level await never ends"), "{message}");
}

#[tokio::test]
async fn commonjs_by_the_compiler_alone() {
    assert_eq!(
        run("tsc-commonjs.js").await,
        json!({ "heard": ["a/b.txt"], "same": "files" })
    );
}

#[tokio::test]
async fn minified_bundles() {
    assert_eq!(
        run("minified.js").await,
        json!({ "caught": ["FileAlreadyExistsError", "FileAlreadyExistsError", true, "7", "InvoiceError"] })
    );
    let (host, app) = serve("minified.js").await;
    let answer = host.call(&app, "fail", json!(null)).await;
    assert_eq!(
        answer.error(),
        (
            422,
            "RUNTIME_ERROR".to_owned(),
            "invoice 8 is not there".to_owned()
        )
    );
}

#[tokio::test]
async fn decorators_and_enums() {
    for file in ["decorators-and-enums.js", "decorators-by-esbuild.js"] {
        assert_eq!(
            run(file).await,
            json!({ "status": "closed", "calls": ["close"], "weight": 11 }),
            "{file}"
        );
    }
}
