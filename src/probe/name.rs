//! Asking each card what it is called, by frames addressed to it, so that two owners of one address are named apart.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use super::pace::Pace;
use super::{Heard, Identity, Probe, Survey, Want, What};
use crate::net::{Mac, Moment};
use crate::observe::{Fact, NameSource};
use crate::wire::Body;
use crate::wire::{ipv4, ipv6};

/// How often a card is asked, until it answers; once when the user is in a hurry.
const TRIES: u8 = 2;
const QUICK_TRIES: u8 = 1;
/// The time between two questions to one card.
const AGAIN: Duration = Duration::from_millis(180);
/// How long a card has to say its name, from the first question.
pub const DEADLINE: Duration = Duration::from_millis(700);
/// The same when the user is in a hurry.
pub const QUICK_DEADLINE: Duration = Duration::from_millis(350);
/// A card that answers for many addresses is asked for its name at so many of them.
const ADDRESSES: u8 = 4;

/// A protocol by which a card tells its name.
pub trait NameProtocol {
    /// The source that its names are told by.
    const SOURCE: NameSource;
    /// The port that it answers on.
    const PORT: u16;
    /// Whether it is spoken over IPv6 too.
    const OVER_IPV6: bool;

    /// The group that questions to `ip` are addressed to, in a frame that goes to one card all the same; `None`: to `ip` itself.
    fn group(ip: IpAddr) -> Option<IpAddr>;

    /// The question for the name of the card that holds `ip`.
    fn question(&self, id: u16, ip: IpAddr) -> Vec<u8>;

    /// The names of `ip` in a datagram from its port; empty for anything else.
    fn names(&self, ip: IpAddr, payload: &[u8]) -> Vec<String>;
}

/// One protocol's questions.
pub struct NameProbe<P> {
    protocol: P,
    identity: Identity,
    port: u16,
    deadline: Duration,
    tries: u8,
    pace: Pace,
    waiting: VecDeque<Question>,
    /// What is asked over IPv6 comes later: most have told their name over IPv4 by then.
    waiting6: VecDeque<Question>,
    known: HashSet<(IpAddr, Mac)>,
    /// So many are asked.
    most: usize,
    per_card: HashMap<Mac, u8>,
    answered: HashSet<(IpAddr, Mac)>,
    /// The cards whose name is known, at whichever address.
    named: HashSet<Mac>,
    until: Moment,
    asked: u16,
}

struct Question {
    ip: IpAddr,
    mac: Mac,
    tries: u8,
    next: Moment,
}

impl<P: NameProtocol> NameProbe<P> {
    /// Nobody to ask yet.
    pub fn new(survey: &Survey, protocol: P) -> NameProbe<P> {
        let (deadline, tries) = if survey.quick { (QUICK_DEADLINE, QUICK_TRIES) } else { (DEADLINE, TRIES) };
        NameProbe {
            protocol,
            identity: survey.identity.clone(),
            port: survey.port,
            deadline,
            tries,
            pace: Pace::new(survey.rate),
            waiting: VecDeque::new(),
            waiting6: VecDeque::new(),
            known: HashSet::new(),
            most: survey.names(),
            per_card: HashMap::new(),
            answered: HashSet::new(),
            named: HashSet::new(),
            until: Moment::default(),
            asked: 0,
        }
    }
}

impl<P: NameProtocol> NameProbe<P> {
    fn queue(&mut self, question: Question) {
        if question.ip.is_ipv4() { self.waiting.push_back(question) } else { self.waiting6.push_back(question) }
    }

    /// A question in a frame to one card; `None` where we have no address to ask from.
    fn frame(&self, ip: IpAddr, mac: Mac, payload: &[u8]) -> Option<Vec<u8>> {
        match (ip, P::group(ip).unwrap_or(ip)) {
            (IpAddr::V4(ip), IpAddr::V4(to)) => {
                let (from, to) = (self.identity.sender_for(ip), ipv4::Receiver { mac, ip: to });
                Some(ipv4::udp_frame(from, self.port, to, P::PORT, payload))
            }
            (IpAddr::V6(ip), IpAddr::V6(to)) => {
                let (from, to) = (self.identity.sender6_for(ip)?, ipv6::Receiver { mac, ip: to });
                Some(ipv6::udp_frame(from, self.port, to, P::PORT, payload))
            }
            _ => None,
        }
    }
}

