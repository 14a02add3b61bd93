//! Only one end of the link sends at a time: the two do not understand each other's settings.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::cabling::{sighting, silent, speed, up};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::Plan;
use crate::wire::ethtool::Duplex;

/// A link on which one end sends at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HalfDuplex {
    /// Its speed in megabits a second; `None` where the driver does not tell.
    pub speed_mbps: Option<u32>,
    /// The laptop's card negotiates; `None` where the driver does not tell.
    pub we_negotiate: Option<bool>,
    /// The other end advertises something, so it negotiates as well; `None` where the driver does not tell.
    pub they_negotiate: Option<bool>,
}

/// The driver says half duplex.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let (state, seen) = match up(inventory) {
        Ok(told) => told,
        Err(reason) => return Verdict::NotTested(reason),
    };
    match state.duplex.known() {
        None => silent(&state.duplex),
        Some(Duplex::Full) => Verdict::Clear,
        Some(Duplex::Half) => {
            let problem = HalfDuplex {
                speed_mbps: state.speed_mbps.known().copied(),
                we_negotiate: state.negotiates.known().copied(),
                they_negotiate: state.theirs.known().map(|modes| modes.iter().any(|mode| mode.0 == "Autoneg")),
            };
            Verdict::Found(vec![Finding::new(Severity::Degraded, Problem::HalfDuplex(problem), sighting(seen))])
        }
    }
}

impl Explain for HalfDuplex {
    fn english(&self) -> Wording {
        let at = self.speed_mbps.map(|mbps| format!(" at {}", speed(mbps, Language::En))).unwrap_or_default();
        let why = match (self.we_negotiate, self.they_negotiate) {
            (Some(false), _) => "The laptop's card has its settings forced instead of negotiating.",
            (_, Some(false)) => {
                "The other end does not negotiate: its settings are forced. The laptop's card can then only guess, and must guess half \
                 duplex (IEEE 802.3, 28.2.3.1). If the other end is forced to full duplex, frames collide and are lost under load."
            }
            _ => "An old hub, a radio bridge or forced settings are the usual causes.",
        };
        Wording {
            title: format!("The link runs in half duplex{at}"),
            why: format!("Only one end may send at a time. {why} It is slow as soon as there is traffic in both directions."),
            remedy: vec![
                "Set both ends to auto-negotiation: the port of the switch, and the card of the PC.".to_owned(),
                "Replace a hub by a switch, wherever one is left on the way.".to_owned(),
                "Run trousse link again: it must say full duplex.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let at = self.speed_mbps.map(|mbps| format!(" à {}", speed(mbps, Language::Fr))).unwrap_or_default();
        let why = match (self.we_negotiate, self.they_negotiate) {
            (Some(false), _) => "Les réglages de la carte du portable sont imposés au lieu d'être négociés.",
            (_, Some(false)) => {
                "L'autre bout ne négocie pas : ses réglages sont imposés. La carte du portable ne peut alors que deviner, et doit deviner \
                 half-duplex (IEEE 802.3, 28.2.3.1). Si l'autre bout est imposé en full-duplex, des trames entrent en collision et se \
                 perdent dès que la charge monte."
            }
            _ => "Un vieux concentrateur (hub), un pont radio ou des réglages imposés en sont les causes habituelles.",
        };
        Wording {
            title: format!("Le lien fonctionne en half-duplex{at}"),
            why: format!("Un seul bout peut émettre à la fois. {why} C'est lent dès qu'il y a du trafic dans les deux sens."),
            remedy: vec![
                "Mettez les deux bouts en auto-négociation : le port du commutateur et la carte du PC.".to_owned(),
                "Remplacez par un commutateur tout concentrateur (hub) resté sur le chemin.".to_owned(),
                "Relancez trousse link : il doit indiquer full-duplex.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A connection cannot send and receive at the same time: it is slow when it is busy.",
                "Set both ends alike.",
            ],
            french: [
                "Une liaison ne peut pas émettre et recevoir en même temps : elle ralentit dès qu'elle sert.",
                "Régler les deux bouts de la même façon.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, _: IpAddr, _: Mac) -> bool {
        false
    }

    fn subject(&self) -> Subject {
        Subject::segment()
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Half duplex",
            meaning: "Only one end of the cable may send at a time. It works, and gets slow under load.",
            seen: "The card's driver says so. Where one end negotiates and the other is forced, the first must assume half duplex \
                   (IEEE 802.3, 28.2.3.1), even if the other is forced to full: that is a duplex mismatch.",
            lookalikes: "A hub or an old radio bridge knows nothing else: there it is no wrong setting, but the device is worth replacing.",
            remedy: "Auto-negotiation on both ends.",
        },
        Manual {
            title: "Half-duplex",
            meaning: "Un seul bout du câble peut émettre à la fois. Cela fonctionne, et ralentit dès que la charge monte.",
            seen: "Le pilote de la carte le dit. Quand un bout négocie et que l'autre est imposé, le premier doit supposer le half-duplex \
                   (IEEE 802.3, 28.2.3.1), même si l'autre est imposé en full-duplex : les deux bouts sont alors désaccordés.",
            lookalikes: "Un concentrateur (hub) ou un vieux pont radio ne sait rien faire d'autre : ce n'est pas un mauvais réglage, mais \
                         l'appareil mérite d'être remplacé.",
            remedy: "L'auto-négociation aux deux bouts.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::cabling::testing::card;
    use crate::check::testing::Scene;
    use crate::finding::Reason;
    use crate::observe::{CardState, Fact, Silence, Measurable};
    use crate::wire::ethtool::Mode;

    fn judged(state: CardState) -> Verdict {
        Scene::default().fact(Fact::CardIs(Box::new(state))).verdict(judge)
    }

    #[test]
    fn half_duplex_is_found_and_full_is_clear() {
        let half = CardState { duplex: Measurable::Is(Duplex::Half), ..card() };
        let Verdict::Found(found) = judged(half) else { panic!("nothing found") };
        let expected = HalfDuplex { speed_mbps: Some(1000), we_negotiate: Some(true), they_negotiate: Some(true) };
        assert_eq!(found[0].problem, Problem::HalfDuplex(expected));
        assert_eq!(judged(card()), Verdict::Clear);
    }

    #[test]
    fn an_end_that_does_not_negotiate_is_named_as_the_cause() {
        let theirs = Measurable::Is(vec![Mode("100baseT/Half".to_owned())]);
        let Verdict::Found(found) = judged(CardState { duplex: Measurable::Is(Duplex::Half), theirs, ..card() }) else {
            panic!("nothing found")
        };
        assert!(found[0].problem.explain().words(Language::En).why.contains("The other end does not negotiate"));
    }

    #[test]
    fn a_driver_that_does_not_tell_is_not_tested() {
        let silent = CardState { duplex: Measurable::NotMeasurable(Silence::NotSupported), ..card() };
        assert_eq!(judged(silent), Verdict::NotTested(Reason::CardSilent { silence: Silence::NotSupported }));
    }
}
