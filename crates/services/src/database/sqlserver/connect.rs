//! How a connection to SQL Server is made: what each side can, TLS, then who one is.
//!
//! \[MS-TDS\] sections 2.2.6.5, "PRELOGIN", and 2.2.6.4, "LOGIN7".

use crate::Memory;
use crate::database::engine::ConnectError;
use crate::database::settings::Settings;
use crate::database::settings::Tls;
use crate::database::socket;
use crate::database::socket::Socket;
use crate::database::socket::refused;
use crate::database::sqlserver::errors;
use crate::database::sqlserver::link::SqlServerLink;
use crate::database::sqlserver::tls::Wrapped;
use crate::database::sqlserver::wire;
use crate::database::sqlserver::wire::Before;
use crate::database::sqlserver::wire::FIRST_SIZE;
use crate::database::sqlserver::wire::HEADER;
use crate::database::sqlserver::wire::Kind;
use crate::database::sqlserver::wire::Wire;
use crate::database::sqlserver::wire::malformed;
use std::io;
use std::sync::Arc;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::rustls::version::TLS12;

/// Version 7.4 of the protocol, which SQL Server speaks since 2012.
const VERSION: u32 = 0x7400_0004;
/// Bytes of a packet, once both sides know it.
const PACKET_SIZE: u32 = 8192;

// What is said about encryption.
const ENCRYPT_ON: u8 = 1;
const ENCRYPT_NOT_SUPPORTED: u8 = 2;
const ENCRYPT_REQUIRED: u8 = 3;

/// The database must be there or there is no session; the session follows the SQL standard, and
/// what features follow is said behind the rest.
const FLAGS: [u8; 4] = [0x20 | 0x40, 0x02, 0, 0x10];
/// Collations in UTF-8 are understood; nothing else.
const FEATURES: [u8; 7] = [0x0a, 1, 0, 0, 0, 1, 0xff];
/// Bytes in front of a login's texts, and before which text its features are named.
const LOGIN_FRONT: usize = 94;
const FEATURES_BEFORE: usize = 5;

/// Makes a connection.
pub(crate) async fn connect(
    settings: &Arc<Settings>,
    memory: &Memory,
) -> Result<SqlServerLink, ConnectError> {
    let mut socket = socket::dial(settings).await?;
    let encryption = agree(&mut socket, settings)
        .await
        .map_err(|error| errors::connecting(&error.into()))?;
    let socket: Box<dyn Socket> = match (&settings.tls, encryption) {
        (Tls::Off, ENCRYPT_REQUIRED) => {
            return Err(refused(
                "the server wants TLS; the database's settings have sslmode=disable",
            ));
        }
        (Tls::Off, _) => Box::new(socket),
        (Tls::Verified(roots), ENCRYPT_ON | ENCRYPT_REQUIRED) => {
            let wrapped = Wrapped::new(socket);
            let mut secured =
                socket::handshake(settings, roots.as_deref(), &[&TLS12], wrapped).await?;
            secured.get_mut().0.is_through();
            Box::new(secured)
        }
        (Tls::Verified(_), _) => return Err(socket::plain_only()),
    };
    let mut link = SqlServerLink::new(Wire::new(socket, memory), settings.clone());
    link.log_in(&login(settings))
        .await
        .map_err(|broken| errors::connecting(&broken))?;
    Ok(link)
}

