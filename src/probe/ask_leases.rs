//! Which addresses has a server leased, and to whom? Asked by lease queries (RFC 4388), which change nothing on the server.
//!
//! They go as a relay's do, from our address and to one server at a time. dhcpd answers where it is told to (`allow leasequery;`);
//! dnsmasq and Kea are silent. A server that does not answer its first query is asked no more.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::{Heard, Identity, Probe, Survey, Want, What};
use crate::lease::{Ends, Lease, State};
use crate::net::{Mac, Moment};
use crate::observe::{Asked, DhcpAsked, Fact};
use crate::wire::Body;
use crate::wire::dhcp::{self, LeaseReply, SERVER_PORT, Says};
use crate::wire::ipv4::Receiver;

/// Questions in all: each has a number of its own in one byte.
const QUESTIONS: usize = 200;
/// Servers that are asked.
const SERVERS: usize = 8;
/// How often the first query goes to a server that is silent.
const TRIES: u8 = 2;
/// How long a query is waited for.
const PATIENCE: Duration = Duration::from_millis(600);
/// From one query to the next.
const SPACING: Duration = Duration::from_millis(5);
/// How long after the start addresses that ARP shows are still asked about.
const ASK_UNTIL: Duration = Duration::from_millis(7500);
/// When it starts: most hosts have answered ARP by then, and most servers their DISCOVER.
const START: Duration = Duration::from_millis(1500);

/// The queries.
pub struct AskLeases {
    identity: Identity,
    enabled: bool,
    started_s: i64,
    /// Addresses that matter.
    about: BTreeSet<Ipv4Addr>,
    servers: BTreeMap<Ipv4Addr, Server>,
    decided: u8,
    next: Moment,
    /// Queries that were heard to go out, and what came back.
    sent: u32,
    asked: BTreeSet<(Ipv4Addr, Ipv4Addr)>,
    answered: BTreeSet<(Ipv4Addr, Ipv4Addr)>,
}

/// One server.
struct Server {
    mac: Mac,
    tries: u8,
    due: Moment,
    speaks: bool,
    asked: BTreeSet<Ipv4Addr>,
}

impl AskLeases {
    /// Nothing asked yet.
    pub fn new(survey: &Survey) -> AskLeases {
        AskLeases {
            identity: survey.identity.clone(),
            enabled: survey.asking.leases && !survey.identity.addresses.is_empty(),
            started_s: survey.asking.started_s,
            about: survey.asking.about.iter().copied().collect(),
            servers: BTreeMap::new(),
            decided: 0,
            next: Moment::default() + START,
            sent: 0,
            asked: BTreeSet::new(),
            answered: BTreeSet::new(),
        }
    }

    fn ask(&mut self, id: Ipv4Addr, about: Ipv4Addr, now: Moment) -> Option<Want> {
        let server = self.servers.get_mut(&id)?;
        server.asked.insert(about);
        server.tries = server.tries.saturating_add(1);
        server.due = now + PATIENCE;
        let (number, to) = (self.decided, Receiver { mac: server.mac, ip: id });
        self.decided += 1;
        self.next = now + SPACING;
        Some(Want::Send(dhcp::lease_question(number, about, self.identity.sender_for(id), to)))
    }

    /// The entry of an answer, as a lease file would have it.
    fn lease(&self, at: Moment, reply: &LeaseReply) -> Lease {
        let card = reply.client.map(|mac| format!("01{}", mac.to_string().replace(':', "")));
        let ends = match reply.lease_s {
            Some(u32::MAX) => Ends::Never,
            Some(seconds) => Ends::At(self.started_s.saturating_add((at.ms() / 1000) as i64).saturating_add(seconds.into())),
            None => Ends::Unknown,
        };
        Lease {
            ip: reply.address,
            mac: reply.client,
            client_id: reply.client_id.clone().filter(|id| Some(id) != card.as_ref()).map(String::into_boxed_str),
            name: reply.name.clone().map(String::into_boxed_str),
            ends,
            state: State::Active,
            line: 0,
        }
    }
}

