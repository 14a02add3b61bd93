//! One host with two cards on the segment: each answers for the addresses of both (ARP flux).

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contest::{common_addresses, contests};
use super::duplicate_address::evidence;
use super::holder::join;
use super::{Problem, clear_or_gap};
use crate::finding::{Explain, Finding, Manual, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::Plan;

/// The cards of one host and the addresses that all of them answer for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TwoCards {
    /// The cards.
    pub macs: Vec<Mac>,
    /// The addresses.
    pub ips: Vec<IpAddr>,
}

/// The same cards answer for two or more addresses, and nothing tells them apart.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let mut hosts: BTreeMap<BTreeSet<Mac>, BTreeSet<IpAddr>> = BTreeMap::new();
    for (ip, contest) in contests(inventory, plan) {
        // That our own laptop has two cards here is known, and stands beside a rival only.
        let others = |device: &BTreeSet<Mac>| !device.iter().any(|&mac| inventory.is_our_card(mac));
        for device in contest.devices.into_iter().filter(|device| device.len() > 1 && others(device)) {
            hosts.entry(device).or_default().insert(ip);
        }
    }
    let findings = hosts.into_iter().map(|(macs, mut ips)| {
        let macs: Vec<Mac> = macs.into_iter().collect();
        if let [a, b] = macs.as_slice() {
            ips.extend(common_addresses(inventory, *a, *b));
        }
        let evidence = ips.first().map(|&ip| evidence(inventory, ip, &macs)).unwrap_or_default();
        let problem = TwoCards { macs, ips: ips.into_iter().collect() };
        Finding::new(Severity::Note, Problem::TwoCards(problem), evidence)
    });
    Verdict::of(findings.collect(), clear_or_gap(inventory))
}

impl Explain for TwoCards {
    fn english(&self) -> Wording {
        Wording {
            title: format!("One host with {} cards answers for {}", self.macs.len(), join(&self.ips, Language::En)),
            why: format!(
                "The cards {} each answer for the same addresses: one host on the segment by several cards, not a conflict.",
                join(&self.macs, Language::En)
            ),
            remedy: vec![
                "Nothing is broken. If the host should use one card only, unplug the other; on Linux, arp_ignore=1 makes each card answer for itself.".to_owned(),
                "To be sure that it is one host, unplug one card: the other goes on answering for all of these addresses.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        Wording {
            title: format!("Un même hôte à {} cartes répond pour {}", self.macs.len(), join(&self.ips, Language::Fr)),
            why: format!(
                "Les cartes {} répondent chacune pour les mêmes adresses : un seul hôte relié au segment par plusieurs cartes, non un conflit.",
                join(&self.macs, Language::Fr)
            ),
            remedy: vec![
                "Rien n'est en panne. Si l'hôte ne doit employer qu'une carte, débranchez l'autre ; sous Linux, arp_ignore=1 fait répondre chaque carte pour elle seule.".to_owned(),
                "Pour être sûr qu'il s'agit d'un seul hôte, débranchez une carte : l'autre continue de répondre pour toutes ces adresses.".to_owned(),
            ],
        }
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        self.ips.contains(&ip) && self.macs.contains(&mac)
    }

    fn subject(&self) -> Subject {
        Subject::cards(&self.macs)
    }

}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "One host with two cards",
            meaning: "A server or a docked laptop is on the segment by two cards, and each answers for the addresses of both.",
            seen: "The same cards answer ARP for two or more addresses (RFC 1122, 3.3.4.2: the weak end-system model, in which an \
                   address belongs to the host and not to the card).",
            lookalikes: "Two cloned PCs with the same two addresses: they are told apart by the names that each card gives, or by \
                         the TTL of their echo replies, and then reported as duplicates.",
            remedy: "Nothing is broken. Unplug one card to be sure; set arp_ignore=1 on Linux if it disturbs.",
        },
        Manual {
            title: "Un hôte à deux cartes",
            meaning: "Un serveur, ou un portable sur sa station d'accueil, est relié au segment par deux cartes, et chacune répond \
                      pour les adresses des deux.",
            seen: "Les mêmes cartes répondent en ARP pour deux adresses ou plus (RFC 1122, 3.3.4.2 : le modèle faible, où une \
                   adresse appartient à l'hôte et non à la carte).",
            lookalikes: "Deux PC clonés portant les deux mêmes adresses : les noms que donne chaque carte, ou le TTL de leurs échos, \
                         les distinguent, et ils sont alors signalés en double.",
            remedy: "Rien n'est en panne. Débranchez une carte pour en être sûr ; sous Linux, arp_ignore=1 si cela gêne.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, C, OURS, SIBLING, Scene, address, macs};

    const PAIR: [&str; 2] = ["10.0.0.10", "10.0.0.11"];

    fn flux() -> Scene {
        Scene::swept().claims(&PAIR, &[A, B])
    }

    #[test]
    fn the_two_cards_of_this_laptop_beside_a_stranger_are_no_note() {
        let ours = [OURS, SIBLING];
        let scene = Scene::swept().claims(&PAIR, &ours).claim(PAIR[0], A);
        assert_eq!(scene.verdict(judge), Verdict::Clear);
    }

    #[test]
    fn the_same_two_cards_on_two_addresses_are_one_host() {
        assert_eq!(flux().codes(), ["L3-two-cards"]);
        let found = flux().found(judge).remove(0);
        let Problem::TwoCards(problem) = found.problem else { panic!("{found:?}") };
        assert_eq!((problem.macs, problem.ips), (macs(&[A, B]), PAIR.map(address).to_vec()));
        assert_eq!(found.severity, Severity::Note);
    }

    #[test]
    fn two_cloned_pcs_are_told_apart_by_the_names_that_their_cards_give() {
        let clones = flux().named(PAIR[0], A, "PC-1").named(PAIR[0], B, "PC-2");
        let clones = clones.named(PAIR[1], A, "PC-1").named(PAIR[1], B, "PC-2");
        assert_eq!(clones.codes(), ["L3-duplicate-address", "L3-duplicate-address"]);
    }

    #[test]
    fn two_cloned_pcs_are_told_apart_by_the_ttl_of_their_echoes() {
        let clones = PAIR.iter().fold(flux(), |scene, ip| scene.echo(ip, A, 128).echo(ip, B, 64));
        assert_eq!(clones.codes(), ["L3-duplicate-address", "L3-duplicate-address"]);
    }

    #[test]
    fn the_same_name_and_the_same_ttl_tell_nothing_apart() {
        let same = PAIR.iter().fold(flux(), |scene, ip| {
            scene.named(ip, A, "SRV").named(ip, B, "SRV").echo(ip, A, 64).echo(ip, B, 64)
        });
        assert_eq!(same.codes(), ["L3-two-cards"]);
    }

    #[test]
    fn a_stranger_on_one_of_the_addresses_is_a_duplicate() {
        let scene = flux().claim(PAIR[1], C);
        assert_eq!(scene.codes(), ["L3-duplicate-address", "L3-two-cards"]);
    }

    #[test]
    fn one_common_address_is_no_host_with_two_cards() {
        let scene = Scene::swept().claims(&PAIR[..1], &[A, B]).claim(PAIR[1], A);
        assert_eq!(scene.verdict(judge), Verdict::Clear);
        assert_eq!(scene.codes(), ["L3-duplicate-address"]);
    }
}
