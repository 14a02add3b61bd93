//! What the PoE ports do and what the supply gives (POWER-ETHERNET-MIB, RFC 3621). A PSE port is not an ifIndex: no guess here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Column, Oid, Refusals, Value, Varbind, rows, single};

const ADMIN_ENABLE: Column = Column { name: "pethPsePortAdminEnable", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 1, 1, 3] };
const DETECTION_STATUS: Column = Column { name: "pethPsePortDetectionStatus", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 1, 1, 6] };
const CLASSIFICATIONS: Column = Column { name: "pethPsePortPowerClassifications", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 1, 1, 10] };
const DENIED: Column = Column { name: "pethPsePortPowerDeniedCounter", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 1, 1, 12] };
const OVERLOAD: Column = Column { name: "pethPsePortOverLoadCounter", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 1, 1, 13] };
const SHORT: Column = Column { name: "pethPsePortShortCounter", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 1, 1, 14] };
const MAIN_POWER: Column = Column { name: "pethMainPsePower", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 3, 1, 1, 2] };
const MAIN_CONSUMPTION: Column = Column { name: "pethMainPseConsumptionPower", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 3, 1, 1, 4] };

/// What is walked for this table.
pub const COLUMNS: &[Column] =
    &[ADMIN_ENABLE, DETECTION_STATUS, CLASSIFICATIONS, DENIED, OVERLOAD, SHORT, MAIN_POWER, MAIN_CONSUMPTION];

/// pethPsePortDetectionStatus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Detection {
    /// disabled(1): switched off by the administrator.
    Disabled,
    /// searching(2): nothing that asks for power is plugged in.
    Searching,
    /// deliveringPower(3).
    Delivering,
    /// fault(4): the port found a fault, which the counters may tell.
    Fault,
    /// test(5).
    Test,
    /// otherFault(6).
    OtherFault,
}

/// A port that can give power.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct PsePort {
    /// Power is allowed on it.
    pub enabled: Option<bool>,
    /// What it does.
    pub detection: Option<Detection>,
    /// The class of what is plugged in, 0 to 4; it means something only while power is delivered (RFC 3621).
    pub class: Option<u8>,
    /// How often power was refused for want of it.
    pub denied: u32,
    /// How often too much was drawn.
    pub overloads: u32,
    /// How often there was a short circuit.
    pub shorts: u32,
}

/// A power supply.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Supply {
    /// What it can give, in watts.
    pub watts: Option<u32>,
    /// What is drawn from it as measured, in watts.
    pub drawn_watts: Option<u32>,
}

/// What a switch tells of PoE.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Power {
    /// The ports by group and port, as the PSE counts them.
    #[serde(with = "rows")]
    #[schemars(with = "Vec<((u32, u32), PsePort)>")]
    pub ports: BTreeMap<(u32, u32), PsePort>,
    /// The supplies by group.
    #[serde(with = "rows")]
    #[schemars(with = "Vec<(u32, Supply)>")]
    pub supplies: BTreeMap<u32, Supply>,
}

/// The PoE tables of a switch.
pub fn power(walk: &[Varbind], refused: &mut Refusals) -> Power {
    let mut ports: BTreeMap<(u32, u32), PsePort> = BTreeMap::new();
    for (at, enabled) in ADMIN_ENABLE.rows(walk, refused, |index, value| Some((port(index)?, truth(value)?))) {
        ports.entry(at).or_default().enabled = Some(enabled);
    }
    for (at, detection) in DETECTION_STATUS.rows(walk, refused, |index, value| Some((port(index)?, detection(value)?))) {
        ports.entry(at).or_default().detection = Some(detection);
    }
    for (at, class) in CLASSIFICATIONS.rows(walk, refused, |index, value| Some((port(index)?, class(value)?))) {
        ports.entry(at).or_default().class = Some(class);
    }
    for (at, count) in DENIED.rows(walk, refused, |index, value| Some((port(index)?, value.number()?))) {
        ports.entry(at).or_default().denied = count;
    }
    for (at, count) in OVERLOAD.rows(walk, refused, |index, value| Some((port(index)?, value.number()?))) {
        ports.entry(at).or_default().overloads = count;
    }
    for (at, count) in SHORT.rows(walk, refused, |index, value| Some((port(index)?, value.number()?))) {
        ports.entry(at).or_default().shorts = count;
    }
    let mut supplies: BTreeMap<u32, Supply> = BTreeMap::new();
    for (group, watts) in MAIN_POWER.rows(walk, refused, |index, value| Some((single(index)?, value.number()?))) {
        supplies.entry(group).or_default().watts = Some(watts);
    }
    for (group, watts) in MAIN_CONSUMPTION.rows(walk, refused, |index, value| Some((single(index)?, value.number()?))) {
        supplies.entry(group).or_default().drawn_watts = Some(watts);
    }
    Power { ports, supplies }
}

/// Group and port.
fn port(index: &Oid) -> Option<(u32, u32)> {
    match index {
        [group, port] => Some((*group, *port)),
        _ => None,
    }
}

/// TruthValue (RFC 2579): true(1), false(2).
fn truth(value: &Value) -> Option<bool> {
    match value.number::<u8>()? {
        1 => Some(true),
        2 => Some(false),
        _ => None,
    }
}

fn detection(value: &Value) -> Option<Detection> {
    Some(match value.number::<u8>()? {
        1 => Detection::Disabled,
        2 => Detection::Searching,
        3 => Detection::Delivering,
        4 => Detection::Fault,
        5 => Detection::Test,
        6 => Detection::OtherFault,
        _ => return None,
    })
}

/// class0(1) to class4(5).
fn class(value: &Value) -> Option<u8> {
    value.number::<u8>()?.checked_sub(1).filter(|class| *class <= 4)
}
