//! The inventory that all facts fold into, whatever the order in which they come.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::owner::{Owner, Owners, keep};
use super::{
    Asked, BroadcastsSeen, CardSeen, Cut, DhcpSeen, DhcpServer, Fact, Ipv6Seen, LeasesSeen, LinkChanges, Name, NameSource,
    NeighboursSeen, Observation, Part, PathSeen, PoolsSeen, PowerSeen, Reach, ServicesSeen, Sought, Switchboard, SwitchesSeen,
    ToldSeen, TreesSeen, WidthsSeen,
};
use crate::kind::{self, Inferred};
use crate::lease::Lease;
use crate::net::{Ipv4Net, Mac, VlanId};
use crate::oui::{Vendor, Vendors};
use crate::wire::dhcp::Kind;

/// Claims in all (an address and a card), and cards of one address, that are kept: a forger of claims must not fill the memory.
/// The lowest are kept, so that what is kept does not depend on the order of arrival.
const CLAIMS: usize = 1 << 17;
pub(super) const CARDS: usize = 64;

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
    /// The first frame of each kind of them, where frames are numbered.
    pub first_malformed: BTreeMap<(String, String), u32>,
    /// ARP messages of other VLANs.
    pub tagged: BTreeMap<VlanId, u32>,
    /// What cut the look short.
    pub cut: BTreeSet<Cut>,
    /// The parts that had not ended when the time ran out.
    pub unfinished: BTreeSet<Part>,
    /// More was claimed than any real network claims; the rest was not kept.
    pub flooded: bool,
}

impl Coverage {
    /// What kept a part of the look from its end. A part that had ended when the time ran out is whole.
    pub fn cut_of(&self, part: Part) -> Option<Cut> {
        self.cut.iter().copied().find(|cut| *cut != Cut::Budget || self.unfinished.contains(&part))
    }

    /// The same of what is watched while others are asked: it is watched long enough when these have ended that every look has.
    pub fn cut_of_watch(&self) -> Option<Cut> {
        [Part::Addresses, Part::Dhcp].into_iter().find_map(|part| self.cut_of(part))
    }
}

