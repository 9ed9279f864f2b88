//! Which engine keeps a host's documents, and what it needs.

use crate::AwsAccess;
use std::fmt;

/// The part of the configuration that this is.
pub(crate) const SECTION: &str = "documents";

/// Who keeps documents.
#[derive(Clone, Debug, Default)]
pub enum DocumentsEngine {
    /// SQLite files in the data directory, one per tenant.
    #[default]
    Sqlite,
    /// A table in PostgreSQL, which is made where there is none.
    Postgres(PostgresDocuments),
    /// A table in DynamoDB, which must be there.
    DynamoDb(DynamoDbDocuments),
}

/// Where PostgreSQL is.
#[derive(Clone)]
pub struct PostgresDocuments {
    /// `postgres://user:password@host:5432/database`.
    pub url: String,
    /// Connections of this host at the most.
    pub max_connections: u32,
}

impl fmt::Debug for PostgresDocuments {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PostgresDocuments")
            .field("max_connections", &self.max_connections)
            .finish_non_exhaustive()
    }
}

/// Which table it is. Its partition key is `PK` and its sort key `SK`, those of the index are
/// `GSI2PK` and `GSI2SK`, all of them strings; the index holds all attributes.
#[derive(Clone, Debug)]
pub struct DynamoDbDocuments {
    /// Name of the table.
    pub table: String,
    /// Name of its global secondary index.
    pub index: String,
    /// The attribute that DynamoDB deletes expired documents by.
    pub ttl_attribute: String,
    /// How AWS is reached, or a server that speaks the same protocol.
    pub access: AwsAccess,
}
