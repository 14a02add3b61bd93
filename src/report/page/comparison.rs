//! Two visits side by side: what is closed, what is not, who came and went, and how much either of them looked at.

mod cards;
mod changes;
mod verdict;

use jiff::tz::TimeZone;

use super::{Block, Cell, Column, Fit, Reading, Row, Table, Tone};
use crate::check::CHECKS;
use crate::finding::Severity;
use crate::language::Language;
use crate::probe::Errand;
use crate::report::comparison::{Compared, Comparison, Side, Status};
use crate::report::words::{between, counted, day_and_time, duration, number};

pub(super) fn blocks(compared: &Comparison, language: Language, zone: &TimeZone) -> Vec<Block> {
    let mut blocks = verdict::blocks(compared, language);
    blocks.extend(cards::blocks(compared, language, zone));
    blocks.extend(findings(compared, language));
    blocks.extend(changes::hosts(compared, language));
    blocks.extend(changes::servers(compared, language));
    blocks.extend(checks(compared, language));
    blocks.push(Block::Heading(language.pick("Both visits", "Les deux interventions").to_owned()));
    blocks.push(Block::Table(sides(compared, language, zone)));
    blocks
}

/// The name of a check and what the finding is about, as in `Duplicate address (10.0.0.13)`.
fn named(one: &Compared, language: Language) -> String {
    let title = title(&one.code, language);
    match one.subject.say().as_str() {
        "" => title.to_owned(),
        about => format!("{title} ({about})"),
    }
}

/// The name of a check; its code where it is one of another version's.
fn title(code: &str, language: Language) -> &str {
    CHECKS.iter().find(|check| check.code == code).map_or(code, |check| (check.manual)(language).title)
}

/// How good or bad what became of a finding is.
fn tone(one: &Compared) -> Tone {
    match one.status {
        Status::Closed if one.severity == Severity::Note => Tone::Note,
        Status::Closed => Tone::Clear,
        Status::NotTestedAgain => Tone::NotTested,
        Status::StillThere | Status::New | Status::NotTestedBefore => one.severity.into(),
    }
}

/// A row for each finding, those that say only why another came about among them.
fn findings(compared: &Comparison, language: Language) -> Vec<Block> {
    if compared.findings.is_empty() {
        return Vec::new();
    }
    let columns = vec![
        Column::new(language.pick("Finding", "Anomalie"), Fit::Wrap),
        Column::new(language.pick("About", "Concerne"), Fit::Whole),
        Column::new(language.pick("What became of it", "Suite"), Fit::Said),
        Column::new(language.pick("Why", "Motif"), Fit::Wrap),
        Column::new("Code", Fit::Spare),
    ];
    let rows = compared.findings.iter().map(|one| Row {
        tone: Some(tone(one)),
        cells: vec![
            title(&one.code, language).into(),
            // A row has room for the address; the cards stand where there is none.
            one.subject.ip.map_or_else(|| one.subject.say(), |ip| ip.to_string()).into(),
            one.status.word(language).into(),
            one.reason.as_ref().map(|reason| reason.say(language)).unwrap_or_default().into(),
            one.code.as_str().into(),
        ],
    });
    let table = Table { columns, rows: rows.collect(), reading: Reading::Short }.without_empty_columns();
    let heading = language.pick("Every finding of either visit", "Toutes les anomalies et remarques");
    vec![Block::Heading(heading.to_owned()), Block::Table(table)]
}

