//! A server has no address left to lease, or hardly any.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pool::{self, Pool, Source};
use super::served::{answers_us, serving};
use super::{Problem, dhcp_gap, gap, held};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::lease::{Ends, State};
use crate::net::Mac;
use crate::observe::{Asked, Inventory, Observation};
use crate::site::{Plan, Range};

/// A pool of which nearly all addresses are taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PoolExhausted {
    /// Today's ranges of the network.
    pub ranges: Vec<Range>,
    /// Where they are written.
    pub by: Vec<Source>,
    /// How many addresses they have.
    pub addresses: u64,
    /// Those of them that are leased.
    pub leased: u64,
    /// Those kept for one client.
    pub reserved: u64,
    /// Those that the server does not give because it found them in use.
    pub declined: u64,
    /// Those that a device has by hand: ARP shows it, and the server's files hold nothing of it.
    pub by_hand: u64,
    /// When the next lease ends.
    pub next: Ends,
    /// Of those leased, how many whose device did not answer ARP; `None` where not all of them were asked.
    pub absent: Option<u64>,
    /// A server that answered an INFORM offered no address.
    pub silent: bool,
}

/// The share of a pool, in percent, from which on it will not last.
const NEARLY: u64 = 90;
/// Entries that stand as evidence; the file has all.
const EVIDENCE: usize = 6;

/// Every pool by the lease files: broken where nothing is free, a risk where at most a tenth is.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let silent = silent(inventory);
    if inventory.leases().files().len() == 0 {
        let reason = silent.map_or(Reason::NoLeases, |(server, _)| Reason::NothingOffered { server });
        return Verdict::NotTested(reason);
    }
    let all = pool::all(inventory, plan);
    if all.is_empty() {
        return Verdict::NotTested(Reason::NoRanges);
    }
    let pools: BTreeSet<Vec<Range>> =
        all.ranges().into_iter().map(|range| pool::today(inventory, plan, range.first).ranges()).collect();
    let findings = pools.into_iter().filter_map(|ranges| {
        let today = pool::today(inventory, plan, ranges.first()?.first);
        let (mut problem, mut evidence) = of(inventory, plan, &today);
        let held = problem.held();
        let severity = match problem.addresses.saturating_sub(held) {
            0 => Severity::Broken,
            _ if held * 100 >= problem.addresses * NEARLY => Severity::Risk,
            _ => return None,
        };
        if let (Severity::Broken, Some((_, answer))) = (severity, &silent) {
            problem.silent = true;
            evidence.extend(answer.clone());
        }
        evidence.extend(today.evidence());
        Some(Finding::new(severity, Problem::PoolExhausted(problem), evidence))
    });
    Verdict::of(findings.collect(), Verdict::Clear)
}

/// A server that answers us and offers nothing, where no other offers anything either, and its answers. A range without a free
/// address looks so; so does a server that leases to known cards only.
fn silent(inventory: &Inventory) -> Option<(Ipv4Addr, Vec<Observation>)> {
    let servers = serving(inventory);
    if dhcp_gap(inventory).is_some() || servers.iter().any(|server| server.answered.contains(&Asked::Discover)) {
        return None;
    }
    servers.iter().find(|server| answers_us(server)).map(|server| (server.id(), server.evidence.clone()))
}

/// How full a pool is, and a few of the entries that say so.
fn of(inventory: &Inventory, plan: &Plan, today: &Pool) -> (PoolExhausted, Vec<Observation>) {
    let ranges = today.ranges();
    let mut problem = PoolExhausted {
        addresses: size(&ranges),
        by: today.by(),
        ranges,
        leased: 0,
        reserved: 0,
        declined: 0,
        by_hand: 0,
        next: Ends::Unknown,
        absent: None,
        silent: false,
    };
    let inside = |ip: IpAddr| matches!(ip, IpAddr::V4(ip) if today.of(ip).is_some());
    let (mut evidence, mut absent, mut held) = (Vec::new(), 0, BTreeSet::new());
    for ip in inventory.leases().addresses().filter(|ip| inside(*ip)) {
        // A lease that runs counts as one, reserved or not.
        let entries = inventory.leases().of(ip).filter(|(_, lease, _)| lease.state != State::Expired);
        let order = |state: State| [State::Active, State::Reserved, State::Declined].iter().position(|of| *of == state);
        let Some((_, lease, seen)) = entries.min_by_key(|(_, lease, _)| order(lease.state)) else { continue };
        held.insert(ip);
        match lease.state {
            State::Active => {
                problem.leased += 1;
                problem.next = sooner(problem.next, lease.ends);
                let answers = lease.card().is_some_and(|mac| inventory.claim(ip, mac).is_some()) || inventory.is_ours(ip);
                absent += u64::from(!answers);
            }
            State::Reserved => problem.reserved += 1,
            State::Declined | State::Expired => problem.declined += 1,
        }
        if evidence.len() < EVIDENCE {
            evidence.push(seen.clone());
        }
    }
    for (ip, owners) in inventory.claimed().filter(|(ip, _)| inside(*ip) && !held.contains(ip) && !inventory.is_ours(*ip)) {
        // A card with a lease that is over may still use the address.
        if held::cards(inventory, plan, ip).into_iter().any(|mac| inventory.lease_of(ip, mac).is_none()) {
            problem.by_hand += 1;
            evidence.extend(owners.first().and_then(|(_, owner)| owner.evidence.first().cloned()));
        }
    }
    problem.absent = asked_all(inventory, &problem.ranges).then_some(absent);
    (problem, evidence)
}

