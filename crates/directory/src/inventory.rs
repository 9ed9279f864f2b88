//! Everything that an administrator set up for a tenant, in one answer: what a declared state is
//! compared with.

use crate::Application;
use crate::ApplicationId;
use crate::Assignee;
use crate::Database;
use crate::Directory;
use crate::DirectoryError;
use crate::DocumentDatabase;
use crate::GrantKind;
use crate::Group;
use crate::GroupId;
use crate::Parameter;
use crate::Role;
use crate::Secret;
use crate::ServiceAccount;
use crate::TenantId;
use crate::User;
use crate::UserId;
use crate::Volume;
use crate::resources;
use crate::users;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// What a tenant has. Maps are by code, people by e-mail address.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// People.
    pub users: BTreeMap<String, User>,
    /// Machines' accounts.
    pub service_accounts: BTreeMap<String, ServiceAccount>,
    /// Groups with their members.
    pub groups: BTreeMap<String, (Group, BTreeSet<UserId>)>,
    /// Places for files.
    pub volumes: BTreeMap<String, Volume>,
    /// SQL databases.
    pub databases: BTreeMap<String, Database>,
    /// Places for documents.
    pub document_databases: BTreeMap<String, DocumentDatabase>,
    /// Secrets, encrypted.
    pub secrets: BTreeMap<String, Secret>,
    /// Configuration values.
    pub parameters: BTreeMap<String, Parameter>,
    /// Applications.
    pub applications: BTreeMap<String, ApplicationInventory>,
}

/// What an application was given.
#[derive(Clone, Debug)]
pub struct ApplicationInventory {
    /// The application.
    pub application: Application,
    /// Values of its variables.
    pub environment: BTreeMap<String, String>,
    /// Roles with those who have them.
    pub roles: BTreeMap<String, (Role, BTreeSet<Assignee>)>,
    /// What it may do with resources, by kind and code.
    pub grants: BTreeMap<(GrantKind, String), Vec<String>>,
    /// What it may ask of the platform.
    pub platform_permissions: BTreeSet<String>,
    /// `ketrics.config.json` of the deployment that runs.
    pub config: Option<String>,
}

impl Directory {
    /// What a tenant has.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn inventory(&self, tenant: TenantId) -> Result<Inventory, DirectoryError> {
        let mut inventory = Inventory::default();
        let id = tenant.to_string();
        /// The rows of one of the tenant's tables, each made into what it stands for.
        macro_rules! rows {
            ($query:literal, $row:ty, $make:path) => {{
                let rows: Vec<$row> = sqlx::query_as($query)
                    .bind(&id)
                    .fetch_all(&self.pool)
                    .await?;
                rows.into_iter()
                    .map($make)
                    .collect::<Result<Vec<_>, DirectoryError>>()?
            }};
        }
        for user in rows!(
            "SELECT id, tenant_id, email, first_name, last_name, status FROM users \
             WHERE tenant_id = $1",
            users::UserRow,
            users::user
        ) {
            inventory.users.insert(user.email.clone(), user);
        }
        for account in rows!(
            "SELECT id, tenant_id, code, name FROM service_accounts WHERE tenant_id = $1",
            users::CodeRow,
            users::account
        ) {
            let code = account.code.clone();
            inventory.service_accounts.insert(code, account);
        }
        for group in rows!(
            "SELECT id, tenant_id, code, name FROM groups WHERE tenant_id = $1",
            users::CodeRow,
            users::group
        ) {
            let members = self.group_members(tenant, group.id).await?;
            let members = members.into_iter().map(|user| user.id).collect();
            inventory
                .groups
                .insert(group.code.clone(), (group, members));
        }
        for volume in rows!(
            "SELECT id, tenant_id, code, name, max_object_bytes, allowed_content_types \
             FROM volumes WHERE tenant_id = $1",
            resources::VolumeRow,
            resources::volume
        ) {
            inventory.volumes.insert(volume.code.clone(), volume);
        }
        for database in rows!(
            "SELECT id, tenant_id, code, name, engine, settings FROM databases \
             WHERE tenant_id = $1",
            resources::DatabaseRow,
            resources::database
        ) {
            inventory.databases.insert(database.code.clone(), database);
        }
        for database in rows!(
            "SELECT id, tenant_id, code, name FROM document_databases WHERE tenant_id = $1",
            resources::DocumentDatabaseRow,
            resources::document_database
        ) {
            let code = database.code.clone();
            inventory.document_databases.insert(code, database);
        }
        for secret in rows!(
            "SELECT id, tenant_id, code, ciphertext FROM secrets WHERE tenant_id = $1",
            resources::SecretRow,
            resources::secret
        ) {
            inventory.secrets.insert(secret.code.clone(), secret);
        }
        for parameter in rows!(
            "SELECT id, tenant_id, code, json FROM parameters WHERE tenant_id = $1",
            resources::ParameterRow,
            resources::parameter
        ) {
            inventory
                .parameters
                .insert(parameter.code.clone(), parameter);
        }
        for application in self.applications(tenant).await? {
            let code = application.code.clone();
            let found = self.application_inventory(application).await?;
            inventory.applications.insert(code, found);
        }
        Ok(inventory)
    }

    async fn application_inventory(
        &self,
        application: Application,
    ) -> Result<ApplicationInventory, DirectoryError> {
        let id = application.id;
        let mut roles = BTreeMap::new();
        for role in self.roles(id).await? {
            let rows: Vec<(String, String)> =
                sqlx::query_as("SELECT kind, assignee_id FROM role_assignments WHERE role_id = $1")
                    .bind(role.id.to_string())
                    .fetch_all(&self.pool)
                    .await?;
            let assignees = rows
                .iter()
                .map(|(kind, id)| Assignee::from_columns(kind, id))
                .collect::<Result<_, _>>()?;
            roles.insert(role.code.clone(), (role, assignees));
        }
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "SELECT kind, code, permissions FROM grants \
             WHERE application_id = $1 AND kind <> 'platform'",
        )
        .bind(id.to_string())
        .fetch_all(&self.pool)
        .await?;
        let mut grants = BTreeMap::new();
        for (kind, code, permissions) in rows {
            let kind = GrantKind::from_column(&kind)?;
            grants.insert((kind, code), serde_json::from_str(&permissions)?);
        }
        Ok(ApplicationInventory {
            environment: self.environment(id).await?,
            roles,
            grants,
            platform_permissions: self.platform_permissions(id).await?.into_iter().collect(),
            config: self
                .active_deployment(id)
                .await?
                .map(|deployment| deployment.config),
            application,
        })
    }

    /// Takes a user out of a group; nothing changes for who is not in it.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn remove_group_member(
        &self,
        group: GroupId,
        user: UserId,
    ) -> Result<(), DirectoryError> {
        sqlx::query("DELETE FROM group_members WHERE group_id = $1 AND user_id = $2")
            .bind(group.to_string())
            .bind(user.to_string())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Takes a platform permission back; nothing changes where there is none.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn revoke_platform_permission(
        &self,
        application: ApplicationId,
        permission: &str,
    ) -> Result<(), DirectoryError> {
        sqlx::query(
            "DELETE FROM grants WHERE application_id = $1 AND kind = 'platform' AND code = $2",
        )
        .bind(application.to_string())
        .bind(permission)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
