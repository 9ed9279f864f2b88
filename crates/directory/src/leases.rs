//! Leases: the right of one host to run a job, as long as it keeps renewing it.
//!
//! Any number of hosts claim jobs. A host that dies stops renewing, and
//! [`Directory::expire_job_leases`] gives its jobs to others. A lease carries the number of the
//! start, so that a host that comes back late cannot finish a job that was started again, not even
//! when it was started again on the same host.

use crate::Directory;
use crate::DirectoryError;
use crate::Job;
use crate::JobFailure;
use crate::JobId;
use crate::JobState;
use crate::database::storable;
use crate::database::taking;
use crate::jobs::job;
use crate::jobs::job_columns;
use crate::jobs::millis;
use crate::now;
use std::time::Duration;

/// How often a job is started at most when its hosts keep dying.
pub const MAX_STARTS: u32 = 3;

/// The right to run a job, until it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    job_id: JobId,
    owner: String,
    attempt: u32,
}

impl Lease {
    /// The job that may be run.
    #[must_use]
    pub fn job_id(&self) -> JobId {
        self.job_id
    }
}

/// A job that this host is to run.
#[derive(Clone, Debug)]
pub struct ClaimedJob {
    /// The job.
    pub job: Job,
    /// The right to run it.
    pub lease: Lease,
}

/// What became of jobs whose lease expired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// They wait for another host.
    pub requeued: u64,
    /// They were started too often and failed with `HOST_LOST`.
    pub failed: u64,
}

impl Directory {
    /// Claims the next job for this host: the oldest one of the tenant with the fewest jobs
    /// running, and among equals of the one that has waited longest for its turn.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn claim_job(
        &self,
        owner: &str,
        lease: Duration,
    ) -> Result<Option<ClaimedJob>, DirectoryError> {
        // Most of the time there is nothing, and asking takes no lock.
        let waiting: Option<(i64,)> =
            sqlx::query_as("SELECT 1 FROM jobs WHERE state = 'pending' LIMIT 1")
                .fetch_optional(&self.pool)
                .await?;
        if waiting.is_none() {
            return Ok(None);
        }
        let mut transaction = self.begin().await?;
        let tenants: Vec<(String,)> = sqlx::query_as(
            "SELECT p.tenant_id FROM \
               (SELECT DISTINCT tenant_id FROM jobs WHERE state = 'pending') p \
             LEFT JOIN job_turns t ON t.tenant_id = p.tenant_id \
             ORDER BY \
               (SELECT COUNT(*) FROM jobs r \
                WHERE r.state = 'running' AND r.tenant_id = p.tenant_id), \
               COALESCE(t.turn, 0), p.tenant_id",
        )
        .fetch_all(&mut *transaction)
        .await?;
        for (tenant_id,) in tenants {
            let started_at = now();
            // Jobs that other hosts are claiming now are passed over, so a tenant may have none
            // left, and it is the next one's turn.
            let claimed: Option<(String,)> = sqlx::query_as(taking!(
                self.database.engine,
                "UPDATE jobs SET state = 'running', attempts = attempts + 1, started_at = $2, \
                 lease_owner = $3, lease_until = $4 WHERE id = \
                 (SELECT j.id FROM jobs j WHERE j.state = 'pending' AND j.tenant_id = $1 \
                  ORDER BY j.created_at, j.id LIMIT 1",
                ") RETURNING id"
            ))
            .bind(&tenant_id)
            .bind(started_at)
            .bind(owner)
            .bind(started_at.saturating_add(millis(lease)))
            .fetch_optional(&mut *transaction)
            .await?;
            let Some((id,)) = claimed else {
                continue;
            };
            sqlx::query(
                "INSERT INTO job_turns (tenant_id, turn) \
                 SELECT $1, COALESCE(MAX(turn), 0) + 1 FROM job_turns WHERE 1 = 1 \
                 ON CONFLICT (tenant_id) DO UPDATE SET turn = excluded.turn",
            )
            .bind(&tenant_id)
            .execute(&mut *transaction)
            .await?;
            let row = sqlx::query(concat!(
                "SELECT ",
                job_columns!(),
                "FROM jobs j WHERE j.id = $1"
            ))
            .bind(&id)
            .fetch_one(&mut *transaction)
            .await?;
            transaction.commit().await?;
            let job = job(&row)?;
            let lease = Lease {
                job_id: job.id,
                owner: owner.to_owned(),
                attempt: job.attempts,
            };
            return Ok(Some(ClaimedJob { job, lease }));
        }
        Ok(None)
    }

    /// Renews a lease. False when it was lost: then the job is somebody else's and must stop.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn heartbeat_job(
        &self,
        lease: &Lease,
        duration: Duration,
    ) -> Result<bool, DirectoryError> {
        let done = sqlx::query(
            "UPDATE jobs SET lease_until = $4 \
             WHERE id = $1 AND state = 'running' AND lease_owner = $2 AND attempts = $3",
        )
        .bind(lease.job_id.to_string())
        .bind(&lease.owner)
        .bind(i64::from(lease.attempt))
        .bind(now().saturating_add(millis(duration)))
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Records how a job ended. False when the lease was lost: then nothing is recorded.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn finish_job(
        &self,
        lease: &Lease,
        outcome: Result<(), JobFailure>,
    ) -> Result<bool, DirectoryError> {
        let (state, failure) = match outcome {
            Ok(()) => (JobState::Completed, None),
            Err(failure) => (JobState::Failed, Some(failure)),
        };
        let done = sqlx::query(
            "UPDATE jobs SET state = $4, completed_at = $5, error_code = $6, error_message = $7, \
             lease_owner = NULL, lease_until = NULL \
             WHERE id = $1 AND state = 'running' AND lease_owner = $2 AND attempts = $3",
        )
        .bind(lease.job_id.to_string())
        .bind(&lease.owner)
        .bind(i64::from(lease.attempt))
        .bind(state.column())
        .bind(now())
        .bind(failure.as_ref().map(|failure| failure.code.as_str()))
        .bind(failure.as_ref().map(|failure| storable(&failure.message)))
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Gives a job back without having run it, as a host does that shuts down. The start does not
    /// count. False when the lease was lost.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn release_job(&self, lease: &Lease) -> Result<bool, DirectoryError> {
        let done = sqlx::query(
            "UPDATE jobs SET state = 'pending', attempts = attempts - 1, started_at = NULL, \
             lease_owner = NULL, lease_until = NULL \
             WHERE id = $1 AND state = 'running' AND lease_owner = $2 AND attempts = $3",
        )
        .bind(lease.job_id.to_string())
        .bind(&lease.owner)
        .bind(i64::from(lease.attempt))
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Takes jobs away from hosts that stopped renewing their leases.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn expire_job_leases(&self) -> Result<Expired, DirectoryError> {
        let mut transaction = self.begin().await?;
        let now = now();
        let failed = sqlx::query(
            "UPDATE jobs SET state = 'failed', completed_at = $1, error_code = 'HOST_LOST', \
             error_message = 'The host that ran the job was lost', \
             lease_owner = NULL, lease_until = NULL \
             WHERE state = 'running' AND lease_until < $1 AND attempts >= $2",
        )
        .bind(now)
        .bind(i64::from(MAX_STARTS))
        .execute(&mut *transaction)
        .await?;
        let requeued = sqlx::query(
            "UPDATE jobs SET state = 'pending', lease_owner = NULL, lease_until = NULL \
             WHERE state = 'running' AND lease_until < $1",
        )
        .bind(now)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Expired {
            requeued: requeued.rows_affected(),
            failed: failed.rows_affected(),
        })
    }
}
