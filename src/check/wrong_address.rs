//! A device of the plan is at another address than the plan gives it.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duplicate_address::evidence;
use super::holder::join;
use super::planned::{At, Roll, Standing};
use super::planned_missing::otherwise;
use super::Problem;
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::Plan;

/// A device and where it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WrongAddress {
    /// What the plan calls it.
    pub name: String,
    /// The address that the plan gives it.
    pub ip: IpAddr,
    /// Where it was heard.
    pub at: Vec<At>,
    /// It was known by its card; else by the name that it tells.
    pub by_card: bool,
}

/// Every device of the plan that was heard elsewhere, and not at its address, which was asked through.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let roll = Roll::of(inventory, plan);
    let mut findings = Vec::new();
    for fixed in &plan.fixed {
        let Standing::Elsewhere(at) = roll.standing(fixed) else { continue };
        let seen = at.iter().flat_map(|at| evidence(inventory, at.ip, &[at.mac])).chain(inventory.reach().evidence()).collect();
        let (name, ip, by_card) = (fixed.name.clone(), fixed.address.into(), fixed.mac.is_some());
        let link_local = at.iter().all(|at| matches!(at.ip, IpAddr::V4(ip) if ip.is_link_local()));
        let problem = Problem::WrongAddress(WrongAddress { name, ip, at, by_card });
        let mut finding = Finding::new(Severity::Degraded, problem, seen);
        finding.because_of = link_local.then(|| "L3-link-local-address".to_owned());
        findings.push(finding);
    }
    Verdict::of(findings, otherwise(inventory, &roll, plan))
}

impl WrongAddress {
    fn places(&self, language: Language) -> String {
        join(&self.at.iter().map(|at| at.ip).collect::<Vec<_>>(), language)
    }

    fn cards(&self, language: Language) -> String {
        let mut cards: Vec<Mac> = self.at.iter().map(|at| at.mac).collect();
        cards.sort_unstable();
        cards.dedup();
        join(&cards, language)
    }
}

