//! Which card has which address, as whoever routes has asked by ARP (IP-MIB, RFC 4293; deprecated there and told by all).

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use super::{Column, Oid, Refusals, Varbind};
use crate::net::Mac;

const PHYS_ADDRESS: Column = Column { name: "ipNetToMediaPhysAddress", oid: &[1, 3, 6, 1, 2, 1, 4, 22, 1, 2] };

/// What is walked for this table.
pub const COLUMNS: &[Column] = &[PHYS_ADDRESS];

/// The cards of each address; more than one where several interfaces of the router lead to several.
pub fn owners(walk: &[Varbind], refused: &mut Refusals) -> BTreeMap<Ipv4Addr, BTreeSet<Mac>> {
    let mut owners: BTreeMap<Ipv4Addr, BTreeSet<Mac>> = BTreeMap::new();
    let rows = PHYS_ADDRESS
        .rows(walk, refused, |index, value| Some((address(index)?, <[u8; 6]>::try_from(value.octets()?).ok().map(Mac)?)));
    for (ip, mac) in rows {
        owners.entry(ip).or_default().insert(mac);
    }
    owners
}

/// The address, behind the interface.
fn address(index: &Oid) -> Option<Ipv4Addr> {
    let [_interface, octets @ ..] = index else { return None };
    let octets: Vec<u8> = octets.iter().map(|&arc| u8::try_from(arc).ok()).collect::<Option<_>>()?;
    <[u8; 4]>::try_from(octets).ok().map(Ipv4Addr::from)
}
