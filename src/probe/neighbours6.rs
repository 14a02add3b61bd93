//! Who speaks IPv6 on the segment? All are asked together: by echo, and by a packet with an option that nobody knows, of which
//! whoever ignores echoes complains all the same (RFC 8200, 4.2). Whoever spoke is then solicited by his address, as any
//! neighbour would (RFC 4861, 7.2), and so are the addresses that the cards heard by ARP would make from their own.
//!
//! It also tells what every solicitation and advertisement means, whoever asked. Nothing is sent but from an address of ours, or
//! from none where an address of ours is asked for.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use super::pace::Pace;
use super::solicit::{Candidate, Question};
use super::{Heard, Identity, OWN_ADDRESS_FIRST, Probe, Rate, Survey, Want, What};
use crate::net::{Mac, Moment};
use crate::observe::{Asked6, Claim, Fact};
use crate::wire::icmpv6::{Message, NEIGHBOUR_HOPS, UNRECOGNIZED_OPTION, echo_frame, solicitation_frame, unknown_option_frame};
use crate::wire::ipv6::{ALL_NODES, Header, Receiver, Sender, made_from};
use crate::wire::{Body, Packet};

/// When all are asked, after the first time: what is lost once is not lost three times.
const ROUNDS: [Duration; 3] = [Duration::ZERO, Duration::from_millis(500), Duration::from_millis(1500)];
/// With little patience.
const QUICK_ROUNDS: [Duration; 2] = [Duration::ZERO, Duration::from_millis(250)];
/// How long the last question is waited for: a neighbour that answers for several may wait a second (RFC 4861, 7.2.7 and 7.2.8).
const LAST_WAIT: Duration = Duration::from_millis(1500);
const QUICK_WAIT: Duration = Duration::from_millis(300);
/// How often each address of ours is asked for, and from one time to the next.
const PROBES: usize = 3;
const PROBE_SPACING: Duration = Duration::from_millis(40);
/// Prefixes of ours from whose address all are asked: whoever has an address there answers from it.
const SOURCES: usize = 4;
/// Of the rate of broadcasts, the share of solicitations: the sweep of IPv4 goes on at the same time.
const SHARE: u32 = 4;
/// Addresses that are asked for, and of these those that are only guessed: a forger makes up any number.
const CANDIDATES: usize = 2048;
const GUESSES: usize = 256;
/// Questions whose answers are known again.
const REMEMBERED: usize = 1 << 13;
/// Who asks: the identifier of our echo requests ("tr").
const IDENTIFIER: u16 = 0x7472;
/// The prefix of addresses that are valid on the segment only.
const LINK_LOCAL: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0);

/// Asks all, then one by one.
pub struct Neighbours6 {
    identity: Identity,
    quick: bool,
    pace: Pace,
    /// Addresses of ours that are still to be asked for, and when the next time is.
    own: VecDeque<Ipv6Addr>,
    own_next: Moment,
    /// The rounds in which all are asked: which one is next, when, and what is left of the one that has begun.
    round: usize,
    frames: VecDeque<Vec<u8>>,
    candidates: BTreeMap<Ipv6Addr, Candidate>,
    guesses: usize,
    due: BTreeSet<(Moment, Ipv6Addr)>,
    /// Cards that were found by IPv6: what they would make up is not guessed.
    found: BTreeSet<Mac>,
    /// Addresses of ours that somebody else has.
    taken: BTreeSet<Ipv6Addr>,
    last: Moment,
    /// When each address was asked for last, and which card alone.
    asked_at: HashMap<Ipv6Addr, Moment>,
    alone_at: HashMap<(Ipv6Addr, Mac), Moment>,
    asked: Asked6,
}

impl Neighbours6 {
    /// A look from our card's addresses; without one nobody is asked.
    pub fn new(survey: &Survey) -> Neighbours6 {
        let identity = survey.identity.clone();
        let own: Vec<Ipv6Addr> = identity.addresses6.iter().map(|net| net.addr()).collect();
        let rate = match survey.rate {
            Rate::PerSecond(count) => Rate::PerSecond((count / SHARE).max(1)),
            Rate::Max => Rate::Max,
        };
        Neighbours6 {
            own: own.repeat(PROBES).into(),
            own_next: Moment::default(),
            quick: survey.quick,
            pace: Pace::new(rate),
            round: 0,
            frames: VecDeque::new(),
            candidates: BTreeMap::new(),
            guesses: 0,
            due: BTreeSet::new(),
            found: BTreeSet::new(),
            taken: BTreeSet::new(),
            last: Moment::default(),
            asked_at: HashMap::new(),
            alone_at: HashMap::new(),
            asked: Asked6::default(),
            identity,
        }
    }

