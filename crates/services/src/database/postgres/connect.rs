//! How a connection to PostgreSQL is made: TLS, then who one is, then what the session is like.

use crate::Memory;
use crate::database::engine::ConnectError;
use crate::database::postgres::link::Broken;
use crate::database::postgres::link::PostgresLink;
use crate::database::settings::Settings;
use crate::database::settings::Tls;
use crate::database::socket;
use crate::database::socket::Socket;
use crate::database::socket::refused;
use bytes::BytesMut;
use fallible_iterator::FallibleIterator;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::ChannelBinding;
use postgres_protocol::authentication::sasl::SCRAM_SHA_256;
use postgres_protocol::authentication::sasl::ScramSha256;
use postgres_protocol::message::backend::Message;
use postgres_protocol::message::frontend;
use std::io;
use std::sync::Arc;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;

/// What a session is like before tenant code sets anything; `DISCARD ALL` comes back to it.
const SESSION: [(&str, &str); 6] = [
    ("client_encoding", "UTF8"),
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "iso_8601"),
    ("TimeZone", "UTC"),
    ("application_name", "ketrics"),
    ("standard_conforming_strings", "on"),
];

/// Dials the server and encrypts where that is wanted.
async fn open(settings: &Settings) -> Result<Box<dyn Socket>, ConnectError> {
    let mut socket = socket::dial(settings).await?;
    if settings.tls != Tls::Off {
        let hung_up = |error: io::Error| socket::unreachable(&error);
        let mut request = BytesMut::new();
        frontend::ssl_request(&mut request);
        socket.write_all(&request).await.map_err(hung_up)?;
        if socket.read_u8().await.map_err(hung_up)? != b'S' {
            return Err(socket::plain_only());
        }
    }
    socket::secure(settings, socket).await
}

/// Makes a connection.
pub(crate) async fn connect(
    settings: &Arc<Settings>,
    memory: &Memory,
) -> Result<PostgresLink, ConnectError> {
    let socket = open(settings).await?;
    let mut link = PostgresLink::new(socket, settings.clone(), memory);
    greet(&mut link, settings)
        .await
        .map_err(|broken| describe(&broken))?;
    Ok(link)
}

async fn greet(link: &mut PostgresLink, settings: &Settings) -> Result<(), Broken> {
    let parameters = [("user", &*settings.user), ("database", &*settings.database)]
        .into_iter()
        .chain(SESSION);
    frontend::startup_message(parameters, link.out())?;
    link.flush().await?;
    loop {
        match link.message().await? {
            Message::AuthenticationOk => break,
            Message::AuthenticationCleartextPassword => {
                frontend::password_message(password(settings)?, link.out())?;
                link.flush().await?;
            }
            Message::AuthenticationMd5Password(body) => {
                let hash = md5_hash(settings.user.as_bytes(), password(settings)?, body.salt());
                frontend::password_message(hash.as_bytes(), link.out())?;
                link.flush().await?;
            }
            Message::AuthenticationSasl(body) => {
                let offered = body.mechanisms().any(|name| Ok(name == SCRAM_SHA_256))?;
                if !offered {
                    return Err(Broken::Unsupported);
                }
                scram(link, password(settings)?).await?;
            }
            Message::ErrorResponse(body) => return Err(Broken::server(&body)),
            _ => return Err(Broken::Unsupported),
        }
    }
    loop {
        match link.message().await? {
            Message::BackendKeyData(body) => link.set_key(body.process_id(), body.secret_key()),
            Message::ReadyForQuery(body) => {
                link.ready(body.status());
                return Ok(());
            }
            Message::ErrorResponse(body) => return Err(Broken::server(&body)),
            _ => {}
        }
    }
}

fn password(settings: &Settings) -> Result<&[u8], Broken> {
    settings
        .password
        .as_ref()
        .map(String::as_bytes)
        .ok_or(Broken::NoPassword)
}

async fn scram(link: &mut PostgresLink, password: &[u8]) -> Result<(), Broken> {
    let mut scram = ScramSha256::new(password, ChannelBinding::unsupported());
    frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), link.out())?;
    link.flush().await?;
    match link.message().await? {
        Message::AuthenticationSaslContinue(body) => scram.update(body.data())?,
        Message::ErrorResponse(body) => return Err(Broken::server(&body)),
        _ => return Err(Broken::Unsupported),
    }
    frontend::sasl_response(scram.message(), link.out())?;
    link.flush().await?;
    match link.message().await? {
        Message::AuthenticationSaslFinal(body) => Ok(scram.finish(body.data())?),
        Message::ErrorResponse(body) => Err(Broken::server(&body)),
        _ => Err(Broken::Unsupported),
    }
}

/// What of a failure is for tenant code: no host, user or database.
fn describe(broken: &Broken) -> ConnectError {
    tracing::warn!(%broken, "a tenant's PostgreSQL server refused a connection");
    refused(match broken {
        Broken::NoPassword => "the server wants a password, and the database's settings have none",
        Broken::Unsupported => "the server wants a kind of authentication that is not supported",
        Broken::Server(error) => match error.code.as_str() {
            code if code.starts_with("28") => "the server did not accept the credentials",
            "3D000" => "the server has no such database",
            "53300" => "the server has too many connections already",
            "57P03" => "the server is starting or shutting down",
            _ => "the server refused the connection",
        },
        Broken::Gone(_) | Broken::TooLarge => "the server hung up",
    })
}

/// Stops what a connection's server process does. Asked on a connection of its own, as PostgreSQL
/// wants it; whether it worked is not told.
pub(crate) async fn cancel(settings: &Settings, process: i32, secret: i32) {
    let Ok(mut socket) = open(settings).await else {
        return;
    };
    let mut request = BytesMut::new();
    frontend::cancel_request(process, secret, &mut request);
    if socket.write_all(&request).await.is_ok() {
        // The server answers by hanging up.
        let _ = socket.read(&mut [0; 1]).await;
    }
}
