//! Cisco IOS and IOS XE (CISCO-CABLE-DIAG-MIB: ccdTdrIfTable by ifIndex, ccdTdrIfResultTable by ifIndex and pair).

use super::{Maker, Measured, PairMeasured, Progress, metres};
use crate::mib::{Column, Oid, Varbind};
use crate::wire::ethtool::{Pair, PairResult};

const ACTION: Column = Column { name: "ccdTdrIfAction", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 390, 1, 2, 1, 1, 1] };
const ACTION_STATUS: Column = Column { name: "ccdTdrIfActionStatus", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 390, 1, 2, 1, 1, 2] };
const VALID: Column = Column { name: "ccdTdrIfResultValid", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 390, 1, 2, 1, 1, 4] };
const LENGTH: Column = Column { name: "ccdTdrIfResultPairLength", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 390, 1, 2, 2, 1, 3] };
const DISTANCE: Column = Column { name: "ccdTdrIfResultPairDistToFault", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 390, 1, 2, 2, 1, 5] };
const UNIT: Column = Column { name: "ccdTdrIfResultPairLengthUnit", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 390, 1, 2, 2, 1, 7] };
const STATUS: Column = Column { name: "ccdTdrIfResultPairStatus", oid: &[1, 3, 6, 1, 4, 1, 9, 9, 390, 1, 2, 2, 1, 8] };

/// A Cisco switch.
pub struct Cisco;

impl Maker for Cisco {
    /// It stands in the results, and is some 10 m at 68 m.
    fn accuracy_m(&self) -> u8 {
        10
    }

    /// ccdTdrIfAction: start(1), clear(2), running(3), notRunning(4).
    fn action(&self, port: u32) -> Box<Oid> {
        ACTION.object(&[port])
    }

    fn first(&self) -> Option<i32> {
        Some(2)
    }

    fn start(&self, _: u32) -> i32 {
        1
    }

    fn results(&self, port: u32) -> Vec<Box<Oid>> {
        results(port)
    }

    fn read(&self, told: &[Varbind], port: u32) -> Progress {
        read(told, port)
    }
}

/// pair1to2(1), pair3to6(2), pair4to5(3), pair7to8(4).
const PAIRS: [(u32, Pair); 4] = [(1, Pair::A), (2, Pair::B), (3, Pair::C), (4, Pair::D)];

fn results(port: u32) -> Vec<Box<Oid>> {
    let of_pair = |(number, _)| [LENGTH, DISTANCE, UNIT, STATUS].map(|column| column.object(&[port, number]));
    let of_port = [ACTION, ACTION_STATUS, VALID].map(|column| column.object(&[port]));
    of_port.into_iter().chain(PAIRS.into_iter().flat_map(of_pair)).collect()
}

fn read(told: &[Varbind], port: u32) -> Progress {
    let status = |pair: u32| STATUS.number(told, &[port, pair]);
    let (action, valid) = (ACTION.number(told, &[port]), VALID.number(told, &[port]));
    let goes_on = action == Some(3) || PAIRS.iter().any(|&(pair, _)| status(pair) == Some(3));
    // succeeded(1); the others are failures of four kinds, and mean nothing while a test runs.
    let failed = ACTION_STATUS.number(told, &[port]).is_some_and(|status| status != 1);
    match valid {
        _ if goes_on => Progress::Running,
        // TruthValue: true(1).
        Some(1) => {
            let pairs = PAIRS.iter().filter_map(|&(number, pair)| measured(told, &[port, number], pair));
            Progress::Over(Measured::Pairs(pairs.collect()))
        }
        _ if failed => Progress::Failed,
        _ => Progress::Running,
    }
}

fn measured(told: &[Varbind], index: &Oid, pair: Pair) -> Option<PairMeasured> {
    let result = result(STATUS.number(told, index)?);
    let of = if result == PairResult::Ok { LENGTH } else { DISTANCE };
    let length = of.number(told, index);
    let length_cm = match UNIT.number(told, index) {
        // meter(2), centimeter(3), kilometer(4); unknown(1).
        Some(2) => length.and_then(metres),
        Some(3) => length.and_then(|cm| u32::try_from(cm).ok()),
        Some(4) => length.and_then(metres).and_then(|cm| cm.checked_mul(1000)),
        _ => None,
    };
    Some(PairMeasured { pair, result, length_cm })
}

