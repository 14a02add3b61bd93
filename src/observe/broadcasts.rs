//! How many broadcasts and multicasts were heard, how often the same one, and which of ours came back. They are counted, not
//! kept.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fact, Observation};

/// Frames to everybody, or to a group, that arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct BroadcastsHeard {
    /// The second in which most came.
    pub busiest: Busiest,
    /// How many in all.
    pub frames: u64,
    /// For how long they were counted, in milliseconds.
    pub watched_ms: u32,
}

/// One second of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Busiest {
    /// How many.
    pub frames: u32,
    /// Of these, the third and every later copy of a frame within the second.
    pub repeats: u32,
    /// Copies of the frame that came most often.
    pub copies: u32,
}

/// Frames to everybody that our own card sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct OwnReturned {
    /// Copies that came back for each time that a frame was sent, of the frame that came back most.
    pub copies: u32,
    /// Copies that came back, of all.
    pub returned: u64,
    /// How many were sent.
    pub sent: u64,
}

/// Sightings that are kept of each kind: there is one in a look. The greatest are kept.
const KEPT: usize = 8;

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BroadcastsSeen {
    heard: BTreeSet<(BroadcastsHeard, Observation)>,
    own: BTreeSet<(OwnReturned, Observation)>,
}

impl BroadcastsSeen {
    /// Adds a sighting of either fact.
    pub(super) fn seen(&mut self, seen: &Observation) {
        match seen.fact {
            Fact::BroadcastsHeard(heard) => keep(&mut self.heard, (heard, seen.clone())),
            Fact::OwnReturned(own) => keep(&mut self.own, (own, seen.clone())),
            _ => {}
        }
    }

    /// What arrived; `None` where it was not counted. Where it was told twice, the more.
    pub fn heard(&self) -> Option<&(BroadcastsHeard, Observation)> {
        self.heard.last()
    }

    /// What came back; `None` where it was not counted, as in somebody's capture.
    pub fn own(&self) -> Option<&(OwnReturned, Observation)> {
        self.own.last()
    }
}

fn keep<T: Ord>(kept: &mut BTreeSet<T>, one: T) {
    kept.insert(one);
    if kept.len() > KEPT {
        kept.pop_first();
    }
}
