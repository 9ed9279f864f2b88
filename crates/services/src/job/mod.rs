//! `ketrics.Job`: puts jobs into the directory; the gateway's runner takes them from there.

use crate::Invocation;
use crate::OpenError;
use crate::ServicesConfig;
use crate::failure::opaque;
use crate::time::iso;
use crate::token::Sealer;
use ketrics_directory::Application;
use ketrics_directory::ApplicationId;
use ketrics_directory::Directory;
use ketrics_directory::DirectoryError;
use ketrics_directory::Enqueued;
use ketrics_directory::Job;
use ketrics_directory::JobId;
use ketrics_directory::JobPosition;
use ketrics_directory::NewJob;
use ketrics_protocol::JobCall;
use ketrics_protocol::JobError;
use ketrics_protocol::JobReply;
use ketrics_protocol::JobState;
use ketrics_protocol::JobStatus;
use ketrics_protocol::RequestorContext;
use ketrics_protocol::ServiceError;
use std::time::Duration;
use tokio::sync::Notify;
use uuid::Uuid;

const DEFAULT_TIMEOUT_MS: f64 = 300_000.0;
const MAX_TIMEOUT_MS: f64 = 900_000.0;
const DEFAULT_PAGE: u32 = 20;
const MAX_PAGE: u32 = 100;
const MAX_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;
const MAX_KEY_BYTES: usize = 255;
const MAX_FUNCTION_BYTES: usize = 255;

pub(crate) struct Jobs {
    directory: Directory,
    cursors: Sealer,
    queued: Notify,
}

impl Jobs {
    pub(crate) fn open(config: &ServicesConfig, directory: Directory) -> Result<Self, OpenError> {
        Ok(Self {
            directory,
            cursors: Sealer::new(&config.signing_key, "job cursor")?,
            queued: Notify::new(),
        })
    }

    pub(crate) fn queued(&self) -> &Notify {
        &self.queued
    }

    pub(crate) async fn handle(
        &self,
        invocation: &Invocation,
        call: JobCall,
    ) -> Result<JobReply, ServiceError> {
        invocation.check_open()?;
        match call {
            JobCall::RunInBackground {
                application,
                function,
                payload,
                timeout,
                idempotency_key,
            } => {
                let request = Request {
                    function,
                    payload,
                    timeout,
                    idempotency_key,
                };
                let job_id = self.queue(invocation, application, request).await?;
                Ok(JobReply::RunInBackground { job_id })
            }
            JobCall::GetStatus { job_id } => self.status(invocation, &job_id).await,
            JobCall::List {
                status,
                limit,
                cursor,
            } => self.list(invocation, status, limit, cursor).await,
        }
    }

    async fn queue(
        &self,
        invocation: &Invocation,
        application: Option<String>,
        request: Request,
    ) -> Result<String, ServiceError> {
        let timeout = request.check()?;
        let caller = invocation.caller();
        let target = match application {
            Some(code) if code != caller.application_code => {
                Some(self.cross_application(invocation, &code).await?)
            }
            _ => None,
        };
        let mut requestor: RequestorContext = caller.requestor.clone();
        if target.is_some() {
            requestor.is_cross_app = Some(true);
            requestor.source_application_code = Some(caller.application_code.clone());
        }
        let requestor = serde_json::to_string(&requestor)
            .map_err(|error| opaque("encode a requestor", error))?;
        let enqueued = self
            .directory
            .enqueue_job(NewJob {
                tenant_id: caller.tenant_id,
                application_id: target.map_or(caller.application_id, |target| target.id),
                queued_by_application_id: caller.application_id,
                function: request.function,
                payload: request.payload,
                timeout,
                requestor,
                idempotency_key: request.idempotency_key,
            })
            .await
            .map_err(unexpected)?;
        if matches!(enqueued, Enqueued::New(_)) {
            self.queued.notify_one();
        }
        Ok(enqueued.id().to_string())
    }

    /// The other application of the tenant, when this one may queue jobs for it. One that does
    /// not exist is refused like one without the permission.
    async fn cross_application(
        &self,
        invocation: &Invocation,
        code: &str,
    ) -> Result<Application, ServiceError> {
        let caller = invocation.caller();
        let needed = format!("job:{code}");
        let granted = self
            .directory
            .platform_permissions(caller.application_id)
            .await
            .map_err(unexpected)?
            .contains(&needed);
        let target = self
            .directory
            .find_application(caller.tenant_id, code)
            .await
            .map_err(unexpected)?;
        match target {
            // Looked up by id or code; the permission names the code.
            Some(target) if granted && target.code == code => Ok(target),
            _ => Err(ServiceError::new("CrossAppPermissionError")
                .with(caller.application_code.as_str())
                .with(code)),
        }
    }

    async fn status(
        &self,
        invocation: &Invocation,
        job_id: &str,
    ) -> Result<JobReply, ServiceError> {
        let missing = || ServiceError::new("JobNotFoundError").with(job_id);
        let id: JobId = job_id.parse().map_err(|_| missing())?;
        let caller = invocation.caller();
        let job = self
            .directory
            .find_job(caller.tenant_id, caller.application_id, id)
            .await
            .map_err(unexpected)?
            .ok_or_else(missing)?;
        Ok(JobReply::GetStatus { job: describe(job) })
    }

