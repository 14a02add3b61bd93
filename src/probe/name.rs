//! Asking each card what it is called, by frames addressed to it, so that two owners of one address are named apart.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::pace::Pace;
use super::{Heard, Identity, Probe, Survey, Want, What};
use crate::net::{Mac, Moment};
use crate::observe::{Fact, NameSource, v4};
use crate::wire::Body;
use crate::wire::ipv4::{Receiver, udp_frame};

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
    /// The group that its questions are addressed to, in a frame that goes to one card all the same; `None`: to the card's
    /// address.
    const GROUP: Option<Ipv4Addr>;

    /// The question for the name of the card that holds `ip`.
    fn question(&self, id: u16, ip: Ipv4Addr) -> Vec<u8>;

    /// The names of `ip` in a datagram from its port; empty for anything else.
    fn names(&self, ip: Ipv4Addr, payload: &[u8]) -> Vec<String>;
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
    known: HashSet<(Ipv4Addr, Mac)>,
    /// So many are asked.
    most: usize,
    per_card: HashMap<Mac, u8>,
    answered: HashSet<(Ipv4Addr, Mac)>,
    until: Moment,
    asked: u16,
}

struct Question {
    ip: Ipv4Addr,
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
            known: HashSet::new(),
            most: survey.names(),
            per_card: HashMap::new(),
            answered: HashSet::new(),
            until: Moment::default(),
            asked: 0,
        }
    }
}

impl<P: NameProtocol> Probe for NameProbe<P> {
    fn poll(&mut self, now: Moment) -> Want {
        while self.waiting.front().is_some_and(|question| self.answered.contains(&(question.ip, question.mac))) {
            self.waiting.pop_front();
        }
        let Some(question) = self.waiting.front() else {
            let silent = self.answered.len() < self.known.len();
            return if silent && now < self.until { Want::Wait(self.until) } else { Want::Done };
        };
        let ready = question.next.max(self.pace.next());
        if now < ready {
            return Want::Wait(ready);
        }
        self.pace.spend(now);
        let Some(mut question) = self.waiting.pop_front() else { return Want::Done };
        let to = Receiver { mac: question.mac, ip: P::GROUP.unwrap_or(question.ip) };
        let sender = self.identity.sender_for(question.ip);
        self.asked = self.asked.wrapping_add(1);
        let payload = self.protocol.question(self.asked, question.ip);
        if question.tries == 0 {
            self.until = self.until.max(now + self.deadline);
        }
        question.tries += 1;
        if question.tries < self.tries {
            question.next = now + AGAIN;
            self.waiting.push_back(question);
        }
        Want::Send(udp_frame(sender, self.port, to, P::PORT, &payload))
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        let What::Received(packet) = heard.what else { return Vec::new() };
        let Body::Udp { ip, source_port, payload, .. } = packet.body else { return Vec::new() };
        if source_port != P::PORT || packet.vlan.is_some() {
            return Vec::new();
        }
        let told = |name| Fact::Named { ip: v4(ip.source), mac: Some(packet.source), name, source: P::SOURCE };
        self.protocol.names(ip.source, payload).into_iter().map(told).collect()
    }

    fn learn(&mut self, now: Moment, fact: &Fact) {
        match fact {
            Fact::AddressClaimed { ip: IpAddr::V4(ip), mac, .. } => {
                // Without an address of ours nobody can answer; our own is not asked.
                let unasked = self.identity.addresses.is_empty() || self.identity.is_ours(*ip) || self.known.len() >= self.most;
                if unasked || !self.known.insert((*ip, *mac)) {
                    return;
                }
                let count = self.per_card.entry(*mac).or_default();
                if *count < ADDRESSES {
                    *count += 1;
                    self.waiting.push_back(Question { ip: *ip, mac: *mac, tries: 0, next: now });
                }
            }
            Fact::Named { ip: IpAddr::V4(ip), mac: Some(mac), source, .. }
                if *source == P::SOURCE && self.known.contains(&(*ip, *mac)) =>
            {
                // A name that nobody asked for is no answer of those that are waited for.
                self.answered.insert((*ip, *mac));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Claim;
    use crate::probe::netbios::NetBios;
    use crate::probe::{Errand, Rate, Surroundings, Switching};

    const US: Mac = Mac([2, 0, 0, 0, 0, 1]);
    const PC: (Ipv4Addr, Mac) = (Ipv4Addr::new(10, 0, 0, 9), Mac([2, 0, 0, 0, 0, 9]));
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
        probe.learn(NOW, &Fact::AddressClaimed { ip: v4(PC.0), mac: PC.1, how: Claim::Reply, rtt_us: None, via: None });
        assert!(matches!(probe.poll(NOW), Want::Send(_)));
        assert_eq!(probe.poll(NOW), Want::Wait(NOW + QUICK_DEADLINE));
        probe
    }

    fn named(mac: Mac) -> Fact {
        Fact::Named { ip: v4(PC.0), mac: Some(mac), name: "PC".into(), source: NameSource::NetBios }
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
    fn a_silent_card_is_waited_for_until_the_deadline() {
        assert_eq!(asked().poll(NOW + QUICK_DEADLINE), Want::Done);
    }
}
