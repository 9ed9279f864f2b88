//! Two tenants with an application each, and a third application beside the first.

use async_trait::async_trait;
use ketrics_directory::Application;
use ketrics_directory::DatabaseSpec;
use ketrics_directory::DeploymentId;
use ketrics_directory::Directory;
use ketrics_directory::GrantKind;
use ketrics_directory::Tenant;
use ketrics_directory::VolumeSpec;
use ketrics_protocol::Argument;
use ketrics_protocol::RequestorContext;
use ketrics_protocol::RequestorKind;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_services::AiEngine;
use ketrics_services::Caller;
use ketrics_services::DocumentsEngine;
use ketrics_services::EgressPolicy;
use ketrics_services::Invocation;
use ketrics_services::Memories;
use ketrics_services::Memory;
use ketrics_services::OpenError;
use ketrics_services::Peer;
use ketrics_services::PeerError;
use ketrics_services::PeerResult;
use ketrics_services::Peers;
use ketrics_services::PushConfig;
use ketrics_services::SecretEngine;
use ketrics_services::Services;
use ketrics_services::ServicesConfig;
use ketrics_services::SigningKey;
use ketrics_services::VolumeEngine;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;
use tempfile::TempDir;
use uuid::Uuid;

pub struct World {
    pub services: Services,
    pub directory: Directory,
    pub acme: Tenant,
    pub orders: Application,
    pub second: Application,
    pub other: Tenant,
    pub stranger: Application,
    pub folder: TempDir,
    pub engines: Engines,
}

/// The engines that a world runs on; the embedded ones unless it is told otherwise.
#[derive(Clone, Default)]
pub struct Engines {
    pub volumes: VolumeEngine,
    pub secrets: SecretEngine,
    pub documents: DocumentsEngine,
    pub ai: AiEngine,
    pub push: PushConfig,
}

pub async fn world() -> World {
    world_with(EgressPolicy::default()).await
}

pub async fn world_with(egress: EgressPolicy) -> World {
    world_on(Engines::default(), egress).await
}

pub async fn world_on(engines: Engines, egress: EgressPolicy) -> World {
    let folder = TempDir::new().unwrap();
    let directory = Directory::open(&folder.path().join("directory.sqlite"))
        .await
        .unwrap();
    let acme = directory.ensure_tenant("acme", "Acme").await.unwrap();
    let orders = directory
        .ensure_application(acme.id, "orders", "Orders")
        .await
        .unwrap();
    let second = directory
        .ensure_application(acme.id, "second", "Second")
        .await
        .unwrap();
    let other = directory.ensure_tenant("other", "Other").await.unwrap();
    let stranger = directory
        .ensure_application(other.id, "orders", "Orders")
        .await
        .unwrap();
    let services = services_on(folder.path(), &directory, egress, &engines).await;
    World {
        services,
        directory,
        acme,
        orders,
        second,
        other,
        stranger,
        folder,
        engines,
    }
}

pub async fn services(data: &Path, directory: &Directory, egress: EgressPolicy) -> Services {
    services_on(data, directory, egress, &Engines::default()).await
}

async fn services_on(
    data: &Path,
    directory: &Directory,
    egress: EgressPolicy,
    engines: &Engines,
) -> Services {
    open(data, directory, egress, engines).await.unwrap()
}

/// Opens the services, which may fail where an engine is elsewhere.
pub async fn open(
    data: &Path,
    directory: &Directory,
    egress: EgressPolicy,
    engines: &Engines,
) -> Result<Services, OpenError> {
    let config = ServicesConfig {
        data_dir: data.join("data"),
        public_url: "http://files.test/".to_owned(),
        signing_key: SigningKey::new([7; 32]),
        egress,
        volumes: engines.volumes.clone(),
        secrets: engines.secrets.clone(),
        documents: engines.documents.clone(),
        ai: engines.ai.clone(),
        push: engines.push.clone(),
    };
    Services::open(config, directory.clone()).await
}

impl World {
    /// The same data after the host was started again.
    pub async fn restarted(self) -> Self {
        let path = self.folder.path();
        let egress = EgressPolicy::default();
        let services = services_on(path, &self.directory, egress, &self.engines).await;
        Self { services, ..self }
    }

