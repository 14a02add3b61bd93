//! What a journal tells of the runs before: what was done, how often it went wrong, which restarts were asked for.

use std::collections::BTreeMap;

use super::change::Change;
use super::entry::{Entry, Left, Opened, Starter};
use super::outcome::{Outcome, RunEnd};

/// The past of a preparation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Past {
    /// Its first line.
    pub opened: Option<Opened>,
    /// The names of the steps that something was done for, in the order in which it was.
    pub order: Vec<String>,
    /// By the name of the step.
    pub steps: BTreeMap<String, Step>,
    /// How many times the PC started a run by itself since somebody did.
    pub resumes: u32,
    /// The step that asked for a restart last, and the start of the PC under which it did.
    pub restart: Option<(String, String)>,
    /// How the PC was found is told.
    pub found: bool,
    /// How the last run that came to its end left the PC.
    pub left: Option<Box<Left>>,
    /// What the last run came to; `None` where it did not come to its end.
    pub end: Option<RunEnd>,
    /// Under which start of the PC the last run was started.
    boot: Option<String>,
}

/// The past of a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// What it came to last.
    pub outcome: Option<Outcome>,
    /// Every change that was begun since the last run that came to its end.
    pub changes: Vec<Change>,
    /// It was begun, and nothing tells how that ended.
    pub interrupted: bool,
    /// It was cut off so, and nobody has started a run since: the PC did.
    pub unattended: bool,
    /// How often it went wrong since somebody started a run.
    pub failures: u32,
    /// Under which start of the PC it was begun last, since the last run that came to its end.
    pub begun_under: Option<String>,
    /// Under which start of the PC it said last that a restart is needed.
    pub wants_restart_under: Option<String>,
    /// Under which start of the PC a restart was asked for by it, the last time.
    pub restart_asked_under: Option<String>,
}

impl Past {
    /// What the lines of a journal come to.
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Past {
        let mut past = Past::default();
        for entry in entries {
            past.add(entry);
        }
        past
    }

    /// It is one of another profile, and has come to its end: a run of this profile does not go on with it.
    pub fn is_over_for(&self, profile: &str) -> bool {
        self.end.is_some() && self.opened.as_ref().is_some_and(|opened| opened.profile != profile)
    }

    /// One more line.
    pub fn add(&mut self, entry: &Entry) {
        let boot = self.boot.clone();
        match entry {
            Entry::Opened(opened) => {
                self.opened.get_or_insert_with(|| (**opened).clone());
            }
            Entry::Started { boot, by } => {
                self.boot = Some(boot.clone());
                match by {
                    Starter::Startup => {
                        self.resumes += 1;
                        self.steps.values_mut().for_each(|step| step.unattended |= step.interrupted);
                    }
                    Starter::Person => {
                        self.resumes = 0;
                        self.steps.values_mut().for_each(|step| (step.failures, step.unattended) = (0, false));
                    }
                }
                if self.end.take().is_some() {
                    self.steps.values_mut().for_each(|step| {
                        step.changes.clear();
                        (step.begun_under, step.wants_restart_under) = (None, None);
                    });
                }
            }
            Entry::Began { step, changes, .. } => {
                let step = self.step_mut(step);
                for change in changes {
                    if !step.changes.iter().any(|known| (&known.subject, &known.aspect) == (&change.subject, &change.aspect)) {
                        step.changes.push(change.clone());
                    }
                }
                step.begun_under = boot;
                step.interrupted = true;
            }
            Entry::Ended { step, outcome, restart, .. } => {
                let step = self.step_mut(step);
                step.interrupted = false;
                step.failures += u32::from(matches!(outcome, Outcome::Failed(_) | Outcome::DidNotTake(_)));
                if *restart {
                    step.wants_restart_under = boot;
                }
                step.outcome = Some(outcome.clone());
            }
            Entry::Restart { step: name, boot } => {
                let step = self.step_mut(name);
                // What a restart did not mend was tried once.
                let first = step.restart_asked_under.as_ref() != Some(boot);
                step.failures += u32::from(first && matches!(step.outcome, Some(Outcome::RebootNeeded(_))));
                step.restart_asked_under = Some(boot.clone());
                self.restart = Some((name.clone(), boot.clone()));
            }
            Entry::Technician { .. } => {}
            Entry::Found(_) => self.found = true,
            Entry::Left(left) => {
                // The last look has the last word on what is done.
                for stood in &left.steps {
                    let step = self.steps.get(&stood.name).and_then(|step| step.outcome.as_ref());
                    if step.is_none_or(Outcome::is_done) != stood.outcome.is_done() {
                        self.step_mut(&stood.name).outcome = Some(stood.outcome.clone());
                    }
                }
                self.left = Some(left.clone());
            }
            Entry::Finished { end } => self.end = Some(*end),
        }
    }

