//! From one request to the next, as browsers do it.

use crate::http::invalid_url;
use bytes::Bytes;
use ketrics_protocol::ServiceError;
use reqwest::Method;
use reqwest::Response;
use reqwest::StatusCode;
use reqwest::header::AUTHORIZATION;
use reqwest::header::CONTENT_ENCODING;
use reqwest::header::CONTENT_LANGUAGE;
use reqwest::header::CONTENT_LOCATION;
use reqwest::header::CONTENT_TYPE;
use reqwest::header::COOKIE;
use reqwest::header::HeaderMap;
use reqwest::header::LOCATION;
use reqwest::header::PROXY_AUTHORIZATION;
use url::Url;

/// One request of an exchange.
pub(crate) struct Hop {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
}

/// Where a response leads, if anywhere.
pub(crate) fn target(hop: &Hop, response: &Response) -> Result<Option<Url>, ServiceError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = response.headers().get(LOCATION) else {
        return Ok(None);
    };
    std::str::from_utf8(location.as_bytes())
        .ok()
        .and_then(|location| hop.url.join(location).ok())
        .map(Some)
        .ok_or_else(|| invalid_url("The server redirected to a URL that cannot be read"))
}

/// The request that follows a redirect.
pub(crate) fn follow(mut hop: Hop, status: StatusCode, target: Url) -> Hop {
    let becomes_get = match status.as_u16() {
        303 => hop.method != Method::HEAD,
        301 | 302 => hop.method == Method::POST,
        _ => false,
    };
    if becomes_get {
        hop.method = Method::GET;
        hop.body = None;
        for header in [
            CONTENT_TYPE,
            CONTENT_ENCODING,
            CONTENT_LANGUAGE,
            CONTENT_LOCATION,
        ] {
            hop.headers.remove(header);
        }
    }
    if !keeps_credentials(&hop.url, &target) {
        for header in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION] {
            hop.headers.remove(header);
        }
    }
    hop.url = target;
    hop
}

/// Credentials go to the origin that they were meant for, and to the same host when it only asks
/// for TLS on the usual ports.
fn keeps_credentials(from: &Url, to: &Url) -> bool {
    let upgrade = from.scheme() == "http"
        && to.scheme() == "https"
        && from.port().is_none()
        && to.port().is_none();
    from.host() == to.host()
        && (upgrade
            || (from.scheme() == to.scheme()
                && from.port_or_known_default() == to.port_or_known_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(method: Method) -> Hop {
        let mut headers = HeaderMap::new();
        for header in [AUTHORIZATION, COOKIE, CONTENT_TYPE] {
            headers.insert(header, "x".parse().unwrap());
        }
        let url = Url::parse("http://a.test/one").unwrap();
        Hop {
            method,
            url,
            headers,
            body: Some(Bytes::from_static(b"x")),
        }
    }

    fn go(method: Method, status: u16, to: &str) -> Hop {
        follow(
            hop(method),
            StatusCode::from_u16(status).unwrap(),
            Url::parse(to).unwrap(),
        )
    }

    #[test]
    fn a_post_becomes_a_get_where_browsers_make_it_one() {
        for (method, status, after) in [
            (Method::POST, 301, Method::GET),
            (Method::POST, 302, Method::GET),
            (Method::PUT, 302, Method::PUT),
            (Method::PUT, 303, Method::GET),
            (Method::HEAD, 303, Method::HEAD),
            (Method::POST, 307, Method::POST),
            (Method::POST, 308, Method::POST),
        ] {
            let followed = go(method.clone(), status, "http://a.test/two");
            assert_eq!(followed.method, after, "{method} {status}");
            let kept = after == method;
            assert_eq!(followed.body.is_some(), kept, "{method} {status}");
            assert_eq!(
                followed.headers.contains_key(CONTENT_TYPE),
                kept,
                "{method} {status}"
            );
        }
    }

    #[test]
    fn credentials_stay_with_their_origin() {
        for (to, kept) in [
            ("http://a.test/two", true),
            ("https://a.test/two", true),
            ("http://b.test/two", false),
            ("http://a.test.b.test/", false),
            ("http://sub.a.test/", false),
            ("http://a.test:8080/", false),
            ("https://a.test:444/", false),
        ] {
            let followed = go(Method::GET, 302, to);
            assert_eq!(followed.headers.contains_key(AUTHORIZATION), kept, "{to}");
            assert_eq!(followed.headers.contains_key(COOKIE), kept, "{to}");
        }
    }
}
