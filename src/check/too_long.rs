//! The cable is longer than twisted pair may be: it may work today, and not with the next switch.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::cabling::{accuracy_m, metres, pairs, untested};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::mib::cable_test::WholeResult;
use crate::observe::{Inventory, MeasuredFrom, Observation, PairTested, WholeTested};
use crate::site::Plan;
use crate::wire::ethtool::{Pair, PairResult};

/// The pairs that are too long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TooLong {
    /// Each of them with the length that the card measured.
    pub pairs: Vec<PairTested>,
    /// The whole cable, where a switch does not tell its pairs apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<WholeTested>,
}

/// The longest channel, in centimetres: 90 m of fixed cable and 10 m of cords (ISO/IEC 11801-1, 8.2; ANSI/TIA-568.2-D, 6.3).
const CHANNEL_CM: u32 = 10_000;

/// Whether the end of a pair, good or open, lies beyond the longest channel. A short says where the fault is, not where the cable
/// ends.
pub fn is_too_long(tested: &PairTested) -> bool {
    matches!(tested.result, PairResult::Ok | PairResult::Open) && tested.length_cm.is_some_and(|cm| cm > CHANNEL_CM)
}

/// The same of a whole cable.
pub fn is_all_too_long(whole: &WholeTested) -> bool {
    matches!(whole.result, WholeResult::FourPairs | WholeResult::TwoPairs | WholeResult::Open)
        && whole.length_cm.is_some_and(|cm| cm > CHANNEL_CM)
}

/// Pairs that are too long.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let tested = inventory.driver().pairs();
    let found = tested.iter().filter(|(tested, _)| is_too_long(tested));
    let (pairs, evidence): (Vec<PairTested>, Vec<Observation>) = found.map(|(tested, seen)| (*tested, (*seen).clone())).unzip();
    let whole = inventory.driver().whole().filter(|(whole, _)| is_all_too_long(whole));
    if pairs.is_empty() && whole.is_none() {
        return untested(inventory).map_or(Verdict::Clear, Verdict::NotTested);
    }
    let evidence = evidence.into_iter().chain(whole.map(|(_, seen)| seen.clone())).collect();
    let problem = TooLong { pairs, whole: whole.map(|(whole, _)| whole) };
    Verdict::Found(vec![Finding::new(Severity::Risk, Problem::TooLong(problem), evidence)])
}

impl TooLong {
    fn longest(&self, language: Language) -> String {
        let of_pairs = self.pairs.iter().filter_map(|tested| tested.length_cm).max();
        metres(of_pairs.max(self.whole.and_then(|whole| whole.length_cm)).unwrap_or_default(), language)
    }

    fn measure_again(&self, language: Language) -> String {
        let accuracy = self.whole.map_or_else(|| accuracy_m(&self.pairs), |whole| whole.accuracy_m.into());
        if self.whole.is_none() && self.pairs.iter().all(|tested| tested.from == MeasuredFrom::Laptop) {
            let said = language.pick(
                "Cards measure to a few metres: at 100 to 105 m, measure again with a tester before anything is moved.",
                "Une carte mesure à quelques mètres près : entre 100 et 105 m, remesurez avec un testeur avant de déplacer quoi que ce soit.",
            );
            return said.to_owned();
        }
        let unsure = 100 + accuracy;
        language.pick(
            format!("The switch measures to {accuracy} m: up to {unsure} m, measure again with a tester before anything is moved."),
            format!(
                "Le commutateur mesure à {accuracy} m près : jusqu'à {unsure} m, remesurez avec un testeur avant de déplacer quoi que ce soit."
            ),
        )
    }

    /// On what it was measured, as a sentence.
    fn measured_on(&self, language: Language) -> String {
        if self.whole.is_some() {
            return language.pick("Measured by the switch.", "Mesuré par le commutateur.").to_owned();
        }
        let named = pairs(&self.pairs.iter().map(|tested| tested.pair).collect::<Vec<Pair>>(), language);
        language.pick(format!("Measured on pair {named}."), format!("Mesuré sur la paire {named}."))
    }
}

