//! Cursors: where a page ended, in a text that tenants carry around and can neither make up, nor
//! read, nor use for another tenant, database, partition or prefix.
//!
//! A cursor holds the position of the last document and no page number, so it stays right while
//! others write, and still is when that document is gone.

use crate::documentdb::store::Key;
use crate::documentdb::store::Partition;
use crate::documentdb::store::Place;
use crate::documentdb::store::Position;
use crate::token::Sealer;
use aws_lc_rs::error::Unspecified;

/// What a cursor belongs to.
pub(crate) struct Scope<'a> {
    pub(crate) at: Place,
    pub(crate) partition: &'a Partition,
    pub(crate) prefix: &'a str,
}

impl Scope<'_> {
    fn bound(&self) -> [&[u8]; 5] {
        let (operation, pk) = match self.partition {
            Partition::Primary(pk) => ("list", pk),
            Partition::Index(pk) => ("query", pk),
        };
        [
            self.at.tenant.0.as_bytes(),
            self.at.database.0.as_bytes(),
            operation.as_bytes(),
            pk.as_bytes(),
            self.prefix.as_bytes(),
        ]
    }

    /// The cursor that continues behind this position.
    pub(crate) fn seal(&self, sealer: &Sealer, last: &Position) -> Result<String, Unspecified> {
        let parts = [&last.sort, &last.key.pk, &last.key.sk];
        let content = serde_json::to_vec(&parts).map_err(|_| Unspecified)?;
        sealer.seal(&self.bound(), &content)
    }

    /// The position that a cursor holds; `None` when it was not made here for the same thing.
    pub(crate) fn open(&self, sealer: &Sealer, cursor: &str) -> Option<Position> {
        let content = sealer.open(&self.bound(), cursor)?;
        let [sort, pk, sk]: [String; 3] = serde_json::from_slice(&content).ok()?;
        Some(Position {
            sort,
            key: Key { pk, sk },
        })
    }
}
