//! Which addresses would a server lease? Asked by DISCOVERs that wish for one (option 50), as few as find the edges of its range.
//!
//! A server that offers the address wished for has it in its range and free. Nothing is leased: no REQUEST is ever sent. What is
//! asked for was asked for by ARP before, and was silent: ISC dhcpd pings what it is about to offer, and marks an address that
//! answers as abandoned for a day. The client is our own card, for the reasons that [`super::dhcp`] gives, and always the same
//! one: dnsmasq and ISC dhcpd keep what they offered for the client that they offered it to.
//!
//! Measured: Kea answers at once; ISC dhcpd 2.6 pings for 1 s before an offer and answers at once for what it does not lease,
//! unless it is pinging for us, when it says nothing; dnsmasq 2.90 pings for 3 s before an offer, one client after another. So
//! each server is asked one question at a time, and different servers at the same time; a server hears every question and answers
//! those of others too.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::{Heard, Identity, Probe, Survey, Want, What};
use crate::net::{Moment, Targets};
use crate::observe::{Asked, Fact};
use crate::wire::dhcp::{self, CLIENT_PORT, Kind, SERVER_PORT};
use crate::wire::{Body, Sender, arp};

/// Questions in all, on one interface.
pub const QUESTIONS: usize = 24;
/// Servers whose edges are looked for.
const SERVERS: usize = 4;
/// No question later than this after the start: the last answer is there within 12 s.
const ASK_UNTIL: Duration = Duration::from_millis(7500);
/// How long an address must have been silent to ARP before it is asked for.
const SILENT_FOR: Duration = Duration::from_millis(450);
/// How long an answer is waited for at least and at most: twice the slowest so far, between these.
const PATIENCE: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(3400)];
/// A server this slow pings before each offer: the outer part of a gap, which it does not lease and answers at once, is asked
/// first.
const SLOW: Duration = Duration::from_millis(2000);
/// Questions in a row that a server may leave unanswered.
const SILENCES: u8 = 2;

/// The questions.
pub struct AskPool {
    sender: Sender,
    identity: Identity,
    targets: Targets,
    enabled: bool,
    /// Addresses that matter: those that somebody has, or should have.
    about: BTreeSet<Ipv4Addr>,
    /// Addresses that somebody answers for, and when each was first asked for.
    held: BTreeSet<Ipv4Addr>,
    swept: BTreeMap<Ipv4Addr, Moment>,
    /// When an address was last asked for for the first time.
    swept_at: Moment,
    /// Servers that answered us in any way: each has its share of the questions.
    known: BTreeSet<Ipv4Addr>,
    servers: BTreeMap<Ipv4Addr, Server>,
    /// The addresses that were wished for, by transaction, with the time.
    wishes: BTreeMap<u32, (Ipv4Addr, Moment)>,
    decided: u8,
}

/// What one server has told.
struct Server {
    /// What it offers to anybody.
    seed: Ipv4Addr,
    /// The addresses wished for, and whether it offered them.
    told: BTreeMap<Ipv4Addr, bool>,
    /// Those that it did not answer in time.
    silent: BTreeSet<Ipv4Addr>,
    silences: u8,
    waiting: Option<(Ipv4Addr, Moment)>,
    driven: usize,
    slowest: Duration,
    upward: bool,
}

impl AskPool {
    /// Nothing asked yet.
    pub fn new(survey: &Survey) -> AskPool {
        let identity = survey.identity.clone();
        let own = identity.addresses.iter().map(|net| net.addr());
        AskPool {
            sender: identity.nameless(),
            targets: survey.targets.clone(),
            enabled: survey.asking.pool,
            about: survey.asking.about.iter().copied().chain(own).collect(),
            held: BTreeSet::new(),
            swept: BTreeMap::new(),
            swept_at: Moment::default(),
            known: BTreeSet::new(),
            servers: BTreeMap::new(),
            wishes: BTreeMap::new(),
            decided: 0,
            identity,
        }
    }

    /// Whether an address may be asked for: ARP asked for it, and nobody answered in time.
    fn is_free(&self, ip: Ipv4Addr, now: Moment) -> bool {
        let silent = self.swept.get(&ip).is_some_and(|&at| now >= at + SILENT_FOR);
        silent && !self.held.contains(&ip) && !self.identity.is_ours(ip) && !self.servers.contains_key(&ip)
    }

