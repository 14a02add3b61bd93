//! What the PoE ports do and what the supply gives (POWER-ETHERNET-MIB, RFC 3621). A PSE port is not an ifIndex: no guess here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Column, Oid, Refusals, Value, Varbind, single};
use crate::net::Watts;

const ADMIN_ENABLE: Column = Column { name: "pethPsePortAdminEnable", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 1, 1, 3] };
const DETECTION_STATUS: Column = Column { name: "pethPsePortDetectionStatus", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 1, 1, 6] };
const MPS_ABSENT: Column = Column { name: "pethPsePortMPSAbsentCounter", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 1, 1, 8] };
const CLASSIFICATIONS: Column = Column { name: "pethPsePortPowerClassifications", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 1, 1, 10] };
const INVALID_SIGNATURE: Column =
    Column { name: "pethPsePortInvalidSignatureCounter", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 1, 1, 11] };
const DENIED: Column = Column { name: "pethPsePortPowerDeniedCounter", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 1, 1, 12] };
const OVERLOAD: Column = Column { name: "pethPsePortOverLoadCounter", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 1, 1, 13] };
const SHORT: Column = Column { name: "pethPsePortShortCounter", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 1, 1, 14] };
const MAIN_POWER: Column = Column { name: "pethMainPsePower", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 3, 1, 1, 2] };
const MAIN_OPER_STATUS: Column = Column { name: "pethMainPseOperStatus", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 3, 1, 1, 3] };
const MAIN_CONSUMPTION: Column = Column { name: "pethMainPseConsumptionPower", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 3, 1, 1, 4] };

const MAIN_THRESHOLD: Column = Column { name: "pethMainPseUsageThreshold", oid: &[1, 3, 6, 1, 2, 1, 105, 1, 3, 1, 1, 5] };

/// What is walked for this table.
pub const COLUMNS: &[Column] = &[
    ADMIN_ENABLE,
    DETECTION_STATUS,
    MPS_ABSENT,
    CLASSIFICATIONS,
    INVALID_SIGNATURE,
    DENIED,
    OVERLOAD,
    SHORT,
    MAIN_POWER,
    MAIN_OPER_STATUS,
    MAIN_CONSUMPTION,
    MAIN_THRESHOLD,
];

/// pethPsePortDetectionStatus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Detection {
    /// disabled(1): switched off by the administrator.
    Disabled,
    /// searching(2): any state that is none of the others. Nothing that asks for power is plugged in, or what asks was refused.
    Searching,
    /// deliveringPower(3).
    Delivering,
    /// fault(4): the port's own test failed (TEST_ERROR).
    Fault,
    /// test(5).
    Test,
    /// otherFault(6): held back by an error, which the counters may tell.
    OtherFault,
}

/// A port that can give power. What the switch does not tell is not known; a counter counts since the switch started.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct PsePort {
    /// Power is allowed on it.
    pub enabled: Option<bool>,
    /// What it does.
    pub detection: Option<Detection>,
    /// The class of what is plugged in, 0 to 8; it means something only while power is delivered (RFC 3621).
    pub class: Option<u8>,
    /// How often a device that was fed stopped drawing, as one that is unplugged does.
    pub mps_absent: Option<u32>,
    /// How often something was plugged in that does not ask for power as the standard says.
    pub bad_signatures: Option<u32>,
    /// How often power was refused for want of it.
    pub denied: Option<u32>,
    /// How often too much was drawn.
    pub overloads: Option<u32>,
    /// How often there was a short circuit.
    pub shorts: Option<u32>,
}

/// pethMainPseOperStatus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SupplyState {
    /// on(1).
    On,
    /// off(2).
    Off,
    /// faulty(3).
    Faulty,
}

/// A power supply.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Supply {
    /// What it can give, in milliwatts here; the MIB counts in watts.
    pub nominal: Option<Watts>,
    /// What is drawn from it as measured.
    pub drawn: Option<Watts>,
    /// What it does.
    pub state: Option<SupplyState>,
    /// From how many per cent of what it can give the switch itself raises an alarm, 1 to 99; some tell 0, which is none.
    pub threshold: Option<u8>,
}

/// What a switch tells of PoE.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Power {
    /// The ports by group and port, as the PSE counts them.
    pub ports: BTreeMap<(u32, u32), PsePort>,
    /// The supplies by group.
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
    for (at, count) in MPS_ABSENT.rows(walk, refused, |index, value| Some((port(index)?, value.number()?))) {
        ports.entry(at).or_default().mps_absent = Some(count);
    }
    for (at, count) in INVALID_SIGNATURE.rows(walk, refused, |index, value| Some((port(index)?, value.number()?))) {
        ports.entry(at).or_default().bad_signatures = Some(count);
    }
    for (at, count) in DENIED.rows(walk, refused, |index, value| Some((port(index)?, value.number()?))) {
        ports.entry(at).or_default().denied = Some(count);
    }
    for (at, count) in OVERLOAD.rows(walk, refused, |index, value| Some((port(index)?, value.number()?))) {
        ports.entry(at).or_default().overloads = Some(count);
    }
    for (at, count) in SHORT.rows(walk, refused, |index, value| Some((port(index)?, value.number()?))) {
        ports.entry(at).or_default().shorts = Some(count);
    }
    let mut supplies: BTreeMap<u32, Supply> = BTreeMap::new();
    for (group, power) in MAIN_POWER.rows(walk, refused, |index, value| Some((single(index)?, watts(value)?))) {
        supplies.entry(group).or_default().nominal = Some(power);
    }
    for (group, power) in MAIN_CONSUMPTION.rows(walk, refused, |index, value| Some((single(index)?, watts(value)?))) {
        supplies.entry(group).or_default().drawn = Some(power);
    }
    for (group, state) in MAIN_OPER_STATUS.rows(walk, refused, |index, value| Some((single(index)?, state(value)?))) {
        supplies.entry(group).or_default().state = Some(state);
    }
    for (group, percent) in MAIN_THRESHOLD.rows(walk, refused, |index, value| Some((single(index)?, percent(value)?))) {
        supplies.entry(group).or_default().threshold = Some(percent).filter(|percent| *percent > 0);
    }
    Power { ports, supplies }
}

/// Group and port.
pub(super) fn port(index: &Oid) -> Option<(u32, u32)> {
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

/// class0(1) to class4(5); 802.3bt has four more, which switches count on in the same way.
fn class(value: &Value) -> Option<u8> {
    value.number::<u8>()?.checked_sub(1).filter(|class| *class <= 8)
}

/// Whole watts.
fn watts(value: &Value) -> Option<Watts> {
    value.number::<u32>()?.checked_mul(1_000).map(Watts::from_milliwatts)
}

fn state(value: &Value) -> Option<SupplyState> {
    Some(match value.number::<u8>()? {
        1 => SupplyState::On,
        2 => SupplyState::Off,
        3 => SupplyState::Faulty,
        _ => return None,
    })
}

/// 1 to 99; 0 is what a Catalyst tells that has no threshold.
fn percent(value: &Value) -> Option<u8> {
    value.number::<u8>().filter(|percent| *percent <= 99)
}
