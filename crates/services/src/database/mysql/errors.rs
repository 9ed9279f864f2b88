//! What of a failure is for tenant code: no host, user, database or path.

use crate::database::engine::ConnectError;
use crate::database::engine::StatementError;
use crate::database::mysql::packet::ServerError;
use crate::database::mysql::placeholders::Shape;
use crate::database::mysql::wire::MAX_PACKET;
use crate::database::settings::Settings;
use std::io;

/// The connection can no longer be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error("the server said something that is not supported")]
    Unsupported,
    #[error("{0}")]
    Server(ServerError),
    #[error("{0}")]
    Gone(#[from] io::Error),
}

impl From<Broken> for StatementError {
    fn from(broken: Broken) -> Self {
        tracing::warn!(%broken, "a connection to MySQL broke");
        match broken {
            Broken::Gone(error) if error.kind() == io::ErrorKind::FileTooLarge => Self::Refused(
                format!("one row of the result is larger than {MAX_PACKET} bytes"),
            ),
            Broken::Gone(error) if error.kind() == io::ErrorKind::OutOfMemory => {
                Self::Refused(error.to_string())
            }
            _ => Self::Lost,
        }
    }
}

/// A parameter or statement that is larger than the server takes.
const TOO_LARGE: u16 = 1153;
/// Syntax errors.
const PARSE_ERROR: u16 = 1064;
/// The server ends the connection.
const ENDED: [u16; 5] = [1053, 1152, 1184, 1927, 4031];
/// The server's own files are full, missing or damaged; the messages name them.
const FILES: [u16; 17] = [
    1004, 1013, 1014, 1015, 1016, 1017, 1018, 1019, 1021, 1023, 1024, 1025, 1026, 1033, 1034, 1085,
    1086,
];

/// Why there is no connection.
pub(crate) fn connecting(broken: &Broken) -> ConnectError {
    tracing::warn!(%broken, "a tenant's MySQL server refused a connection");
    let reason = match broken {
        Broken::Server(error) => match error.code {
            1044 | 1049 => "the server has no such database, or not for this user",
            1045 | 1698 => "the server did not accept the credentials",
            1040 | 1203 | 1226 => "the server has too many connections already",
            1129 | 1130 => "the server does not let this host connect",
            1053 => "the server is starting or shutting down",
            _ => "the server refused the connection",
        },
        Broken::Unsupported => {
            "the server wants a kind of authentication that is not supported, or not without TLS"
        }
        Broken::Gone(error) if error.kind() == io::ErrorKind::InvalidData => {
            "what answers there is no MySQL or MariaDB server"
        }
        Broken::Gone(_) => "the server hung up",
    };
    ConnectError::Refused(reason.to_owned())
}

/// Whether the server ends the connection with this error.
pub(crate) fn is_last(error: &ServerError) -> bool {
    ENDED.contains(&error.code) || error.code == TOO_LARGE
}

/// Why a statement did not do what it should.
pub(crate) fn running(error: &ServerError, settings: &Settings, shape: Shape) -> StatementError {
    match error.code {
        code if ENDED.contains(&code) => StatementError::Lost,
        code if code < 1000 || FILES.contains(&code) => StatementError::Failed(error.to_string()),
        PARSE_ERROR if shape == Shape::PerhapsMore => StatementError::Refused(
            "one call runs one statement; here is more behind the first".to_owned(),
        ),
        TOO_LARGE => StatementError::Refused(
            "the statement and its parameters are larger than the server's max_allowed_packet"
                .to_owned(),
        ),
        _ => StatementError::Refused(scrubbed(error, settings)),
    }
}

/// The server's message without the names that only an administrator knows.
fn scrubbed(error: &ServerError, settings: &Settings) -> String {
    let database = &settings.database;
    let mut message = error
        .message
        .replace(&format!("'{database}."), "'")
        .replace(&format!("`{database}`."), "")
        .replace(&format!("database '{database}'"), "the database");
    let user = format!("'{}'@'", settings.user);
    while let Some(start) = message.find(&user) {
        let host = start + user.len();
        let end = message[host..]
            .find('\'')
            .map_or(message.len(), |end| host + end + 1);
        message.replace_range(start..end, "of this database");
    }
    message
}
