//! A device of the plan does not answer: nobody holds its address.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::planned::{Roll, Standing};
use super::{Problem, clear_or_gap};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::{Fixed, Plan};

/// A device that is missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedMissing {
    /// What the plan calls it.
    pub name: String,
    /// Its address.
    pub ip: IpAddr,
    /// Its card, where the plan tells.
    pub mac: Option<Mac>,
    /// What it is there for, where the plan tells.
    pub role: Option<String>,
}

/// Every fixed address of the plan that was asked through and that nobody holds, unless its device was heard at another.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let roll = Roll::of(inventory, plan);
    let missing = plan.fixed.iter().filter(|fixed| roll.standing(fixed) == Standing::Missing);
    let finding = |fixed: &Fixed| {
        let (name, ip, mac, role) = (fixed.name.clone(), fixed.address.into(), fixed.mac, fixed.role.clone());
        let problem = Problem::PlannedMissing(PlannedMissing { name, ip, mac, role });
        Finding::new(Severity::Degraded, problem, inventory.reach().evidence())
    };
    Verdict::of(missing.map(finding).collect(), otherwise(inventory, &roll, plan))
}

/// What the checks of planned devices say where they found nothing.
pub fn otherwise(inventory: &Inventory, roll: &Roll<'_>, plan: &Plan) -> Verdict {
    match clear_or_gap(inventory) {
        _ if plan.fixed.is_empty() => Verdict::NotTested(Reason::NoDevicePlanned),
        Verdict::Clear => roll.unasked().map_or(Verdict::Clear, Verdict::NotTested),
        verdict => verdict,
    }
}

impl PlannedMissing {
    fn who(&self, language: Language) -> String {
        let name = &self.name;
        let role = self.role.as_ref().map(|role| format!(" ({role})")).unwrap_or_default();
        language.pick(format!("“{name}”{role}"), format!("« {name} »{role}"))
    }
}

impl Explain for PlannedMissing {
    fn english(&self) -> Wording {
        let (who, ip) = (self.who(Language::En), self.ip);
        let card = self.mac.map(|mac| format!(", and its card {mac} was heard at no other")).unwrap_or_default();
        Wording {
            title: format!("{who} does not answer at {ip}"),
            why: format!(
                "The plan gives {ip} to {who}. The address was asked for several times and nobody answered{card}: the device is off, \
                 unplugged, in another VLAN, or has another address."
            ),
            remedy: vec![
                "Go to the device: is it switched on, is its cable in, is the light of its port on?".to_owned(),
                format!("If it runs, compare its address with {ip}, and the VLAN of its port with that of this network."),
                "If it is gone for good, take it out of the plan.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (who, ip) = (self.who(Language::Fr), self.ip);
        let card = self.mac.map(|mac| format!(", et sa carte {mac} n'a été entendue à aucune autre")).unwrap_or_default();
        Wording {
            title: format!("{who} ne répond pas à l'adresse {ip}"),
            why: format!(
                "Le plan attribue {ip} à {who}. L'adresse a été demandée plusieurs fois et personne n'a répondu{card} : l'appareil est \
                 éteint, débranché, dans un autre VLAN, ou a une autre adresse."
            ),
            remedy: vec![
                "Allez voir l'appareil : est-il sous tension, son câble est-il branché, le voyant de son port est-il allumé ?".to_owned(),
                format!("S'il tourne, comparez son adresse avec {ip}, et le VLAN de son port avec celui de ce réseau."),
                "S'il a disparu pour de bon, retirez-le du plan.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: ["A device that should be there is not: it is off, unplugged or broken.", "Look at the device and at its cable."],
            french: [
                "Un appareil attendu manque : il est éteint, débranché ou en panne.",
                "Vérifier l'appareil et son câble.",
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
            title: "Planned device missing",
            meaning: "The plan gives a fixed address to a device, and nobody holds that address.",
            seen: "No ARP answer (RFC 826) for the address of a [[fixed]] of the plan, on the laptop's own segment, asked for at least \
                   twice in a look that went to its end without losing frames; and its card, or its name where the plan does not tell \
                   the card, was heard at no other address. Addresses that were not asked are not judged.",
            lookalikes: "A device that sleeps, or that is switched on only when it is used, is missing by right. One that was given \
                         another address is L3-wrong-address. A firewall cannot hide a device from ARP.",
            remedy: "Check power, cable, port and VLAN of the device, then its address; or correct the plan.",
        },
        Manual {
            title: "Appareil prévu absent",
            meaning: "Le plan attribue une adresse fixe à un appareil, et personne ne détient cette adresse.",
            seen: "Aucune réponse ARP (RFC 826) pour l'adresse d'un [[fixed]] du plan, sur le segment même du portable, demandée au moins \
                   deux fois au cours d'un examen mené à son terme sans perte de trames ; et sa carte, ou son nom si le plan ne dit pas \
                   la carte, n'a été entendue à aucune autre adresse. Les adresses non demandées ne sont pas jugées.",
            lookalikes: "Un appareil en veille, ou qu'on n'allume que pour s'en servir, est absent à bon droit. Celui qui a reçu une autre \
                         adresse relève de L3-wrong-address. Un pare-feu ne peut cacher un appareil à l'ARP.",
            remedy: "Vérifiez alimentation, câble, port et VLAN de l'appareil, puis son adresse ; ou corrigez le plan.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, Scene};

    const PLAN: &str = "[[fixed]]\nname = \"nas\"\naddress = \"10.0.0.20\"\nmac = \"b8:27:eb:00:00:0a\"\nrole = \"files\"";

    #[test]
    fn a_silent_address_of_the_plan_is_found_and_one_that_answers_is_not() {
        let found = Scene::swept().plan(PLAN).found(judge);
        assert_eq!((found.len(), found[0].severity, found[0].evidence.len()), (1, Severity::Degraded, 1));
        assert!(found[0].problem.explain().english().title.contains("“nas” (files)"));
        assert_eq!(Scene::swept().plan(PLAN).claim("10.0.0.20", A).verdict(judge), Verdict::Clear);
        assert_eq!(Scene::swept().plan(PLAN).claim("10.0.0.20", B).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn what_was_not_asked_to_the_end_is_accused_of_nothing() {
        let elsewhere = Scene::swept().plan("[[fixed]]\nname = \"nas\"\naddress = \"10.9.0.20\"");
        assert_eq!(elsewhere.verdict(judge), Verdict::NotTested(Reason::NoDevicePlanned));
        assert_eq!(Scene::swept().verdict(judge), Verdict::NotTested(Reason::NoDevicePlanned));
        let lost = Scene::swept().plan(PLAN).fact(crate::observe::Fact::FramesLost { count: 1 });
        assert_eq!(lost.verdict(judge), Verdict::NotTested(Reason::FramesLost { count: 1 }));
    }

    #[test]
    fn who_is_at_another_address_is_not_missing() {
        assert_eq!(Scene::swept().plan(PLAN).claim("10.0.0.50", A).codes(), ["L3-wrong-address"]);
    }
}
