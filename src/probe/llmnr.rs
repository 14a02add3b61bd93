//! The LLMNR name of a host. Responders answer questions to the group only (RFC 4795, 2.4), so the packet goes to the group
//! and its frame to one card.

use std::net::Ipv4Addr;

use super::name::NameProtocol;
use crate::observe::{NameSource, v4};
use crate::wire::dns;

/// Link-local multicast name resolution.
pub struct Llmnr;

impl NameProtocol for Llmnr {
    const SOURCE: NameSource = NameSource::Llmnr;
    const PORT: u16 = dns::LLMNR_PORT;
    const GROUP: Option<Ipv4Addr> = Some(dns::LLMNR_GROUP);

    fn question(&self, id: u16, ip: Ipv4Addr) -> Vec<u8> {
        dns::question(id, v4(ip), false)
    }

    fn names(&self, ip: Ipv4Addr, payload: &[u8]) -> Vec<String> {
        dns::names_of(v4(ip), payload)
    }
}
