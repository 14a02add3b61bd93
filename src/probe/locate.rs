//! Behind which port of which switch is a card? Switches are asked over SNMP, from neighbour to neighbour.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Identity, Probe, Sounding, Survey, Want};
use crate::mib::Tables;
use crate::net::{Mac, Moment};
use crate::observe::{Behind, Fact, Observation, Sought, Switchboard, SwitchesSeen};

/// Which switches are asked, and for what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switching {
    /// The switches to start from.
    pub switches: Vec<IpAddr>,
    /// The card that is looked for from neighbour to neighbour; without one, these switches are asked and no others.
    pub sought: Option<Sought>,
}

/// Switches that are asked at most: neighbours of neighbours without end are forged.
pub const MOST: usize = 64;
/// Questions that are open at a time.
const OPEN: usize = 16;
/// How long a look for one card may take in all. A silent switch takes 2 s, and those of a site are asked together.
const DEADLINE: Duration = Duration::from_secs(60);
/// How long the holder of an address has to answer by ARP before the switches are asked: they learn its card by that answer.
const ARP: Duration = Duration::from_millis(1_000);

/// Asks the switches, and those that hang on the port behind which the card is.
pub struct Locate {
    identity: Identity,
    sought: Option<Sought>,
    /// The cards that hold the address that is looked for.
    holders: BTreeSet<Mac>,
    known: BTreeSet<IpAddr>,
    waiting: VecDeque<(IpAddr, Tables)>,
    open: BTreeSet<(IpAddr, Tables)>,
    /// How many of its tables each switch has yet to tell.
    left: BTreeMap<IpAddr, usize>,
    /// How many tables were to be told by all of them.
    wanted: usize,
    seen: SwitchesSeen,
    started: Option<Moment>,
}

impl Locate {
    /// Those that are known from the start.
    pub fn new(survey: &Survey) -> Locate {
        let mut probe = Locate {
            identity: survey.identity.clone(),
            sought: survey.switching.sought,
            holders: BTreeSet::new(),
            known: BTreeSet::new(),
            waiting: VecDeque::new(),
            open: BTreeSet::new(),
            left: BTreeMap::new(),
            wanted: 0,
            seen: SwitchesSeen::default(),
            started: None,
        };
        survey.switching.switches.iter().for_each(|&switch| probe.want(switch));
        probe
    }

    fn want(&mut self, switch: IpAddr) {
        if self.known.len() >= MOST || !self.known.insert(switch) {
            return;
        }
        let mut tables = vec![Tables::System, Tables::Interfaces, Tables::Forwarding, Tables::Neighbours];
        tables.extend(self.address_beyond_arp().map(|_| Tables::Arp));
        self.left.insert(switch, tables.len());
        self.wanted += tables.len();
        self.waiting.extend(tables.into_iter().map(|tables| (switch, tables)));
    }

    /// The address that is looked for, where only a router knows its card: it is in none of our prefixes.
    fn address_beyond_arp(&self) -> Option<Ipv4Addr> {
        match self.sought {
            Some(Sought::Address(ip)) if !self.identity.addresses.iter().any(|net| net.contains(&ip)) => Some(ip),
            _ => None,
        }
    }

    /// The holder of the address may yet answer by ARP.
    fn waits_for_arp(&self) -> bool {
        matches!(self.sought, Some(Sought::Address(_))) && self.address_beyond_arp().is_none() && self.holders.is_empty()
    }

    /// The switches that hang on the ports behind which the card is.
    fn follow(&mut self) {
        if let Some(ip) = self.address_beyond_arp() {
            self.holders = self.seen.all().flat_map(|switch| switch.owners(ip)).collect();
        }
        let cards: Vec<Mac> = match self.sought {
            None => return,
            Some(Sought::Ours) => vec![self.identity.mac],
            Some(Sought::Card(mac)) => vec![mac],
            Some(Sought::Address(_)) => self.holders.iter().copied().collect(),
        };
        let board = Switchboard::of(&self.seen);
        let next = |behind: Behind| match behind {
            Behind::Switch { addresses, .. } => addresses.into_iter().next(),
            _ => None,
        };
        let switches: Vec<IpAddr> = cards.iter().flat_map(|&mac| board.plugs(mac)).filter_map(|plug| next(plug.behind)).collect();
        switches.into_iter().for_each(|switch| self.want(switch));
    }
}

impl Probe for Locate {
    fn poll(&mut self, now: Moment) -> Want {
        if self.waiting.is_empty() && self.open.is_empty() {
            return Want::Done;
        }
        let started = *self.started.get_or_insert(now);
        let end = started + DEADLINE;
        if now >= end {
            return Want::Done;
        }
        if self.waits_for_arp() && now < started + ARP {
            return Want::Wait(started + ARP);
        }
        if self.open.len() < OPEN
            && let Some((switch, tables)) = self.waiting.pop_front()
        {
            self.open.insert((switch, tables));
            return Want::Sound(Sounding::Switch(switch, tables));
        }
        Want::Wait(end)
    }

    fn extent(&self) -> Option<(u32, u32)> {
        let left: usize = self.left.values().sum();
        (self.wanted > 0).then(|| (self.wanted.saturating_sub(left) as u32, self.wanted as u32))
    }

    fn learn(&mut self, now: Moment, fact: &Fact) {
        match fact {
            Fact::SwitchTold(told) => {
                self.open.remove(&(told.switch, told.tables));
                self.seen.told(&Observation { at: now, frame: None, fact: fact.clone() }, told);
                let Some(left) = self.left.get_mut(&told.switch) else { return };
                *left = left.saturating_sub(1);
                if *left == 0 {
                    self.follow();
                }
            }
            Fact::AddressClaimed { ip: IpAddr::V4(ip), mac, .. } if self.sought == Some(Sought::Address(*ip)) => {
                self.holders.insert(*mac);
                self.follow();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "locate/tests.rs"]
mod tests;
