//! What a preparation tells while it goes on, for people and for programs: a line each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::change::Change;
use super::entry::Left;
use super::look::Identity;
use super::outcome::{Failure, Outcome, RunEnd};

/// The name and version of the form. Fields are added within it, never renamed.
pub const SCHEMA: &str = "trousse/prep/1";

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Event {
    /// Which profile, on which PC.
    Started(Box<Started>),
    /// A step is being applied.
    Applying {
        /// Its name.
        name: String,
        /// The how-manieth time, counted from 1.
        attempt: u32,
        /// What is about to change.
        changes: Vec<Change>,
    },
    /// What a step came to.
    Step(Told),
    /// What the run came to.
    Finished {
        /// It.
        end: RunEnd,
        /// The step that a restart is awaited for, where one is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        restart_for: Option<String>,
        /// The kit restarts the PC now.
        restarting: bool,
        /// What keeps the kit from restarting the PC or from going on by itself, where something does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by_hand: Option<Failure>,
    },
    /// The run could not go on.
    Stopped {
        /// Before anything was touched.
        refused: bool,
        /// Why.
        why: Failure,
    },
}

/// Which profile, on which PC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Started {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// What the profile is called.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its text.
    pub profile: String,
    /// Which PC it is.
    pub pc: Identity,
    /// The system that runs on it.
    pub system: String,
    /// What it is called.
    pub host_name: String,
    /// How many steps there are.
    pub steps: usize,
    /// What has changed of the PC itself since its preparation: from how it was left to how it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub since: Vec<Change>,
}

/// What a step came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Told {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// What it came to.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What has changed of it since the preparation: from how it was left to how it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub since: Vec<Change>,
}

/// A run as a whole, made from its lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Which profile, on which PC.
    pub started: Started,
    /// Every step, in the order in which they come.
    pub steps: Vec<Told>,
    /// What the run came to; `None` after a look alone.
    pub end: Option<RunEnd>,
    /// The step that a restart is awaited for, where one is.
    pub restart_for: Option<String>,
    /// The kit restarts the PC now.
    pub restarting: bool,
    /// What keeps the kit from restarting the PC or from going on by itself, where something does.
    pub by_hand: Option<Failure>,
}

impl Record {
    /// Nothing but which profile and PC.
    pub fn new(started: Started) -> Record {
        Record { started, steps: Vec::new(), end: None, restart_for: None, restarting: false, by_hand: None }
    }

    /// Tells what has changed since the PC was left.
    pub fn compare(&mut self, then: &Left, now: &Left) {
        self.started.since = then.portrait.until(&now.portrait);
        for told in &mut self.steps {
            let seen = |of: &'_ Left| of.steps.iter().find(|step| step.name == told.name).map(|step| step.seen.clone());
            let (then, now) = (seen(then).unwrap_or_default(), seen(now).unwrap_or_default());
            told.since = then.iter().flat_map(|then| now.iter().filter_map(|now| then.until(now))).collect();
        }
    }
}

/// The JSON Schema (draft 2020-12) of a line, for `trousse schema preparation`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Event).into()
}
