//! Opening a bucket: what is wrong with the configuration is found when the host starts.

use crate::OpenError;
use crate::aws::AwsAccess;
use crate::aws::cause;
use crate::aws::misconfigured;
use crate::aws::status;
use crate::volume::s3::S3Store;
use crate::volume::s3::attributes::Headers;
use crate::volume::s3::bucket::Bucket;
use crate::volume::s3::bucket::Condition;
use crate::volume::s3::bucket::Content;
use crate::volume::s3::bucket::Unmet;
use crate::volume::s3::claim::LEASE;
use crate::volume::s3::name::CUT;
use crate::volume::s3::name::MAX_PREFIX;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::config::RequestChecksumCalculation;
use aws_sdk_s3::config::ResponseChecksumValidation;
use bytes::Bytes;
use uuid::Uuid;

/// Its part of the configuration file.
const SECTION: &str = "volumes";

/// Which bucket holds the volumes, and how it is reached.
#[derive(Clone, Debug)]
pub struct S3Config {
    /// The bucket's name.
    pub bucket: String,
    /// What the names of all objects begin with, for example `ketrics/`.
    pub prefix: String,
    /// Whether the bucket's name stands in the path, and not in the host's name.
    pub force_path_style: bool,
    /// Where the server is and who calls it.
    pub access: AwsAccess,
}

impl S3Store {
    /// Opens the bucket, and proves that it can be written as it must be.
    pub(crate) async fn open(config: &S3Config) -> Result<Self, OpenError> {
        let setting = |name, reason| Err(OpenError::setting(SECTION, name, reason));
        if config.bucket.is_empty() {
            return setting("bucket", "is not set".to_owned());
        }
        let legal = |char: char| char.is_ascii_graphic() && char != CUT;
        if config.prefix.len() > MAX_PREFIX || !config.prefix.chars().all(legal) {
            let reason =
                format!("must have at most {MAX_PREFIX} visible ASCII characters and no backslash");
            return setting("prefix", reason);
        }
        let shared = config.access.load(SECTION).await?;
        let client = Builder::from(&shared)
            .force_path_style(config.force_path_style)
            // Not every server knows the newer checksums.
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .build();
        let store = Self {
            bucket: Bucket {
                client: Client::from_conf(client),
                name: config.bucket.clone(),
                lease: LEASE,
            },
            prefix: config.prefix.clone(),
        };
        store.probe().await?;
        Ok(store)
    }

    /// Finds the bucket, and puts an object twice where nothing is: the second time must fail,
    /// because of which two writers never both win.
    async fn probe(&self) -> Result<(), OpenError> {
        let setting = |name, reason| OpenError::setting(SECTION, name, reason);
        let bucket = &self.bucket;
        if let Err(error) = bucket
            .client
            .head_bucket()
            .bucket(&bucket.name)
            .send()
            .await
        {
            if status(&error) == Some(404) {
                return Err(setting(
                    "bucket",
                    format!("names a bucket that does not exist: {:?}", bucket.name),
                ));
            }
            if status(&error) == Some(403) {
                return Err(setting(
                    "bucket",
                    format!(
                        "{:?} may not be used with the credentials of access_key_id, or of the \
                         usual places ({})",
                        bucket.name,
                        cause(&error)
                    ),
                ));
            }
            return Err(misconfigured(SECTION, &error));
        }
        let object = format!("{}.start-{}", self.prefix, Uuid::new_v4().simple());
        let content = Content {
            body: Bytes::from_static(b"A Ketrics host that starts proves that it can write here."),
            content_type: "text/plain".to_owned(),
            headers: Headers::new(),
        };
        let first = bucket.put(&object, content.clone(), Condition::Nothing);
        let etag = match first.await {
            Ok(etag) => etag,
            Err(Unmet::Failed(error)) => {
                let reason = format!("{:?} cannot be written: {error}", bucket.name);
                return Err(setting("bucket", reason));
            }
            Err(Unmet::Condition(_)) => {
                let reason = "leads to a server that finds objects where none are".to_owned();
                return Err(setting("endpoint", reason));
            }
        };
        let second = bucket.put(&object, content, Condition::Nothing).await;
        let removed = bucket.delete_this(&object, &etag).await;
        if second.is_ok() {
            let reason = "leads to a server that ignores If-None-Match: it cannot hold volumes, \
                          because two writers could both be told that they created a file"
                .to_owned();
            return Err(setting("endpoint", reason));
        }
        removed.map_err(|error| {
            let reason = format!("{:?} does not let objects be deleted: {error}", bucket.name);
            setting("bucket", reason)
        })
    }
}
