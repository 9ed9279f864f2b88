//! Where the applications of a tenant may connect to. What the rules mean is the services'.

use crate::Directory;
use crate::DirectoryError;
use crate::TenantId;

impl Directory {
    /// Gives a tenant rules, in place of earlier ones; `None` takes them away.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn set_egress_rules(
        &self,
        tenant: TenantId,
        json: Option<&str>,
    ) -> Result<(), DirectoryError> {
        let Some(json) = json else {
            sqlx::query("DELETE FROM egress_rules WHERE tenant_id = $1")
                .bind(tenant.to_string())
                .execute(&self.pool)
                .await?;
            return Ok(());
        };
        sqlx::query(
            "INSERT INTO egress_rules (tenant_id, rules) VALUES ($1, $2) \
             ON CONFLICT (tenant_id) DO UPDATE SET rules = excluded.rules",
        )
        .bind(tenant.to_string())
        .bind(json.to_owned())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The rules of a tenant, as JSON.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn egress_rules(&self, tenant: TenantId) -> Result<Option<String>, DirectoryError> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT rules FROM egress_rules WHERE tenant_id = $1")
                .bind(tenant.to_string())
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(|(rules,)| rules))
    }
}
