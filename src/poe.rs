//! What power over Ethernet promises: watts by class and volts by type (IEEE 802.3af, 802.3at, 802.3bt).

pub mod budget;
pub mod fit;

use crate::net::Watts;

/// Whose end of the cable: what leaves the port is more than what reaches the device, the cable eats the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The equipment that feeds: a switch's port or an injector (power sourcing equipment).
    Pse,
    /// The device that is fed (powered device).
    Pd,
}

/// A class of a device with one signature, 0 to 8 (IEEE 802.3-2018, clause 33; 802.3bt-2018, clause 145).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(u8);

/// By class: what the port gives and what the device may draw, in milliwatts.
const MILLIWATTS: [(u32, u32); 9] = [
    (15_400, 12_950),
    (4_000, 3_840),
    (7_000, 6_490),
    (15_400, 12_950),
    (30_000, 25_500),
    (45_000, 40_000),
    (60_000, 51_000),
    (75_000, 62_000),
    (90_000, 71_300),
];

/// By type, 1 to 4: the lowest volts at the port and at the device, in tenths (802.3-2018, clause 33; 802.3bt-2018, clause 145).
/// The highest is [`MAX_VOLTS`] for all of them.
const MIN_TENTHS: [(u16, u16); 4] = [(440, 370), (500, 425), (500, 425), (520, 411)];

/// The highest voltage that any type may have at either end.
pub const MAX_VOLTS: u16 = 57;

impl Class {
    /// The class of that number; there are nine.
    pub fn new(number: u8) -> Option<Class> {
        (usize::from(number) < MILLIWATTS.len()).then_some(Class(number))
    }

    /// The highest class that a port with so much power can feed.
    pub fn within(power: Watts) -> Option<Class> {
        (1..MILLIWATTS.len() as u8).rev().map(Class).find(|class| class.watts(End::Pse) <= power)
    }

    /// Its number, 0 to 8.
    pub fn number(self) -> u8 {
        self.0
    }

    /// The most power at that end.
    pub fn watts(self, end: End) -> Watts {
        let (pse, pd) = MILLIWATTS[usize::from(self.0)];
        Watts::from_milliwatts(if end == End::Pse { pse } else { pd })
    }

    /// The lowest type that gives it: 1 (802.3af), 2 (802.3at), 3 or 4 (802.3bt).
    pub fn least_type(self) -> u8 {
        match self.0 {
            0..=3 => 1,
            4 => 2,
            5 | 6 => 3,
            _ => 4,
        }
    }
}

/// The lowest voltage in tenths of a volt at that end of a link of a type; there are types 1 to 4.
pub fn min_tenths_of_a_volt(number: u8, end: End) -> Option<u16> {
    let (pse, pd) = *MIN_TENTHS.get(usize::from(number).checked_sub(1)?)?;
    Some(if end == End::Pse { pse } else { pd })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_gives_more_than_it_lets_draw_and_never_less_than_the_one_below() {
        let all: Vec<Class> = (0..=u8::MAX).filter_map(Class::new).collect();
        assert_eq!(all.len(), 9);
        assert!(all.iter().all(|class| class.watts(End::Pse) > class.watts(End::Pd)));
        assert!(all[1..].windows(2).all(|two| two[0].watts(End::Pd) < two[1].watts(End::Pd)));
        assert!(all.windows(2).all(|two| two[0].least_type() <= two[1].least_type()));
        assert_eq!(all[0].watts(End::Pse), all[3].watts(End::Pse));
        assert_eq!(
            [3, 4, 20, 30, 99].map(|watts| Class::within(Watts::from_tenths(watts * 10)).map(Class::number)),
            [None, Some(1), Some(3), Some(4), Some(8)]
        );
        assert_eq!(all[8].watts(End::Pd).to_string(), "71.3");
    }

    #[test]
    fn volts_are_told_of_the_four_types_only() {
        assert_eq!(min_tenths_of_a_volt(1, End::Pse), Some(440));
        assert_eq!(min_tenths_of_a_volt(4, End::Pd), Some(411));
        assert_eq!([0, 5].map(|number| min_tenths_of_a_volt(number, End::Pse)), [None, None]);
    }
}