/// Says what this side can, and learns whether the server encrypts.
async fn agree(socket: &mut TcpStream, settings: &Settings) -> io::Result<u8> {
    let wanted = match settings.tls {
        Tls::Off => ENCRYPT_NOT_SUPPORTED,
        Tls::Verified(_) => ENCRYPT_ON,
    };
    // The version of this client, encryption, no named instance, no thread, one statement at once.
    let options: [(u8, &[u8]); 5] = [
        (0, &[11, 0, 0, 0, 0, 0]),
        (1, &[wanted]),
        (2, &[0]),
        (3, &[0; 4]),
        (4, &[0]),
    ];
    let mut place = options.len() * 5 + 1;
    let mut message = Vec::with_capacity(64);
    for (option, value) in options {
        message.push(option);
        for number in [place, value.len()] {
            message.extend_from_slice(&u16::try_from(number).unwrap_or_default().to_be_bytes());
        }
        place += value.len();
    }
    message.push(0xff);
    for (_, value) in options {
        message.extend_from_slice(value);
    }
    let packets = wire::packets(Kind::PreLogin, Before::Nothing, &message, FIRST_SIZE);
    socket.write_all(&packets).await?;
    let mut head = [0; HEADER];
    socket.read_exact(&mut head).await?;
    let (length, last) = wire::header(head)?;
    if head[0] != 4 || !last || length > FIRST_SIZE {
        return Err(malformed());
    }
    let mut answer = vec![0; length];
    socket.read_exact(&mut answer).await?;
    encryption(&answer).ok_or_else(malformed)
}

/// What the server says about encryption.
fn encryption(answer: &[u8]) -> Option<u8> {
    for option in answer.chunks(5) {
        if let [1, high, low, ..] = option {
            let place = usize::from(u16::from_be_bytes([*high, *low]));
            return answer.get(place).copied();
        }
        if option[0] == 0xff {
            break;
        }
    }
    None
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Who one is: numbers, then where each text stands, then the texts.
fn login(settings: &Settings) -> Vec<u8> {
    let password = utf16(settings.password.as_deref().unwrap_or_default());
    // No secret: whoever listens reads it. So it only travels encrypted, or as the settings say.
    let hidden = password.iter().map(|byte| byte.rotate_left(4) ^ 0xa5);
    let texts = [
        utf16("ketrics"),
        utf16(&settings.user),
        hidden.collect(),
        utf16("ketrics"),
        utf16(&settings.host),
        utf16("ketrics"),
        // The user's own language.
        Vec::new(),
        utf16(&settings.database),
    ];
    // Where the features stand is said among the texts: some servers read them one by one.
    let end = LOGIN_FRONT + texts.iter().map(Vec::len).sum::<usize>() + 4;
    let mut places = Vec::with_capacity(LOGIN_FRONT);
    let mut put = |place: usize, length: usize| {
        for number in [place, length] {
            places.extend_from_slice(&u16::try_from(number).unwrap_or_default().to_le_bytes());
        }
    };
    let mut place = LOGIN_FRONT;
    for (index, text) in texts.iter().enumerate() {
        if index == FEATURES_BEFORE {
            put(place, 4);
            place += 4;
        }
        put(place, text.len() / 2);
        place += text.len();
    }
    // The client's number, which is not used.
    put(0, 0);
    places.extend_from_slice(&[0; 2]);
    let mut put = |place: usize| {
        places.extend_from_slice(&u16::try_from(place).unwrap_or_default().to_le_bytes());
        places.extend_from_slice(&[0; 2]);
    };
    // No single sign-on, no file to attach, no new password.
    put(end);
    put(end);
    put(end);
    places.extend_from_slice(&[0; 4]);
    let features = u32::try_from(end).unwrap_or_default();
    let length = u32::try_from(end + FEATURES.len()).unwrap_or_default();
    let mut login = Vec::with_capacity(end + FEATURES.len());
    for number in [length, VERSION, PACKET_SIZE, 0, 0, 0] {
        login.extend_from_slice(&number.to_le_bytes());
    }
    login.extend_from_slice(&FLAGS);
    // The time zone and the language of messages.
    login.extend_from_slice(&[0; 8]);
    login.extend_from_slice(&places);
    for (index, text) in texts.iter().enumerate() {
        if index == FEATURES_BEFORE {
            login.extend_from_slice(&features.to_le_bytes());
        }
        login.extend_from_slice(text);
    }
    login.extend_from_slice(&FEATURES);
    login
}
