//! Facts about our card and its cable, each as a line of evidence.

use super::trace;
use crate::check::cabling::{metres, pair, speed};
use crate::language::Language;
use crate::observe::{CableTested, CardState, ErrorsGrew, Fact, Measurable, PairTested, SwitchTested, WholeTested};
use crate::report::words::{counted, duration};

/// The line.
pub(super) fn say(fact: &Fact, language: Language) -> String {
    match fact {
        Fact::CardIs(state) => card(state, language),
        Fact::ErrorsGrew(grew) => errors(grew, language),
        Fact::CableTested(CableTested::Done) => {
            language.pick("the cable test ran to its end", "le test de câble est allé à son terme").to_owned()
        }
        Fact::CableTested(CableTested::NotMeasurable { why }) => {
            let why = why.say(language);
            language.pick(format!("the cable could not be tested: {why}"), format!("le câble n'a pas pu être testé : {why}"))
        }
        Fact::PairTested(tested) => tested_pair(tested, language),
        Fact::SwitchTestedCable(tested) => by_switch(tested, language),
        Fact::TraceTaken(trace) => trace::summary(trace, language),
        _ => String::new(),
    }
}

fn card(state: &CardState, language: Language) -> String {
    if !state.carrier {
        let why = match &state.why_down {
            Measurable::Is(why) => why.say(language),
            Measurable::NotMeasurable(silence) => silence.say(language),
        };
        return language.pick(format!("the card has no link: {why}"), format!("la carte n'a pas de lien : {why}"));
    }
    let speed = state.speed_mbps.known().map(|&mbps| speed(mbps, language));
    let duplex = state.duplex.known().map(|duplex| duplex.word(language).to_owned());
    let told: Vec<String> = speed.into_iter().chain(duplex).collect();
    match told.as_slice() {
        [] => language.pick("the card has a link", "la carte a un lien").to_owned(),
        told => {
            let told = told.join(", ");
            language.pick(format!("the card runs at {told}"), format!("la carte fonctionne en {told}"))
        }
    }
}

fn errors(grew: &ErrorsGrew, language: Language) -> String {
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let received = counted(count(grew.received), ("frame", "trame"), ("frames", "trames"), language);
    let broken = counted(count(grew.receive_errors), ("broken", "abîmée"), ("broken", "abîmées"), language);
    let watched = duration(grew.watched_ms.into(), language);
    language.pick(format!("{received} received and {broken} in {watched}"), format!("{received} reçues et {broken} en {watched}"))
}

/// All that the switch said, in one line: it said it at once.
fn by_switch(test: &SwitchTested, language: Language) -> String {
    let who = match &test.port {
        Some((switch, port)) => {
            language.pick(format!("switch {switch}, at its port {port}"), format!("commutateur {switch}, à son port {port}"))
        }
        None => language.pick("the switch", "le commutateur").to_owned(),
    };
    let said = match &test.tested {
        CableTested::Done => {
            let whole = test.whole.iter().map(|tested| tested_whole(tested, language));
            whole
                .chain(test.pairs.iter().map(|tested| tested_pair(tested, language)))
                .collect::<Vec<_>>()
                .join(language.pick("; ", " ; "))
        }
        not => say(&Fact::CableTested(not.clone()), language),
    };
    language.pick(format!("{who}: {said}"), format!("{who} : {said}"))
}

fn tested_pair(tested: &PairTested, language: Language) -> String {
    let (named, result) = (pair(tested.pair, language), tested.result.say(language));
    let at = tested.length_cm.map(|cm| metres(cm, language));
    let at = at.map(|at| language.pick(format!(" at {at}"), format!(" à {at}"))).unwrap_or_default();
    language.pick(format!("pair {named}: {result}{at}"), format!("paire {named} : {result}{at}"))
}

fn tested_whole(tested: &WholeTested, language: Language) -> String {
    let result = tested.result.say(language);
    let at = tested.length_cm.map(|cm| metres(cm, language));
    let at = at.map(|at| format!(", {at}")).unwrap_or_default();
    language.pick(format!("the whole cable: {result}{at}"), format!("le câble entier : {result}{at}"))
}
