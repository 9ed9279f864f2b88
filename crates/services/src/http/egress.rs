//! The connector that everything dials out through.
//!
//! A name is resolved once, every address is checked, and the connection goes to what was checked:
//! the check is the client's resolver. The client does not ask a resolver about a URL whose host is
//! an address, so those are checked in front of it. The resolver is not told the port, so each port
//! that a rule names has a client of its own.

use crate::http::invalid_url;
use crate::http::policy::Egress;
use futures_util::future::BoxFuture;
use ketrics_protocol::ServiceError;
use reqwest::Client;
use reqwest::dns::Addrs;
use reqwest::dns::Name;
use reqwest::dns::Resolve;
use reqwest::dns::Resolving;
use reqwest::redirect::Policy;
use std::collections::HashMap;
use std::io;
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

/// The clients of a tenant, by port where a rule names it. No two tenants share one: what one
/// may reach must not be found open by another.
pub(crate) struct Clients {
    policy: Arc<Egress>,
    any: Client,
    by_port: HashMap<u16, Client>,
}

/// Who knows the addresses of names.
type Lookup = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

struct Checked {
    policy: Arc<Egress>,
    lookup: Lookup,
    /// `None` stands for every port that no rule names: then a rule with a port allows nothing.
    port: Option<u16>,
}

impl Clients {
    pub(crate) fn new(policy: Egress) -> Result<Self, reqwest::Error> {
        Self::with(policy, Arc::new(|host| Box::pin(ask_system(host))))
    }

    fn with(policy: Egress, lookup: Lookup) -> Result<Self, reqwest::Error> {
        let policy = Arc::new(policy);
        let mut by_port = HashMap::new();
        for port in policy.named_ports() {
            by_port.insert(port, client(&policy, &lookup, Some(port))?);
        }
        Ok(Self {
            any: client(&policy, &lookup, None)?,
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
        "Requests to {} are not allowed: the platform's rules for outgoing requests refuse it",
        url.host_str().unwrap_or_default()
    ))
    .with_code("EACCES")
}

async fn ask_system(host: String) -> io::Result<Vec<IpAddr>> {
    let addresses = tokio::net::lookup_host((host.as_str(), 0)).await?;
    Ok(addresses.map(|address| address.ip()).collect())
}

fn client(
    policy: &Arc<Egress>,
    lookup: &Lookup,
    port: Option<u16>,
) -> Result<Client, reqwest::Error> {
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .dns_resolver(Arc::new(Checked {
            policy: Arc::clone(policy),
            lookup: Arc::clone(lookup),
            port,
        }))
        .build()
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = Arc::clone(&self.policy);
        let lookup = Arc::clone(&self.lookup);
        // Port 0 is no port that a rule could name and somebody could listen on.
        let port = self.port.unwrap_or(0);
        Box::pin(async move {
            let host = name.as_str().trim_end_matches('.').to_ascii_lowercase();
            let addresses = lookup(host.clone())
                .await
                .map_err(|_| ResolveError::NotFound)?;
            if addresses.is_empty() {
                return Err(ResolveError::NotFound.into());
            }
            // One bad address spoils the name: an honest one has none.
            if addresses
                .iter()
                .any(|address| !policy.allows(&host, *address, port))
            {
                return Err(ResolveError::Refused.into());
            }
            let addresses = addresses
                .into_iter()
                .map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::EgressPolicy;
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering::Relaxed;
    use tokio::io::AsyncReadExt;
    use tokio::io::AsyncWriteExt;
    use tokio::net::TcpListener;

    fn code(clients: &Clients, url: &str) -> Option<String> {
        clients
            .for_url(&Url::parse(url).unwrap())
            .err()
            .and_then(|error| error.code)
    }

    #[test]
    fn every_spelling_of_a_private_address_is_refused() {
        let clients = Clients::new(Egress::default()).unwrap();
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
        let policy = Arc::new(Egress {
            host: EgressPolicy { allow },
            ..Egress::default()
        });
        let lookup: Lookup = Arc::new(|host| Box::pin(ask_system(host)));
        for (port, allowed) in [(Some(4000), true), (Some(4001), false), (None, false)] {
            let resolver = Checked {
                policy: policy.clone(),
                lookup: lookup.clone(),
                port,
            };
            let resolved = resolver.resolve("localhost".parse().unwrap()).await;
            assert_eq!(resolved.is_ok(), allowed, "{port:?}");
        }
    }

    /// A name server that answers with the first addresses once and with the others ever after.
    fn rebinding(first: &[&str], then: &[&str]) -> (Lookup, Arc<AtomicUsize>) {
        let parse = |all: &[&str]| -> Vec<IpAddr> {
            all.iter().map(|address| address.parse().unwrap()).collect()
        };
        let (first, then) = (parse(first), parse(then));
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let lookup: Lookup = Arc::new(move |_| {
            let answer = match count.fetch_add(1, Relaxed) {
                0 => first.clone(),
                _ => then.clone(),
            };
            Box::pin(async move { Ok(answer) })
        });
        (lookup, asked)
    }

    #[tokio::test]
    async fn a_connection_goes_to_the_address_that_was_checked_and_a_name_is_asked_for_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 1024];
                let _ = stream.read(&mut request).await;
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
                let _ = stream.write_all(answer).await;
            }
        });
        let egress = Egress {
            host: EgressPolicy {
                allow: vec![address.to_string().parse().unwrap()],
            },
            ..Egress::default()
        };
        let (lookup, asked) = rebinding(&["127.0.0.1"], &["127.0.0.2"]);
        let clients = Clients::with(egress, lookup).unwrap();
        let url = Url::parse(&format!("http://rebind.test:{}/", address.port())).unwrap();
        let client = clients.for_url(&url).unwrap();
        let answer = client.get(url.clone()).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "ok");
        assert_eq!(asked.load(Relaxed), 1);
        // The connection was closed: the next request asks again, and is refused.
        let error = client.get(url).send().await.unwrap_err();
        let refused = std::iter::successors(Some(&error as &dyn std::error::Error), |error| {
            error.source()
        })
        .any(|error| {
            matches!(
                error.downcast_ref::<ResolveError>(),
                Some(ResolveError::Refused)
            )
        });
        assert!(refused, "{error:?}");
        assert_eq!(asked.load(Relaxed), 2);
    }

    #[tokio::test]
    async fn one_refused_address_among_public_ones_spoils_a_name() {
        for (addresses, allowed) in [
            (&["1.1.1.1", "2606:4700::1111"][..], true),
            (&["1.1.1.1", "169.254.169.254"], false),
            (&["::ffff:10.0.0.1"], false),
            (&["64:ff9b::a00:1"], false),
            (&["2002:a00:1::1"], false),
        ] {
            let (lookup, _) = rebinding(addresses, addresses);
            let resolver = Checked {
                policy: Arc::default(),
                lookup,
                port: None,
            };
            let resolved = resolver.resolve("x.test".parse().unwrap()).await;
            assert_eq!(resolved.is_ok(), allowed, "{addresses:?}");
        }
    }
}
