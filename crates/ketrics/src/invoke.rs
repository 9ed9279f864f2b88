//! `ketrics invoke`: calls a function and prints its result.

use crate::problem::Problem;
use crate::target::Target;
use ketrics_application::PreparedRequest;
use ketrics_application::TestRequest;
use ketrics_application::TestRequestValues;
use reqwest::Method;
use reqwest::StatusCode;
use reqwest::Url;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::io;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

/// How long a host may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Call a function and print its result as JSON
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ketrics invoke echo --payload '{\"hello\":\"world\"}'
  ketrics invoke processOrder --payload @order.json --app examples/orders
  ketrics invoke --file tests/test.echo.json

Exit codes: 0 the function answered; 1 it failed or could not be reached; 2 the command was wrong.")]
pub struct Invoke {
    /// Name of the function
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    function: Option<String>,
    /// What to call it with: JSON, @FILE to read it from a file, or @- from standard input
    #[arg(long, value_name = "JSON|@FILE", conflicts_with = "file")]
    payload: Option<String>,
    /// Send this test request instead, for example tests/test.echo.json
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Folder of the application that `ketrics dev` serves; otherwise the `KETRICS_…` variables
    /// and the nearest .ketrics/dev.env decide
    #[arg(long, value_name = "FOLDER")]
    app: Option<PathBuf>,
}

impl Invoke {
    /// Carries the command out.
    pub async fn run(self) -> Result<(), Problem> {
        let target = Target::find(self.app.as_deref())?;
        let request = match (&self.function, &self.file) {
            (Some(function), _) => call_of(function, self.payload.as_deref())?,
            (None, Some(file)) => test_request(file, &target)?,
            (None, None) => {
                return Err(Problem::Usage(
                    "name a function, or a test request with --file".to_owned(),
                ));
            }
        };
        let result = send(&target, request).await?;
        let text = serde_json::to_string_pretty(&result)
            .map_err(|error| Problem::failed("the result", error))?;
        print(&text)
    }
}

/// Prints a line; a reader that has gone away (`| head`) is no error.
fn print(text: &str) -> Result<(), Problem> {
    use std::io::Write;
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Problem::failed("cannot write to standard output", error))
        }
        _ => Ok(()),
    }
}

fn call_of(function: &str, payload: Option<&str>) -> Result<Call, Problem> {
    let payload = match payload {
        None => Value::Null,
        Some(text) => {
            let (text, origin) = match text.strip_prefix('@') {
                Some("-") => (standard_input()?, "standard input"),
                Some(path) => (read(Path::new(path))?, path),
                None => (text.to_owned(), "--payload"),
            };
            serde_json::from_str(&text)
                .map_err(|error| Problem::Usage(format!("{origin} holds no JSON: {error}")))?
        }
    };
    Ok(Call::Function {
        name: function.to_owned(),
        payload,
    })
}

fn test_request(file: &Path, target: &Target) -> Result<Call, Problem> {
    let wrong =
        |error: &dyn std::fmt::Display| Problem::Usage(format!("{}: {error}", file.display()));
    let request = TestRequest::parse(&read(file)?).map_err(|error| wrong(&error))?;
    let values = TestRequestValues {
        tenant_id: target.tenant.clone(),
        application_id: target.application.clone(),
        token: target.token.clone(),
    };
    request
        .fill(&values)
        .map(Call::Request)
        .map_err(|error| wrong(&error))
}

fn read(path: &Path) -> Result<String, Problem> {
    fs::read_to_string(path).map_err(|error| Problem::Usage(format!("{}: {error}", path.display())))
}

fn standard_input() -> Result<String, Problem> {
    let mut text = String::new();
    io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Problem::failed("standard input cannot be read", error))?;
    Ok(text)
}

enum Call {
    Function { name: String, payload: Value },
    Request(PreparedRequest),
}