    fn rounds(&self) -> &'static [Duration] {
        if self.quick { &QUICK_ROUNDS } else { &ROUNDS }
    }

    /// As whom all are asked: once from each prefix of ours.
    fn sources(&self) -> Vec<Sender> {
        let mut nets = BTreeSet::new();
        let free = self.identity.addresses6.iter().filter(|net| !self.taken.contains(&net.addr()));
        let first = free.filter(|net| nets.insert(net.trunc()));
        first.take(SOURCES).map(|net| Sender { mac: self.identity.mac, ip: net.addr() }).collect()
    }

    fn questions(&self) -> impl Iterator<Item = Vec<u8>> {
        let (to, number) = (Receiver::group(ALL_NODES), self.round as u16);
        self.sources().into_iter().flat_map(move |from| {
            [
                echo_frame(from, to, IDENTIFIER, number),
                unknown_option_frame(from, to, Some((IDENTIFIER, number))),
                unknown_option_frame(from, to, None),
            ]
        })
    }

    /// What is asked of one address now, if anything is left.
    fn solicit(&mut self, now: Moment) -> Option<Want> {
        while let Some(&(at, ip)) = self.due.first() {
            let at = at.max(self.pace.next());
            if now < at {
                return Some(Want::Wait(at));
            }
            self.due.pop_first();
            let Some((question, next)) = self.candidates.get_mut(&ip).and_then(|one| one.step(now, self.quick)) else {
                continue;
            };
            let sender = self.identity.sender6_for(ip).filter(|sender| !self.taken.contains(&sender.ip));
            let Some(from) = sender else { continue };
            self.due.insert((next, ip));
            let alone = match question {
                Question::All => None,
                Question::Alone(mac) => Some(mac),
            };
            return Some(Want::Send(solicitation_frame(from, ip, alone)));
        }
        None
    }

    /// An address to ask for; those of other networks are not on the segment.
    fn want(&mut self, now: Moment, ip: Ipv6Addr, candidate: Candidate) {
        let asks = !self.identity.addresses6.is_empty() && self.identity.is_near6(ip) && !self.identity.is_ours(ip);
        if !asks || self.candidates.contains_key(&ip) {
            return;
        }
        if self.candidates.len() == CANDIDATES {
            self.asked.overfull = true;
            return;
        }
        self.candidates.insert(ip, candidate);
        self.due.insert((now, ip));
    }

    fn guess(&mut self, now: Moment, prefix: Ipv6Addr, mac: Mac) {
        let ip = made_from(prefix, mac);
        if self.guesses < GUESSES && mac != self.identity.mac && !self.candidates.contains_key(&ip) {
            self.guesses += 1;
            self.want(now, ip, Candidate::guessed());
        }
    }

    fn hear_sent(&mut self, at: Moment, packet: &Packet<'_>, ip: &Header, message: &Message) -> Vec<Fact> {
        let Message::NeighbourSolicitation { target, .. } = message else {
            self.asked.to_all += u32::from(ip.destination == ALL_NODES);
            return Vec::new();
        };
        self.asked.solicitations += 1;
        if packet.destination.is_group() {
            self.pace.spend(at);
            if self.asked_at.len() < REMEMBERED {
                self.asked_at.insert(*target, at);
            }
            return Vec::new();
        }
        if self.alone_at.len() < REMEMBERED {
            self.alone_at.insert((*target, packet.destination), at);
        }
        vec![Fact::AskedAlone { ip: (*target).into(), mac: packet.destination }]
    }

    fn hear_received(&mut self, at: Moment, packet: &Packet<'_>, ip: &Header, message: &Message) -> Vec<Fact> {
        match message {
            Message::EchoReply { identifier: IDENTIFIER, .. } if self.identity.is_ours(ip.destination) => {
                self.want(at, ip.source, Candidate::heard());
            }
            Message::ParameterProblem { code: UNRECOGNIZED_OPTION, about } if self.identity.is_ours(*about) => {
                self.want(at, ip.source, Candidate::heard());
            }
            Message::ListenerReport(_) | Message::ListenerQuery(_) if ip.source.is_unicast_link_local() => {
                self.want(at, ip.source, Candidate::heard());
            }
            // What a router has sent on is no neighbour's (RFC 4861, 7.1).
            _ if ip.hop_limit != NEIGHBOUR_HOPS => {}
            Message::NeighbourSolicitation { target, .. } if ip.source.is_unspecified() => {
                return vec![Fact::AddressProbed { ip: (*target).into(), mac: packet.source }];
            }
            Message::NeighbourSolicitation { card, .. } | Message::RouterSolicitation { card } if !ip.source.is_unspecified() => {
                return claim(packet, ip.source, *card, Claim::Request, None);
            }
            Message::NeighbourAdvertisement { target, card, solicited, overrides, .. } => {
                let mac = card.unwrap_or(packet.source);
                let alone = self.alone_at.remove(&(*target, mac)).filter(|_| *solicited);
                let asked = self.asked_at.get(target).copied();
                // Who is asked alone may leave its card out, and then overrides nothing (RFC 4861, 7.2.4).
                let yields = !overrides && card.is_some();
                let (how, since) = match (alone, asked) {
                    (Some(alone), _) => (Claim::Unicast, Some(alone)),
                    _ if yields => (Claim::Yielding, None),
                    (None, Some(asked)) if ip.destination == ALL_NODES || self.identity.is_ours(ip.destination) => {
                        (Claim::Reply, Some(asked))
                    }
                    _ if *solicited || !overrides => (Claim::Overheard, None),
                    _ => (Claim::Announcement, None),
                };
                return claim(packet, *target, *card, how, since.map(|since| at.since(since)));
            }
            _ => {}
        }
        Vec::new()
    }
}

