//! The cable test: what each pair says, and at what distance.

use netlink_bindings::ethtool as layout;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::malformed;
use crate::language::Language;
use crate::wire::Malformed;

/// A pair of the cable, as the PHY counts them (`ETHTOOL_A_CABLE_PAIR_*`; IEEE 802.3, 40.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Pair {
    /// Pins 1 and 2.
    A,
    /// Pins 3 and 6.
    B,
    /// Pins 4 and 5.
    C,
    /// Pins 7 and 8.
    D,
}

impl Pair {
    /// All four.
    pub const ALL: [Pair; 4] = [Pair::A, Pair::B, Pair::C, Pair::D];

    /// Its pins, as they stand on a tester: `4-5`.
    pub fn pins(self) -> &'static str {
        match self {
            Pair::A => "1-2",
            Pair::B => "3-6",
            Pair::C => "4-5",
            Pair::D => "7-8",
        }
    }

    /// Its colour in T568B, then in T568A; one alone where both are the same (TIA-568).
    pub fn colours(self, language: Language) -> &'static str {
        match self {
            Pair::A => language.pick("orange in T568B, green in T568A", "orange en T568B, vert en T568A"),
            Pair::B => language.pick("green in T568B, orange in T568A", "vert en T568B, orange en T568A"),
            Pair::C => language.pick("blue", "bleu"),
            Pair::D => language.pick("brown", "marron"),
        }
    }

    pub(super) fn of(number: u8) -> Option<Pair> {
        Pair::ALL.get(usize::from(number)).copied()
    }
}

/// What the test says of a pair (`ETHTOOL_A_CABLE_RESULT_CODE_*`; 5 to 7 are of Linux 6.12 and later).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PairResult {
    /// 0: the PHY does not say.
    Unspecified,
    /// 1: no fault.
    Ok,
    /// 2: a wire is not connected.
    Open,
    /// 3: its two wires touch.
    SameShort,
    /// 4: a wire touches one of another pair.
    CrossShort,
    /// 5: the impedance changes: a crushed cable, a bad joint, cable of another kind.
    ImpedanceMismatch,
    /// 6: too much noise to measure, mostly because the other end is sending.
    Noise,
    /// 7: the PHY cannot resolve the fault.
    ResolutionNotPossible,
    /// A code that is newer than this program.
    Unknown(u8),
}

impl PairResult {
    fn of(code: u8) -> PairResult {
        match code {
            0 => PairResult::Unspecified,
            1 => PairResult::Ok,
            2 => PairResult::Open,
            3 => PairResult::SameShort,
            4 => PairResult::CrossShort,
            5 => PairResult::ImpedanceMismatch,
            6 => PairResult::Noise,
            7 => PairResult::ResolutionNotPossible,
            code => PairResult::Unknown(code),
        }
    }

    /// Whether the pair is good; `None` where the test does not tell.
    pub fn is_good(self) -> Option<bool> {
        match self {
            PairResult::Ok => Some(true),
            PairResult::Open | PairResult::SameShort | PairResult::CrossShort | PairResult::ImpedanceMismatch => Some(false),
            PairResult::Unspecified | PairResult::Noise | PairResult::ResolutionNotPossible | PairResult::Unknown(_) => None,
        }
    }

    /// The result in words.
    pub fn say(self, language: Language) -> String {
        let text = match self {
            PairResult::Unspecified => language.pick("no result told", "aucun résultat indiqué"),
            PairResult::Ok => language.pick("good", "bonne"),
            PairResult::Open => language.pick("open", "coupée"),
            PairResult::SameShort => language.pick("shorted within the pair", "en court-circuit sur elle-même"),
            PairResult::CrossShort => language.pick("shorted to another pair", "en court-circuit avec une autre paire"),
            PairResult::ImpedanceMismatch => language.pick("impedance mismatch", "défaut d'impédance"),
            PairResult::Noise => language.pick("too noisy to measure", "trop de bruit pour mesurer"),
            PairResult::ResolutionNotPossible => language.pick("the fault cannot be resolved", "défaut impossible à situer"),
            PairResult::Unknown(code) => {
                return language.pick(format!("unknown result {code}"), format!("résultat inconnu ({code})"));
            }
        };
        text.to_owned()
    }
}

/// News of a cable test.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CableResults {
    /// The interface whose cable it is.
    pub interface: Option<u32>,
    /// The test has come to its end.
    pub completed: bool,
    /// What was said of each pair, in the order in which it was said.
    pub results: Vec<(Pair, PairResult)>,
    /// At what distance the fault of a pair lies, in centimetres.
    pub lengths_cm: Vec<(Pair, u32)>,
}

/// Results of one message that are kept; there is one of each pair.
const RESULTS: usize = 16;