    /// The past of a step; an empty one where there is none.
    pub fn step(&self, name: &str) -> Step {
        self.steps.get(name).cloned().unwrap_or_default()
    }

    /// Whether a step said under another start of the PC that a restart is needed, and was not begun since.
    pub fn has_restarted(&self, name: &str, boot: &str) -> bool {
        let step = self.step(name);
        let elsewhere = step.begun_under.as_ref().is_some_and(|begun| begun != boot);
        elsewhere && !step.interrupted && matches!(step.outcome, Some(Outcome::RebootNeeded(_)))
    }

    fn step_mut(&mut self, name: &str) -> &mut Step {
        if !self.steps.contains_key(name) {
            self.order.push(name.to_owned());
        }
        self.steps.entry(name.to_owned()).or_default()
    }

    /// The step that keeps the last run from having come to its end under this start of the PC, where all that is left is a restart:
    /// one that was asked for, or one that `reboot = "never"` leaves to others.
    pub fn waits_for_restart(&self, boot: &str) -> Option<&str> {
        let waits = |name: &&String| {
            let step = self.steps.get(*name);
            let under_this = |step: &Step| step.begun_under.as_deref() == Some(boot);
            step.is_some_and(|step| under_this(step) && matches!(step.outcome, Some(Outcome::RebootNeeded(_))))
        };
        // One that has its end has said so itself, and one that was cut off waits for no restart.
        let other = self.end.is_some() || self.steps.values().any(|step| step.interrupted);
        let left_to_others = self.order.iter().find(waits).filter(|_| !other).map(String::as_str);
        self.restart_awaited(boot).or(left_to_others)
    }

    /// The step whose restart is still awaited under this start of the PC.
    pub fn restart_awaited(&self, boot: &str) -> Option<&str> {
        self.restart.as_ref().filter(|(_, asked)| asked == boot).map(|(step, _)| step.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prep::change::Aspect;

    #[test]
    fn failures_count_across_restarts_until_somebody_starts_again() {
        let started = |boot: &str, by| Entry::Started { boot: boot.into(), by };
        let did_not_take =
            || Entry::Ended { step: "a".into(), outcome: Outcome::DidNotTake(vec![]), restart: false, evidence: vec![] };
        let mut entries = vec![started("1", Starter::Person), did_not_take(), started("2", Starter::Startup), did_not_take()];
        let past = Past::of(&entries);
        assert_eq!((past.step("a").failures, past.resumes), (2, 1));
        entries.push(started("2", Starter::Person));
        let past = Past::of(&entries);
        assert_eq!((past.step("a").failures, past.resumes), (0, 0));
    }

    #[test]
    fn a_restart_is_awaited_until_the_pc_has_started_anew() {
        let past = Past::of(&[Entry::Restart { step: "a".into(), boot: "1".into() }]);
        assert_eq!(past.restart_awaited("1"), Some("a"));
        assert_eq!(past.restart_awaited("2"), None);
    }

    #[test]
    fn a_restart_that_is_left_to_others_is_waited_for_too() {
        let begun = |boot: &str| Entry::Started { boot: boot.into(), by: Starter::Person };
        let began = Entry::Began { step: "a".into(), attempt: 1, changes: vec![Change::to_be("a", Aspect::Done)] };
        let ended = |outcome| Entry::Ended { step: "a".into(), outcome, restart: true, evidence: vec![] };
        let mut entries = vec![begun("1"), began];
        assert_eq!(Past::of(&entries).waits_for_restart("1"), None, "it is being done");
        entries.push(ended(Outcome::RebootNeeded(vec![])));
        let past = Past::of(&entries);
        assert_eq!((past.waits_for_restart("1"), past.restart_awaited("1")), (Some("a"), None));
        assert_eq!(past.waits_for_restart("2"), None, "the PC was started since");
        entries.extend([begun("2"), ended(Outcome::Changed(vec![])), Entry::Finished { end: RunEnd::Ready }]);
        assert_eq!(Past::of(&entries).waits_for_restart("2"), None);
        assert_eq!(Past::of(&entries).waits_for_restart("1"), None);
    }

    #[test]
    fn what_a_run_before_the_last_end_changed_is_not_told_again() {
        let began = Entry::Began { step: "a".into(), attempt: 1, changes: vec![Change::to_be("a", Aspect::Done)] };
        let mut entries = vec![Entry::Started { boot: "1".into(), by: Starter::Person }, began];
        let past = Past::of(&entries);
        assert!(past.step("a").interrupted && past.step("a").changes.len() == 1);
        entries.push(Entry::Finished { end: RunEnd::Ready });
        entries.push(Entry::Started { boot: "1".into(), by: Starter::Person });
        assert_eq!(Past::of(&entries).step("a").changes, []);
    }
}
