//! The file, the variables, and what the documentation says of both.

use super::Config;
use super::settings::SETTINGS;
use ketrics_services::SecretEngine;
use ketrics_services::VolumeEngine;
use std::io::Write;
use tempfile::NamedTempFile;

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let mut file = NamedTempFile::new().expect("a file");
    file.write_all(text.as_bytes()).expect("a text");
    let environment = |name: &str| {
        let found = variables.iter().find(|(variable, _)| *variable == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    Config::read(Some(file.path()), environment).map_err(|problem| problem.to_string())
}

const S3: &str = "[volumes]\nengine = \"s3\"\nbucket = \"files\"\nforce_path_style = true\n";

#[test]
fn a_variable_overrides_the_file() {
    let config = read(
        &format!("listen = \"0.0.0.0:1\"\ncors_origins = [\"a\"]\nforked_ahead = 3\n{S3}"),
        &[
            ("KETRICS_VOLUMES_BUCKET", "others"),
            ("KETRICS_VOLUMES_FORCE_PATH_STYLE", "false"),
            ("KETRICS_CORS_ORIGINS", "b, c"),
            ("KETRICS_FORKED_AHEAD", ""),
        ],
    )
    .expect("a configuration");
    assert_eq!(config.text("", "listen").as_deref(), Some("0.0.0.0:1"));
    assert_eq!(config.list("", "cors_origins"), ["b", "c"]);
    assert_eq!(
        config.number::<usize>("", "forked_ahead").ok(),
        Some(Some(3))
    );
    match config.volumes() {
        Ok(VolumeEngine::S3(s3)) => {
            assert_eq!((s3.bucket.as_str(), s3.force_path_style), ("others", false));
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(config.secrets(), Ok(SecretEngine::Local)));
}

#[test]
fn what_is_wrong_is_named_with_what_is_allowed() {
    let kms = "[secrets]\nengine = \"kms\"\n";
    for (text, variables, says) in [
        (
            "liste = \"x\"",
            &[][..],
            "no setting named liste; there are: data, listen",
        ),
        (
            "[volume]\nengine = \"s3\"",
            &[],
            "no setting named volume; there are: ",
        ),
        (
            "[volumes]\nbuckets = \"x\"",
            &[],
            "[volumes] has no setting named buckets; there are: engine, bucket",
        ),
        (
            "[volumes]\nengine = \"ftp\"",
            &[],
            "volumes.engine must be one of folder, s3, not \"ftp\"",
        ),
        ("listen = 8700", &[], "listen must be a text in quotes"),
        (
            "forked_ahead = -1",
            &[],
            "forked_ahead must be a whole number from 0, not -1",
        ),
        ("listen = ", &[], "line 1"),
        (
            "[volumes]\nbucket = \"x\"",
            &[],
            "volumes.bucket is for volumes.engine = \"s3\"",
        ),
        (
            "",
            &[("KETRICS_SECRETS_ENGINE", "vault")],
            "KETRICS_SECRETS_ENGINE must be one of local, kms, not vault",
        ),
        (
            "",
            &[("KETRICS_FORKED_AHEAD", "two")],
            "KETRICS_FORKED_AHEAD must be a whole number",
        ),
        (
            "[volumes]\nengine = \"s3\"",
            &[],
            "volumes.bucket is not set",
        ),
        (kms, &[], "secrets.kms_key_id is not set"),
        (
            "[directory]\nengine = \"postgres\"",
            &[],
            "directory.url is not set",
        ),
        (
            "[directory]\nurl = \"postgres://h/d\"",
            &[],
            "directory.url is for directory.engine = \"postgres\"",
        ),
        (
            "[directory]\nengine = \"postgres\"\nurl = \"x\"\nmax_connections = 0",
            &[],
            "directory.max_connections must be at least 1",
        ),
        (
            "[authentication]\naudience = [\"a\"]",
            &[],
            "authentication.audience has no effect without authentication.issuer",
        ),
        (
            "[authentication]\nissuer = \"i\"",
            &[],
            "authentication.audience is not set",
        ),
        (
            "[authentication]\nissuer = \"i\"\naudience = [\"a\"]",
            &[],
            "authentication.issuer needs one of",
        ),
        (
            "[authentication]\nissuer = \"i\"\naudience = [\"a\"]\njwks_file = \"f\"\n\
             clock_skew = 301",
            &[],
            "authentication.clock_skew must be at most 300",
        ),
        ("[jobs]\nat_once = 0", &[], "jobs.at_once must be from 1 to"),
        ("[jobs]\nlease = 2", &[], "jobs.lease must be from 3 to 600"),
        (S3, &[("KETRICS_VOLUMES_ACCESS_KEY_ID", "x")], "go together"),
        (
            "[ai]\nengine = \"bedrock\"\nmodels = [\"x\"]",
            &[],
            "ai.models: \"x\" must be",
        ),
        (
            "[ai]\nengine = \"bedrock\"\ntokens_per_month = 1",
            &[],
            "ai.tokens_per_month go together",
        ),
        (
            "[ai]\nmodels = [\"a=b\"]",
            &[],
            "ai.models is for ai.engine",
        ),
        ("[push]\nengine = \"webhook\"", &[], "push.url is not set"),
        ("[push]\nengine = \"sns\"", &[], "push.topic_arn is not set"),
        (
            "[logs]\nengine = \"cloudwatch\"",
            &[],
            "logs.group is not set",
        ),
        (
            "[logs]\ngroup = \"g\"",
            &[],
            "logs.group is for logs.engine = \"cloudwatch\"",
        ),
    ] {
        let problem = read(text, variables).and_then(|config| {
            config.directory().map_err(|problem| problem.to_string())?;
            config.issuer().map_err(|problem| problem.to_string())?;
            config.jobs().map_err(|problem| problem.to_string())?;
            config.volumes().map_err(|problem| problem.to_string())?;
            config.secrets().map_err(|problem| problem.to_string())?;
            config.ai().map_err(|problem| problem.to_string())?;
            config.push().map_err(|problem| problem.to_string())?;
            config.logs().map_err(|problem| problem.to_string())?;
            config.documents().map_err(|problem| problem.to_string())
        });
        let problem = problem.err().unwrap_or_default();
        assert!(problem.contains(says), "{text}: {problem}");
    }
}

#[test]
fn the_log_is_kept_for_two_weeks_unless_the_host_says_otherwise() {
    let kept = |text: &str| {
        let config = read(text, &[]).expect("a configuration");
        let logs = config.logs().expect("a place for logs");
        logs.retention.map(|time| time.as_secs() / 86_400)
    };
    assert_eq!(kept(""), Some(14));
    assert_eq!(kept("[logs]\nretention_days = 90"), Some(90));
    assert_eq!(kept("[logs]\nretention_days = 0"), None);
}

#[test]
fn limits_and_the_sandbox_are_set_by_name_and_range() {
    let text = "[limits]\ncpu_seconds = 20\n[limits.maximum]\nheap_mb = 64\n[sandbox]\nminimum = \"full\"\n[concurrency]\nhost = 10\nqueue_wait_ms = 50\n";
    let config = read(text, &[("KETRICS_LIMITS_TIMERS", "7")]).expect("a configuration");
    let limits = config
        .limits()
        .map(|policy| policy.defaults())
        .expect("limits");
    assert_eq!(limits.cpu.as_secs(), 20);
    assert_eq!(limits.heap_bytes, 64 * 1024 * 1024);
    assert_eq!(limits.timers, 7);
    let concurrency = config.concurrency().expect("a concurrency");
    assert_eq!((concurrency.host, concurrency.wait.as_millis()), (10, 50));
    assert_eq!(config.sandbox().expect("a level").name(), "full");
    for (text, says) in [
        (
            "[limits]\ncpu = 1",
            "[limits] has no setting named cpu; there are: wall_clock_seconds",
        ),
        (
            "[limits]\nheap_mb = 1",
            "[limits]: heap_mb must be a whole number from 32 to 4096, not 1",
        ),
        (
            "[limits.most]\nheap_mb = 64",
            "[limits] has no setting named most",
        ),
        (
            "[concurrency]\nhost = 1",
            "concurrency.host must be a whole number from 2",
        ),
        (
            "[sandbox]\nminimum = \"none\"",
            "sandbox.minimum must be one of process, filtered, full",
        ),
    ] {
        let problem = read(text, &[]).and_then(|config| {
            config.limits().map_err(|problem| problem.to_string())?;
            config.concurrency().map_err(|problem| problem.to_string())
        });
        let problem = problem.err().unwrap_or_default();
        assert!(problem.contains(says), "{text}: {problem}");
    }
}

#[test]
fn the_documentation_explains_every_setting_and_no_other() {
    let text = include_str!("../../../../docs/configuration.md");
    let mut rows = Vec::new();
    let mut section = String::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            let name = heading.trim_matches(['`', '[', ']']);
            section = if heading.starts_with("`[") {
                name.to_owned()
            } else {
                String::new()
            };
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        if let ["", name, variable, _, about, ""] = cells.as_slice()
            && name.starts_with('`')
        {
            assert!(about.len() > 10, "{name} is not explained");
            let name = name.trim_matches('`').to_owned();
            rows.push((section.clone(), name, variable.trim_matches('`').to_owned()));
        }
    }
    let known = SETTINGS.iter().map(|setting| {
        let (section, name) = (setting.section.to_owned(), setting.name.to_owned());
        (section, name, setting.variable())
    });
    assert_eq!(rows, known.collect::<Vec<_>>());
}
