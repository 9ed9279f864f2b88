//! Failures of an exchange, in the words of Node's clients.

use crate::failure::opaque;
use crate::http::egress::ResolveError;
use crate::http::egress::refused;
use ketrics_protocol::ServiceError;
use std::error::Error;
use std::io;
use url::Url;

/// What tenant code learns: the code, and the host that it asked for itself.
pub(crate) fn describe(error: &reqwest::Error, url: &Url) -> ServiceError {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(0);
    let at = |code: &str, what: &str| {
        ServiceError::plain(format!("{what} {code} {host}:{port}")).with_code(code)
    };
    match find::<ResolveError>(error) {
        Some(ResolveError::NotFound) => {
            return ServiceError::plain(format!("getaddrinfo ENOTFOUND {host}"))
                .with_code("ENOTFOUND");
        }
        Some(ResolveError::Refused) => return refused(url),
        None => {}
    }
    if error.is_timeout() {
        return at("ETIMEDOUT", "connect");
    }
    for cause in causes(error) {
        let Some(cause) = cause.downcast_ref::<io::Error>() else {
            continue;
        };
        match cause.kind() {
            io::ErrorKind::ConnectionRefused => return at("ECONNREFUSED", "connect"),
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::UnexpectedEof
            | io::ErrorKind::BrokenPipe => return at("ECONNRESET", "read"),
            io::ErrorKind::TimedOut => return at("ETIMEDOUT", "connect"),
            io::ErrorKind::HostUnreachable => return at("EHOSTUNREACH", "connect"),
            io::ErrorKind::NetworkUnreachable => return at("ENETUNREACH", "connect"),
            // What rustls says comes as this kind.
            io::ErrorKind::InvalidData if error.is_connect() => {
                return ServiceError::plain(format!(
                    "The TLS connection to {host}:{port} failed: {cause}"
                ))
                .with_code("EPROTO");
            }
            _ => {}
        }
    }
    if error.is_decode() || error.is_body() {
        return at("ECONNRESET", "read");
    }
    if error.is_connect() {
        return at("ECONNREFUSED", "connect");
    }
    if error.is_request() {
        // The connection ended, or what came was no HTTP.
        return ServiceError::plain(format!("socket hang up {host}:{port}"))
            .with_code("ECONNRESET");
    }
    if error.is_builder() {
        return ServiceError::plain("The request cannot be sent: its URL or a header is malformed")
            .with_code("ERR_INVALID_URL");
    }
    opaque("send an HTTP request", error)
}

fn find<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The error and everything behind it. The source of an I/O error that wraps another error is that
/// one's source, which would skip the one that tells most.
fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| -> Option<&'e (dyn Error + 'static)> {
        match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner),
            None => error.source(),
        }
    })
}
