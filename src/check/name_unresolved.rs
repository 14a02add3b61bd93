//! The name of a service's host has no address.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::serviced::{Heard, Place, is_tried, verdict};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Became, Inventory};
use crate::site::Plan;

/// A name without an address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NameUnresolved {
    /// The service.
    #[serde(flatten)]
    pub at: Place,
}

/// Every service whose host is a name. Where none of the DNS servers that this laptop asks answers, they are the cause.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let dns_silent = matches!(super::dns_silent::judge(inventory, plan), Verdict::Found(silent) if are_all_silent(inventory, &silent));
    verdict(inventory, plan, |service| service.address().is_none() && is_tried(inventory, service), |service, told, seen| match told.became {
        Became::Unresolved => {
            let problem = Problem::NameUnresolved(NameUnresolved { at: Place::of(service, told) });
            let because_of = dns_silent.then(|| "L7-dns-silent".to_owned());
            Heard::Wrong(Box::new(Finding { because_of, ..Finding::new(Severity::Broken, problem, vec![seen.clone()]) }))
        }
        _ => Heard::Well,
    })
}

/// Whether the laptop asks servers, of which every one that could be asked is silent.
fn are_all_silent(inventory: &Inventory, silent: &[Finding]) -> bool {
    let is_silent = |ip: IpAddr| silent.iter().any(|finding| matches!(&finding.problem, Problem::DnsSilent(one) if one.ip == ip));
    let asked = |ip: &IpAddr| inventory.path().dns(*ip).is_some_and(|(replies, _)| replies.sent > 0);
    let mut own = inventory.path().resolvers().filter(asked).peekable();
    own.peek().is_some() && own.all(is_silent)
}

impl Explain for NameUnresolved {
    fn english(&self) -> Wording {
        let (name, host) = (&self.at.service, &self.at.host);
        Wording {
            title: format!("“{name}”: the name {host} has no address"),
            why: format!(
                "This laptop asked for {host} as any of its programs would, and got no address in time. The service behind it was not asked at all."
            ),
            remedy: vec![
                format!("Look up {host} on the site's DNS server: is the record there, spelt like this, and not an alias that leads back to itself?"),
                "See that the laptop asks that server: by DHCP, and not one that was set by hand.".to_owned(),
                "Run trousse diagnose again.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (name, host) = (&self.at.service, &self.at.host);
        Wording {
            title: format!("« {name} » : le nom {host} n'a pas d'adresse"),
            why: format!(
                "Ce portable a demandé {host} comme le ferait tout programme, et n'a pas reçu d'adresse à temps. Le service lui-même n'a pas été interrogé."
            ),
            remedy: vec![
                format!("Cherchez {host} sur le serveur DNS du site : l'enregistrement existe-t-il, s'écrit-il ainsi, n'est-ce pas un alias qui revient sur lui-même ?"),
                "Vérifiez que le portable interroge bien ce serveur : par DHCP, et non un serveur réglé à la main.".to_owned(),
                "Relancez trousse diagnose.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "The name of a service leads nowhere: nobody finds it, even if it works.",
                "Enter that name again, or correct it where it is used.",
            ],
            french: [
                "Le nom d'un service ne mène nulle part : personne ne le trouve, même s'il fonctionne.",
                "Réinscrire ce nom, ou le corriger là où il est utilisé.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, _: IpAddr, _: Mac) -> bool {
        false
    }

    fn subject(&self) -> Subject {
        self.at.subject()
    }

    fn follows_from(&self, cause: &Problem) -> bool {
        matches!(cause, Problem::DnsSilent(_))
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Name without an address",
            meaning: "The service may be well: nobody finds it, because its name leads nowhere.",
            seen: "The host of a [[service]] was looked up by the laptop's own resolver (hosts file, then its DNS servers), within the time of \
                   the service.",
            lookalikes: "Where a DNS server is silent, L7-dns-silent is the cause. Behind a silent gateway it is not tested. A name that only \
                         the site's own DNS server knows is not found by a laptop that asks another one.",
            remedy: "Correct the record, or the DNS server that the laptop asks.",
        },
        Manual {
            title: "Nom sans adresse",
            meaning: "Le service va peut-être bien : personne ne le trouve, car son nom ne mène nulle part.",
            seen: "La machine d'un [[service]] a été cherchée par la résolution de noms du portable (fichier hosts, puis ses serveurs DNS), \
                   dans le délai du service.",
            lookalikes: "Si un serveur DNS est muet, L7-dns-silent en est la cause. Derrière une passerelle muette, ce n'est pas testé. Un nom \
                         que seul le serveur DNS du site connaît échappe à un portable qui en interroge un autre.",
            remedy: "Corrigez l'enregistrement, ou le serveur DNS que le portable interroge.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;

    #[test]
    fn a_name_that_leads_nowhere_is_found_and_a_silent_dns_server_is_its_cause() {
        let scene = Scene::swept().plan("[[service]]\nname = \"wiki\"\nhost = \"wiki.lan\"\nkind = \"http\"");
        let lost = scene.clone().told("wiki", "-", Became::Unresolved, None);
        assert_eq!(lost.found(judge)[0].because_of, None);
        let lost_with = |scene: &Scene, servers: &[&str]| scene.clone().told("wiki", "-", Became::Unresolved, None).resolvers(servers);
        let silent = lost_with(&scene, &["10.0.0.53"]).dns("10.0.0.53", 3, &[]);
        assert_eq!(silent.found(judge)[0].because_of.as_deref(), Some("L7-dns-silent"));
        let one_of_two = lost_with(&scene, &["10.0.0.53", "10.0.0.54"]).dns("10.0.0.54", 3, &[300]).dns("10.0.0.53", 3, &[]);
        assert_eq!(one_of_two.found(judge)[0].because_of, None, "a server that answers said that there is no such name");
        assert_eq!(scene.told("wiki", "10.0.0.7", Became::Silent, None).verdict(judge), Verdict::Clear);
    }
}
