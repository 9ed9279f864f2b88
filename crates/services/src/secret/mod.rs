//! `ketrics.Secret`: values that administrators keep for applications, and encryption of an
//! application's own data.
//!
//! Every ciphertext is bound to its context: tenant and purpose, then the secret's code or the
//! application and whatever context the application adds. A ciphertext that is moved anywhere else
//! does not open, and the error is the same as for a damaged one.

mod cipher;
mod engine;
mod kms;
mod local;

pub use kms::KmsConfig;

use crate::Invocation;
use crate::OpenError;
use crate::ServicesConfig;
use crate::failure::opaque;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::Context;
use engine::KeyEngine;
use engine::KeyError;
use ketrics_directory::Directory;
use ketrics_directory::DirectoryError;
use ketrics_directory::Lookup;
use ketrics_directory::TenantId;
use ketrics_protocol::SecretCall;
use ketrics_protocol::SecretReply;
use ketrics_protocol::ServiceError;
use kms::KmsKeys;
use local::LocalKeys;
use std::collections::BTreeMap;
use std::sync::Arc;
use zeroize::Zeroizing;

const PREFIX: &str = "kms:v1:";
const MAX_PLAINTEXT: usize = 4_096;
const MAX_SECRET: usize = 64 * 1024;
const MAX_CIPHERTEXT: usize = 16 * 1024;
const MAX_CONTEXT: usize = 8 * 1024;
const RESERVED: [&str; 3] = ["tenantId", "applicationId", "purpose"];
const CANNOT: &str = "the ciphertext or its encryption context is not what was encrypted";

/// A secret cannot be stored.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The value is too long.
    #[error("the value of a secret must have at most {MAX_SECRET} bytes, not {0}")]
    TooLong(usize),
    /// The code is empty.
    #[error("the code of a secret must not be empty")]
    NoCode,
    /// The value cannot be encrypted.
    #[error("the value cannot be encrypted: {0}")]
    Encryption(String),
    /// The directory did not take it.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

/// What keeps the key that encrypts.
#[derive(Clone, Debug, Default)]
pub enum SecretEngine {
    /// A file in the data directory.
    #[default]
    Local,
    /// AWS KMS.
    Kms(KmsConfig),
}

pub(crate) struct Secrets {
    directory: Directory,
    engine: Arc<dyn KeyEngine>,
}

impl Secrets {
    pub(crate) async fn open(
        config: &ServicesConfig,
        directory: Directory,
    ) -> Result<Self, OpenError> {
        let file = config.data_dir.join("keys").join("secret.key");
        let engine: Arc<dyn KeyEngine> = match &config.secrets {
            SecretEngine::Local => Arc::new(LocalKeys::open(&file)?),
            // What was encrypted before the host had this engine still opens.
            SecretEngine::Kms(config) => {
                let before = LocalKeys::find(&file)?;
                Arc::new(KmsKeys::open(config, before).await?)
            }
        };
        Ok(Self { directory, engine })
    }

    pub(crate) async fn seal(
        &self,
        tenant: TenantId,
        code: &str,
        value: &str,
    ) -> Result<(), SealError> {
        if code.is_empty() {
            return Err(SealError::NoCode);
        }
        if value.len() > MAX_SECRET {
            return Err(SealError::TooLong(value.len()));
        }
        let sealed = self
            .engine
            .seal(value.as_bytes(), &stored(tenant, code))
            .await
            .map_err(|error| SealError::Encryption(error.to_string()))?;
        self.directory
            .put_secret(tenant, code, &spell(&sealed))
            .await?;
        Ok(())
    }

    /// Whether a stored secret has this value. One that does not open has none.
    pub(crate) async fn is(&self, secret: &ketrics_directory::Secret, value: &str) -> bool {
        let Some(sealed) = unspell(&secret.ciphertext) else {
            return false;
        };
        let context = stored(secret.tenant_id, &secret.code);
        let opened = self.engine.open(&sealed, &context).await;
        opened.is_ok_and(|opened| opened.as_slice() == value.as_bytes())
    }

    pub(crate) async fn handle(
        &self,
        invocation: &Invocation,
        call: SecretCall,
    ) -> Result<SecretReply, ServiceError> {
        invocation.check_open()?;
        match call {
            SecretCall::Get { secret } => self.get(invocation, &secret).await,
            SecretCall::Exists { secret } => {
                let found = self.lookup(invocation, &secret).await?;
                Ok(SecretReply::Exists {
                    exists: matches!(found, Lookup::Granted { .. }),
                })
            }
            SecretCall::Encrypt {
                plaintext,
                encryption_context,
            } => {
                self.encrypt(invocation, Zeroizing::new(plaintext), encryption_context)
                    .await
            }
            SecretCall::Decrypt {
                ciphertext,
                encryption_context,
            } => {
                self.decrypt(invocation, &ciphertext, encryption_context)
                    .await
            }
        }
    }

