//! `ketrics dev`: serves one application from its folder, and again whenever it changes.
//!
//! It is a host like any other, on a data directory inside the application's folder, with an
//! administrator who reads `dev.json`.

mod banner;
mod beside;
mod provision;
mod seed;
mod settings;
mod watch;

use crate::build;
use crate::config::FLOOR;
use crate::host::Host;
use crate::host::LogsOptions;
use crate::host::Options;
use crate::human_log::HumanLines;
use crate::problem::Problem;
use crate::source::Source;
use crate::target::STATE_FOLDER;
use crate::target::Target;
use beside::Beside;
use ketrics_application::Unpacked;
use ketrics_directory::Directory;
use ketrics_directory::DirectoryEngine;
use ketrics_directory::Requestor;
use ketrics_gateway::ServingConfig;
use ketrics_gateway::admission::Concurrency;
use ketrics_gateway::auth::Identity;
use ketrics_gateway::deploy::Deployer;
use ketrics_gateway::deploy::Place;
use ketrics_gateway::jobs::JobsConfig;
use ketrics_gateway::log::JsonLines;
use ketrics_gateway::log::LogSink;
use ketrics_protocol::LimitPolicy;
use ketrics_services::AiEngine;
use ketrics_services::DocumentsEngine;
use ketrics_services::EgressPolicy;
use ketrics_services::PushConfig;
use ketrics_services::SecretEngine;
use ketrics_services::Services;
use ketrics_services::VolumeEngine;
use provision::Provisioned;
use provision::Provisioning;
use settings::Settings;
use std::fs;
use std::io::IsTerminal;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use watch::Watch;

/// How long the developer's token is good; each start makes a new one.
const TOKEN_LIFE: Duration = Duration::from_hours(30 * 24);

/// Serve an application from its folder, and again whenever it changes
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Builds the bundle when backend/package.json has a build script, makes a local tenant, user and
everything that ketrics.config.json declares, and keeps all of it in FOLDER/.ketrics. An optional
FOLDER/dev.json gives databases with seed data, values of secrets and variables, more users and
programs to run beside. Remove FOLDER/.ketrics to start afresh.")]
pub struct Dev {
    /// Folder of the application: the one with ketrics.config.json
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
    /// Address and port to listen on; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8700")]
    listen: String,
    /// Origin of a browser front end that may call; may be given several times, `*` allows all
    #[arg(long = "cors-origin", value_name = "ORIGIN", default_value = "*")]
    cors_origins: Vec<String>,
}

impl Dev {
    /// Carries the command out.
    pub async fn run(self) -> Result<(), Problem> {
        let folder = self
            .folder
            .canonicalize()
            .map_err(|error| Problem::Usage(format!("{}: {error}", self.folder.display())))?;
        let source = Source::read(&folder)?;
        let settings = Settings::read(&folder)?;
        let data = make_state_folder(&folder)?.join("data");
        say("building");
        build::build(&folder).await?;

        let host = Host::start(Options {
            data: data.clone(),
            listen: self.listen,
            public_url: None,
            cors_origins: self.cors_origins,
            issuer: None,
            directory: DirectoryEngine::default(),
            jobs: JobsConfig::default(),
            volumes: VolumeEngine::default(),
            secrets: SecretEngine::default(),
            documents: DocumentsEngine::default(),
            ai: AiEngine::default(),
            push: PushConfig::default(),
            logs: LogsOptions::default(),
            egress: egress(&settings)?,
            forked_ahead: 2,
            limits: LimitPolicy::default(),
            concurrency: Concurrency::default(),
            sandbox: FLOOR,
            serving: ServingConfig::default(),
            region: "local".to_owned(),
            log: log(),
        })
        .await?;
        let provisioned = provision::identities(&host.directory, &source.config).await?;
        let application = Developed {
            deployer: Arc::clone(host.deployer()),
            directory: host.directory.clone(),
            services: host.services.clone(),
            folder: folder.clone(),
            data: data.clone(),
        };
        let _beside = Beside::start(&settings.run, &folder)?;
        let functions = match application.deploy(&source, &settings).await {
            Ok(functions) => functions,
            // It can be mended while this runs.
            Err(problem) => {
                say(&problem);
                Vec::new()
            }
        };
        let target = target(&host, &provisioned)?;
        let file = target
            .write(&folder)
            .map_err(|error| Problem::failed("dev.env cannot be written", error))?;
        banner::print(&banner::Facts {
            config: &source.config,
            provisioned: &provisioned,
            target: &target,
            functions: &functions,
            folder: &self.folder,
            file: &file,
        });
        let watch = Watch::new(&folder, folder.join("backend").join(&source.config.entry));
        let watching = tokio::spawn(application.follow(watch, source.config.name));
        let served = host.serve().await;
        watching.abort();
        served
    }
}

