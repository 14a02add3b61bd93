//! Who has each address? Asked by broadcast, the silent ones again, the answered ones listened to for a late second owner.
//!
//! It also tells what every ARP message means, whoever asked for it.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use super::pace::Pace;
use super::{Heard, Identity, OWN_ADDRESS_FIRST, Probe, Survey, Want, What};
use crate::net::{Mac, Moment, Targets};
use crate::observe::{Claim, Fact, v4};
use crate::wire::arp::{self, Arp, Operation};
use crate::wire::{Body, Packet};

/// Every silent address is asked at least so often.
const PASSES: u8 = 2;
/// While late owners are listened for anyway, silent addresses are asked so often, and those that answered twice, where a pass
/// takes less than a second. No address is asked more often, however many are found late. Where one frame in twenty is lost on
/// each way, one request in ten fails: four would miss one of 200 hosts in every fifty looks, six in every six thousand.
const MAX_PASSES: u8 = 6;
/// The time that a silent address has before it is asked again.
const REASK: Duration = Duration::from_millis(200);
/// How long the last request is waited for.
const LAST_WAIT: Duration = Duration::from_millis(220);
/// How long an address that answered is listened to for a second owner: 3 s, and some for the way.
const LATE_OWNER: Duration = Duration::from_millis(3250);
/// Owners whose requests and replies are counted; more are forged.
const CARDS: usize = 1 << 17;
/// Addresses outside the targets whose requests are counted: those that servers offer.
const OTHERS: usize = 1 << 10;

/// The sweep.
pub struct ArpSweep {
    identity: Identity,
    targets: Targets,
    quick: bool,
    pace: Pace,
    /// For each target, how often it was asked by broadcast, when last (in units of 16 µs), and whether it answered.
    asks: Vec<u8>,
    asked_at: Vec<u32>,
    answered: Vec<bool>,
    pass: u8,
    cursor: usize,
    pass_started: Moment,
    pass_spent: Duration,
    found_in_pass: u32,
    last_ask: Moment,
    late_until: Moment,
    asked: u32,
    requests: u32,
    /// What was asked of and answered by each card for each address.
    cards: HashMap<(Ipv4Addr, Mac), Card>,
    /// Addresses outside the targets that another probe asked for by broadcast: how often, and when last.
    others: HashMap<Ipv4Addr, (u16, Moment)>,
    /// Our own address is somebody else's too: ask without it.
    own_taken: bool,
}

/// What passed between us and one card about one address.
#[derive(Clone, Copy, Default)]
struct Card {
    /// Requests addressed to it alone, and when the latest of them went.
    alone: u16,
    alone_at: Moment,
    /// It has not yet answered the latest of them.
    alone_open: bool,
    replies: u16,
}

impl ArpSweep {
    /// A sweep of the survey's targets; our own addresses are asked for by [`super::own_address`].
    pub fn new(survey: &Survey) -> ArpSweep {
        let count = survey.targets.count() as usize;
        ArpSweep {
            identity: survey.identity.clone(),
            targets: survey.targets.clone(),
            quick: survey.quick,
            pace: Pace::new(survey.rate),
            asks: vec![0; count],
            asked_at: vec![0; count],
            answered: vec![false; count],
            pass: 1,
            cursor: 0,
            pass_started: Moment::default() + OWN_ADDRESS_FIRST,
            pass_spent: Duration::ZERO,
            found_in_pass: 0,
            last_ask: Moment::default(),
            late_until: Moment::default(),
            asked: 0,
            requests: 0,
            cards: HashMap::new(),
            others: HashMap::new(),
            own_taken: false,
        }
    }

    /// Moves the cursor to the next target of this pass: those not asked yet, whoever was heard to claim them; the silent ones;
    /// and where the time is there anyway, those that answered, once more, for a second owner that did not hear the first
    /// request.
    fn next_due(&mut self) -> Option<Ipv4Addr> {
        let twice = self.pass > PASSES && self.has_time();
        while self.cursor < self.asks.len() {
            let (asks, answered) = (self.asks[self.cursor], self.answered[self.cursor]);
            let due = asks == 0 || if answered { twice && asks < PASSES } else { asks < self.pass };
            if due
                && let Some(ip) = self.targets.at(self.cursor)
                && !self.identity.is_ours(ip)
            {
                return Some(ip);
            }
            self.cursor += 1;
        }
        None
    }

