//! The table of probes: what to send, and what a reply means. A probe knows neither clock nor socket.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::net::{Ipv4Net, Ipv6Net, Mac, Moment, Targets};
use crate::observe::{Fact, Part};
use crate::wire::{Packet, Sender, ipv6};

pub mod arp_sweep;
pub mod ask_leases;
pub mod ask_pool;
pub mod confirm;
pub mod dhcp;
pub mod holder_echo;
pub mod listen;
pub mod llmnr;
pub mod locate;
pub mod mdns;
pub mod name;
pub mod neighbour;
pub mod neighbours6;
pub mod netbios;
pub mod offered;
pub mod own_address;
pub mod pace;
pub mod path_mtu;
pub mod power;
pub mod reverse_dns;
pub mod routers6;
pub mod services;
pub mod solicit;
pub mod spanning_tree;
pub mod switch_test;
pub mod tally;
pub mod watch;
pub mod way_out;

pub use locate::Switching;
pub use power::PowerWanted;
pub use services::ServicesWanted;
pub use way_out::{Sounding, Surroundings};

/// Who we are on the segment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Our card.
    pub mac: Mac,
    /// Our addresses; none on an interface without an address.
    pub addresses: Vec<Ipv4Net>,
    /// Our IPv6 addresses, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses6: Vec<Ipv6Net>,
    /// Our other cards.
    pub siblings: Vec<Mac>,
}

impl Identity {
    /// As whom we ask about `ip`: our address in its prefix, else our first, else 0.0.0.0 (RFC 5227, 1.1).
    pub fn sender_for(&self, ip: Ipv4Addr) -> Sender {
        let near = self.addresses.iter().find(|net| net.contains(&ip)).or(self.addresses.first());
        Sender { mac: self.mac, ip: near.map_or(Ipv4Addr::UNSPECIFIED, |net| net.addr()) }
    }

    /// The same card without showing an address.
    pub fn nameless(&self) -> Sender {
        Sender { mac: self.mac, ip: Ipv4Addr::UNSPECIFIED }
    }

    /// As whom we ask about an IPv6 address: our address in its prefix, else our link-local one, else our first.
    pub fn sender6_for(&self, ip: Ipv6Addr) -> Option<ipv6::Sender> {
        let near = self.addresses6.iter().find(|net| net.contains(&ip));
        let ours = near.or(self.addresses6.iter().find(|net| net.addr().is_unicast_link_local()));
        ours.or(self.addresses6.first()).map(|net| ipv6::Sender { mac: self.mac, ip: net.addr() })
    }

    /// As whom we ask what lies behind a router: our first address that is valid there.
    pub fn sender6_far(&self) -> Option<ipv6::Sender> {
        let ours = self.addresses6.iter().find(|net| !net.addr().is_unicast_link_local());
        ours.map(|net| ipv6::Sender { mac: self.mac, ip: net.addr() })
    }

    /// Whether an IPv6 address is on our own segment, as far as our prefixes tell.
    pub fn is_near6(&self, ip: Ipv6Addr) -> bool {
        ip.is_unicast_link_local() || self.addresses6.iter().any(|net| net.contains(&ip))
    }

    /// Whether an address is one of ours.
    pub fn is_ours(&self, ip: impl Into<IpAddr>) -> bool {
        match ip.into() {
            IpAddr::V4(ip) => self.addresses.iter().any(|net| net.addr() == ip),
            IpAddr::V6(ip) => self.addresses6.iter().any(|net| net.addr() == ip),
        }
    }

    /// Whether a claim takes an address of ours: another card of ours may answer for it (ARP flux) and is no stranger.
    pub fn is_taken(&self, ip: impl Into<IpAddr>, mac: Mac) -> bool {
        self.is_ours(ip) && mac != self.mac && !self.siblings.contains(&mac)
    }
}

/// What a look is for: it decides which probes ask together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Errand {
    /// Who is there.
    #[default]
    Scan,
    /// Who serves addresses.
    Dhcp,
    /// The ladder, from the link up.
    Diagnose,
    /// The link and its cable.
    Link,
    /// The power that switches give.
    Power,
    /// Behind which port of which switch a card is.
    Locate,
    /// Somebody's capture: nothing is asked, everything is heard.
    Capture,
}

