//! `ketrics logs`: what an application logged, and what the host says about its calls.

use crate::api::Api;
use crate::api::Environment;
use crate::human_log::Line;
use crate::log_time;
use crate::problem::Problem;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::time::Duration;

/// Lines of one page.
const PAGE: u32 = 1_000;

/// How often a log that is followed is asked for.
const POLL: Duration = Duration::from_secs(1);

/// How long a host that is followed may be away, for a restart, until that is an error.
const PATIENCE: u32 = 60;

/// Show an application's log
///
/// The newest lines, in the order of time: what its functions logged, errors with their stacks, and
/// for each call what it used. It takes the deployment token of the application, or the
/// administrator's.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ketrics logs --since 1h --level warn
  ketrics logs --function createInvoice --search timeout
  ketrics logs --request 0b9d7e52-6f6e-4d0c-9d1a-3a6c1f0f5a11
  ketrics logs --follow")]
pub struct Logs {
    /// Go on with what comes, until you press Ctrl-C
    #[arg(short, long, conflicts_with = "until")]
    follow: bool,
    /// Only lines of this function
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    /// Only lines of this level and those above
    #[arg(long, value_parser = ["debug", "info", "warn", "error"])]
    level: Option<String>,
    /// Only lines from this time on: 15m, 2h, 3d ago, a day, or a time like 2030-01-31T12:00:00Z
    #[arg(long, value_name = "TIME", value_parser = log_time::parse)]
    since: Option<String>,
    /// Only lines before this time
    #[arg(long, value_name = "TIME", value_parser = log_time::parse)]
    until: Option<String>,
    /// Only lines whose message holds this text, in upper or lower case
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Only lines of the call with this id (the answer's header x-request-id), or of this job
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// How many of the newest lines, at most 10000
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Print each line as a JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    environment: Environment,
}

#[derive(Deserialize)]
struct Listed {
    lines: Vec<Box<RawValue>>,
    cursor: Option<String>,
    latest: i64,
}

impl Logs {
    /// Carries the command out.
    pub async fn run(self) -> Result<(), Problem> {
        let settings = self.environment.read()?;
        let mut path = settings.application()?.to_vec();
        path.push("logs".to_owned());
        let api = settings.api()?;
        let (lines, latest, more) = self.newest(&api, &path).await?;
        if more && !self.follow {
            eprintln!(
                "ketrics: there are older lines; --limit {} shows more",
                self.limit.saturating_mul(10).min(10_000)
            );
        }
        if lines.is_empty() && !self.follow {
            eprintln!("ketrics: no line of the log is like that");
        }
        match self.print(&lines) {
            Ok(()) if self.follow => self.go_on(&api, &path, latest).await,
            printed => printed.or_else(unless_gone),
        }
    }

    /// The newest lines, oldest first, where the log ended then, and whether there are older ones.
    async fn newest(
        &self,
        api: &Api,
        path: &[String],
    ) -> Result<(Vec<Box<RawValue>>, i64, bool), Problem> {
        let mut lines = Vec::new();
        let mut latest = None;
        let mut cursor: Option<String> = None;
        loop {
            let left = self.limit as usize - lines.len();
            let mut query = self.query(u32::try_from(left).unwrap_or(PAGE).min(PAGE));
            query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let mut page: Listed = api.get(path, &query).await?;
            latest.get_or_insert(page.latest);
            lines.append(&mut page.lines);
            cursor = page.cursor;
            if cursor.is_none() || lines.len() >= self.limit as usize {
                lines.reverse();
                return Ok((lines, latest.unwrap_or_default(), cursor.is_some()));
            }
        }
    }

    async fn go_on(&self, api: &Api, path: &[String], mut latest: i64) -> Result<(), Problem> {
        let mut failures = 0;
        loop {
            let mut query = self.query(PAGE);
            query.push(("after", latest.to_string()));
            let news: Listed = match api.get(path, &query).await {
                Ok(news) => news,
                // A host that restarts is back soon; a token that was revoked is not.
                Err(Problem::Unavailable(why)) if failures < PATIENCE => {
                    if failures == 0 {
                        eprintln!("ketrics: {why}; trying again");
                    }
                    failures += 1;
                    tokio::time::sleep(POLL).await;
                    continue;
                }
                Err(problem) => return Err(problem),
            };
            failures = 0;
            if let Err(error) = self.print(&news.lines) {
                return unless_gone(error);
            }
            if news.latest == latest {
                tokio::time::sleep(POLL).await;
            }
            latest = news.latest;
        }
    }

    fn query(&self, limit: u32) -> Vec<(&'static str, String)> {
        let mut query = vec![("limit", limit.to_string())];
        for (name, value) in [
            ("function", self.function.clone()),
            ("level", self.level.clone()),
            ("since", self.since.clone()),
            ("until", self.until.clone()),
            ("search", self.search.clone()),
            ("request", self.request.clone()),
        ] {
            query.extend(value.map(|value| (name, value)));
        }
        query
    }

    fn print(&self, lines: &[Box<RawValue>]) -> io::Result<()> {
        let mut output = io::stdout().lock();
        let colours = output.is_terminal();
        for line in lines {
            match serde_json::from_str::<Line>(line.get()) {
                Ok(shown) if !self.json && colours => writeln!(output, "{}", shown.in_colour())?,
                Ok(shown) if !self.json => writeln!(output, "{}", shown.plain())?,
                _ => writeln!(output, "{line}")?,
            }
        }
        output.flush()
    }
}

/// Whoever reads the output may have enough of it.
fn unless_gone(error: io::Error) -> Result<(), Problem> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Ok(());
    }
    Err(Problem::failed("standard output", error))
}
