//! `ketrics token`: tokens for people, machines and whoever administers.

use crate::keys::ADMINISTRATOR_KEY;
use crate::keys::local_key;
use crate::problem::Problem;
use ketrics_gateway::administrator::AdministratorKey;
use std::path::PathBuf;

/// Make tokens
#[derive(Debug, clap::Args)]
pub struct Token {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, clap::Subcommand)]
enum TokenCommand {
    Admin(Admin),
}

impl Token {
    /// Carries the command out.
    pub async fn run(self) -> Result<(), Problem> {
        match self.command {
            TokenCommand::Admin(admin) => admin.run(),
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
