//! What was seen, one fact at a time, and the inventory that all facts fold into, in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::{self, Inferred};
use crate::lease::Lease;
use crate::net::{Ipv4Net, Mac, Moment, VlanId};
use crate::oui::{Vendor, Vendors};

/// One thing seen once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Observation {
    /// When.
    #[serde(rename = "at_ms")]
    pub at: Moment,
    /// The number of the frame in the recorded capture, counted from 1 as Wireshark does.
    pub frame: Option<u32>,
    /// What.
    pub fact: Fact,
}

/// What can be seen. Coverage is a fact too: silence where nothing was asked proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Fact {
    /// The card that we listen on and send from.
    OurCard {
        /// Its hardware address.
        mac: Mac,
        /// Its addresses, each with its prefix.
        #[schemars(with = "Vec<String>")]
        addresses: Vec<Ipv4Net>,
        /// Our other cards: they may answer for this one (ARP flux) and are no strangers.
        siblings: Vec<Mac>,
    },
    /// A card said that it has an address.
    AddressClaimed {
        /// The address.
        ip: IpAddr,
        /// The card: the sender hardware address of the message.
        mac: Mac,
        /// By what kind of message.
        how: Claim,
        /// Microseconds since our latest request for the address.
        rtt_us: Option<u32>,
        /// The card whose frame carried the claim, where it is another one.
        via: Option<Mac>,
    },
    /// We asked a card alone, by a frame addressed to it, for an address.
    AskedAlone {
        /// The address.
        ip: IpAddr,
        /// The card.
        mac: Mac,
    },
    /// A card asked, claiming nothing, whether an address is free (RFC 5227, 2.1.1).
    AddressProbed {
        /// The address.
        ip: IpAddr,
        /// The card.
        mac: Mac,
    },
    /// Addresses that were asked for by broadcast.
    Swept {
        /// How many were to be asked.
        planned: u32,
        /// How many were asked at least once.
        asked: u32,
        /// How many requests that took.
        requests: u32,
        /// For how long late second owners were listened for after the last first request, in milliseconds.
        listened_ms: u32,
    },
    /// A card answered an echo request that was addressed to it and could not be sent on: the address is its own.
    EchoAnswered {
        /// The address.
        ip: IpAddr,
        /// The card.
        mac: Mac,
        /// The TTL of its reply.
        ttl: u8,
    },
    /// A card said that it would have sent an echo request on: it holds the address for somebody else.
    WouldForward {
        /// The address.
        ip: IpAddr,
        /// The card.
        mac: Mac,
    },
    /// A name was told.
    Named {
        /// The address.
        ip: IpAddr,
        /// The card that told it; `None` where a server did.
        mac: Option<Mac>,
        /// The name as it was told, not cleaned.
        name: String,
        /// By which protocol.
        source: NameSource,
    },
    /// A server's file says something of an address. The network did not: what is concluded from it is only as good as the file.
    LeaseHeld {
        /// The name of the file.
        file: String,
        /// What it says.
        lease: Lease,
    },
    /// A server's file was read.
    LeasesRead {
        /// The name of the file.
        file: String,
        /// Addresses in it.
        entries: u32,
        /// Lines of it that could not be read.
        unread: u32,
    },
    /// An ARP message in a VLAN's tag: it belongs to another segment and is not judged.
    Tagged {
        /// The VLAN.
        vlan: VlanId,
    },
    /// A frame that could not be read.
    Malformed {
        /// The protocol.
        protocol: String,
        /// The field.
        field: String,
    },
    /// Frames that arrived faster than they could be read.
    FramesLost {
        /// How many, by the kernel's count.
        count: u32,
    },
    /// The look was cut short.
    CutShort {
        /// By what.
        by: Cut,
    },
}

/// The kind of message that claims an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// A reply to a broadcast request of ours.
    Reply,
    /// A reply to a request of ours that was addressed to this card alone.
    Unicast,
    /// One reply more than we had sent requests.
    Surplus,
    /// An announcement to all.
    Announcement,
    /// A request of its own for another address, in the name of this one.
    Request,
    /// A reply to somebody else, or one that nobody was seen to ask for.
    Overheard,
}

/// The protocol by which a name was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NameSource {
    /// NetBIOS node status.
    NetBios,
    /// Multicast DNS.
    Mdns,
    /// Link-local multicast name resolution.
    Llmnr,
    /// A DNS server's reverse zone.
    Dns,
}

