//! What a Catalyst adds of its PoE ports (CISCO-POWER-ETHERNET-EXT-MIB, cpeExtPsePortTable: it augments pethPsePortTable).

use std::collections::BTreeMap;

use super::power_ethernet::port;
use super::{Column, Refusals, Value, Varbind};
use crate::net::Watts;

const ADDITIONAL_STATUS: Column =
    Column { name: "cpeExtPsePortAdditionalStatus", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 402, 1, 2, 1, 5] };
const PWR_MAX: Column = Column { name: "cpeExtPsePortPwrMax", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 402, 1, 2, 1, 6] };
const PWR_ALLOCATED: Column = Column { name: "cpeExtPsePortPwrAllocated", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 402, 1, 2, 1, 7] };
const PWR_CONSUMPTION: Column = Column { name: "cpeExtPsePortPwrConsumption", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 402, 1, 2, 1, 9] };
const MAX_PWR_DRAWN: Column = Column { name: "cpeExtPsePortMaxPwrDrawn", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 402, 1, 2, 1, 10] };
const ENT_PHY_INDEX: Column = Column { name: "cpeExtPsePortEntPhyIndex", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 402, 1, 2, 1, 11] };

/// What is walked for this table.
pub const COLUMNS: &[Column] = &[ADDITIONAL_STATUS, PWR_MAX, PWR_ALLOCATED, PWR_CONSUMPTION, MAX_PWR_DRAWN, ENT_PHY_INDEX];

/// A port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CiscoPort {
    /// The most that it gives.
    pub limit: Option<Watts>,
    /// What is set aside for the device.
    pub allocated: Option<Watts>,
    /// What the device draws.
    pub measured: Option<Watts>,
    /// The most that the device has drawn since it was fed.
    pub highest: Option<Watts>,
    /// The device is refused power for want of it, now.
    pub denied: bool,
    /// The device is refused power because it draws more than it may, now.
    pub overdraws: bool,
    /// Its entPhysicalIndex; 0 is told by a switch that has none.
    pub entity: Option<u32>,
}

/// The ports by group and port.
pub fn ports(walk: &[Varbind], refused: &mut Refusals) -> BTreeMap<(u32, u32), CiscoPort> {
    let mut ports: BTreeMap<(u32, u32), CiscoPort> = BTreeMap::new();
    for (at, limit) in PWR_MAX.rows(walk, refused, |index, value| Some((port(index)?, value.milliwatts()?))) {
        ports.entry(at).or_default().limit = Some(limit);
    }
    for (at, allocated) in PWR_ALLOCATED.rows(walk, refused, |index, value| Some((port(index)?, value.milliwatts()?))) {
        ports.entry(at).or_default().allocated = Some(allocated);
    }
    for (at, measured) in PWR_CONSUMPTION.rows(walk, refused, |index, value| Some((port(index)?, value.milliwatts()?))) {
        ports.entry(at).or_default().measured = Some(measured);
    }
    for (at, highest) in MAX_PWR_DRAWN.rows(walk, refused, |index, value| Some((port(index)?, value.milliwatts()?))) {
        ports.entry(at).or_default().highest = Some(highest);
    }
    for (at, bits) in ADDITIONAL_STATUS.rows(walk, refused, |index, value| Some((port(index)?, first_octet(value)?))) {
        // BITS: deny(0) is the highest bit of the first octet, overdraw(1) the one below.
        let of = ports.entry(at).or_default();
        (of.denied, of.overdraws) = (bits & 0x80 != 0, bits & 0x40 != 0);
    }
    for (at, entity) in ENT_PHY_INDEX.rows(walk, refused, |index, value| Some((port(index)?, value.number::<u32>()?))) {
        ports.entry(at).or_default().entity = Some(entity).filter(|entity| *entity > 0);
    }
    ports
}

/// BITS without a bit that is set may be empty.
fn first_octet(value: &Value) -> Option<u8> {
    value.octets().map(|octets| octets.first().copied().unwrap_or_default())
}
