//! A run: each step planned, announced in the journal, applied, and planned again.

use super::{Log, RESUMES, Terms, scene, started, stood, told};
use crate::fault::{Fault, Result};
use crate::prep::change::Change;
use crate::prep::entry::{Entry, Left, Starter};
use crate::prep::look::{Act, Ended};
use crate::prep::outcome::{Failure, Outcome, RunEnd};
use crate::prep::past::Past;
use crate::prep::portrait::Portrait;
use crate::prep::profile::{Facts, Profile, Restart, Stage};
use crate::prep::step::{Applied, Meaning};
use crate::prep::tell::{Event, Record, Told};

/// Between two attempts, where the first says that it could not now.
const PATIENCE_S: u32 = 30;

/// Brings the PC into the state that the profile wants. `past` is what the journal holds so far, its first line at least.
///
/// # Errors
/// The journal cannot be written, or the PC tells nothing of itself. Whatever goes wrong with a step is an outcome of that step.
pub fn run(
    profile: &Profile,
    pc: &mut dyn Act,
    past: Past,
    log: &mut dyn Log,
    terms: Terms,
    tell: &mut dyn FnMut(&Event),
) -> Result<Record> {
    let facts = profile.facts(pc)?;
    let boot = pc.boot()?;
    let record = Record::new(started(profile, pc, &facts)?);
    let mut run = Run { profile, pc, past, log, terms, tell, facts, boot, record, prepared_to_resume: None };
    run.through()?;
    Ok(run.record)
}

struct Run<'a> {
    profile: &'a Profile,
    pc: &'a mut dyn Act,
    past: Past,
    log: &'a mut dyn Log,
    terms: Terms,
    tell: &'a mut dyn FnMut(&Event),
    facts: Facts,
    /// Which start of the PC this is.
    boot: String,
    record: Record,
    /// Whether the PC will go on by itself after its next start; `None` before it was asked to.
    prepared_to_resume: Option<Result<()>>,
}

