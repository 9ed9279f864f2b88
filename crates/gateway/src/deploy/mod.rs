//! Deploying: a bundle is tried in a real zygote, under the limits that it will live with, before
//! anything is written; what it declares and the switch to it are one transaction.
//!
//! Calls that run finish on the deployment that they began with, because their processes are
//! already forked from its zygote. The next ones go to the new one, whose zygote is loaded by then.

mod needs;
mod report;

pub use needs::Need;
pub use report::DeployReport;
pub use report::DeploymentSummary;
pub use report::time;

use crate::error::CallError;
use crate::error::ErrorCode;
use crate::routes::Target;
use crate::runtime::Runtime;
use ketrics_application::ApplicationConfig;
use ketrics_application::ModuleFormat;
use ketrics_application::ResourceKind;
use ketrics_application::Unpacked;
use ketrics_directory::Application;
use ketrics_directory::ApplicationId;
use ketrics_directory::Bundle;
use ketrics_directory::BundleFormat;
use ketrics_directory::Declared;
use ketrics_directory::DeclaredGrant;
use ketrics_directory::DeclaredRole;
use ketrics_directory::Deployment;
use ketrics_directory::DeploymentId;
use ketrics_directory::GrantKind;
use ketrics_directory::NewDeployment;
use ketrics_directory::Released;
use ketrics_directory::Tenant;
use ketrics_protocol::frame::LoadReport;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::MutexGuard;

/// Locks that applications share by their ids; two deploys of one application always meet.
const LOCKS: usize = 64;

/// Deploys to this host's directory.
#[derive(Debug)]
pub struct Deployer {
    runtime: Arc<Runtime>,
    locks: [Mutex<()>; LOCKS],
}

/// The application that is deployed to.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its tenant.
    pub tenant: Tenant,
    /// The application.
    pub application: Application,
}

impl Deployer {
    /// Tries bundles in this runtime.
    #[must_use]
    pub fn new(runtime: Arc<Runtime>) -> Self {
        Self {
            runtime,
            locks: std::array::from_fn(|_| Mutex::default()),
        }
    }

    /// Checks an application and puts it in charge. Deploys to one application wait for each
    /// other, and go in the order in which they came.
    ///
    /// # Errors
    /// With the reason; then the deployment before goes on.
    pub async fn deploy(
        &self,
        place: &Place,
        unpacked: Unpacked,
    ) -> Result<DeployReport, CallError> {
        let _turn = self.turn(place.application.id).await;
        let directory = self.runtime.directory();
        let before = directory.active_deployment(place.application.id).await?;
        let Unpacked {
            config,
            config_text,
            bundle,
        } = unpacked;
        let bundle = Bundle {
            name: bundle.name,
            format: match bundle.format {
                ModuleFormat::CommonJs => BundleFormat::CommonJs,
                ModuleFormat::EsModule => BundleFormat::EsModule,
            },
            source: bundle.source,
            source_map: bundle.source_map,
        };
        let deployment = Deployment {
            id: DeploymentId::new(),
            application_id: place.application.id,
            version: config.version.clone(),
            config: config_text,
            report: String::new(),
            created_at: chrono::Utc::now().timestamp_millis(),
        };
        let mut target = self.candidate(place, &deployment, &config).await?;
        let loaded = self.try_out(&target, &bundle, &config).await?;
        let needs = needs::of(directory, place, &config, &target.environment).await?;
        let report = DeployReport::new(place, &deployment, &config, &loaded, needs);
        target.deployment.report = report.stored();
        let new = NewDeployment {
            id: deployment.id,
            version: deployment.version,
            config: deployment.config,
            bundle,
            report: target.deployment.report.clone(),
        };
        directory
            .create_deployment(place.application.id, new)
            .await?;
        let switched = self.switch(&target, &config, before).await;
        if switched.is_err() {
            self.runtime.discard(&target);
            directory
                .discard_deployment(place.application.id, deployment.id)
                .await?;
        }
        switched.map(|()| report)
    }

    /// Puts an earlier deployment in charge again, after the same checks.
    ///
    /// # Errors
    /// With the reason; then the deployment before goes on.
    pub async fn roll_back(
        &self,
        place: &Place,
        deployment: DeploymentId,
    ) -> Result<DeployReport, CallError> {
        let _turn = self.turn(place.application.id).await;
        let directory = self.runtime.directory();
        let before = directory.active_deployment(place.application.id).await?;
        let not_found = || {
            CallError::new(
                ErrorCode::NotFound,
                format!("There is no deployment {deployment} of this application"),
            )
        };
        let found = directory
            .find_deployment(place.application.id, deployment)
            .await?
            .ok_or_else(not_found)?;
        let bundle = directory.bundle(found.id).await?.ok_or_else(not_found)?;
        let config = ApplicationConfig::parse(&found.config)
            .map_err(|error| CallError::new(ErrorCode::InvalidDeployment, error.to_string()))?;
        let target = self.candidate(place, &found, &config).await?;
        let loaded = self.try_out(&target, &bundle, &config).await?;
        let needs = needs::of(directory, place, &config, &target.environment).await?;
        self.switch(&target, &config, before).await?;
        Ok(DeployReport::new(place, &found, &config, &loaded, needs))
    }

