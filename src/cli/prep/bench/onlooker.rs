//! What is seen while many PCs are prepared: a line a PC on a terminal, plain lines elsewhere, lines of JSON for programs.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::output::print;
use crate::edge::bench::station::Seen;
use crate::language::Language;
use crate::line::one_line;
use crate::prep::bench::course::Doing;
use crate::prep::bench::result::{Line, News, PcResult, Record};
use crate::prep::tell::Event;
use crate::report::bench_line;

/// The time between two pictures.
const EVERY: Duration = Duration::from_millis(150);
/// Lines of the screen that are left for what stands there already.
const MARGIN: usize = 3;

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// A program, on standard output.
    Lines,
    /// People, on standard error.
    People,
}

/// Whoever looks on.
pub(super) struct Onlooker {
    manner: Manner,
    language: Language,
    labels: Vec<String>,
    width: usize,
    screen: Option<Screen>,
}

/// The lines on a terminal: as many PCs as it holds, and how many are done.
struct Screen {
    all: MultiProgress,
    bars: Vec<Option<ProgressBar>>,
    waiting: Vec<usize>,
    room: usize,
    total: ProgressBar,
}

impl Onlooker {
    pub(super) fn new(manner: Manner, labels: Vec<String>, record: &Record, language: Language) -> Onlooker {
        let width = labels.iter().map(|label| label.chars().count()).max().unwrap_or_default();
        let screen = (manner == Manner::People && stderr().is_terminal()).then(|| Screen::new(labels.len(), language));
        let onlooker = Onlooker { manner, language, labels, width, screen };
        let pcs = onlooker.labels.len() as u32;
        if let News::Opened { schema, title, version, profile, .. } = record.opened() {
            onlooker.line(0, News::Opened { schema, title, version, profile, pcs });
        }
        onlooker
    }

    fn line(&self, at_ms: u64, news: News) {
        if self.manner == Manner::Lines {
            // A reader that went away does not stop the work.
            drop(print(&bench_line(&Line { at_ms, news })));
        }
    }

    /// Something was seen.
    pub(super) fn saw(&mut self, seen: &Seen) {
        if self.manner == Manner::Lines {
            if let Seen::News(_, at_ms, news) = seen {
                self.line(*at_ms, news.clone());
            }
            return;
        }
        let place = match seen {
            Seen::News(place, ..) | Seen::Stands(place, _) | Seen::Sent(place, ..) => *place,
        };
        let said = self.said(seen);
        match (&mut self.screen, seen) {
            (Some(screen), Seen::News(_, _, News::Result(result))) => {
                let label = format!("{:<width$}", self.labels[place], width = self.width);
                let text = format!("{} {label}  {}", sign(result), one_line(&outcome(result, self.language)));
                screen.done(place, &text, &self.labels, self.width);
            }
            // It may be that of the PC by way of which the others are reached.
            (Some(screen), Seen::News(_, _, News::Trusted { pc, .. })) => {
                let text = format!("{}: {}", one_line(pc), one_line(&said.unwrap_or_default()));
                screen.all.suspend(|| eprintln!("{text}"));
            }
            (Some(screen), _) => {
                if let Some(said) = said {
                    screen.shows(place, &one_line(&said), &self.labels, self.width);
                }
            }
            (None, Seen::News(_, _, News::Trusted { pc, .. })) => {
                eprintln!("{:<width$}  {}", one_line(pc), one_line(&said.unwrap_or_default()), width = self.width);
            }
            (None, Seen::News(_, _, news)) => {
                if let (Some(said), false) = (said, matches!(news, News::Told { event, .. } if matches!(**event, Event::Step(_))))
                {
                    eprintln!("{:<width$}  {}", self.labels[place], one_line(&said), width = self.width);
                }
            }
            (None, _) => {}
        }
    }

