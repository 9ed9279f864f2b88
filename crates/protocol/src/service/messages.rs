//! `ketrics.Messages`: messages into users' inboxes.

use serde::Deserialize;
use serde::Serialize;

/// What tenant code sends.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum MessagesCall {
    /// To one user.
    Send { user_id: String, message: Message },
    /// To several users, each on its own.
    SendBulk {
        user_ids: Vec<String>,
        message: Message,
    },
    /// To the members of a group.
    SendToGroup {
        group_code: String,
        message: Message,
    },
}

/// A message's content.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The application's own type.
    #[serde(rename = "type")]
    pub kind: String,
    /// 1 to 200 characters.
    pub subject: String,
    /// 1 to 10,000 characters, Markdown.
    pub body: String,
    /// How urgent it is.
    pub priority: MessagePriority,
    /// Whether to push as well; the inbox always keeps a copy.
    pub push: bool,
    /// Where a click leads.
    pub action_url: Option<String>,
    /// Custom data, as JSON.
    pub data: Option<String>,
    /// ISO 8601.
    pub expires_at: Option<String>,
}

/// How urgent a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names say it")]
pub enum MessagePriority {
    Low,
    Medium,
    High,
}

/// What comes back, variant by variant of [`MessagesCall`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum MessagesReply {
    Send { delivery: Delivery },
    SendBulk { deliveries: Vec<Delivery> },
    SendToGroup { deliveries: Vec<Delivery> },
}

/// What became of the message to one user.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// UUID, or empty when it failed.
    pub message_id: String,
    /// The recipient.
    pub user_id: String,
    /// Whether it is in the inbox.
    pub status: DeliveryState,
    /// Why not.
    pub error: Option<String>,
}

/// Whether a message reached the inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum DeliveryState {
    Sent,
    Failed,
}
