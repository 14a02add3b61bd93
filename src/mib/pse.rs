//! The PoE of a switch from all tables that tell of it: the standard's, and its maker's for watts by port and for what is wrong
//! now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::forwarding::bridge_ports;
use super::power_ethernet::{PsePort, Supply, power};
use super::{
    Column, Oid, Refusals, Value, Varbind, forwarding, interfaces, power_cisco, power_ethernet, power_hp, power_radlan,
    power_tplink, single,
};
use crate::net::Watts;

const IF_TYPE: Column = Column { name: "ifType", oid: &[1, 3, 6, 1, 2, 1, 2, 2, 1, 3] };
/// entAliasMappingIdentifier (ENTITY-MIB, RFC 6933): of an entity, the row of ifTable that it is.
const ALIAS_MAPPING: Column = Column { name: "entAliasMappingIdentifier", oid: &[1, 3, 6, 1, 2, 1, 47, 1, 3, 2, 1, 2] };
/// ifIndex, as entAliasMappingIdentifier names it.
const IF_INDEX: &Oid = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 1];

/// What is walked for the PoE of a switch.
pub static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    let tables = [power_ethernet::COLUMNS, power_cisco::COLUMNS, power_hp::COLUMNS, power_tplink::COLUMNS, power_radlan::COLUMNS];
    let of_ports = [IF_TYPE, ALIAS_MAPPING, forwarding::BASE_PORT_IF_INDEX];
    let names = [interfaces::IF_DESCR, interfaces::IF_OPER_STATUS, interfaces::IF_NAME, interfaces::IF_ALIAS];
    tables.into_iter().flatten().copied().chain(of_ports).chain(names).collect()
});

/// Ports that are kept of one switch: nine chassis of 48 ports are 432.
pub const MOST_PORTS: usize = 1_024;
/// Supplies that are kept of one switch.
pub const MOST_SUPPLIES: usize = 64;

/// The PoE of a switch.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Feeding {
    /// Its PSE ports, by group and number.
    pub ports: Vec<FeedingPort>,
    /// Its supplies, by group.
    pub supplies: Vec<FeedingSupply>,
}

/// A port that can give power.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct FeedingPort {
    /// pethPsePortGroupIndex: the box of a stack, the module of a chassis.
    pub group: u32,
    /// pethPsePortIndex. It is not an ifIndex.
    pub number: u32,
    /// Its ifIndex, by the maker's table or by a convention that fits every port; `None` where neither is sure.
    pub interface: Option<u32>,
    /// What the switch calls that interface.
    pub name: Option<String>,
    /// What the administrator wrote there.
    pub alias: Option<String>,
    /// That interface has a link.
    pub up: Option<bool>,
    /// What the standard's table tells.
    #[serde(flatten)]
    pub told: PsePort,
    /// What the device draws, in milliwatts.
    pub measured: Option<Watts>,
    /// What the switch sets aside for the device, in milliwatts.
    pub allocated: Option<Watts>,
    /// The most that the port gives, in milliwatts.
    pub limit: Option<Watts>,
    /// What is wrong with it now, by the maker's table.
    pub trouble: Option<Trouble>,
}

/// The supply of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct FeedingSupply {
    /// pethMainPseGroupIndex.
    pub group: u32,
    /// What it tells.
    #[serde(flatten)]
    pub supply: Supply,
}

/// What a maker's table says is wrong with a port at this moment, where the standard's only counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Trouble {
    /// The device is refused power for want of it.
    Denied,
    /// The device draws more than it may.
    Overload,
    /// There is a short circuit.
    Short,
    /// What is plugged in does not ask for power as the standard says.
    NotStandard,
    /// The voltage is too high or too low.
    Voltage,
    /// The port itself has failed.
    Hardware,
    /// The port is too hot.
    TooHot,
}

