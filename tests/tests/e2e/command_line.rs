//! The command line as people and scripts use it.

use ketrics_tests::ketrics;
use std::fs;
use std::process::Command;
use std::process::Output;
use tempfile::TempDir;

fn run(arguments: &[&str]) -> Output {
    let nowhere = TempDir::new().expect("a folder");
    let mut command = Command::new(ketrics());
    command.args(arguments).current_dir(nowhere.path());
    for name in [
        "KETRICS_RUNTIME_URL",
        "KETRICS_TENANT_ID",
        "KETRICS_APPLICATION_ID",
        "KETRICS_TOKEN",
    ] {
        command.env_remove(name);
    }
    command.output().expect("it runs")
}

#[test]
fn help_lists_what_users_need_and_hides_the_rest() {
    let output = run(&["--help"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    for command in ["dev", "invoke", "serve"] {
        assert!(
            text.lines()
                .any(|line| line.trim_start().starts_with(command)),
            "{command}: {text}"
        );
    }
    for hidden in ["worker", "snapshot"] {
        assert!(
            !text
                .lines()
                .any(|line| line.trim_start().starts_with(hidden)),
            "{hidden}: {text}"
        );
    }
}

#[test]
fn wrong_usage_exits_with_2_and_says_what_to_do() {
    for (arguments, expected) in [
        (&["nonsense"][..], "unrecognized subcommand"),
        (&["invoke"], "required arguments"),
        (
            &["invoke", "echo", "--file", "x.json"],
            "cannot be used with",
        ),
        (&["invoke", "echo"], "start `ketrics dev FOLDER`"),
        (&["serve"], "--data"),
        (
            &["serve", "--data", "x", "--allow-egress", "10.0.0.0/99"],
            "egress rule",
        ),
        (&["dev", "/nonexistent"], "No such file"),
    ] {
        let output = run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains(expected), "{arguments:?}: {errors}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_folder_that_is_no_application_is_named() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().to_str().expect("a path");
    let output = run(&["dev", path]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        errors.contains("ketrics.config.json cannot be read"),
        "{errors}"
    );
    let output = run(&["invoke", "echo", "--app", path]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_host_that_does_not_answer_is_named() {
    let mut command = Command::new(ketrics());
    command.args(["invoke", "echo"]);
    for (name, value) in [
        ("KETRICS_RUNTIME_URL", "http://127.0.0.1:1"),
        ("KETRICS_TENANT_ID", "t"),
        ("KETRICS_APPLICATION_ID", "a"),
        ("KETRICS_TOKEN", "x"),
    ] {
        command.env(name, value);
    }
    let output = command.output().expect("it runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        errors.contains("http://127.0.0.1:1 does not answer"),
        "{errors}"
    );
}

#[test]
fn a_payload_that_is_no_json_is_refused_before_anything_is_sent() {
    let folder = TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join(".ketrics")).expect("a folder");
    let settings = "KETRICS_RUNTIME_URL=http://127.0.0.1:1\nKETRICS_TENANT_ID=t\nKETRICS_APPLICATION_ID=a\nKETRICS_TOKEN=x\n";
    fs::write(folder.path().join(".ketrics/dev.env"), settings).expect("a file");
    let path = folder.path().to_str().expect("a path");
    let output = run(&["invoke", "echo", "--app", path, "--payload", "{oops"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("--payload holds no JSON"), "{errors}");
}
