//! `ketrics.DocumentDb`: documents by partition key and sort key.
//!
//! A document is JSON text on every engine: it comes back exactly as it was put, with every digit,
//! every empty string and its fields in order. Only keys, index keys and the expiry are columns.
//!
//! [`check`] says what is taken, [`cursor`] how pages follow each other; an engine keeps rows.

mod check;
mod config;
mod cursor;
mod dynamo;
mod postgres;
mod sql;
mod sqlite;
mod store;

pub use config::DocumentsEngine;
pub use config::DynamoDbDocuments;
pub use config::PostgresDocuments;

use crate::Invocation;
use crate::OpenError;
use crate::ServicesConfig;
use crate::failure::opaque;
use crate::failure::reference;
use crate::token::Sealer;
use check::Operation;
use cursor::Scope;
use dynamo::DynamoStore;
use ketrics_directory::Directory;
use ketrics_directory::Lookup;
use ketrics_protocol::DocumentDbCall;
use ketrics_protocol::DocumentDbReply;
use ketrics_protocol::PageOptions;
use ketrics_protocol::ServiceError;
use sqlite::SqliteStore;
use std::sync::Arc;
use store::Direction;
use store::Document;
use store::DocumentStore;
use store::PageRequest;
use store::Partition;
use store::Place;
use store::StoreError;

const READ: &str = "read";
const WRITE: &str = "write";

pub(crate) struct DocumentDatabases {
    directory: Directory,
    store: Arc<dyn DocumentStore>,
    cursors: Sealer,
}

/// A database that the application was granted.
struct Granted {
    at: Place,
    permissions: Vec<&'static str>,
}

impl Granted {
    /// The database, for an operation that needs this permission.
    fn need(&self, permission: &str, operation: Operation<'_>) -> Result<Place, ServiceError> {
        if self.permissions.contains(&permission) {
            return Ok(self.at);
        }
        Err(ServiceError::new("DocumentDbPermissionDeniedError")
            .with(operation.database)
            .with(permission)
            .with(operation.name))
    }
}

impl DocumentDatabases {
    pub(crate) async fn open(
        config: &ServicesConfig,
        directory: Directory,
    ) -> Result<Self, OpenError> {
        let store: Arc<dyn DocumentStore> = match &config.documents {
            DocumentsEngine::Sqlite => {
                Arc::new(SqliteStore::open(config.data_dir.join("documents"))?)
            }
            DocumentsEngine::Postgres(settings) => Arc::new(postgres::open(settings).await?),
            DocumentsEngine::DynamoDb(settings) => Arc::new(DynamoStore::open(settings).await?),
        };
        Ok(Self {
            directory,
            store,
            cursors: Sealer::new(&config.signing_key, "document page")?,
        })
    }

    pub(crate) async fn handle(
        &self,
        invocation: &Invocation,
        call: DocumentDbCall,
    ) -> Result<DocumentDbReply, ServiceError> {
        invocation.check_open()?;
        match call {
            DocumentDbCall::Connect { database } => {
                let granted = self.granted(invocation, &database).await?;
                let permissions = granted.permissions.iter().map(|&name| name.to_owned());
                Ok(DocumentDbReply::Connect {
                    permissions: permissions.collect(),
                })
            }
            DocumentDbCall::Put {
                database,
                pk,
                sk,
                item,
                index_key,
                ttl,
            } => {
                let operation = Operation {
                    database: &database,
                    name: "put",
                };
                let at = self.place(invocation, operation, WRITE).await?;
                let key = operation.key(pk, sk)?;
                let index = index_key
                    .map(|index| operation.index_key(index))
                    .transpose()?;
                operation.item(&item, &key, index.as_ref())?;
                let now = now();
                let expires_at = ttl.map(|ttl| operation.expiry(ttl, now)).transpose()?;
                let document = Document {
                    key,
                    item,
                    index,
                    expires_at,
                };
                let stored = self.store.put(at, document, now).await;
                stored.map_err(|error| failed(operation, &error))?;
                Ok(DocumentDbReply::Put {})
            }
            DocumentDbCall::Get { database, pk, sk } => {
                let operation = Operation {
                    database: &database,
                    name: "get",
                };
                let at = self.place(invocation, operation, READ).await?;
                let key = operation.key(pk, sk)?;
                let found = self.store.get(at, &key, now()).await;
                let item = found.map_err(|error| failed(operation, &error))?;
                Ok(DocumentDbReply::Get { item })
            }
            DocumentDbCall::Delete { database, pk, sk } => {
                let operation = Operation {
                    database: &database,
                    name: "delete",
                };
                let at = self.place(invocation, operation, WRITE).await?;
                let key = operation.key(pk, sk)?;
                let deleted = self.store.delete(at, &key).await;
                deleted.map_err(|error| failed(operation, &error))?;
                Ok(DocumentDbReply::Delete {})
            }
            DocumentDbCall::List {
                database,
                pk,
                options,
            } => {
                let operation = Operation {
                    database: &database,
                    name: "list",
                };
                let at = self.place(invocation, operation, READ).await?;
                operation.key_part("pk", &pk)?;
                let partition = Partition::Primary(pk);
                let (items, cursor) = self.page(operation, at, partition, options).await?;
                Ok(DocumentDbReply::List { items, cursor })
            }
            DocumentDbCall::Query {
                database,
                index_pk,
                options,
            } => {
                let operation = Operation {
                    database: &database,
                    name: "query",
                };
                let at = self.place(invocation, operation, READ).await?;
                operation.key_part("indexPk", &index_pk)?;
                let partition = Partition::Index(index_pk);
                let (items, cursor) = self.page(operation, at, partition, options).await?;
                Ok(DocumentDbReply::Query { items, cursor })
            }
        }
    }

