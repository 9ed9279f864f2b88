//! Where a database server is, as its tenant's administrator wrote it down: a URL.
//!
//! `postgresql://user:password@host:5432/database?sslmode=verify-full&max_connections=20`, or the
//! same with `mysql`, `mariadb`, `sqlserver` or `mssql`. The connection is encrypted and the server's certificate is
//! checked, unless the server is on this host or `sslmode=disable` says otherwise.
//!
//! An administrator chose this address, so it is not held against the egress policy, which is about
//! addresses that tenant code names. No message made here holds any part of the URL but the name of
//! a parameter.

use crate::database::engine::ConnectError;
use crate::database::pool::Bounds;
use percent_encoding::percent_decode_str;
use std::path::PathBuf;
use std::time::Duration;
use url::Host;
use url::Url;

/// Connections to one database at once, where the URL names no other number.
const MOST_CONNECTIONS: usize = 10;
/// And the most that it can name.
const CONNECTIONS_LIMIT: usize = 100;
/// Seconds that a connection is kept which nobody uses, where the URL names no others, and the most.
const IDLE: u64 = 60;
const IDLE_LIMIT: u64 = 3600;

/// How a server is reached.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) password: Option<String>,
    pub(crate) database: String,
    pub(crate) tls: Tls,
    pub(crate) bounds: Bounds,
}

/// Whether the connection is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tls {
    Off,
    /// By a certificate that the host trusts, or one in this file signed.
    Verified(Option<PathBuf>),
}

fn invalid(what: impl std::fmt::Display) -> ConnectError {
    ConnectError::Refused(format!(
        "the settings of this database are not valid: {what}"
    ))
}

impl Settings {
    /// Reads the URL of a server of this kind.
    pub(crate) fn read(text: &str, kind: &Kind) -> Result<Self, ConnectError> {
        let Kind { schemes, port, .. } = kind;
        let shape = || {
            invalid(format_args!(
                "they must be a URL like {}://user:password@host/database",
                schemes[0]
            ))
        };
        let url = Url::parse(text.trim()).map_err(|_| shape())?;
        if !schemes.contains(&url.scheme()) {
            return Err(shape());
        }
        let decoded = |text: &str| {
            percent_decode_str(text)
                .decode_utf8()
                .map(std::borrow::Cow::into_owned)
                .map_err(|_| shape())
        };
        let host = decoded(
            url.host_str()
                .filter(|host| !host.is_empty())
                .ok_or_else(shape)?,
        )?;
        let user = decoded(url.username())?;
        let database = decoded(url.path().trim_start_matches('/'))?;
        if user.is_empty() || database.is_empty() {
            return Err(shape());
        }
        let mut mode = None;
        let mut roots = None;
        let mut most = MOST_CONNECTIONS;
        let mut idle = IDLE;
        for (name, value) in url.query_pairs() {
            match &*name {
                "sslmode" => mode = Some(value.into_owned()),
                "sslrootcert" => roots = Some(PathBuf::from(&*value)),
                "max_connections" => {
                    most = value
                        .parse()
                        .ok()
                        .filter(|most| (1..=CONNECTIONS_LIMIT).contains(most))
                        .ok_or_else(|| {
                            invalid(format_args!(
                                "max_connections must be from 1 to {CONNECTIONS_LIMIT}"
                            ))
                        })?;
                }
                "idle_timeout" => {
                    idle = value
                        .parse()
                        .ok()
                        .filter(|idle| (1..=IDLE_LIMIT).contains(idle))
                        .ok_or_else(|| {
                            invalid(format_args!(
                                "idle_timeout must be from 1 to {IDLE_LIMIT} seconds"
                            ))
                        })?;
                }
                other => {
                    return Err(invalid(format_args!(
                        "the parameter {other} is unknown; \
                         there are sslmode, sslrootcert, max_connections and idle_timeout"
                    )));
                }
            }
        }
        let tls = match mode.as_deref() {
            Some("disable") => Tls::Off,
            None if roots.is_none() && is_here(url.host_str().unwrap_or_default()) => Tls::Off,
            None | Some("require" | "verify-ca" | "verify-full") => Tls::Verified(roots),
            Some(_) => {
                return Err(invalid(
                    "sslmode must be disable, or require, verify-ca or verify-full, \
                     which all check the server's certificate and name",
                ));
            }
        };
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(*port),
            user,
            password: url.password().map(decoded).transpose()?,
            database,
            tls,
            bounds: Bounds {
                most,
                idle: Duration::from_secs(idle),
            },
        })
    }
}

