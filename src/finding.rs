//! What is wrong, how badly, why we think so, and how it is said in each language.

mod plain;
mod reason;
mod subject;

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::Problem;
use crate::check::holder::Holder;
use crate::check::served::Served;
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Observation;
pub use plain::{By, Plain};
pub use reason::Reason;
pub use subject::Subject;

/// How bad a finding is, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Somebody cannot work.
    Broken,
    /// Somebody works badly.
    Degraded,
    /// It works, and will not for long.
    Risk,
    /// Worth knowing; nothing is wrong. Never changes the exit code.
    Note,
}

impl Severity {
    /// The word that a reader sees.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Severity::Broken => language.pick("broken", "en panne"),
            Severity::Degraded => language.pick("degraded", "dégradé"),
            Severity::Risk => language.pick("risk", "risque"),
            Severity::Note => language.pick("note", "remarque"),
        }
    }
}

/// The rung of the ladder, counted upward from the cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(into = "u8", try_from = "u8")]
pub enum Layer {
    /// L1: carrier, speed, pairs, PoE.
    Link = 1,
    /// L2: neighbour, VLAN, loops.
    Switching = 2,
    /// L3: addresses, DHCP, gateway.
    Addressing = 3,
    /// L4: ports, path MTU.
    Transport = 4,
    /// L7: the services of the plan.
    Services = 7,
}

impl Layer {
    /// The rung's name, as in `L3 addressing`.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Layer::Link => language.pick("L1 link", "L1 liaison"),
            Layer::Switching => language.pick("L2 switching", "L2 commutation"),
            Layer::Addressing => language.pick("L3 addressing", "L3 adressage"),
            Layer::Transport => "L4 transport",
            Layer::Services => "L7 services",
        }
    }
}

impl From<Layer> for u8 {
    fn from(layer: Layer) -> u8 {
        layer as u8
    }
}

impl TryFrom<u8> for Layer {
    type Error = String;

    fn try_from(number: u8) -> Result<Layer, String> {
        match number {
            1 => Ok(Layer::Link),
            2 => Ok(Layer::Switching),
            3 => Ok(Layer::Addressing),
            4 => Ok(Layer::Transport),
            7 => Ok(Layer::Services),
            _ => Err(format!("{number} is not a layer: 1, 2, 3, 4 or 7 is expected")),
        }
    }
}

/// One thing that is wrong on the site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What it is; its words are made when it is shown.
    #[serde(flatten)]
    pub problem: Problem,
    /// The rung of the ladder.
    pub layer: Layer,
    /// How bad it is.
    pub severity: Severity,
    /// The sightings that prove it.
    pub evidence: Vec<Observation>,
    /// The code of the finding that it is a consequence of.
    pub because_of: Option<String>,
}

impl Finding {
    /// A finding that is nobody's consequence.
    pub fn new(severity: Severity, problem: Problem, evidence: Vec<Observation>) -> Finding {
        Finding { layer: problem.layer(), problem, severity, evidence, because_of: None }
    }
}

/// What a check says. "Nothing wrong" and "could not look" are different answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Looked, and nothing is wrong.
    Clear,
    /// Something was found.
    Found(Vec<Finding>),
    /// Could not look, or not fully.
    NotTested(Reason),
}

impl Verdict {
    /// `Found` where there are findings, else `otherwise`.
    pub fn of(findings: Vec<Finding>, otherwise: Verdict) -> Verdict {
        if findings.is_empty() { otherwise } else { Verdict::Found(findings) }
    }
}

/// The words of a finding in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// One line: what is wrong, where.
    pub title: String,
    /// Why we say so and what it does to people, in a few sentences.
    pub why: String,
    /// What to do, step by step.
    pub remedy: Vec<String>,
}

/// A problem that can be told. Leaving a language out does not compile.
pub trait Explain {
    /// In English.
    fn english(&self) -> Wording;
    /// In French, written for a site and not translated.
    fn french(&self) -> Wording;
    /// The same for whoever pays for the network, without a word of the trade; `None` of what is never more than a note. A test
    /// of the table of checks keeps that so.
    fn plain(&self) -> Option<Plain> {
        None
    }

    /// Whether it is about this card's claim of this address.
    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool;
    /// What the same finding is known by in another visit.
    fn subject(&self) -> Subject;

    /// The owners that a reader must tell apart.
    fn holders(&self) -> &[Holder] {
        &[]
    }

    /// Whether it is a consequence of that other problem, where the two are not about one card and address.
    fn follows_from(&self, _cause: &Problem) -> bool {
        false
    }

    /// The DHCP servers that a reader must tell apart.
    fn servers(&self) -> &[Served] {
        &[]
    }

    /// In the reader's language.
    fn words(&self, language: Language) -> Wording {
        match language {
            Language::En => self.english(),
            Language::Fr => self.french(),
        }
    }
}

/// What `trousse explain CODE` tells of a check, in one language.
#[derive(Clone, Copy, Debug)]
pub struct Manual {
    /// The name of the fault.
    pub title: &'static str,
    /// What it means on site.
    pub meaning: &'static str,
    /// How it is seen, with the standard and its section.
    pub seen: &'static str,
    /// What looks like it and is not.
    pub lookalikes: &'static str,
    /// What to do.
    pub remedy: &'static str,
}
