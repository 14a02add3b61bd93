//! A pair of the cable is interrupted.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::cabling::{accuracy_m, faults, metres, places, untested, where_to_look};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Inventory, PairTested};
use crate::site::Plan;
use crate::wire::ethtool::PairResult;

/// The pairs that are interrupted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PairOpen {
    /// Each of them, with the distance of its fault.
    pub pairs: Vec<PairTested>,
}

/// The cable test says so.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let (pairs, evidence) = faults(inventory, |result| result == PairResult::Open);
    if pairs.is_empty() {
        return untested(inventory).map_or(Verdict::Clear, Verdict::NotTested);
    }
    Verdict::Found(vec![Finding::new(Severity::Broken, Problem::PairOpen(PairOpen { pairs }), evidence)])
}

impl PairOpen {
    /// Where all four end at one place, within what a card or a switch can tell apart: nothing is plugged in there, or the cable is cut.
    fn end_cm(&self) -> Option<u32> {
        let lengths: Option<Vec<u32>> = self.pairs.iter().map(|tested| tested.length_cm).collect();
        let lengths = lengths.filter(|lengths| lengths.len() == 4)?;
        let (nearest, farthest) = (*lengths.iter().min()?, *lengths.iter().max()?);
        (farthest - nearest <= 100 * accuracy_m(&self.pairs)).then_some(nearest)
    }
}

