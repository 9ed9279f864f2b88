//! Keys in AWS KMS.
//!
//! Every value has a data key of its own that KMS makes and wraps; the value itself is encrypted
//! here (AES-256-GCM), and only the wrapped data key travels. KMS keeps the old versions of a key
//! that it rotates, and the wrapped key says which one it needs, also after the host was given
//! another key; so old values still open.
//!
//! KMS is told tenant, application and purpose, so that a key's policy may ask for them and its log
//! shows them. The rest of the context goes there as one hash: what applications put into it may
//! be personal and has no place in that log, and KMS limits its size and characters. The whole
//! context is authenticated here again, with the value.
//!
//! A sealed value is: version 2, length of the wrapped key (two bytes), wrapped key, the first 8
//! bytes of its hash, nonce (12), encrypted value with its tag. By the hash a damaged key is known
//! for one without asking KMS.

use crate::OpenError;
use crate::aws::AwsAccess;
use crate::aws::cause;
use crate::aws::misconfigured;
use crate::secret::cipher::KEY;
use crate::secret::cipher::aes;
use crate::secret::cipher::associated;
use crate::secret::cipher::decrypt;
use crate::secret::cipher::encrypt;
use crate::secret::engine::Context;
use crate::secret::engine::KeyEngine;
use crate::secret::engine::KeyError;
use crate::secret::local;
use crate::secret::local::LocalKeys;
use async_trait::async_trait;
use aws_lc_rs::digest;
use aws_lc_rs::digest::SHA256;
use aws_sdk_kms::Client;
use aws_sdk_kms::error::ProvideErrorMetadata;
use aws_sdk_kms::error::SdkError;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashMap;
use std::error::Error;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;
use zeroize::Zeroize;
use zeroize::Zeroizing;

/// Its part of the configuration file.
const SECTION: &str = "secrets";

const VERSION: u8 = 2;

/// Bytes of the wrapped key's hash.
const CHECK: usize = 8;

/// How long a data key that KMS unwrapped is used again. It is as long as a revoked key still opens
/// what was opened shortly before.
const REMEMBERED: Duration = Duration::from_mins(5);
/// Data keys that are remembered at once.
const MOST_REMEMBERED: usize = 1_000;

/// What KMS may be told as it is.
const TOLD: [&str; 3] = ["applicationId", "purpose", "tenantId"];
const HASHED: &str = "context";

/// Which key of KMS is used.
#[derive(Clone, Debug)]
pub struct KmsConfig {
    /// Its id, ARN or alias.
    pub key_id: String,
    /// Where KMS is and who calls it.
    pub access: AwsAccess,
}

/// A key in KMS.
pub(crate) struct KmsKeys {
    client: Client,
    key_id: String,
    before: Option<LocalKeys>,
    remembered: Mutex<HashMap<Id, Remembered>>,
}

/// A hash of a wrapped key and its context: only who gives both gets the key.
type Id = [u8; 32];

struct Remembered {
    key: Zeroizing<[u8; KEY]>,
    until: Instant,
}

impl KmsKeys {
    /// Takes a key and proves that it can be used. `before` opens what was sealed without KMS.
    pub(crate) async fn open(
        config: &KmsConfig,
        before: Option<LocalKeys>,
    ) -> Result<Self, OpenError> {
        if config.key_id.is_empty() {
            let reason = "is not set".to_owned();
            return Err(OpenError::setting(SECTION, "kms_key_id", reason));
        }
        let shared = config.access.load(SECTION).await?;
        let keys = Self {
            client: Client::new(&shared),
            key_id: config.key_id.clone(),
            before,
            remembered: Mutex::default(),
        };
        keys.probe().await?;
        Ok(keys)
    }

    /// Wraps and unwraps one data key, as every secret will.
    async fn probe(&self) -> Result<(), OpenError> {
        let context = Context::from([("purpose".to_owned(), "start".to_owned())]);
        let made = self.generate(&context).await;
        let wrapped = made.map_err(|error| self.unusable(&error))?.1;
        let opened = self.unwrap(&wrapped, &context).await;
        opened.map_err(|error| self.unusable(&error)).map(|_| ())
    }

