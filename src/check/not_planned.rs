//! Devices in a network of the plan that the plan does not name.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duplicate_address::evidence;
use super::holder::{Holder, join};
use super::planned::{At, Roll};
use super::{Problem, clear_or_gap};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::{Ipv4Net, Mac};
use crate::observe::Inventory;
use crate::site::{Network, Plan};

/// Strangers that are kept; all of them are counted.
const KEPT: usize = 256;
/// Strangers that a sentence describes.
const TOLD: usize = 6;

/// The strangers of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NotPlanned {
    /// What the plan calls the network.
    pub name: Option<String>,
    /// Its prefix.
    #[schemars(with = "String")]
    pub prefix: Ipv4Net,
    /// The plan says that it names every device of it.
    pub complete: bool,
    /// How many strangers there are.
    pub count: u32,
    /// They, in the order of their addresses.
    pub hosts: Vec<At>,
    /// What is known of each of the first ones.
    pub holders: Vec<Holder>,
}

/// Every network of the plan that has devices in the plan, or whose plan is complete: one finding for each that holds strangers.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let judged = |network: &&Network| network.complete || plan.fixed.iter().any(|fixed| network.prefix.contains(&fixed.address));
    let networks: Vec<&Network> = plan.networks.iter().filter(judged).collect();
    let roll = Roll::of(inventory, plan);
    let findings = networks.iter().filter_map(|network| strangers(inventory, plan, &roll, network)).collect();
    let asked = |network: &&Network| Some((network.prefix.trunc(), roll.is_asked_throughout(network.prefix)?));
    let near: Vec<(Ipv4Net, bool)> = networks.iter().filter_map(asked).collect();
    let otherwise = match (clear_or_gap(inventory), near.iter().find(|(_, asked)| !asked)) {
        _ if networks.is_empty() => Verdict::NotTested(Reason::NoDevicePlanned),
        (Verdict::Clear, _) if near.is_empty() => Verdict::NotTested(Reason::NoDevicePlanned),
        (Verdict::Clear, Some((network, _))) => Verdict::NotTested(Reason::NetworkNotAsked { network: *network }),
        (verdict, _) => verdict,
    };
    Verdict::of(findings, otherwise)
}

fn strangers(inventory: &Inventory, plan: &Plan, roll: &Roll<'_>, network: &Network) -> Option<Finding> {
    let (mut count, mut hosts, mut holders, mut seen) = (0, Vec::new(), Vec::new(), Vec::new());
    for (any, owners) in inventory.claimed() {
        let IpAddr::V4(ip) = any else { continue };
        if !network.prefix.contains(&ip) {
            continue;
        }
        for (mac, _) in owners.into_iter().filter(|(mac, _)| roll.is_stranger(ip, *mac)) {
            count += 1;
            if hosts.len() < KEPT {
                hosts.push(At { ip: any, mac });
            }
            if holders.len() < TOLD {
                holders.push(Holder::of(inventory, plan, any, mac));
                seen.extend(evidence(inventory, any, &[mac]));
            }
        }
    }
    let severity = if network.complete { Severity::Risk } else { Severity::Note };
    let (name, prefix, complete) = (network.name.clone(), network.prefix.trunc(), network.complete);
    let problem = NotPlanned { name, prefix, complete, count, hosts, holders };
    (count > 0).then(|| Finding::new(severity, Problem::NotPlanned(problem), seen))
}

impl NotPlanned {
    /// The network, as people call it.
    fn network(&self, language: Language) -> String {
        let prefix = self.prefix;
        match &self.name {
            Some(name) => language.pick(format!("“{name}” ({prefix})"), format!("« {name} » ({prefix})")),
            None => prefix.to_string(),
        }
    }

    /// The first strangers, and how many more there are.
    fn who(&self, language: Language) -> String {
        let said = |(at, holder): (&At, &Holder)| format!("{}, {}", at.ip, holder.describe(language));
        let mut all: Vec<String> = self.hosts.iter().zip(&self.holders).map(said).collect();
        let more = (self.count as usize).saturating_sub(all.len());
        if more > 0 {
            all.push(language.pick(format!("{more} more"), format!("{more} de plus")));
            return join(&all, language);
        }
        all.join(language.pick("; ", " ; "))
    }

    fn title(&self, language: Language) -> String {
        let network = self.network(language);
        match (self.count, self.hosts.first()) {
            (1, Some(at)) => {
                let ip = at.ip;
                language.pick(format!("{ip} is in no line of the plan of {network}"), format!("{ip} ne figure pas au plan de {network}"))
            }
            (count, _) => language.pick(
                format!("{count} devices are in no line of the plan of {network}"),
                format!("{count} appareils ne figurent pas au plan de {network}"),
            ),
        }
    }
}

