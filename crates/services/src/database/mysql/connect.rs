//! How a connection to MySQL or MariaDB is made: TLS, then who one is, then what the session is
//! like.
//!
//! "MySQL Client/Server Protocol", sections "Connection Phase" and "Authentication Methods".

use crate::Memory;
use crate::database::engine::ConnectError;
use crate::database::mysql::errors;
use crate::database::mysql::errors::Broken;
use crate::database::mysql::link::MySqlLink;
use crate::database::mysql::packet::Reader;
use crate::database::mysql::packet::ServerError;
use crate::database::mysql::packet::malformed;
use crate::database::mysql::packet::put_text;
use crate::database::mysql::scramble;
use crate::database::mysql::wire::MAX_PACKET;
use crate::database::mysql::wire::Wire;
use crate::database::settings::Settings;
use crate::database::settings::Tls;
use crate::database::socket;
use crate::database::socket::Socket;
use crate::database::socket::refused;
use std::io;
use std::sync::Arc;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// What a session is like before tenant code sets anything.
pub(crate) const SESSION: &str = "SET NAMES utf8mb4, time_zone = '+00:00'";

// Capabilities, as the protocol names them without their CLIENT_.
const LONG_PASSWORD: u64 = 1;
/// An update counts the rows that it found, as the usual Node driver counts.
const FOUND_ROWS: u64 = 1 << 1;
const LONG_FLAG: u64 = 1 << 2;
const CONNECT_WITH_DB: u64 = 1 << 3;
const PROTOCOL_41: u64 = 1 << 9;
const SSL: u64 = 1 << 11;
const TRANSACTIONS: u64 = 1 << 13;
const SECURE_CONNECTION: u64 = 1 << 15;
/// For the platform's own statements; one of tenant code is prepared, and so is alone.
const MULTI_STATEMENTS: u64 = 1 << 16;
const MULTI_RESULTS: u64 = 1 << 17;
const PS_MULTI_RESULTS: u64 = 1 << 18;
const PLUGIN_AUTH: u64 = 1 << 19;
const PLUGIN_AUTH_LENENC_DATA: u64 = 1 << 21;
const DEPRECATE_EOF: u64 = 1 << 24;
/// MariaDB: a column says that it holds JSON.
const EXTENDED_METADATA: u64 = 1 << 35;

/// What a server must speak: MySQL 5.7.5 and MariaDB 10.2 do.
const NEEDED: u64 =
    PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH | DEPRECATE_EOF | PS_MULTI_RESULTS;
const WANTED: u64 = NEEDED
    | FOUND_ROWS
    | LONG_FLAG
    | CONNECT_WITH_DB
    | TRANSACTIONS
    | MULTI_STATEMENTS
    | MULTI_RESULTS
    | PLUGIN_AUTH_LENENC_DATA
    | EXTENDED_METADATA;

/// `utf8mb4_general_ci`, which all of them know.
const CHARSET: u8 = 45;
/// Bytes of the random data that a password is scrambled with.
const NONCE: usize = 20;

/// What the server says first.
struct Greeting {
    process: u32,
    capabilities: u64,
    nonce: Vec<u8>,
    plugin: Vec<u8>,
    version: String,
}

/// Makes a connection.
pub(crate) async fn connect(
    settings: &Arc<Settings>,
    memory: &Memory,
) -> Result<MySqlLink, ConnectError> {
    let mut socket = socket::dial(settings).await?;
    let first = first_packet(&mut socket)
        .await
        .map_err(|error| errors::connecting(&error.into()))?;
    let greeting = greeting(&first).map_err(|broken| errors::connecting(&broken))?;
    if greeting.capabilities & NEEDED != NEEDED {
        return Err(refused(
            "the server is too old: it takes MySQL 5.7.5 or MariaDB 10.2, or later",
        ));
    }
    let mut capabilities = WANTED & greeting.capabilities;
    // Without this one, the server is MariaDB, and its own capabilities count.
    capabilities |= LONG_PASSWORD & greeting.capabilities;
    let mut number = 1;
    let socket: Box<dyn Socket> = if settings.tls == Tls::Off {
        Box::new(socket)
    } else {
        if greeting.capabilities & SSL == 0 {
            return Err(socket::plain_only());
        }
        capabilities |= SSL;
        let head = head(capabilities);
        let mut request = vec![u8::try_from(head.len()).unwrap_or_default(), 0, 0, number];
        request.extend_from_slice(&head);
        number += 1;
        socket
            .write_all(&request)
            .await
            .map_err(|error| socket::unreachable(&error))?;
        socket::secure(settings, socket).await?
    };
    let mut wire = Wire::new(socket, number, memory);
    authenticate(&mut wire, settings, capabilities, &greeting)
        .await
        .map_err(|broken| errors::connecting(&broken))?;
    let mut link = MySqlLink::new(
        wire,
        settings.clone(),
        memory.clone(),
        greeting.process,
        capabilities & EXTENDED_METADATA != 0,
        &greeting.version,
    );
    link.batch(SESSION)
        .await
        .map_err(|error| ConnectError::Failed(error.to_string()))?;
    Ok(link)
}

