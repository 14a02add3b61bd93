//! The gateways and DNS servers that somebody names, and who does: the ground of the checks of the way out.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gap_of_both;
use super::served::{answers_us, serving};
use crate::finding::{Explain, Reason, Verdict};
use crate::language::Language;
use crate::net::Ipv4Net;
use crate::observe::{Cut, Inventory, Part, Replies, Router, RouterAdvertised};
use crate::site::Plan;

/// Who names a gateway or a DNS server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedBy {
    /// This machine uses it.
    pub laptop: bool,
    /// The plan of the site names it.
    pub plan: bool,
    /// The DHCP servers that give it to their clients.
    pub dhcp: Vec<Ipv4Addr>,
    /// The IPv6 routers that advertise it; of a router, itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routers: Vec<Ipv6Addr>,
}

impl NamedBy {
    /// Only IPv6 routers name it.
    pub fn is_only_advertised(&self) -> bool {
        !(self.laptop || self.plan || self.routers.is_empty()) && self.dhcp.is_empty()
    }

    /// Who names it, as a list: `this laptop, the plan, DHCP 10.0.0.1`.
    pub fn say(&self, language: Language) -> String {
        let laptop = self.laptop.then(|| language.pick("this laptop", "ce portable").to_owned());
        let plan = self.plan.then(|| language.pick("the plan", "le plan").to_owned());
        let dhcp = self.dhcp.iter().map(|server| format!("DHCP {server}"));
        let routers = self
            .routers
            .iter()
            .map(|router| language.pick(format!("router advertisement of {router}"), format!("annonce du routeur {router}")));
        laptop.into_iter().chain(plan).chain(dhcp).chain(routers).collect::<Vec<_>>().join(", ")
    }
}

/// The gateways that this machine, the plan or a DHCP server that answered us names, our own addresses left out.
pub fn gateways(inventory: &Inventory, plan: &Plan) -> BTreeMap<IpAddr, NamedBy> {
    let mut named: BTreeMap<IpAddr, NamedBy> = BTreeMap::new();
    let own = own(inventory);
    inventory.path().gateways().for_each(|ip| named.entry(ip).or_default().laptop = true);
    let planned = plan.networks_of(own).flat_map(|network| &network.gateways);
    planned.for_each(|&ip| named.entry(IpAddr::V4(ip)).or_default().plan = true);
    for server in serving(inventory).iter().filter(|server| answers_us(server)) {
        server.settings.routers.iter().for_each(|&ip| named.entry(IpAddr::V4(ip)).or_default().dhcp.push(server.id()));
    }
    for router in ways_out(inventory) {
        named.entry(IpAddr::V6(router.router)).or_default().routers.push(router.router);
    }
    named.retain(|ip, _| !inventory.is_ours(*ip));
    named
}

/// The DNS servers, likewise.
pub fn dns_servers(inventory: &Inventory, plan: &Plan) -> BTreeMap<IpAddr, NamedBy> {
    let mut named: BTreeMap<IpAddr, NamedBy> = BTreeMap::new();
    inventory.path().resolvers().for_each(|ip| named.entry(ip).or_default().laptop = true);
    let planned = plan.networks_of(own(inventory)).flat_map(|network| &network.dns);
    planned.for_each(|&ip| named.entry(ip).or_default().plan = true);
    for server in serving(inventory).iter().filter(|server| answers_us(server)) {
        server.settings.dns.iter().for_each(|&ip| named.entry(IpAddr::V4(ip)).or_default().dhcp.push(server.id()));
    }
    for router in ways_out(inventory) {
        router.told.dns.iter().for_each(|&ip| named.entry(IpAddr::V6(ip)).or_default().routers.push(router.router));
    }
    named
}

/// The IPv6 routers that offer themselves as a way out, each address once.
fn ways_out(inventory: &Inventory) -> Vec<&RouterAdvertised> {
    let mut routers: Vec<_> = inventory.ipv6().routers().map(Router::told).filter(|told| told.told.lifetime_s > 0).collect();
    routers.dedup_by_key(|told| told.router);
    routers
}

