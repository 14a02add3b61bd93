//! What the checks of a cable and their words have in common.

use crate::finding::{Reason, Verdict};
use crate::language::Language;
use crate::mib::cable_test::WholeResult;
use crate::observe::{CableTested, CardState, Inventory, Measurable, MeasuredFrom, Observation, PairTested, WholeTested};
use crate::wire::ethtool::{Pair, PairResult};

/// What our card told of a link that is up, and the sighting; else why nothing can be said of it.
pub fn up(inventory: &Inventory) -> Result<(&CardState, &Observation), Reason> {
    match inventory.driver().state() {
        Some((state, _)) if !state.carrier => Err(Reason::NoLink),
        Some(told) => Ok(told),
        None => Err(Reason::LinkUnknown),
    }
}

/// The pairs of which the test says this, with the sightings that prove it.
pub fn faults(inventory: &Inventory, is: fn(PairResult) -> bool) -> (Vec<PairTested>, Vec<Observation>) {
    let pairs = inventory.driver().pairs().into_iter().filter(|(tested, _)| is(tested.result));
    pairs.map(|(tested, seen)| (tested, seen.clone())).unzip()
}

/// What the test says of the whole cable where that is one of these faults, with the sighting that proves it.
pub fn whole_fault(inventory: &Inventory, is: fn(WholeResult) -> bool) -> (Option<WholeTested>, Vec<Observation>) {
    let found = inventory.driver().whole().filter(|(tested, _)| is(tested.result));
    found.map(|(tested, seen)| (Some(tested), vec![seen.clone()])).unwrap_or_default()
}

/// What keeps a check of pairs from saying that none has this fault.
pub fn untested(inventory: &Inventory) -> Option<Reason> {
    match inventory.driver().test() {
        None => Some(Reason::CableNotTested),
        Some(CableTested::NotMeasurable { why }) => Some(Reason::CardSilent { silence: why.clone() }),
        Some(CableTested::Done) => {
            let pairs = inventory.driver().pairs();
            let told = |pair: &Pair| pairs.iter().any(|(tested, _)| tested.pair == *pair && tested.result.is_good().is_some());
            let untold: Vec<Pair> = match inventory.driver().whole() {
                Some((whole, _)) => whole.result.untold().to_vec(),
                None => Pair::ALL.into_iter().filter(|pair| !told(pair)).collect(),
            };
            (!untold.is_empty()).then_some(Reason::PairsUntold { pairs: untold })
        }
    }
}

/// `100 Mb/s`, `2.5 Gb/s`.
pub fn speed(mbps: u32, language: Language) -> String {
    let bits = language.pick("b/s", "bit/s");
    match (mbps / 1000, mbps % 1000 / 100) {
        (0, _) => format!("{mbps} M{bits}"),
        (gigabits, 0) => format!("{gigabits} G{bits}"),
        (gigabits, tenths) => format!("{gigabits}{}{tenths} G{bits}", language.pick('.', ',')),
    }
}

/// Metres to the decimetre: `12.5 m`. A PHY measures no better than that, and most much worse.
pub fn metres(cm: u32, language: Language) -> String {
    let tenths = (u64::from(cm) + 5) / 10;
    format!("{}{}{} m", tenths / 10, language.pick('.', ','), tenths % 10)
}

/// A pair by its pins and its colours: `4-5 (blue)`.
pub fn pair(pair: Pair, language: Language) -> String {
    format!("{} ({})", pair.pins(), pair.colours(language))
}

/// Pairs in a row: `4-5 (blue) and 7-8 (brown)`.
pub fn pairs(of: &[Pair], language: Language) -> String {
    let mut named: Vec<String> = of.iter().map(|&one| pair(one, language)).collect();
    let last = named.pop().unwrap_or_default();
    if named.is_empty() { last } else { format!("{} {} {last}", named.join(", "), language.pick("and", "et")) }
}