impl Explain for WrongAddress {
    fn english(&self) -> Wording {
        let (name, planned) = (&self.name, self.ip);
        let (places, cards) = (self.places(Language::En), self.cards(Language::En));
        let known = match self.by_card {
            true => format!("It is known by its card {cards}."),
            false => format!("It is known by the name that it tells (card {cards}): the plan does not say which card it has."),
        };
        Wording {
            title: format!("“{name}” is at {places}, not at {planned}"),
            why: format!("The plan gives {planned} to “{name}”, and it answers at {places}. {known} Whoever looks for it at {planned} does not find it."),
            remedy: vec![
                format!("Set the address of “{name}” to {planned}; where it leases its address, reserve {planned} for it on the DHCP server."),
                format!("If it was moved on purpose, write {places} into the plan, and check what still calls {planned}."),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (name, planned) = (&self.name, self.ip);
        let (places, cards) = (self.places(Language::Fr), self.cards(Language::Fr));
        let known = match self.by_card {
            true => format!("On le reconnaît à sa carte {cards}."),
            false => format!("On le reconnaît au nom qu'il annonce (carte {cards}) : le plan ne dit pas quelle carte il a."),
        };
        Wording {
            title: format!("« {name} » est en {places}, et non en {planned}"),
            why: format!("Le plan attribue {planned} à « {name} », qui répond en {places}. {known} Qui le cherche en {planned} ne le trouve pas."),
            remedy: vec![
                format!("Réglez l'adresse de « {name} » sur {planned} ; s'il est en DHCP, réservez-lui {planned} sur le serveur."),
                format!("S'il a été déplacé exprès, portez {places} au plan, et vérifiez ce qui appelle encore {planned}."),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A device no longer has the number that it should have: whoever looks for it there does not find it.",
                "Give the device its number back.",
            ],
            french: [
                "Un appareil n'a plus le numéro prévu : qui le cherche là ne le trouve pas.",
                "Redonner son numéro à l'appareil.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        self.at.contains(&At { ip, mac })
    }

    fn subject(&self) -> Subject {
        Subject::address(self.ip)
    }

    fn follows_from(&self, cause: &Problem) -> bool {
        matches!(cause, Problem::LinkLocalAddress(_))
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Planned device at another address",
            meaning: "A device of the plan answers at another address than the plan gives it. Shortcuts, printers' ports and services \
                      that name its planned address do not reach it.",
            seen: "ARP (RFC 826) from the card of a [[fixed]] of the plan at another IPv4 address, and none from it at the planned one, \
                   which was asked for. Where the plan does not tell the card: the name that a device tells of itself (NetBIOS, mDNS, \
                   LLMNR) is the planned one, and nobody holds the planned address.",
            lookalikes: "A device with several addresses is well as long as one of them is the planned one. Shared and virtual addresses, \
                         cards that answer for others, and a second line of the plan for the same card accuse nobody. Names in DNS do \
                         not count: they may be old.",
            remedy: "Set the planned address on the device, or reserve it on the DHCP server; or correct the plan.",
        },
        Manual {
            title: "Appareil prévu à une autre adresse",
            meaning: "Un appareil du plan répond à une autre adresse que celle que le plan lui attribue. Les raccourcis, ports \
                      d'imprimante et services qui désignent l'adresse prévue ne le joignent pas.",
            seen: "De l'ARP (RFC 826) de la carte d'un [[fixed]] du plan à une autre adresse IPv4, et rien d'elle à l'adresse prévue, qui a \
                   été demandée. Si le plan ne dit pas la carte : le nom qu'un appareil annonce lui-même (NetBIOS, mDNS, LLMNR) est \
                   celui du plan, et personne ne détient l'adresse prévue.",
            lookalikes: "Un appareil à plusieurs adresses va bien pourvu que l'une soit celle du plan. Les adresses partagées ou \
                         virtuelles, les cartes qui répondent pour d'autres et une seconde ligne du plan pour la même carte n'accusent \
                         personne. Les noms du DNS ne comptent pas : ils peuvent être anciens.",
            remedy: "Réglez l'adresse prévue sur l'appareil, ou réservez-la sur le serveur DHCP ; ou corrigez le plan.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, Scene};
    use crate::finding::Reason;

    const BY_CARD: &str = "[[fixed]]\nname = \"nas\"\naddress = \"10.0.0.20\"\nmac = \"b8:27:eb:00:00:0a\"";
    const BY_NAME: &str = "[[fixed]]\nname = \"nas\"\naddress = \"10.0.0.20\"";

    #[test]
    fn a_device_is_found_where_it_should_not_be() {
        for plan in [BY_CARD, BY_NAME] {
            let scene = Scene::swept().plan(plan).claim("10.0.0.50", A).named("10.0.0.50", A, "NAS");
            let found = scene.found(judge);
            assert_eq!((found.len(), found[0].severity, found[0].because_of.as_ref()), (1, Severity::Degraded, None));
            assert_eq!(found[0].problem.explain().subject(), Subject::address([10, 0, 0, 20]));
            assert_eq!(scene.clone().claim("10.0.0.20", A).verdict(judge), Verdict::Clear);
        }
    }

    #[test]
    fn somebody_at_its_address_leaves_a_device_that_its_card_tells_where_it_is() {
        let scene = Scene::swept().claim("10.0.0.50", A).named("10.0.0.50", A, "nas").claim("10.0.0.20", B);
        assert_eq!(scene.clone().plan(BY_CARD).found(judge).len(), 1);
        assert_eq!(scene.plan(BY_NAME).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn a_shared_address_and_one_that_was_not_asked_accuse_nobody() {
        let shared = format!("{BY_CARD}\n[[shared]]\naddress = \"10.0.0.50\"");
        assert_eq!(Scene::swept().plan(&shared).claim("10.0.0.50", A).verdict(judge), Verdict::Clear);
        let partly = Scene::partly(10).plan(BY_CARD).claim("10.0.0.5", A);
        assert_eq!(partly.verdict(judge), Verdict::NotTested(Reason::PlannedNotAsked { count: 1 }));
    }

    #[test]
    fn an_address_that_it_gave_itself_has_its_own_cause() {
        let scene = Scene::swept().plan(BY_CARD).claim("169.254.7.7", A);
        let found = scene.found(judge).remove(0);
        let cause = scene.found(crate::check::link_local_address::judge).remove(0);
        assert_eq!(found.because_of.as_deref(), Some(cause.problem.code()));
        assert!(found.problem.explain().follows_from(&cause.problem));
    }
}