impl Run<'_> {
    fn through(&mut self) -> Result<()> {
        self.write(Entry::Started { boot: self.boot.clone(), by: self.terms.by })?;
        if !self.past.found && self.past.steps.is_empty() {
            self.write(Entry::Found(Box::new(Portrait::of(&*self.pc)?)))?;
        }
        (self.tell)(&Event::Started(Box::new(self.record.started.clone())));
        let stages: Vec<&Stage> = self.profile.in_order().collect();
        if self.terms.by == Starter::Startup && self.past.resumes > RESUMES {
            return self.finish(RunEnd::TooManyResumes);
        }
        let awaited = self.past.restart_awaited(&self.boot).map(str::to_owned);
        for (place, stage) in stages.iter().enumerate() {
            let (outcome, restart) = match &awaited {
                // What the restart is for is not known to be done before it.
                Some(name) => (self.before_restart(stage), *name == stage.name),
                None => self.stage(stage)?,
            };
            let told = told(stage, outcome);
            (self.tell)(&Event::Step(told.clone()));
            self.record.steps.push(told);
            if restart {
                for stage in &stages[place + 1..] {
                    let told = self::told(stage, Outcome::AfterRestart);
                    (self.tell)(&Event::Step(told.clone()));
                    self.record.steps.push(told);
                }
                return self.restart(stage);
            }
        }
        let waits = |told: &&Told| matches!(told.outcome, Outcome::RebootNeeded(_));
        if let Some(waiting) = self.record.steps.iter().find(waits) {
            self.record.restart_for = Some(waiting.name.clone());
            self.record.by_hand = self.prepared_to_resume.take().and_then(Result::err).as_ref().map(Failure::from);
            return self.end(RunEnd::RestartPending);
        }
        self.look_again();
        let failed = self.record.steps.iter().any(|told| told.outcome.is_failure());
        self.finish(if failed { RunEnd::Failed } else { RunEnd::Ready })
    }

    /// Looks once more at all that is done: what a later step has undone is not.
    fn look_again(&mut self) {
        let profile = self.profile;
        for (place, stage) in profile.in_order().enumerate() {
            let before = &self.record.steps[place].outcome;
            if !before.is_done() || *before == Outcome::Skipped {
                continue;
            }
            let outcome = match self.plan(stage) {
                Ok(left) if left.is_empty() => continue,
                Ok(left) => Outcome::DidNotTake(left),
                Err(fault) => Outcome::Failed(Failure::from(&fault)),
            };
            let told = told(stage, outcome);
            (self.tell)(&Event::Step(told.clone()));
            self.record.steps[place] = told;
        }
    }

    /// What a step came to before the restart that is still awaited.
    fn before_restart(&self, stage: &Stage) -> Outcome {
        let before = self.past.step(&stage.name).outcome;
        self.not_its_turn(stage).or(before).unwrap_or(Outcome::AlreadySo)
    }

    /// Why a step is not looked at, where it is not.
    fn not_its_turn(&self, stage: &Stage) -> Option<Outcome> {
        if !stage.when.holds(&self.facts) {
            return Some(Outcome::Skipped);
        }
        let not_done = |need: &&String| self.record.steps.iter().any(|told| told.name == **need && !told.outcome.is_done());
        stage.needs.iter().find(not_done).cloned().map(Outcome::NotTried)
    }

    /// One step: what it came to, and whether the PC must be restarted now.
    fn stage(&mut self, stage: &Stage) -> Result<(Outcome, bool)> {
        if let Some(outcome) = self.not_its_turn(stage) {
            return Ok((outcome, false));
        }
        // Where the PC wanted a restart before, this step is not the reason; one that was cut off since the PC was started may be.
        let begun = self.past.step(&stage.name);
        let begun_here = begun.interrupted && begun.begun_under.as_ref() == Some(&self.boot);
        let pending_before = !begun_here && self.pc.restart_pending().unwrap_or(false);
        loop {
            let before = self.past.step(&stage.name);
            let changes = match self.plan(stage) {
                Ok(changes) => changes,
                Err(fault) => {
                    let outcome = Outcome::Failed(Failure::from(&fault));
                    self.ended(stage, &outcome, false, vec![])?;
                    if self.tries_left(stage) {
                        self.pc.wait(PATIENCE_S);
                        continue;
                    }
                    return Ok((outcome, false));
                }
            };
            if changes.is_empty() {
                let outcome =
                    if before.changes.is_empty() { Outcome::AlreadySo } else { Outcome::Changed(before.changes.clone()) };
                if before.interrupted || before.outcome.as_ref() != Some(&outcome) && !before.changes.is_empty() {
                    let restart = begun_here && self.pc.restart_pending().unwrap_or(false);
                    self.ended(stage, &outcome, restart, vec![])?;
                }
                let restart = self.wants_restart(stage);
                return Ok((outcome, restart));
            }
            if before.unattended && !stage.kind.step().begins_again() {
                let outcome = Outcome::Failed(Failure::from(&cut_off()));
                self.ended(stage, &outcome, false, vec![])?;
                return Ok((outcome, false));
            }
            // The restart that was left to others has come, and mended nothing: that was one attempt.
            if stage.reboot == Restart::Never && self.past.has_restarted(&stage.name, &self.boot) {
                let outcome = Outcome::DidNotTake(changes.clone());
                self.ended(stage, &outcome, false, vec![])?;
                if !self.tries_left(stage) {
                    return Ok((outcome, false));
                }
            }
            if !self.tries_left(stage) {
                // After the last restart it is still not so.
                let outcome = match before.outcome {
                    Some(outcome @ (Outcome::Failed(_) | Outcome::DidNotTake(_))) => outcome,
                    _ => Outcome::DidNotTake(changes),
                };
                self.ended(stage, &outcome, false, vec![])?;
                return Ok((outcome, false));
            }
            let attempt = self.past.step(&stage.name).failures + 1;
            let (outcome, meaning) = self.attempt(stage, changes, attempt, pending_before)?;
            match outcome {
                Outcome::Changed(_) => return Ok((outcome, self.wants_restart(stage))),
                Outcome::RebootNeeded(_) => return Ok((outcome, stage.reboot != Restart::Never)),
                _ if !self.tries_left(stage) => return Ok((outcome, false)),
                _ if meaning == Meaning::Retry => self.pc.wait(PATIENCE_S),
                _ => {}
            }
        }
    }

    fn plan(&self, stage: &Stage) -> Result<Vec<Change>> {
        let past = self.past.steps.get(&stage.name);
        let asked = past.and_then(|step| step.restart_asked_under.as_deref());
        stage.kind.step().plan(&*self.pc, &scene(self.profile, stage, &self.past, asked))
    }

    /// Announces the changes, makes them, and looks again.
    fn attempt(&mut self, stage: &Stage, changes: Vec<Change>, attempt: u32, pending_before: bool) -> Result<(Outcome, Meaning)> {
        if self.prepared_to_resume.is_none() {
            let prepared = self.pc.resume_at_start();
            // On the disk before the first step is begun: the power may go in the middle of it.
            self.pc.settle()?;
            self.prepared_to_resume = Some(prepared);
        }
        let name = stage.name.clone();
        self.write(Entry::Began { step: name.clone(), attempt, changes: changes.clone() })?;
        (self.tell)(&Event::Applying { name, attempt, changes: changes.clone() });
        let (mut evidence, mut meaning, mut failed) = (Vec::new(), Meaning::Done, None);
        for change in &changes {
            let scene = scene(self.profile, stage, &self.past, None);
            match stage.kind.step().apply(change, self.pc, &scene) {
                Ok(Applied { meaning: means, ended }) => {
                    meaning = meaning.max(means);
                    evidence.extend(ended);
                }
                // The others may take all the same, and the next look tells what is left.
                Err(fault) => failed = failed.or_else(|| Some(Failure::from(&fault))),
            }
        }
        let outcome = match self.plan(stage) {
            Ok(left) if left.is_empty() => Outcome::Changed(self.past.step(&stage.name).changes),
            Ok(left) => match (failed, meaning) {
                (Some(failure), _) => Outcome::Failed(failure),
                (None, Meaning::Restart) => Outcome::RebootNeeded(left),
                (None, Meaning::Failed | Meaning::Retry) => worst(&evidence).unwrap_or(Outcome::DidNotTake(left)),
                (None, Meaning::Done) => Outcome::DidNotTake(left),
            },
            Err(fault) => Outcome::Failed(failed.unwrap_or_else(|| Failure::from(&fault))),
        };
        let pending = !pending_before && self.pc.restart_pending().unwrap_or(false);
        self.ended(stage, &outcome, meaning == Meaning::Restart || pending, evidence)?;
        Ok((outcome, meaning))
    }

    fn tries_left(&self, stage: &Stage) -> bool {
        self.past.step(&stage.name).failures <= u32::from(stage.retries)
    }

    /// Whether a step that is done wants a restart that has not come about.
    fn wants_restart(&self, stage: &Stage) -> bool {
        let step = self.past.step(&stage.name);
        let here = |boot: &Option<String>| boot.as_ref() == Some(&self.boot);
        match stage.reboot {
            Restart::Never => false,
            Restart::After => here(&step.begun_under),
            Restart::IfNeeded => here(&step.wants_restart_under),
        }
    }

    /// Asks for the restart, and that the run goes on after it.
    fn restart(&mut self, stage: &Stage) -> Result<()> {
        self.record.restart_for = Some(stage.name.clone());
        self.write(Entry::Restart { step: stage.name.clone(), boot: self.boot.clone() })?;
        let resumes = match self.prepared_to_resume.take() {
            Some(prepared) => prepared,
            None => self.pc.resume_at_start(),
        };
        // A PC that would not go on by itself is restarted by whoever can go on.
        let by_hand = resumes.err();
        if !self.terms.may_restart || by_hand.is_some() {
            self.record.by_hand = by_hand.as_ref().map(Failure::from);
            return self.end(RunEnd::RestartPending);
        }
        // Told first: who restarts does not come back.
        self.record.restarting = true;
        self.end(RunEnd::RestartPending)?;
        self.pc.restart().or_else(|fault| {
            (self.record.by_hand, self.record.restarting) = (Some(Failure::from(&fault)), false);
            Ok(())
        })
    }

    /// The run has come to its end: nothing is left for the next start of the PC.
    fn finish(&mut self, end: RunEnd) -> Result<()> {
        if matches!(end, RunEnd::Ready | RunEnd::Failed) {
            let steps = stood(self.profile, &*self.pc, &self.past, &self.record.steps);
            self.write(Entry::Left(Box::new(Left { portrait: Portrait::of(&*self.pc)?, steps })))?;
        }
        self.write(Entry::Finished { end })?;
        if let Err(fault) = self.pc.forget_resume() {
            self.record.by_hand = Some(Failure::from(&fault));
        }
        self.end(end)
    }

    fn end(&mut self, end: RunEnd) -> Result<()> {
        self.record.end = Some(end);
        let Record { restart_for, restarting, by_hand, .. } = self.record.clone();
        (self.tell)(&Event::Finished { end, restart_for, restarting, by_hand });
        Ok(())
    }

    fn ended(&mut self, stage: &Stage, outcome: &Outcome, restart: bool, evidence: Vec<Ended>) -> Result<()> {
        self.pc.settle()?;
        self.write(Entry::Ended { step: stage.name.clone(), outcome: outcome.clone(), restart, evidence })
    }

    /// Writes a line and remembers it.
    fn write(&mut self, entry: Entry) -> Result<()> {
        self.log.write(&entry)?;
        self.past.add(&entry);
        Ok(())
    }
}

fn cut_off() -> Fault {
    Fault::new(
        "it was cut off in the middle, and is not begun again by itself",
        "elle a été coupée en plein travail, et n'est pas recommencée d'elle-même",
    )
    .hint("look at the PC, then run trousse prep run again", "regardez le PC, puis relancez trousse prep run")
}

/// The program that ended worst, as the outcome of its step.
fn worst(evidence: &[Ended]) -> Option<Outcome> {
    evidence.iter().rfind(|ended| !ended.well()).map(|ended| Outcome::Failed(Failure::Program(ended.clone())))
}
