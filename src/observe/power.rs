//! What switches told of the power that they give: port by port and supply by supply, when they were asked first and last.

use std::collections::BTreeMap;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fact, Observation, SwitchTold, Unanswered};
use crate::mib::pse::{Feeding, FeedingPort, FeedingSupply, MOST_PORTS, MOST_SUPPLIES};
use crate::mib::{Said, Tables};
use crate::net::Moment;

/// Switches that are kept; the lowest addresses are.
const MOST_SWITCHES: usize = 64;

/// What a switch told of one port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct PortPower {
    /// The switch.
    pub switch: IpAddr,
    /// What it told.
    pub port: FeedingPort,
}

/// What a switch told of one supply.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct SupplyPower {
    /// The switch.
    pub switch: IpAddr,
    /// What it told.
    pub supply: FeedingSupply,
}

/// What one switch told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct SwitchPower {
    /// The first and the last answer: of those read to their end where there are any, since a table that was cut may lack
    /// the very counter that grew.
    answers: Option<(Telling, Telling)>,
    /// Why there is none; of several reasons the first.
    unanswered: Option<Unanswered>,
}

/// An answer, when it came, and whether every table was read to its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Telling {
    at: Moment,
    frame: Option<u32>,
    feeding: Feeding,
    whole: bool,
}

/// A port as it was told first and last.
#[derive(Clone, Copy, Debug)]
pub struct PortReadings<'a> {
    /// First.
    pub first: &'a FeedingPort,
    /// Last.
    pub last: &'a FeedingPort,
    switch: IpAddr,
    at: (Moment, Moment),
}

impl PortReadings<'_> {
    /// The sightings, one where there is only one.
    pub fn evidence(&self) -> Vec<Observation> {
        let seen = |at: Moment, port: &FeedingPort| {
            let told = PortPower { switch: self.switch, port: port.clone() };
            Observation { at, frame: None, fact: Fact::PortPower(Box::new(told)) }
        };
        let (first, last) = self.at;
        let last_seen = seen(last, self.last);
        if first == last { vec![last_seen] } else { vec![seen(first, self.first), last_seen] }
    }

    /// By how much a counter grew from the first time to the last; a switch that started again meanwhile counts from nought.
    pub fn grew(&self, counter: fn(&FeedingPort) -> Option<u32>) -> Option<u32> {
        let (first, last) = (counter(self.first)?, counter(self.last)?);
        last.checked_sub(first).filter(|grown| *grown > 0)
    }
}

/// What one switch told, and which one that is.
#[derive(Clone, Copy, Debug)]
pub struct PowerOf<'a> {
    /// The switch.
    pub switch: IpAddr,
    told: &'a SwitchPower,
}

impl<'a> PowerOf<'a> {
    /// Why it told nothing; `None` where it did.
    pub fn unanswered(&self) -> Option<&'a Unanswered> {
        self.told.unanswered.as_ref().filter(|_| self.told.answers.is_none())
    }

    /// Whether every table was read to its end, at least once.
    pub fn is_whole(&self) -> bool {
        self.told.answers.as_ref().is_some_and(|(_, last)| last.whole)
    }

    /// How long it was watched, in milliseconds: from the first answer to the last.
    pub fn watched_ms(&self) -> u64 {
        self.told.answers.as_ref().map_or(0, |(first, last)| last.at.ms().saturating_sub(first.at.ms()))
    }

    /// Its ports.
    pub fn ports(self) -> impl Iterator<Item = PortReadings<'a>> {
        let switch = self.switch;
        self.told.answers.iter().flat_map(move |(before, now)| {
            now.feeding.ports.iter().map(move |last| {
                let same = |port: &&FeedingPort| (port.group, port.number) == (last.group, last.number);
                match before.feeding.ports.iter().find(same) {
                    Some(first) => PortReadings { first, last, switch, at: (before.at, now.at) },
                    None => PortReadings { first: last, last, switch, at: (now.at, now.at) },
                }
            })
        })
    }

    /// All that it told last.
    pub fn feeding(&self) -> Option<&'a Feeding> {
        self.told.answers.as_ref().map(|(_, last)| &last.feeding)
    }

    /// The sighting of a supply.
    pub fn supply_evidence(&self, group: u32) -> Vec<Observation> {
        let Some((_, last)) = &self.told.answers else { return Vec::new() };
        let seen = |supply: &FeedingSupply| {
            let told = SupplyPower { switch: self.switch, supply: supply.clone() };
            Observation { at: last.at, frame: None, fact: Fact::SupplyPower(told) }
        };
        last.feeding.supplies.iter().filter(|supply| supply.group == group).map(seen).collect()
    }
}

/// What all switches told of the power that they give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PowerSeen {
    switches: BTreeMap<IpAddr, SwitchPower>,
}