/// The application whose folder is watched.
struct Developed {
    deployer: Arc<Deployer>,
    directory: Directory,
    services: Services,
    folder: PathBuf,
    data: PathBuf,
}

impl Developed {
    /// Deploys what is in the folder, makes what it needs, and gives the names of its functions.
    /// The deployment runs only if it loads; until then, the one before does.
    async fn deploy(&self, source: &Source, settings: &Settings) -> Result<Vec<String>, Problem> {
        let directory = &self.directory;
        let provisioned = provision::identities(directory, &source.config).await?;
        let bundle = source.bundle(&self.folder)?;
        // People get roles before the deployment that declares them is tried.
        for role in &source.config.roles {
            directory
                .ensure_role(
                    provisioned.application.id,
                    &role.code,
                    &role.name,
                    &role.actions,
                )
                .await?;
        }
        let provisioning = Provisioning {
            directory,
            services: &self.services,
            provisioned: &provisioned,
            config: &source.config,
            settings,
            folder: &self.folder,
            data: &self.data,
        };
        provisioning.run().await?;
        let place = Place {
            tenant: provisioned.tenant,
            application: provisioned.application,
        };
        let unpacked = Unpacked {
            config: source.config.clone(),
            config_text: source.config_text.clone(),
            bundle,
        };
        let report = self
            .deployer
            .deploy(&place, unpacked)
            .await
            .map_err(|error| Problem::Failed(error.message))?;
        Ok(report.functions)
    }

    /// Builds and deploys again after each change, for as long as it is let.
    async fn follow(self, mut watch: Watch, name: String) {
        loop {
            watch.changed().await;
            say("the application changed; building");
            let built = build::build(&self.folder).await;
            watch.settle();
            let deployed = match built {
                Ok(()) => self.again(&name).await,
                Err(problem) => Err(problem),
            };
            match deployed {
                Ok(functions) => say(format_args!("deployed: {}", functions.join(", "))),
                Err(problem) => say(format_args!(
                    "{problem}\nketrics: the deployment before goes on running"
                )),
            }
        }
    }

    async fn again(&self, name: &str) -> Result<Vec<String>, Problem> {
        let source = Source::read(&self.folder)?;
        if source.config.name != name {
            return Err(Problem::Failed(format!(
                "`name` in ketrics.config.json changed from {name:?} to {:?}; start `ketrics dev` again",
                source.config.name
            )));
        }
        let settings = Settings::read(&self.folder)?;
        self.deploy(&source, &settings).await
    }
}

fn make_state_folder(folder: &Path) -> Result<PathBuf, Problem> {
    let state = folder.join(STATE_FOLDER);
    fs::create_dir_all(&state)
        // It holds keys and tokens: no version control takes it.
        .and_then(|()| fs::write(state.join(".gitignore"), "*\n"))
        .map_err(|error| Problem::failed(state.display(), error))?;
    Ok(state)
}

fn egress(settings: &Settings) -> Result<EgressPolicy, Problem> {
    let rules = settings.egress.iter().map(|rule| rule.parse());
    let allow = rules.collect::<Result<_, _>>();
    Ok(EgressPolicy {
        allow: allow
            .map_err(|error| Problem::Failed(format!("{}: `egress`: {error}", settings::FILE)))?,
    })
}

fn log() -> Arc<dyn LogSink> {
    if std::io::stdout().is_terminal() {
        Arc::new(HumanLines)
    } else {
        Arc::new(JsonLines)
    }
}

fn target(host: &Host, provisioned: &Provisioned) -> Result<Target, Problem> {
    let identity = Identity {
        tenant: provisioned.tenant.id,
        requestor: Requestor::User(provisioned.developer.id),
    };
    let token = host
        .tokens
        .issue(&identity, TOKEN_LIFE)
        .map_err(|error| Problem::failed("no token can be made", error))?;
    Ok(Target {
        runtime_url: host.public_url.clone(),
        tenant: provisioned.tenant.id.to_string(),
        application: provisioned.application.id.to_string(),
        token,
    })
}

/// What the command itself has to say stands beside the log, on standard error.
fn say(message: impl std::fmt::Display) {
    eprintln!("ketrics: {message}");
}