/// What the test says of each of these pairs, as a sentence: `4-5 (blue) at 12.5 m, 7-8 (brown)`.
pub fn places(of: &[PairTested], language: Language) -> String {
    let place = |tested: &PairTested| {
        let named = pair(tested.pair, language);
        let at = tested.length_cm.map(|cm| metres(cm, language));
        let Some(at) = at else { return named };
        match tested.from {
            MeasuredFrom::Laptop => language.pick(format!("{named} at {at}"), format!("{named} à {at}")),
            MeasuredFrom::Switch { .. } => {
                language.pick(format!("{named} at {at} from the switch"), format!("{named} à {at} du commutateur"))
            }
        }
    };
    of.iter().map(place).collect::<Vec<_>>().join(", ")
}

/// To how many metres these distances are good: cards measure to a few.
pub fn accuracy_m(of: &[PairTested]) -> u32 {
    /// Of a card, which does not tell.
    const CARD: u32 = 3;
    let accuracy = |tested: &PairTested| match tested.from {
        MeasuredFrom::Laptop => CARD,
        MeasuredFrom::Switch { accuracy_m } => accuracy_m.into(),
    };
    of.iter().map(accuracy).max().unwrap_or(CARD)
}

/// A whole cable's distance: ` at 12.5 m from the switch`, or nothing where none was told.
pub fn at_distance(whole: &WholeTested, language: Language) -> String {
    let at = whole.length_cm.map(|cm| metres(cm, language));
    at.map(|at| language.pick(format!(" at {at} from the switch"), format!(" à {at} du commutateur"))).unwrap_or_default()
}

/// Where to look, for the remedy of a fault at a distance: the first of the distances, in words.
pub fn where_to_look(of: &[PairTested], language: Language) -> String {
    let nearest = of.iter().filter_map(|tested| tested.length_cm.map(|cm| (cm, tested.from))).min();
    let from = of.iter().map(|tested| tested.from).max().unwrap_or_default();
    look_at(nearest.map(|(cm, _)| cm), nearest.map_or(from, |(_, from)| from), language)
}

/// The same of a whole cable, which a switch measured.
pub fn where_along(whole: &WholeTested, language: Language) -> String {
    look_at(whole.length_cm, MeasuredFrom::Switch { accuracy_m: whole.accuracy_m }, language)
}

fn look_at(cm: Option<u32>, from: MeasuredFrom, language: Language) -> String {
    match (cm, from) {
        (Some(cm), MeasuredFrom::Switch { accuracy_m }) => {
            let at = metres(cm, language);
            language.pick(
                format!(
                    "The switch measured this, from its end: follow the cable from the switch, not from the laptop. The fault lies about \
                     {at} along it, give or take {accuracy_m} m; look at the plug, the panel or the outlet nearest to there."
                ),
                format!(
                    "C'est le commutateur qui a mesuré, de son côté : suivez le câble depuis le commutateur, et non depuis le portable. Le \
                     défaut est à environ {at}, à {accuracy_m} m près : regardez la fiche, le panneau ou la prise le plus proche de là."
                ),
            )
        }
        (None, MeasuredFrom::Switch { .. }) => language
            .pick(
                "The switch does not say how far away it is: test again with the patch cord alone, then the panel, then the outlet.",
                "Le commutateur ne dit pas à quelle distance : testez d'abord le cordon de brassage seul, puis le panneau, puis la prise.",
            )
            .to_owned(),
        (Some(cm), MeasuredFrom::Laptop) => {
            let at = metres(cm, language);
            language.pick(
                format!(
                    "Follow the cable from the laptop: the fault lies about {at} along it. Cards measure to a few metres, so look at \
                     the plug, the outlet or the joint nearest to there."
                ),
                format!(
                    "Suivez le câble depuis le portable : le défaut est à environ {at}. Une carte mesure à quelques mètres près : \
                     regardez la fiche, la prise ou le raccord le plus proche de là."
                ),
            )
        }
        (None, MeasuredFrom::Laptop) => language
            .pick(
                "The card does not say how far away it is: test first with the cord alone, then the outlet, then the panel.",
                "La carte ne dit pas à quelle distance : testez d'abord le cordon seul, puis la prise, puis le panneau.",
            )
            .to_owned(),
    }
}

