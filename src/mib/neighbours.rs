//! Which switch, telephone or access point hangs on which port (LLDP-MIB, IEEE 802.1AB-2005 clause 12; CISCO-CDP-MIB).

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Column, Oid, Refusals, Value, Varbind, single};

const LOC_PORT_ID: Column = Column { name: "lldpLocPortId", oid: &[1, 0, 8802, 1, 1, 2, 1, 3, 7, 1, 3] };
const REM_PORT_ID: Column = Column { name: "lldpRemPortId", oid: &[1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, 7] };
const REM_SYS_NAME: Column = Column { name: "lldpRemSysName", oid: &[1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, 9] };
const REM_SYS_CAP_ENABLED: Column = Column { name: "lldpRemSysCapEnabled", oid: &[1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, 12] };
const REM_MAN_ADDR: Column = Column { name: "lldpRemManAddrIfSubtype", oid: &[1, 0, 8802, 1, 1, 2, 1, 4, 2, 1, 3] };

/// cdpCacheTable, by ifIndex and a number of the neighbour.
const CDP_ADDRESS: Column = Column { name: "cdpCacheAddress", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 23, 1, 2, 1, 1, 4] };
const CDP_DEVICE_ID: Column = Column { name: "cdpCacheDeviceId", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 23, 1, 2, 1, 1, 6] };
const CDP_DEVICE_PORT: Column = Column { name: "cdpCacheDevicePort", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 23, 1, 2, 1, 1, 7] };
const CDP_CAPABILITIES: Column = Column { name: "cdpCacheCapabilities", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 23, 1, 2, 1, 1, 9] };

/// What is walked for this table.
pub const COLUMNS: &[Column] = &[
    LOC_PORT_ID,
    REM_PORT_ID,
    REM_SYS_NAME,
    REM_SYS_CAP_ENABLED,
    REM_MAN_ADDR,
    CDP_ADDRESS,
    CDP_DEVICE_ID,
    CDP_DEVICE_PORT,
    CDP_CAPABILITIES,
];

/// Management addresses that are kept of one neighbour.
const MOST_ADDRESSES: usize = 8;

/// A neighbour of the switch.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Neighbour {
    /// lldpRemLocalPortNum: the port of the switch, as LLDP counts it; of CDP, its ifIndex.
    pub port: u32,
    /// lldpLocPortId of that port as text: on most switches the ifName.
    pub port_name: Option<String>,
    /// The ifIndex of the port, which CDP tells and LLDP does not.
    #[serde(default)]
    pub interface: Option<u32>,
    /// lldpRemPortId as text: the port at its end.
    pub their_port: String,
    /// lldpRemSysName.
    pub name: String,
    /// It switches: its enabled capabilities hold bridge(2). A telephone with a second socket says so too.
    pub bridge: bool,
    /// It is a telephone(5).
    pub telephone: bool,
    /// Where it can be asked in its turn.
    pub addresses: Vec<IpAddr>,
}

/// The neighbours, by port and by the number LLDP gave each.
pub fn neighbours(walk: &[Varbind], refused: &mut Refusals) -> Vec<Neighbour> {
    let mut found: BTreeMap<(u32, u32), Neighbour> = BTreeMap::new();
    let mut of = |key: (u32, u32), tell: &mut dyn FnMut(&mut Neighbour)| {
        tell(found.entry(key).or_insert_with(|| Neighbour { port: key.0, ..Neighbour::default() }));
    };
    for (key, text) in REM_PORT_ID.rows(walk, refused, |index, value| Some((remote(index)?, value.text()?))) {
        of(key, &mut |neighbour| neighbour.their_port.clone_from(&text));
    }
    for (key, text) in REM_SYS_NAME.rows(walk, refused, |index, value| Some((remote(index)?, value.text()?))) {
        of(key, &mut |neighbour| neighbour.name.clone_from(&text));
    }
    for (key, bits) in REM_SYS_CAP_ENABLED.rows(walk, refused, |index, value| Some((remote(index)?, capabilities(value)?))) {
        // LldpSystemCapabilitiesMap is BITS: bit 0 is the highest of the first octet.
        of(key, &mut |neighbour| (neighbour.bridge, neighbour.telephone) = (bits & 0x20 != 0, bits & 0x04 != 0));
    }
    for (key, address) in REM_MAN_ADDR.rows(walk, refused, |index, _| managed(index)) {
        of(key, &mut |neighbour| {
            if neighbour.addresses.len() < MOST_ADDRESSES {
                neighbour.addresses.extend(address);
            }
        });
    }
    let names: BTreeMap<u32, String> =
        LOC_PORT_ID.rows(walk, refused, |index, value| Some((single(index)?, value.text()?))).collect();
    let by_lldp = found.into_values().map(|neighbour| Neighbour { port_name: names.get(&neighbour.port).cloned(), ..neighbour });
    let by_lldp: Vec<Neighbour> = by_lldp.collect();
    by_lldp.into_iter().chain(by_cdp(walk, refused)).collect()
}

