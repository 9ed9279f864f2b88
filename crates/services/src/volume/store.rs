//! What an engine for volumes does, wherever it keeps the bytes.

use async_trait::async_trait;
use bytes::Bytes;
use ketrics_directory::TenantId;
use ketrics_directory::VolumeId;
use ketrics_protocol::ObjectInfo;
use std::collections::BTreeMap;
use std::pin::Pin;
use tokio::io::AsyncRead;

/// The content of an object.
pub type ObjectReader = Pin<Box<dyn AsyncRead + Send>>;

/// Where an engine keeps a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) tenant: TenantId,
    pub(crate) volume: VolumeId,
}

/// What a write expects to find under its key. The engine checks it in the same step in which the
/// object becomes visible, so that of two writers that expect nothing exactly one succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Expect {
    Anything,
    Nothing,
    Something,
}

/// What is kept beside an object's content.
#[derive(Clone, Debug)]
pub(crate) struct Attributes {
    pub(crate) content_type: String,
    pub(crate) metadata: Option<BTreeMap<String, String>>,
}

/// What a listing is asked for.
#[derive(Clone, Debug)]
pub(crate) struct ListRequest {
    pub(crate) prefix: String,
    pub(crate) delimiter: Option<String>,
    /// Files and folders together.
    pub(crate) limit: usize,
    /// The position that the page before ended with.
    pub(crate) from: Option<Vec<u8>>,
}

/// One page of a listing, in the order of the keys' bytes.
#[derive(Debug, Default)]
pub(crate) struct ListPage {
    pub(crate) files: Vec<ObjectInfo>,
    pub(crate) folders: Vec<String>,
    /// Where the next page starts, when there is more.
    pub(crate) next: Option<Vec<u8>>,
}

/// An object that could not be deleted.
#[derive(Debug)]
pub(crate) struct NotDeleted {
    pub(crate) key: String,
    /// What tenant code may know of the reason.
    pub(crate) code: String,
}

/// Why an engine did not do it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// There is something where nothing was expected.
    #[error("the object exists")]
    Exists,
    /// There is nothing where something was expected, or nothing to copy.
    #[error("the object does not exist")]
    Missing,
    /// The engine cannot keep it as it is; the text is for tenant code.
    #[error("{0}")]
    Refused(&'static str),
    /// The engine does not work.
    #[error("{0}")]
    Failed(String),
}

/// Keeps objects by key. Every change is seen whole or not at all, also after a crash.
#[async_trait]
pub(crate) trait ObjectStore: Send + Sync {
    /// An object without its content.
    async fn stat(&self, place: Place, key: &str) -> Result<Option<ObjectInfo>, StoreError>;

    /// An object with its content; a change meanwhile does not disturb the reader.
    async fn open(
        &self,
        place: Place,
        key: &str,
    ) -> Result<Option<(ObjectInfo, ObjectReader)>, StoreError>;

    /// Starts to take an object's content. What is dropped before it is finished leaves nothing.
    async fn create(
        &self,
        place: Place,
        key: &str,
        attributes: Attributes,
    ) -> Result<Box<dyn ObjectWriter>, StoreError>;

    /// Deletes objects, and tells which of them stay. Those that are not there are no error.
    async fn delete(&self, place: Place, keys: Vec<String>) -> Result<Vec<NotDeleted>, StoreError>;

    /// One page of a listing. Pages are complete for what neither comes nor goes meanwhile.
    async fn list(&self, place: Place, request: ListRequest) -> Result<ListPage, StoreError>;

    /// Copies an object, with other metadata where there is some.
    async fn copy(&self, place: Place, copy: Copy) -> Result<ObjectInfo, StoreError>;

    /// Moves an object: the source goes once the destination stands, and never before.
    async fn rename(&self, place: Place, copy: Copy) -> Result<ObjectInfo, StoreError>;
}

/// From one key to another.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    pub(crate) source: String,
    pub(crate) destination: String,
    pub(crate) expect: Expect,
    pub(crate) metadata: Option<BTreeMap<String, String>>,
}

/// Takes the content of one object.
#[async_trait]
pub(crate) trait ObjectWriter: Send {
    /// The next part.
    async fn write(&mut self, content: Bytes) -> Result<(), StoreError>;

    /// Bytes of what was written that wait in memory for more.
    fn waiting(&self) -> usize;

    /// Makes the object visible.
    async fn finish(self: Box<Self>, expect: Expect) -> Result<ObjectInfo, StoreError>;
}
