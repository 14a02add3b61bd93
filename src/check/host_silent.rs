//! A host of which the plan names services answers none of them: one cause, not one finding for each.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::serviced::{Heard, dead_hosts, is_tried, verdict};
use super::Problem;
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Became, Inventory};
use crate::site::Plan;

/// A host that is silent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HostSilent {
    /// Its address.
    pub ip: IpAddr,
    /// The services that the plan has there.
    pub services: Vec<String>,
    /// It answers ARP, or is heard as an IPv6 neighbour, and nothing else.
    pub arp: bool,
}

/// Every address at which nothing answers.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let found = dead_hosts(inventory, plan).into_iter().map(|(ip, services, arp)| {
        let seen = services.iter().filter_map(|name| inventory.services().of(name)).map(|(_, seen)| seen.clone()).take(3).collect();
        Finding::new(Severity::Broken, Problem::HostSilent(HostSilent { ip, services, arp }), seen)
    });
    let otherwise = verdict(inventory, plan, |service| is_tried(inventory, service), |_, told, _| match told.became {
        Became::Unresolved => Heard::Elsewhere,
        _ => Heard::Well,
    });
    Verdict::of(found.collect(), otherwise)
}

impl HostSilent {
    fn services(&self, open: &str, close: &str) -> String {
        /// Names that one sentence holds.
        const SHOWN: usize = 8;
        let names: Vec<String> = self.services.iter().take(SHOWN).map(|name| format!("{open}{name}{close}")).collect();
        let more = if self.services.len() > SHOWN { ", …" } else { "" };
        format!("{}{more}", names.join(", "))
    }
}

impl Explain for HostSilent {
    fn english(&self) -> Wording {
        let (ip, services) = (self.ip, self.services("“", "”"));
        let there = match (self.arp, self.ip) {
            (false, _) => "",
            (true, IpAddr::V4(_)) => " It answers ARP, so it is switched on and cabled: it hangs, or a firewall drops everything.",
            (true, IpAddr::V6(_)) => {
                " It is heard as an IPv6 neighbour, so it is switched on and cabled: it hangs, or a firewall drops everything."
            }
        };
        Wording {
            title: format!("The host {ip} answers nothing"),
            why: format!("None of what the plan has there answered: {services}.{there}"),
            remedy: vec![
                format!("Go to the machine with {ip}: is it switched on, is its cable in, is the light of its port on?"),
                format!("If it runs, compare its address with {ip}, and look at its firewall and at those on the way."),
                "Run trousse diagnose again.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (ip, services) = (self.ip, self.services("« ", " »"));
        let there = match (self.arp, self.ip) {
            (false, _) => "",
            (true, IpAddr::V4(_)) => {
                " Elle répond en ARP : elle est donc sous tension et câblée ; elle est figée, ou un pare-feu rejette tout."
            }
            (true, IpAddr::V6(_)) => {
                " Elle est entendue comme voisine IPv6 : elle est donc sous tension et câblée ; elle est figée, ou un pare-feu rejette tout."
            }
        };
        Wording {
            title: format!("La machine {ip} ne répond à rien"),
            why: format!("Rien de ce que le plan y place n'a répondu : {services}.{there}"),
            remedy: vec![
                format!("Allez voir la machine en {ip} : est-elle sous tension, son câble est-il branché, le voyant de son port est-il allumé ?"),
                format!("Si elle tourne, comparez son adresse avec {ip}, puis voyez son pare-feu et ceux du chemin."),
                "Relancez trousse diagnose.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A machine that offers services gives no sign of life: none of them can be used.",
                "See whether it is switched on and plugged in, then start it again.",
            ],
            french: [
                "Une machine qui rend des services ne donne plus signe de vie : aucun d'eux n'est utilisable.",
                "Vérifier qu'elle est allumée et branchée, puis la redémarrer.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, _: Mac) -> bool {
        ip == self.ip
    }

    fn subject(&self) -> Subject {
        Subject::address(self.ip)
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Silent host",
            meaning: "A machine on which the plan has services answers none of them. The services are not to blame: the machine, its \
                      cable or the way to it is.",
            seen: "Every [[service]] of the plan at one address was asked and nothing came back, not even a refusal: two services or \
                   more, or one where ARP is not answered either. Behind a silent gateway it is not tested.",
            lookalikes: "A firewall that drops instead of refusing looks the same from here; where one service of the host answers, \
                         L4-port-silent tells of the others.",
            remedy: "Check power, cable and address of the machine, then the firewalls on the way.",
        },
        Manual {
            title: "Machine muette",
            meaning: "Une machine où le plan place des services ne répond à aucun. Les services n'y sont pour rien : c'est la machine, \
                      son câble ou le chemin qui y mène.",
            seen: "Chaque [[service]] du plan à une même adresse a été interrogé et rien n'est revenu, pas même un refus : deux services \
                   ou plus, ou un seul si l'ARP reste aussi sans réponse. Derrière une passerelle muette, ce n'est pas testé.",
            lookalikes: "Un pare-feu qui rejette sans le dire donne la même chose vu d'ici ; si un service de la machine répond, \
                         L4-port-silent parle des autres.",
            remedy: "Vérifiez alimentation, câble et adresse de la machine, puis les pare-feu du chemin.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, Scene};

    pub(crate) fn scene() -> Scene {
        let one = |name: &str, port: u16| format!("[[service]]\nname = \"{name}\"\nhost = \"10.0.0.7\"\nkind = \"tcp\"\nport = {port}\n");
        Scene::swept().plan(&(one("a", 22) + &one("b", 80)))
    }

    #[test]
    fn all_silent_is_one_finding_and_the_ports_follow_from_it() {
        let dead = scene().told("a", "10.0.0.7", Became::Silent, None).told("b", "10.0.0.7", Became::Silent, None);
        assert_eq!(dead.found(judge).len(), 1);
        let ports = dead.found(crate::check::port_silent::judge);
        assert_eq!(ports.len(), 2);
        let cause = &dead.found(judge)[0].problem;
        assert!(ports.iter().all(|port| port.because_of.as_deref() == Some("L4-host-silent") && port.problem.explain().follows_from(cause)));
    }

    #[test]
    fn where_anything_answers_even_by_a_refusal_the_host_is_there() {
        let alive = scene().told("a", "10.0.0.7", Became::Silent, None).told("b", "10.0.0.7", Became::Refused, None);
        assert_eq!(alive.verdict(judge), Verdict::Clear);
        assert_eq!(alive.found(crate::check::port_silent::judge)[0].because_of, None);
    }

    #[test]
    fn one_service_alone_proves_it_where_arp_is_silent_too() {
        let plan = "[[service]]\nname = \"a\"\nhost = \"10.0.0.7\"\nkind = \"tcp\"\nport = 22";
        let one = Scene::swept().plan(plan).told("a", "10.0.0.7", Became::Silent, None);
        assert_eq!(one.found(judge).len(), 1);
        assert_eq!(one.claim("10.0.0.7", A).verdict(judge), Verdict::Clear);
    }
}
