//! One type per kind of id, so that a user's cannot be taken for a tenant's.

use serde::Deserialize;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// A text that is no UUID.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id must be a UUID like 0f8fad5b-d9cb-469f-a165-70867728950e")]
pub struct IdError;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id, different from every other.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "a default id would not be the same twice")]
            pub fn new() -> Self {
                Self(Uuid::new_v4())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            /// Takes the hyphenated form only, so that one id has one spelling in a URL.
            fn from_str(text: &str) -> Result<Self, IdError> {
                match Uuid::try_parse(text) {
                    Ok(id) if text.len() == 36 => Ok(Self(id)),
                    _ => Err(IdError),
                }
            }
        }
    )*};
}

ids! {
    /// A tenant.
    TenantId
    /// A person.
    UserId
    /// A machine's account.
    ServiceAccountId
    /// A group of people.
    GroupId
    /// An application.
    ApplicationId
    /// A role in an application.
    RoleId
    /// A deployment of an application.
    DeploymentId
    /// A deployment token.
    DeploymentTokenId
    /// A volume.
    VolumeId
    /// A SQL database.
    DatabaseId
    /// A secret.
    SecretId
    /// A parameter.
    ParameterId
    /// A document database.
    DocumentDatabaseId
    /// A job.
    JobId
    /// A message in an inbox.
    MessageId
}
