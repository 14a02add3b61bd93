//! Whether the link of our card stayed up while we looked.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fact, Observation};

/// How often the link went and came during a look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct CarrierCounted {
    /// How often it went down.
    pub downs: u32,
    /// How often it came up.
    pub ups: u32,
}

/// Changes that are kept: a record may hold any number. The earliest are kept.
const KEPT: usize = 64;

/// Everything known of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkChanges {
    changes: BTreeSet<Observation>,
    counted: BTreeSet<(CarrierCounted, Observation)>,
}

impl LinkChanges {
    /// Adds a sighting of either fact.
    pub(super) fn seen(&mut self, seen: &Observation) {
        match seen.fact {
            Fact::LinkChanged { .. } => {
                self.changes.insert(seen.clone());
                if self.changes.len() > KEPT {
                    self.changes.pop_last();
                }
            }
            Fact::CarrierCounted(counted) => {
                self.counted.insert((counted, seen.clone()));
                if self.counted.len() > KEPT {
                    self.counted.pop_first();
                }
            }
            _ => {}
        }
    }

    /// The changes as they were announced, in their order.
    pub fn changes(&self) -> impl DoubleEndedIterator<Item = &Observation> {
        self.changes.iter()
    }

    /// How often in all; `None` where nobody watched. Where it was told twice, the more.
    pub fn counted(&self) -> Option<&(CarrierCounted, Observation)> {
        self.counted.last()
    }
}
