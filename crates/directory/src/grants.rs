//! Grants: what an application may do with a resource of its tenant, and with the platform.

use crate::ApplicationId;
use crate::Database;
use crate::Directory;
use crate::DirectoryError;
use crate::DocumentDatabase;
use crate::Parameter;
use crate::Secret;
use crate::TenantId;
use crate::Volume;
use crate::database::storable;
use crate::resources;
use sqlx::FromRow;
use sqlx::Row;
use sqlx::any::AnyRow;

/// What a grant is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GrantKind {
    /// A volume. Permissions: `GetObject`, `PutObject`, `DeleteObject`, `ListObjects`, the older
    /// `ReadObject`, `CreateObject`, `UpdateObject`, or `*`.
    Volume,
    /// A SQL database. Permissions: `read`, `write`, `admin`.
    Database,
    /// A secret. The grant itself is the permission.
    Secret,
    /// A parameter. The grant itself is the permission.
    Parameter,
    /// A document database. Permissions: `read`, `write`, or `*`.
    DocumentDb,
}

impl GrantKind {
    /// The name in permissions (`volume:labels`).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Volume => "volume",
            Self::Database => "database",
            Self::Secret => "secret",
            Self::Parameter => "parameter",
            Self::DocumentDb => "documentdb",
        }
    }

    pub(crate) fn from_column(text: &str) -> Result<Self, DirectoryError> {
        Ok(match text {
            "volume" => Self::Volume,
            "database" => Self::Database,
            "secret" => Self::Secret,
            "parameter" => Self::Parameter,
            "documentdb" => Self::DocumentDb,
            other => return Err(DirectoryError::Damaged(format!("grant kind {other}"))),
        })
    }
}

/// What an application finds when it asks for a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<T> {
    /// The tenant has no such resource.
    NotFound,
    /// It has, and the application was not granted it.
    AccessDenied,
    /// It has, and the application was granted these permissions.
    Granted {
        /// The resource.
        resource: T,
        /// What the grant says.
        permissions: Vec<String>,
    },
}

/// The query for a resource with these columns of its own in front, and the permissions of the
/// application's grant behind them in the column `granted`.
macro_rules! granted {
    ($kind:literal, $table:literal, $columns:literal) => {
        concat!(
            "SELECT r.id, r.tenant_id, r.code, ",
            $columns,
            " g.permissions AS granted FROM ",
            $table,
            " r \
             LEFT JOIN applications a ON a.id = $2 AND a.tenant_id = r.tenant_id \
             LEFT JOIN grants g ON g.application_id = a.id AND g.code = r.code AND g.kind = '",
            $kind,
            "' WHERE r.tenant_id = $1 AND r.code = $3"
        )
    };
}

impl Directory {
    /// Grants an application a resource of its tenant by code; replaces an earlier grant. The
    /// resource may be created later.
    ///
    /// # Errors
    /// When the directory does not answer, or there is no such application.
    pub async fn grant(
        &self,
        application: ApplicationId,
        kind: GrantKind,
        code: &str,
        permissions: &[String],
    ) -> Result<(), DirectoryError> {
        self.write_grant(application, kind.name(), code, permissions)
            .await
    }

    /// Takes a grant back; nothing changes where there is none.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn revoke(
        &self,
        application: ApplicationId,
        kind: GrantKind,
        code: &str,
    ) -> Result<(), DirectoryError> {
        sqlx::query("DELETE FROM grants WHERE application_id = $1 AND kind = $2 AND code = $3")
            .bind(application.to_string())
            .bind(kind.name())
            .bind(code)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Gives the application itself a permission on the platform, for example `iam:ListUsers`.
    ///
    /// # Errors
    /// When the directory does not answer, or there is no such application.
    pub async fn grant_platform_permission(
        &self,
        application: ApplicationId,
        permission: &str,
    ) -> Result<(), DirectoryError> {
        self.write_grant(application, "platform", permission, &[])
            .await
    }

    /// The platform permissions of the application, sorted.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn platform_permissions(
        &self,
        application: ApplicationId,
    ) -> Result<Vec<String>, DirectoryError> {
        let rows: Vec<(String,)> = sqlx::query_as(
            "SELECT code FROM grants WHERE application_id = $1 AND kind = 'platform' ORDER BY code",
        )
        .bind(application.to_string())
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|(code,)| code).collect())
    }

    /// A volume, as the application sees it.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn lookup_volume(
        &self,
        tenant: TenantId,
        application: ApplicationId,
        code: &str,
    ) -> Result<Lookup<Volume>, DirectoryError> {
        let sql = granted!(
            "volume",
            "volumes",
            "r.name, r.max_object_bytes, r.allowed_content_types,"
        );
        self.look_up(sql, resources::volume, tenant, application, code)
            .await
    }

    /// A database, as the application sees it.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn lookup_database(
        &self,
        tenant: TenantId,
        application: ApplicationId,
        code: &str,
    ) -> Result<Lookup<Database>, DirectoryError> {
        let sql = granted!("database", "databases", "r.name, r.engine, r.settings,");
        self.look_up(sql, resources::database, tenant, application, code)
            .await
    }

    /// A secret, as the application sees it.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn lookup_secret(
        &self,
        tenant: TenantId,
        application: ApplicationId,
        code: &str,
    ) -> Result<Lookup<Secret>, DirectoryError> {
        let sql = granted!("secret", "secrets", "r.ciphertext,");
        self.look_up(sql, resources::secret, tenant, application, code)
            .await
    }

    /// A parameter, as the application sees it.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn lookup_parameter(
        &self,
        tenant: TenantId,
        application: ApplicationId,
        code: &str,
    ) -> Result<Lookup<Parameter>, DirectoryError> {
        let sql = granted!("parameter", "parameters", "r.json,");
        self.look_up(sql, resources::parameter, tenant, application, code)
            .await
    }

    /// A document database, as the application sees it.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn lookup_document_database(
        &self,
        tenant: TenantId,
        application: ApplicationId,
        code: &str,
    ) -> Result<Lookup<DocumentDatabase>, DirectoryError> {
        let sql = granted!("documentdb", "document_databases", "r.name,");
        self.look_up(sql, resources::document_database, tenant, application, code)
            .await
    }

    async fn look_up<R, T>(
        &self,
        sql: &'static str,
        read: impl FnOnce(R) -> Result<T, DirectoryError>,
        tenant: TenantId,
        application: ApplicationId,
        code: &str,
    ) -> Result<Lookup<T>, DirectoryError>
    where
        R: for<'r> FromRow<'r, AnyRow>,
    {
        let row = sqlx::query(sql)
            .bind(tenant.to_string())
            .bind(application.to_string())
            .bind(storable(code))
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else {
            return Ok(Lookup::NotFound);
        };
        let granted: Option<String> = row.try_get("granted")?;
        let Some(granted) = granted else {
            return Ok(Lookup::AccessDenied);
        };
        Ok(Lookup::Granted {
            resource: read(R::from_row(&row)?)?,
            permissions: serde_json::from_str(&granted)?,
        })
    }

    async fn write_grant(
        &self,
        application: ApplicationId,
        kind: &'static str,
        code: &str,
        permissions: &[String],
    ) -> Result<(), DirectoryError> {
        sqlx::query(
            "INSERT INTO grants (application_id, kind, code, permissions) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (application_id, kind, code) DO UPDATE \
             SET permissions = excluded.permissions",
        )
        .bind(application.to_string())
        .bind(kind)
        .bind(code)
        .bind(serde_json::to_string(permissions)?)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
