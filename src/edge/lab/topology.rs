//! A lab as it is written: the networks, hosts and swarms of `tests/labs/NAME.toml`, and what the kit must say of them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use serde::Deserialize;

use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::net::{IpNet, Ipv4Net, Mac};

/// The network that hosts join unless they name another.
const LAN: &str = "lan";

/// One network of one day: who is on it, and what the kit must say of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lab {
    /// The lab's name: that of its file.
    #[serde(skip)]
    pub name: String,
    /// One line in English: what is wrong there, or what looks wrong and is not.
    pub title: String,
    /// The same line in French.
    pub title_fr: String,
    /// What happened on site, for the reader of the file.
    pub story: Option<String>,
    /// What the lab cannot do without: names of programs, or `root` for an account that is root outside the lab too.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Where the kit is plugged in.
    pub kit: Kit,
    /// Hosts one by one.
    #[serde(default, rename = "host")]
    pub hosts: Vec<Host>,
    /// Hosts by the thousand.
    #[serde(default, rename = "swarm")]
    pub swarms: Vec<Swarm>,
    /// What somebody may do there.
    #[serde(default, rename = "act")]
    pub acts: Vec<Act>,
    /// What the kit must find; nothing at all where it is left out.
    #[serde(default)]
    pub expect: Expect,
}

/// Something that somebody does on a host while the lab stands: switches it off and on, plugs in another cable.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// What `expect.then` calls it.
    pub name: String,
    /// One line in English: what is done.
    pub title: String,
    /// The same line in French.
    pub title_fr: String,
    /// The host on which it is done; `kit` is one too.
    pub host: String,
    /// The shell command that does it, in the folder of the host; it ends when it is done.
    pub run: String,
    /// A shell condition that is true once its effect is there.
    pub ready: Option<String>,
}

/// The technician's laptop. Its card is called `lan0`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kit {
    /// Its address and prefix length; none leaves the card without an address.
    pub address: Option<IpNet>,
    /// Further addresses on the same card.
    #[serde(default)]
    pub addresses: Vec<IpNet>,
    /// Its hardware address.
    pub mac: Option<Mac>,
    /// The name server it asks; without one there is none to ask.
    pub dns: Option<IpAddr>,
    /// Its default route.
    pub gateway: Option<IpAddr>,
    /// Further routes, as `ip route add` takes them.
    #[serde(default)]
    pub routes: Vec<String>,
    /// The arguments with which the kit is run in the lab.
    #[serde(default = "scan")]
    pub command: Vec<String>,
    /// Files written to its own folder, `/run/lab/kit`, before it is run: a plan, mostly.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// The network its card is on.
    #[serde(default = "lan")]
    pub network: String,
}

/// One host: a network stack of the kernel with its own cards and daemons, or, with `answers`, a few lines of the responder.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Host {
    /// Its name, which is also its host name.
    pub name: String,
    /// The hardware address of its card; one made from its name where it is left out.
    pub mac: Option<Mac>,
    /// Its address and prefix length.
    pub address: Option<IpNet>,
    /// Further addresses on the same card.
    #[serde(default)]
    pub addresses: Vec<IpNet>,
    /// The network its card is on.
    #[serde(default = "lan")]
    pub network: String,
    /// Its cards `lan0`, `lan1` …, for a host with several.
    #[serde(default)]
    pub cards: Vec<Card>,
    /// Its default route.
    pub gateway: Option<IpAddr>,
    /// Further routes, as `ip route add` takes them.
    #[serde(default)]
    pub routes: Vec<String>,
    /// Settings of its network stack: `"net.ipv4.ip_forward" = 1`.
    #[serde(default)]
    pub sysctl: BTreeMap<String, i64>,
    /// Files written to its own folder, `/run/lab/NAME`, before anything is run.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Shell commands run on it, in that folder, all at the same time: daemons in the foreground, mostly.
    #[serde(default)]
    pub run: OneOrMany<String>,
    /// A shell condition that is true once the host is up.
    pub ready: Option<String>,
    /// The host that must be up before anything is run on this one.
    pub after: Option<String>,
    /// How it answers, for a host played by the responder.
    pub answers: Option<Answers>,
}

/// One card of a host with several.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Its address and prefix length; a card may have none.
    pub address: Option<IpNet>,
    /// Further addresses on it.
    #[serde(default)]
    pub addresses: Vec<IpNet>,
    /// Its hardware address; one made from the host's name where it is left out.
    pub mac: Option<Mac>,
    /// The network it is on.
    #[serde(default = "lan")]
    pub network: String,
}

