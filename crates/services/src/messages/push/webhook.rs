//! One POST for each message, signed so that the receiver can tell who sent it and when.

use super::NotPushed;
use super::Provider;
use super::config::SECTION;
use super::config::WebhookConfig;
use super::envelope;
use crate::OpenError;
use async_trait::async_trait;
use aws_lc_rs::hmac;
use chrono::Utc;
use ketrics_directory::PushMessage;
use reqwest::Client;
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use std::fmt::Write;
use std::time::Duration;
use url::Url;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(10);
const AGENT: &str = concat!("Ketrics/", env!("CARGO_PKG_VERSION"));

pub(super) struct Webhook {
    client: Client,
    url: Url,
    key: hmac::Key,
}

impl Webhook {
    pub(super) fn open(config: &WebhookConfig) -> Result<Self, OpenError> {
        let url = match Url::parse(&config.url) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
            _ => {
                let reason = "must be like https://host/path".to_owned();
                return Err(OpenError::setting(SECTION, "url", reason));
            }
        };
        if config.secret.len() < 16 {
            let reason = "must have at least 16 characters".to_owned();
            return Err(OpenError::setting(SECTION, "secret", reason));
        }
        // The operator names this address, so it needs no egress check; it may not send us on.
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .user_agent(AGENT)
            .build()?;
        Ok(Self {
            client,
            url,
            key: hmac::Key::new(hmac::HMAC_SHA256, config.secret.as_bytes()),
        })
    }

    fn signature(&self, timestamp: &str, body: &str) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(timestamp.as_bytes());
        context.update(b".");
        context.update(body.as_bytes());
        let mut text = "sha256=".to_owned();
        for byte in context.sign().as_ref() {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

#[async_trait]
impl Provider for Webhook {
    async fn push(&self, message: &PushMessage) -> Result<(), NotPushed> {
        let body = envelope(message).to_string();
        let timestamp = Utc::now().timestamp().to_string();
        let answer = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("x-ketrics-timestamp", &timestamp)
            .header("x-ketrics-signature", self.signature(&timestamp, &body))
            .body(body)
            .send()
            .await
            // Without the URL, which may hold a password.
            .map_err(|error| NotPushed::Yet(error.without_url().to_string()))?;
        let status = answer.status();
        let said = || format!("the provider answered {status}");
        match status {
            status if status.is_success() => Ok(()),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
                Err(NotPushed::Yet(said()))
            }
            status if status.is_server_error() => Err(NotPushed::Yet(said())),
            _ => Err(NotPushed::Ever(said())),
        }
    }
}
