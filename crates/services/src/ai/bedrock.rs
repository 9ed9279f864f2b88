//! Amazon Bedrock, by its Converse operation.

use crate::OpenError;
use crate::ai::config::BedrockConfig;
use crate::ai::config::SECTION;
use crate::ai::engine::Answer;
use crate::ai::engine::Models;
use crate::ai::engine::NoAnswer;
use crate::ai::engine::Question;
use crate::aws;
use async_trait::async_trait;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::Builder;
use aws_sdk_bedrockruntime::error::SdkError;
use aws_sdk_bedrockruntime::operation::converse::ConverseError;
use aws_sdk_bedrockruntime::types::ContentBlock;
use aws_sdk_bedrockruntime::types::ConversationRole;
use aws_sdk_bedrockruntime::types::ConverseOutput;
use aws_sdk_bedrockruntime::types::InferenceConfiguration;
use aws_sdk_bedrockruntime::types::Message;
use aws_sdk_bedrockruntime::types::SystemContentBlock;
use ketrics_protocol::ChatMessage;
use ketrics_protocol::ChatRole;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A long answer takes minutes.
const READ_TIMEOUT: Duration = Duration::from_mins(5);

pub(crate) struct Bedrock {
    client: Client,
}

impl Bedrock {
    pub(crate) async fn open(config: &BedrockConfig) -> Result<Self, OpenError> {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .build();
        let config = config.access.load(SECTION).await?;
        let config = Builder::from(&config).timeout_config(timeouts).build();
        Ok(Self {
            client: Client::from_conf(config),
        })
    }
}

#[async_trait]
impl Models for Bedrock {
    async fn ask(&self, model: &str, question: Question) -> Result<Answer, NoAnswer> {
        let unexpected = |error: &dyn std::error::Error| NoAnswer::Unexpected(error.to_string());
        let messages = question
            .messages
            .into_iter()
            .map(message)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| unexpected(&error))?;
        let inference = InferenceConfiguration::builder()
            .max_tokens(i32::from(question.max_tokens))
            .temperature(question.temperature)
            .build();
        let answer = self
            .client
            .converse()
            .model_id(model)
            .set_messages(Some(messages))
            .set_system(
                question
                    .system_prompt
                    .map(|prompt| vec![SystemContentBlock::Text(prompt)]),
            )
            .inference_config(inference)
            .send()
            .await
            .map_err(|error| told(&error))?;
        let Some(ConverseOutput::Message(message)) = answer.output else {
            return Err(NoAnswer::Failed("the model gave no message"));
        };
        let content = message
            .content
            .into_iter()
            .filter_map(|block| match block {
                ContentBlock::Text(text) => Some(text),
                _ => None,
            })
            .collect();
        let tokens = |count: i32| u32::try_from(count).unwrap_or_default();
        Ok(Answer {
            content,
            input_tokens: answer
                .usage
                .as_ref()
                .map_or(0, |usage| tokens(usage.input_tokens)),
            output_tokens: answer
                .usage
                .as_ref()
                .map_or(0, |usage| tokens(usage.output_tokens)),
            stop_reason: answer.stop_reason.as_str().to_owned(),
        })
    }
}

fn message(message: ChatMessage) -> Result<Message, aws_sdk_bedrockruntime::error::BuildError> {
    Message::builder()
        .role(match message.role {
            ChatRole::User => ConversationRole::User,
            ChatRole::Assistant => ConversationRole::Assistant,
        })
        .content(ContentBlock::Text(message.content))
        .build()
}

fn told(error: &SdkError<ConverseError>) -> NoAnswer {
    let cause = || NoAnswer::Unexpected(aws::cause(error));
    match error.as_service_error() {
        Some(ConverseError::ThrottlingException(_)) => NoAnswer::Throttled,
        Some(ConverseError::ValidationException(fault)) => match fault.message() {
            // A name with the account in it is no business of tenant code.
            Some(message) if !message.contains("arn:") => NoAnswer::Refused(message.to_owned()),
            _ => cause(),
        },
        Some(ConverseError::ModelTimeoutException(_)) => {
            NoAnswer::Failed("the model took too long to answer")
        }
        Some(ConverseError::ModelNotReadyException(_)) => {
            NoAnswer::Failed("the model is not ready; try again later")
        }
        Some(ConverseError::ModelErrorException(_)) => {
            NoAnswer::Failed("the model failed while it answered")
        }
        Some(ConverseError::ServiceUnavailableException(_)) => {
            NoAnswer::Failed("the model is not available; try again later")
        }
        _ => cause(),
    }
}
