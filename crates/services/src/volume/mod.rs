//! `ketrics.Volume`: files by key, and URLs that stand for one of them.

mod content_type;
mod folder;
mod index;
mod key;
mod listing;
mod permission;
mod s3;
mod signed;
mod store;
mod upload;

pub use s3::S3Config;
pub use signed::Download;
pub use signed::SignedUrlError;
pub use store::ObjectReader;
pub(crate) use upload::OpenUploads;

use crate::Invocation;
use crate::OpenError;
use crate::ServicesConfig;
use crate::failure::opaque;
use crate::token::Sealer;
use folder::FolderStore;
use ketrics_directory::Directory;
use ketrics_directory::Lookup;
use ketrics_directory::Volume;
use ketrics_protocol::CopySource;
use ketrics_protocol::ServiceError;
use ketrics_protocol::VolumeCall;
use ketrics_protocol::VolumeReply;
use listing::Query;
use permission::Grant;
use permission::Need;
use s3::S3Store;
use std::sync::Arc;
use store::Copy;
use store::Expect;
use store::ObjectStore;
use store::Place;
use store::StoreError;
use tokio::io::AsyncReadExt;

/// The largest file that is handed to tenant code whole.
const MAX_GET: f64 = 128.0 * 1024.0 * 1024.0;

/// The largest file of a volume that sets no limit itself.
const MAX_OBJECT: u64 = 5 * 1024 * 1024 * 1024;

/// What keeps the files of volumes.
#[derive(Clone, Debug, Default)]
pub enum VolumeEngine {
    /// A folder in the data directory.
    #[default]
    Folder,
    /// A bucket of S3 or of a server that speaks its protocol.
    S3(S3Config),
}

pub(crate) struct Volumes {
    directory: Directory,
    store: Arc<dyn ObjectStore>,
    pages: Sealer,
    urls: Sealer,
    public_url: String,
}

/// A volume that the application was granted.
pub(crate) struct Granted {
    pub(crate) volume: Volume,
    pub(crate) grant: Grant,
}

impl Granted {
    fn place(&self) -> Place {
        place(&self.volume)
    }

    fn need(&self, need: Need, operation: &str) -> Result<(), ServiceError> {
        if self.grant.allows(need) {
            Ok(())
        } else {
            Err(denied(&self.volume, need, operation))
        }
    }

    /// What a write may find under its key, by what the caller asks and the grant allows.
    fn expect(&self, if_not_exists: bool, operation: &str) -> Result<Expect, ServiceError> {
        let expect = if if_not_exists {
            Expect::Nothing
        } else {
            Expect::Anything
        };
        self.grant
            .narrow(expect)
            .ok_or_else(|| denied(&self.volume, Need::Put, operation))
    }
}

pub(crate) fn place(volume: &Volume) -> Place {
    Place {
        tenant: volume.tenant_id,
        volume: volume.id,
    }
}

fn denied(volume: &Volume, need: Need, operation: &str) -> ServiceError {
    ServiceError::new("VolumePermissionDeniedError")
        .with(volume.code.as_str())
        .with(need.name())
        .with(operation)
}

pub(crate) fn size_limit(volume: &Volume) -> u64 {
    volume.max_object_bytes.unwrap_or(MAX_OBJECT)
}

impl Volumes {
    pub(crate) async fn open(
        config: &ServicesConfig,
        directory: Directory,
    ) -> Result<Self, OpenError> {
        let store: Arc<dyn ObjectStore> = match &config.volumes {
            VolumeEngine::Folder => {
                let root = config.data_dir.join("volumes");
                std::fs::create_dir_all(&root).map_err(|error| OpenError::folder(&root, error))?;
                Arc::new(FolderStore::new(root))
            }
            VolumeEngine::S3(config) => Arc::new(S3Store::open(config).await?),
        };
        Ok(Self {
            directory,
            store,
            pages: Sealer::new(&config.signing_key, "volume page")?,
            urls: Sealer::new(&config.signing_key, "volume url")?,
            public_url: config.public_url.trim_end_matches('/').to_owned(),
        })
    }

