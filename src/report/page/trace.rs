//! What came back of a pulse in the cable, pair by pair.

use super::{Block, Trace as Drawn};
use crate::check::cabling::{metres, pair};
use crate::language::Language;
use crate::report::Report;
use crate::report::words::number;
use crate::wire::ethtool::{PairTrace, Trace};

/// The section of the report; none where no trace was taken.
pub(super) fn blocks(report: &Report, language: Language) -> Vec<Block> {
    let Some(trace) = report.card.as_ref().and_then(|card| card.trace.as_ref()) else { return Vec::new() };
    let heading = language.pick("Trace of the cable (TDR)", "Échométrie du câble (TDR)").to_owned();
    let pulse = trace.pulse_mv.map(|mv| {
        let mv = number(mv, language);
        language.pick(format!(" The pulse was {mv} mV."), format!(" L'impulsion était de {mv} mV."))
    });
    let how = language.pick(
        "What comes back of a pulse, by distance: upward from an open end or a joint with more impedance, downward from a short or one \
         with less.",
        "Ce qui revient d'une impulsion, selon la distance : vers le haut, un bout ouvert ou un raccord d'impédance plus forte ; vers le \
         bas, un court-circuit ou une impédance plus faible.",
    );
    let height = height(trace);
    let drawn = trace.pairs.iter().map(|traced| {
        let last = traced.amplitudes_mv.len().saturating_sub(1);
        let ends = [0, last].map(|point| metres(trace.distance_cm(point), language));
        let label = format!("{} – {}", named(traced, language), strongest(trace, traced, language));
        Block::Trace(Drawn { label, points: traced.amplitudes_mv.clone(), height, ends })
    });
    let before = [Block::Heading(heading), Block::Text(format!("{how}{}", pulse.unwrap_or_default()))];
    before.into_iter().chain(drawn).collect()
}

/// The trace as one line of evidence.
pub(super) fn summary(trace: &Trace, language: Language) -> String {
    let pairs = trace.pairs.iter().map(|traced| format!("{}, {}", named(traced, language), strongest(trace, traced, language)));
    let pairs = pairs.collect::<Vec<_>>().join("; ");
    language.pick(format!("trace of the cable: {pairs}"), format!("échométrie du câble : {pairs}"))
}

fn named(traced: &PairTrace, language: Language) -> String {
    let named = pair(traced.pair, language);
    language.pick(format!("Pair {named}"), format!("Paire {named}"))
}

/// The strongest reflection of all pairs, in millivolts; never 0.
fn height(trace: &Trace) -> u16 {
    let points = trace.pairs.iter().flat_map(|traced| &traced.amplitudes_mv);
    points.map(|mv| mv.unsigned_abs()).max().unwrap_or_default().max(1)
}

/// The strongest reflection and where it comes from.
fn strongest(trace: &Trace, traced: &PairTrace, language: Language) -> String {
    // Of equals the nearest: what comes from farther may be an echo of it.
    let strongest = traced.amplitudes_mv.iter().enumerate().rev().max_by_key(|(_, mv)| mv.unsigned_abs());
    let Some((point, mv)) = strongest.filter(|(_, mv)| Drawn::stands_out(**mv, height(trace))) else {
        return language.pick("nothing stands out", "rien ne ressort").to_owned();
    };
    let at = metres(trace.distance_cm(point), language);
    language.pick(format!("strongest: {mv:+} mV at {at}"), format!("maximum : {mv:+} mV à {at}"))
}
