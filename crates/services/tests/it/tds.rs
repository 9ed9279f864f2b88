//! A server that speaks the protocol of SQL Server, TDS 7.4, as far as one client needs it.
//!
//! SQL Server cannot be had where these tests run. This stands in for it on the wire: it reads every
//! byte of what a client sends by the rules of \[MS-TDS\] and says what is wrong with it, and it
//! answers a handful of statements. It knows no SQL. `tsql` of FreeTDS, which is none of ours, is
//! held against it too.

use crate::tds_values;
use std::io;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::ServerConnection;
use tokio_rustls::rustls::StreamOwned;

pub const USER: &str = "owner";
pub const PASSWORD: &str = "pass:w@rd";
pub const DATABASE: &str = "shop";

/// What the server saw, in order.
pub type Seen = Arc<Mutex<Vec<String>>>;

/// A server; its threads end with the test's process.
pub struct Tds {
    pub port: u16,
    seen: Seen,
}

impl Tds {
    pub fn start(tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Seen::default();
        let events = seen.clone();
        std::thread::spawn(move || {
            for (socket, number) in listener.incoming().zip(1..) {
                let (Ok(socket), tls, seen) = (socket, tls.clone(), events.clone()) else {
                    return;
                };
                std::thread::spawn(move || {
                    if let Err(error) = serve(socket, tls, number, &seen) {
                        see(&seen, format!("{number} ended: {error}"));
                    }
                });
            }
        });
        Self { port, seen }
    }

    pub fn url(&self, password: &str, behind: &str) -> String {
        let port = self.port;
        format!("sqlserver://{USER}:{password}@127.0.0.1:{port}/{DATABASE}{behind}")
    }

    /// What it saw since it was asked last.
    pub fn seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn see(seen: &Seen, event: String) {
    seen.lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(event);
}

fn wrong(what: &str) -> io::Error {
    io::Error::other(format!("the client says what it must not: {what}"))
}

/// Reads a message: its kind, the flags of its first packet, and what is in it.
fn read(socket: &mut dyn Read) -> io::Result<(u8, u8, Vec<u8>)> {
    let mut message = Vec::new();
    let mut flags = None;
    loop {
        let mut head = [0; 8];
        socket.read_exact(&mut head)?;
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        if length < 8 || head[7] != 0 {
            return Err(wrong("a packet's header"));
        }
        let start = message.len();
        message.resize(start + length - 8, 0);
        socket.read_exact(&mut message[start..])?;
        let flags = *flags.get_or_insert(head[1]);
        if head[1] & 1 != 0 {
            return Ok((head[0], flags, message));
        }
    }
}

/// Writes an answer, in small packets, so that values go over their edges.
fn write(socket: &mut dyn Write, kind: u8, message: &[u8]) -> io::Result<()> {
    let count = message.len().div_ceil(500).max(1);
    let mut out = Vec::new();
    for (index, part) in message.chunks(500).enumerate() {
        let last = u8::from(index + 1 == count);
        let length = u16::try_from(part.len() + 8).unwrap();
        out.extend_from_slice(&[kind, last]);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&[0, 51, u8::try_from((index + 1) % 256).unwrap(), 0]);
        out.extend_from_slice(part);
    }
    socket.write_all(&out)?;
    socket.flush()
}

trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

