//! `ketrics secret`: values of secrets, which come in and never go out.

use crate::api::Environment;
use crate::problem::Problem;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::io;
use std::io::Read;
use std::path::PathBuf;

/// Give secrets their values
#[derive(Debug, clap::Args)]
pub struct Secret {
    #[command(subcommand)]
    command: SecretCommand,
}

#[derive(Debug, clap::Subcommand)]
enum SecretCommand {
    Set(Set),
}

/// Give a secret its value, from standard input or a file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The tenant is that of KETRICS_TENANT_ID; the administrator sets. A line break at the end of the
value is left off. A value on the command line would stand in the shell's history, so there is no
such option.")]
struct Set {
    /// Code of the secret
    code: String,
    /// File that holds the value
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    environment: Environment,
}

impl Secret {
    /// Carries the command out.
    pub async fn run(self) -> Result<(), Problem> {
        let SecretCommand::Set(set) = self.command;
        let settings = set.environment.read()?;
        let value = match &set.file {
            Some(path) => fs::read_to_string(path)
                .map_err(|error| Problem::Usage(format!("{}: {error}", path.display())))?,
            None => {
                let mut text = String::new();
                io::stdin()
                    .read_to_string(&mut text)
                    .map_err(|error| Problem::failed("standard input", error))?;
                text
            }
        };
        let value = value.strip_suffix('\n').unwrap_or(&value);
        let path = [
            "tenants".to_owned(),
            settings.tenant()?,
            "secrets".to_owned(),
            set.code.clone(),
        ];
        let _: Value = settings
            .api()?
            .put(&path, &json!({ "value": value }))
            .await?;
        println!("the secret {} has its value", set.code);
        Ok(())
    }
}
