//! URLs that stand for one file, for whoever has them, until they expire.
//!
//! The token in the URL carries what was decided when it was made, sealed, so that nothing needs to
//! be looked up to know that it is genuine. What belongs to the volume (that it is still
//! there, its size limit, its types) is asked again when the URL is used.

use crate::Full;
use crate::Memories;
use crate::failure::opaque;
use crate::volume::Granted;
use crate::volume::Volumes;
use crate::volume::content_type;
use crate::volume::place;
use crate::volume::size_limit;
use crate::volume::store::Attributes;
use crate::volume::store::Expect;
use crate::volume::store::ObjectReader;
use crate::volume::store::StoreError;
use crate::volume::upload::accepted_type;
use bytes::Bytes;
use chrono::Utc;
use futures_util::Stream;
use futures_util::StreamExt;
use ketrics_directory::TenantId;
use ketrics_directory::Volume;
use ketrics_directory::VolumeId;
use ketrics_protocol::ObjectInfo;
use ketrics_protocol::ServiceError;
use ketrics_protocol::SignedUrl;
use serde::Deserialize;
use serde::Serialize;
use std::io;
use std::pin::pin;

const DEFAULT_EXPIRY: f64 = 3_600.0;
const MAX_EXPIRY: f64 = 86_400.0;
const MAX_DISPOSITION: usize = 1_024;

/// What a token says.
#[derive(Serialize, Deserialize)]
struct Claims {
    #[serde(rename = "t")]
    tenant: TenantId,
    #[serde(rename = "v")]
    volume: VolumeId,
    #[serde(rename = "k")]
    key: String,
    /// Milliseconds since the epoch.
    #[serde(rename = "e")]
    expires_at: i64,
    #[serde(rename = "m")]
    method: Method,
}

#[derive(Serialize, Deserialize)]
enum Method {
    #[serde(rename = "g")]
    Get {
        #[serde(rename = "c")]
        content_type: Option<String>,
        #[serde(rename = "d")]
        disposition: Option<String>,
    },
    #[serde(rename = "p")]
    Put {
        #[serde(rename = "c")]
        content_type: Option<String>,
        #[serde(rename = "s")]
        max_size: Option<u64>,
        #[serde(rename = "x")]
        expect: Expect,
    },
}

/// A file that a signed URL stands for.
pub struct Download {
    /// The file without its content; `size` is the length of the body.
    pub info: ObjectInfo,
    /// The `Content-Type` to answer with: the file's own, or the one that the URL asks for.
    pub content_type: String,
    /// The `Content-Disposition` to answer with, where the URL asks for one.
    pub disposition: Option<String>,
    /// The content.
    pub body: ObjectReader,
}

/// Why a signed URL is not answered as hoped. The texts are for whoever holds the URL.
#[derive(Debug, thiserror::Error)]
pub enum SignedUrlError {
    /// The token was not made here, was changed, or is for the other method.
    #[error("The URL is not valid for this request")]
    Invalid,
    /// It was valid once.
    #[error("The URL has expired")]
    Expired,
    /// The file, or its volume, is not there.
    #[error("The file does not exist")]
    NotFound,
    /// The upload URL may only create, and the file exists, or only replace, and it does not.
    #[error("The file cannot be written in its present state")]
    Conflict,
    /// The content is too large.
    #[error("The content is too large: at most {0} bytes are allowed")]
    TooLarge(u64),
    /// The content has a type that is not allowed.
    #[error("The content type is not allowed: it must be {0}")]
    ContentType(String),
    /// The content ended before it was complete.
    #[error("The content did not arrive completely")]
    Incomplete,
    /// Too much is on its way already.
    #[error("{0}")]
    Full(#[from] Full),
    /// The content came too slowly.
    #[error("The content came too slowly, and was not waited for any longer")]
    Slow,
    /// The platform failed; the cause is in the host's log.
    #[error("The platform failed to serve the file")]
    Failed,
}

impl SignedUrlError {
    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Invalid | Self::Expired => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::TooLarge(_) => 413,
            Self::ContentType(_) => 415,
            Self::Incomplete | Self::Slow => 400,
            Self::Full(_) => 429,
            Self::Failed => 500,
        }
    }
}

impl Volumes {
    pub(crate) fn download_url(
        &self,
        granted: &Granted,
        key: String,
        expires_in: Option<f64>,
        content_type: Option<String>,
        disposition: Option<String>,
    ) -> Result<SignedUrl, ServiceError> {
        if let Some(content_type) = &content_type
            && !content_type::is_valid(content_type)
        {
            return Err(ServiceError::plain(format!(
                "responseContentType must look like text/plain, not {content_type:?}"
            )));
        }
        if let Some(disposition) = &disposition
            && (disposition.len() > MAX_DISPOSITION || disposition.chars().any(char::is_control))
        {
            return Err(ServiceError::plain(format!(
                "responseContentDisposition must have at most {MAX_DISPOSITION} bytes \
                 and no line ends or control characters"
            )));
        }
        self.url(
            granted,
            key,
            expires_in,
            Method::Get {
                content_type,
                disposition,
            },
        )
    }

