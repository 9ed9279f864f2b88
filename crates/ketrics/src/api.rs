//! The HTTP API of a host, from the outside: where it is, and with which token.

use crate::env_file;
use crate::problem::Problem;
use reqwest::Body;
use reqwest::RequestBuilder;
use reqwest::StatusCode;
use reqwest::Url;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;
use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

const FILE: &str = ".env";
const API_URL: &str = "KETRICS_API_URL";
const RUNTIME_URL: &str = "KETRICS_RUNTIME_URL";
const TENANT: &str = "KETRICS_TENANT_ID";
const APPLICATION: &str = "KETRICS_APPLICATION_ID";
const TOKEN: &str = "KETRICS_TOKEN";

/// Where the settings of a command come from.
#[derive(Clone, Debug, clap::Args)]
pub struct Environment {
    /// File with KETRICS_API_URL, KETRICS_RUNTIME_URL, KETRICS_TENANT_ID, KETRICS_APPLICATION_ID
    /// and KETRICS_TOKEN; it goes before the environment. Without it, the environment counts, and
    /// .env in this folder for what that leaves out
    #[arg(long = "env", value_name = "FILE")]
    file: Option<PathBuf>,
}

/// The settings of a command.
#[derive(Debug)]
pub struct Settings {
    file: HashMap<String, String>,
    goes_first: bool,
}

impl Environment {
    /// Reads the settings.
    pub fn read(&self) -> Result<Settings, Problem> {
        let path = self.file.as_deref().unwrap_or(Path::new(FILE));
        let file = match fs::read_to_string(path) {
            Ok(text) => env_file::parse(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.file.is_none() => {
                HashMap::new()
            }
            Err(error) => return Err(Problem::Usage(format!("{}: {error}", path.display()))),
        };
        Ok(Settings {
            file,
            goes_first: self.file.is_some(),
        })
    }
}

impl Settings {
    fn find(&self, name: &str) -> Option<String> {
        let set = || env::var(name).ok().filter(|value| !value.is_empty());
        let written = || {
            self.file
                .get(name)
                .filter(|value| !value.is_empty())
                .cloned()
        };
        if self.goes_first {
            written().or_else(set)
        } else {
            set().or_else(written)
        }
    }

    fn required(&self, name: &str) -> Result<String, Problem> {
        self.find(name).ok_or_else(|| {
            Problem::Usage(format!(
                "{name} is not set: set it in the environment, in {FILE}, or in a file that --env names"
            ))
        })
    }

    /// Where functions are called, when it is known.
    pub fn runtime_url(&self) -> Option<String> {
        self.find(RUNTIME_URL).or_else(|| self.find(API_URL))
    }

    /// The tenant's id or code.
    pub fn tenant(&self) -> Result<String, Problem> {
        self.required(TENANT)
    }

    /// The path of the application below the API's address.
    pub fn application(&self) -> Result<[String; 4], Problem> {
        Ok([
            "tenants".to_owned(),
            self.required(TENANT)?,
            "applications".to_owned(),
            self.required(APPLICATION)?,
        ])
    }

    /// A client. One host serves both addresses, so either will do.
    pub fn api(&self) -> Result<Api, Problem> {
        let text = match self.find(API_URL) {
            Some(url) => url,
            None => match self.find(RUNTIME_URL) {
                Some(url) => url,
                None => self.required(API_URL)?,
            },
        };
        let base = Url::parse(&text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| Problem::Usage(format!("{API_URL} is no http address: {text}")))?;
        let client = reqwest::Client::builder()
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(|error| Problem::failed("no HTTP client can be made", error))?;
        Ok(Api {
            client,
            base,
            token: self.required(TOKEN)?,
        })
    }
}

/// A host's API.
pub struct Api {
    client: reqwest::Client,
    base: Url,
    token: String,
}

impl Api {
    /// Asks for what is at a path.
    pub async fn get<T: DeserializeOwned>(
        &self,
        path: &[String],
        query: &[(&str, String)],
    ) -> Result<T, Problem> {
        let mut url = self.url(path);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        self.send(self.client.get(url)).await
    }

