//! The run of a profile on a PC: each step planned, announced in the journal, applied, and planned again. Whenever the power
//! goes, the journal and the PC tell where to go on.

use super::change::{Aspect, Change, State};
use super::entry::{Entry, Left, Starter};
use super::look::{Act, Ended, Look};
use super::outcome::{Failure, Outcome, RunEnd};
use super::past::Past;
use super::portrait::{Portrait, Stood};
use super::profile::{Facts, Profile, Restart, Stage};
use super::step::{Applied, Meaning, Scene};
use super::tell::{Event, Record, SCHEMA, Started, Told};
use crate::fault::{Fault, Result};

/// A PC that starts a run by itself more often than this is in a loop.
pub const RESUMES: u32 = 20;
/// Between two attempts, where the first says that it could not now.
const PATIENCE_S: u32 = 30;

/// Where the lines of the journal go.
pub trait Log {
    /// Writes a line; it is on the disk when this comes back.
    fn write(&mut self, entry: &Entry) -> Result<()>;
}

/// How a run is to go.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Who started it.
    pub by: Starter,
    /// It may restart the PC.
    pub may_restart: bool,
}

/// Looks at every step and touches nothing.
pub fn look(profile: &Profile, pc: &dyn Look, past: &Past) -> Result<Record> {
    let facts = profile.facts(pc)?;
    let mut steps: Vec<Told> = Vec::new();
    for stage in profile.in_order() {
        let step = past.step(&stage.name);
        let outcome = if !stage.when.holds(&facts) {
            Outcome::Skipped
        } else {
            match stage.kind.step().plan(pc, &scene(profile, stage, past, step.restart_asked_under.as_deref())) {
                Ok(changes) if changes.is_empty() => Outcome::AlreadySo,
                Ok(changes) => Outcome::ToDo(changes),
                Err(fault) => match waits_for(stage, &steps) {
                    Some(need) => Outcome::ToDo(vec![after(&stage.name, need)]),
                    None => Outcome::Failed(Failure::from(&fault)),
                },
            }
        };
        steps.push(told(stage, outcome));
    }
    Ok(Record { steps, ..Record::new(started(profile, pc, &facts)?) })
}

/// The step that this one needs and that is still to be done: what cannot be planned now may be after it.
fn waits_for<'a>(stage: &'a Stage, steps: &[Told]) -> Option<&'a str> {
    let to_do = |need: &&String| steps.iter().any(|told| told.name == **need && matches!(told.outcome, Outcome::ToDo(_)));
    stage.needs.iter().find(to_do).map(String::as_str)
}

/// What is known of a step that waits for another.
fn after(step: &str, need: &str) -> Change {
    let (english, french) = (format!("done after {need}"), format!("fait après {need}"));
    Change::new(step, Aspect::Done, State::Absent, State::Said { english, french })
}

/// How each step stands by what can be seen of it now; `outcomes` are what they came to, in the order in which they come.
pub fn stood(profile: &Profile, pc: &dyn Look, past: &Past, outcomes: &[Told]) -> Vec<Stood> {
    let told = profile.in_order().zip(outcomes);
    told.map(|(stage, told)| {
        let step = past.step(&stage.name);
        let scene = scene(profile, stage, past, step.restart_asked_under.as_deref());
        let seen = match told.outcome {
            Outcome::Skipped => Ok(Vec::new()),
            _ => stage.kind.step().seen(pc, &scene),
        };
        let (seen, unseen) = seen.map_or_else(|fault| (Vec::new(), Some(Failure::from(&fault))), |seen| (seen, None));
        let Told { name, kind, outcome, .. } = told.clone();
        Stood { name, kind, outcome, detection: stage.kind.step().detection().into(), seen, unseen }
    })
    .collect()
}