/// How a host that the responder plays answers ARP and ICMP echo.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Answers {
    /// How late each answer is, in milliseconds: a number, or a range from which each answer's delay is drawn.
    pub delay_ms: Span,
    /// How many ARP requests are ignored before the first answer.
    pub deaf: u16,
    /// The share of frames lost on the way to the host, and again on the way from it: 0 to 1.
    pub loss: f64,
    /// How many times each ARP request is answered.
    pub repeat: u8,
    /// The Ethernet source of its frames, where it is not the hardware address that its ARP claims.
    pub frame_mac: Option<Mac>,
}

impl Default for Answers {
    fn default() -> Answers {
        Answers { delay_ms: Span::One(0), deaf: 0, loss: 0.0, repeat: 1, frame_mac: None }
    }
}

/// Many hosts that the responder plays. The same seed gives the same hosts, delays and losses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Swarm {
    /// The prefix whose host addresses the swarm draws from, those of the kit and of other hosts left out.
    pub prefix: Ipv4Net,
    /// How many of them answer.
    pub count: u32,
    /// What the choice of addresses, vendors, delays and losses follows from.
    #[serde(default)]
    pub seed: u64,
    /// First halves of hardware addresses; those of usual vendors where the list is left out.
    #[serde(default)]
    pub vendors: Vec<String>,
    /// How long every answer takes, in milliseconds.
    #[serde(default)]
    pub rtt_ms: Span,
    /// The share of hosts that are late by `late_ms` more: 0 to 1.
    #[serde(default)]
    pub late_share: f64,
    /// How late those are, in milliseconds.
    #[serde(default)]
    pub late_ms: Span,
    /// The share of hosts that ignore the first request: 0 to 1.
    #[serde(default)]
    pub deaf_share: f64,
    /// The share of frames lost on the way to a host, and again on the way from it: 0 to 1.
    #[serde(default)]
    pub loss: f64,
    /// The network the swarm is on.
    #[serde(default = "lan")]
    pub network: String,
}

/// What the kit must say of the lab.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// Every finding above a note, and no other: a code, with its address where it has one (`L3-duplicate-address 10.0.0.9`).
    #[serde(default)]
    pub findings: Vec<String>,
    /// Every note and no other, written the same way; not compared where it is left out.
    pub notes: Option<Vec<String>>,
    /// Where every card that was looked for is plugged in, and no other: the card, the name of the switch and the port
    /// (`b8:27:eb:00:00:01 sw-1 gi7`); not compared where it is left out.
    pub plugged: Option<Vec<String>>,
    /// Checks that must have been able to look and have found nothing, by their codes; of the others it is left open.
    #[serde(default)]
    pub clear: Vec<String>,
    /// How many addresses answer.
    pub hosts: Option<usize>,
    /// Of a walk from outlet to outlet: each with what it came to and the limits that it did not pass (`A2 fail dhcp`).
    pub outlets: Option<Vec<String>>,
    /// Every rung of the ladder that was not tested, and no other: its code and why (`L7-no-answer service-not-asked`); not
    /// compared where it is left out.
    pub untested: Option<Vec<String>>,
    /// After how many seconds the look has ended, by the visit's own times.
    pub within_s: Option<u32>,
    /// The kit's exit code.
    pub exit: Option<i32>,
    /// Files that are the same to the byte before and after the kit is run for the first time: a server's leases, as in
    /// `box/dnsmasq.leases`.
    #[serde(default)]
    pub unchanged: Vec<String>,
    /// What happens next, and what the kit must say then, in order.
    #[serde(default)]
    pub then: Vec<Then>,
}

/// A further run of the kit, after something was done.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Then {
    /// What is done before; nothing where it is left out.
    pub act: Option<String>,
    /// The arguments with which the kit is run. Visits are recorded in `/run/lab/kit/visit`, `visit-2`, `visit-3` …
    #[serde(default = "retest")]
    pub command: Vec<String>,
    /// Every finding above a note of this visit, and no other; not compared where it is left out.
    pub findings: Option<Vec<String>>,
    /// Of a comparison: every finding above a note that is closed, and no other.
    #[serde(default)]
    pub closed: Vec<String>,
    /// Those that are still there.
    #[serde(default)]
    pub still: Vec<String>,
    /// Those that are new, or were not tested before.
    #[serde(default)]
    pub new: Vec<String>,
    /// Those that were not tested again.
    #[serde(default)]
    pub untested: Vec<String>,
    /// Of a visit that is shown: every action with its answer, in order (`changed the cable: no`).
    pub actions: Option<Vec<String>>,
    /// The action that mended it.
    pub mended: Option<String>,
    /// The kit's exit code.
    pub exit: Option<i32>,
}

