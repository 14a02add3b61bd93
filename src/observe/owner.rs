//! One card's claim of one address: how often, how fast, under which names, and the sightings that prove it.

use std::collections::BTreeSet;

use super::inventory::CARDS;
use super::{Claim, Name, Observation};
use crate::net::{Mac, Moment};

/// One card that claims one address.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Owner {
    /// When it was first and last heard to claim it.
    pub first: Moment,
    /// The last time.
    pub last: Moment,
    /// How many claims were heard, of every kind.
    pub answers: u32,
    /// Replies beyond the number of requests.
    pub surplus: u32,
    /// Whether it answered a request addressed to it alone; `None` where it was not asked so.
    pub alone: Option<bool>,
    /// The shortest time between a request and its reply, in microseconds.
    pub rtt_us: Option<u32>,
    /// Cards other than itself whose frames carried its claims.
    pub via: BTreeSet<Mac>,
    /// The TTL of its echo replies.
    pub echo_ttl: Option<u8>,
    /// It said that it would have sent a packet for this address on.
    pub forwards: bool,
    /// It answered as one of several that may answer, or in somebody's place.
    yielded: bool,
    /// It answered as the only one.
    insisted: bool,
    /// What it says that it is called.
    pub names: BTreeSet<Name>,
    /// The earliest sightings, which serve as evidence.
    pub evidence: Vec<Observation>,
}

/// Sightings that an owner keeps as evidence; the record keeps all.
const EVIDENCE: usize = 3;
/// Names that are kept of one card for one address: more are a flood, not an answer.
const NAMES: usize = 8;

impl Owner {
    /// Adds one claim.
    pub(super) fn claimed(&mut self, seen: &Observation, how: Claim, rtt_us: Option<u32>, via: Option<Mac>) {
        self.first = if self.claims() { self.first.min(seen.at) } else { seen.at };
        self.last = self.last.max(seen.at);
        self.answers = self.answers.saturating_add(1);
        self.yielded |= how == Claim::Yielding;
        self.insisted |= matches!(how, Claim::Reply | Claim::Surplus | Claim::Announcement);
        self.surplus = self.surplus.saturating_add(u32::from(how == Claim::Surplus));
        if how == Claim::Unicast {
            self.alone = Some(true);
        }
        self.rtt_us = shorter(self.rtt_us, rtt_us);
        self.via.extend(via);
        if self.via.len() > CARDS {
            self.via.pop_last();
        }
        let place = self.evidence.binary_search(seen).unwrap_or_else(|place| place);
        if place < EVIDENCE {
            self.evidence.reserve_exact(1);
            self.evidence.insert(place, seen.clone());
            self.evidence.truncate(EVIDENCE);
        }
    }

    /// It answers as one of several that may (an anycast address), or in somebody's place (RFC 4861, 7.2.4), and never otherwise.
    pub fn yields(&self) -> bool {
        self.yielded && !self.insisted
    }

    /// It was heard to claim the address, not only heard of.
    pub fn claims(&self) -> bool {
        self.answers > 0
    }
}

/// The cards of one address, in order. One card each is the rule: a map would take the room of eleven.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Owners(Vec<(Mac, Owner)>);

impl Owners {
    /// What is known of a card, from now on something.
    pub(super) fn entry(&mut self, mac: Mac) -> &mut Owner {
        let place = self.place(mac).unwrap_or_else(|place| {
            self.0.reserve_exact(1);
            self.0.insert(place, (mac, Owner::default()));
            place
        });
        &mut self.0[place].1
    }

    pub(super) fn get(&self, mac: Mac) -> Option<&Owner> {
        self.place(mac).ok().map(|place| &self.0[place].1)
    }

    /// Forgets the highest card.
    pub(super) fn pop_last(&mut self) -> Option<Mac> {
        self.0.pop().map(|(mac, _)| mac)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The cards that were heard to claim the address.
    pub(super) fn claiming(&self) -> impl Iterator<Item = (Mac, &Owner)> {
        self.0.iter().filter(|(_, owner)| owner.claims()).map(|(mac, owner)| (*mac, owner))
    }

    fn place(&self, mac: Mac) -> Result<usize, usize> {
        self.0.binary_search_by_key(&mac, |(mac, _)| *mac)
    }
}

/// Adds a name, while there are not too many.
pub(super) fn keep(names: &mut BTreeSet<Name>, name: Name) {
    names.insert(name);
    if names.len() > NAMES {
        names.pop_last();
    }
}

fn shorter(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
