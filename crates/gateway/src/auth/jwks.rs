//! Keys behind a URL: fetched when the host starts, kept for a while, and fetched again when they
//! are old or a token names a key that is not among them, as the first token does after a rotation.
//!
//! Whoever sends tokens that name made-up keys makes the host fetch at most once in a while.

use crate::auth::keys::KeySet;
use crate::auth::keys::Secrets;
use jsonwebtoken::Algorithm;
use jsonwebtoken::DecodingKey;
use reqwest::Url;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;
use std::time::Duration;
use std::time::Instant;
use tokio::sync::Mutex;
use tokio::sync::MutexGuard;

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// The largest set that is read.
const MOST_BYTES: usize = 1024 * 1024;

/// How often keys are fetched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// For this long the keys are not asked for again.
    pub fresh: Duration,
    /// For this long they are good while the server does not answer.
    pub kept: Duration,
    /// This long is between two requests, whatever tokens say.
    pub pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            fresh: Duration::from_mins(10),
            kept: Duration::from_hours(24),
            pause: Duration::from_secs(30),
        }
    }
}

/// The keys are too old, and new ones cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unavailable;

#[derive(Clone, Debug)]
struct Known {
    keys: Arc<KeySet>,
    fetched: Instant,
}

/// The keys behind a URL.
#[derive(Debug)]
pub(crate) struct Jwks {
    url: Url,
    #[expect(
        clippy::disallowed_types,
        reason = "the URL is the administrator's, not a tenant's"
    )]
    client: reqwest::Client,
    pace: Pace,
    known: RwLock<Known>,
    /// The time of the last request; held while one is under way.
    asked: Mutex<Instant>,
}

impl Jwks {
    /// Fetches the keys for the first time.
    pub async fn open(url: &str, pace: Pace) -> Result<Self, String> {
        let url = checked(url)?;
        #[expect(
            clippy::disallowed_types,
            reason = "the URL is the administrator's, not a tenant's"
        )]
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| error.to_string())?;
        let keys = Arc::new(fetch(&client, &url).await?);
        let fetched = Instant::now();
        Ok(Self {
            url,
            client,
            pace,
            known: RwLock::new(Known { keys, fetched }),
            asked: Mutex::new(fetched),
        })
    }

    /// The key for a token with this header.
    pub async fn find(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<Option<DecodingKey>, Unavailable> {
        let known = self.known();
        let found = known.keys.find(id, algorithm).map(|key| key.key.clone());
        let age = known.fetched.elapsed();
        match found {
            Some(key) if age < self.pace.fresh => return Ok(Some(key)),
            // One caller asks, and the others take what there is.
            Some(key) if age < self.pace.kept => match self.asked.try_lock() {
                Ok(asked) => self.refresh(asked, known.fetched).await,
                Err(_) => return Ok(Some(key)),
            },
            _ => self.refresh(self.asked.lock().await, known.fetched).await,
        }
        let known = self.known();
        if known.fetched.elapsed() >= self.pace.kept {
            return Err(Unavailable);
        }
        Ok(known.keys.find(id, algorithm).map(|key| key.key.clone()))
    }

    /// Fetches the keys, unless somebody has done so since `seen`, or just now in vain.
    async fn refresh(&self, mut asked: MutexGuard<'_, Instant>, seen: Instant) {
        if self.known().fetched > seen || asked.elapsed() < self.pace.pause {
            return;
        }
        *asked = Instant::now();
        match fetch(&self.client, &self.url).await {
            Ok(keys) => {
                let keys = Arc::new(keys);
                let fetched = Instant::now();
                *self.known.write().unwrap_or_else(PoisonError::into_inner) =
                    Known { keys, fetched };
            }
            Err(error) => tracing::warn!(url = %self.url, error, "the issuer's keys cannot be had"),
        }
    }

    fn known(&self) -> Known {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.clone()
    }
}

/// Whoever can change what the URL answers can be anybody: only TLS protects from that.
fn checked(url: &str) -> Result<Url, String> {
    let parsed = Url::parse(url).map_err(|error| format!("is no URL: {error}"))?;
    let here = match parsed.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host
            .parse()
            .is_ok_and(|ip: std::net::Ipv4Addr| ip.is_loopback()),
        None => false,
    };
    match parsed.scheme() {
        "https" => Ok(parsed),
        "http" if here => Ok(parsed),
        _ => Err("must begin with https:// (http:// only for this machine)".to_owned()),
    }
}

#[expect(
    clippy::disallowed_types,
    reason = "the URL is the administrator's, not a tenant's"
)]
async fn fetch(client: &reqwest::Client, url: &Url) -> Result<KeySet, String> {
    let failed = |error: reqwest::Error| format!("cannot be fetched: {}", error.without_url());
    let request = client.get(url.clone());
    let mut response = request.send().await.map_err(failed)?;
    if !response.status().is_success() {
        return Err(format!("answers with status {}", response.status()));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(format!("answers with more than {MOST_BYTES} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    KeySet::parse(&body, Secrets::PassedOver)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_without_tls_is_good_on_this_machine_only() {
        for url in [
            "https://id.example/keys",
            "http://127.0.0.1:1/",
            "http://[::1]/",
            "http://localhost/",
        ] {
            assert!(checked(url).is_ok(), "{url}");
        }
        for url in [
            "http://id.example/keys",
            "http://127.0.0.1.example/",
            "file:///keys",
            "keys",
        ] {
            assert!(checked(url).is_err(), "{url}");
        }
    }
}
