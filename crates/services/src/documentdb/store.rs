//! What an engine for documents does, whoever keeps them.

use async_trait::async_trait;
use ketrics_directory::DocumentDatabaseId;
use ketrics_directory::TenantId;

/// Whose documents, and in which database.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) tenant: TenantId,
    pub(crate) database: DocumentDatabaseId,
}

/// A partition key and a sort key; neither is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

/// A document to be stored.
pub(crate) struct Document {
    pub(crate) key: Key,
    /// JSON.
    pub(crate) item: String,
    /// Where the index has it.
    pub(crate) index: Option<Key>,
    /// Milliseconds since the epoch.
    pub(crate) expires_at: Option<i64>,
}

/// Documents that have an order among each other.
#[derive(Clone, Debug)]
pub(crate) enum Partition {
    /// Those with this partition key, by sort key.
    Primary(String),
    /// Those with this partition key in the index, by the index's sort key. Documents may share
    /// both; their order is then the engine's, and always the same.
    Index(String),
}

/// Where a document stands in its partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// The sort key in that partition.
    pub(crate) sort: String,
    /// The document's own key.
    pub(crate) key: Key,
}

/// Which way through a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Ascending,
    Descending,
}

/// Which documents of a partition.
#[derive(Clone, Debug)]
pub(crate) struct PageRequest {
    pub(crate) partition: Partition,
    /// What the sort key begins with; empty for all.
    pub(crate) prefix: String,
    pub(crate) direction: Direction,
    /// Those that follow this position, which need not hold a document any more.
    pub(crate) after: Option<Position>,
    /// Documents at the most, at least one.
    pub(crate) limit: usize,
    /// Milliseconds since the epoch.
    pub(crate) now: i64,
}

/// A document that was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) item: String,
    pub(crate) position: Position,
}

/// A part of what was asked for.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) found: Vec<Found>,
    /// Whether more follow.
    pub(crate) more: bool,
    bytes: usize,
}

/// Bytes of JSON after which a page ends early: a thousand documents of 400 KB would fill the
/// invocation's memory.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

impl Page {
    /// Takes the next document. Where there is no room for it the page is complete, and the
    /// answer is `false`.
    pub(crate) fn take(&mut self, found: Found, limit: usize) -> bool {
        if self.found.len() >= limit || self.bytes >= PAGE_BYTES {
            self.more = true;
            return false;
        }
        self.bytes += found.item.len();
        self.found.push(found);
        true
    }
}

/// The engine does not work; the text is for the host's log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct StoreError(pub(crate) String);

/// Keeps documents. Sort keys are ordered by the bytes of their UTF-8. What has expired is never
/// found, whether or not it was deleted already.
#[async_trait]
pub(crate) trait DocumentStore: Send + Sync {
    /// Stores a document, in place of one with the same key.
    async fn put(&self, at: Place, document: Document, now: i64) -> Result<(), StoreError>;

    /// The JSON of a document. What was put before is seen.
    async fn get(&self, at: Place, key: &Key, now: i64) -> Result<Option<String>, StoreError>;

    /// Deletes a document where there is one.
    async fn delete(&self, at: Place, key: &Key) -> Result<(), StoreError>;

    /// A part of a partition, in order. In a [`Partition::Primary`] what was put before is seen; an
    /// index may follow a moment later.
    async fn page(&self, at: Place, request: &PageRequest) -> Result<Page, StoreError>;
}
