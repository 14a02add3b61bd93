//! Extreme Networks (EXTREME-CABLE-MIB, revision of 11 October 2013: extremeDiagPortConfigTable and extremeDiagPortDiagTable, by
//! ifIndex and mode, of which manual(2) is the one that is started by hand).
//!
//! Earlier results cannot be cleared: new ones are known by their time (extremeDiagPortDateTime). The MIB gives lengths without
//! saying their unit, so that none is taken from it.

use super::{Maker, Measured, PairMeasured, Progress, number, octets};
use crate::mib::{Oid, Varbind};
use crate::wire::ethtool::{Pair, PairResult};

/// An Extreme switch.
pub struct Extreme;

const CABLE: &Oid = &[1, 3, 6, 1, 4, 1, 1916, 1, 24];
/// extremeDiagPortCfgMode, extremeDiagPortDiagMode: manual(2).
const MANUAL: u32 = 2;
/// The columns extremeDiagPortPairAStatus to …DStatus.
const PAIRS: [(u32, Pair); 4] = [(10, Pair::A), (15, Pair::B), (20, Pair::C), (25, Pair::D)];
/// extremeDiagPortDateTime.
const TIME: u32 = 26;

fn diagnosed(column: u32, port: u32) -> Box<Oid> {
    [CABLE, &[3, 1, column, port, MANUAL]].concat().into()
}

impl Maker for Extreme {
    /// The MIB states none; the makers' manuals do, 3 to 5 m.
    fn accuracy_m(&self) -> u8 {
        5
    }

    /// extremeDiagPortCfgStatus: enable(1), disable(2), run(3), diagfail(4).
    fn action(&self, port: u32) -> Box<Oid> {
        [CABLE, &[2, 1, 3, port, MANUAL]].concat().into()
    }

    /// enable(1): the port is one of those that run(3) tests.
    fn first(&self) -> Option<i32> {
        Some(1)
    }

    fn start(&self, _: u32) -> i32 {
        3
    }

    fn results(&self, port: u32) -> Vec<Box<Oid>> {
        let columns = PAIRS.map(|(column, _)| column).into_iter().chain([TIME]);
        columns.map(|column| diagnosed(column, port)).chain([self.action(port)]).collect()
    }

    fn made(&self, told: &[Varbind], port: u32) -> Option<Box<[u8]>> {
        octets(told, &diagnosed(TIME, port))
    }

    fn read(&self, told: &[Varbind], port: u32) -> Progress {
        let measured = |&(column, pair): &(u32, Pair)| {
            let result = result(number(told, &diagnosed(column, port))?);
            Some(PairMeasured { pair, result, length_cm: None })
        };
        match number(told, &self.action(port)) {
            Some(3) | None => Progress::Running,
            // diagfail(4) stands there where a pair is bad as well: the pairs say which.
            Some(_) => match PAIRS.iter().filter_map(measured).collect::<Vec<_>>() {
                pairs if pairs.is_empty() => Progress::Running,
                pairs => Progress::Over(Measured::Pairs(pairs)),
            },
        }
    }
}

/// extremeDiagPortPairNStatus: open(1), short(2), terminated(3), imperror(4), unknown(5).
fn result(code: i32) -> PairResult {
    match code {
        1 => PairResult::Open,
        2 => PairResult::SameShort,
        3 => PairResult::Ok,
        4 => PairResult::ImpedanceMismatch,
        5 => PairResult::Unspecified,
        code => PairResult::Unknown(u8::try_from(code).unwrap_or(u8::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mib::Value;

    fn told(status: i128, pairs: [i128; 4]) -> Vec<Varbind> {
        let rows = PAIRS.iter().zip(pairs).map(|(&(column, _), code)| Varbind::new(diagnosed(column, 1007), Value::Number(code)));
        rows.chain([Varbind::new(Extreme.action(1007), Value::Number(status))]).collect()
    }

    #[test]
    fn each_pair_has_its_code_and_no_length_without_a_unit() {
        let rows = told(4, [3, 1, 2, 4]);
        let results = [PairResult::Ok, PairResult::Open, PairResult::SameShort, PairResult::ImpedanceMismatch];
        let pairs = Pair::ALL.into_iter().zip(results).map(|(pair, result)| PairMeasured { pair, result, length_cm: None });
        assert_eq!(Extreme.read(&rows, 1007), Progress::Over(Measured::Pairs(pairs.collect())));
        let asked = Extreme.results(1007);
        assert!(rows.iter().all(|row| asked.contains(&row.oid)), "every object that is read is asked for");
    }

    #[test]
    fn a_test_that_runs_has_no_result() {
        assert_eq!(Extreme.read(&told(3, [3; 4]), 1007), Progress::Running);
        assert_eq!(Extreme.read(&told(1, [3; 4]), 1008), Progress::Running);
    }
}
