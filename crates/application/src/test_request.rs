//! `tests/test.<function>.json`: a request that an author keeps beside the application.

use serde_json::Map;
use serde_json::Value;

/// A test request with its placeholders still in it.
#[derive(Clone, Debug, PartialEq)]
pub struct TestRequest {
    endpoint: String,
    method: String,
    headers: Vec<(String, String)>,
    body: Option<Value>,
}

/// What the placeholders stand for.
#[derive(Clone, Debug)]
pub struct TestRequestValues {
    /// `{{tenantId}}`
    pub tenant_id: String,
    /// `{{applicationId}}`
    pub application_id: String,
    /// `{{token}}`
    pub token: String,
}

/// A request that is ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct PreparedRequest {
    /// Starts with `/`; belongs behind the runtime's URL.
    pub endpoint: String,
    /// In upper case.
    pub method: String,
    /// In the order of the file.
    pub headers: Vec<(String, String)>,
    /// JSON, where there is any.
    pub body: Option<Value>,
}

/// What is wrong with a test request.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TestRequestError {
    /// Not JSON.
    #[error("the test request is not valid JSON: {0}")]
    NotJson(String),
    /// JSON of another shape.
    #[error("the test request is wrong at `{place}`: {problem}")]
    Malformed {
        /// The key.
        place: &'static str,
        /// What is allowed.
        problem: &'static str,
    },
    /// A placeholder that has no value.
    #[error(
        "`{{{{{0}}}}}` cannot be filled in; there are {{{{tenantId}}}}, {{{{applicationId}}}} and {{{{token}}}}"
    )]
    UnknownPlaceholder(String),
}

impl TestRequest {
    /// Reads the text of a test request.
    ///
    /// # Errors
    /// [`TestRequestError`] when the text is no test request.
    pub fn parse(text: &str) -> Result<Self, TestRequestError> {
        let malformed = |place, problem| TestRequestError::Malformed { place, problem };
        let mut root: Map<String, Value> = serde_json::from_str(text)
            .map_err(|error| TestRequestError::NotJson(error.to_string()))?;
        let endpoint = match root.remove("endpoint") {
            Some(Value::String(endpoint)) if endpoint.starts_with('/') => endpoint,
            _ => {
                return Err(malformed(
                    "endpoint",
                    "it must be a path that starts with `/`",
                ));
            }
        };
        let method = match root.remove("method") {
            None => "POST".to_owned(),
            Some(Value::String(method))
                if method.bytes().all(|byte| byte.is_ascii_alphabetic()) =>
            {
                method.to_ascii_uppercase()
            }
            Some(_) => return Err(malformed("method", "it must be the name of an HTTP method")),
        };
        let mut headers = Vec::new();
        match root.remove("headers") {
            None => {}
            Some(Value::Object(object)) => {
                for (name, value) in object {
                    let Value::String(value) = value else {
                        return Err(malformed("headers", "their values must be strings"));
                    };
                    headers.push((name, value));
                }
            }
            Some(_) => return Err(malformed("headers", "it must be an object of strings")),
        }
        let body = root.remove("body");
        Ok(Self {
            endpoint,
            method,
            headers,
            body,
        })
    }

    /// Fills the placeholders in. One without a value is an error in the endpoint and the headers;
    /// in the body it may be the application's own.
    ///
    /// ```
    /// use ketrics_application::{TestRequest, TestRequestValues};
    /// let request = TestRequest::parse(r#"{ "endpoint": "/tenants/{{tenantId}}" }"#).unwrap();
    /// let values = TestRequestValues {
    ///     tenant_id: "t-1".into(), application_id: "a-1".into(), token: "secret".into(),
    /// };
    /// assert_eq!(request.fill(&values).unwrap().endpoint, "/tenants/t-1");
    /// ```
    ///
    /// # Errors
    /// [`TestRequestError::UnknownPlaceholder`].
    pub fn fill(&self, values: &TestRequestValues) -> Result<PreparedRequest, TestRequestError> {
        let mut headers = Vec::with_capacity(self.headers.len());
        for (name, value) in &self.headers {
            headers.push((name.clone(), known(&values.fill(value))?));
        }
        let mut body = self.body.clone();
        if let Some(body) = &mut body {
            fill_value(body, values);
        }
        Ok(PreparedRequest {
            endpoint: known(&values.fill(&self.endpoint))?,
            method: self.method.clone(),
            headers,
            body,
        })
    }
}

