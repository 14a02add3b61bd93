//! What a person sees while a scan goes on: hosts as they answer, and how far it is. On standard error, and only on a terminal.

use std::collections::{HashSet, VecDeque};
use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::edge::record::Circumstances;
use crate::language::Language;
use crate::line::one_line;
use crate::net::Moment;
use crate::observe::{Fact, Observation, v4};
use crate::oui::Vendors;
use crate::probe::Errand;
use crate::probe::listen::Listener;

mod rungs;

/// The time between two pictures.
const EVERY: Duration = Duration::from_millis(80);
/// Lines of the screen that are left for what stands there already.
const MARGIN: usize = 4;

/// The picture on the screen.
pub struct Progress {
    bar: Option<ProgressBar>,
    language: Language,
    errand: Errand,
    planned: u64,
    /// The time that the look was given, in milliseconds.
    budget_ms: Option<u32>,
    told: rungs::Told,
    /// The rungs of the ladder, where it is climbed.
    rungs: Vec<String>,
    /// For how long a neighbour is listened to that does not speak.
    listens: Duration,
    seen: HashSet<std::net::IpAddr>,
    /// The lines of the hosts that answered last, as many as the screen holds.
    lines: VecDeque<String>,
    room: usize,
    width: usize,
    drawn: Moment,
}

impl Progress {
    /// Nothing has answered yet. Where standard error is no terminal, nothing is ever drawn.
    pub fn new(language: Language, circumstances: &Circumstances) -> Progress {
        let survey = &circumstances.survey;
        let rungs = if survey.errand == Errand::Diagnose { rungs::COUNT } else { 0 };
        let (rows, columns) = console::Term::stderr().size();
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style =
                ProgressStyle::with_template("{msg}{spinner} {prefix}").unwrap_or_else(|_| ProgressStyle::default_spinner());
            bar.with_style(style)
        });
        Progress {
            bar,
            language,
            errand: survey.errand,
            planned: survey.targets.count(),
            budget_ms: survey.budget_ms,
            told: rungs::Told::of(&circumstances.plan),
            rungs: Vec::new(),
            listens: Duration::from_millis(survey.surroundings.listen_ms.into()),
            seen: HashSet::new(),
            lines: VecDeque::new(),
            room: usize::from(rows).saturating_sub(MARGIN + rungs).max(1),
            width: usize::from(columns),
            drawn: Moment::default(),
        }
    }

    /// A host that answers for the first time is shown.
    pub fn observed(&mut self, seen: &Observation) {
        if self.bar.is_none() {
            return;
        }
        let (ip, mac) = match &seen.fact {
            Fact::NeighbourAdvertised(told) => {
                self.push(&one_line(&format!("{}  {}  {}", told.protocol, told.called(), told.port)));
                return;
            }
            Fact::AddressClaimed { ip, mac, .. } => (ip, mac),
            Fact::DhcpAnswered(answer) => (&v4(answer.server.unwrap_or(answer.source)), &answer.mac),
            _ => return,
        };
        if self.seen.insert(*ip) {
            let vendor = Vendors::builtin().lookup(*mac).name().unwrap_or_default();
            self.push(&format!("{:<15}  {mac}  {vendor}", ip.to_string()));
        }
    }

    /// A fact that no frame tells.
    pub fn fact(&mut self, fact: &Fact) {
        if self.bar.is_some() {
            self.told.learn(fact);
        }
    }

    /// How far each rung is, if it is time to draw.
    pub fn turn(&mut self, now: Moment, listener: &Listener) {
        if self.bar.is_some() && self.errand == Errand::Diagnose && now.since(self.drawn) >= EVERY {
            let lines = rungs::lines(listener, &self.told, self.language);
            let width = self.width.saturating_sub(1);
            self.rungs = lines.iter().map(|line| console::truncate_str(line, width, "…").into_owned()).collect();
        }
    }

    /// A line that does not stand there yet.
    fn push(&mut self, line: &str) {
        let line = console::truncate_str(line, self.width.saturating_sub(1), "…").into_owned();
        if self.lines.contains(&line) {
            return;
        }
        self.lines.push_back(line);
        if self.lines.len() > self.room {
            self.lines.pop_front();
        }
    }

    /// Draws, if it is time.
    pub fn tick(&mut self, now: Moment) {
        let Some(bar) = &self.bar else { return };
        if now.since(self.drawn) < EVERY {
            return;
        }
        self.drawn = now;
        let lines: String = self.lines.iter().chain(&self.rungs).map(|line| format!("{line}\n")).collect();
        let (hosts, planned, seconds) = (self.seen.len(), self.planned, now.ms() as f64 / 1000.0);
        bar.set_message(lines);
        let (english, french) = match self.errand {
            Errand::Dhcp => (
                format!("{hosts} DHCP servers have answered, {seconds:.1} s; slow ones take 5 s (Ctrl-C: report what is known)"),
                format!(
                    "{hosts} serveurs DHCP ont répondu, {seconds:.1} s ; les lents prennent 5 s (Ctrl-C : rapport de ce qui est connu)"
                ),
            ),
            Errand::Link => {
                let left = self.listens.saturating_sub(Duration::from_millis(now.ms())).as_secs();
                (
                    format!("listening to the neighbour (LLDP, CDP), {left} s at most (Ctrl-C: report what is known)"),
                    format!("écoute du voisin (LLDP, CDP), {left} s au plus (Ctrl-C : rapport de ce qui est connu)"),
                )
            }
            Errand::Power => (
                format!("switches are asked for their power, twice, {seconds:.1} s (Ctrl-C: report what is known)"),
                format!(
                    "les commutateurs sont interrogés sur leur PoE, deux fois, {seconds:.1} s (Ctrl-C : rapport de ce qui est connu)"
                ),
            ),
            Errand::Locate => (
                format!("asking switches, {seconds:.1} s (Ctrl-C: report what is known)"),
                format!("interrogation des commutateurs, {seconds:.1} s (Ctrl-C : rapport de ce qui est connu)"),
            ),
            Errand::Diagnose => {
                let budget = self.budget_ms.map(|ms| ms.div_ceil(1000));
                let (of, sur) = budget.map(|s| (format!(" of {s}"), format!(" sur {s}"))).unwrap_or_default();
                (
                    format!("{hosts} addresses have answered, {seconds:.1}{of} s (Ctrl-C: report what is known)"),
                    format!("{hosts} adresses ont répondu, {seconds:.1}{sur} s (Ctrl-C : rapport partiel)"),
                )
            }
            Errand::Scan | Errand::Capture => (
                format!("{hosts} addresses have answered, {planned} to ask, {seconds:.1} s (Ctrl-C: report what is known)"),
                format!(
                    "{hosts} adresses ont répondu, {planned} à demander, {seconds:.1} s (Ctrl-C : rapport de ce qui est connu)"
                ),
            ),
        };
        bar.set_prefix(self.language.pick(english, french.replace('.', ",")));
        bar.tick();
    }

    /// Leaves the screen to the report.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