impl PowerSeen {
    /// Adds what a switch told; only what it told of its power counts.
    pub(super) fn told(&mut self, seen: &Observation, told: &SwitchTold) {
        if told.tables != Tables::Power {
            return;
        }
        let of = self.switches.entry(told.switch).or_default();
        match &told.said {
            Ok(Said::Power(feeding)) => {
                let mut feeding = feeding.clone();
                feeding.ports.truncate(MOST_PORTS);
                feeding.supplies.truncate(MOST_SUPPLIES);
                let telling = Telling { at: seen.at, frame: seen.frame, feeding, whole: told.cut.is_empty() };
                let (first, last) = of.answers.get_or_insert_with(|| (telling.clone(), telling.clone()));
                if (!telling.whole, &telling) < (!first.whole, &*first) {
                    first.clone_from(&telling);
                }
                if (telling.whole, &telling) > (last.whole, &*last) {
                    *last = telling;
                }
            }
            Ok(_) => {}
            Err(why) => {
                let before = of.unanswered.take();
                of.unanswered = Some(before.map_or_else(|| why.clone(), |before| before.min(why.clone())));
            }
        }
        if self.switches.len() > MOST_SWITCHES {
            self.switches.pop_last();
        }
    }

    /// The switches that were asked, by address.
    pub fn switches(&self) -> impl Iterator<Item = PowerOf<'_>> {
        self.switches.iter().map(|(&switch, told)| PowerOf { switch, told })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mib::power_ethernet::PsePort;
    use crate::observe::{CutBy, WalkCut};

    fn answer(ms: u64, ports: u32, denied: Option<u32>) -> Observation {
        let told = PsePort { denied, ..PsePort::default() };
        let port = |number| FeedingPort { group: 1, number, told: told.clone(), ..FeedingPort::default() };
        let feeding = Feeding { ports: (1..=ports).map(port).collect(), supplies: Vec::new() };
        told_by(ms, 2, Ok(Said::Power(feeding)))
    }

    fn told_by(ms: u64, last: u8, said: Result<Said, Unanswered>) -> Observation {
        let (switch, tables) = ([10, 0, 0, last].into(), Tables::Power);
        let told = SwitchTold { switch, tables, said, refused: Vec::new(), refusals: 0, cut: Vec::new() };
        Observation { at: Moment::from_ms(ms), frame: None, fact: Fact::SwitchTold(Box::new(told)) }
    }

    fn seen(all: &[Observation]) -> PowerSeen {
        let mut power = PowerSeen::default();
        for seen in all {
            let Fact::SwitchTold(told) = &seen.fact else { continue };
            power.told(seen, told);
        }
        power
    }

    fn grew(all: &[Observation]) -> Option<u32> {
        let power = seen(all);
        let switch = power.switches().next().expect("a switch");
        switch.ports().next().expect("a port").grew(|port| port.told.denied)
    }

    #[test]
    fn a_counter_grows_from_the_first_answer_to_the_last_and_not_at_a_restart() {
        assert_eq!(grew(&[answer(9, 1, Some(9)), answer(3, 1, Some(7)), answer(5, 1, Some(8))]), Some(2));
        assert_eq!(grew(&[answer(3, 1, Some(7)), answer(9, 1, Some(0))]), None);
        assert_eq!(grew(&[answer(3, 1, Some(7))]), None);
        assert_eq!(grew(&[answer(3, 1, None), answer(9, 1, Some(4))]), None);
    }

    #[test]
    fn an_answer_that_was_cut_gives_way_to_one_that_was_read_to_its_end_in_any_order() {
        let cut = |ms, ports, denied| {
            let mut seen = answer(ms, ports, denied);
            if let Fact::SwitchTold(told) = &mut seen.fact {
                told.cut = vec![WalkCut { column: "pethPsePortDeniedCounter".to_owned(), rows: 0, by: CutBy::Circle }];
            }
            seen
        };
        let mut all = [cut(1, 1, None), answer(3, 1, Some(7)), answer(5, 1, Some(9)), cut(9, 1, None)];
        assert_eq!(grew(&all), Some(2));
        all.reverse();
        assert_eq!(grew(&all), Some(2));
        assert!(seen(&all).switches().all(|switch| switch.is_whole() && switch.watched_ms() == 2));

        let all = [cut(1, 1, Some(7)), cut(9, 1, Some(8))];
        assert_eq!(grew(&all), Some(1), "where every answer was cut, what was read still counts");
        assert!(seen(&all).switches().all(|switch| !switch.is_whole()));
    }

    #[test]
    fn a_record_of_any_length_fills_no_memory() {
        let mut all = vec![answer(1, 5_000, None)];
        all.extend((0..=255).map(|last| told_by(1, last, Err(Unanswered::Silent))));
        let power = seen(&all);
        assert_eq!(power.switches().count(), MOST_SWITCHES);
        assert_eq!(power.switches().map(|switch| switch.ports().count()).max(), Some(MOST_PORTS));
    }

    #[test]
    fn one_answer_outweighs_any_silence() {
        let silence = told_by(9, 2, Err(Unanswered::Silent));
        let unanswered = |all: &[Observation]| seen(all).switches().next().and_then(|switch| switch.unanswered().cloned());
        assert_eq!(unanswered(std::slice::from_ref(&silence)), Some(Unanswered::Silent));
        assert_eq!(unanswered(&[answer(3, 1, None), silence]), None);
    }
}
