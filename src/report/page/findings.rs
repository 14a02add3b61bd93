//! The findings, worst first, each a card; then, more quietly, what only looks wrong.

use jiff::tz::TimeZone;

use super::{Block, Card, evidence, owners};
use crate::finding::{Finding, Severity};
use crate::language::Language;
use crate::report::Report;

pub(super) fn blocks(report: &Report, language: Language, zone: &TimeZone) -> Vec<Block> {
    let (notes, wrong): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|finding| finding.severity == Severity::Note);
    let mut blocks = Vec::new();
    for (heading, findings) in [
        (language.pick("What is wrong", "Anomalies"), wrong),
        (language.pick("Worth knowing: not a fault", "Remarques : rien en panne"), notes),
    ] {
        if !findings.is_empty() {
            blocks.push(Block::Heading(heading.to_owned()));
            blocks.extend(findings.into_iter().map(|finding| Block::Card(card(finding, language, zone))));
        }
    }
    blocks
}

fn card(finding: &Finding, language: Language, zone: &TimeZone) -> Card {
    let explain = finding.problem.explain();
    let words = explain.words(language);
    let mut blocks = vec![Block::Text(sentence(&words.why))];
    blocks.extend(owners::tables(explain.holders(), language, zone));
    if let Some(cause) = &finding.because_of {
        let because = language.pick(format!("A consequence of {cause}."), format!("Conséquence de {cause}."));
        blocks.push(Block::Text(because));
    }
    blocks.push(Block::Steps(language.pick("What to do", "Actions à mener").to_owned(), words.remedy));
    if !finding.evidence.is_empty() {
        let seen = finding.evidence.iter().map(|seen| evidence::say(seen, language)).collect();
        blocks.push(Block::Evidence(language.pick("Evidence", "Constats").to_owned(), seen));
    }
    Card {
        tone: finding.severity.into(),
        word: finding.severity.word(language).to_owned(),
        code: finding.problem.code().to_owned(),
        title: words.title,
        blocks,
    }
}

/// A text that begins with the kind of a device begins with a capital all the same.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
