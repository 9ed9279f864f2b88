//! Resources that an application declares, and the variable that carries each one's real code.

use std::fmt;

/// The kinds of resource that an application may declare.
///
/// SQL databases are none of them: their code is a plain environment value, and an administrator
/// grants them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceKind {
    /// Documents by key.
    DocumentDb,
    /// Files by key.
    Volume,
    /// A secret text.
    Secret,
    /// Configuration that applications share.
    Parameter,
}

impl ResourceKind {
    /// All kinds, in the order of the documentation.
    pub const ALL: [Self; 4] = [
        Self::DocumentDb,
        Self::Volume,
        Self::Secret,
        Self::Parameter,
    ];

    /// The name in `resources` and in permissions (`volume:labels`).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DocumentDb => "documentdb",
            Self::Volume => "volume",
            Self::Secret => "secret",
            Self::Parameter => "parameter",
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::DocumentDb => "_DOCDB",
            Self::Volume => "_VOLUME",
            Self::Secret => "_SECRET",
            Self::Parameter => "_PARAMETER",
        }
    }
}

impl fmt::Display for ResourceKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A declared resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// What it is.
    pub kind: ResourceKind,
    /// Unique within its kind.
    pub code: String,
    /// For people.
    pub description: Option<String>,
    /// The environment variable whose value is the real resource's code.
    pub variable: String,
}

/// Derives the variable of a resource, or `None` when the code leaves nothing to derive it from.
///
/// ```
/// use ketrics_application::{ResourceKind, variable_for};
/// assert_eq!(variable_for(ResourceKind::DocumentDb, "app-data").unwrap(), "APP_DATA_DOCDB");
/// assert_eq!(variable_for(ResourceKind::Volume, "2024 files").unwrap(), "X_2024_FILES_VOLUME");
/// assert_eq!(variable_for(ResourceKind::Secret, "--"), None);
/// ```
#[must_use]
pub fn variable_for(kind: ResourceKind, code: &str) -> Option<String> {
    let upper = code.to_uppercase();
    let words: Vec<&str> = upper
        .split(|character: char| !(character.is_ascii_uppercase() || character.is_ascii_digit()))
        .filter(|word| !word.is_empty())
        .collect();
    let first = words.first()?;
    let prefix = if first.starts_with(|character: char| character.is_ascii_digit()) {
        "X_"
    } else {
        ""
    };
    Some(format!("{prefix}{}{}", words.join("_"), kind.suffix()))
}

#[cfg(test)]
mod tests {
    use super::ResourceKind;
    use super::variable_for;

    #[test]
    fn a_variable_is_derived_from_code_and_kind() {
        for (kind, code, variable) in [
            (ResourceKind::DocumentDb, "app-data", "APP_DATA_DOCDB"),
            (ResourceKind::Volume, "labels", "LABELS_VOLUME"),
            (
                ResourceKind::Secret,
                "shipping.apiKey",
                "SHIPPING_APIKEY_SECRET",
            ),
            (
                ResourceKind::Parameter,
                "billing__config",
                "BILLING_CONFIG_PARAMETER",
            ),
            (ResourceKind::Volume, "--a---b--", "A_B_VOLUME"),
            (ResourceKind::Volume, "3d-models", "X_3D_MODELS_VOLUME"),
            (ResourceKind::Volume, "-3d", "X_3D_VOLUME"),
            (ResourceKind::Secret, "clé-api", "CL_API_SECRET"),
        ] {
            assert_eq!(
                variable_for(kind, code).as_deref(),
                Some(variable),
                "{kind} {code}"
            );
        }
    }

    #[test]
    fn a_code_without_letters_and_digits_has_no_variable() {
        for code in [
            "",
            "-",
            "___",
            "données".replace(|c: char| c.is_ascii(), "").as_str(),
            "日本",
        ] {
            assert_eq!(variable_for(ResourceKind::Volume, code), None, "{code:?}");
        }
    }
}
