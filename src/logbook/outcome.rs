//! What became of each finding from look to look, and after which action it was gone.

use super::entry::Looked;
use super::{Answer, Traced};
use crate::finding::{Finding, Severity};

/// Whether two looks mean the same case.
fn same(one: &Finding, other: &Finding) -> bool {
    one.problem.code() == other.problem.code() && one.problem.explain().subject() == other.problem.explain().subject()
}

fn found<'a>(look: &'a Looked, finding: &Finding) -> Option<&'a Finding> {
    look.findings.iter().find(|other| same(other, finding))
}

/// Every finding above a note of these looks, each once, in the order in which they were found.
fn cases<'a>(looks: &[&'a Looked]) -> Vec<(usize, &'a Finding)> {
    let mut cases: Vec<(usize, &Finding)> = Vec::new();
    for (place, look) in looks.iter().enumerate() {
        for finding in look.findings.iter().filter(|finding| finding.severity != Severity::Note) {
            if !cases.iter().any(|(_, known)| same(known, finding)) {
                cases.push((place, finding));
            }
        }
    }
    cases
}

/// The look that found it gone: the first one that could tell after the last one that found it.
fn gone_by(looks: &[&Looked], finding: &Finding) -> (Answer, Option<usize>) {
    let last = looks.iter().rposition(|look| found(look, finding).is_some()).unwrap_or(0);
    if last + 1 == looks.len() {
        return (Answer::No, None);
    }
    match looks[last + 1..].iter().position(|look| look.could_tell(finding, looks[last])) {
        Some(after) => (Answer::Yes, Some(last + 1 + after)),
        None => (Answer::NotTested, None),
    }
}

/// Whether each look shows that what was wrong before it is mended. Where somebody cannot work or works badly, it is about that
/// only: a risk that was there before is none of the caller's trouble. The first looks, as long as nothing is wrong, answer
/// nothing.
pub(super) fn answers(looks: &[&Looked]) -> Vec<Option<Answer>> {
    let answer = |count: usize| {
        let looks = &looks[..count];
        let cases = cases(looks);
        let bad = |finding: &Finding| finding.severity <= Severity::Degraded;
        let serious = cases.iter().any(|(_, finding)| bad(finding));
        let cases: Vec<_> = cases.into_iter().filter(|(_, finding)| !serious || bad(finding)).collect();
        let states: Vec<Answer> = cases.iter().map(|(_, finding)| gone_by(looks, finding).0).collect();
        // What is found for the first time was not mended by what was done before.
        let first = cases.iter().all(|(place, _)| *place + 1 == count);
        match () {
            () if cases.is_empty() || (first && count == 1) => None,
            () if states.contains(&Answer::No) => Some(Answer::No),
            () if states.contains(&Answer::NotTested) => Some(Answer::NotTested),
            () => Some(Answer::Yes),
        }
    };
    (1..=looks.len()).map(answer).collect()
}

/// What became of every finding.
pub(super) fn trace(looks: &[(usize, &Looked)], last_action: impl Fn(usize) -> Option<usize>) -> Vec<Traced> {
    let all: Vec<&Looked> = looks.iter().map(|(_, look)| *look).collect();
    let traced = cases(&all).into_iter().map(|(place, finding)| {
        let (gone, by) = gone_by(&all, finding);
        let gone_by = by.map(|by| looks[by].0);
        // An action before the look that still found it did not mend it.
        let last = all.iter().rposition(|look| found(look, finding).is_some()).unwrap_or(place);
        let mended_by = gone_by.and_then(&last_action).filter(|action| *action > looks[last].0);
        let latest = found(all[last], finding).unwrap_or(finding);
        Traced { finding: latest.clone(), found_by: looks[place].0, gone, gone_by, mended_by }
    });
    traced.collect()
}
