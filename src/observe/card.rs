//! What our own network card knows of its link and of its cable, told by its driver; what it cannot tell, it cannot tell.

use std::collections::BTreeSet;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Fact;
use super::Observation;
use crate::language::Language;
use crate::mib::cable_test::WholeResult;
use crate::wire::ethtool::{Duplex, Eee, Mdix, Mode, Pair, PairResult, Power, Quality, Trace, WhyDown};

/// One thing that a card was asked: an answer, or why there is none. Not to know is neither good nor bad.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Measurable<T> {
    /// It answered.
    Is(T),
    /// It cannot tell.
    NotMeasurable(Silence),
}

impl<T> Measurable<T> {
    /// The answer.
    pub fn known(&self) -> Option<&T> {
        match self {
            Measurable::Is(known) => Some(known),
            Measurable::NotMeasurable(_) => None,
        }
    }
}

/// Why a card does not tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// Its driver does not support the question.
    NotSupported,
    /// Its driver supports the question and says nothing to it.
    NothingTold,
    /// There is no link, without which it means nothing.
    NoLink,
    /// It is no card of hardware: a bridge, a tunnel, one end of a virtual cable.
    Virtual,
    /// The kernel is older than the question (ethtool netlink came with Linux 5.6).
    OldKernel,
    /// This program may not ask.
    NotAllowed,
    /// The interface went down while it was asked.
    Down,
    /// No answer came in time.
    NoAnswer,
    /// The kernel refused, in its own words.
    Refused(String),
    /// No switch that was to test has our card alone behind a port.
    PortUnknown,
    /// The switch does not answer.
    SwitchSilent,
    /// The switch has no cable test that is known here.
    SwitchCannot,
    /// What the switch was given allows reading only.
    SwitchDenied,
    /// The switch could not test, and does not say more.
    SwitchFailed,
}

impl Silence {
    /// The reason, as one sentence without a capital or a full stop.
    pub fn say(&self, language: Language) -> String {
        let text = match self {
            Silence::NotSupported => language.pick("the card's driver cannot tell", "le pilote de la carte ne sait pas le dire"),
            Silence::NothingTold => language.pick("the card's driver says nothing", "le pilote de la carte n'en dit rien"),
            Silence::NoLink => language.pick("there is no link", "il n'y a pas de lien"),
            Silence::Virtual => language.pick("this is no card of hardware", "ce n'est pas une carte matérielle"),
            Silence::OldKernel => {
                language.pick("this Linux is too old to be asked (5.6 is needed)", "ce Linux est trop ancien (il faut 5.6)")
            }
            Silence::NotAllowed => language.pick("this needs root: run it with sudo", "il faut être root : relancez avec sudo"),
            Silence::Down => language.pick("the interface went down meanwhile", "l'interface est tombée entre-temps"),
            Silence::NoAnswer => language.pick("no answer came in time", "pas de réponse à temps"),
            Silence::PortUnknown => language.pick(
                "no switch that was to test it has this laptop alone behind a port",
                "aucun des commutateurs désignés n'a ce portable seul derrière un port",
            ),
            Silence::SwitchSilent => language.pick("the switch does not answer", "le commutateur ne répond pas"),
            Silence::SwitchCannot => language
                .pick("the switch has no cable test that is known here", "le commutateur n'a pas de test de câble connu ici"),
            Silence::SwitchDenied => language.pick(
                "the switch lets this community or user read only: the test needs one that may write",
                "le commutateur n'accorde que la lecture à cette communauté ou à cet utilisateur : le test exige l'écriture",
            ),
            Silence::SwitchFailed => {
                language.pick("the switch could not test this port", "le commutateur n'a pas pu tester ce port")
            }
            Silence::Refused(why) => {
                return language.pick(format!("Linux refuses: {why}"), format!("refus de Linux : {why}"));
            }
        };
        text.to_owned()
    }
}

/// The driver of a card.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Driver {
    /// Its name, as `r8169`.
    pub name: String,
    /// Its version, where it has one of its own.
    pub version: Option<String>,
}