fn serve(
    mut socket: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    number: usize,
    seen: &Seen,
) -> io::Result<()> {
    let (kind, _, asked) = read(&mut socket)?;
    if kind != 0x12 {
        return Err(wrong("something before what it can"));
    }
    let wanted = prelogin(&asked)?;
    // Version 16 of the server; encryption; one statement at once.
    let encryption = match (&tls, wanted) {
        (Some(_), 1 | 3) => 1,
        (Some(_), _) => 3,
        (None, _) => 2,
    };
    let mut answer = vec![0, 0, 16, 0, 6, 1, 0, 22, 0, 1, 4, 0, 23, 0, 1, 0xff];
    answer.extend_from_slice(&[16, 0, 0, 0, 0, 0, encryption, 0]);
    write(&mut socket, 4, &answer)?;
    if encryption == 3 {
        return Ok(());
    }
    let mut stream: Box<dyn Stream> = match tls {
        Some(config) => Box::new(handshake(socket, config)?),
        None => Box::new(socket),
    };
    let (kind, _, asked) = read(&mut *stream)?;
    if kind != 0x10 {
        return Err(wrong("something else than who it is"));
    }
    let refusal = login(&asked)?;
    if let Some((number, message)) = refusal {
        let mut answer = error(number, 14, message);
        answer.extend(done(2, 0, 0));
        return write(&mut *stream, 4, &answer);
    }
    let mut answer = change(4, &[&text_u8("4096")[..], &text_u8("4096")].concat());
    answer.extend(change(
        1,
        &[&text_u8(DATABASE)[..], &text_u8("master")].concat(),
    ));
    let name = text_u8("Microsoft SQL Server");
    let body = [&[1, 0x74, 0, 0, 4][..], &name, &[16, 0, 0, 0]].concat();
    answer.push(0xad);
    answer.extend(u16::try_from(body.len()).unwrap().to_le_bytes());
    answer.extend(body);
    // The features that the client named, so that it knows them to be understood.
    answer.extend([0xae, 0x0a, 1, 0, 0, 0, 1, 0xff]);
    answer.extend(done(0, 0, 0));
    write(&mut *stream, 4, &answer)?;
    Session {
        stream,
        number,
        transaction: 0,
        begun: 0,
        seen,
    }
    .run()
}

/// The encryption that a client wants.
fn prelogin(asked: &[u8]) -> io::Result<u8> {
    let mut found = None;
    for option in asked.chunks(5) {
        match option {
            [0xff, ..] => return found.ok_or_else(|| wrong("nothing about encryption")),
            [kind, a, b, c, d] => {
                let place = usize::from(u16::from_be_bytes([*a, *b]));
                let length = usize::from(u16::from_be_bytes([*c, *d]));
                let value = asked.get(place..place + length);
                let value = value.ok_or_else(|| wrong("an option out of its message"))?;
                if *kind == 1 {
                    found = value.first().copied();
                }
            }
            _ => break,
        }
    }
    Err(wrong("options without an end"))
}

/// TLS whose handshake travels in packets.
fn handshake(
    mut socket: TcpStream,
    config: Arc<ServerConfig>,
) -> io::Result<StreamOwned<ServerConnection, TcpStream>> {
    let mut connection = ServerConnection::new(config).map_err(io::Error::other)?;
    while connection.is_handshaking() {
        let (kind, _, part) = read(&mut socket)?;
        if kind != 0x12 {
            return Err(wrong("a handshake outside of its packets"));
        }
        let mut part = part.as_slice();
        while !part.is_empty() {
            connection.read_tls(&mut part)?;
            connection.process_new_packets().map_err(io::Error::other)?;
        }
        let mut answer = Vec::new();
        while connection.wants_write() {
            connection.write_tls(&mut answer)?;
        }
        if !answer.is_empty() {
            write(&mut socket, 0x12, &answer)?;
        }
    }
    Ok(StreamOwned::new(connection, socket))
}

fn utf16(bytes: &[u8]) -> String {
    let units = bytes
        .chunks(2)
        .map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    String::from_utf16(&units.collect::<Vec<_>>()).unwrap()
}

/// Text in UTF-16.
pub fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Text with its length in one byte.
fn text_u8(text: &str) -> Vec<u8> {
    let mut out = vec![u8::try_from(text.encode_utf16().count()).unwrap()];
    out.extend(wide(text));
    out
}

fn text_u16(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.encode_utf16().count()).unwrap();
    [&length.to_le_bytes()[..], &wide(text)].concat()
}

