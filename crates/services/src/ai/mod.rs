//! `ketrics.AI`: language models, for tenants that have them.
//!
//! A tenant's allowance is its switch, its requests per minute and its tokens per month, counted
//! in the directory for all hosts together. Before a model is asked, as many tokens are set aside
//! as its answer may have; afterwards the tokens that it really read and wrote are put in their
//! place, also when the invocation that asked is over by then.

mod bedrock;
mod config;
mod engine;

pub use config::AiEngine;
pub use config::BedrockConfig;

use crate::Invocation;
use crate::OpenError;
use crate::ServicesConfig;
use crate::failure::opaque;
use crate::failure::reference;
use crate::invocation::over;
use bedrock::Bedrock;
use config::MODELS;
use engine::Answer;
use engine::Models;
use engine::NoAnswer;
use engine::Question;
use ketrics_directory::AiAllowance;
use ketrics_directory::AiRequest;
use ketrics_directory::Directory;
use ketrics_directory::DirectoryError;
use ketrics_protocol::AiCall;
use ketrics_protocol::AiReply;
use ketrics_protocol::ChatMessage;
use ketrics_protocol::ChatRole;
use ketrics_protocol::ServiceError;
use std::collections::BTreeMap;
use std::sync::Arc;

const DEFAULT_MODEL: &str = "haiku";
const DEFAULT_MAX_TOKENS: f64 = 1_024.0;
const MOST_TOKENS: f64 = 4_096.0;
const DEFAULT_TEMPERATURE: f64 = 0.7;
const MOST_MESSAGES: usize = 1_000;
const MOST_BYTES: usize = 1024 * 1024;
const PERMISSION: &str = "ai:InvokeModel";

pub(crate) struct Ai {
    directory: Directory,
    models: Option<Arc<dyn Models>>,
    /// Of tenants that have none of their own.
    allowance: Option<AiAllowance>,
    /// What the engine calls each alias.
    aliases: BTreeMap<String, String>,
}

impl Ai {
    pub(crate) async fn open(
        config: &ServicesConfig,
        directory: Directory,
    ) -> Result<Self, OpenError> {
        let mut aliases = MODELS
            .map(|(alias, model)| (alias.to_owned(), model.to_owned()))
            .into_iter()
            .collect::<BTreeMap<_, _>>();
        let mut allowance = None;
        let models: Option<Arc<dyn Models>> = match &config.ai {
            AiEngine::None => None,
            AiEngine::Bedrock(bedrock) => {
                aliases.extend(bedrock.models.iter().cloned());
                allowance = bedrock.allowance;
                Some(Arc::new(Bedrock::open(bedrock).await?))
            }
        };
        Ok(Self {
            directory,
            models,
            allowance,
            aliases,
        })
    }

    pub(crate) async fn handle(
        &self,
        invocation: &Invocation,
        call: AiCall,
    ) -> Result<AiReply, ServiceError> {
        invocation.check_open()?;
        let AiCall::Chat {
            model,
            messages,
            max_tokens,
            temperature,
            system_prompt,
        } = call;
        let tenant = invocation.caller().tenant_id;
        let allowance = self
            .directory
            .ai_allowance(tenant)
            .await
            .map_err(unexpected)?
            .or(self.allowance)
            .filter(|allowance| allowance.requests_per_minute > 0);
        let (Some(models), Some(allowance)) = (&self.models, allowance) else {
            return Err(ServiceError::new("AIFeatureDisabledError"));
        };
        let alias = model.unwrap_or_else(|| DEFAULT_MODEL.to_owned());
        let Some(model) = self.aliases.get(&alias) else {
            let known: Vec<&str> = self.aliases.keys().map(String::as_str).collect();
            return Err(invalid(format!(
                "model must be one of {}, not '{alias}'",
                known.join(", ")
            )));
        };
        let question = question(messages, max_tokens, temperature, system_prompt)?;
        self.check_permission(invocation, &alias).await?;
        let request = self
            .directory
            .count_ai_request(tenant, allowance)
            .await
            .map_err(unexpected)?;
        if let AiRequest::Over { retry_after } = request {
            return Err(ServiceError::new("AIRateLimitError")
                .with(format!(
                    "The tenant's limit of {} AI requests per minute is reached. \
                     Try again in {retry_after} s",
                    allowance.requests_per_minute
                ))
                .with(f64::from(retry_after)));
        }
        let reservation = self
            .directory
            .reserve_ai_tokens(tenant, allowance, question.max_tokens.into())
            .await
            .map_err(unexpected)?
            .map_err(|left| {
                ServiceError::new("AIQuotaExceededError")
                    .with(allowance.tokens_per_month as f64)
                    .with(left as f64)
            })?;
        let (models, model) = (Arc::clone(models), model.clone());
        let directory = self.directory.clone();
        // By itself, so that what was used is counted whatever becomes of the invocation.
        let asked = tokio::spawn(async move {
            let answer = models.ask(&model, question).await;
            let used = answer.as_ref().map_or(0, |answer| {
                u64::from(answer.input_tokens) + u64::from(answer.output_tokens)
            });
            if let Err(error) = directory.settle_ai_tokens(&reservation, used).await {
                tracing::error!(%error, used, "the tokens of a model's answer cannot be counted");
            }
            answer
        });
        let answer = invocation
            .bounded(asked)
            .await
            .map_err(|_| over())?
            .map_err(|error| opaque("ask a model", error))?
            .map_err(|reason| worded(&alias, reason))?;
        let Answer {
            content,
            input_tokens,
            output_tokens,
            stop_reason,
        } = answer;
        Ok(AiReply::Chat {
            content,
            input_tokens: input_tokens.into(),
            output_tokens: output_tokens.into(),
            model: alias,
            stop_reason,
        })
    }