impl Explain for NotPlanned {
    fn english(&self) -> Wording {
        let why = match self.complete {
            true => "The plan says that it names every device there: nobody answers for who else is plugged in.",
            false => "The plan names devices there, and not these; it does not say that it is complete.",
        };
        Wording {
            title: self.title(Language::En),
            why: format!("{why} {}.", self.who(Language::En)),
            remedy: vec![
                "Find out what each of them is and who put it there (trousse link locate tells its port).".to_owned(),
                "Unplug what does not belong; add the others to the plan, or the range that they lease their addresses from.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let why = match self.complete {
            true => "Le plan dit y nommer tous les appareils : personne ne répond de ce qui est branché en plus.",
            false => "Le plan y nomme des appareils, et pas ceux-ci ; il ne se dit pas complet.",
        };
        Wording {
            title: self.title(Language::Fr),
            why: format!("{why} {}.", self.who(Language::Fr)),
            remedy: vec![
                "Cherchez ce qu'est chacun d'eux et qui l'a mis là (trousse link locate donne son port).".to_owned(),
                "Débranchez ce qui n'a rien à y faire ; portez les autres au plan, ou la plage dont ils louent leur adresse.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A device is plugged in that is not in the list of your devices.",
                "Find out what it is; unplug it, or add it to the list.",
            ],
            french: [
                "Un appareil est branché qui ne figure pas dans la liste de vos appareils.",
                "Chercher ce que c'est ; le débrancher, ou l'ajouter à la liste.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        self.hosts.contains(&At { ip, mac })
    }

    /// The case of that network, whoever comes and goes in it.
    fn subject(&self) -> Subject {
        Subject { port: Some(self.prefix.to_string()), ..Subject::default() }
    }

    fn holders(&self) -> &[Holder] {
        &self.holders
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Device not planned",
            meaning: "Devices answer in a network of the plan that no line of the plan names. It is a note; where the network says \
                      complete = true, a risk.",
            seen: "ARP (RFC 826) from cards at IPv4 addresses of a [[network]] that has a [[fixed]] in it, or that says complete = true. \
                   One finding for each such network, with its strangers.",
            lookalikes: "Fixed and shared addresses and their cards, gateways, DNS and DHCP servers, switches, the hosts of services, what \
                         is in a planned range of a DHCP server, virtual addresses, cards that answer for others, and the laptop are no \
                         strangers. A planned device at another address is L3-wrong-address.",
            remedy: "Find out what it is; unplug it, or add it to the plan.",
        },
        Manual {
            title: "Appareil non prévu",
            meaning: "Des appareils répondent dans un réseau du plan sans qu'aucune ligne du plan ne les nomme. C'est une remarque ; si \
                      le réseau dit complete = true, un risque.",
            seen: "De l'ARP (RFC 826) de cartes à des adresses IPv4 d'un [[network]] où le plan a un [[fixed]], ou qui dit \
                   complete = true. Une anomalie par réseau, avec ses inconnus.",
            lookalikes: "Les adresses fixes et partagées et leurs cartes, les passerelles, les serveurs DNS et DHCP, les commutateurs, les \
                         machines des services, ce qui est dans une plage prévue d'un serveur DHCP, les adresses virtuelles, les cartes \
                         qui répondent pour d'autres et le portable ne sont pas des inconnus. Un appareil du plan à une autre adresse \
                         relève de L3-wrong-address.",
            remedy: "Cherchez ce que c'est ; débranchez-le, ou ajoutez-le au plan.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, C, Scene};

    const NETWORK: &str = "[[network]]\nname = \"LAN\"\nprefix = \"10.0.0.0/24\"\ngateways = [\"10.0.0.254\"]\n";
    const NAS: &str = "[[fixed]]\nname = \"nas\"\naddress = \"10.0.0.20\"\nmac = \"b8:27:eb:00:00:0a\"\n";

    fn plan(more: &str) -> String {
        format!("{NETWORK}{more}")
    }

    #[test]
    fn a_stranger_is_noted_and_is_a_risk_where_the_plan_is_complete() {
        let scene = Scene::swept().claim("10.0.0.20", A).claim("10.0.0.66", B);
        let found = scene.clone().plan(&plan(NAS)).found(judge).remove(0);
        assert_eq!((found.severity, found.problem.explain().subject().say()), (Severity::Note, "10.0.0.0/24".to_owned()));
        assert!(found.problem.explain().english().title.starts_with("10.0.0.66 is in no line"), "{found:?}");
        let complete = scene.plan(&plan(&format!("complete = true\n{NAS}"))).found(judge).remove(0);
        assert_eq!(complete.severity, Severity::Risk);
    }

    #[test]
    fn whoever_the_plan_has_a_use_for_is_no_stranger() {
        let scene = Scene::swept()
            .claim("10.0.0.20", A)
            .claim("10.0.0.254", B)
            .claim("10.0.0.120", C)
            .claim("10.0.0.2", C)
            .claim("10.0.0.7", C)
            .claim("10.0.0.200", "00:00:5e:00:01:33")
            .claim("10.9.0.9", B);
        let more = "[[dhcp]]\nserver = \"10.0.0.2\"\nranges = [\"10.0.0.100-10.0.0.150\"]\n\
             [[shared]]\naddress = \"10.0.0.7\"\n";
        assert_eq!(scene.plan(&plan(&format!("{NAS}{more}"))).verdict(judge), Verdict::Clear);
        assert_eq!(Scene::swept().claim("10.0.0.50", A).plan(&plan(NAS)).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn a_network_without_devices_in_the_plan_says_nothing_of_strangers_unless_it_is_complete() {
        let scene = Scene::swept().claim("10.0.0.66", B);
        assert_eq!(scene.clone().plan(NETWORK).verdict(judge), Verdict::NotTested(Reason::NoDevicePlanned));
        assert_eq!(scene.plan(&plan("complete = true")).found(judge).len(), 1);
    }

    #[test]
    fn many_strangers_are_one_finding_that_counts_them() {
        let scene = (1..=9u8).fold(Scene::swept().plan(&plan(NAS)), |scene, last| {
            scene.claim(&format!("10.0.0.{}", 60 + last), &format!("b8:27:eb:00:01:{last:02x}"))
        });
        let found = scene.found(judge);
        let Problem::NotPlanned(problem) = &found[0].problem else { panic!("{found:?}") };
        assert_eq!((found.len(), problem.count, problem.hosts.len(), problem.holders.len()), (1, 9, 9, TOLD));
        assert!(problem.english().why.ends_with("and 3 more."), "{}", problem.english().why);
    }
}
