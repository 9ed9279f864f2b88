//! Documents in one DynamoDB table for all tenants.
//!
//! | attribute | holds |
//! |---|---|
//! | `PK` | `<tenant id>#<database id>#<partition key>` |
//! | `SK` | the sort key |
//! | `GSI2PK`, `GSI2SK` | the same of the index key, where a document has one |
//! | `data` | the document as JSON |
//! | `expiresAt` | when it expires, in milliseconds since the epoch |
//! | the time-to-live attribute | the same in seconds: DynamoDB deletes by it, hours later |
//!
//! The tenant stands in front of every key that this file makes, so that no request can reach
//! another tenant's documents. The index is read as it is, a moment behind the table.

use crate::OpenError;
use crate::aws::cause;
use crate::aws::misconfigured;
use crate::documentdb::config::DynamoDbDocuments;
use crate::documentdb::config::SECTION;
use crate::documentdb::store::Direction;
use crate::documentdb::store::Document;
use crate::documentdb::store::DocumentStore;
use crate::documentdb::store::Found;
use crate::documentdb::store::Key;
use crate::documentdb::store::Page;
use crate::documentdb::store::PageRequest;
use crate::documentdb::store::Partition;
use crate::documentdb::store::Place;
use crate::documentdb::store::Position;
use crate::documentdb::store::StoreError;
use async_trait::async_trait;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_dynamodb::types::KeySchemaElement;
use aws_sdk_dynamodb::types::KeyType;
use aws_sdk_dynamodb::types::ProjectionType;
use aws_sdk_dynamodb::types::TableDescription;
use aws_sdk_dynamodb::types::TimeToLiveStatus;
use std::collections::HashMap;
use std::error::Error;
use std::time::Duration;

const PK: &str = "PK";
const SK: &str = "SK";
const INDEX_PK: &str = "GSI2PK";
const INDEX_SK: &str = "GSI2SK";
const DATA: &str = "data";
const EXPIRES_AT: &str = "expiresAt";

/// Of one attempt and of all attempts together.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(5);
const OPERATION_TIMEOUT: Duration = Duration::from_secs(15);

/// Documents that one request asks for; DynamoDB ends its answer at 1 MB anyway.
const MAX_LIMIT: usize = 1_000;

type Attributes = HashMap<String, AttributeValue>;

/// The engine.
pub(crate) struct DynamoStore {
    client: Client,
    table: String,
    index: String,
    ttl_attribute: String,
}

impl DynamoStore {
    /// Connects, and makes sure that the table is what documents need.
    pub(crate) async fn open(settings: &DynamoDbDocuments) -> Result<Self, OpenError> {
        let access = settings.access.load(SECTION).await?;
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .operation_timeout(OPERATION_TIMEOUT)
            .build();
        let access = access.into_builder().timeout_config(timeouts).build();
        let store = Self {
            client: Client::new(&access),
            table: settings.table.clone(),
            index: settings.index.clone(),
            ttl_attribute: settings.ttl_attribute.clone(),
        };
        store.probe().await?;
        Ok(store)
    }

    async fn probe(&self) -> Result<(), OpenError> {
        let described = self.client.describe_table().table_name(&self.table).send();
        let table = match described.await {
            Ok(described) => described.table,
            Err(error) => {
                let missing = error
                    .as_service_error()
                    .is_some_and(DescribeTableError::is_resource_not_found_exception);
                return Err(if missing {
                    wrong(
                        "table",
                        format!("names {:?}, which is not there", self.table),
                    )
                } else {
                    misconfigured(SECTION, &error)
                });
            }
        };
        let table = table.unwrap_or_else(|| TableDescription::builder().build());
        if !has_keys(table.key_schema(), PK, SK) {
            let keys = format!("partition key {PK} and the sort key {SK}, both strings");
            let reason = format!("names {:?}, which must have the {keys}", self.table);
            return Err(wrong("table", reason));
        }
        let index = table
            .global_secondary_indexes()
            .iter()
            .find(|index| index.index_name() == Some(&self.index));
        let index_is_right = index.is_some_and(|index| {
            let projection = index.projection().and_then(|all| all.projection_type());
            has_keys(index.key_schema(), INDEX_PK, INDEX_SK)
                && projection == Some(&ProjectionType::All)
        });
        if !index_is_right {
            let reason = format!(
                "must name a global secondary index with the partition key {INDEX_PK} and the \
                 sort key {INDEX_SK}, both strings, and with all attributes; the table has none \
                 like it that is called {:?}",
                self.index
            );
            return Err(wrong("index", reason));
        }
        self.probe_ttl().await
    }

