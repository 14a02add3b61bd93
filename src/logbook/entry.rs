//! The lines of a visit's journal.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Answer;
use super::asked::Asked;
use crate::finding::Finding;
use crate::journal::Line;
use crate::probe::Errand;

/// The name and version of the form.
pub const SCHEMA: &str = "trousse/visit-journal/1";

/// The clock was set where it and the time since the machine was started differ by more than this, in milliseconds.
const CLOCK_SET: u64 = 30_000;

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Entry {
    /// The visit was started.
    Opened(Box<Opened>),
    /// Something was done.
    Did {
        /// When.
        when: Stamp,
        /// What, in the technician's words.
        text: String,
        /// Whether that mended it, where the technician has tried it out himself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Answer>,
    },
    /// The network was looked at.
    Looked(Box<Looked>),
    /// The work was interrupted, until the next line.
    Paused {
        /// When.
        when: Stamp,
    },
    /// The visit was closed.
    Closed {
        /// When.
        when: Stamp,
        /// Kilometres driven.
        km: Option<f64>,
        /// Minutes to be charged.
        minutes: Option<u32>,
    },
}

/// The start of a visit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The version of the program.
    pub version: String,
    /// When.
    pub when: Stamp,
    /// Whose network it is.
    pub customer: String,
    /// Which of the customer's sites.
    pub site: Option<String>,
    /// Where that is.
    pub address: Option<String>,
    /// The number of the ticket.
    pub ticket: Option<String>,
    /// Who went there.
    pub technician: Option<String>,
}

/// What a look came to. Its evidence is in its record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Looked {
    /// When it ended.
    pub when: Stamp,
    /// What for.
    pub errand: Errand,
    /// The interface.
    pub interface: Option<String>,
    /// The folder of its record, from that of the visit; `None` where it could not be recorded.
    pub record: Option<String>,
    /// The tests of an earlier look, once more.
    pub again: bool,
    /// What it found, without the evidence.
    pub findings: Vec<Finding>,
    /// The codes of the checks that could tell.
    pub told: Vec<String>,
    /// What it asked; `None` in the journal of an older version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
}

impl Looked {
    /// Findings as the journal keeps them.
    pub fn without_evidence(findings: &[Finding]) -> Vec<Finding> {
        findings.iter().map(|finding| Finding { evidence: Vec::new(), ..finding.clone() }).collect()
    }
}

/// A moment, by two clocks: the one on the wall, which somebody may set, and the one that runs since the machine was started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// By the wall clock (RFC 3339).
    pub at: String,
    /// Which start of the machine, where the system tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<String>,
    /// Milliseconds since then, sleep included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_ms: Option<u64>,
}

impl Stamp {
    /// Milliseconds since an earlier moment; `None` where only the wall clock tells, and it was set back.
    pub fn since(&self, earlier: &Stamp) -> Option<u64> {
        self.ran_since(earlier).or_else(|| u64::try_from(self.wall_since(earlier)?).ok())
    }

    /// By how many milliseconds the wall clock was set since, where it was.
    pub fn clock_set(&self, earlier: &Stamp) -> Option<i64> {
        let wall = self.wall_since(earlier)?;
        let set = match self.ran_since(earlier) {
            Some(ran) => wall.saturating_sub_unsigned(ran),
            None => wall.min(0),
        };
        (set.unsigned_abs() > CLOCK_SET || (self.ran_since(earlier).is_none() && set < 0)).then_some(set)
    }

    fn ran_since(&self, earlier: &Stamp) -> Option<u64> {
        let same = self.boot.is_some() && self.boot == earlier.boot;
        self.up_ms.filter(|_| same)?.checked_sub(earlier.up_ms?)
    }

    fn wall_since(&self, earlier: &Stamp) -> Option<i64> {
        let [now, then] = [&self.at, &earlier.at].map(|at| at.parse::<Timestamp>().ok().map(Timestamp::as_millisecond));
        now?.checked_sub(then?)
    }
}

impl Entry {
    /// When it was written.
    pub fn when(&self) -> &Stamp {
        match self {
            Entry::Opened(opened) => &opened.when,
            Entry::Looked(looked) => &looked.when,
            Entry::Did { when, .. } | Entry::Paused { when } | Entry::Closed { when, .. } => when,
        }
    }
}

impl Line for Entry {
    const SCHEMA: &'static str = SCHEMA;

    fn schema(&self) -> Option<&str> {
        match self {
            Entry::Opened(opened) => Some(&opened.schema),
            _ => None,
        }
    }
}