    /// The same data behind other engines.
    pub async fn on(&self, engines: Engines) -> Services {
        let egress = EgressPolicy::default();
        services_on(self.folder.path(), &self.directory, egress, &engines).await
    }

    pub fn invocation(&self) -> Arc<Invocation> {
        invocation(&self.acme, &self.orders, Duration::from_secs(60))
    }

    pub fn of_second(&self) -> Arc<Invocation> {
        invocation(&self.acme, &self.second, Duration::from_secs(60))
    }

    pub fn of_stranger(&self) -> Arc<Invocation> {
        invocation(&self.other, &self.stranger, Duration::from_secs(60))
    }

    pub async fn call(
        &self,
        invocation: &Invocation,
        call: ServiceCall,
    ) -> Result<ServiceReply, ServiceError> {
        self.services.handle(invocation, call).await
    }

    /// A volume of the first tenant, granted to its application.
    pub async fn volume(&self, code: &str, permissions: &[&str], spec: VolumeSpec) {
        self.directory
            .put_volume(self.acme.id, code, &spec)
            .await
            .unwrap();
        self.grant(GrantKind::Volume, code, permissions).await;
    }

    /// A SQLite database of the first tenant, granted to its application.
    pub async fn database(&self, code: &str, permissions: &[&str]) {
        let spec = DatabaseSpec {
            name: code.to_owned(),
            engine: "sqlite".to_owned(),
            settings: String::new(),
        };
        self.directory
            .put_database(self.acme.id, code, &spec)
            .await
            .unwrap();
        self.grant(GrantKind::Database, code, permissions).await;
    }

    pub async fn grant(&self, kind: GrantKind, code: &str, permissions: &[&str]) {
        let permissions: Vec<String> = permissions.iter().map(|&name| name.to_owned()).collect();
        self.directory
            .grant(self.orders.id, kind, code, &permissions)
            .await
            .unwrap();
    }
}

pub fn invocation(tenant: &Tenant, application: &Application, left: Duration) -> Arc<Invocation> {
    invocation_within(tenant, application, left, memories().of(tenant.id))
}

/// Room enough for every tenant.
pub fn memories() -> Memories {
    Memories::new(256 * 1024 * 1024)
}

/// One whose tenant's calls may hold so much.
pub fn invocation_within(
    tenant: &Tenant,
    application: &Application,
    left: Duration,
    memory: Memory,
) -> Arc<Invocation> {
    let caller = Caller {
        invocation_id: Uuid::new_v4(),
        tenant_id: tenant.id,
        tenant_code: tenant.code.clone(),
        application_id: application.id,
        application_code: application.code.clone(),
        deployment_id: DeploymentId::new(),
        requestor: RequestorContext {
            kind: RequestorKind::User,
            user_id: Some(Uuid::new_v4().to_string()),
            service_account_id: None,
            service_account_code: None,
            name: "Ada".to_owned(),
            email: Some("ada@acme.test".to_owned()),
            application_permissions: vec!["read".to_owned()],
            is_cross_app: None,
            source_application_code: None,
        },
        path: Vec::new(),
        deadline: Instant::now() + left,
    };
    Arc::new(Invocation::new(caller, Arc::new(NoPeers), memory))
}

/// There is no gateway, so nothing can be called.
struct NoPeers;

#[async_trait]
impl Peers for NoPeers {
    async fn find(&self, _: &Caller, _: &str) -> Result<Peer, PeerError> {
        Err(PeerError::NotFound)
    }

    async fn call(&self, _: &Caller, _: &str, _: &str, _: String) -> Result<PeerResult, PeerError> {
        Err(PeerError::NotFound)
    }
}

/// The class and the constructor arguments of an error, for comparison.
pub fn told(error: &ServiceError) -> (&str, Vec<String>) {
    let arguments = error.arguments.iter().map(|argument| match argument {
        Argument::Text(text) => text.clone(),
        Argument::Number(number) => number.to_string(),
        Argument::Bool(value) => value.to_string(),
        Argument::List(list) => list.join("|"),
    });
    (error.class.as_str(), arguments.collect())
}