fn own(inventory: &Inventory) -> &[Ipv4Net] {
    inventory.card().map(|card| card.addresses.as_slice()).unwrap_or_default()
}

/// Whether our card has no address of either kind.
pub fn has_no_address(inventory: &Inventory) -> bool {
    own(inventory).is_empty() && !inventory.ipv6().is_here()
}

/// Whether an address is in a prefix of our card.
pub fn is_near(inventory: &Inventory, ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => own(inventory).iter().any(|net| net.contains(&ip)),
        IpAddr::V6(ip) => inventory.ipv6().is_near(ip),
    }
}

/// How a gateway answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It answered pings.
    Answers,
    /// It answered ARP, or was heard as an IPv6 neighbour, and answered no ping.
    ArpOnly,
    /// It answered neither.
    Silent,
    /// It could not be asked.
    NotAsked,
}

/// How a gateway answered.
pub fn standing(inventory: &Inventory, ip: IpAddr) -> Standing {
    match inventory.path().ping(ip) {
        Some((replies, _)) if !replies.rtts_us.is_empty() => Standing::Answers,
        Some((replies, _)) if replies.silent() && inventory.claims_of(ip).is_empty() => Standing::Silent,
        Some((replies, _)) if replies.silent() => Standing::ArpOnly,
        _ => Standing::NotAsked,
    }
}

/// The gateways that this machine uses answer nothing (where it uses none that was asked: all of them): what lies behind cannot
/// be reached from here by its kind of address.
pub fn is_shut(inventory: &Inventory, plan: &Plan, behind: IpAddr) -> bool {
    let named = gateways(inventory, plan)
        .into_iter()
        .filter(|(ip, _)| ip.is_ipv4() == behind.is_ipv4())
        .map(|(ip, by)| (by.laptop, standing(inventory, ip)));
    let asked: Vec<(bool, Standing)> = named.filter(|(_, standing)| *standing != Standing::NotAsked).collect();
    let ours = asked.iter().any(|(ours, _)| *ours);
    let mut used = asked.iter().filter(|(used, _)| *used || !ours).peekable();
    used.peek().is_some() && used.all(|(_, standing)| *standing == Standing::Silent)
}

/// Why nobody could be asked in a part of the look: our card has no address, the look was cut short, or the kernel refused.
pub fn unasked(inventory: &Inventory, part: Part) -> Reason {
    if has_no_address(inventory) {
        return Reason::NoAddressOfOurs;
    }
    let coverage = inventory.coverage();
    // What waits for others to end has nothing to ask until then: below, their gap is its own.
    if let Some(cut @ Cut::Budget) = coverage.cut_of(part) {
        return Reason::of_cut(cut, coverage.asked, coverage.planned);
    }
    match gap_of_both(inventory) {
        Some(Reason::NothingAsked) | None => Reason::NotSent,
        Some(reason) => reason,
    }
}

/// The code of the DHCP settings that a silent device follows from, where they are wrong.
pub fn wrong_settings(inventory: &Inventory, plan: &Plan, silent: &dyn Explain) -> Option<String> {
    let Verdict::Found(causes) = super::dhcp_wrong_option::judge(inventory, plan) else { return None };
    let cause = causes.iter().map(|finding| &finding.problem).find(|cause| silent.follows_from(cause))?;
    Some(cause.code().to_owned())
}

/// What came back, as a finding keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// Questions sent.
    pub sent: u32,
    /// Questions that were not answered.
    pub lost: u32,
    /// The median round trip, in microseconds.
    pub median_us: Option<u32>,
    /// The mean change from one round trip to the next, in microseconds.
    pub jitter_us: Option<u32>,
}

impl Figures {
    /// Those of some replies.
    pub fn of(replies: &Replies) -> Figures {
        let median_us = replies.spread().map(|[_, median, _]| median);
        Figures { sent: replies.sent, lost: replies.lost(), median_us, jitter_us: replies.jitter_us() }
    }
}
