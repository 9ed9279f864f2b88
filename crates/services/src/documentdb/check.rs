//! What a document database takes, on every engine: the limits are DynamoDB's.

use crate::documentdb::store::Key;
use ketrics_protocol::IndexKey;
use ketrics_protocol::ServiceError;
use serde_json::value::RawValue;

/// Bytes of a partition key or a sort key. DynamoDB takes 1,024 in a sort key, and the platform
/// needs the room that it leaves in a partition key.
const MAX_KEY: usize = 1_024;
/// Bytes of a document, measured as DynamoDB does.
const MAX_ITEM: usize = 400 * 1024;
/// Bytes of a cursor; the longest that is made has about 4,200.
const MAX_CURSOR: usize = 8 * 1024;
const MAX_PAGE: u32 = 1_000;
const DEFAULT_PAGE: u32 = 100;
/// A hundred years.
const MAX_TTL_SECONDS: f64 = 3_155_760_000.0;

/// Names of attributes, the platform's part of each partition key and the two numbers of an
/// expiry, as the DynamoDB engine stores them. Counted on every engine, so that a document that
/// fits into one fits into all.
const OVERHEAD: usize = 160;
const INDEX_OVERHEAD: usize = 96;

/// One operation on one database, for its errors.
#[derive(Clone, Copy)]
pub(crate) struct Operation<'a> {
    pub(crate) database: &'a str,
    pub(crate) name: &'static str,
}

impl Operation<'_> {
    /// The error about an argument.
    pub(crate) fn invalid(&self, field: &str, message: impl Into<String>) -> ServiceError {
        ServiceError::new("DocumentDbValidationError")
            .with(self.database)
            .with(self.name)
            .with(message.into())
            .with(field)
    }

    pub(crate) fn key_part(&self, field: &str, text: &str) -> Result<(), ServiceError> {
        if text.is_empty() {
            return Err(self.invalid(field, format!("{field} must not be empty")));
        }
        self.short(field, text)
    }

    /// A prefix of a sort key; it may be empty.
    pub(crate) fn short(&self, field: &str, text: &str) -> Result<(), ServiceError> {
        if text.len() > MAX_KEY {
            let message = format!(
                "{field} must have at most {MAX_KEY} bytes of UTF-8, not {}",
                text.len()
            );
            return Err(self.invalid(field, message));
        }
        Ok(())
    }

    pub(crate) fn key(&self, pk: String, sk: String) -> Result<Key, ServiceError> {
        self.key_part("pk", &pk)?;
        self.key_part("sk", &sk)?;
        Ok(Key { pk, sk })
    }

    pub(crate) fn index_key(&self, index: IndexKey) -> Result<Key, ServiceError> {
        self.key_part("indexKey.pk", &index.pk)?;
        self.key_part("indexKey.sk", &index.sk)?;
        let IndexKey { pk, sk } = index;
        Ok(Key { pk, sk })
    }

    /// A document must be a JSON object and fit, its keys included.
    pub(crate) fn item(
        &self,
        item: &str,
        key: &Key,
        index: Option<&Key>,
    ) -> Result<(), ServiceError> {
        let bytes = measure(item, key, index);
        if bytes > MAX_ITEM {
            let message = format!(
                "the document has {bytes} bytes; at most {MAX_ITEM} (400 KB) are allowed, counting \
                 its keys and its JSON in UTF-8"
            );
            return Err(self.invalid("item", message));
        }
        let object =
            serde_json::from_str::<&RawValue>(item).is_ok_and(|value| value.get().starts_with('{'));
        if !object {
            return Err(self.invalid("item", "the document must be a JSON object"));
        }
        Ok(())
    }

    /// When a document expires that is stored now.
    pub(crate) fn expiry(&self, ttl: f64, now: i64) -> Result<i64, ServiceError> {
        if !(ttl > 0.0 && ttl <= MAX_TTL_SECONDS) {
            let message = format!(
                "ttl must be a number of seconds above 0 and at most {MAX_TTL_SECONDS}, not {ttl}"
            );
            return Err(self.invalid("ttl", message));
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a hundred years in milliseconds are far below 2^53"
        )]
        let milliseconds = (ttl * 1_000.0).ceil() as i64;
        Ok(now.saturating_add(milliseconds))
    }

    pub(crate) fn limit(&self, limit: Option<u32>) -> Result<usize, ServiceError> {
        let limit = limit.unwrap_or(DEFAULT_PAGE);
        if limit == 0 {
            return Err(self.invalid("limit", "limit must be at least 1"));
        }
        Ok(limit.min(MAX_PAGE) as usize)
    }

    pub(crate) fn cursor_length(&self, cursor: &str) -> Result<(), ServiceError> {
        if cursor.len() > MAX_CURSOR {
            return Err(self.bad_cursor());
        }
        Ok(())
    }

    /// Never tells what is wrong with it, because whoever forges one would learn from that.
    pub(crate) fn bad_cursor(&self) -> ServiceError {
        self.invalid(
            "cursor",
            "the cursor must be one that this operation returned for the same database, key and \
             skPrefix",
        )
    }
}

/// Bytes of a document as DynamoDB counts them: the UTF-8 of every attribute's name and value.
fn measure(item: &str, key: &Key, index: Option<&Key>) -> usize {
    let index = index.map_or(0, |index| INDEX_OVERHEAD + index.pk.len() + index.sk.len());
    OVERHEAD + key.pk.len() + key.sk.len() + item.len() + index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_measured_with_its_keys_in_utf_8() {
        let operation = Operation {
            database: "db",
            name: "put",
        };
        let key = Key {
            pk: "é".to_owned(),
            sk: "ab".to_owned(),
        };
        let frame = r#"{"a":""}"#.len();
        let room = MAX_ITEM - OVERHEAD - 4 - frame;
        let item = |bytes: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes));
        assert!(operation.item(&item(room), &key, None).is_ok());
        let error = operation.item(&item(room + 1), &key, None).unwrap_err();
        assert_eq!(error.class, "DocumentDbValidationError");
        let index = Key {
            pk: "i".to_owned(),
            sk: "j".to_owned(),
        };
        let room = room - INDEX_OVERHEAD - 2;
        assert!(operation.item(&item(room), &key, Some(&index)).is_ok());
        assert!(operation.item(&item(room + 1), &key, Some(&index)).is_err());
    }

    #[test]
    fn only_objects_are_documents() {
        let operation = Operation {
            database: "db",
            name: "put",
        };
        let key = Key {
            pk: "a".to_owned(),
            sk: "b".to_owned(),
        };
        for item in ["{}", r#" {"a": [1e400, "\ud800", {"": null}]}"#] {
            assert!(operation.item(item, &key, None).is_ok(), "{item}");
        }
        for item in ["", "[]", "null", "1", "\"a\"", "{", "{}{}", "{'a':1}"] {
            assert!(operation.item(item, &key, None).is_err(), "{item}");
        }
    }
}
