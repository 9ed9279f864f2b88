//! Jobs: functions that are to run once, later, somewhere.
//!
//! A job is a row. Here it is queued and looked at; the leases under which hosts run it are in
//! [`leases`](crate::leases).

use crate::ApplicationId;
use crate::Directory;
use crate::DirectoryError;
use crate::JobId;
use crate::TenantId;
use crate::database::storable;
use crate::now;
use sqlx::Row;
use sqlx::any::AnyRow;
use std::time::Duration;

/// The columns of a [`Job`].
macro_rules! job_columns {
    () => {
        "j.id, j.tenant_id, j.application_id, j.queued_by_application_id, \
         (SELECT a.code FROM applications a WHERE a.id = j.application_id) AS application_code, \
         j.function, j.payload, j.timeout_ms, j.requestor, j.state, j.attempts, \
         j.error_code, j.error_message, j.created_at, j.started_at, j.completed_at "
    };
}
pub(crate) use job_columns;

/// A job that is about to be queued.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// The tenant.
    pub tenant_id: TenantId,
    /// The application whose function runs.
    pub application_id: ApplicationId,
    /// The application that queues it; the same one unless it is a cross-application job.
    pub queued_by_application_id: ApplicationId,
    /// Name of the export.
    pub function: String,
    /// JSON.
    pub payload: String,
    /// How long it may run.
    pub timeout: Duration,
    /// Who queued it, as JSON; opaque here.
    pub requestor: String,
    /// Within tenant and queueing application, the same key is the same job.
    pub idempotency_key: Option<String>,
}

/// What became of a request to queue a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It is queued.
    New(JobId),
    /// A job with this idempotency key is already there.
    Existing(JobId),
}

impl Enqueued {
    /// The job's id, either way.
    #[must_use]
    pub fn id(self) -> JobId {
        match self {
            Self::New(id) | Self::Existing(id) => id,
        }
    }
}

/// The states of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Queued.
    Pending,
    /// Claimed by a host.
    Running,
    /// Its function returned.
    Completed,
    /// Its function failed, or its hosts died.
    Failed,
}

impl JobState {
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    fn from_column(text: &str) -> Result<Self, DirectoryError> {
        match text {
            "pending" => Ok(Self::Pending),
            "running" => Ok(Self::Running),
            "completed" => Ok(Self::Completed),
            "failed" => Ok(Self::Failed),
            other => Err(DirectoryError::Damaged(format!("job state {other}"))),
        }
    }
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFailure {
    /// For example `TIMEOUT`.
    pub code: String,
    /// For people.
    pub message: String,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The job's id.
    pub id: JobId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The application whose function runs.
    pub application_id: ApplicationId,
    /// That application's code.
    pub application_code: String,
    /// The application that queued it.
    pub queued_by_application_id: ApplicationId,
    /// Name of the export.
    pub function: String,
    /// JSON.
    pub payload: String,
    /// How long it may run.
    pub timeout: Duration,
    /// Who queued it, as JSON.
    pub requestor: String,
    /// How it stands.
    pub state: JobState,
    /// How often it was started.
    pub attempts: u32,
    /// Why it failed, when it did.
    pub failure: Option<JobFailure>,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    /// Milliseconds since the epoch, of the last start.
    pub started_at: Option<i64>,
    /// Milliseconds since the epoch.
    pub completed_at: Option<i64>,
}

/// A place in the list of jobs: the next page starts behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobPosition {
    /// The job's creation.
    pub created_at: i64,
    /// The job.
    pub id: JobId,
}

impl Job {
    /// Where this job stands in the list.
    #[must_use]
    pub fn position(&self) -> JobPosition {
        JobPosition {
            created_at: self.created_at,
            id: self.id,
        }
    }
}

/// How many jobs there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobCounts {
    /// Queued.
    pub pending: u64,
    /// Running.
    pub running: u64,
    /// Completed.
    pub completed: u64,
    /// Failed.
    pub failed: u64,
}

