//! What was done on a visit, what each thing led to, what mended it, and how long it took: made from the visit's journal.

pub mod asked;
pub mod entry;
mod outcome;

#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Severity};
use crate::journal::Read;
use crate::probe::Errand;
use entry::{Entry, Looked, Stamp};
use outcome::{answers, trace};

/// The name and version of the form. Fields are added within it, never renamed.
pub const SCHEMA: &str = "trousse/logbook/1";

/// A visit from its start to its end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Logbook {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The version of the program that opened the visit.
    pub version: String,
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
    /// When the visit was started (RFC 3339).
    pub started: String,
    /// When it was closed; `None` while it is open.
    pub closed: Option<String>,
    /// Kilometres driven, as they were given at the end.
    pub km: Option<f64>,
    /// Minutes to be charged, where they were given at the end.
    pub minutes: Option<u32>,
    /// Milliseconds from the start to the end, or until now, without the pauses.
    pub worked_ms: u64,
    /// Lines of the journal that cannot be read: what they told is lost, be it that something is still wrong.
    #[serde(default)]
    pub unread: u32,
    /// Everything that was done, in order.
    pub steps: Vec<Step>,
    /// Every finding above a note, and what became of it.
    pub findings: Vec<Traced>,
    /// Whether it is mended; `None` where nothing was wrong, or nothing was tested.
    pub answer: Option<Answer>,
    /// The place in `steps`, counted from 0, of the action that mended it.
    pub mended_by: Option<usize>,
}

/// Whether what was wrong is mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// Something of it could not be tested again.
    NotTested,
}

/// One thing of a visit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// When (RFC 3339), by the laptop's clock at that time.
    pub at: String,
    /// Milliseconds of work since the step before; `None` where the clock was set back and nothing else tells.
    pub ms: Option<u64>,
    /// By how many milliseconds the laptop's clock was set since the step before, forward or back, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_set_ms: Option<i64>,
    /// What it is.
    #[serde(flatten)]
    pub what: What,
}

/// What a step is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum What {
    /// Something was done.
    Action {
        /// What, in the technician's words.
        text: String,
        /// Whether it mended what was wrong; `None` where nothing was tested after it.
        answer: Option<Answer>,
        /// The technician said so, no test.
        told: bool,
    },
    /// The network was looked at.
    Look {
        /// What for.
        errand: Errand,
        /// The interface.
        interface: Option<String>,
        /// The folder of its record, from that of the visit.
        record: Option<String>,
        /// The tests of an earlier look, once more.
        again: bool,
        /// Findings above a note.
        found: u32,
        /// Checks that could tell; where none could, that nothing was found says nothing.
        #[serde(default)]
        told: u32,
        /// Whether what was wrong before is mended.
        answer: Option<Answer>,
    },
    /// The work was interrupted, until the next step.
    Pause,
    /// The visit was closed.
    End,
}

/// A finding, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Traced {
    /// The finding, without its evidence: that is in the record of the look.
    pub finding: Finding,
    /// The place in `steps` of the look that found it first.
    pub found_by: usize,
    /// Whether it is gone.
    pub gone: Answer,
    /// The place in `steps` of the look that found it gone.
    pub gone_by: Option<usize>,
    /// The place in `steps` of the last action before that look.
    pub mended_by: Option<usize>,
}

impl Logbook {
    /// What a journal comes to, `now` being the end of a visit that is still open. What a lost line told may be that it is not
    /// mended.
    pub fn of_journal(read: &Read<Entry>, now: Option<&Stamp>) -> Logbook {
        let book = Logbook { unread: (read.unread.len() + usize::from(read.torn)) as u32, ..Logbook::of(&read.entries, now) };
        match book.answer {
            Some(Answer::Yes) if book.unread > 0 => Logbook { answer: Some(Answer::NotTested), mended_by: None, ..book },
            _ => book,
        }
    }

