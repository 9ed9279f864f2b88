//! Content on its way into the bucket: in one request while it fits into one part, else in parts.

use crate::aws::status;
use crate::volume::s3::attributes;
use crate::volume::s3::attributes::Headers;
use crate::volume::s3::bucket::Bucket;
use crate::volume::s3::bucket::Condition;
use crate::volume::s3::bucket::Content;
use crate::volume::s3::bucket::Head;
use crate::volume::s3::bucket::Unmet;
use crate::volume::s3::bucket::failed;
use crate::volume::s3::claim;
use crate::volume::s3::claim::Commit;
use crate::volume::s3::name::Name;
use crate::volume::s3::to_the_end;
use crate::volume::store::Attributes;
use crate::volume::store::Expect;
use crate::volume::store::ObjectWriter;
use crate::volume::store::StoreError;
use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::CompletedMultipartUpload;
use aws_sdk_s3::types::CompletedPart;
use bytes::Bytes;
use bytes::BytesMut;
use chrono::Utc;
use ketrics_protocol::ObjectInfo;
use tokio::runtime::Handle;
use uuid::Uuid;

/// Bytes of a part; S3 wants 5 MiB at least, and 10,000 parts at most.
const PART: usize = 8 * 1024 * 1024;
/// How often a conditional replacement is tried again when others replace meanwhile.
const ATTEMPTS: usize = 8;

/// Takes the content of one object.
pub(crate) struct S3Writer {
    bucket: Bucket,
    name: Name,
    attributes: Attributes,
    /// What waits for a part to be full. What came in one piece is sent as it came.
    pending: Vec<Bytes>,
    waiting: usize,
    size: usize,
    parts: Option<Parts>,
}

impl S3Writer {
    pub(crate) fn new(bucket: Bucket, name: Name, attributes: Attributes) -> Self {
        Self {
            bucket,
            name,
            attributes,
            pending: Vec::new(),
            waiting: 0,
            size: 0,
            parts: None,
        }
    }

    fn headers(&self) -> Headers {
        attributes::headers(&self.name, self.attributes.metadata.as_ref())
    }

    fn take(&mut self) -> Bytes {
        let length = std::mem::take(&mut self.waiting);
        let mut pieces = std::mem::take(&mut self.pending);
        if pieces.len() == 1 {
            return pieces.remove(0);
        }
        let mut joined = BytesMut::with_capacity(length);
        for piece in pieces {
            joined.extend_from_slice(&piece);
        }
        joined.freeze()
    }

    async fn flush(&mut self) -> Result<(), StoreError> {
        let content = self.take();
        let parts = match &mut self.parts {
            Some(parts) => parts,
            none => {
                let object = self.name.object.clone();
                let headers = attributes::headers(&self.name, self.attributes.metadata.as_ref());
                let content_type = &self.attributes.content_type;
                let parts = Parts::start(&self.bucket, object, content_type, headers).await?;
                none.insert(parts)
            }
        };
        parts.add(content).await
    }

    #[expect(clippy::cast_precision_loss, reason = "no object has 2^53 bytes")]
    fn info(&self, etag: String) -> ObjectInfo {
        ObjectInfo {
            key: self.name.key.clone(),
            size: self.size as f64,
            content_type: self.attributes.content_type.clone(),
            last_modified: Utc::now().timestamp_millis() as f64,
            etag,
            metadata: self.attributes.metadata.clone(),
        }
    }

    async fn put(&mut self, expect: Expect) -> Result<ObjectInfo, StoreError> {
        let content = Content {
            body: self.take(),
            content_type: self.attributes.content_type.clone(),
            headers: self.headers(),
        };
        let etag = put(&self.bucket, &self.name.object, content, expect).await?;
        Ok(self.info(etag))
    }
}

#[async_trait]
impl ObjectWriter for S3Writer {
    async fn write(&mut self, content: Bytes) -> Result<(), StoreError> {
        if self.waiting >= PART {
            self.flush().await?;
        }
        self.size += content.len();
        self.waiting += content.len();
        self.pending.push(content);
        Ok(())
    }

    fn waiting(&self) -> usize {
        self.waiting
    }

    async fn finish(mut self: Box<Self>, expect: Expect) -> Result<ObjectInfo, StoreError> {
        to_the_end(async move {
            if self.parts.is_none() {
                return self.put(expect).await;
            }
            if self.waiting > 0 {
                self.flush().await?;
            }
            let Some(mut parts) = self.parts.take() else {
                return Err(StoreError::Failed("an upload without parts".to_owned()));
            };
            claim::commit(&self.bucket, &self.name.object, expect, &parts).await?;
            parts.open = false;
            let written = self.bucket.head(&self.name.object).await?;
            Ok(self.info(written.map(|head| head.etag).unwrap_or_default()))
        })
        .await
    }
}

