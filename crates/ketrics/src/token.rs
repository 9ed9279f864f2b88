//! `ketrics token`: tokens for people, machines and whoever deploys or administers.

use crate::api::Environment;
use crate::keys::ADMINISTRATOR_KEY;
use crate::keys::local_key;
use crate::problem::Problem;
use ketrics_gateway::administrator::AdministratorKey;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use std::path::PathBuf;

const DAY: u64 = 24 * 3_600;

/// Make, list and revoke tokens
#[derive(Debug, clap::Args)]
pub struct Token {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, clap::Subcommand)]
enum TokenCommand {
    Admin(Admin),
    User(Person),
    ServiceAccount(Machine),
    Deploy(Deploy),
    List(List),
    Revoke(Revoke),
}

impl Token {
    /// Carries the command out.
    pub async fn run(self) -> Result<(), Problem> {
        match self.command {
            TokenCommand::Admin(admin) => admin.run(),
            TokenCommand::User(Person { email, for_whom }) => {
                for_whom.issue(&json!({ "user": email })).await
            }
            TokenCommand::ServiceAccount(Machine { code, for_whom }) => {
                for_whom.issue(&json!({ "serviceAccount": code })).await
            }
            TokenCommand::Deploy(deploy) => deploy.run().await,
            TokenCommand::List(list) => list.run().await,
            TokenCommand::Revoke(revoke) => revoke.run().await,
        }
    }
}

/// Print the administrator's token of a host, on the host itself
#[derive(Debug, clap::Args)]
struct Admin {
    /// The host's data folder
    #[arg(long, value_name = "FOLDER", env = "KETRICS_DATA")]
    data: PathBuf,
}

impl Admin {
    fn run(self) -> Result<(), Problem> {
        if !self.data.is_dir() {
            return Err(Problem::Usage(format!(
                "{} is no data folder of a host",
                self.data.display()
            )));
        }
        let key = AdministratorKey::new(local_key(&self.data, ADMINISTRATOR_KEY)?);
        println!("{}", key.token());
        Ok(())
    }
}

/// Make a token for a user, to call functions with
#[derive(Debug, clap::Args)]
struct Person {
    /// E-mail address
    email: String,
    #[command(flatten)]
    for_whom: ForWhom,
}

/// Make a token for a service account, to call functions with
#[derive(Debug, clap::Args)]
struct Machine {
    /// Code of the account
    code: String,
    #[command(flatten)]
    for_whom: ForWhom,
}

/// The tenant is that of `KETRICS_TENANT_ID`; the administrator asks.
#[derive(Debug, clap::Args)]
struct ForWhom {
    /// Days that it is good for; it cannot be taken back
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=366))]
    days: u64,
    #[command(flatten)]
    environment: Environment,
}

#[derive(Deserialize)]
struct Made {
    token: String,
}

impl ForWhom {
    async fn issue(&self, whom: &Value) -> Result<(), Problem> {
        let settings = self.environment.read()?;
        let mut body = whom.clone();
        body["expiresIn"] = json!(self.days * DAY);
        let path = [
            "tenants".to_owned(),
            settings.tenant()?,
            "tokens".to_owned(),
        ];
        let made: Made = settings.api()?.post(&path, &body).await?;
        println!("{}", made.token);
        Ok(())
    }
}

/// Make a token that deploys one application
#[derive(Debug, clap::Args)]
struct Deploy {
    /// What it is called
    #[arg(long, default_value = "ketrics token deploy")]
    name: String,
    /// Days that it is good for; otherwise until it is revoked
    #[arg(long)]
    days: Option<u64>,
    #[command(flatten)]
    environment: Environment,
}

impl Deploy {
    async fn run(self) -> Result<(), Problem> {
        let settings = self.environment.read()?;
        let mut body = json!({ "name": self.name });
        if let Some(days) = self.days {
            body["expiresIn"] = json!(days.saturating_mul(DAY));
        }
        let made: Made = settings.api()?.post(&tokens(&settings)?, &body).await?;
        println!("{}", made.token);
        Ok(())
    }
}

fn tokens(settings: &crate::api::Settings) -> Result<Vec<String>, Problem> {
    let mut path = settings.application()?.to_vec();
    path.push("tokens".to_owned());
    Ok(path)
}

/// List the deployment tokens of an application
#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    environment: Environment,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    deployment_tokens: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: String,
    name: String,
    created_at: String,
    expires_at: Option<String>,
    revoked_at: Option<String>,
}

impl List {
    async fn run(self) -> Result<(), Problem> {
        let settings = self.environment.read()?;
        let listed: Listed = settings.api()?.get(&tokens(&settings)?, &[]).await?;
        for entry in listed.deployment_tokens {
            let state = match (entry.revoked_at, entry.expires_at) {
                (Some(at), _) => format!("revoked {at}"),
                (None, Some(at)) => format!("until {at}"),
                (None, None) => String::new(),
            };
            println!(
                "{}  {}  {}  {state}",
                entry.id, entry.created_at, entry.name
            );
        }
        Ok(())
    }
}

/// Revoke a deployment token
#[derive(Debug, clap::Args)]
struct Revoke {
    /// Its id, which `ketrics token list` shows
    id: String,
    #[command(flatten)]
    environment: Environment,
}

impl Revoke {
    async fn run(self) -> Result<(), Problem> {
        let settings = self.environment.read()?;
        let mut path = tokens(&settings)?;
        path.push(self.id);
        let _: Value = settings.api()?.delete(&path).await?;
        println!("revoked");
        Ok(())
    }
}