    /// Whether asking the silent ones once more is worth it: the pass before brought somebody, or the time is there anyway.
    fn another_pass(&self, now: Moment) -> bool {
        if self.pass < PASSES {
            return true;
        }
        let free = self.has_time() && now < self.late_until;
        (free || self.found_in_pass > 0) && self.pass < MAX_PASSES
    }

    /// Late owners are listened for longer than a pass takes.
    fn has_time(&self) -> bool {
        !self.quick && self.pass_spent < Duration::from_secs(1)
    }

    /// Somebody is silent, or was asked once only.
    fn is_left(&self) -> bool {
        self.answered.iter().zip(&self.asks).any(|(answered, asks)| !answered || *asks < PASSES)
    }

    fn moment_of(units: u32) -> Moment {
        Moment(u64::from(units) << 4)
    }

    fn hear_sent(&mut self, at: Moment, packet: &Packet<'_>, arp: &Arp) -> Vec<Fact> {
        if arp.operation != Operation::Request {
            return Vec::new();
        }
        if packet.destination != Mac::BROADCAST {
            let card = self.cards.entry((arp.target_ip, packet.destination)).or_default();
            *card = Card { alone: card.alone.saturating_add(1), alone_at: at, alone_open: true, ..*card };
            return vec![Fact::AskedAlone { ip: v4(arp.target_ip), mac: packet.destination }];
        }
        // Whoever of us asks: the network bears so many broadcasts a second, not each of our questions.
        self.pace.spend(at);
        self.requests = self.requests.saturating_add(1);
        self.last_ask = self.last_ask.max(at);
        if let Some(place) = self.targets.position(arp.target_ip) {
            let first = self.asks[place] == 0;
            self.asked += u32::from(first);
            // Somebody was heard before we asked; a second owner has its time from now on.
            if first && self.answered[place] {
                self.late_until = self.late_until.max(at + LATE_OWNER);
            }
            self.asks[place] = self.asks[place].saturating_add(1);
            self.asked_at[place] = (at.0 >> 4) as u32;
        } else if self.others.len() < OTHERS || self.others.contains_key(&arp.target_ip) {
            let (count, last) = self.others.entry(arp.target_ip).or_default();
            (*count, *last) = (count.saturating_add(1), at);
        }
        Vec::new()
    }