    /// The permission is for every model, or names one.
    async fn check_permission(
        &self,
        invocation: &Invocation,
        alias: &str,
    ) -> Result<(), ServiceError> {
        let granted = self
            .directory
            .platform_permissions(invocation.caller().application_id)
            .await
            .map_err(unexpected)?;
        let this = format!("{PERMISSION}:{alias}");
        if granted.iter().any(|one| one == PERMISSION || *one == this) {
            return Ok(());
        }
        Err(ServiceError::new("AIAccessDeniedError").with(alias))
    }
}

fn question(
    messages: Vec<ChatMessage>,
    max_tokens: Option<f64>,
    temperature: Option<f64>,
    system_prompt: Option<String>,
) -> Result<Question, ServiceError> {
    if messages.is_empty() || messages.len() > MOST_MESSAGES {
        return Err(invalid(format!(
            "messages must hold 1 to {MOST_MESSAGES} messages, not {}",
            messages.len()
        )));
    }
    let mut expected = ChatRole::User;
    for (place, message) in messages.iter().enumerate() {
        if message.role != expected {
            return Err(invalid(format!(
                "messages must begin with one of the user and alternate between user and \
                 assistant; messages[{place}] does not"
            )));
        }
        if message.content.trim().is_empty() {
            return Err(invalid(format!("messages[{place}].content is blank")));
        }
        expected = match expected {
            ChatRole::User => ChatRole::Assistant,
            ChatRole::Assistant => ChatRole::User,
        };
    }
    let system_prompt = system_prompt.filter(|prompt| !prompt.trim().is_empty());
    let bytes = messages
        .iter()
        .map(|message| message.content.len())
        .sum::<usize>()
        + system_prompt.as_ref().map_or(0, String::len);
    if bytes > MOST_BYTES {
        return Err(invalid(format!(
            "messages and systemPrompt have {bytes} bytes; at most {MOST_BYTES} are allowed"
        )));
    }
    let max_tokens = max_tokens.unwrap_or(DEFAULT_MAX_TOKENS);
    if !(1.0..=MOST_TOKENS).contains(&max_tokens) || max_tokens.fract() != 0.0 {
        return Err(invalid(format!(
            "maxTokens must be a whole number from 1 to {MOST_TOKENS}, not {max_tokens}"
        )));
    }
    let temperature = temperature.unwrap_or(DEFAULT_TEMPERATURE);
    if !(0.0..=1.0).contains(&temperature) {
        return Err(invalid(format!(
            "temperature must be 0 to 1, not {temperature}"
        )));
    }
    Ok(Question {
        messages,
        // Within the range that was checked, so nothing is lost.
        max_tokens: max_tokens as u16,
        temperature: temperature as f32,
        system_prompt,
    })
}

fn worded(alias: &str, reason: NoAnswer) -> ServiceError {
    let failed = |reason: &str| ServiceError::new("AIModelError").with(alias).with(reason);
    match reason {
        NoAnswer::Throttled => ServiceError::new("AIRateLimitError")
            .with("The model has more requests than it can take. Try again later"),
        NoAnswer::Refused(reason) => invalid(reason),
        NoAnswer::Failed(reason) => failed(reason),
        NoAnswer::Unexpected(cause) => failed(&format!(
            "the platform failed to ask the model (reference {})",
            reference("ask a model", cause)
        )),
    }
}

fn invalid(reason: impl Into<String>) -> ServiceError {
    ServiceError::new("AIInvalidRequestError").with(reason.into())
}

fn unexpected(error: DirectoryError) -> ServiceError {
    opaque("ask the directory about AI", error)
}
