//! What a tenant owns and applications may be granted: volumes, databases, secrets,
//! parameters, document databases.

use crate::DatabaseId;
use crate::Directory;
use crate::DirectoryError;
use crate::DocumentDatabaseId;
use crate::ParameterId;
use crate::SecretId;
use crate::TenantId;
use crate::VolumeId;

/// A place for files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// The volume's id.
    pub id: VolumeId,
    /// The tenant that owns it.
    pub tenant_id: TenantId,
    /// Short name, unique within the tenant.
    pub code: String,
    /// Display name.
    pub name: String,
    /// The largest file in bytes, where there is a limit.
    pub max_object_bytes: Option<u64>,
    /// MIME types, wildcards (`image/*`) included; empty for any.
    pub allowed_content_types: Vec<String>,
}

/// How a volume is to be.
#[derive(Clone, Debug, Default)]
pub struct VolumeSpec {
    /// Display name.
    pub name: String,
    /// The largest file in bytes, where there is a limit.
    pub max_object_bytes: Option<u64>,
    /// MIME types, wildcards (`image/*`) included; empty for any.
    pub allowed_content_types: Vec<String>,
}

/// A SQL database.
#[derive(Clone, PartialEq, Eq)]
pub struct Database {
    /// The database's id.
    pub id: DatabaseId,
    /// The tenant that owns it.
    pub tenant_id: TenantId,
    /// Short name, unique within the tenant.
    pub code: String,
    /// Display name.
    pub name: String,
    /// Which engine it is, for example `sqlite`.
    pub engine: String,
    /// What that engine needs to connect; only the engine understands it. It may hold a credential.
    pub settings: String,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The settings may hold a password.
        formatter
            .debug_struct("Database")
            .field("id", &self.id)
            .field("tenant_id", &self.tenant_id)
            .field("code", &self.code)
            .field("name", &self.name)
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

/// How a database is to be.
#[derive(Clone)]
pub struct DatabaseSpec {
    /// Display name.
    pub name: String,
    /// Which engine it is, for example `sqlite`.
    pub engine: String,
    /// What that engine needs to connect; empty for the engine's default.
    pub settings: String,
}

impl std::fmt::Debug for DatabaseSpec {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The settings may hold a password.
        formatter
            .debug_struct("DatabaseSpec")
            .field("name", &self.name)
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

/// A secret, encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// The secret's id.
    pub id: SecretId,
    /// The tenant that owns it.
    pub tenant_id: TenantId,
    /// Short name, unique within the tenant.
    pub code: String,
    /// The value as the secret engine wrote it.
    pub ciphertext: String,
}

/// A configuration value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The parameter's id.
    pub id: ParameterId,
    /// The tenant that owns it.
    pub tenant_id: TenantId,
    /// Short name, unique within the tenant.
    pub code: String,
    /// The value.
    pub json: String,
}

/// A place for documents by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentDatabase {
    /// The database's id.
    pub id: DocumentDatabaseId,
    /// The tenant that owns it.
    pub tenant_id: TenantId,
    /// Short name, unique within the tenant.
    pub code: String,
    /// Display name.
    pub name: String,
}

pub(crate) type VolumeRow = (String, String, String, String, Option<i64>, String);
pub(crate) type DatabaseRow = (String, String, String, String, String, String);
pub(crate) type SecretRow = (String, String, String, String);
pub(crate) type ParameterRow = (String, String, String, String);
pub(crate) type DocumentDatabaseRow = (String, String, String, String);

pub(crate) fn volume(row: VolumeRow) -> Result<Volume, DirectoryError> {
    let (id, tenant_id, code, name, max_object_bytes, types) = row;
    Ok(Volume {
        id: id.parse()?,
        tenant_id: tenant_id.parse()?,
        code,
        name,
        max_object_bytes: max_object_bytes.and_then(|bytes| u64::try_from(bytes).ok()),
        allowed_content_types: serde_json::from_str(&types)?,
    })
}

pub(crate) fn database(row: DatabaseRow) -> Result<Database, DirectoryError> {
    let (id, tenant_id, code, name, engine, settings) = row;
    Ok(Database {
        id: id.parse()?,
        tenant_id: tenant_id.parse()?,
        code,
        name,
        engine,
        settings,
    })
}

pub(crate) fn secret(
    (id, tenant_id, code, ciphertext): SecretRow,
) -> Result<Secret, DirectoryError> {
    Ok(Secret {
        id: id.parse()?,
        tenant_id: tenant_id.parse()?,
        code,
        ciphertext,
    })
}

pub(crate) fn parameter(row: ParameterRow) -> Result<Parameter, DirectoryError> {
    let (id, tenant_id, code, json) = row;
    Ok(Parameter {
        id: id.parse()?,
        tenant_id: tenant_id.parse()?,
        code,
        json,
    })
}

pub(crate) fn document_database(
    (id, tenant_id, code, name): DocumentDatabaseRow,
) -> Result<DocumentDatabase, DirectoryError> {
    Ok(DocumentDatabase {
        id: id.parse()?,
        tenant_id: tenant_id.parse()?,
        code,
        name,
    })
}

