//! A card for each story: what is still wrong with what to do about it, what is closed with where its devices are now.

use jiff::tz::TimeZone;

use super::changes::{called, listed};
use super::verdict::{is_cause, stories};
use super::{named, tone};
use crate::language::Language;
use crate::report::comparison::{Compared, Comparison, Status, Whereabouts};
use crate::report::page::findings::sentence;
use crate::report::page::{Block, Card, Cell, Column, Fit, Reading, Row, Table, dhcp, evidence, owners};

/// Devices of a closed finding that are named; the record names all.
const NAMED: usize = 8;

pub(super) fn blocks(compared: &Comparison, language: Language, zone: &TimeZone) -> Vec<Block> {
    let cards = Status::ALL.into_iter().flat_map(|status| stories(compared, status));
    let cards: Vec<Block> = cards.filter_map(|one| card(compared, one, language, zone)).map(Block::Card).collect();
    let heading = language.pick("What became of what was wrong", "Ce que sont devenues les anomalies");
    if cards.is_empty() { cards } else { std::iter::once(Block::Heading(heading.to_owned())).chain(cards).collect() }
}

fn card(compared: &Comparison, one: &Compared, language: Language, zone: &TimeZone) -> Option<Card> {
    let finding = one.latest()?;
    let explain = finding.problem.explain();
    let words = explain.words(language);
    let mut blocks = match one.status {
        Status::Closed => closed(one, language),
        Status::NotTestedAgain => vec![Block::Text(untested(
            one,
            language.pick(
                "Found in the first visit, and not looked for in the second",
                "Constatée à la première intervention, non recherchée à la seconde",
            ),
            language,
        ))],
        Status::NotTestedBefore => vec![Block::Text(untested(
            one,
            language.pick("The first visit did not look for it", "Non recherchée à la première intervention"),
            language,
        ))],
        Status::StillThere | Status::New => Vec::new(),
    };
    let with_it: Vec<String> =
        causes(compared, one).into_iter().map(|cause| format!("{} – {}", named(cause, language), cause.code)).collect();
    if one.status != Status::Closed {
        blocks.push(Block::Text(sentence(&words.why)));
        blocks.extend(owners::tables(explain.holders(), language, zone));
        blocks.extend(dhcp::tables(explain.servers(), language));
    }
    if !with_it.is_empty() {
        let label = match one.status {
            Status::Closed => language.pick("Closed with it", "Levées avec elle"),
            _ => language.pick("Why", "Pourquoi"),
        };
        blocks.push(Block::Evidence(label.to_owned(), with_it));
    }
    if one.status != Status::Closed {
        // What is nearest knows whom to touch.
        let nearest = causes(compared, one).into_iter().next().and_then(Compared::latest);
        let remedy = nearest.map_or(words.remedy, |cause| cause.problem.explain().words(language).remedy);
        blocks.push(Block::Steps(language.pick("What to do", "Actions à mener").to_owned(), remedy));
        if !finding.evidence.is_empty() && one.after.is_some() {
            let seen = finding.evidence.iter().map(|seen| evidence::say(seen, language)).collect();
            blocks.push(Block::Evidence(language.pick("Evidence", "Constats").to_owned(), seen));
        }
    }
    Some(Card { tone: tone(one), word: one.status.word(language).to_owned(), code: one.code.clone(), title: words.title, blocks })
}

/// Why a finding came about, the nearest cause first, as far as the same became of it.
fn causes<'a>(compared: &'a Comparison, one: &'a Compared) -> Vec<&'a Compared> {
    let mut chain: Vec<&Compared> = Vec::new();
    let mut last = one;
    while let Some(cause) = compared.with(one.status).find(|other| is_cause(other, last))
        && !chain.iter().any(|known| std::ptr::eq(*known, cause))
    {
        chain.push(cause);
        last = cause;
    }
    chain
}

fn untested(one: &Compared, what: &str, language: Language) -> String {
    let colon = language.pick(":", " :");
    match &one.reason {
        Some(reason) => format!("{what}{colon} {}.", reason.say(language)),
        None => format!("{what}."),
    }
}

/// That it is gone, and where its devices are now.
fn closed(one: &Compared, language: Language) -> Vec<Block> {
    let looked = language.pick("Looked for again, and found no more.", "Recherchée de nouveau, et plus constatée.");
    let mut blocks = vec![Block::Text(looked.to_owned())];
    if !one.devices.is_empty() {
        let columns = vec![
            Column::new(language.pick("Device", "Appareil"), Fit::Wrap),
            Column::new("MAC", Fit::Whole),
            Column::new(language.pick("Before", "Avant"), Fit::Wrap),
            Column::new(language.pick("After", "Après"), Fit::Wrap),
        ];
        let rows = one.devices.iter().take(NAMED).map(|place| Row { tone: None, cells: row(place, language) }).collect();
        blocks.push(Block::Table(Table { columns, rows, reading: Reading::Short }));
    }
    blocks
}

fn row(place: &Whereabouts, language: Language) -> Vec<Cell> {
    let now = match place.now.as_slice() {
        [] => language.pick("not seen any more", "plus vu").to_owned(),
        now => listed(now),
    };
    vec![called(&place.device, language).into(), place.device.mac.to_string().into(), listed(&place.then).into(), now.into()]
}