impl<P: NameProtocol> Probe for NameProbe<P> {
    fn poll(&mut self, now: Moment) -> Want {
        while self.waiting.front().is_some_and(|question| self.answered.contains(&(question.ip, question.mac))) {
            self.waiting.pop_front();
        }
        // A card tells the same name at each of its addresses, and has many of IPv6.
        while let Some(question) = self.waiting6.pop_front_if(|question| self.named.contains(&question.mac)) {
            self.answered.insert((question.ip, question.mac));
        }
        let queue = match (self.waiting.front(), self.waiting6.front()) {
            (Some(four), Some(six)) if six.next < four.next => &mut self.waiting6,
            (None, _) => &mut self.waiting6,
            _ => &mut self.waiting,
        };
        let Some(question) = queue.front() else {
            let silent = self.answered.len() < self.known.len();
            return if silent && now < self.until { Want::Wait(self.until) } else { Want::Done };
        };
        let ready = question.next.max(self.pace.next());
        if now < ready {
            return Want::Wait(ready);
        }
        self.pace.spend(now);
        let Some(mut question) = queue.pop_front() else { return Want::Done };
        self.asked = self.asked.wrapping_add(1);
        let payload = self.protocol.question(self.asked, question.ip);
        let frame = self.frame(question.ip, question.mac, &payload);
        if question.tries == 0 {
            self.until = self.until.max(now + self.deadline);
        }
        question.tries += 1;
        if question.tries < self.tries {
            question.next = now + AGAIN;
            self.queue(question);
        }
        frame.map_or(Want::Wait(now), Want::Send)
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        let What::Received(packet) = heard.what else { return Vec::new() };
        let (ip, source_port, payload) = match packet.body {
            Body::Udp { ip, source_port, payload, .. } => (IpAddr::V4(ip.source), source_port, payload),
            // What a router has sent on does not tell the router's own name.
            Body::Udp6 { ip, source_port, payload, .. } if P::OVER_IPV6 && self.identity.is_near6(ip.source) => {
                (IpAddr::V6(ip.source), source_port, payload)
            }
            _ => return Vec::new(),
        };
        if source_port != P::PORT || packet.vlan.is_some() {
            return Vec::new();
        }
        let told = |name| Fact::Named { ip, mac: Some(packet.source), name, source: P::SOURCE };
        self.protocol.names(ip, payload).into_iter().map(told).collect()
    }

