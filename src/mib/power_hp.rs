//! What an HP ProCurve or an Aruba of that line adds of its PoE ports (HP-ICF-POE-MIB, hpicfPoePethPsePortTable: it augments
//! pethPsePortTable).

use std::collections::BTreeMap;

use super::power_ethernet::port;
use super::{Column, Refusals, Varbind};
use crate::net::Watts;

const ALLOCATE_BY: Column =
    Column { name: "hpicfPoePethPsePortPowerAllocateBy", oid: &[1, 3, 6, 1, 4, 1, 11, 2, 14, 11, 1, 9, 1, 1, 1, 4] };
const POE_PLUS_POWER_VALUE: Column =
    Column { name: "hpicfPoePethPsePortPoePlusPowerValue", oid: &[1, 3, 6, 1, 4, 1, 11, 2, 14, 11, 1, 9, 1, 1, 1, 7] };
const ACTUAL_POWER: Column =
    Column { name: "hpicfPoePethPsePortActualPower", oid: &[1, 3, 6, 1, 4, 1, 11, 2, 14, 11, 1, 9, 1, 1, 1, 8] };

/// What is walked for this table. hpicfPoePethPsePortOperStatus is not: a port with nothing plugged in starts as `deny`.
pub const COLUMNS: &[Column] = &[ALLOCATE_BY, POE_PLUS_POWER_VALUE, ACTUAL_POWER];

/// hpicfPoePethPsePortPowerAllocateBy: what is set aside is the value that was configured.
const BY_VALUE: u8 = 3;

/// A port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HpPort {
    /// What is set aside for it whatever is plugged in, where it was configured so.
    pub set_aside: Option<Watts>,
    /// What the device draws.
    pub measured: Option<Watts>,
}

/// The ports by group and port.
pub fn ports(walk: &[Varbind], refused: &mut Refusals) -> BTreeMap<(u32, u32), HpPort> {
    let mut ports: BTreeMap<(u32, u32), HpPort> = BTreeMap::new();
    for (at, measured) in ACTUAL_POWER.rows(walk, refused, |index, value| Some((port(index)?, value.milliwatts()?))) {
        ports.entry(at).or_default().measured = Some(measured);
    }
    let how: BTreeMap<(u32, u32), u8> =
        ALLOCATE_BY.rows(walk, refused, |index, value| Some((port(index)?, value.number()?))).collect();
    for (at, watts) in POE_PLUS_POWER_VALUE.rows(walk, refused, |index, value| Some((port(index)?, value.number::<u8>()?))) {
        // In whole watts; it counts only where allocation goes by it.
        if how.get(&at) == Some(&BY_VALUE) {
            ports.entry(at).or_default().set_aside = Some(Watts::from_tenths(u16::from(watts) * 10));
        }
    }
    ports
}
