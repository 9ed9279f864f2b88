//! Volumes in a bucket of S3, or of any server that speaks its protocol.
//!
//! One object per file, under the file's own key (see `name`), with its type and metadata as S3's
//! own (see `attributes`). What expects nothing under its key has exactly one winner, however it is
//! written (see `claim`).
//!
//! Two things are less than in a folder, because S3 has no step for them: a move is a copy and then
//! a deletion, so for a moment both files are there, and never none; and a deletion of many files
//! is seen file by file.

mod attributes;
mod bucket;
mod claim;
mod list;
mod name;
mod open;
mod writer;

pub use open::S3Config;

use crate::aws::cause;
use crate::aws::status;
use crate::volume::s3::bucket::Bucket;
use crate::volume::s3::bucket::Head;
use crate::volume::s3::bucket::Unmet;
use crate::volume::s3::bucket::failed;
use crate::volume::s3::bucket::milliseconds;
use crate::volume::s3::bucket::quoted;
use crate::volume::s3::claim::Commit;
use crate::volume::s3::name::Name;
use crate::volume::s3::name::Root;
use crate::volume::s3::writer::S3Writer;
use crate::volume::store::Attributes;
use crate::volume::store::Copy;
use crate::volume::store::Expect;
use crate::volume::store::ListPage;
use crate::volume::store::ListRequest;
use crate::volume::store::NotDeleted;
use crate::volume::store::ObjectReader;
use crate::volume::store::ObjectStore;
use crate::volume::store::ObjectWriter;
use crate::volume::store::Place;
use crate::volume::store::StoreError;
use async_trait::async_trait;
use aws_sdk_s3::types::Delete;
use aws_sdk_s3::types::MetadataDirective;
use aws_sdk_s3::types::ObjectIdentifier;
use ketrics_protocol::ObjectInfo;
use percent_encoding::AsciiSet;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::utf8_percent_encode;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

/// What S3 takes in one deletion.
const DELETED_AT_ONCE: usize = 1_000;

/// All that is not safe in the header that names a copy's source.
const IN_A_HEADER: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Volumes in a bucket.
pub(crate) struct S3Store {
    bucket: Bucket,
    prefix: String,
}

impl S3Store {
    fn root(&self, place: Place) -> Root {
        Root::new(&self.prefix, place)
    }

    fn name(&self, place: Place, key: &str) -> Name {
        self.root(place).name(key)
    }
}

/// Runs what must not stop half-way when the invocation ends.
async fn to_the_end<R: Send + 'static>(
    work: impl Future<Output = Result<R, StoreError>> + Send + 'static,
) -> Result<R, StoreError> {
    tokio::spawn(work)
        .await
        .unwrap_or_else(|error| Err(StoreError::Failed(error.to_string())))
}

#[async_trait]
impl ObjectStore for S3Store {
    async fn stat(&self, place: Place, key: &str) -> Result<Option<ObjectInfo>, StoreError> {
        let found = self.bucket.head(&self.name(place, key).object).await?;
        Ok(found.and_then(|found| file(key, found)))
    }

    async fn open(
        &self,
        place: Place,
        key: &str,
    ) -> Result<Option<(ObjectInfo, ObjectReader)>, StoreError> {
        let request = self
            .bucket
            .client
            .get_object()
            .bucket(&self.bucket.name)
            .key(self.name(place, key).object);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if status(&error) == Some(404) => return Ok(None),
            Err(error) => return Err(failed(&error)),
        };
        let found = bucket::head(
            answer.metadata(),
            answer.content_length(),
            answer.content_type(),
            answer.last_modified(),
            answer.e_tag(),
        );
        Ok(file(key, found).map(|info| {
            let reader: ObjectReader = Box::pin(answer.body.into_async_read());
            (info, reader)
        }))
    }

    async fn create(
        &self,
        place: Place,
        key: &str,
        attributes: Attributes,
    ) -> Result<Box<dyn ObjectWriter>, StoreError> {
        let name = self.name(place, key);
        let writer = S3Writer::new(self.bucket.clone(), name, attributes);
        Ok(Box::new(writer))
    }

    async fn delete(&self, place: Place, keys: Vec<String>) -> Result<Vec<NotDeleted>, StoreError> {
        let root = self.root(place);
        if let [key] = keys.as_slice() {
            let request = self
                .bucket
                .client
                .delete_object()
                .bucket(&self.bucket.name)
                .key(root.name(key).object);
            return match request.send().await {
                Ok(_) => Ok(Vec::new()),
                Err(error) if status(&error) == Some(404) => Ok(Vec::new()),
                Err(error) => Err(failed(&error)),
            };
        }
        let mut not_deleted = Vec::new();
        for keys in keys.chunks(DELETED_AT_ONCE) {
            not_deleted.extend(self.delete_page(&root, keys).await?);
        }
        Ok(not_deleted)
    }

    async fn list(&self, place: Place, request: ListRequest) -> Result<ListPage, StoreError> {
        list::list(&self.bucket, &self.root(place), &request).await
    }

    async fn copy(&self, place: Place, copy: Copy) -> Result<ObjectInfo, StoreError> {
        let (bucket, root) = (self.bucket.clone(), self.root(place));
        to_the_end(async move { Ok(copied(&bucket, &root, copy).await?.0) }).await
    }

    async fn rename(&self, place: Place, copy: Copy) -> Result<ObjectInfo, StoreError> {
        let (bucket, root) = (self.bucket.clone(), self.root(place));
        to_the_end(async move {
            let source = root.name(&copy.source).object;
            let onto_itself = copy.source == copy.destination;
            if onto_itself && copy.metadata.is_none() {
                let found = bucket.head(&source).await?.ok_or(StoreError::Missing)?;
                return match copy.expect {
                    Expect::Nothing => Err(StoreError::Exists),
                    _ => file(&copy.source, found).ok_or(StoreError::Missing),
                };
            }
            let (info, etag) = copied(&bucket, &root, copy).await?;
            if !onto_itself {
                // The destination stands. A source that was replaced meanwhile is another file.
                bucket.delete_this(&source, &etag).await?;
            }
            Ok(info)
        })
        .await
    }
}

