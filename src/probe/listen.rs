//! All probes together at the one wire: what each frame means, live or from a record.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use super::tally::Tally;
use super::{Errand, Heard, PROBES, Probe, Survey, Want, What};
use crate::net::Moment;
use crate::observe::{Fact, Inventory, Observation, Part};
use crate::oui::Vendors;
use crate::wire;

/// The probes of a look and what they learnt so far.
pub struct Listener {
    /// The probes, in the order of the table.
    probes: Vec<Box<dyn Probe>>,
    /// What each works on, and how far it is.
    states: Vec<(Part, State)>,
    inventory: Inventory,
    tally: Tally,
}

/// How far a probe is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It has asked nothing and has nothing to ask, unless something new is learnt.
    Idle,
    /// It has nothing left to ask, likewise.
    Done,
    /// It has not asked anything yet, and will.
    Waiting,
    /// It asks, or waits for answers.
    Working,
}

/// Where a frame came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// We sent it.
    Sent,
    /// It arrived.
    Received,
}

impl Listener {
    /// Every probe of the errand, none of which has heard anything but who we are; a capture of somebody's does not say that.
    pub fn new(survey: &Survey) -> Listener {
        let mut inventory = Inventory::new(Vendors::builtin());
        let identity = &survey.identity;
        if identity.mac != crate::net::Mac::ZERO {
            let (addresses, siblings) = (identity.addresses.clone(), identity.siblings.clone());
            let fact = Fact::OurCard { mac: identity.mac, addresses, siblings };
            inventory.fold(&Observation { at: Moment::default(), frame: None, fact });
        }
        if !identity.addresses6.is_empty() {
            let fact = Fact::OurAddresses6 { addresses: identity.addresses6.clone() };
            inventory.fold(&Observation { at: Moment::default(), frame: None, fact });
        }
        if let (Errand::Link, Some(link)) = (survey.errand, survey.surroundings.link) {
            inventory.fold(&Observation { at: Moment::default(), frame: None, fact: Fact::LinkIs(link) });
        }
        if let Some(label) = survey.surroundings.outlet.clone() {
            inventory.fold(&Observation { at: Moment::default(), frame: None, fact: Fact::AtOutlet { label } });
        }
        if survey.errand == Errand::Diagnose {
            let (link, gateways) = (survey.surroundings.link, survey.surroundings.gateways.clone());
            let resolvers = survey.resolvers.iter().map(SocketAddr::ip).collect();
            let known = link.map(Fact::LinkIs).into_iter().chain([Fact::Routed { gateways, resolvers }]);
            known.for_each(|fact| inventory.fold(&Observation { at: Moment::default(), frame: None, fact }));
        }
        if !survey.switching.switches.is_empty() {
            let fact = Fact::SwitchesNamed { switches: survey.switching.switches.clone(), sought: survey.switching.sought };
            inventory.fold(&Observation { at: Moment::default(), frame: None, fact });
        }
        let rows = PROBES.iter().filter(|row| row.errands.contains(&survey.errand));
        let (states, probes) = rows.map(|row| ((row.part, State::Waiting), (row.make)(survey))).unzip();
        Listener { probes, states, inventory, tally: Tally::new(identity.mac) }
    }

    /// How many probes there are.
    pub fn probes(&self) -> usize {
        self.probes.len()
    }

    /// What the probe of that place wants to do at this moment.
    pub fn poll(&mut self, place: usize, now: Moment) -> Want {
        let want = self.probes[place].poll(now);
        let state = &mut self.states[place].1;
        *state = match (&want, *state) {
            (Want::Done, State::Idle | State::Waiting) => State::Idle,
            (Want::Done, _) => State::Done,
            (Want::Wait(_), State::Idle | State::Waiting) => State::Waiting,
            _ => State::Working,
        };
        want
    }

    /// How far a part of the look is; `None` where no probe works on it.
    pub fn state(&self, part: Part) -> Option<State> {
        self.states.iter().filter(|(of, _)| *of == part).map(|(_, state)| *state).max()
    }

    /// How many of the questions of a part are done with, and how many there are so far; `None` where that says nothing.
    pub fn extent(&self, part: Part) -> Option<(u32, u32)> {
        let of_part = self.states.iter().zip(&self.probes).filter(|((of, _), _)| *of == part);
        of_part.filter_map(|(_, probe)| probe.extent()).reduce(|(done, all), (more, of)| (done + more, all + of))
    }

    /// The parts that have not ended.
    pub fn unfinished(&self) -> BTreeSet<Part> {
        self.states.iter().filter(|(_, state)| matches!(state, State::Waiting | State::Working)).map(|(part, _)| *part).collect()
    }

    /// Counts a frame, before it is heard; false where it is one of so many copies that it need not be. A record holds what was
    /// heard and the counts, so its frames are not counted again.
    pub fn count(&mut self, at: Moment, direction: Direction, bytes: &[u8]) -> bool {
        self.tally.count(at, direction, bytes)
    }

    /// What was counted, since `started` where that is known.
    pub fn counted(&mut self, started: Option<Moment>, ended: Moment) -> Vec<Fact> {
        self.tally.conclude(started, ended)
    }

    /// What a frame means; `number` is asked for the frame's number in the capture if it means anything.
    pub fn frame(
        &mut self,
        at: Moment,
        direction: Direction,
        bytes: &[u8],
        number: impl FnOnce() -> Option<u32>,
    ) -> Vec<Observation> {
        let packet = match wire::decode(bytes) {
            Ok(packet) => packet,
            Err(bad) => {
                let fact = Fact::Malformed { protocol: bad.protocol.to_owned(), field: bad.field.to_owned() };
                return self.learn(at, vec![fact], number);
            }
        };
        let what = match direction {
            Direction::Sent => What::Sent(&packet),
            Direction::Received => What::Received(&packet),
        };
        let facts = self.hear(&Heard { at, what });
        self.learn(at, facts, number)
    }

    /// What a server's answer means.
    pub fn answer(&mut self, at: Moment, from: SocketAddr, bytes: &[u8]) -> Vec<Observation> {
        let facts = self.hear(&Heard { at, what: What::Answered(from, bytes) });
        self.learn(at, facts, || None)
    }

    /// A fact that no frame tells: frames lost, a look cut short.
    pub fn fact(&mut self, at: Moment, fact: Fact) {
        self.learn(at, vec![fact], || None);
    }

    /// What was learnt so far.
    pub fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        self.probes.iter_mut().flat_map(|probe| probe.hear(heard)).collect()
    }

    fn learn(&mut self, at: Moment, facts: Vec<Fact>, number: impl FnOnce() -> Option<u32>) -> Vec<Observation> {
        if facts.is_empty() {
            return Vec::new();
        }
        let frame = number();
        let seen: Vec<Observation> = facts.into_iter().map(|fact| Observation { at, frame, fact }).collect();
        for observation in &seen {
            self.inventory.fold(observation);
            // What a forger claims is not asked about without end.
            if !self.inventory.coverage().flooded {
                self.probes.iter_mut().for_each(|probe| probe.learn(at, &observation.fact));
            }
        }
        seen
    }

    /// The end: how much was looked at, and everything that was learnt.
    pub fn conclude(mut self, at: Moment) -> Inventory {
        let facts: Vec<Fact> = self.probes.iter().flat_map(|probe| probe.conclude()).collect();
        self.learn(at, facts, || None);
        self.inventory
    }
}
