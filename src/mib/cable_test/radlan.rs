//! Switches on RADLAN's software: Cisco Small Business, Linksys, Eltex (RADLAN-PHY-MIB, revision of 21 September 2003:
//! rlPhyTestSetTable by ifIndex, rlPhyTestGetTable by ifIndex and test). The tables are the same under each maker's own root.
//!
//! One result stands for the whole cable. An earlier one cannot be cleared: a new one is known by its time
//! (rlPhyTestGetTimeStamp).

use super::{Maker, Measured, Progress, WholeMeasured, WholeResult, metres, number, octets};
use crate::mib::{Oid, Varbind};

/// rlPhy under one maker's root.
pub struct Radlan {
    /// rlPhyTest: `rnd 90 1`.
    pub root: &'static Oid,
}

/// rnd of RADLAN itself, which Eltex keeps.
pub const RADLAN: Radlan = Radlan { root: &[1, 3, 6, 1, 4, 1, 89, 90, 1] };
/// Cisco Small Business keeps the same tables under its own root, 9.6.1.101.
pub const CISCO_SB: Radlan = Radlan { root: &[1, 3, 6, 1, 4, 1, 9, 6, 1, 101, 90, 1] };
/// The root under which Linksys keeps the other tables of RADLAN (see `power_radlan`); that these are there too is inferred.
pub const LINKSYS: Radlan = Radlan { root: &[1, 3, 6, 1, 4, 1, 3955, 1000, 201, 90, 1] };

/// RlPhyTestType: rlPhyTestTableCableStatus(2), rlPhyTestTableCableFault(3), rlPhyTestTableCableLength(4).
const CABLE_STATUS: u32 = 2;
const CABLE_FAULT: u32 = 3;
const CABLE_LENGTH: u32 = 4;
/// Columns of rlPhyTestGetTable.
const STATUS: u32 = 2;
const RESULT: u32 = 3;
const UNITS: u32 = 4;
const TIME: u32 = 6;
/// rlPhyTestGetUnits.
const METER: i32 = 6;
const ALASKA_PHY_STATUS: i32 = 14;
/// rlPhyTestGetStatus: none(1), success(2), inProgress(3), notSupported(4), unAbleToRun(5), aborted(6), failed(7).
const SUCCESS: i32 = 2;

impl Radlan {
    fn cell(&self, column: u32, port: u32, test: u32) -> Box<Oid> {
        [self.root, &[2, 1, column, port, test]].concat().into()
    }

    /// Metres of a test that ran together with that of the status, and not last year.
    fn metres(&self, told: &[Varbind], port: u32, test: u32) -> Option<u32> {
        let of = |column| number(told, &self.cell(column, port, test));
        let time = |test| octets(told, &self.cell(TIME, port, test));
        let together = time(test).is_some() && time(test) == time(CABLE_STATUS);
        (of(STATUS) == Some(SUCCESS) && of(UNITS) == Some(METER) && together).then(|| of(RESULT)).flatten().and_then(metres)
    }
}

impl Maker for Radlan {
    /// The MIB states none. Makers of such tests usually say 3 to 5 m: the worse is taken.
    fn accuracy_m(&self) -> u8 {
        5
    }

    /// rlPhyTestSetType.
    fn action(&self, port: u32) -> Box<Oid> {
        [self.root, &[1, 1, 1, port]].concat().into()
    }

    fn start(&self, _: u32) -> i32 {
        2
    }

    fn results(&self, port: u32) -> Vec<Box<Oid>> {
        let of_test = |test| [STATUS, RESULT, UNITS, TIME].map(|column| self.cell(column, port, test));
        [CABLE_STATUS, CABLE_FAULT, CABLE_LENGTH].into_iter().flat_map(of_test).collect()
    }

    fn made(&self, told: &[Varbind], port: u32) -> Option<Box<[u8]>> {
        octets(told, &self.cell(TIME, port, CABLE_STATUS))
    }

