//! A device answers more often than it was asked: not a second owner.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::virtual_address::Family;
use super::{Problem, clear_or_gap, switching_loop};
use crate::finding::{Explain, Finding, Manual, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Claim, Fact, Inventory, Observation};
use crate::site::Plan;

/// One device that answered too often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Repeated {
    /// Its address.
    pub ip: IpAddr,
    /// Its card.
    pub mac: Mac,
    /// Replies beyond the number of requests.
    pub surplus: u32,
}

/// The devices that answered too often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RepeatedAnswer {
    /// Each of them.
    pub hosts: Vec<Repeated>,
}

/// How many devices the words name.
const NAMED: usize = 5;

/// A card replied more often to us than we had asked.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let mut hosts = Vec::new();
    let mut evidence: Vec<Observation> = Vec::new();
    for (ip, owners) in inventory.claimed() {
        // The members of a cluster answer each, all by the one virtual card.
        for (mac, owner) in owners.into_iter().filter(|(mac, owner)| owner.surplus > 0 && Family::of(*mac).is_none()) {
            hosts.push(Repeated { ip, mac, surplus: owner.surplus });
            let surplus = |seen: &&Observation| matches!(seen.fact, Fact::AddressClaimed { how: Claim::Surplus, .. });
            evidence.extend(owner.evidence.iter().find(surplus).cloned());
        }
    }
    if hosts.is_empty() {
        return clear_or_gap(inventory);
    }
    evidence.truncate(NAMED);
    let problem = Problem::RepeatedAnswer(RepeatedAnswer { hosts });
    // A request that a loop brings twice is answered twice.
    let looped = matches!(switching_loop::judge(inventory, plan), Verdict::Found(_));
    let because_of = looped.then(|| "L2-loop".to_owned());
    Verdict::Found(vec![Finding { because_of, ..Finding::new(Severity::Note, problem, evidence) }])
}

impl RepeatedAnswer {
    fn named(&self, more: impl Fn(usize) -> String) -> String {
        let mut named: Vec<String> =
            self.hosts.iter().take(NAMED).map(|host| format!("{} ({}, +{})", host.ip, host.mac, host.surplus)).collect();
        if self.hosts.len() > NAMED {
            named.push(more(self.hosts.len() - NAMED));
        }
        named.join(", ")
    }
}

impl Explain for RepeatedAnswer {
    fn english(&self) -> Wording {
        let title = match self.hosts.as_slice() {
            [one] => format!("{} answers more often than it is asked", one.ip),
            hosts => format!("{} devices answer more often than they are asked", hosts.len()),
        };
        Wording {
            title,
            why: format!(
                "The same card repeats its reply: {}. That is one device, not two.",
                self.named(|more| format!("{more} more"))
            ),
            remedy: vec![
                "For one device, nothing: some cards and access points repeat replies.".to_owned(),
                "If many devices do so at once, look for a loop between switches.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let title = match self.hosts.as_slice() {
            [one] => format!("{} répond plus souvent qu'on ne l'interroge", one.ip),
            hosts => format!("{} appareils répondent plus souvent qu'on ne les interroge", hosts.len()),
        };
        Wording {
            title,
            why: format!(
                "La même carte répète sa réponse : {}. C'est un seul appareil, non deux.",
                self.named(|more| format!("et {more} autres"))
            ),
            remedy: vec![
                "Pour un seul appareil, rien : certaines cartes et certains points d'accès répètent leurs réponses.".to_owned(),
                "Si beaucoup d'appareils le font à la fois, cherchez une boucle entre commutateurs.".to_owned(),
            ],
        }
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        self.hosts.iter().any(|host| host.ip == ip && host.mac == mac)
    }

    fn subject(&self) -> Subject {
        Subject::segment()
    }

}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Repeated answer",
            meaning: "A device replies twice or more to one request. Other tools count that as a duplicate address; it is one device.",
            seen: "More ARP replies (RFC 826) from one card than requests were sent to it.",
            lookalikes: "A loop between switches repeats the frames of every device, not of one.",
            remedy: "Nothing for one device. For many at once, look for a loop.",
        },
        Manual {
            title: "Réponse répétée",
            meaning: "Un appareil répond deux fois ou plus à une seule requête. D'autres outils y voient une adresse en double ; \
                      c'est un seul appareil.",
            seen: "Plus de réponses ARP (RFC 826) d'une carte que de requêtes qui lui ont été adressées.",
            lookalikes: "Une boucle entre commutateurs répète les trames de tous les appareils, non d'un seul.",
            remedy: "Rien pour un seul appareil. Pour beaucoup à la fois, cherchez une boucle.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, Scene, address, mac};

    #[test]
    fn a_card_that_answers_more_often_than_asked_is_noted_and_not_accused() {
        let scene = Scene::swept().claim("10.0.0.9", A).says("10.0.0.9", A, Claim::Surplus).says("10.0.0.9", A, Claim::Surplus);
        assert_eq!(scene.codes(), ["L3-repeated-answer"]);
        let found = scene.found(judge).remove(0);
        let repeated = Repeated { ip: address("10.0.0.9"), mac: mac(A), surplus: 2 };
        assert_eq!(found.problem, Problem::RepeatedAnswer(RepeatedAnswer { hosts: vec![repeated] }));
        assert_eq!(found.severity, Severity::Note);
    }

    #[test]
    fn one_answer_to_each_question_is_clear() {
        let scene = Scene::swept().claim("10.0.0.9", A).claim("10.0.0.9", A).says("10.0.0.9", A, Claim::Announcement);
        assert_eq!(scene.verdict(judge), Verdict::Clear);
    }

    #[test]
    fn beside_a_second_owner_both_are_told() {
        let scene = Scene::swept().claim("10.0.0.9", A).says("10.0.0.9", A, Claim::Surplus).claim("10.0.0.9", B);
        assert_eq!(scene.codes(), ["L3-duplicate-address", "L3-repeated-answer"]);
    }

    #[test]
    fn of_many_such_devices_a_few_are_named_and_the_others_counted() {
        let scene = (1..=7).fold(Scene::swept(), |scene, last| {
            scene.says(&format!("10.0.0.{}", 10 + last), &format!("b8:27:eb:00:01:{last:02x}"), Claim::Surplus)
        });
        let words = scene.found(judge).remove(0).problem.explain().words(Language::En);
        assert!(words.title.starts_with("7 devices") && words.why.contains("2 more"), "{words:?}");
    }
}
