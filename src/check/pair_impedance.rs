//! A pair of the cable changes its nature on the way.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::cabling::{at_distance, faults, places, untested, where_along, where_to_look, whole_fault};
use crate::finding::{Explain, Finding, Manual, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::mib::cable_test::WholeResult;
use crate::observe::{Inventory, PairTested, WholeTested};
use crate::site::Plan;
use crate::wire::ethtool::PairResult;

/// The pairs whose impedance changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PairImpedance {
    /// Each of them, with the distance of its fault.
    pub pairs: Vec<PairTested>,
    /// The whole cable, where a switch does not tell its pairs apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<WholeTested>,
}

/// The cable test says so: kernels from 6.12, with PHYs that tell it.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let (pairs, evidence) = faults(inventory, |result| result == PairResult::ImpedanceMismatch);
    let (whole, of_whole) = whole_fault(inventory, |result| matches!(result, WholeResult::ImpedanceMismatch | WholeResult::Bad));
    if pairs.is_empty() && whole.is_none() {
        return untested(inventory).map_or(Verdict::Clear, Verdict::NotTested);
    }
    let evidence = [evidence, of_whole].concat();
    Verdict::Found(vec![Finding::new(Severity::Degraded, Problem::PairImpedance(PairImpedance { pairs, whole }), evidence)])
}

impl Explain for PairImpedance {
    fn english(&self) -> Wording {
        if let Some(whole) = &self.whole {
            let at = at_distance(whole, Language::En);
            let (title, why) = match whole.result {
                WholeResult::Bad => (
                    format!("The switch calls the cable bad{at}"),
                    "The switch tested the cable from its end and finds it bad, and does not say in what: neither cut nor short-circuited \
                     through and through, but not sound.",
                ),
                _ => (
                    format!("The impedance of the cable changes{at}"),
                    "Part of the signal comes back to the switch: the cable is crushed or bent, wet, badly joined, or of another kind from \
                     there on. This switch tells one result for the whole cable: which pair it is, is not known.",
                ),
            };
            let again = "Untwist as little as possible where the cable enters the outlet and the panel: 13 mm at most.";
            let remedy = [&where_along(whole, Language::En), again, "Run trousse link --cable-test again."];
            return Wording { title, why: why.to_owned(), remedy: remedy.map(str::to_owned).to_vec() };
        }
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
        if let Some(whole) = &self.whole {
            let at = at_distance(whole, Language::Fr);
            let (title, why) = match whole.result {
                WholeResult::Bad => (
                    format!("Mauvais câble d'après le commutateur{at}"),
                    "Le commutateur a testé le câble de son côté et le juge mauvais sans dire en quoi : ni franchement coupé ni en \
                     court-circuit, mais pas sain.",
                ),
                _ => (
                    format!("Défaut d'impédance sur le câble{at}"),
                    "Une partie du signal revient au commutateur : câble écrasé, plié ou mouillé, raccord mal fait, ou câble d'une autre \
                     sorte à partir de là. Ce commutateur donne un seul résultat pour tout le câble : on ne sait pas quelle paire.",
                ),
            };
            let again = "Détorsadez le moins possible à l'entrée de la prise et du panneau : 13 mm au plus.";
            let remedy = [&where_along(whole, Language::Fr), again, "Relancez trousse link --cable-test."];
            return Wording { title, why: why.to_owned(), remedy: remedy.map(str::to_owned).to_vec() };
        }
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
    use crate::check::cabling::testing::{tested, tested_whole};
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
    fn a_bad_cable_told_as_a_whole_is_not_called_anything_else() {
        let title = |result| tested_whole(result, None).found(judge).remove(0).problem.explain().words(Language::En).title;
        assert_eq!(title(WholeResult::Bad), "The switch calls the cable bad");
        assert_eq!(title(WholeResult::ImpedanceMismatch), "The impedance of the cable changes");
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
