//! Small drawings of figures: the round trips to each gateway, and what is spoken for of a switch's power.

use super::Block;
use crate::language::Language;
use crate::net::Watts;
use crate::report::words::{counted, travel};
use crate::report::{Report, SwitchPower};

/// A bar for each answer, in the order in which the questions were sent, then a cross for each that was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    /// Whose they are, and what a bar is.
    pub label: String,
    /// How high each is.
    pub heights: Vec<u32>,
    /// What the height of the drawing stands for: never less than any bar, and its words.
    pub top: (u32, String),
    /// How many came to nothing.
    pub lost: u32,
}

/// Parts of one whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gauge {
    /// Of what.
    pub label: String,
    /// Each part, in per cent of the whole, and in words.
    pub parts: Vec<(String, u64, String)>,
    /// From how many per cent on it is too much, and that in words.
    pub alarm: (u64, String),
}

/// The round trips to the gateways that were asked.
pub(super) fn round_trips(report: &Report, language: Language) -> Vec<Block> {
    let bars = report.gateways.iter().filter_map(|row| {
        let replies = row.replies.as_ref().filter(|replies| replies.sent > 1)?;
        let top = replies.rtts_us.iter().copied().max().unwrap_or_default().max(1);
        let ip = row.ip;
        let lost = replies.lost();
        let lost_words = counted(lost, ("was lost", "perdu"), ("were lost", "perdus"), language);
        let pings = counted(replies.sent, ("ping", "ping"), ("pings", "pings"), language);
        let label = language.pick(
            format!("Gateway {ip}: {pings}, {lost_words}. A bar is a round trip, in the order of sending; each cross at the end, one that was lost."),
            format!("Passerelle {ip} : {pings}, {lost_words}. Une barre est un aller-retour, dans l'ordre des envois ; chaque croix à la fin, un ping perdu."),
        );
        Some(Block::Bars(Bars { label, heights: replies.rtts_us.clone(), top: (top, travel(top, language)), lost }))
    });
    bars.collect()
}

/// The power of a switch, budget by budget.
pub(super) fn budgets(switch: &SwitchPower, language: Language) -> Vec<Block> {
    let gauges = switch.budgets.iter().filter_map(|budget| {
        let nominal = budget.nominal?;
        let named = [
            (language.pick("measured", "mesuré"), budget.measured),
            (language.pick("set aside", "réservé"), budget.allocated),
            (language.pick("worst case", "au pire"), budget.worst),
        ];
        let part = |(name, power): (&str, Option<Watts>)| {
            let power = power?;
            Some((name.to_owned(), budget.percent(power)?, power.say(language)))
        };
        let parts: Vec<_> = named.into_iter().filter_map(part).collect();
        let unit = (switch.budgets.len() > 1)
            .then(|| language.pick(format!(", unit {}", budget.group), format!(", unité {}", budget.group)));
        let (of, unit) = (nominal.say(language), unit.unwrap_or_default());
        let label = language.pick(format!("Power budget of {of}{unit}"), format!("Budget PoE de {of}{unit}"));
        let alarm = u64::from(budget.alarm());
        let words = language.pick(format!("alarm: {alarm} %"), format!("alerte : {alarm} %"));
        (!parts.is_empty()).then_some(Block::Gauge(Gauge { label, parts, alarm: (alarm, words) }))
    });
    gauges.collect()
}
