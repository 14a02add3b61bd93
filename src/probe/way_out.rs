//! Do the gateways answer, and the DNS servers? The kernel's own network stack asks, as any program of this machine would.

use std::collections::{BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Errand, Identity, Probe, ServicesWanted, Survey, Want};
use crate::mib::Tables;
use crate::net::Moment;
use crate::observe::{Asked, Fact, LinkState, v4};
use crate::site::ROUTED;

/// A question that the kernel's network stack asks for us; a fact is its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sounding {
    /// Pings a gateway [`PINGS`] times.
    Ping(IpAddr),
    /// Asks a DNS server [`QUESTIONS`] times for the name of 127.0.0.1, which every server knows by itself (RFC 6303, 4.1).
    Dns(IpAddr),
    /// Asks a switch over SNMP for a set of tables.
    Switch(IpAddr, Tables),
    /// Asks a service of the plan, by its place there.
    Service(u32),
    /// Tries to reach what the plan says must not be reached, by its place there.
    Barrier(u32),
}

/// Echo requests to a gateway: enough to see a loss of one in ten, in two seconds.
pub const PINGS: u16 = 20;
/// Questions to a DNS server.
pub const QUESTIONS: u16 = 3;
/// From one question to the next.
pub const SPACING: Duration = Duration::from_millis(100);
/// How long each answer is waited for.
pub const PATIENCE: Duration = Duration::from_secs(1);
/// How long a sounding is waited for in all; some for the way between threads.
const DEADLINE: Duration = Duration::from_millis(100 * PINGS as u64 + 1_500);
/// Gateways and servers that are asked, beside those that a plan may add; a forger of DHCP offers must not prolong a look.
const MOST: usize = 16;

/// What this machine, the plan and the user say before anything is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Surroundings {
    /// The link of our card; `None` where it is not looked at.
    pub link: Option<LinkState>,
    /// The gateways of this machine's default routes on the interface.
    pub gateways: Vec<IpAddr>,
    /// The largest packet that our card sends, in bytes; `None` where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtu: Option<u16>,
    /// What the plan adds to ask.
    pub planned: Vec<Sounding>,
    /// The label of the wall outlet that the laptop is plugged into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlet: Option<String>,
    /// For how long a neighbour is listened to that does not speak, in milliseconds.
    #[serde(default)]
    pub listen_ms: u32,
    /// How many services are asked, and until when.
    #[serde(default)]
    pub services: ServicesWanted,
}

/// Asks the gateways and DNS servers of this machine, of the plan, and of DHCP offers as they are heard.
pub struct WayOut {
    identity: Identity,
    errand: Errand,
    /// By whom this machine sends what is far.
    gateways: Vec<IpAddr>,
    known: BTreeSet<Sounding>,
    waiting: VecDeque<Sounding>,
    open: BTreeSet<Sounding>,
    until: Moment,
    /// How many are asked in all.
    most: usize,
}

impl WayOut {
    /// Those that are known from the start.
    pub fn new(survey: &Survey) -> WayOut {
        let mut probe = WayOut {
            identity: survey.identity.clone(),
            errand: survey.errand,
            gateways: survey.surroundings.gateways.clone(),
            known: BTreeSet::new(),
            waiting: VecDeque::new(),
            open: BTreeSet::new(),
            until: Moment::default(),
            most: MOST + survey.surroundings.planned.len().min(ROUTED),
        };
        // What this machine uses is no DHCP server's doing.
        if survey.errand == Errand::Diagnose {
            survey.surroundings.gateways.iter().for_each(|&gateway| probe.want(Sounding::Ping(gateway)));
            survey.resolvers.iter().for_each(|resolver| probe.want(Sounding::Dns(resolver.ip())));
        }
        survey.surroundings.planned.iter().for_each(|&planned| probe.want(planned));
        probe
    }

    /// Without an address of ours no answer could find us; our own address needs no question.
    fn want(&mut self, sounding: Sounding) {
        let (ours, ours6) = (!self.identity.addresses.is_empty(), !self.identity.addresses6.is_empty());
        let asked = match sounding {
            Sounding::Ping(ip) if self.identity.is_ours(ip) => false,
            Sounding::Ping(ip) | Sounding::Dns(ip) if !ip.is_loopback() => {
                if ip.is_ipv4() {
                    ours
                } else {
                    ours6
                }
            }
            Sounding::Ping(_) | Sounding::Dns(_) | Sounding::Switch(..) | Sounding::Service(_) | Sounding::Barrier(_) => {
                ours || ours6
            }
        };
        if asked && self.known.len() < self.most && self.known.insert(sounding) {
            self.waiting.push_back(sounding);
        }
    }

    fn is_near(&self, ip: Ipv4Addr) -> bool {
        self.identity.addresses.iter().any(|net| net.contains(&ip) && ip != net.network() && ip != net.broadcast())
    }
}

impl Probe for WayOut {
    fn poll(&mut self, now: Moment) -> Want {
        if let Some(sounding) = self.waiting.pop_front() {
            self.open.insert(sounding);
            self.until = now + DEADLINE;
            return Want::Sound(sounding);
        }
        if !self.open.is_empty() && now < self.until { Want::Wait(self.until) } else { Want::Done }
    }

    fn extent(&self) -> Option<(u32, u32)> {
        let left = self.waiting.len() + self.open.len();
        (!self.known.is_empty()).then(|| ((self.known.len() - left) as u32, self.known.len() as u32))
    }

    fn learn(&mut self, _now: Moment, fact: &Fact) {
        match fact {
            Fact::DhcpAnswered(answer) if answer.how != Asked::Overheard => {
                let near: Vec<Ipv4Addr> = answer.settings.routers.iter().copied().filter(|&ip| self.is_near(ip)).collect();
                near.into_iter().for_each(|ip| self.want(Sounding::Ping(v4(ip))));
                let host = |ip: &&Ipv4Addr| !(ip.is_unspecified() || ip.is_loopback() || ip.is_multicast() || ip.is_broadcast());
                // Where our own way out is not looked at, only who goes by it as the server's clients do can blame what is far.
                let same_way = self.errand == Errand::Diagnose
                    || answer.settings.routers.iter().any(|router| self.gateways.contains(&v4(*router)));
                let servers = answer.settings.dns.iter().filter(host).copied();
                let servers: Vec<Ipv4Addr> = servers.filter(|&ip| same_way || self.is_near(ip)).collect();
                servers.into_iter().for_each(|ip| self.want(Sounding::Dns(v4(ip))));
            }
            Fact::RouterAdvertised(heard) if heard.told.lifetime_s > 0 => {
                self.want(Sounding::Ping(heard.router.into()));
                heard.told.dns.iter().for_each(|&server| self.want(Sounding::Dns(server.into())));
            }
            Fact::Pinged { ip, .. } => drop(self.open.remove(&Sounding::Ping(*ip))),
            Fact::DnsAsked { server, .. } => drop(self.open.remove(&Sounding::Dns(*server))),
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "way_out/tests.rs"]
mod tests;
