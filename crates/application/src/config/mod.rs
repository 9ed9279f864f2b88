//! `ketrics.config.json`: what an application declares about itself.
//!
//! A deploy refuses a bad file with every fault at once, so that nobody mends a file one error at
//! a time.

mod checks;
mod faults;
mod names;
mod positions;
mod resources;
mod values;

pub use faults::ConfigError;
pub use faults::Fault;
pub use resources::Resource;
pub use resources::ResourceKind;
pub use resources::variable_for;

pub(crate) use faults::Faults;
pub(crate) use names::is_identifier;
pub(crate) use names::is_role_code;
pub(crate) use names::is_variable;
pub(crate) use positions::Positions;
pub(crate) use positions::element;
pub(crate) use positions::member;
pub(crate) use values::Object;
pub(crate) use values::array;
pub(crate) use values::described;
pub(crate) use values::object;
pub(crate) use values::only;
pub(crate) use values::optional_text;
pub(crate) use values::required_text;
pub(crate) use values::texts;

use std::collections::BTreeSet;

/// The file's name, in the root of the application's folder.
pub const CONFIG_FILE: &str = "ketrics.config.json";

/// A checked `ketrics.config.json`.
///
/// ```
/// use ketrics_application::ApplicationConfig;
/// let config = ApplicationConfig::parse(r#"{
///     "name": "orders", "version": "1.0.0", "runtime": "nodejs18",
///     "actions": ["read"], "entry": "dist/index.js",
///     "resources": { "volume": [{ "code": "labels" }] }
/// }"#).unwrap();
/// assert_eq!(config.resources[0].variable, "LABELS_VOLUME");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationConfig {
    /// Identifier: lower-case letters, digits and hyphens.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// For people.
    pub description: Option<String>,
    /// `nodejs18` or later.
    pub runtime: String,
    /// The capabilities that the application enforces, each once.
    pub actions: Vec<Action>,
    /// Names of the exported handlers, for documentation only: what the bundle exports counts.
    pub functions: Vec<String>,
    /// Bundles of capabilities.
    pub roles: Vec<Role>,
    /// Variables that an administrator gives values to.
    pub environment: Vec<EnvironmentVariable>,
    /// The bundle, relative to `backend/`.
    pub entry: String,
    /// Globs of the files that the deployment ZIP takes; empty means the platform's default.
    pub include: Vec<String>,
    /// Globs of the files that it leaves out.
    pub exclude: Vec<String>,
    /// The resources that the application is granted by declaring them.
    pub resources: Vec<Resource>,
}

/// A capability that the application enforces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// For example `read`.
    pub code: String,
    /// For people.
    pub description: Option<String>,
}

/// A bundle of capabilities that an administrator gives to users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Unique in the application.
    pub code: String,
    /// For people.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// Codes of [`Action`]s.
    pub actions: Vec<String>,
}

/// A variable that the application reads as `ketrics.environment.NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentVariable {
    /// Upper case with underscores.
    pub name: String,
    /// For people.
    pub description: Option<String>,
}

impl ApplicationConfig {
    /// Reads and checks the text of a `ketrics.config.json`.
    ///
    /// # Errors
    /// Every fault of the file at once.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        checks::parse(text)
    }

    /// The names of all variables that a deploy creates: the declared ones and those of resources.
    #[must_use]
    pub fn variables(&self) -> BTreeSet<&str> {
        let declared = self
            .environment
            .iter()
            .map(|variable| variable.name.as_str());
        let resources = self
            .resources
            .iter()
            .map(|resource| resource.variable.as_str());
        declared.chain(resources).collect()
    }

    /// The codes of all actions.
    #[must_use]
    pub fn action_codes(&self) -> Vec<String> {
        self.actions
            .iter()
            .map(|action| action.code.clone())
            .collect()
    }
}
