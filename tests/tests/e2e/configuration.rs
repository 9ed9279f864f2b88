//! A production host whose configuration does not work says so when it starts, and names the
//! setting.

use ketrics_tests::ketrics;
use ketrics_tests::servers;
use std::fs;
use std::process::Command;
use tempfile::TempDir;

/// What `ketrics serve` says that cannot start.
fn refusal(config: &str, environment: &[(&str, &str)]) -> String {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("ketrics.toml");
    fs::write(&path, config).expect("a file");
    let output = Command::new(ketrics())
        .arg("serve")
        .arg("--config")
        .arg(&path)
        .arg("--data")
        .arg(folder.path().join("data"))
        .args(["--listen", "127.0.0.1:0"])
        .envs(environment.iter().copied())
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{told}");
    for secret in [servers::SECRET, "hunter2"] {
        assert!(!told.contains(secret), "{told}");
    }
    told
}

#[tokio::test]
async fn what_does_not_work_is_named_by_its_setting() {
    let Some(right) = servers::production().await else {
        return;
    };
    let (bucket, key) = (line(&right, "bucket = "), line(&right, "kms_key_id = "));
    let url = line(&right, "url = ");
    for (from, to, says) in [
        (
            bucket,
            "bucket = \"no-such-bucket-here\"",
            "volumes.bucket names a bucket that does not exist",
        ),
        (
            key,
            "kms_key_id = \"11111111-2222-3333-4444-555555555555\"",
            "secrets.kms_key_id names a key that does not exist",
        ),
        (
            url,
            "url = \"postgres://ada:hunter2@127.0.0.1:9/documents\"",
            "documents.url",
        ),
        (
            url,
            "url = \"hunter2\"",
            "documents.url must be like postgres://user:password@host:5432/database",
        ),
        (
            url,
            "url = \"postgres://x\"\ntable = \"t\"",
            "documents.table",
        ),
        ("engine = \"s3\"", "engine = \"s4\"", "volumes.engine"),
        (
            "force_path_style = true",
            "force_path_stile = true",
            "force_path_stile",
        ),
    ] {
        assert!(right.contains(from), "{from}");
        let told = refusal(&right.replacen(from, to, 1), &[]);
        assert!(told.contains(says), "{says}: {told}");
    }
    // A variable counts before the file, and is named by the same setting.
    let told = refusal(&right, &[("KETRICS_VOLUMES_BUCKET", "no-such-bucket-here")]);
    assert!(told.contains("volumes.bucket"), "{told}");
    let told = refusal(&right, &[("KETRICS_VOLUMES_SECRET_ACCESS_KEY", "wrong")]);
    assert!(told.contains("access_key_id"), "{told}");
}

#[tokio::test]
async fn a_log_group_that_is_not_there_is_named() {
    let Some(endpoint) = servers::find("KETRICS_TEST_AWS") else {
        return;
    };
    let config = format!(
        "[logs]\nengine = \"cloudwatch\"\ngroup = \"/no/such/group\"\nendpoint = \"{endpoint}\"\n\
         access_key_id = \"{}\"\nsecret_access_key = \"{}\"\n",
        servers::KEY,
        servers::SECRET
    );
    let told = refusal(&config, &[]);
    let says = "logs.group names a log group that does not exist";
    assert!(told.contains(says), "{told}");
    let told = refusal(&config, &[("KETRICS_LOGS_ENDPOINT", "http://127.0.0.1:9")]);
    assert!(told.contains("logs.endpoint"), "{told}");
}

fn line<'t>(text: &'t str, start: &str) -> &'t str {
    let found = text.lines().find(|line| line.starts_with(start));
    found.expect("the file has such a line")
}