impl NameSource {
    /// The protocol's usual spelling.
    pub fn label(self) -> &'static str {
        match self {
            NameSource::NetBios => "NetBIOS",
            NameSource::Mdns => "mDNS",
            NameSource::Llmnr => "LLMNR",
            NameSource::Dns => "DNS",
        }
    }
}

/// Why a look ended before it was complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// The user stopped it.
    User,
    /// The interface went away or down.
    Interface,
    /// The capture that was replayed ends in the middle of a frame.
    Capture,
}

/// A name and how it was learnt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Name {
    /// The name.
    pub name: String,
    /// By which protocol.
    pub source: NameSource,
}

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
    /// What it says that it is called.
    pub names: BTreeSet<Name>,
    /// The earliest sightings, which serve as evidence.
    pub evidence: Vec<Observation>,
}

/// Sightings that an owner keeps as evidence; the record keeps all.
const EVIDENCE: usize = 3;
/// Names that are kept of one card for one address: more are a flood, not an answer.
const NAMES: usize = 8;

/// Claims in all (an address and a card), and cards of one address, that are kept: a forger of claims must not fill the memory.
/// The lowest are kept, so that what is kept does not depend on the order of arrival.
const CLAIMS: usize = 1 << 17;
const CARDS: usize = 64;
/// Entries of lease files that are kept of one address, and files that are counted.
const ENTRIES: usize = 8;
const FILES: usize = 64;

impl Owner {
    fn claimed(&mut self, seen: &Observation, how: Claim, rtt_us: Option<u32>, via: Option<Mac>) {
        self.first = if self.claims() { self.first.min(seen.at) } else { seen.at };
        self.last = self.last.max(seen.at);
        self.answers = self.answers.saturating_add(1);
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
            self.evidence.insert(place, seen.clone());
            self.evidence.truncate(EVIDENCE);
        }
    }

    /// It was heard to claim the address, not only heard of.
    pub fn claims(&self) -> bool {
        self.answers > 0
    }
}

/// Our card and its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its hardware address.
    pub mac: Mac,
    /// Its addresses.
    pub addresses: Vec<Ipv4Net>,
    /// Our other cards.
    pub siblings: Vec<Mac>,
}

/// How much was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Addresses that were to be asked.
    pub planned: u32,
    /// Addresses that were asked.
    pub asked: u32,
    /// Requests sent to ask them.
    pub requests: u32,
    /// Milliseconds for which late second owners were listened for.
    pub listened_ms: u32,
    /// Frames lost before they could be read.
    pub frames_lost: u32,
    /// Malformed frames by protocol and field.
    pub malformed: BTreeMap<(String, String), u32>,
    /// ARP messages of other VLANs.
    pub tagged: BTreeMap<VlanId, u32>,
    /// What cut the look short.
    pub cut: BTreeSet<Cut>,
    /// More was claimed than any real network claims; the rest was not kept.
    pub flooded: bool,
    /// Lease files that were read: the name, the addresses in it, the lines that could not be read.
    pub lease_files: BTreeSet<(String, u32, u32)>,
}

/// Everything known about the network, whatever the order in which it was learnt.
#[derive(Clone, Debug)]
pub struct Inventory {
    vendors: &'static Vendors,
    card: Option<Card>,
    owners: BTreeMap<IpAddr, BTreeMap<Mac, Owner>>,
    /// How many owners those are.
    kept: usize,
    /// The addresses that each card claims.
    cards: BTreeMap<Mac, BTreeSet<IpAddr>>,
    address_names: BTreeMap<IpAddr, BTreeSet<Name>>,
    /// What lease files say of each address.
    leases: BTreeMap<IpAddr, BTreeSet<Observation>>,
    coverage: Coverage,
}

impl Inventory {
    /// Nothing seen yet.
    pub fn new(vendors: &'static Vendors) -> Inventory {
        Inventory {
            vendors,
            card: None,
            owners: BTreeMap::new(),
            kept: 0,
            cards: BTreeMap::new(),
            address_names: BTreeMap::new(),
            leases: BTreeMap::new(),
            coverage: Coverage::default(),
        }
    }