    /// The next address to ask a server for, between what it is known to lease and what it is known not to.
    fn next_wish(&self, server: &Server, upward: bool, now: Moment) -> Option<Ipv4Addr> {
        let (inside, outside) = server.gap(upward);
        let between = |ip: u32| {
            if upward {
                inside < ip && outside.is_none_or(|end| ip < end)
            } else {
                ip < inside && outside.is_none_or(|end| end < ip)
            }
        };
        let open = |ip: &Ipv4Addr| {
            between(u32::from(*ip))
                && !self.wishes.values().any(|(wish, _)| wish == ip)
                && !server.silent.contains(ip)
                && self.is_free(*ip, now)
        };
        let free: Vec<Ipv4Addr> = self.swept.keys().copied().filter(open).collect();
        // Next to the addresses that matter first: on which side of the edge each of them lies is the question.
        let near = |ip: &&Ipv4Addr| {
            [-1, 0, 1]
                .into_iter()
                .any(|step| u32::from(**ip).checked_add_signed(step).is_some_and(|ip| self.about.contains(&ip.into())))
        };
        let mut candidates: Vec<Ipv4Addr> = free.iter().filter(near).copied().collect();
        if candidates.is_empty() {
            candidates = free;
        }
        if !upward {
            candidates.reverse();
        }
        let place = if server.slowest >= SLOW { candidates.len() * 3 / 4 } else { candidates.len() / 2 };
        candidates.get(place).copied()
    }
}

impl Server {
    fn of(seed: Ipv4Addr, slowest: Duration) -> Server {
        Server {
            seed,
            told: BTreeMap::new(),
            silent: BTreeSet::new(),
            silences: 0,
            waiting: None,
            driven: 0,
            slowest,
            upward: true,
        }
    }

    /// The outermost address known to be leased, going up or down from what the server offers to anybody, and the next one beyond
    /// it known not to be.
    fn gap(&self, upward: bool) -> (u32, Option<u32>) {
        let seed = u32::from(self.seed);
        let told = |inside: bool| self.told.iter().filter(move |(_, leases)| **leases == inside).map(|(ip, _)| u32::from(*ip));
        if upward {
            let outside = told(false).filter(|ip| *ip > seed).min();
            let inside = told(true).filter(|ip| outside.is_none_or(|end| *ip < end)).max();
            (inside.unwrap_or(seed).max(seed), outside)
        } else {
            let outside = told(false).filter(|ip| *ip < seed).max();
            let inside = told(true).filter(|ip| outside.is_none_or(|end| *ip > end)).min();
            (inside.unwrap_or(seed).min(seed), outside)
        }
    }

    fn patience(&self) -> Duration {
        (self.slowest * 2 + PATIENCE[0]).clamp(PATIENCE[0], PATIENCE[1])
    }

    /// Gives up an answer that is overdue.
    fn expire(&mut self, now: Moment) {
        if let Some((ip, _)) = self.waiting.filter(|&(_, due)| now >= due) {
            self.waiting = None;
            self.silent.insert(ip);
            self.silences += 1;
        }
    }
}

