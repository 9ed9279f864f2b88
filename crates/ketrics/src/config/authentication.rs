//! Who issues tokens beside the host itself.

use crate::config::Config;
use crate::problem::Problem;
use ketrics_gateway::auth::Issuer;
use ketrics_gateway::auth::IssuerConfig;
use ketrics_gateway::auth::KeySource;
use std::path::PathBuf;
use std::time::Duration;

const SECTION: &str = "authentication";

/// By how many seconds an issuer's clock may differ from the host's.
const CLOCK_SKEW: u64 = 30;
const MOST_CLOCK_SKEW: u64 = 300;

impl Config {
    /// The issuer of tokens, where one is configured.
    pub fn issuer(&self) -> Result<Option<IssuerConfig>, Problem> {
        let wrong = |message: String| Err(Problem::Usage(message));
        let text = |name| self.text(SECTION, name).filter(|text| !text.is_empty());
        let Some(issuer) = text("issuer") else {
            let set = self.set_in(SECTION);
            return match set.first() {
                Some(name) if set != ["issuer"] => wrong(format!(
                    "{SECTION}.{name} has no effect without {SECTION}.issuer, which is not set"
                )),
                _ => Ok(None),
            };
        };
        let audience = self.list(SECTION, "audience");
        if audience.iter().all(String::is_empty) {
            return wrong(format!(
                "{SECTION}.audience is not set, and {SECTION}.issuer needs it"
            ));
        }
        let keys = match (text("jwks_url"), text("jwks_file")) {
            (Some(url), None) => KeySource::Url(url),
            (None, Some(path)) => KeySource::File(PathBuf::from(path)),
            _ => {
                return wrong(format!(
                    "{SECTION}.issuer needs one of {SECTION}.jwks_url and {SECTION}.jwks_file"
                ));
            }
        };
        let clock_skew = self.number(SECTION, "clock_skew")?.unwrap_or(CLOCK_SKEW);
        if clock_skew > MOST_CLOCK_SKEW {
            return wrong(format!(
                "{SECTION}.clock_skew must be at most {MOST_CLOCK_SKEW} seconds"
            ));
        }
        Ok(Some(IssuerConfig {
            issuer,
            audience,
            keys,
            clock_skew: Duration::from_secs(clock_skew),
            tenant_claim: text("tenant_claim"),
            subject_claim: text("subject_claim"),
        }))
    }
}

/// Reads or fetches the issuer's keys.
pub async fn open(config: IssuerConfig) -> Result<Issuer, Problem> {
    let setting = match &config.keys {
        KeySource::Url(_) => "jwks_url",
        KeySource::File(_) => "jwks_file",
    };
    Issuer::open(config)
        .await
        .map_err(|error| Problem::Usage(format!("{SECTION}.{setting} {error}")))
}
