//! The values of an application's environment, which administrators choose.

use crate::ApplicationId;
use crate::Directory;
use crate::DirectoryError;
use std::collections::BTreeMap;

/// Makes an empty value where there is none. A deployment declares; it never overwrites.
pub(crate) const DECLARE_VARIABLE: &str = "INSERT INTO environment (application_id, name, value) \
    VALUES ($1, $2, '') ON CONFLICT (application_id, name) DO NOTHING";

impl Directory {
    /// Makes an empty value where there is none.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn declare_environment(
        &self,
        application: ApplicationId,
        name: &str,
    ) -> Result<(), DirectoryError> {
        sqlx::query(DECLARE_VARIABLE)
            .bind(application.to_string())
            .bind(name)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Sets a value.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn set_environment(
        &self,
        application: ApplicationId,
        name: &str,
        value: &str,
    ) -> Result<(), DirectoryError> {
        sqlx::query(
            "INSERT INTO environment (application_id, name, value) VALUES ($1, $2, $3) \
             ON CONFLICT (application_id, name) DO UPDATE SET value = excluded.value",
        )
        .bind(application.to_string())
        .bind(name)
        .bind(value)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// All values.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn environment(
        &self,
        application: ApplicationId,
    ) -> Result<BTreeMap<String, String>, DirectoryError> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT name, value FROM environment WHERE application_id = $1")
                .bind(application.to_string())
                .fetch_all(&self.pool)
                .await?;
        Ok(rows.into_iter().collect())
    }
}
