//! The lines of a preparation's journal. Each is on the disk before what it announces is done.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::change::Change;
use super::look::{Digest, Ended, Identity};
use super::outcome::{Outcome, RunEnd};
use super::portrait::{Portrait, Stood};
use crate::journal::Line;

/// The name and version of the form.
pub const SCHEMA: &str = "trousse/prep-journal/1";

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Entry {
    /// The preparation was begun.
    Opened(Box<Opened>),
    /// Who prepares the PC, as they say.
    Technician {
        /// Their name.
        name: String,
    },
    /// How the PC was found, before the first step.
    Found(Box<Portrait>),
    /// A run of it was started.
    Started {
        /// Under which start of the PC.
        boot: String,
        /// By whom.
        by: Starter,
    },
    /// A step is about to be applied.
    Began {
        /// Its name.
        step: String,
        /// The how-manieth time since somebody started a run, counted from 1.
        attempt: u32,
        /// What is about to change.
        changes: Vec<Change>,
    },
    /// A step was applied, and looked at again.
    Ended {
        /// Its name.
        step: String,
        /// What it came to.
        outcome: Outcome,
        /// It says that the PC must be restarted.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        restart: bool,
        /// How its programs ended.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<Ended>,
    },
    /// The PC is about to be restarted.
    Restart {
        /// The step that wants it.
        step: String,
        /// Under which start of the PC it was wanted.
        boot: String,
    },
    /// How the run leaves the PC: everything was looked at once more.
    Left(Box<Left>),
    /// The run came to its end.
    Finished {
        /// What it came to.
        end: RunEnd,
    },
}

/// Who started a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Starter {
    /// Somebody.
    Person,
    /// The PC itself, when it was started.
    Startup,
}

/// How a run leaves a PC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Left {
    /// What the PC is like.
    pub portrait: Portrait,
    /// How each step stands, in the order in which they come.
    pub steps: Vec<Stood>,
}

/// The beginning of a preparation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The version of the program.
    pub program: String,
    /// What the profile is called.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its text.
    pub profile: String,
    /// Which PC it is.
    pub pc: Identity,
    /// The variables that it was run with.
    pub variables: BTreeMap<String, String>,
    /// The files of the profile.
    pub payloads: BTreeMap<String, Digest>,
    /// The name that the PC was given, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A line: what happened, and when by the clock on the wall, which nothing here relies on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Written {
    /// What happened.
    #[serde(flatten)]
    pub entry: Entry,
    /// When (RFC 3339).
    pub at: String,
}

impl Line for Written {
    const SCHEMA: &'static str = SCHEMA;

    fn schema(&self) -> Option<&str> {
        match &self.entry {
            Entry::Opened(opened) => Some(&opened.schema),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prep::change::{Aspect, Sight, State};
    use crate::prep::fake::Fake;
    use crate::prep::look::How;
    use crate::prep::outcome::Failure;
    use crate::prep::portrait::Worded;

    #[test]
    fn a_journal_of_a_preparation_survives_a_power_cut_at_every_byte() {
        let opened = Opened {
            schema: SCHEMA.into(),
            program: "0.1.0".into(),
            title: "Kiosk".into(),
            version: "1".into(),
            profile: "ab".into(),
            pc: Identity::default(),
            variables: BTreeMap::from([("kind".into(), "kiosk".into())]),
            payloads: BTreeMap::new(),
            name: Some("kiosk-01".into()),
        };
        let changes = vec![Change::to_be("é", Aspect::Member("sudo".into()))];
        let portrait = Portrait::of(&Fake::default()).expect("a portrait");
        let stood = Stood {
            name: "user".into(),
            kind: "user".into(),
            outcome: Outcome::Changed(changes.clone()),
            detection: Worded { english: "a".into(), french: "é".into() },
            seen: vec![Sight::new("é", Aspect::Contents, State::Bytes(Digest::of(b"x")))],
            unseen: Some(Failure::Fault { english: "no".into(), french: "non".into() }),
        };
        let evidence = vec![Ended { how: How::Code(3010), output: "a\nb".into() }];
        let entries = [
            Entry::Opened(Box::new(opened)),
            Entry::Technician { name: "Zoé".into() },
            Entry::Started { boot: "1".into(), by: Starter::Person },
            Entry::Found(Box::new(portrait.clone())),
            Entry::Began { step: "user".into(), attempt: 1, changes: changes.clone() },
            Entry::Ended { step: "user".into(), outcome: Outcome::Changed(changes), restart: true, evidence },
            Entry::Restart { step: "user".into(), boot: "1".into() },
            Entry::Left(Box::new(Left { portrait, steps: vec![stood] })),
            Entry::Finished { end: RunEnd::Ready },
        ];
        let written: Vec<Written> =
            entries.into_iter().map(|entry| Written { entry, at: "2026-11-21T15:00:00Z".into() }).collect();
        crate::journal::tests::survives_a_power_cut_at_every_byte(&written);
    }
}
