//! The NetBIOS name of a PC, by a node status question (RFC 1002, 4.2.17).

use std::net::IpAddr;

use super::name::NameProtocol;
use crate::observe::NameSource;
use crate::wire::nbns;

/// NetBIOS node status.
pub struct NetBios;

impl NameProtocol for NetBios {
    const SOURCE: NameSource = NameSource::NetBios;
    const PORT: u16 = nbns::PORT;
    const OVER_IPV6: bool = false;

    fn group(_: IpAddr) -> Option<IpAddr> {
        None
    }

    fn question(&self, id: u16, _ip: IpAddr) -> Vec<u8> {
        nbns::question(id)
    }

    fn names(&self, _ip: IpAddr, payload: &[u8]) -> Vec<String> {
        let table = nbns::parse(payload).ok().flatten().unwrap_or_default();
        nbns::host_name(&table).map(str::to_owned).into_iter().collect()
    }
}
