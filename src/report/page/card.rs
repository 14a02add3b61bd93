//! Our card and its cable, row by row: pass, fail, or not measurable and why.

use std::collections::BTreeSet;

use super::neighbour::power_said;
use super::{Block, Column, Fit, Reading, Row, Table, Tone};
use crate::check::cabling::{metres, pair, speed};
use crate::finding::Reason;
use crate::language::Language;
use crate::observe::{Advertised, CableTested, Measurable, MeasuredFrom, WholeTested};
use crate::report::words::number;
use crate::report::{Capability, CardReport, Mark, Measured, Report, Said};
use crate::wire::ethtool::{Mdix, Mode, Pair, PairResult};

/// The section of the report; none where the card was not asked.
pub(super) fn blocks(report: &Report, language: Language) -> Vec<Block> {
    let Some(card) = &report.card else { return Vec::new() };
    let columns = vec![
        Column::new(language.pick("Measured", "Mesure"), Fit::Wrap),
        Column::new(language.pick("Result", "Résultat"), Fit::Said),
        Column::new(language.pick("Value, or why not", "Valeur, ou motif"), Fit::Wrap),
    ];
    let row = |capability: &Capability| Row {
        tone: tone(capability.mark),
        cells: vec![
            name(capability.what, language).into(),
            word(capability.mark, language).into(),
            value(capability.what, card, report, language).into(),
        ],
    };
    let rows = card.capabilities.iter().map(row).collect();
    let heading = language.pick("What the card tells of the cable", "Ce que la carte dit du câble");
    vec![Block::Heading(heading.to_owned()), Block::Table(Table { columns, rows, reading: Reading::Short })]
}

fn tone(mark: Mark) -> Option<Tone> {
    match mark {
        Mark::Pass => Some(Tone::Clear),
        Mark::Fail => Some(Tone::Broken),
        Mark::Told => None,
        Mark::NotMeasurable => Some(Tone::NotTested),
    }
}

fn word(mark: Mark, language: Language) -> &'static str {
    match mark {
        Mark::Pass => language.pick("PASS", "CONFORME"),
        Mark::Fail => language.pick("FAIL", "NON CONFORME"),
        Mark::Told => language.pick("told", "indiqué"),
        Mark::NotMeasurable => language.pick("NOT MEASURABLE", "NON MESURABLE"),
    }
}

fn name(what: Measured, language: Language) -> String {
    let name = match what {
        Measured::Carrier => language.pick("Link", "Lien"),
        Measured::Speed => language.pick("Speed", "Vitesse"),
        Measured::Duplex => "Duplex",
        Measured::AutoNegotiation => language.pick("Auto-negotiation", "Auto-négociation"),
        Measured::OurModes => language.pick("Advertised here", "Annoncé ici"),
        Measured::TheirModes => language.pick("Advertised by the other end", "Annoncé par l'autre bout"),
        Measured::Crossing => "MDI/MDI-X",
        Measured::SignalQuality => language.pick("Signal quality (SQI)", "Qualité du signal (SQI)"),
        Measured::Eee => language.pick("Energy saving (EEE)", "Économie d'énergie (EEE)"),
        Measured::ReceiveErrors => language.pick("Receive errors", "Erreurs en réception"),
        Measured::Pairs => language.pick("Opens, shorts, distance", "Coupures, courts-circuits, distance"),
        Measured::Pair(of) => {
            return language.pick(format!("Pair {}", pair(of, language)), format!("Paire {}", pair(of, language)));
        }
        Measured::PowerFed => language.pick("Power fed by the card", "Alimentation par la carte"),
        Measured::Neighbour => language.pick("Switch and port", "Commutateur et port"),
        Measured::PortVlan => "VLAN",
        Measured::PowerOffered => language.pick("PoE offered", "PoE offert"),
        Measured::Driver => language.pick("Driver", "Pilote"),
        Measured::WireMap => language.pick("Wire map, with far-end identifier", "Plan de câblage, avec identifiant distant"),
        Measured::SplitPairs => language.pick("Split pairs", "Paires dépairées"),
        Measured::VoltsUnderLoad => language.pick("PoE volts under load", "Tension PoE en charge"),
    };
    name.to_owned()
}

