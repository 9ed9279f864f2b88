//! A host that serves.

use crate::Answer;
use crate::App;
use crate::AppSpec;
use crate::Processes;
use crate::Program;
use crate::Setup;
use crate::Token;
use crate::ketrics;
use crate::lacking;
use crate::setup;
use crate::setup::KEY;
use ketrics_directory::Directory;
use reqwest::Client;
use reqwest::RequestBuilder;
use serde_json::Value;
use serde_json::json;
use sqlx::PgConnection;
use std::path::Path;
use std::process::Command;

/// The default limit of calls, where a test sets none: on a busy machine a call that computes may
/// wait for longer than the 30 s that it has otherwise.
const WALL_CLOCK_SECONDS: &str = "120";

/// A running `ketrics serve`.
#[derive(Debug)]
pub struct Host {
    program: Program,
    client: Client,
    /// Without a slash at the end.
    pub url: String,
    /// What it knows.
    pub directory: Directory,
    // Behind the program, which uses what it holds.
    setup: Setup,
}

impl Host {
    pub(crate) fn start(setup: Setup) -> Self {
        let mut command = Command::new(ketrics());
        command
            .arg("serve")
            .arg("--data")
            .arg(setup.data.path())
            .args(["--listen", "127.0.0.1:0"])
            // What a test says comes behind this and counts.
            .env("KETRICS_LIMITS_WALL_CLOCK_SECONDS", WALL_CLOCK_SECONDS)
            .args(&setup.arguments)
            .envs(setup.variables.iter().map(|(name, value)| (name, value)));
        if !setup.lacking.is_empty() {
            lacking::hide(&mut command, &setup.lacking);
        }
        let program = Program::start(&mut command);
        let url =
            program.error(|line| line.strip_prefix("ketrics: serving at ").map(str::to_owned));
        let client = Client::builder().no_proxy().build().expect("a client");
        Self {
            program,
            client,
            url,
            directory: setup.directory.clone(),
            setup,
        }
    }

    /// A request to a path of this host.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.url))
    }

    /// Its data folder.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.setup.data.path()
    }

    /// The administrator's token, as the command line prints it.
    ///
    /// # Panics
    /// When it is not printed.
    #[must_use]
    pub fn administrator(&self) -> String {
        let output = Command::new(ketrics())
            .args(["token", "admin", "--data"])
            .arg(self.data())
            .output()
            .expect("it runs");
        let token = String::from_utf8(output.stdout).expect("a text");
        token.trim().to_owned()
    }

    /// A client for any address.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sends a request.
    ///
    /// # Panics
    /// When there is no answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        Answer::read(request.send().await.expect("the host answers")).await
    }

    /// A request that calls a function, without token and body.
    pub fn request(&self, app: &App, function: &str) -> RequestBuilder {
        self.post(&format!(
            "/tenants/{}/applications/{}/functions/{function}",
            app.tenant.id, app.application.id
        ))
    }

    /// Calls a function.
    pub async fn call(&self, app: &App, function: &str, payload: Value) -> Answer {
        let request = self.request(app, function).bearer_auth(&app.token);
        self.send(request.json(&json!({ "payload": payload })))
            .await
    }

    /// Signs a token with the host's key.
    #[must_use]
    pub fn sign(&self, token: &Token) -> String {
        token.sign(&KEY)
    }

    /// Deploys another bundle to an application.
    pub async fn deploy(&self, app: &App, spec: &AppSpec<'_>) {
        setup::deploy(&self.directory, app, spec).await;
    }

    /// Waits for a line of the log that `wanted` takes.
    pub fn log<T>(&self, wanted: impl Fn(&Value) -> Option<T>) -> T {
        self.program
            .output(|line| wanted(&serde_json::from_str(line).ok()?))
    }

    /// Waits for a line that the host says about itself, on standard error, that `wanted` takes.
    pub fn error<T>(&self, wanted: impl Fn(&str) -> Option<T>) -> T {
        self.program.error(wanted)
    }

    /// What the host has said about itself up to now.
    #[must_use]
    pub fn errors(&self) -> Vec<String> {
        self.program.errors_so_far()
    }

    /// The log up to now, as text.
    #[must_use]
    pub fn log_text(&self) -> String {
        self.program.output_so_far().join("\n")
    }

    /// The processes of its worker.
    #[must_use]
    pub fn processes(&self) -> Processes {
        Processes::below(self.program.id())
    }

    /// The processes of its worker, once there are so many.
    ///
    /// # Panics
    /// When there never are.
    #[must_use]
    pub fn wait_for_processes(&self, fewest: usize) -> Processes {
        for _ in 0..500 {
            let processes = self.processes();
            if processes.0.len() >= fewest {
                return processes;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        panic!("there are never {fewest} processes");
    }

    /// Waits until no process comes or goes any more.
    ///
    /// # Panics
    /// When they never settle.
    pub async fn settle(&self) {
        let (mut last, mut looks) = (self.processes(), 0);
        for _ in 0..1_000 {
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
            let now = self.processes();
            looks = if now == last { looks + 1 } else { 0 };
            last = now;
            if looks >= 10 {
                return;
            }
        }
        panic!("the processes never settle");
    }

    /// Asks until there is an answer.
    ///
    /// # Panics
    /// When there never is one.
    pub async fn until<T, F: Future<Output = Option<T>>>(
        &self,
        what: &str,
        ask: impl Fn() -> F,
    ) -> T {
        for _ in 0..1_200 {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{what} does not happen\n--- log\n{}", self.log_text());
    }

    /// Process id of the gateway.
    #[must_use]
    pub fn gateway(&self) -> u32 {
        self.program.id()
    }

    /// Asks the gateway to end, and waits until it has.
    pub fn terminate(&mut self) {
        self.program.terminate();
    }

    /// A connection to the tables of a host whose directory is in PostgreSQL.
    ///
    /// # Panics
    /// When it is not.
    pub async fn postgres(&self) -> PgConnection {
        let schema = self.setup.schema.as_ref();
        schema.expect("a schema").connection().await
    }

    /// Kills the gateway as a crash would, and leaves its data.
    pub fn kill(&mut self) {
        self.program.kill();
    }

    /// Kills the gateway as a crash would, and starts another one on the same data.
    #[must_use]
    pub fn crashed(mut self) -> Self {
        self.kill();
        Self::start(self.setup)
    }
}