    async fn probe_ttl(&self) -> Result<(), OpenError> {
        let asked = self
            .client
            .describe_time_to_live()
            .table_name(&self.table)
            .send();
        let described = match asked.await {
            Ok(described) => described.time_to_live_description,
            Err(error) => {
                // Expired documents are never returned; that they are deleted cannot be told.
                tracing::warn!(
                    setting = "documents.ttl_attribute",
                    cause = %cause(&error),
                    "whether DynamoDB deletes expired documents cannot be told"
                );
                return Ok(());
            }
        };
        let is_right = described.is_some_and(|described| {
            let on = [TimeToLiveStatus::Enabled, TimeToLiveStatus::Enabling];
            described.attribute_name() == Some(&self.ttl_attribute)
                && described
                    .time_to_live_status()
                    .is_some_and(|status| on.contains(status))
        });
        if is_right {
            return Ok(());
        }
        let reason = format!(
            "names {:?}, which the table's time to live must be enabled on",
            self.ttl_attribute
        );
        Err(wrong("ttl_attribute", reason))
    }

    fn key(at: Place, key: &Key) -> Attributes {
        HashMap::from([
            (PK.to_owned(), text(partition_key(at, &key.pk))),
            (SK.to_owned(), text(key.sk.clone())),
        ])
    }

    /// The keys of a document that a page follows.
    fn start(at: Place, partition: &Partition, after: &Position) -> Attributes {
        let mut start = Self::key(at, &after.key);
        if let Partition::Index(pk) = partition {
            start.insert(INDEX_PK.to_owned(), text(partition_key(at, pk)));
            start.insert(INDEX_SK.to_owned(), text(after.sort.clone()));
        }
        start
    }
}

#[async_trait]
impl DocumentStore for DynamoStore {
    async fn put(&self, at: Place, document: Document, _now: i64) -> Result<(), StoreError> {
        let mut item = Self::key(at, &document.key);
        item.insert(DATA.to_owned(), text(document.item));
        if let Some(index) = document.index {
            item.insert(INDEX_PK.to_owned(), text(partition_key(at, &index.pk)));
            item.insert(INDEX_SK.to_owned(), text(index.sk));
        }
        if let Some(expires_at) = document.expires_at {
            item.insert(EXPIRES_AT.to_owned(), number(expires_at));
            // Not before its time.
            let seconds = expires_at.div_euclid(1_000).saturating_add(1);
            item.insert(self.ttl_attribute.clone(), number(seconds));
        }
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .send()
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn get(&self, at: Place, key: &Key, now: i64) -> Result<Option<String>, StoreError> {
        let got = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(Self::key(at, key)))
            .consistent_read(true)
            .send()
            .await
            .map_err(failed)?;
        let Some(mut item) = got.item else {
            return Ok(None);
        };
        if let Some(AttributeValue::N(expires_at)) = item.get(EXPIRES_AT) {
            let expires_at: i64 = expires_at.parse().map_err(|_| damaged(EXPIRES_AT))?;
            if expires_at <= now {
                return Ok(None);
            }
        }
        take(&mut item, DATA).map(Some)
    }

