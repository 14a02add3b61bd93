//! Which addresses were asked so often that silence means something, whatever the order in which that was told.

use std::net::Ipv4Addr;

use super::Observation;
use crate::net::Targets;

/// The addresses that were asked through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    targets: Targets,
    /// The first sweep that told so.
    seen: Option<Observation>,
}

impl Reach {
    pub(super) fn asked_through(&mut self, seen: &Observation, targets: &Targets) {
        self.targets = std::mem::take(&mut self.targets).union(targets.clone());
        if self.seen.as_ref().is_none_or(|first| seen < first) {
            self.seen = Some(seen.clone());
        }
    }

    /// Whether an address was asked through.
    pub fn holds(&self, ip: Ipv4Addr) -> bool {
        self.targets.contains(ip)
    }

    /// All of them.
    pub fn targets(&self) -> &Targets {
        &self.targets
    }

    /// What shows it.
    pub fn evidence(&self) -> Vec<Observation> {
        self.seen.iter().cloned().collect()
    }
}