    pub(crate) async fn close(&self, invocation: &Invocation) {
        invocation.uploads.discard().await;
    }

    pub(crate) async fn handle(
        &self,
        invocation: &Invocation,
        call: VolumeCall,
    ) -> Result<VolumeReply, ServiceError> {
        invocation.check_open()?;
        match call {
            VolumeCall::Connect { volume } => {
                let granted = self.granted(invocation, &volume).await?;
                Ok(VolumeReply::Connect {
                    permissions: granted.grant.names(),
                })
            }
            VolumeCall::Get { volume, key } => self.get(invocation, &volume, &key).await,
            VolumeCall::Exists { volume, key } => {
                let granted = self.readable(invocation, &volume, &key, "exists").await?;
                let found = self
                    .store
                    .stat(granted.place(), &key)
                    .await
                    .map_err(unexpected)?;
                Ok(VolumeReply::Exists {
                    exists: found.is_some(),
                })
            }
            VolumeCall::GetMetadata { volume, key } => {
                let granted = self
                    .readable(invocation, &volume, &key, "getMetadata")
                    .await?;
                let found = self
                    .store
                    .stat(granted.place(), &key)
                    .await
                    .map_err(unexpected)?;
                let info = found.ok_or_else(|| missing(&volume, &key))?;
                Ok(VolumeReply::GetMetadata { info })
            }
            VolumeCall::Put {
                volume,
                key,
                content,
                options,
            } => self.put(invocation, &volume, key, content, options).await,
            VolumeCall::StartUpload {
                volume,
                key,
                options,
            } => self.start_upload(invocation, &volume, key, options).await,
            VolumeCall::WriteUpload { upload, content } => {
                self.write_upload(invocation, upload, content).await
            }
            VolumeCall::FinishUpload { upload } => self.finish_upload(invocation, upload).await,
            VolumeCall::AbortUpload { upload } => {
                invocation.uploads.take(upload);
                Ok(VolumeReply::AbortUpload {})
            }
            VolumeCall::Delete { volume, key } => {
                key::check(&key)?;
                let granted = self.granted(invocation, &volume).await?;
                granted.need(Need::Delete, "delete")?;
                self.store
                    .delete(granted.place(), vec![key])
                    .await
                    .map_err(unexpected)?;
                Ok(VolumeReply::Delete { version_id: None })
            }
            VolumeCall::DeleteByPrefix { volume, prefix } => {
                self.delete_by_prefix(invocation, &volume, prefix).await
            }
            VolumeCall::List {
                volume,
                prefix,
                max_results,
                continuation_token,
                delimiter,
            } => {
                let query = Query {
                    prefix,
                    max_results,
                    continuation_token,
                    delimiter,
                };
                self.list(invocation, &volume, query).await
            }
            VolumeCall::Copy(source) => {
                let (place, copy) = self.copying(invocation, &source, "copy").await?;
                let copied = self.store.copy(place, copy).await;
                let info = copied.map_err(|error| refuse_copy(error, &source, "copy"))?;
                Ok(VolumeReply::Copy {
                    etag: info.etag,
                    last_modified: info.last_modified,
                })
            }
            VolumeCall::Move(source) => {
                let (place, copy) = self.copying(invocation, &source, "move").await?;
                let moved = self.store.rename(place, copy).await;
                let info = moved.map_err(|error| refuse_copy(error, &source, "move"))?;
                Ok(VolumeReply::Move { etag: info.etag })
            }
            VolumeCall::GenerateDownloadUrl {
                volume,
                key,
                expires_in,
                response_content_type,
                response_content_disposition,
            } => {
                let granted = self
                    .readable(invocation, &volume, &key, "generateDownloadUrl")
                    .await?;
                self.download_url(
                    &granted,
                    key,
                    expires_in,
                    response_content_type,
                    response_content_disposition,
                )
                .map(VolumeReply::GenerateDownloadUrl)
            }
            VolumeCall::GenerateUploadUrl {
                volume,
                key,
                expires_in,
                content_type,
                max_size,
            } => {
                key::check(&key)?;
                let granted = self.granted(invocation, &volume).await?;
                let expect = granted.expect(false, "generateUploadUrl")?;
                self.upload_url(&granted, key, expect, expires_in, content_type, max_size)
                    .map(VolumeReply::GenerateUploadUrl)
            }
        }
    }

