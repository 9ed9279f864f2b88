//! What there is before a host starts.

use crate::Host;
use crate::Proxy;
use crate::Token;
use crate::schema::Schema;
use crate::servers;
use ketrics_directory::Application;
use ketrics_directory::Assignee;
use ketrics_directory::Bundle;
use ketrics_directory::BundleFormat;
use ketrics_directory::DatabaseSpec;
use ketrics_directory::DeploymentId;
use ketrics_directory::Directory;
use ketrics_directory::GrantKind;
use ketrics_directory::NewDeployment;
use ketrics_directory::Tenant;
use ketrics_directory::User;
use ketrics_directory::VolumeSpec;
use ketrics_services::AiEngine;
use ketrics_services::DocumentsEngine;
use ketrics_services::EgressPolicy;
use ketrics_services::PushConfig;
use ketrics_services::SecretEngine;
use ketrics_services::Services;
use ketrics_services::ServicesConfig;
use ketrics_services::SigningKey;
use ketrics_services::VolumeEngine;
use reqwest::Url;
use std::env;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// Signs tokens and URLs of the hosts under test.
pub(crate) const KEY: [u8; 32] = *b"a key for the end-to-end tests!!";

/// A data directory that is being filled.
#[derive(Debug)]
pub struct Setup {
    pub(crate) data: TempDir,
    /// The directory, for what the methods here do not cover.
    pub directory: Directory,
    /// Where the directory is, unless it is in the data directory.
    pub(crate) schema: Option<Arc<Schema>>,
    pub(crate) arguments: Vec<String>,
    pub(crate) variables: Vec<(&'static str, String)>,
    pub(crate) lacking: Vec<i64>,
}

/// An application, its user and its token.
#[derive(Clone, Debug)]
pub struct App {
    /// The tenant.
    pub tenant: Tenant,
    /// The application.
    pub application: Application,
    /// A user with every action.
    pub user: User,
    /// That user's token.
    pub token: String,
}

/// How an application is to be.
#[derive(Clone, Debug)]
pub struct AppSpec<'a> {
    /// Code of its tenant.
    pub tenant: &'a str,
    /// Its own code.
    pub code: &'a str,
    /// Its bundle.
    pub source: &'a str,
    /// The bundle's kind.
    pub format: BundleFormat,
    /// The bundle's source map.
    pub source_map: Option<String>,
    /// Its environment.
    pub environment: &'a [(&'a str, &'a str)],
    /// Its `ketrics.config.json`.
    pub config: &'a str,
}

impl<'a> AppSpec<'a> {
    /// A CommonJS bundle without an environment.
    #[must_use]
    pub fn new(source: &'a str) -> Self {
        Self {
            tenant: "acme",
            code: "app",
            source,
            format: BundleFormat::CommonJs,
            source_map: None,
            environment: &[],
            config: "{}",
        }
    }

    /// An ES module.
    #[must_use]
    pub fn module(source: &'a str) -> Self {
        Self {
            format: BundleFormat::EsModule,
            ..Self::new(source)
        }
    }
}

