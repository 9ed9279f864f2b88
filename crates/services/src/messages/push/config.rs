//! Who pushes messages, and how often it is tried.

use crate::AwsAccess;
use std::fmt;
use std::time::Duration;
use zeroize::Zeroizing;

/// The part of the configuration that this is.
pub(super) const SECTION: &str = "push";

/// How messages are pushed.
#[derive(Clone, Debug)]
pub struct PushConfig {
    /// Who pushes them.
    pub engine: PushEngine,
    /// Tries of one message at the most.
    pub attempts: u32,
    /// Time between the first try and the second; then each time four times as long.
    pub first_wait: Duration,
}

impl Default for PushConfig {
    fn default() -> Self {
        Self {
            engine: PushEngine::None,
            attempts: 6,
            first_wait: Duration::from_secs(5),
        }
    }
}

/// Who pushes messages.
#[derive(Clone, Debug, Default)]
pub enum PushEngine {
    /// Nobody: a message is in the inbox only.
    #[default]
    None,
    /// A service of the operator's, which is sent one request for each message.
    Webhook(WebhookConfig),
    /// A topic of Amazon SNS.
    Sns {
        /// Which topic.
        topic_arn: String,
        /// How AWS is reached, or a server that speaks the same protocol.
        access: AwsAccess,
    },
}

/// Where the operator's service is.
#[derive(Clone)]
pub struct WebhookConfig {
    /// An http or https URL.
    pub url: String,
    /// What requests are signed with.
    pub secret: Zeroizing<String>,
}

impl fmt::Debug for WebhookConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL may hold a password, too.
        formatter.write_str("WebhookConfig")
    }
}
