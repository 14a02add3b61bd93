//! A DHCP server gives settings that cannot work: a router out of reach, a mask that is none, a lease of seconds.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::served::{Served, answers_us, serving};
use super::{Problem, dhcp_clear_or_gap};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::{Ipv4Net, Mac};
use crate::observe::{Card, DhcpServer, Inventory};
use crate::site::Plan;

/// A server and what is wrong with its settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DhcpWrongOption {
    /// The server's identifier, else the address that it answered from.
    pub ip: Ipv4Addr,
    /// What is known of it.
    pub server: Served,
    /// Each thing that is wrong.
    pub wrong: Vec<Wrong>,
}

/// One setting that cannot work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Wrong {
    /// It does not tell its identifier, which an offer must (RFC 2131, table 3).
    NoServerId,
    /// An address is offered without a mask.
    NoMask,
    /// Its mask is none: ones and zeros are mixed.
    BadMask {
        /// The mask.
        mask: Ipv4Addr,
    },
    /// Its mask is not that of our address in the same network.
    OtherMask {
        /// Its mask.
        mask: Ipv4Addr,
        /// Ours.
        ours: Ipv4Addr,
    },
    /// A router that is in no subnet of the address offered.
    RouterOutside {
        /// The router.
        router: Ipv4Addr,
        /// The subnet.
        #[schemars(with = "String")]
        subnet: Ipv4Net,
    },
    /// A router or name server whose address no host can have.
    Unusable {
        /// The option: 3 or 6.
        option: u8,
        /// The address.
        address: Ipv4Addr,
    },
    /// A name server outside the subnet, and no router to reach it by.
    DnsUnreachable {
        /// The name server.
        dns: Ipv4Addr,
    },
    /// An address is offered without a lease time, which an offer must have.
    NoLeaseTime,
    /// The lease ends at once.
    ShortLease {
        /// Its time in seconds.
        seconds: u32,
    },
    /// The lease is so short that devices renew it all the time, or so long that an address is never free again: it works.
    UnusualLease {
        /// Its time in seconds.
        seconds: u32,
    },
    /// An option whose content cannot be read.
    Unreadable {
        /// Its number.
        option: u8,
    },
}

/// The shortest lease that is no mistake, in seconds: below it, devices do little but renew.
const SHORTEST_LEASE: u32 = 60;
/// What is usual, in seconds: from 5 minutes, as on guest networks, to 30 days.
const USUAL_LEASE: std::ops::RangeInclusive<u32> = 300..=30 * 86_400;

/// Every server that answered us, by its own settings.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let heard = serving(inventory);
    let findings = heard.iter().filter(|server| answers_us(server)).filter_map(|server| {
        let wrong = wrong(server, inventory.card());
        let severity = wrong.iter().map(Wrong::severity).min()?;
        let problem = DhcpWrongOption { ip: server.id(), server: Served::of(inventory, plan, server), wrong };
        Some(Finding::new(severity, Problem::DhcpWrongOption(problem), server.evidence.clone()))
    });
    Verdict::of(findings.collect(), dhcp_clear_or_gap(inventory))
}

fn wrong(server: &DhcpServer, card: Option<&Card>) -> Vec<Wrong> {
    let set = &server.settings;
    let own = card.map(|card| card.addresses.as_slice()).unwrap_or_default();
    let of_network = |ip: Ipv4Addr| own.iter().find(|net| net.contains(&ip));
    let near = server.offered.map_or_else(|| own.first(), of_network);
    let mask_len = set.mask.map(|mask| (mask, length(mask)));
    let mut wrong = Vec::new();
    if server.server.is_none() {
        wrong.push(Wrong::NoServerId);
    }
    match (mask_len, near) {
        (None, _) if server.offered.is_some() && !set.unreadable.contains(&1) => wrong.push(Wrong::NoMask),
        (Some((mask, None)), _) => wrong.push(Wrong::BadMask { mask }),
        (Some((mask, _)), Some(net)) if mask != net.netmask() => wrong.push(Wrong::OtherMask { mask, ours: net.netmask() }),
        _ => {}
    }
    let base = server.offered.or(near.map(Ipv4Net::addr));
    let subnet = base.zip(mask_len.and_then(|(_, length)| length)).and_then(|(ip, length)| Ipv4Net::new(ip, length).ok());
    let subnet = subnet.map(|net| net.trunc());
    let unusable = |ip: Ipv4Addr| {
        let edge = subnet.is_some_and(|net| net.prefix_len() < 31 && (ip == net.network() || ip == net.broadcast()));
        edge || ip.is_unspecified() || ip.is_loopback() || ip.is_multicast() || ip.is_broadcast()
    };
    for &router in &set.routers {
        match subnet {
            _ if unusable(router) => wrong.push(Wrong::Unusable { option: 3, address: router }),
            // A router's own /32, as providers of hosting have it, is reached by a route of its own (RFC 3442).
            Some(subnet) if !subnet.contains(&router) && !set.routes => wrong.push(Wrong::RouterOutside { router, subnet }),
            _ => {}
        }
    }
    for &dns in &set.dns {
        let stuck = set.routers.is_empty() && !set.routes && subnet.is_some_and(|net| !net.contains(&dns));
        if unusable(dns) {
            wrong.push(Wrong::Unusable { option: 6, address: dns });
        } else if stuck {
            wrong.push(Wrong::DnsUnreachable { dns });
        }
    }
    match set.lease_s {
        None if server.offered.is_some() && !set.unreadable.contains(&51) => wrong.push(Wrong::NoLeaseTime),
        Some(seconds) if seconds < SHORTEST_LEASE => wrong.push(Wrong::ShortLease { seconds }),
        Some(seconds) if !USUAL_LEASE.contains(&seconds) => wrong.push(Wrong::UnusualLease { seconds }),
        _ => {}
    }
    wrong.extend(set.unreadable.iter().map(|&option| Wrong::Unreadable { option }));
    wrong
}

