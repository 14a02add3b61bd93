//! What a person sees while a PC is prepared: the step, and what it changes. On standard error, and only on a terminal.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::language::Language;
use crate::line::one_line;
use crate::prep::tell::Event;

/// The time between two pictures.
const EVERY: Duration = Duration::from_millis(120);

/// The picture on the screen.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    language: Language,
}

impl Progress {
    /// Nothing is done yet. Where standard error is no terminal, nothing is ever drawn.
    pub(super) fn new(language: Language) -> Progress {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner} {pos}/{len}  {elapsed}  {wide_msg}");
            bar.enable_steady_tick(EVERY);
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
        });
        Progress { bar, language }
    }

    /// Something happened.
    pub(super) fn tell(&self, event: &Event) {
        let Some(bar) = &self.bar else { return };
        match event {
            Event::Started(started) => bar.set_length(started.steps as u64),
            Event::Applying { name, attempt, changes } => {
                let change = changes.first().map(|change| change.say(self.language)).unwrap_or_default();
                let again = match attempt {
                    0 | 1 => String::new(),
                    more => self.language.pick(format!(" (attempt {more})"), format!(" (essai {more})")),
                };
                bar.set_message(one_line(&format!("{name}{again} · {change}")));
            }
            Event::Step(told) => {
                bar.set_message(one_line(&told.name));
                // One that a later step has undone is told once more.
                bar.set_position(bar.length().unwrap_or_default().min(bar.position() + 1));
            }
            Event::Finished { .. } | Event::Stopped { .. } => {}
        }
    }

    /// Leaves the screen to the result.
    pub(super) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
