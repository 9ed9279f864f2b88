//! `ketrics.http`: requests to the outside.

use serde::Deserialize;
use serde::Serialize;

/// What tenant code asks of the outside world.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in HTTP")]
pub enum HttpCall {
    /// One request; redirects are followed, each target checked.
    Request {
        method: String,
        /// With the query already in it.
        url: String,
        headers: Vec<(String, String)>,
        #[serde(with = "serde_bytes")]
        body: Option<Vec<u8>>,
        /// Milliseconds, for the whole exchange.
        timeout: Option<f64>,
        max_redirects: Option<u32>,
    },
}

/// What comes back, variant by variant of [`HttpCall`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "fields are named as in HTTP")]
pub enum HttpReply {
    Request {
        status: u16,
        status_text: String,
        /// Names in lower case; values of a repeated header are joined by `, `.
        headers: Vec<(String, String)>,
        #[serde(with = "serde_bytes")]
        body: Vec<u8>,
    },
}