fn value(what: Measured, card: &CardReport, report: &Report, language: Language) -> String {
    let state = &card.state;
    match what {
        Measured::Carrier if state.carrier && went(report) => language
            .pick("up at first, then it went (see L1-flapping)", "établi au début, puis tombé (voir L1-flapping)")
            .to_owned(),
        Measured::Carrier if state.carrier => language.pick("up", "établi").to_owned(),
        Measured::Carrier => {
            let why = or_silence(&state.why_down, language, |why| why.say(language));
            language.pick(format!("down: {why}"), format!("absent : {why}"))
        }
        Measured::Speed => or_silence(&state.speed_mbps, language, |&mbps| speed(mbps, language)),
        Measured::Duplex => or_silence(&state.duplex, language, |duplex| duplex.word(language).to_owned()),
        Measured::AutoNegotiation => or_silence(&state.negotiates, language, |&on| {
            let (yes, no) = (language.pick("on", "active"), language.pick("off: forced", "inactive : réglage imposé"));
            if on { yes } else { no }.to_owned()
        }),
        Measured::OurModes => or_silence(&state.ours, language, |modes| listed(modes)),
        Measured::TheirModes => or_silence(&state.theirs, language, |modes| listed(modes)),
        Measured::Crossing => or_silence(&state.mdix, language, |mdix| match mdix {
            Mdix::Straight => "MDI".to_owned(),
            Mdix::Crossed => "MDI-X".to_owned(),
        }),
        Measured::SignalQuality => or_silence(&state.quality, language, |quality| match quality.highest {
            Some(highest) => language.pick(format!("{} of {highest}", quality.index), format!("{} sur {highest}", quality.index)),
            None => quality.index.to_string(),
        }),
        Measured::Eee => or_silence(&state.eee, language, |eee| {
            match (eee.enabled, eee.active) {
                (_, true) => language.pick("in use", "utilisée"),
                (true, false) => language.pick("allowed, not in use", "permise, non utilisée"),
                (false, false) => language.pick("off", "inactive"),
            }
            .to_owned()
        }),
        Measured::ReceiveErrors => errors(card, report, language),
        Measured::Pairs => match (&card.whole, &card.cable_test) {
            (Some(whole), _) => whole_value(whole, language),
            (None, Some(CableTested::NotMeasurable { why })) => why.say(language),
            (None, _) => Reason::CableNotTested.say(language),
        },
        Measured::Pair(pair) => pair_value(pair, card, language),
        Measured::PowerFed => or_silence(&state.power, language, |power| {
            let fed = power.fed.map(|fed| fed.word(language).to_owned());
            let off = (power.enabled == Some(false)).then(|| language.pick("switched off", "coupée").to_owned());
            let class = power.class.map(|class| language.pick(format!("class {class}"), format!("classe {class}")));
            let watts = power.milliwatts.map(|mw| format!("{}{}{} W", mw / 1000, language.pick('.', ','), mw % 1000 / 100));
            [off, fed, class, watts].into_iter().flatten().collect::<Vec<_>>().join(", ")
        }),
        Measured::Neighbour => heard(report, language, |told| Some(format!("{}, port {}", told.called(), told.port))),
        Measured::PortVlan => heard(report, language, |told| told.vlan.map(|vlan| vlan.to_string())),
        Measured::PowerOffered => heard(report, language, |told| told.power.map(|power| power_said(&power, language))),
        Measured::Driver => or_silence(&state.driver, language, |driver| match &driver.version {
            Some(version) => format!("{} {version}", driver.name),
            None => driver.name.clone(),
        }),
        Measured::WireMap => language
            .pick("needs a tester with a unit at the far end", "il faut un testeur avec un boîtier à l'autre bout")
            .to_owned(),
        Measured::SplitPairs => language
            .pick(
                "a card sees no split pair; errors at 1 Gb/s hint at one",
                "une carte ne voit pas une paire dépairée ; des erreurs à 1 Gbit/s en sont l'indice",
            )
            .to_owned(),
        Measured::VoltsUnderLoad => {
            language.pick("needs a PoE tester that draws the current", "il faut un testeur PoE qui tire le courant").to_owned()
        }
    }
}