/// What a look is about: who we are, whom to ask, and with how much patience. It is part of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    /// What for.
    #[serde(default)]
    pub errand: Errand,
    /// Who asks.
    pub identity: Identity,
    /// Whom to ask.
    pub targets: Targets,
    /// Broadcast requests a second.
    pub rate: Rate,
    /// Do not listen for late second owners.
    pub quick: bool,
    /// Servers to ask for the names of addresses.
    pub resolvers: Vec<SocketAddr>,
    /// The UDP port that our questions for names leave from.
    pub port: u16,
    /// What DHCP servers are asked beyond what every client asks.
    #[serde(default)]
    pub asking: Asking,
    /// What is known of the way out before anything is asked.
    #[serde(default)]
    pub surroundings: Surroundings,
    /// What switches are asked about power.
    #[serde(default)]
    pub power: PowerWanted,
    /// Which switches are asked over SNMP, and for what.
    #[serde(default)]
    pub switching: Switching,
    /// The time that all of it may take, in milliseconds; as long as it needs where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_ms: Option<u32>,
}

/// What DHCP servers are asked on demand only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asking {
    /// Which addresses they would lease.
    pub pool: bool,
    /// Which addresses they have leased (RFC 4388).
    pub leases: bool,
    /// The addresses that this is about: those that the plan names, those of lease files.
    pub about: Vec<Ipv4Addr>,
    /// When the look started, in seconds since 1970: servers say how long a lease runs from now.
    pub started_s: i64,
}

/// Cards beside those of the targets whose names are asked for; more are forged.
const STRANGERS: u64 = 256;

impl Survey {
    /// That of somebody's capture: nobody is asked anything.
    pub fn of_capture() -> Survey {
        Survey {
            errand: Errand::Capture,
            identity: Identity::default(),
            targets: Targets::default(),
            rate: Rate::Max,
            quick: true,
            resolvers: Vec::new(),
            port: 0,
            asking: Asking::default(),
            surroundings: Surroundings::default(),
            power: PowerWanted::default(),
            switching: Switching::default(),
            budget_ms: None,
        }
    }

    /// How many owners are asked for their names, and addresses a server for theirs: forged claims must not prolong a look.
    pub fn names(&self) -> usize {
        (self.targets.count() + STRANGERS) as usize
    }
}

/// How fast requests are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rate {
    /// So many a second.
    PerSecond(u32),
    /// As fast as the card takes them.
    Max,
}

/// What a probe wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Send this frame.
    Send(Vec<u8>),
    /// Send this datagram to a server, by way of the kernel.
    Ask(SocketAddr, Vec<u8>),
    /// Let the kernel ask this; a fact is its answer.
    Sound(Sounding),
    /// Nothing before this moment.
    Wait(Moment),
    /// Nothing more, unless something new is learnt.
    Done,
}

/// Something that was seen on the wire or on a socket.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    /// When.
    pub at: Moment,
    /// What.
    pub what: What<'a>,
}

/// The kinds of things that a probe hears. Our own frames count: what a reply means depends on what was asked,
/// and a replay knows that only from the record.
#[derive(Clone, Copy, Debug)]
pub enum What<'a> {
    /// A frame that we sent.
    Sent(&'a Packet<'a>),
    /// A frame that arrived.
    Received(&'a Packet<'a>),
    /// A datagram that a server sent to us.
    Answered(SocketAddr, &'a [u8]),
}

/// One question to the network.
///
/// What `hear` and `conclude` tell may depend on what was heard, never on what `poll` decided: a recorded visit is
/// replayed by hearing it again, and nothing is polled.
pub trait Probe {
    /// What to do at this moment.
    fn poll(&mut self, now: Moment) -> Want;

    /// What a frame or answer means.
    fn hear(&mut self, _heard: &Heard<'_>) -> Vec<Fact> {
        Vec::new()
    }

    /// A fact that some probe told; this one may have questions about it.
    fn learn(&mut self, _now: Moment, _fact: &Fact) {}

    /// How many of its questions are done with, and how many there are so far; `None` where that says nothing.
    fn extent(&self) -> Option<(u32, u32)> {
        None
    }

    /// What can be told at the end only: how much was looked at.
    fn conclude(&self) -> Vec<Fact> {
        Vec::new()
    }
}

/// Makes a probe for a survey.
pub type Make = fn(&Survey) -> Box<dyn Probe>;

/// One row of the table of probes.
#[derive(Clone, Copy)]
pub struct Row {
    /// The errands that it is part of.
    pub errands: &'static [Errand],
    /// The part of the look that it works on.
    pub part: Part,
    /// Makes it.
    pub make: Make,
}

