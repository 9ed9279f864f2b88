//! The platform's administrator, with a terminal.

use crate::Answer;
use crate::Host;
use crate::ketrics;
use serde_json::Value;
use serde_json::json;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use tempfile::TempDir;

/// Somebody with the administrator's token.
#[derive(Debug)]
pub struct Administrator<'a> {
    host: &'a Host,
    token: String,
    nowhere: TempDir,
    variables: &'a [(&'a str, &'a str)],
}

impl<'a> Administrator<'a> {
    /// Of a host; the variables stand in the terminal's environment.
    ///
    /// # Panics
    /// When there can be no folder to be in.
    #[must_use]
    pub fn of(host: &'a Host, variables: &'a [(&'a str, &'a str)]) -> Self {
        Self {
            host,
            token: host.administrator(),
            nowhere: TempDir::new().expect("a folder"),
            variables,
        }
    }

    /// Runs a command for an application, which `place` names by the codes of its tenant and its own.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn run(&self, place: [&str; 2], arguments: &[&str]) -> Output {
        let mut command = Command::new(ketrics());
        command
            .args(arguments)
            .current_dir(self.nowhere.path())
            .env("KETRICS_API_URL", &self.host.url)
            .env("KETRICS_TENANT_ID", place[0])
            .env("KETRICS_APPLICATION_ID", place[1])
            .env("KETRICS_TOKEN", &self.token)
            .envs(self.variables.iter().copied());
        command.output().expect("it runs")
    }

    /// What a command prints.
    ///
    /// # Panics
    /// When it fails.
    #[must_use]
    pub fn succeed(&self, place: [&str; 2], arguments: &[&str]) -> String {
        let output = self.run(place, arguments);
        let (text, errors) = (
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        );
        assert_eq!(
            output.status.code(),
            Some(0),
            "{arguments:?}: {text}\n{errors}"
        );
        text
    }

    /// Applies a platform file: `--dry-run` or `--yes`.
    ///
    /// # Panics
    /// When that fails.
    #[must_use]
    pub fn apply(&self, file: &Path, how: &str) -> String {
        let file = file.to_str().expect("a path");
        self.succeed(["", ""], &["apply", "-f", file, how])
    }

    /// What `ketrics token` prints.
    ///
    /// # Panics
    /// When it fails.
    #[must_use]
    pub fn token(&self, place: [&str; 2], arguments: &[&str]) -> String {
        let arguments = [&["token"][..], arguments].concat();
        self.succeed(place, &arguments).trim().to_owned()
    }
}

impl Host {
    /// Calls a function of an application that is named by its tenant's code and its own.
    pub async fn call_by_code(
        &self,
        place: [&str; 2],
        token: &str,
        function: &str,
        payload: Value,
    ) -> Answer {
        let [tenant, application] = place;
        let path = format!("/tenants/{tenant}/applications/{application}/functions/{function}");
        let request = self.post(&path).bearer_auth(token);
        self.send(request.json(&json!({ "payload": payload })))
            .await
    }
}
