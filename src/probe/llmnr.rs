//! The LLMNR name of a host. Responders answer questions to the group only (RFC 4795, 2.4), so the packet goes to the group
//! and its frame to one card.

use std::net::IpAddr;

use super::name::NameProtocol;
use crate::observe::NameSource;
use crate::wire::dns;

/// Link-local multicast name resolution.
pub struct Llmnr;

impl NameProtocol for Llmnr {
    const SOURCE: NameSource = NameSource::Llmnr;
    const PORT: u16 = dns::LLMNR_PORT;
    const OVER_IPV6: bool = true;

    fn group(ip: IpAddr) -> Option<IpAddr> {
        Some(if ip.is_ipv4() { dns::LLMNR_GROUP.into() } else { dns::LLMNR_GROUP6.into() })
    }

    fn question(&self, id: u16, ip: IpAddr) -> Vec<u8> {
        dns::question(id, ip, false)
    }

    fn names(&self, ip: IpAddr, payload: &[u8]) -> Vec<String> {
        dns::names_of(ip, payload)
    }
}