    fn hear_received(&mut self, at: Moment, packet: &Packet<'_>, arp: &Arp) -> Vec<Fact> {
        // A message that no card can have sent; claims by it would accuse nobody.
        if arp.sender_mac == Mac::ZERO || arp.sender_mac == Mac::BROADCAST {
            return vec![Fact::Malformed { protocol: "ARP".into(), field: "ar$sha".into() }];
        }
        let (ip, mac) = (arp.sender_ip, arp.sender_mac);
        if arp.is_probe() {
            return vec![Fact::AddressProbed { ip: v4(arp.target_ip), mac }];
        }
        if ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast() {
            return vec![Fact::Malformed { protocol: "ARP".into(), field: "ar$spa".into() }];
        }
        let (how, rtt) = match arp.operation {
            _ if arp.is_gratuitous() => (Claim::Announcement, None),
            Operation::Request => (Claim::Request, None),
            Operation::Reply if arp.target_mac == self.identity.mac => self.reply(at, ip, mac),
            Operation::Reply => (Claim::Overheard, None),
        };
        let rtt_us = rtt.map(|time| u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
        let via = (packet.source != mac).then_some(packet.source);
        vec![Fact::AddressClaimed { ip: v4(ip), mac, how, rtt_us, via }]
    }

    /// Which of our requests a reply to us belongs to.
    fn reply(&mut self, at: Moment, ip: Ipv4Addr, mac: Mac) -> (Claim, Option<Duration>) {
        let place = self.targets.position(ip).filter(|&place| self.asks[place] > 0);
        let other = self.others.get(&ip).copied();
        let asked = place.map_or(other.map_or(0, |(count, _)| count), |place| u16::from(self.asks[place]));
        if self.cards.len() >= CARDS && !self.cards.contains_key(&(ip, mac)) {
            return (Claim::Overheard, None);
        }
        let card = self.cards.entry((ip, mac)).or_default();
        card.replies = card.replies.saturating_add(1);
        if card.alone_open {
            card.alone_open = false;
            return (Claim::Unicast, Some(at.since(card.alone_at)));
        }
        match place {
            _ if asked == 0 && card.alone == 0 => (Claim::Overheard, None),
            _ if card.replies > card.alone.saturating_add(asked) => (Claim::Surplus, None),
            Some(place) => (Claim::Reply, Some(at.since(Self::moment_of(self.asked_at[place])))),
            None => (Claim::Reply, other.map(|(_, last)| at.since(last))),
        }
    }
}

impl Probe for ArpSweep {
    fn poll(&mut self, now: Moment) -> Want {
        if now < self.pass_started {
            return Want::Wait(self.pass_started);
        }
        if let Some(ip) = self.next_due() {
            let asked = self.asks[self.cursor];
            let again = Self::moment_of(self.asked_at[self.cursor]) + REASK;
            let ready = if asked > 0 { again.max(self.pace.next()) } else { self.pace.next() };
            if now < ready {
                return Want::Wait(ready);
            }
            let sender = if self.own_taken { self.identity.nameless() } else { self.identity.sender_for(ip) };
            return Want::Send(arp::request(sender, ip, Mac::BROADCAST));
        }
        self.pass_spent = self.pass_spent.max(self.last_ask.since(self.pass_started));
        // What the pass brings is known when its last request has had its time.
        let heard_out = self.last_ask + LAST_WAIT;
        if self.pass >= PASSES && now < heard_out {
            return Want::Wait(heard_out);
        }
        if self.another_pass(now) && self.is_left() {
            (self.pass, self.cursor, self.pass_started, self.found_in_pass) = (self.pass + 1, 0, now, 0);
            return self.poll(now);
        }
        let end = if self.quick { heard_out } else { self.late_until.max(heard_out) };
        if now < end { Want::Wait(end) } else { Want::Done }
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        let (packet, sent) = match heard.what {
            What::Sent(packet) => (packet, true),
            What::Received(packet) => (packet, false),
            What::Answered(..) => return Vec::new(),
        };
        let Body::Arp(arp) = &packet.body else { return Vec::new() };
        match packet.vlan {
            Some(vlan) => vec![Fact::Tagged { vlan }],
            None if sent => self.hear_sent(heard.at, packet, arp),
            None => self.hear_received(heard.at, packet, arp),
        }
    }

    fn learn(&mut self, now: Moment, fact: &Fact) {
        let Fact::AddressClaimed { ip: std::net::IpAddr::V4(ip), mac, .. } = fact else { return };
        self.own_taken |= self.identity.is_taken(*ip, *mac);
        if let Some(place) = self.targets.position(*ip).filter(|&place| !self.answered[place]) {
            self.answered[place] = true;
            self.found_in_pass += u32::from(self.asks[place] == self.pass);
            let asked = if self.asks[place] > 0 { Self::moment_of(self.asked_at[place]) } else { now };
            self.late_until = self.late_until.max(asked + LATE_OWNER);
        }
    }

    fn extent(&self) -> Option<(u32, u32)> {
        (!self.asks.is_empty()).then_some((self.asked, self.asks.len() as u32))
    }

    fn conclude(&self) -> Vec<Fact> {
        let listened = if self.quick { LAST_WAIT } else { LATE_OWNER };
        let swept = Fact::Swept {
            planned: self.asks.len() as u32,
            asked: self.asked,
            requests: self.requests,
            listened_ms: listened.as_millis() as u32,
        };
        let through = self.targets.iter().zip(&self.asks).filter(|(_, asks)| **asks >= PASSES).map(|(ip, _)| ip);
        let targets = Targets::of_addresses(through);
        let through = (targets != Targets::default()).then_some(Fact::AskedThrough { targets });
        [swept].into_iter().chain(through).collect()
    }
}
