//! A pair of the cable changes its nature on the way.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::cabling::{faults, places, untested, where_to_look};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Inventory, PairTested};
use crate::site::Plan;
use crate::wire::ethtool::PairResult;

/// The pairs whose impedance changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PairImpedance {
    /// Each of them, with the distance of its fault.
    pub pairs: Vec<PairTested>,
}

/// The cable test says so: kernels from 6.12, with PHYs that tell it.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let (pairs, evidence) = faults(inventory, |result| result == PairResult::ImpedanceMismatch);
    if pairs.is_empty() {
        return untested(inventory).map_or(Verdict::Clear, Verdict::NotTested);
    }
    Verdict::Found(vec![Finding::new(Severity::Degraded, Problem::PairImpedance(PairImpedance { pairs }), evidence)])
}

impl Explain for PairImpedance {
    fn english(&self) -> Wording {
        let places = places(&self.pairs, Language::En);
        Wording {
            title: format!("The impedance of pair {places} changes"),
            why: "Part of the signal comes back from there: the cable is crushed or bent, wet, badly joined, or of another kind from there on. \
                  It may work for years, or fail on a warm day."
                .to_owned(),
            remedy: vec![
                where_to_look(&self.pairs, Language::En),
                "Untwist as little as possible where the cable enters the outlet and the panel: 13 mm at most.".to_owned(),
                "Run trousse link --cable-test again.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let places = places(&self.pairs, Language::Fr);
        Wording {
            title: format!("Défaut d'impédance sur la paire {places}"),
            why: "Une partie du signal revient de là : câble écrasé, plié ou mouillé, raccord mal fait, ou câble d'une autre sorte à partir de \
                  là. Cela peut tenir des années, ou lâcher un jour de chaleur."
                .to_owned(),
            remedy: vec![
                where_to_look(&self.pairs, Language::Fr),
                "Détorsadez le moins possible à l'entrée de la prise et du panneau : 13 mm au plus.".to_owned(),
                "Relancez trousse link --cable-test.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A network cable is damaged or badly joined somewhere along its way.",
                "Have the cable or its joint repaired.",
            ],
            french: [
                "Un câble réseau est abîmé ou mal raccordé quelque part sur son trajet.",
                "Faire réparer le câble ou son raccord.",
            ],
            by: By::Cabler,
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
            title: "Impedance mismatch",
            meaning: "The cable is not the same all along: something on the way throws part of the signal back.",
            seen: "The card's own cable test (time-domain reflectometry), where its driver can tell. Asked for with \
                   trousse link --cable-test.",
            lookalikes: "A joint or a patch panel on the way throws a little back as well; cards tell only of much.",
            remedy: "Go to the distance that is told, and look for a crushed place, a bad joint or a change of cable.",
        },
        Manual {
            title: "Défaut d'impédance",
            meaning: "Le câble n'est pas le même tout du long : quelque chose en chemin renvoie une partie du signal.",
            seen: "Le test de câble de la carte elle-même (réflectométrie), quand son pilote sait le dire. Demandé par \
                   trousse link --cable-test.",
            lookalikes: "Un raccord ou un panneau en renvoie aussi un peu ; les cartes ne signalent que ce qui est fort.",
            remedy: "Allez à la distance indiquée et cherchez un endroit écrasé, un mauvais raccord ou un changement de câble.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::cabling::testing::tested;
    use crate::finding::Reason;
    use crate::observe::Silence;
    use crate::wire::ethtool::Pair;

    const OK: (PairResult, Option<u32>) = (PairResult::Ok, None);

    #[test]
    fn a_change_of_impedance_is_found_and_is_neither_open_nor_short() {
        let scene = tested([OK, (PairResult::ImpedanceMismatch, Some(2300)), OK, OK]);
        assert_eq!(scene.found(judge).len(), 1);
        assert_eq!(scene.verdict(super::super::pair_open::judge), Verdict::Clear);
        assert_eq!(scene.verdict(super::super::pair_short::judge), Verdict::Clear);
    }

    #[test]
    fn what_was_not_told_is_not_clear() {
        let noisy = tested([OK, OK, (PairResult::Noise, None), (PairResult::Unspecified, None)]);
        assert_eq!(noisy.verdict(judge), Verdict::NotTested(Reason::PairsUntold { pairs: vec![Pair::C, Pair::D] }));
        let cannot = crate::check::testing::Scene::default().fact(crate::observe::Fact::CableTested(
            crate::observe::CableTested::NotMeasurable { why: Silence::NotSupported },
        ));
        assert_eq!(cannot.verdict(judge), Verdict::NotTested(Reason::CardSilent { silence: Silence::NotSupported }));
    }
}