    async fn granted(&self, invocation: &Invocation, code: &str) -> Result<Granted, ServiceError> {
        let caller = invocation.caller();
        let found = self
            .directory
            .lookup_document_database(caller.tenant_id, caller.application_id, code)
            .await
            .map_err(|error| opaque("look a document database up", error))?;
        let (database, names) = match found {
            Lookup::Granted {
                resource,
                permissions,
            } => (resource, permissions),
            Lookup::AccessDenied => return Err(denied(code)),
            Lookup::NotFound => {
                return Err(ServiceError::new("DocumentDbNotFoundError").with(code));
            }
        };
        let permissions: Vec<&str> = [READ, WRITE]
            .into_iter()
            .filter(|wanted| names.iter().any(|name| name == wanted || name == "*"))
            .collect();
        if permissions.is_empty() {
            return Err(denied(code));
        }
        Ok(Granted {
            at: Place {
                tenant: database.tenant_id,
                database: database.id,
            },
            permissions,
        })
    }

    async fn place(
        &self,
        invocation: &Invocation,
        operation: Operation<'_>,
        permission: &str,
    ) -> Result<Place, ServiceError> {
        let granted = self.granted(invocation, operation.database).await?;
        granted.need(permission, operation)
    }

    /// One page, and the cursor of the next where there is one.
    async fn page(
        &self,
        operation: Operation<'_>,
        at: Place,
        partition: Partition,
        options: PageOptions,
    ) -> Result<(Vec<String>, Option<String>), ServiceError> {
        let prefix = options.sk_prefix.unwrap_or_default();
        operation.short("skPrefix", &prefix)?;
        let limit = operation.limit(options.limit)?;
        let scope = Scope {
            at,
            partition: &partition,
            prefix: &prefix,
        };
        let after = match &options.cursor {
            Some(cursor) => {
                operation.cursor_length(cursor)?;
                let position = scope.open(&self.cursors, cursor);
                Some(position.ok_or_else(|| operation.bad_cursor())?)
            }
            None => None,
        };
        let request = PageRequest {
            partition: partition.clone(),
            prefix: prefix.clone(),
            direction: match options.scan_forward {
                Some(false) => Direction::Descending,
                Some(true) | None => Direction::Ascending,
            },
            after,
            limit,
            now: now(),
        };
        let page = self.store.page(at, &request).await;
        let page = page.map_err(|error| failed(operation, &error))?;
        let cursor = match page.found.last() {
            Some(last) if page.more => {
                let sealed = scope.seal(&self.cursors, &last.position);
                Some(sealed.map_err(|error| opaque("make a cursor", error))?)
            }
            _ => None,
        };
        let items = page.found.into_iter().map(|found| found.item).collect();
        Ok((items, cursor))
    }
}

fn denied(code: &str) -> ServiceError {
    ServiceError::new("DocumentDbAccessDeniedError").with(code)
}

/// The engine failed: its own words are for the host's log only.
fn failed(operation: Operation<'_>, error: &StoreError) -> ServiceError {
    let reference = reference("a document database failed", error);
    ServiceError::new("DocumentDbOperationError")
        .with(operation.database)
        .with(operation.name)
        .with(format!(
            "the document store did not carry it out (reference {reference})"
        ))
}

/// Milliseconds since the epoch.
fn now() -> i64 {
    chrono::Utc::now().timestamp_millis()
}
