//! Volumes in a folder of the host.
//!
//! ```text
//! <root>/<tenant id>/<volume id>/index.sqlite   key → blob
//!                               /incoming/<id>  content that is not complete
//!                               /blobs/ab/<id>  content that never changes
//! ```
//!
//! Content is written and synced under `incoming`, moved to `blobs`, and then gets its key in one
//! transaction of the index. A crash in between leaves a file that no key leads to; such files are
//! swept once they are old enough that nobody can still be about to use them. No part of a key is
//! ever part of a path.

use crate::volume::index;
use crate::volume::index::Content;
use crate::volume::index::Source;
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
use aws_lc_rs::digest;
use bytes::Bytes;
use ketrics_protocol::ObjectInfo;
use rusqlite::Connection;
use std::collections::HashMap;
use std::fs;
use std::fs::File;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::SystemTime;
use uuid::Uuid;

/// Volumes that stay open; the others are opened again when they are asked for.
const OPEN_VOLUMES: usize = 256;
/// Connections for reading that a volume keeps.
const IDLE_READERS: usize = 4;
/// How old a file must be before it counts as left over.
const LEFT_OVER: Duration = Duration::from_secs(60 * 60);
/// Bytes of the hash that make the entity tag.
const ETAG_BYTES: usize = 16;

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        Self::Failed(format!("volume folder: {error}"))
    }
}

/// The engine.
pub(crate) struct FolderStore(Arc<Volumes>);

struct Volumes {
    root: PathBuf,
    open: Mutex<HashMap<Place, Arc<Folder>>>,
}

/// One volume.
struct Folder {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl FolderStore {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self(Arc::new(Volumes {
            root,
            open: Mutex::new(HashMap::new()),
        }))
    }
}

impl Volumes {
    fn folder(&self, place: Place) -> Result<Arc<Folder>, StoreError> {
        let mut open = lock(&self.open);
        if let Some(folder) = open.get(&place) {
            return Ok(folder.clone());
        }
        if open.len() >= OPEN_VOLUMES {
            open.retain(|_, folder| Arc::strong_count(folder) > 1);
        }
        let path = self
            .root
            .join(place.tenant.to_string())
            .join(place.volume.to_string());
        let folder = Arc::new(Folder::open(path)?);
        open.insert(place, folder.clone());
        let swept = folder.clone();
        std::thread::spawn(move || {
            if let Err(error) = swept.sweep(SystemTime::now() - LEFT_OVER) {
                tracing::warn!(%error, "a volume's left-over files could not be swept");
            }
        });
        Ok(folder)
    }
}

impl Folder {
    fn open(path: PathBuf) -> Result<Self, StoreError> {
        fs::create_dir_all(path.join("incoming"))?;
        fs::create_dir_all(path.join("blobs"))?;
        let writer = index::open(&path.join("index.sqlite"))?;
        Ok(Self {
            path,
            writer: Mutex::new(writer),
            readers: Mutex::new(Vec::new()),
        })
    }

    fn read<R>(
        &self,
        work: impl FnOnce(&Connection) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        let idle = lock(&self.readers).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => index::open(&self.path.join("index.sqlite"))?,
        };
        let result = work(&connection);
        let mut readers = lock(&self.readers);
        if readers.len() < IDLE_READERS {
            readers.push(connection);
        }
        result
    }

    /// Makes a change, then removes the blobs that nothing leads to any longer. A reader that has
    /// opened such a blob keeps it until it is done.
    fn write<R>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<(R, index::Unused), StoreError>,
    ) -> Result<R, StoreError> {
        let (result, unused) = work(&mut lock(&self.writer))?;
        for blob in unused {
            if let Err(error) = fs::remove_file(self.blob(&blob)) {
                tracing::warn!(%error, "a blob that is not used any longer could not be removed");
            }
        }
        Ok(result)
    }

    fn blob(&self, id: &str) -> PathBuf {
        self.path.join("blobs").join(&id[..2]).join(id)
    }

    /// Removes files that a crash left behind.
    fn sweep(&self, before: SystemTime) -> Result<(), StoreError> {
        for file in fs::read_dir(self.path.join("incoming"))? {
            remove_if_older(&file?.path(), before);
        }
        for shard in fs::read_dir(self.path.join("blobs"))? {
            for file in fs::read_dir(shard?.path())? {
                let path = file?.path();
                let name = path
                    .file_name()
                    .and_then(|name| name.to_str())
                    .unwrap_or_default();
                if !self.read(|connection| index::is_used(connection, name))? {
                    remove_if_older(&path, before);
                }
            }
        }
        Ok(())
    }
}

fn remove_if_older(path: &Path, before: SystemTime) {
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
    if modified.is_ok_and(|modified| modified < before) {
        // Somebody else may have been faster.
        fs::remove_file(path).ok();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic inside leaves at worst an unfinished transaction, which SQLite undoes.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, StoreError> + Send + 'static,
) -> Result<R, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(StoreError::Failed(error.to_string())))
}

