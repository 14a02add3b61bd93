//! Another device answers at the address that the plan gives to one.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::contest::contests;
use super::duplicate_address::evidence;
use super::holder::{Holder, join, list};
use super::planned::{At, Roll, Standing};
use super::planned_missing::otherwise;
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::Plan;

/// A device of the plan, and who is in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnotherCard {
    /// What the plan calls the device.
    pub name: String,
    /// The address that the plan gives it.
    pub ip: IpAddr,
    /// Its card.
    pub mac: Mac,
    /// Who holds the address instead.
    pub owners: Vec<Holder>,
    /// Where the device itself was heard.
    pub at: Vec<At>,
}

/// Every device of the plan whose card is known, and at whose address others answer and it does not.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let roll = Roll::of(inventory, plan);
    let contested: Vec<IpAddr> =
        contests(inventory, plan).into_iter().filter(|(_, contest)| !contest.rivals().is_empty()).map(|(ip, _)| ip).collect();
    // Who came to an address from his own in the plan is told there.
    let astray = |at: At| {
        let own = |fixed: &&crate::site::Fixed| fixed.mac == Some(at.mac);
        plan.fixed.iter().filter(own).any(|fixed| matches!(roll.standing(fixed), Standing::Elsewhere(places) if places.contains(&at)))
    };
    let mut findings = Vec::new();
    for fixed in &plan.fixed {
        let Some(mac) = fixed.mac else { continue };
        let ip = IpAddr::V4(fixed.address);
        let macs = roll.in_place_of(fixed);
        if macs.is_empty() {
            continue;
        }
        let at = match roll.standing(fixed) {
            Standing::Elsewhere(places) => places,
            _ => Vec::new(),
        };
        let because_of = if contested.contains(&ip) {
            Some("L3-duplicate-address")
        } else {
            macs.iter().all(|&mac| astray(At { ip, mac })).then_some("L3-wrong-address")
        };
        let owners = macs.iter().map(|&mac| Holder::of(inventory, plan, ip, mac)).collect();
        let problem = Problem::AnotherCard(AnotherCard { name: fixed.name.clone(), ip, mac, owners, at });
        let mut finding = Finding::new(Severity::Degraded, problem, evidence(inventory, ip, &macs));
        finding.because_of = because_of.map(str::to_owned);
        findings.push(finding);
    }
    let otherwise = match otherwise(inventory, &roll, plan) {
        Verdict::Clear if plan.fixed.iter().all(|fixed| fixed.mac.is_none()) => Verdict::NotTested(Reason::NoDevicePlanned),
        verdict => verdict,
    };
    Verdict::of(findings, otherwise)
}

impl AnotherCard {
    fn places(&self, language: Language) -> String {
        join(&self.at.iter().map(|at| at.ip).collect::<Vec<_>>(), language)
    }
}

