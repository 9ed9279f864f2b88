//! From settings to engines.

use crate::config::Config;
use crate::host::LogsOptions;
use crate::problem::Problem;
use ketrics_directory::AiAllowance;
use ketrics_directory::DirectoryEngine;
use ketrics_directory::PostgresDirectory;
use ketrics_gateway::jobs::JobsConfig;
use ketrics_services::AiEngine;
use ketrics_services::AwsAccess;
use ketrics_services::AwsKeys;
use ketrics_services::BedrockConfig;
use ketrics_services::CloudWatchConfig;
use ketrics_services::DocumentsEngine;
use ketrics_services::DynamoDbDocuments;
use ketrics_services::KmsConfig;
use ketrics_services::PostgresDocuments;
use ketrics_services::PushConfig;
use ketrics_services::PushEngine;
use ketrics_services::S3Config;
use ketrics_services::SecretEngine;
use ketrics_services::VolumeEngine;
use ketrics_services::WebhookConfig;
use std::ops::RangeInclusive;
use std::time::Duration;

const MAX_CONNECTIONS: u32 = 16;
/// More than any host runs at once.
const MOST_JOBS: usize = 1_000;
/// Seconds: a lease is renewed three times before it ends.
const LEASES: RangeInclusive<u64> = 3..=600;
const DAY: Duration = Duration::from_hours(24);
const INDEX: &str = "GSI2";
const TTL_ATTRIBUTE: &str = "ttl";

impl Config {
    /// What keeps the directory.
    pub fn directory(&self) -> Result<DirectoryEngine, Problem> {
        if self.text("directory", "engine").as_deref() != Some("postgres") {
            return Ok(DirectoryEngine::Sqlite);
        }
        Ok(DirectoryEngine::Postgres(PostgresDirectory {
            url: self.required("directory", "url")?,
            max_connections: self.connections("directory")?,
        }))
    }

    /// How jobs are run.
    pub fn jobs(&self) -> Result<JobsConfig, Problem> {
        let mut jobs = JobsConfig::default();
        if let Some(number) = self.number("jobs", "at_once")? {
            jobs.at_once = number;
        }
        if let Some(seconds) = self.number("jobs", "lease")? {
            jobs.lease = Duration::from_secs(seconds);
        }
        if jobs.at_once == 0 || jobs.at_once > MOST_JOBS {
            return Err(Problem::Usage(format!(
                "jobs.at_once must be from 1 to {MOST_JOBS}"
            )));
        }
        if !LEASES.contains(&jobs.lease.as_secs()) {
            return Err(Problem::Usage(format!(
                "jobs.lease must be from {} to {} seconds",
                LEASES.start(),
                LEASES.end()
            )));
        }
        Ok(jobs)
    }

    /// What keeps the files of volumes.
    pub fn volumes(&self) -> Result<VolumeEngine, Problem> {
        if self.text("volumes", "engine").as_deref() != Some("s3") {
            return Ok(VolumeEngine::Folder);
        }
        Ok(VolumeEngine::S3(S3Config {
            bucket: self.required("volumes", "bucket")?,
            prefix: self.text("volumes", "prefix").unwrap_or_default(),
            force_path_style: self.switch("volumes", "force_path_style"),
            access: self.access("volumes")?,
        }))
    }

    /// What keeps the key that encrypts.
    pub fn secrets(&self) -> Result<SecretEngine, Problem> {
        if self.text("secrets", "engine").as_deref() != Some("kms") {
            return Ok(SecretEngine::Local);
        }
        Ok(SecretEngine::Kms(KmsConfig {
            key_id: self.required("secrets", "kms_key_id")?,
            access: self.access("secrets")?,
        }))
    }

    /// What keeps documents.
    pub fn documents(&self) -> Result<DocumentsEngine, Problem> {
        let text = |name| self.text("documents", name);
        match text("engine").as_deref() {
            Some("postgres") => Ok(DocumentsEngine::Postgres(PostgresDocuments {
                url: self.required("documents", "url")?,
                max_connections: self.connections("documents")?,
            })),
            Some("dynamodb") => Ok(DocumentsEngine::DynamoDb(DynamoDbDocuments {
                table: self.required("documents", "table")?,
                index: text("index").unwrap_or_else(|| INDEX.to_owned()),
                ttl_attribute: text("ttl_attribute").unwrap_or_else(|| TTL_ATTRIBUTE.to_owned()),
                access: self.access("documents")?,
            })),
            _ => Ok(DocumentsEngine::Sqlite),
        }
    }

