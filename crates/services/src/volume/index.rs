//! The index of a volume's folder: which keys there are, and which blob holds the content of each.
//!
//! Keys are blobs in SQLite's sense, so that they are compared byte by byte and any key is as good
//! as any other. Copying a file is a second row for the same blob; a blob is deleted with its last
//! row. All changes go through one connection, one transaction each.

use crate::volume::store::Attributes;
use crate::volume::store::Copy;
use crate::volume::store::Expect;
use crate::volume::store::ListPage;
use crate::volume::store::ListRequest;
use crate::volume::store::StoreError;
use ketrics_protocol::ObjectInfo;
use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::OptionalExtension;
use rusqlite::Row;
use rusqlite::Transaction;
use rusqlite::TransactionBehavior;
use rusqlite::params;
use std::path::Path;
use std::time::Duration;

const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Rows that a listing reads at once.
const CHUNK: i64 = 1_001;

const COLUMNS: &str = "key, blob, size, content_type, etag, modified, metadata";

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(format!("volume index: {error}"))
    }
}

/// A row of the index.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) blob: String,
    pub(crate) info: ObjectInfo,
}

/// What a change made superfluous: the caller removes it once the change stands.
pub(crate) type Unused = Vec<String>;

pub(crate) fn open(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         CREATE TABLE IF NOT EXISTS objects ( \
           key BLOB PRIMARY KEY, blob TEXT NOT NULL, size INTEGER NOT NULL, \
           content_type TEXT NOT NULL, etag TEXT NOT NULL, modified INTEGER NOT NULL, \
           metadata TEXT) STRICT, WITHOUT ROWID; \
         CREATE INDEX IF NOT EXISTS objects_by_blob ON objects (blob);",
    )?;
    Ok(connection)
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let metadata: Option<String> = row.get(6)?;
    Ok(Entry {
        blob: row.get(1)?,
        info: ObjectInfo {
            key: String::from_utf8_lossy(&row.get::<_, Vec<u8>>(0)?).into_owned(),
            size: row.get(2)?,
            content_type: row.get(3)?,
            etag: row.get(4)?,
            last_modified: row.get(5)?,
            metadata: metadata.and_then(|json| serde_json::from_str(&json).ok()),
        },
    })
}

pub(crate) fn find(connection: &Connection, key: &str) -> Result<Option<Entry>, StoreError> {
    let found = connection
        .prepare_cached(&format!("SELECT {COLUMNS} FROM objects WHERE key = ?1"))?
        .query_row(params![key.as_bytes()], entry)
        .optional()?;
    Ok(found)
}

/// Content that lies in a blob and is to get a key.
pub(crate) struct Content<'c> {
    pub(crate) blob: &'c str,
    pub(crate) size: u64,
    pub(crate) etag: &'c str,
}

/// Gives content a key.
pub(crate) fn put(
    connection: &mut Connection,
    key: &str,
    content: &Content<'_>,
    attributes: Attributes,
    expect: Expect,
) -> Result<(ObjectInfo, Unused), StoreError> {
    let transaction = begin(connection)?;
    let old = expected(&transaction, key, expect)?;
    let written = Entry {
        blob: content.blob.to_owned(),
        info: ObjectInfo {
            key: key.to_owned(),
            size: number(content.size),
            content_type: attributes.content_type,
            last_modified: now(),
            etag: content.etag.to_owned(),
            metadata: attributes.metadata.filter(|metadata| !metadata.is_empty()),
        },
    };
    write(&transaction, &written)?;
    let unused = unused(&transaction, old)?;
    transaction.commit()?;
    Ok((written.info, unused))
}

/// Takes keys away.
pub(crate) fn delete(connection: &mut Connection, keys: &[String]) -> Result<Unused, StoreError> {
    let transaction = begin(connection)?;
    let mut gone = Vec::new();
    for key in keys {
        gone.extend(find(&transaction, key)?);
        remove(&transaction, key)?;
    }
    let unused = unused(&transaction, gone)?;
    transaction.commit()?;
    Ok(unused)
}

/// Whether the source stays.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    Stays,
    Goes,
}

/// Gives the content of one key to another.
pub(crate) fn copy(
    connection: &mut Connection,
    copy: Copy,
    source: Source,
) -> Result<(ObjectInfo, Unused), StoreError> {
    let transaction = begin(connection)?;
    let mut found = find(&transaction, &copy.source)?.ok_or(StoreError::Missing)?;
    let old = expected(&transaction, &copy.destination, copy.expect)?;
    let onto_itself = copy.source == copy.destination;
    if onto_itself && source == Source::Goes {
        return Ok((found.info, Vec::new()));
    }
    found.info.key = copy.destination;
    found.info.last_modified = now();
    if let Some(metadata) = copy.metadata {
        found.info.metadata = Some(metadata).filter(|metadata| !metadata.is_empty());
    }
    write(&transaction, &found)?;
    if source == Source::Goes {
        remove(&transaction, &copy.source)?;
    }
    let unused = unused(&transaction, old)?;
    transaction.commit()?;
    Ok((found.info, unused))
}

