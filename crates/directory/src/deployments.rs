//! Deployments: what an application's code was, is, and which of it runs. A deployment never
//! changes once it stands here; activating another is one row.

use crate::ApplicationId;
use crate::DeploymentId;
use crate::Directory;
use crate::DirectoryError;
use crate::now;

/// How a bundle is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundleFormat {
    /// `module.exports`.
    CommonJs,
    /// An ES module.
    EsModule,
}

impl BundleFormat {
    fn column(self) -> &'static str {
        match self {
            Self::CommonJs => "commonjs",
            Self::EsModule => "esm",
        }
    }

    fn from_column(text: &str) -> Result<Self, DirectoryError> {
        match text {
            "commonjs" => Ok(Self::CommonJs),
            "esm" => Ok(Self::EsModule),
            other => Err(DirectoryError::Damaged(format!("bundle format {other}"))),
        }
    }
}

/// The code of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// File name, as it appears in stacks.
    pub name: String,
    /// How the source is to be read.
    pub format: BundleFormat,
    /// The source.
    pub source: String,
    /// Its source map, where there is one.
    pub source_map: Option<String>,
}

/// A deployment that is about to be made.
#[derive(Clone, Debug)]
pub struct NewDeployment {
    /// The id that it is to have.
    pub id: DeploymentId,
    /// Version in `ketrics.config.json`.
    pub version: String,
    /// `ketrics.config.json`.
    pub config: String,
    /// The code.
    pub bundle: Bundle,
    /// What the deploy did, as JSON.
    pub report: String,
}

/// A deployment without its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// The deployment's id.
    pub id: DeploymentId,
    /// The application that it belongs to.
    pub application_id: ApplicationId,
    /// Version in `ketrics.config.json`.
    pub version: String,
    /// `ketrics.config.json`.
    pub config: String,
    /// What the deploy did, as JSON.
    pub report: String,
    /// Milliseconds since the epoch.
    pub created_at: i64,
}

type Row = (String, String, String, String, String, i64);

fn deployment(row: Row) -> Result<Deployment, DirectoryError> {
    let (id, application_id, version, config, report, created_at) = row;
    Ok(Deployment {
        id: id.parse()?,
        application_id: application_id.parse()?,
        version,
        config,
        report,
        created_at,
    })
}

impl Directory {
    /// Stores a deployment. It does not run before it is activated.
    ///
    /// # Errors
    /// When the directory does not answer, or there is no such application.
    pub async fn create_deployment(
        &self,
        application: ApplicationId,
        new: NewDeployment,
    ) -> Result<Deployment, DirectoryError> {
        let made = Deployment {
            id: new.id,
            application_id: application,
            version: new.version,
            config: new.config,
            report: new.report,
            created_at: now(),
        };
        sqlx::query(
            "INSERT INTO deployments (id, application_id, version, format, config, bundle_name, \
             bundle, source_map, report, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(made.id.to_string())
        .bind(application.to_string())
        .bind(&made.version)
        .bind(new.bundle.format.column())
        .bind(&made.config)
        .bind(new.bundle.name)
        .bind(new.bundle.source)
        .bind(new.bundle.source_map)
        .bind(&made.report)
        .bind(made.created_at)
        .execute(&self.pool)
        .await?;
        Ok(made)
    }

    /// Makes this deployment the one that runs: whoever asks sees the one before or this one.
    ///
    /// # Errors
    /// [`DirectoryError::Missing`] when the application has no such deployment.
    pub async fn activate_deployment(
        &self,
        application: ApplicationId,
        deployment: DeploymentId,
    ) -> Result<(), DirectoryError> {
        let done = sqlx::query(
            "INSERT INTO active_deployments (application_id, deployment_id, activated_at) \
             SELECT application_id, id, $3 FROM deployments \
             WHERE application_id = $1 AND id = $2 \
             ON CONFLICT (application_id) DO UPDATE \
             SET deployment_id = excluded.deployment_id, activated_at = excluded.activated_at",
        )
        .bind(application.to_string())
        .bind(deployment.to_string())
        .bind(now())
        .execute(&self.pool)
        .await?;
        if done.rows_affected() == 0 {
            return Err(DirectoryError::Missing("deployment of the application"));
        }
        Ok(())
    }

    /// The deployment that runs.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn active_deployment(
        &self,
        application: ApplicationId,
    ) -> Result<Option<Deployment>, DirectoryError> {
        let row: Option<Row> = sqlx::query_as(
            "SELECT d.id, d.application_id, d.version, d.config, d.report, d.created_at \
             FROM active_deployments a JOIN deployments d ON d.id = a.deployment_id \
             WHERE a.application_id = $1",
        )
        .bind(application.to_string())
        .fetch_optional(&self.pool)
        .await?;
        row.map(deployment).transpose()
    }

    /// The code of a deployment.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn bundle(&self, id: DeploymentId) -> Result<Option<Bundle>, DirectoryError> {
        let row: Option<(String, String, String, Option<String>)> = sqlx::query_as(
            "SELECT bundle_name, format, bundle, source_map FROM deployments WHERE id = $1",
        )
        .bind(id.to_string())
        .fetch_optional(&self.pool)
        .await?;
        row.map(|(name, format, source, source_map)| {
            Ok(Bundle {
                name,
                format: BundleFormat::from_column(&format)?,
                source,
                source_map,
            })
        })
        .transpose()
    }

    /// The application's deployments, newest first.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn deployments(
        &self,
        application: ApplicationId,
    ) -> Result<Vec<Deployment>, DirectoryError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, application_id, version, config, report, created_at FROM deployments \
             WHERE application_id = $1 ORDER BY created_at DESC, id DESC",
        )
        .bind(application.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(deployment).collect()
    }
}