/// The checks that only one of the visits could make.
fn checks(compared: &Comparison, language: Language) -> Vec<Block> {
    let differ: Vec<_> = compared.checks.iter().filter(|check| check.told()[0] != check.told()[1]).collect();
    let heading = Block::Heading(language.pick("What was checked", "Contrôles effectués").to_owned());
    if differ.is_empty() {
        let made = compared.checks.iter().filter(|check| check.told()[1]).count() as u32;
        let same = language.pick(
            format!("The same in both visits: {}.", counted(made, ("check", ""), ("checks", ""), language)),
            format!("Les mêmes aux deux interventions : {}.", counted(made, ("", "contrôle"), ("", "contrôles"), language)),
        );
        return vec![heading, Block::Text(same)];
    }
    let columns = vec![
        Column::new(language.pick("Looked for", "Recherché"), Fit::Wrap),
        Column::new(language.pick("First visit", "Première intervention"), Fit::Whole),
        Column::new(language.pick("Second visit", "Seconde intervention"), Fit::Said),
        Column::new(language.pick("Why", "Motif"), Fit::Wrap),
        Column::new("Code", Fit::Spare),
    ];
    let absent = language.pick("not made", "non effectué");
    let rows = differ.into_iter().map(|check| {
        let tone = match check.after {
            Some(crate::report::Said::Clear) => Tone::Clear,
            Some(crate::report::Said::Found) => {
                let found = compared.findings.iter().filter(|one| one.code == check.code && one.after.is_some());
                found.map(|one| Tone::from(one.severity)).min().unwrap_or(Tone::Note)
            }
            Some(crate::report::Said::NotTested) | None => Tone::NotTested,
        };
        let reason = check.after_reason.as_ref().or(check.before_reason.as_ref());
        Row {
            tone: Some(tone),
            cells: vec![
                title(&check.code, language).into(),
                check.before.map_or(absent, |said| said.word(language)).into(),
                check.after.map_or(absent, |said| said.word(language)).into(),
                reason.map(|reason| reason.say(language)).unwrap_or_default().into(),
                check.code.as_str().into(),
            ],
        }
    });
    let table = Table { columns, rows: rows.collect(), reading: Reading::Short }.without_empty_columns();
    vec![heading, Block::Table(table)]
}

/// How much either visit looked at.
fn sides(compared: &Comparison, language: Language, zone: &TimeZone) -> Table {
    let sides = [&compared.before, &compared.after];
    let count = |count: u32| number(count, language);
    let mut rows = Vec::new();
    let mut row = |english: &str, french: &str, cell: &dyn Fn(&Side) -> String| {
        let cells = sides.map(cell);
        if cells.iter().any(|cell| !cell.is_empty()) {
            let cells = cells.map(|cell| if cell.is_empty() { "–".into() } else { Cell::from(cell) });
            rows.push(Row { tone: None, cells: std::iter::once(language.pick(english, french).into()).chain(cells).collect() });
        }
    };
    row("Started", "Début", &|side| day_and_time(&side.visit.started, zone, language));
    row("Took", "Durée", &|side| {
        between(&side.visit.started, &side.visit.finished).map(|ms| duration(ms, language)).unwrap_or_default()
    });
    row("Site", "Site", &|side| side.visit.site.clone().unwrap_or_default());
    row("Interface", "Interface", &|side| side.visit.interface.clone().unwrap_or_default());
    row("Capture", "Capture", &|side| side.visit.capture.clone().unwrap_or_default());
    row("Own addresses", "Adresses du portable", &|side| side.visit.addresses.join(", "));
    row("Targets", "Cibles", &|side| side.visit.targets.join(", "));
    row("Addresses asked", "Adresses interrogées", &|side| match side.visit.errand {
        Errand::Dhcp | Errand::Link | Errand::Locate => String::new(),
        _ => {
            let (asked, planned) = (count(side.coverage.asked), count(side.coverage.planned));
            language.pick(format!("{asked} of {planned}"), format!("{asked} sur {planned}"))
        }
    });
    row("Addresses that answered", "Adresses ayant répondu", &|side| match side.visit.errand {
        Errand::Dhcp | Errand::Link | Errand::Locate => String::new(),
        _ => count(side.coverage.answered),
    });
    row("Questions to DHCP servers", "Questions aux serveurs DHCP", &|side| match side.coverage.dhcp {
        asked if asked.discovers > 0 => format!("{} INFORM, {} DISCOVER", count(asked.informs), count(asked.discovers)),
        _ => String::new(),
    });
    row("Lease files", "Fichiers de baux", &|side| {
        side.coverage.lease_files.iter().map(|file| file.file.as_str()).collect::<Vec<_>>().join(", ")
    });
    row("Server configurations", "Configurations de serveurs", &|side| {
        side.coverage.pool_files.iter().map(|file| file.file.as_str()).collect::<Vec<_>>().join(", ")
    });
    row("Frames lost", "Trames perdues", &|side| match side.coverage.frames_dropped {
        0 => String::new(),
        lost => count(lost),
    });
    row("Findings", "Anomalies", &|side| count(side.findings));
    row("Coverage", "Couverture", &|side| {
        let whole = side.coverage.complete && side.coverage.frames_dropped == 0 && !side.coverage.flooded;
        if whole { language.pick("complete", "complète") } else { language.pick("partial", "partielle") }.to_owned()
    });
    let columns =
        ["", language.pick("First visit", "Première intervention"), language.pick("Second visit", "Seconde intervention")];
    Table { columns: columns.map(|heading| Column::new(heading, Fit::Wrap)).to_vec(), rows, reading: Reading::Beside }
}