impl Explain for AnotherCard {
    fn english(&self) -> Wording {
        let (name, ip, mac, owners) = (&self.name, self.ip, self.mac, list(&self.owners, Language::En));
        let itself = match self.at.is_empty() {
            true => format!("The card of “{name}”, {mac}, was not heard there."),
            false => format!("“{name}” itself, with its card {mac}, is at {}.", self.places(Language::En)),
        };
        let answer = if self.owners.len() > 1 { "answer" } else { "answers" };
        Wording {
            title: format!("Another device is at {ip}, the address of “{name}”"),
            why: format!("The plan gives {ip} to “{name}”, and {owners} {answer} there. {itself} Whoever looks for “{name}” reaches the wrong device."),
            remedy: vec![
                format!("Find the device that answers at {ip}: by kind, maker and name above, or by its MAC in the switch's address table."),
                format!("If it is “{name}” with a new card, or what replaced it, write its MAC into the plan."),
                format!("Else give it another address, or set it to DHCP; only then bring “{name}” back to {ip}: two devices would hold it."),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (name, ip, mac, owners) = (&self.name, self.ip, self.mac, list(&self.owners, Language::Fr));
        let itself = match self.at.is_empty() {
            true => format!("La carte de « {name} », {mac}, n'y a pas été entendue."),
            false => format!("« {name} », avec sa carte {mac}, est en {}.", self.places(Language::Fr)),
        };
        let answer = if self.owners.len() > 1 { "y répondent à sa place" } else { "y répond à sa place" };
        Wording {
            title: format!("Un autre appareil est en {ip}, l'adresse de « {name} »"),
            why: format!("Le plan attribue {ip} à « {name} », et {owners} {answer}. {itself} Qui cherche « {name} » joint le mauvais appareil."),
            remedy: vec![
                format!("Retrouvez l'appareil qui répond en {ip} : par son type, son fabricant et son nom ci-dessus, ou par sa MAC dans la table d'adresses du commutateur."),
                format!("Si c'est « {name} » avec une nouvelle carte, ou son remplaçant, portez sa MAC au plan."),
                format!("Sinon, donnez-lui une autre adresse, ou passez-le en DHCP ; alors seulement, ramenez « {name} » en {ip} : à deux, ils se la disputeraient."),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A device has the number of another one: whoever looks for that one reaches the wrong device.",
                "Give it a number of its own, or correct the list of devices.",
            ],
            french: [
                "Un appareil a le numéro d'un autre : qui cherche cet autre joint le mauvais appareil.",
                "Lui donner son propre numéro, ou corriger la liste des appareils.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        ip == self.ip && self.owners.iter().any(|owner| owner.mac == mac)
    }

    fn subject(&self) -> Subject {
        Subject::address(self.ip)
    }

    fn follows_from(&self, cause: &Problem) -> bool {
        match cause {
            Problem::DuplicateAddress(duplicate) => duplicate.ip == self.ip,
            Problem::WrongAddress(stray) => {
                stray.at.iter().any(|at| at.ip == self.ip && self.owners.iter().any(|owner| owner.mac == at.mac))
            }
            _ => false,
        }
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Another device at a planned address",
            meaning: "The plan gives an address to a device and tells its card; another card answers there, and the device's own does \
                      not. What is meant for the planned device goes to somebody else: print jobs, backups, remote help.",
            seen: "ARP (RFC 826) for the address of a [[fixed]] with a mac of the plan, from another card and none from its own.",
            lookalikes: "A device whose card was changed, or that was replaced, is right, and the plan is old. So is a laptop on its \
                         docking station, and what stands behind a Wi-Fi repeater that answers with its own card. Virtual cards (VRRP, \
                         CARP, clusters), cards that answer for others, the laptop's own and [[fixed]] without a mac accuse nobody. \
                         Where both cards answer it is L3-duplicate-address.",
            remedy: "Find out who answers there; correct the plan, or give that device another address.",
        },
        Manual {
            title: "Un autre appareil à une adresse prévue",
            meaning: "Le plan attribue une adresse à un appareil et dit sa carte ; une autre carte y répond, et non la sienne. Ce qui est \
                      destiné à l'appareil prévu va à un autre : impressions, sauvegardes, télémaintenance.",
            seen: "De l'ARP (RFC 826) pour l'adresse d'un [[fixed]] du plan qui a une mac, d'une autre carte que la sienne, et rien de \
                   celle-ci.",
            lookalikes: "Un appareil dont la carte a été changée, ou qui a été remplacé, a raison : c'est le plan qui est ancien. De même \
                         un portable sur sa station d'accueil, et ce qui est derrière un répéteur Wi-Fi qui répond de sa propre carte. Les \
                         cartes virtuelles (VRRP, CARP, grappes), celles qui répondent pour d'autres, celle du portable et les [[fixed]] \
                         sans mac n'accusent personne. Si les deux cartes répondent, c'est L3-duplicate-address.",
            remedy: "Identifiez qui y répond ; corrigez le plan, ou donnez une autre adresse à cet appareil.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, C, OURS, Scene};

    const PLAN: &str = "[[fixed]]\nname = \"nas\"\naddress = \"10.0.0.20\"\nmac = \"b8:27:eb:00:00:0a\"";

    #[test]
    fn another_card_at_the_address_of_a_device_is_found_and_its_own_is_not() {
        let scene = Scene::swept().plan(PLAN).claim("10.0.0.20", B);
        let found = scene.found(judge);
        assert_eq!((found.len(), found[0].severity, found[0].evidence.len()), (1, Severity::Degraded, 1));
        assert_eq!(found[0].problem.explain().subject(), Subject::address([10, 0, 0, 20]));
        assert_eq!(scene.codes(), ["L3-another-card"]);
        // With its own beside it they contest the address.
        assert_eq!(scene.claim("10.0.0.20", A).verdict(judge), Verdict::Clear);
        assert_eq!(Scene::swept().plan(PLAN).claim("10.0.0.20", A).verdict(judge), Verdict::Clear);
        assert_eq!(Scene::swept().plan(PLAN).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn virtual_cards_proxies_shared_addresses_and_a_plan_without_cards_accuse_nobody() {
        assert_eq!(Scene::swept().plan(PLAN).claim("10.0.0.20", "00:00:5e:00:01:33").verdict(judge), Verdict::Clear);
        let proxy = Scene::swept().claims(&["10.0.0.20", "10.0.0.51", "10.0.0.52", "10.0.0.53"], &[B]);
        assert_eq!(proxy.plan(PLAN).verdict(judge), Verdict::Clear);
        let untold = Verdict::NotTested(Reason::NoDevicePlanned);
        assert_eq!(Scene::swept().plan("[[shared]]\naddress = \"10.0.0.20\"").claim("10.0.0.20", B).verdict(judge), untold);
        let bare = "[[fixed]]\nname = \"nas\"\naddress = \"10.0.0.20\"";
        assert_eq!(Scene::swept().plan(bare).claim("10.0.0.20", B).verdict(judge), untold);
        let ours = PLAN.replace("10.0.0.20", "10.0.0.1");
        assert_eq!(Scene::swept().plan(&ours).claim("10.0.0.1", OURS).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn two_that_changed_places_and_two_strangers_have_their_own_cause() {
        let both = format!("{PLAN}\n[[fixed]]\nname = \"till\"\naddress = \"10.0.0.9\"\nmac = \"{B}\"");
        let swapped = Scene::swept().plan(&both).claim("10.0.0.9", A).claim("10.0.0.20", B);
        let strangers = Scene::swept().plan(PLAN).claim("10.0.0.20", B).claim("10.0.0.20", C);
        for (scene, code, count) in [(swapped, "L3-wrong-address", 2), (strangers, "L3-duplicate-address", 1)] {
            let found = scene.found(judge);
            assert_eq!(found.len(), count);
            for one in found {
                assert_eq!(one.because_of.as_deref(), Some(code));
                let (inventory, plan) = scene.seen();
                let check = crate::check::CHECKS.iter().find(|check| check.code == code).expect("a check");
                let Verdict::Found(causes) = (check.judge)(&inventory, plan) else { panic!("no {code}") };
                assert!(causes.iter().any(|cause| one.problem.explain().follows_from(&cause.problem)));
            }
        }
        // Who went away and left his place to a stranger is told with where he is.
        let gone = Scene::swept().plan(PLAN).claim("10.0.0.50", A).claim("10.0.0.20", B).found(judge).remove(0);
        assert_eq!(gone.because_of, None);
        assert!(gone.problem.explain().french().why.contains("est en 10.0.0.50"));
    }
}
