//! `ketrics init`: what it makes installs, checks, tests, builds, deploys and answers.

use ketrics_tests::Program;
use ketrics_tests::ketrics;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use tempfile::TempDir;

fn init(name: &str, folder: &Path) -> Output {
    let mut command = Command::new(ketrics());
    command.args(["init", name]).current_dir(folder);
    command.output().expect("it runs")
}

fn npm(arguments: &[&str], folder: &Path) {
    let mut command = Command::new("npm");
    command
        .args(arguments)
        .args(["--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(folder);
    let output = command.output().expect("npm is installed");
    assert!(
        output.status.success(),
        "npm {arguments:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn invoke(folder: &Path, arguments: &[&str]) -> Value {
    let mut command = Command::new(ketrics());
    command.arg("invoke").args(arguments).current_dir(folder);
    let output = command.output().expect("it runs");
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn a_new_application_checks_tests_builds_and_answers() {
    let parent = TempDir::new().expect("a folder");
    let made = init("greeter", parent.path());
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let folder = parent.path().join("greeter");
    let backend = folder.join("backend");
    npm(&["install"], &backend);
    npm(&["run", "check"], &backend);
    npm(&["test"], &backend);

    let program = Program::start(
        Command::new(ketrics())
            .arg("dev")
            .arg(&folder)
            .args(["--listen", "127.0.0.1:0"]),
    );
    program.error(|line| line.contains("Stop with Ctrl-C").then_some(()));
    assert_eq!(
        invoke(&folder, &["greet", "--payload", r#"{"name":"Ada"}"#]),
        json!({ "greeting": "Hello, Ada!" })
    );
    let listed = invoke(&folder, &["--file", "tests/test.listGreetings.json"]);
    assert_eq!(listed[0]["name"], "Ada", "{listed}");
}

#[test]
fn a_folder_that_holds_something_stays_as_it_is() {
    let parent = TempDir::new().expect("a folder");
    let folder = parent.path().join("taken");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("mine.txt"), "mine").expect("a file");
    let refused = init("taken", parent.path());
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("is not empty"));
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1);
}

#[test]
fn a_name_that_cannot_be_says_what_a_name_takes() {
    let parent = TempDir::new().expect("a folder");
    for name in ["My App", "../up", "9lives", "ends-"] {
        let refused = init(name, parent.path());
        assert_eq!(refused.status.code(), Some(2), "{name}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("lower-case letters"), "{name}: {said}");
    }
    assert_eq!(fs::read_dir(parent.path()).expect("a folder").count(), 0);
}
