//! `ketrics.Messages`: puts messages into users' inboxes, and has them pushed where that is asked
//! for.

mod push;

pub use push::PushConfig;
pub use push::PushEngine;
pub use push::WebhookConfig;

use crate::Invocation;
use crate::OpenError;
use crate::ServicesConfig;
use crate::failure::opaque;
use chrono::DateTime;
use chrono::Utc;
use ketrics_directory::Channels;
use ketrics_directory::Directory;
use ketrics_directory::DirectoryError;
use ketrics_directory::NewMessage;
use ketrics_directory::UserId;
use ketrics_protocol::Delivery;
use ketrics_protocol::DeliveryState;
use ketrics_protocol::Message;
use ketrics_protocol::MessagePriority;
use ketrics_protocol::MessagesCall;
use ketrics_protocol::MessagesReply;
use ketrics_protocol::ServiceError;
use push::Pushes;

const MAX_RECIPIENTS: usize = 1_000;
const MAX_SUBJECT: usize = 200;
const MAX_BODY: usize = 10_000;
const MAX_KIND: usize = 200;
const MAX_URL: usize = 2_048;
const MAX_DATA_BYTES: usize = 64 * 1024;
const GROUP_PERMISSIONS: [&str; 2] = ["iam:GetGroupData", "iam:GetMembershipData"];

/// Inboxes that one transaction writes, so that a large group holds nobody up.
const BATCH: usize = 200;

pub(crate) struct Messages {
    directory: Directory,
    pushes: Pushes,
}

/// A message that was checked, and whether it is to be pushed.
struct Checked {
    message: NewMessage,
    push: bool,
}

impl Messages {
    pub(crate) async fn open(
        config: &ServicesConfig,
        directory: Directory,
    ) -> Result<Self, OpenError> {
        Ok(Self {
            pushes: Pushes::open(&config.push, directory.clone()).await?,
            directory,
        })
    }

    /// Pushes messages for as long as it is polled; ends at once where nobody pushes.
    pub(crate) async fn deliver_pushes(&self) {
        self.pushes.deliver().await;
    }

    pub(crate) async fn handle(
        &self,
        invocation: &Invocation,
        call: MessagesCall,
    ) -> Result<MessagesReply, ServiceError> {
        invocation.check_open()?;
        match call {
            MessagesCall::Send { user_id, message } => {
                let message = check(message)?;
                let mut deliveries = self.deliver(invocation, vec![user_id], &message).await?;
                let delivery = deliveries
                    .pop()
                    .ok_or_else(|| opaque("send a message", "no delivery for one recipient"))?;
                Ok(MessagesReply::Send { delivery })
            }
            MessagesCall::SendBulk { user_ids, message } => {
                let message = check(message)?;
                if user_ids.is_empty() || user_ids.len() > MAX_RECIPIENTS {
                    return Err(invalid(format!(
                        "userIds must name 1 to {MAX_RECIPIENTS} users, not {}",
                        user_ids.len()
                    )));
                }
                let deliveries = self.deliver(invocation, user_ids, &message).await?;
                Ok(MessagesReply::SendBulk { deliveries })
            }
            MessagesCall::SendToGroup {
                group_code,
                message,
            } => {
                let message = check(message)?;
                let members = self.members(invocation, &group_code).await?;
                let deliveries = self.deliver(invocation, members, &message).await?;
                Ok(MessagesReply::SendToGroup { deliveries })
            }
        }
    }

    async fn members(
        &self,
        invocation: &Invocation,
        group_code: &str,
    ) -> Result<Vec<String>, ServiceError> {
        if group_code.is_empty() {
            return Err(invalid("groupCode must not be empty"));
        }
        let caller = invocation.caller();
        let granted = self
            .directory
            .platform_permissions(caller.application_id)
            .await
            .map_err(unexpected)?;
        let missing: Vec<&str> = GROUP_PERMISSIONS
            .into_iter()
            .filter(|needed| granted.iter().all(|permission| permission != needed))
            .collect();
        if !missing.is_empty() {
            return Err(
                ServiceError::new("TenantGrantPermissionDeniedError").with(format!(
                    "Application is missing required IAM-data permissions: {}. \
                 Assign a role with these permissions to the application.",
                    missing.join(", ")
                )),
            );
        }
        let group = self
            .directory
            .find_group(caller.tenant_id, group_code)
            .await
            .map_err(unexpected)?
            .ok_or_else(|| ServiceError::new("GroupNotFoundError").with(group_code))?;
        let members = self
            .directory
            .group_members(caller.tenant_id, group.id)
            .await
            .map_err(unexpected)?;
        Ok(members
            .into_iter()
            .map(|member| member.id.to_string())
            .collect())
    }

