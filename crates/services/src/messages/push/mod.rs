//! Pushing messages to their users, besides the inbox, by a provider that the host configures.
//!
//! A push is best effort: the inbox has the message in any case. It is tried again after a while,
//! each time four times as long, and given up after so many tries or when the provider says that
//! another would be in vain; then the directory keeps it as dead, with the reason.

mod config;
mod sns;
mod webhook;

pub use config::PushConfig;
pub use config::PushEngine;
pub use config::WebhookConfig;

use crate::OpenError;
use async_trait::async_trait;
use ketrics_directory::Directory;
use ketrics_directory::PushClaim;
use ketrics_directory::PushMessage;
use sns::Sns;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use webhook::Webhook;

/// How long a try may take before another host may make the next.
const LEASE: Duration = Duration::from_secs(60);
/// How often the directory is asked for pushes that are due.
const POLL: Duration = Duration::from_secs(1);
/// The longest time between two tries.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// Pushes a message to its user.
#[async_trait]
trait Provider: Send + Sync {
    /// A message may come twice, with the same id: when a host dies after it was pushed.
    async fn push(&self, message: &PushMessage) -> Result<(), NotPushed>;
}

/// Why a message was not pushed; the text is for whoever operates the host.
#[derive(Clone, Debug, PartialEq, Eq)]
enum NotPushed {
    /// It may work later.
    Yet(String),
    /// It never will.
    Ever(String),
}

/// Pushes what the directory says is due.
pub(crate) struct Pushes {
    directory: Directory,
    provider: Option<Arc<dyn Provider>>,
    attempts: u32,
    first_wait: Duration,
    queued: Notify,
}

impl Pushes {
    pub(crate) async fn open(config: &PushConfig, directory: Directory) -> Result<Self, OpenError> {
        let provider: Option<Arc<dyn Provider>> = match &config.engine {
            PushEngine::None => None,
            PushEngine::Webhook(webhook) => Some(Arc::new(Webhook::open(webhook)?)),
            PushEngine::Sns { topic_arn, access } => {
                Some(Arc::new(Sns::open(topic_arn, access).await?))
            }
        };
        Ok(Self {
            directory,
            provider,
            attempts: config.attempts.max(1),
            first_wait: config.first_wait,
            queued: Notify::new(),
        })
    }

    /// Whether there is somebody to push messages.
    pub(crate) fn has_provider(&self) -> bool {
        self.provider.is_some()
    }

    /// There are messages to push.
    pub(crate) fn queued(&self) {
        self.queued.notify_one();
    }

    /// Delivers for as long as it is polled.
    pub(crate) async fn deliver(&self) {
        let Some(provider) = &self.provider else {
            return;
        };
        loop {
            match self.directory.claim_push(LEASE).await {
                Ok(Some((claim, message))) => {
                    self.attempt(&**provider, &claim, &message).await;
                }
                Ok(None) => {
                    let _ = tokio::time::timeout(POLL, self.queued.notified()).await;
                }
                Err(error) => {
                    tracing::error!(%error, "pushes cannot be claimed");
                    tokio::time::sleep(POLL).await;
                }
            }
        }
    }

    async fn attempt(&self, provider: &dyn Provider, claim: &PushClaim, message: &PushMessage) {
        let outcome = match tokio::time::timeout(LEASE / 2, provider.push(message)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(NotPushed::Yet("the provider did not answer".to_owned())),
        };
        let recorded = match outcome {
            Ok(()) => self.directory.push_sent(claim).await,
            Err(NotPushed::Yet(error)) if claim.attempt() < self.attempts => {
                let wait = self.wait_after(claim.attempt());
                self.directory.push_failed(claim, &error, wait).await
            }
            Err(NotPushed::Yet(error) | NotPushed::Ever(error)) => {
                tracing::warn!(message = %message.id, attempts = claim.attempt(), error, "a push was given up");
                self.directory.push_given_up(claim, &error).await
            }
        };
        if let Err(error) = recorded {
            tracing::error!(%error, message = %message.id, "what came of a push cannot be recorded");
        }
    }

    fn wait_after(&self, attempt: u32) -> Duration {
        let factor = 4_u32.saturating_pow(attempt.saturating_sub(1));
        self.first_wait.saturating_mul(factor).min(LONGEST_WAIT)
    }
}

/// What providers are given: one JSON object.
fn envelope(message: &PushMessage) -> serde_json::Value {
    let data: Option<serde_json::Value> = message
        .data
        .as_deref()
        .and_then(|data| serde_json::from_str(data).ok());
    serde_json::json!({
        "messageId": message.id.to_string(),
        "tenant": { "id": message.tenant_id.to_string(), "code": message.tenant_code },
        "application": message.application_code,
        "user": { "id": message.user_id.to_string(), "email": message.email },
        "type": message.kind,
        "subject": message.subject,
        "body": message.body,
        "priority": message.priority,
        "actionUrl": message.action_url,
        "data": data,
        "createdAt": crate::time::iso(message.created_at),
    })
}
