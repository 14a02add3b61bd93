//! The findings, worst first, each a card; then, more quietly, what only looks wrong.

use std::collections::HashSet;

use jiff::tz::TimeZone;

use super::{Block, Card, dhcp, evidence, owners};
use crate::finding::{Finding, Severity};
use crate::language::Language;
use crate::report::{Host, Report};

pub(super) fn blocks(report: &Report, language: Language, zone: &TimeZone) -> Vec<Block> {
    let (notes, wrong): (Vec<&Finding>, Vec<&Finding>) =
        stories(report).into_iter().partition(|finding| finding.severity == Severity::Note);
    let mut blocks = Vec::new();
    for (heading, findings) in [
        (language.pick("What is wrong", "Anomalies"), wrong),
        (language.pick("Worth knowing: not a fault", "Remarques : rien en panne"), notes),
    ] {
        if !findings.is_empty() {
            blocks.push(Block::Heading(heading.to_owned()));
            blocks.extend(findings.into_iter().map(|finding| Block::Card(card(report, finding, language, zone))));
        }
    }
    blocks
}

/// The findings that are told as stories of their own: all but those that only say why another came about.
pub(super) fn stories(report: &Report) -> Vec<&Finding> {
    let told: HashSet<*const Finding> =
        report.findings.iter().flat_map(|finding| causes(report, finding)).map(std::ptr::from_ref).collect();
    report.findings.iter().filter(|finding| !told.contains(&std::ptr::from_ref(*finding))).collect()
}

/// The nearest cause of a finding, among the findings of this report: the one that it says it follows from, else one about the
/// same card and address. Thousands of findings may have thousands of causes, so what is dear is done for each finding once.
pub(super) fn cause_of<'a>(report: &'a Report, finding: &Finding) -> Option<&'a Finding> {
    let code = finding.because_of.as_deref()?;
    let explain = finding.problem.explain();
    let of_code = || report.findings.iter().filter(|other| other.problem.code() == code);
    of_code().find(|other| explain.follows_from(&other.problem)).or_else(|| {
        let hosts: Vec<&Host> = report.hosts.iter().filter(|host| explain.concerns(host.ip, host.mac)).collect();
        of_code().find(|other| hosts.iter().any(|host| other.problem.explain().concerns(host.ip, host.mac)))
    })
}

/// Why a finding came about, the nearest cause first.
fn causes<'a>(report: &'a Report, finding: &'a Finding) -> Vec<&'a Finding> {
    let mut chain: Vec<&Finding> = Vec::new();
    let mut last = finding;
    while let Some(cause) = cause_of(report, last)
        && !chain.iter().any(|known| std::ptr::eq(*known, cause))
        && !std::ptr::eq(cause, finding)
    {
        chain.push(cause);
        last = cause;
    }
    chain
}

fn card(report: &Report, finding: &Finding, language: Language, zone: &TimeZone) -> Card {
    let explain = finding.problem.explain();
    let causes = causes(report, finding);
    let words = explain.words(language);
    let mut blocks = vec![Block::Text(sentence(&words.why))];
    blocks.extend(owners::tables(explain.holders(), language, zone));
    blocks.extend(dhcp::tables(explain.servers(), language));
    let (mut remedy, mut evidence) = (words.remedy, finding.evidence.clone());
    if let Some(cause) = finding.because_of.as_ref().filter(|_| causes.is_empty()) {
        let because = language.pick(format!("A consequence of {cause}."), format!("Conséquence de {cause}."));
        blocks.push(Block::Text(because));
    }
    for (place, cause) in causes.into_iter().enumerate() {
        let words = cause.problem.explain().words(language);
        let (label, code) = (language.pick("Why", "Pourquoi").to_owned(), cause.problem.code().to_owned());
        blocks.push(Block::Cause { label, title: words.title, code });
        blocks.push(Block::Text(sentence(&words.why)));
        // What is nearest knows whom to touch, unless it may be meant so.
        if place == 0 && cause.severity != Severity::Note {
            remedy = words.remedy;
        }
        evidence.extend(cause.evidence.iter().filter(|seen| !finding.evidence.contains(seen)).cloned());
    }
    evidence.sort();
    evidence.dedup();
    blocks.push(Block::Steps(language.pick("What to do", "Actions à mener").to_owned(), remedy));
    if !evidence.is_empty() {
        let seen = evidence.iter().map(|seen| evidence::say(seen, language)).collect();
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
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}