impl Probe for AskLeases {
    fn poll(&mut self, now: Moment) -> Want {
        if !self.enabled {
            return Want::Done;
        }
        if now < self.next {
            return Want::Wait(self.next);
        }
        let may_ask = usize::from(self.decided) < QUESTIONS && now < Moment::default() + ASK_UNTIL;
        let mut due: Option<Moment> = None;
        for id in self.servers.keys().copied().collect::<Vec<_>>() {
            let server = &self.servers[&id];
            let waits = now < server.due;
            let about = match (server.speaks, server.tries) {
                (true, _) => self.about.iter().find(|ip| !server.asked.contains(ip)).copied(),
                (false, 0) => self.about.first().copied(),
                (false, tries) if tries < TRIES && !waits => server.asked.first().copied(),
                _ => None,
            };
            if let Some(want) = about.filter(|_| may_ask).and_then(|about| self.ask(id, about, now)) {
                return want;
            }
            if waits {
                due = Some(due.map_or(self.servers[&id].due, |other| other.min(self.servers[&id].due)));
            }
        }
        due.map_or(Want::Done, Want::Wait)
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        let (packet, sent) = match heard.what {
            What::Sent(packet) => (packet, true),
            What::Received(packet) => (packet, false),
            What::Answered(..) => return Vec::new(),
        };
        let Body::Udp { ip, source_port: SERVER_PORT, destination_port: SERVER_PORT, payload } = &packet.body else {
            return Vec::new();
        };
        match dhcp::parse(payload) {
            Ok(dhcp::Heard::Asked { xid, about: Some(about), .. }) if sent && dhcp::is_lease_xid(xid) => {
                self.sent += 1;
                self.asked.insert((ip.destination, about));
                Vec::new()
            }
            Ok(dhcp::Heard::Lease(reply)) if !sent && packet.vlan.is_none() && dhcp::is_lease_xid(reply.xid) => {
                let (server, address) = (reply.server.unwrap_or(ip.source), reply.address);
                // What nobody asked is not taken, and an answer counts once.
                if !self.asked.contains(&(server, address)) || !self.answered.insert((server, address)) {
                    return Vec::new();
                }
                let told = Fact::LeaseAsked { server, address, says: reply.says };
                let held = (reply.says == Says::Active)
                    .then(|| Fact::LeaseHeld { file: format!("{server} (DHCPLEASEQUERY)"), lease: self.lease(heard.at, &reply) });
                std::iter::once(told).chain(held).collect()
            }
            _ => Vec::new(),
        }
    }

    fn learn(&mut self, _now: Moment, fact: &Fact) {
        match fact {
            Fact::AddressClaimed { ip: IpAddr::V4(ip), mac, .. } if *mac != self.identity.mac && self.about.len() < QUESTIONS => {
                self.about.insert(*ip);
            }
            Fact::DhcpAnswered(answer) if answer.how != Asked::Overheard && self.servers.len() < SERVERS => {
                let id = answer.server.unwrap_or(answer.source);
                let server =
                    || Server { mac: answer.mac, tries: 0, due: Moment::default(), speaks: false, asked: BTreeSet::new() };
                self.servers.entry(id).or_insert_with(server);
                if self.about.len() < QUESTIONS {
                    self.about.extend(answer.offered);
                }
            }
            Fact::LeaseAsked { server, .. } => {
                self.servers.get_mut(server).into_iter().for_each(|server| server.speaks = true);
            }
            _ => {}
        }
    }

    fn conclude(&self) -> Vec<Fact> {
        let silent = self.asked.difference(&self.answered);
        let silent = silent.map(|&(server, address)| Fact::LeaseAsked { server, address, says: Says::Silent });
        let asked = (self.sent > 0).then(|| Fact::DhcpAsked(DhcpAsked { queries: self.sent, ..DhcpAsked::default() }));
        silent.chain(asked).collect()
    }
}

#[cfg(test)]
#[path = "ask_leases/tests.rs"]
mod tests;
