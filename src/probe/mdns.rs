//! The multicast DNS name of a host, asked of it directly (RFC 6762, 5.5: unicast queries to port 5353).

use std::net::IpAddr;

use super::name::NameProtocol;
use crate::observe::NameSource;
use crate::wire::dns;

/// Multicast DNS.
pub struct Mdns;

impl NameProtocol for Mdns {
    const SOURCE: NameSource = NameSource::Mdns;
    const PORT: u16 = dns::MDNS_PORT;
    const OVER_IPV6: bool = true;

    fn group(_: IpAddr) -> Option<IpAddr> {
        None
    }

    fn question(&self, id: u16, ip: IpAddr) -> Vec<u8> {
        dns::question(id, ip, false)
    }

    fn names(&self, ip: IpAddr, payload: &[u8]) -> Vec<String> {
        dns::names_of(ip, payload)
    }
}