    async fn list(
        &self,
        invocation: &Invocation,
        status: Option<JobState>,
        limit: Option<u32>,
        cursor: Option<String>,
    ) -> Result<JobReply, ServiceError> {
        let limit = limit.unwrap_or(DEFAULT_PAGE);
        if !(1..=MAX_PAGE).contains(&limit) {
            return Err(ServiceError::plain(format!(
                "limit must be 1 to {MAX_PAGE}, not {limit}"
            )));
        }
        let caller = invocation.caller();
        let state = status.map(to_directory);
        let behind = cursor
            .map(|cursor| self.open_cursor(caller.application_id, status, &cursor))
            .transpose()?;
        let mut jobs = self
            .directory
            .jobs(
                caller.tenant_id,
                caller.application_id,
                state,
                behind,
                limit + 1,
            )
            .await
            .map_err(unexpected)?;
        let more = jobs.len() > limit as usize;
        jobs.truncate(limit as usize);
        let cursor = jobs
            .last()
            .filter(|_| more)
            .map(|job| self.seal_cursor(caller.application_id, status, job.position()))
            .transpose()?;
        Ok(JobReply::List {
            jobs: jobs.into_iter().map(describe).collect(),
            cursor,
        })
    }

    fn seal_cursor(
        &self,
        application: ApplicationId,
        status: Option<JobState>,
        position: JobPosition,
    ) -> Result<String, ServiceError> {
        let mut content = position.created_at.to_le_bytes().to_vec();
        content.extend_from_slice(position.id.0.as_bytes());
        self.cursors
            .seal(&[application.0.as_bytes(), filter(status)], &content)
            .map_err(|error| opaque("make a cursor", error))
    }

    fn open_cursor(
        &self,
        application: ApplicationId,
        status: Option<JobState>,
        cursor: &str,
    ) -> Result<JobPosition, ServiceError> {
        self.cursors
            .open(&[application.0.as_bytes(), filter(status)], cursor)
            .and_then(|content| {
                let (created_at, id) = content.split_at_checked(8)?;
                Some(JobPosition {
                    created_at: i64::from_le_bytes(created_at.try_into().ok()?),
                    id: JobId(Uuid::from_slice(id).ok()?),
                })
            })
            .ok_or_else(|| {
                ServiceError::plain(
                    "cursor must be one that Job.list returned for the same application and status",
                )
            })
    }
}

/// What a call asks to queue.
struct Request {
    function: String,
    payload: String,
    timeout: Option<f64>,
    idempotency_key: Option<String>,
}

impl Request {
    fn check(&self) -> Result<Duration, ServiceError> {
        if self.function.trim().is_empty() || self.function.len() > MAX_FUNCTION_BYTES {
            return Err(ServiceError::new("InvalidFunctionError").with(self.function.as_str()));
        }
        if self.payload.len() > MAX_PAYLOAD_BYTES {
            return Err(ServiceError::plain(format!(
                "The payload's JSON has {} bytes; at most {MAX_PAYLOAD_BYTES} are allowed",
                self.payload.len()
            )));
        }
        if let Err(error) = serde_json::from_str::<&serde_json::value::RawValue>(&self.payload) {
            return Err(ServiceError::plain(format!(
                "The payload must be JSON: {error}"
            )));
        }
        if let Some(key) = &self.idempotency_key
            && !(1..=MAX_KEY_BYTES).contains(&key.len())
        {
            return Err(ServiceError::plain(format!(
                "idempotencyKey must have 1 to {MAX_KEY_BYTES} bytes, not {}",
                key.len()
            )));
        }
        let timeout = self.timeout.unwrap_or(DEFAULT_TIMEOUT_MS);
        if !(1.0..=MAX_TIMEOUT_MS).contains(&timeout) {
            return Err(ServiceError::plain(format!(
                "timeout must be 1 to {MAX_TIMEOUT_MS} milliseconds, not {timeout}"
            )));
        }
        Ok(Duration::from_secs_f64((timeout / 1_000.0).max(0.001)))
    }
}

fn filter(status: Option<JobState>) -> &'static [u8] {
    match status {
        None => b"",
        Some(JobState::Pending) => b"pending",
        Some(JobState::Running) => b"running",
        Some(JobState::Completed) => b"completed",
        Some(JobState::Failed) => b"failed",
    }
}

fn to_directory(state: JobState) -> ketrics_directory::JobState {
    match state {
        JobState::Pending => ketrics_directory::JobState::Pending,
        JobState::Running => ketrics_directory::JobState::Running,
        JobState::Completed => ketrics_directory::JobState::Completed,
        JobState::Failed => ketrics_directory::JobState::Failed,
    }
}

fn from_directory(state: ketrics_directory::JobState) -> JobState {
    match state {
        ketrics_directory::JobState::Pending => JobState::Pending,
        ketrics_directory::JobState::Running => JobState::Running,
        ketrics_directory::JobState::Completed => JobState::Completed,
        ketrics_directory::JobState::Failed => JobState::Failed,
    }
}

fn describe(job: Job) -> JobStatus {
    JobStatus {
        job_id: job.id.to_string(),
        application_id: job.application_id.to_string(),
        application_code: job.application_code,
        function_name: job.function,
        status: from_directory(job.state),
        created_at: iso(job.created_at),
        started_at: job.started_at.map(iso),
        completed_at: job.completed_at.map(iso),
        error: job.failure.map(|failure| JobError {
            code: failure.code,
            message: failure.message,
        }),
    }
}

fn unexpected(error: DirectoryError) -> ServiceError {
    opaque("ask the directory about jobs", error)
}