impl Probe for AskPool {
    fn poll(&mut self, now: Moment) -> Want {
        if !self.enabled {
            return Want::Done;
        }
        self.servers.values_mut().for_each(|server| server.expire(now));
        let may_ask = usize::from(self.decided) < QUESTIONS && now < Moment::default() + ASK_UNTIL;
        // Everybody is asked before the first server is: the best question is chosen among all.
        let settled = self.swept_at + SILENT_FOR;
        if may_ask && !self.servers.is_empty() && now < settled {
            return Want::Wait(settled);
        }
        let share = QUESTIONS / self.known.len().clamp(1, SERVERS);
        if may_ask {
            let idle: Vec<Ipv4Addr> = self
                .servers
                .iter()
                .filter(|(_, server)| server.waiting.is_none() && server.silences < SILENCES && server.driven < share)
                .map(|(id, _)| *id)
                .collect();
            for id in idle {
                let server = &self.servers[&id];
                let ways = [server.upward, !server.upward];
                let Some((upward, ip)) = ways.into_iter().find_map(|up| Some((up, self.next_wish(server, up, now)?))) else {
                    continue;
                };
                let number = self.decided;
                self.decided += 1;
                if let Some(server) = self.servers.get_mut(&id) {
                    server.upward = !upward;
                    server.driven += 1;
                    server.waiting = Some((ip, now + server.patience()));
                }
                return Want::Send(dhcp::pool_question(number, ip, self.sender));
            }
        }
        let due = self.servers.values().filter_map(|server| server.waiting.map(|(_, due)| due)).min();
        due.map_or(Want::Done, Want::Wait)
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        let (packet, sent) = match heard.what {
            What::Sent(packet) => (packet, true),
            What::Received(packet) => (packet, false),
            What::Answered(..) => return Vec::new(),
        };
        let (ip, payload) = match &packet.body {
            Body::Arp(arp) if sent && arp.operation == arp::Operation::Request && self.targets.contains(arp.target_ip) => {
                if let Entry::Vacant(first) = self.swept.entry(arp.target_ip) {
                    first.insert(heard.at);
                    self.swept_at = heard.at;
                }
                return Vec::new();
            }
            Body::Udp { ip, source_port, destination_port, payload } => {
                let ports = if sent { (CLIENT_PORT, SERVER_PORT) } else { (SERVER_PORT, CLIENT_PORT) };
                if (*source_port, *destination_port) != ports || packet.vlan.is_some() {
                    return Vec::new();
                }
                (ip, *payload)
            }
            _ => return Vec::new(),
        };
        match dhcp::parse(payload) {
            Ok(dhcp::Heard::Asked { xid, about: Some(wish), .. }) if sent && dhcp::is_pool_xid(xid) => {
                self.wishes.insert(xid, (wish, heard.at));
                Vec::new()
            }
            Ok(dhcp::Heard::Answered(reply)) if !sent && reply.client == self.sender.mac && reply.kind == Kind::Offer => {
                let Some(&(address, _)) = self.wishes.get(&reply.xid) else { return Vec::new() };
                let server = reply.server.unwrap_or(ip.source);
                reply.address.map(|offered| Fact::PoolAsked { server, address, offered: Some(offered) }).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn learn(&mut self, now: Moment, fact: &Fact) {
        match fact {
            Fact::AddressClaimed { ip: IpAddr::V4(ip), mac, .. } if *mac != self.identity.mac => {
                self.held.insert(*ip);
                self.about.insert(*ip);
            }
            Fact::DhcpAnswered(answer) if matches!(answer.how, Asked::Discover | Asked::Inform) => {
                let id = answer.server.unwrap_or(answer.source);
                if self.known.len() < SERVERS {
                    self.known.insert(id);
                }
                let seed = answer.offered.filter(|seed| answer.kind == Kind::Offer && self.targets.contains(*seed));
                let Some(seed) = seed else { return };
                if self.servers.len() < SERVERS {
                    self.servers.entry(id).or_insert_with(|| Server::of(seed, now.since(Moment::default())));
                }
            }
            Fact::PoolAsked { server, address, offered: Some(offered) } => {
                let asked_at = self.wishes.values().find(|(wish, _)| wish == address).map(|&(_, at)| at);
                let Some(server) = self.servers.get_mut(server) else { return };
                server.told.insert(*address, offered == address);
                server.silences = 0;
                server.slowest = server.slowest.max(now.since(asked_at.unwrap_or(now)));
                server.waiting = server.waiting.filter(|(waiting, _)| waiting != address);
            }
            _ => {}
        }
    }

    fn conclude(&self) -> Vec<Fact> {
        let unanswered = |(&id, server): (&Ipv4Addr, &Server)| {
            let open = self.wishes.values().map(|&(wish, _)| wish).filter(|wish| !server.told.contains_key(wish));
            open.map(|address| Fact::PoolAsked { server: id, address, offered: None }).collect::<Vec<_>>()
        };
        self.servers.iter().flat_map(unanswered).collect()
    }
}

#[cfg(test)]
#[path = "ask_pool/tests.rs"]
mod tests;