/// The names of the secrets without which the run would fail.
pub fn secrets(profile: &Profile, pc: &dyn Look) -> Result<Vec<String>> {
    let (facts, past) = (profile.facts(pc)?, Past::default());
    let mut names: Vec<String> = Vec::new();
    for stage in profile.in_order().filter(|stage| stage.when.holds(&facts)) {
        let step = stage.kind.step();
        let may_need = step.secrets();
        if may_need.is_empty() {
            continue;
        }
        match step.plan(pc, &scene(profile, stage, &past, None)) {
            Ok(changes) => names.extend(changes.iter().flat_map(|change| step.needs_secrets(change)).map(str::to_owned)),
            // One that cannot be planned yet may wait for another step, and need all of its secrets after that.
            Err(_) => names.extend(may_need.into_iter().map(str::to_owned)),
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// Refuses what can be seen to be wrong with the files beside the profile, before anything is touched.
pub fn inspect(profile: &Profile, pc: &dyn Look) -> Result<()> {
    let facts = profile.facts(pc)?;
    profile.fits(&facts)?;
    profile.in_order().filter(|stage| stage.when.holds(&facts)).try_for_each(|stage| stage.kind.step().inspect(pc))
}

fn scene<'a>(profile: &'a Profile, stage: &Stage, past: &'a Past, restart_asked_under: Option<&'a str>) -> Scene<'a> {
    let name = past.opened.as_ref().and_then(|opened| opened.name.as_deref());
    Scene { variables: &profile.variables, timeout_s: stage.timeout_s, restart_asked_under, name }
}

fn told(stage: &Stage, outcome: Outcome) -> Told {
    Told { name: stage.name.clone(), kind: stage.kind.word().to_owned(), outcome, since: Vec::new() }
}

fn started(profile: &Profile, pc: &dyn Look, facts: &Facts) -> Result<Started> {
    Ok(Started {
        schema: SCHEMA.to_owned(),
        title: profile.title.clone(),
        version: profile.version.clone(),
        profile: profile.sha256.clone(),
        pc: facts.identity.clone(),
        system: facts.build.name.clone(),
        host_name: pc.host_name()?.now,
        steps: profile.stages.len(),
        since: Vec::new(),
    })
}

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

/// Refuses a journal of another profile, of another PC, or of the same run with other variables or other files beside the
/// profile.
pub fn goes_on(past: &Past, now: &super::entry::Opened) -> Result<()> {
    let Some(before) = &past.opened else { return Ok(()) };
    let name = &before.title;
    if before.profile != now.profile {
        return Err(Fault::new(
            format!("the journal is one of another profile: {name:?} {}", before.version),
            format!("le journal est celui d'un autre profil : {name:?} {}", before.version),
        )
        .hint(
            "name another folder with --state, or move that journal away if that preparation is given up",
            "indiquez un autre dossier avec --state, ou déplacez ce journal si cette préparation est abandonnée",
        ));
    }
    if !before.pc.is(&now.pc) {
        let serial = before.pc.serial.as_deref().or(before.pc.machine.as_deref()).unwrap_or("?");
        return Err(Fault::new(
            format!("the journal is one of another PC: {serial}"),
            format!("le journal est celui d'un autre PC : {serial}"),
        )
        .hint(
            "name another folder with --state: each PC has its own",
            "indiquez un autre dossier avec --state : chaque PC a le sien",
        ));
    }
    if before.variables != now.variables {
        let differs = now.variables.iter().find(|(name, value)| before.variables.get(*name) != Some(value));
        let (name, value) = differs.map(|(name, value)| (name.as_str(), value.as_str())).unwrap_or_default();
        let was = before.variables.get(name).map(String::as_str).unwrap_or_default();
        return Err(Fault::new(
            format!("this preparation was begun with {name}={was:?}, not {value:?}"),
            format!("cette préparation a commencé avec {name}={was:?}, pas {value:?}"),
        )
        .hint(
            "leave --set out to go on with it, or name another folder with --state",
            "omettez --set pour la poursuivre, ou indiquez un autre dossier avec --state",
        ));
    }
    let changed = before.payloads.iter().find(|(name, digest)| now.payloads.get(*name) != Some(digest));
    changed.map_or(Ok(()), |(name, _)| {
        Err(Fault::new(
            format!("{name} is not what it was when this preparation was begun"),
            format!("{name} n'est plus ce qu'il était au début de cette préparation"),
        )
        .hint(
            "put the file back, or name another folder with --state",
            "remettez le fichier, ou indiquez un autre dossier avec --state",
        ))
    })
}