    async fn deliver(
        &self,
        invocation: &Invocation,
        user_ids: Vec<String>,
        checked: &Checked,
    ) -> Result<Vec<Delivery>, ServiceError> {
        let caller = invocation.caller();
        // What is no UUID is nobody's id, and is asked for like any other unknown one.
        let ids: Vec<UserId> = user_ids
            .iter()
            .map(|id| id.parse().unwrap_or_else(|_| UserId::new()))
            .collect();
        let channels = match checked.push && self.pushes.has_provider() {
            true => Channels::InboxAndPush,
            false => Channels::Inbox,
        };
        let mut sent = Vec::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            let batch = self
                .directory
                .send_messages(
                    caller.tenant_id,
                    caller.application_id,
                    batch,
                    &checked.message,
                    channels,
                )
                .await
                .map_err(unexpected)?;
            sent.extend(batch);
            if channels == Channels::InboxAndPush {
                self.pushes.queued();
            }
        }
        let deliveries = user_ids
            .into_iter()
            .zip(sent)
            .map(|(user_id, id)| match id {
                Some(id) => Delivery {
                    message_id: id.to_string(),
                    user_id,
                    status: DeliveryState::Sent,
                    error: None,
                },
                None => Delivery {
                    message_id: String::new(),
                    user_id,
                    status: DeliveryState::Failed,
                    error: Some("There is no such user".to_owned()),
                },
            });
        Ok(deliveries.collect())
    }
}

fn check(message: Message) -> Result<Checked, ServiceError> {
    length("type", &message.kind, MAX_KIND)?;
    length("subject", &message.subject, MAX_SUBJECT)?;
    length("body", &message.body, MAX_BODY)?;
    if let Some(url) = &message.action_url {
        check_url(url)?;
    }
    if let Some(data) = &message.data {
        if data.len() > MAX_DATA_BYTES {
            return Err(invalid(format!(
                "data must have at most {MAX_DATA_BYTES} bytes of JSON, not {}",
                data.len()
            )));
        }
        if serde_json::from_str::<&serde_json::value::RawValue>(data).is_err() {
            return Err(invalid("data must be JSON"));
        }
    }
    let expires_at = message
        .expires_at
        .as_deref()
        .map(check_expiry)
        .transpose()?;
    let push = message.push;
    let message = NewMessage {
        kind: message.kind,
        subject: message.subject,
        body: message.body,
        priority: match message.priority {
            MessagePriority::Low => ketrics_directory::MessagePriority::Low,
            MessagePriority::Medium => ketrics_directory::MessagePriority::Medium,
            MessagePriority::High => ketrics_directory::MessagePriority::High,
        },
        action_url: message.action_url,
        data: message.data,
        expires_at,
    };
    Ok(Checked { message, push })
}

fn length(field: &str, text: &str, most: usize) -> Result<(), ServiceError> {
    let characters = text.chars().count();
    if text.trim().is_empty() || characters > most {
        return Err(invalid(format!(
            "{field} must have 1 to {most} characters that are not all blank, not {characters}"
        )));
    }
    Ok(())
}

/// A click leads to a page, never into a script.
fn check_url(url: &str) -> Result<(), ServiceError> {
    let within = url.starts_with('/') && !url.starts_with("//") && !url.contains('\\');
    let page = url::Url::parse(url)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if url.len() > MAX_URL || !(within || page) {
        return Err(invalid(format!(
            "actionUrl must be a path that starts with / or an http or https URL, \
             of at most {MAX_URL} bytes"
        )));
    }
    Ok(())
}

fn check_expiry(text: &str) -> Result<i64, ServiceError> {
    let expires_at = DateTime::parse_from_rfc3339(text).map_err(|_| {
        invalid("expiresAt must be an ISO 8601 timestamp like 2030-01-31T12:00:00Z")
    })?;
    if expires_at <= Utc::now() {
        return Err(invalid("expiresAt must be in the future"));
    }
    Ok(expires_at.timestamp_millis())
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new("MessageValidationError").with(message.into())
}

fn unexpected(error: DirectoryError) -> ServiceError {
    opaque("ask the directory about messages", error)
}