/// The prefix length of a mask; `None` for one that is none.
fn length(mask: Ipv4Addr) -> Option<u8> {
    ipnet::ipv4_mask_to_prefix(mask).ok()
}

impl Wrong {
    fn severity(&self) -> Severity {
        match self {
            Wrong::NoServerId | Wrong::BadMask { .. } | Wrong::RouterOutside { .. } | Wrong::Unusable { .. } => Severity::Broken,
            Wrong::DnsUnreachable { .. } => Severity::Broken,
            Wrong::NoMask | Wrong::OtherMask { .. } | Wrong::ShortLease { .. } => Severity::Degraded,
            Wrong::NoLeaseTime | Wrong::Unreadable { .. } => Severity::Risk,
            Wrong::UnusualLease { .. } => Severity::Note,
        }
    }

    fn say(&self, language: Language) -> String {
        match self {
            Wrong::NoServerId => language.pick("it does not tell its identifier (option 54), so devices ignore its offers".into(), "il ne donne pas son identifiant (option 54) : les appareils ignorent ses offres".into()),
            Wrong::NoMask => language.pick("it gives no mask (option 1)".into(), "il ne donne pas de masque (option 1)".into()),
            Wrong::BadMask { mask } => language.pick(format!("{mask} is no mask"), format!("{mask} n'est pas un masque")),
            Wrong::OtherMask { mask, ours } => language.pick(format!("its mask is {mask}, the laptop's is {ours}"), format!("son masque est {mask}, celui du portable {ours}")),
            Wrong::RouterOutside { router, subnet } => language.pick(format!("its router {router} is outside {subnet}"), format!("sa passerelle {router} est hors de {subnet}")),
            Wrong::Unusable { option: 3, address } => language.pick(format!("its router {address} is no host's address"), format!("sa passerelle {address} n'est pas une adresse d'hôte")),
            Wrong::Unusable { address, .. } => language.pick(format!("its name server {address} is no host's address"), format!("son DNS {address} n'est pas une adresse d'hôte")),
            Wrong::DnsUnreachable { dns } => language.pick(format!("its name server {dns} is outside the subnet, and it gives no router"), format!("son DNS {dns} est hors du sous-réseau, et il ne donne pas de passerelle")),
            Wrong::NoLeaseTime => language.pick("it gives no lease time (option 51)".into(), "il ne donne pas de durée de bail (option 51)".into()),
            Wrong::ShortLease { seconds } => language.pick(format!("its leases last {seconds} s"), format!("ses baux durent {seconds} s")),
            Wrong::UnusualLease { seconds: u32::MAX } => language.pick("its leases never end, so that no address is ever free again".into(), "ses baux ne finissent jamais, si bien qu'aucune adresse ne se libère".into()),
            Wrong::UnusualLease { seconds } if seconds < USUAL_LEASE.start() => language.pick(format!("its leases last {seconds} s, so that devices renew them all the time"), format!("ses baux durent {seconds} s, si bien que les appareils les renouvellent sans cesse")),
            Wrong::UnusualLease { seconds } => {
                let days = seconds / 86_400;
                language.pick(format!("its leases last {days} days, so that an address stays taken long after its device is gone"), format!("ses baux durent {days} jours, si bien qu'une adresse reste prise longtemps après le départ de l'appareil"))
            }
            Wrong::Unreadable { option } => language.pick(format!("its option {option} cannot be read"), format!("son option {option} est illisible")),
        }
    }
}

impl DhcpWrongOption {
    /// Everything that is said of it works, and is only unusual.
    fn works(&self) -> bool {
        self.wrong.iter().all(|wrong| wrong.severity() == Severity::Note)
    }

