//! What can be declared.

use serde::Serialize;
use serde_json::Map;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The whole of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct PlatformState {
    /// Tenants, each whole; others are left alone.
    pub tenants: Vec<TenantState>,
}

/// A tenant with everything that it has.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenantState {
    /// Short name, unique on the platform.
    pub code: String,
    /// Display name.
    pub name: String,
    /// Where its applications may connect to; the public internet without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress: Option<EgressState>,
    /// What it may ask of language models; what the host says without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ai: Option<AiState>,
    /// People.
    pub users: Vec<UserState>,
    /// Machines' accounts.
    pub service_accounts: Vec<NamedState>,
    /// Groups of people.
    pub groups: Vec<GroupState>,
    /// Places for files.
    pub volumes: Vec<VolumeState>,
    /// SQL databases.
    pub databases: Vec<DatabaseState>,
    /// Places for documents.
    pub document_databases: Vec<NamedState>,
    /// Secrets.
    pub secrets: Vec<SecretState>,
    /// Configuration values.
    pub parameters: Vec<ParameterState>,
    /// Applications.
    pub applications: Vec<ApplicationState>,
}

/// Where a tenant's applications may connect to. A rule is a host, `*.` and a domain, an address or
/// a network, with or without a port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EgressState {
    /// What is refused, even where it is public.
    pub deny: Vec<String>,
    /// What is reached, even where it is not public.
    pub allow: Vec<String>,
    /// What becomes of everything else.
    pub otherwise: OtherwiseState,
}

/// What becomes of a destination that no rule names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum OtherwiseState {
    /// It is reached where it is on the public internet.
    #[default]
    Public,
    /// It is refused.
    Nothing,
}

/// How much a tenant may ask of language models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AiState {
    /// Whether it may ask at all.
    pub enabled: bool,
    /// Requests in one minute.
    pub requests_per_minute: u32,
    /// Tokens in one month (UTC).
    pub tokens_per_month: u64,
}

/// Whether a user may do anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum StatusState {
    /// The user's roles count.
    #[default]
    Active,
    /// The user is switched off, whatever is assigned.
    Inactive,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserState {
    /// E-mail address, unique in the tenant.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Whether the user may do anything.
    pub status: StatusState,
}

/// Something that has a code and a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NamedState {
    /// Short name, unique in the tenant among its kind.
    pub code: String,
    /// Display name.
    pub name: String,
}

/// A group of people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupState {
    /// Short name, unique in the tenant.
    pub code: String,
    /// Display name.
    pub name: String,
    /// E-mail addresses of all its members.
    pub members: Vec<String>,
}

/// A place for files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VolumeState {
    /// Short name, unique in the tenant.
    pub code: String,
    /// Display name.
    pub name: String,
    /// The largest file in bytes, where there is a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_object_bytes: Option<u64>,
    /// MIME types, wildcards (`image/*`) included; empty for any.
    pub allowed_content_types: Vec<String>,
}

/// A SQL database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DatabaseState {
    /// Short name, unique in the tenant.
    pub code: String,
    /// Display name.
    pub name: String,
    /// Which engine it is.
    pub engine: String,
    /// Where it is, with credentials; nothing for the engine's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Text>,
}

/// A secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SecretState {
    /// Short name, unique in the tenant.
    pub code: String,
    /// Its value.
    pub value: Text,
}

/// A text that may stand elsewhere: in a variable or a file of whoever applies the state.
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Text {
    /// The text itself.
    Plain(String),
    /// The value of an environment variable.
    Env(String),
    /// What a file holds, without the line break at its end.
    File(String),
}

impl std::fmt::Debug for Text {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Plain(_) => formatter.write_str("Plain(…)"),
            Self::Env(name) => formatter.debug_tuple("Env").field(name).finish(),
            Self::File(path) => formatter.debug_tuple("File").field(path).finish(),
        }
    }
}

/// A configuration value.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ParameterState {
    /// Short name, unique in the tenant.
    pub code: String,
    /// Its value.
    #[schema(value_type = Object)]
    pub value: Map<String, Value>,
}

/// An application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationState {
    /// Short name, unique in the tenant.
    pub code: String,
    /// Display name.
    pub name: String,
    /// Values of variables; others keep theirs.
    pub environment: BTreeMap<String, String>,
    /// Who has which role.
    pub roles: Vec<RoleState>,
    /// What the application may do with resources, beside what its deployment declares.
    pub grants: Vec<GrantState>,
    /// What it may ask of the platform, for example `iam:GetGroupData`.
    pub platform_permissions: Vec<String>,
}

/// A role of an application, and everybody who has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleState {
    /// Short name, unique in the application.
    pub code: String,
    /// Display name; for roles that no deployment declares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Capabilities, or `*`; for roles that no deployment declares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<String>>,
    /// E-mail addresses.
    pub users: Vec<String>,
    /// Codes of groups.
    pub groups: Vec<String>,
    /// Codes of service accounts.
    pub service_accounts: Vec<String>,
}

/// What an application may do with a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GrantState {
    /// `database`, `volume`, `documentdb`, `secret` or `parameter`.
    pub kind: String,
    /// Code of the resource.
    pub code: String,
    /// What it may do; nothing for kinds that are granted as a whole.
    pub permissions: Vec<String>,
}
