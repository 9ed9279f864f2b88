//! `ketrics jobs`: what an application queued or runs.

use crate::api::Environment;
use crate::problem::Problem;
use serde::Deserialize;
use serde_json::Value;

/// List or show an application's jobs
#[derive(Debug, clap::Args)]
pub struct Jobs {
    #[command(subcommand)]
    command: JobsCommand,
}

#[derive(Debug, clap::Subcommand)]
enum JobsCommand {
    List(List),
    Show(Show),
}

/// List jobs, newest first
#[derive(Debug, clap::Args)]
struct List {
    /// Only those in this state
    #[arg(long, value_parser = ["pending", "running", "completed", "failed"])]
    state: Option<String>,
    /// How many, at most 100
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    limit: u32,
    #[command(flatten)]
    environment: Environment,
}

/// Show a job
#[derive(Debug, clap::Args)]
struct Show {
    /// Its id
    id: String,
    #[command(flatten)]
    environment: Environment,
}

#[derive(Deserialize)]
struct Listed {
    jobs: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: String,
    function: String,
    state: String,
    created_at: String,
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    code: String,
    message: String,
}

#[derive(Deserialize)]
struct One {
    job: Value,
}

impl Jobs {
    /// Carries the command out.
    pub async fn run(self) -> Result<(), Problem> {
        match self.command {
            JobsCommand::List(list) => list.run().await,
            JobsCommand::Show(show) => show.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<(), Problem> {
        let settings = self.environment.read()?;
        let mut path = settings.application()?.to_vec();
        path.push("jobs".to_owned());
        let mut query = vec![("limit", self.limit.to_string())];
        query.extend(self.state.map(|state| ("state", state)));
        let listed: Listed = settings.api()?.get(&path, &query).await?;
        for job in listed.jobs {
            let Entry {
                id,
                function,
                state,
                created_at,
                error,
            } = job;
            let error = error.map(|error| format!("  {}: {}", error.code, error.message));
            let error = error.unwrap_or_default();
            println!("{id}  {created_at}  {state:<9}  {function}{error}");
        }
        Ok(())
    }
}

impl Show {
    async fn run(self) -> Result<(), Problem> {
        let settings = self.environment.read()?;
        let mut path = settings.application()?.to_vec();
        path.extend(["jobs".to_owned(), self.id]);
        let one: One = settings.api()?.get(&path, &[]).await?;
        let text = serde_json::to_string_pretty(&one.job)
            .map_err(|error| Problem::failed("the job", error))?;
        println!("{text}");
        Ok(())
    }
}
