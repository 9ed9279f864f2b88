//! Documents in a SQL table, for the two engines that keep one. The statements are the same; what
//! differs is how a table is made and how its types are called.
//!
//! Keys are bytes, not text: both engines then order them byte by byte, whatever the locale, and
//! take every character. A prefix is a range of bytes.

use crate::documentdb::store::Direction;
use crate::documentdb::store::Found;
use crate::documentdb::store::Key;
use crate::documentdb::store::PageRequest;
use crate::documentdb::store::Partition;
use crate::documentdb::store::Position;
use crate::documentdb::store::StoreError;

pub(crate) const PUT: &str = "INSERT INTO ketrics_documents \
    (tenant_id, database_id, pk, sk, item, index_pk, index_sk, expires_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
    ON CONFLICT (tenant_id, database_id, pk, sk) DO UPDATE SET item = excluded.item, \
    index_pk = excluded.index_pk, index_sk = excluded.index_sk, expires_at = excluded.expires_at";

pub(crate) const GET: &str = "SELECT item FROM ketrics_documents \
    WHERE tenant_id = $1 AND database_id = $2 AND pk = $3 AND sk = $4 \
    AND (expires_at IS NULL OR expires_at > $5)";

pub(crate) const DELETE: &str = "DELETE FROM ketrics_documents \
    WHERE tenant_id = $1 AND database_id = $2 AND pk = $3 AND sk = $4";

const LIST_ASCENDING: &str = "SELECT sk, pk, sk, item FROM ketrics_documents \
    WHERE tenant_id = $1 AND database_id = $2 AND pk = $3 AND sk >= $4 AND sk < $5 \
    AND (sk, pk, sk) > ($6, $7, $8) AND (expires_at IS NULL OR expires_at > $9) \
    ORDER BY sk LIMIT $10";

const LIST_DESCENDING: &str = "SELECT sk, pk, sk, item FROM ketrics_documents \
    WHERE tenant_id = $1 AND database_id = $2 AND pk = $3 AND sk >= $4 AND sk < $5 \
    AND (sk, pk, sk) < ($6, $7, $8) AND (expires_at IS NULL OR expires_at > $9) \
    ORDER BY sk DESC LIMIT $10";

const QUERY_ASCENDING: &str = "SELECT index_sk, pk, sk, item FROM ketrics_documents \
    WHERE tenant_id = $1 AND database_id = $2 AND index_pk = $3 AND index_sk >= $4 \
    AND index_sk < $5 AND (index_sk, pk, sk) > ($6, $7, $8) \
    AND (expires_at IS NULL OR expires_at > $9) \
    ORDER BY index_sk, pk, sk LIMIT $10";

const QUERY_DESCENDING: &str = "SELECT index_sk, pk, sk, item FROM ketrics_documents \
    WHERE tenant_id = $1 AND database_id = $2 AND index_pk = $3 AND index_sk >= $4 \
    AND index_sk < $5 AND (index_sk, pk, sk) < ($6, $7, $8) \
    AND (expires_at IS NULL OR expires_at > $9) \
    ORDER BY index_sk DESC, pk DESC, sk DESC LIMIT $10";

/// Sorts behind every key: no UTF-8 holds this byte.
const END: u8 = 0xFF;

/// A statement that reads a page, and what is bound to it behind tenant and database.
pub(crate) struct Span {
    pub(crate) sql: &'static str,
    pub(crate) pk: Vec<u8>,
    /// Sort keys from here …
    pub(crate) from: Vec<u8>,
    /// … to before here.
    pub(crate) to: Vec<u8>,
    /// The position that the page follows.
    pub(crate) after: [Vec<u8>; 3],
    /// One more than is wanted, to know whether more follow.
    pub(crate) limit: i64,
}

impl Span {
    pub(crate) fn of(request: &PageRequest) -> Self {
        let (pk, ascending, descending) = match &request.partition {
            Partition::Primary(pk) => (pk, LIST_ASCENDING, LIST_DESCENDING),
            Partition::Index(pk) => (pk, QUERY_ASCENDING, QUERY_DESCENDING),
        };
        let mut from = request.prefix.clone().into_bytes();
        let mut to = successor(&request.prefix);
        let after = request.after.as_ref();
        let position = after.map(|position| {
            let Key { pk, sk } = &position.key;
            [&position.sort, pk, sk].map(|part| part.clone().into_bytes())
        });
        // The bound on the sort key alone lets an index start where the page does.
        let (sql, after) = match request.direction {
            Direction::Ascending => {
                if let Some(position) = after {
                    from = position.sort.clone().into_bytes();
                }
                (ascending, position.unwrap_or_default())
            }
            Direction::Descending => {
                if let Some(position) = after {
                    to = position.sort.clone().into_bytes();
                    to.push(0);
                }
                let end = || [vec![END], Vec::new(), Vec::new()];
                (descending, position.unwrap_or_else(end))
            }
        };
        Self {
            sql,
            pk: pk.clone().into_bytes(),
            from,
            to,
            after,
            limit: i64::try_from(request.limit)
                .unwrap_or(i64::MAX)
                .saturating_add(1),
        }
    }
}

