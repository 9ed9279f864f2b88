//! `/tenants/{tenant}/applications/{application}/jobs`: what an application queued or runs.

use super::authority;
use super::respond::ErrorAnswer;
use crate::deploy::time;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::http::Http;
use axum::Json;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use axum::http::HeaderMap;
use ketrics_directory::Job;
use ketrics_directory::JobId;
use ketrics_directory::JobPosition;
use ketrics_directory::JobState;
use serde::Deserialize;
use serde::Serialize;
use std::sync::Arc;
use utoipa::IntoParams;
use utoipa::ToSchema;

const DEFAULT_PAGE: u32 = 20;
const MOST_PER_PAGE: u32 = 100;

/// What is listed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Parameters {
    /// `pending`, `running`, `completed` or `failed`; all without it.
    state: Option<String>,
    /// 1 to 100; 20 without it.
    limit: Option<u32>,
    /// The `cursor` of the page before.
    cursor: Option<String>,
}

/// A page of jobs.
#[derive(Debug, Serialize, ToSchema)]
pub struct Jobs {
    /// Always true.
    success: bool,
    /// Newest first.
    jobs: Vec<JobEntry>,
    /// For the next page, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

/// One job.
#[derive(Debug, Serialize, ToSchema)]
pub struct OneJob {
    /// Always true.
    success: bool,
    /// The job.
    job: JobEntry,
}

/// A job. Times are RFC 3339.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JobEntry {
    /// UUID.
    id: String,
    /// Code of the application whose function runs.
    application: String,
    /// The function.
    function: String,
    /// `pending`, `running`, `completed` or `failed`.
    state: &'static str,
    /// How often it was started.
    attempts: u32,
    /// When it was queued.
    created_at: String,
    /// When it was last started.
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<JobError>,
}

/// Why a job failed.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobError {
    /// For programs, for example `TIMEOUT`.
    code: String,
    /// For people.
    message: String,
}

/// List the jobs of an application
#[utoipa::path(
    get,
    path = "/tenants/{tenant}/applications/{application}/jobs",
    tag = "jobs",
    params(
        ("tenant" = String, Path, description = "Id or code of the tenant"),
        ("application" = String, Path, description = "Id or code of the application"),
        Parameters,
    ),
    responses(
        (status = 200, description = "Those that it queued or runs, newest first", body = Jobs),
        (status = "default", description = "They cannot be listed", body = ErrorAnswer),
    ),
    security(("deployment" = []), ("administrator" = [])),
)]
pub async fn list(
    State(http): State<Arc<Http>>,
    Path((tenant, application)): Path<(String, String)>,
    query: Result<Query<Parameters>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Json<Jobs>, CallError> {
    let place = authority::deployer(&http, &headers, &tenant, &application).await?;
    let invalid = |message: String| CallError::new(ErrorCode::InvalidRequest, message);
    let Query(parameters) = query.map_err(|error| invalid(error.body_text()))?;
    let limit = parameters.limit.unwrap_or(DEFAULT_PAGE);
    if !(1..=MOST_PER_PAGE).contains(&limit) {
        return Err(invalid(format!(
            "limit must be 1 to {MOST_PER_PAGE}, not {limit}"
        )));
    }
    let state = match &parameters.state {
        Some(name) => Some(state(name).ok_or_else(|| {
            invalid(format!(
                "state must be pending, running, completed or failed, not {name:?}"
            ))
        })?),
        None => None,
    };
    let behind = match &parameters.cursor {
        Some(cursor) => Some(
            position(cursor)
                .ok_or_else(|| invalid("cursor must be one that this URL gave".to_owned()))?,
        ),
        None => None,
    };
    let (tenant, application) = (place.tenant.id, place.application.id);
    let jobs = http
        .runtime
        .directory()
        .jobs(tenant, application, state, behind, limit + 1);
    let mut jobs = jobs.await?;
    let more = jobs.len() > limit as usize;
    jobs.truncate(limit as usize);
    let last = jobs.last().filter(|_| more).map(Job::position);
    Ok(Json(Jobs {
        success: true,
        jobs: jobs.into_iter().map(entry).collect(),
        cursor: last.map(|last| format!("{}.{}", last.created_at, last.id)),
    }))
}

/// Show a job
#[utoipa::path(
    get,
    path = "/tenants/{tenant}/applications/{application}/jobs/{job}",
    tag = "jobs",
    params(
        ("tenant" = String, Path, description = "Id or code of the tenant"),
        ("application" = String, Path, description = "Id or code of the application"),
        ("job" = String, Path, description = "Id of the job"),
    ),
    responses(
        (status = 200, description = "The job", body = OneJob),
        (status = "default", description = "It cannot be shown", body = ErrorAnswer),
    ),
    security(("deployment" = []), ("administrator" = [])),
)]
pub async fn show(
    State(http): State<Arc<Http>>,
    Path((tenant, application, job)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Json<OneJob>, CallError> {
    let place = authority::deployer(&http, &headers, &tenant, &application).await?;
    let not_found = || {
        CallError::new(
            ErrorCode::NotFound,
            "There is no such job of this application; its id is a UUID",
        )
    };
    let id: JobId = job.parse().map_err(|_| not_found())?;
    let found = http
        .runtime
        .directory()
        .find_job(place.tenant.id, place.application.id, id)
        .await?;
    Ok(Json(OneJob {
        success: true,
        job: entry(found.ok_or_else(not_found)?),
    }))
}

fn entry(job: Job) -> JobEntry {
    JobEntry {
        id: job.id.to_string(),
        application: job.application_code,
        function: job.function,
        state: match job.state {
            JobState::Pending => "pending",
            JobState::Running => "running",
            JobState::Completed => "completed",
            JobState::Failed => "failed",
        },
        attempts: job.attempts,
        created_at: time(job.created_at),
        started_at: job.started_at.map(time),
        completed_at: job.completed_at.map(time),
        error: job.failure.map(|failure| JobError {
            code: failure.code,
            message: failure.message,
        }),
    }
}

fn state(name: &str) -> Option<JobState> {
    Some(match name {
        "pending" => JobState::Pending,
        "running" => JobState::Running,
        "completed" => JobState::Completed,
        "failed" => JobState::Failed,
        _ => return None,
    })
}

fn position(cursor: &str) -> Option<JobPosition> {
    let (created_at, id) = cursor.split_once('.')?;
    Some(JobPosition {
        created_at: created_at.parse().ok()?,
        id: id.parse().ok()?,
    })
}
