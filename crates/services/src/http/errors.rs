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
    if let Some(cause) = find::<io::Error>(error) {
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
            io::ErrorKind::InvalidData => {
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

/// The first cause of this type, also inside an I/O error that wraps it.
fn find<'e, T: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        if let Some(inner) = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref)
            && let Some(found) = inner.downcast_ref::<T>()
        {
            return Some(found);
        }
        next = error.source();
    }
    None
}
