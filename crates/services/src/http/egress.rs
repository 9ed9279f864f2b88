//! The connector that everything dials out through.
//!
//! A name is resolved once, every address is checked, and the connection goes to what was checked:
//! the check is the client's resolver. The client does not ask a resolver about a URL whose host is
//! an address, so those are checked in front of it. The resolver is not told the port, so each port
//! that a rule names has a client of its own.

use crate::http::EgressPolicy;
use crate::http::invalid_url;
use ketrics_protocol::ServiceError;
use reqwest::Client;
use reqwest::dns::Addrs;
use reqwest::dns::Name;
use reqwest::dns::Resolve;
use reqwest::dns::Resolving;
use reqwest::redirect::Policy;
use std::collections::HashMap;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use url::Host;
use url::Url;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
const IDLE_PER_HOST: usize = 8;

/// What the resolver says; found again in the chain of the client's error.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ResolveError {
    #[error("no such host")]
    NotFound,
    #[error("refused address")]
    Refused,
}

/// The clients of a host, by port where a rule names it.
pub(crate) struct Clients {
    policy: Arc<EgressPolicy>,
    any: Client,
    by_port: HashMap<u16, Client>,
}

struct Checked {
    policy: Arc<EgressPolicy>,
    /// `None` stands for every port that no rule names: then a rule with a port allows nothing.
    port: Option<u16>,
}

impl Clients {
    pub(crate) fn new(policy: EgressPolicy) -> Result<Self, reqwest::Error> {
        let policy = Arc::new(policy);
        let mut by_port = HashMap::new();
        for port in policy.named_ports() {
            by_port.insert(port, client(&policy, Some(port))?);
        }
        Ok(Self {
            any: client(&policy, None)?,
            by_port,
            policy,
        })
    }

    /// The client for this URL, when its host may be an allowed one.
    pub(crate) fn for_url(&self, url: &Url) -> Result<&Client, ServiceError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(invalid_url(&format!(
                "The URL must begin with http:// or https://, not {}:",
                url.scheme()
            )));
        }
        let port = url.port_or_known_default().unwrap_or(0);
        let literal: Option<IpAddr> = match url.host() {
            None => return Err(invalid_url("The URL has no host")),
            // The parser has turned every other spelling (decimal, octal, hex, short) into these.
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(name)) => name.parse().ok(),
        };
        if let Some(address) = literal
            && !self.policy.allows(&address.to_string(), address, port)
        {
            return Err(refused(url));
        }
        Ok(self.by_port.get(&port).unwrap_or(&self.any))
    }
}

/// A destination that no application may reach.
pub(crate) fn refused(url: &Url) -> ServiceError {
    ServiceError::plain(format!(
        "Requests to {} are not allowed: only public addresses are",
        url.host_str().unwrap_or_default()
    ))
    .with_code("EACCES")
}

fn client(policy: &Arc<EgressPolicy>, port: Option<u16>) -> Result<Client, reqwest::Error> {
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .dns_resolver(Arc::new(Checked {
            policy: policy.clone(),
            port,
        }))
        .build()
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.policy.clone();
        // Port 0 is no port that a rule could name and somebody could listen on.
        let port = self.port.unwrap_or(0);
        Box::pin(async move {
            let host = name.as_str().trim_end_matches('.').to_ascii_lowercase();
            let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0))
                .await
                .map_err(|_| ResolveError::NotFound)?
                .collect();
            if addresses.is_empty() {
                return Err(ResolveError::NotFound.into());
            }
            // One bad address spoils the name: an honest one has none.
            if addresses
                .iter()
                .any(|address| !policy.allows(&host, address.ip(), port))
            {
                return Err(ResolveError::Refused.into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(clients: &Clients, url: &str) -> Option<String> {
        clients
            .for_url(&Url::parse(url).unwrap())
            .err()
            .and_then(|error| error.code)
    }

    #[test]
    fn every_spelling_of_a_private_address_is_refused() {
        let clients = Clients::new(EgressPolicy::default()).unwrap();
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "017700000001",
            "0x7f000001",
            "0x7f.0.0.1",
            "0177.0.0.1",
            "127.0.0.1.",
            "0",
            "%31%32%37.0.0.1",
            "①②⑦.0.0.1",
            "169.254.169.254",
            "0xa9fea9fe",
            "2852039166",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[64:ff9b::127.0.0.1]",
            "[2002:7f00:1::]",
            "[fe80::1]",
            "[fd00:ec2::254]",
            "[::]",
            "user:pass@10.0.0.1",
        ] {
            let url = format!("http://{host}/");
            assert_eq!(code(&clients, &url).as_deref(), Some("EACCES"), "{url}");
        }
        assert_eq!(code(&clients, "http://8.8.8.8/"), None);
        assert_eq!(code(&clients, "http://example.com/"), None);
        for url in ["ftp://example.com/", "file:///etc/passwd", "data:,x"] {
            assert_eq!(
                code(&clients, url).as_deref(),
                Some("ERR_INVALID_URL"),
                "{url}"
            );
        }
    }

    #[tokio::test]
    async fn a_name_that_stands_for_a_private_address_is_refused_on_every_other_port() {
        let allow = vec!["localhost:4000".parse().unwrap()];
        let policy = Arc::new(EgressPolicy { allow });
        for (port, allowed) in [(Some(4000), true), (Some(4001), false), (None, false)] {
            let resolver = Checked {
                policy: policy.clone(),
                port,
            };
            let resolved = resolver.resolve("localhost".parse().unwrap()).await;
            assert_eq!(resolved.is_ok(), allowed, "{port:?}");
        }
    }
}
