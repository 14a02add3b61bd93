//! What was seen, one fact at a time.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::broadcasts::{BroadcastsHeard, BroadcastsSeen, Busiest, OwnReturned};
pub use self::card::{
    CableTested, CardSeen, CardState, Driver, ErrorsGrew, Measurable, MeasuredFrom, PairTested, Silence, SwitchTested,
    WholeTested,
};
pub use self::dhcp::{Asked, DhcpAnswer, DhcpAsked, DhcpSeen, DhcpServer};
pub use self::inventory::{Card, Coverage, Inventory};
pub use self::ipv6::{Asked6, Ipv6Seen, Router, RouterAdvertised};
pub use self::leases::LeasesSeen;
pub use self::link_changes::{CarrierCounted, LinkChanges};
pub use self::neighbour::{Advertised, Discovery, Neighbour, NeighboursSeen, Policy, PowerTold, Role};
pub use self::owner::Owner;
pub use self::part::Part;
pub use self::path::{LinkState, PathSeen, Replies};
pub use self::path_width::{Fate, Width, WidthsSeen};
pub use self::pools::{PoolFile, PoolsSeen};
pub use self::power::{PortPower, PortReadings, PowerOf, PowerSeen, SupplyPower};
pub use self::reach::Reach;
pub use self::service::{BarrierTried, Became, ServiceTold, ServicesSeen};
pub use self::spanning_tree::{RootsTold, TreeTold, TreesSeen};
pub use self::switch::{CutBy, RefusedValue, SwitchSeen, SwitchTold, SwitchesSeen, Unanswered, WalkCut};
pub use self::told::{Told, ToldSeen, Wish};
pub use self::whereabouts::{Behind, Plug, Sought, Switchboard};
use crate::lease::Lease;
use crate::net::{Ipv4Net, Ipv6Net, Mac, Moment, Targets, VlanId};
use crate::pool::Pool;
use crate::wire::dhcp::Says;
use crate::wire::ethtool::Trace;