pub(crate) fn job(row: &AnyRow) -> Result<Job, DirectoryError> {
    let code: Option<String> = row.try_get("error_code")?;
    let message: Option<String> = row.try_get("error_message")?;
    Ok(Job {
        id: row.try_get::<String, _>("id")?.parse()?,
        tenant_id: row.try_get::<String, _>("tenant_id")?.parse()?,
        application_id: row.try_get::<String, _>("application_id")?.parse()?,
        application_code: row.try_get("application_code")?,
        queued_by_application_id: row
            .try_get::<String, _>("queued_by_application_id")?
            .parse()?,
        function: row.try_get("function")?,
        payload: row.try_get("payload")?,
        timeout: Duration::from_millis(unsigned(row.try_get("timeout_ms")?)?),
        requestor: row.try_get("requestor")?,
        state: JobState::from_column(&row.try_get::<String, _>("state")?)?,
        attempts: u32::try_from(row.try_get::<i64, _>("attempts")?)
            .map_err(|error| DirectoryError::Damaged(error.to_string()))?,
        failure: code.map(|code| JobFailure {
            code,
            message: message.unwrap_or_default(),
        }),
        created_at: row.try_get("created_at")?,
        started_at: row.try_get("started_at")?,
        completed_at: row.try_get("completed_at")?,
    })
}

fn unsigned(value: i64) -> Result<u64, DirectoryError> {
    u64::try_from(value).map_err(|error| DirectoryError::Damaged(error.to_string()))
}

pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl Directory {
    /// Queues a job. Of two calls with the same idempotency key one queues it, however close they
    /// are, and both get the same id.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn enqueue_job(&self, new: NewJob) -> Result<Enqueued, DirectoryError> {
        let id = JobId::new();
        let key = new.idempotency_key.as_deref().map(storable);
        let done = sqlx::query(
            "INSERT INTO jobs (id, tenant_id, application_id, queued_by_application_id, function, \
             payload, timeout_ms, requestor, idempotency_key, state, attempts, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', 0, $10) \
             ON CONFLICT (tenant_id, queued_by_application_id, idempotency_key) DO NOTHING",
        )
        .bind(id.to_string())
        .bind(new.tenant_id.to_string())
        .bind(new.application_id.to_string())
        .bind(new.queued_by_application_id.to_string())
        .bind(storable(&new.function))
        .bind(new.payload)
        .bind(millis(new.timeout))
        .bind(new.requestor)
        .bind(key.as_deref())
        .bind(now())
        .execute(&self.pool)
        .await?;
        if done.rows_affected() == 1 {
            return Ok(Enqueued::New(id));
        }
        let (existing,): (String,) = sqlx::query_as(
            "SELECT id FROM jobs \
             WHERE tenant_id = $1 AND queued_by_application_id = $2 AND idempotency_key = $3",
        )
        .bind(new.tenant_id.to_string())
        .bind(new.queued_by_application_id.to_string())
        .bind(key)
        .fetch_one(&self.pool)
        .await?;
        Ok(Enqueued::Existing(existing.parse()?))
    }

    /// A job that the application queued or runs. Any other is `None`.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn find_job(
        &self,
        tenant: TenantId,
        application: ApplicationId,
        id: JobId,
    ) -> Result<Option<Job>, DirectoryError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            job_columns!(),
            "FROM jobs j WHERE j.tenant_id = $1 AND j.id = $3 \
             AND (j.application_id = $2 OR j.queued_by_application_id = $2)"
        ))
        .bind(tenant.to_string())
        .bind(application.to_string())
        .bind(id.to_string())
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(job).transpose()
    }

    /// Jobs that the application queued or runs, newest first, behind a position.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn jobs(
        &self,
        tenant: TenantId,
        application: ApplicationId,
        state: Option<JobState>,
        behind: Option<JobPosition>,
        limit: u32,
    ) -> Result<Vec<Job>, DirectoryError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            job_columns!(),
            "FROM jobs j WHERE j.tenant_id = $1 \
             AND (j.application_id = $2 OR j.queued_by_application_id = $2) \
             AND ($3 = '' OR j.state = $3) \
             AND ($4 = 0 OR j.created_at < $5 OR (j.created_at = $5 AND j.id < $6)) \
             ORDER BY j.created_at DESC, j.id DESC LIMIT $7"
        ))
        .bind(tenant.to_string())
        .bind(application.to_string())
        .bind(state.map_or("", JobState::column))
        .bind(i64::from(behind.is_some()))
        .bind(behind.map_or(0, |position| position.created_at))
        .bind(behind.map_or_else(String::new, |position| position.id.to_string()))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(job).collect()
    }

    /// How many jobs there are on the platform, by state.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn job_counts(&self) -> Result<JobCounts, DirectoryError> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT state, COUNT(*) FROM jobs GROUP BY state")
                .fetch_all(&self.pool)
                .await?;
        let mut counts = JobCounts::default();
        for (state, count) in rows {
            let count = unsigned(count)?;
            match JobState::from_column(&state)? {
                JobState::Pending => counts.pending = count,
                JobState::Running => counts.running = count,
                JobState::Completed => counts.completed = count,
                JobState::Failed => counts.failed = count,
            }
        }
        Ok(counts)
    }
}
