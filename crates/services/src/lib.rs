//! What tenant code can do to the world, one module per service.
//!
//! The gateway gives every [`ServiceCall`] of an invocation to [`Services::handle`]. Each service
//! asks the directory, by the invocation's own tenant and application, whether the thing exists,
//! whether the application was granted it, and what the grant allows; nothing that a call says is
//! taken as an answer to that. Behind each service stands an engine that only knows how to do the
//! work.
//!
//! What goes wrong for a reason that tenant code can act on is one of the SDK's errors. Anything
//! else is one opaque error with a reference, and the cause stands in the host's log beside it.

#![warn(missing_docs)]

mod ai;
mod applications;
mod aws;
mod cloudwatch;
mod config;
mod database;
mod documentdb;
mod failure;
mod http;
mod invocation;
mod job;
mod memory;
mod messages;
mod parameter;
mod redaction;
mod secret;
mod time;
mod token;
mod users;
mod volume;

pub use ai::AiEngine;
pub use ai::BedrockConfig;
pub use applications::Peer;
pub use applications::PeerError;
pub use applications::PeerResult;
pub use applications::Peers;
pub use aws::AwsAccess;
pub use aws::AwsKeys;
pub use cloudwatch::CloudWatchConfig;
pub use cloudwatch::CloudWatchLogs;
pub use cloudwatch::LogEvent;
pub use config::ServicesConfig;
pub use config::SigningKey;
pub use database::database_engine;
pub use documentdb::DocumentsEngine;
pub use documentdb::DynamoDbDocuments;
pub use documentdb::PostgresDocuments;
pub use failure::OpenError;
pub use http::EgressPolicy;
pub use http::EgressRule;
pub use http::EgressRuleError;
pub use http::InvalidEgress;
pub use http::Otherwise;
pub use http::TenantEgress;
pub use http::check_egress_rule;
pub use invocation::Caller;
pub use invocation::Invocation;
pub use memory::Full;
pub use memory::Held;
pub use memory::Memories;
pub use memory::Memory;
pub use messages::PushConfig;
pub use messages::PushEngine;
pub use messages::WebhookConfig;
pub use parameter::InvalidParameter;
pub use parameter::check_parameter;
pub use secret::KmsConfig;
pub use secret::SealError;
pub use secret::SecretEngine;
pub use volume::Download;
pub use volume::ObjectReader;
pub use volume::S3Config;
pub use volume::SignedUrlError;
pub use volume::VolumeEngine;

use bytes::Bytes;
use futures_util::Stream;
use ketrics_directory::Directory;
use ketrics_directory::TenantId;
use ketrics_protocol::ObjectInfo;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use std::io;
use std::sync::Arc;
use tokio::sync::Notify;

/// All services of a host. Cloning it is cheap; all clones share their engines.
#[derive(Clone)]
pub struct Services {
    inner: Arc<Inner>,
}

struct Inner {
    volumes: volume::Volumes,
    databases: database::Databases,
    secrets: secret::Secrets,
    jobs: job::Jobs,
    messages: messages::Messages,
    http: http::Http,
    parameters: parameter::Parameters,
    documents: documentdb::DocumentDatabases,
    users: users::Users,
    ai: ai::Ai,
}

impl Services {
    /// Opens the engines, and proves that those that are elsewhere answer.
    ///
    /// # Errors
    /// When a folder cannot be made, the key file cannot be read, a setting does not work, or the
    /// like.
    pub async fn open(config: ServicesConfig, directory: Directory) -> Result<Self, OpenError> {
        tokio::fs::create_dir_all(&config.data_dir)
            .await
            .map_err(|error| OpenError::folder(&config.data_dir, error))?;
        Ok(Self {
            inner: Arc::new(Inner {
                volumes: volume::Volumes::open(&config, directory.clone()).await?,
                databases: database::Databases::open(&config, directory.clone())?,
                secrets: secret::Secrets::open(&config, directory.clone()).await?,
                jobs: job::Jobs::open(&config, directory.clone())?,
                messages: messages::Messages::open(&config, directory.clone()).await?,
                documents: documentdb::DocumentDatabases::open(&config, directory.clone()).await?,
                users: users::Users::new(directory.clone()),
                ai: ai::Ai::open(&config, directory.clone()).await?,
                http: http::Http::new(config.egress, directory.clone()),
                parameters: parameter::Parameters::new(directory),
            }),
        })
    }

