//! `ketrics serve`: a host for applications that others provision and deploy.

use crate::host::Host;
use crate::host::Options;
use crate::problem::Problem;
use ketrics_gateway::log::JsonLines;
use ketrics_services::AllowRule;
use ketrics_services::EgressPolicy;
use std::path::PathBuf;
use std::sync::Arc;

/// Serve applications over HTTP
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Folder that holds everything the host keeps
    #[arg(long, value_name = "FOLDER", env = "KETRICS_DATA")]
    data: PathBuf,
    /// Address and port to listen on
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8700",
        env = "KETRICS_LISTEN"
    )]
    listen: String,
    /// URL that the host is reached by from outside; signed URLs begin with it
    #[arg(long, value_name = "URL", env = "KETRICS_PUBLIC_URL")]
    public_url: Option<String>,
    /// Origin of a browser front end that may call; may be given several times, `*` allows all
    #[arg(
        long = "cors-origin",
        value_name = "ORIGIN",
        env = "KETRICS_CORS_ORIGINS",
        value_delimiter = ','
    )]
    cors_origins: Vec<String>,
    /// Private address, network or host that applications may reach, for example 10.1.0.0/16 or
    /// 127.0.0.1:4000; may be given several times
    #[arg(
        long = "allow-egress",
        value_name = "RULE",
        env = "KETRICS_ALLOW_EGRESS",
        value_delimiter = ','
    )]
    egress: Vec<AllowRule>,
    /// Processes of each application that wait for calls, at the least; 0 forks only on demand
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 2,
        env = "KETRICS_FORKED_AHEAD"
    )]
    forked_ahead: usize,
    /// Region that applications read as `ketrics.runtime.region`
    #[arg(
        long,
        value_name = "NAME",
        default_value = "local",
        env = "KETRICS_REGION"
    )]
    region: String,
}

impl Serve {
    /// Carries the command out.
    pub async fn run(self) -> Result<(), Problem> {
        let options = Options {
            data: self.data,
            listen: self.listen,
            public_url: self.public_url,
            cors_origins: self.cors_origins,
            egress: EgressPolicy { allow: self.egress },
            forked_ahead: self.forked_ahead,
            region: self.region,
            log: Arc::new(JsonLines),
        };
        let host = Host::start(options).await?;
        eprintln!("ketrics: serving at {}", host.public_url);
        host.serve().await
    }
}
