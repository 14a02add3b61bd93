//! What the lines of a journal tell, one after the other, until they make a sheet.

use std::collections::BTreeMap;

use super::{Delivered, Restarted, SCHEMA, Sheet};
use crate::prep::change::Change;
use crate::prep::entry::{Entry, Left, Opened, Starter};
use crate::prep::outcome::{Outcome, RunEnd};
use crate::prep::past::Past;
use crate::prep::portrait::{Portrait, Stood, Worded};

/// What the lines have told so far.
pub(super) struct Told {
    opened: Opened,
    technician: Option<String>,
    found: Option<Portrait>,
    left: Option<Portrait>,
    started: Option<String>,
    finished: Option<String>,
    end: Option<RunEnd>,
    /// Under which start of the PC the last run was started.
    boot: Option<String>,
    /// The step whose restart is awaited, and the start of the PC under which it was asked for.
    awaited: Option<(String, String)>,
    /// What all the lines so far come to.
    past: Past,
    restarts: Vec<Restarted>,
    steps: Vec<Delivered>,
    /// What each step has changed, by its name: from how it was found first to how it is.
    changes: BTreeMap<String, Vec<Change>>,
}

impl Told {
    /// Nothing but the first line.
    pub(super) fn of(opened: Opened) -> Told {
        Told {
            opened,
            technician: None,
            found: None,
            left: None,
            started: None,
            finished: None,
            end: None,
            boot: None,
            awaited: None,
            past: Past::default(),
            restarts: Vec::new(),
            steps: Vec::new(),
            changes: BTreeMap::new(),
        }
    }

    /// One more line, and when it was written.
    pub(super) fn add(&mut self, entry: &Entry, at: &str) {
        self.past.add(entry);
        match entry {
            Entry::Opened(_) => {}
            Entry::Technician { name } => self.technician = Some(name.clone()),
            Entry::Found(portrait) => self.found = Some((**portrait).clone()),
            Entry::Started { boot, by } => {
                self.started.get_or_insert_with(|| at.to_owned());
                if let Some((step, _)) = self.awaited.take_if(|(_, asked)| *asked != *boot) {
                    self.restarts.push(Restarted { step, at: at.to_owned() });
                } else if self.boot.as_ref().is_some_and(|before| before != boot) && *by == Starter::Startup {
                    // A power cut, or somebody's own restart: the PC went on by itself.
                    self.restarts.push(Restarted { step: String::new(), at: at.to_owned() });
                }
                self.boot = Some(boot.clone());
                self.end = None;
            }
            Entry::Began { step, changes, .. } => {
                let known = self.changes.entry(step.clone()).or_default();
                for change in changes {
                    match known.iter_mut().find(|one| (&one.subject, &one.aspect) == (&change.subject, &change.aspect)) {
                        Some(one) => one.after = change.after.clone(),
                        None => known.push(change.clone()),
                    }
                }
                let step = self.step(step);
                // Begun and not ended: the power went, or it is being done.
                step.stood.outcome = Outcome::ToDo(changes.clone());
                step.at = Some(at.to_owned());
            }
            Entry::Ended { step, outcome, evidence, .. } => {
                let step = self.step(step);
                step.stood.outcome = outcome.clone();
                step.at = Some(at.to_owned());
                step.programs = evidence.iter().map(|ended| ended.how).collect();
            }
            Entry::Restart { step, boot } => {
                self.awaited.get_or_insert_with(|| (step.clone(), boot.clone()));
                self.end = Some(RunEnd::RestartPending);
            }
            Entry::Left(left) => self.left(left),
            Entry::Finished { end } => {
                self.end = Some(*end);
                self.finished = Some(at.to_owned());
            }
        }
    }

    fn step(&mut self, name: &str) -> &mut Delivered {
        let place = self.steps.iter().position(|step| step.stood.name == name).unwrap_or_else(|| {
            let stood = Stood {
                name: name.to_owned(),
                kind: String::new(),
                outcome: Outcome::AlreadySo,
                detection: Worded::default(),
                seen: Vec::new(),
                unseen: None,
            };
            self.steps.push(Delivered { stood, at: None, programs: Vec::new() });
            self.steps.len() - 1
        });
        &mut self.steps[place]
    }

    /// Every step of the profile has its place now.
    fn left(&mut self, left: &Left) {
        let before = std::mem::take(&mut self.steps);
        let with = |stood: &Stood| {
            let known = before.iter().find(|step| step.stood.name == stood.name);
            let (at, programs) = known.map(|step| (step.at.clone(), step.programs.clone())).unwrap_or_default();
            Delivered { stood: stood.clone(), at, programs }
        };
        self.steps = left.steps.iter().map(with).collect();
        self.left = Some(left.portrait.clone());
    }

    /// What all of them come to.
    pub(super) fn sheet(mut self) -> Sheet {
        let waits = self.boot.as_deref().is_some_and(|boot| self.past.waits_for_restart(boot).is_some());
        self.end = self.end.or(waits.then_some(RunEnd::RestartPending));
        for step in &mut self.steps {
            let changes = self.changes.remove(&step.stood.name).unwrap_or_default();
            if !changes.is_empty() && matches!(step.stood.outcome, Outcome::AlreadySo | Outcome::Changed(_)) {
                step.stood.outcome = Outcome::Changed(changes);
            }
        }
        let Opened { program, title, version, profile, pc, payloads, .. } = self.opened;
        // What was seen at the end holds only as long as no other run was begun since.
        let left = self.left.filter(|_| matches!(self.end, Some(RunEnd::Ready | RunEnd::Failed)));
        Sheet {
            schema: SCHEMA.to_owned(),
            program: left.as_ref().map_or(program, |left| left.program.clone()),
            title,
            version,
            profile,
            technician: self.technician,
            pc: left.as_ref().map_or(pc, |left| left.pc.clone()),
            found: self.found,
            left,
            started: self.started,
            finished: self.finished.filter(|_| self.end.is_some_and(|end| end != RunEnd::RestartPending)),
            end: self.end,
            restarts: self.restarts,
            steps: self.steps,
            payloads,
            unread: 0,
            seal: String::new(),
        }
    }
}
