//! What the preparation of many PCs came to: one result a PC, and what a program is told while it goes on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::prep::look::Identity;
use crate::prep::outcome::Failure;
use crate::prep::tell::Event;

/// The name and version of the form. Fields are added within it, never renamed.
pub const SCHEMA: &str = "trousse/bench/1";

/// What the preparation of a PC came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// It is as the profile wants it.
    Ready,
    /// It must be restarted by hand.
    RestartPending,
    /// The station was stopped; the PC goes on by itself.
    LeftAlone,
    /// A step failed.
    Failed,
    /// It was begun, and then the PC was heard of no more.
    Lost,
    /// It was refused before anything of the PC was changed.
    Refused,
    /// The PC was not reached.
    NotReached,
}

impl End {
    /// The exit code of the house: 0, 10, 20, 30.
    pub fn exit_code(self) -> u8 {
        match self {
            End::Ready => 0,
            End::RestartPending => 10,
            End::LeftAlone | End::Failed | End::Lost => 20,
            End::Refused | End::NotReached => 30,
        }
    }

    /// The same in a word or two.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            End::Ready => language.pick("ready", "prêt"),
            End::RestartPending => language.pick("restart needed", "à redémarrer"),
            End::LeftAlone => language.pick("goes on alone", "continue seul"),
            End::Failed => language.pick("failed", "échec"),
            End::Lost => language.pick("lost", "perdu de vue"),
            End::Refused => language.pick("refused", "refusé"),
            End::NotReached => language.pick("not reached", "injoignable"),
        }
    }
}

/// The result of a PC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PcResult {
    /// Its address, as the list has it.
    pub pc: String,
    /// What it came to.
    pub end: End,
    /// Why, where it is not ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Failure>,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_name: Option<String>,
    /// Which PC it is.
    #[serde(default)]
    pub identity: Identity,
    /// The system that runs on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Steps that had to be done, and are.
    pub changed: u32,
    /// Steps that were so already, or are not for this PC.
    pub already: u32,
    /// Steps that failed or were not tried, with why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<StepFailure>,
    /// How often the PC was restarted meanwhile.
    pub restarts: u32,
    /// How often the connection was lost, restarts included.
    pub losses: u32,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

/// A step that failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepFailure {
    /// Its name.
    pub name: String,
    /// Why, in English.
    pub english: String,
    /// Why, in French.
    pub french: String,
}

/// A line of what the preparation of many PCs tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Since the beginning, in milliseconds.
    pub at_ms: u64,
    /// What it is about.
    #[serde(flatten)]
    pub news: News,
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum News {
    /// Which profile, for how many PCs.
    Opened {
        /// Always [`SCHEMA`].
        schema: String,
        /// What the profile is called.
        title: String,
        /// Its version.
        version: String,
        /// The SHA-256 of its text.
        profile: String,
        /// How many PCs.
        pcs: u32,
    },
    /// The key of a PC that was not known, and is from now on.
    Trusted {
        /// The PC, or the address of the one by way of which they are reached.
        pc: String,
        /// The fingerprint of its key, as ssh-keygen(1) prints it.
        fingerprint: String,
    },
    /// The PC is connected to.
    Connected {
        /// The PC.
        pc: String,
    },
    /// The connection is lost, and tried again.
    Lost {
        /// The PC.
        pc: String,
        /// Why.
        why: Failure,
    },
    /// The PC was restarted.
    Restarted {
        /// The PC.
        pc: String,
    },
    /// A PC has this name from now on, by the pattern of the profile: reserved for it.
    Named {
        /// The PC.
        pc: String,
        /// The name.
        name: String,
    },
    /// The run on a PC tells something: a line of trousse/prep/1.
    Told {
        /// The PC.
        pc: String,
        /// What.
        event: Box<Event>,
    },
    /// What a PC came to.
    Result(Box<PcResult>),
    /// All of them.
    Summary {
        /// How many PCs.
        pcs: u32,
        /// How many are ready.
        ready: u32,
        /// The highest exit code among them.
        exit_code: u8,
    },
}

/// The preparation of many PCs as a whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What the profile is called.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its text.
    pub profile: String,
    /// One for each PC, in the order of the list.
    pub results: Vec<PcResult>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl Record {
    /// The worst of them.
    pub fn exit_code(&self) -> u8 {
        self.results.iter().map(|result| result.end.exit_code()).max().unwrap_or_default()
    }

    /// How many are ready.
    pub fn ready(&self) -> u32 {
        self.results.iter().filter(|result| result.end == End::Ready).count() as u32
    }

    /// The first line of it.
    pub fn opened(&self) -> News {
        News::Opened {
            schema: SCHEMA.to_owned(),
            title: self.title.clone(),
            version: self.version.clone(),
            profile: self.profile.clone(),
            pcs: self.results.len() as u32,
        }
    }

    /// The last line of it.
    pub fn summary(&self) -> News {
        News::Summary { pcs: self.results.len() as u32, ready: self.ready(), exit_code: self.exit_code() }
    }
}

/// The JSON Schema (draft 2020-12) of a line, for `trousse schema bench`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Line).into()
}