/// Why somebody is not let in.
fn login(asked: &[u8]) -> io::Result<Option<(u32, &'static str)>> {
    let u32_at = |at: usize| u32::from_le_bytes(asked[at..at + 4].try_into().unwrap());
    let u16_at = |at: usize| usize::from(u16::from_le_bytes([asked[at], asked[at + 1]]));
    if asked.len() < 94 || u32_at(0) as usize != asked.len() {
        return Err(wrong("the length of a login"));
    }
    if u32_at(4) != 0x7400_0004 {
        return Err(wrong("another version of the protocol"));
    }
    let bytes = |at: usize| asked.get(u16_at(at)..u16_at(at) + u16_at(at + 2) * 2);
    let field = |at: usize| bytes(at).ok_or_else(|| wrong("a text out of its login"));
    let mut end = 94;
    for at in (36..72).step_by(4) {
        // The sixth holds no text, but where the features stand. Babelfish reads them one by one.
        let length = if at == 56 {
            u16_at(at + 2)
        } else {
            field(at)?.len()
        };
        if length > 0 && u16_at(at) != end {
            return Err(wrong("a text that is not where the one before ends"));
        }
        end += length;
    }
    if asked[27] & 0x10 != 0 {
        let place = u32_at(u16_at(56)) as usize;
        if asked.get(place) != Some(&0x0a) || asked.last() != Some(&0xff) {
            return Err(wrong("features out of their login"));
        }
    }
    let password = field(44)?.iter().map(|byte| (byte ^ 0xa5).rotate_left(4));
    let password = utf16(&password.collect::<Vec<u8>>());
    let database = utf16(field(68)?);
    Ok(if utf16(field(40)?) != USER || password != PASSWORD {
        Some((18456, "Login failed for user 'owner'."))
    } else if database != DATABASE && !database.is_empty() {
        Some((
            4060,
            "Cannot open database \"shop\" requested by the login.",
        ))
    } else {
        None
    })
}

pub fn done(status: u16, command: u16, rows: u64) -> Vec<u8> {
    let mut out = vec![0xfd];
    out.extend(status.to_le_bytes());
    out.extend(command.to_le_bytes());
    out.extend(rows.to_le_bytes());
    out
}

fn change(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![0xe3];
    out.extend(u16::try_from(body.len() + 1).unwrap().to_le_bytes());
    out.push(kind);
    out.extend(body);
    out
}

fn error(number: u32, class: u8, message: &str) -> Vec<u8> {
    let mut body = number.to_le_bytes().to_vec();
    body.extend([1, class]);
    body.extend(text_u16(message));
    body.extend(text_u8("SECRETHOST"));
    body.extend(text_u8(""));
    body.extend(1_u32.to_le_bytes());
    let mut out = vec![0xaa];
    out.extend(u16::try_from(body.len()).unwrap().to_le_bytes());
    out.extend(body);
    out
}

/// A column: its type as it is described, and what is sent for its value.
pub struct Sent {
    pub kind: Vec<u8>,
    pub value: Vec<u8>,
}

/// A result of one row.
fn result(columns: &[Sent], name: &str) -> Vec<u8> {
    let mut out = vec![0x81];
    out.extend(u16::try_from(columns.len()).unwrap().to_le_bytes());
    for column in columns {
        out.extend([0; 4]);
        out.extend([9, 0]);
        out.extend(&column.kind);
        if [0x22, 0x23, 0x63].contains(&column.kind[0]) {
            out.push(1);
            out.extend(text_u16("t"));
        }
        out.extend(text_u8(name));
    }
    out.push(0xd1);
    for column in columns {
        out.extend(&column.value);
    }
    out
}

struct Session<'s> {
    stream: Box<dyn Stream>,
    number: usize,
    transaction: u64,
    begun: u64,
    seen: &'s Seen,
}

