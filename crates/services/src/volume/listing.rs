//! Listings, and the deletion that goes through one.

use crate::Invocation;
use crate::failure::opaque;
use crate::volume::Volumes;
use crate::volume::key;
use crate::volume::permission::Need;
use crate::volume::store::ListRequest;
use crate::volume::store::NotDeleted;
use crate::volume::unexpected;
use ketrics_protocol::ServiceError;
use ketrics_protocol::VolumeReply;
use std::collections::HashSet;

const MAX_PAGE: u32 = 1_000;
const MAX_DELIMITER: usize = 1_024;

/// What a listing is asked for, unchecked.
pub(super) struct Query {
    pub(super) prefix: Option<String>,
    pub(super) max_results: Option<u32>,
    pub(super) continuation_token: Option<String>,
    pub(super) delimiter: Option<String>,
}

impl Volumes {
    pub(super) async fn delete_by_prefix(
        &self,
        invocation: &Invocation,
        code: &str,
        prefix: String,
    ) -> Result<VolumeReply, ServiceError> {
        if prefix.is_empty() {
            return Err(key::invalid(
                &prefix,
                "an empty prefix would delete the whole volume",
            ));
        }
        key::check_prefix(&prefix)?;
        let granted = self.granted(invocation, code).await?;
        granted.need(Need::Delete, "deleteByPrefix")?;
        let mut deleted_keys = Vec::new();
        let mut errors = Vec::new();
        let mut request = ListRequest {
            prefix,
            delimiter: None,
            limit: MAX_PAGE as usize,
            from: None,
        };
        loop {
            invocation.check_open()?;
            let page = self
                .store
                .list(granted.place(), request.clone())
                .await
                .map_err(unexpected)?;
            let keys: Vec<String> = page.files.into_iter().map(|file| file.key).collect();
            let not_deleted = match self.store.delete(granted.place(), keys.clone()).await {
                Ok(not_deleted) => not_deleted,
                Err(error) => {
                    tracing::error!(%error, "files of a volume could not be deleted");
                    let code = "InternalError";
                    let failed = |key: &String| NotDeleted {
                        key: key.clone(),
                        code: code.to_owned(),
                    };
                    keys.iter().map(failed).collect()
                }
            };
            let stay: HashSet<&String> = not_deleted.iter().map(|file| &file.key).collect();
            deleted_keys.extend(keys.iter().filter(|key| !stay.contains(key)).cloned());
            let message = "The file could not be deleted".to_owned();
            errors.extend(
                not_deleted
                    .into_iter()
                    .map(|file| (file.key, file.code, message.clone())),
            );
            request.from = page.next;
            if request.from.is_none() {
                return Ok(VolumeReply::DeleteByPrefix {
                    deleted_keys,
                    errors,
                });
            }
        }
    }

    pub(super) async fn list(
        &self,
        invocation: &Invocation,
        code: &str,
        query: Query,
    ) -> Result<VolumeReply, ServiceError> {
        let prefix = query.prefix.unwrap_or_default();
        key::check_prefix(&prefix)?;
        let delimiter = query.delimiter.filter(|delimiter| !delimiter.is_empty());
        if delimiter
            .as_ref()
            .is_some_and(|delimiter| delimiter.len() > MAX_DELIMITER)
        {
            return Err(ServiceError::plain(format!(
                "delimiter must have at most {MAX_DELIMITER} bytes"
            )));
        }
        let limit = match query.max_results {
            Some(0) => {
                return Err(ServiceError::plain(format!(
                    "maxResults must be 1 to {MAX_PAGE}, not 0"
                )));
            }
            limit => limit.unwrap_or(MAX_PAGE).min(MAX_PAGE) as usize,
        };
        let granted = self.granted(invocation, code).await?;
        granted.need(Need::List, "list")?;
        let bound = [
            granted.volume.id.0.as_bytes().as_slice(),
            prefix.as_bytes(),
            delimiter.as_deref().unwrap_or_default().as_bytes(),
        ];
        let from = query
            .continuation_token
            .map(|token| {
                self.pages.open(&bound, &token).ok_or_else(|| {
                    ServiceError::plain(
                        "continuationToken must be one that list returned for the same volume, \
                         prefix and delimiter",
                    )
                })
            })
            .transpose()?;
        let request = ListRequest {
            prefix: prefix.clone(),
            delimiter: delimiter.clone(),
            limit,
            from,
        };
        let page = self
            .store
            .list(granted.place(), request)
            .await
            .map_err(unexpected)?;
        Ok(VolumeReply::List {
            files: page.files,
            folders: page.folders,
            continuation_token: page
                .next
                .map(|next| self.pages.seal(&bound, &next))
                .transpose()
                .map_err(|error| opaque("make a continuation token", error))?,
        })
    }
}
