//! `ketrics.Parameter`: configuration values that applications share.

use serde::Deserialize;
use serde::Serialize;

/// What tenant code asks of its parameters. That `exists` is false for a parameter that is missing
/// and for one that is not granted is the SDK's doing: both are errors here.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum ParameterCall {
    /// The value of a parameter.
    Get { parameter: String },
}

/// What comes back, variant by variant of [`ParameterCall`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in the SDK")]
pub enum ParameterReply {
    Get {
        /// A JSON object.
        json: String,
    },
}
