//! Puts a host together: directory, services, worker and gateway, on one data directory.

use crate::config::authentication;
use crate::keys::ADMINISTRATOR_KEY;
use crate::keys::local_key;
use crate::problem::Problem;
use crate::snapshot;
use ketrics_directory::Directory;
use ketrics_directory::DirectoryEngine;
use ketrics_gateway::Ahead;
use ketrics_gateway::Gateway;
use ketrics_gateway::GatewayConfig;
use ketrics_gateway::ServingConfig;
use ketrics_gateway::WorkerCommand;
use ketrics_gateway::administrator::AdministratorKey;
use ketrics_gateway::admission::Concurrency;
use ketrics_gateway::auth::IssuerConfig;
use ketrics_gateway::auth::LocalKey;
use ketrics_gateway::auth::Tokens;
use ketrics_gateway::deploy::Deployer;
use ketrics_gateway::jobs::JobsConfig;
use ketrics_gateway::log::LogSink;
use ketrics_gateway::log::LogsConfig;
use ketrics_gateway::runtime::RuntimeConfig;
use ketrics_protocol::LimitPolicy;
use ketrics_protocol::SandboxLevel;
use ketrics_services::AiEngine;
use ketrics_services::CloudWatchConfig;
use ketrics_services::CloudWatchLogs;
use ketrics_services::DocumentsEngine;
use ketrics_services::EgressPolicy;
use ketrics_services::PushConfig;
use ketrics_services::SecretEngine;
use ketrics_services::Services;
use ketrics_services::ServicesConfig;
use ketrics_services::SigningKey;
use ketrics_services::VolumeEngine;
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::SignalKind;
use tokio::signal::unix::signal;

/// How long a zygote stays that nobody uses.
const IDLE: Duration = Duration::from_mins(10);

/// Where a host keeps its log beside standard output.
#[derive(Clone, Debug)]
pub struct LogsOptions {
    /// How long the directory keeps lines; nothing for one that takes none.
    pub retention: Option<Duration>,
    /// CloudWatch, where lines go there.
    pub cloudwatch: Option<CloudWatchConfig>,
}

impl Default for LogsOptions {
    fn default() -> Self {
        Self {
            retention: Some(Duration::from_hours(14 * 24)),
            cloudwatch: None,
        }
    }
}

/// What a host is started with.
pub struct Options {
    /// Where it keeps everything.
    pub data: PathBuf,
    /// Where to listen, for example `127.0.0.1:8700`; port 0 takes any that is free.
    pub listen: String,
    /// Where it is reached from outside; otherwise the address that it listens on.
    pub public_url: Option<String>,
    /// Origins of browser front ends that may call.
    pub cors_origins: Vec<String>,
    /// Who issues tokens beside the host itself.
    pub issuer: Option<IssuerConfig>,
    /// What keeps the directory.
    pub directory: DirectoryEngine,
    /// How it runs jobs.
    pub jobs: JobsConfig,
    /// What keeps the files of volumes.
    pub volumes: VolumeEngine,
    /// What keeps the key that encrypts.
    pub secrets: SecretEngine,
    /// What keeps documents.
    pub documents: DocumentsEngine,
    /// Who answers for language models.
    pub ai: AiEngine,
    /// How messages are pushed.
    pub push: PushConfig,
    /// Private addresses that applications may reach all the same.
    pub egress: EgressPolicy,
    /// Processes of each application that wait for calls, at the least.
    pub forked_ahead: usize,
    /// What applications may use.
    pub limits: LimitPolicy,
    /// How many calls may run at once.
    pub concurrency: Concurrency,
    /// The least sandbox that a worker process may have.
    pub sandbox: SandboxLevel,
    /// What the host takes from its clients.
    pub serving: ServingConfig,
    /// What `ketrics.runtime.region` says.
    pub region: String,
    /// Where the log goes.
    pub log: Arc<dyn LogSink>,
    /// Where the log is kept.
    pub logs: LogsOptions,
}

