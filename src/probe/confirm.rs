//! An address that two cards claim is asked for again, then each card alone: only its owner answers a frame addressed to it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::pace::Pace;
use super::{Heard, Identity, Probe, Survey, Want, What};
use crate::net::{Mac, Moment};
use crate::observe::{Claim, Fact};
use crate::wire::{Body, Sender, arp};

/// How often a contested address is asked for again by broadcast.
const REASKED: u8 = 3;
/// How often each card is asked alone, until it answers.
const ALONE: u8 = 2;
/// The time between two requests for one address.
const SPACING: Duration = Duration::from_millis(80);
/// How much longer than its slowest reply so far an owner is waited for.
const GRACE: Duration = Duration::from_millis(250);
/// Contested addresses that are confirmed; more are a network that answers for everything, and are reported as heard.
const CANDIDATES: usize = 256;

/// Asks contested addresses again.
pub struct Confirm {
    identity: Identity,
    claims: BTreeMap<Ipv4Addr, Claims>,
    contested: Vec<Ipv4Addr>,
    /// That of the sweep: both count every broadcast of ours.
    pace: Pace,
    /// Our own address is somebody else's too: ask without it.
    own_taken: bool,
}

/// The cards that claim one address.
#[derive(Default)]
struct Claims {
    cards: Vec<(Mac, Card)>,
    reasked: u8,
    next: Moment,
}

#[derive(Default)]
struct Card {
    slowest: Duration,
    reasked_answers: u8,
    alone: u8,
    answered_alone: bool,
}

impl Confirm {
    /// Nothing is contested yet.
    pub fn new(survey: &Survey) -> Confirm {
        Confirm {
            identity: survey.identity.clone(),
            claims: BTreeMap::new(),
            contested: Vec::new(),
            pace: Pace::new(survey.rate),
            own_taken: false,
        }
    }
}

impl Claims {
    fn poll(&mut self, now: Moment, broadcast_from: Moment, sender: Sender, ip: Ipv4Addr) -> Want {
        if now < self.next && !self.all_answered() {
            return Want::Wait(self.next);
        }
        if self.reasked < REASKED {
            if now < broadcast_from {
                return Want::Wait(broadcast_from);
            }
            self.reasked += 1;
            self.next = now + if self.reasked < REASKED { SPACING } else { self.patience() };
            return Want::Send(arp::request(sender, ip, Mac::BROADCAST));
        }
        let left = self.cards.iter_mut().find(|(_, card)| card.alone < ALONE && !card.answered_alone);
        let Some((mac, card)) = left else {
            return if now < self.next && self.waits() { Want::Wait(self.next) } else { Want::Done };
        };
        card.alone += 1;
        let mac = *mac;
        let all_asked = self.each().all(|card| card.alone == ALONE || card.answered_alone);
        self.next = now + if all_asked { self.patience() } else { SPACING / 4 };
        Want::Send(arp::request(sender, ip, mac))
    }

    /// What is waited for came in: every card answered every repeated question, or was heard alone.
    fn all_answered(&self) -> bool {
        if self.each().all(|card| card.alone == 0) {
            return self.reasked == REASKED && self.each().all(|card| card.reasked_answers >= REASKED);
        }
        !self.waits()
    }

    fn waits(&self) -> bool {
        self.each().any(|card| !card.answered_alone)
    }

    fn each(&self) -> impl Iterator<Item = &Card> {
        self.cards.iter().map(|(_, card)| card)
    }

    fn patience(&self) -> Duration {
        self.each().map(|card| card.slowest).max().unwrap_or_default() + GRACE
    }
}

impl Probe for Confirm {
    fn poll(&mut self, now: Moment) -> Want {
        let mut soonest: Option<Moment> = None;
        for &ip in &self.contested {
            let Some(claims) = self.claims.get_mut(&ip) else { continue };
            // In our own address's name nothing may be asked while somebody else holds it.
            let sender = if self.own_taken { self.identity.nameless() } else { self.identity.sender_for(ip) };
            match claims.poll(now, self.pace.next(), sender, ip) {
                Want::Wait(until) => soonest = Some(soonest.map_or(until, |other| other.min(until))),
                Want::Done => {}
                send => return send,
            }
        }
        soonest.map_or(Want::Done, Want::Wait)
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        if let What::Sent(packet) = heard.what
            && packet.destination == Mac::BROADCAST
            && matches!(packet.body, Body::Arp(_))
        {
            self.pace.spend(heard.at);
        }
        Vec::new()
    }

    fn learn(&mut self, _now: Moment, fact: &Fact) {
        let Fact::AddressClaimed { ip: IpAddr::V4(ip), mac, how, rtt_us, .. } = fact else { return };
        let taken = self.identity.is_taken(*ip, *mac);
        if *mac == self.identity.mac || (self.identity.is_ours(*ip) && !taken) {
            return;
        }
        self.own_taken |= taken;
        let claims = self.claims.entry(*ip).or_default();
        let reasking = claims.reasked > 0;
        let place = claims.cards.iter().position(|(card, _)| card == mac).unwrap_or_else(|| {
            claims.cards.push((*mac, Card::default()));
            // One stranger is enough to contest an address of ours.
            let contested = claims.cards.len() > usize::from(!taken);
            if contested && self.contested.len() < CANDIDATES && !self.contested.contains(ip) {
                self.contested.push(*ip);
            }
            claims.cards.len() - 1
        });
        let card = &mut claims.cards[place].1;
        card.slowest = card.slowest.max(Duration::from_micros(rtt_us.unwrap_or_default().into()));
        card.answered_alone |= *how == Claim::Unicast;
        card.reasked_answers += u8::from(reasking && *how == Claim::Reply && card.reasked_answers < u8::MAX);
    }
}
