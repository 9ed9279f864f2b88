//! From settings to engines.

use crate::config::Config;
use crate::problem::Problem;
use ketrics_services::AwsAccess;
use ketrics_services::AwsKeys;
use ketrics_services::DocumentsEngine;
use ketrics_services::DynamoDbDocuments;
use ketrics_services::KmsConfig;
use ketrics_services::PostgresDocuments;
use ketrics_services::S3Config;
use ketrics_services::SecretEngine;
use ketrics_services::VolumeEngine;

const MAX_CONNECTIONS: u32 = 16;
const INDEX: &str = "GSI2";
const TTL_ATTRIBUTE: &str = "ttl";

impl Config {
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
                max_connections: self
                    .number("documents", "max_connections")?
                    .unwrap_or(MAX_CONNECTIONS),
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
