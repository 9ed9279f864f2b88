//! `ketrics.http`: requests to the outside, through the egress check.
//!
//! These request headers belong to the connection and not to the caller, and are ignored when
//! tenant code sets them: `Host`, `Content-Length`, `Transfer-Encoding`, `Connection`, `Upgrade`,
//! `Keep-Alive`, `Proxy-Connection`, `TE`, `Trailer`, `Expect`.
//!
//! Redirects are followed here and not by the HTTP client, because each target is a new
//! destination: checked like the first one, and without credentials when it is another origin.

mod egress;
mod errors;
mod policy;
mod redirect;
mod rule;
mod tenants;

pub use policy::EgressPolicy;
pub use policy::Otherwise;
pub use policy::TenantEgress;
pub use rule::EgressRule;
pub use rule::EgressRuleError;
pub use rule::check_egress_rule;
pub use tenants::InvalidEgress;

use crate::Held;
use crate::Invocation;
use crate::invocation::over;
use egress::Clients;
use ketrics_directory::Directory;
use ketrics_protocol::HttpCall;
use ketrics_protocol::HttpReply;
use ketrics_protocol::ServiceError;
use redirect::Hop;
use reqwest::Method;
use reqwest::Response;
use reqwest::header::ACCEPT;
use reqwest::header::HeaderMap;
use reqwest::header::HeaderName;
use reqwest::header::HeaderValue;
use reqwest::header::USER_AGENT;
use std::time::Duration;
use tenants::TenantClients;
use url::Url;

const DEFAULT_TIMEOUT_MS: f64 = 30_000.0;
const MAX_TIMEOUT_MS: f64 = 120_000.0;
const DEFAULT_REDIRECTS: u32 = 5;
const MAX_REDIRECTS: u32 = 20;
const MAX_REQUEST_BODY: usize = 16 * 1024 * 1024;
const MAX_RESPONSE_BODY: usize = 32 * 1024 * 1024;
const AGENT: &str = concat!("Ketrics/", env!("CARGO_PKG_VERSION"));

/// Headers that belong to the connection.
const IGNORED: [&str; 10] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "expect",
];

pub(crate) struct Http {
    tenants: TenantClients,
}

impl Http {
    pub(crate) fn new(policy: EgressPolicy, directory: Directory) -> Self {
        Self {
            tenants: TenantClients::new(policy, directory),
        }
    }

    pub(crate) async fn handle(
        &self,
        invocation: &Invocation,
        call: HttpCall,
    ) -> Result<HttpReply, ServiceError> {
        invocation.check_open()?;
        let HttpCall::Request {
            method,
            url,
            headers,
            body,
            timeout,
            max_redirects,
        } = call;
        let hop = Hop {
            method: Method::from_bytes(method.to_ascii_uppercase().as_bytes())
                .ok()
                .filter(|method| !matches!(*method, Method::CONNECT | Method::TRACE))
                .ok_or_else(|| {
                    ServiceError::plain(format!(
                        "The method must be GET, POST, PUT, DELETE, PATCH, HEAD or OPTIONS, not {method}"
                    ))
                })?,
            url: Url::parse(&url)
                .map_err(|error| invalid_url(&format!("The URL cannot be read: {error}")))?,
            headers: request_headers(headers)?,
            body: body.map(Into::into),
        };
        if hop
            .body
            .as_ref()
            .is_some_and(|body| body.len() > MAX_REQUEST_BODY)
        {
            return Err(ServiceError::plain(format!(
                "The body must have at most {MAX_REQUEST_BODY} bytes"
            )));
        }
        let most = max_redirects.unwrap_or(DEFAULT_REDIRECTS);
        if most > MAX_REDIRECTS {
            return Err(ServiceError::plain(format!(
                "maxRedirects must be 0 to {MAX_REDIRECTS}, not {most}"
            )));
        }
        let timeout = check_timeout(timeout)?;
        let held = invocation.memory().nothing();
        let clients = self.tenants.of(invocation.caller().tenant_id).await?;
        let exchange = tokio::time::timeout(timeout, exchange(&clients, hop, most, held));
        match invocation.bounded(exchange).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(_)) => Err(ServiceError::plain(format!(
                "timeout of {}ms exceeded",
                timeout.as_millis()
            ))
            .with_code("ETIMEDOUT")),
            Err(_) => Err(over()),
        }
    }
}