/// A kind of server: its name in the directory, the schemes of its URLs, and its port.
pub(crate) struct Kind {
    pub(crate) engine: &'static str,
    pub(crate) schemes: [&'static str; 2],
    pub(crate) port: u16,
}

pub(crate) const POSTGRES: Kind = Kind {
    engine: "postgresql",
    schemes: ["postgresql", "postgres"],
    port: 5432,
};

pub(crate) const MYSQL: Kind = Kind {
    engine: "mysql",
    schemes: ["mysql", "mariadb"],
    port: 3306,
};

pub(crate) const SQLSERVER: Kind = Kind {
    engine: "sqlserver",
    schemes: ["sqlserver", "mssql"],
    port: 1433,
};

/// The engine of the server that a database's URL leads to, by its name in the directory.
///
/// # Errors
/// When the URL is not valid: what is wrong, without any part of it but a parameter's name.
pub fn database_engine(url: &str) -> Result<&'static str, String> {
    let scheme = url.split(':').next().unwrap_or_default();
    let kind = [POSTGRES, MYSQL, SQLSERVER]
        .into_iter()
        .find(|kind| kind.schemes.contains(&scheme))
        .ok_or("it must begin with postgresql://, mysql:// or sqlserver://")?;
    match Settings::read(url, &kind) {
        Ok(_) => Ok(kind.engine),
        Err(error) => Err(error.to_string()),
    }
}

fn is_here(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, ConnectError> {
        Settings::read(text, &POSTGRES)
    }

    #[test]
    fn a_url_names_everything() {
        let settings =
            read("postgres://us%40er:p%3Aw@[::1]:99/a%20b?max_connections=3&idle_timeout=9")
                .ok()
                .unwrap();
        assert_eq!(settings.host, "::1");
        assert_eq!(settings.port, 99);
        assert_eq!(settings.user, "us@er");
        assert_eq!(settings.password.as_deref(), Some("p:w"));
        assert_eq!(settings.database, "a b");
        assert_eq!(settings.tls, Tls::Off);
        assert_eq!(settings.bounds.most, 3);
        assert_eq!(settings.bounds.idle, Duration::from_secs(9));
        let settings = read("postgresql://u@db.example/d").ok().unwrap();
        assert_eq!((settings.port, settings.bounds.most), (5432, 10));
        assert_eq!(settings.tls, Tls::Verified(None));
        let off = read("postgresql://u@db.example/d?sslmode=disable")
            .ok()
            .unwrap();
        assert_eq!(off.tls, Tls::Off);
        let roots = read("postgresql://u@localhost/d?sslrootcert=/ca.pem")
            .ok()
            .unwrap();
        assert_eq!(roots.tls, Tls::Verified(Some("/ca.pem".into())));
    }

    #[test]
    fn the_scheme_names_the_engine() {
        for (url, engine) in [
            ("postgres://u@h/d", Ok("postgresql")),
            ("mariadb://u@h/d", Ok("mysql")),
            ("sqlserver://u@h/d", Ok("sqlserver")),
            ("mssql://u@h/d", Ok("sqlserver")),
            ("sqlite://u@h/d", Err("must begin with")),
            ("mysql://h/d", Err("must be a URL like mysql://")),
        ] {
            match (database_engine(url), engine) {
                (Ok(found), Ok(engine)) => assert_eq!(found, engine),
                (Err(reason), Err(part)) => assert!(reason.contains(part), "{reason}"),
                other => panic!("{url}: {other:?}"),
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_nothing_else() {
        for (text, named) in [
            ("", "a URL like postgresql://"),
            ("db.secret", "a URL like"),
            ("mysql://secret:secret@secret/secret", "a URL like"),
            ("postgres://secret.secret/secret", "a URL like"),
            ("postgres://secret@secret/", "a URL like"),
            (
                "postgres://secret@secret/secret?sslmode=secret",
                "sslmode must be",
            ),
            (
                "postgres://secret@secret/secret?max_connections=0",
                "from 1 to 100",
            ),
            (
                "postgres://secret@secret/secret?idle_timeout=0",
                "from 1 to 3600 seconds",
            ),
            (
                "postgres://secret@secret/secret?option=secret",
                "option is unknown",
            ),
        ] {
            let reason = read(text).err().unwrap().to_string();
            assert!(reason.contains(named), "{text}: {reason}");
            assert!(!reason.contains("secret"), "{text}: {reason}");
        }
    }
}