async fn send(target: &Target, call: Call) -> Result<Value, Problem> {
    // Addresses that are called are named by the user: no proxy stands between.
    let client = reqwest::Client::builder()
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .build()
        .map_err(|error| Problem::failed("no HTTP client can be made", error))?;
    let base = Url::parse(&target.runtime_url)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| {
            Problem::Usage(format!(
                "KETRICS_RUNTIME_URL is no http address: {}",
                target.runtime_url
            ))
        })?;
    let request = match call {
        Call::Function { name, payload } => {
            let url = function_url(base, target, &name);
            client
                .post(url)
                .bearer_auth(&target.token)
                .json(&json!({ "payload": payload }))
        }
        Call::Request(request) => {
            let method = Method::from_bytes(request.method.as_bytes())
                .map_err(|_| Problem::Usage(format!("{} is no HTTP method", request.method)))?;
            let address = format!(
                "{}{}",
                base.as_str().trim_end_matches('/'),
                request.endpoint
            );
            let mut builder = client.request(method, address);
            for (name, value) in request.headers {
                builder = builder.header(name, value);
            }
            match request.body {
                // `json` leaves a content type alone that the request's own headers set.
                Some(body) => builder.json(&body),
                None => builder,
            }
        }
    };
    let response = request
        .send()
        .await
        .map_err(|error| unreachable(target, &error))?;
    let status = response.status();
    let body = response
        .bytes()
        .await
        .map_err(|error| unreachable(target, &error))?;
    result_of(status, &body)
}

fn function_url(mut base: Url, target: &Target, function: &str) -> Url {
    if let Ok(mut path) = base.path_segments_mut() {
        path.pop_if_empty().extend([
            "tenants",
            &target.tenant,
            "applications",
            &target.application,
        ]);
        path.extend(["functions", function]);
    }
    base
}

fn unreachable(target: &Target, error: &reqwest::Error) -> Problem {
    if error.is_builder() {
        return Problem::Usage(format!("the request cannot be sent: {}", root_cause(error)));
    }
    let hint = if error.is_connect() {
        "; is `ketrics dev` running?"
    } else {
        ""
    };
    Problem::Failed(format!(
        "{} does not answer: {}{hint}",
        target.runtime_url,
        root_cause(error)
    ))
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// What the answer holds: the result, or the error that the server gives.
fn result_of(status: StatusCode, body: &[u8]) -> Result<Value, Problem> {
    let Ok(mut answer) = serde_json::from_slice::<Value>(body) else {
        let start: String = String::from_utf8_lossy(body).chars().take(200).collect();
        return Err(Problem::Failed(format!(
            "the server answered with status {status} and no JSON: {start}"
        )));
    };
    if status.is_success() && answer["success"] == true {
        return Ok(answer["result"].take());
    }
    let code = answer["error"]["code"]
        .as_str()
        .unwrap_or("the server answered with an error");
    let message = answer["error"]["message"].as_str().unwrap_or_default();
    Err(Problem::Failed(format!(
        "{code} (status {}): {message}",
        status.as_u16()
    )))
}

#[cfg(test)]
mod tests {
    use super::function_url;
    use super::result_of;
    use crate::target::Target;
    use reqwest::StatusCode;
    use reqwest::Url;
    use serde_json::json;

    #[test]
    fn names_are_encoded_into_the_address() {
        let target = Target {
            runtime_url: String::new(),
            tenant: "acme".to_owned(),
            application: "a b".to_owned(),
            token: String::new(),
        };
        let base = Url::parse("https://host.example/runtime/").expect("a URL");
        assert_eq!(
            function_url(base, &target, "../x?y").as_str(),
            "https://host.example/runtime/tenants/acme/applications/a%20b/functions/..%2Fx%3Fy"
        );
    }

    #[test]
    fn a_result_is_taken_out_of_its_envelope() {
        let body = br#"{"success":true,"result":{"a":1},"executionTime":2}"#;
        assert_eq!(
            result_of(StatusCode::OK, body).expect("a result"),
            json!({ "a": 1 })
        );
    }

    #[test]
    fn an_error_is_told_with_its_code_status_and_message() {
        let body = br#"{"success":false,"error":{"code":"TIMEOUT","message":"too slow"}}"#;
        let problem = result_of(StatusCode::GATEWAY_TIMEOUT, body).expect_err("an error");
        assert_eq!(problem.to_string(), "TIMEOUT (status 504): too slow");
        let problem = result_of(StatusCode::BAD_GATEWAY, b"<html>").expect_err("an error");
        assert!(problem.to_string().contains("no JSON: <html>"), "{problem}");
    }
}