/// The PoE of a switch; empty where it tells of none.
pub fn feeding(walk: &[Varbind], refused: &mut Refusals) -> Feeding {
    let standard = power(walk, refused);
    let cisco = power_cisco::ports(walk, refused);
    let mut ports: BTreeMap<(u32, u32), FeedingPort> = BTreeMap::new();
    let mut at = |(group, number): (u32, u32), tell: &mut dyn FnMut(&mut FeedingPort)| {
        tell(ports.entry((group, number)).or_insert_with(|| FeedingPort { group, number, ..FeedingPort::default() }));
    };
    for (key, told) in &standard.ports {
        at(*key, &mut |port| port.told = told.clone());
    }
    for (key, told) in &cisco {
        at(*key, &mut |port| {
            (port.measured, port.allocated, port.limit) = (told.measured, told.allocated, told.limit);
            port.trouble = match (told.denied, told.overdraws) {
                (true, _) => Some(Trouble::Denied),
                (_, true) => Some(Trouble::Overload),
                _ => None,
            };
        });
    }
    for (key, told) in &power_hp::ports(walk, refused) {
        at(*key, &mut |port| (port.measured, port.allocated, port.limit) = (told.measured, told.set_aside, told.set_aside));
    }
    for (key, told) in &power_radlan::ports(walk, refused) {
        at(*key, &mut |port| (port.measured, port.limit) = (told.measured, told.limit));
    }
    let mut supplies = standard.supplies;
    // TP-Link counts ports of one box; where it has the standard's table as well, that one counts.
    if standard.ports.is_empty() {
        for (&number, told) in &power_tplink::ports(walk, refused) {
            at((1, number), &mut |port| {
                (port.told, port.measured) = (told.told.clone(), told.measured);
                (port.limit, port.trouble) = (told.limit, told.trouble);
            });
        }
        if let Some(supply) = power_tplink::supply(walk, refused) {
            supplies.entry(1).or_insert(supply);
        }
    }
    let entities: BTreeMap<(u32, u32), u32> = cisco.iter().filter_map(|(key, told)| Some((*key, told.entity?))).collect();
    let keys: Vec<(u32, u32)> = ports.keys().copied().collect();
    let interfaces = interfaces_of(&keys, &entities, walk, refused);
    let named = interfaces::interfaces(walk, refused);
    for (key, port) in &mut ports {
        port.interface = interfaces.get(key).copied();
        if let Some(interface) = port.interface.and_then(|number| named.get(&number)) {
            let said = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
            (port.name, port.alias, port.up) = (said(&interface.name), said(&interface.alias), interface.up);
        }
    }
    let supplies = supplies.into_iter().map(|(group, supply)| FeedingSupply { group, supply });
    Feeding { ports: ports.into_values().take(MOST_PORTS).collect(), supplies: supplies.take(MOST_SUPPLIES).collect() }
}

/// The ifIndex of each port: by the maker's table, else by a convention that fits all of them. RFC 3621 leaves the numbering to
/// the switch, so that a convention which fits some ports only, or two that contradict each other, are no answer.
fn interfaces_of(
    ports: &[(u32, u32)],
    entities: &BTreeMap<(u32, u32), u32>,
    walk: &[Varbind],
    refused: &mut Refusals,
) -> BTreeMap<(u32, u32), u32> {
    let aliases: BTreeMap<u32, u32> =
        ALIAS_MAPPING.rows(walk, refused, |index, value| Some((entity(index)?, alias(value)?))).filter_map(both).collect();
    let by_table: BTreeMap<(u32, u32), u32> =
        entities.iter().filter_map(|(port, entity)| Some((*port, *aliases.get(entity)?))).collect();
    if !by_table.is_empty() {
        return by_table;
    }
    let numbers: BTreeSet<u32> = ports.iter().map(|(_, number)| *number).collect();
    if numbers.len() != ports.len() {
        return BTreeMap::new();
    }
    let sockets: BTreeSet<u32> = IF_TYPE
        .rows(walk, refused, |index, value| Some((single(index)?, value.number::<u32>()?)))
        .filter(|(_, kind)| is_ethernet(*kind))
        .map(|(number, _)| number)
        .collect();
    let bridge: BTreeMap<u32, u32> =
        bridge_ports(walk, refused).into_iter().map(|(port, interface)| (port.into(), interface)).collect();
    let by_index: Option<BTreeMap<u32, u32>> =
        numbers.iter().map(|&number| sockets.get(&number).map(|&at| (number, at))).collect();
    let by_bridge: Option<BTreeMap<u32, u32>> =
        numbers.iter().map(|&number| bridge.get(&number).map(|&at| (number, at))).collect();
    let sure = match (by_index, by_bridge) {
        (Some(index), Some(bridge)) => (index == bridge).then_some(index),
        (one, other) => one.or(other),
    };
    let Some(sure) = sure else { return BTreeMap::new() };
    ports.iter().filter_map(|port| Some((*port, *sure.get(&port.1)?))).collect()
}

/// ifType of a socket for a cable: ethernetCsmacd(6), and fastEther(62) and gigabitEthernet(117), which RFC 3635 made obsolete
/// and switches still tell.
fn is_ethernet(kind: u32) -> bool {
    matches!(kind, 6 | 62 | 117)
}

/// entPhysicalIndex, where the row holds for every logical entity (entAliasLogicalIndexOrZero 0).
fn entity(index: &Oid) -> Option<Option<u32>> {
    match index {
        [entity, logical] => Some((*logical == 0).then_some(*entity)),
        _ => None,
    }
}

/// The ifIndex, where what is named is one.
fn alias(value: &Value) -> Option<Option<u32>> {
    value.object().map(|object| object.strip_prefix(IF_INDEX).and_then(single))
}

fn both((entity, interface): (Option<u32>, Option<u32>)) -> Option<(u32, u32)> {
    entity.zip(interface)
}

#[cfg(test)]
#[path = "pse/tests.rs"]
mod tests;
