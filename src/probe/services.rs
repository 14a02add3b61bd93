//! Asks the services of the plan, and tries what must not be reached: all of them at once, as far as the edge takes them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Probe, Sounding, Survey, Want};
use crate::net::Moment;
use crate::observe::Fact;

/// What is asked of the services of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServicesWanted {
    /// How many there are.
    pub services: u32,
    /// How many barriers there are.
    pub barriers: u32,
    /// When no answer is waited for any more, in milliseconds since the look began.
    pub until_ms: u32,
}

/// When a look that was given no time of its own stops waiting for services.
pub const UNTIL_MS: u32 = 45_000;

/// Asks each once.
pub struct Services {
    wanted: ServicesWanted,
    /// Without an address of ours, of either version, no answer could find us.
    asks: bool,
    asked: u32,
    told: u32,
}

impl Services {
    /// Those of the plan.
    pub fn new(survey: &Survey) -> Services {
        let wanted = survey.surroundings.services.clone();
        let identity = &survey.identity;
        let asks = !identity.addresses.is_empty() || !identity.addresses6.is_empty();
        Services { wanted, asks, asked: 0, told: 0 }
    }

    fn all(&self) -> u32 {
        self.wanted.services.saturating_add(self.wanted.barriers)
    }
}

impl Probe for Services {
    fn poll(&mut self, now: Moment) -> Want {
        let until = Moment::default() + Duration::from_millis(self.wanted.until_ms.into());
        if !self.asks || now >= until || self.told >= self.all() {
            return Want::Done;
        }
        if self.asked == self.all() {
            return Want::Wait(until);
        }
        let number = self.asked;
        self.asked += 1;
        Want::Sound(match number.checked_sub(self.wanted.services) {
            None => Sounding::Service(number),
            Some(barrier) => Sounding::Barrier(barrier),
        })
    }

    fn learn(&mut self, _: Moment, fact: &Fact) {
        if matches!(fact, Fact::ServiceTold(_) | Fact::BarrierTried(_)) {
            self.told = self.told.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::{Became, ServiceTold};

    fn probe(services: u32, barriers: u32, until_ms: u32) -> Services {
        probe_of(&["10.0.0.1/24"], &[], services, barriers, until_ms)
    }

    fn probe_of(own: &[&str], own6: &[&str], services: u32, barriers: u32, until_ms: u32) -> Services {
        let mut survey = Survey::of_capture();
        survey.identity.addresses = own.iter().map(|net| net.parse().expect("a prefix")).collect();
        survey.identity.addresses6 = own6.iter().map(|net| net.parse().expect("a prefix")).collect();
        survey.surroundings.services = ServicesWanted { services, barriers, until_ms };
        Services::new(&survey)
    }

    fn told() -> Fact {
        let (service, became) = ("x".to_owned(), Became::Silent);
        Fact::ServiceTold(Box::new(ServiceTold { service, address: None, became, took_us: 0, tls: None, measured: None }))
    }

    #[test]
    fn each_is_asked_once_and_waited_for_no_longer_than_it_was_agreed() {
        let mut probe = probe(2, 1, 900);
        let now = Moment::from_ms(7);
        let asked: Vec<Want> = (0..3).map(|_| probe.poll(now)).collect();
        assert_eq!(asked, [Sounding::Service(0), Sounding::Service(1), Sounding::Barrier(0)].map(Want::Sound));
        assert_eq!(probe.poll(now), Want::Wait(Moment::from_ms(900)));
        assert_eq!(probe.poll(Moment::from_ms(900)), Want::Done);
        (0..3).for_each(|_| probe.learn(now, &told()));
        assert_eq!(probe.poll(now), Want::Done);
    }

    #[test]
    fn without_services_or_without_an_address_nobody_is_asked() {
        assert_eq!(probe(0, 0, 900).poll(Moment::default()), Want::Done);
        assert_eq!(probe_of(&[], &[], 1, 0, 900).poll(Moment::default()), Want::Done);
    }

    #[test]
    fn an_address_of_ipv6_is_one_to_answer_to() {
        let first = |own6: &str| probe_of(&[], &[own6], 1, 0, 900).poll(Moment::default());
        assert_eq!(first("2001:db8::90/64"), Want::Sound(Sounding::Service(0)));
        assert_eq!(first("fe80::90/64"), Want::Sound(Sounding::Service(0)), "services are planned at link-local addresses too");
    }
}
