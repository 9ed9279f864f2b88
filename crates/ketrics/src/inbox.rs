//! `ketrics inbox`: a user's messages.

use crate::api::Environment;
use crate::problem::Problem;
use serde::Deserialize;

/// List the messages of the user whose token is set
#[derive(Debug, clap::Args)]
pub struct Inbox {
    /// Only those that were not read
    #[arg(long)]
    unread: bool,
    /// How many, at most 100
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    limit: u32,
    #[command(flatten)]
    environment: Environment,
}

#[derive(Deserialize)]
struct Listed {
    messages: Vec<Entry>,
    unread: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    message_id: String,
    application_code: String,
    subject: String,
    body: String,
    priority: String,
    created_at: String,
    read_at: Option<String>,
}

impl Inbox {
    /// Carries the command out.
    pub async fn run(self) -> Result<(), Problem> {
        let settings = self.environment.read()?;
        let path = [
            "tenants".to_owned(),
            settings.tenant()?,
            "messages".to_owned(),
        ];
        let query = [
            ("limit", self.limit.to_string()),
            ("unread", self.unread.to_string()),
        ];
        let listed: Listed = settings.api()?.get(&path, &query).await?;
        println!("{} unread", listed.unread);
        for message in listed.messages {
            let mark = if message.read_at.is_some() { ' ' } else { '*' };
            println!(
                "{mark} {}  {}  {:<6}  {}  {}",
                message.message_id,
                message.created_at,
                message.priority,
                message.application_code,
                message.subject
            );
            for line in message.body.lines() {
                println!("    {line}");
            }
        }
        Ok(())
    }
}
