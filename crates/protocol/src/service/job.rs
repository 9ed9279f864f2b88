//! `ketrics.Job`: functions that run in the background.

use serde::Deserialize;
use serde::Serialize;

/// What tenant code asks of its jobs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum JobCall {
    /// Queues a function.
    RunInBackground {
        /// Code of another application (SDK 0.7 to 0.11).
        application: Option<String>,
        function: String,
        /// JSON.
        payload: String,
        /// Milliseconds.
        timeout: Option<f64>,
        idempotency_key: Option<String>,
    },
    /// How a job stands.
    GetStatus { job_id: String },
    /// One page of the application's jobs, newest first.
    List {
        status: Option<JobState>,
        limit: Option<u32>,
        cursor: Option<String>,
    },
}

/// What comes back, variant by variant of [`JobCall`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum JobReply {
    RunInBackground {
        job_id: String,
    },
    GetStatus {
        job: JobStatus,
    },
    List {
        jobs: Vec<JobStatus>,
        cursor: Option<String>,
    },
}

/// The states of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum JobState {
    /// Queued.
    Pending,
    /// Claimed by a host.
    Running,
    /// Its function returned.
    Completed,
    /// Its function failed, or its host died too often.
    Failed,
}

/// A job as tenant code sees it. Timestamps are ISO 8601.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub struct JobStatus {
    pub job_id: String,
    pub application_id: String,
    pub application_code: String,
    pub function_name: String,
    pub status: JobState,
    pub created_at: String,
    pub started_at: Option<String>,
    pub completed_at: Option<String>,
    pub error: Option<JobError>,
}

/// Why a job failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JobError {
    /// For example `TIMEOUT` or `RUNTIME_ERROR`.
    pub code: String,
    /// For people.
    pub message: String,
}
