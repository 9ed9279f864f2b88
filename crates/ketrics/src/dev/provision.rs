//! Does what an administrator does on a real host: makes a tenant, people, resources and values.
//!
//! Everything may be there already from the last run; what `dev.json` says is brought up to date.

use super::seed;
use super::settings;
use super::settings::FILE;
use super::settings::Settings;
use crate::problem::Problem;
use ketrics_application::ApplicationConfig;
use ketrics_application::Resource;
use ketrics_application::ResourceKind;
use ketrics_directory::Application;
use ketrics_directory::Assignee;
use ketrics_directory::DatabaseSpec;
use ketrics_directory::Directory;
use ketrics_directory::DirectoryError;
use ketrics_directory::GrantKind;
use ketrics_directory::Tenant;
use ketrics_directory::User;
use ketrics_directory::VolumeSpec;
use ketrics_services::Services;
use ketrics_services::database_engine;
use std::collections::HashMap;
use std::path::Path;

/// The tenant that every application under `ketrics dev` belongs to.
const TENANT: &str = "local";

/// The role of whoever develops the application; it allows everything.
const DEVELOPER_ROLE: &str = "ketrics-developer";

/// Who and what there is.
pub struct Provisioned {
    /// The tenant.
    pub tenant: Tenant,
    /// The application.
    pub application: Application,
    /// The developer.
    pub developer: User,
}

impl From<DirectoryError> for Problem {
    fn from(error: DirectoryError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Makes the tenant, the application and the developer.
pub async fn identities(
    directory: &Directory,
    config: &ApplicationConfig,
) -> Result<Provisioned, Problem> {
    let tenant = directory.ensure_tenant(TENANT, "Local tenant").await?;
    let title = config.description.as_deref().unwrap_or(&config.name);
    let application = directory
        .ensure_application(tenant.id, &config.name, title)
        .await?;
    let developer = directory
        .ensure_user(tenant.id, "developer@localhost", "Local", "Developer")
        .await?;
    let actions = config.action_codes();
    let role = directory
        .ensure_role(application.id, DEVELOPER_ROLE, "Developer", &actions)
        .await?;
    directory
        .assign_role(role.id, Assignee::User(developer.id))
        .await?;
    Ok(Provisioned {
        tenant,
        application,
        developer,
    })
}

/// Makes what an application declares and what `dev.json` adds. Roles of the application must be
/// there, so this follows a deploy.
pub struct Provisioning<'a> {
    /// Takes everything.
    pub directory: &'a Directory,
    /// Encrypts secrets.
    pub services: &'a Services,
    /// For whom.
    pub provisioned: &'a Provisioned,
    /// What is declared.
    pub config: &'a ApplicationConfig,
    /// What is added.
    pub settings: &'a Settings,
    /// The application's folder.
    pub folder: &'a Path,
    /// The host's data directory.
    pub data: &'a Path,
}

impl Provisioning<'_> {
    /// Does it.
    pub async fn run(&self) -> Result<(), Problem> {
        let application = self.provisioned.application.id;
        for resource in &self.config.resources {
            self.make(resource).await?;
            // An administrator would choose; here the real resource has the declared code.
            self.directory
                .set_environment(application, &resource.variable, &resource.code)
                .await?;
        }
        let variables = self.config.variables();
        for (name, value) in &self.settings.environment {
            if !variables.contains(name.as_str()) {
                return Err(Problem::Failed(format!(
                    "{FILE}: `environment` sets {name}, which ketrics.config.json does not declare"
                )));
            }
            self.directory
                .set_environment(application, name, value)
                .await?;
        }
        for permission in &self.settings.platform_permissions {
            self.directory
                .grant_platform_permission(application, permission)
                .await?;
        }
        let users = self.people().await?;
        for database in &self.settings.databases {
            self.make_database(database, &users).await?;
        }
        Ok(())
    }

    async fn make(&self, resource: &Resource) -> Result<(), Problem> {
        let tenant = self.provisioned.tenant.id;
        match resource.kind {
            ResourceKind::Volume => {
                let spec = VolumeSpec {
                    name: resource.code.clone(),
                    ..VolumeSpec::default()
                };
                self.directory
                    .put_volume(tenant, &resource.code, &spec)
                    .await?;
            }
            ResourceKind::Secret => match self.settings.secrets.get(&resource.code) {
                Some(value) => self
                    .services
                    .seal_secret(tenant, &resource.code, value)
                    .await
                    .map_err(|error| {
                        Problem::failed(format_args!("the secret {:?}", resource.code), error)
                    })?,
                None => eprintln!(
                    "ketrics: the secret {:?} has no value; give it one under `secrets` in {FILE}",
                    resource.code
                ),
            },
            ResourceKind::DocumentDb => {
                self.directory
                    .put_document_database(tenant, &resource.code, &resource.code)
                    .await?;
            }
            ResourceKind::Parameter => match self.settings.parameters.get(&resource.code) {
                Some(value) => {
                    self.directory
                        .put_parameter(tenant, &resource.code, value.get())
                        .await?;
                }
                None => eprintln!(
                    "ketrics: the parameter {:?} has no value; give it one under `parameters` in \
                     {FILE}",
                    resource.code
                ),
            },
        }
        Ok(())
    }

    async fn make_database(
        &self,
        database: &settings::Database,
        users: &HashMap<String, User>,
    ) -> Result<(), Problem> {
        let tenant = self.provisioned.tenant.id;
        let file = format!("{tenant}/{}.sqlite", database.code);
        let (engine, place) = match &database.url {
            Some(url) => (database_engine(url).map_err(Problem::Failed)?, url),
            None => ("sqlite", &file),
        };
        let spec = DatabaseSpec {
            name: database.code.clone(),
            engine: engine.to_owned(),
            settings: place.clone(),
        };
        self.directory
            .put_database(tenant, &database.code, &spec)
            .await?;
        let application = self.provisioned.application.id;
        let permissions = &database.permissions;
        self.directory
            .grant(
                application,
                GrantKind::Database,
                &database.code,
                permissions,
            )
            .await?;
        if database.url.is_some() {
            return Ok(());
        }
        let file = self.data.join("databases").join(file);
        seed::seed(&file, database, self.folder, users)
    }

    /// The users of `dev.json` with their roles and groups, by e-mail address.
    async fn people(&self) -> Result<HashMap<String, User>, Problem> {
        let Provisioned {
            tenant,
            application,
            developer,
        } = self.provisioned;
        let roles = self.directory.roles(application.id).await?;
        let mut users = HashMap::new();
        for person in &self.settings.users {
            let settings::User {
                email,
                first_name,
                last_name,
                roles: wanted,
            } = person;
            let user = self
                .directory
                .ensure_user(tenant.id, email, first_name, last_name)
                .await?;
            for code in wanted {
                let role = roles.iter().find(|role| role.code == *code).ok_or_else(|| {
                    Problem::Failed(format!(
                        "{FILE}: {email:?} is to have the role {code:?}, which ketrics.config.json does not declare"
                    ))
                })?;
                self.directory
                    .assign_role(role.id, Assignee::User(user.id))
                    .await?;
            }
            users.insert(email.clone(), user);
        }
        for group in &self.settings.groups {
            let made = self
                .directory
                .ensure_group(tenant.id, &group.code, &group.name)
                .await?;
            for member in group.members.iter().filter_map(|email| users.get(email)) {
                self.directory.add_group_member(made.id, member.id).await?;
            }
        }
        users.insert(developer.email.clone(), developer.clone());
        Ok(users)
    }
}
