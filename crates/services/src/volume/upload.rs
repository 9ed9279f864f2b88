//! Content on its way into a volume: in one call, or in parts.
//!
//! Size and type are checked while the content comes, so that a breach stores nothing. What an
//! invocation does not finish is discarded with it.

use crate::Held;
use crate::Invocation;
use crate::volume::Volumes;
use crate::volume::content_type;
use crate::volume::denied;
use crate::volume::key;
use crate::volume::permission::Need;
use crate::volume::place;
use crate::volume::size_limit;
use crate::volume::store::Attributes;
use crate::volume::store::Expect;
use crate::volume::store::ObjectStore;
use crate::volume::store::ObjectWriter;
use crate::volume::store::StoreError;
use crate::volume::unexpected;
use bytes::Bytes;
use ketrics_directory::Volume;
use ketrics_protocol::ObjectInfo;
use ketrics_protocol::PutOptions;
use ketrics_protocol::ServiceError;
use ketrics_protocol::VolumeReply;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Uploads that an invocation may have open at once.
const MAX_OPEN: usize = 32;

/// Names and values together, as S3 has it.
const MAX_METADATA: usize = 2_048;

/// What an invocation is uploading.
#[derive(Default)]
pub(crate) struct OpenUploads(Mutex<Uploads>);

#[derive(Default)]
struct Uploads {
    last: u32,
    open: HashMap<u32, Arc<tokio::sync::Mutex<Option<Upload>>>>,
}

impl OpenUploads {
    fn add(&self, upload: Upload) -> Result<u32, ServiceError> {
        let mut uploads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if uploads.open.len() >= MAX_OPEN {
            return Err(ServiceError::plain(format!(
                "At most {MAX_OPEN} uploads may be open at once"
            )));
        }
        uploads.last += 1;
        let id = uploads.last;
        uploads
            .open
            .insert(id, Arc::new(tokio::sync::Mutex::new(Some(upload))));
        Ok(id)
    }

    fn get(&self, id: u32) -> Option<Arc<tokio::sync::Mutex<Option<Upload>>>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .open
            .get(&id)
            .cloned()
    }

    /// Forgets an upload; dropping it discards it.
    pub(crate) fn take(&self, id: u32) -> Option<Arc<tokio::sync::Mutex<Option<Upload>>>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .open
            .remove(&id)
    }

    /// Discards all of them.
    pub(crate) async fn discard(&self) {
        let open: Vec<_> = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .open
            .drain()
            .collect();
        for (_, upload) in open {
            upload.lock().await.take();
        }
    }
}

/// One upload.
pub(crate) struct Upload {
    volume: Volume,
    key: String,
    expect: Expect,
    /// Whether the caller asked for it, which decides how a refusal is worded.
    if_not_exists: bool,
    writer: Box<dyn ObjectWriter>,
    size: u64,
    /// Of the tenant's memory, between writes: while there is one, its request holds what it brings.
    held: Held,
}

impl Upload {
    async fn write(&mut self, content: Bytes) -> Result<(), ServiceError> {
        self.size += content.len() as u64;
        check_size(&self.volume, &self.key, self.size)?;
        self.writer.write(content).await.map_err(unexpected)
    }

    async fn finish(self) -> Result<ObjectInfo, ServiceError> {
        let finished = self.writer.finish(self.expect).await;
        finished.map_err(|error| match error {
            StoreError::Exists if self.if_not_exists => ServiceError::new("FileAlreadyExistsError")
                .with(self.volume.code.as_str())
                .with(self.key.as_str()),
            StoreError::Exists | StoreError::Missing => denied(&self.volume, Need::Put, "put"),
            error => unexpected(error),
        })
    }
}

impl Volumes {
    pub(crate) async fn put(
        &self,
        invocation: &Invocation,
        code: &str,
        key: String,
        content: Vec<u8>,
        options: PutOptions,
    ) -> Result<VolumeReply, ServiceError> {
        let mut upload = self
            .upload(invocation, code, key, content.len() as u64, options)
            .await?;
        upload.write(content.into()).await?;
        let info = upload.finish().await?;
        Ok(VolumeReply::Put {
            etag: info.etag,
            size: info.size,
            version_id: None,
        })
    }