impl Explain for TooLong {
    fn english(&self) -> Wording {
        let (longest, measured_on) = (self.longest(Language::En), self.measured_on(Language::En));
        Wording {
            title: format!("The cable is too long: {longest}"),
            why: format!(
                "{measured_on} Ethernet over twisted pair is made for 100 m: 90 m in the wall and 10 m of cords. Beyond, \
                 it depends on the card and the switch whether it works, at which speed, and how far PoE still carries."
            ),
            remedy: vec![
                self.measure_again(Language::En),
                "Look for cords and joints in between that nobody needs, coiled cable above the ceiling, or a nearer cabinet.".to_owned(),
                "Else put a switch in between, use fibre, or lower the speed of the port by hand (10 or 100 Mb/s reach further).".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (longest, measured_on) = (self.longest(Language::Fr), self.measured_on(Language::Fr));
        Wording {
            title: format!("Le câble est trop long : {longest}"),
            why: format!(
                "{measured_on} L'Ethernet sur paires torsadées est fait pour 100 m : 90 m dans les murs et 10 m de cordons. \
                 Au-delà, la carte et le commutateur décident si cela marche, à quelle vitesse, et jusqu'où porte encore le PoE."
            ),
            remedy: vec![
                self.measure_again(Language::Fr),
                "Cherchez des cordons et raccords intermédiaires inutiles, du câble lové au plafond, ou une baie plus proche.".to_owned(),
                "Sinon, placez un commutateur entre les deux, passez en fibre, ou baissez à la main la vitesse du port (10 ou 100 Mbit/s \
                 portent plus loin)."
                    .to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A network cable is longer than the rules allow: it may fail at any time.",
                "Have it shortened, or a switch put in between.",
            ],
            french: [
                "Un câble réseau est plus long que la norme ne le permet : il peut lâcher à tout moment.",
                "Le faire raccourcir, ou faire placer un commutateur entre les deux.",
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
            title: "Cable too long",
            meaning: "The cable is longer than twisted pair is made for. It may work with this card and this switch, and fail with the \
                      next ones, in the heat, or when PoE is drawn.",
            seen: "The card's cable test says that a pair is good or open, with a length of more than 100 m: 90 m of fixed cable and 10 m \
                   of cords (ISO/IEC 11801-1; ANSI/TIA-568.2-D). Of an open pair the length is that to the open end. Most cards \
                   tell no length of a good pair: then this is clear only as far as the test goes.",
            lookalikes: "Cards measure to a few metres, and assume how fast the signal runs: another kind of cable is shown 5 % longer or \
                         shorter.",
            remedy: "Measure with a tester, then shorten the way, or put a switch or fibre in between.",
        },
        Manual {
            title: "Câble trop long",
            meaning: "Le câble dépasse ce pour quoi la paire torsadée est faite. Il peut marcher avec cette carte et ce commutateur, et \
                      lâcher avec les suivants, à la chaleur, ou quand du PoE est tiré.",
            seen: "Le test de câble de la carte dit qu'une paire est bonne ou coupée, avec une longueur de plus de 100 m : 90 m de câble \
                   fixe et 10 m de cordons (ISO/IEC 11801-1 ; ANSI/TIA-568.2-D). Pour une paire coupée, c'est la longueur jusqu'au bout \
                   ouvert. La plupart des cartes ne donnent pas la longueur d'une paire bonne : le contrôle n'est alors conforme que dans \
                   la limite du test.",
            lookalikes: "Une carte mesure à quelques mètres près et suppose la vitesse du signal : un câble d'un autre type paraît 5 % \
                         plus long ou plus court.",
            remedy: "Mesurez avec un testeur, puis raccourcissez le trajet, ou intercalez un commutateur ou de la fibre.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::cabling::testing::tested;
    use crate::check::testing::Scene;
    use crate::finding::Reason;

    const GOOD: (PairResult, Option<u32>) = (PairResult::Ok, None);

    #[test]
    fn a_hundred_metres_are_allowed_and_a_centimetre_more_is_a_risk() {
        assert_eq!(tested([(PairResult::Open, Some(10_000)), GOOD, GOOD, GOOD]).verdict(judge), Verdict::Clear);
        let found = tested([(PairResult::Open, Some(10_001)), GOOD, (PairResult::Ok, Some(11_230)), GOOD]).found(judge).remove(0);
        assert_eq!(found.severity, Severity::Risk);
        let words = found.problem.explain().words(Language::En);
        assert_eq!(words.title, "The cable is too long: 112.3 m");
        assert!(words.why.contains("1-2 (orange in T568B, green in T568A) and 4-5 (blue)"), "{}", words.why);
    }

    #[test]
    fn a_short_far_away_says_nothing_of_the_length() {
        assert_eq!(tested([GOOD, (PairResult::SameShort, Some(12_000)), GOOD, GOOD]).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn without_a_test_nothing_is_said() {
        assert_eq!(Scene::default().verdict(judge), Verdict::NotTested(Reason::CableNotTested));
    }
}
