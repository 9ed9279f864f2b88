//! The declared state of a platform: which tenants there are, who is in them, what they own and
//! what their applications may do. People write it as YAML, the API takes it as JSON; both go
//! through the same checks, which find every fault at once.

mod checks;
mod state;
mod yaml;

pub use state::ApplicationState;
pub use state::DatabaseState;
pub use state::GrantState;
pub use state::GroupState;
pub use state::NamedState;
pub use state::ParameterState;
pub use state::PlatformState;
pub use state::RoleState;
pub use state::SecretState;
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

impl PlatformState {
    /// Reads and checks a YAML file. Values that must not stand in it are still to be resolved.
    ///
    /// ```
    /// use ketrics_application::PlatformState;
    /// let state = PlatformState::parse_yaml("tenants: [{ code: acme, name: Acme }]").unwrap();
    /// assert_eq!(state.tenants[0].code, "acme");
    /// let error = PlatformState::parse_yaml("tenants:\n- nam: Acme").unwrap_err();
    /// assert!(error.to_string().contains("line 2: `tenants[0].nam`"), "{error}");
    /// ```
    ///
    /// # Errors
    /// Every fault of the file at once.
    pub fn parse_yaml(text: &str) -> Result<Self, PlatformError> {
        let (value, positions) = yaml::read(text).map_err(|fault| PlatformError {
            faults: vec![fault],
        })?;
        let state = Self::check(&value, positions)?;
        let plain: Vec<Fault> = state.plain_secrets().collect();
        if plain.is_empty() {
            Ok(state)
        } else {
            Err(PlatformError { faults: plain })
        }
    }

    /// The API takes the values of secrets themselves, a file never.
    fn plain_secrets(&self) -> impl Iterator<Item = Fault> {
        self.tenants.iter().enumerate().flat_map(|(tenant, state)| {
            let secrets = state.secrets.iter().enumerate();
            secrets
                .filter(|(_, secret)| matches!(secret.value, Text::Plain(_)))
                .map(move |(secret, _)| Fault {
                    place: format!("tenants[{tenant}].secrets[{secret}].value"),
                    line: None,
                    message: "must not stand in the file; name where it stands: { env: NAME } or { file: PATH }".to_owned(),
                })
        })
    }

    /// Checks the state as the API takes it.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn from_json(value: &serde_json::Value) -> Result<Self, PlatformError> {
        Self::check(value, Positions::none())
    }

    fn check(value: &serde_json::Value, positions: Positions) -> Result<Self, PlatformError> {
        let mut faults = Faults::new(positions);
        let state = checks::platform(value, &mut faults);
        faults
            .finish(state)
            .map_err(|faults| PlatformError { faults })
    }
}
