//! The single requests that everything else is made of.

use crate::aws::cause;
use crate::aws::status;
use crate::volume::s3::attributes;
use crate::volume::s3::attributes::Headers;
use crate::volume::store::StoreError;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::primitives::DateTime;
use bytes::Bytes;
use chrono::Utc;
use ketrics_protocol::ObjectInfo;
use std::error::Error;
use std::time::Duration;
use uuid::Uuid;

/// How often a write is tried again when another one got in its way.
const ATTEMPTS: usize = 8;

/// A bucket and who talks to it.
#[derive(Clone)]
pub(crate) struct Bucket {
    pub(crate) client: Client,
    pub(crate) name: String,
    /// How long a claim on a name keeps others away after its holder is gone.
    pub(crate) lease: Duration,
}

/// An object as the server tells of it.
pub(crate) struct Head {
    pub(crate) info: ObjectInfo,
    /// As a condition takes it.
    pub(crate) etag: String,
    pub(crate) cut_off: Option<String>,
    pub(crate) claim: Option<String>,
    write: Option<String>,
}

impl Head {
    /// Whether the attempt with this mark wrote it.
    pub(crate) fn is_of(&self, mark: &str) -> bool {
        self.write.as_deref() == Some(mark)
    }

    pub(crate) fn is_file(&self) -> bool {
        self.claim.is_none()
    }
}

/// What a write was conditional on does not hold.
pub(crate) enum Unmet {
    /// The condition does not hold; what is there instead, where it was looked up.
    Condition(Option<Box<Head>>),
    /// Something else failed.
    Failed(StoreError),
}

impl From<StoreError> for Unmet {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// What must be under a name for a write to happen.
#[derive(Clone, Copy)]
pub(crate) enum Condition<'c> {
    None,
    Nothing,
    /// The object with this entity tag.
    This(&'c str),
}

/// An object to be written.
#[derive(Clone)]
pub(crate) struct Content {
    pub(crate) body: Bytes,
    pub(crate) content_type: String,
    pub(crate) headers: Headers,
}

impl Bucket {
    /// An object without its content; claims are objects here.
    pub(crate) async fn head(&self, object: &str) -> Result<Option<Head>, StoreError> {
        let request = self.client.head_object().bucket(&self.name).key(object);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if status(&error) == Some(404) => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        Ok(Some(head(
            answer.metadata(),
            answer.content_length(),
            answer.content_type(),
            answer.last_modified(),
            answer.e_tag(),
        )))
    }

    /// Writes an object in one request and answers with its entity tag.
    ///
    /// A request whose answer was lost is sent again by the SDK, and may then find what it wrote
    /// itself the first time. So a conditional write carries a mark by which it knows its own.
    pub(crate) async fn put(
        &self,
        object: &str,
        mut content: Content,
        condition: Condition<'_>,
    ) -> Result<String, Unmet> {
        let attempt = Uuid::new_v4().simple().to_string();
        if !matches!(condition, Condition::None) {
            attributes::mark_write(&mut content.headers, &attempt);
        }
        // Some servers compare entity tags with their quotes, others without.
        let tags = match condition {
            Condition::This(etag) => vec![Some(quoted(etag)), Some(unquoted(etag).to_owned())],
            Condition::None | Condition::Nothing => vec![None],
        };
        for tag in tags {
            for _ in 0..ATTEMPTS {
                let request = self
                    .client
                    .put_object()
                    .bucket(&self.name)
                    .key(object)
                    .set_if_none_match(
                        matches!(condition, Condition::Nothing).then(|| "*".to_owned()),
                    )
                    .set_if_match(tag.clone())
                    .content_type(&content.content_type)
                    .set_metadata(Some(content.headers.clone()))
                    .body(ByteStream::from(content.body.clone()));
                match request.send().await {
                    Ok(answer) => return Ok(quoted(answer.e_tag().unwrap_or_default())),
                    Err(error) => match (condition, status(&error)) {
                        // Another write to the same name was under way; who won is open.
                        (_, Some(409)) => {}
                        (Condition::Nothing | Condition::This(_), Some(412)) => break,
                        (Condition::This(_), Some(404)) => return Err(Unmet::Condition(None)),
                        _ => return Err(failed(&error).into()),
                    },
                }
            }
        }
        match self.head(object).await? {
            Some(found) if found.is_of(&attempt) => Ok(found.etag),
            found => Err(Unmet::Condition(found.map(Box::new))),
        }
    }

    /// Deletes one object, as long as it is this one where the server can tell.
    pub(crate) async fn delete_this(&self, object: &str, etag: &str) -> Result<(), StoreError> {
        let request = self
            .client
            .delete_object()
            .bucket(&self.name)
            .key(object)
            .if_match(quoted(etag));
        match request.send().await {
            Ok(_) => Ok(()),
            // It was replaced or deleted since: it is not the one any longer.
            Err(error) if matches!(status(&error), Some(404 | 409 | 412)) => Ok(()),
            Err(error) => Err(failed(&error)),
        }
    }
}

/// Reads what the server says about an object; the key is for the caller to fill in.
pub(crate) fn head(
    headers: Option<&Headers>,
    size: Option<i64>,
    content_type: Option<&str>,
    modified: Option<&DateTime>,
    etag: Option<&str>,
) -> Head {
    let found = attributes::read(headers);
    let etag = quoted(etag.unwrap_or_default());
    Head {
        info: ObjectInfo {
            key: String::new(),
            size: number(size.unwrap_or_default()),
            content_type: content_type.unwrap_or_default().to_owned(),
            last_modified: milliseconds(modified),
            etag: etag.clone(),
            metadata: found.metadata,
        },
        etag,
        cut_off: found.cut_off,
        claim: found.claim,
        write: found.write,
    }
}

#[expect(clippy::cast_precision_loss, reason = "no object has 2^53 bytes")]
pub(crate) fn number(size: i64) -> f64 {
    size as f64
}

#[expect(clippy::cast_precision_loss, reason = "times stay below 2^53")]
pub(crate) fn milliseconds(time: Option<&DateTime>) -> f64 {
    time.and_then(|time| time.to_millis().ok())
        .unwrap_or_else(|| Utc::now().timestamp_millis()) as f64
}

/// As HTTP has it; some servers leave the quotes out.
pub(crate) fn quoted(etag: &str) -> String {
    format!("\"{}\"", unquoted(etag))
}

pub(crate) fn unquoted(etag: &str) -> &str {
    etag.trim_matches('"')
}

/// What a failed request means, when nothing about it was expected.
pub(crate) fn failed<E>(error: &SdkError<E>) -> StoreError
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    match error.code() {
        Some("MetadataTooLarge") => {
            StoreError::Refused("The metadata is too large for the volume's storage")
        }
        Some("KeyTooLongError") => {
            StoreError::Refused("The key is too long for the volume's storage")
        }
        _ => StoreError::Failed(cause(error)),
    }
}