/// Reads the first packet, before it is known whether there will be TLS.
async fn first_packet(socket: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut header = [0; 4];
    socket.read_exact(&mut header).await?;
    let length = Reader::new(&header).integer(3)?;
    // A greeting is short; what is longer comes from something else.
    let length = usize::try_from(length)
        .ok()
        .filter(|length| *length < 4096)
        .ok_or_else(malformed)?;
    let mut packet = vec![0; length];
    socket.read_exact(&mut packet).await?;
    Ok(packet)
}

fn greeting(packet: &[u8]) -> Result<Greeting, Broken> {
    if packet.first() == Some(&0xff) {
        return Err(Broken::Server(ServerError::read(packet)?));
    }
    let mut reader = Reader::new(packet);
    if reader.u8()? != 10 {
        return Err(malformed().into());
    }
    let version = String::from_utf8_lossy(reader.until_nul()).into_owned();
    let process = reader.u32()?;
    let mut nonce = reader.bytes(8)?.to_vec();
    reader.u8()?;
    let low = reader.integer(2)?;
    reader.bytes(3)?;
    let high = reader.integer(2)?;
    let mut capabilities = high << 16 | low;
    let length = usize::from(reader.u8()?);
    reader.bytes(6)?;
    let of_mariadb = reader.integer(4)?;
    if capabilities & LONG_PASSWORD == 0 {
        capabilities |= of_mariadb << 32;
    }
    nonce.extend_from_slice(reader.bytes(length.saturating_sub(8).max(13))?);
    nonce.truncate(NONCE);
    Ok(Greeting {
        process,
        capabilities,
        nonce,
        plugin: reader.until_nul().to_vec(),
        version,
    })
}

/// The start of what the client says, which is all that it says before TLS.
fn head(capabilities: u64) -> Vec<u8> {
    let capabilities = capabilities.to_le_bytes();
    let mut head = capabilities[..4].to_vec();
    let most = u32::try_from(MAX_PACKET).unwrap_or(u32::MAX);
    head.extend_from_slice(&most.to_le_bytes());
    head.push(CHARSET);
    head.extend_from_slice(&[0; 19]);
    head.extend_from_slice(&capabilities[4..]);
    head
}

async fn authenticate(
    wire: &mut Wire,
    settings: &Settings,
    capabilities: u64,
    greeting: &Greeting,
) -> Result<(), Broken> {
    let password = settings.password.as_deref().unwrap_or_default().as_bytes();
    // Where the server's default is none of these, it asks again for what the user has.
    let mut plugin = match greeting.plugin.as_slice() {
        scramble::SHA2 => scramble::SHA2.to_vec(),
        _ => scramble::NATIVE.to_vec(),
    };
    let mut nonce = greeting.nonce.clone();
    let answer = answer(&plugin, password, &nonce, settings)?;
    let mut response = head(capabilities);
    response.extend_from_slice(settings.user.as_bytes());
    response.push(0);
    if capabilities & PLUGIN_AUTH_LENENC_DATA == 0 {
        response.push(u8::try_from(answer.len()).map_err(|_| Broken::Unsupported)?);
        response.extend_from_slice(&answer);
    } else {
        put_text(&mut response, &answer);
    }
    response.extend_from_slice(settings.database.as_bytes());
    response.push(0);
    response.extend_from_slice(&plugin);
    response.push(0);
    wire.put(&response);
    wire.flush().await?;
    loop {
        let packet = wire.packet().await?;
        let mut reader = Reader::new(&packet);
        match reader.u8()? {
            0x00 => return Ok(()),
            0xff => return Err(Broken::Server(ServerError::read(&packet)?)),
            // Another way to say who one is.
            0xfe => {
                plugin = reader.until_nul().to_vec();
                nonce = reader.rest().to_vec();
                nonce.truncate(NONCE);
                wire.put(&self::answer(&plugin, password, &nonce, settings)?);
                wire.flush().await?;
            }
            // The server remembers the password's hash (3), or wants the password (4).
            0x01 if plugin == scramble::SHA2 => match reader.rest() {
                [3] => {}
                [4] => {
                    let secret = if settings.tls == Tls::Off {
                        wire.put(&[2]);
                        wire.flush().await?;
                        let packet = wire.packet().await?;
                        let key = packet.get(1..).ok_or_else(malformed)?;
                        scramble::sealed(password, &nonce, key).ok_or(Broken::Unsupported)?
                    } else {
                        [password, &[0]].concat()
                    };
                    wire.put(&secret);
                    wire.flush().await?;
                }
                _ => return Err(malformed().into()),
            },
            _ => return Err(Broken::Unsupported),
        }
    }
}

/// What proves the password, without telling it.
fn answer(
    plugin: &[u8],
    password: &[u8],
    nonce: &[u8],
    settings: &Settings,
) -> Result<Vec<u8>, Broken> {
    if password.is_empty() {
        return Ok(Vec::new());
    }
    match plugin {
        scramble::NATIVE => Ok(scramble::native(password, nonce)),
        scramble::SHA2 => Ok(scramble::sha2(password, nonce)),
        // The password itself, for PAM and LDAP: only where nobody listens.
        b"mysql_clear_password" if settings.tls != Tls::Off => Ok([password, &[0]].concat()),
        _ => Err(Broken::Unsupported),
    }
}
