//! Is an address that a server offers to us free? Asked by ARP, claiming nothing, as a client must before it uses one
//! (RFC 2131, 4.4.1; RFC 5227, 2.1.1).

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use super::{Heard, Identity, Probe, Survey, Want, What};
use crate::net::{Mac, Moment};
use crate::observe::{Asked, Fact};
use crate::wire::arp::{self, Operation, PROBE_NUM};
use crate::wire::dhcp::Kind;
use crate::wire::{Body, Sender};

/// The time between two probes: long enough for a device that sleeps to have woken by the first.
const PROBE_SPACING: Duration = Duration::from_millis(300);
/// How long the last probe is waited for.
const LAST_WAIT: Duration = Duration::from_millis(700);
/// Addresses that are asked for; more offers are forged.
const ADDRESSES: usize = 64;

/// Sends the probes; what replies mean is told by [`super::arp_sweep`].
pub struct OfferedAddress {
    identity: Identity,
    sender: Sender,
    asks: BTreeMap<Ipv4Addr, Ask>,
}

/// One address offered.
#[derive(Default)]
struct Ask {
    /// Probes decided on, and when the next is due.
    sent: u32,
    next: Moment,
    /// Requests of ours for it that were heard.
    heard: u32,
}

impl OfferedAddress {
    /// Nothing is offered yet.
    pub fn new(survey: &Survey) -> OfferedAddress {
        OfferedAddress { identity: survey.identity.clone(), sender: survey.identity.nameless(), asks: BTreeMap::new() }
    }
}

impl Probe for OfferedAddress {
    fn poll(&mut self, now: Moment) -> Want {
        let open = |ask: &(&Ipv4Addr, &mut Ask)| ask.1.sent < PROBE_NUM || now < ask.1.next;
        let Some((&ip, ask)) = self.asks.iter_mut().filter(open).min_by_key(|(_, ask)| ask.next) else { return Want::Done };
        if now < ask.next {
            return Want::Wait(ask.next);
        }
        ask.sent += 1;
        ask.next = now + if ask.sent < PROBE_NUM { PROBE_SPACING } else { LAST_WAIT };
        Want::Send(arp::request(self.sender, ip, Mac::BROADCAST))
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        if let What::Sent(packet) = heard.what
            && let Body::Arp(arp) = &packet.body
            && arp.operation == Operation::Request
            && packet.destination == Mac::BROADCAST
            && let Some(ask) = self.asks.get_mut(&arp.target_ip)
        {
            ask.heard += 1;
        }
        Vec::new()
    }

    fn learn(&mut self, _now: Moment, fact: &Fact) {
        let Fact::DhcpAnswered(answer) = fact else { return };
        let to_us = answer.kind == Kind::Offer && answer.how != Asked::Overheard;
        if let Some(ip) = answer.offered.filter(|ip| to_us && !self.identity.is_ours(*ip) && self.asks.len() < ADDRESSES) {
            self.asks.entry(ip).or_default();
        }
    }

    fn conclude(&self) -> Vec<Fact> {
        self.asks.iter().map(|(&ip, ask)| Fact::OfferProbed { ip, times: ask.heard }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::DhcpAnswer;
    use crate::probe::Errand;
    use crate::wire::decode;
    use crate::wire::dhcp::Settings;

    fn offer(how: Asked, last: u8) -> Fact {
        let ip = |last| Ipv4Addr::new(10, 0, 0, last);
        Fact::DhcpAnswered(Box::new(DhcpAnswer {
            how,
            kind: Kind::Offer,
            server: Some(ip(1)),
            mac: Mac([2; 6]),
            source: ip(1),
            relay: None,
            offered: Some(ip(last)),
            settings: Settings::default(),
        }))
    }

    #[test]
    fn an_address_offered_to_us_is_asked_for_three_times_without_showing_one_and_ours_is_not() {
        let identity = Identity {
            mac: Mac([2, 0, 0, 0, 0, 1]),
            addresses: vec!["10.0.0.90/24".parse().expect("a prefix")],
            addresses6: vec![],
            siblings: vec![],
        };
        let mut probe = OfferedAddress::new(&Survey { identity, ..Survey::of_capture() });
        assert_eq!(probe.poll(Moment::default()), Want::Done);
        for fact in
            [offer(Asked::Overheard, 100), offer(Asked::Discover, 90), offer(Asked::Pool, 100), offer(Asked::Discover, 100)]
        {
            probe.learn(Moment::default(), &fact);
        }
        let (mut now, mut sent) = (Moment::default(), 0);
        loop {
            match probe.poll(now) {
                Want::Send(frame) => {
                    let packet = decode(&frame).expect("a frame of ours");
                    let Body::Arp(arp) = &packet.body else { panic!("{packet:?}") };
                    assert!(arp.is_probe() && arp.target_ip == Ipv4Addr::new(10, 0, 0, 100));
                    probe.hear(&Heard { at: now, what: What::Sent(&packet) });
                    sent += 1;
                }
                Want::Wait(until) => now = until,
                other => break assert_eq!(other, Want::Done),
            }
        }
        assert_eq!((sent, now.ms()), (3, 1300));
        assert_eq!(probe.conclude(), [Fact::OfferProbed { ip: Ipv4Addr::new(10, 0, 0, 100), times: 3 }]);
        assert_eq!(Survey::of_capture().errand, Errand::Capture);
    }
}