    async fn lookup(
        &self,
        invocation: &Invocation,
        code: &str,
    ) -> Result<Lookup<ketrics_directory::Secret>, ServiceError> {
        let caller = invocation.caller();
        self.directory
            .lookup_secret(caller.tenant_id, caller.application_id, code)
            .await
            .map_err(|error| opaque("look a secret up", error))
    }

    async fn get(&self, invocation: &Invocation, code: &str) -> Result<SecretReply, ServiceError> {
        let secret = match self.lookup(invocation, code).await? {
            Lookup::Granted { resource, .. } => resource,
            Lookup::AccessDenied => {
                return Err(ServiceError::new("SecretAccessDeniedError").with(code));
            }
            Lookup::NotFound => return Err(ServiceError::new("SecretNotFoundError").with(code)),
        };
        let failed = |reason: &str| {
            ServiceError::new("SecretDecryptionError")
                .with(code)
                .with(reason)
        };
        let sealed =
            unspell(&secret.ciphertext).ok_or_else(|| failed("the stored value is damaged"))?;
        let context = stored(invocation.caller().tenant_id, code);
        let value = match self.engine.open(&sealed, &context).await {
            Ok(value) => value,
            Err(KeyError::Refused) => return Err(failed("the stored value is damaged")),
            Err(error @ KeyError::Failed(_)) => return Err(opaque("decrypt a secret", error)),
        };
        let value = text(value).ok_or_else(|| failed("the stored value is no text"))?;
        invocation.remember_secret(code, &value);
        Ok(SecretReply::Get { value })
    }

    async fn encrypt(
        &self,
        invocation: &Invocation,
        plaintext: Zeroizing<String>,
        context: BTreeMap<String, String>,
    ) -> Result<SecretReply, ServiceError> {
        let context = own(invocation, context, "encrypt")?;
        if plaintext.len() > MAX_PLAINTEXT {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a frame is far below 2^53 bytes"
            )]
            return Err(ServiceError::new("SecretPayloadTooLargeError")
                .with(plaintext.len() as f64)
                .with(MAX_PLAINTEXT as f64));
        }
        let sealed = self
            .engine
            .seal(plaintext.as_bytes(), &context)
            .await
            .map_err(|error| opaque("encrypt for an application", error))?;
        Ok(SecretReply::Encrypt {
            ciphertext: spell(&sealed),
        })
    }

    async fn decrypt(
        &self,
        invocation: &Invocation,
        ciphertext: &str,
        context: BTreeMap<String, String>,
    ) -> Result<SecretReply, ServiceError> {
        let context = own(invocation, context, "decrypt")?;
        // No secret of the directory is meant here, so the error names none.
        let failed = |reason: &str| {
            ServiceError::new("SecretDecryptionError")
                .with("")
                .with(reason)
        };
        if ciphertext.len() > MAX_CIPHERTEXT || !ciphertext.starts_with(PREFIX) {
            return Err(failed(
                "the ciphertext must be one that Secret.encrypt returned",
            ));
        }
        let sealed = unspell(ciphertext).ok_or_else(|| failed(CANNOT))?;
        let plaintext = match self.engine.open(&sealed, &context).await {
            Ok(plaintext) => plaintext,
            Err(KeyError::Refused) => return Err(failed(CANNOT)),
            Err(error @ KeyError::Failed(_)) => {
                return Err(opaque("decrypt for an application", error));
            }
        };
        let plaintext = text(plaintext).ok_or_else(|| failed(CANNOT))?;
        Ok(SecretReply::Decrypt { plaintext })
    }
}

/// The context of a stored secret. Other applications of the tenant may be granted it, so it is
/// bound to none.
fn stored(tenant: TenantId, code: &str) -> Context {
    Context::from([
        ("purpose".to_owned(), "secret".to_owned()),
        ("secretCode".to_owned(), code.to_owned()),
        ("tenantId".to_owned(), tenant.to_string()),
    ])
}

/// The context of an application's own data.
fn own(
    invocation: &Invocation,
    mut context: BTreeMap<String, String>,
    operation: &str,
) -> Result<Context, ServiceError> {
    if let Some(key) = RESERVED.into_iter().find(|key| context.contains_key(*key)) {
        return Err(ServiceError::new("SecretReservedContextKeyError")
            .with(key)
            .with(operation));
    }
    let bytes: usize = context
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    if bytes > MAX_CONTEXT {
        return Err(ServiceError::plain(format!(
            "encryptionContext must have at most {MAX_CONTEXT} bytes, not {bytes}"
        )));
    }
    let caller = invocation.caller();
    context.insert("tenantId".to_owned(), caller.tenant_id.to_string());
    context.insert(
        "applicationId".to_owned(),
        caller.application_id.to_string(),
    );
    context.insert("purpose".to_owned(), "application-data".to_owned());
    Ok(context)
}

fn spell(sealed: &[u8]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(sealed))
}

fn unspell(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.strip_prefix(PREFIX)?).ok()
}

fn text(mut bytes: Zeroizing<Vec<u8>>) -> Option<String> {
    String::from_utf8(std::mem::take(&mut *bytes)).ok()
}
