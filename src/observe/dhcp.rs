//! DHCP servers: what each answered, kept within bounds and told apart, whatever the order in which it was heard.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Card, Observation};
use crate::net::{Mac, Moment};
use crate::wire::dhcp::{Kind, PXE_CLIENT, Settings};

/// Which question an answer was to; what is asked as every client asks comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// Our DISCOVER.
    Discover,
    /// Our INFORM.
    Inform,
    /// Our DISCOVER as a PC that starts from the network.
    NetBoot,
    /// Our DISCOVER that asks for an address.
    Pool,
    /// Somebody else's question.
    Overheard,
}

/// One answer of a server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct DhcpAnswer {
    /// What it answered.
    pub how: Asked,
    /// What kind of answer it is.
    pub kind: Kind,
    /// The server's own identifier; `None` where it does not tell.
    pub server: Option<Ipv4Addr>,
    /// The card whose frame carried it.
    pub mac: Mac,
    /// The IPv4 address that it came from.
    pub source: Ipv4Addr,
    /// The relay that it came by.
    pub relay: Option<Ipv4Addr>,
    /// The address that it offers or leases.
    pub offered: Option<Ipv4Addr>,
    /// The settings that it gives.
    pub settings: Settings,
}

/// Origins of answers that are kept, and different answers of each: a flood of forged offers must not fill the memory. The lowest
/// are kept, so that what is kept does not depend on the order of arrival.
const ORIGINS: usize = 64;
const ANSWERS: usize = 8;
/// Sightings that are kept of each origin as evidence; the record keeps all.
const EVIDENCE: usize = 3;

/// Where answers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Origin {
    /// The server's identifier, else the address that it answered from.
    id: Ipv4Addr,
    mac: Mac,
    source: Ipv4Addr,
    relay: Option<Ipv4Addr>,
}

/// What came from one origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Heard {
    answers: u32,
    first: Moment,
    last: Moment,
    told: BTreeSet<DhcpAnswer>,
    offers: BTreeMap<Ipv4Addr, Observation>,
    evidence: Vec<Observation>,
}

/// How much was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct DhcpAsked {
    /// INFORMs sent.
    pub informs: u32,
    /// DISCOVERs sent, those of network boot among them.
    pub discovers: u32,
    /// DISCOVERs sent that asked for an address.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub wishes: u32,
    /// Lease queries sent.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub queries: u32,
    /// For how long answers are listened for after the last question, in milliseconds; a report has 0 where that was cut short.
    pub listened_ms: u32,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// Everything heard of DHCP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DhcpSeen {
    heard: BTreeMap<Origin, Heard>,
    asked: DhcpAsked,
    flooded: bool,
}

/// One server, by whatever ways its answers came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DhcpServer {
    /// Its identifier (option 54); `None` where it does not tell, which no client accepts.
    pub server: Option<Ipv4Addr>,
    /// The cards whose frames carried its answers: its own, or a relay's.
    pub macs: BTreeSet<Mac>,
    /// The IPv4 addresses that its answers came from.
    pub sources: BTreeSet<Ipv4Addr>,
    /// The relays that its answers came by.
    pub relays: BTreeSet<Ipv4Addr>,
    /// The questions that it answered.
    pub answered: BTreeSet<Asked>,
    /// It tells PCs what to start from the network, and gives no address (proxyDHCP).
    pub boot_only: bool,
    /// The address that it offered to us.
    pub offered: Option<Ipv4Addr>,
    /// Every address that it offered to us, with the earliest offer.
    #[serde(skip)]
    pub offers: BTreeMap<Ipv4Addr, Observation>,
    /// The settings that it would give to us.
    pub settings: Settings,
    /// When it was first heard.
    #[serde(rename = "first_ms")]
    pub first: Moment,
    /// When it was last heard.
    #[serde(rename = "last_ms")]
    pub last: Moment,
    /// How many answers were heard.
    pub answers: u32,
    /// The earliest sightings.
    #[serde(skip)]
    pub evidence: Vec<Observation>,
}

impl DhcpServer {
    /// What it is called by: its identifier, else the address that it answered from.
    pub fn id(&self) -> Ipv4Addr {
        self.server.or(self.sources.first().copied()).unwrap_or(Ipv4Addr::UNSPECIFIED)
    }
}

impl DhcpSeen {
    pub(super) fn answered(&mut self, seen: &Observation, answer: &DhcpAnswer) {
        let id = answer.server.unwrap_or(answer.source);
        let origin = Origin { id, mac: answer.mac, source: answer.source, relay: answer.relay };
        let heard = self.heard.entry(origin).or_default();
        heard.first = if heard.answers > 0 { heard.first.min(seen.at) } else { seen.at };
        heard.last = heard.last.max(seen.at);
        heard.answers = heard.answers.saturating_add(1);
        heard.told.insert(answer.clone());
        if heard.told.len() > ANSWERS {
            heard.told.pop_last();
        }
        if let Some(offered) = answer.offered.filter(|_| answer.kind == Kind::Offer && answer.how != Asked::Overheard) {
            offer(&mut heard.offers, offered, seen);
        }
        let place = heard.evidence.binary_search(seen).unwrap_or_else(|place| place);
        if place < EVIDENCE {
            heard.evidence.insert(place, seen.clone());
            heard.evidence.truncate(EVIDENCE);
        }
        if self.heard.len() > ORIGINS {
            self.heard.pop_last();
            self.flooded = true;
        }
    }

