//! One rule about where applications may connect to.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// One rule: `127.0.0.1:4000`, `10.1.0.0/16`, `[::1]:8080`, `shipping.internal`, `localhost:4000`,
/// `*.example.com`. Without a port, every port is meant; `*.` stands for every name below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressRule {
    to: Destination,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Destination {
    Host(String),
    Network(IpAddr, u8),
}

/// A rule that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the egress rule {0:?} cannot be read: write a host, *. and a domain, an address or a network \
     (10.1.0.0/16), with :port behind it to mean one port only"
)]
pub struct EgressRuleError(String);

/// Whether a text is a rule, for whoever only wants to know that.
///
/// # Errors
/// What is wrong with it.
pub fn check_egress_rule(text: &str) -> Result<(), String> {
    let rule = text.parse::<EgressRule>();
    rule.map(drop).map_err(|error| error.to_string())
}

impl EgressRule {
    /// Whether this is a rule about a connection to this address that was asked for by this host.
    pub(crate) fn names(&self, host: &str, address: IpAddr, port: u16) -> bool {
        if self.port.is_some_and(|named| named != port) {
            return false;
        }
        match &self.to {
            Destination::Host(name) => match name.strip_prefix('*') {
                Some(domain) => host.ends_with(domain),
                None => name == host,
            },
            // An IPv4 address within an IPv6 one is the same destination.
            Destination::Network(network, bits) => {
                within(address, *network, *bits) || within(address.to_canonical(), *network, *bits)
            }
        }
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.port
    }
}

impl FromStr for EgressRule {
    type Err = EgressRuleError;

    fn from_str(text: &str) -> Result<Self, EgressRuleError> {
        let error = || EgressRuleError(text.to_owned());
        let (to, port) = if let Some(rest) = text.strip_prefix('[') {
            let (address, rest) = rest.split_once(']').ok_or_else(error)?;
            let port = match rest {
                "" => None,
                rest => Some(rest.strip_prefix(':').ok_or_else(error)?),
            };
            (address, port)
        } else if text.matches(':').count() == 1 {
            let (to, port) = text.split_once(':').ok_or_else(error)?;
            (to, Some(port))
        } else {
            (text, None)
        };
        let port = port
            .map(|port| port.parse().map_err(|_| error()))
            .transpose()?;
        Ok(Self {
            to: destination(to).ok_or_else(error)?,
            port,
        })
    }
}

impl fmt::Display for EgressRule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            Destination::Host(host) => formatter.write_str(host)?,
            Destination::Network(IpAddr::V6(address), bits) => {
                write!(formatter, "[{address}/{bits}]")?;
            }
            Destination::Network(address, bits) => write!(formatter, "{address}/{bits}")?,
        }
        self.port
            .map_or(Ok(()), |port| write!(formatter, ":{port}"))
    }
}

fn destination(text: &str) -> Option<Destination> {
    if let Some((address, bits)) = text.split_once('/') {
        let address: IpAddr = address.parse().ok()?;
        let bits: u8 = bits.parse().ok()?;
        return (bits <= width(address)).then_some(Destination::Network(address, bits));
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(Destination::Network(address, width(address)));
    }
    let name = text.strip_prefix("*.").unwrap_or(text);
    let named = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    named.then(|| Destination::Host(text.to_ascii_lowercase()))
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

pub(crate) fn within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let shift = 32 - u32::from(bits.min(32));
            u32::from(address).checked_shr(shift) == u32::from(network).checked_shr(shift)
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let shift = 128 - u32::from(bits.min(128));
            u128::from(address).checked_shr(shift) == u128::from(network).checked_shr(shift)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_about_what_it_names_and_no_more() {
        let ask = |rule: &str, host: &str, address: &str, port| {
            let rule: EgressRule = rule.parse().unwrap();
            rule.names(host, address.parse().unwrap(), port)
        };
        assert!(ask("127.0.0.1:4000", "127.0.0.1", "127.0.0.1", 4000));
        assert!(!ask("127.0.0.1:4000", "127.0.0.1", "127.0.0.1", 4001));
        assert!(!ask("127.0.0.1:4000", "127.0.0.1", "127.0.0.2", 4000));
        assert!(ask("10.1.0.0/16", "x.test", "10.1.255.1", 1));
        assert!(!ask("10.1.0.0/16", "x.test", "10.2.0.1", 1));
        assert!(ask("0.0.0.0/0", "x.test", "10.2.0.1", 1));
        assert!(ask("[::1]:80", "::1", "::1", 80));
        assert!(!ask("[::1]:80", "::1", "127.0.0.1", 80));
        assert!(ask("::1", "::1", "::1", 81));
        assert!(ask(
            "Shipping.internal",
            "shipping.internal",
            "10.0.0.9",
            443
        ));
        assert!(!ask("shipping.internal", "evil.test", "10.0.0.9", 443));
        assert!(ask("127.0.0.1", "x.test", "::ffff:127.0.0.1", 1));
        assert!(ask("*.example.com", "a.b.example.com", "8.8.8.8", 1));
        assert!(!ask("*.example.com", "example.com", "8.8.8.8", 1));
        assert!(!ask("*.example.com", "evilexample.com", "8.8.8.8", 1));
        assert!(!ask("*.example.com:443", "a.example.com", "8.8.8.8", 80));
    }

    #[test]
    fn a_rule_that_cannot_be_read_is_an_error_that_quotes_it() {
        for rule in [
            "",
            "a b",
            "10.0.0.0/33",
            "host:port",
            "host:70000",
            "[::1",
            "[::1]80",
            "*",
            "*.",
            "a.*.b",
        ] {
            let error = rule.parse::<EgressRule>().unwrap_err().to_string();
            assert!(error.contains(&format!("{rule:?}")), "{error}");
        }
    }
}
