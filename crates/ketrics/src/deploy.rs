//! Makes a deployment from an application on disk: what it declares goes into the directory, its
//! bundle becomes a deployment that does not run yet.

use crate::problem::Problem;
use ketrics_application::ApplicationConfig;
use ketrics_application::Bundle;
use ketrics_application::CONFIG_FILE;
use ketrics_application::ModuleFormat;
use ketrics_application::ResourceKind;
use ketrics_directory::Application;
use ketrics_directory::BundleFormat;
use ketrics_directory::Deployment;
use ketrics_directory::Directory;
use ketrics_directory::DirectoryError;
use ketrics_directory::GrantKind;
use ketrics_directory::NewDeployment;
use serde_json::json;
use std::fs;
use std::path::Path;

/// An application as it stands on disk.
pub struct Source {
    /// `ketrics.config.json`, checked.
    pub config: ApplicationConfig,
    /// The same as text.
    pub config_text: String,
}

impl Source {
    /// Reads and checks the configuration of an application's folder.
    pub fn read(folder: &Path) -> Result<Self, Problem> {
        let path = folder.join(CONFIG_FILE);
        let config_text = fs::read_to_string(&path).map_err(|error| {
            Problem::Failed(format!(
                "{} cannot be read ({error}); name the folder of an application",
                path.display()
            ))
        })?;
        let config = ApplicationConfig::parse(&config_text)
            .map_err(|error| Problem::Failed(error.to_string()))?;
        Ok(Self {
            config,
            config_text,
        })
    }

    /// Reads the bundle.
    pub fn bundle(&self, folder: &Path) -> Result<Bundle, Problem> {
        Bundle::read(folder, &self.config).map_err(|error| Problem::Failed(error.to_string()))
    }
}

/// Stores a deployment and what it declares. Everything but the deployment itself may be there
/// already, and stays: values of variables and assignments of roles are the administrator's.
pub async fn deploy(
    directory: &Directory,
    application: &Application,
    source: &Source,
    bundle: Bundle,
) -> Result<Deployment, DirectoryError> {
    let config = &source.config;
    for variable in config.variables() {
        directory
            .declare_environment(application.id, variable)
            .await?;
    }
    for role in &config.roles {
        directory
            .ensure_role(application.id, &role.code, &role.name, &role.actions)
            .await?;
    }
    let mut granted = Vec::new();
    for resource in &config.resources {
        let (kind, permissions) = grant_for(resource.kind);
        directory
            .grant(application.id, kind, &resource.code, &permissions)
            .await?;
        granted.push(format!("{}:{}", resource.kind, resource.code));
    }
    let report = json!({
        "actions": config.action_codes(),
        "roles": config.roles.iter().map(|role| &role.code).collect::<Vec<_>>(),
        "variables": config.variables(),
        "granted": granted,
    });
    let new = NewDeployment {
        version: config.version.clone(),
        config: source.config_text.clone(),
        bundle: ketrics_directory::Bundle {
            name: bundle.name,
            format: match bundle.format {
                ModuleFormat::CommonJs => BundleFormat::CommonJs,
                ModuleFormat::EsModule => BundleFormat::EsModule,
            },
            source: bundle.source,
            source_map: bundle.source_map,
        },
        report: report.to_string(),
    };
    directory.create_deployment(application.id, new).await
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