    /// Sends JSON.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &[String],
        body: &Value,
    ) -> Result<T, Problem> {
        self.send(self.client.post(self.url(path)).json(body)).await
    }

    /// Stores JSON.
    pub async fn put<T: DeserializeOwned>(
        &self,
        path: &[String],
        body: &Value,
    ) -> Result<T, Problem> {
        self.send(self.client.put(self.url(path)).json(body)).await
    }

    /// Takes something away.
    pub async fn delete<T: DeserializeOwned>(&self, path: &[String]) -> Result<T, Problem> {
        self.send(self.client.delete(self.url(path))).await
    }

    /// Sends a ZIP of this length.
    pub async fn upload<T: DeserializeOwned>(
        &self,
        path: &[String],
        body: Body,
        length: usize,
    ) -> Result<T, Problem> {
        let request = self.client.post(self.url(path));
        let request = request
            .header("content-type", "application/zip")
            .header("content-length", length);
        self.send(request.body(body)).await
    }

    fn url(&self, path: &[String]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Problem> {
        let unreachable = |error: reqwest::Error| {
            let mut cause: &dyn std::error::Error = &error;
            while let Some(source) = cause.source() {
                cause = source;
            }
            Problem::Unavailable(format!("{} does not answer: {cause}", self.base))
        };
        let request = request.bearer_auth(&self.token);
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let body = response.bytes().await.map_err(unreachable)?;
        answer(status, &body)
    }
}

/// What an answer holds, or the error that it tells.
fn answer<T: DeserializeOwned>(status: StatusCode, body: &[u8]) -> Result<T, Problem> {
    let strange = || {
        let start: String = String::from_utf8_lossy(body).chars().take(200).collect();
        Problem::Failed(format!(
            "the server answered with status {status} and not as a Ketrics host does: {start}"
        ))
    };
    if status.is_success() {
        return serde_json::from_slice(body).map_err(|_| strange());
    }
    let answer: Value = serde_json::from_slice(body).map_err(|_| strange())?;
    let text = |name: &str| answer["error"][name].as_str();
    let code = text("code").ok_or_else(strange)?;
    let message = text("message").unwrap_or_default();
    let told = format!("{code} (status {}): {message}", status.as_u16());
    Err(match status {
        StatusCode::SERVICE_UNAVAILABLE => Problem::Unavailable(told),
        _ => Problem::Failed(told),
    })
}

#[cfg(test)]
mod tests {
    use super::Settings;
    use super::answer;
    use reqwest::StatusCode;
    use serde_json::Value;
    use std::collections::HashMap;

    #[test]
    fn what_is_missing_is_named_with_the_places_to_set_it() {
        let settings = Settings {
            file: HashMap::from([("KETRICS_TENANT_ID".to_owned(), "acme".to_owned())]),
            goes_first: true,
        };
        assert_eq!(settings.required("KETRICS_TENANT_ID").expect("set"), "acme");
        let problem = settings.required("KETRICS_NOWHERE").expect_err("not set");
        let message = problem.to_string();
        assert!(
            message.starts_with("KETRICS_NOWHERE is not set"),
            "{message}"
        );
        assert!(message.contains(".env"), "{message}");
    }

    #[test]
    fn an_error_is_told_with_its_code_status_and_message() {
        let body = br#"{"success":false,"error":{"code":"CONFLICT","message":"deploy again"}}"#;
        let problem = answer::<Value>(StatusCode::CONFLICT, body).expect_err("an error");
        assert_eq!(problem.to_string(), "CONFLICT (status 409): deploy again");
        let problem = answer::<Value>(StatusCode::OK, b"<html>").expect_err("no JSON");
        assert!(problem.to_string().contains("<html>"), "{problem}");
    }
}