mod broadcasts;
mod card;
mod dhcp;
mod inventory;
mod ipv6;
mod leases;
mod link_changes;
mod neighbour;
mod owner;
mod part;
mod path;
mod path_width;
mod pools;
mod power;
mod reach;
mod service;
mod spanning_tree;
mod switch;
mod told;
mod whereabouts;

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
    /// The IPv6 addresses of the same card.
    OurAddresses6 {
        /// Each with its prefix.
        #[schemars(with = "Vec<String>")]
        addresses: Vec<Ipv6Net>,
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
    /// A card asked, claiming nothing, whether an address is free (RFC 5227, 2.1.1; RFC 4862, 5.4.2).
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
    /// Addresses of which it was asked by broadcast often enough that a device that is there answers.
    AskedThrough {
        /// The addresses.
        #[schemars(with = "Vec<String>")]
        targets: Targets,
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
    /// An IPv6 router told of itself and of the network.
    RouterAdvertised(Box<RouterAdvertised>),
    /// IPv6 neighbours and routers were asked.
    Asked6(Asked6),
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
    /// A DHCP server answered.
    DhcpAnswered(Box<DhcpAnswer>),
    /// DHCP servers were asked.
    DhcpAsked(DhcpAsked),
    /// An address that was offered to us was asked for by ARP.
    OfferProbed {
        /// The address.
        ip: Ipv4Addr,
        /// How often.
        times: u32,
    },
    /// A server was asked by a DISCOVER to offer an address.
    PoolAsked {
        /// The server.
        server: Ipv4Addr,
        /// The address.
        address: Ipv4Addr,
        /// What it offered; `None` where it did not answer.
        offered: Option<Ipv4Addr>,
    },
    /// A server was asked what it knows of an address (RFC 4388).
    LeaseAsked {
        /// The server.
        server: Ipv4Addr,
        /// The address.
        address: Ipv4Addr,
        /// What it said.
        says: Says,
    },
    /// A server's file, or the server itself, says something of an address. The network did not: what is concluded from it is
    /// only as good as the file.
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
    /// What our card told of its link.
    CardIs(Box<CardState>),
    /// Errors that our card counted while it was watched.
    ErrorsGrew(ErrorsGrew),
    /// What became of the test of the cable.
    CableTested(CableTested),
    /// What it said of one pair.
    PairTested(PairTested),
    /// What became of the test of the cable that a switch made from its end, and what it said of each pair.
    SwitchTestedCable(Box<SwitchTested>),
    /// Broadcasts and multicasts that arrived were counted.
    BroadcastsHeard(BroadcastsHeard),
    /// Those that our own card sent and that came back were counted.
    OwnReturned(OwnReturned),
    /// The link of our card went or came while we looked.
    LinkChanged {
        /// It came.
        up: bool,
    },
    /// How often it did so in all.
    CarrierCounted(CarrierCounted),
    /// A bridge told the spanning tree as it knows it.
    TreeTold(TreeTold),
    /// A bridge told the root that a port came up or went down.
    TopologyChangeNotified {
        /// Its card.
        mac: Mac,
    },
    /// A neighbour on the cable said what it is.
    NeighbourAdvertised(Box<Advertised>),
    /// Neighbours were listened to.
    NeighboursListened {
        /// For how long, in milliseconds.
        ms: u32,
    },
    /// Whoever holds the laptop said which wall outlet it is plugged into.
    AtOutlet {
        /// The label of the outlet.
        label: String,
    },
    /// What came back of a pulse that our card sent into the cable.
    TraceTaken(Box<Trace>),
    /// What a switch told of the power that one of its ports gives: one row of what it told of all, as the evidence of a finding.
    PortPower(Box<PortPower>),
    /// What a switch told of one of its power supplies, likewise.
    SupplyPower(SupplyPower),
    /// The link of our card when the look began.
    LinkIs(LinkState),
    /// By whom this machine sends what is not for its own prefixes, and whom it asks for names.
    Routed {
        /// The gateways of its default routes on the interface.
        gateways: Vec<IpAddr>,
        /// Its DNS servers.
        resolvers: Vec<IpAddr>,
    },
    /// A gateway was pinged.
    Pinged {
        /// The address.
        ip: IpAddr,
        /// What came back.
        replies: Replies,
    },
    /// A DNS server was asked for a name that every server knows.
    DnsAsked {
        /// The server.
        server: IpAddr,
        /// What came back.
        replies: Replies,
    },
    /// What became of a packet of some size, which no router may cut in pieces, on the way to a device.
    PathSized {
        /// The device.
        ip: IpAddr,
        /// The size, in bytes of the IP packet.
        bytes: u16,
        /// What became of it.
        fate: Fate,
    },
    /// Switches that are asked over SNMP from the start, and the card that is looked for.
    SwitchesNamed {
        /// Their addresses.
        switches: Vec<IpAddr>,
        /// Who is looked for.
        sought: Option<Sought>,
    },
    /// A switch was asked over SNMP.
    SwitchTold(Box<SwitchTold>),
    /// A service of the plan was asked.
    ServiceTold(Box<ServiceTold>),
    /// It was tried to reach what the plan says must not be reached.
    BarrierTried(Box<BarrierTried>),
    /// A server is configured to lease from a range; the network did not say so.
    PoolConfigured {
        /// The name of the file.
        file: String,
        /// What it says.
        pool: Pool,
    },
    /// A server's configuration was read.
    PoolsRead(PoolFile),
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
    /// A part of the look had not ended when the time that it was given ran out; what is not named here had.
    Unfinished {
        /// Which.
        part: Part,
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
    /// A reply that does not override what is known: of an IPv6 address that several may answer for, or in somebody's place.
    Yielding,
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
    /// The link was lost in the middle, whether it came back or not.
    Link,
    /// The time that it was given ran out.
    Budget,
}

/// A name and how it was learnt.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Name {
    /// The name.
    pub name: String,
    /// By which protocol.
    pub source: NameSource,
}

/// The address as the general type that facts hold.
pub fn v4(ip: Ipv4Addr) -> IpAddr {
    IpAddr::V4(ip)
}
