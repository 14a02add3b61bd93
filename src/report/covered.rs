//! How much was looked at, as a report tells it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::observe::{Asked6, BroadcastsHeard, Coverage, Cut, DhcpAsked, Inventory, Part, PoolFile};

/// How much was looked at, and what was lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Covered {
    /// Addresses that were to be asked.
    pub planned: u32,
    /// Addresses asked.
    pub asked: u32,
    /// Addresses that somebody claimed, asked or not.
    pub answered: u32,
    /// Requests sent.
    pub requests: u32,
    /// Milliseconds for which a late second owner was listened for.
    pub listened_ms: u32,
    /// Frames lost before they could be read.
    pub frames_dropped: u32,
    /// Frames that could not be read, by protocol and field.
    pub malformed: Vec<MalformedCount>,
    /// ARP messages of other VLANs, not judged.
    pub other_vlans: Vec<VlanCount>,
    /// The look went to its end.
    pub complete: bool,
    /// What cut it short.
    #[serde(default)]
    pub cut: Vec<Cut>,
    /// The parts of it that had not ended when its time ran out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<Part>,
    /// More was claimed than any real network claims; not everything was kept.
    pub flooded: bool,
    /// Broadcasts and multicasts that arrived; `None` where they were not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broadcasts: Option<BroadcastsHeard>,
    /// How IPv6 neighbours and routers were asked; `None` where they were not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<Asked6>,
    /// How DHCP servers were asked; all zero where they were not.
    #[serde(default)]
    pub dhcp: DhcpAsked,
    /// Lease files that were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lease_files: Vec<LeaseFile>,
    /// Configurations of DHCP servers that were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pool_files: Vec<PoolFile>,
}

/// A lease file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeaseFile {
    /// Its name.
    pub file: String,
    /// Addresses in it.
    pub entries: u32,
    /// Lines of it that could not be read.
    pub unread: u32,
}

/// Malformed frames of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MalformedCount {
    /// The protocol.
    pub protocol: String,
    /// The field.
    pub field: String,
    /// How many.
    pub count: u32,
    /// The number of the first in the capture, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u32>,
}

/// Messages of one VLAN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VlanCount {
    /// The VLAN.
    pub vlan: u16,
    /// How many.
    pub count: u32,
}

pub(super) fn of(inventory: &Inventory, answered: u32) -> Covered {
    let coverage: &Coverage = inventory.coverage();
    let dhcp = inventory.dhcp().coverage();
    let malformed = |(kind, &count): (&(String, String), &u32)| MalformedCount {
        protocol: kind.0.clone(),
        field: kind.1.clone(),
        count,
        frame: coverage.first_malformed.get(kind).copied(),
    };
    Covered {
        planned: coverage.planned,
        asked: coverage.asked,
        answered,
        requests: coverage.requests,
        listened_ms: coverage.listened_ms,
        frames_dropped: coverage.frames_lost,
        malformed: coverage.malformed.iter().map(malformed).collect(),
        other_vlans: coverage.tagged.iter().map(|(&vlan, &count)| VlanCount { vlan: vlan.into(), count }).collect(),
        complete: coverage.cut.is_empty(),
        cut: coverage.cut.iter().copied().collect(),
        unfinished: coverage.unfinished.iter().copied().collect(),
        flooded: coverage.flooded || inventory.dhcp().flooded(),
        broadcasts: inventory.broadcasts().heard().map(|(heard, _)| *heard),
        ipv6: Some(inventory.ipv6().asked()).filter(|asked| asked.to_all > 0 || asked.routers > 0),
        dhcp: DhcpAsked { listened_ms: if coverage.cut_of(Part::Dhcp).is_none() { dhcp.listened_ms } else { 0 }, ..dhcp },
        lease_files: inventory
            .leases()
            .files()
            .map(|(file, entries, unread)| LeaseFile { file: file.clone(), entries: *entries, unread: *unread })
            .collect(),
        pool_files: inventory.pools().files().cloned().collect(),
    }
}