    /// Adds one observation. Folding the same observations in any order gives the same inventory.
    pub fn fold(&mut self, seen: &Observation) {
        match &seen.fact {
            Fact::OurCard { mac, addresses, siblings } => {
                self.card = Some(Card { mac: *mac, addresses: addresses.clone(), siblings: siblings.clone() });
            }
            Fact::AddressClaimed { ip, mac, how, rtt_us, via } => {
                self.cards.entry(*mac).or_default().insert(*ip);
                self.owner(*ip, *mac, |owner| owner.claimed(seen, *how, *rtt_us, *via));
            }
            Fact::AskedAlone { ip, mac } => self.owner(*ip, *mac, |owner| owner.alone = owner.alone.or(Some(false))),
            Fact::EchoAnswered { ip, mac, ttl } => self.owner(*ip, *mac, |owner| owner.echo_ttl = owner.echo_ttl.max(Some(*ttl))),
            Fact::WouldForward { ip, mac } => self.owner(*ip, *mac, |owner| owner.forwards = true),
            Fact::Named { ip, mac, name, source } => {
                let name = Name { name: name.clone(), source: *source };
                match mac {
                    Some(mac) => self.owner(*ip, *mac, |owner| keep(&mut owner.names, name)),
                    None => {
                        keep(self.address_names.entry(*ip).or_default(), name);
                        if self.address_names.len() > CLAIMS {
                            self.address_names.pop_last();
                        }
                    }
                }
            }
            Fact::Swept { planned, asked, requests, listened_ms } => {
                add(&mut self.coverage.planned, *planned);
                add(&mut self.coverage.asked, *asked);
                add(&mut self.coverage.requests, *requests);
                self.coverage.listened_ms = self.coverage.listened_ms.max(*listened_ms);
            }
            Fact::LeaseHeld { lease, .. } => {
                let entries = self.leases.entry(v4(lease.ip)).or_default();
                entries.insert(seen.clone());
                if entries.len() > ENTRIES {
                    entries.pop_last();
                }
                if self.leases.len() > CLAIMS {
                    self.leases.pop_last();
                }
            }
            Fact::LeasesRead { file, entries, unread } => {
                self.coverage.lease_files.insert((file.clone(), *entries, *unread));
                if self.coverage.lease_files.len() > FILES {
                    self.coverage.lease_files.pop_last();
                }
            }
            Fact::Tagged { vlan } => add(self.coverage.tagged.entry(*vlan).or_default(), 1),
            Fact::Malformed { protocol, field } => {
                add(self.coverage.malformed.entry((protocol.clone(), field.clone())).or_default(), 1);
            }
            Fact::FramesLost { count } => add(&mut self.coverage.frames_lost, *count),
            Fact::CutShort { by } => drop(self.coverage.cut.insert(*by)),
            Fact::AddressProbed { .. } => {}
        }
    }

    /// Changes what is known of one card's claim of one address.
    fn owner(&mut self, ip: IpAddr, mac: Mac, change: impl FnOnce(&mut Owner)) {
        let cards = self.owners.entry(ip).or_default();
        let before = cards.len();
        change(cards.entry(mac).or_default());
        self.kept += cards.len() - before;
        if cards.len() > CARDS {
            self.forget(ip);
        }
        if self.kept > CLAIMS
            && let Some((&last, _)) = self.owners.last_key_value()
        {
            self.forget(last);
        }
    }

    /// Forgets the highest card of an address.
    fn forget(&mut self, ip: IpAddr) {
        self.coverage.flooded = true;
        let Some(cards) = self.owners.get_mut(&ip) else { return };
        let Some((mac, _)) = cards.pop_last() else { return };
        self.kept -= 1;
        if cards.is_empty() {
            self.owners.remove(&ip);
        }
        if let Some(addresses) = self.cards.get_mut(&mac) {
            addresses.remove(&ip);
            if addresses.is_empty() {
                self.cards.remove(&mac);
            }
        }
    }

    /// Our card, where one was used.
    pub fn card(&self) -> Option<&Card> {
        self.card.as_ref()
    }

    /// How much was looked at.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Every address that was claimed, with its owners.
    pub fn claimed(&self) -> impl Iterator<Item = (IpAddr, Vec<(Mac, &Owner)>)> {
        self.owners.iter().filter_map(|(&ip, owners)| {
            let owners: Vec<_> = owners.iter().filter(|(_, owner)| owner.claims()).map(|(&mac, owner)| (mac, owner)).collect();
            (!owners.is_empty()).then_some((ip, owners))
        })
    }