/// A number of milliseconds, or a range of them.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub enum Span {
    /// Always as long.
    One(u32),
    /// Anything between the two.
    Range([u32; 2]),
}

impl Default for Span {
    fn default() -> Span {
        Span::One(0)
    }
}

impl Span {
    /// The shortest and the longest, in milliseconds.
    pub fn ends(self) -> [u32; 2] {
        match self {
            Span::One(ms) => [ms, ms],
            Span::Range(ends) => ends,
        }
    }
}

/// One text, or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    /// `run = "…"`
    One(T),
    /// `run = ["…", "…"]`
    Many(Vec<T>),
}

impl<T> Default for OneOrMany<T> {
    fn default() -> OneOrMany<T> {
        OneOrMany::Many(Vec::new())
    }
}

impl<T> OneOrMany<T> {
    /// All of them.
    pub fn as_slice(&self) -> &[T] {
        match self {
            OneOrMany::One(one) => std::slice::from_ref(one),
            OneOrMany::Many(many) => many,
        }
    }
}

fn lan() -> String {
    LAN.to_owned()
}

fn scan() -> Vec<String> {
    ["scan", "-i", "lan0"].map(str::to_owned).to_vec()
}

fn retest() -> Vec<String> {
    ["retest", "/run/lab/kit/visit"].map(str::to_owned).to_vec()
}

impl Act {
    /// What is done, in the reader's language.
    pub fn title(&self, language: Language) -> &str {
        language.pick(&self.title, &self.title_fr)
    }
}

impl Lab {
    /// Reads the text of a lab and checks that it can be built; a fault names the line or the key that is wrong.
    pub fn parse(name: &str, text: &str) -> Result<Lab> {
        let mut lab: Lab = toml::from_str(text).map_err(|error| {
            let line = 1 + text[..error.span().map_or(0, |span| span.start)].matches('\n').count();
            let why = error.message().lines().collect::<Vec<_>>().join(" ");
            Fault::new(format!("lab {name}, line {line}: {why}"), format!("labo {name}, ligne {line} : {why}"))
        })?;
        name.clone_into(&mut lab.name);
        super::validation::check(&lab)?;
        Ok(lab)
    }

    /// Its line in the list of labs.
    pub fn title(&self, language: Language) -> &str {
        language.pick(&self.title, &self.title_fr)
    }

    /// The act of this name.
    pub fn act(&self, name: &str) -> Option<&Act> {
        self.acts.iter().find(|act| act.name == name)
    }

    /// Every network of the lab, once, in alphabetical order.
    pub fn networks(&self) -> Vec<&str> {
        let cards = self.hosts.iter().flat_map(|host| host.cards.iter().map(|card| card.network.as_str()));
        let mut all: Vec<&str> = (self.hosts.iter().filter(|host| host.cards.is_empty()).map(|host| host.network.as_str()))
            .chain(cards)
            .chain(self.swarms.iter().map(|swarm| swarm.network.as_str()))
            .chain([self.kit.network.as_str()])
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl Host {
    /// Its cards, however they are written; each has a hardware address.
    pub fn all_cards(&self) -> Vec<Card> {
        let only =
            [Card { address: self.address, addresses: self.addresses.clone(), mac: self.mac, network: self.network.clone() }];
        let written: &[Card] = if self.cards.is_empty() { &only } else { &self.cards };
        let with_mac =
            |(number, card): (usize, &Card)| Card { mac: card.mac.or(Some(made_mac(&self.name, number))), ..card.clone() };
        written.iter().enumerate().map(with_mac).collect()
    }

    /// Its IPv4 address, for a host that the responder plays.
    pub fn ipv4(&self) -> Option<Ipv4Addr> {
        match self.address?.addr() {
            IpAddr::V4(ip) => Some(ip),
            IpAddr::V6(_) => None,
        }
    }
}

impl Card {
    /// Its addresses, the first one first.
    pub fn all_addresses(&self) -> impl Iterator<Item = IpNet> {
        self.address.into_iter().chain(self.addresses.iter().copied())
    }
}

/// A locally administered hardware address (IEEE 802-2014, 8.4) that follows from a host's name and the number of its card.
pub(super) fn made_mac(name: &str, card: usize) -> Mac {
    let mixed = name.bytes().fold(0x811c_9dc5_u32, |mixed, byte| (mixed ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let [a, b, c, _] = mixed.wrapping_add((card as u32) << 8).to_be_bytes();
    Mac([0x02, 0x00, 0x00, a, b, c])
}