#[async_trait]
impl ObjectStore for FolderStore {
    async fn stat(&self, place: Place, key: &str) -> Result<Option<ObjectInfo>, StoreError> {
        let inner = self.0.clone();
        let key = key.to_owned();
        blocking(move || {
            let folder = inner.folder(place)?;
            folder.read(|connection| Ok(index::find(connection, &key)?.map(|entry| entry.info)))
        })
        .await
    }

    async fn open(
        &self,
        place: Place,
        key: &str,
    ) -> Result<Option<(ObjectInfo, ObjectReader)>, StoreError> {
        let inner = self.0.clone();
        let key = key.to_owned();
        let opened = blocking(move || {
            let folder = inner.folder(place)?;
            let mut entry = folder.read(|connection| index::find(connection, &key))?;
            while let Some(found) = entry {
                match File::open(folder.blob(&found.blob)) {
                    Ok(file) => return Ok(Some((found.info, file))),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {
                        // Replaced since it was looked up: then the index has another blob now.
                        entry = folder.read(|connection| index::find(connection, &key))?;
                        if entry.as_ref().is_some_and(|now| now.blob == found.blob) {
                            return Err(error.into());
                        }
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(None)
        })
        .await?;
        Ok(opened.map(|(info, file)| {
            let reader: ObjectReader = Box::pin(tokio::fs::File::from_std(file));
            (info, reader)
        }))
    }

    async fn create(
        &self,
        place: Place,
        key: &str,
        attributes: Attributes,
    ) -> Result<Box<dyn ObjectWriter>, StoreError> {
        let inner = self.0.clone();
        let key = key.to_owned();
        let writer = blocking(move || {
            let folder = inner.folder(place)?;
            let id = Uuid::new_v4().simple().to_string();
            let path = folder.path.join("incoming").join(&id);
            let file = File::create_new(&path)?;
            let draft = Draft {
                file,
                hash: digest::Context::new(&digest::SHA256),
                size: 0,
                incoming: Incoming(path),
            };
            Ok(FolderWriter {
                folder,
                id,
                key,
                attributes,
                draft: Some(draft),
            })
        })
        .await?;
        Ok(Box::new(writer))
    }

    async fn delete(&self, place: Place, keys: Vec<String>) -> Result<Vec<NotDeleted>, StoreError> {
        let inner = self.0.clone();
        blocking(move || {
            let folder = inner.folder(place)?;
            folder.write(|connection| Ok((Vec::new(), index::delete(connection, &keys)?)))
        })
        .await
    }

    async fn list(&self, place: Place, request: ListRequest) -> Result<ListPage, StoreError> {
        let inner = self.0.clone();
        blocking(move || {
            inner
                .folder(place)?
                .read(|connection| index::list(connection, &request))
        })
        .await
    }

    async fn copy(&self, place: Place, copy: Copy) -> Result<ObjectInfo, StoreError> {
        let inner = self.0.clone();
        blocking(move || {
            let folder = inner.folder(place)?;
            folder.write(|connection| index::copy(connection, copy, Source::Stays))
        })
        .await
    }

    async fn rename(&self, place: Place, copy: Copy) -> Result<ObjectInfo, StoreError> {
        let inner = self.0.clone();
        blocking(move || {
            let folder = inner.folder(place)?;
            folder.write(|connection| index::copy(connection, copy, Source::Goes))
        })
        .await
    }
}

/// Content on its way in.
struct FolderWriter {
    folder: Arc<Folder>,
    id: String,
    key: String,
    attributes: Attributes,
    /// Absent while a part is being written; whoever drops the writer then has lost it.
    draft: Option<Draft>,
}

struct Draft {
    file: File,
    hash: digest::Context,
    size: u64,
    incoming: Incoming,
}

/// A file under `incoming`, which goes when nobody holds it any longer.
struct Incoming(PathBuf);

impl Drop for Incoming {
    fn drop(&mut self) {
        // Once it was moved to its place, there is nothing here.
        fs::remove_file(&self.0).ok();
    }
}

impl FolderWriter {
    fn take(&mut self) -> Result<Draft, StoreError> {
        self.draft
            .take()
            .ok_or_else(|| StoreError::Failed("the upload was given up".to_owned()))
    }
}

#[async_trait]
impl ObjectWriter for FolderWriter {
    async fn write(&mut self, content: Bytes) -> Result<(), StoreError> {
        let mut draft = self.take()?;
        let draft = blocking(move || {
            draft.file.write_all(&content)?;
            draft.hash.update(&content);
            draft.size += content.len() as u64;
            Ok(draft)
        })
        .await?;
        self.draft = Some(draft);
        Ok(())
    }

    fn waiting(&self) -> usize {
        0
    }

    async fn finish(mut self: Box<Self>, expect: Expect) -> Result<ObjectInfo, StoreError> {
        let draft = self.take()?;
        blocking(move || {
            let attributes = self.attributes.clone();
            let etag = etag(draft.hash);
            draft.file.sync_all()?;
            let blob = self.folder.blob(&self.id);
            let shard = blob.parent().unwrap_or(&self.folder.path);
            fs::create_dir_all(shard)?;
            fs::rename(&draft.incoming.0, &blob)?;
            File::open(shard)?.sync_all()?;
            let content = Content {
                blob: &self.id,
                size: draft.size,
                etag: &etag,
            };
            let put = self.folder.write(|connection| {
                index::put(connection, &self.key, &content, attributes, expect)
            });
            if matches!(put, Err(StoreError::Exists | StoreError::Missing)) {
                // Nothing leads to it. After any other failure the sweep decides.
                fs::remove_file(&blob)?;
            }
            put
        })
        .await
    }
}

/// A hash of the content, quoted as in HTTP.
fn etag(hash: digest::Context) -> String {
    let mut etag = String::from('"');
    for byte in &hash.finish().as_ref()[..ETAG_BYTES] {
        let [high, low] = [byte >> 4, byte & 15].map(u32::from);
        etag.extend(
            [high, low]
                .iter()
                .filter_map(|&digit| char::from_digit(digit, 16)),
        );
    }
    etag.push('"');
    etag
}

#[cfg(test)]
mod tests {
    use super::*;
    use ketrics_directory::TenantId;
    use ketrics_directory::VolumeId;
    use tempfile::TempDir;

    fn files(path: &Path) -> usize {
        fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| if path.is_dir() { files(&path) } else { 1 })
            .sum()
    }

    fn text() -> Attributes {
        Attributes {
            content_type: "text/plain".into(),
            metadata: None,
        }
    }

    async fn put(store: &FolderStore, place: Place, key: &str, content: &'static [u8]) {
        let mut writer = store.create(place, key, text()).await.unwrap();
        writer.write(Bytes::from_static(content)).await.unwrap();
        writer.finish(Expect::Anything).await.unwrap();
    }

    fn store(folder: &TempDir) -> (FolderStore, Place, PathBuf) {
        let place = Place {
            tenant: TenantId::new(),
            volume: VolumeId::new(),
        };
        let path = folder
            .path()
            .join(place.tenant.to_string())
            .join(place.volume.to_string());
        (FolderStore::new(folder.path().to_owned()), place, path)
    }

    #[tokio::test]
    async fn what_a_crash_leaves_behind_is_swept_and_nothing_else() {
        let folder = TempDir::new().unwrap();
        let (store, place, path) = store(&folder);
        put(&store, place, "a", b"kept").await;
        fs::write(path.join("incoming").join("half"), "ha").unwrap();
        fs::create_dir_all(path.join("blobs").join("ff")).unwrap();
        fs::write(path.join("blobs").join("ff").join("ff00"), "no key").unwrap();

        let opened = store.0.folder(place).unwrap();
        opened.sweep(SystemTime::now() - LEFT_OVER).unwrap();
        assert_eq!(
            (files(&path.join("incoming")), files(&path.join("blobs"))),
            (1, 2)
        );
        opened.sweep(SystemTime::now() + LEFT_OVER).unwrap();
        assert_eq!(
            (files(&path.join("incoming")), files(&path.join("blobs"))),
            (0, 1)
        );
        assert!(store.open(place, "a").await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_blob_goes_with_the_last_key_that_leads_to_it() {
        let folder = TempDir::new().unwrap();
        let (store, place, path) = store(&folder);
        let blobs = path.join("blobs");
        put(&store, place, "a", b"one").await;
        let copy = |source: &str, destination: &str| Copy {
            source: source.into(),
            destination: destination.into(),
            expect: Expect::Anything,
            metadata: None,
        };
        store.copy(place, copy("a", "b")).await.unwrap();
        assert_eq!(files(&blobs), 1);
        put(&store, place, "a", b"two").await;
        assert_eq!(files(&blobs), 2);
        store.rename(place, copy("a", "b")).await.unwrap();
        assert_eq!(files(&blobs), 1);
        store.rename(place, copy("b", "b")).await.unwrap();
        assert_eq!(files(&blobs), 1);
        store.delete(place, vec!["b".into()]).await.unwrap();
        assert_eq!(files(&blobs), 0);
    }

    #[tokio::test]
    async fn a_writer_that_is_dropped_leaves_nothing() {
        let folder = TempDir::new().unwrap();
        let (store, place, path) = store(&folder);
        let mut writer = store.create(place, "a", text()).await.unwrap();
        writer.write(Bytes::from_static(b"half")).await.unwrap();
        assert_eq!(files(&path.join("incoming")), 1);
        drop(writer);
        assert_eq!(files(&path.join("incoming")), 0);
    }
}
