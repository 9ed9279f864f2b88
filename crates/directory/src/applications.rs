//! Applications.

use crate::ApplicationId;
use crate::Directory;
use crate::DirectoryError;
use crate::TenantId;
use crate::database::storable;
use crate::now;

/// An application of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The application's id.
    pub id: ApplicationId,
    /// The tenant that it belongs to.
    pub tenant_id: TenantId,
    /// Short name, unique within the tenant.
    pub code: String,
    /// Display name.
    pub name: String,
}

type Row = (String, String, String, String);

fn application((id, tenant_id, code, name): Row) -> Result<Application, DirectoryError> {
    Ok(Application {
        id: id.parse()?,
        tenant_id: tenant_id.parse()?,
        code,
        name,
    })
}

impl Directory {
    /// The tenant's application with this code; made, or given this name, where needed.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn ensure_application(
        &self,
        tenant: TenantId,
        code: &str,
        name: &str,
    ) -> Result<Application, DirectoryError> {
        let row: Row = sqlx::query_as(
            "INSERT INTO applications (id, tenant_id, code, name, created_at) \
             VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (tenant_id, code) DO UPDATE SET name = excluded.name \
             RETURNING id, tenant_id, code, name",
        )
        .bind(ApplicationId::new().to_string())
        .bind(tenant.to_string())
        .bind(code)
        .bind(name)
        .bind(now())
        .fetch_one(&self.pool)
        .await?;
        application(row)
    }

    /// The tenant's application with this id or code. Another tenant's is `None`.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn find_application(
        &self,
        tenant: TenantId,
        id_or_code: &str,
    ) -> Result<Option<Application>, DirectoryError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, tenant_id, code, name FROM applications \
             WHERE tenant_id = $1 AND (id = $2 OR code = $3) \
             ORDER BY CASE WHEN id = $2 THEN 0 ELSE 1 END LIMIT 1",
        )
        .bind(tenant.to_string())
        .bind(storable(&id_or_code.to_ascii_lowercase()))
        .bind(storable(id_or_code))
        .fetch_optional(&self.pool)
        .await?;
        row.map(application).transpose()
    }

    /// The tenant's applications, by code.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn applications(&self, tenant: TenantId) -> Result<Vec<Application>, DirectoryError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, tenant_id, code, name FROM applications WHERE tenant_id = $1 ORDER BY code",
        )
        .bind(tenant.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(application).collect()
    }
}
