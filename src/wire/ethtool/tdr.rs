//! The trace of a cable: what comes back of a pulse, by distance (ETHTOOL_MSG_CABLE_TEST_TDR_ACT and _NTF; numbers of
//! `linux/ethtool_netlink.h`). Read by hand: netlink-bindings 0.3.5 takes its nest for that of the plain cable test.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{GENERIC_HEADER, PROTOCOL, Pair};
use crate::wire::Malformed;
use crate::wire::attribute::{each, u32_of};

/// Points of a pair that are kept: the kernel's message has room for fewer (8 KiB, `ethnl_cable_test_alloc`).
const MAX_POINTS: usize = 512;

/// What came back of a pulse.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Trace {
    /// How strong the pulse was, in millivolts.
    pub pulse_mv: Option<u16>,
    /// The distance of the first point, in centimetres.
    pub first_cm: u32,
    /// From one point to the next, in centimetres; 0 where the card does not say.
    pub step_cm: u32,
    /// What came back on each pair.
    pub pairs: Vec<PairTrace>,
}

/// The trace of one pair.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct PairTrace {
    /// The pair.
    pub pair: Pair,
    /// Millivolts at each point: above zero from an open end, below from a short.
    pub amplitudes_mv: Vec<i16>,
}

impl Trace {
    /// The distance of a point, in centimetres.
    pub fn distance_cm(&self, point: usize) -> u32 {
        self.first_cm.saturating_add(self.step_cm.saturating_mul(u32::try_from(point).unwrap_or(u32::MAX)))
    }
}

/// News of a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceResults {
    /// The interface whose cable it is.
    pub interface: Option<u32>,
    /// It has come to its end.
    pub completed: bool,
    /// What came back.
    pub trace: Trace,
}

/// How far is measured, and how finely, in centimetres: a long channel and a half, and so that four pairs fit into one message.
const LAST: u32 = 15_000;
const STEP: u32 = 200;

/// What follows the header of the question: ETHTOOL_A_CABLE_TEST_TDR_CFG with its first, last and step; all pairs.
pub(super) fn configuration() -> Vec<u8> {
    let number = |kind: u16, value: u32| [&8u16.to_ne_bytes()[..], &kind.to_ne_bytes(), &value.to_ne_bytes()].concat();
    let inside = [number(1, STEP), number(2, LAST), number(3, STEP)].concat();
    let nested = 2u16 | 1 << 15;
    [&(4 + inside.len() as u16).to_ne_bytes()[..], &nested.to_ne_bytes(), &inside].concat()
}

/// ETHTOOL_MSG_CABLE_TEST_TDR_NTF.
pub(super) fn results(attributes: &[u8]) -> Result<TraceResults, Malformed> {
    let cut = |at: usize| Malformed { protocol: PROTOCOL, field: "TDR attribute", offset: GENERIC_HEADER + at };
    let mut told = TraceResults::default();
    for attribute in each(attributes) {
        match attribute.map_err(cut)? {
            // The header holds the index of the interface (ETHTOOL_A_HEADER_DEV_INDEX).
            (1, header) => {
                told.interface = each(header).flatten().find(|(kind, _)| *kind == 1).and_then(|(_, value)| u32_of(value))
            }
            (2, [status]) => told.completed = *status == 2,
            (3, nest) => each(nest).flatten().for_each(|(kind, value)| told.trace.add(kind, value)),
            _ => {}
        }
    }
    Ok(told)
}

impl Trace {
    /// ETHTOOL_A_CABLE_TDR_NEST_STEP, _AMPLITUDE, _PULSE.
    fn add(&mut self, kind: u16, nest: &[u8]) {
        let of = |wanted: u16| each(nest).flatten().find(|(kind, _)| *kind == wanted).map(|(_, value)| value);
        let short = |wanted: u16| of(wanted).and_then(|value| value.first_chunk()).copied();
        match kind {
            1 => {
                self.first_cm = of(1).and_then(u32_of).unwrap_or_default();
                self.step_cm = of(3).and_then(u32_of).unwrap_or_default();
            }
            2 => {
                let (Some(pair), Some(mv)) = (of(1).and_then(|pair| Pair::of(*pair.first()?)), short(2).map(i16::from_ne_bytes))
                else {
                    return;
                };
                let known = self.pairs.iter().position(|trace| trace.pair == pair);
                let at = known.unwrap_or_else(|| {
                    self.pairs.push(PairTrace { pair, amplitudes_mv: Vec::new() });
                    self.pairs.len() - 1
                });
                let points = &mut self.pairs[at].amplitudes_mv;
                if points.len() < MAX_POINTS {
                    points.push(mv);
                }
            }
            3 => self.pulse_mv = short(1).map(u16::from_ne_bytes),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Message, Question, parse};
    use super::*;

    fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let mut bytes = [&(4 + value.len() as u16).to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn amplitude(pair: u8, mv: i16) -> Vec<u8> {
        attribute(2, &[attribute(1, &[pair]), attribute(2, &mv.to_ne_bytes())].concat())
    }

    fn told(nest: &[Vec<u8>]) -> Vec<u8> {
        let header = attribute(1, &attribute(1, &3u32.to_ne_bytes()));
        [vec![28, 1, 0, 0], header, attribute(2, &[2]), attribute(3 | 1 << 15, &nest.concat())].concat()
    }

    #[test]
    fn points_of_pairs_in_turn_are_sorted_by_pair() {
        let steps: Vec<Vec<u8>> =
            [(1, 200u32), (2, 15_000), (3, 200)].iter().map(|(kind, cm)| attribute(*kind, &cm.to_ne_bytes())).collect();
        let nest = [
            attribute(3, &attribute(1, &1000u16.to_ne_bytes())),
            attribute(1, &steps.concat()),
            amplitude(0, 10),
            amplitude(1, -7),
            amplitude(0, 640),
            amplitude(1, -512),
            amplitude(9, 1),
        ];
        let Ok(Message::Trace(told)) = parse(&told(&nest)) else { panic!("a sound message") };
        assert_eq!((told.interface, told.completed), (Some(3), true));
        let pair = |pair, points: &[i16]| PairTrace { pair, amplitudes_mv: points.to_vec() };
        let pairs = vec![pair(Pair::A, &[10, 640]), pair(Pair::B, &[-7, -512])];
        assert_eq!(told.trace, Trace { pulse_mv: Some(1000), first_cm: 200, step_cm: 200, pairs });
        assert_eq!((told.trace.distance_cm(1), told.trace.distance_cm(usize::MAX)), (400, u32::MAX));
    }

    #[test]
    fn more_points_than_a_message_holds_fill_no_memory_and_a_cut_one_is_named() {
        let Ok(Message::Trace(many)) = parse(&told(&vec![amplitude(0, 1); 3_000])) else { panic!("a sound message") };
        assert_eq!(many.trace.pairs[0].amplitudes_mv.len(), MAX_POINTS);
        let whole = told(&[amplitude(0, 1)]);
        assert!(parse(&whole[..whole.len() - 1]).is_err());
    }

    #[test]
    fn the_question_names_its_interface_and_how_far_and_finely_to_measure() {
        let question = Question::Trace.message(3);
        assert_eq!(question[0], 27);
        let kinds: Vec<u16> = each(&question[4..]).map(|attribute| attribute.expect("whole").0).collect();
        assert_eq!(kinds, [1, 2]);
    }
}