/// CISCO-CABLE-DIAG-MIB does not say whether a short is within the pair; broken(8) is none of the others.
fn result(code: i32) -> PairResult {
    match code {
        2 => PairResult::Ok,
        5 => PairResult::Open,
        6 => PairResult::SameShort,
        7 => PairResult::ImpedanceMismatch,
        9 => PairResult::ResolutionNotPossible,
        // unknown(1), notCompleted(3), notSupported(4).
        1 | 3 | 4 => PairResult::Unspecified,
        code => PairResult::Unknown(u8::try_from(code).unwrap_or(u8::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mib::Value;

    const PORT: u32 = 10_107;

    fn told(rows: &[(Column, &[u32], i128)]) -> Vec<Varbind> {
        rows.iter().map(|(column, index, value)| Varbind::new([column.oid, index].concat(), Value::Number(*value))).collect()
    }

    #[test]
    fn each_pair_has_its_own_code_and_unit() {
        let mut rows: Vec<(Column, &[u32], i128)> = vec![(ACTION, &[PORT], 4), (ACTION_STATUS, &[PORT], 1), (VALID, &[PORT], 1)];
        rows.extend([(STATUS, &[PORT, 1][..], 2), (LENGTH, &[PORT, 1], 43), (DISTANCE, &[PORT, 1], -1), (UNIT, &[PORT, 1], 2)]);
        rows.extend([
            (STATUS, &[PORT, 2][..], 6),
            (LENGTH, &[PORT, 2], -1),
            (DISTANCE, &[PORT, 2], 1_250),
            (UNIT, &[PORT, 2], 3),
        ]);
        rows.extend([(STATUS, &[PORT, 3][..], 8), (DISTANCE, &[PORT, 3], -1), (UNIT, &[PORT, 3], 1)]);
        rows.extend([(STATUS, &[PORT, 4][..], 5), (LENGTH, &[PORT, 4], -1), (DISTANCE, &[PORT, 4], 38), (UNIT, &[PORT, 4], 2)]);
        let pair = |pair, result, length_cm| PairMeasured { pair, result, length_cm };
        let expected = [
            pair(Pair::A, PairResult::Ok, Some(4_300)),
            pair(Pair::B, PairResult::SameShort, Some(1_250)),
            pair(Pair::C, PairResult::Unknown(8), None),
            pair(Pair::D, PairResult::Open, Some(3_800)),
        ];
        assert_eq!(read(&told(&rows), PORT), Progress::Over(Measured::Pairs(expected.to_vec())));
        let asked = results(PORT);
        assert!(told(&rows).iter().all(|row| asked.contains(&row.oid)), "every object that is read is asked for");
        assert_eq!(read(&told(&rows), PORT + 1), Progress::Running, "another port's results are not ours");
    }

    #[test]
    fn a_test_that_runs_or_was_cleared_has_no_result_and_one_that_failed_says_so() {
        let running = told(&[(ACTION, &[PORT], 3), (ACTION_STATUS, &[PORT], 1), (VALID, &[PORT], 2), (STATUS, &[PORT, 1], 5)]);
        assert_eq!(read(&running, PORT), Progress::Running);
        let unfinished = told(&[(ACTION, &[PORT], 4), (VALID, &[PORT], 1), (STATUS, &[PORT, 1], 2), (STATUS, &[PORT, 2], 3)]);
        assert_eq!(read(&unfinished, PORT), Progress::Running);
        let cleared = told(&[(ACTION, &[PORT], 4), (ACTION_STATUS, &[PORT], 1), (VALID, &[PORT], 2), (STATUS, &[PORT, 1], 5)]);
        assert_eq!(read(&cleared, PORT), Progress::Running);
        let failed = told(&[(ACTION, &[PORT], 4), (ACTION_STATUS, &[PORT], 3), (VALID, &[PORT], 2)]);
        assert_eq!(read(&failed, PORT), Progress::Failed);
    }

    #[test]
    fn a_length_beyond_reason_is_none() {
        let rows = told(&[(STATUS, &[PORT, 1], 5), (DISTANCE, &[PORT, 1], i128::from(i32::MAX)), (UNIT, &[PORT, 1], 4)]);
        assert_eq!(measured(&rows, &[PORT, 1], Pair::A).and_then(|pair| pair.length_cm), None);
    }
}
