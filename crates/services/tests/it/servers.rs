//! Real servers that the same tests run against, beside the embedded engines.
//!
//! `scripts/test-servers` starts them and says in the environment where they are. Where one is
//! missing, its tests pass and say so; in CI (`CI=true`) they fail.

use crate::world::Engines;
use aws_sdk_s3::config::BehaviorVersion;
use aws_sdk_s3::config::Credentials;
use aws_sdk_s3::config::Region;
use ketrics_services::AwsAccess;
use ketrics_services::AwsKeys;
use ketrics_services::KmsConfig;
use ketrics_services::S3Config;
use ketrics_services::SecretEngine;
use ketrics_services::VolumeEngine;
use tokio::sync::OnceCell;

pub const BUCKET: &str = "ketrics-test";
const KEY: &str = "test";
const SECRET: &str = "testtest";

/// The value of a variable that tells where a server is.
#[expect(
    clippy::disallowed_methods,
    reason = "what runs the tests says where the servers are"
)]
fn find(variable: &str, what: &str) -> Option<String> {
    let found = std::env::var(variable).ok().filter(|url| !url.is_empty());
    if found.is_none() {
        let missing =
            format!("{variable} is not set: there is no {what}; `scripts/test-servers` starts one");
        assert!(std::env::var("CI").is_err(), "{missing}");
        eprintln!("not tested: {missing}");
    }
    found
}

pub fn access(endpoint: &str) -> AwsAccess {
    AwsAccess {
        region: Some("us-east-1".to_owned()),
        endpoint: Some(endpoint.to_owned()),
        keys: Some(AwsKeys {
            access_key_id: KEY.to_owned(),
            secret_access_key: SECRET.to_owned().into(),
        }),
    }
}

/// A client of the server itself, to look behind the services.
pub fn client(endpoint: &str) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .force_path_style(true)
        .credentials_provider(Credentials::new(KEY, SECRET, None, None, "test"))
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

pub fn bucket(endpoint: &str) -> S3Config {
    S3Config {
        bucket: BUCKET.to_owned(),
        prefix: "some/prefix/".to_owned(),
        force_path_style: true,
        access: access(endpoint),
    }
}

/// Where the S3 server is, with the bucket made.
pub async fn s3() -> Option<String> {
    static MADE: OnceCell<()> = OnceCell::const_new();
    let endpoint = find("KETRICS_TEST_S3", "S3 server")?;
    MADE.get_or_init(|| async {
        let client = client(&endpoint);
        // It may be there from a former run.
        let made = client.create_bucket().bucket(BUCKET).send().await;
        if made.is_err() {
            client.head_bucket().bucket(BUCKET).send().await.unwrap();
        }
    })
    .await;
    Some(endpoint)
}

/// Where the server is that speaks AWS's protocols.
pub fn aws() -> Option<String> {
    find("KETRICS_TEST_AWS", "server that speaks SNS")
}

/// Where KMS is, with a new key.
pub async fn kms() -> Option<KmsConfig> {
    let endpoint = find("KETRICS_TEST_AWS", "server that speaks KMS")?;
    let key_id = new_key(&endpoint).await;
    Some(KmsConfig {
        key_id,
        access: access(&endpoint),
    })
}

pub async fn new_key(endpoint: &str) -> String {
    let made = kms_client(endpoint).create_key().send().await.unwrap();
    made.key_metadata.unwrap().key_id
}

pub fn kms_client(endpoint: &str) -> aws_sdk_kms::Client {
    let config = aws_sdk_kms::Config::builder()
        .behavior_version(aws_sdk_kms::config::BehaviorVersion::v2026_01_12())
        .region(aws_sdk_kms::config::Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(Credentials::new(KEY, SECRET, None, None, "test"))
        .build();
    aws_sdk_kms::Client::from_conf(config)
}

pub async fn on_s3() -> Option<Engines> {
    let endpoint = s3().await?;
    Some(Engines {
        volumes: VolumeEngine::S3(bucket(&endpoint)),
        ..Engines::default()
    })
}

pub async fn with_kms() -> Option<Engines> {
    Some(Engines {
        secrets: SecretEngine::Kms(kms().await?),
        ..Engines::default()
    })
}

/// Makes a test of each function for each engine of volumes.
macro_rules! volumes {
    ($($name:ident,)*) => {
        mod in_a_folder {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(crate::world::Engines::default()).await;
            })*
        }
        mod on_s3 {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                if let Some(engines) = crate::servers::on_s3().await {
                    super::$name(engines).await;
                }
            })*
        }
    };
}

/// Makes a test of each function for each engine of secrets.
macro_rules! secrets {
    ($($name:ident,)*) => {
        mod with_a_key_file {
            $(#[tokio::test]
            async fn $name() {
                super::$name(crate::world::Engines::default()).await;
            })*
        }
        mod with_kms {
            $(#[tokio::test]
            async fn $name() {
                if let Some(engines) = crate::servers::with_kms().await {
                    super::$name(engines).await;
                }
            })*
        }
    };
}

pub(crate) use secrets;
pub(crate) use volumes;
