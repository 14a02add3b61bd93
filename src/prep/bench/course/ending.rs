//! How a course comes to its end: by what the run came to, by a refusal, by the patience of the station, or because that is stopped.

use super::kept::shortened;
use super::{Course, Finished, Place, told};
use crate::prep::bench::attend::Beat;
use crate::prep::bench::result::End;
use crate::prep::outcome::{Failure, RunEnd};

/// A PC that was never reached is tried for so long: it may be starting.
pub const FIRST_MS: u64 = 60_000;
/// How often a run that ended without a word is started again.
const MOST_STARTS: u32 = 5;
/// How often what was brought is tried to be removed.
const MOST_TIDYINGS: u32 = 3;

impl Course {
    /// The station is stopped.
    pub fn leave(&mut self, now: u64) {
        if self.place != Place::Over {
            let why = told("the station was stopped", "le poste a été arrêté");
            let end = self.decided.unwrap_or(if self.may_have_begun() { End::LeftAlone } else { End::NotReached });
            self.over(now, end, Some(why).filter(|_| self.decided.is_none()));
        }
    }

    /// Whether the run was started, as far as is known: an answer can be lost.
    pub(super) fn may_have_begun(&self) -> bool {
        self.started || self.asked_to_start
    }

    /// Whether the program there has greeted us.
    fn is_attended(&self) -> bool {
        matches!(self.place, Place::Putting(_) | Place::Starting | Place::Listening | Place::Tidying)
    }

    pub(super) fn give_up_in_time(&mut self, now: u64) {
        let Some(since) = self.since else { return };
        let patience = if self.met { self.terms.patience_ms } else { FIRST_MS };
        let late = now.saturating_sub(since) >= patience;
        match self.decided {
            // What it came to is known; that some files stay behind is no reason to wait.
            Some(end) if late || self.tidyings >= MOST_TIDYINGS => self.over(now, end, None),
            None if late && self.finished.as_ref().is_some_and(|finished| finished.restarting) => {
                let why =
                    told("it was to restart by itself, and did not come back", "il devait redémarrer seul, et n'est pas revenu");
                self.over(now, End::Lost, Some(why));
            }
            None if late => {
                let end = if self.may_have_begun() { End::Lost } else { End::NotReached };
                let why = self.last.take();
                self.over(now, end, why);
            }
            _ => {}
        }
    }

    pub(super) fn refused(&mut self, now: u64, why: Failure) {
        match self.decided {
            Some(end) => self.over(now, end, None),
            // The run goes on there, and the station is not let in any more: by a key or a password that the run itself has changed.
            None if self.started && !self.is_attended() => self.over(now, End::Lost, Some(why)),
            None if self.started => self.over(now, End::Failed, Some(why)),
            // It was to start, and before it answered it was gone: now it cannot be asked any more.
            None if self.asked_to_start && self.place != Place::Starting => self.over(now, End::Lost, Some(why)),
            // The program is open there, and nothing runs: what was brought is removed.
            None if matches!(self.place, Place::Putting(_) | Place::Starting) => self.decide(now, End::Refused, Some(why)),
            None => self.over(now, End::Refused, Some(why)),
        }
    }

    pub(super) fn beat(&mut self, now: u64, beat: &Beat) {
        self.progress();
        if beat.running {
            if now.saturating_sub(self.line_ms) > self.terms.quiet_ms {
                let why = told(
                    "its run goes on and has told nothing new for longer than any step may take",
                    "sa préparation continue sans rien dire de nouveau, depuis plus longtemps qu'aucune étape n'y a droit",
                );
                self.over(now, End::Lost, Some(why));
            }
            return;
        }
        if let Some((refused, why)) = self.stopped.take() {
            let end = if refused && self.result.restarts == 0 { End::Refused } else { End::Failed };
            return self.decide(now, end, Some(why));
        }
        if let Some(finished) = self.finished.clone() {
            return self.ended(now, finished);
        }
        if let (Some(end), true) = (beat.end, self.begun) {
            // Its last line was lost with the power; its journal was not.
            return self.ended(now, Finished { end, restarting: false, by_hand: None });
        }
        if now < self.start_up_until {
            return;
        }
        if self.starts < MOST_STARTS {
            self.place = Place::Starting;
            return;
        }
        let why = told("its run ended again and again without a word", "sa préparation s'est arrêtée plusieurs fois sans un mot");
        self.decide(now, End::Failed, Some(why));
    }

    fn ended(&mut self, now: u64, finished: Finished) {
        match finished.end {
            RunEnd::Ready => self.decide(now, End::Ready, None),
            RunEnd::RestartPending if finished.restarting => {
                let since = *self.restart_since.get_or_insert(now);
                if now.saturating_sub(since) >= self.terms.patience_ms {
                    let why = told("it was to restart by itself, and did not", "il devait redémarrer seul, et ne l'a pas fait");
                    self.decide(now, End::RestartPending, Some(why));
                }
            }
            RunEnd::RestartPending => self.decide(now, End::RestartPending, finished.by_hand),
            RunEnd::Failed if self.load.secrets && self.result.restarts > 0 && !self.again => {
                self.again = true;
                self.place = Place::Starting;
            }
            RunEnd::Failed => self.decide(now, End::Failed, None),
            RunEnd::TooManyResumes => {
                let why = told(
                    "it restarted again and again without coming to the end",
                    "il a redémarré encore et encore sans arriver au bout",
                );
                self.decide(now, End::Failed, Some(why));
            }
        }
    }

    /// What it came to is known; what was brought is removed first.
    fn decide(&mut self, now: u64, end: End, why: Option<Failure>) {
        if end == End::RestartPending {
            // What was brought is needed again.
            return self.over(now, end, why);
        }
        self.decided = Some(end);
        self.result.why = why;
        self.restart_since = None;
        self.tidyings += 1;
        self.place = Place::Tidying;
    }

    pub(super) fn over(&mut self, now: u64, end: End, why: Option<Failure>) {
        self.place = Place::Over;
        let result = &mut self.result;
        result.end = end;
        result.why = result.why.take().or(why).map(shortened);
        result.took_ms = now.saturating_sub(self.began_ms);
        if end == End::Ready && self.name.is_some() {
            result.host_name = self.name.take();
        }
        self.steps.count(result);
    }
}
