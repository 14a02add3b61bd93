//! The laptop's own address is held by somebody else too: nothing else that it sees can be trusted before that is mended.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::duplicate_address::evidence;
use super::holder::{Holder, list};
use super::{Problem, gap_of_both};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::Plan;

/// An address of ours and who else holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OwnAddressTaken {
    /// The address.
    pub ip: IpAddr,
    /// Our card.
    pub ours: Mac,
    /// The others' cards.
    pub macs: Vec<Mac>,
    /// What is known of each of the others.
    pub owners: Vec<Holder>,
}

/// A card that is not ours claims an address of ours.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let Some(card) = inventory.card() else { return Verdict::NotTested(Reason::NoCardOfOurs) };
    if card.addresses.is_empty() && !inventory.ipv6().is_here() {
        return Verdict::NotTested(Reason::NoAddressOfOurs);
    }
    let findings = inventory.claimed().filter(|(ip, _)| inventory.is_ours(*ip)).filter_map(|(ip, owners)| {
        let macs: Vec<Mac> = owners.iter().map(|(mac, _)| *mac).filter(|mac| !inventory.is_our_card(*mac)).collect();
        if macs.is_empty() {
            return None;
        }
        let owners = macs.iter().map(|&mac| Holder::of(inventory, plan, ip, mac)).collect();
        let evidence = evidence(inventory, ip, &macs);
        let problem = OwnAddressTaken { ip, ours: card.mac, macs, owners };
        Some(Finding::new(Severity::Broken, Problem::OwnAddressTaken(problem), evidence))
    });
    let otherwise = match gap_of_both(inventory) {
        // Our own addresses are asked for first of all and are heard out before the others: a look that was stopped among the
        // others has still asked for ours.
        None => Verdict::Clear,
        Some(Reason::Stopped { asked, .. }) if asked as usize > card.addresses.len() => Verdict::Clear,
        Some(reason) => Verdict::NotTested(reason),
    };
    Verdict::of(findings.collect(), otherwise)
}

