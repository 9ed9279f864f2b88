//! Deployment tokens: what `ketrics deploy` shows to deploy one application of one tenant, and
//! nothing else.
//!
//! A token is 32 random bytes that its maker sees once. The directory keeps a hash of it, so that
//! whoever reads the directory can deploy nothing. A plain hash is enough: there is nothing to
//! guess in so many random bytes.

use crate::ApplicationId;
use crate::DeploymentTokenId;
use crate::Directory;
use crate::DirectoryError;
use crate::TenantId;
use crate::database::storable;
use crate::now;
use aws_lc_rs::digest;
use aws_lc_rs::rand;
use std::fmt::Write;

/// What every token begins with, so that it is known for one where it does not belong.
pub const DEPLOYMENT_TOKEN_PREFIX: &str = "kdt_";

/// How often the time of the last use is written at most: a token may be used many times a second.
const USE_NOTED_EVERY_MS: i64 = 60_000;

/// A deployment token, without the token itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentToken {
    /// The token's id.
    pub id: DeploymentTokenId,
    /// The only tenant that it is good for.
    pub tenant_id: TenantId,
    /// The only application that it deploys.
    pub application_id: ApplicationId,
    /// What its maker calls it.
    pub name: String,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    /// Milliseconds since the epoch; `None` when it does not expire.
    pub expires_at: Option<i64>,
    /// Milliseconds since the epoch, of the last use, to a minute.
    pub used_at: Option<i64>,
    /// Milliseconds since the epoch; `None` while it is good.
    pub revoked_at: Option<i64>,
}

type Row = (
    String,
    String,
    String,
    String,
    i64,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

fn token(row: Row) -> Result<DeploymentToken, DirectoryError> {
    let (id, tenant_id, application_id, name, created_at, expires_at, used_at, revoked_at) = row;
    Ok(DeploymentToken {
        id: id.parse()?,
        tenant_id: tenant_id.parse()?,
        application_id: application_id.parse()?,
        name,
        created_at,
        expires_at,
        used_at,
        revoked_at,
    })
}

impl Directory {
    /// Makes a token for an application of the tenant. The second value is the token itself,
    /// which cannot be had again.
    ///
    /// # Errors
    /// [`DirectoryError::Missing`] when the tenant has no such application.
    pub async fn create_deployment_token(
        &self,
        tenant: TenantId,
        application: ApplicationId,
        name: &str,
        expires_at: Option<i64>,
    ) -> Result<(DeploymentToken, String), DirectoryError> {
        let mut random = [0; 32];
        rand::fill(&mut random)
            .map_err(|_| DirectoryError::Damaged("the system gives no random bytes".to_owned()))?;
        let secret = format!("{DEPLOYMENT_TOKEN_PREFIX}{}", hex(&random));
        let row: Option<Row> = sqlx::query_as(
            "INSERT INTO deployment_tokens \
             (id, tenant_id, application_id, name, hash, created_at, expires_at) \
             SELECT $1, tenant_id, id, $4, $5, $6, $7 FROM applications \
             WHERE tenant_id = $2 AND id = $3 \
             RETURNING id, tenant_id, application_id, name, created_at, expires_at, used_at, \
             revoked_at",
        )
        .bind(DeploymentTokenId::new().to_string())
        .bind(tenant.to_string())
        .bind(application.to_string())
        .bind(storable(name))
        .bind(hash(&secret))
        .bind(now())
        .bind(expires_at)
        .fetch_optional(&self.pool)
        .await?;
        let row = row.ok_or(DirectoryError::Missing("application in the tenant"))?;
        Ok((token(row)?, secret))
    }

    /// What a token is good for; `None` for one that is unknown, expired or revoked.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn verify_deployment_token(
        &self,
        secret: &str,
    ) -> Result<Option<DeploymentToken>, DirectoryError> {
        if !secret.starts_with(DEPLOYMENT_TOKEN_PREFIX) {
            return Ok(None);
        }
        let (hash, now) = (hash(secret), now());
        let row: Option<Row> = sqlx::query_as(
            "SELECT id, tenant_id, application_id, name, created_at, expires_at, used_at, \
             revoked_at FROM deployment_tokens \
             WHERE hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
        )
        .bind(&hash)
        .bind(now)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        sqlx::query(
            "UPDATE deployment_tokens SET used_at = $2 \
             WHERE hash = $1 AND (used_at IS NULL OR used_at < $3)",
        )
        .bind(hash)
        .bind(now)
        .bind(now - USE_NOTED_EVERY_MS)
        .execute(&self.pool)
        .await?;
        token(row).map(Some)
    }

    /// All tokens of an application, newest first, those that are no longer good included.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn deployment_tokens(
        &self,
        tenant: TenantId,
        application: ApplicationId,
    ) -> Result<Vec<DeploymentToken>, DirectoryError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, tenant_id, application_id, name, created_at, expires_at, used_at, \
             revoked_at FROM deployment_tokens WHERE tenant_id = $1 AND application_id = $2 \
             ORDER BY created_at DESC, id DESC",
        )
        .bind(tenant.to_string())
        .bind(application.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(token).collect()
    }

    /// Makes a token useless, at once and for ever. False when the application has no such token;
    /// one that was revoked before stays so.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn revoke_deployment_token(
        &self,
        tenant: TenantId,
        application: ApplicationId,
        id: DeploymentTokenId,
    ) -> Result<bool, DirectoryError> {
        let done = sqlx::query(
            "UPDATE deployment_tokens SET revoked_at = COALESCE(revoked_at, $4) \
             WHERE tenant_id = $1 AND application_id = $2 AND id = $3",
        )
        .bind(tenant.to_string())
        .bind(application.to_string())
        .bind(id.to_string())
        .bind(now())
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}

fn hash(secret: &str) -> String {
    hex(digest::digest(&digest::SHA256, secret.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