fn sooner(one: Ends, other: Ends) -> Ends {
    match (one, other) {
        (Ends::At(one), Ends::At(other)) => Ends::At(one.min(other)),
        (Ends::At(_), _) => one,
        (_, Ends::At(_)) => other,
        (Ends::Never, Ends::Never) | (Ends::Unknown, Ends::Never) => Ends::Never,
        _ => one,
    }
}

/// The number of addresses, those in two ranges once; the ranges come lowest first.
fn size(ranges: &[Range]) -> u64 {
    let (mut count, mut next) = (0, 0_u64);
    for range in ranges {
        let (first, last) = (u64::from(u32::from(range.first)).max(next), u64::from(u32::from(range.last)));
        count += (last + 1).saturating_sub(first);
        next = next.max(last + 1);
    }
    count
}

/// Whether every address of the ranges was asked: the ranges are in our network, and as many addresses as it has were asked.
fn asked_all(inventory: &Inventory, ranges: &[Range]) -> bool {
    let own = inventory.card().map(|card| card.addresses.as_slice()).unwrap_or_default();
    let whole = |net: &&crate::net::Ipv4Net| {
        let hosts = (1_u64 << (32 - net.prefix_len())).saturating_sub(3);
        u64::from(inventory.coverage().asked) >= hosts.max(1)
            && ranges.iter().all(|range| net.contains(&range.first) && net.contains(&range.last))
    };
    gap(inventory).is_none() && own.iter().any(|net| whole(&net))
}

impl PoolExhausted {
    /// Addresses that the server cannot lease to somebody new.
    fn held(&self) -> u64 {
        self.leased + self.reserved + self.declined + self.by_hand
    }

    fn free(&self) -> u64 {
        self.addresses.saturating_sub(self.held())
    }
}

impl Explain for PoolExhausted {
    fn english(&self) -> Wording {
        let (all, free, by) = (self.addresses, self.free(), pool::by(&self.by, Language::En));
        let ranges = pool::list(&self.ranges);
        let mut why = format!("The range {ranges}{by} has {all} addresses; by the lease files {} are leased", self.leased);
        for (count, what) in [(self.reserved, "reserved"), (self.declined, "found in use and not given"), (self.by_hand, "held by hand (ARP)")] {
            if count > 0 {
                why += &format!(", {count} {what}");
            }
        }
        why += &match free {
            0 => ". None is free: a device that comes now gets no address.".to_owned(),
            1 => ". One is free.".to_owned(),
            free => format!(". {free} are free."),
        };
        if self.silent {
            why += " A server answered an INFORM and offered no address, which fits.";
        }
        if let Some(time) = self.next.day_and_time(&jiff::tz::TimeZone::UTC, Language::En) {
            why += &format!(" The next lease ends at {time} UTC, unless it is renewed.");
        }
        match self.absent {
            Some(0) => why += " All devices that leased are there (ARP).",
            Some(1) => why += " One of the devices that leased did not answer ARP: it is off, asleep or gone.",
            Some(absent) => why += &format!(" {absent} of the devices that leased did not answer ARP: they are off, asleep or gone."),
            None => {}
        }
        let mut remedy = vec!["Make the range larger, or its network, where addresses are left.".to_owned()];
        if self.absent.is_some_and(|absent| absent > 0) {
            remedy.push("Visitors come and go: make the lease time shorter (an hour or two), so that what they leave is free again.".to_owned());
        }
        if self.by_hand > 0 {
            remedy.push("Move the devices that have an address by hand out of the range (see L3-static-in-pool).".to_owned());
        }
        if self.declined > 0 {
            remedy.push("Find who uses the declined addresses, then free them on the server.".to_owned());
        }
        remedy.push("Take a fresh copy of the leases and run the command again.".to_owned());
        let title = match free {
            0 => format!("The DHCP range {ranges} is exhausted"),
            _ => format!("The DHCP range {ranges} is nearly exhausted: {} of {all} taken", self.held()),
        };
        Wording { title, why, remedy }
    }

