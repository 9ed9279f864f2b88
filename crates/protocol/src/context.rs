//! Who calls, and where: what a handler reads as `ketrics.tenant`, `ketrics.application`,
//! `ketrics.requestor` and `ketrics.runtime`.

use serde::Deserialize;
use serde::Serialize;

/// Everything about one invocation that tenant code may read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    /// The tenant that owns the application.
    pub tenant: TenantContext,
    /// The application that runs.
    pub application: ApplicationContext,
    /// Who called it.
    pub requestor: RequestorContext,
    /// What it runs on.
    pub runtime: RuntimeContext,
}

/// `ketrics.tenant`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TenantContext {
    /// UUID.
    pub id: String,
    /// Short name, unique on the platform.
    pub code: String,
    /// Display name.
    pub name: String,
}

/// `ketrics.application`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationContext {
    /// UUID.
    pub id: String,
    /// Short name, unique within the tenant.
    pub code: String,
    /// Display name.
    pub name: String,
    /// Version in `ketrics.config.json`.
    pub version: Option<String>,
    /// UUID of the deployment whose code runs.
    pub deployment_id: String,
}

/// `ketrics.requestor`. Fields that do not apply are absent in JavaScript.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestorContext {
    /// A person or a service account.
    #[serde(rename = "type")]
    pub kind: RequestorKind,
    /// UUID of the user, for `USER`.
    pub user_id: Option<String>,
    /// UUID of the service account, for `SERVICE_ACCOUNT`.
    pub service_account_id: Option<String>,
    /// Code of the service account, for `SERVICE_ACCOUNT`.
    pub service_account_code: Option<String>,
    /// Display name.
    pub name: String,
    /// E-mail address, for `USER`.
    pub email: Option<String>,
    /// Capabilities that the requestor's roles grant in this application, or `["*"]`.
    pub application_permissions: Vec<String>,
    /// True when another application called.
    pub is_cross_app: Option<bool>,
    /// Code of the calling application, when `is_cross_app` is true.
    pub source_application_code: Option<String>,
}

/// The two kinds of requestor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RequestorKind {
    /// A person.
    User,
    /// A machine's account.
    ServiceAccount,
}

/// `ketrics.runtime`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuntimeContext {
    /// The Node.js release whose behaviour is followed, for example `24.x`.
    pub node_version: String,
    /// Always `ecs-fargate`: the contract knows no other value.
    pub runtime: String,
    /// The region that the host's configuration names.
    pub region: String,
}