    /// What is said of it, where anything is.
    fn said(&self, seen: &Seen) -> Option<String> {
        let language = self.language;
        let pick = |english: &str, french: &str| Some(language.pick(english, french).to_owned());
        match seen {
            Seen::Sent(_, sent, of) => Some(language.pick(
                format!("bringing the program and the files: {} of {} MB", sent >> 20, of >> 20),
                format!("dépôt du programme et des fichiers : {} sur {} Mo", sent >> 20, of >> 20),
            )),
            Seen::Stands(_, doing) => match doing {
                Doing::Away => pick("connecting", "connexion"),
                Doing::Bringing => pick("bringing the program and the files", "dépôt du programme et des fichiers"),
                Doing::Running => pick("being prepared", "en préparation"),
                Doing::Restarting => pick("restarting", "redémarrage"),
                Doing::Over(_) => None,
            },
            Seen::News(_, _, news) => match news {
                News::Trusted { fingerprint, .. } => Some(language.pick(
                    format!("its key is known from now on: {fingerprint}"),
                    format!("sa clé est connue désormais : {fingerprint}"),
                )),
                News::Connected { .. } => pick("connected", "connecté"),
                News::Named { name, .. } => Some(language.pick(format!("its name is {name}"), format!("son nom est {name}"))),
                News::Lost { why, .. } => {
                    let why = why.say(language);
                    Some(language.pick(format!("{why}; it is tried again"), format!("{why} ; nouvel essai")))
                }
                News::Restarted { .. } => pick("restarted", "redémarré"),
                News::Told { event, .. } => match &**event {
                    Event::Applying { name, changes, .. } => {
                        let change = changes.first().map(|change| change.say(language)).unwrap_or_default();
                        Some(format!("{name} · {change}"))
                    }
                    Event::Step(told) => Some(told.name.clone()),
                    _ => None,
                },
                News::Result(result) => Some(outcome(result, language)),
                News::Opened { .. } | News::Summary { .. } => None,
            },
        }
    }

    /// Leaves the screen to the table.
    pub(super) fn finish(&self, record: &Record) {
        if let Some(screen) = &self.screen {
            screen.bars.iter().flatten().for_each(ProgressBar::finish_and_clear);
            screen.total.finish_and_clear();
        }
        self.line(record.took_ms, record.summary());
    }
}

fn sign(result: &PcResult) -> &'static str {
    match result.end.exit_code() {
        0 => "✓",
        10 => "!",
        _ => "✗",
    }
}

fn outcome(result: &PcResult, language: Language) -> String {
    let word = result.end.word(language);
    let failure = result.failures.first().map(|failure| {
        let what = language.pick(&failure.english, &failure.french);
        language.pick(format!("{}: {what}", failure.name), format!("{} : {what}", failure.name))
    });
    match result.why.as_ref().map(|why| why.say(language)).or(failure) {
        Some(why) => language.pick(format!("{word}: {why}"), format!("{word} : {why}")),
        None => word.to_owned(),
    }
}

impl Screen {
    fn new(pcs: usize, language: Language) -> Screen {
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let total = all.add(ProgressBar::new(pcs as u64));
        let style = ProgressStyle::with_template("{pos}/{len} {msg}  {elapsed}").unwrap_or_else(|_| ProgressStyle::default_bar());
        total.set_style(style);
        total.set_message(language.pick("PCs done", "PC terminés"));
        let (rows, _) = console::Term::stderr().size();
        Screen {
            all,
            bars: (0..pcs).map(|_| None).collect(),
            waiting: Vec::new(),
            room: usize::from(rows).saturating_sub(MARGIN).max(1),
            total,
        }
    }

    /// A PC says something.
    fn shows(&mut self, place: usize, said: &str, labels: &[String], width: usize) {
        if self.bars[place].is_none() {
            if self.bars.iter().flatten().count() >= self.room {
                if !self.waiting.contains(&place) {
                    self.waiting.push(place);
                }
                return;
            }
            self.bars[place] = Some(self.bar(&format!("{:<width$}", labels[place])));
        }
        if let Some(bar) = &self.bars[place] {
            bar.set_message(said.to_owned());
        }
    }

    fn bar(&self, label: &str) -> ProgressBar {
        let bar = self.all.insert_before(&self.total, ProgressBar::new_spinner());
        let style =
            ProgressStyle::with_template("{spinner} {prefix}  {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
        bar.set_style(style);
        bar.set_prefix(label.to_owned());
        bar.enable_steady_tick(EVERY);
        bar
    }

    /// A PC has its result: its line stays above the others, and makes room.
    fn done(&mut self, place: usize, said: &str, labels: &[String], width: usize) {
        if let Some(bar) = self.bars[place].take() {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
        self.waiting.retain(|waiting| *waiting != place);
        let (_, columns) = console::Term::stderr().size();
        let line = console::truncate_str(said, usize::from(columns).saturating_sub(1), "…").into_owned();
        self.all.suspend(|| eprintln!("{line}"));
        self.total.inc(1);
        if !self.waiting.is_empty() && self.bars.iter().flatten().count() < self.room {
            let next = self.waiting.remove(0);
            self.bars[next] = Some(self.bar(&format!("{:<width$}", labels[next])));
        }
    }
}