impl Explain for PairOpen {
    fn english(&self) -> Wording {
        let places = places(&self.pairs, Language::En);
        if let Some(end) = self.end_cm() {
            let end = metres(end, Language::En);
            return Wording {
                title: format!("The cable ends after {end}"),
                why: format!(
                    "All four pairs are interrupted at the same place: {places}. Nothing is plugged in at that end, or the cable is cut \
                     through there."
                ),
                remedy: vec![
                    "At the cabinet, check that the outlet is patched, and that the other end of the cord is in the switch.".to_owned(),
                    where_to_look(&self.pairs, Language::En),
                    "Run trousse link --cable-test again.".to_owned(),
                ],
            };
        }
        Wording {
            title: format!("Pair {places} is interrupted"),
            why: "The cable test sent a pulse into each pair, and from this one it came back as from a loose end. Where pair 1-2 or 3-6 is \
                  interrupted there is no link; where 4-5 or 7-8 is, 1 Gb/s is not possible."
                .to_owned(),
            remedy: vec![
                where_to_look(&self.pairs, Language::En),
                "Press the wires of this pair home again with the punch-down tool, or crimp the plug anew.".to_owned(),
                "Run trousse link --cable-test again.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let places = places(&self.pairs, Language::Fr);
        if let Some(end) = self.end_cm() {
            let end = metres(end, Language::Fr);
            return Wording {
                title: format!("Le câble s'arrête au bout de {end}"),
                why: format!(
                    "Les quatre paires sont coupées au même endroit : {places}. Rien n'est branché à ce bout, ou le câble y est sectionné."
                ),
                remedy: vec![
                    "À la baie, vérifiez que la prise est brassée et que l'autre bout du cordon est dans le commutateur.".to_owned(),
                    where_to_look(&self.pairs, Language::Fr),
                    "Relancez trousse link --cable-test.".to_owned(),
                ],
            };
        }
        Wording {
            title: format!("Paire {places} coupée"),
            why: "Le test de câble envoie une impulsion dans chaque paire ; celle-ci l'a renvoyée comme le fait un bout en l'air. Quand 1-2 \
                  ou 3-6 est coupée, il n'y a pas de lien ; quand c'est 4-5 ou 7-8, 1 Gbit/s est impossible."
                .to_owned(),
            remedy: vec![
                where_to_look(&self.pairs, Language::Fr),
                "Enfoncez de nouveau les fils de cette paire avec l'outil à raccorder, ou sertissez une nouvelle fiche.".to_owned(),
                "Relancez trousse link --cable-test.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A wire inside a network cable is broken.",
                "Have the cable or its socket repaired.",
            ],
            french: [
                "Un fil est coupé dans un câble réseau.",
                "Faire réparer le câble ou sa prise.",
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
            title: "Open pair",
            meaning: "A pair of the cable is interrupted: a wire is out of its contact, cut, or the far end is not plugged in.",
            seen: "The card's own cable test (time-domain reflectometry): the pulse comes back as from a loose end. Asked for with \
                   trousse link --cable-test; with --switch the switch makes it, from its end.",
            lookalikes: "All four pairs open at the same distance: mostly just a far end that is not plugged in. Some devices that are \
                         switched off look open as well.",
            remedy: "Go to the distance that is told, and look at the plug, the outlet or the panel there.",
        },
        Manual {
            title: "Paire coupée",
            meaning: "Une paire du câble est interrompue : un fil sorti de son contact, coupé, ou l'autre bout débranché.",
            seen: "Le test de câble de la carte elle-même (réflectométrie) : l'impulsion revient comme d'un bout en l'air. Demandé par \
                   trousse link --cable-test ; avec --switch, c'est le commutateur qui le fait, de son côté.",
            lookalikes: "Quatre paires coupées à la même distance : le plus souvent un bout simplement débranché. Certains appareils \
                         éteints paraissent aussi coupés.",
            remedy: "Allez à la distance indiquée et regardez la fiche, la prise ou le panneau qui s'y trouve.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::cabling::testing::tested;
    use crate::finding::Reason;
    use crate::observe::{MeasuredFrom, Silence};
    use crate::wire::ethtool::Pair;

    const OK: (PairResult, Option<u32>) = (PairResult::Ok, None);

    #[test]
    fn an_open_pair_is_found_with_its_distance() {
        let scene = tested([OK, (PairResult::Open, Some(1250)), OK, OK]);
        let found = scene.found(judge).remove(0);
        let pairs = vec![PairTested { pair: Pair::B, result: PairResult::Open, length_cm: Some(1250), from: MeasuredFrom::Laptop }];
        assert_eq!((found.problem.clone(), found.evidence.len()), (Problem::PairOpen(PairOpen { pairs }), 1));
        let title = |language| found.problem.explain().words(language).title;
        assert_eq!(title(Language::En), "Pair 3-6 (green in T568B, orange in T568A) at 12.5 m is interrupted");
        assert_eq!(title(Language::Fr), "Paire 3-6 (vert en T568B, orange en T568A) à 12,5 m coupée");
    }

    #[test]
    fn four_that_end_together_are_the_end_of_the_cable() {
        let open = |cm| (PairResult::Open, Some(cm));
        let words = |scene: crate::check::testing::Scene| scene.found(judge).remove(0).problem.explain().words(Language::En);
        assert_eq!(words(tested([open(4210), open(4300), open(4250), open(4205)])).title, "The cable ends after 42.1 m");
        assert!(words(tested([open(4210), open(800), open(4250), open(4205)])).title.starts_with("Pair 1-2"));
    }

    #[test]
    fn four_good_pairs_are_clear_and_a_pair_of_which_nothing_is_said_is_not() {
        assert_eq!(tested([OK; 4]).verdict(judge), Verdict::Clear);
        let noisy = tested([OK, OK, OK, (PairResult::Noise, None)]);
        assert_eq!(noisy.verdict(judge), Verdict::NotTested(Reason::PairsUntold { pairs: vec![Pair::D] }));
    }

    #[test]
    fn without_a_test_or_with_a_card_that_cannot_nothing_is_said() {
        use crate::observe::{CableTested, Fact};
        let none = crate::check::testing::Scene::default();
        assert_eq!(none.verdict(judge), Verdict::NotTested(Reason::CableNotTested));
        let cannot = none.fact(Fact::CableTested(CableTested::NotMeasurable { why: Silence::NotSupported }));
        assert_eq!(cannot.verdict(judge), Verdict::NotTested(Reason::CardSilent { silence: Silence::NotSupported }));
    }
}
