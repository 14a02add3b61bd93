//! Wires of the cable touch each other.

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

/// The pairs whose wires touch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PairShort {
    /// Each of them, with the distance of its fault.
    pub pairs: Vec<PairTested>,
    /// The whole cable, where a switch does not tell its pairs apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<WholeTested>,
}

/// The cable test says that the two wires of a pair touch, or wires of two pairs.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let (pairs, evidence) = faults(inventory, |result| matches!(result, PairResult::SameShort | PairResult::CrossShort));
    let (whole, of_whole) = whole_fault(inventory, |result| result == WholeResult::Short);
    if pairs.is_empty() && whole.is_none() {
        return untested(inventory).map_or(Verdict::Clear, Verdict::NotTested);
    }
    let evidence = [evidence, of_whole].concat();
    Verdict::Found(vec![Finding::new(Severity::Broken, Problem::PairShort(PairShort { pairs, whole }), evidence)])
}

impl PairShort {
    fn crosses(&self) -> bool {
        self.pairs.iter().any(|tested| tested.result == PairResult::CrossShort)
    }
}

impl Explain for PairShort {
    fn english(&self) -> Wording {
        if let Some(whole) = &self.whole {
            return Wording {
                title: format!("The cable is short-circuited{}", at_distance(whole, Language::En)),
                why: "The switch tested the cable from its end: two of its wires touch, in a badly made plug, under a staple, or where the \
                      cable was crushed. This switch tells one result for the whole cable: which wires they are is not known."
                    .to_owned(),
                remedy: vec![
                    where_along(whole, Language::En),
                    "Crimp the plug anew, or cut the crushed piece out: a cable with a short cannot be repaired by pressing.".to_owned(),
                    "Run trousse link --cable-test again.".to_owned(),
                ],
            };
        }
        let places = places(&self.pairs, Language::En);
        let (title, touch) = if self.crosses() {
            (format!("Pair {places} touches another pair"), "A wire of this pair touches one of another pair")
        } else {
            (format!("Pair {places} is short-circuited"), "The two wires of this pair touch each other")
        };
        Wording {
            title,
            why: format!(
                "{touch}: in a badly made plug, under a staple, or where the cable was crushed. The pair carries nothing, and a switch may \
                 refuse to power what hangs on it."
            ),
            remedy: vec![
                where_to_look(&self.pairs, Language::En),
                "Crimp the plug anew, or cut the crushed piece out: a cable with a short cannot be repaired by pressing.".to_owned(),
                "Run trousse link --cable-test again.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        if let Some(whole) = &self.whole {
            return Wording {
                title: format!("Câble en court-circuit{}", at_distance(whole, Language::Fr)),
                why: "Le commutateur a testé le câble de son côté : deux fils se touchent, dans une fiche mal faite, sous une agrafe, ou là \
                      où le câble a été écrasé. Ce commutateur donne un seul résultat pour tout le câble : on ne sait pas lesquels."
                    .to_owned(),
                remedy: vec![
                    where_along(whole, Language::Fr),
                    "Sertissez une nouvelle fiche, ou coupez la partie écrasée : un court-circuit ne se répare pas en appuyant sur les fils."
                        .to_owned(),
                    "Relancez trousse link --cable-test.".to_owned(),
                ],
            };
        }
        let places = places(&self.pairs, Language::Fr);
        let (title, touch) = if self.crosses() {
            (format!("Paire {places} en court-circuit avec une autre"), "Un fil de cette paire touche un fil d'une autre paire")
        } else {
            (format!("Paire {places} en court-circuit"), "Les deux fils de cette paire se touchent")
        };
        Wording {
            title,
            why: format!(
                "{touch} : dans une fiche mal faite, sous une agrafe, ou là où le câble a été écrasé. La paire ne transporte plus rien, et \
                 un commutateur peut refuser d'alimenter ce qui y est branché."
            ),
            remedy: vec![
                where_to_look(&self.pairs, Language::Fr),
                "Sertissez une nouvelle fiche, ou coupez la partie écrasée : un court-circuit ne se répare pas en appuyant sur les fils."
                    .to_owned(),
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
            title: "Short-circuited pair",
            meaning: "Two wires of the cable touch: both of one pair, or one each of two pairs.",
            seen: "The card's own cable test (time-domain reflectometry): the pulse comes back turned over. Asked for with \
                   trousse link --cable-test.",
            lookalikes: "Some old devices join the pairs that they do not use. Test the cable with its far end unplugged.",
            remedy: "Go to the distance that is told: crimp the plug anew, or replace the crushed piece.",
        },
        Manual {
            title: "Paire en court-circuit",
            meaning: "Deux fils du câble se touchent : ceux d'une même paire, ou un fil de chacune de deux paires.",
            seen: "Le test de câble de la carte elle-même (réflectométrie) : l'impulsion revient inversée. Demandé par \
                   trousse link --cable-test.",
            lookalikes: "Certains vieux appareils relient entre elles les paires dont ils ne se servent pas. Testez le câble avec l'autre \
                         bout débranché.",
            remedy: "Allez à la distance indiquée : sertissez une nouvelle fiche, ou remplacez la partie écrasée.",
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
    fn both_kinds_of_short_are_found_with_their_distance() {
        let title = |result, cm| tested([OK, OK, (result, Some(cm)), OK]).found(judge).remove(0).problem.explain().english().title;
        assert_eq!(title(PairResult::SameShort, 4210), "Pair 4-5 (blue) at 42.1 m is short-circuited");
        assert_eq!(title(PairResult::CrossShort, 730), "Pair 4-5 (blue) at 7.3 m touches another pair");
    }

    #[test]
    fn a_short_of_a_cable_told_as_a_whole_names_no_pair() {
        let words = tested_whole(WholeResult::Short, Some(730)).found(judge).remove(0).problem.explain().words(Language::Fr);
        assert_eq!(words.title, "Câble en court-circuit à 7,3 m du commutateur");
        assert_eq!(tested_whole(WholeResult::FourPairs, None).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn an_open_pair_is_no_short_and_its_neighbours_are_clear_of_it() {
        assert_eq!(tested([OK, OK, OK, (PairResult::Open, None)]).verdict(judge), Verdict::Clear);
        let unresolved = tested([OK, OK, OK, (PairResult::ResolutionNotPossible, None)]);
        assert_eq!(unresolved.verdict(judge), Verdict::NotTested(Reason::PairsUntold { pairs: vec![Pair::D] }));
    }

    #[test]
    fn a_test_that_did_not_end_says_nothing() {
        use crate::observe::{CableTested, Fact};
        let cut = crate::check::testing::Scene::default()
            .fact(Fact::CableTested(CableTested::NotMeasurable { why: Silence::NoAnswer }));
        assert_eq!(cut.verdict(judge), Verdict::NotTested(Reason::CardSilent { silence: Silence::NoAnswer }));
    }
}
