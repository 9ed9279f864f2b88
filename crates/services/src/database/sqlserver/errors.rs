//! What of a failure is for tenant code: no host, user, database or path.

use crate::database::engine::ConnectError;
use crate::database::engine::StatementError;
use crate::database::settings::Settings;
use crate::database::sqlserver::token::ServerError;
use crate::database::sqlserver::wire::MAX_VALUE;
use std::io;

/// The connection can no longer be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error("{0}")]
    Server(ServerError),
    #[error("the server sends the client to another one")]
    Elsewhere,
    #[error("{0}")]
    Gone(#[from] io::Error),
}

impl From<Broken> for StatementError {
    fn from(broken: Broken) -> Self {
        tracing::warn!(%broken, "a connection to SQL Server broke");
        match broken {
            Broken::Gone(error) if error.kind() == io::ErrorKind::FileTooLarge => Self::Refused(
                format!("one value of the result is larger than {MAX_VALUE} bytes"),
            ),
            Broken::Gone(error) if error.kind() == io::ErrorKind::OutOfMemory => {
                Self::Refused(error.to_string())
            }
            _ => Self::Lost,
        }
    }
}

/// From here on it is the server's own fault, and its messages name files and settings.
const FAULT: u8 = 17;
/// From here on the server ends the connection.
pub(crate) const LAST: u8 = 20;

/// Why there is no connection.
pub(crate) fn connecting(broken: &Broken) -> ConnectError {
    tracing::warn!(%broken, "a tenant's SQL Server refused a connection");
    let reason = match broken {
        Broken::Server(error) => match error.number {
            18450 | 18452 | 18456 | 18470 | 18486..=18488 => {
                "the server did not accept the credentials"
            }
            911 | 4060 | 4064 => "the server has no such database, or not for this user",
            17809 | 10928 | 10929 | 10936 => "the server has too many connections already",
            6005 | 17142 | 18401 | 40197 | 40613 => "the server is starting or shutting down",
            40615 | 40914 => "the server does not let this host connect",
            _ => "the server refused the connection",
        },
        Broken::Elsewhere => {
            "the server sends clients to another address, which is not supported; \
             on Azure, set its connection policy to Proxy"
        }
        Broken::Gone(error) if error.kind() == io::ErrorKind::InvalidData => {
            "what answers there is no SQL Server"
        }
        Broken::Gone(_) => "the server hung up",
    };
    ConnectError::Refused(reason.to_owned())
}

/// Why a statement did not do what it should.
pub(crate) fn running(error: &ServerError, settings: &Settings) -> StatementError {
    match error.class {
        LAST.. => StatementError::Lost,
        FAULT.. => StatementError::Failed(error.to_string()),
        _ => StatementError::Refused(scrubbed(&error.message, settings)),
    }
}

/// The server's message without the names that only an administrator knows.
fn scrubbed(message: &str, settings: &Settings) -> String {
    let Settings { database, user, .. } = settings;
    message
        .replace(&format!("database '{database}'"), "the database")
        .replace(&format!("database \"{database}\""), "the database")
        .replace(&format!("'{database}."), "'")
        .replace(&format!("user '{user}'"), "the user of this database")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::settings;

    #[test]
    fn messages_hold_no_name_of_the_database_or_its_user() {
        let settings = Settings::read("mssql://ada:secret@h/shop", &settings::SQLSERVER)
            .ok()
            .unwrap();
        for (message, shown) in [
            (
                "The INSERT permission was denied on the object 't', database 'shop', schema 'dbo'.",
                "The INSERT permission was denied on the object 't', the database, schema 'dbo'.",
            ),
            (
                "The conflict occurred in database \"shop\", table \"dbo.t\", column 'id'.",
                "The conflict occurred in the database, table \"dbo.t\", column 'id'.",
            ),
            (
                "Cannot insert the value NULL into column 'a', table 'shop.dbo.t'",
                "Cannot insert the value NULL into column 'a', table 'dbo.t'",
            ),
            (
                "Login failed for user 'ada'.",
                "Login failed for the user of this database.",
            ),
        ] {
            assert_eq!(scrubbed(message, &settings), shown);
        }
    }
}
