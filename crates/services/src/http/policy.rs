//! Which addresses applications may reach: the public internet, and what the host names.

use std::fmt;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::str::FromStr;

/// Which addresses that are not public applications may reach all the same. The default is none.
#[derive(Clone, Debug, Default)]
pub struct EgressPolicy {
    /// What is allowed beyond the public internet.
    pub allow: Vec<AllowRule>,
}

/// One exception: `127.0.0.1:4000`, `10.1.0.0/16`, `[::1]:8080`, `shipping.internal`,
/// `localhost:4000`. Without a port, every port is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowRule {
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
    "the egress rule {0:?} cannot be read: write a host, an address or a network \
     (10.1.0.0/16), with :port behind it to allow one port only"
)]
pub struct AllowRuleError(String);

impl FromStr for AllowRule {
    type Err = AllowRuleError;

    fn from_str(text: &str) -> Result<Self, AllowRuleError> {
        let error = || AllowRuleError(text.to_owned());
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

impl fmt::Display for AllowRule {
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
    let named = !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    named.then(|| Destination::Host(text.to_ascii_lowercase()))
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
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

impl EgressPolicy {
    /// Whether a connection to this address is allowed when it was asked for by this host.
    pub(crate) fn allows(&self, host: &str, address: IpAddr, port: u16) -> bool {
        is_public(address)
            || self.allow.iter().any(|rule| {
                rule.port.is_none_or(|allowed| allowed == port)
                    && match &rule.to {
                        Destination::Host(name) => name == host,
                        Destination::Network(network, bits) => within(address, *network, *bits),
                    }
            })
    }

    /// The ports that some rule names.
    pub(crate) fn named_ports(&self) -> impl Iterator<Item = u16> {
        self.allow.iter().filter_map(|rule| rule.port)
    }
}

/// IPv4 networks that are not the public internet.
const PRIVATE_V4: [(Ipv4Addr, u8); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The IPv6 network that is given out as public (`2000::/3`), and what of it is not. Everything
/// outside it is refused: loopback, unspecified, v4-mapped and -compatible, NAT64 (`64:ff9b::/96`,
/// `64:ff9b:1::/48`), discard, unique local, link- and site-local, multicast.
const PUBLIC_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
const PRIVATE_V6: [(Ipv6Addr, u8); 5] = [
    // IETF protocol assignments, Teredo, benchmarking and ORCHID among them.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    // 6to4 carries an IPv4 address.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
    // The first experimental network, given back.
    (Ipv6Addr::new(0x3ffe, 0, 0, 0, 0, 0, 0, 0), 16),
];

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => PRIVATE_V4
            .iter()
            .all(|&(network, bits)| !within(address, network.into(), bits)),
        IpAddr::V6(_) => {
            within(address, PUBLIC_V6.0.into(), PUBLIC_V6.1)
                && PRIVATE_V6
                    .iter()
                    .all(|&(network, bits)| !within(address, network.into(), bits))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        let refused = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];
        for address in refused {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        let public = [
            "1.1.1.1",
            "8.8.8.8",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00::1",
            "2001:4860:4860::8888",
        ];
        for address in public {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn a_rule_allows_what_it_names_and_no_more() {
        let policy = |rule: &str| EgressPolicy {
            allow: vec![rule.parse().unwrap()],
        };
        let ask = |rule: &str, host: &str, address: &str, port| {
            policy(rule).allows(host, address.parse().unwrap(), port)
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
        ] {
            let error = rule.parse::<AllowRule>().unwrap_err().to_string();
            assert!(error.contains(&format!("{rule:?}")), "{error}");
        }
    }
}
