//! The multicast DNS name of a host, asked of it directly (RFC 6762, 5.5: unicast queries to port 5353).

use std::net::Ipv4Addr;

use super::name::NameProtocol;
use crate::observe::{NameSource, v4};
use crate::wire::dns;

/// Multicast DNS.
pub struct Mdns;

impl NameProtocol for Mdns {
    const SOURCE: NameSource = NameSource::Mdns;
    const PORT: u16 = dns::MDNS_PORT;
    const GROUP: Option<Ipv4Addr> = None;

    fn question(&self, id: u16, ip: Ipv4Addr) -> Vec<u8> {
        dns::question(id, v4(ip), false)
    }

    fn names(&self, ip: Ipv4Addr, payload: &[u8]) -> Vec<String> {
        dns::names_of(v4(ip), payload)
    }
}
