//! The owners of a contested address side by side, so that a reader tells them apart.

use jiff::tz::TimeZone;

use super::{Block, Cell, Column, Fit, Reading, Row, Table, hosts};
use crate::check::holder::Holder;
use crate::kind::{Evidence, Inferred};
use crate::language::Language;
use crate::report::words::{number, since_start, travel};

/// Owners that fit beside each other on paper and in a terminal; more take another table.
const BESIDE: usize = 3;

pub(super) fn tables(holders: &[Holder], language: Language, zone: &TimeZone) -> impl Iterator<Item = Block> {
    holders.chunks(BESIDE).map(move |holders| Block::Table(table(holders, language, zone)))
}

fn table(holders: &[Holder], language: Language, zone: &TimeZone) -> Table {
    let mut columns = vec![Column::new("", Fit::Wrap)];
    columns.extend(holders.iter().map(|holder| Column::new(&holder.mac.to_string(), Fit::Wrap)));
    let row = |english: &str, french: &str, cell: &dyn Fn(&Holder) -> Cell| Row {
        tone: None,
        cells: std::iter::once(language.pick(english, french).into()).chain(holders.iter().map(cell)).collect(),
    };
    let moment = |at| since_start(at, language);
    let mut rows = vec![
        row("Vendor", "Fabricant", &|holder| hosts::vendor(holder.vendor.as_deref(), holder.local, language).into()),
        row("Kind", "Type", &|holder| holder.kind.as_ref().map_or("–".into(), |kind| inferred(kind, language))),
        row("Names", "Noms", &|holder| names(holder)),
        row("Round trip", "Aller-retour", &|holder| holder.rtt_us.map_or("–".to_owned(), |us| travel(us, language)).into()),
        row("Answers", "Réponses", &|holder| number(holder.answers, language).into()),
        row("First seen", "Première vue", &|holder| moment(holder.first).into()),
        row("Last seen", "Dernière vue", &|holder| moment(holder.last).into()),
        row("Answered when asked alone", "A répondu interrogé seul", &|holder| {
            match holder.alone {
                Some(true) => language.pick("yes", "oui"),
                Some(false) => language.pick("no", "non"),
                None => language.pick("not asked", "non interrogé"),
            }
            .into()
        }),
    ];
    if holders.iter().any(|holder| holder.plugged.is_some()) {
        let place = |holder: &Holder| holder.plugged.as_ref().map(|plugged| plugged.say(language));
        rows.push(row("Plugged into", "Branché sur", &|holder| place(holder).unwrap_or_else(|| "–".to_owned()).into()));
    }
    if holders.iter().any(|holder| holder.planned.is_some()) {
        rows.insert(0, row("In the plan", "Au plan", &|holder| holder.planned.as_deref().unwrap_or("–").into()));
    }
    if holders.iter().any(|holder| holder.lease.is_some()) {
        let lease = |holder: &Holder| holder.lease.as_ref().map(|lease| lease.short(zone, language));
        rows.insert(3, row("Lease", "Bail", &|holder| lease(holder).unwrap_or(language.pick("none", "aucun").to_owned()).into()));
    }
    Table { columns, rows, reading: Reading::Beside }
}

/// The kind and what it was inferred from.
fn inferred(kind: &Inferred, language: Language) -> Cell {
    let from = match &kind.from {
        Evidence::Vendor(_) => language.pick("(from the vendor)", "(d'après le fabricant)").to_owned(),
        Evidence::Name(name) => language.pick(format!("(from the name {name})"), format!("(d'après le nom {name})")),
    };
    Cell { texts: vec![kind.say(language), from], key: None }
}

fn names(holder: &Holder) -> Cell {
    if holder.names.is_empty() {
        return "–".into();
    }
    Cell { texts: holder.names.iter().map(|name| format!("{} ({})", name.name, name.source.label())).collect(), key: None }
}