/// The order of the wires in a plug, for whoever crimps one anew (TIA-568).
pub fn wire_order(language: Language) -> String {
    language
        .pick(
            "If a plug must be crimped anew, T568B from pin 1 to pin 8 is white-orange, orange, white-green, blue, white-blue, green, \
             white-brown, brown; T568A swaps orange and green. Both ends must be alike.",
            "S'il faut sertir une fiche, l'ordre T568B, de la broche 1 à la broche 8, est : blanc-orange, orange, blanc-vert, bleu, \
             blanc-bleu, vert, blanc-marron, marron ; T568A échange l'orange et le vert. Les deux bouts doivent être pareils.",
        )
        .to_owned()
}

/// A sighting alone, as evidence.
pub fn sighting(seen: &Observation) -> Vec<Observation> {
    vec![seen.clone()]
}

/// What the card does not tell, is not tested.
pub fn silent<T>(told: &Measurable<T>) -> Verdict {
    Verdict::NotTested(match told {
        Measurable::NotMeasurable(silence) => Reason::CardSilent { silence: silence.clone() },
        Measurable::Is(_) => Reason::LinkUnknown,
    })
}

/// Cards and cables for the tests of the checks.
#[cfg(test)]
pub(crate) mod testing {
    use crate::check::testing::Scene;
    use crate::mib::cable_test::WholeResult;
    use crate::observe::{
        CableTested, CardState, Driver, Fact, Measurable, MeasuredFrom, PairTested, Silence, SwitchTested, WholeTested,
    };
    use crate::wire::ethtool::{Duplex, Eee, Mdix, Mode, Pair, PairResult, Quality};

    /// A sound card on a sound cable, at 1 Gb/s.
    pub(crate) fn card() -> CardState {
        let modes = ["Autoneg", "100baseT/Half", "100baseT/Full", "1000baseT/Full"].map(|name| Mode(name.to_owned())).to_vec();
        CardState {
            carrier: true,
            why_down: Measurable::NotMeasurable(Silence::NothingTold),
            speed_mbps: Measurable::Is(1000),
            duplex: Measurable::Is(Duplex::Full),
            negotiates: Measurable::Is(true),
            ours: Measurable::Is(modes.clone()),
            theirs: Measurable::Is(modes),
            mdix: Measurable::Is(Mdix::Crossed),
            quality: Measurable::Is(Quality { index: 5, highest: Some(7) }),
            eee: Measurable::Is(Eee { enabled: true, active: false }),
            power: Measurable::NotMeasurable(Silence::NotSupported),
            driver: Measurable::Is(Driver { name: "r8169".to_owned(), version: None }),
        }
    }

    /// A switch's test that said this of the whole cable.
    pub(crate) fn tested_whole(result: WholeResult, length_cm: Option<u32>) -> Scene {
        let whole = Some(WholeTested { result, length_cm, accuracy_m: 5 });
        let done = SwitchTested { port: None, tested: CableTested::Done, pairs: Vec::new(), whole };
        Scene::default().fact(Fact::SwitchTestedCable(Box::new(done)))
    }

    /// A cable test that said this of the pairs.
    pub(crate) fn tested(said: [(PairResult, Option<u32>); 4]) -> Scene {
        let done = Scene::default().fact(Fact::CableTested(CableTested::Done));
        Pair::ALL.into_iter().zip(said).fold(done, |scene, (pair, (result, length_cm))| {
            scene.fact(Fact::PairTested(PairTested { pair, result, length_cm, from: MeasuredFrom::Laptop }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_and_lengths_follow_the_language() {
        assert_eq!(
            [10, 100, 1000, 2500].map(|mbps| speed(mbps, Language::Fr)),
            ["10 Mbit/s", "100 Mbit/s", "1 Gbit/s", "2,5 Gbit/s"]
        );
        assert_eq!((metres(1250, Language::En), metres(4215, Language::Fr)), ("12.5 m".to_owned(), "42,2 m".to_owned()));
        assert_eq!(metres(u32::MAX, Language::En), "42949673.0 m");
    }

    #[test]
    fn pairs_are_named_by_their_pins_and_colours() {
        assert_eq!(pairs(&[Pair::C, Pair::D], Language::En), "4-5 (blue) and 7-8 (brown)");
        assert_eq!(pairs(&[Pair::A], Language::Fr), "1-2 (orange en T568B, vert en T568A)");
    }
}
