//! Putting a deployment in charge: what it declares and the switch to it are one transaction, so
//! that nobody ever sees one without the other.

use crate::ApplicationId;
use crate::DeploymentId;
use crate::Directory;
use crate::DirectoryError;
use crate::GrantKind;
use crate::RoleId;
use crate::environment::DECLARE_VARIABLE;
use crate::now;
use crate::roles::ENSURE_ROLE;

/// Deployments of an application that are kept, the active one not counted when it is older.
pub const KEPT_DEPLOYMENTS: i64 = 20;

/// What a deployment declares about its application.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Names of variables. One that has a value keeps it.
    pub variables: Vec<String>,
    /// Roles. Their assignments stay.
    pub roles: Vec<DeclaredRole>,
    /// Grants on resources. One that is there already stays as an administrator left it.
    pub grants: Vec<DeclaredGrant>,
}

/// A role that a deployment declares.
#[derive(Clone, Debug)]
pub struct DeclaredRole {
    /// Short name, unique within the application.
    pub code: String,
    /// Display name.
    pub name: String,
    /// The capabilities.
    pub actions: Vec<String>,
}

/// A grant that a deployment declares.
#[derive(Clone, Debug)]
pub struct DeclaredGrant {
    /// What it is for.
    pub kind: GrantKind,
    /// The resource's code.
    pub code: String,
    /// What it allows.
    pub permissions: Vec<String>,
}

/// What became of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Released {
    /// The deployment is the active one.
    Active,
    /// Another one was put in charge meanwhile; nothing changed.
    Overtaken,
}

impl Directory {
    /// Makes this deployment the one that runs, with everything that it declares, if the one that
    /// runs now is still `instead_of`. Of the deployments before, the last
    /// [`KEPT_DEPLOYMENTS`] are kept.
    ///
    /// # Errors
    /// [`DirectoryError::Missing`] when the application has no such deployment.
    pub async fn release(
        &self,
        application: ApplicationId,
        deployment: DeploymentId,
        declared: &Declared,
        instead_of: Option<DeploymentId>,
    ) -> Result<Released, DirectoryError> {
        let mut transaction = self.begin().await?;
        let id = application.to_string();
        // Takes the lock on the application's row, for databases that lock rows.
        sqlx::query("UPDATE applications SET code = code WHERE id = $1")
            .bind(&id)
            .execute(&mut *transaction)
            .await?;
        let active: Option<(String,)> = sqlx::query_as(
            "SELECT deployment_id FROM active_deployments WHERE application_id = $1",
        )
        .bind(&id)
        .fetch_optional(&mut *transaction)
        .await?;
        if active.map(|(active,)| active) != instead_of.map(|id| id.to_string()) {
            return Ok(Released::Overtaken);
        }
        for name in &declared.variables {
            sqlx::query(DECLARE_VARIABLE)
                .bind(&id)
                .bind(name)
                .execute(&mut *transaction)
                .await?;
        }
        for role in &declared.roles {
            sqlx::query(ENSURE_ROLE)
                .bind(RoleId::new().to_string())
                .bind(&id)
                .bind(&role.code)
                .bind(&role.name)
                .bind(serde_json::to_string(&role.actions)?)
                .fetch_one(&mut *transaction)
                .await?;
        }
        for grant in &declared.grants {
            sqlx::query(
                "INSERT INTO grants (application_id, kind, code, permissions) \
                 VALUES ($1, $2, $3, $4) ON CONFLICT (application_id, kind, code) DO NOTHING",
            )
            .bind(&id)
            .bind(grant.kind.name())
            .bind(&grant.code)
            .bind(serde_json::to_string(&grant.permissions)?)
            .execute(&mut *transaction)
            .await?;
        }
        let done = sqlx::query(
            "INSERT INTO active_deployments (application_id, deployment_id, activated_at) \
             SELECT application_id, id, $3 FROM deployments \
             WHERE application_id = $1 AND id = $2 \
             ON CONFLICT (application_id) DO UPDATE \
             SET deployment_id = excluded.deployment_id, activated_at = excluded.activated_at",
        )
        .bind(&id)
        .bind(deployment.to_string())
        .bind(now())
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Err(DirectoryError::Missing("deployment of the application"));
        }
        sqlx::query(
            "DELETE FROM deployments WHERE application_id = $1 AND id <> $2 AND id NOT IN \
             (SELECT id FROM deployments WHERE application_id = $1 \
              ORDER BY created_at DESC, id DESC LIMIT $3)",
        )
        .bind(&id)
        .bind(deployment.to_string())
        .bind(KEPT_DEPLOYMENTS)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Released::Active)
    }

    /// Forgets a deployment that never ran.
    ///
    /// # Errors
    /// When the directory does not answer, or it is the active one.
    pub async fn discard_deployment(
        &self,
        application: ApplicationId,
        deployment: DeploymentId,
    ) -> Result<(), DirectoryError> {
        sqlx::query("DELETE FROM deployments WHERE application_id = $1 AND id = $2")
            .bind(application.to_string())
            .bind(deployment.to_string())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The application's deployment with this id. Another application's is `None`.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn find_deployment(
        &self,
        application: ApplicationId,
        deployment: DeploymentId,
    ) -> Result<Option<crate::Deployment>, DirectoryError> {
        let all = self.deployments(application).await?;
        Ok(all.into_iter().find(|found| found.id == deployment))
    }
}