    fn read(&self, told: &[Varbind], port: u32) -> Progress {
        let of = |column| number(told, &self.cell(column, port, CABLE_STATUS));
        match (of(STATUS), of(UNITS), of(RESULT)) {
            (Some(SUCCESS), Some(ALASKA_PHY_STATUS), Some(code)) => {
                let result = result(code);
                let of = if result.is_good() == Some(false) { CABLE_FAULT } else { CABLE_LENGTH };
                let length_cm = self.metres(told, port, of);
                Progress::Over(Measured::Whole(WholeMeasured { result, length_cm }))
            }
            (Some(SUCCESS), _, _) | (Some(4..=7), _, _) => Progress::Failed,
            _ => Progress::Running,
        }
    }
}

fn result(code: i32) -> WholeResult {
    match code {
        1 => WholeResult::FourPairs,
        2 => WholeResult::TwoPairs,
        3 => WholeResult::NoCable,
        4 => WholeResult::Open,
        5 => WholeResult::Short,
        6 => WholeResult::Bad,
        7 => WholeResult::ImpedanceMismatch,
        code => WholeResult::Unknown(u8::try_from(code).unwrap_or(u8::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mib::Value;

    const NOW: &str = "21-Nov-2026 10:33:31";

    /// A row of one test: status, result, unit, time.
    fn row(test: u32, said: [i128; 3], time: &str) -> Vec<Varbind> {
        let numbers = [STATUS, RESULT, UNITS].into_iter().zip(said);
        let numbers = numbers.map(|(column, said)| Varbind::new(CISCO_SB.cell(column, 49, test), Value::Number(said)));
        let time = Varbind::new(CISCO_SB.cell(TIME, 49, test), Value::Octets(time.as_bytes().into()));
        numbers.chain([time]).collect()
    }

    fn over(result: WholeResult, length_cm: Option<u32>) -> Progress {
        Progress::Over(Measured::Whole(WholeMeasured { result, length_cm }))
    }

    #[test]
    fn one_result_stands_for_the_whole_cable_with_the_distance_of_the_same_test() {
        let told = [row(2, [2, 4, 14], NOW), row(3, [2, 38, 6], NOW), row(4, [2, 41, 6], NOW)].concat();
        assert_eq!(CISCO_SB.read(&told, 49), over(WholeResult::Open, Some(3_800)));
        let asked = CISCO_SB.results(49);
        assert!(told.iter().all(|row| asked.contains(&row.oid)), "every object that is read is asked for");
        let good = [row(2, [2, 1, 14], NOW), row(4, [2, 41, 6], NOW)].concat();
        assert_eq!(CISCO_SB.read(&good, 49), over(WholeResult::FourPairs, Some(4_100)));
    }

    #[test]
    fn a_distance_of_another_time_or_unit_is_none() {
        let status = row(2, [2, 5, 14], NOW);
        let old = [status.clone(), row(3, [2, 38, 6], "14-Apr-2002 10:33:31")].concat();
        assert_eq!(CISCO_SB.read(&old, 49), over(WholeResult::Short, None));
        // alaskaPhyLength(13) is a class of lengths, not a length.
        let class = [status, row(3, [2, 2, 13], NOW)].concat();
        assert_eq!(CISCO_SB.read(&class, 49), over(WholeResult::Short, None));
    }

    #[test]
    fn each_code_is_itself_and_each_status_is_told_apart() {
        let codes = [1, 2, 3, 4, 5, 6, 7].map(result);
        use WholeResult::{Bad, FourPairs, ImpedanceMismatch, NoCable, Open, Short, TwoPairs, Unknown};
        assert_eq!(codes, [FourPairs, TwoPairs, NoCable, Open, Short, Bad, ImpedanceMismatch]);
        assert_eq!((result(8), result(-1)), (Unknown(8), Unknown(u8::MAX)));
        let status = |status| CISCO_SB.read(&row(2, [status, 4, 14], NOW), 49);
        assert_eq!([1, 3].map(status), [Progress::Running, Progress::Running]);
        assert!([4, 5, 6, 7].map(status).iter().all(|progress| *progress == Progress::Failed));
        assert_eq!(CISCO_SB.read(&row(2, [2, 4, 1], NOW), 49), Progress::Failed, "a result in another unit means nothing here");
    }

    #[test]
    fn under_another_makers_root_nothing_is_read() {
        assert_eq!(LINKSYS.read(&row(2, [2, 4, 14], NOW), 49), Progress::Running);
    }
}
