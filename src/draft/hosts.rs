//! The devices of a draft: what each address is, as far as the visit tells, and what a person must decide.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use super::{Draft, listed, string};
use crate::check::Problem;
use crate::finding::Finding;
use crate::kind::Kind;
use crate::lease::State;
use crate::line::one_line;
use crate::net::Mac;
use crate::probe::Errand;
use crate::report::Host;
use crate::site::Fixed;

/// What is known of how a host came by its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// By hand, or by a reservation.
    Fixed,
    /// A server leases it to this card.
    Leased,
    /// No server leased it, and one might lease it to another at any time.
    FixedInRange,
    /// Nothing tells.
    Unknown,
    /// Several devices answer for it.
    Contested,
}

impl Draft<'_> {
    pub(super) fn hosts(&mut self) {
        let report = self.report;
        let mut groups: Vec<(Standing, Ipv4Addr, Vec<&Host>)> = Vec::new();
        let proxies = self.proxies();
        for hosts in report.hosts.chunk_by(|one, other| one.ip == other.ip) {
            let hosts: Vec<&Host> = hosts.iter().filter(|host| !proxies.contains(&host.mac)).collect();
            let Some(&Host { ip: IpAddr::V4(ip), .. }) = hosts.first().copied() else { continue };
            if !self.given.contains(&ip) {
                groups.push((self.standing(ip, &hosts), ip, hosts));
            }
        }
        self.heading(
            "Fixed addresses: each belongs to one device, and to that card where it is named.",
            "Adresses fixes : chacune appartient à un appareil, et à cette carte si elle est indiquée.",
        );
        let seen: BTreeSet<Ipv4Addr> = groups.iter().map(|(_, ip, _)| *ip).collect();
        let known: &[Fixed] = &self.known.fixed;
        for fixed in known {
            let unseen = report.visit.errand != Errand::Dhcp && !seen.contains(&fixed.address);
            let remark = if unseen { self.language.pick("not seen at this visit", "pas vu à cette intervention") } else { "" };
            let mut rows = vec![("name", string(&fixed.name)), ("address", string(&fixed.address.to_string()))];
            rows.extend(fixed.mac.map(|mac| ("mac", string(&mac.to_string()))));
            rows.extend(fixed.role.as_deref().map(|role| ("role", string(role))));
            rows.extend(fixed.system.as_deref().map(|system| ("system", string(system))));
            self.table("fixed", &rows, remark, true);
        }
        groups.retain(|(_, ip, _)| self.known.fixed(*ip).is_none());
        groups.sort_by_key(|(standing, ip, _)| (*standing, *ip));
        for group in groups.chunk_by(|one, other| one.0 == other.0) {
            self.group(group[0].0, group);
        }
    }

    fn group(&mut self, standing: Standing, group: &[(Standing, Ipv4Addr, Vec<&Host>)]) {
        match standing {
            Standing::Fixed => {}
            Standing::Leased => self.heading(
                "Leased by DHCP: not part of a plan, unless you want a reservation.",
                "Louées par DHCP : n'ont pas à figurer au plan, sauf à vouloir une réservation.",
            ),
            Standing::FixedInRange => self.heading(
                "Fixed inside a DHCP range, without a reservation: move them, reserve them, or shorten the range.",
                "Fixes dans une plage DHCP, sans réservation : déplacez-les, réservez-les ou réduisez la plage.",
            ),
            Standing::Unknown => self.heading(
                "Fixed or leased? Nothing tells. Name a lease file of the server (--leases FILE), or keep what is fixed.",
                "Fixes ou louées ? Rien ne le dit. Indiquez un fichier de baux du serveur (--leases FICHIER), ou gardez ce qui est fixe.",
            ),
            Standing::Contested => self.heading(
                "Answered for by several cards: keep the rightful one, and mend the other.",
                "Plusieurs cartes y répondent : gardez la légitime et corrigez l'autre.",
            ),
        }
        for (_, ip, hosts) in group {
            // Of one device with several cards, no card may be named: each of them answers.
            let one = standing != Standing::Contested;
            for host in hosts.iter().take(if one { 1 } else { hosts.len() }) {
                self.part();
                let mut rows = vec![("name", string(&self.called(host))), ("address", string(&ip.to_string()))];
                rows.extend((!one || hosts.len() == 1).then(|| ("mac", string(&host.mac.to_string()))));
                self.table("fixed", &rows, &self.device(host), standing == Standing::Fixed);
            }
        }
    }

    /// Cards that answer for addresses of others, so that none is known to be their own.
    fn proxies(&mut self) -> BTreeSet<Mac> {
        let mut proxies = BTreeSet::new();
        for finding in &self.report.findings {
            if let Problem::ProxyArp(proxy) = &finding.problem {
                proxies.insert(proxy.mac);
                let (mac, count) = (proxy.mac, proxy.addresses);
                let said = self.language.pick(
                    format!(
                        "{mac} answers for {count} addresses (proxy ARP). They are left out here: name its own address below."
                    ),
                    format!(
                        "{mac} répond pour {count} adresses (proxy ARP). Elles sont omises ici : indiquez ci-dessous la sienne."
                    ),
                );
                self.part();
                self.comment(&said);
            }
        }
        proxies
    }

    fn standing(&self, ip: Ipv4Addr, hosts: &[&Host]) -> Standing {
        let one_device = |finding: &Finding| match &finding.problem {
            Problem::TwoCards(cards) => hosts.iter().all(|host| cards.macs.contains(&host.mac)),
            _ => false,
        };
        let host = hosts[0];
        if hosts.len() > 1 && !self.report.findings.iter().any(one_device) {
            return Standing::Contested;
        }
        let read = !self.report.coverage.lease_files.is_empty();
        let ranges = || self.known.dhcp.iter().flat_map(|dhcp| &dhcp.ranges);
        let lease = host.lease.as_ref().filter(|lease| lease.card() == Some(host.mac));
        match lease.map(|lease| lease.state) {
            Some(State::Reserved) => Standing::Fixed,
            Some(State::Active) => Standing::Leased,
            _ if ranges().any(|range| range.contains(ip)) => {
                if read {
                    Standing::FixedInRange
                } else {
                    Standing::Unknown
                }
            }
            _ if read || ranges().next().is_some() => Standing::Fixed,
            _ => Standing::Unknown,
        }
    }

    /// What a person would call a device.
    fn called(&self, host: &Host) -> String {
        let name = host.called().first().map(|name| one_line(name)).filter(|name| !name.is_empty());
        name.or_else(|| self.kind(host).map(str::to_owned)).or_else(|| host.vendor.clone()).unwrap_or_else(|| host.ip.to_string())
    }

    fn kind(&self, host: &Host) -> Option<&'static str> {
        host.kind.as_deref().and_then(Kind::of_id).map(|kind| kind.word(self.language))
    }

    /// Who made it and what it is, and when its lease ends.
    fn device(&self, host: &Host) -> String {
        let lease = host.lease.as_ref().map(|lease| lease.say(self.language)).unwrap_or_default();
        listed(&[host.vendor.as_deref().unwrap_or_default(), self.kind(host).unwrap_or_default(), &lease])
    }
}
