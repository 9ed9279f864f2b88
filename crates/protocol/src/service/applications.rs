//! `ketrics.Applications`: functions of the tenant's other applications.

use serde::Deserialize;
use serde::Serialize;

/// What tenant code asks of other applications. `application` is always the application's code.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum ApplicationsCall {
    /// Whether the application is there, and may be called.
    Connect { application: String },
    /// Calls one of its functions.
    Invoke {
        application: String,
        function: String,
        /// JSON.
        payload: String,
    },
}

/// What comes back, variant by variant of [`ApplicationsCall`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum ApplicationsReply {
    Connect {
        application_id: String,
        name: String,
    },
    Invoke {
        /// JSON.
        result: String,
        /// Milliseconds.
        execution_time: f64,
    },
}
