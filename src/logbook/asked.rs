//! What a look asked, and so of which findings of an earlier look its silence proves that they are gone.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::entry::Looked;
use crate::check::{CHECKS, Topic};
use crate::finding::Finding;
use crate::net::{Ipv4Net, Mac, Targets};

/// What a look asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The addresses that were to be asked.
    pub targets: Vec<String>,
    /// Our own addresses, with their prefix lengths.
    pub addresses: Vec<String>,
    /// IPv6 neighbours were asked, all together.
    pub ipv6: bool,
    /// Late second owners were not listened for.
    pub quick: bool,
    /// The first of the cards that were heard, in their order: by them a network that was given other addresses is known again.
    pub cards: Vec<Mac>,
    /// The codes of the checks that found something, but did not see everything that they are about.
    pub partly: Vec<String>,
    /// The services and barriers of the plan, by name, and the switches, by address, that told what there is to tell.
    pub answered: Vec<String>,
    /// The switches that did not tell, and the gateways and DNS servers that did not answer.
    pub silent: Vec<IpAddr>,
}

impl Asked {
    /// So many cards are kept.
    pub const CARDS: usize = 64;

    /// The addresses that it is about: those that it asks and those of its own networks. Those that a machine gives itself (RFC
    /// 3927) are of no network.
    fn about(&self) -> Targets {
        let own = self.addresses.iter().filter_map(|net| net.parse::<Ipv4Net>().ok()).filter(|net| !net.addr().is_link_local());
        own.map(Targets::of_prefix).fold(self.targets(), Targets::union)
    }

    fn targets(&self) -> Targets {
        let asked = self.targets.iter().filter(|text| !text.starts_with("169.254.")).cloned().collect::<Vec<_>>();
        Targets::try_from(asked).unwrap_or_default()
    }

    /// Whether both are about one network; `None` where one of them does not know its own.
    fn is_of_the_network_of(&self, other: &Asked) -> Option<bool> {
        let (ours, theirs) = (self.about(), other.about());
        let nothing = Targets::default();
        let common = self.cards.iter().filter(|card| other.cards.contains(card)).count();
        if common > 0 && 2 * common >= self.cards.len().min(other.cards.len()) {
            return Some(true);
        }
        (ours != nothing && theirs != nothing).then(|| ours.meets(&theirs))
    }

    fn asks(&self, ip: IpAddr) -> bool {
        let own = || self.addresses.iter().filter_map(|net| net.split('/').next()?.parse::<IpAddr>().ok()).any(|own| own == ip);
        match ip {
            IpAddr::V4(v4) => self.targets().contains(v4) || own(),
            IpAddr::V6(_) => self.ipv6 || own(),
        }
    }

    /// Whether what a finding of this topic names was asked and told: what was found of one service hides that another was not
    /// asked.
    pub fn reached(&self, finding: &Finding, topic: Topic) -> bool {
        let subject = finding.problem.explain().subject();
        let told = |name: &str| self.answered.iter().any(|answered| answered == name);
        match (topic, subject.ip, subject.port) {
            (Topic::Services, _, Some(service)) => told(&service),
            (Topic::Switch | Topic::Power, Some(switch), _) => told(&switch.to_string()),
            (Topic::Switch | Topic::Power, None, _) => self.silent.is_empty(),
            (Topic::WayOut, Some(ip), _) => !self.silent.contains(&ip),
            _ => true,
        }
    }
}

impl Looked {
    /// Whether this look, which does not have a finding of an earlier one, shows that it is gone.
    pub fn could_tell(&self, finding: &Finding, found_by: &Looked) -> bool {
        let code = finding.problem.code();
        let topic = CHECKS.iter().find(|check| check.code == code).map_or(Topic::Addresses, |check| check.topic);
        let one_interface = self.interface == found_by.interface;
        if !self.told.iter().any(|told| told == code) {
            return false;
        }
        // The cable is the interface's, whatever network it leads to; files are read whole wherever one is.
        let of_the_cable = matches!(topic, Topic::Link | Topic::Cable | Topic::Neighbour | Topic::Watch);
        let (Some(asked), Some(theirs)) = (&self.asked, &found_by.asked) else { return one_interface };
        if asked.partly.iter().any(|partly| partly == code) || !asked.reached(finding, topic) {
            return false;
        }
        match topic {
            Topic::Pools => return true,
            _ if of_the_cable => return one_interface,
            _ if !asked.is_of_the_network_of(theirs).unwrap_or(one_interface) => return false,
            Topic::Addresses | Topic::Planned => {}
            _ => return true,
        }
        let covered = match finding.problem.explain().subject().ip {
            Some(ip) => asked.asks(ip),
            None => asked.targets().covers(&theirs.targets()),
        };
        covered && (theirs.quick || !asked.quick)
    }
}
