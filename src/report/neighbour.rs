//! What the other end of the cable says of itself, as other programs read it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::net::Moment;
use crate::observe::{Advertised, Neighbour};

/// A neighbour, by one of its protocols.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NeighbourRow {
    /// What it said last, with the best that it said of power.
    #[serde(flatten)]
    pub told: Advertised,
    /// When it said so, in milliseconds since the start.
    #[serde(rename = "at_ms")]
    pub at: Moment,
    /// It took back afterwards what it had said.
    #[serde(default)]
    pub gone: bool,
}

impl NeighbourRow {
    pub(super) fn of(neighbour: &Neighbour) -> NeighbourRow {
        let (told, seen) = neighbour.told();
        NeighbourRow { told, at: seen.at, gone: neighbour.is_gone() }
    }
}