    fn learn(&mut self, now: Moment, fact: &Fact) {
        match fact {
            Fact::AddressClaimed { ip, mac, .. } => {
                // Without an address of ours nobody can answer; our own is not asked.
                let could = match ip {
                    IpAddr::V4(_) => !self.identity.addresses.is_empty(),
                    IpAddr::V6(ip) => P::OVER_IPV6 && self.identity.is_near6(*ip) && !self.identity.addresses6.is_empty(),
                };
                let unasked = !could || self.identity.is_ours(*ip) || self.known.len() >= self.most;
                if unasked || !self.known.insert((*ip, *mac)) {
                    return;
                }
                let count = self.per_card.entry(*mac).or_default();
                if *count < ADDRESSES {
                    *count += 1;
                    let later = ip.is_ipv6() && !self.identity.addresses.is_empty();
                    let next = if later { now + AGAIN } else { now };
                    self.queue(Question { ip: *ip, mac: *mac, tries: 0, next });
                }
            }
            Fact::Named { ip, mac: Some(mac), source, .. } if *source == P::SOURCE && self.known.contains(&(*ip, *mac)) => {
                // A name that nobody asked for is no answer of those that are waited for.
                self.answered.insert((*ip, *mac));
                self.named.insert(*mac);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    use crate::observe::Claim;
    use crate::probe::llmnr::Llmnr;
    use crate::probe::mdns::Mdns;
    use crate::probe::netbios::NetBios;
    use crate::probe::{Errand, Rate, Surroundings, Switching};

    const US: Mac = Mac([2, 0, 0, 0, 0, 1]);
    const PC: (IpAddr, Mac) = (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 9)), Mac([2, 0, 0, 0, 0, 9]));
    const PC6: IpAddr = IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 9));
    const NOW: Moment = Moment::from_ms(50);

    /// A probe that has asked one PC, and waits.
    fn asked() -> NameProbe<NetBios> {
        let survey = Survey {
            errand: Errand::Scan,
            identity: Identity {
                mac: US,
                addresses: vec!["10.0.0.1/24".parse().expect("a prefix")],
                addresses6: vec![],
                siblings: vec![],
            },
            targets: "10.0.0.0/24".parse().expect("a prefix"),
            rate: Rate::Max,
            quick: true,
            resolvers: vec![],
            port: 40_000,
            asking: Default::default(),
            surroundings: Surroundings::default(),
            power: Default::default(),
            switching: Switching::default(),
            budget_ms: None,
        };
        let mut probe = NameProbe::new(&survey, NetBios);
        probe.learn(NOW, &Fact::AddressClaimed { ip: PC.0, mac: PC.1, how: Claim::Reply, rtt_us: None, via: None });
        assert!(matches!(probe.poll(NOW), Want::Send(_)));
        assert_eq!(probe.poll(NOW), Want::Wait(NOW + QUICK_DEADLINE));
        probe
    }

    fn named(mac: Mac) -> Fact {
        Fact::Named { ip: PC.0, mac: Some(mac), name: "PC".into(), source: NameSource::NetBios }
    }

    #[test]
    fn a_name_ends_the_wait_and_one_that_nobody_asked_for_does_not() {
        let mut probe = asked();
        probe.learn(NOW, &named(Mac([2; 6])));
        assert_eq!(probe.poll(NOW), Want::Wait(NOW + QUICK_DEADLINE));
        probe.learn(NOW, &named(PC.1));
        assert_eq!(probe.poll(NOW), Want::Done);
    }

    #[test]
    fn over_ipv6_the_same_card_is_asked_by_its_address_or_by_the_group() {
        let mut survey = Survey::of_capture();
        survey.identity.addresses6 = vec!["fe80::1/64".parse().expect("a prefix")];
        let claimed = Fact::AddressClaimed { ip: PC6, mac: PC.1, how: Claim::Reply, rtt_us: None, via: None };
        let to = |want: Want| {
            let Want::Send(frame) = want else { panic!("{want:?}") };
            let packet = crate::wire::decode(&frame).expect("a frame of ours");
            let Body::Udp6 { ip, destination_port, .. } = packet.body else { panic!("{packet:?}") };
            (packet.destination, ip.destination.to_string(), destination_port)
        };
        let mut mdns = NameProbe::new(&survey, Mdns);
        mdns.learn(NOW, &claimed);
        assert_eq!(to(mdns.poll(NOW)), (PC.1, "fe80::9".to_owned(), 5353));
        let mut llmnr = NameProbe::new(&survey, Llmnr);
        llmnr.learn(NOW, &claimed);
        assert_eq!(to(llmnr.poll(NOW)), (PC.1, "ff02::1:3".to_owned(), 5355));
        let mut netbios = NameProbe::new(&survey, NetBios);
        netbios.learn(NOW, &claimed);
        assert_eq!(netbios.poll(NOW), Want::Done);
    }

    /// A probe that knows one card by an IPv4 and an IPv6 address, and has asked it over IPv4.
    fn asked_on_a_double_stack() -> NameProbe<Mdns> {
        let mut survey = Survey::of_capture();
        survey.identity.addresses = vec!["10.0.0.1/24".parse().expect("a prefix")];
        survey.identity.addresses6 = vec!["fe80::1/64".parse().expect("a prefix")];
        let mut probe = NameProbe::new(&survey, Mdns);
        for ip in [PC6, PC.0] {
            probe.learn(NOW, &Fact::AddressClaimed { ip, mac: PC.1, how: Claim::Reply, rtt_us: None, via: None });
        }
        let Want::Send(frame) = probe.poll(NOW) else { panic!("nobody is asked") };
        assert!(matches!(crate::wire::decode(&frame).expect("a frame of ours").body, Body::Udp { .. }));
        probe
    }

    #[test]
    fn who_told_its_name_over_ipv4_is_not_asked_over_ipv6_and_who_did_not_is() {
        let mut named = asked_on_a_double_stack();
        let name = "pc.local".to_owned();
        named.learn(NOW, &Fact::Named { ip: PC.0, mac: Some(PC.1), name, source: NameSource::Mdns });
        assert_eq!(named.poll(NOW + AGAIN), Want::Done);
        let mut silent = asked_on_a_double_stack();
        assert_eq!(silent.poll(NOW), Want::Wait(NOW + AGAIN));
        let Want::Send(frame) = silent.poll(NOW + AGAIN) else { panic!("it is not asked") };
        assert!(matches!(crate::wire::decode(&frame).expect("a frame of ours").body, Body::Udp6 { .. }));
    }

    #[test]
    fn a_name_over_ipv6_is_that_of_who_tells_it_and_a_broken_answer_tells_none() {
        let us = ipv6::Receiver { mac: US, ip: Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1) };
        let told_by = |ip, port, payload: &[u8]| {
            let frame = ipv6::udp_frame(ipv6::Sender { mac: PC.1, ip }, port, us, 40_000, payload);
            let packet = crate::wire::decode(&frame).expect("a datagram");
            let heard = Heard { at: NOW, what: What::Received(&packet) };
            NameProbe::new(&Survey::of_capture(), Mdns).hear(&heard)
        };
        let told = |port, payload: &[u8]| told_by(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 9), port, payload);
        let about = |ip| {
            let mut answer = crate::wire::dns::question(1, ip, false);
            // A response (QR) with one answer: the name of the question, PTR, IN, 120 s, `pc.local`.
            (answer[2], answer[7]) = (0x84, 1);
            answer.extend(b"\xc0\x0c\0\x0c\0\x01\0\0\0\x78\0\x0a\x02pc\x05local\0");
            answer
        };
        let named = Fact::Named { ip: PC6, mac: Some(PC.1), name: "pc.local".into(), source: NameSource::Mdns };
        let good = about(PC6);
        assert_eq!(told(5353, &good), [named]);
        assert_eq!(told(53, &good), []);
        assert_eq!(told(5353, &about("fe80::8".parse().expect("an address"))), []);
        let far = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 9);
        assert_eq!(told_by(far, 5353, &about(far.into())), []);
        for end in 0..good.len() {
            assert_eq!(told(5353, &good[..end]), [], "{end}");
        }
    }

    #[test]
    fn a_silent_card_is_waited_for_until_the_deadline() {
        assert_eq!(asked().poll(NOW + QUICK_DEADLINE), Want::Done);
    }
}
