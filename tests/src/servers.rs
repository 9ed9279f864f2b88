//! The servers of a production host, as `scripts/test-servers` starts them. Where one is missing,
//! its tests pass and say so; in CI (`CI=true`) they fail.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::BehaviorVersion;
use aws_sdk_s3::config::Credentials;
use aws_sdk_s3::config::Region;
use serde_json::Value;
use serde_json::json;
use std::env;
use uuid::Uuid;

/// Access key of the test servers.
pub const KEY: &str = "test";
/// Its secret.
pub const SECRET: &str = "testtest";

const BUCKET: &str = "ketrics-e2e";
/// Where the development machines have it.
const POSTGRES: &str = "postgres://root@127.0.0.1:5432/test";

const MYSQL: &str = "mysql://root@127.0.0.1:3306/test";

/// What the environment says about a server.
///
/// # Panics
/// In CI, when it says nothing.
#[must_use]
pub fn find(variable: &str) -> Option<String> {
    let found = env::var(variable).ok().filter(|url| !url.is_empty());
    if found.is_none() {
        missing(&format!(
            "{variable} is not set; `scripts/test-servers` starts a server"
        ));
    }
    found
}

/// Says that something cannot be tested, which CI does not allow.
pub(crate) fn missing(what: &str) {
    assert!(env::var("CI").is_err(), "{what}");
    eprintln!("not tested: {what}");
}

/// Where PostgreSQL is.
#[must_use]
pub fn postgres() -> String {
    env::var("KETRICS_TEST_POSTGRES").unwrap_or_else(|_| POSTGRES.to_owned())
}

/// Where MySQL or MariaDB is.
#[must_use]
pub fn mysql() -> String {
    env::var("KETRICS_TEST_MYSQL").unwrap_or_else(|_| MYSQL.to_owned())
}

/// Whether the directories of all tests are to be in PostgreSQL.
pub(crate) fn directories_in_postgres() -> bool {
    env::var("KETRICS_TEST_DIRECTORY").is_ok_and(|engine| engine == "postgres")
}

/// The S3 server, with an empty or used bucket for these tests: its address and the bucket's name.
///
/// # Panics
/// When the server does not take the bucket.
pub async fn s3() -> Option<(String, &'static str)> {
    let endpoint = find("KETRICS_TEST_S3")?;
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .endpoint_url(&endpoint)
        .force_path_style(true)
        .credentials_provider(Credentials::new(KEY, SECRET, None, None, "test"))
        .build();
    let client = Client::from_conf(config);
    // It may be there from a former run.
    if client.create_bucket().bucket(BUCKET).send().await.is_err() {
        let found = client.head_bucket().bucket(BUCKET).send().await;
        found.expect("the bucket can be made or is there");
    }
    Some((endpoint, BUCKET))
}

/// The section of a configuration file for volumes in S3.
pub async fn volumes() -> Option<String> {
    let (endpoint, bucket) = s3().await?;
    Some(format!(
        "[volumes]\nengine = \"s3\"\nbucket = \"{bucket}\"\nforce_path_style = true\n{}",
        access(&endpoint)
    ))
}

fn access(endpoint: &str) -> String {
    format!(
        "endpoint = \"{endpoint}\"\naccess_key_id = \"{KEY}\"\nsecret_access_key = \"{SECRET}\"\n"
    )
}

/// Asks a service of AWS that speaks JSON. Moto takes any signature.
async fn ask(endpoint: &str, service: &str, target: &str, body: Value) -> Value {
    let client = reqwest::Client::builder().no_proxy().build();
    let answer = client
        .expect("a client")
        .post(endpoint)
        .header("X-Amz-Target", target)
        .header("Content-Type", "application/x-amz-json-1.1")
        .header(
            "Authorization",
            format!(
                "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, \
                 SignedHeaders=host, Signature=none"
            ),
        )
        .body(body.to_string())
        .send()
        .await
        .expect("moto answers");
    let text = answer.text().await.expect("a text");
    serde_json::from_str(&text).unwrap_or_default()
}

/// A new key in KMS.
async fn key(endpoint: &str) -> String {
    let answer = ask(endpoint, "kms", "TrentService.CreateKey", json!({})).await;
    let id = answer["KeyMetadata"]["KeyId"].as_str();
    id.expect("a key has an id").to_owned()
}

/// A new log group in CloudWatch.
pub async fn log_group(endpoint: &str) -> String {
    let name = format!("ketrics-{}", Uuid::new_v4().simple());
    let body = json!({ "logGroupName": name });
    ask(endpoint, "logs", "Logs_20140328.CreateLogGroup", body).await;
    name
}

/// Time and JSON object of each event of a log stream.
pub async fn log_events(endpoint: &str, group: &str, stream: &str) -> Vec<(i64, Value)> {
    let body = json!({ "logGroupName": group, "logStreamName": stream, "startFromHead": true });
    let answer = ask(endpoint, "logs", "Logs_20140328.GetLogEvents", body).await;
    let events = answer["events"].as_array().cloned().unwrap_or_default();
    let events = events.iter().filter_map(|event| {
        let line = serde_json::from_str(event["message"].as_str()?).ok()?;
        Some((event["timestamp"].as_i64()?, line))
    });
    events.collect()
}

/// The configuration file of a host on S3, KMS and PostgreSQL.
pub async fn production() -> Option<String> {
    let volumes = volumes().await?;
    let kms = find("KETRICS_TEST_AWS")?;
    let postgres = postgres();
    let key = key(&kms).await;
    Some(format!(
        "{volumes}[secrets]\nengine = \"kms\"\nkms_key_id = \"{key}\"\n{}\
         [documents]\nengine = \"postgres\"\nurl = \"{postgres}\"\n",
        access(&kms)
    ))
}
