//! D-Link (DLINKSW-CABLE-DIAG-MIB: dCableDiagIfTable and dCableDiagResultTable, by ifIndex). Lengths are in metres.

use super::{Maker, Measured, PairMeasured, Progress, metres};
use crate::mib::{Column, Oid, Varbind};
use crate::wire::ethtool::{Pair, PairResult};

const ACTION: Column = Column { name: "dCableDiagIfAction", oid: &[1, 3, 6, 1, 4, 1, 171, 14, 58, 1, 1, 1, 1] };
const STATUS: Column = Column { name: "dCableDiagResultStatus", oid: &[1, 3, 6, 1, 4, 1, 171, 14, 58, 1, 2, 1, 9] };

/// Of each pair dCableDiagResultPairNStatus and dCableDiagResultPairNLength. The MIB counts pairs without naming their pins: the
/// order is taken to be that of every other maker.
const PAIRS: [(Pair, Column, Column); 4] = [
    (
        Pair::A,
        Column { name: "dCableDiagResultPair1Status", oid: &[1, 3, 6, 1, 4, 1, 171, 14, 58, 1, 2, 1, 1] },
        Column { name: "dCableDiagResultPair1Length", oid: &[1, 3, 6, 1, 4, 1, 171, 14, 58, 1, 2, 1, 5] },
    ),
    (
        Pair::B,
        Column { name: "dCableDiagResultPair2Status", oid: &[1, 3, 6, 1, 4, 1, 171, 14, 58, 1, 2, 1, 2] },
        Column { name: "dCableDiagResultPair2Length", oid: &[1, 3, 6, 1, 4, 1, 171, 14, 58, 1, 2, 1, 6] },
    ),
    (
        Pair::C,
        Column { name: "dCableDiagResultPair3Status", oid: &[1, 3, 6, 1, 4, 1, 171, 14, 58, 1, 2, 1, 3] },
        Column { name: "dCableDiagResultPair3Length", oid: &[1, 3, 6, 1, 4, 1, 171, 14, 58, 1, 2, 1, 7] },
    ),
    (
        Pair::D,
        Column { name: "dCableDiagResultPair4Status", oid: &[1, 3, 6, 1, 4, 1, 171, 14, 58, 1, 2, 1, 4] },
        Column { name: "dCableDiagResultPair4Length", oid: &[1, 3, 6, 1, 4, 1, 171, 14, 58, 1, 2, 1, 8] },
    ),
];

/// A D-Link switch.
pub struct Dlink;

impl Maker for Dlink {
    fn accuracy_m(&self) -> u8 {
        5
    }

    /// dCableDiagIfAction: noOp(1), test(2), clear(3).
    fn action(&self, port: u32) -> Box<Oid> {
        ACTION.object(&[port])
    }

    fn first(&self) -> Option<i32> {
        Some(3)
    }

    fn start(&self, _: u32) -> i32 {
        2
    }

    fn results(&self, port: u32) -> Vec<Box<Oid>> {
        results(port)
    }

    fn read(&self, told: &[Varbind], port: u32) -> Progress {
        read(told, port)
    }
}

fn results(port: u32) -> Vec<Box<Oid>> {
    let of_pairs = PAIRS.iter().flat_map(|(_, status, length)| [status.object(&[port]), length.object(&[port])]);
    std::iter::once(STATUS.object(&[port])).chain(of_pairs).collect()
}

fn read(told: &[Varbind], port: u32) -> Progress {
    let measured = |(pair, status, length): &(Pair, Column, Column)| {
        let result = result(status.number(told, &[port])?);
        Some(PairMeasured { pair: *pair, result, length_cm: length.number(told, &[port]).and_then(metres) })
    };
    match STATUS.number(told, &[port]) {
        // notRun(0), processing(1), lastTestOk(2), lastTestFailed(3).
        Some(2) => Progress::Over(Measured::Pairs(PAIRS.iter().filter_map(measured).collect())),
        Some(3) => Progress::Failed,
        _ => Progress::Running,
    }
}

/// DlinkCableDiagStatus. crosstalk(5), noCable(7) and shutdown(8) are none of the results that other makers have.
fn result(code: i32) -> PairResult {
    match code {
        1 => PairResult::Ok,
        2 => PairResult::Open,
        3 => PairResult::SameShort,
        // openOrShort(4): the PHY cannot tell these apart.
        4 => PairResult::ResolutionNotPossible,
        // other(0), unKnown(6).
        0 | 6 => PairResult::Unspecified,
        code => PairResult::Unknown(u8::try_from(code).unwrap_or(u8::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mib::Value;

    fn told(status: i128, pairs: [(i128, i128); 4]) -> Vec<Varbind> {
        let mut rows = vec![Varbind::new(STATUS.object(&[7]), Value::Number(status))];
        for ((_, result, length), (code, metres)) in PAIRS.iter().zip(pairs) {
            rows.push(Varbind::new(result.object(&[7]), Value::Number(code)));
            rows.push(Varbind::new(length.object(&[7]), Value::Number(metres)));
        }
        rows
    }

    #[test]
    fn each_pair_has_its_code_and_its_metres() {
        let rows = told(2, [(1, -1), (2, 38), (4, 12), (5, 3)]);
        let pair = |pair, result, length_cm| PairMeasured { pair, result, length_cm };
        let expected = [
            pair(Pair::A, PairResult::Ok, None),
            pair(Pair::B, PairResult::Open, Some(3_800)),
            pair(Pair::C, PairResult::ResolutionNotPossible, Some(1_200)),
            pair(Pair::D, PairResult::Unknown(5), Some(300)),
        ];
        assert_eq!(read(&rows, 7), Progress::Over(Measured::Pairs(expected.to_vec())));
        let asked = results(7);
        assert!(rows.iter().all(|row| asked.contains(&row.oid)), "every object that is read is asked for");
    }

    #[test]
    fn a_test_that_runs_has_no_result_and_one_that_failed_says_so() {
        let old = [(2, 38); 4];
        assert_eq!([0, 1, 3].map(|status| read(&told(status, old), 7)), [Progress::Running, Progress::Running, Progress::Failed]);
        assert_eq!(read(&[], 7), Progress::Running);
    }
}