/// Everything known about the network, whatever the order in which it was learnt.
#[derive(Clone, Debug, PartialEq)]
pub struct Inventory {
    vendors: &'static Vendors,
    card: Option<Card>,
    owners: BTreeMap<IpAddr, Owners>,
    /// How many owners those are.
    kept: usize,
    /// The addresses that each card claims.
    cards: BTreeMap<Mac, BTreeSet<IpAddr>>,
    address_names: BTreeMap<IpAddr, BTreeSet<Name>>,
    coverage: Coverage,
    reach: Reach,
    dhcp: DhcpSeen,
    leases: LeasesSeen,
    pools: PoolsSeen,
    told: ToldSeen,
    path: PathSeen,
    widths: WidthsSeen,
    driver: CardSeen,
    broadcasts: BroadcastsSeen,
    trees: TreesSeen,
    neighbours: NeighboursSeen,
    link_changes: LinkChanges,
    switches: SwitchesSeen,
    power: PowerSeen,
    services: ServicesSeen,
    ipv6: Ipv6Seen,
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
            coverage: Coverage::default(),
            reach: Reach::default(),
            dhcp: DhcpSeen::default(),
            leases: LeasesSeen::default(),
            pools: PoolsSeen::default(),
            told: ToldSeen::default(),
            path: PathSeen::default(),
            widths: WidthsSeen::default(),
            driver: CardSeen::default(),
            neighbours: NeighboursSeen::default(),
            broadcasts: BroadcastsSeen::default(),
            trees: TreesSeen::default(),
            link_changes: LinkChanges::default(),
            switches: SwitchesSeen::default(),
            power: PowerSeen::default(),
            services: ServicesSeen::default(),
            ipv6: Ipv6Seen::default(),
        }
    }

    /// Adds one observation. Folding the same observations in any order gives the same inventory.
    pub fn fold(&mut self, seen: &Observation) {
        match &seen.fact {
            Fact::OurCard { mac, addresses, siblings } => {
                self.card = Some(Card { mac: *mac, addresses: addresses.clone(), siblings: siblings.clone() });
            }
            Fact::OurAddresses6 { addresses } => self.ipv6.ours(addresses),
            Fact::RouterAdvertised(told) => self.ipv6.advertised(seen, told),
            Fact::Asked6(asked) => self.ipv6.asked_more(asked),
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
            Fact::AskedThrough { targets } => self.reach.asked_through(seen, targets),
            Fact::DhcpAnswered(answer) => {
                self.dhcp.answered(seen, answer);
                let to_us = answer.kind == Kind::Offer && matches!(answer.how, Asked::Discover | Asked::Pool);
                if let Some(offered) = answer.offered.filter(|_| to_us) {
                    self.told.offered(seen, answer.server.unwrap_or(answer.source), offered);
                }
            }
            Fact::DhcpAsked(asked) => self.dhcp.asked(asked),
            Fact::LeaseHeld { lease, .. } => self.leases.held(seen, lease),
            Fact::LeasesRead { file, entries, unread } => self.leases.read(file, *entries, *unread),
            Fact::OfferProbed { ip, times } => self.told.probed(*ip, *times),
            Fact::PoolAsked { server, address, offered } => self.told.wished(seen, *server, *address, *offered),
            Fact::LeaseAsked { server, address, says } => self.told.said(seen, *server, *address, *says),
            Fact::LinkIs(link) => self.path.link_is(*link),
            Fact::Routed { gateways, resolvers } => self.path.routed(gateways, resolvers),
            Fact::Pinged { ip, replies } => self.path.pinged(seen, *ip, replies),
            Fact::PathSized { ip, bytes, fate } => self.widths.sized(seen, *ip, *bytes, *fate),
            Fact::DnsAsked { server, replies } => self.path.dns_asked(seen, *server, replies),
            Fact::CardIs(_)
            | Fact::ErrorsGrew(_)
            | Fact::CableTested(_)
            | Fact::PairTested(_)
            | Fact::SwitchTestedCable(_)
            | Fact::TraceTaken(_) => self.driver.seen(seen),
            Fact::BroadcastsHeard(_) | Fact::OwnReturned(_) => self.broadcasts.seen(seen),
            Fact::TreeTold(_) | Fact::TopologyChangeNotified { .. } => self.trees.seen(seen),
            Fact::NeighbourAdvertised(told) => self.neighbours.advertised(seen, told),
            Fact::NeighboursListened { ms } => self.neighbours.listened(*ms),
            Fact::AtOutlet { label } => self.neighbours.at_outlet(label),
            Fact::LinkChanged { .. } | Fact::CarrierCounted(_) => self.link_changes.seen(seen),
            Fact::SwitchesNamed { switches, sought } => self.switches.named(switches, *sought),
            Fact::SwitchTold(told) => {
                self.switches.told(seen, told);
                self.power.told(seen, told);
            }
            Fact::ServiceTold(told) => self.services.told(seen, told),
            Fact::BarrierTried(tried) => self.services.tried(seen, tried),
            Fact::PoolConfigured { .. } => self.pools.configured(seen),
            Fact::PoolsRead(file) => self.pools.read(file),
            Fact::Tagged { vlan } => add(self.coverage.tagged.entry(*vlan).or_default(), 1),
            Fact::Malformed { protocol, field } => {
                let kind = (protocol.clone(), field.clone());
                if let Some(frame) = seen.frame {
                    let first = self.coverage.first_malformed.entry(kind.clone()).or_insert(frame);
                    *first = frame.min(*first);
                }
                add(self.coverage.malformed.entry(kind).or_default(), 1);
            }
            Fact::FramesLost { count } => add(&mut self.coverage.frames_lost, *count),
            Fact::CutShort { by } => drop(self.coverage.cut.insert(*by)),
            Fact::Unfinished { part } => drop(self.coverage.unfinished.insert(*part)),
            Fact::AddressProbed { .. } | Fact::PortPower(_) | Fact::SupplyPower(_) => {}
        }
    }

    /// Changes what is known of one card's claim of one address.
    fn owner(&mut self, ip: IpAddr, mac: Mac, change: impl FnOnce(&mut Owner)) {
        let cards = self.owners.entry(ip).or_default();
        let before = cards.len();
        change(cards.entry(mac));
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
        let Some(mac) = cards.pop_last() else { return };
        self.kept -= 1;
        if cards.len() == 0 {
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

    /// Which addresses were asked so often that silence means something.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// What was heard of DHCP.
    pub fn dhcp(&self) -> &DhcpSeen {
        &self.dhcp
    }

    /// The DHCP servers, in the order of their identifiers.
    pub fn dhcp_servers(&self) -> Vec<DhcpServer> {
        self.dhcp.servers(self.card())
    }

    /// What switches told of the power that they give.
    pub fn power(&self) -> &PowerSeen {
        &self.power
    }

    /// What the services of the plan answered.
    pub fn services(&self) -> &ServicesSeen {
        &self.services
    }

    /// What our card told of its link and its cable.
    pub fn driver(&self) -> &CardSeen {
        &self.driver
    }

    /// How many broadcasts were heard, and which of ours came back.
    pub fn broadcasts(&self) -> &BroadcastsSeen {
        &self.broadcasts
    }

    /// What bridges told of their spanning tree.
    pub fn trees(&self) -> &TreesSeen {
        &self.trees
    }

    /// What the other end of the cable says of itself.
    pub fn neighbours(&self) -> &NeighboursSeen {
        &self.neighbours
    }

    /// Whether the link of our card stayed up while we looked.
    pub fn link_changes(&self) -> &LinkChanges {
        &self.link_changes
    }

    /// What the switches have learned, port by port.
    pub fn switchboard(&self) -> Switchboard<'_> {
        Switchboard::of(&self.switches)
    }

    /// The cards that are looked for on the switches; of an address, those that hold it.
    pub fn sought_cards(&self) -> BTreeSet<Mac> {
        let of = |sought: Sought| match sought {
            Sought::Ours => self.card.iter().map(|card| card.mac).collect::<Vec<_>>(),
            Sought::Card(mac) => vec![mac],
            Sought::Address(ip) => {
                let heard = self.claims_of(IpAddr::V4(ip)).into_iter().map(|(mac, _)| mac);
                heard.chain(self.switches.all().flat_map(|switch| switch.owners(ip))).collect()
            }
        };
        self.switches.sought().flat_map(of).collect()
    }

    /// What switches told over SNMP.
    pub fn switches(&self) -> &SwitchesSeen {
        &self.switches
    }

    /// What lease files say.
    pub fn leases(&self) -> &LeasesSeen {
        &self.leases
    }

    /// What servers told of single addresses.
    pub fn told(&self) -> &ToldSeen {
        &self.told
    }

    /// What is known of the link, the gateways and the DNS servers.
    pub fn path(&self) -> &PathSeen {
        &self.path
    }

    /// How large packets may be on the ways that were tried.
    pub fn widths(&self) -> &WidthsSeen {
        &self.widths
    }

    /// Our IPv6 addresses, the IPv6 routers, and how much of IPv6 was asked.
    pub fn ipv6(&self) -> &Ipv6Seen {
        &self.ipv6
    }

    /// What server configurations say.
    pub fn pools(&self) -> &PoolsSeen {
        &self.pools
    }

    /// Every address that was claimed, with its owners.
    pub fn claimed(&self) -> impl Iterator<Item = (IpAddr, Vec<(Mac, &Owner)>)> {
        self.owners.iter().filter_map(|(&ip, owners)| {
            let owners: Vec<_> = owners.claiming().collect();
            (!owners.is_empty()).then_some((ip, owners))
        })
    }

    /// Every card that claims an address.
    pub fn claims_of(&self, ip: IpAddr) -> Vec<(Mac, &Owner)> {
        self.owners.get(&ip).into_iter().flat_map(Owners::claiming).collect()
    }

    /// One card's claim of one address.
    pub fn claim(&self, ip: IpAddr, mac: Mac) -> Option<&Owner> {
        self.owners.get(&ip)?.get(mac).filter(|owner| owner.claims())
    }

    /// The addresses that a card claims, in order.
    pub fn addresses_of(&self, mac: Mac) -> impl Iterator<Item = IpAddr> {
        self.cards.get(&mac).into_iter().flatten().copied()
    }

    /// The names of one owner: what its card told, and what a server says of the address.
    pub fn names(&self, ip: IpAddr, mac: Mac) -> Vec<Name> {
        let own = self.owners.get(&ip).and_then(|owners| owners.get(mac)).map(|owner| &owner.names);
        own.into_iter().flatten().chain(self.address_names.get(&ip).into_iter().flatten()).cloned().collect()
    }

    /// What lease files say of an address for this card; a reservation before a lease, both before what is over.
    pub fn lease_of(&self, ip: IpAddr, mac: Mac) -> Option<&Lease> {
        self.leases.of(ip).map(|(_, lease, _)| lease).filter(|lease| lease.card() == Some(mac)).min_by_key(|lease| lease.state)
    }

    /// Who made the card.
    pub fn vendor(&self, mac: Mac) -> Vendor<'static> {
        self.vendors.lookup(mac)
    }

    /// The kind of device that an owner is, from its vendor and the names that its own card told.
    pub fn kind(&self, ip: IpAddr, mac: Mac) -> Option<Inferred> {
        let names = self.names(ip, mac);
        let alone = self.owners.get(&ip).is_none_or(|owners| owners.claiming().count() < 2);
        // A server's name for a contested address is the name of one owner only, and not known of which.
        let told: Vec<&str> =
            names.iter().filter(|name| alone || name.source != NameSource::Dns).map(|name| name.name.as_str()).collect();
        kind::infer(self.vendor(mac).name(), &told)
    }

    /// Whether an address is one of our card's.
    pub fn is_ours(&self, ip: IpAddr) -> bool {
        match ip {
            IpAddr::V4(ip) => self.card.iter().flat_map(|card| &card.addresses).any(|net| net.addr() == ip),
            IpAddr::V6(ip) => self.ipv6.own().any(|net| net.addr() == ip),
        }
    }

    /// Whether a card is ours.
    pub fn is_our_card(&self, mac: Mac) -> bool {
        self.card.iter().any(|card| card.mac == mac || card.siblings.contains(&mac))
    }
}

/// Counts on, to the most that a count can hold: a record may say anything.
fn add(count: &mut u32, more: u32) {
    *count = count.saturating_add(more);
}