    /// The volume with this code in the invocation's tenant, when its application was granted it.
    async fn granted(&self, invocation: &Invocation, code: &str) -> Result<Granted, ServiceError> {
        let caller = invocation.caller();
        let found = self
            .directory
            .lookup_volume(caller.tenant_id, caller.application_id, code)
            .await
            .map_err(|error| opaque("look a volume up", error))?;
        match found {
            Lookup::Granted {
                resource,
                permissions,
            } => Ok(Granted {
                volume: resource,
                grant: Grant::new(permissions),
            }),
            Lookup::AccessDenied => Err(ServiceError::new("VolumeAccessDeniedError").with(code)),
            Lookup::NotFound => Err(ServiceError::new("VolumeNotFoundError").with(code)),
        }
    }

    async fn readable(
        &self,
        invocation: &Invocation,
        code: &str,
        key: &str,
        operation: &str,
    ) -> Result<Granted, ServiceError> {
        key::check(key)?;
        let granted = self.granted(invocation, code).await?;
        granted.need(Need::Get, operation)?;
        Ok(granted)
    }

    async fn get(
        &self,
        invocation: &Invocation,
        code: &str,
        key: &str,
    ) -> Result<VolumeReply, ServiceError> {
        let granted = self.readable(invocation, code, key, "get").await?;
        let opened = self
            .store
            .open(granted.place(), key)
            .await
            .map_err(unexpected)?;
        let (info, mut reader) = opened.ok_or_else(|| missing(code, key))?;
        if info.size > MAX_GET {
            return Err(ServiceError::plain(format!(
                "The file has {} bytes; at most {MAX_GET} can be read at once: \
                 generateDownloadUrl gives larger ones out",
                info.size
            )));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a size of at most MAX_GET"
        )]
        let size = info.size as usize;
        let _room = invocation.room_to_read(size).await?;
        let _held = invocation.memory().hold(size)?;
        // The reader wants some room behind the end to find it.
        let mut content = Vec::with_capacity(size + 32);
        reader
            .read_to_end(&mut content)
            .await
            .map_err(|error| opaque("read a file of a volume", error))?;
        Ok(VolumeReply::Get { info, content })
    }

    async fn copying(
        &self,
        invocation: &Invocation,
        source: &CopySource,
        operation: &str,
    ) -> Result<(Place, Copy), ServiceError> {
        key::check(&source.source_key)?;
        key::check(&source.destination_key)?;
        upload::check_metadata(source.metadata.as_ref())?;
        let granted = self.granted(invocation, &source.volume).await?;
        granted.need(Need::Get, operation)?;
        let expect = granted.expect(source.if_not_exists, operation)?;
        Ok((
            granted.place(),
            Copy {
                source: source.source_key.clone(),
                destination: source.destination_key.clone(),
                expect,
                metadata: source.metadata.clone(),
            },
        ))
    }
}

fn missing(volume: &str, key: &str) -> ServiceError {
    ServiceError::new("FileNotFoundError")
        .with(volume)
        .with(key)
}

fn refuse_copy(error: StoreError, source: &CopySource, operation: &str) -> ServiceError {
    match error {
        StoreError::Exists if source.if_not_exists => ServiceError::new("FileAlreadyExistsError")
            .with(source.volume.as_str())
            .with(source.destination_key.as_str()),
        StoreError::Exists => ServiceError::new("VolumePermissionDeniedError")
            .with(source.volume.as_str())
            .with(Need::Put.name())
            .with(operation),
        StoreError::Missing => missing(&source.volume, &source.source_key),
        error => unexpected(error),
    }
}

fn unexpected(error: StoreError) -> ServiceError {
    match error {
        StoreError::Refused(reason) => ServiceError::plain(reason),
        error => opaque("work on a volume", error),
    }
}
