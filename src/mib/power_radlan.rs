//! What Cisco Small Business, Linksys and others on the same software add of their PoE ports (RADLAN-POE-MIB, CISCOSB-POE-MIB:
//! rlPethPsePortTable, indexed as pethPsePortTable is). The table is the same under each maker's own root.

use std::collections::BTreeMap;

use super::power_ethernet::port;
use super::{Column, Refusals, Varbind};
use crate::net::Watts;

const OUTPUT_POWER: [Column; 3] = [
    Column { name: "rlPethPsePortOutputPower", oid: &[1, 3, 6, 1, 4, 1, 89, 108, 1, 1, 5] },
    Column { name: "rlPethPsePortOutputPower", oid: &[1, 3, 6, 1, 4, 1, 9, 6, 1, 101, 108, 1, 1, 5] },
    Column { name: "rlPethPsePortOutputPower", oid: &[1, 3, 6, 1, 4, 1, 3955, 1000, 201, 108, 1, 1, 5] },
];
const POWER_LIMIT: [Column; 3] = [
    Column { name: "rlPethPsePortPowerLimit", oid: &[1, 3, 6, 1, 4, 1, 89, 108, 1, 1, 6] },
    Column { name: "rlPethPsePortPowerLimit", oid: &[1, 3, 6, 1, 4, 1, 9, 6, 1, 101, 108, 1, 1, 6] },
    Column { name: "rlPethPsePortPowerLimit", oid: &[1, 3, 6, 1, 4, 1, 3955, 1000, 201, 108, 1, 1, 6] },
];

/// What is walked for this table: of RADLAN itself, of Cisco Small Business, of Linksys.
pub const COLUMNS: &[Column] =
    &[OUTPUT_POWER[0], OUTPUT_POWER[1], OUTPUT_POWER[2], POWER_LIMIT[0], POWER_LIMIT[1], POWER_LIMIT[2]];

/// A port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RadlanPort {
    /// The most that it gives.
    pub limit: Option<Watts>,
    /// What the device draws.
    pub measured: Option<Watts>,
}

/// The ports by group and port.
pub fn ports(walk: &[Varbind], refused: &mut Refusals) -> BTreeMap<(u32, u32), RadlanPort> {
    let mut ports: BTreeMap<(u32, u32), RadlanPort> = BTreeMap::new();
    for column in &OUTPUT_POWER {
        for (at, measured) in column.rows(walk, refused, |index, value| Some((port(index)?, value.milliwatts()?))) {
            ports.entry(at).or_default().measured = Some(measured);
        }
    }
    for column in &POWER_LIMIT {
        for (at, limit) in column.rows(walk, refused, |index, value| Some((port(index)?, value.milliwatts()?))) {
            ports.entry(at).or_default().limit = Some(limit);
        }
    }
    ports
}