/// What is claimed by a card, its own or that of the frame.
pub(super) fn claim(packet: &Packet<'_>, ip: Ipv6Addr, card: Option<Mac>, how: Claim, rtt: Option<Duration>) -> Vec<Fact> {
    let mac = card.unwrap_or(packet.source);
    if mac.is_group() || mac == Mac::ZERO || ip.is_multicast() || ip.is_unspecified() {
        return Vec::new();
    }
    let rtt_us = rtt.map(|time| u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    let via = (packet.source != mac).then_some(packet.source);
    vec![Fact::AddressClaimed { ip: ip.into(), mac, how, rtt_us, via }]
}

impl Probe for Neighbours6 {
    fn poll(&mut self, now: Moment) -> Want {
        if self.identity.addresses6.is_empty() {
            return Want::Done;
        }
        if let Some(&ip) = self.own.front() {
            if now < self.own_next {
                return Want::Wait(self.own_next);
            }
            self.own.pop_front();
            if self.own.len().is_multiple_of(self.identity.addresses6.len()) {
                self.own_next = now + PROBE_SPACING;
            }
            let nameless = Sender { mac: self.identity.mac, ip: Ipv6Addr::UNSPECIFIED };
            return Want::Send(solicitation_frame(nameless, ip, None));
        }
        if let Some(frame) = self.frames.pop_front() {
            self.last = now;
            return Want::Send(frame);
        }
        let round = self.rounds().get(self.round).map(|after| Moment::default() + OWN_ADDRESS_FIRST + *after);
        if round.is_some_and(|at| at <= now) {
            self.frames = self.questions().collect();
            self.round += 1;
            return self.poll(now);
        }
        let next = match self.solicit(now) {
            Some(Want::Wait(at)) => Some(at),
            Some(send) => {
                self.last = now;
                return send;
            }
            None => None,
        };
        let end = self.last + if self.quick { QUICK_WAIT } else { LAST_WAIT };
        match round.into_iter().chain(next).min() {
            Some(at) => Want::Wait(at),
            None if now < end => Want::Wait(end),
            None => Want::Done,
        }
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        let (packet, sent) = match heard.what {
            What::Sent(packet) => (packet, true),
            What::Received(packet) => (packet, false),
            What::Answered(..) => return Vec::new(),
        };
        let (ip, message) = match &packet.body {
            Body::Icmp6 { ip, message } => (ip, message),
            _ => return Vec::new(),
        };
        match packet.vlan {
            Some(vlan) => vec![Fact::Tagged { vlan }],
            None if sent => self.hear_sent(heard.at, packet, ip, message),
            None if packet.source == self.identity.mac => Vec::new(),
            None => self.hear_received(heard.at, packet, ip, message),
        }
    }

    fn learn(&mut self, now: Moment, fact: &Fact) {
        let Fact::AddressClaimed { ip, mac, how, .. } = fact else { return };
        match *ip {
            IpAddr::V4(_) if !self.found.contains(mac) => self.guess(now, LINK_LOCAL, *mac),
            IpAddr::V4(_) => {}
            IpAddr::V6(ip) if self.identity.is_taken(ip, *mac) => drop(self.taken.insert(ip)),
            IpAddr::V6(ip) => {
                if self.found.len() < CANDIDATES {
                    self.found.insert(*mac);
                }
                if ip == made_from(LINK_LOCAL, *mac) {
                    // A card that makes one address from its own mostly makes the others so too.
                    let global = |net: &crate::net::Ipv6Net| net.prefix_len() == 64 && !net.addr().is_unicast_link_local();
                    let nets: Vec<_> =
                        self.identity.addresses6.iter().filter(|net| global(net)).map(|net| net.network()).collect();
                    nets.into_iter().for_each(|prefix| self.guess(now, prefix, *mac));
                }
                self.want(now, ip, Candidate::heard());
                let contested = self.candidates.get_mut(&ip).is_some_and(|one| one.claimed(*mac, *how == Claim::Unicast));
                if contested {
                    self.due.insert((now, ip));
                }
            }
        }
    }

    fn conclude(&self) -> Vec<Fact> {
        let listened = if self.quick { QUICK_WAIT } else { LAST_WAIT };
        let listened_ms = if self.asked.to_all > 0 { listened.as_millis() as u32 } else { 0 };
        vec![Fact::Asked6(Asked6 { listened_ms, ..self.asked })]
    }
}

#[cfg(test)]
#[path = "neighbours6/tests.rs"]
mod tests;
