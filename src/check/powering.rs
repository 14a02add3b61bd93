//! What the checks of power over Ethernet and their words have in common.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Reason, Verdict};
use crate::language::Language;
use crate::line::one_line;
use crate::mib::pse::FeedingPort;
use crate::observe::{Cut, Inventory, Part, PowerOf};

/// A port of a switch, as its words name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct PoePort {
    /// The group: the box of a stack, the module of a chassis.
    pub group: u32,
    /// Its number as the power supply counts.
    pub number: u32,
    /// What the switch calls the interface, where it is sure which one it is.
    pub name: Option<String>,
    /// What the administrator wrote there.
    pub alias: Option<String>,
}

impl From<&FeedingPort> for PoePort {
    fn from(port: &FeedingPort) -> PoePort {
        PoePort { group: port.group, number: port.number, name: port.name.clone(), alias: port.alias.clone() }
    }
}

impl PoePort {
    /// `gi5 (desk 5)`; `PoE port 1.5` where it is not sure which interface that is.
    pub fn say(&self, language: Language) -> String {
        match (&self.name, &self.alias) {
            (Some(name), Some(alias)) => format!("{} ({})", one_line(name), one_line(alias)),
            (Some(name), None) => one_line(name),
            (None, _) => language
                .pick(format!("PoE port {}.{}", self.group, self.number), format!("PoE n° {}.{}", self.group, self.number)),
        }
    }

    /// What it is known by in another visit.
    pub fn key(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("{}.{}", self.group, self.number))
    }

    /// A remark where the port cannot be found by its number alone.
    pub fn remark(&self, language: Language) -> Option<String> {
        self.name.is_none().then(|| {
            language
                .pick(
                    " Which socket that is, the switch does not say for sure: mapping uncertain.",
                    " Le commutateur ne dit pas de façon sûre de quelle prise il s'agit : correspondance incertaine.",
                )
                .to_owned()
        })
    }
}

/// "Clear" where every switch that was asked told what `tells` looks for; else why not.
pub fn clear_or_gap(inventory: &Inventory, tells: fn(&PowerOf<'_>) -> bool, untold: fn(IpAddr) -> Reason) -> Verdict {
    let coverage = inventory.coverage();
    // Only a look that asks switches can leave that unfinished.
    if let Some(cut @ Cut::Budget) = coverage.cut_of(Part::Power) {
        return Verdict::NotTested(Reason::of_cut(cut, coverage.asked, coverage.planned));
    }
    let mut switches = inventory.power().switches().peekable();
    if switches.peek().is_none() {
        return Verdict::NotTested(Reason::PowerNotAsked);
    }
    let gap = switches.find_map(|told| {
        let switch = told.switch;
        match told.unanswered() {
            Some(why) => Some(Reason::PowerUnanswered { switch, unanswered: why.clone() }),
            None if !told.is_whole() => Some(Reason::PowerPartly { switch }),
            None if told.ports().next().is_none() => Some(Reason::PowerUntold { switch }),
            None => (!tells(&told)).then(|| untold(switch)),
        }
    });
    gap.map_or(Verdict::Clear, Verdict::NotTested)
}

/// Scenes of switches, for the tests.
#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use crate::check::testing::Scene;
    use crate::mib::power_ethernet::{Detection, PsePort, Supply};
    use crate::mib::pse::{Feeding, FeedingSupply};
    use crate::mib::{Refusals, Said, Tables};
    use crate::net::Watts;
    use crate::observe::{Fact, SwitchTold};

    /// A port of group 1 that does this, called `gi` and its number.
    pub(crate) fn port(number: u32, detection: Detection) -> FeedingPort {
        let none = Some(0);
        let told = PsePort {
            enabled: Some(true),
            detection: Some(detection),
            denied: none,
            overloads: none,
            shorts: none,
            ..PsePort::default()
        };
        FeedingPort { group: 1, number, told, name: Some(format!("gi{number}")), ..FeedingPort::default() }
    }

    /// A supply of so many watts, so many drawn.
    pub(crate) fn supply(nominal: u32, drawn: u32) -> FeedingSupply {
        let watts = |watts: u32| Some(Watts::from_milliwatts(watts * 1000));
        FeedingSupply { group: 1, supply: Supply { nominal: watts(nominal), drawn: watts(drawn), ..Supply::default() } }
    }

    impl Scene {
        /// The switch 10.0.0.2 told this.
        pub(crate) fn feeds(self, ports: &[FeedingPort], supplies: &[FeedingSupply]) -> Scene {
            let feeding = Feeding { ports: ports.to_vec(), supplies: supplies.to_vec() };
            let (switch, said) = ([10, 0, 0, 2].into(), Said::Power(feeding));
            let told = SwitchTold::answered(switch, Tables::Power, said, &Refusals::default(), Vec::new());
            self.fact(Fact::SwitchTold(Box::new(told)))
        }
    }
}
