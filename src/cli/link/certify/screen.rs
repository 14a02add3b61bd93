//! What whoever walks sees and hears, on standard error: the outlet that is next, a line for each that was measured, and a sound.

use std::io::{IsTerminal, Write, stderr};
use std::thread;
use std::time::Duration;

use anstyle::{AnsiColor, Style};

use crate::certify::{Certified, Standing};
use crate::check::cabling::speed;
use crate::language::Language;
use crate::line::one_line;

/// Between two sounds: a terminal makes one of two that come together.
const BETWEEN_SOUNDS: Duration = Duration::from_millis(300);

/// The screen and its bell.
pub(super) struct Screen {
    language: Language,
    sound: bool,
    colour: bool,
    /// What was asked for last, so that it is not asked for twice.
    asked: Option<String>,
}

impl Screen {
    pub(super) fn new(language: Language, sound: bool) -> Screen {
        let terminal = stderr().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Screen { language, sound: sound && terminal, colour: terminal && !plain, asked: None }
    }

    /// A line.
    pub(super) fn say(&mut self, english: impl AsRef<str>, french: impl AsRef<str>) {
        self.asked = None;
        eprintln!("{}", one_line(self.language.pick(english.as_ref(), french.as_ref())));
    }

    /// The keys, once, where there is somebody to press them.
    pub(super) fn keys(&mut self) {
        if stderr().is_terminal() {
            self.say(
                "Keys: s skip · n no link comes · m measure the link that is there · r measure the one before again · q end",
                "Touches : s passer · n aucun lien ne vient · m mesurer le lien présent · r refaire la précédente · q terminer",
            );
        }
    }

    /// What to do: the outlet that is next.
    pub(super) fn next(&mut self, one: &Certified, left: usize, unplug: bool) {
        let place = [one.outlet.panel.as_deref(), one.outlet.switch.as_deref(), one.outlet.port.as_deref()];
        let label = [Some(one.outlet.label.as_str())].into_iter().chain(place).flatten().collect::<Vec<_>>().join(" · ");
        let what = match unplug {
            true => self.language.pick("unplug, then plug in there", "débranchez, puis branchez là"),
            false => self.language.pick("plug in there", "branchez là"),
        };
        let asked = match self.language {
            Language::En => format!("→ {label}: {what} ({left} left)"),
            Language::Fr => format!("→ {label} : {what} (reste {left})"),
        };
        // The same outlet is asked for once more only where what is to be done has changed for the worse.
        let same =
            self.asked.as_deref().is_some_and(|before| before == asked || (!unplug && before.starts_with(&format!("→ {label}"))));
        if !same {
            eprintln!("{}", one_line(&asked));
        }
        self.asked = Some(asked);
    }

    /// What an outlet came to.
    pub(super) fn came_to(&mut self, one: &Certified) {
        self.asked = None;
        let (sign, colour) = match one.standing {
            Standing::Pass => ("✓", AnsiColor::Green),
            Standing::Fail => ("✗", AnsiColor::Red),
            Standing::PassInPart | Standing::Skipped | Standing::Left => ("?", AnsiColor::Magenta),
        };
        let language = self.language;
        let told = [
            one.speed_mbps().map(|mbps| speed(mbps, language)),
            one.switch().map(str::to_owned),
            one.port().map(str::to_owned),
            one.vlan().map(|vlan| format!("VLAN {vlan}")),
            one.neighbour().and_then(|neighbour| neighbour.poe).map(|power| format!("PoE {}", power.say(language))),
        ];
        let told = told.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let parts = [told, one.remarks(language)].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" – ");
        let line = one_line(&format!("{} {} {parts}", one.outlet.label, one.standing.word(language)));
        let style = if self.colour { Style::new().fg_color(Some(colour.into())).bold() } else { Style::new() };
        eprintln!("{style}{sign}{style:#} {line}");
        match one.standing {
            Standing::Fail => self.ring(2),
            Standing::Pass | Standing::PassInPart => self.ring(1),
            Standing::Skipped | Standing::Left => {}
        }
    }

    /// The bell of the terminal, so many times.
    fn ring(&self, times: u32) {
        for time in 0..if self.sound { times } else { 0 } {
            if time > 0 {
                thread::sleep(BETWEEN_SOUNDS);
            }
            // Whoever hears nothing sees the line.
            let _ = stderr().write_all(b"\x07").and_then(|()| stderr().flush());
        }
    }
}
