//! The gateway: HTTP, authentication, admission, the worker processes and their deadlines, and the
//! job runner. It holds the credentials and trusts nothing that a worker says.

#![warn(missing_docs)]

pub mod administrator;
pub mod admission;
pub mod auth;
pub mod call;
mod call_log;
pub mod deploy;
pub mod error;
pub mod http;
pub mod jobs;
pub mod log;
mod peers;
pub mod platform;
pub mod routes;
pub mod runtime;
mod serving;
mod stacks;
mod telemetry;
mod worker;

pub use serving::ServingConfig;
pub use worker::application::Ahead;
pub use worker::base::WorkerCommand;

use crate::administrator::AdministratorKey;
use crate::auth::LocalKey;
use crate::auth::TokenVerifier;
use crate::deploy::Deployer;
use crate::http::Http;
use crate::jobs::JobsConfig;
use crate::log::Everywhere;
use crate::log::LogSink;
use crate::log::LogsConfig;
use crate::log::Queue;
use crate::log::Room;
use crate::log::Store;
use crate::log::forget_old_lines;
use crate::platform::Platform;
use crate::runtime::Runtime;
use crate::runtime::RuntimeConfig;
use ketrics_directory::Directory;
use ketrics_services::Services;
use rustix::process::DumpableBehavior;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Deployments that may arrive at once; each is held in memory.
const UPLOADS: usize = 4;

/// Questions to the log that may be asked at once: the directory has other things to do.
const READERS: usize = 2;

/// How often zygotes that nobody uses are looked for.
const SWEEP: Duration = Duration::from_secs(5);

/// How long a host that ends waits until its log is kept.
const FLUSH: Duration = Duration::from_secs(5);

/// Keeps other processes of the same user from reading this one's memory, which has the keys to
/// everything, and the kernel from writing it to a core file.
///
/// # Errors
/// When the kernel refuses.
pub fn protect_this_process() -> io::Result<()> {
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    let nothing = rustix::process::Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    Ok(rustix::process::setrlimit(
        rustix::process::Resource::Core,
        nothing,
    )?)
}

/// Everything that a gateway is made from.
pub struct GatewayConfig {
    /// What the host is and allows.
    pub runtime: RuntimeConfig,
    /// How it runs jobs.
    pub jobs: JobsConfig,
    /// What it takes from its clients.
    pub serving: ServingConfig,
    /// Origins of browser front ends that may call; `*` allows every origin.
    pub cors_origins: Vec<String>,
    /// Verifies bearer tokens.
    pub verifier: Arc<dyn TokenVerifier>,
    /// Makes tokens for users and service accounts.
    pub issuer: Arc<LocalKey>,
    /// The administrator's token.
    pub administrator: AdministratorKey,
    /// Takes the log at once.
    pub log: Arc<dyn LogSink>,
    /// Where it goes besides.
    pub logs: LogsConfig,
}

/// A gateway that is ready to serve.
#[derive(Debug)]
pub struct Gateway {
    runtime: Arc<Runtime>,
    deployer: Arc<Deployer>,
    router: axum::Router,
    serving: ServingConfig,
    logs: Vec<Arc<Queue>>,
}

impl Gateway {
    /// Starts the worker and the job runner.
    ///
    /// # Errors
    /// When the worker does not come up.
    pub async fn start(
        config: GatewayConfig,
        directory: Directory,
        services: Services,
    ) -> io::Result<Self> {
        let logs = keep_logs(config.logs, &directory);
        let mut sinks = vec![config.log];
        sinks.extend(
            logs.iter()
                .map(|queue| Arc::clone(queue) as Arc<dyn LogSink>),
        );
        let log = Arc::new(Everywhere(sinks));
        let runtime = Runtime::start(config.runtime, directory, services, log).await?;
        tokio::spawn(jobs::run(Arc::clone(&runtime), config.jobs));
        let pushing = Arc::clone(&runtime);
        tokio::spawn(async move { pushing.services().deliver_pushes().await });
        let sweeping = Arc::clone(&runtime);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(SWEEP).await;
                sweeping.sweep();
            }
        });
        let deployer = Arc::new(Deployer::new(Arc::clone(&runtime)));
        let router = http::router(Http {
            runtime: Arc::clone(&runtime),
            deployer: Arc::clone(&deployer),
            platform: Platform::new(Arc::clone(&runtime)),
            issuer: config.issuer,
            administrator: config.administrator,
            uploads: Semaphore::new(UPLOADS),
            readers: Semaphore::new(READERS),
            stall: config.serving.stall,
            verifier: config.verifier,
            cors_origins: config.cors_origins,
        });
        Ok(Self {
            runtime,
            deployer,
            router,
            serving: config.serving,
            logs,
        })
    }

    /// What runs the calls.
    #[must_use]
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.runtime
    }

    /// What deploys.
    #[must_use]
    pub fn deployer(&self) -> &Arc<Deployer> {
        &self.deployer
    }

    /// Serves until `stop` resolves; requests that run then are finished, and their log is kept.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        serving::serve(listener, self.router, self.serving, stop).await?;
        for queue in self.logs {
            queue.flush(FLUSH).await;
        }
        Ok(())
    }
}

/// Starts what keeps the log, and what takes old lines away.
fn keep_logs(config: LogsConfig, directory: &Directory) -> Vec<Arc<Queue>> {
    let mut queues = Vec::new();
    if let Some(retention) = config.retention {
        queues.push(Queue::new(Store(directory.clone()), Room::default()));
        tokio::spawn(forget_old_lines(directory.clone(), retention));
    }
    if let Some(cloudwatch) = config.cloudwatch {
        queues.push(Queue::new(cloudwatch, Room::default()));
    }
    for queue in &queues {
        let queue = Arc::clone(queue);
        tokio::spawn(async move { queue.deliver().await });
    }
    queues
}
