//! Edgecore (cableDiagMgt of ECS4120-MIB, revision of 28 September 2023; of ECS4100-MIB, ECS4510-MIB and ES3552M-AND-PoE-MIB as
//! well). Each series has a branch of its own, under which its sysObjectID lies too, and the same objects in it.
//!
//! One object starts the test of any port (cableDiagCtlAction) and reads as 0. Earlier results cannot be cleared: new ones are
//! known by their time (cableDiagResultTime). Distances are of faults, in metres.

use super::{Maker, Measured, PairMeasured, Progress, metres, number, octets};
use crate::mib::{Oid, Varbind};
use crate::wire::ethtool::{Pair, PairResult};

/// A series of switches.
pub struct Edgecore {
    /// cableDiagMgt: the objects of the series, then `2 3`.
    pub root: &'static Oid,
}

/// ECS4120 series.
pub const ECS4120: Edgecore = Edgecore { root: &[1, 3, 6, 1, 4, 1, 259, 10, 1, 45, 1, 2, 3] };
/// ECS4100 series.
pub const ECS4100: Edgecore = Edgecore { root: &[1, 3, 6, 1, 4, 1, 259, 10, 1, 46, 1, 2, 3] };
/// ECS4510 series.
pub const ECS4510: Edgecore = Edgecore { root: &[1, 3, 6, 1, 4, 1, 259, 10, 1, 24, 1, 2, 3] };
/// ES3552M-PoE.
pub const ES3552M: Edgecore = Edgecore { root: &[1, 3, 6, 1, 4, 1, 259, 8, 1, 12, 1, 2, 3] };

/// The columns cableDiagResultStatusPairA to …D, and cableDiagResultDistancePairA to …D.
const PAIRS: [(Pair, u32, u32); 4] = [(Pair::A, 2, 6), (Pair::B, 3, 7), (Pair::C, 4, 8), (Pair::D, 5, 9)];
/// cableDiagResultTime.
const TIME: u32 = 11;
/// notTestedYet(1).
const NOT_TESTED_YET: i32 = 1;
/// underTesting(12), of the ECS4510 series.
const UNDER_TESTING: i32 = 12;

impl Edgecore {
    fn cell(&self, column: u32, port: u32) -> Box<Oid> {
        [self.root, &[2, 1, column, port]].concat().into()
    }
}

impl Maker for Edgecore {
    /// ECS4120-MIB has an object for it (cableDiagResultDistanceAccuracy), the other series none. Makers of such tests usually
    /// say 3 to 5 m: the worse is taken.
    fn accuracy_m(&self) -> u8 {
        5
    }

    fn action(&self, _: u32) -> Box<Oid> {
        [self.root, &[1, 0]].concat().into()
    }

    /// The ifIndex of the port.
    fn start(&self, port: u32) -> i32 {
        i32::try_from(port).unwrap_or(i32::MAX)
    }

    fn results(&self, port: u32) -> Vec<Box<Oid>> {
        let of_pair = |(_, status, distance)| [self.cell(status, port), self.cell(distance, port)];
        PAIRS.into_iter().flat_map(of_pair).chain([self.cell(TIME, port)]).collect()
    }

    fn made(&self, told: &[Varbind], port: u32) -> Option<Box<[u8]>> {
        octets(told, &self.cell(TIME, port))
    }

    fn read(&self, told: &[Varbind], port: u32) -> Progress {
        let status = |column| number(told, &self.cell(column, port));
        let measured = |(pair, column, distance)| {
            let result = result(status(column)?);
            let fault = result.is_good() == Some(false) || result == PairResult::ResolutionNotPossible;
            let length_cm = number(told, &self.cell(distance, port)).filter(|_| fault).and_then(metres);
            Some(PairMeasured { pair, result, length_cm })
        };
        let said: Vec<i32> = PAIRS.into_iter().filter_map(|(_, column, _)| status(column)).collect();
        match said.as_slice() {
            said if said.contains(&UNDER_TESTING) || said.iter().all(|&code| code == NOT_TESTED_YET) => Progress::Running,
            // failed(9), notSupported(10).
            said if said.iter().all(|code| matches!(code, 9 | 10)) => Progress::Failed,
            _ => Progress::Over(Measured::Pairs(PAIRS.into_iter().filter_map(measured).collect())),
        }
    }
}

/// cableDiagResultStatusPairN. noCable(11), of the newer series, is a pair that leads nowhere; crosstalk(6) is "incorrectly
/// connected at one end", which is none of the results that other makers have.
fn result(code: i32) -> PairResult {
    match code {
        2 => PairResult::Ok,
        3 | 11 => PairResult::Open,
        4 => PairResult::SameShort,
        // openShort(5): it has both faults, and nobody says which is where.
        5 => PairResult::ResolutionNotPossible,
        8 => PairResult::ImpedanceMismatch,
        // notTestedYet(1), unknown(7), failed(9), notSupported(10).
        1 | 7 | 9 | 10 => PairResult::Unspecified,
        code => PairResult::Unknown(u8::try_from(code).unwrap_or(u8::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mib::Value;

    fn told(pairs: [(i128, i128); 4]) -> Vec<Varbind> {
        let rows = PAIRS.into_iter().zip(pairs).flat_map(|((_, status, distance), (code, metres))| {
            [(status, code), (distance, metres)].map(|(column, said)| Varbind::new(ECS4120.cell(column, 7), Value::Number(said)))
        });
        rows.collect()
    }

    #[test]
    fn each_pair_has_its_code_and_a_fault_its_metres() {
        let rows = told([(2, 0), (3, 38), (4, 12), (6, 3)]);
        let pair = |pair, result, length_cm| PairMeasured { pair, result, length_cm };
        let expected = vec![
            pair(Pair::A, PairResult::Ok, None),
            pair(Pair::B, PairResult::Open, Some(3_800)),
            pair(Pair::C, PairResult::SameShort, Some(1_200)),
            pair(Pair::D, PairResult::Unknown(6), None),
        ];
        assert_eq!(ECS4120.read(&rows, 7), Progress::Over(Measured::Pairs(expected)));
        let asked = ECS4120.results(7);
        assert!(rows.iter().all(|row| asked.contains(&row.oid)), "every object that is read is asked for");
        assert_eq!(ECS4100.read(&rows, 7), Progress::Running, "the objects of another series are not ours");
    }

    #[test]
    fn codes_are_those_of_the_mib_and_no_others() {
        assert_eq!([8, 11].map(result), [PairResult::ImpedanceMismatch, PairResult::Open]);
        assert_eq!([5, 7].map(result), [PairResult::ResolutionNotPossible, PairResult::Unspecified]);
    }

    #[test]
    fn what_was_not_tested_has_no_result_and_what_failed_says_so() {
        assert_eq!(ECS4120.read(&told([(1, 0); 4]), 7), Progress::Running);
        assert_eq!(ECS4120.read(&told([(2, 0), (2, 0), (12, 0), (1, 0)]), 7), Progress::Running);
        assert_eq!(ECS4120.read(&told([(10, 0); 4]), 7), Progress::Failed);
    }

    #[test]
    fn a_port_is_started_by_its_number() {
        assert_eq!((ECS4120.start(7), ECS4120.action(7)), (7, ECS4120.action(9)));
    }
}
