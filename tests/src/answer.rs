//! The answer to a call.

use reqwest::Response;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// Status, headers and body.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: HeaderMap,
    /// The body; null when it is no JSON.
    pub body: Value,
}

impl Answer {
    pub(crate) async fn read(response: Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let bytes = response.bytes().await.expect("the body arrives");
        Self {
            status,
            headers,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
        }
    }

    /// The result of a call that must have succeeded.
    ///
    /// # Panics
    /// When it failed.
    #[track_caller]
    pub fn result(self) -> Value {
        assert!(
            self.status == 200 && self.body["success"] == true,
            "{} {}",
            self.status,
            self.body
        );
        let Value::Object(mut body) = self.body else {
            panic!("no object")
        };
        body.remove("result").expect("a success has a result")
    }

    /// Status, code and message of a call that must have failed.
    ///
    /// # Panics
    /// When it succeeded.
    #[must_use]
    #[track_caller]
    pub fn error(self) -> (u16, String, String) {
        assert_eq!(self.body["success"], false, "{} {}", self.status, self.body);
        let text = |name: &str| {
            self.body["error"][name]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        (self.status, text("code"), text("message"))
    }
}
