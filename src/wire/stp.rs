//! Spanning tree: what bridges tell each other so that no loop closes (IEEE 802.1D-2004, clause 9; MSTP, IEEE 802.1Q-2018, clause
//! 14).

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Malformed;
use super::llc::Snap;
use crate::net::{Mac, VlanId};

/// The group of all bridges (IEEE 802.1D-2004, table 7-10).
pub const GROUP: Mac = Mac([0x01, 0x80, 0xc2, 0, 0, 0]);
/// The group of Cisco's bridges, which have a tree for each VLAN.
pub const PVST_GROUP: Mac = Mac([0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcd]);
/// The LLC header before it (IEEE 802.1D-2004, 9.2 and table 7-8): no SNAP.
pub const LLC: [u8; 3] = [0x42, 0x42, 0x03];
/// What Cisco's is known by in a SNAP header.
pub const PVST: Snap = Snap { oui: [0, 0, 0x0c], protocol: 0x010b };

/// What a bridge is known by: the lowest of all is the root (9.2.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct BridgeId {
    /// Its priority in steps of 4096, with the number of the VLAN or of the tree in the low 12 bits.
    pub priority: u16,
    /// Its address.
    pub mac: Mac,
}

impl fmt::Display for BridgeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.priority, self.mac)
    }
}

/// Which spanning tree a bridge speaks, by the protocol's version identifier (9.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Version {
    /// 802.1D: half a minute until a cord may be used.
    Stp,
    /// 802.1w: rapid.
    Rstp,
    /// 802.1s: several trees; later versions too.
    Mstp,
}

impl Version {
    /// Its usual spelling.
    pub fn label(self) -> &'static str {
        match self {
            Version::Stp => "STP (802.1D)",
            Version::Rstp => "RSTP (802.1w)",
            Version::Mstp => "MSTP (802.1s)",
        }
    }
}

/// One message of a bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bpdu {
    /// It tells the tree as it knows it.
    Tells(Tree),
    /// It tells the root that a port came up or went down (9.3.2, the Topology Change Notification).
    Notifies,
}

/// The tree as a bridge tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Which protocol.
    pub version: Version,
    /// The root.
    pub root: BridgeId,
    /// The cost of the way to it.
    pub cost: u32,
    /// The bridge that speaks.
    pub bridge: BridgeId,
    /// The port that it speaks by: priority and number.
    pub port: u16,
    /// The flag of a change of topology (9.3.1 d, bit 1).
    pub changing: bool,
    /// The VLAN whose tree it is, where Cisco's say so.
    pub vlan: Option<VlanId>,
}

/// Octets of a Configuration BPDU (9.3.1), and where Cisco's continue with the VLAN.
const CONFIGURATION: usize = 35;
const PVST_TLV: usize = 36;
/// Where an MST BPDU keeps the bridge that speaks; where the others keep it stands the root of its region (802.1Q-2018, 14.4).
const MST_BRIDGE: usize = 93;

/// Reads what follows the LLC header, or the SNAP header of Cisco's.
pub fn parse(bytes: &[u8]) -> Result<Bpdu, Malformed> {
    let bad = |field, offset| Malformed { protocol: "STP", field, offset };
    let [high, low, version, kind] = *bytes.first_chunk().ok_or(bad("BPDU type", bytes.len()))?;
    if (high, low) != (0, 0) {
        return Err(bad("protocol identifier", 0));
    }
    match kind {
        0x80 => return Ok(Bpdu::Notifies),
        // Configuration, and RST and MST alike (9.3.3).
        0x00 | 0x02 => {}
        _ => return Err(bad("BPDU type", 3)),
    }
    let fields: &[u8; CONFIGURATION] = bytes.first_chunk().ok_or(bad("configuration", bytes.len()))?;
    let version = match (kind, version) {
        (0x00, _) => Version::Stp,
        (_, 0..=2) => Version::Rstp,
        (_, 3..) => Version::Mstp,
    };
    let mst_bridge = bytes.get(MST_BRIDGE..).filter(|_| version == Version::Mstp).and_then(bridge_id);
    let number = |at: usize| u16::from_be_bytes([fields[at], fields[at + 1]]);
    let told = |at: usize| bridge_id(&fields[at..]).ok_or(bad("bridge identifier", at));
    Ok(Bpdu::Tells(Tree {
        version,
        root: told(5)?,
        cost: u32::from(number(13)) << 16 | u32::from(number(15)),
        bridge: mst_bridge.map_or_else(|| told(17), Ok)?,
        port: number(25),
        changing: fields[4] & 1 != 0,
        vlan: bytes.get(PVST_TLV..).and_then(originating_vlan),
    }))
}