/// ETHTOOL_MSG_CABLE_TEST_NTF. A fifth pair is none of ours and is left out.
pub(super) fn results(attributes: &[u8]) -> Result<CableResults, Malformed> {
    let mut told = CableResults::default();
    for attribute in layout::CableTestNtf::new(attributes) {
        match attribute.map_err(|error| malformed(&error))? {
            layout::CableTestNtf::Header(header) => {
                for attribute in header {
                    if let layout::Header::DevIndex(index) = attribute.map_err(|error| malformed(&error))? {
                        told.interface = Some(index);
                    }
                }
            }
            // ETHTOOL_A_CABLE_TEST_NTF_STATUS_COMPLETED
            layout::CableTestNtf::Status(status) => told.completed = status == 2,
            layout::CableTestNtf::Nest(nest) => one_by_one(nest, &mut told)?,
        }
    }
    told.results.truncate(RESULTS);
    told.lengths_cm.truncate(RESULTS);
    Ok(told)
}

fn one_by_one(nest: layout::IterableCableNest<'_>, told: &mut CableResults) -> Result<(), Malformed> {
    for attribute in nest {
        match attribute.map_err(|error| malformed(&error))? {
            layout::CableNest::Result(result) => {
                let (mut pair, mut code) = (None, None);
                for attribute in result {
                    match attribute.map_err(|error| malformed(&error))? {
                        layout::CableResult::Pair(number) => pair = Pair::of(number),
                        layout::CableResult::Code(number) => code = Some(PairResult::of(number)),
                        layout::CableResult::Src(_) => {}
                    }
                }
                told.results.extend(pair.zip(code));
            }
            layout::CableNest::FaultLength(length) => {
                let (mut pair, mut cm) = (None, None);
                for attribute in length {
                    match attribute.map_err(|error| malformed(&error))? {
                        layout::CableFaultLength::Pair(number) => pair = Pair::of(number),
                        layout::CableFaultLength::Cm(length) => cm = Some(length),
                        layout::CableFaultLength::Src(_) => {}
                    }
                }
                told.lengths_cm.extend(pair.zip(cm));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Message, parse};
    use super::*;

    fn told(status: u8, results: &[(u8, u8)], lengths: &[(u8, u32)]) -> Message {
        let mut bytes = vec![27, 1, 0, 0];
        let message = layout::PushCableTestNtf::new(&mut bytes).nested_header().push_dev_index(3).end_nested();
        let mut nest = message.push_status(status).nested_nest();
        for (pair, code) in results {
            nest = nest.nested_result().push_pair(*pair).push_code(*code).end_nested();
        }
        for (pair, cm) in lengths {
            nest = nest.nested_fault_length().push_pair(*pair).push_cm(*cm).end_nested();
        }
        drop(nest);
        parse(&bytes).expect("a sound message")
    }

    #[test]
    fn each_pair_has_its_result_and_the_distance_of_its_fault() {
        let message = told(2, &[(0, 1), (1, 2), (2, 3), (3, 4)], &[(1, 1250), (2, 4210), (3, 730)]);
        let Message::Cable(cable) = message else { panic!("{message:?}") };
        assert_eq!((cable.interface, cable.completed), (Some(3), true));
        let results = [PairResult::Ok, PairResult::Open, PairResult::SameShort, PairResult::CrossShort];
        assert_eq!(cable.results, Pair::ALL.into_iter().zip(results).collect::<Vec<_>>());
        assert_eq!(cable.lengths_cm, [(Pair::B, 1250), (Pair::C, 4210), (Pair::D, 730)]);
    }

    #[test]
    fn the_codes_of_newer_kernels_are_read_and_those_of_later_ones_are_not_taken_for_another() {
        let message = told(2, &[(0, 5), (1, 6), (2, 7), (3, 8), (7, 1)], &[]);
        let Message::Cable(cable) = message else { panic!("{message:?}") };
        let results =
            [PairResult::ImpedanceMismatch, PairResult::Noise, PairResult::ResolutionNotPossible, PairResult::Unknown(8)];
        assert_eq!(cable.results, Pair::ALL.into_iter().zip(results).collect::<Vec<_>>());
        assert_eq!(results.map(PairResult::is_good), [Some(false), None, None, None]);
    }

    #[test]
    fn a_test_that_has_only_begun_has_not_ended() {
        let message = told(1, &[], &[]);
        assert_eq!(message, Message::Cable(CableResults { interface: Some(3), ..CableResults::default() }));
    }

    #[test]
    fn every_result_has_its_words_in_both_languages() {
        let mut said: Vec<String> =
            (0..=8).flat_map(|code| Language::ALL.map(|language| PairResult::of(code).say(language))).collect();
        said.sort();
        said.dedup();
        assert_eq!(said.len(), 18);
    }
}
