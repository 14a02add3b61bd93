//! What our card tells, row by row as a hand-held tester prints it, and what no card can tell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Rung, Said};
use crate::check::too_long::{is_all_too_long, is_too_long};
use crate::observe::{CableTested, CardState, ErrorsGrew, Inventory, Measurable, PairTested, WholeTested};
use crate::wire::ethtool::{Pair, Trace};

/// Our card in a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CardReport {
    /// What it told before its cable was tested.
    pub state: CardState,
    /// What it counted while it was watched; `None` where its counters cannot be read or there was no link.
    pub errors: Option<ErrorsGrew>,
    /// What became of the cable test; `None` where none was asked for.
    pub cable_test: Option<CableTested>,
    /// What the test said of each pair.
    pub pairs: Vec<PairTested>,
    /// What a switch's test said of the whole cable, where it does not tell the pairs apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<WholeTested>,
    /// What came back of a pulse, by distance; `None` where the driver takes no trace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
    /// Everything that a hand-held tester prints, and what it comes to here.
    pub capabilities: Vec<Capability>,
}

/// One row of what a tester prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Capability {
    /// What is measured.
    pub what: Measured,
    /// What it comes to.
    pub mark: Mark,
}

/// What a hand-held tester measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Measured {
    /// Whether there is a link.
    Carrier,
    /// Its speed, against what both ends can.
    Speed,
    /// Whether both ends send at the same time.
    Duplex,
    /// Whether the card negotiates.
    AutoNegotiation,
    /// What the card advertises.
    OurModes,
    /// What the other end advertises.
    TheirModes,
    /// MDI or MDI-X.
    Crossing,
    /// The signal quality index.
    SignalQuality,
    /// Energy-Efficient Ethernet.
    Eee,
    /// Frames that arrived broken.
    ReceiveErrors,
    /// Opens and shorts of all pairs, and where: one row where there was no test, or none that tells pairs apart.
    Pairs,
    /// Opens and shorts of one pair, and where.
    Pair(Pair),
    /// Power that the card feeds into the cable.
    PowerFed,
    /// The switch and the port at the other end.
    Neighbour,
    /// The VLAN of frames without a tag.
    PortVlan,
    /// The power that the port offers.
    PowerOffered,
    /// The card's driver.
    Driver,
    /// Which pin goes to which, with an identifier at the far end.
    WireMap,
    /// Pairs that are made of wires of two.
    SplitPairs,
    /// Volts of PoE under load.
    VoltsUnderLoad,
}

/// What a measurement comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// Good.
    Pass,
    /// Bad.
    Fail,
    /// A figure that is neither good nor bad by itself.
    Told,
    /// It cannot be known from here: never a pass.
    NotMeasurable,
}

/// The card of a report; `None` where it was not asked. The marks are those of the checks, so that no row contradicts a finding.
pub(super) fn report(inventory: &Inventory, ladder: &[Rung]) -> Option<CardReport> {
    let driver = inventory.driver();
    let (state, _) = driver.state()?;
    let pairs: Vec<PairTested> = driver.pairs().into_iter().map(|(tested, _)| tested).collect();
    let judged = |code: &str, otherwise: Mark| match ladder.iter().find(|rung| rung.code == code).map(|rung| rung.verdict) {
        Some(Said::Clear) => Mark::Pass,
        Some(Said::Found) => Mark::Fail,
        Some(Said::NotTested) | None => otherwise,
    };
    // A link that went while it was watched is no good one, even if it came back.
    let steady = if judged("L1-flapping", Mark::Pass) == Mark::Fail { Mark::Fail } else { Mark::Pass };
    let mut capabilities = vec![
        (Measured::Carrier, if state.carrier { steady } else { Mark::Fail }),
        (Measured::Speed, judged("L1-speed-downgrade", told(&state.speed_mbps))),
        (Measured::Duplex, judged("L1-half-duplex", told(&state.duplex))),
        (Measured::AutoNegotiation, told(&state.negotiates)),
        (Measured::OurModes, told(&state.ours)),
        (Measured::TheirModes, told(&state.theirs)),
        (Measured::Crossing, told(&state.mdix)),
        (Measured::SignalQuality, told(&state.quality)),
        (Measured::Eee, told(&state.eee)),
        (Measured::ReceiveErrors, judged("L1-receive-errors", Mark::NotMeasurable)),
    ];
    let whole = driver.whole().map(|(whole, _)| whole);
    if let Some(whole) = &whole {
        let good = if is_all_too_long(whole) { Some(false) } else { whole.result.is_good() };
        capabilities.push((Measured::Pairs, good.map_or(Mark::NotMeasurable, |good| if good { Mark::Pass } else { Mark::Fail })));
    } else if matches!(driver.test(), Some(CableTested::Done)) {
        capabilities.extend(Pair::ALL.map(|pair| {
            let good = pairs.iter().find(|tested| tested.pair == pair).and_then(|tested| match is_too_long(tested) {
                true => Some(false),
                false => tested.result.is_good(),
            });
            let mark = good.map_or(Mark::NotMeasurable, |good| if good { Mark::Pass } else { Mark::Fail });
            (Measured::Pair(pair), mark)
        }));
    } else {
        capabilities.push((Measured::Pairs, Mark::NotMeasurable));
    }
    // Few cards are power sources: where one is none, that is nothing that is missing.
    capabilities.extend(state.power.known().map(|_| (Measured::PowerFed, Mark::Told)));
    let heard = |known: bool| if known { Mark::Told } else { Mark::NotMeasurable };
    let neighbours: Vec<_> = inventory.neighbours().present().map(|(told, _)| told).collect();
    capabilities.extend([
        (Measured::Neighbour, judged("L2-neighbour-not-planned", heard(!neighbours.is_empty()))),
        (Measured::PortVlan, judged("L2-wrong-vlan", heard(neighbours.iter().any(|told| told.vlan.is_some())))),
        (Measured::PowerOffered, judged("L1-poe-class-too-low", heard(neighbours.iter().any(|told| told.power.is_some())))),
    ]);
    capabilities.push((Measured::Driver, told(&state.driver)));
    capabilities
        .extend([Measured::WireMap, Measured::SplitPairs, Measured::VoltsUnderLoad].map(|never| (never, Mark::NotMeasurable)));
    Some(CardReport {
        state: state.clone(),
        errors: driver.errors().map(|(grew, _)| *grew),
        cable_test: driver.test().cloned(),
        pairs,
        whole,
        trace: driver.trace().cloned(),
        capabilities: capabilities.into_iter().map(|(what, mark)| Capability { what, mark }).collect(),
    })
}

fn told<T>(told: &Measurable<T>) -> Mark {
    if told.known().is_some() { Mark::Told } else { Mark::NotMeasurable }
}
