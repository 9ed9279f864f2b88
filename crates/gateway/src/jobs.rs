//! The job runner: claims jobs from the directory, so any number of hosts share them, and runs
//! each as a call.

use crate::call::Call;
use crate::call::Origin;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::peers::identity;
use crate::routes::Target;
use crate::runtime::Runtime;
use ketrics_directory::ClaimedJob;
use ketrics_directory::DirectoryError;
use ketrics_directory::Job;
use ketrics_directory::JobFailure;
use ketrics_directory::Lease;
use ketrics_protocol::RequestorContext;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How a host runs jobs.
#[derive(Clone, Copy, Debug)]
pub struct JobsConfig {
    /// Jobs at once on this host.
    pub at_once: usize,
    /// How long a claim holds without a sign of life.
    pub lease: Duration,
    /// How often the directory is asked for jobs that other hosts queued.
    pub poll: Duration,
}

impl Default for JobsConfig {
    fn default() -> Self {
        Self {
            at_once: 8,
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(1),
        }
    }
}

/// Runs jobs for as long as the gateway lives.
pub async fn run(runtime: Arc<Runtime>, config: JobsConfig) {
    let owner = Uuid::new_v4().to_string();
    let places = Arc::new(Semaphore::new(config.at_once));
    tokio::spawn(expire(Arc::clone(&runtime), config));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        match runtime.directory().claim_job(&owner, config.lease).await {
            Ok(Some(claimed)) => {
                let runtime = Arc::clone(&runtime);
                tokio::spawn(async move {
                    run_one(&runtime, claimed, config).await;
                    drop(place);
                });
            }
            Ok(None) => {
                let _ =
                    tokio::time::timeout(config.poll, runtime.services().job_queued().notified())
                        .await;
            }
            Err(error) => {
                tracing::error!(%error, "jobs cannot be claimed");
                tokio::time::sleep(config.poll).await;
            }
        }
    }
}

/// Gives back jobs whose host has died.
async fn expire(runtime: Arc<Runtime>, config: JobsConfig) {
    loop {
        tokio::time::sleep(config.lease / 3).await;
        match runtime.directory().expire_job_leases().await {
            Ok(expired) if expired.requeued + expired.failed > 0 => {
                tracing::warn!(expired.requeued, expired.failed, "jobs of a lost host");
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "expired jobs cannot be given back"),
        }
    }
}

async fn run_one(runtime: &Arc<Runtime>, claimed: ClaimedJob, config: JobsConfig) {
    let ClaimedJob { job, lease } = claimed;
    let stop = CancellationToken::new();
    let outcome = tokio::select! {
        outcome = call(runtime, &job, stop.clone()) => outcome,
        () = lost(runtime, &lease, config.lease) => {
            // Another host may run it by now, and has the right to: what it does here must end, and
            // what comes of it counts for nothing.
            stop.cancel();
            tracing::warn!(job = %job.id, "a job was stopped, because its lease was lost");
            return;
        }
    };
    let recorded = match outcome {
        Ok(_) => runtime.directory().finish_job(&lease, Ok(())).await,
        // The process was lost through no fault of the function: another start may do.
        Err(error)
            if error.code == ErrorCode::HostLost
                && job.attempts < ketrics_directory::MAX_STARTS =>
        {
            requeue(runtime, &lease).await
        }
        // The tenant or the host is busy; nothing was started.
        Err(error) if matches!(error.code, ErrorCode::RateLimited | ErrorCode::Overloaded) => {
            tokio::time::sleep(config.poll).await;
            runtime.directory().release_job(&lease).await
        }
        Err(error) => {
            let failure = JobFailure {
                code: error.code.describe().0.to_owned(),
                message: error.message,
            };
            runtime.directory().finish_job(&lease, Err(failure)).await
        }
    };
    if let Err(error) = recorded {
        tracing::error!(%error, job = %job.id, "a job's outcome cannot be recorded");
    }
}

/// Renews a lease for as long as it is held, and resolves when it is not: it was lost to another
/// host, or could not be renewed in the time that it is good for.
async fn lost(runtime: &Arc<Runtime>, lease: &Lease, duration: Duration) {
    let mut held = Instant::now();
    loop {
        let renewing = async {
            tokio::time::sleep(duration / 3).await;
            let asked = Instant::now();
            let renewed = runtime.directory().heartbeat_job(lease, duration).await;
            (asked, renewed)
        };
        match tokio::time::timeout_at((held + duration).into(), renewing).await {
            Ok((asked, Ok(true))) => held = asked,
            Ok((_, Ok(false))) | Err(_) => return,
            Ok((_, Err(error))) => {
                tracing::error!(%error, job = %lease.job_id(), "a job's lease cannot be renewed");
            }
        }
    }
}

/// Lets the lease run out at once, so that the start counts and the job is queued again.
async fn requeue(runtime: &Arc<Runtime>, lease: &Lease) -> Result<bool, DirectoryError> {
    let held = runtime
        .directory()
        .heartbeat_job(lease, Duration::ZERO)
        .await?;
    tokio::time::sleep(Duration::from_millis(5)).await;
    runtime.directory().expire_job_leases().await?;
    Ok(held)
}

async fn call(
    runtime: &Arc<Runtime>,
    job: &Job,
    stop: CancellationToken,
) -> Result<String, CallError> {
    let target = runtime
        .target(&job.tenant_id.to_string(), &job.application_id.to_string())
        .await?;
    let requestor = requestor(runtime, &target, job).await?;
    let call = Call {
        target,
        function: job.function.clone(),
        payload: job.payload.clone(),
        requestor,
        origin: Origin::Job {
            id: job.id,
            stop,
            timeout: job.timeout,
        },
    };
    runtime.call(call).await.result
}

/// Whoever queued the job, with the permissions that this requestor has now.
async fn requestor(
    runtime: &Arc<Runtime>,
    target: &Target,
    job: &Job,
) -> Result<RequestorContext, CallError> {
    let mut context: RequestorContext =
        serde_json::from_str(&job.requestor).map_err(|error| CallError::internal(&error))?;
    let Some(requestor) = identity(&context) else {
        return Err(CallError::internal(&"a job's requestor has no id"));
    };
    let permissions = runtime
        .directory()
        .permissions_of(requestor, target.application.id)
        .await?;
    context.application_permissions = permissions.unwrap_or_default();
    Ok(context)
}