/// The first bytes behind everything that begins with the prefix.
fn successor(prefix: &str) -> Vec<u8> {
    let mut bytes = prefix.as_bytes().to_vec();
    match bytes.last_mut() {
        // No byte of UTF-8 is the highest one, so this never overflows.
        Some(last) => *last += 1,
        None => bytes.push(END),
    }
    bytes
}

pub(crate) type Row = (Vec<u8>, Vec<u8>, Vec<u8>, String);

pub(crate) fn found((sort, pk, sk, item): Row) -> Result<Found, StoreError> {
    let text = |bytes| {
        String::from_utf8(bytes).map_err(|_| StoreError("a stored key is no UTF-8".to_owned()))
    };
    let (sort, pk, sk) = (text(sort)?, text(pk)?, text(sk)?);
    Ok(Found {
        item,
        position: Position {
            sort,
            key: Key { pk, sk },
        },
    })
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

/// Makes a pool of connections a store. A macro, because sqlx tells its databases apart by type.
macro_rules! store_documents_in {
    ($pool:ty, sweep: $sweep:expr) => {
        #[async_trait::async_trait]
        impl crate::documentdb::store::DocumentStore for $pool {
            async fn put(
                &self,
                at: crate::documentdb::store::Place,
                document: crate::documentdb::store::Document,
                now: i64,
            ) -> Result<(), crate::documentdb::store::StoreError> {
                let expires_at = document.expires_at;
                let (index_pk, index_sk) = match document.index {
                    Some(key) => (Some(key.pk.into_bytes()), Some(key.sk.into_bytes())),
                    None => (None, None),
                };
                sqlx::query(crate::documentdb::sql::PUT)
                    .bind(at.tenant.0.as_bytes().as_slice())
                    .bind(at.database.0.as_bytes().as_slice())
                    .bind(document.key.pk.into_bytes())
                    .bind(document.key.sk.into_bytes())
                    .bind(document.item)
                    .bind(index_pk)
                    .bind(index_sk)
                    .bind(expires_at)
                    .execute(self)
                    .await?;
                if expires_at.is_some() {
                    sqlx::query($sweep)
                        .bind(at.tenant.0.as_bytes().as_slice())
                        .bind(now)
                        .execute(self)
                        .await?;
                }
                Ok(())
            }

            async fn get(
                &self,
                at: crate::documentdb::store::Place,
                key: &crate::documentdb::store::Key,
                now: i64,
            ) -> Result<Option<String>, crate::documentdb::store::StoreError> {
                let row: Option<(String,)> = sqlx::query_as(crate::documentdb::sql::GET)
                    .bind(at.tenant.0.as_bytes().as_slice())
                    .bind(at.database.0.as_bytes().as_slice())
                    .bind(key.pk.as_bytes())
                    .bind(key.sk.as_bytes())
                    .bind(now)
                    .fetch_optional(self)
                    .await?;
                Ok(row.map(|(item,)| item))
            }

            async fn delete(
                &self,
                at: crate::documentdb::store::Place,
                key: &crate::documentdb::store::Key,
            ) -> Result<(), crate::documentdb::store::StoreError> {
                sqlx::query(crate::documentdb::sql::DELETE)
                    .bind(at.tenant.0.as_bytes().as_slice())
                    .bind(at.database.0.as_bytes().as_slice())
                    .bind(key.pk.as_bytes())
                    .bind(key.sk.as_bytes())
                    .execute(self)
                    .await?;
                Ok(())
            }

            async fn page(
                &self,
                at: crate::documentdb::store::Place,
                request: &crate::documentdb::store::PageRequest,
            ) -> Result<crate::documentdb::store::Page, crate::documentdb::store::StoreError> {
                use futures_util::TryStreamExt as _;
                let span = crate::documentdb::sql::Span::of(request);
                let [sort, pk, sk] = span.after;
                let mut rows = sqlx::query_as::<_, crate::documentdb::sql::Row>(span.sql)
                    .bind(at.tenant.0.as_bytes().as_slice())
                    .bind(at.database.0.as_bytes().as_slice())
                    .bind(span.pk)
                    .bind(span.from)
                    .bind(span.to)
                    .bind(sort)
                    .bind(pk)
                    .bind(sk)
                    .bind(request.now)
                    .bind(span.limit)
                    .fetch(self);
                let mut page = crate::documentdb::store::Page::default();
                while let Some(row) = rows.try_next().await? {
                    if !page.take(crate::documentdb::sql::found(row)?, request.limit) {
                        break;
                    }
                }
                Ok(page)
            }
        }
    };
}
pub(crate) use store_documents_in;

#[cfg(test)]
mod tests {
    use super::successor;

    #[test]
    fn the_successor_of_a_prefix_is_behind_all_that_begins_with_it() {
        for prefix in ["", "a", "a\u{7f}", "é", "\u{10FFFF}"] {
            let end = successor(prefix);
            for rest in ["", "\0", "z", "\u{10FFFF}\u{10FFFF}"] {
                assert!(
                    format!("{prefix}{rest}").as_bytes() < &end[..],
                    "{prefix:?}"
                );
            }
        }
        assert!(successor("a").as_slice() <= "b".as_bytes());
    }
}
