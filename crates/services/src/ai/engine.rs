//! What an engine of language models does.

use async_trait::async_trait;
use ketrics_protocol::ChatMessage;

/// What a model is asked; everything in it was checked.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) messages: Vec<ChatMessage>,
    pub(crate) max_tokens: u16,
    pub(crate) temperature: f32,
    pub(crate) system_prompt: Option<String>,
}

/// What it answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) content: String,
    pub(crate) input_tokens: u32,
    pub(crate) output_tokens: u32,
    pub(crate) stop_reason: String,
}

/// Why there is no answer.
#[derive(Clone, Debug)]
pub(crate) enum NoAnswer {
    /// Too many requests of this host.
    Throttled,
    /// The model does not take the question; why, if that may be told.
    Refused(String),
    /// The model failed, for a reason that may be told.
    Failed(&'static str),
    /// Something is wrong with the host; the cause is for its log.
    Unexpected(String),
}

/// Asks a model.
#[async_trait]
pub(crate) trait Models: Send + Sync {
    /// `model` is the engine's own name of it.
    async fn ask(&self, model: &str, question: Question) -> Result<Answer, NoAnswer>;
}
