//! `ketrics.AI`: language models.

use serde::Deserialize;
use serde::Serialize;

/// What tenant code asks of a model.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum AiCall {
    /// The next message of a conversation.
    Chat {
        /// An alias.
        model: Option<String>,
        messages: Vec<ChatMessage>,
        max_tokens: Option<f64>,
        temperature: Option<f64>,
        system_prompt: Option<String>,
    },
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub struct ChatMessage {
    pub role: ChatRole,
    pub content: String,
}

/// Whose message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ChatRole {
    User,
    Assistant,
}

/// What comes back, variant by variant of [`AiCall`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum AiReply {
    Chat {
        content: String,
        input_tokens: f64,
        output_tokens: f64,
        /// The alias.
        model: String,
        /// For example `end_turn`.
        stop_reason: String,
    },
}
