//! Which addresses a tenant's applications may reach: the public internet, and beyond that or
//! less than that what the host and the tenant's own rules name.

use crate::http::rule::EgressRule;
use crate::http::rule::within;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;

/// Which addresses that are not public the applications of every tenant may reach. The default is
/// none.
#[derive(Clone, Debug, Default)]
pub struct EgressPolicy {
    /// What is allowed beyond the public internet.
    pub allow: Vec<EgressRule>,
}

/// What the applications of one tenant may reach, in the order in which it is decided: what is
/// denied, they may not; what is allowed, they may; anything else by `otherwise`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantEgress {
    /// Refused, even where it is public or allowed by the host.
    pub deny: Vec<EgressRule>,
    /// Allowed, even where it is not public.
    pub allow: Vec<EgressRule>,
    /// What becomes of everything else.
    pub otherwise: Otherwise,
}

/// What becomes of a destination that no rule names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Otherwise {
    /// It is allowed where it is on the public internet.
    #[default]
    Public,
    /// It is refused.
    Nothing,
}

/// Both together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Egress {
    pub(crate) host: EgressPolicy,
    pub(crate) tenant: TenantEgress,
}

impl Egress {
    /// Whether a connection to this address is allowed when it was asked for by this host.
    pub(crate) fn allows(&self, host: &str, address: IpAddr, port: u16) -> bool {
        let named = |rules: &[EgressRule]| rules.iter().any(|rule| rule.names(host, address, port));
        if named(&self.tenant.deny) {
            return false;
        }
        if named(&self.tenant.allow) || named(&self.host.allow) {
            return true;
        }
        match self.tenant.otherwise {
            Otherwise::Public => is_public(address),
            Otherwise::Nothing => false,
        }
    }

    /// The ports that some rule names.
    pub(crate) fn named_ports(&self) -> impl Iterator<Item = u16> {
        let rules = self.tenant.deny.iter().chain(&self.tenant.allow);
        rules.chain(&self.host.allow).filter_map(EgressRule::port)
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
    fn what_is_denied_is_refused_what_is_allowed_is_not_and_the_rest_is_as_it_is_told() {
        let rules = |rules: &[&str]| rules.iter().map(|rule| rule.parse().unwrap()).collect();
        let mut egress = Egress {
            host: EgressPolicy {
                allow: rules(&["10.1.0.0/16"]),
            },
            tenant: TenantEgress {
                deny: rules(&["10.1.2.0/24", "*.tracker.test", "8.8.4.4"]),
                allow: rules(&["10.9.0.1:443", "api.test"]),
                otherwise: Otherwise::Public,
            },
        };
        let ask = |egress: &Egress, host: &str, address: &str| {
            egress.allows(host, address.parse().unwrap(), 443)
        };
        for (host, address, open, closed) in [
            ("x.test", "1.1.1.1", true, false),
            ("x.test", "8.8.4.4", false, false),
            ("x.test", "::ffff:8.8.4.4", false, false),
            ("a.tracker.test", "1.1.1.1", false, false),
            ("x.test", "10.1.1.1", true, true),
            ("x.test", "10.1.2.3", false, false),
            ("x.test", "10.9.0.1", true, true),
            ("x.test", "10.9.0.2", false, false),
            ("api.test", "1.1.1.1", true, true),
        ] {
            egress.tenant.otherwise = Otherwise::Public;
            assert_eq!(ask(&egress, host, address), open, "{host} {address}");
            egress.tenant.otherwise = Otherwise::Nothing;
            assert_eq!(ask(&egress, host, address), closed, "{host} {address}");
        }
    }
}