    /// Carries out one call of an invocation. Calls of one invocation may run side by side. A
    /// future that is dropped gives up: a statement is stopped, an upload is discarded.
    ///
    /// # Errors
    /// As data, for the SDK to make a typed error from.
    pub async fn handle(
        &self,
        invocation: &Invocation,
        call: ServiceCall,
    ) -> Result<ServiceReply, ServiceError> {
        let inner = &*self.inner;
        match call {
            ServiceCall::Volume(call) => inner
                .volumes
                .handle(invocation, call)
                .await
                .map(ServiceReply::Volume),
            ServiceCall::Database(call) => inner
                .databases
                .handle(invocation, call)
                .await
                .map(ServiceReply::Database),
            ServiceCall::Secret(call) => inner
                .secrets
                .handle(invocation, call)
                .await
                .map(ServiceReply::Secret),
            ServiceCall::Job(call) => inner
                .jobs
                .handle(invocation, call)
                .await
                .map(ServiceReply::Job),
            ServiceCall::Messages(call) => inner
                .messages
                .handle(invocation, call)
                .await
                .map(ServiceReply::Messages),
            ServiceCall::Http(call) => inner
                .http
                .handle(invocation, call)
                .await
                .map(ServiceReply::Http),
            ServiceCall::Parameter(call) => inner
                .parameters
                .handle(invocation, call)
                .await
                .map(ServiceReply::Parameter),
            ServiceCall::DocumentDb(call) => inner
                .documents
                .handle(invocation, call)
                .await
                .map(ServiceReply::DocumentDb),
            ServiceCall::Users(call) => inner
                .users
                .handle(invocation, call)
                .await
                .map(ServiceReply::Users),
            ServiceCall::Applications(call) => applications::handle(invocation, call)
                .await
                .map(ServiceReply::Applications),
            ServiceCall::Ai(call) => inner
                .ai
                .handle(invocation, call)
                .await
                .map(ServiceReply::Ai),
        }
    }

    /// Ends what the invocation left open: stops its statements, rolls its transactions back,
    /// gives its connections back and discards its uploads. May be called twice; later calls of
    /// the invocation fail.
    pub async fn close(&self, invocation: &Invocation) {
        invocation.end();
        self.inner.databases.close(invocation).await;
        self.inner.volumes.close(invocation).await;
    }

    /// Told once per job that was queued here, for the runner that waits.
    #[must_use]
    pub fn job_queued(&self) -> &Notify {
        self.inner.jobs.queued()
    }

    /// Pushes messages for as long as it is polled. Ends at once where the host pushes nothing.
    pub async fn deliver_pushes(&self) {
        self.inner.messages.deliver_pushes().await;
    }

    /// Encrypts a value and stores it as the tenant's secret with this code.
    ///
    /// # Errors
    /// When the value is too long, or the directory does not answer.
    pub async fn seal_secret(
        &self,
        tenant: TenantId,
        code: &str,
        value: &str,
    ) -> Result<(), SealError> {
        self.inner.secrets.seal(tenant, code, value).await
    }

    /// Whether a stored secret has this value, for whoever wants to store it only when it changed.
    pub async fn secret_is(&self, secret: &ketrics_directory::Secret, value: &str) -> bool {
        self.inner.secrets.is(secret, value).await
    }

    /// What a signed download URL stands for. The token is the last segment of the URL's path.
    ///
    /// # Errors
    /// With the status that the answer is to have.
    pub async fn signed_download(&self, token: &str) -> Result<Download, SignedUrlError> {
        self.inner.volumes.signed_download(token).await
    }

    /// Stores what is sent to a signed upload URL. The token is the last segment of its path.
    ///
    /// # Errors
    /// With the status that the answer is to have; then nothing is stored.
    pub async fn signed_upload<S>(
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
        self.inner
            .volumes
            .signed_upload(memories, token, content_type, content_length, body)
            .await
    }
}
