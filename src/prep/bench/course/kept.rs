//! What is kept of the steps of a PC: enough for its row. A PC that makes names up fills no memory of ours.

use std::collections::BTreeMap;

use crate::language::Language;
use crate::prep::bench::result::{PcResult, StepFailure};
use crate::prep::outcome::{Failure, Outcome};
use crate::prep::tell::Told;

/// Steps that are kept of a PC.
const MOST_STEPS: usize = 1_000;
/// Failures that are shown of a PC, and letters of each text that it tells.
const MOST_FAILURES: usize = 40;
const LONGEST_TEXT: usize = 400;

/// The steps of a PC, by their names.
#[derive(Debug, Default)]
pub(super) struct Steps(BTreeMap<String, Kept>);

impl Steps {
    /// What a step came to.
    pub(super) fn keep(&mut self, told: &Told) {
        let name = short(&told.name);
        if self.0.len() < MOST_STEPS || self.0.contains_key(&name) {
            self.0.insert(name, Kept::of(&told.outcome));
        }
    }

    /// A run begins, and tells all of them again.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Counts them.
    pub(super) fn count(&self, result: &mut PcResult) {
        for (name, kept) in &self.0 {
            match kept {
                Kept::Changed => result.changed += 1,
                Kept::Already => result.already += 1,
                Kept::Failed([english, french]) if result.failures.len() < MOST_FAILURES => {
                    let (name, english, french) = (name.clone(), english.clone(), french.clone());
                    result.failures.push(StepFailure { name, english, french });
                }
                Kept::Failed(_) | Kept::Other => {}
            }
        }
    }
}

/// What is kept of an outcome: the whole of it is in the journal on the PC.
#[derive(Debug)]
enum Kept {
    Changed,
    Already,
    Failed([String; 2]),
    Other,
}

impl Kept {
    fn of(outcome: &Outcome) -> Kept {
        match outcome {
            Outcome::Changed(_) => Kept::Changed,
            Outcome::AlreadySo | Outcome::Skipped => Kept::Already,
            outcome if outcome.is_failure() => Kept::Failed(Language::ALL.map(|language| {
                let lines = outcome.lines(language).join(", ");
                short(&format!("{}{}{lines}", outcome.word(language), language.pick(": ", " : ")))
            })),
            _ => Kept::Other,
        }
    }
}

/// The beginning of a text that a PC tells.
pub(super) fn short(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

/// The same of a failure.
pub(super) fn shortened(failure: Failure) -> Failure {
    let [english, french] = Language::ALL.map(|language| short(&failure.say(language)));
    Failure::Fault { english, french }
}