    fn unusable<E>(&self, error: &SdkError<E>) -> OpenError
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let reason = match error.code().unwrap_or_default() {
            "NotFoundException" => "names a key that does not exist",
            "InvalidArnException" => "is no key's id, ARN or alias",
            "DisabledException" => "names a key that is disabled",
            "KMSInvalidStateException" => "names a key that is being deleted or is not ready",
            "InvalidKeyUsageException" | "ValidationException" => {
                "names a key that is not one for symmetric encryption"
            }
            "AccessDeniedException" => "names a key that the credentials may not use",
            _ => return misconfigured(SECTION, error),
        };
        let reason = format!("{reason}: {:?} ({})", self.key_id, cause(error));
        OpenError::setting(SECTION, "kms_key_id", reason)
    }

    async fn generate(
        &self,
        context: &Context,
    ) -> Result<
        (Zeroizing<[u8; KEY]>, Vec<u8>),
        SdkError<aws_sdk_kms::operation::generate_data_key::GenerateDataKeyError>,
    > {
        let answer = self
            .client
            .generate_data_key()
            .key_id(&self.key_id)
            .key_spec(DataKeySpec::Aes256)
            .set_encryption_context(Some(told(context)))
            .send()
            .await?;
        let wrapped = answer.ciphertext_blob.map(Blob::into_inner);
        Ok((key(answer.plaintext), wrapped.unwrap_or_default()))
    }

    async fn unwrap(
        &self,
        wrapped: &[u8],
        context: &Context,
    ) -> Result<Zeroizing<[u8; KEY]>, SdkError<aws_sdk_kms::operation::decrypt::DecryptError>> {
        let answer = self
            .client
            .decrypt()
            .ciphertext_blob(Blob::new(wrapped))
            .set_encryption_context(Some(told(context)))
            .send()
            .await?;
        Ok(key(answer.plaintext))
    }

    async fn data_key(
        &self,
        wrapped: &[u8],
        context: &Context,
    ) -> Result<Zeroizing<[u8; KEY]>, KeyError> {
        let id = id(wrapped, context);
        if let Some(key) = self.recall(&id) {
            return Ok(key);
        }
        match self.unwrap(wrapped, context).await {
            Ok(key) => {
                self.remember(id, &key);
                Ok(key)
            }
            Err(error) => Err(match error.code() {
                Some(
                    "InvalidCiphertextException"
                    | "IncorrectKeyException"
                    | "NotFoundException"
                    | "ValidationException"
                    | "InvalidArnException",
                ) => KeyError::Refused,
                _ => KeyError::failed(cause(&error)),
            }),
        }
    }

    fn recall(&self, id: &Id) -> Option<Zeroizing<[u8; KEY]>> {
        let remembered = self
            .remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let found = remembered.get(id)?;
        (found.until > Instant::now()).then(|| found.key.clone())
    }

    fn remember(&self, id: Id, key: &Zeroizing<[u8; KEY]>) {
        let now = Instant::now();
        let mut remembered = self
            .remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= MOST_REMEMBERED {
            remembered.retain(|_, remembered| remembered.until > now);
        }
        if remembered.len() >= MOST_REMEMBERED {
            let oldest = remembered.iter().min_by_key(|(_, one)| one.until);
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                remembered.remove(&oldest);
            }
        }
        let key = key.clone();
        let until = now + REMEMBERED;
        remembered.insert(id, Remembered { key, until });
    }
}

/// A key that is not 32 bytes long stays all zero, and opens nothing.
fn key(plaintext: Option<Blob>) -> Zeroizing<[u8; KEY]> {
    let mut key = Zeroizing::new([0; KEY]);
    let mut bytes = plaintext.map(Blob::into_inner).unwrap_or_default();
    if bytes.len() == KEY {
        key.copy_from_slice(&bytes);
    }
    bytes.zeroize();
    key
}

/// What KMS binds the data key to.
fn told(context: &Context) -> HashMap<String, String> {
    let mut told: HashMap<String, String> = TOLD
        .iter()
        .filter_map(|name| context.get_key_value(*name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let hash = digest::digest(&SHA256, &associated(context));
    told.insert(HASHED.to_owned(), STANDARD.encode(hash));
    told
}

fn check(wrapped: &[u8]) -> [u8; CHECK] {
    let mut check = [0; CHECK];
    check.copy_from_slice(&digest::digest(&SHA256, wrapped).as_ref()[..CHECK]);
    check
}

fn id(wrapped: &[u8], context: &Context) -> Id {
    let mut hash = digest::Context::new(&SHA256);
    hash.update(&(wrapped.len() as u64).to_le_bytes());
    hash.update(wrapped);
    hash.update(&associated(context));
    let mut id = [0; 32];
    id.copy_from_slice(hash.finish().as_ref());
    id
}

#[async_trait]
impl KeyEngine for KmsKeys {
    async fn seal(&self, plaintext: &[u8], context: &Context) -> Result<Vec<u8>, KeyError> {
        let made = self.generate(context).await;
        let (data_key, wrapped) = made.map_err(|error| KeyError::failed(cause(&error)))?;
        if *data_key == [0; KEY] {
            return Err(KeyError::failed("KMS made no key of 256 bits"));
        }
        let length = u16::try_from(wrapped.len())
            .map_err(|_| KeyError::failed("the wrapped key is too long"))?;
        let cipher = aes(&*data_key).ok_or_else(|| KeyError::failed("the cipher refused a key"))?;
        let content = encrypt(&cipher, &associated(context), plaintext)?;
        let length = length.to_be_bytes();
        Ok([
            &[VERSION],
            &length[..],
            &wrapped,
            &check(&wrapped),
            &content,
        ]
        .concat())
    }

    async fn open(&self, sealed: &[u8], context: &Context) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        if let (Some(&local::VERSION), Some(before)) = (sealed.first(), &self.before) {
            return before.open(sealed, context).await;
        }
        let (&[version, high, low], rest) =
            sealed.split_first_chunk::<3>().ok_or(KeyError::Refused)?;
        if version != VERSION {
            return Err(KeyError::Refused);
        }
        let length = u16::from_be_bytes([high, low]);
        let (wrapped, content) = rest
            .split_at_checked(usize::from(length))
            .ok_or(KeyError::Refused)?;
        let (checked, content) = content
            .split_first_chunk::<CHECK>()
            .ok_or(KeyError::Refused)?;
        if wrapped.is_empty() || *checked != check(wrapped) {
            return Err(KeyError::Refused);
        }
        let data_key = self.data_key(wrapped, context).await?;
        let cipher = aes(&*data_key).ok_or(KeyError::Refused)?;
        decrypt(&cipher, &associated(context), content)
    }
}