impl S3Store {
    async fn delete_page(
        &self,
        root: &Root,
        keys: &[String],
    ) -> Result<Vec<NotDeleted>, StoreError> {
        let mut by_name = HashMap::new();
        let mut objects = Vec::with_capacity(keys.len());
        for key in keys {
            let object = root.name(key).object;
            let identifier = ObjectIdentifier::builder().key(&object).build();
            objects.push(identifier.map_err(|error| StoreError::Failed(error.to_string()))?);
            by_name.insert(object, key);
        }
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let delete = Delete::builder()
            .set_objects(Some(objects))
            .quiet(true)
            .build()
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        let request = self
            .bucket
            .client
            .delete_objects()
            .bucket(&self.bucket.name)
            .delete(delete);
        let answer = request.send().await.map_err(|error| failed(&error))?;
        let errors = answer.errors.unwrap_or_default().into_iter();
        Ok(errors
            .filter_map(|error| {
                let key = by_name.get(error.key()?)?;
                tracing::error!(
                    code = error.code(),
                    message = error.message(),
                    "a file of a volume could not be deleted"
                );
                Some(NotDeleted {
                    key: (*key).clone(),
                    code: reason(error.code().unwrap_or_default()).to_owned(),
                })
            })
            .collect())
    }
}

/// What tenant code may know of why a file stays.
fn reason(code: &str) -> &'static str {
    match code {
        "AccessDenied" => "AccessDenied",
        "SlowDown" | "ServiceUnavailable" => "ServiceUnavailable",
        _ => "InternalError",
    }
}

/// An object as a file, unless it is a claim.
fn file(key: &str, found: Head) -> Option<ObjectInfo> {
    found.is_file().then(|| ObjectInfo {
        key: key.to_owned(),
        ..found.info
    })
}

/// Copies, and says which object it was that was copied.
async fn copied(
    bucket: &Bucket,
    root: &Root,
    copy: Copy,
) -> Result<(ObjectInfo, String), StoreError> {
    let source = root.name(&copy.source);
    let destination = root.name(&copy.destination);
    let found = bucket.head(&source.object).await?;
    let found = found.filter(Head::is_file).ok_or(StoreError::Missing)?;
    let attributes = attributes::of_copy(
        &found.info.content_type,
        found.info.metadata.as_ref(),
        copy.metadata.clone(),
    );
    let as_it_is = copy.metadata.is_none()
        && source.object != destination.object
        && source.cut_off().is_none()
        && destination.cut_off().is_none();
    let work = CopyWork {
        bucket,
        source: format!(
            "{}/{}",
            bucket.name,
            utf8_percent_encode(&source.object, IN_A_HEADER)
        ),
        destination: &destination,
        attributes: (!as_it_is).then_some(&attributes),
        copied: Mutex::new(None),
    };
    claim::commit(bucket, &destination.object, copy.expect, &work).await?;
    let (etag, last_modified) = work
        .copied
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .unwrap_or_default();
    let info = ObjectInfo {
        key: copy.destination,
        content_type: attributes.content_type,
        metadata: attributes.metadata.filter(|metadata| !metadata.is_empty()),
        etag,
        last_modified,
        size: found.info.size,
    };
    Ok((info, found.etag))
}

struct CopyWork<'c> {
    bucket: &'c Bucket,
    source: String,
    destination: &'c Name,
    /// What the copy has instead of the source's own. Where it has the same, the server copies
    /// both in one step, and they fit each other even when the source is replaced just now.
    attributes: Option<&'c Attributes>,
    copied: Mutex<Option<(String, f64)>>,
}

impl Commit for CopyWork<'_> {
    async fn commit(&self, if_match: Option<String>) -> Result<(), Unmet> {
        let mut request = self
            .bucket
            .client
            .copy_object()
            .bucket(&self.bucket.name)
            .key(&self.destination.object)
            .copy_source(&self.source)
            .set_if_match(if_match);
        if let Some(attributes) = self.attributes {
            let headers = attributes::headers(self.destination, attributes.metadata.as_ref());
            request = request
                .metadata_directive(MetadataDirective::Replace)
                .content_type(&attributes.content_type)
                .set_metadata(Some(headers));
        }
        match request.send().await {
            Ok(answer) => {
                let result = answer.copy_object_result;
                let etag = result.as_ref().and_then(|result| result.e_tag());
                let modified = result.as_ref().and_then(|result| result.last_modified());
                *self.copied.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some((quoted(etag.unwrap_or_default()), milliseconds(modified)));
                Ok(())
            }
            Err(error) => match status(&error) {
                Some(404) => Err(StoreError::Missing.into()),
                Some(409 | 412) => Err(Unmet::Condition(None)),
                _ => Err(StoreError::Failed(cause(&error)).into()),
            },
        }
    }
}
