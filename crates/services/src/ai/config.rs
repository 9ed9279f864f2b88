//! Which engine answers for language models, and what it needs.

use crate::AwsAccess;
use ketrics_directory::AiAllowance;

/// The part of the configuration that this is.
pub(crate) const SECTION: &str = "ai";

/// What aliases stand for unless the host says otherwise.
pub(crate) const MODELS: [(&str, &str); 4] = [
    ("haiku", "global.anthropic.claude-haiku-4-5-20251001-v1:0"),
    ("sonnet", "global.anthropic.claude-sonnet-4-6"),
    (
        "sonnet-4.5",
        "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
    ),
    ("opus", "global.anthropic.claude-opus-4-6-v1"),
];

/// Who answers for language models.
#[derive(Clone, Debug, Default)]
pub enum AiEngine {
    /// Nobody: then no tenant has them.
    #[default]
    None,
    /// Amazon Bedrock, by its Converse operation.
    Bedrock(BedrockConfig),
}

/// How Bedrock is used.
#[derive(Clone, Debug, Default)]
pub struct BedrockConfig {
    /// Aliases and the ids of the models or inference profiles that they stand for, in addition to
    /// the SDK's four or in place of them.
    pub models: Vec<(String, String)>,
    /// What a tenant may ask that has no allowance of its own; `None` is nothing.
    pub allowance: Option<AiAllowance>,
    /// How AWS is reached, or a server that speaks the same protocol.
    pub access: AwsAccess,
}
