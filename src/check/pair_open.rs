//! A pair of the cable is interrupted.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::cabling::{accuracy_m, at_distance, faults, metres, places, untested, where_along, where_to_look, whole_fault};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::mib::cable_test::WholeResult;
use crate::observe::{Inventory, PairTested, WholeTested};
use crate::site::Plan;
use crate::wire::ethtool::PairResult;

/// The pairs that are interrupted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PairOpen {
    /// Each of them, with the distance of its fault.
    pub pairs: Vec<PairTested>,
    /// The whole cable, where a switch does not tell its pairs apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<WholeTested>,
}

/// The cable test says so.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let (pairs, evidence) = faults(inventory, |result| result == PairResult::Open);
    let (whole, of_whole) = whole_fault(inventory, |result| matches!(result, WholeResult::Open | WholeResult::NoCable));
    if pairs.is_empty() && whole.is_none() {
        return untested(inventory).map_or(Verdict::Clear, Verdict::NotTested);
    }
    let evidence = [evidence, of_whole].concat();
    Verdict::Found(vec![Finding::new(Severity::Broken, Problem::PairOpen(PairOpen { pairs, whole }), evidence)])
}

impl PairOpen {
    /// Where all four end at one place, within what a card or a switch can tell apart: nothing is plugged in there, or the cable
    /// is cut.
    fn end_cm(&self) -> Option<u32> {
        let lengths: Option<Vec<u32>> = self.pairs.iter().map(|tested| tested.length_cm).collect();
        let lengths = lengths.filter(|lengths| lengths.len() == 4)?;
        let (nearest, farthest) = (*lengths.iter().min()?, *lengths.iter().max()?);
        (farthest - nearest <= 100 * accuracy_m(&self.pairs)).then_some(nearest)
    }
}

/// In the words of a switch that tells one result for the whole cable.
fn whole_in_english(whole: &WholeTested) -> Wording {
    let at = at_distance(whole, Language::En);
    let title = match whole.result {
        WholeResult::NoCable => "There is no cable at the switch's port, says its test".to_owned(),
        _ => format!("The cable is interrupted{at}"),
    };
    Wording {
        title,
        why: "The switch tested the cable from its end, and the pulse came back as from a loose end. This switch tells one result for the \
              whole cable: which of the four pairs it is, and whether it is all of them, is not known."
            .to_owned(),
        remedy: vec![
            "At the cabinet, check that both ends of the patch cord are home, and that it is the cord of this outlet.".to_owned(),
            where_along(whole, Language::En),
            "Run trousse link --cable-test again.".to_owned(),
        ],
    }
}

fn whole_in_french(whole: &WholeTested) -> Wording {
    let at = at_distance(whole, Language::Fr);
    let title = match whole.result {
        WholeResult::NoCable => "Pas de câble au port du commutateur, d'après son test".to_owned(),
        _ => format!("Câble coupé{at}"),
    };
    Wording {
        title,
        why: "Le commutateur a testé le câble de son côté, et l'impulsion est revenue comme d'un bout en l'air. Ce commutateur donne un seul \
              résultat pour tout le câble : on ne sait ni laquelle des quatre paires est coupée, ni si elles le sont toutes."
            .to_owned(),
        remedy: vec![
            "À la baie, vérifiez que les deux bouts du cordon sont bien enfoncés et que c'est celui de cette prise.".to_owned(),
            where_along(whole, Language::Fr),
            "Relancez trousse link --cable-test.".to_owned(),
        ],
    }
}

impl Explain for PairOpen {
    fn english(&self) -> Wording {
        if let Some(whole) = &self.whole {
            return whole_in_english(whole);
        }
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
        if let Some(whole) = &self.whole {
            return whole_in_french(whole);
        }
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
    use crate::check::cabling::testing::{tested, tested_whole};
    use crate::finding::Reason;
    use crate::observe::{MeasuredFrom, Silence};
    use crate::wire::ethtool::Pair;

    const OK: (PairResult, Option<u32>) = (PairResult::Ok, None);

    #[test]
    fn an_open_pair_is_found_with_its_distance() {
        let scene = tested([OK, (PairResult::Open, Some(1250)), OK, OK]);
        let found = scene.found(judge).remove(0);
        let pairs = vec![PairTested { pair: Pair::B, result: PairResult::Open, length_cm: Some(1250), from: MeasuredFrom::Laptop }];
        assert_eq!((found.problem.clone(), found.evidence.len()), (Problem::PairOpen(PairOpen { pairs, whole: None }), 1));
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
    fn of_a_cable_told_as_a_whole_no_pair_is_named_and_no_other_fault_is_ruled_out() {
        let title = |result, cm, language| tested_whole(result, cm).found(judge).remove(0).problem.explain().words(language).title;
        assert_eq!(title(WholeResult::Open, Some(3800), Language::En), "The cable is interrupted at 38.0 m from the switch");
        assert_eq!(title(WholeResult::Open, None, Language::Fr), "Câble coupé");
        assert!(title(WholeResult::NoCable, None, Language::En).starts_with("There is no cable"));
        let open = tested_whole(WholeResult::Open, None);
        let all = Verdict::NotTested(Reason::PairsUntold { pairs: Pair::ALL.to_vec() });
        assert_eq!(open.verdict(super::super::pair_short::judge), all);
        assert_eq!(tested_whole(WholeResult::Bad, None).verdict(judge), all);
        assert_eq!(tested_whole(WholeResult::FourPairs, None).verdict(judge), Verdict::Clear);
        let two = Reason::PairsUntold { pairs: vec![Pair::C, Pair::D] };
        assert_eq!(tested_whole(WholeResult::TwoPairs, None).verdict(judge), Verdict::NotTested(two));
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
