//! The neighbours that were heard, each with the best of what it said.

use std::collections::BTreeMap;

use super::super::{Fact, Observation};
use super::{Advertised, Discovery, Place, PowerTold};
use crate::net::Moment;

/// Neighbours that are kept of each protocol: a forger must not fill the memory. The lowest are kept.
const KEPT: usize = 16;

/// One neighbour, as its messages make it known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// The message heard last, but for its goodbye.
    latest: Observation,
    /// The message that told most of power: a device may go back to telling less (802.3bt after 802.3at).
    power: Option<(PowerTold, Observation)>,
    /// When it said goodbye.
    goodbye: Option<Moment>,
}

impl Neighbour {
    /// What it said last, with the best that it said of power, and the sighting.
    pub fn told(&self) -> (Advertised, &Observation) {
        let Fact::NeighbourAdvertised(told) = &self.latest.fact else { unreachable!("only messages of neighbours are kept") };
        let power = self.power.as_ref().map(|(power, _)| *power);
        (Advertised { power, ..(**told).clone() }, &self.latest)
    }

    /// It took back what it had said: its port went down, or its administrator switched the protocol off.
    pub fn is_gone(&self) -> bool {
        self.goodbye.is_some_and(|at| at >= self.latest.at)
    }
}

/// Everything heard of neighbours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NeighboursSeen {
    neighbours: BTreeMap<Place, Neighbour>,
    /// Goodbyes of those who said nothing else yet.
    goodbyes: BTreeMap<Place, Moment>,
    listened_ms: Option<u32>,
    outlet: Option<String>,
    flooded: bool,
}

/// Forgets the highest of a protocol's, where there are too many; whether there were.
fn forget<T>(of: &mut BTreeMap<Place, T>, protocol: Discovery) -> bool {
    let mut places = of.keys().filter(|place| place.0 == protocol);
    let too_many = places.clone().count() > KEPT;
    if let Some(last) = places.next_back().filter(|_| too_many).cloned() {
        of.remove(&last);
    }
    too_many
}

impl NeighboursSeen {
    /// Adds a message.
    pub(in crate::observe) fn advertised(&mut self, seen: &Observation, told: &Advertised) {
        let place = told.place();
        if told.ttl_s == 0 {
            let goodbye = self.goodbyes.entry(place.clone()).or_default();
            *goodbye = seen.at.max(*goodbye);
            self.flooded |= forget(&mut self.goodbyes, told.protocol);
        } else {
            let power = told.power.map(|power| (power, seen.clone()));
            let neighbour = Neighbour { latest: seen.clone(), power: power.clone(), goodbye: None };
            let kept = self.neighbours.entry(place.clone()).or_insert(neighbour);
            if kept.latest < *seen {
                kept.latest = seen.clone();
            }
            // Of what tells as much, the latest.
            let rank = |power: &Option<(PowerTold, Observation)>| power.as_ref().map(|(told, seen)| (told.detail, seen.clone()));
            if rank(&kept.power) < rank(&power) {
                kept.power = power;
            }
            self.flooded |= forget(&mut self.neighbours, told.protocol);
        }
        if let Some(neighbour) = self.neighbours.get_mut(&place) {
            neighbour.goodbye = self.goodbyes.get(&place).copied();
        }
    }

    pub(in crate::observe) fn listened(&mut self, ms: u32) {
        self.listened_ms = self.listened_ms.max(Some(ms));
    }

    pub(in crate::observe) fn at_outlet(&mut self, label: &str) {
        self.outlet = self.outlet.take().max(Some(label.to_owned()));
    }

    /// Those who spoke and did not say goodbye, then those who did.
    pub fn all(&self) -> Vec<&Neighbour> {
        let mut all: Vec<&Neighbour> = self.neighbours.values().collect();
        all.sort_by_key(|neighbour| neighbour.is_gone());
        all
    }

    /// What those who are there say, each with its sighting.
    pub fn present(&self) -> impl Iterator<Item = (Advertised, &Observation)> {
        self.neighbours.values().filter(|neighbour| !neighbour.is_gone()).map(Neighbour::told)
    }

    /// More of them spoke than any cable leads to; the rest was not kept.
    pub fn flooded(&self) -> bool {
        self.flooded
    }

    /// For how long they were listened to, in milliseconds; `None` where nobody waited for any.
    pub fn listened_ms(&self) -> Option<u32> {
        self.listened_ms
    }

    /// The label of the wall outlet that the laptop is plugged into, where its user said so.
    pub fn outlet(&self) -> Option<&str> {
        self.outlet.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::neighbouring::testing::advertised;

    fn at(ms: u64, told: Advertised) -> Observation {
        Observation { at: Moment::from_ms(ms), frame: None, fact: Fact::NeighbourAdvertised(Box::new(told)) }
    }

    fn seen(messages: impl IntoIterator<Item = Observation>) -> NeighboursSeen {
        let mut seen = NeighboursSeen::default();
        for message in messages {
            let Fact::NeighbourAdvertised(told) = &message.fact else { unreachable!("a message") };
            seen.advertised(&message, told);
        }
        seen
    }

    #[test]
    fn a_forger_fills_no_memory_and_does_not_hide_who_speaks_another_protocol() {
        let forged = (0..1000).map(|number| at(number, Advertised { chassis: format!("a{number}"), ..advertised() }));
        let real = at(2000, Advertised { protocol: Discovery::Cdp, ..advertised() });
        let seen = seen(forged.chain([real]));
        assert!(seen.flooded());
        assert_eq!(seen.all().len(), KEPT + 1);
    }

    #[test]
    fn the_best_that_was_told_of_power_is_kept_when_less_is_told_later() {
        let power = |detail| Some(PowerTold { detail, feeds: true, ..PowerTold::default() });
        let both = [2, 1].map(|detail| at(3 - u64::from(detail), Advertised { power: power(detail), ..advertised() }));
        let seen = seen(both);
        let (told, sighting) = seen.all()[0].told();
        assert_eq!((told.power.map(|power| power.detail), sighting.at), (Some(2), Moment::from_ms(2)));
    }

    #[test]
    fn who_said_goodbye_is_gone_until_he_speaks_again() {
        let goodbye = |ms| at(ms, Advertised { ttl_s: 0, ..advertised() });
        assert!(seen([at(1, advertised()), goodbye(2)]).present().next().is_none());
        assert!(seen([goodbye(2), at(1, advertised())]).present().next().is_none());
        assert_eq!(seen([at(1, advertised()), goodbye(2), at(3, advertised())]).present().count(), 1);
    }
}
