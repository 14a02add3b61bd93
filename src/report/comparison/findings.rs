//! What became of each finding.

use super::looked::{Look, sorted};
use super::{Compared, Device, Status, Whereabouts};
use crate::finding::{Finding, Reason, Severity};
use crate::net::Mac;
use crate::report::Host;

/// Every finding of either visit, with what became of it: notes last, then by status, then worst first.
pub(super) fn compare(first: &Look<'_>, second: &Look<'_>) -> Vec<Compared> {
    let mut found: Vec<Option<&Finding>> = second.report.findings.iter().map(Some).collect();
    let mut all = Vec::new();
    for before in &first.report.findings {
        let twin = found.iter_mut().find(|after| after.is_some_and(|after| is_same(before, after)));
        all.push(match twin.and_then(Option::take) {
            Some(after) => Compared { before: Some(before.clone()), ..Compared::of(after, Status::StillThere, None) },
            None => gone(before, first, second),
        });
    }
    all.extend(found.into_iter().flatten().map(|after| {
        let reason = first.unlooked(after, second);
        Compared::of(after, if reason.is_some() { Status::NotTestedBefore } else { Status::New }, reason)
    }));
    // The sort is stable: what is equal stays in the order of the checks.
    all.sort_by_key(|one| (one.severity == Severity::Note, one.status, one.severity));
    all
}

/// Whether two findings are one case: the same code, about the same.
fn is_same(one: &Finding, other: &Finding) -> bool {
    one.problem.code() == other.problem.code() && one.problem.explain().subject() == other.problem.explain().subject()
}

/// A finding of the first visit that the second one does not have.
fn gone(before: &Finding, first: &Look<'_>, second: &Look<'_>) -> Compared {
    let reason = second.unlooked(before, first);
    let status = if reason.is_some() { Status::NotTestedAgain } else { Status::Closed };
    let devices = if status == Status::Closed { whereabouts(before, first, second) } else { Vec::new() };
    let gone = Compared::of(before, status, reason);
    Compared { before: gone.after, after: None, devices, ..gone }
}

impl Compared {
    /// A finding as the second visit has it.
    fn of(after: &Finding, status: Status, reason: Option<Reason>) -> Compared {
        Compared {
            code: after.problem.code().to_owned(),
            subject: after.problem.explain().subject(),
            layer: after.layer,
            severity: after.severity,
            status,
            reason,
            before: None,
            after: Some(after.clone()),
            devices: Vec::new(),
        }
    }
}

/// The devices of a finding in the order of their rows, and where the second visit saw each.
fn whereabouts(finding: &Finding, first: &Look<'_>, second: &Look<'_>) -> Vec<Whereabouts> {
    let explain = finding.problem.explain();
    let mut cards: Vec<Mac> = Vec::new();
    for host in first.report.hosts.iter().filter(|host| explain.concerns(host.ip, host.mac)) {
        if !cards.contains(&host.mac) {
            cards.push(host.mac);
        }
    }
    let one = |mac: Mac| {
        let (then, now) = (first.cards.get(&mac), second.cards.get(&mac));
        let device = then.and_then(|rows| Device::of(rows))?;
        let ips = |rows: Option<&Vec<&Host>>| sorted(rows.into_iter().flatten().map(|host| host.ip));
        Some(Whereabouts { device, then: ips(then), now: ips(now) })
    };
    cards.into_iter().filter_map(one).collect()
}