impl Directory {
    /// Makes the tenant's volume with this code, or changes it.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn put_volume(
        &self,
        tenant: TenantId,
        code: &str,
        spec: &VolumeSpec,
    ) -> Result<Volume, DirectoryError> {
        let row: VolumeRow = sqlx::query_as(
            "INSERT INTO volumes \
             (id, tenant_id, code, name, max_object_bytes, allowed_content_types) \
             VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (tenant_id, code) DO UPDATE SET name = excluded.name, \
             max_object_bytes = excluded.max_object_bytes, \
             allowed_content_types = excluded.allowed_content_types \
             RETURNING id, tenant_id, code, name, max_object_bytes, allowed_content_types",
        )
        .bind(VolumeId::new().to_string())
        .bind(tenant.to_string())
        .bind(code)
        .bind(&spec.name)
        .bind(
            spec.max_object_bytes
                .map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)),
        )
        .bind(serde_json::to_string(&spec.allowed_content_types)?)
        .fetch_one(&self.pool)
        .await?;
        volume(row)
    }

    /// The tenant's volume with this id, whoever is granted it: for what carries its own proof,
    /// such as a signed URL.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn find_volume(
        &self,
        tenant: TenantId,
        id: VolumeId,
    ) -> Result<Option<Volume>, DirectoryError> {
        let row: Option<VolumeRow> = sqlx::query_as(
            "SELECT id, tenant_id, code, name, max_object_bytes, allowed_content_types \
             FROM volumes WHERE tenant_id = $1 AND id = $2",
        )
        .bind(tenant.to_string())
        .bind(id.to_string())
        .fetch_optional(&self.pool)
        .await?;
        row.map(volume).transpose()
    }

    /// Makes the tenant's database with this code, or changes it.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn put_database(
        &self,
        tenant: TenantId,
        code: &str,
        spec: &DatabaseSpec,
    ) -> Result<Database, DirectoryError> {
        let row: DatabaseRow = sqlx::query_as(
            "INSERT INTO databases (id, tenant_id, code, name, engine, settings) \
             VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (tenant_id, code) DO UPDATE SET name = excluded.name, \
             engine = excluded.engine, settings = excluded.settings \
             RETURNING id, tenant_id, code, name, engine, settings",
        )
        .bind(DatabaseId::new().to_string())
        .bind(tenant.to_string())
        .bind(code)
        .bind(&spec.name)
        .bind(&spec.engine)
        .bind(&spec.settings)
        .fetch_one(&self.pool)
        .await?;
        database(row)
    }

    /// Makes the tenant's secret with this code, or changes its value. The value is what the
    /// secret engine made of it; the directory never sees a plain one.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn put_secret(
        &self,
        tenant: TenantId,
        code: &str,
        ciphertext: &str,
    ) -> Result<Secret, DirectoryError> {
        let row: SecretRow = sqlx::query_as(
            "INSERT INTO secrets (id, tenant_id, code, ciphertext) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (tenant_id, code) DO UPDATE SET ciphertext = excluded.ciphertext \
             RETURNING id, tenant_id, code, ciphertext",
        )
        .bind(SecretId::new().to_string())
        .bind(tenant.to_string())
        .bind(code)
        .bind(ciphertext)
        .fetch_one(&self.pool)
        .await?;
        secret(row)
    }

    /// Makes the tenant's parameter with this code, or changes its value.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn put_parameter(
        &self,
        tenant: TenantId,
        code: &str,
        json: &str,
    ) -> Result<Parameter, DirectoryError> {
        let row: ParameterRow = sqlx::query_as(
            "INSERT INTO parameters (id, tenant_id, code, json) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (tenant_id, code) DO UPDATE SET json = excluded.json \
             RETURNING id, tenant_id, code, json",
        )
        .bind(ParameterId::new().to_string())
        .bind(tenant.to_string())
        .bind(code)
        .bind(json)
        .fetch_one(&self.pool)
        .await?;
        parameter(row)
    }

    /// Makes the tenant's document database with this code, or changes its name.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn put_document_database(
        &self,
        tenant: TenantId,
        code: &str,
        name: &str,
    ) -> Result<DocumentDatabase, DirectoryError> {
        let row: DocumentDatabaseRow = sqlx::query_as(
            "INSERT INTO document_databases (id, tenant_id, code, name) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (tenant_id, code) DO UPDATE SET name = excluded.name \
             RETURNING id, tenant_id, code, name",
        )
        .bind(DocumentDatabaseId::new().to_string())
        .bind(tenant.to_string())
        .bind(code)
        .bind(name)
        .fetch_one(&self.pool)
        .await?;
        document_database(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_database_needs_to_connect_is_not_shown() {
        let spec = DatabaseSpec {
            name: "Shop".to_owned(),
            engine: "postgresql".to_owned(),
            settings: "postgresql://ada:hunter2@host/shop".to_owned(),
        };
        let database = Database {
            id: DatabaseId::new(),
            tenant_id: TenantId::new(),
            code: "shop".to_owned(),
            name: spec.name.clone(),
            engine: spec.engine.clone(),
            settings: spec.settings.clone(),
        };
        for shown in [format!("{spec:?}"), format!("{database:?}")] {
            assert!(shown.contains("Shop"), "{shown}");
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}
