//! The ports by name, speed, state and errors (IF-MIB, RFC 2863).

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Column, Oid, Refusals, Value, Varbind, single};

pub(super) const IF_DESCR: Column = Column { name: "ifDescr", oid: &[1, 3, 6, 1, 2, 1, 2, 2, 1, 2] };
const IF_ADMIN_STATUS: Column = Column { name: "ifAdminStatus", oid: &[1, 3, 6, 1, 2, 1, 2, 2, 1, 7] };
pub(super) const IF_OPER_STATUS: Column = Column { name: "ifOperStatus", oid: &[1, 3, 6, 1, 2, 1, 2, 2, 1, 8] };
const IF_IN_ERRORS: Column = Column { name: "ifInErrors", oid: &[1, 3, 6, 1, 2, 1, 2, 2, 1, 14] };
const IF_OUT_ERRORS: Column = Column { name: "ifOutErrors", oid: &[1, 3, 6, 1, 2, 1, 2, 2, 1, 20] };
pub(super) const IF_NAME: Column = Column { name: "ifName", oid: &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1] };
const IF_HIGH_SPEED: Column = Column { name: "ifHighSpeed", oid: &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 15] };
pub(super) const IF_ALIAS: Column = Column { name: "ifAlias", oid: &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 18] };
/// ifStackTable: what stands on what. An aggregate of links stands on its members.
const IF_STACK_STATUS: Column = Column { name: "ifStackStatus", oid: &[1, 3, 6, 1, 2, 1, 31, 1, 2, 1, 3] };
/// EtherLike-MIB (RFC 3635).
const DUPLEX_STATUS: Column = Column { name: "dot3StatsDuplexStatus", oid: &[1, 3, 6, 1, 2, 1, 10, 7, 2, 1, 19] };

/// What is walked for this table.
pub const COLUMNS: &[Column] = &[
    IF_DESCR,
    IF_ADMIN_STATUS,
    IF_OPER_STATUS,
    IF_IN_ERRORS,
    IF_OUT_ERRORS,
    IF_NAME,
    IF_HIGH_SPEED,
    IF_ALIAS,
    DUPLEX_STATUS,
    IF_STACK_STATUS,
];

/// A port of the switch.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Interface {
    /// ifName (`gi7`), else ifDescr.
    pub name: String,
    /// ifAlias: what the administrator wrote there.
    pub alias: String,
    /// ifHighSpeed, in Mb/s; what a port without a link tells here is of no use.
    pub megabits: Option<u32>,
    /// ifOperStatus is up(1).
    pub up: Option<bool>,
    /// ifInErrors since the switch started.
    pub in_errors: Option<u32>,
    /// ifOutErrors since the switch started.
    #[serde(default)]
    pub out_errors: Option<u32>,
    /// ifAdminStatus is up(1): the administrator lets it work.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// dot3StatsDuplexStatus: fullDuplex(3), not halfDuplex(2); `None` where it is unknown(1).
    #[serde(default)]
    pub full_duplex: Option<bool>,
    /// What stands on it (ifStackTable): the aggregate that it is a member of, by its ifIndex.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub carries: BTreeSet<u32>,
}

/// Interfaces that are kept of those that stand on one port.
const MOST_CARRIED: usize = 8;

/// The ports by ifIndex.
pub fn interfaces(walk: &[Varbind], refused: &mut Refusals) -> BTreeMap<u32, Interface> {
    let mut ports: BTreeMap<u32, Interface> = BTreeMap::new();
    for (port, text) in IF_DESCR.rows(walk, refused, |index, value| Some((single(index)?, value.text()?))) {
        ports.entry(port).or_default().name = text;
    }
    for (port, text) in IF_NAME.rows(walk, refused, |index, value| Some((single(index)?, value.text()?))) {
        if !text.is_empty() {
            ports.entry(port).or_default().name = text;
        }
    }
    for (port, text) in IF_ALIAS.rows(walk, refused, |index, value| Some((single(index)?, value.text()?))) {
        ports.entry(port).or_default().alias = text;
    }
    for (port, megabits) in IF_HIGH_SPEED.rows(walk, refused, |index, value| Some((single(index)?, value.number()?))) {
        ports.entry(port).or_default().megabits = Some(megabits);
    }
    for (port, errors) in IF_IN_ERRORS.rows(walk, refused, |index, value| Some((single(index)?, value.number()?))) {
        ports.entry(port).or_default().in_errors = Some(errors);
    }
    for (port, errors) in IF_OUT_ERRORS.rows(walk, refused, |index, value| Some((single(index)?, value.number()?))) {
        ports.entry(port).or_default().out_errors = Some(errors);
    }
    for (port, up) in IF_ADMIN_STATUS.rows(walk, refused, |index, value| Some((single(index)?, enabled(value)?))) {
        ports.entry(port).or_default().enabled = Some(up);
    }
    for (port, full) in DUPLEX_STATUS.rows(walk, refused, |index, value| Some((single(index)?, full_duplex(value)?))) {
        ports.entry(port).or_default().full_duplex = full;
    }
    for (upper, lower) in IF_STACK_STATUS.rows(walk, refused, |index, _| stacked(index)) {
        // 0: there is nothing on it, or nothing below.
        if upper != 0 && lower != 0 {
            let carries = &mut ports.entry(lower).or_default().carries;
            carries.insert(upper);
            if carries.len() > MOST_CARRIED {
                carries.pop_last();
            }
        }
    }
    for (port, up) in IF_OPER_STATUS.rows(walk, refused, |index, value| Some((single(index)?, up(value)?))) {
        ports.entry(port).or_default().up = Some(up);
    }
    ports
}

/// ifStackHigherLayer and ifStackLowerLayer.
fn stacked(index: &Oid) -> Option<(u32, u32)> {
    match index {
        [upper, lower] => Some((*upper, *lower)),
        _ => None,
    }
}

/// ifAdminStatus: up(1), down(2), testing(3).
fn enabled(value: &Value) -> Option<bool> {
    value.number::<u8>().filter(|state| (1..=3).contains(state)).map(|state| state == 1)
}

/// dot3StatsDuplexStatus; the inner `None` is its unknown(1).
fn full_duplex(value: &Value) -> Option<Option<bool>> {
    match value.number::<u8>()? {
        1 => Some(None),
        2 => Some(Some(false)),
        3 => Some(Some(true)),
        _ => None,
    }
}

/// ifOperStatus: up(1) to lowerLayerDown(7).
fn up(value: &Value) -> Option<bool> {
    value.number::<u8>().filter(|state| (1..=7).contains(state)).map(|state| state == 1)
}