impl Explain for OwnAddressTaken {
    fn english(&self) -> Wording {
        Wording {
            title: format!("This laptop's own address {} is already taken", self.ip),
            why: format!(
                "{} answers for {}, which this laptop uses ({}). Replies meant for the laptop may go to the other device: \
                 what is measured from here is not to be trusted until this is mended.",
                list(&self.owners, Language::En),
                self.ip,
                self.ours
            ),
            remedy: vec![
                "Give the laptop another address, or set it to DHCP.".to_owned(),
                format!("If {} belongs to the laptop by the site's plan, find the other device by its maker and MAC and change its address.", self.ip),
                "Run the same command again before you believe anything else in this report.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let verb = if self.owners.len() > 1 { "répondent" } else { "répond" };
        Wording {
            title: format!("L'adresse {} de ce portable est déjà prise", self.ip),
            why: format!(
                "{} {verb} pour {}, qu'utilise ce portable ({}). Les réponses destinées au portable peuvent partir vers l'autre \
                 appareil : ce qui est mesuré d'ici n'est pas fiable tant que ce n'est pas réparé.",
                list(&self.owners, Language::Fr),
                self.ip,
                self.ours
            ),
            remedy: vec![
                "Donnez une autre adresse au portable, ou passez-le en DHCP.".to_owned(),
                format!("Si le plan du site attribue {} au portable, retrouvez l'autre appareil par son fabricant et sa MAC et changez son adresse.", self.ip),
                "Relancez la même commande avant de croire le reste de ce rapport.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "The technician's own computer was given a number that another device uses.",
                "Measure again with a number that is free.",
            ],
            french: [
                "L'ordinateur du technicien avait un numéro déjà utilisé par un autre appareil.",
                "Refaire la mesure avec un numéro libre.",
            ],
            by: By::Technician,
        })
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
            title: "The laptop's own address is taken",
            meaning: "Another device on the segment holds the address that the technician's laptop uses. Its replies are lost now \
                      and then, and tests fail for no reason of the site's.",
            seen: "ARP probes (RFC 5227, 2.1.1: a request with the sender address 0.0.0.0) for the laptop's own addresses, sent \
                   before anything else, and every claim heard until the end. While the address is contested, the rest is asked \
                   with the sender address 0.0.0.0, so as not to disturb the other device.",
            lookalikes: "Another card of the laptop itself on the same network (Wi-Fi and cable at once) also answers for its \
                         address: it is known and not accused.",
            remedy: "Give the laptop another address, or set it to DHCP, and run the command again.",
        },
        Manual {
            title: "L'adresse du portable est déjà prise",
            meaning: "Un autre appareil du segment détient l'adresse qu'utilise le portable du technicien. Des réponses se perdent, \
                      et des essais échouent sans que le site y soit pour rien.",
            seen: "Sondes ARP (RFC 5227, 2.1.1 : une requête dont l'émetteur est 0.0.0.0) pour les adresses du portable, envoyées \
                   avant toute autre chose, et tout ce qui est entendu jusqu'à la fin. Tant que l'adresse est contestée, le reste \
                   est demandé avec l'émetteur 0.0.0.0, pour ne pas gêner l'autre appareil.",
            lookalikes: "Une autre carte du portable lui-même sur le même réseau (Wi-Fi et câble à la fois) répond aussi pour son \
                         adresse : elle est connue et n'est pas accusée.",
            remedy: "Donnez une autre adresse au portable, ou passez-le en DHCP, et relancez la commande.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, OURS, SIBLING, Scene, macs};
    use crate::observe::{Claim, Cut, Fact};

    #[test]
    fn our_ipv6_address_is_ours_alone_too() {
        let scene = Scene::swept().own6(&["fe80::1/64", "2001:db8::1/64"]).claim("fe80::1", OURS);
        assert_eq!(scene.verdict(judge), Verdict::Clear);
        assert_eq!(scene.claim("2001:db8::1", A).codes(), ["L3-own-address-taken"]);
    }

    #[test]
    fn a_stranger_on_our_own_address_is_found() {
        let scene = Scene::swept().claim("10.0.0.1", A);
        assert_eq!(scene.codes(), ["L3-own-address-taken"]);
        let found = scene.found(judge).remove(0);
        let Problem::OwnAddressTaken(problem) = found.problem else { panic!("{found:?}") };
        assert_eq!((found.severity, problem.macs), (Severity::Broken, macs(&[A])));
    }

    #[test]
    fn two_strangers_are_one_finding_with_both() {
        let found = Scene::swept().claim("10.0.0.1", A).says("10.0.0.1", B, Claim::Announcement).found(judge);
        let [Finding { problem: Problem::OwnAddressTaken(problem), .. }] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(problem.macs, macs(&[A, B]));
    }

    #[test]
    fn our_card_and_our_other_card_are_no_strangers() {
        let scene = Scene::swept().claim("10.0.0.1", SIBLING).says("10.0.0.1", OURS, Claim::Announcement).claim("10.0.0.7", A);
        assert_eq!(scene.verdict(judge), Verdict::Clear);
    }

    #[test]
    fn a_virtual_card_on_our_address_is_a_stranger_too() {
        assert_eq!(Scene::swept().claim("10.0.0.1", "00:00:5e:00:01:07").codes(), ["L3-own-address-taken"]);
    }

    #[test]
    fn a_capture_of_somebody_s_does_not_say_which_address_is_ours() {
        let scene = Scene::capture().claim("10.0.0.1", A);
        assert_eq!(scene.verdict(judge), Verdict::NotTested(Reason::NoCardOfOurs));
    }

    #[test]
    fn a_card_without_an_address_has_none_to_be_taken() {
        let card = Fact::OurCard { mac: crate::check::testing::mac(OURS), addresses: vec![], siblings: vec![] };
        assert_eq!(Scene::capture().fact(card).verdict(judge), Verdict::NotTested(Reason::NoAddressOfOurs));
    }

    #[test]
    fn a_look_stopped_among_the_others_has_asked_for_ours_and_one_stopped_before_has_not() {
        assert_eq!(Scene::partly(20).cut(Cut::User).verdict(judge), Verdict::Clear);
        for asked in [0, 1] {
            let reason = Reason::Stopped { asked, planned: 254 };
            assert_eq!(Scene::partly(asked).cut(Cut::User).verdict(judge), Verdict::NotTested(reason));
        }
        let reason = Reason::InterfaceLost { asked: 20, planned: 254 };
        assert_eq!(Scene::partly(20).cut(Cut::Interface).verdict(judge), Verdict::NotTested(reason));
    }
}
