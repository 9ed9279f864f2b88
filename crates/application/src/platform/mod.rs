//! The declared state of a platform: which tenants there are, who is in them, what they own and
//! what their applications may do. People write it as YAML, the API takes it as JSON; both go
//! through the same checks, which find every fault at once.

mod checks;
mod permitted;
mod state;
mod yaml;

pub use state::AiState;
pub use state::ApplicationState;
pub use state::DatabaseState;
pub use state::EgressState;
pub use state::GrantState;
pub use state::GroupState;
pub use state::NamedState;
pub use state::OtherwiseState;
pub use state::ParameterState;
pub use state::PlatformState;
pub use state::RoleState;
pub use state::SecretState;
pub use state::StatusState;
pub use state::TenantState;
pub use state::Text;
pub use state::UserState;
pub use state::VolumeState;

use crate::Fault;
use crate::config::Faults;
use crate::config::Positions;
use std::fmt;

/// All faults of a declared state; there is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformError {
    /// In the order of the file.
    pub faults: Vec<Fault>,
}

impl fmt::Display for PlatformError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.faults.as_slice() {
            [fault] => fault.fmt(formatter),
            faults => {
                write!(formatter, "{} faults:", faults.len())?;
                faults
                    .iter()
                    .try_for_each(|fault| write!(formatter, "\n  {fault}"))
            }
        }
    }
}

impl std::error::Error for PlatformError {}

/// Whether an egress rule can be read; what it means is the services' to know.
pub type RuleCheck = fn(&str) -> Result<(), String>;

impl PlatformState {
    /// Reads and checks a YAML file. Values that must not stand in it are still to be resolved.
    ///
    /// ```
    /// use ketrics_application::PlatformState;
    /// let state = PlatformState::parse_yaml("tenants: [{ code: acme, name: Acme }]", |_| Ok(())).unwrap();
    /// assert_eq!(state.tenants[0].code, "acme");
    /// let error = PlatformState::parse_yaml("tenants:\n- nam: Acme", |_| Ok(())).unwrap_err();
    /// assert!(error.to_string().contains("line 2: `tenants[0].nam`"), "{error}");
    /// ```
    ///
    /// # Errors
    /// Every fault of the file at once.
    pub fn parse_yaml(text: &str, rules: RuleCheck) -> Result<Self, PlatformError> {
        let (value, positions) = yaml::read(text).map_err(|fault| PlatformError {
            faults: vec![fault],
        })?;
        let mut faults = Faults::new(positions);
        for place in plain_secrets(&value) {
            faults.add(
                &place,
                "must not stand in the file; name where it stands: { env: NAME } or { file: PATH }",
            );
        }
        Self::check(&value, faults, rules)
    }

    /// Checks the state as the API takes it.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn from_json(value: &serde_json::Value, rules: RuleCheck) -> Result<Self, PlatformError> {
        Self::check(value, Faults::new(Positions::none()), rules)
    }

    fn check(
        value: &serde_json::Value,
        mut faults: Faults,
        rules: RuleCheck,
    ) -> Result<Self, PlatformError> {
        let state = checks::platform(value, rules, &mut faults);
        faults
            .finish(state)
            .map_err(|faults| PlatformError { faults })
    }
}

/// Where values of secrets stand that the API takes, but no file should hold.
fn plain_secrets(value: &serde_json::Value) -> Vec<String> {
    let tenants = value["tenants"].as_array().into_iter().flatten();
    let mut places = Vec::new();
    for (tenant, state) in tenants.enumerate() {
        let secrets = state["secrets"].as_array().into_iter().flatten();
        for (secret, state) in secrets.enumerate() {
            let value = &state["value"];
            if value.is_string() || value.get("plain").is_some() {
                places.push(format!("tenants[{tenant}].secrets[{secret}].value"));
            }
        }
    }
    places
}
