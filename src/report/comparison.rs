//! Two visits of one network side by side, as other programs read it (`trousse/comparison/1`): what is mended, what is not, what
//! is new, and what nobody looked at again.

mod asked;
mod devices;
mod findings;
mod looked;
mod servers;

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Covered, Report, Said, Tool, Visit};
use crate::fault::Fault;
use crate::finding::{Finding, Layer, Reason, Severity, Subject};
use crate::language::Language;
pub use devices::{Change, Device};
use looked::Look;
pub use servers::{ServerChange, ServerRow};

/// The name and version of the form. Fields are added within it, never renamed.
pub const SCHEMA: &str = "trousse/comparison/1";

/// What became of a network between two visits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// What made it.
    pub tool: Tool,
    /// The first visit.
    pub before: Side,
    /// The second visit.
    pub after: Side,
    /// What became of every finding of either visit; what is still wrong comes first.
    pub findings: Vec<Compared>,
    /// What each check said, in both visits.
    pub checks: Vec<ComparedCheck>,
    /// Who came, went, moved or is called otherwise.
    pub hosts: Vec<Change>,
    /// DHCP servers that came, went or give other settings.
    pub dhcp_servers: Vec<ServerRow>,
}

/// One of the two visits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Side {
    /// When, where and how.
    pub visit: Visit,
    /// How much was looked at.
    pub coverage: Covered,
    /// Addresses and cards that were heard, as many as rows of its report.
    pub hosts: u32,
    /// Findings above a note.
    pub findings: u32,
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Found in both visits.
    StillThere,
    /// Found in the second visit; the first one looked, and found nothing.
    New,
    /// Found in the second visit; the first one did not look.
    NotTestedBefore,
    /// Found in the first visit; the second one did not look.
    NotTestedAgain,
    /// Found in the first visit; the second one looked, and found nothing.
    Closed,
}

impl Status {
    /// Every status, in the order in which a reader wants them.
    pub const ALL: [Status; 5] =
        [Status::StillThere, Status::New, Status::NotTestedBefore, Status::NotTestedAgain, Status::Closed];

    /// The word that a reader sees.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Status::StillThere => language.pick("still there", "toujours présente"),
            Status::New => language.pick("new", "nouvelle"),
            Status::NotTestedBefore => language.pick("not tested before", "non vérifiée auparavant"),
            Status::NotTestedAgain => language.pick("not tested again", "non revérifiée"),
            Status::Closed => language.pick("closed", "levée"),
        }
    }
}

/// A finding and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Compared {
    /// The code of the check.
    pub code: String,
    /// What it is about: with the code, what makes it the same finding in both visits.
    pub subject: Subject,
    /// The rung of the ladder.
    pub layer: Layer,
    /// How bad it is, or was.
    pub severity: Severity,
    /// What became of it.
    pub status: Status,
    /// Why the other visit did not look.
    pub reason: Option<Reason>,
    /// As the first visit found it.
    pub before: Option<Finding>,
    /// As the second visit found it.
    pub after: Option<Finding>,
    /// The devices of a closed finding, and where each is now.
    pub devices: Vec<Whereabouts>,
}

/// A device of a closed finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Whereabouts {
    /// The device.
    pub device: Device,
    /// The addresses that it answered for in the first visit.
    pub then: Vec<IpAddr>,
    /// The addresses that it answered for in the second visit; none where it was not seen.
    pub now: Vec<IpAddr>,
}

/// What a check said in both visits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedCheck {
    /// The rung of the ladder.
    pub layer: Layer,
    /// The code of the check.
    pub code: String,
    /// What it said in the first visit; `None` where it was not made.
    pub before: Option<Said>,
    /// What it said in the second.
    pub after: Option<Said>,
    /// Why it could not say more in the first.
    pub before_reason: Option<Reason>,
    /// Why it could not say more in the second.
    pub after_reason: Option<Reason>,
}

impl ComparedCheck {
    /// Whether each visit could tell.
    pub fn told(&self) -> [bool; 2] {
        [self.before, self.after].map(|said| matches!(said, Some(Said::Clear | Said::Found)))
    }

    /// The first visit could tell, and the second cannot.
    pub fn is_lost(&self) -> bool {
        self.told() == [true, false]
    }
}

/// The JSON Schema (draft 2020-12) of the record, for `trousse schema comparison`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Comparison).into()
}

impl Comparison {
    /// Compares two visits, or says why they cannot be: they are of different networks.
    pub fn of(before: &Report, after: &Report) -> Result<Comparison, Fault> {
        looked::comparable(before, after)?;
        let (first, second) = (Look::of(before), Look::of(after));
        Ok(Comparison {
            schema: SCHEMA.to_owned(),
            tool: Tool { name: "trousse".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            before: Side::of(before),
            after: Side::of(after),
            findings: findings::compare(&first, &second),
            checks: checks(before, after),
            hosts: devices::compare(&first, &second),
            dhcp_servers: servers::compare(before, after),
        })
    }

    /// The findings with this status.
    pub fn with(&self, status: Status) -> impl Iterator<Item = &Compared> {
        self.findings.iter().filter(move |finding| finding.status == status)
    }

    /// The exit code of the house: 0 all is closed and nothing is new; 1 something is still wrong, or newly so; 3 nothing is, but
    /// something was not tested again. Notes do not count.
    pub fn exit_code(&self) -> u8 {
        let wrong = |status| self.with(status).any(|finding| finding.severity != Severity::Note);
        if [Status::StillThere, Status::New, Status::NotTestedBefore].into_iter().any(wrong) {
            1
        } else if wrong(Status::NotTestedAgain) || self.checks.iter().any(ComparedCheck::is_lost) {
            3
        } else {
            0
        }
    }
}

impl Compared {
    /// The finding as it was seen last.
    pub fn latest(&self) -> Option<&Finding> {
        self.after.as_ref().or(self.before.as_ref())
    }
}

impl Side {
    fn of(report: &Report) -> Side {
        Side {
            visit: report.visit.clone(),
            coverage: report.coverage.clone(),
            hosts: report.hosts.len() as u32,
            findings: report.findings.iter().filter(|finding| finding.severity != Severity::Note).count() as u32,
        }
    }
}

/// The checks of both visits, in the order of the ladder.
fn checks(before: &Report, after: &Report) -> Vec<ComparedCheck> {
    let known = |code: &str| crate::check::CHECKS.iter().position(|check| check.code == code);
    let mut rungs: Vec<_> = before.ladder.iter().chain(&after.ladder).collect();
    rungs.sort_by_key(|rung| (known(&rung.code).unwrap_or(usize::MAX), &rung.code));
    rungs.dedup_by_key(|rung| &rung.code);
    let both = rungs.into_iter().map(|rung| {
        let [first, second] = [before, after].map(|report| report.ladder.iter().find(|other| other.code == rung.code));
        ComparedCheck {
            layer: rung.layer,
            code: rung.code.clone(),
            before: first.map(|rung| rung.verdict),
            after: second.map(|rung| rung.verdict),
            before_reason: first.and_then(|rung| rung.reason.clone()),
            after_reason: second.and_then(|rung| rung.reason.clone()),
        }
    });
    both.collect()
}
