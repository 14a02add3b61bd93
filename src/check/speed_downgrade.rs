//! Both ends can do more than the link runs at: the cable between them cannot.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::cabling::{pairs, sighting, silent, speed, up, wire_order};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::Plan;
use crate::wire::ethtool::{Mode, Pair};

/// A link that runs below what both its ends advertise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SpeedDowngrade {
    /// The speed that it runs at, in megabits a second.
    pub speed_mbps: u32,
    /// The highest that both ends advertise.
    pub both_mbps: u32,
    /// The pairs that are suspected: those that the higher speed needs and the lower one does without.
    pub suspected: Vec<Pair>,
}

/// From this speed on all four pairs carry the signal; below it only 1-2 and 3-6 do (IEEE 802.3, clauses 25 and 40).
const FOUR_PAIRS_MBPS: u32 = 1000;

/// Both ends advertise a higher speed than the one they run at.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let (state, seen) = match up(inventory) {
        Ok(told) => told,
        Err(reason) => return Verdict::NotTested(reason),
    };
    let (speed_mbps, ours, theirs) = match (state.speed_mbps.known(), state.ours.known(), state.theirs.known()) {
        (Some(speed), Some(ours), Some(theirs)) => (*speed, ours, theirs),
        (None, _, _) => return silent(&state.speed_mbps),
        (_, None, _) => return silent(&state.ours),
        _ => return silent(&state.theirs),
    };
    let best = ours.iter().filter(|mode| mode.is_twisted_pair() && theirs.contains(mode)).filter_map(Mode::speed_mbps).max();
    let Some(both_mbps) = best.filter(|&best| best > speed_mbps) else { return Verdict::Clear };
    let suspected =
        if both_mbps >= FOUR_PAIRS_MBPS && speed_mbps < FOUR_PAIRS_MBPS { vec![Pair::C, Pair::D] } else { Vec::new() };
    let problem = Problem::SpeedDowngrade(SpeedDowngrade { speed_mbps, both_mbps, suspected });
    Verdict::Found(vec![Finding::new(Severity::Degraded, problem, sighting(seen))])
}