    /// Every card that claims an address.
    pub fn claims_of(&self, ip: IpAddr) -> Vec<(Mac, &Owner)> {
        let owners = self.owners.get(&ip).into_iter().flatten();
        owners.filter(|(_, owner)| owner.claims()).map(|(&mac, owner)| (mac, owner)).collect()
    }

    /// One card's claim of one address.
    pub fn claim(&self, ip: IpAddr, mac: Mac) -> Option<&Owner> {
        self.owners.get(&ip)?.get(&mac).filter(|owner| owner.claims())
    }

    /// The addresses that a card claims, in order.
    pub fn addresses_of(&self, mac: Mac) -> impl Iterator<Item = IpAddr> {
        self.cards.get(&mac).into_iter().flatten().copied()
    }

    /// The names of one owner: what its card told, and what a server says of the address.
    pub fn names(&self, ip: IpAddr, mac: Mac) -> Vec<Name> {
        let own = self.owners.get(&ip).and_then(|owners| owners.get(&mac)).map(|owner| &owner.names);
        own.into_iter().flatten().chain(self.address_names.get(&ip).into_iter().flatten()).cloned().collect()
    }

    /// What lease files say of an address: the file, the entry, and both as evidence.
    pub fn leases(&self, ip: IpAddr) -> impl Iterator<Item = (&str, &Lease, &Observation)> {
        self.leases.get(&ip).into_iter().flatten().filter_map(|seen| match &seen.fact {
            Fact::LeaseHeld { file, lease } => Some((file.as_str(), lease, seen)),
            _ => None,
        })
    }

    /// Every address of which a lease file says something.
    pub fn leased(&self) -> impl Iterator<Item = IpAddr> {
        self.leases.keys().copied()
    }

    /// What lease files say of an address for this card; a reservation before a lease, both before what is over.
    pub fn lease_of(&self, ip: IpAddr, mac: Mac) -> Option<&Lease> {
        self.leases(ip).map(|(_, lease, _)| lease).filter(|lease| lease.card() == Some(mac)).min_by_key(|lease| lease.state)
    }

    /// Who made the card.
    pub fn vendor(&self, mac: Mac) -> Vendor<'static> {
        self.vendors.lookup(mac)
    }

    /// The kind of device that an owner is, from its vendor and the names that its own card told.
    pub fn kind(&self, ip: IpAddr, mac: Mac) -> Option<Inferred> {
        let names = self.names(ip, mac);
        let alone = self.owners.get(&ip).is_none_or(|owners| owners.values().filter(|owner| owner.claims()).count() < 2);
        // A server's name for a contested address is the name of one owner only, and not known of which.
        let told: Vec<&str> =
            names.iter().filter(|name| alone || name.source != NameSource::Dns).map(|name| name.name.as_str()).collect();
        kind::infer(self.vendor(mac).name(), &told)
    }

    /// Whether an address is one of our card's.
    pub fn is_ours(&self, ip: IpAddr) -> bool {
        self.card.iter().flat_map(|card| &card.addresses).any(|net| IpAddr::V4(net.addr()) == ip)
    }

    /// Whether a card is ours.
    pub fn is_our_card(&self, mac: Mac) -> bool {
        self.card.iter().any(|card| card.mac == mac || card.siblings.contains(&mac))
    }
}

impl PartialEq for Inventory {
    /// The same things seen; the table of vendors is no observation.
    fn eq(&self, other: &Inventory) -> bool {
        (&self.card, &self.owners, &self.address_names, &self.leases, &self.coverage)
            == (&other.card, &other.owners, &other.address_names, &other.leases, &other.coverage)
    }
}

fn keep(names: &mut BTreeSet<Name>, name: Name) {
    names.insert(name);
    if names.len() > NAMES {
        names.pop_last();
    }
}

/// Counts on, to the most that a count can hold: a record may say anything.
fn add(count: &mut u32, more: u32) {
    *count = count.saturating_add(more);
}

fn shorter(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// The address as the general type that facts hold.
pub fn v4(ip: Ipv4Addr) -> IpAddr {
    IpAddr::V4(ip)
}