const SCAN: &[Errand] = &[Errand::Scan, Errand::Diagnose, Errand::Capture];
const DHCP: &[Errand] = &[Errand::Dhcp, Errand::Diagnose, Errand::Capture];
/// Who serves addresses gives routers and DNS servers too: whether these answer is part of what is served.
const WAY_OUT: &[Errand] = &[Errand::Dhcp, Errand::Diagnose];
const SERVICES: &[Errand] = &[Errand::Diagnose];
const LINK: &[Errand] = &[Errand::Link];
/// What is heard on any wire, whatever is asked.
const EVERY: &[Errand] = &[Errand::Scan, Errand::Dhcp, Errand::Diagnose, Errand::Link, Errand::Capture];
const POWER: &[Errand] = &[Errand::Power, Errand::Link, Errand::Diagnose];
/// Switches are asked where somebody names them.
const SWITCHES: &[Errand] = &[Errand::Diagnose, Errand::Link, Errand::Locate];
/// Who has an address: the holder of the one that is looked for, too.
const SWEEP: &[Errand] = &[Errand::Scan, Errand::Dhcp, Errand::Diagnose, Errand::Locate, Errand::Capture];
/// What ARP means; without targets nobody is swept.
const ARP: &[Errand] = &[Errand::Scan, Errand::Dhcp, Errand::Diagnose, Errand::Capture];

/// IPv6 routers serve addresses as DHCP servers do.
const ROUTERS: &[Errand] = ARP;

/// Every probe, within an errand the ones that must go first before the others.
pub const PROBES: &[Row] = &[
    Row { errands: ARP, part: Part::Addresses, make: |survey| Box::new(own_address::OwnAddress::new(survey)) },
    Row { errands: SWEEP, part: Part::Addresses, make: |survey| Box::new(arp_sweep::ArpSweep::new(survey)) },
    Row { errands: ARP, part: Part::Addresses, make: |survey| Box::new(confirm::Confirm::new(survey)) },
    Row { errands: ARP, part: Part::Addresses, make: |survey| Box::new(holder_echo::HolderEcho::new(survey)) },
    Row { errands: SCAN, part: Part::Ipv6, make: |survey| Box::new(neighbours6::Neighbours6::new(survey)) },
    Row { errands: ROUTERS, part: Part::Ipv6, make: |survey| Box::new(routers6::Routers6::new(survey)) },
    Row { errands: SCAN, part: Part::Names, make: |survey| Box::new(name::NameProbe::new(survey, netbios::NetBios)) },
    Row { errands: SCAN, part: Part::Names, make: |survey| Box::new(name::NameProbe::new(survey, mdns::Mdns)) },
    Row { errands: SCAN, part: Part::Names, make: |survey| Box::new(name::NameProbe::new(survey, llmnr::Llmnr)) },
    Row { errands: SCAN, part: Part::Names, make: |survey| Box::new(reverse_dns::ReverseDns::new(survey)) },
    Row { errands: DHCP, part: Part::Dhcp, make: |survey| Box::new(dhcp::DhcpProbe::new(survey)) },
    Row { errands: EVERY, part: Part::Wire, make: |_| Box::new(spanning_tree::SpanningTree) },
    Row { errands: EVERY, part: Part::Wire, make: |survey| Box::new(neighbour::Neighbour::new(survey)) },
    Row { errands: LINK, part: Part::Wire, make: |_| Box::new(watch::Watch) },
    Row { errands: DHCP, part: Part::Dhcp, make: |survey| Box::new(offered::OfferedAddress::new(survey)) },
    Row { errands: DHCP, part: Part::Dhcp, make: |survey| Box::new(ask_pool::AskPool::new(survey)) },
    Row { errands: DHCP, part: Part::Dhcp, make: |survey| Box::new(ask_leases::AskLeases::new(survey)) },
    Row { errands: SWITCHES, part: Part::Switches, make: |survey| Box::new(locate::Locate::new(survey)) },
    Row { errands: WAY_OUT, part: Part::WayOut, make: |survey| Box::new(way_out::WayOut::new(survey)) },
    Row { errands: &[Errand::Diagnose], part: Part::PathMtu, make: |survey| Box::new(path_mtu::PathMtu::new(survey)) },
    Row { errands: SERVICES, part: Part::Services, make: |survey| Box::new(services::Services::new(survey)) },
    Row { errands: POWER, part: Part::Power, make: |survey| Box::new(power::PowerProbe::new(survey)) },
];

/// How long before the sweep our own address is asked for: long enough for a prompt answer.
pub const OWN_ADDRESS_FIRST: Duration = Duration::from_millis(110);