impl Explain for SpeedDowngrade {
    fn english(&self) -> Wording {
        let (runs, both) = (speed(self.speed_mbps, Language::En), speed(self.both_mbps, Language::En));
        let title = format!("The link runs at {runs}, though both ends can do {both}");
        if self.suspected.is_empty() {
            return Wording {
                title,
                why: format!(
                    "Both ends advertise {both}. They settled for {runs}, as they do when the signal is too weak for more: the cable \
                     is too long, of too low a category, or badly made."
                ),
                remedy: vec![
                    "Replace the cord by one that is known to be good and short, at both ends.".to_owned(),
                    "If nothing changes, look at what is printed on the cable: 2.5 and 5 Gb/s need category 5e or 6, 10 Gb/s category 6A."
                        .to_owned(),
                    format!("Run trousse link again: it must say {both}."),
                ],
            };
        }
        let pairs = pairs(&self.suspected, Language::En);
        Wording {
            title,
            why: format!(
                "Both ends advertise {both}, which needs all four pairs. {runs} needs only 1-2 and 3-6. Suspected are the pairs {pairs}: at \
                 least one of them is broken or badly connected between the two ends, in a plug, an outlet, a panel or a cord."
            ),
            remedy: vec![
                "Replace the cord between the laptop and the outlet by one that is known to be good, then the one at the panel: cords \
                 fail first."
                    .to_owned(),
                format!("If nothing changes, open the outlet and the panel and look at the pairs {pairs}."),
                wire_order(Language::En),
                format!("Run trousse link again: it must say {both}. With --cable-test some cards tell which pair, and where."),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (runs, both) = (speed(self.speed_mbps, Language::Fr), speed(self.both_mbps, Language::Fr));
        let title = format!("Le lien fonctionne à {runs} alors que les deux bouts permettent {both}");
        if self.suspected.is_empty() {
            return Wording {
                title,
                why: format!(
                    "Les deux bouts annoncent {both}. Ils se sont repliés sur {runs}, comme ils le font quand le signal est trop faible : \
                     câble trop long, de catégorie trop basse ou mal fait."
                ),
                remedy: vec![
                    "Remplacez le cordon, aux deux bouts, par un cordon court et réputé bon.".to_owned(),
                    "Si rien ne change, lisez la catégorie imprimée sur le câble : 2,5 et 5 Gbit/s demandent la catégorie 5e ou 6, \
                     10 Gbit/s la catégorie 6A."
                        .to_owned(),
                    format!("Relancez trousse link : il doit indiquer {both}."),
                ],
            };
        }
        let pairs = pairs(&self.suspected, Language::Fr);
        Wording {
            title,
            why: format!(
                "Les deux bouts annoncent {both}, ce qui demande les quatre paires. À {runs}, seules 1-2 et 3-6 servent. Paires suspectes : \
                 {pairs}. L'une d'elles au moins est coupée ou mal raccordée entre les deux bouts : dans une fiche, une prise, un panneau \
                 ou un cordon."
            ),
            remedy: vec![
                "Remplacez le cordon entre le portable et la prise par un cordon réputé bon, puis celui du panneau : les cordons lâchent \
                 les premiers."
                    .to_owned(),
                format!("Si rien ne change, ouvrez la prise et le panneau et regardez les paires {pairs}."),
                wire_order(Language::Fr),
                format!(
                    "Relancez trousse link : il doit indiquer {both}. Avec --cable-test, certaines cartes disent quelle paire, et où."
                ),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A connection runs slower than the equipment at both ends can.",
                "Change the cord, then have the wiring measured.",
            ],
            french: [
                "Une liaison est plus lente que ne le permettent les appareils à ses deux bouts.",
                "Changer le cordon, puis faire mesurer le câblage.",
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
            title: "Slower than both ends can",
            meaning: "The link works, ten times slower than it could. The cable, not the equipment, is at fault.",
            seen: "Both ends advertise a speed by auto-negotiation (IEEE 802.3, clause 28) that is higher than the one they run at. \
                   1 Gb/s needs four pairs, 100 Mb/s two: cards that cannot bring up the four fall back.",
            lookalikes: "An end that advertises only 100 Mb/s: an old switch, a telephone between wall and PC, a port set to 100 Mb/s. \
                         That is no fault of the cable and is not reported.",
            remedy: "Replace the cords, then look at pairs 4-5 (blue) and 7-8 (brown) in the outlet and the panel.",
        },
        Manual {
            title: "Plus lent que les deux bouts",
            meaning: "Le lien fonctionne, dix fois plus lentement qu'il ne pourrait. Le câble est en cause, non le matériel.",
            seen: "Les deux bouts annoncent par auto-négociation (IEEE 802.3, clause 28) une vitesse supérieure à celle du lien. \
                   1 Gbit/s demande quatre paires, 100 Mbit/s deux : une carte qui n'arrive pas à établir les quatre se replie.",
            lookalikes: "Un bout qui n'annonce que 100 Mbit/s : vieux commutateur, téléphone entre le mur et le PC, port réglé à \
                         100 Mbit/s. Le câble n'y est pour rien et rien n'est signalé.",
            remedy: "Remplacez les cordons, puis regardez les paires 4-5 (bleu) et 7-8 (marron) dans la prise et le panneau.",
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

    fn modes(names: &[&str]) -> Measurable<Vec<Mode>> {
        Measurable::Is(names.iter().map(|name| Mode((*name).to_owned())).collect())
    }

    fn judged(state: CardState) -> Verdict {
        Scene::default().fact(Fact::CardIs(Box::new(state))).verdict(judge)
    }

    #[test]
    fn a_gigabit_between_both_ends_at_100_points_to_two_pairs() {
        let Verdict::Found(found) = judged(CardState { speed_mbps: Measurable::Is(100), ..card() }) else { panic!("nothing found") };
        let suspected = vec![Pair::C, Pair::D];
        assert_eq!(found[0].problem, Problem::SpeedDowngrade(SpeedDowngrade { speed_mbps: 100, both_mbps: 1000, suspected }));
        let words = found[0].problem.explain().words(Language::En);
        assert!(words.why.contains("4-5 (blue) and 7-8 (brown)"), "{}", words.why);
    }

    #[test]
    fn an_end_that_advertises_no_more_is_no_fault_of_the_cable() {
        let theirs = modes(&["100baseT/Full", "Pause"]);
        assert_eq!(judged(CardState { speed_mbps: Measurable::Is(100), theirs, ..card() }), Verdict::Clear);
        assert_eq!(judged(card()), Verdict::Clear);
    }

    #[test]
    fn a_lack_of_quality_accuses_no_pair() {
        let fast = || modes(&["1000baseT/Full", "2500baseT/Full"]);
        let Verdict::Found(found) = judged(CardState { ours: fast(), theirs: fast(), ..card() }) else { panic!("nothing found") };
        let expected = SpeedDowngrade { speed_mbps: 1000, both_mbps: 2500, suspected: Vec::new() };
        assert_eq!(found[0].problem, Problem::SpeedDowngrade(expected));
    }

    #[test]
    fn what_a_driver_does_not_tell_is_not_called_clear() {
        let silent = |silence: Silence| Verdict::NotTested(Reason::CardSilent { silence });
        let theirs = Measurable::NotMeasurable(Silence::NothingTold);
        assert_eq!(judged(CardState { theirs, ..card() }), silent(Silence::NothingTold));
        assert_eq!(judged(CardState { carrier: false, ..card() }), Verdict::NotTested(Reason::NoLink));
        assert_eq!(Scene::default().verdict(judge), Verdict::NotTested(Reason::LinkUnknown));
    }
}
