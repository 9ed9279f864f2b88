//! `ketrics.DocumentDb`: documents by partition key and sort key.

use serde::Deserialize;
use serde::Serialize;

/// What tenant code asks of a document database. `database` is always the database's code.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum DocumentDbCall {
    /// The permissions that the application has.
    Connect { database: String },
    /// Stores a document, in place of one with the same key.
    Put {
        database: String,
        pk: String,
        sk: String,
        /// A JSON object.
        item: String,
        index_key: Option<IndexKey>,
        /// Seconds from now.
        ttl: Option<f64>,
    },
    /// The document with this key.
    Get {
        database: String,
        pk: String,
        sk: String,
    },
    /// Deletes a document; one that is not there is no error.
    Delete {
        database: String,
        pk: String,
        sk: String,
    },
    /// One page of the documents with a partition key, by sort key.
    List {
        database: String,
        pk: String,
        options: PageOptions,
    },
    /// One page of the documents with an index key, by its sort key.
    Query {
        database: String,
        index_pk: String,
        options: PageOptions,
    },
}

/// Where else a document is found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IndexKey {
    /// The index's partition key.
    pub pk: String,
    /// The index's sort key.
    pub sk: String,
}

/// Which part of a partition, and in which order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageOptions {
    /// What the sort key begins with.
    pub sk_prefix: Option<String>,
    /// Documents at the most.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// Ascending by sort key unless it says otherwise.
    pub scan_forward: Option<bool>,
}

/// What comes back, variant by variant of [`DocumentDbCall`]. Documents are JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum DocumentDbReply {
    Connect {
        permissions: Vec<String>,
    },
    Put {},
    Get {
        item: Option<String>,
    },
    Delete {},
    List {
        items: Vec<String>,
        cursor: Option<String>,
    },
    Query {
        items: Vec<String>,
        cursor: Option<String>,
    },
}