    pub(crate) fn upload_url(
        &self,
        granted: &Granted,
        key: String,
        expect: Expect,
        expires_in: Option<f64>,
        content_type: Option<String>,
        max_size: Option<f64>,
    ) -> Result<SignedUrl, ServiceError> {
        if content_type.is_some() {
            accepted_type(&granted.volume, &key, content_type.clone())?;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number in the range"
        )]
        let max_size = match max_size {
            None => None,
            Some(size) if size.fract() == 0.0 && (1.0..=9e15).contains(&size) => Some(size as u64),
            Some(size) => {
                return Err(ServiceError::plain(format!(
                    "maxSize must be a whole number of bytes from 1, not {size}"
                )));
            }
        };
        self.url(
            granted,
            key,
            expires_in,
            Method::Put {
                content_type,
                max_size,
                expect,
            },
        )
    }

    fn url(
        &self,
        granted: &Granted,
        key: String,
        expires_in: Option<f64>,
        method: Method,
    ) -> Result<SignedUrl, ServiceError> {
        let expires_in = expires_in.unwrap_or(DEFAULT_EXPIRY);
        if !(1.0..=MAX_EXPIRY).contains(&expires_in) {
            return Err(ServiceError::plain(format!(
                "expiresIn must be 1 to {MAX_EXPIRY} seconds, not {expires_in}"
            )));
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most a day")]
        let expires_at = Utc::now().timestamp_millis() + (expires_in * 1_000.0) as i64;
        let claims = Claims {
            tenant: granted.volume.tenant_id,
            volume: granted.volume.id,
            key,
            expires_at,
            method,
        };
        let claims =
            serde_json::to_vec(&claims).map_err(|error| opaque("make a signed URL", error))?;
        let token = self
            .urls
            .seal(&[], &claims)
            .map_err(|error| opaque("make a signed URL", error))?;
        #[expect(clippy::cast_precision_loss, reason = "times stay below 2^53")]
        Ok(SignedUrl {
            url: format!("{}/volumes/{token}", self.public_url),
            expires_at: expires_at as f64,
        })
    }

    async fn claims(&self, token: &str) -> Result<(Claims, Volume), SignedUrlError> {
        let claims: Claims = self
            .urls
            .open(&[], token)
            .and_then(|claims| serde_json::from_slice(&claims).ok())
            .ok_or(SignedUrlError::Invalid)?;
        if claims.expires_at <= Utc::now().timestamp_millis() {
            return Err(SignedUrlError::Expired);
        }
        let volume = self
            .directory
            .find_volume(claims.tenant, claims.volume)
            .await
            .map_err(|error| failed(&error))?
            .ok_or(SignedUrlError::NotFound)?;
        Ok((claims, volume))
    }

    pub(crate) async fn signed_download(&self, token: &str) -> Result<Download, SignedUrlError> {
        let (claims, volume) = self.claims(token).await?;
        let Method::Get {
            content_type,
            disposition,
        } = claims.method
        else {
            return Err(SignedUrlError::Invalid);
        };
        let (info, body) = self
            .store()
            .open(place(&volume), &claims.key)
            .await
            .map_err(|error| failed(&error))?
            .ok_or(SignedUrlError::NotFound)?;
        let content_type = content_type.unwrap_or_else(|| info.content_type.clone());
        Ok(Download {
            info,
            content_type,
            disposition,
            body,
        })
    }

    pub(crate) async fn signed_upload<S>(
        &self,
        memories: &Memories,
        token: &str,
        content_type: Option<&str>,
        content_length: Option<u64>,
        body: S,
    ) -> Result<ObjectInfo, SignedUrlError>
    where
        S: Stream<Item = io::Result<Bytes>> + Send,
    {
        let (claims, volume) = self.claims(token).await?;
        let Method::Put {
            content_type: wanted,
            max_size,
            expect,
        } = claims.method
        else {
            return Err(SignedUrlError::Invalid);
        };
        let content_type = uploaded_type(&volume, &claims.key, wanted, content_type)?;
        let limit = max_size.unwrap_or(u64::MAX).min(size_limit(&volume));
        if content_length.is_some_and(|length| length > limit) {
            return Err(SignedUrlError::TooLarge(limit));
        }
        let attributes = Attributes {
            content_type,
            metadata: None,
        };
        let mut writer = self
            .store()
            .create(place(&volume), &claims.key, attributes)
            .await
            .map_err(|error| failed(&error))?;
        let mut held = memories.of(claims.tenant).nothing();
        let mut body = pin!(body);
        let mut size = 0;
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| match error.kind() {
                io::ErrorKind::TimedOut => SignedUrlError::Slow,
                _ => SignedUrlError::Incomplete,
            })?;
            size += chunk.len() as u64;
            if size > limit {
                return Err(SignedUrlError::TooLarge(limit));
            }
            held.set(writer.waiting() + chunk.len())?;
            writer.write(chunk).await.map_err(|error| failed(&error))?;
        }
        if content_length.is_some_and(|length| length != size) {
            return Err(SignedUrlError::Incomplete);
        }
        writer.finish(expect).await.map_err(|error| match error {
            StoreError::Exists | StoreError::Missing => SignedUrlError::Conflict,
            error => failed(&error),
        })
    }
}

/// The type that an upload gets: what the request says, which must be what the URL asks for and
/// what the volume allows.
fn uploaded_type(
    volume: &Volume,
    key: &str,
    wanted: Option<String>,
    sent: Option<&str>,
) -> Result<String, SignedUrlError> {
    if let Some(wanted) = wanted {
        let same =
            sent.is_some_and(|sent| content_type::essence(sent) == content_type::essence(&wanted));
        if !same {
            return Err(SignedUrlError::ContentType(wanted));
        }
    }
    accepted_type(volume, key, sent.map(str::to_owned)).map_err(|_| {
        SignedUrlError::ContentType(if volume.allowed_content_types.is_empty() {
            "like text/plain".to_owned()
        } else {
            volume.allowed_content_types.join(" or ")
        })
    })
}

fn failed(error: &dyn std::error::Error) -> SignedUrlError {
    tracing::error!(%error, "a signed URL could not be served");
    SignedUrlError::Failed
}