/// The first eight octets: priority and address.
fn bridge_id(bytes: &[u8]) -> Option<BridgeId> {
    let (priority, rest) = bytes.split_first_chunk()?;
    Some(BridgeId { priority: u16::from_be_bytes(*priority), mac: Mac(*rest.first_chunk()?) })
}

/// Type 0, length 2, the VLAN: what Cisco's BPDUs end in.
fn originating_vlan(bytes: &[u8]) -> Option<VlanId> {
    match bytes {
        [0, 0, 0, 2, high, low, ..] => VlanId::new(u16::from_be_bytes([*high, *low])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first BPDU of a Linux bridge, as it was heard, without its LLC header.
    const LINUX: &str = "0000000000800062b3a88a801a00000000800062b3a88a801a80010000140001000200";
    const BRIDGE: BridgeId = BridgeId { priority: 0x8000, mac: Mac([0x62, 0xb3, 0xa8, 0x8a, 0x80, 0x1a]) };

    fn bytes(text: &str) -> Vec<u8> {
        let digits = crate::net::hex_digits(text).expect("hexadecimal");
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    fn tree(bytes: &[u8]) -> Tree {
        match parse(bytes) {
            Ok(Bpdu::Tells(tree)) => tree,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_linux_bridge_is_its_own_root() {
        let told = tree(&bytes(LINUX));
        assert_eq!((told.root, told.bridge, told.cost, told.port), (BRIDGE, BRIDGE, 0, 0x8001));
        assert_eq!((told.version, told.changing, told.vlan), (Version::Stp, false, None));
        assert_eq!(told.root.to_string(), "32768/62:b3:a8:8a:80:1a");
    }

    #[test]
    fn a_rapid_one_with_a_change_on_its_way() {
        let mut rapid = bytes(LINUX);
        (rapid[2], rapid[3], rapid[4]) = (2, 2, 0x3d);
        rapid[13..17].copy_from_slice(&20_004_u32.to_be_bytes());
        rapid.push(0);
        let told = tree(&rapid);
        assert_eq!((told.version, told.changing, told.cost), (Version::Rstp, true, 20_004));
    }

    #[test]
    fn the_bridge_of_a_multiple_tree_stands_behind_its_region() {
        let mut multiple = bytes(LINUX);
        (multiple[2], multiple[3]) = (3, 2);
        multiple.resize(102, 0);
        multiple[MST_BRIDGE..MST_BRIDGE + 8].copy_from_slice(&[0x10, 0, 2, 0, 0, 0, 0, 7]);
        let told = tree(&multiple);
        assert_eq!(told.version, Version::Mstp);
        assert_eq!(told.bridge, BridgeId { priority: 0x1000, mac: Mac([2, 0, 0, 0, 0, 7]) });
    }

    #[test]
    fn ciscos_name_their_vlan() {
        let mut cisco = bytes(LINUX);
        cisco.extend([0, 0, 0, 0, 2, 0, 20]);
        assert_eq!(tree(&cisco).vlan, VlanId::new(20));
    }

    #[test]
    fn a_notification_is_four_octets() {
        assert_eq!(parse(&[0, 0, 0, 0x80]), Ok(Bpdu::Notifies));
    }

    #[test]
    fn a_cut_or_foreign_one_is_named() {
        let whole = bytes(LINUX);
        let bad = |field, offset| Err(Malformed { protocol: "STP", field, offset });
        assert_eq!(parse(&whole[..3]), bad("BPDU type", 3));
        assert_eq!(parse(&whole[..34]), bad("configuration", 34));
        assert_eq!(parse(&[0, 1, 0, 0]), bad("protocol identifier", 0));
        assert_eq!(parse(&[0, 0, 0, 9]), bad("BPDU type", 3));
    }
}