    pub(super) fn asked(&mut self, asked: &DhcpAsked) {
        self.asked.informs = self.asked.informs.saturating_add(asked.informs);
        self.asked.discovers = self.asked.discovers.saturating_add(asked.discovers);
        self.asked.wishes = self.asked.wishes.saturating_add(asked.wishes);
        self.asked.queries = self.asked.queries.saturating_add(asked.queries);
        self.asked.listened_ms = self.asked.listened_ms.max(asked.listened_ms);
    }

    /// How much was asked.
    pub fn coverage(&self) -> DhcpAsked {
        self.asked
    }

    /// More servers answered than any real network has; the rest was not kept.
    pub fn flooded(&self) -> bool {
        self.flooded
    }

    /// The servers, in the order of their identifiers.
    ///
    /// A server on our segment is known by its identifier and its card, so that a second one under the same identifier is told
    /// apart. One behind a relay or a router is known by its identifier alone: its answers come by the relay's card, or by any
    /// router's.
    pub(super) fn servers(&self, card: Option<&Card>) -> Vec<DhcpServer> {
        let near = |ip: Ipv4Addr| {
            let own = card.map(|card| card.addresses.as_slice()).unwrap_or_default();
            own.is_empty() || own.iter().any(|net| net.contains(&ip))
        };
        let mut servers: BTreeMap<(Ipv4Addr, Option<Mac>), DhcpServer> = BTreeMap::new();
        let relayed: BTreeSet<Ipv4Addr> =
            self.heard.keys().filter(|origin| origin.relay.is_some()).map(|origin| origin.id).collect();
        for (origin, heard) in &self.heard {
            let far = relayed.contains(&origin.id) || !near(origin.id);
            let key = (origin.id, (!far).then_some(origin.mac));
            match servers.get_mut(&key) {
                Some(server) => server.also(origin, heard),
                None => drop(servers.insert(key, DhcpServer::of(origin, heard))),
            }
        }
        servers.into_values().map(DhcpServer::judged).collect()
    }
}

impl DhcpServer {
    fn of(origin: &Origin, heard: &Heard) -> DhcpServer {
        let mut server = DhcpServer {
            server: None,
            macs: BTreeSet::new(),
            sources: BTreeSet::new(),
            relays: BTreeSet::new(),
            answered: BTreeSet::new(),
            boot_only: false,
            offered: None,
            offers: BTreeMap::new(),
            settings: Settings::default(),
            first: heard.first,
            last: heard.last,
            answers: 0,
            evidence: Vec::new(),
        };
        server.also(origin, heard);
        server
    }

    fn also(&mut self, origin: &Origin, heard: &Heard) {
        self.macs.insert(origin.mac);
        self.sources.insert(origin.source);
        self.relays.extend(origin.relay);
        self.first = self.first.min(heard.first);
        self.last = self.last.max(heard.last);
        self.answers = self.answers.saturating_add(heard.answers);
        for told in &heard.told {
            self.server = self.server.or(told.server);
            if told.how != Asked::Overheard {
                self.offered = self.offered.or(told.offered);
            }
            // The answers come with those to a DISCOVER first; what only an INFORM or a network boot brought out is added.
            complete(&mut self.settings, &told.settings);
            self.answered.insert(told.how);
        }
        for (&ip, seen) in &heard.offers {
            offer(&mut self.offers, ip, seen);
        }
        self.evidence.extend(heard.evidence.iter().cloned());
        self.evidence.sort();
        self.evidence.truncate(EVIDENCE);
    }

    fn judged(mut self) -> DhcpServer {
        let class = self.settings.class.as_deref().unwrap_or_default();
        let address = self.settings.mask.is_some() || self.settings.lease_s.is_some() || self.offered.is_some();
        self.boot_only = class.as_bytes().starts_with(PXE_CLIENT) && !address;
        self
    }
}

/// Addresses offered to us that are kept of each server.
const OFFERS: usize = 64;

/// Keeps the earliest offer of each address, of the lowest addresses.
fn offer(offers: &mut BTreeMap<Ipv4Addr, Observation>, ip: Ipv4Addr, seen: &Observation) {
    let earliest = offers.entry(ip).or_insert_with(|| seen.clone());
    if seen < earliest {
        earliest.clone_from(seen);
    }
    if offers.len() > OFFERS {
        offers.pop_last();
    }
}

/// Adds what is not known yet.
fn complete(known: &mut Settings, told: &Settings) {
    fn one<T: Clone>(known: &mut Option<T>, told: &Option<T>) {
        if known.is_none() {
            known.clone_from(told);
        }
    }
    fn many<T: Clone>(known: &mut Vec<T>, told: &[T]) {
        if known.is_empty() {
            *known = told.to_vec();
        }
    }
    one(&mut known.mask, &told.mask);
    many(&mut known.routers, &told.routers);
    many(&mut known.dns, &told.dns);
    one(&mut known.domain, &told.domain);
    many(&mut known.ntp, &told.ntp);
    one(&mut known.lease_s, &told.lease_s);
    one(&mut known.renew_s, &told.renew_s);
    one(&mut known.rebind_s, &told.rebind_s);
    one(&mut known.vendor, &told.vendor);
    one(&mut known.class, &told.class);
    one(&mut known.tftp, &told.tftp);
    one(&mut known.boot_file, &told.boot_file);
    many(&mut known.tftp_addresses, &told.tftp_addresses);
    one(&mut known.proxy, &told.proxy);
    known.routes |= told.routes;
    many(&mut known.route_list, &told.route_list);
    many(&mut known.search, &told.search);
    one(&mut known.next_server, &told.next_server);
    many(&mut known.unreadable, &told.unreadable);
}