impl Setup {
    /// An empty data directory. `KETRICS_TEST_DIRECTORY=postgres` puts the directory of tenants
    /// into PostgreSQL.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn new() -> Self {
        if servers::directories_in_postgres() {
            return Self::on_postgres().await.expect("a PostgreSQL server");
        }
        Self::with_data(data(&env::temp_dir())).await
    }

    /// An empty data directory in this folder, and all that the host keeps in it.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn within(folder: &Path) -> Self {
        Self::with_data(data(folder)).await
    }

    async fn with_data(data: TempDir) -> Self {
        let directory = Directory::open(&data.path().join("directory.sqlite"))
            .await
            .expect("a directory");
        Self {
            data,
            directory,
            schema: None,
            arguments: Vec::new(),
            variables: Vec::new(),
            lacking: Vec::new(),
        }
    }

    /// An empty data directory, with the directory of tenants in PostgreSQL; `None` where there
    /// is no server.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn on_postgres() -> Option<Self> {
        let schema = Schema::new().await?;
        let settings = schema.settings();
        let directory = Directory::connect(&settings).await.expect("a directory");
        Some(Self {
            data: data(&env::temp_dir()),
            directory,
            variables: vec![
                ("KETRICS_DIRECTORY_ENGINE", "postgres".to_owned()),
                ("KETRICS_DIRECTORY_URL", settings.url),
                (
                    "KETRICS_DIRECTORY_MAX_CONNECTIONS",
                    settings.max_connections.to_string(),
                ),
            ],
            schema: Some(Arc::new(schema)),
            arguments: Vec::new(),
            lacking: Vec::new(),
        })
    }

    /// What another host on the same PostgreSQL is started from: the same keys, arguments and
    /// variables, and an empty data directory of its own.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self {
            data: data(&env::temp_dir()),
            directory: self.directory.clone(),
            schema: self.schema.clone(),
            arguments: self.arguments.clone(),
            variables: self.variables.clone(),
            lacking: self.lacking.clone(),
        }
    }

    /// Sets a variable of the host's environment.
    #[must_use]
    pub fn set(mut self, variable: &'static str, value: &str) -> Self {
        self.variables.push((variable, value.to_owned()));
        self
    }

    /// Has the host reach the directory in PostgreSQL through a proxy, which is given with it.
    ///
    /// # Panics
    /// When the directory is not in PostgreSQL.
    pub async fn through_a_proxy(mut self) -> (Self, Proxy) {
        let mut urls = self.variables.iter_mut();
        let url = urls.find(|(name, _)| *name == "KETRICS_DIRECTORY_URL");
        let (_, url) = url.expect("a directory in PostgreSQL");
        let mut parsed = Url::parse(url).expect("a URL");
        let (host, port) = (parsed.host_str().expect("a host"), parsed.port());
        let proxy = Proxy::before(format!("{host}:{}", port.unwrap_or(5432))).await;
        parsed.set_host(Some("127.0.0.1")).expect("a host");
        parsed.set_port(Some(proxy.port)).expect("a port");
        *url = parsed.to_string();
        (self, proxy)
    }

    /// Adds an argument of `ketrics serve`.
    #[must_use]
    pub fn with(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Has the host find a kernel that lacks these system calls.
    #[must_use]
    pub fn on_a_kernel_without(mut self, calls: &[i64]) -> Self {
        self.lacking.extend(calls);
        self
    }

    /// Makes an application that is deployed and called by a user with every action.
    ///
    /// # Panics
    /// When the directory does not take it.
    pub async fn app(&self, spec: AppSpec<'_>) -> App {
        let directory = &self.directory;
        let tenant = directory
            .ensure_tenant(spec.tenant, spec.tenant)
            .await
            .expect("a tenant");
        let application = directory
            .ensure_application(tenant.id, spec.code, spec.code)
            .await
            .expect("an application");
        let email = format!("user@{}.example", spec.tenant);
        let user = directory
            .ensure_user(tenant.id, &email, "Ada", "Example")
            .await
            .expect("a user");
        let actions = ["read", "write"].map(str::to_owned);
        let role = directory
            .ensure_role(application.id, "all", "All", &actions)
            .await
            .expect("a role");
        directory
            .assign_role(role.id, Assignee::User(user.id))
            .await
            .expect("an assignment");
        for (name, value) in spec.environment {
            directory
                .set_environment(application.id, name, value)
                .await
                .expect("a value");
        }
        let token = Token::user(&tenant.id, &user.id).sign(&KEY);
        let app = App {
            tenant,
            application,
            user,
            token,
        };
        deploy(directory, &app, &spec).await;
        app
    }

    /// Makes an application of the same tenant that is deployed and in which nobody has a role.
    ///
    /// # Panics
    /// When the directory does not take it.
    pub async fn closed_app(&self, neighbour: &App, code: &str, source: &str) {
        let application = self
            .directory
            .ensure_application(neighbour.tenant.id, code, code)
            .await
            .expect("an application");
        let app = App {
            application,
            ..neighbour.clone()
        };
        deploy(&self.directory, &app, &AppSpec::new(source)).await;
    }

    /// Makes a volume and grants it.
    ///
    /// # Panics
    /// When the directory does not take it.
    pub async fn volume(&self, app: &App, code: &str, spec: VolumeSpec, permissions: &[&str]) {
        self.directory
            .put_volume(app.tenant.id, code, &spec)
            .await
            .expect("a volume");
        self.grant(app, GrantKind::Volume, code, permissions).await;
    }

    /// Makes a SQL database and grants it.
    ///
    /// # Panics
    /// When the directory does not take it.
    pub async fn database(&self, app: &App, code: &str, permissions: &[&str]) {
        self.database_on(app, code, "sqlite", "", permissions).await;
    }

    /// Makes a SQL database on some engine, and grants it.
    ///
    /// # Panics
    /// When the directory does not take it.
    pub async fn database_on(
        &self,
        app: &App,
        code: &str,
        engine: &str,
        settings: &str,
        permissions: &[&str],
    ) {
        let spec = DatabaseSpec {
            name: code.to_owned(),
            engine: engine.to_owned(),
            settings: settings.to_owned(),
        };
        self.directory
            .put_database(app.tenant.id, code, &spec)
            .await
            .expect("a database");
        self.grant(app, GrantKind::Database, code, permissions)
            .await;
    }

    /// Makes a secret and grants it.
    ///
    /// # Panics
    /// When it cannot be encrypted.
    pub async fn secret(&self, app: &App, code: &str, value: &str) {
        let config = ServicesConfig {
            data_dir: self.data.path().to_owned(),
            public_url: String::new(),
            signing_key: SigningKey::new(KEY),
            volumes: VolumeEngine::default(),
            secrets: SecretEngine::default(),
            egress: EgressPolicy::default(),
            documents: DocumentsEngine::default(),
            ai: AiEngine::default(),
            push: PushConfig::default(),
        };
        let services = Services::open(config, self.directory.clone())
            .await
            .expect("services");
        services
            .seal_secret(app.tenant.id, code, value)
            .await
            .expect("a secret");
        self.grant(app, GrantKind::Secret, code, &[]).await;
    }

    /// Grants a resource.
    ///
    /// # Panics
    /// When the directory does not take it.
    pub async fn grant(&self, app: &App, kind: GrantKind, code: &str, permissions: &[&str]) {
        let permissions: Vec<String> = permissions
            .iter()
            .map(|&permission| permission.to_owned())
            .collect();
        self.directory
            .grant(app.application.id, kind, code, &permissions)
            .await
            .expect("a grant");
    }

    /// Starts the host on what was made.
    #[must_use]
    pub fn start(self) -> Host {
        Host::start(self)
    }

    /// A host with one application, for tests that need no more.
    pub async fn serve(source: &str) -> (Host, App) {
        let setup = Self::new().await;
        let app = setup.app(AppSpec::new(source)).await;
        (setup.start(), app)
    }
}

/// A data directory with the keys of the hosts under test.
fn data(folder: &Path) -> TempDir {
    let data = TempDir::new_in(folder).expect("a folder");
    let keys = data.path().join("keys");
    fs::create_dir(&keys).expect("a folder");
    for name in ["tokens.key", "signing.key"] {
        fs::write(keys.join(name), KEY).expect("a file");
    }
    data
}

/// Stores a deployment and makes it the active one.
pub(crate) async fn deploy(directory: &Directory, app: &App, spec: &AppSpec<'_>) {
    let new = NewDeployment {
        id: DeploymentId::new(),
        version: "1.0.0".to_owned(),
        config: spec.config.to_owned(),
        bundle: Bundle {
            name: "dist/index.js".to_owned(),
            format: spec.format,
            source: spec.source.to_owned(),
            source_map: spec.source_map.clone(),
        },
        report: "{}".to_owned(),
    };
    let deployment = directory
        .create_deployment(app.application.id, new)
        .await
        .expect("a deployment");
    directory
        .activate_deployment(app.application.id, deployment.id)
        .await
        .expect("an activation");
}
