//! An address that the plan lets several devices hold.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contest::contests;
use super::duplicate_address::evidence;
use super::holder::{Holder, list};
use super::{Problem, clear_or_gap};
use crate::finding::{Explain, Finding, Manual, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::Plan;

/// An address that is shared as planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SharedAddress {
    /// The address.
    pub ip: IpAddr,
    /// The cards that answer for it.
    pub macs: Vec<Mac>,
    /// What is known of each.
    pub owners: Vec<Holder>,
    /// What the plan calls it.
    pub name: Option<String>,
}

/// Several real cards hold an address, and the plan says that they may.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let findings = contests(inventory, plan).into_iter().filter(|(_, contest)| contest.declared && contest.devices.len() > 1);
    let findings = findings.map(|(ip, contest)| {
        let macs: Vec<Mac> = contest.devices.into_iter().flatten().collect();
        let owners = macs.iter().map(|&mac| Holder::of(inventory, plan, ip, mac)).collect();
        let name = match ip {
            IpAddr::V4(v4) => plan.shared(v4).and_then(|shared| shared.name.clone()),
            IpAddr::V6(_) => None,
        };
        let evidence = evidence(inventory, ip, &macs);
        Finding::new(Severity::Note, Problem::SharedAddress(SharedAddress { ip, macs, owners, name }), evidence)
    });
    Verdict::of(findings.collect(), clear_or_gap(inventory))
}

impl Explain for SharedAddress {
    fn english(&self) -> Wording {
        let name = self.name.as_ref().map(|name| format!(" (“{name}”)")).unwrap_or_default();
        Wording {
            title: format!("{}{name} is shared by {} devices, as the plan says", self.ip, self.macs.len()),
            why: format!("{} answer for it, and the plan declares it shared.", list(&self.owners, Language::En)),
            remedy: vec!["Nothing to mend. To be warned of a stranger, list the cards that may hold it in the plan.".to_owned()],
        }
    }

    fn french(&self) -> Wording {
        let name = self.name.as_ref().map(|name| format!(" (« {name} »)")).unwrap_or_default();
        Wording {
            title: format!("{}{name} est partagée par {} appareils, comme prévu au plan", self.ip, self.macs.len()),
            why: format!("{} répondent pour elle, et le plan la déclare partagée.", list(&self.owners, Language::Fr)),
            remedy: vec!["Rien à réparer. Pour être averti d'un intrus, inscrivez au plan les cartes qui peuvent la détenir.".to_owned()],
        }
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        ip == self.ip && self.macs.contains(&mac)
    }

    fn subject(&self) -> Subject {
        Subject::address(self.ip)
    }

    fn holders(&self) -> &[Holder] {
        &self.owners
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Shared address",
            meaning: "Several devices hold this address on purpose, as the plan of the site says.",
            seen: "Several cards answer ARP for the address, and the plan holds it under [[shared]].",
            lookalikes: "A stranger on a shared address: where the plan lists the cards that may hold it, any other card is \
                         reported as a duplicate.",
            remedy: "Nothing to mend. List the cards in the plan, so that a stranger is told.",
        },
        Manual {
            title: "Adresse partagée",
            meaning: "Plusieurs appareils détiennent cette adresse volontairement, comme le dit le plan du site.",
            seen: "Plusieurs cartes répondent en ARP pour l'adresse, et le plan la porte sous [[shared]].",
            lookalikes: "Un intrus sur une adresse partagée : si le plan énumère les cartes qui peuvent la détenir, toute autre \
                         carte est signalée en double.",
            remedy: "Rien à réparer. Énumérez les cartes au plan pour qu'un intrus soit signalé.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, C, Scene, macs};

    const ANYBODY: &str = "[[shared]]\nname = \"cluster\"\naddress = \"10.0.0.9\"";
    const LISTED: &str = "[[shared]]\naddress = \"10.0.0.9\"\nmacs = [\"b8:27:eb:00:00:0a\", \"b8:27:eb:00:00:0b\"]";

    #[test]
    fn a_declared_shared_address_is_no_duplicate() {
        for plan in [ANYBODY, LISTED] {
            let scene = Scene::swept().plan(plan).claims(&["10.0.0.9"], &[A, B]);
            assert_eq!(scene.codes(), ["L3-shared-address"]);
            let found = scene.found(judge).remove(0);
            let Problem::SharedAddress(problem) = found.problem else { panic!("{found:?}") };
            assert_eq!((found.severity, problem.macs), (Severity::Note, macs(&[A, B])));
        }
    }

    #[test]
    fn a_stranger_on_it_is_a_duplicate_where_the_plan_lists_the_cards() {
        let three = Scene::swept().claims(&["10.0.0.9"], &[A, B, C]);
        assert_eq!(three.clone().plan(LISTED).codes(), ["L3-duplicate-address"]);
        assert_eq!(three.plan(ANYBODY).codes(), ["L3-shared-address"]);
    }

    #[test]
    fn another_address_is_not_covered_by_it() {
        assert_eq!(Scene::swept().plan(ANYBODY).claims(&["10.0.0.8"], &[A, B]).codes(), ["L3-duplicate-address"]);
    }

    #[test]
    fn held_by_one_card_there_is_nothing_to_say() {
        assert_eq!(Scene::swept().plan(ANYBODY).claim("10.0.0.9", A).verdict(judge), Verdict::Clear);
    }
}
