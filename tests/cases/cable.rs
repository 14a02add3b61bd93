//! What a card tells of a bad cable.

use trousse::observe::{
    CableTested, CardState, Driver, ErrorsGrew, Fact, LinkState, Measurable, MeasuredFrom, PairTested, Silence,
};
use trousse::probe::Errand;
use trousse::report::{Report, Visit};
use trousse::site::Plan;
use trousse::wire::ethtool::{Duplex, Eee, Mdix, Mode, Pair, PairResult, PairTrace, Quality, Trace, WhyDown};

use super::{Seen, visit};

fn modes(names: &[&str]) -> Measurable<Vec<Mode>> {
    Measurable::Is(names.iter().map(|name| Mode((*name).to_owned())).collect())
}

/// A card at 100 Mb/s between ends that can do more.
fn card() -> CardState {
    let advertised = ["Autoneg", "TP", "100baseT/Half", "100baseT/Full", "1000baseT/Full"];
    CardState {
        carrier: true,
        why_down: Measurable::NotMeasurable(Silence::NothingTold),
        speed_mbps: Measurable::Is(100),
        duplex: Measurable::Is(Duplex::Full),
        negotiates: Measurable::Is(true),
        ours: modes(&advertised),
        theirs: modes(&advertised),
        mdix: Measurable::Is(Mdix::Crossed),
        quality: Measurable::Is(Quality { index: 3, highest: Some(7) }),
        eee: Measurable::Is(Eee { enabled: true, active: false }),
        power: Measurable::NotMeasurable(Silence::NotSupported),
        driver: Measurable::Is(Driver { name: "r8169".to_owned(), version: Some("6.1.0".to_owned()) }),
    }
}

fn of_link() -> Visit {
    Visit { errand: Errand::Link, targets: Vec::new(), ..visit() }
}

/// A downgraded link with errors, and a cable test that finds a pair open and another shorted, and cannot tell of a third.
pub(super) fn faulty() -> Report {
    let mut seen = Seen::by_laptop();
    seen.add(Fact::LinkIs(LinkState { carrier: true, speed_mbps: Some(100), full_duplex: Some(true) }));
    seen.add(Fact::CardIs(Box::new(card())));
    let grew = ErrorsGrew { watched_ms: 4_012, received: 1_204, receive_errors: 31, crc_errors: 31, ..ErrorsGrew::default() };
    seen.add(Fact::ErrorsGrew(grew));
    seen.add(Fact::CableTested(CableTested::Done));
    let said = [
        (Pair::A, PairResult::Ok, None),
        (Pair::B, PairResult::Noise, None),
        (Pair::C, PairResult::Open, Some(1_250)),
        (Pair::D, PairResult::CrossShort, Some(4_210)),
    ];
    for (pair, result, length_cm) in said {
        seen.add(Fact::PairTested(PairTested { pair, result, length_cm, from: MeasuredFrom::Laptop }));
    }
    seen.add(Fact::TraceTaken(Box::new(trace())));
    seen.report(of_link(), &Plan::default())
}

/// What came back of a pulse in that cable: pair C ends at 12.5 m, pair D is shorted at 42.1 m behind a joint.
fn trace() -> Trace {
    let pair = |pair, echoes: &[(usize, i16)]| {
        let mut amplitudes_mv = vec![3; 75];
        echoes.iter().for_each(|&(point, mv)| amplitudes_mv[point] = mv);
        PairTrace { pair, amplitudes_mv }
    };
    let pairs = vec![
        pair(Pair::A, &[(44, 61)]),
        pair(Pair::B, &[]),
        pair(Pair::C, &[(5, 812), (11, 240), (17, 70)]),
        pair(Pair::D, &[(10, 120), (20, -630)]),
    ];
    Trace { pulse_mv: Some(1_000), first_cm: 200, step_cm: 200, pairs }
}

/// No cable, and a card that cannot test one.
pub(super) fn down() -> Report {
    fn no_link<T>() -> Measurable<T> {
        Measurable::NotMeasurable(Silence::NoLink)
    }
    let mut seen = Seen::by_laptop();
    seen.add(Fact::LinkIs(LinkState { carrier: false, speed_mbps: None, full_duplex: None }));
    let state = CardState {
        carrier: false,
        why_down: Measurable::Is(WhyDown { state: 4, substate: None }),
        speed_mbps: no_link(),
        duplex: no_link(),
        theirs: no_link(),
        mdix: no_link(),
        quality: no_link(),
        eee: Measurable::NotMeasurable(Silence::NotSupported),
        driver: Measurable::NotMeasurable(Silence::Virtual),
        ..card()
    };
    seen.add(Fact::CardIs(Box::new(state)));
    seen.add(Fact::CableTested(CableTested::NotMeasurable { why: Silence::NotSupported }));
    seen.report(of_link(), &Plan::default())
}