    fn said(&self, language: Language) -> String {
        self.wrong.iter().map(|wrong| wrong.say(language)).collect::<Vec<_>>().join(language.pick("; ", " ; "))
    }
}

impl Explain for DhcpWrongOption {
    fn english(&self) -> Wording {
        let (ip, said) = (self.ip, self.said(Language::En));
        if self.works() {
            return Wording {
                title: format!("The DHCP server {ip} has an unusual lease time"),
                why: format!("{}: {said}. It works.", self.server.say(Language::En)),
                remedy: vec![format!("Ask whether that is meant so; else set the lease time on {ip} to some hours or days.")],
            };
        }
        Wording {
            title: format!("The DHCP server {ip} gives settings that cannot work"),
            why: format!("{}: {said}. Whoever gets his address from it works badly or not at all.", self.server.say(Language::En)),
            remedy: vec![
                format!("Correct the DHCP settings on {ip}: mask, router, name servers, lease time."),
                "If that server does not belong here, see L3-second-dhcp-server.".to_owned(),
                "Restart a device that is set to DHCP and look at what it got (ipconfig /all, ip address).".to_owned(),
                "Run trousse dhcp again.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (ip, said) = (self.ip, self.said(Language::Fr));
        if self.works() {
            return Wording {
                title: format!("Le serveur DHCP {ip} a une durée de bail inhabituelle"),
                why: format!("{} : {said}. Cela fonctionne.", self.server.say(Language::Fr)),
                remedy: vec![format!("Demandez si c'est voulu ; sinon, réglez la durée de bail de {ip} sur quelques heures ou jours.")],
            };
        }
        Wording {
            title: format!("Le serveur DHCP {ip} donne des réglages qui ne peuvent pas fonctionner"),
            why: format!("{} : {said}. Qui tient son adresse de lui fonctionne mal, ou pas du tout.", self.server.say(Language::Fr)),
            remedy: vec![
                format!("Corrigez les réglages DHCP de {ip} : masque, passerelle, DNS, durée de bail."),
                "Si ce serveur n'a rien à faire ici, voyez L3-second-dhcp-server.".to_owned(),
                "Redémarrez un appareil en DHCP et regardez ce qu'il a reçu (ipconfig /all, ip address).".to_owned(),
                "Relancez trousse dhcp.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "Devices are given wrong settings when they join the network.",
                "Correct the settings of the box or the server that hands them out.",
            ],
            french: [
                "Les appareils reçoivent de mauvais réglages en rejoignant le réseau.",
                "Corriger les réglages de la box ou du serveur qui les distribue.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        self.server.concerns(ip, mac)
    }

    fn subject(&self) -> Subject {
        self.server.subject()
    }

    fn servers(&self) -> &[Served] {
        std::slice::from_ref(&self.server)
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "DHCP settings that cannot work",
            meaning: "A DHCP server gives a router or a name server that cannot be reached, a wrong mask, or leases of a few seconds. \
                      Devices get an address and still reach nothing, or only a part of the network.",
            seen: "The options of its OFFER and ACK (RFC 2132): the routers must lie in the subnet of the address offered, the mask \
                   must be one and that of the laptop in the same network, name servers outside need a router, a lease lasts 60 s \
                   or more (under 5 minutes or over 30 days is a note), and the identifier and lease time must be there (RFC 2131, table 3).",
            lookalikes: "Name servers on the Internet are right where there is a router. A router outside the subnet is right where \
                         routes are given one by one (option 121). A laptop with a fixed address may itself have the wrong mask.",
            remedy: "Correct the settings on the server, restart a device that is set to DHCP, and run the command again.",
        },
        Manual {
            title: "Réglages DHCP inutilisables",
            meaning: "Un serveur DHCP donne une passerelle ou un DNS hors d'atteinte, un mauvais masque, ou des baux de quelques \
                      secondes. Les appareils ont une adresse et ne joignent rien, ou seulement une partie du réseau.",
            seen: "Les options de son OFFER et de son ACK (RFC 2132) : les passerelles doivent être dans le sous-réseau de l'adresse \
                   proposée, le masque en être un et être celui du portable dans le même réseau, un DNS extérieur suppose une \
                   passerelle, un bail dure 60 s ou plus (moins de 5 minutes ou plus de 30 jours : remarque), identifiant et durée de bail sont obligatoires (RFC 2131, tableau 3).",
            lookalikes: "Des DNS sur Internet sont corrects s'il y a une passerelle. Une passerelle hors du sous-réseau est correcte \
                         si les routes sont données une à une (option 121). Un portable en adresse fixe peut lui-même avoir le \
                         mauvais masque.",
            remedy: "Corrigez les réglages du serveur, redémarrez un appareil en DHCP, et relancez la commande.",
        },
    )
}

#[cfg(test)]
#[path = "dhcp_wrong_option/tests.rs"]
mod tests;
