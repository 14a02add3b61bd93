//! What the supplies of a switch give, told apart by how it is known: measured, set aside, and what the classes may draw at most.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Class, End};
use crate::mib::power_ethernet::{Detection, SupplyState};
use crate::mib::pse::{Feeding, FeedingPort};
use crate::net::Watts;

/// The budget of one group: a box of a stack, a module of a chassis, most often the whole switch. Powers are in milliwatts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Budget {
    /// The group.
    pub group: u32,
    /// What the supply can give.
    pub nominal: Option<Watts>,
    /// What it does.
    pub state: Option<SupplyState>,
    /// What is drawn, as the supply measures it; else the sum of what the ports measure.
    pub measured: Option<Watts>,
    /// What the switch sets aside for devices, where it tells that by port.
    pub allocated: Option<Watts>,
    /// What the devices that are fed may draw by their classes.
    pub worst: Option<Watts>,
    /// Devices that are fed and of no known class: they are not in the worst case.
    pub without_class: u32,
    /// Ports that feed.
    pub feeding: u32,
    /// From how many per cent on the switch itself raises an alarm.
    pub threshold: Option<u8>,
}

/// The share, in per cent, that is taken where the switch tells no threshold of its own: a tenth is left for what is plugged in
/// next.
const USUAL_THRESHOLD: u8 = 90;

impl Budget {
    /// From how many per cent on there is an alarm: the switch's own figure, else the usual one.
    pub fn alarm(&self) -> u8 {
        self.threshold.unwrap_or(USUAL_THRESHOLD)
    }

    /// What is spoken for by what the switch itself goes by: the more of what is measured and what is set aside; where it tells
    /// neither, what the classes may draw.
    pub fn claimed(&self) -> Option<Watts> {
        self.measured.max(self.allocated).or(self.worst)
    }

    /// The share of what it can give, in whole per cent.
    pub fn percent(&self, of: Watts) -> Option<u64> {
        let nominal = self.nominal.filter(|nominal| nominal.milliwatts() > 0)?;
        Some(u64::from(of.milliwatts()) * 100 / u64::from(nominal.milliwatts()))
    }

    /// What is left when that much is spoken for.
    pub fn left(&self, claimed: Watts) -> Option<Watts> {
        Some(Watts::from_milliwatts(self.nominal?.milliwatts().saturating_sub(claimed.milliwatts())))
    }
}

/// Whether a port gives power now.
pub fn feeds(port: &FeedingPort) -> bool {
    port.told.detection == Some(Detection::Delivering)
}

/// What the class of the device on a port lets the port give; of a port that does not feed, the class means nothing (RFC 3621).
pub fn class_of(port: &FeedingPort) -> Option<Class> {
    port.told.class.filter(|_| feeds(port)).and_then(Class::new)
}

/// The budget of each group that has a supply or a port.
pub fn budgets(feeding: &Feeding) -> Vec<Budget> {
    let of_ports = feeding.ports.iter().map(|port| port.group);
    let groups: BTreeSet<u32> = feeding.supplies.iter().map(|supply| supply.group).chain(of_ports).collect();
    groups.into_iter().map(|group| budget(feeding, group)).collect()
}

fn budget(feeding: &Feeding, group: u32) -> Budget {
    let supply = feeding.supplies.iter().find(|supply| supply.group == group).map(|supply| supply.supply.clone());
    let supply = supply.unwrap_or_default();
    let ports: Vec<&FeedingPort> = feeding.ports.iter().filter(|port| port.group == group).collect();
    let fed: Vec<&&FeedingPort> = ports.iter().filter(|port| feeds(port)).collect();
    let classes: Vec<Class> = fed.iter().filter_map(|port| class_of(port)).collect();
    Budget {
        group,
        nominal: supply.nominal,
        state: supply.state,
        measured: supply.drawn.or_else(|| sum(ports.iter().map(|port| port.measured))),
        allocated: sum(ports.iter().map(|port| port.allocated)),
        worst: sum(classes.iter().map(|class| Some(class.watts(End::Pse)))),
        without_class: (fed.len() - classes.len()) as u32,
        feeding: fed.len() as u32,
        threshold: supply.threshold,
    }
}

/// The sum of what is told; nothing where nobody tells.
fn sum(told: impl Iterator<Item = Option<Watts>>) -> Option<Watts> {
    told.flatten().map(Watts::milliwatts).reduce(u32::saturating_add).map(Watts::from_milliwatts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::poe::fit::tests::{feeding, watts};

    #[test]
    fn measured_set_aside_and_worst_case_are_kept_apart() {
        let [budget] = &budgets(&feeding())[..] else { panic!("one group") };
        assert_eq!((budget.nominal, budget.measured), (watts(62), watts(20)));
        // Ports 1 and 2 feed: class 0 (15.4 W) and class 4 (30 W); 3 has a class left over, which means nothing.
        assert_eq!((budget.allocated, budget.worst), (watts(37), Some(Watts::from_milliwatts(45_400))));
        assert_eq!((budget.feeding, budget.without_class), (2, 0));
        assert_eq!(budget.claimed(), watts(37));
        assert_eq!((budget.percent(Watts::from_milliwatts(37_000)), budget.alarm()), (Some(59), 90));
    }

    #[test]
    fn what_nobody_tells_is_not_nought() {
        let mut told = feeding();
        told.supplies.clear();
        told.ports.iter_mut().for_each(|port| (port.measured, port.allocated) = (None, None));
        let [budget] = &budgets(&told)[..] else { panic!("one group") };
        assert_eq!((budget.nominal, budget.measured, budget.allocated), (None, None, None));
        assert_eq!((budget.claimed(), budget.percent(Watts::default())), (budget.worst, None));
    }
}
