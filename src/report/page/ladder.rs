//! Every check and what it said: "nothing wrong" and "could not look" are both printed.

use super::{Block, Column, Fit, Reading, Row, Table, Tone};
use crate::check::CHECKS;
use crate::finding::Severity;
use crate::language::Language;
use crate::report::{Report, Rung, Said};

pub(super) fn blocks(report: &Report, language: Language) -> Vec<Block> {
    let columns = vec![
        Column::new(language.pick("Layer", "Couche"), Fit::Whole),
        Column::new(language.pick("Looked for", "Recherché"), Fit::Whole),
        Column::new(language.pick("Verdict", "Verdict"), Fit::Said),
        Column::new(language.pick("Why", "Motif"), Fit::Wrap),
        Column::new("Code", Fit::Spare),
    ];
    let mut above = None;
    let mut rows = Vec::new();
    for rung in &report.ladder {
        let repeats = rung.reason.is_some() && above == Some(&rung.reason);
        rows.push(row(report, rung, repeats, language));
        above = Some(&rung.reason);
    }
    vec![
        Block::Heading(language.pick("What was checked", "Contrôles effectués").to_owned()),
        Block::Table(Table { columns, rows, reading: Reading::Short }.without_empty_columns()),
    ]
}

fn row(report: &Report, rung: &Rung, repeats: bool, language: Language) -> Row {
    let check = CHECKS.iter().find(|check| check.code == rung.code);
    let title = check.map_or(rung.code.as_str(), |check| (check.manual)(language).title);
    let worst =
        report.findings.iter().filter(|finding| finding.problem.code() == rung.code).map(|finding| finding.severity).min();
    let (tone, word) = match (rung.verdict, worst) {
        (Said::Clear, _) => (Tone::Clear, rung.verdict.word(language)),
        (Said::NotTested, _) => (Tone::NotTested, rung.verdict.word(language)),
        // A note is no fault, so it is not called one.
        (Said::Found, Some(Severity::Note)) => (Tone::Note, Severity::Note.word(language)),
        (Said::Found, worst) => (worst.map_or(Tone::Broken, Tone::from), rung.verdict.word(language)),
    };
    let reason = match &rung.reason {
        Some(_) if repeats => language.pick("as above", "idem").to_owned(),
        Some(reason) => reason.say(language),
        None => String::new(),
    };
    Row {
        tone: Some(tone),
        cells: vec![rung.layer.word(language).into(), title.into(), word.into(), reason.into(), rung.code.as_str().into()],
    }
}
