//! What a deploy did, as it is answered and as it stands on the deployment.

use super::Need;
use super::Place;
use chrono::DateTime;
use chrono::SecondsFormat;
use chrono::Utc;
use ketrics_application::ApplicationConfig;
use ketrics_directory::Deployment;
use ketrics_directory::DeploymentId;
use ketrics_protocol::frame::LoadReport;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

/// What a deploy did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeployReport {
    /// UUID of the deployment.
    pub id: String,
    /// Code of the application.
    pub application: String,
    /// Version in `ketrics.config.json`.
    pub version: String,
    /// When it was deployed, RFC 3339.
    pub created_at: String,
    /// Capabilities that the application now enforces.
    pub actions: Vec<String>,
    /// Codes of its roles.
    pub roles: Vec<String>,
    /// Environment variables that it declares.
    pub variables: Vec<String>,
    /// What declaring resources grants, for example `volume:labels`.
    pub granted: Vec<String>,
    /// Functions that the bundle exports.
    pub functions: Vec<String>,
    /// Of those, the ones that `functions` does not name, when it names any.
    pub undeclared: Vec<String>,
    /// What an administrator still has to do.
    pub needs: Vec<Need>,
}

impl DeployReport {
    pub(super) fn new(
        place: &Place,
        deployment: &Deployment,
        config: &ApplicationConfig,
        loaded: &LoadReport,
        needs: Vec<Need>,
    ) -> Self {
        let is_declared = |name: &String| config.functions.contains(name);
        let undeclared = match config.functions.as_slice() {
            [] => Vec::new(),
            _ => {
                let names = loaded.functions.iter().filter(|name| !is_declared(name));
                names.cloned().collect()
            }
        };
        Self {
            id: deployment.id.to_string(),
            application: place.application.code.clone(),
            version: deployment.version.clone(),
            created_at: time(deployment.created_at),
            actions: config.action_codes(),
            roles: config.roles.iter().map(|role| role.code.clone()).collect(),
            variables: config.variables().into_iter().map(str::to_owned).collect(),
            granted: config
                .resources
                .iter()
                .map(|resource| format!("{}:{}", resource.kind, resource.code))
                .collect(),
            functions: loaded.functions.clone(),
            undeclared,
            needs,
        }
    }

    /// As it stands on the deployment.
    pub(super) fn stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// A deployment in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentSummary {
    /// UUID.
    pub id: String,
    /// Version in `ketrics.config.json`.
    pub version: String,
    /// When it was deployed, RFC 3339.
    pub created_at: String,
    /// Whether it is the one that runs.
    pub active: bool,
    /// Functions that its bundle exports.
    pub functions: Vec<String>,
}

impl DeploymentSummary {
    pub(super) fn new(deployment: &Deployment, active: Option<DeploymentId>) -> Self {
        #[derive(Default, Deserialize)]
        struct Stored {
            #[serde(default)]
            functions: Vec<String>,
        }
        let stored: Stored = serde_json::from_str(&deployment.report).unwrap_or_default();
        Self {
            id: deployment.id.to_string(),
            version: deployment.version.clone(),
            created_at: time(deployment.created_at),
            active: active == Some(deployment.id),
            functions: stored.functions,
        }
    }
}

/// A point in time as RFC 3339 spells it.
#[must_use]
pub fn time(milliseconds: i64) -> String {
    DateTime::<Utc>::from_timestamp_millis(milliseconds)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}