    /// The application's deployments, newest first.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn list(&self, place: &Place) -> Result<Vec<DeploymentSummary>, CallError> {
        let directory = self.runtime.directory();
        let active = directory.active_deployment(place.application.id).await?;
        let active = active.map(|deployment| deployment.id);
        let all = directory.deployments(place.application.id).await?;
        Ok(all
            .iter()
            .map(|deployment| DeploymentSummary::new(deployment, active))
            .collect())
    }

    async fn turn(&self, application: ApplicationId) -> MutexGuard<'_, ()> {
        let (_, low) = application.0.as_u64_pair();
        let lock = usize::try_from(low % LOCKS as u64).unwrap_or_default();
        self.locks[lock].lock().await
    }

    /// What would run: the environment as it will be.
    async fn candidate(
        &self,
        place: &Place,
        deployment: &Deployment,
        config: &ApplicationConfig,
    ) -> Result<Target, CallError> {
        let environment = self.runtime.directory().environment(place.application.id);
        let mut environment = environment.await?;
        for name in config.variables() {
            environment.entry(name.to_owned()).or_default();
        }
        let limits = self
            .runtime
            .limits_in(&deployment.config)
            .map_err(|error| {
                CallError::new(ErrorCode::InvalidDeployment, format!("limits: {error}"))
            })?;
        Ok(Target {
            tenant: place.tenant.clone(),
            application: place.application.clone(),
            deployment: deployment.clone(),
            environment,
            limits,
        })
    }

    /// Loads the bundle in a zygote, which is then ready for the first call.
    async fn try_out(
        &self,
        target: &Target,
        bundle: &Bundle,
        config: &ApplicationConfig,
    ) -> Result<LoadReport, CallError> {
        let loaded = self.runtime.prepare(target, bundle).await;
        let checked = loaded.and_then(|loaded| check_exports(config, &loaded).map(|()| loaded));
        if checked.is_err() {
            self.runtime.discard(target);
        }
        checked
    }

    async fn switch(
        &self,
        target: &Target,
        config: &ApplicationConfig,
        before: Option<Deployment>,
    ) -> Result<(), CallError> {
        let released = self
            .runtime
            .directory()
            .release(
                target.application.id,
                target.deployment.id,
                &declared(config),
                before.map(|deployment| deployment.id),
            )
            .await?;
        self.runtime.refresh();
        match released {
            Released::Active => Ok(()),
            Released::Overtaken => Err(CallError::new(
                ErrorCode::Conflict,
                "Another deployment was put in charge by another host meanwhile; deploy again",
            )),
        }
    }
}

/// What the configuration declares, for the directory.
#[must_use]
pub fn declared(config: &ApplicationConfig) -> Declared {
    Declared {
        variables: config.variables().into_iter().map(str::to_owned).collect(),
        roles: config
            .roles
            .iter()
            .map(|role| DeclaredRole {
                code: role.code.clone(),
                name: role.name.clone(),
                actions: role.actions.clone(),
            })
            .collect(),
        grants: config
            .resources
            .iter()
            .map(|resource| {
                let (kind, permissions) = grant_for(resource.kind);
                DeclaredGrant {
                    kind,
                    code: resource.code.clone(),
                    permissions,
                }
            })
            .collect(),
    }
}

/// What declaring a resource grants.
fn grant_for(kind: ResourceKind) -> (GrantKind, Vec<String>) {
    let all = || vec!["*".to_owned()];
    match kind {
        ResourceKind::Volume => (GrantKind::Volume, all()),
        ResourceKind::DocumentDb => (GrantKind::DocumentDb, all()),
        ResourceKind::Secret => (GrantKind::Secret, Vec::new()),
        ResourceKind::Parameter => (GrantKind::Parameter, Vec::new()),
    }
}

/// Every function that the configuration names must be one that the bundle exports.
fn check_exports(config: &ApplicationConfig, loaded: &LoadReport) -> Result<(), CallError> {
    let missing: Vec<String> = config
        .functions
        .iter()
        .filter(|name| !loaded.functions.contains(name))
        .map(|name| {
            if loaded.other_exports.contains(name) {
                format!("'{name}' is exported but is not a function")
            } else {
                format!("'{name}' is not exported")
            }
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let exported = match loaded.functions.as_slice() {
        [] => "no functions".to_owned(),
        functions => functions.join(", "),
    };
    Err(CallError::new(
        ErrorCode::InvalidDeployment,
        format!(
            "`functions` in ketrics.config.json does not match the bundle: {}; the bundle exports {exported}",
            missing.join(", ")
        ),
    ))
}
