//! Whether a visit asked the very thing that a finding of another visit is about: a check that looked at other services, gateways
//! or switches says nothing of it.

use std::net::IpAddr;

use crate::check::{Problem, Topic};
use crate::finding::{Finding, Reason};
use crate::observe::Became;
use crate::report::{PlannedSaid, Report, Said, ServiceRow};

/// Why a visit that made the check did not look at what a finding is about; `found_by` is the report that has it.
pub(super) fn unasked(report: &Report, topic: Topic, finding: &Finding, found_by: &Report) -> Option<Reason> {
    let subject = finding.problem.explain().subject();
    match topic {
        Topic::Services => match (&finding.problem, subject.port, subject.ip) {
            (Problem::ReachesForbidden(_), Some(name), _) => barrier(report, name),
            (_, Some(name), _) => service(report, finding.problem.code(), name),
            (_, None, Some(ip)) => host(report, ip, found_by),
            (_, None, None) => None,
        },
        Topic::WayOut => way_out(report, subject.ip?),
        Topic::Planned => {
            let there = report.planned.iter().find(|device| subject.ip == Some(IpAddr::V4(device.address)))?;
            (there.verdict == PlannedSaid::NotTested).then_some(Reason::NoDevicePlanned)
        }
        Topic::Power => power(report, subject.ip?),
        Topic::Switch => switches(report, found_by),
        _ => None,
    }
}

/// A service that is not in the plan any more was not asked; of one that was, each check says how far it must have come.
fn service(report: &Report, code: &str, service: String) -> Option<Reason> {
    let Some(row) = report.services.iter().find(|row| row.name == service) else {
        return Some(Reason::ServiceNotAsked { service });
    };
    let unresolved = matches!(row.became, Some(Became::Unresolved));
    let silent = unresolved || matches!(row.became, Some(Became::Silent));
    let reached = match (code, row.became) {
        (_, None) => return Some(Reason::ServiceNotAsked { service }),
        (_, Some(Became::NotSent)) => return Some(Reason::ServiceNotSent { service }),
        // Nobody accuses it: the way to it is to blame.
        _ if silent && row.verdict == Said::NotTested => return Some(Reason::GatewaySilent),
        ("L7-name-unresolved", _) => true,
        ("L4-port-silent", _) => !unresolved,
        ("L4-port-closed", _) => !silent,
        ("L7-tls-certificate", Some(became)) => became == Became::Answered || row.days_left.is_some(),
        (_, Some(became)) => became == Became::Answered,
    };
    (!reached).then_some(Reason::ServiceUnreached { service })
}

fn barrier(report: &Report, service: String) -> Option<Reason> {
    match report.must_not_reach.iter().find(|row| row.name == service) {
        Some(row) if row.verdict != Said::NotTested => None,
        Some(row) if row.tried.is_some() => Some(Reason::ServiceNotSent { service }),
        _ => Some(Reason::ServiceNotAsked { service }),
    }
}

/// A host at which nothing answered is alive where one of its services is.
fn host(report: &Report, ip: IpAddr, found_by: &Report) -> Option<Reason> {
    let at =
        |report: &Report| -> Vec<ServiceRow> { report.services.iter().filter(|row| row.address == Some(ip)).cloned().collect() };
    let silent = |became| matches!(became, None | Some(Became::Silent | Became::NotSent));
    if at(report).iter().any(|row| !silent(row.became)) {
        return None;
    }
    let service = at(found_by).first().map(|row| row.name.clone()).unwrap_or_else(|| ip.to_string());
    Some(Reason::ServiceNotAsked { service })
}

/// A gateway or a DNS server that nobody names any more has nothing to answer.
fn way_out(report: &Report, ip: IpAddr) -> Option<Reason> {
    let row = report.gateways.iter().chain(&report.dns_servers).find(|row| row.ip == ip)?;
    match &row.replies {
        Some(replies) if !replies.rtts_us.is_empty() => None,
        Some(_) if report.gateways.iter().any(|row| row.ip == ip) => Some(Reason::NoPingAnswered),
        Some(_) => Some(Reason::GatewaySilent),
        None => Some(Reason::NotSent),
    }
}

fn power(report: &Report, switch: IpAddr) -> Option<Reason> {
    match report.power.iter().find(|row| row.switch == switch) {
        None => Some(Reason::SwitchNotAsked { switch }),
        Some(row) => row.unanswered.clone().map(|unanswered| Reason::PowerUnanswered { switch, unanswered }),
    }
}

/// Where a card is plugged in takes all of the switches that told of it.
fn switches(report: &Report, found_by: &Report) -> Option<Reason> {
    let told = found_by.switches.iter().filter(|row| row.unanswered.is_none());
    told.map(|row| row.address).find_map(|switch| match report.switches.iter().find(|row| row.address == switch) {
        None => Some(Reason::SwitchNotAsked { switch }),
        Some(row) => match (&row.unanswered, row.cut.first()) {
            (Some(because), _) => Some(Reason::SwitchSilent { switch, because: because.clone() }),
            (None, Some(cut)) => Some(Reason::WalkCut { switch, cut: cut.clone() }),
            (None, None) => None,
        },
    })
}