async fn exchange(
    clients: &Clients,
    first: Hop,
    most: u32,
    held: Held,
) -> Result<HttpReply, ServiceError> {
    let mut hop = first;
    let mut followed = 0;
    loop {
        let response = send(clients, &hop).await?;
        match redirect::target(&hop, &response)? {
            Some(_) if most == 0 => return receive(response, held).await,
            Some(_) if followed == most => {
                return Err(ServiceError::plain(format!(
                    "Maximum number of redirects exceeded: {most}"
                ))
                .with_code("ERR_FR_TOO_MANY_REDIRECTS"));
            }
            Some(target) => {
                hop = redirect::follow(hop, response.status(), target);
                followed += 1;
            }
            None => return receive(response, held).await,
        }
    }
}

async fn send(clients: &Clients, hop: &Hop) -> Result<Response, ServiceError> {
    let client = clients.for_url(&hop.url)?;
    let mut request = client
        .request(hop.method.clone(), hop.url.clone())
        .headers(hop.headers.clone());
    if let Some(body) = &hop.body {
        request = request.body(body.clone());
    }
    request
        .send()
        .await
        .map_err(|error| errors::describe(&error, &hop.url))
}

async fn receive(mut response: Response, mut held: Held) -> Result<HttpReply, ServiceError> {
    let status = response.status();
    let headers = response_headers(response.headers());
    let url = response.url().clone();
    let mut body = Vec::new();
    // What counts is the size after decompression: that is what would fill the memory.
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| errors::describe(&error, &url))?
    {
        if body.len() + chunk.len() > MAX_RESPONSE_BODY {
            return Err(ServiceError::plain(format!(
                "maxContentLength size of {MAX_RESPONSE_BODY} exceeded"
            ))
            .with_code("ERR_BAD_RESPONSE"));
        }
        held.more(chunk.len())?;
        body.extend_from_slice(&chunk);
    }
    Ok(HttpReply::Request {
        status: status.as_u16(),
        status_text: status.canonical_reason().unwrap_or_default().to_owned(),
        headers,
        body,
    })
}

fn response_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .keys()
        .map(|name| {
            let values: Vec<_> = headers
                .get_all(name)
                .iter()
                .map(|value| String::from_utf8_lossy(value.as_bytes()))
                .collect();
            (name.as_str().to_owned(), values.join(", "))
        })
        .collect()
}

fn request_headers(given: Vec<(String, String)>) -> Result<HeaderMap, ServiceError> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let known = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
            ServiceError::plain(format!(
                "The header name {name:?} is not allowed: letters, digits and -_ are"
            ))
        })?;
        if IGNORED.contains(&known.as_str()) {
            continue;
        }
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| {
            ServiceError::plain(format!(
                "The value of the header {name} must not hold line ends or control characters"
            ))
        })?;
        headers.append(known, value);
    }
    if !headers.contains_key(USER_AGENT) {
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    }
    if !headers.contains_key(ACCEPT) {
        headers.insert(
            ACCEPT,
            HeaderValue::from_static("application/json, text/plain, */*"),
        );
    }
    Ok(headers)
}

fn check_timeout(timeout: Option<f64>) -> Result<Duration, ServiceError> {
    match timeout {
        None => Ok(Duration::from_secs_f64(DEFAULT_TIMEOUT_MS / 1_000.0)),
        Some(timeout) if timeout > 0.0 && timeout <= MAX_TIMEOUT_MS => {
            Ok(Duration::from_secs_f64(timeout / 1_000.0))
        }
        Some(timeout) => Err(ServiceError::plain(format!(
            "timeout must be 1 to {MAX_TIMEOUT_MS} milliseconds, not {timeout}"
        ))),
    }
}

fn invalid_url(message: &str) -> ServiceError {
    ServiceError::plain(message).with_code("ERR_INVALID_URL")
}