    async fn delete(&self, at: Place, key: &Key) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(Self::key(at, key)))
            .send()
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn page(&self, at: Place, request: &PageRequest) -> Result<Page, StoreError> {
        let (pk, pk_name, sk_name, index) = match &request.partition {
            Partition::Primary(pk) => (pk, PK, SK, None),
            Partition::Index(pk) => (pk, INDEX_PK, INDEX_SK, Some(self.index.clone())),
        };
        let is_index = index.is_some();
        let mut condition = "#pk = :pk".to_owned();
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(!is_index)
            .set_index_name(index)
            .expression_attribute_names("#pk", pk_name)
            .expression_attribute_values(":pk", text(partition_key(at, pk)))
            .filter_expression("attribute_not_exists(#expires) OR #expires > :now")
            .expression_attribute_names("#expires", EXPIRES_AT)
            .expression_attribute_values(":now", number(request.now))
            .scan_index_forward(request.direction == Direction::Ascending);
        if !request.prefix.is_empty() {
            condition.push_str(" AND begins_with(#sk, :prefix)");
            query = query
                .expression_attribute_names("#sk", sk_name)
                .expression_attribute_values(":prefix", text(request.prefix.clone()));
        }
        let query = query.key_condition_expression(condition);
        let mut start = request
            .after
            .as_ref()
            .map(|after| Self::start(at, &request.partition, after));
        let mut page = Page::default();
        loop {
            // The filter takes expired documents away after they were counted, so that an answer
            // may hold few or none and more may follow all the same.
            let wanted = request.limit.saturating_sub(page.found.len());
            let wanted = wanted.saturating_add(1).min(MAX_LIMIT);
            let answer = query
                .clone()
                .limit(i32::try_from(wanted).unwrap_or(i32::MAX))
                .set_exclusive_start_key(start.take())
                .send()
                .await
                .map_err(failed)?;
            for item in answer.items.unwrap_or_default() {
                if !page.take(found(at, item, sk_name)?, request.limit) {
                    return Ok(page);
                }
            }
            match answer.last_evaluated_key {
                Some(last) if !last.is_empty() => start = Some(last),
                _ => return Ok(page),
            }
        }
    }
}

fn found(at: Place, mut item: Attributes, sort: &str) -> Result<Found, StoreError> {
    let sort = match item.get(sort) {
        Some(AttributeValue::S(sort)) => sort.clone(),
        _ => return Err(damaged(sort)),
    };
    let stored = take(&mut item, PK)?;
    let pk = stored
        .strip_prefix(&partition_key(at, ""))
        .ok_or_else(|| damaged(PK))?;
    Ok(Found {
        item: take(&mut item, DATA)?,
        position: Position {
            sort,
            key: Key {
                pk: pk.to_owned(),
                sk: take(&mut item, SK)?,
            },
        },
    })
}

/// The partition key with its tenant and database in front. Both are UUIDs, so that no partition
/// key can be read as another database's.
fn partition_key(at: Place, pk: &str) -> String {
    format!("{}#{}#{pk}", at.tenant, at.database)
}

fn text(value: String) -> AttributeValue {
    AttributeValue::S(value)
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn take(item: &mut Attributes, name: &str) -> Result<String, StoreError> {
    match item.remove(name) {
        Some(AttributeValue::S(value)) => Ok(value),
        _ => Err(damaged(name)),
    }
}

fn damaged(name: &str) -> StoreError {
    StoreError(format!("a stored document has no proper attribute {name}"))
}

fn has_keys(schema: &[KeySchemaElement], pk: &str, sk: &str) -> bool {
    let named = |kind: &KeyType| {
        let element = schema.iter().find(|element| element.key_type() == kind);
        element.map(KeySchemaElement::attribute_name)
    };
    schema.len() == 2 && named(&KeyType::Hash) == Some(pk) && named(&KeyType::Range) == Some(sk)
}

fn wrong(setting: &'static str, reason: String) -> OpenError {
    OpenError::setting(SECTION, setting, reason)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
fn failed<E: Error + Send + Sync + 'static>(error: SdkError<E>) -> StoreError {
    StoreError(cause(&error))
}