impl TestRequestValues {
    /// Goes through the text once, so that a value that looks like a placeholder stays a value.
    fn fill(&self, text: &str) -> Filled {
        let mut filled = Filled::default();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, after)) = after.split_once("}}") else {
                break;
            };
            filled.text.push_str(before);
            match name.trim() {
                "tenantId" => filled.text.push_str(&self.tenant_id),
                "applicationId" => filled.text.push_str(&self.application_id),
                "token" => filled.text.push_str(&self.token),
                other => {
                    filled
                        .text
                        .push_str(&rest[before.len()..rest.len() - after.len()]);
                    filled.unknown.get_or_insert_with(|| other.to_owned());
                }
            }
            rest = after;
        }
        filled.text.push_str(rest);
        filled
    }
}

#[derive(Default)]
struct Filled {
    text: String,
    unknown: Option<String>,
}

fn known(filled: &Filled) -> Result<String, TestRequestError> {
    match &filled.unknown {
        Some(name) => Err(TestRequestError::UnknownPlaceholder(name.clone())),
        None => Ok(filled.text.clone()),
    }
}

fn fill_value(value: &mut Value, values: &TestRequestValues) {
    match value {
        Value::String(text) => *text = values.fill(text).text,
        Value::Array(items) => items.iter_mut().for_each(|item| fill_value(item, values)),
        Value::Object(object) => object
            .values_mut()
            .for_each(|item| fill_value(item, values)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::TestRequest;
    use super::TestRequestError;
    use super::TestRequestValues;
    use serde_json::json;

    fn values() -> TestRequestValues {
        TestRequestValues {
            tenant_id: "tenant-1".to_owned(),
            application_id: "application-1".to_owned(),
            token: "abc{{tenantId}}".to_owned(),
        }
    }

    #[test]
    fn a_request_is_filled_in_everywhere() {
        let request = TestRequest::parse(
            r#"{
                "endpoint": "/tenants/{{tenantId}}/applications/{{ applicationId }}/functions/echo",
                "method": "post",
                "headers": { "Authorization": "Bearer {{token}}", "Content-Type": "application/json" },
                "body": { "payload": { "list": ["{{tenantId}}", 1], "template": "Dear {{name}}" } }
            }"#,
        )
        .expect("a request")
        .fill(&values())
        .expect("a filled request");
        assert_eq!(
            request.endpoint,
            "/tenants/tenant-1/applications/application-1/functions/echo"
        );
        assert_eq!(request.method, "POST");
        assert!(request.headers.contains(&(
            "Authorization".to_owned(),
            "Bearer abc{{tenantId}}".to_owned()
        )));
        let body = json!({ "payload": { "list": ["tenant-1", 1], "template": "Dear {{name}}" } });
        assert_eq!(request.body, Some(body));
    }

    #[test]
    fn a_placeholder_without_a_value_is_named() {
        let request = TestRequest::parse(r#"{ "endpoint": "/{{appId}}" }"#).expect("a request");
        let error = request.fill(&values()).expect_err("an unknown placeholder");
        assert_eq!(
            error.to_string(),
            "`{{appId}}` cannot be filled in; there are {{tenantId}}, {{applicationId}} and {{token}}"
        );
    }

    #[test]
    fn an_unclosed_placeholder_is_text() {
        let request = TestRequest::parse(r#"{ "endpoint": "/a{{b" }"#).expect("a request");
        assert_eq!(
            request.fill(&values()).expect("a filled request").endpoint,
            "/a{{b"
        );
    }

    #[test]
    fn what_is_no_request_says_where() {
        for (text, place) in [
            ("{}", "endpoint"),
            (r#"{ "endpoint": "tenants" }"#, "endpoint"),
            (r#"{ "endpoint": "/", "method": 1 }"#, "method"),
            (r#"{ "endpoint": "/", "headers": [] }"#, "headers"),
            (r#"{ "endpoint": "/", "headers": { "a": 1 } }"#, "headers"),
        ] {
            let error = TestRequest::parse(text).expect_err("no request");
            assert!(
                matches!(error, TestRequestError::Malformed { place: p, .. } if p == place),
                "{text}: {error}"
            );
        }
        assert!(matches!(
            TestRequest::parse("["),
            Err(TestRequestError::NotJson(_))
        ));
    }
}
