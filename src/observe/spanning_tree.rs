//! What the bridges at the other end told of their spanning tree.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fact, Observation};
use crate::net::{Mac, VlanId};
use crate::wire::stp::{BridgeId, Version};

/// The tree as one port of a bridge told it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct TreeTold {
    /// The VLAN whose tree it is; `None` where there is one tree for all.
    pub vlan: Option<VlanId>,
    /// The bridge that spoke.
    pub bridge: BridgeId,
    /// The port that it spoke by: priority in the high bits, number in the low ones.
    pub port: u16,
    /// The root.
    pub root: BridgeId,
    /// The cost of the bridge's way to the root; 0 where it is the root itself.
    pub cost: u32,
    /// A change of topology is on its way through the tree.
    pub changing: bool,
    /// Which spanning tree it speaks.
    pub version: Version,
    /// The card whose frame it was.
    pub sender: Mac,
}

impl TreeTold {
    /// The number of the port on its bridge (IEEE 802.1D-2004, 9.2.7: the low 12 bits).
    pub fn port_number(&self) -> u16 {
        self.port & 0x0fff
    }

    /// Who spoke of which tree.
    fn place(&self) -> (Option<VlanId>, BridgeId, u16) {
        (self.vlan, self.bridge, self.port)
    }
}

/// Different things told that are kept, and cards that notified: a forger must not fill the memory. The lowest are kept.
const KEPT: usize = 64;

/// The roots that a tree had, each with its first sighting, in their order.
#[derive(Debug)]
pub struct RootsTold<'a> {
    /// The VLAN whose tree it is.
    pub vlan: Option<VlanId>,
    /// The roots.
    pub roots: Vec<(BridgeId, &'a Observation)>,
}

/// Everything told of spanning trees, each thing with its first sighting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreesSeen {
    told: BTreeMap<TreeTold, Observation>,
    notified: BTreeMap<Mac, Observation>,
}

impl TreesSeen {
    /// Adds a sighting of either fact.
    pub(super) fn seen(&mut self, seen: &Observation) {
        match seen.fact {
            Fact::TreeTold(tree) => first(&mut self.told, tree, seen),
            Fact::TopologyChangeNotified { mac } => first(&mut self.notified, mac, seen),
            _ => {}
        }
    }

    /// What was told, in the order of the VLANs.
    pub fn told(&self) -> impl Iterator<Item = (&TreeTold, &Observation)> {
        self.told.iter()
    }

    /// Who notified a change.
    pub fn notified(&self) -> impl Iterator<Item = (Mac, &Observation)> {
        self.notified.iter().map(|(mac, seen)| (*mac, seen))
    }

    /// The trees whose root was not the same all the time.
    pub fn roots_changed(&self) -> Vec<RootsTold<'_>> {
        let vlans: BTreeSet<Option<VlanId>> = self.told.keys().map(|told| told.vlan).collect();
        let roots = |vlan| {
            let mut roots: BTreeMap<BridgeId, &Observation> = BTreeMap::new();
            for (told, seen) in self.told.iter().filter(|(told, _)| told.vlan == vlan) {
                let earliest = roots.entry(told.root).or_insert(seen);
                *earliest = (*earliest).min(seen);
            }
            let mut roots: Vec<_> = roots.into_iter().collect();
            roots.sort_by_key(|(_, seen)| *seen);
            RootsTold { vlan, roots }
        };
        vlans.into_iter().map(roots).filter(|told| told.roots.len() > 1).collect()
    }

    /// The first sightings of a change on its way, and whether it began while we listened: the same port had told the tree
    /// without it before.
    pub fn changes(&self) -> Vec<(&TreeTold, &Observation, bool)> {
        let began = |told: &TreeTold, seen: &Observation| {
            let same = |(other, _): &(&TreeTold, &Observation)| !other.changing && other.place() == told.place();
            self.told.iter().filter(same).any(|(_, before)| before.at < seen.at)
        };
        self.told.iter().filter(|(told, _)| told.changing).map(|(told, seen)| (told, seen, began(told, seen))).collect()
    }
}

fn first<K: Ord>(kept: &mut BTreeMap<K, Observation>, key: K, seen: &Observation) {
    let earliest = kept.entry(key).or_insert_with(|| seen.clone());
    if seen < earliest {
        *earliest = seen.clone();
    }
    if kept.len() > KEPT {
        kept.pop_last();
    }
}