/// What the neighbours that are there say, each once: a switch says the same by several protocols. Else why none does.
fn heard(report: &Report, language: Language, say: impl Fn(&Advertised) -> Option<String>) -> String {
    let here = || report.neighbours.iter().filter(|row| !row.gone);
    let mut speakers = BTreeSet::new();
    let said: Vec<String> = here()
        .filter_map(|row| Some((row.told.called(), say(&row.told)?)))
        .filter_map(|(called, said)| speakers.insert(called).then_some(said))
        .collect();
    match said.as_slice() {
        [] if here().next().is_some() => Reason::NeighbourSilent.say(language),
        [] if report.link.is_some_and(|link| !link.carrier) => Reason::NoLink.say(language),
        [] => Reason::NoNeighbour { listened_ms: report.neighbours_listened_ms.unwrap_or_default() }.say(language),
        said => said.join(" / "),
    }
}

/// The link did not stay up while it was watched.
fn went(report: &Report) -> bool {
    report.ladder.iter().any(|rung| rung.code == "L1-flapping" && rung.verdict == Said::Found)
}

fn or_silence<T>(told: &Measurable<T>, language: Language, say: impl Fn(&T) -> String) -> String {
    match told {
        Measurable::Is(known) => say(known),
        Measurable::NotMeasurable(silence) => silence.say(language),
    }
}

/// The speeds; what else is advertised (pause, the socket) says nothing of the cable.
fn listed(modes: &[Mode]) -> String {
    let speeds: Vec<&str> = modes.iter().filter(|mode| mode.speed_mbps().is_some()).map(|mode| mode.0.as_str()).collect();
    if speeds.is_empty() { "–".to_owned() } else { speeds.join(", ") }
}

fn errors(card: &CardReport, report: &Report, language: Language) -> String {
    let why = report.ladder.iter().find(|rung| rung.code == "L1-receive-errors").and_then(|rung| rung.reason.as_ref());
    match (&card.errors, why) {
        (_, Some(why)) => why.say(language),
        (Some(grew), None) => {
            let (broken, received) = (number(grew.receive_errors, language), number(grew.received, language));
            let seconds = grew.watched_ms.div_ceil(1000);
            language.pick(
                format!("{broken} broken, {received} whole in {seconds} s"),
                format!("{broken} abîmées, {received} entières en {seconds} s"),
            )
        }
        (None, None) => Reason::CountersUnread.say(language),
    }
}

/// What a switch says of the whole cable: the length of a good one, the distance of a fault.
fn whole_value(whole: &WholeTested, language: Language) -> String {
    let (result, accuracy) = (whole.result.say(language), whole.accuracy_m);
    match (whole.length_cm.map(|cm| metres(cm, language)), whole.result.is_good()) {
        (Some(at), Some(false)) => language.pick(
            format!("{result} at {at} from the switch, ±{accuracy} m"),
            format!("{result} à {at} du commutateur, à ±{accuracy} m"),
        ),
        (Some(long), _) => language.pick(
            format!("{result}, {long} long ±{accuracy} m, says the switch"),
            format!("{result}, longueur {long} à ±{accuracy} m, dit le commutateur"),
        ),
        (None, _) => language.pick(format!("{result}, says the switch"), format!("{result}, dit le commutateur")),
    }
}

fn pair_value(of: Pair, card: &CardReport, language: Language) -> String {
    let Some(tested) = card.pairs.iter().find(|tested| tested.pair == of) else {
        return language.pick("nothing was told of this pair", "rien n'a été dit de cette paire").to_owned();
    };
    let result = tested.result.say(language);
    let said = match tested.length_cm.map(|cm| metres(cm, language)) {
        Some(at) => language.pick(format!("{result} at {at}"), format!("{result} à {at}")),
        None => result,
    };
    match (tested.from, tested.length_cm) {
        (MeasuredFrom::Laptop, _) => said,
        (MeasuredFrom::Switch { .. }, None) => {
            language.pick(format!("{said}, says the switch"), format!("{said}, dit le commutateur"))
        }
        (MeasuredFrom::Switch { accuracy_m }, Some(cm)) if tested.result == PairResult::Ok => {
            let (good, long) = (tested.result.say(language), metres(cm, language));
            language.pick(
                format!("{good}, {long} long ±{accuracy_m} m, says the switch"),
                format!("{good}, longue de {long} à ±{accuracy_m} m, dit le commutateur"),
            )
        }
        (MeasuredFrom::Switch { accuracy_m }, Some(_)) => {
            language.pick(format!("{said} from the switch, ±{accuracy_m} m"), format!("{said} du commutateur, à ±{accuracy_m} m"))
        }
    }
}