    fn connections(&self, section: &'static str) -> Result<u32, Problem> {
        match self.number(section, "max_connections")? {
            Some(0) => Err(Problem::Usage(format!(
                "{section}.max_connections must be at least 1"
            ))),
            Some(number) => Ok(number),
            None => Ok(MAX_CONNECTIONS),
        }
    }

    /// Who answers for language models.
    pub fn ai(&self) -> Result<AiEngine, Problem> {
        if self.text("ai", "engine").as_deref() != Some("bedrock") {
            return Ok(AiEngine::None);
        }
        let models = self.list("ai", "models").into_iter().map(|item| {
            let parts = item.split_once('=').map(|(alias, model)| {
                let (alias, model) = (alias.trim(), model.trim());
                (alias.to_owned(), model.to_owned())
            });
            parts
                .filter(|(alias, model)| !alias.is_empty() && !model.is_empty())
                .ok_or_else(|| {
                    Problem::Usage(format!(
                        "ai.models: {item:?} must be an alias, = and the id of a model or of an \
                         inference profile"
                    ))
                })
        });
        Ok(AiEngine::Bedrock(BedrockConfig {
            models: models.collect::<Result<_, _>>()?,
            allowance: self.ai_allowance()?,
            access: self.access("ai")?,
        }))
    }

    fn ai_allowance(&self) -> Result<Option<AiAllowance>, Problem> {
        let requests = self.number("ai", "requests_per_minute")?;
        let tokens = self.number("ai", "tokens_per_month")?;
        match (requests, tokens) {
            (Some(requests_per_minute), Some(tokens_per_month)) => Ok(Some(AiAllowance {
                requests_per_minute,
                tokens_per_month,
            })),
            (None, None) => Ok(None),
            _ => Err(Problem::Usage(
                "ai.requests_per_minute and ai.tokens_per_month go together: set both or neither"
                    .to_owned(),
            )),
        }
    }

    /// How messages are pushed.
    pub fn push(&self) -> Result<PushConfig, Problem> {
        let default = PushConfig::default();
        let engine = match self.text("push", "engine").as_deref() {
            Some("webhook") => PushEngine::Webhook(WebhookConfig {
                url: self.required("push", "url")?,
                secret: self.required("push", "secret")?.into(),
            }),
            Some("sns") => PushEngine::Sns {
                topic_arn: self.required("push", "topic_arn")?,
                access: self.access("push")?,
            },
            _ => PushEngine::None,
        };
        let first_wait = self.number("push", "first_wait_seconds")?;
        Ok(PushConfig {
            engine,
            attempts: self.number("push", "attempts")?.unwrap_or(default.attempts),
            first_wait: first_wait.map_or(default.first_wait, Duration::from_secs),
        })
    }

    /// Where the log is kept.
    pub fn logs(&self) -> Result<LogsOptions, Problem> {
        let mut logs = LogsOptions::default();
        if let Some(days) = self.number::<u32>("logs", "retention_days")? {
            logs.retention = (days > 0).then(|| DAY * days);
        }
        if self.text("logs", "engine").as_deref() == Some("cloudwatch") {
            logs.cloudwatch = Some(CloudWatchConfig {
                group: self.required("logs", "group")?,
                stream: self.text("logs", "stream").unwrap_or_else(host_name),
                access: self.access("logs")?,
            });
        }
        Ok(logs)
    }

    fn access(&self, section: &'static str) -> Result<AwsAccess, Problem> {
        let id = self.text(section, "access_key_id");
        let secret = self.text(section, "secret_access_key");
        let keys = match (id, secret) {
            (Some(access_key_id), Some(secret)) => Some(AwsKeys {
                access_key_id,
                secret_access_key: secret.into(),
            }),
            (None, None) => None,
            _ => {
                return Err(Problem::Usage(format!(
                    "{section}.access_key_id and {section}.secret_access_key go together: \
                     set both or neither"
                )));
            }
        };
        Ok(AwsAccess {
            region: self.text(section, "region"),
            endpoint: self.text(section, "endpoint"),
            keys,
        })
    }
}

/// What the machine calls itself.
fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match name.trim() {
        "" => "ketrics".to_owned(),
        name => name.to_owned(),
    }
}