    /// What the lines of a journal come to.
    pub fn of(entries: &[Entry], now: Option<&Stamp>) -> Logbook {
        let mut book = Logbook { schema: SCHEMA.to_owned(), ..Logbook::default() };
        let mut before: Option<&Stamp> = None;
        let mut looks: Vec<(usize, &Looked)> = Vec::new();
        for entry in entries {
            let when = entry.when();
            let paused = matches!(book.steps.last(), Some(Step { what: What::Pause, .. }));
            let ms = before.map_or(Some(0), |before| when.since(before)).map(|ms| if paused { 0 } else { ms });
            let clock_set_ms = before.and_then(|before| when.clock_set(before));
            before = Some(when);
            let what = match entry {
                Entry::Opened(opened) => {
                    if book.started.is_empty() {
                        book.opens(opened);
                    }
                    continue;
                }
                Entry::Did { text, answer, .. } => What::Action { text: text.clone(), answer: *answer, told: answer.is_some() },
                Entry::Looked(looked) => {
                    looks.push((book.steps.len(), looked));
                    What::Look {
                        errand: looked.errand,
                        interface: looked.interface.clone(),
                        record: looked.record.clone(),
                        again: looked.again,
                        found: looked.findings.iter().filter(|finding| finding.severity != Severity::Note).count() as u32,
                        told: looked.told.len() as u32,
                        answer: None,
                    }
                }
                Entry::Paused { .. } => What::Pause,
                Entry::Closed { km, minutes, .. } => {
                    (book.closed, book.km, book.minutes) = (Some(when.at.clone()), *km, *minutes);
                    What::End
                }
            };
            book.worked_ms = book.worked_ms.saturating_add(ms.unwrap_or(0));
            book.steps.push(Step { at: when.at.clone(), ms, clock_set_ms, what });
        }
        let paused = matches!(book.steps.last(), Some(Step { what: What::Pause, .. }));
        if let (Some(now), Some(before), None, false) = (now, before, &book.closed, paused) {
            book.worked_ms = book.worked_ms.saturating_add(now.since(before).unwrap_or(0));
        }
        book.answered(&looks);
        book
    }

    fn opens(&mut self, opened: &entry::Opened) {
        let opened = opened.clone();
        self.version = opened.version;
        (self.customer, self.site, self.address) = (opened.customer, opened.site, opened.address);
        (self.ticket, self.technician, self.started) = (opened.ticket, opened.technician, opened.when.at);
    }

    /// Puts beside each look and each action what it led to.
    fn answered(&mut self, looks: &[(usize, &Looked)]) {
        let all: Vec<&Looked> = looks.iter().map(|(_, look)| *look).collect();
        let tested = answers(&all);
        for ((place, _), tested) in looks.iter().zip(&tested) {
            if let What::Look { answer, .. } = &mut self.steps[*place].what {
                *answer = *tested;
            }
        }
        let actions: Vec<usize> = (0..self.steps.len()).filter(|&at| self.is_action(at)).collect();
        for (at, place) in actions.iter().enumerate() {
            let until = actions.get(at + 1).copied().unwrap_or(self.steps.len());
            let after = looks.iter().zip(&tested).filter(|((look, _), _)| (*place..until).contains(look));
            let last = after.filter_map(|(_, tested)| *tested).next_back();
            if let What::Action { answer, told: false, .. } = &mut self.steps[*place].what {
                *answer = last;
            }
        }
        let last_action = |before: usize| actions.iter().copied().rfind(|action| *action < before);
        self.findings = trace(looks, last_action);
        // The last word is the last test's, or the technician's where he tried it out himself after that.
        let told = actions.iter().rev().find_map(|&place| match &self.steps[place].what {
            What::Action { answer: Some(answer), told: true, .. } => Some((place, *answer)),
            _ => None,
        });
        let last_look =
            looks.iter().zip(&tested).filter_map(|((place, _), tested)| tested.map(|tested| (*place, tested))).next_back();
        (self.answer, self.mended_by) = match (told, last_look) {
            (Some((place, answer)), look) if look.is_none_or(|(look, _)| look < place) => {
                (Some(answer), (answer == Answer::Yes).then_some(place))
            }
            (_, Some((_, Answer::Yes))) => {
                let good = tested.iter().rposition(|tested| !matches!(tested, Some(Answer::Yes))).map_or(0, |bad| bad + 1);
                (Some(Answer::Yes), last_action(looks[good].0))
            }
            (_, look) => (look.map(|(_, answer)| answer), None),
        };
    }

    fn is_action(&self, place: usize) -> bool {
        matches!(self.steps[place].what, What::Action { .. })
    }

    /// The words of the action at that place.
    pub fn action(&self, place: usize) -> Option<&str> {
        match &self.steps.get(place)?.what {
            What::Action { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Minutes of the visit: those given at the end, else those that went by, the last one begun counted.
    pub fn minutes(&self) -> u64 {
        self.minutes.map_or(self.worked_ms.div_ceil(60_000), u64::from)
    }

    /// Findings that the last look at them still had.
    pub fn left(&self) -> u32 {
        self.findings.iter().filter(|one| one.gone == Answer::No).count() as u32
    }

    /// Whether some look could tell anything.
    pub fn was_tested(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.what, What::Look { told: 1.., .. }))
    }

    /// The exit code of the house: 0 mended, or nothing was wrong; 1 something is; 3 nothing was tested, or not everything again,
    /// or lines of the journal are lost.
    pub fn exit_code(&self) -> u8 {
        match self.answer {
            Some(Answer::No) => 1,
            Some(Answer::NotTested) => 3,
            None if self.left() > 0 => 1,
            None if !self.was_tested() || self.unread > 0 => 3,
            Some(Answer::Yes) | None => 0,
        }
    }
}

/// The JSON Schema (draft 2020-12) of the record, for `trousse schema logbook`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Logbook).into()
}
