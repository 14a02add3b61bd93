//! Behind which port the switch has learned a card (BRIDGE-MIB, RFC 4188; Q-BRIDGE-MIB, RFC 4363).

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Column, Oid, Refusals, Varbind, rows, single};
use crate::net::{Mac, VlanId};

const BASE_BRIDGE_ADDRESS: Column = Column { name: "dot1dBaseBridgeAddress", oid: &[1, 3, 6, 1, 2, 1, 17, 1, 1] };
pub(super) const BASE_PORT_IF_INDEX: Column = Column { name: "dot1dBasePortIfIndex", oid: &[1, 3, 6, 1, 2, 1, 17, 1, 4, 1, 2] };
const TP_FDB_PORT: Column = Column { name: "dot1dTpFdbPort", oid: &[1, 3, 6, 1, 2, 1, 17, 4, 3, 1, 2] };
const TP_FDB_STATUS: Column = Column { name: "dot1dTpFdbStatus", oid: &[1, 3, 6, 1, 2, 1, 17, 4, 3, 1, 3] };
const Q_FDB_PORT: Column = Column { name: "dot1qTpFdbPort", oid: &[1, 3, 6, 1, 2, 1, 17, 7, 1, 2, 2, 1, 2] };
const Q_FDB_STATUS: Column = Column { name: "dot1qTpFdbStatus", oid: &[1, 3, 6, 1, 2, 1, 17, 7, 1, 2, 2, 1, 3] };
const PVID: Column = Column { name: "dot1qPvid", oid: &[1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 5, 1, 1] };

/// CISCO-VTP-MIB: index managementDomainIndex, vtpVlanIndex.
const VTP_VLAN_STATE: Column = Column { name: "vtpVlanState", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 46, 1, 3, 1, 1, 2] };

/// What is walked for this table.
pub const COLUMNS: &[Column] =
    &[BASE_BRIDGE_ADDRESS, BASE_PORT_IF_INDEX, TP_FDB_PORT, TP_FDB_STATUS, Q_FDB_PORT, Q_FDB_STATUS, PVID, VTP_VLAN_STATE];

/// What is walked again for each VLAN of a switch that keeps a BRIDGE-MIB for each.
pub const COLUMNS_OF_A_VLAN: &[Column] = &[BASE_PORT_IF_INDEX, TP_FDB_PORT, TP_FDB_STATUS];

/// VLANs that are asked one by one at most.
pub const MOST_VLANS: usize = 64;
/// operational(1) of vtpVlanState.
const OPERATIONAL: u16 = 1;
/// The VLAN whose table is told without naming one.
const DEFAULT_VLAN: u16 = 1;
/// VLANs of FDDI and token ring, which every Catalyst lists.
const NO_ETHERNET: std::ops::RangeInclusive<u16> = 1002..=1005;

/// The VLANs whose tables must be asked for one by one: a Catalyst tells dot1dTpFdbTable of VLAN 1 alone, that of VLAN 20 to
/// `community@20` or in the context `vlan-20` ("community string indexing"). None where the switch tells all of them in
/// dot1qTpFdbTable.
pub fn vlans_apart(walk: &[Varbind]) -> Vec<VlanId> {
    if walk.iter().any(|varbind| varbind.oid.starts_with(Q_FDB_PORT.oid)) {
        return Vec::new();
    }
    let vlan =
        |index: &Oid| u16::try_from(*index.last()?).ok().filter(|vlan| *vlan != DEFAULT_VLAN && !NO_ETHERNET.contains(vlan));
    let mut refused = Refusals::default();
    let states = VTP_VLAN_STATE.rows(walk, &mut refused, |index, value| Some((vlan(index), value.number::<u16>()?)));
    let operational = states.filter(|(_, state)| *state == OPERATIONAL).filter_map(|(vlan, _)| VlanId::new(vlan?));
    operational.collect::<BTreeSet<_>>().into_iter().collect()
}

/// self(4): one of the switch's own addresses.
const STATUS_SELF: u8 = 4;

/// The forwarding database of a switch.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Forwarding {
    /// The ports a card was learned on, one for each filtering database that tells; most often one.
    #[serde(with = "rows")]
    #[schemars(with = "Vec<(Mac, BTreeSet<BridgePort>)>")]
    pub learned: BTreeMap<Mac, BTreeSet<BridgePort>>,
    /// The switch's own cards.
    pub own: BTreeSet<Mac>,
    /// The VLAN of frames without a tag, by the number of the port as the bridge counts it (dot1qPvid).
    #[serde(default, with = "rows")]
    #[schemars(with = "Vec<(u16, u16)>")]
    pub pvids: BTreeMap<u16, VlanId>,
}

/// A port as the bridge counts it. It is not an ifIndex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct BridgePort {
    /// dot1dBasePort.
    pub number: u16,
    /// Its ifIndex, where the switch tells it.
    pub interface: Option<u32>,
}

/// The forwarding database: of both tables what either tells.
pub fn forwarding(walk: &[Varbind], refused: &mut Refusals) -> Forwarding {
    let interfaces = bridge_ports(walk, refused);
    let mut forwarding = Forwarding::default();
    for status in [TP_FDB_STATUS, Q_FDB_STATUS] {
        let rows = status.rows(walk, refused, |index, value| Some((card(index)?, value.number::<u8>()?)));
        forwarding.own.extend(rows.filter(|(_, status)| *status == STATUS_SELF).map(|(mac, _)| mac));
    }
    let bridge = BASE_BRIDGE_ADDRESS.rows(walk, refused, |_, value| <[u8; 6]>::try_from(value.octets()?).ok().map(Mac));
    forwarding.own.extend(bridge);
    let pvids = PVID
        .rows(walk, refused, |index, value| Some((u16::try_from(single(index)?).ok()?, VlanId::new(value.number::<u16>()?)?)));
    forwarding.pvids = pvids.collect();
    for port in [TP_FDB_PORT, Q_FDB_PORT] {
        for (mac, number) in port.rows(walk, refused, |index, value| Some((card(index)?, value.number::<u16>()?))) {
            // Port 0: heard of, but not on a port (RFC 4188, dot1dTpFdbPort).
            if number != 0 && !mac.is_group() && !forwarding.own.contains(&mac) {
                let port = BridgePort { number, interface: interfaces.get(&number).copied() };
                forwarding.learned.entry(mac).or_default().insert(port);
            }
        }
    }
    forwarding
}

/// The ifIndex of each port of the bridge.
pub(super) fn bridge_ports(walk: &[Varbind], refused: &mut Refusals) -> BTreeMap<u16, u32> {
    BASE_PORT_IF_INDEX.rows(walk, refused, |index, value| Some((u16::try_from(single(index)?).ok()?, value.number()?))).collect()
}

/// The card an index ends with. dot1qTpFdbTable has the number of the filtering database before it, which is not always the
/// VLAN's.
fn card(index: &Oid) -> Option<Mac> {
    let arcs = match index {
        [_, arcs @ ..] if arcs.len() == 6 => arcs,
        arcs => arcs,
    };
    let octets: Vec<u8> = arcs.iter().map(|&arc| u8::try_from(arc).ok()).collect::<Option<_>>()?;
    <[u8; 6]>::try_from(octets).ok().map(Mac)
}