/// A host that is ready to serve.
pub struct Host {
    /// What it knows.
    pub directory: Directory,
    /// What applications can reach.
    pub services: Services,
    /// Signs and verifies tokens.
    pub tokens: Arc<LocalKey>,
    /// Where it is reached from outside, without a slash at the end.
    pub public_url: String,
    gateway: Gateway,
    listener: TcpListener,
}

impl Host {
    /// Opens the data directory and starts the worker.
    pub async fn start(options: Options) -> Result<Self, Problem> {
        ketrics_gateway::protect_this_process()
            .map_err(|error| Problem::failed("the process cannot be protected", error))?;
        let data = &options.data;
        // It holds keys and everybody's data.
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(data)
            .map_err(|error| {
                Problem::failed(format_args!("{} cannot be made", data.display()), error)
            })?;
        // Signed URLs carry the address, so it is taken first.
        let listener = TcpListener::bind(&options.listen).await.map_err(|error| {
            Problem::Failed(format!(
                "cannot listen on {}: {error}; choose another with --listen",
                options.listen
            ))
        })?;
        let address = listener
            .local_addr()
            .map_err(|error| Problem::failed("the address cannot be told", error))?;
        let public_url = match options.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{address}"),
        };
        let directory = match &options.directory {
            DirectoryEngine::Sqlite => Directory::open(&data.join("directory.sqlite")).await?,
            DirectoryEngine::Postgres(settings) => Directory::connect(settings).await?,
        };
        let services = ServicesConfig {
            data_dir: data.clone(),
            public_url: public_url.clone(),
            signing_key: SigningKey::new(local_key(data, "signing.key")?),
            egress: options.egress,
            volumes: options.volumes,
            secrets: options.secrets,
            documents: options.documents,
            ai: options.ai,
            push: options.push,
        };
        let services = Services::open(services, directory.clone())
            .await
            .map_err(|error| Problem::failed("the services cannot be opened", error))?;
        let tokens = Arc::new(LocalKey::new(&local_key(data, "tokens.key")?));
        let issuer = match options.issuer {
            Some(issuer) => Some(authentication::open(issuer).await?),
            None => None,
        };
        let cloudwatch = match &options.logs.cloudwatch {
            Some(config) => Some(
                CloudWatchLogs::open(config)
                    .await
                    .map_err(|error| Problem::failed("the log cannot be kept", error))?,
            ),
            None => None,
        };
        let config = GatewayConfig {
            runtime: RuntimeConfig {
                worker: WorkerCommand {
                    program: snapshot::program()?,
                    snapshot: snapshot::find().await?,
                    floor: options.sandbox,
                },
                limits: options.limits,
                concurrency: options.concurrency,
                idle: IDLE,
                ahead: Ahead::at_least(options.forked_ahead),
                region: options.region,
            },
            jobs: options.jobs,
            serving: options.serving,
            cors_origins: options.cors_origins,
            issuer: Arc::clone(&tokens),
            administrator: AdministratorKey::new(local_key(data, ADMINISTRATOR_KEY)?),
            verifier: Arc::new(Tokens {
                local: Arc::clone(&tokens),
                issuer,
            }),
            log: options.log,
            logs: LogsConfig {
                retention: options.logs.retention,
                cloudwatch,
            },
        };
        let gateway = Gateway::start(config, directory.clone(), services.clone())
            .await
            .map_err(|error| Problem::failed("the worker cannot be started", error))?;
        Ok(Self {
            directory,
            services,
            tokens,
            public_url,
            gateway,
            listener,
        })
    }

    /// What deploys.
    pub fn deployer(&self) -> &Arc<Deployer> {
        self.gateway.deployer()
    }

    /// Serves until the process is asked to end; requests that run then are finished.
    pub async fn serve(self) -> Result<(), Problem> {
        self.gateway
            .serve(self.listener, stopped())
            .await
            .map_err(|error| Problem::failed("the server failed", error))
    }
}

/// Resolves when somebody asks the process to end.
async fn stopped() {
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}