impl Session<'_> {
    fn run(mut self) -> io::Result<()> {
        loop {
            let (kind, flags, message) = read(&mut *self.stream)?;
            let mut answer = Vec::new();
            if flags & 8 != 0 {
                self.see("reset");
                if self.transaction != 0 {
                    return Err(wrong("a reset within a transaction"));
                }
                answer.extend(change(18, &[0, 0]));
            }
            match kind {
                1 | 3 => {
                    let body = self.head(&message)?;
                    let (sql, parameters) = if kind == 1 {
                        (utf16(body).trim_end().to_owned(), Vec::new())
                    } else {
                        procedure(body)?
                    };
                    self.see(&sql);
                    if sql.starts_with("WAITFOR") {
                        let (kind, ..) = read(&mut *self.stream)?;
                        self.see(&format!("attention {kind}"));
                        return Ok(());
                    }
                    answer.extend(self.answer(&sql, parameters)?);
                }
                6 => answer.extend(done(0x20, 0, 0)),
                14 => {
                    let (name, done) = match self.head(&message)? {
                        [5, 0, 0, 0] => ("BEGIN TRANSACTION", self.begin()),
                        [7, 0, 0, 0] => ("COMMIT TRANSACTION", self.end(9)),
                        [8, 0, 0, 0] => ("ROLLBACK TRANSACTION", self.end(10)),
                        _ => return Err(wrong("a request about transactions")),
                    };
                    self.see(name);
                    answer.extend(done);
                }
                _ => return Err(wrong("a kind of message that is not known")),
            }
            write(&mut *self.stream, 4, &answer)?;
            if answer.windows(5).any(|part| part == b"e\0n\0d") {
                return Ok(());
            }
        }
    }

    fn see(&self, event: &str) {
        see(self.seen, format!("{} {event}", self.number));
    }

    /// What stands behind the headers, which must name the transaction that is open.
    fn head<'m>(&self, message: &'m [u8]) -> io::Result<&'m [u8]> {
        let all = message
            .get(..4)
            .map_or(0, |all| u32::from_le_bytes(all.try_into().unwrap()));
        let all = all as usize;
        if all != 22 || message.len() < all || message[4..10] != [18, 0, 0, 0, 2, 0] {
            return Err(wrong("the headers of a request"));
        }
        if message[10..18] != self.transaction.to_le_bytes() {
            return Err(wrong("another transaction than the one that is open"));
        }
        Ok(&message[all..])
    }

    fn answer(&mut self, sql: &str, parameters: Vec<Sent>) -> io::Result<Vec<u8>> {
        let number = |value: u32| Sent {
            kind: vec![0x26, 4],
            value: [&[4], &value.to_le_bytes()[..]].concat(),
        };
        let counted = |command, rows| done(0x10, command, rows);
        Ok(match sql {
            "EXEC leave_open" => self.begin(),
            "EXEC commit_it" => self.end(9),
            "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION" if self.transaction != 0 => self.end(10),
            "SELECT 1" => [result(&[number(1)], ""), counted(0xc1, 1)].concat(),
            "SELECT everything" => {
                let columns: Vec<Sent> = tds_values::everything()
                    .into_iter()
                    .map(|(sent, _)| sent)
                    .collect();
                [result(&columns, "a"), counted(0xc1, 1)].concat()
            }
            "UPDATE t SET n = 1 OUTPUT inserted.n" => {
                // A trigger's own count comes first.
                [
                    counted(0xc3, 9),
                    result(&[number(1)], "n"),
                    counted(0xc5, 1),
                ]
                .concat()
            }
            "UPDATE t SET n = 1" => counted(0xc5, 3),
            "SELECT two" => [
                result(&[number(1)], "a"),
                result(&[number(2)], "b"),
                counted(0xc1, 1),
            ]
            .concat(),
            "SELECT nulls" => {
                let mut out = result(&[number(1), number(2)], "a");
                // The second of the two is NULL, and is not sent.
                out.extend([0xd2, 2, 4, 7, 0, 0, 0]);
                [out, counted(0xc1, 2)].concat()
            }
            "SELECT conflict" => {
                let message = "The conflict occurred in database \"shop\", table \"dbo.t\".";
                [
                    error(547, 16, message),
                    error(3621, 0, "More."),
                    done(2, 0, 0),
                ]
                .concat()
            }
            "SELECT file" => [error(823, 24, "/var/opt/mssql/end"), done(2, 0, 0)].concat(),
            "SELECT full" => [error(1105, 17, "/var/opt/mssql"), done(2, 0, 0)].concat(),
            "SELECT doomed" => [self.end(10), error(1205, 13, "deadlock"), done(2, 0, 0)].concat(),
            sql if sql.starts_with("INSERT") => {
                let identity = Sent {
                    kind: vec![0x6c, 17, 38, 0],
                    value: [&[17, 1], &7_u128.to_le_bytes()[..]].concat(),
                };
                let asked = sql.contains("SCOPE_IDENTITY() AS [ketrics inserted]");
                if !asked {
                    return Err(wrong("an insert that asks for no number"));
                }
                [
                    counted(0xc3, 1),
                    result(&[identity], "ketrics inserted"),
                    counted(0xc1, 1),
                ]
                .concat()
            }
            _ if !parameters.is_empty() => [result(&parameters, "a"), counted(0xc1, 1)].concat(),
            _ => done(0, 0, 0),
        })
    }

    fn begin(&mut self) -> Vec<u8> {
        self.begun += 1;
        self.transaction = self.begun;
        let begun = [&[8], &self.transaction.to_le_bytes()[..], &[0]].concat();
        [change(8, &begun), done(0, 0xd4, 0)].concat()
    }

    fn end(&mut self, how: u8) -> Vec<u8> {
        let ended = [&[0, 8], &self.transaction.to_le_bytes()[..]].concat();
        self.transaction = 0;
        [change(how, &ended), done(0, 0xd2, 0)].concat()
    }
}