/// The neighbours of whoever speaks CDP. Only a switch's bit (0x08) makes one to ask next: access points are transparent bridges.
fn by_cdp(walk: &[Varbind], refused: &mut Refusals) -> Vec<Neighbour> {
    let mut found: BTreeMap<(u32, u32), Neighbour> = BTreeMap::new();
    let mut of = |key: (u32, u32), tell: &mut dyn FnMut(&mut Neighbour)| {
        let new = || Neighbour { port: key.0, interface: Some(key.0), ..Neighbour::default() };
        tell(found.entry(key).or_insert_with(new));
    };
    for (key, text) in CDP_DEVICE_ID.rows(walk, refused, |index, value| Some((cached(index)?, value.text()?))) {
        of(key, &mut |neighbour| neighbour.name.clone_from(&text));
    }
    for (key, text) in CDP_DEVICE_PORT.rows(walk, refused, |index, value| Some((cached(index)?, value.text()?))) {
        of(key, &mut |neighbour| neighbour.their_port.clone_from(&text));
    }
    for (key, bits) in CDP_CAPABILITIES.rows(walk, refused, |index, value| Some((cached(index)?, *value.octets()?.last()?))) {
        of(key, &mut |neighbour| (neighbour.bridge, neighbour.telephone) = (bits & 0x08 != 0, bits & 0x80 != 0));
    }
    for (key, address) in CDP_ADDRESS.rows(walk, refused, |index, value| Some((cached(index)?, value.octets()?))) {
        // Of another family, and where the neighbour told none, it is not four octets long.
        let address = <[u8; 4]>::try_from(address).ok().map(|octets| IpAddr::V4(octets.into()));
        of(key, &mut |neighbour| neighbour.addresses.extend(address));
    }
    found.into_values().collect()
}

/// cdpCacheIfIndex and cdpCacheDeviceIndex.
fn cached(index: &Oid) -> Option<(u32, u32)> {
    match index {
        [interface, number] => Some((*interface, *number)),
        _ => None,
    }
}

/// Local port and number of the neighbour, behind the time mark.
fn remote(index: &Oid) -> Option<(u32, u32)> {
    match index {
        [_time, port, number] => Some((*port, *number)),
        _ => None,
    }
}

/// The first octet of the capabilities, where all that is looked for stands. There are eight bits, which some send as two octets.
fn capabilities(value: &Value) -> Option<u8> {
    match value.octets()? {
        [] => Some(0),
        [first] | [first, _] => Some(*first),
        _ => None,
    }
}

/// The neighbour and its management address: its family (IANA: 1 IPv4, 2 IPv6), its length, its octets. Of another family, none.
fn managed(index: &Oid) -> Option<((u32, u32), Option<IpAddr>)> {
    let [_time, port, number, family, length, arcs @ ..] = index else { return None };
    if usize::try_from(*length) != Ok(arcs.len()) {
        return None;
    }
    let octets: Vec<u8> = arcs.iter().map(|&arc| u8::try_from(arc).ok()).collect::<Option<_>>()?;
    let address = match family {
        1 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(octets).ok()?).into()),
        2 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(octets).ok()?).into()),
        _ => None,
    };
    Some(((*port, *number), address))
}
