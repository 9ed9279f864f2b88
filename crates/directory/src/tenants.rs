//! Tenants.

use crate::Directory;
use crate::DirectoryError;
use crate::TenantId;
use crate::database::storable;
use crate::now;

/// A customer of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// The tenant's id.
    pub id: TenantId,
    /// Short name, unique on the platform.
    pub code: String,
    /// Display name.
    pub name: String,
}

type Row = (String, String, String);

fn tenant((id, code, name): Row) -> Result<Tenant, DirectoryError> {
    Ok(Tenant {
        id: id.parse()?,
        code,
        name,
    })
}

impl Directory {
    /// The tenant with this code; made, or given this name, where needed.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn ensure_tenant(&self, code: &str, name: &str) -> Result<Tenant, DirectoryError> {
        let row: Row = sqlx::query_as(
            "INSERT INTO tenants (id, code, name, created_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (code) DO UPDATE SET name = excluded.name RETURNING id, code, name",
        )
        .bind(TenantId::new().to_string())
        .bind(code)
        .bind(name)
        .bind(now())
        .fetch_one(&self.pool)
        .await?;
        tenant(row)
    }

    /// The tenant with this id or code.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn find_tenant(&self, id_or_code: &str) -> Result<Option<Tenant>, DirectoryError> {
        // An id wins over a code that looks like one.
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, code, name FROM tenants WHERE id = $1 OR code = $2 \
             ORDER BY CASE WHEN id = $1 THEN 0 ELSE 1 END LIMIT 1",
        )
        .bind(storable(&id_or_code.to_ascii_lowercase()))
        .bind(storable(id_or_code))
        .fetch_optional(&self.pool)
        .await?;
        row.map(tenant).transpose()
    }
}