/// What a card told when it was asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct CardState {
    /// It hears the other end.
    pub carrier: bool,
    /// Why it does not.
    pub why_down: Measurable<WhyDown>,
    /// Megabits a second.
    pub speed_mbps: Measurable<u32>,
    /// Whether both ends send at the same time.
    pub duplex: Measurable<Duplex>,
    /// It negotiates.
    pub negotiates: Measurable<bool>,
    /// What it advertises.
    pub ours: Measurable<Vec<Mode>>,
    /// What the other end advertises.
    pub theirs: Measurable<Vec<Mode>>,
    /// Which pairs it sends on.
    pub mdix: Measurable<Mdix>,
    /// How good the signal is.
    pub quality: Measurable<Quality>,
    /// Energy-Efficient Ethernet.
    pub eee: Measurable<Eee>,
    /// Power that it feeds into the cable.
    pub power: Measurable<Power>,
    /// Its driver.
    pub driver: Measurable<Driver>,
}

/// Errors that a card counted while it was watched (`/sys/class/net/*/statistics`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ErrorsGrew {
    /// For how long, in milliseconds.
    pub watched_ms: u32,
    /// Frames that arrived whole.
    pub received: u64,
    /// Frames that arrived broken, of every kind.
    pub receive_errors: u64,
    /// Of these, with a wrong checksum.
    pub crc_errors: u64,
    /// Of these, of no whole number of bytes.
    pub alignment_errors: u64,
    /// Frames that could not be sent.
    pub send_errors: u64,
    /// Collisions: only where one end sends at a time.
    pub collisions: u64,
}

/// What became of a cable test.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum CableTested {
    /// It ran to its end; of each pair there is a fact.
    Done,
    /// It did not.
    NotMeasurable {
        /// Why.
        why: Silence,
    },
}

/// What the test said of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct PairTested {
    /// The pair.
    pub pair: Pair,
    /// What it said.
    pub result: PairResult,
    /// At what distance the fault lies, in centimetres; `None` where the card does not tell.
    pub length_cm: Option<u32>,
    /// From which end.
    #[serde(default, skip_serializing_if = "MeasuredFrom::is_here")]
    pub from: MeasuredFrom,
}

/// From which end a cable was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MeasuredFrom {
    /// Ours.
    #[default]
    Laptop,
    /// The switch's.
    Switch {
        /// To how many metres its distances are good.
        accuracy_m: u8,
    },
}

impl MeasuredFrom {
    fn is_here(&self) -> bool {
        *self == MeasuredFrom::Laptop
    }
}

/// What became of the test that a switch was asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct SwitchTested {
    /// The switch and its port; `None` where our port was not found.
    pub port: Option<(IpAddr, String)>,
    /// How it went.
    pub tested: CableTested,
    /// What the switch said of each pair.
    pub pairs: Vec<PairTested>,
    /// What it said of the whole cable, where it does not tell the pairs apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<WholeTested>,
}

/// What a switch said of a whole cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct WholeTested {
    /// What it said.
    pub result: WholeResult,
    /// The distance to the fault, or the length of a good cable, in centimetres from the switch; `None` where it does not tell.
    pub length_cm: Option<u32>,
    /// To how many metres that is good.
    pub accuracy_m: u8,
}

impl SwitchTested {
    /// That nothing was measured, and why.
    pub fn without_result(why: Silence) -> SwitchTested {
        SwitchTested { port: None, tested: CableTested::NotMeasurable { why }, pairs: Vec::new(), whole: None }
    }
}

/// Sightings of each kind that are kept: a record may hold any number. The earliest are kept.
const KEPT: usize = 16;

/// Everything that was learnt from our card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardSeen {
    states: BTreeSet<Observation>,
    errors: BTreeSet<Observation>,
    tests: BTreeSet<Observation>,
    pairs: BTreeSet<Observation>,
    traces: BTreeSet<Observation>,
    by_switch: BTreeSet<Observation>,
}

impl CardSeen {
    /// Adds a sighting of any fact about the card.
    pub(super) fn seen(&mut self, seen: &Observation) {
        let (kept, most) = match &seen.fact {
            Fact::CardIs(_) => (&mut self.states, KEPT),
            Fact::ErrorsGrew(_) => (&mut self.errors, KEPT),
            Fact::CableTested(_) => (&mut self.tests, KEPT),
            Fact::TraceTaken(_) => (&mut self.traces, KEPT),
            Fact::PairTested(_) => (&mut self.pairs, KEPT * Pair::ALL.len()),
            Fact::SwitchTestedCable(_) => (&mut self.by_switch, KEPT),
            _ => return,
        };
        kept.insert(seen.clone());
        if kept.len() > most {
            kept.pop_last();
        }
    }

    /// What the card told when it was asked last, and the sighting.
    pub fn state(&self) -> Option<(&CardState, &Observation)> {
        self.states.last().and_then(|seen| if let Fact::CardIs(state) = &seen.fact { Some((&**state, seen)) } else { None })
    }

