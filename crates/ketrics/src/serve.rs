//! `ketrics serve`: a host for applications that others provision and deploy.

use crate::config::Config;
use crate::host::Host;
use crate::host::Options;
use crate::problem::Problem;
use ketrics_gateway::log::JsonLines;
use ketrics_services::EgressPolicy;
use ketrics_services::EgressRule;
use std::path::PathBuf;
use std::sync::Arc;

const LISTEN: &str = "127.0.0.1:8700";
const FORKED_AHEAD: usize = 2;
const REGION: &str = "local";

/// Serve applications over HTTP
///
/// Every option may stand in the file of --config or in the environment as well, and more settings
/// do; docs/configuration.md explains them all.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// File with the host's settings
    #[arg(long, value_name = "FILE", env = "KETRICS_CONFIG")]
    config: Option<PathBuf>,
    /// Folder that holds everything the host keeps [env: KETRICS_DATA=]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Address and port to listen on [default: 127.0.0.1:8700] [env: KETRICS_LISTEN=]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// URL that the host is reached by from outside; signed URLs begin with it
    /// [env: KETRICS_PUBLIC_URL=]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Origin of a browser front end that may call; may be given several times, `*` allows all
    /// [env: KETRICS_CORS_ORIGINS=]
    #[arg(long = "cors-origin", value_name = "ORIGIN", value_delimiter = ',')]
    cors_origins: Vec<String>,
    /// Private address, network or host that applications may reach, for example 10.1.0.0/16 or
    /// 127.0.0.1:4000; may be given several times [env: KETRICS_ALLOW_EGRESS=]
    #[arg(long = "allow-egress", value_name = "RULE", value_delimiter = ',')]
    egress: Vec<EgressRule>,
    /// Processes of each application that wait for calls, at the least; 0 forks only on demand
    /// [default: 2] [env: KETRICS_FORKED_AHEAD=]
    #[arg(long, value_name = "NUMBER")]
    forked_ahead: Option<usize>,
    /// Region that applications read as `ketrics.runtime.region` [default: local]
    /// [env: KETRICS_REGION=]
    #[arg(long, value_name = "NAME")]
    region: Option<String>,
}

impl Serve {
    /// Carries the command out.
    pub async fn run(self) -> Result<(), Problem> {
        let config = Config::read(self.config.as_deref(), |name| std::env::var(name).ok())?;
        let text = |name| config.text("", name);
        let data = self.data.or_else(|| text("data").map(PathBuf::from));
        let data = data.ok_or_else(|| {
            Problem::Usage(
                "the data folder is not set: use --data, KETRICS_DATA, or data in the \
                 configuration file"
                    .to_owned(),
            )
        })?;
        let options = Options {
            data,
            listen: self
                .listen
                .or_else(|| text("listen"))
                .unwrap_or_else(|| LISTEN.to_owned()),
            public_url: self.public_url.or_else(|| text("public_url")),
            cors_origins: if self.cors_origins.is_empty() {
                config.list("", "cors_origins")
            } else {
                self.cors_origins
            },
            issuer: config.issuer()?,
            directory: config.directory()?,
            jobs: config.jobs()?,
            volumes: config.volumes()?,
            secrets: config.secrets()?,
            documents: config.documents()?,
            ai: config.ai()?,
            push: config.push()?,
            logs: config.logs()?,
            egress: egress(self.egress, &config)?,
            forked_ahead: match self.forked_ahead {
                Some(number) => number,
                None => config.number("", "forked_ahead")?.unwrap_or(FORKED_AHEAD),
            },
            limits: config.limits()?,
            concurrency: config.concurrency()?,
            sandbox: config.sandbox()?,
            serving: config.serving()?,
            region: self
                .region
                .or_else(|| text("region"))
                .unwrap_or_else(|| REGION.to_owned()),
            log: Arc::new(JsonLines),
        };
        let host = Host::start(options).await?;
        eprintln!("ketrics: serving at {}", host.public_url);
        host.serve().await
    }
}

fn egress(given: Vec<EgressRule>, config: &Config) -> Result<EgressPolicy, Problem> {
    if !given.is_empty() {
        return Ok(EgressPolicy { allow: given });
    }
    let rules = config.list("", "allow_egress").into_iter().map(|rule| {
        rule.parse::<EgressRule>()
            .map_err(|error| Problem::Usage(format!("allow_egress: {rule:?}: {error}")))
    });
    Ok(EgressPolicy {
        allow: rules.collect::<Result<_, _>>()?,
    })
}
