//! Whether devices of given classes can be plugged into a switch: power that is left, and a free port that gives as much.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::budget::{Budget, budgets, feeds};
use super::{Class, End};
use crate::mib::power_ethernet::Detection;
use crate::mib::pse::{Feeding, FeedingPort};
use crate::net::Watts;

/// Devices that may be asked about at once.
pub const MOST_DEVICES: usize = 64;

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// They fit, even when every device draws all that its class allows.
    Fits,
    /// They fit into what is measured and set aside now, and no longer once every device draws all that its class allows.
    FitsForNow,
    /// There is too little power left.
    TooLittlePower,
    /// There are too few free ports that give as much.
    TooFewPorts,
    /// The switch does not tell what its supply can give.
    Unknown,
}

impl Answer {
    /// Whether they can be plugged in; not known where the switch does not tell.
    pub fn fits(self) -> Option<bool> {
        match self {
            Answer::Fits | Answer::FitsForNow => Some(true),
            Answer::TooLittlePower | Answer::TooFewPorts => Some(false),
            Answer::Unknown => None,
        }
    }
}

/// Devices, and whether they fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fit {
    /// Their classes, as they were named.
    pub classes: Vec<u8>,
    /// What the ports must give them together, in milliwatts.
    pub needed: Watts,
    /// What is left by what the switch goes by now, in milliwatts, of all groups; `None` where the switch does not tell.
    pub left: Option<Watts>,
    /// What is left when every device that is fed draws all that its class allows, in milliwatts.
    pub left_at_worst: Option<Watts>,
    /// Ports that are free, and give what the least of the devices needs.
    pub free_ports: u32,
    /// Free ports of which the switch does not tell what they give at most: they are taken to give enough.
    pub without_limit: u32,
    /// The answer.
    pub answer: Answer,
}

/// Whether devices of these classes fit into a switch.
pub fn fit(feeding: &Feeding, classes: &[Class]) -> Fit {
    let budgets = budgets(feeding);
    let mut wanted: Vec<u32> = classes.iter().map(|class| class.watts(End::Pse).milliwatts()).collect();
    wanted.sort_unstable_by(|one, other| other.cmp(one));
    let least = wanted.last().copied().unwrap_or_default();
    let free: Vec<&FeedingPort> = feeding.ports.iter().filter(|port| is_free(port) && gives(port, least)).collect();
    let left = |claimed: fn(&Budget) -> Option<Watts>| {
        // A supply of which nothing is claimed by anybody that is fed has all of it left.
        let left = budgets.iter().filter_map(|budget| budget.left(claimed(budget).unwrap_or_default()));
        left.reduce(|one, other| Watts::from_milliwatts(one.milliwatts().saturating_add(other.milliwatts())))
    };
    let places = |claimed: Option<fn(&Budget) -> Option<Watts>>| {
        let groups = budgets.iter().map(|budget| {
            let power = match claimed {
                Some(claimed) => budget.left(claimed(budget).unwrap_or_default()).unwrap_or_default().milliwatts(),
                None => u32::MAX,
            };
            let mut limits: Vec<u32> = free.iter().filter(|port| port.group == budget.group).map(|port| limit(port)).collect();
            limits.sort_unstable();
            Group { power, limits }
        });
        placed(&wanted, &mut groups.collect::<Vec<_>>(), &mut STEPS.clone())
    };
    let worst: fn(&Budget) -> Option<Watts> = |budget| budget.worst.max(budget.claimed());
    let answer = if !places(None) {
        Answer::TooFewPorts
    } else if budgets.iter().all(|budget| budget.nominal.is_none()) {
        Answer::Unknown
    } else if places(Some(worst)) {
        Answer::Fits
    } else if places(Some(Budget::claimed)) {
        Answer::FitsForNow
    } else {
        Answer::TooLittlePower
    };
    Fit {
        classes: classes.iter().map(|class| class.number()).collect(),
        needed: Watts::from_milliwatts(wanted.iter().copied().fold(0, u32::saturating_add)),
        left: left(Budget::claimed),
        left_at_worst: left(worst),
        free_ports: free.len() as u32,
        without_limit: free.iter().filter(|port| port.limit.is_none()).count() as u32,
        answer,
    }
}

/// A port into which something may be plugged: it is on, feeds nobody, nothing is wrong with it, and as far as the switch tells
/// it has no link: what has one is plugged in there, without PoE.
pub fn is_free(port: &FeedingPort) -> bool {
    let idle = matches!(port.told.detection, None | Some(Detection::Searching));
    !feeds(port) && idle && port.told.enabled != Some(false) && port.trouble.is_none() && port.up != Some(true)
}

fn limit(port: &FeedingPort) -> u32 {
    port.limit.map_or(u32::MAX, Watts::milliwatts)
}

fn gives(port: &FeedingPort, milliwatts: u32) -> bool {
    limit(port) >= milliwatts
}

/// What one group has left.
#[derive(Clone)]
struct Group {
    power: u32,
    /// What each free port gives, the least first.
    limits: Vec<u32>,
}

/// How often a place is tried before it counts as none: far more than any real question needs.
const STEPS: u32 = 100_000;

/// Whether devices, those that need most first, find a place: in each group the least port that gives enough.
fn placed(wanted: &[u32], groups: &mut [Group], steps: &mut u32) -> bool {
    let Some((&first, rest)) = wanted.split_first() else { return true };
    for at in 0..groups.len() {
        if *steps == 0 {
            return false;
        }
        *steps -= 1;
        let group = groups[at].clone();
        let Some(port) = group.limits.iter().position(|&limit| limit >= first).filter(|_| group.power >= first) else { continue };
        groups[at].power -= first;
        groups[at].limits.remove(port);
        if placed(rest, groups, steps) {
            return true;
        }
        groups[at] = group;
    }
    false
}

#[cfg(test)]
#[path = "fit/tests.rs"]
pub(crate) mod tests;
