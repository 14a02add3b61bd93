//! Asks switches for the power that they give, twice: a counter that grew meanwhile tells of now, one that did not, of long ago.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Probe, Sounding, Survey, Want};
use crate::mib::Tables;
use crate::net::Moment;
use crate::observe::Fact;

/// What is asked about power.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PowerWanted {
    /// The switches that are asked.
    pub switches: Vec<IpAddr>,
    /// The classes of devices of which it is to be said whether they fit.
    pub will_fit: Vec<u8>,
}

/// From the first answer to the second question: a port that refuses a device looks for it again within a second or two.
const BETWEEN: Duration = Duration::from_secs(3);
/// How long an answer is waited for: a little more than the asking itself may take.
const DEADLINE: Duration = Duration::from_secs(25);
/// Questions to one switch.
const READINGS: u8 = 2;

/// Asks the switches of the survey.
pub struct PowerProbe {
    switches: BTreeMap<IpAddr, Asking>,
}

/// What becomes of one switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asking {
    /// The question of this number is to be put at this moment.
    Due(u8, Moment),
    /// The question of this number was put, and is waited for until this moment.
    Open(u8, Moment),
    /// Nothing more is asked.
    Over,
}

impl PowerProbe {
    /// Those that the survey names.
    pub fn new(survey: &Survey) -> PowerProbe {
        PowerProbe { switches: survey.power.switches.iter().map(|&switch| (switch, Asking::Due(1, Moment::default()))).collect() }
    }
}

impl Probe for PowerProbe {
    fn poll(&mut self, now: Moment) -> Want {
        let mut next: Option<Moment> = None;
        for (&switch, asking) in &mut self.switches {
            match *asking {
                Asking::Due(number, at) if at <= now => {
                    *asking = Asking::Open(number, now + DEADLINE);
                    return Want::Sound(Sounding::Switch(switch, Tables::Power));
                }
                Asking::Open(_, until) if until <= now => *asking = Asking::Over,
                Asking::Due(_, at) | Asking::Open(_, at) => next = Some(next.map_or(at, |next| next.min(at))),
                Asking::Over => {}
            }
        }
        next.map_or(Want::Done, Want::Wait)
    }

    fn extent(&self) -> Option<(u32, u32)> {
        let over = self.switches.values().filter(|asking| **asking == Asking::Over).count();
        (!self.switches.is_empty()).then_some((over as u32, self.switches.len() as u32))
    }

    fn learn(&mut self, now: Moment, fact: &Fact) {
        let Fact::SwitchTold(told) = fact else { return };
        let Some(asking) = self.switches.get_mut(&told.switch).filter(|_| told.tables == Tables::Power) else { return };
        *asking = match *asking {
            // Who does not answer is not asked again: the asking itself has tried twice.
            Asking::Open(number, _) if number < READINGS && told.said.is_ok() => Asking::Due(number + 1, now + BETWEEN),
            _ => Asking::Over,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mib::Said;
    use crate::mib::pse::Feeding;
    use crate::observe::{SwitchTold, Unanswered};

    const SWITCH: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));
    const ASK: Want = Want::Sound(Sounding::Switch(SWITCH, Tables::Power));

    fn probe() -> PowerProbe {
        PowerProbe::new(&Survey { power: PowerWanted { switches: vec![SWITCH], will_fit: vec![] }, ..Survey::of_capture() })
    }

    fn told(said: Result<Said, Unanswered>) -> Fact {
        let tables = Tables::Power;
        Fact::SwitchTold(Box::new(SwitchTold { switch: SWITCH, tables, said, refused: Vec::new(), refusals: 0, cut: Vec::new() }))
    }

    #[test]
    fn a_switch_that_answers_is_asked_again_some_seconds_later() {
        let (mut probe, ms) = (probe(), Moment::from_ms);
        assert_eq!(probe.poll(ms(0)), ASK);
        assert_eq!(probe.poll(ms(5)), Want::Wait(ms(0) + DEADLINE));
        probe.learn(ms(700), &told(Ok(Said::Power(Feeding::default()))));
        assert_eq!(probe.poll(ms(700)), Want::Wait(ms(700) + BETWEEN));
        assert_eq!(probe.poll(ms(3_700)), ASK);
        probe.learn(ms(4_000), &told(Ok(Said::Power(Feeding::default()))));
        assert_eq!(probe.poll(ms(4_000)), Want::Done);
    }

    #[test]
    fn who_is_silent_is_not_asked_again_and_does_not_prolong_the_look() {
        let (mut silent, ms) = (probe(), Moment::from_ms);
        assert_eq!(silent.poll(ms(0)), ASK);
        silent.learn(ms(2_000), &told(Err(Unanswered::Silent)));
        assert_eq!(silent.poll(ms(2_000)), Want::Done);
        let mut lost = probe();
        assert_eq!(lost.poll(ms(0)), ASK);
        assert_eq!(lost.poll(ms(0) + DEADLINE), Want::Done);
    }

    #[test]
    fn nobody_is_asked_where_no_switch_is_named() {
        assert_eq!(PowerProbe::new(&Survey::of_capture()).poll(Moment::default()), Want::Done);
    }
}
