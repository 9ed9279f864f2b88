//! One invocation, as the services see it: who it is, and what it holds open.

use crate::Memory;
use crate::Peers;
use crate::database::OpenConnections;
use crate::redaction::Ending;
use crate::redaction::Redactions;
use crate::volume::OpenUploads;
use ketrics_directory::ApplicationId;
use ketrics_directory::DeploymentId;
use ketrics_directory::TenantId;
use ketrics_protocol::RequestorContext;
use ketrics_protocol::ServiceError;
use std::borrow::Cow;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;
use tokio::sync::Semaphore;
use tokio::sync::SemaphorePermit;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Who calls. The gateway knows this from its own records, never from the worker.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The invocation's id.
    pub invocation_id: Uuid,
    /// The tenant.
    pub tenant_id: TenantId,
    /// Its code.
    pub tenant_code: String,
    /// The application.
    pub application_id: ApplicationId,
    /// Its code.
    pub application_code: String,
    /// The deployment whose code runs.
    pub deployment_id: DeploymentId,
    /// On whose behalf it runs.
    pub requestor: RequestorContext,
    /// Codes of the applications whose calls led here, the first one in front. Empty for a call
    /// over HTTP and for a job.
    pub path: Vec<String>,
    /// When the invocation ends at the latest.
    pub deadline: Instant,
}

/// One invocation: its caller, and everything that it opened and has not closed.
pub struct Invocation {
    caller: Caller,
    peers: Arc<dyn Peers>,
    memory: Memory,
    ended: CancellationToken,
    redactions: Redactions,
    pub(crate) connections: OpenConnections,
    pub(crate) uploads: OpenUploads,
    reading: Semaphore,
}

/// What the files that an invocation reads at the same time may have together, in kB: the largest
/// that can be read at once.
const READING: u32 = 128 * 1024;

/// The invocation is over, by its deadline or because the gateway closed it.
pub(crate) struct Over;

impl Invocation {
    /// An invocation that has opened nothing yet, the applications beside its own, and what its
    /// tenant's calls may hold in memory.
    #[must_use]
    pub fn new(caller: Caller, peers: Arc<dyn Peers>, memory: Memory) -> Self {
        Self {
            caller,
            peers,
            memory,
            ended: CancellationToken::new(),
            redactions: Redactions::default(),
            connections: OpenConnections::default(),
            uploads: OpenUploads::default(),
            reading: Semaphore::new(READING as usize),
        }
    }

    /// Who calls.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What its tenant's calls may hold in memory.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    pub(crate) fn peers(&self) -> &dyn Peers {
        &*self.peers
    }

    /// The text with every secret value that this invocation has read replaced by
    /// `[secret:<code>]`, also where it is escaped, in base64 or hex, encoded for a URL, or a list
    /// of its bytes.
    #[must_use]
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.redactions.apply(text, Ending::Whole)
    }

    /// The same for a text that was cut off: it may end with the beginning of a secret.
    #[must_use]
    pub fn redact_cut<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.redactions.apply(text, Ending::Cut)
    }

    pub(crate) fn remember_secret(&self, code: &str, value: &str) {
        self.redactions.add(code, value);
    }

    /// Waits until content of so many bytes may be read into memory, for as long as the permit
    /// lives. Small files are read side by side, large ones one after the other.
    pub(crate) async fn room_to_read(
        &self,
        bytes: usize,
    ) -> Result<SemaphorePermit<'_>, ServiceError> {
        let kilobytes = u32::try_from(bytes.div_ceil(1024)).unwrap_or(READING);
        let room = self.reading.acquire_many(kilobytes.min(READING)).await;
        room.map_err(|_| over())
    }

    pub(crate) fn end(&self) {
        self.ended.cancel();
    }

    /// How long the invocation may still run.
    pub(crate) fn time_left(&self) -> Duration {
        self.caller
            .deadline
            .saturating_duration_since(Instant::now())
    }

    pub(crate) fn check_open(&self) -> Result<(), ServiceError> {
        if self.ended.is_cancelled() {
            return Err(over());
        }
        Ok(())
    }

    /// Waits for the work, and gives it up when the invocation is over.
    pub(crate) async fn bounded<F: Future>(&self, work: F) -> Result<F::Output, Over> {
        tokio::select! {
            biased;
            () = self.ended.cancelled() => Err(Over),
            () = tokio::time::sleep(self.time_left()) => Err(Over),
            output = work => Ok(output),
        }
    }
}

/// What a call gets that comes after the end.
pub(crate) fn over() -> ServiceError {
    ServiceError::plain("The invocation is over")
}