/// Writes an object in one request when what is expected is there.
async fn put(
    bucket: &Bucket,
    object: &str,
    content: Content,
    expect: Expect,
) -> Result<String, StoreError> {
    let refused = |error| match error {
        Unmet::Condition(_) => StoreError::Exists,
        Unmet::Failed(error) => error,
    };
    match expect {
        Expect::Anything => {
            let put = bucket.put(object, content, Condition::None);
            put.await.map_err(refused)
        }
        Expect::Nothing => put_where_nothing_is(bucket, object, content).await,
        Expect::Something => {
            for _ in 0..ATTEMPTS {
                let found = bucket.head(object).await?;
                let found = found.filter(Head::is_file);
                let found = found.ok_or(StoreError::Missing)?;
                let condition = Condition::This(&found.etag);
                match bucket.put(object, content.clone(), condition).await {
                    Ok(etag) => return Ok(etag),
                    Err(Unmet::Condition(_)) => {}
                    Err(Unmet::Failed(error)) => return Err(error),
                }
            }
            Err(StoreError::Failed(
                "others kept replacing the object".to_owned(),
            ))
        }
    }
}

/// One request decides, unless another writer's claim is in its way.
async fn put_where_nothing_is(
    bucket: &Bucket,
    object: &str,
    content: Content,
) -> Result<String, StoreError> {
    match bucket
        .put(object, content.clone(), Condition::Nothing)
        .await
    {
        Ok(etag) => return Ok(etag),
        Err(Unmet::Failed(error)) => return Err(error),
        Err(Unmet::Condition(Some(found))) if found.is_file() => return Err(StoreError::Exists),
        Err(Unmet::Condition(_)) => {}
    }
    let waiting = Put {
        bucket,
        object,
        content,
    };
    claim::commit(bucket, object, Expect::Nothing, &waiting).await?;
    let written = bucket.head(object).await?;
    Ok(written.map(|head| head.etag).unwrap_or_default())
}

/// A write in one request that has to wait for a claim to end.
struct Put<'p> {
    bucket: &'p Bucket,
    object: &'p str,
    content: Content,
}

impl Commit for Put<'_> {
    async fn commit(&self, if_match: Option<String>) -> Result<(), Unmet> {
        let condition = if_match.as_deref().map_or(Condition::None, Condition::This);
        self.bucket
            .put(self.object, self.content.clone(), condition)
            .await
            .map(|_| ())
    }
}

/// An upload in parts. Dropped before it is complete, it is given up on the server too.
struct Parts {
    bucket: Bucket,
    object: String,
    upload: String,
    /// By which the object is known as this upload's.
    mark: String,
    done: Vec<CompletedPart>,
    open: bool,
}

impl Parts {
    async fn start(
        bucket: &Bucket,
        object: String,
        content_type: &str,
        mut headers: Headers,
    ) -> Result<Self, StoreError> {
        let mark = Uuid::new_v4().simple().to_string();
        attributes::mark_write(&mut headers, &mark);
        let request = bucket
            .client
            .create_multipart_upload()
            .bucket(&bucket.name)
            .key(&object)
            .content_type(content_type)
            .set_metadata(Some(headers));
        let answer = request.send().await.map_err(|error| failed(&error))?;
        let upload = answer
            .upload_id
            .ok_or_else(|| StoreError::Failed("the upload was given no id".to_owned()))?;
        Ok(Self {
            bucket: bucket.clone(),
            object,
            upload,
            mark,
            done: Vec::new(),
            open: true,
        })
    }

    async fn add(&mut self, content: Bytes) -> Result<(), StoreError> {
        let number = i32::try_from(self.done.len() + 1)
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        let request = self
            .bucket
            .client
            .upload_part()
            .bucket(&self.bucket.name)
            .key(&self.object)
            .upload_id(&self.upload)
            .part_number(number)
            .body(ByteStream::from(content));
        let answer = request.send().await.map_err(|error| failed(&error))?;
        let part = CompletedPart::builder()
            .part_number(number)
            .set_e_tag(answer.e_tag)
            .build();
        self.done.push(part);
        Ok(())
    }
}

impl Commit for Parts {
    async fn commit(&self, if_match: Option<String>) -> Result<(), Unmet> {
        let parts = CompletedMultipartUpload::builder()
            .set_parts(Some(self.done.clone()))
            .build();
        let request = self
            .bucket
            .client
            .complete_multipart_upload()
            .bucket(&self.bucket.name)
            .key(&self.object)
            .upload_id(&self.upload)
            .multipart_upload(parts)
            .set_if_match(if_match);
        let error = match request.send().await {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        // A request that is sent again after its answer was lost fails, and has worked.
        let written = self.bucket.head(&self.object).await?;
        if written
            .as_ref()
            .is_some_and(|found| found.is_of(&self.mark))
        {
            return Ok(());
        }
        match status(&error) {
            Some(409 | 412) => Err(Unmet::Condition(written.map(Box::new))),
            _ => Err(failed(&error).into()),
        }
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        // Without a runtime the process is ending; the bucket's lifecycle rule has the rest.
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if !self.open {
            return;
        }
        let request = self
            .bucket
            .client
            .abort_multipart_upload()
            .bucket(&self.bucket.name)
            .key(&self.object)
            .upload_id(&self.upload);
        runtime.spawn(async move {
            if let Err(error) = request.send().await {
                let error = failed(&error);
                tracing::warn!(%error, "an upload that was given up could not be discarded");
            }
        });
    }
}
