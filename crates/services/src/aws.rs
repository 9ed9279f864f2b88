//! What the engines on AWS share: where the service is, who calls it, and what its answers mean to
//! whoever configures the host.

use crate::OpenError;
use aws_config::BehaviorVersion;
use aws_config::Region;
use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::config::Credentials;
use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::error::SdkError;
use std::error::Error;
use std::fmt;
use std::time::Duration;
use zeroize::Zeroizing;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const READ_TIMEOUT: Duration = Duration::from_secs(60);
const ATTEMPTS: u32 = 3;

/// Where a service of AWS, or one that speaks the same protocol, is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwsAccess {
    /// Otherwise the usual chain decides: environment, profile, instance.
    pub region: Option<String>,
    /// Otherwise the region's own.
    pub endpoint: Option<String>,
    /// Otherwise the usual chain decides: environment, profile, web identity, container, instance.
    pub keys: Option<AwsKeys>,
}

/// A pair of access keys.
#[derive(Clone, PartialEq, Eq)]
pub struct AwsKeys {
    /// Which pair it is.
    pub access_key_id: String,
    /// The secret one.
    pub secret_access_key: Zeroizing<String>,
}

impl fmt::Debug for AwsKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "AwsKeys({}, …)", self.access_key_id)
    }
}

impl AwsAccess {
    /// What the clients are made from. `section` is the part of the configuration file that this
    /// comes from.
    pub(crate) async fn load(&self, section: &'static str) -> Result<SdkConfig, OpenError> {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS));
        if let Some(endpoint) = &self.endpoint {
            match url::Url::parse(endpoint) {
                Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {}
                _ => {
                    return Err(OpenError::setting(
                        section,
                        "endpoint",
                        format!("must be like https://host:port, not {endpoint:?}"),
                    ));
                }
            }
            loader = loader.endpoint_url(endpoint);
        }
        match (&self.region, &self.endpoint) {
            (Some(region), _) => loader = loader.region(Region::new(region.clone())),
            // Servers of others take any region as long as there is one.
            (None, Some(_)) => loader = loader.region(Region::new("us-east-1")),
            (None, None) => {}
        }
        if let Some(keys) = &self.keys {
            loader = loader.credentials_provider(Credentials::new(
                &keys.access_key_id,
                keys.secret_access_key.as_str(),
                None,
                None,
                "the configuration of the host",
            ));
        }
        let config = loader.load().await;
        if config.region().is_none() {
            return Err(OpenError::setting(
                section,
                "region",
                "is not set, and neither the environment nor a profile names one".to_owned(),
            ));
        }
        Ok(config)
    }
}

/// What the server made of a request.
pub(crate) fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error
        .raw_response()
        .map(|response| response.status().as_u16())
}

/// The cause with everything that the SDK knows, for the host's log.
pub(crate) fn cause<E: Error + Send + Sync + 'static>(error: &SdkError<E>) -> String {
    DisplayErrorContext(error).to_string()
}

/// Which setting makes a first request fail, when it is not the resource's own.
pub(crate) fn misconfigured<E>(section: &'static str, error: &SdkError<E>) -> OpenError
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let (setting, meaning) = match error {
        SdkError::DispatchFailure(failure) if failure.is_user() || failure.is_other() => (
            "access_key_id",
            "is not set, and the usual places hold no credentials either",
        ),
        SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) | SdkError::ResponseError(_) => {
            ("endpoint", "does not lead to a server that answers")
        }
        _ => match (error.code().unwrap_or_default(), status(error)) {
            (
                "InvalidAccessKeyId"
                | "SignatureDoesNotMatch"
                | "UnrecognizedClientException"
                | "InvalidClientTokenId"
                | "IncompleteSignature",
                _,
            ) => (
                "access_key_id",
                "and secret_access_key, or the credentials in the usual places, are not valid",
            ),
            (_, Some(301 | 307)) | ("AuthorizationHeaderMalformed", _) => {
                ("region", "is not the one of the resource")
            }
            ("AccessDenied" | "AccessDeniedException", _) | (_, Some(401 | 403)) => (
                "access_key_id",
                "or the credentials in the usual places may not do what is needed",
            ),
            _ => ("endpoint", "answers with an error"),
        },
    };
    OpenError::setting(section, setting, format!("{meaning} ({})", cause(error)))
}