    pub(crate) async fn start_upload(
        &self,
        invocation: &Invocation,
        code: &str,
        key: String,
        options: PutOptions,
    ) -> Result<VolumeReply, ServiceError> {
        let upload = self.upload(invocation, code, key, 0, options).await?;
        // The invocation may have ended meanwhile, and nobody would discard it any more.
        invocation.check_open()?;
        let upload = invocation.uploads.add(upload)?;
        Ok(VolumeReply::StartUpload { upload })
    }

    pub(crate) async fn write_upload(
        &self,
        invocation: &Invocation,
        id: u32,
        content: Vec<u8>,
    ) -> Result<VolumeReply, ServiceError> {
        let open = invocation.uploads.get(id).ok_or_else(unknown)?;
        let mut slot = open.lock().await;
        // Not there while it is written: an upload that fails, or is given up, is gone.
        let mut upload = slot.take().ok_or_else(unknown)?;
        let written = upload.write(content.into()).await;
        let held = written.and_then(|()| Ok(upload.held.set(upload.writer.waiting())?));
        match held {
            Ok(()) => {
                *slot = Some(upload);
                Ok(VolumeReply::WriteUpload {})
            }
            Err(error) => {
                invocation.uploads.take(id);
                Err(error)
            }
        }
    }

    pub(crate) async fn finish_upload(
        &self,
        invocation: &Invocation,
        id: u32,
    ) -> Result<VolumeReply, ServiceError> {
        let open = invocation.uploads.take(id).ok_or_else(unknown)?;
        let upload = open.lock().await.take().ok_or_else(unknown)?;
        let info = upload.finish().await?;
        Ok(VolumeReply::FinishUpload {
            etag: info.etag,
            size: info.size,
            version_id: None,
        })
    }

    async fn upload(
        &self,
        invocation: &Invocation,
        code: &str,
        key: String,
        size: u64,
        options: PutOptions,
    ) -> Result<Upload, ServiceError> {
        key::check(&key)?;
        check_metadata(options.metadata.as_ref())?;
        let granted = self.granted(invocation, code).await?;
        let expect = granted.expect(options.if_not_exists, "put")?;
        check_size(&granted.volume, &key, size)?;
        let content_type = accepted_type(&granted.volume, &key, options.content_type)?;
        let attributes = Attributes {
            content_type,
            metadata: options.metadata,
        };
        Ok(Upload {
            writer: self
                .store
                .create(place(&granted.volume), &key, attributes)
                .await
                .map_err(unexpected)?,
            volume: granted.volume,
            key,
            expect,
            if_not_exists: options.if_not_exists,
            size: 0,
            held: invocation.memory().nothing(),
        })
    }

    pub(crate) fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }
}

fn unknown() -> ServiceError {
    ServiceError::plain("There is no such upload; it was finished, aborted, or it failed")
}

#[expect(clippy::cast_precision_loss, reason = "no file has 2^53 bytes")]
fn check_size(volume: &Volume, key: &str, size: u64) -> Result<(), ServiceError> {
    let limit = size_limit(volume);
    if size > limit {
        return Err(ServiceError::new("FileSizeLimitError")
            .with(volume.code.as_str())
            .with(key)
            .with(size as f64)
            .with(limit as f64));
    }
    Ok(())
}

/// The type that the file gets, when the volume allows it.
pub(crate) fn accepted_type(
    volume: &Volume,
    key: &str,
    given: Option<String>,
) -> Result<String, ServiceError> {
    let content_type = given
        .filter(|given| !given.is_empty())
        .unwrap_or_else(|| content_type::of_key(key).to_owned());
    if !content_type::is_valid(&content_type) {
        return Err(ServiceError::plain(format!(
            "contentType must look like text/plain, not {content_type:?}"
        )));
    }
    if !content_type::is_allowed(&volume.allowed_content_types, key, &content_type) {
        return Err(ServiceError::new("ContentTypeNotAllowedError")
            .with(volume.code.as_str())
            .with(key)
            .with(content_type)
            .with(volume.allowed_content_types.clone()));
    }
    Ok(content_type)
}

pub(crate) fn check_metadata(
    metadata: Option<&BTreeMap<String, String>>,
) -> Result<(), ServiceError> {
    let bytes: usize = metadata
        .into_iter()
        .flatten()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    if bytes > MAX_METADATA {
        return Err(ServiceError::plain(format!(
            "metadata must have at most {MAX_METADATA} bytes of names and values, not {bytes}"
        )));
    }
    Ok(())
}
