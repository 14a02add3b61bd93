//! The PoE ports of a TP-Link switch (TPLINK-POWER-OVER-ETHERNET-MIB). Its index is the number of the port, its unit 0.1 W.

use std::collections::BTreeMap;

use super::power_ethernet::{Detection, PsePort, Supply};
use super::pse::Trouble;
use super::{Column, Refusals, Value, Varbind, single};
use crate::net::Watts;

const SYSTEM_POWER_LIMIT: Column = Column { name: "tpSystemPowerLimit", oid: &[1, 3, 6, 1, 4, 1, 11863, 6, 56, 1, 1, 1, 1] };
const SYSTEM_POWER_CONSUMPTION: Column =
    Column { name: "tpSystemPowerConsumption", oid: &[1, 3, 6, 1, 4, 1, 11863, 6, 56, 1, 1, 1, 3] };
const PORT_STATUS: Column = Column { name: "tpPoePortStatus", oid: &[1, 3, 6, 1, 4, 1, 11863, 6, 56, 1, 1, 2, 1, 1, 2] };
const POWER_LIMIT: Column = Column { name: "tpPoePowerLimit", oid: &[1, 3, 6, 1, 4, 1, 11863, 6, 56, 1, 1, 2, 1, 1, 4] };
const POWER: Column = Column { name: "tpPoePower", oid: &[1, 3, 6, 1, 4, 1, 11863, 6, 56, 1, 1, 2, 1, 1, 7] };
const CLASS: Column = Column { name: "tpPoeClass", oid: &[1, 3, 6, 1, 4, 1, 11863, 6, 56, 1, 1, 2, 1, 1, 10] };
const POWER_STATUS: Column = Column { name: "tpPoePowerStatus", oid: &[1, 3, 6, 1, 4, 1, 11863, 6, 56, 1, 1, 2, 1, 1, 11] };

/// What is walked for this table.
pub const COLUMNS: &[Column] =
    &[SYSTEM_POWER_LIMIT, SYSTEM_POWER_CONSUMPTION, PORT_STATUS, POWER_LIMIT, POWER, CLASS, POWER_STATUS];

/// A port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TpLinkPort {
    /// As the standard's table would tell it.
    pub told: PsePort,
    /// The most that it gives.
    pub limit: Option<Watts>,
    /// What the device draws.
    pub measured: Option<Watts>,
    /// What is wrong with it now.
    pub trouble: Option<Trouble>,
}

/// The ports by number.
pub fn ports(walk: &[Varbind], refused: &mut Refusals) -> BTreeMap<u32, TpLinkPort> {
    let mut ports: BTreeMap<u32, TpLinkPort> = BTreeMap::new();
    for (port, limit) in POWER_LIMIT.rows(walk, refused, |index, value| Some((single(index)?, tenths(value)?))) {
        ports.entry(port).or_default().limit = Some(limit);
    }
    for (port, measured) in POWER.rows(walk, refused, |index, value| Some((single(index)?, tenths(value)?))) {
        ports.entry(port).or_default().measured = Some(measured);
    }
    for (port, class) in CLASS.rows(walk, refused, |index, value| Some((single(index)?, class(value)?))) {
        ports.entry(port).or_default().told.class = class;
    }
    for (port, (detection, trouble)) in POWER_STATUS.rows(walk, refused, |index, value| Some((single(index)?, status(value)?))) {
        let of = ports.entry(port).or_default();
        (of.told.detection, of.trouble) = (Some(detection), trouble);
    }
    for (port, enabled) in PORT_STATUS.rows(walk, refused, |index, value| Some((single(index)?, enabled(value)?))) {
        let of = ports.entry(port).or_default();
        of.told.enabled = Some(enabled);
        if !enabled {
            of.told.detection = Some(Detection::Disabled);
        }
    }
    ports
}

/// The one supply, where the switch tells of it.
pub fn supply(walk: &[Varbind], refused: &mut Refusals) -> Option<Supply> {
    let mut scalar =
        |column: Column| column.rows(walk, refused, |index, value| (index == [0]).then(|| tenths(value)).flatten()).next();
    let (nominal, drawn) = (scalar(SYSTEM_POWER_LIMIT), scalar(SYSTEM_POWER_CONSUMPTION));
    (nominal.is_some() || drawn.is_some()).then(|| Supply { nominal, drawn, ..Supply::default() })
}

fn tenths(value: &Value) -> Option<Watts> {
    value.number().map(Watts::from_tenths)
}

/// disable(0), enable(1).
fn enabled(value: &Value) -> Option<bool> {
    match value.number::<u8>()? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

/// class0(0) to class4(4), class-not-defined(7).
fn class(value: &Value) -> Option<Option<u8>> {
    match value.number::<u8>()? {
        class @ 0..=4 => Some(Some(class)),
        7 => Some(None),
        _ => None,
    }
}

/// What it does and what is wrong with it, in the words of tpPoePowerStatus.
fn status(value: &Value) -> Option<(Detection, Option<Trouble>)> {
    Some(match value.number::<u8>()? {
        // off(0) and turning-on(1): not feeding, without a reason.
        0 | 1 => (Detection::Searching, None),
        2 => (Detection::Delivering, None),
        3 => (Detection::OtherFault, Some(Trouble::Overload)),
        4 => (Detection::OtherFault, Some(Trouble::Short)),
        5 => (Detection::OtherFault, Some(Trouble::NotStandard)),
        6 | 7 => (Detection::OtherFault, Some(Trouble::Voltage)),
        8 => (Detection::OtherFault, Some(Trouble::Hardware)),
        9 => (Detection::OtherFault, Some(Trouble::TooHot)),
        _ => return None,
    })
}