    fn french(&self) -> Wording {
        let (all, free, by) = (self.addresses, self.free(), pool::by(&self.by, Language::Fr));
        let ranges = pool::list(&self.ranges);
        let plural = |count: u64| if count > 1 { "s" } else { "" };
        let many = plural(all);
        let mut why = format!("La plage {ranges}{by} compte {all} adresse{many} : {} louée{} d'après les baux", self.leased, plural(self.leased));
        if self.reserved > 0 {
            why += &format!(", {} réservée{}", self.reserved, plural(self.reserved));
        }
        if self.declined > 0 {
            let many = plural(self.declined);
            why += &format!(", {} trouvée{many} occupée{many} et non attribuée{many}", self.declined);
        }
        if self.by_hand > 0 {
            why += &format!(", {} fixée{} à la main (ARP)", self.by_hand, plural(self.by_hand));
        }
        why += &match free {
            0 => ". Aucune n'est libre : un appareil qui arrive n'en reçoit pas.".to_owned(),
            1 => ". Une seule est libre.".to_owned(),
            free => format!(". {free} sont libres."),
        };
        if self.silent {
            why += " Un serveur a répondu à un INFORM sans proposer d'adresse, ce qui concorde.";
        }
        if let Some(time) = self.next.day_and_time(&jiff::tz::TimeZone::UTC, Language::Fr) {
            why += &format!(" Le prochain bail finit le {time} UTC, s'il n'est pas renouvelé.");
        }
        match self.absent {
            Some(0) => why += " Tous les appareils qui ont un bail sont là (ARP).",
            Some(1) => why += " Un des appareils qui ont un bail n'a pas répondu en ARP : éteint, en veille ou parti.",
            Some(absent) => why += &format!(" {absent} des appareils qui ont un bail n'ont pas répondu en ARP : éteints, en veille ou partis."),
            None => {}
        }
        let mut remedy = vec!["Agrandissez la plage, ou le réseau, s'il y reste des adresses.".to_owned()];
        if self.absent.is_some_and(|absent| absent > 0) {
            remedy.push("Si des visiteurs passent, raccourcissez la durée des baux (une heure ou deux) : ce qu'ils laissent redevient libre.".to_owned());
        }
        if self.by_hand > 0 {
            remedy.push("Sortez de la plage les appareils en adresse fixe (voir L3-static-in-pool).".to_owned());
        }
        if self.declined > 0 {
            remedy.push("Trouvez qui utilise les adresses refusées, puis libérez-les sur le serveur.".to_owned());
        }
        remedy.push("Reprenez une copie récente des baux et relancez la commande.".to_owned());
        let title = match free {
            0 => format!("La plage DHCP {ranges} est épuisée"),
            _ => format!("La plage DHCP {ranges} est presque épuisée : {} adresses prises sur {all}", self.held()),
        };
        Wording { title, why, remedy }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "There are no numbers left, or few, for new devices.",
                "Make the range of numbers larger, or keep them for a shorter time.",
            ],
            french: [
                "Il ne reste plus, ou presque plus, de numéros pour de nouveaux appareils.",
                "Agrandir la plage de numéros, ou raccourcir leur durée.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, _: IpAddr, _: Mac) -> bool {
        false
    }

    // The range may be made longer and still be full: it is known by where it begins.
    fn subject(&self) -> Subject {
        self.ranges.first().map_or_else(Subject::segment, |range| Subject::address(range.first))
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "DHCP range exhausted",
            meaning: "The server has no address left to lease, or hardly any. Whoever has one works on; whoever comes, or was away for \
                      longer than his lease, gets none, or one that begins with 169.254.",
            seen: "The addresses of today's ranges (the plan's [[dhcp]], --pool) are counted against the entries of the lease files \
                   (--leases): leases that run, reservations, declined and abandoned addresses (RFC 2131, 4.4.1), and those that ARP \
                   shows held without any entry. Broken where none is free, a risk from 90 % on. All ranges of one network count as \
                   one pool. A server that answers INFORM and offers nothing makes it surer; without a lease file that alone proves \
                   nothing and is told as not tested.",
            lookalikes: "An old copy of the leases counts devices that are gone. A server that leases to known cards only also answers \
                         INFORM and offers nothing. Two servers that share a network may lease different halves of it.",
            remedy: "Make the range larger or the lease time shorter; move fixed addresses out of the range; free declined addresses \
                     once their user is found.",
        },
        Manual {
            title: "Plage DHCP épuisée",
            meaning: "Le serveur n'a plus d'adresse à louer, ou presque. Qui en a une continue de travailler ; qui arrive, ou s'est \
                      absenté plus longtemps que son bail, n'en reçoit pas, ou s'en donne une en 169.254.",
            seen: "Les adresses des plages actuelles (plan, [[dhcp]] ; --pool) sont rapprochées des fichiers de baux (--leases) : baux en \
                   cours, réservations, adresses refusées ou abandonnées (RFC 2131, 4.4.1), et celles qu'ARP montre tenues sans aucune \
                   entrée. En panne si aucune n'est libre, risque à partir de 90 %. Toutes les plages d'un réseau comptent pour une. Un \
                   serveur qui répond à INFORM sans rien proposer le confirme ; sans fichier de baux, cela seul ne prouve rien et est \
                   donné comme non testé.",
            lookalikes: "Une copie ancienne des baux compte des appareils partis. Un serveur qui ne loue qu'aux cartes connues répond lui \
                         aussi à INFORM sans rien proposer. Deux serveurs d'un même réseau peuvent en louer chacun une moitié.",
            remedy: "Agrandissez la plage ou raccourcissez les baux ; sortez-en les adresses fixes ; libérez les adresses refusées une \
                     fois leur utilisateur trouvé.",
        },
    )
}

#[cfg(test)]
#[path = "pool_exhausted/tests.rs"]
mod tests;