/// The statement and the values of `sp_executesql`.
fn procedure(body: &[u8]) -> io::Result<(String, Vec<Sent>)> {
    let rest = body.strip_prefix(&[0xff, 0xff, 10, 0, 0, 0][..]);
    let mut rest = rest.ok_or_else(|| wrong("another procedure than sp_executesql"))?;
    let mut sent = Vec::new();
    while !rest.is_empty() {
        let name = 1 + usize::from(rest[0]) * 2;
        let (name, behind) = rest.split_at(name);
        if behind[0] != 0 {
            return Err(wrong("a parameter that comes out"));
        }
        rest = &behind[1..];
        let described = match rest[0] {
            0x26 | 0x68 | 0x6d => 2,
            0x2a => 2,
            0x6c => 4,
            0xa5 => 3,
            0xe7 => 8,
            _ => return Err(wrong("a type that is not known")),
        };
        let (kind, behind) = rest.split_at(described);
        let length = if [0xa5, 0xe7].contains(&kind[0]) && kind[1..3] == [0xff; 2] {
            let whole = u64::from_le_bytes(behind[..8].try_into().unwrap());
            let piece = u32::from_le_bytes(behind[8..12].try_into().unwrap());
            let end = 12 + piece as usize;
            if whole != u64::from(piece) || behind[end..end + 4] != [0; 4] {
                return Err(wrong("a value in pieces"));
            }
            end + 4
        } else if [0xa5, 0xe7].contains(&kind[0]) {
            2 + usize::from(u16::from_le_bytes([behind[0], behind[1]]))
        } else {
            1 + usize::from(behind[0])
        };
        let (value, behind) = behind.split_at(length);
        rest = behind;
        sent.push((
            utf16(&name[1..]),
            Sent {
                kind: kind.to_vec(),
                value: value.to_vec(),
            },
        ));
    }
    let text = |sent: &Sent| {
        let from = if sent.kind[1..3] == [0xff; 2] { 12 } else { 2 };
        let end = sent.value.len() - if from == 12 { 4 } else { 0 };
        utf16(&sent.value[from..end])
    };
    let mut sent = sent.into_iter();
    let (_, statement) = sent.next().ok_or_else(|| wrong("no statement"))?;
    if let Some((_, declared)) = sent.next() {
        let declared = text(&declared);
        let names: Vec<&str> = declared
            .split(",@")
            .filter_map(|one| one.trim_start_matches('@').split(' ').next())
            .collect();
        let given: Vec<(String, Sent)> = sent.collect();
        if names.len() != given.len()
            || names
                .iter()
                .zip(&given)
                .any(|(name, (given, _))| format!("@{name}") != *given)
        {
            return Err(wrong("other parameters than are declared"));
        }
        let values = given.into_iter().map(|(_, sent)| sent).collect();
        return Ok((text(&statement), values));
    }
    Ok((text(&statement), Vec::new()))
}
