//! What a visit looked at: what it did not see is gone only where it looked.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use super::asked;
use crate::check::{CHECKS, Topic};
use crate::fault::Fault;
use crate::finding::{Finding, Reason};
use crate::logbook::asked::Asked;
use crate::net::{IpNet, Ipv4Net, Mac, Targets};
use crate::observe::{Became, Cut, Part};
use crate::report::{Host, Report, Rung, Said, WayOutRow};

/// A visit and what it asked.
pub(super) struct Look<'a> {
    /// Its report.
    pub(super) report: &'a Report,
    /// The addresses that it was to ask.
    targets: Targets,
    /// The laptop's own addresses, which are asked for whatever the targets.
    own: Vec<IpAddr>,
    /// What each card was heard to claim, in the order of the report.
    pub(super) cards: HashMap<Mac, Vec<&'a Host>>,
}

impl<'a> Look<'a> {
    pub(super) fn of(report: &'a Report) -> Look<'a> {
        let mut cards: HashMap<Mac, Vec<&Host>> = HashMap::new();
        for host in &report.hosts {
            cards.entry(host.mac).or_default().push(host);
        }
        Look { report, targets: targets(report), own: ours(report), cards }
    }

    /// Why silence of this address proves nothing.
    pub(super) fn unasked(&self, ip: IpAddr) -> Option<Reason> {
        if self.asks(ip) { gap(self.report, Topic::Addresses) } else { Some(self.other_targets()) }
    }

    /// Why this visit, in which a finding of another one does not appear, does not show that it is gone.
    pub(super) fn unlooked(&self, finding: &Finding, found_by: &Look<'_>) -> Option<Reason> {
        let code = finding.problem.code();
        let topic = CHECKS.iter().find(|check| check.code == code).map_or(Topic::Addresses, |check| check.topic);
        match self.report.ladder.iter().find(|rung| rung.code == code) {
            // A check of leases is left out where none were read.
            None if self.lacks_the_leases_of(found_by) && self.report.visit.errand == found_by.report.visit.errand => {
                return Some(Reason::NoLeases);
            }
            None if topic == Topic::Pools && self.report.coverage.pool_files.is_empty() => return Some(Reason::NoPools),
            None => return Some(Reason::CheckNotMade),
            Some(rung) if rung.verdict == Said::NotTested => return rung.reason.clone().or(Some(Reason::CheckNotMade)),
            // What was found hides whether all was looked at.
            Some(rung) if rung.verdict == Said::Found => {
                if let Some(reason) = gap(self.report, topic) {
                    return Some(reason);
                }
            }
            Some(_) => {}
        }
        if let Some(reason) = asked::unasked(self.report, topic, finding, found_by.report) {
            return Some(reason);
        }
        if !matches!(topic, Topic::Addresses | Topic::Planned) {
            return None;
        }
        let asked = match finding.problem.explain().subject().ip {
            Some(ip) => self.asks(ip),
            None => self.targets.covers(&found_by.targets),
        };
        if !asked {
            return Some(self.other_targets());
        }
        (self.report.visit.quick && !found_by.report.visit.quick).then_some(Reason::LessPatience)
    }

    fn lacks_the_leases_of(&self, other: &Look<'_>) -> bool {
        self.report.coverage.lease_files.is_empty() && !other.report.coverage.lease_files.is_empty()
    }

    fn asks(&self, ip: IpAddr) -> bool {
        self.own.contains(&ip)
            || match ip {
                IpAddr::V4(ip) => self.targets.contains(ip),
                // Those of the segment are asked all together.
                IpAddr::V6(_) => self.report.coverage.ipv6.is_some_and(|asked| asked.to_all > 0),
            }
    }

    fn other_targets(&self) -> Reason {
        Reason::OtherTargets { targets: self.report.visit.targets.clone() }
    }
}

impl Report {
    /// What the look asked, as journals keep it.
    pub fn asked(&self) -> Asked {
        let topic = |code: &str| CHECKS.iter().find(|check| check.code == code).map(|check| check.topic);
        let partly = |rung: &&Rung| rung.verdict == Said::Found && topic(&rung.code).and_then(|topic| gap(self, topic)).is_some();
        let mut cards: Vec<Mac> = self.hosts.iter().map(|host| host.mac).collect();
        cards.sort_unstable();
        cards.dedup();
        cards.truncate(Asked::CARDS);
        let services = self.services.iter().filter(|row| row.became == Some(Became::Answered)).map(|row| row.name.clone());
        let barriers = self.must_not_reach.iter().filter(|row| row.verdict != Said::NotTested).map(|row| row.name.clone());
        let switches = self.switches.iter().map(|row| (row.address, row.unanswered.is_some()));
        let switches = switches.chain(self.power.iter().map(|row| (row.switch, row.unanswered.is_some()))).collect::<Vec<_>>();
        let told = switches.iter().filter(|(_, silent)| !silent).map(|(switch, _)| switch.to_string());
        let answered = |row: &&WayOutRow| row.replies.as_ref().is_some_and(|replies| !replies.rtts_us.is_empty());
        let way_out = self.gateways.iter().chain(&self.dns_servers).filter(|row| !answered(row)).map(|row| row.ip);
        Asked {
            targets: self.visit.targets.clone(),
            addresses: self.visit.addresses.clone(),
            ipv6: self.coverage.ipv6.is_some_and(|asked| asked.to_all > 0),
            quick: self.visit.quick,
            cards,
            partly: self.ladder.iter().filter(partly).map(|rung| rung.code.clone()).collect(),
            answered: services.chain(barriers).chain(told).collect(),
            silent: switches.iter().filter(|(_, silent)| *silent).map(|(switch, _)| *switch).chain(way_out).collect(),
        }
    }
}

/// What kept the visit from seeing everything that it was about, as the checks have it.
fn gap(report: &Report, topic: Topic) -> Option<Reason> {
    // Files are read whole, whatever became of the look.
    if topic == Topic::Pools {
        return None;
    }
    let coverage = &report.coverage;
    let whole = |part| !coverage.unfinished.contains(&part);
    // What had ended when the time ran out was looked at whole.
    let ended = match topic {
        Topic::Addresses | Topic::Planned => whole(Part::Addresses),
        Topic::Ipv6 => whole(Part::Ipv6),
        Topic::Dhcp => whole(Part::Dhcp),
        Topic::WayOut => whole(Part::WayOut) && whole(Part::PathMtu),
        Topic::Elsewhere => whole(Part::WayOut),
        Topic::Services => whole(Part::Services),
        Topic::Switch => whole(Part::Switches),
        Topic::Power => whole(Part::Power),
        Topic::Link | Topic::Cable | Topic::Neighbour | Topic::Watch | Topic::Switching | Topic::Pools => {
            whole(Part::Addresses) && whole(Part::Dhcp)
        }
    };
    let cut = coverage.cut.iter().find(|cut| **cut != Cut::Budget || !ended).map(|&cut| match (topic, cut) {
        (Topic::Dhcp, Cut::User | Cut::Interface) => Reason::NotListenedOut,
        (Topic::Ipv6, Cut::User | Cut::Interface) => Reason::RoutersNotAwaited,
        (Topic::Cable | Topic::Switching | Topic::Neighbour | Topic::Watch, Cut::User | Cut::Interface) => Reason::NotWatchedOut,
        (_, cut) => Reason::of_cut(cut, coverage.asked, coverage.planned),
    });
    let lost = coverage.frames_dropped;
    cut.or((lost > 0).then_some(Reason::FramesLost { count: lost })).or_else(|| match topic {
        Topic::Addresses | Topic::Planned if coverage.flooded => Some(Reason::Flooded),
        Topic::Addresses => (coverage.requests == 0 && coverage.ipv6.is_none()).then_some(Reason::NothingAsked),
        Topic::Planned => (coverage.requests == 0).then_some(Reason::NothingAsked),
        Topic::Dhcp => (coverage.dhcp.discovers == 0).then_some(Reason::DhcpNotAsked),
        Topic::Ipv6 => coverage.ipv6.is_none_or(|asked| asked.routers == 0).then_some(Reason::NothingAsked),
        Topic::Link | Topic::Cable | Topic::WayOut | Topic::Elsewhere | Topic::Pools => None,
        Topic::Neighbour | Topic::Watch | Topic::Switching | Topic::Switch | Topic::Power | Topic::Services => None,
    })
}

fn targets(report: &Report) -> Targets {
    Targets::try_from(report.visit.targets.clone()).unwrap_or_default()
}

/// The laptop's own addresses, of both kinds.
fn ours(report: &Report) -> Vec<IpAddr> {
    report.visit.addresses.iter().filter_map(|net| net.parse::<IpNet>().ok()).map(|net| net.addr()).collect()
}

/// The networks that it was in; an address that a machine gives itself (RFC 3927) is of none.
fn own(report: &Report) -> Vec<Ipv4Net> {
    let nets = report.visit.addresses.iter().filter_map(|net| net.parse().ok());
    nets.filter(|net: &Ipv4Net| !net.addr().is_link_local()).collect()
}

/// Refuses two visits that have no address in common: everything would have vanished, and everything else appeared.
pub(super) fn comparable(before: &Report, after: &Report) -> Result<(), Fault> {
    let about = |report: &Report| own(report).into_iter().map(Targets::of_prefix).fold(targets(report), Targets::union);
    let (first, second) = (about(before), about(after));
    let nothing = Targets::default();
    if first == nothing || second == nothing || first.meets(&second) || same_hosts(before, after) {
        return Ok(());
    }
    Err(Fault::new(
        format!("the two visits are of different networks: {first}, then {second}"),
        format!("les deux interventions portent sur des réseaux différents : {first}, puis {second}"),
    )
    .hint("compare two visits of one network", "comparez deux interventions sur un même réseau"))
}

/// A network that was given other addresses is the same one: most of its cards are.
fn same_hosts(before: &Report, after: &Report) -> bool {
    let cards = |report: &Report| -> std::collections::HashSet<Mac> { report.hosts.iter().map(|host| host.mac).collect() };
    let (first, second) = (cards(before), cards(after));
    let common = first.intersection(&second).count();
    common > 0 && 2 * common >= first.len().min(second.len())
}

/// Addresses in their order, each once.
pub(super) fn sorted(ips: impl Iterator<Item = IpAddr>) -> Vec<IpAddr> {
    let mut ips: Vec<IpAddr> = ips.collect();
    ips.sort_unstable_by_key(|ip| match ip {
        IpAddr::V4(ip) => (0, u128::from(u32::from(*ip))),
        IpAddr::V6(ip) => (1, u128::from(*ip)),
    });
    ips.dedup();
    ips
}

/// The lowest address, for the order of rows.
pub(super) fn lowest(ips: &[IpAddr]) -> IpAddr {
    ips.first().copied().unwrap_or(IpAddr::V4(Ipv4Addr::BROADCAST))
}