    /// What the card counted while it was watched: the last count.
    pub fn errors(&self) -> Option<(&ErrorsGrew, &Observation)> {
        self.errors.last().and_then(|seen| if let Fact::ErrorsGrew(grew) = &seen.fact { Some((grew, seen)) } else { None })
    }

    /// What became of the last test that a switch was asked for, and the sighting.
    pub fn test_by_switch(&self) -> Option<(&SwitchTested, &Observation)> {
        self.by_switch.last().and_then(|seen| match &seen.fact {
            Fact::SwitchTestedCable(tested) => Some((&**tested, seen)),
            _ => None,
        })
    }

    /// What became of the cable test, that of the switch where one was asked for; `None` where there was none.
    pub fn test(&self) -> Option<&CableTested> {
        if let Some((by_switch, _)) = self.test_by_switch() {
            return Some(&by_switch.tested);
        }
        self.tests.last().and_then(|seen| if let Fact::CableTested(tested) = &seen.fact { Some(tested) } else { None })
    }

    /// What the last test said of the whole cable, and the sighting.
    pub fn whole(&self) -> Option<(WholeTested, &Observation)> {
        let (by_switch, seen) = self.test_by_switch()?;
        Some((by_switch.whole?, seen))
    }

    /// What came back of the last pulse.
    pub fn trace(&self) -> Option<&Trace> {
        self.traces.last().and_then(|seen| if let Fact::TraceTaken(trace) = &seen.fact { Some(&**trace) } else { None })
    }

    /// What the test said of each pair, in the order of the pairs; what it said last.
    pub fn pairs(&self) -> Vec<(PairTested, &Observation)> {
        if let Some((by_switch, seen)) = self.test_by_switch() {
            let of_pair =
                |wanted: Pair| by_switch.pairs.iter().find(|tested| tested.pair == wanted).map(|tested| (*tested, seen));
            return Pair::ALL.into_iter().filter_map(of_pair).collect();
        }
        let of_pair = |wanted: Pair| {
            let tested = |seen: &'_ Observation| if let Fact::PairTested(tested) = &seen.fact { Some(*tested) } else { None };
            self.pairs
                .iter()
                .rev()
                .find_map(|seen| tested(seen).filter(|tested| tested.pair == wanted).map(|tested| (tested, seen)))
        };
        Pair::ALL.into_iter().filter_map(of_pair).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Moment;

    fn at(ms: u64, fact: Fact) -> Observation {
        Observation { at: Moment::from_ms(ms), frame: None, fact }
    }

    #[test]
    fn of_a_pair_that_was_tested_twice_the_last_result_stands() {
        let tested = |pair, result| Fact::PairTested(PairTested { pair, result, length_cm: None, from: MeasuredFrom::Laptop });
        let mut card = CardSeen::default();
        card.seen(&at(9, tested(Pair::B, PairResult::Ok)));
        card.seen(&at(3, tested(Pair::B, PairResult::Open)));
        card.seen(&at(3, tested(Pair::A, PairResult::Ok)));
        let said: Vec<_> = card.pairs().into_iter().map(|(tested, _)| (tested.pair, tested.result)).collect();
        assert_eq!(said, [(Pair::A, PairResult::Ok), (Pair::B, PairResult::Ok)]);
    }

    #[test]
    fn a_record_of_any_length_fills_no_memory() {
        let mut card = CardSeen::default();
        (0..1000).for_each(|ms| card.seen(&at(ms, Fact::ErrorsGrew(ErrorsGrew::default()))));
        assert_eq!(card.errors.len(), KEPT);
    }

    #[test]
    fn every_silence_has_its_words_in_both_languages() {
        use Silence::{Down, NoAnswer, NoLink, NotAllowed, NotSupported, NothingTold, OldKernel, Refused, Virtual};
        use Silence::{PortUnknown, SwitchCannot, SwitchDenied, SwitchFailed, SwitchSilent};
        let by_switch = [PortUnknown, SwitchCannot, SwitchDenied, SwitchFailed, SwitchSilent];
        let card = [NotSupported, NothingTold, NoLink, Virtual, OldKernel, NotAllowed, Down, NoAnswer, Refused("busy".into())];
        let all = [&card[..], &by_switch].concat();
        let mut said: Vec<String> = all.iter().flat_map(|why| Language::ALL.map(|language| why.say(language))).collect();
        said.sort();
        said.dedup();
        assert_eq!(said.len(), 2 * all.len());
    }
}