/// One page of a listing. A position is the smallest key that may come next, so a page is right
/// whatever was written or deleted since the page before.
pub(crate) fn list(connection: &Connection, request: &ListRequest) -> Result<ListPage, StoreError> {
    let prefix = request.prefix.as_bytes();
    let end = after_all_with(prefix);
    let mut from = request.from.clone().unwrap_or_else(|| prefix.to_vec());
    let mut page = ListPage::default();
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM objects WHERE key >= ?1 AND key < ?2 \
         ORDER BY key LIMIT ?3"
    ))?;
    loop {
        let rows: Vec<Entry> = statement
            .query_map(params![from, end, CHUNK], entry)?
            .collect::<Result<_, _>>()?;
        let last_chunk = (rows.len() as u64) < CHUNK.unsigned_abs();
        for row in rows {
            let key = row.info.key.as_bytes();
            // Inside a folder that was listed already.
            if key < from.as_slice() {
                continue;
            }
            if page.files.len() + page.folders.len() == request.limit {
                page.next = Some(from);
                return Ok(page);
            }
            if let Some(folder) = folder(&row.info.key, request) {
                from = after_all_with(folder.as_bytes());
                page.folders.push(folder);
            } else {
                from = [key, &[0]].concat();
                page.files.push(row.info);
            }
        }
        if last_chunk {
            return Ok(page);
        }
    }
}

/// Whether a key leads to this blob.
pub(crate) fn is_used(connection: &Connection, blob: &str) -> Result<bool, StoreError> {
    let used = connection
        .prepare_cached("SELECT 1 FROM objects WHERE blob = ?1 LIMIT 1")?
        .exists(params![blob])?;
    Ok(used)
}

fn folder(key: &str, request: &ListRequest) -> Option<String> {
    let delimiter = request.delimiter.as_deref()?;
    let rest = &key[request.prefix.len()..];
    let end = rest.find(delimiter)? + delimiter.len();
    Some(key[..request.prefix.len() + end].to_owned())
}

/// The first position behind every key with this prefix. UTF-8 has no byte 255, so the last byte
/// can always be raised, and that byte alone is behind everything.
fn after_all_with(prefix: &[u8]) -> Vec<u8> {
    match prefix.split_last() {
        Some((last, rest)) => [rest, &[last + 1]].concat(),
        None => vec![u8::MAX],
    }
}

fn begin(connection: &mut Connection) -> Result<Transaction<'_>, StoreError> {
    Ok(connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
}

fn expected(
    transaction: &Transaction<'_>,
    key: &str,
    expect: Expect,
) -> Result<Option<Entry>, StoreError> {
    let old = find(transaction, key)?;
    match (expect, &old) {
        (Expect::Nothing, Some(_)) => Err(StoreError::Exists),
        (Expect::Something, None) => Err(StoreError::Missing),
        _ => Ok(old),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "sizes and times are whole numbers below 2^53"
)]
fn write(transaction: &Transaction<'_>, entry: &Entry) -> Result<(), StoreError> {
    let metadata = entry
        .info
        .metadata
        .as_ref()
        .map(serde_json::to_string)
        .transpose()
        .map_err(|error| StoreError::Failed(error.to_string()))?;
    transaction
        .prepare_cached(&format!(
            "INSERT OR REPLACE INTO objects ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
        ))?
        .execute(params![
            entry.info.key.as_bytes(),
            entry.blob,
            entry.info.size as i64,
            entry.info.content_type,
            entry.info.etag,
            entry.info.last_modified as i64,
            metadata,
        ])?;
    Ok(())
}

fn remove(transaction: &Transaction<'_>, key: &str) -> Result<(), StoreError> {
    transaction
        .prepare_cached("DELETE FROM objects WHERE key = ?1")?
        .execute(params![key.as_bytes()])?;
    Ok(())
}

/// Of the blobs of these former rows, those that no row holds any longer.
fn unused(
    transaction: &Transaction<'_>,
    former: impl IntoIterator<Item = Entry>,
) -> Result<Unused, StoreError> {
    let mut unused = Vec::new();
    for entry in former {
        if !is_used(transaction, &entry.blob)? {
            unused.push(entry.blob);
        }
    }
    Ok(unused)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "times stay below 2^53 for 280,000 years"
)]
fn now() -> f64 {
    chrono::Utc::now().timestamp_millis() as f64
}

#[expect(clippy::cast_precision_loss, reason = "no disk holds 2^53 bytes")]
fn number(size: u64) -> f64 {
    size as f64
}
