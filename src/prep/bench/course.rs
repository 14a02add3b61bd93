//! The course of one PC: connect, bring what is needed, start, follow, connect again, until there is a result. Whatever is cut and
//! wherever, it comes to the same end: what is asked for next depends on what the PC says is there.

use std::collections::BTreeMap;

use super::attend::{Beat, Hello};
use super::result::{End, PcResult, StepFailure};
use crate::fault::Fault;
use crate::language::Language;
use crate::prep::look::{Digest, Identity};
use crate::prep::outcome::{Failure, Outcome, RunEnd};
use crate::prep::tell::Event;

/// A PC that was never reached is tried for so long: it may be starting.
pub const FIRST_MS: u64 = 60_000;
/// Between two attempts to reach a PC, at first and at most.
const PAUSES_MS: [u64; 2] = [500, 15_000];
/// After a restart the start-up task is given so long to begin, before the run is started from here.
const START_UP_MS: u64 = 120_000;
/// How often bytes may arrive changed.
const MOST_WRONG: u32 = 3;
/// How often a run that ended without a word is started again.
const MOST_STARTS: u32 = 5;
/// Lines of a run: a profile of a thousand steps with all their attempts has fewer.
const MOST_LINES: u32 = 100_000;
/// Steps that are kept of a PC.
const MOST_STEPS: usize = 1_000;
/// Failures that are shown of a PC, and letters of each text that it tells.
const MOST_FAILURES: usize = 40;
const LONGEST_TEXT: usize = 400;
/// How often what was brought is tried to be removed.
const MOST_TIDYINGS: u32 = 3;

/// What is brought to the PC.
#[derive(Clone, Debug)]
pub struct Load {
    /// The files: the profile first, and what lies beside it.
    pub files: Vec<(String, Digest)>,
    /// What tells the run from any other.
    pub run: String,
    /// Whether there are secrets to be given.
    pub secrets: bool,
}

/// How patient the station is.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// A PC that was reached once is waited for so long, in milliseconds.
    pub patience_ms: u64,
    /// A run that goes on and tells nothing new is given up after so long.
    pub quiet_ms: u64,
}

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Do {
    /// Connect, prove who both are, and look what is there.
    Connect,
    /// Bring the program, from this byte on.
    Push {
        /// Counted from 0: then nothing of what is there is kept.
        from: u64,
    },
    /// See whether what arrived is the program, by its SHA-256 computed there.
    Check,
    /// Run the program there, to be spoken with.
    Open,
    /// Bring the file of this place.
    Put {
        /// Its place in [`Load::files`].
        file: usize,
    },
    /// Start the run.
    Start,
    /// Hear what it tells, from this byte on.
    Listen {
        /// Of its lines.
        from: u64,
    },
    /// Wait.
    Rest {
        /// In milliseconds.
        ms: u64,
    },
    /// Remove what was brought.
    Tidy,
    /// Nothing: there is a result.
    End,
}

/// How much of the program is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// All of it, and right by its SHA-256.
    Right,
    /// All of it, by what the PC says.
    Whole,
    /// So many bytes, and some are missing.
    Part(u64),
}

impl Program {
    /// So many bytes are there, of so many.
    pub fn of(there: u64, size: u64) -> Program {
        match there {
            _ if there == size => Program::Whole,
            // More than there may be is none of it.
            _ if there > size => Program::Part(0),
            _ => Program::Part(there),
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Came {
    /// Of [`Do::Connect`].
    Looked(Program),
    /// It was done.
    Done,
    /// What arrived is not what was sent.
    Wrong,
    /// Of [`Do::Open`].
    Attending(Hello),
    /// Of [`Do::Listen`]: a line of the run, and where the next begins.
    Line(u64, Box<Event>),
    /// Of [`Do::Listen`]: nothing new.
    Beat(Beat),
    /// The connection could not be made, or is gone.
    Lost(Failure),
    /// It cannot be, and will not be later.
    Refused(Failure),
}

/// What is going on, for whoever looks on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It is not connected.
    Away,
    /// The program or a file is brought.
    Bringing,
    /// The run goes on.
    Running,
    /// The PC restarts.
    Restarting,
    /// There is a result.
    Over(End),
}

/// Where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Away,
    Pushing(u64),
    Checking,
    Opening,
    Putting(usize),
    Starting,
    Listening,
    Tidying,
    Over,
}

/// The end of a run, as it was told.
#[derive(Clone, Debug)]
struct Finished {
    end: RunEnd,
    restarting: bool,
    by_hand: Option<Failure>,
}

/// The course of one PC.
#[derive(Debug)]
pub struct Course {
    load: Load,
    terms: Terms,
    place: Place,
    began_ms: u64,
    /// Since when nothing has come of it.
    since: Option<u64>,
    /// When it is tried again.
    not_before: u64,
    tries: u32,
    /// It was reached once.
    met: bool,
    last: Option<Failure>,
    /// The most of the program that was there.
    pushed: u64,
    wrong: u32,
    started: bool,
    /// It was asked to start, whether an answer came or not.
    asked_to_start: bool,
    /// Files that are there, of those that are brought one after the other.
    stored: usize,
    starts: u32,
    /// The run was started again because its secrets were gone with the restart.
    again: bool,
    /// Bytes of the run's lines that were heard.
    read: u64,
    lines: u32,
    /// When the last line came.
    line_ms: u64,
    boot: Option<String>,
    /// Until when the start-up task is waited for.
    start_up_until: u64,
    restart_since: Option<u64>,
    finished: Option<Finished>,
    stopped: Option<(bool, Failure)>,
    /// The journal on the PC has the beginning of this run.
    begun: bool,
    tidyings: u32,
    /// The name that it is given.
    name: Option<String>,
    result: PcResult,
    steps: BTreeMap<String, Kept>,
    decided: Option<End>,
}

impl Course {
    /// That of a PC, not begun yet.
    pub fn new(pc: String, load: Load, terms: Terms) -> Course {
        let result = PcResult {
            pc,
            end: End::NotReached,
            why: None,
            host_name: None,
            identity: Identity::default(),
            system: None,
            changed: 0,
            already: 0,
            failures: Vec::new(),
            restarts: 0,
            losses: 0,
            took_ms: 0,
        };
        Course {
            load,
            terms,
            place: Place::Away,
            began_ms: 0,
            since: None,
            not_before: 0,
            tries: 0,
            met: false,
            last: None,
            pushed: 0,
            wrong: 0,
            started: false,
            asked_to_start: false,
            stored: 0,
            starts: 0,
            again: false,
            read: 0,
            lines: 0,
            line_ms: 0,
            boot: None,
            start_up_until: 0,
            restart_since: None,
            finished: None,
            stopped: None,
            begun: false,
            tidyings: 0,
            name: None,
            result,
            steps: BTreeMap::new(),
            decided: None,
        }
    }

    /// From now on.
    pub fn begin(&mut self, now: u64) {
        (self.began_ms, self.since, self.line_ms) = (now, Some(now), now);
    }

    /// What to do now.
    pub fn next(&mut self, now: u64) -> Do {
        if self.place == Place::Away {
            self.give_up_in_time(now);
        }
        match self.place {
            Place::Over => Do::End,
            Place::Away if now < self.not_before => Do::Rest { ms: self.not_before - now },
            Place::Away => Do::Connect,
            Place::Pushing(from) => Do::Push { from },
            Place::Checking => Do::Check,
            Place::Opening => Do::Open,
            Place::Putting(file) => Do::Put { file },
            Place::Starting => {
                self.asked_to_start = true;
                Do::Start
            }
            Place::Listening => Do::Listen { from: self.read },
            Place::Tidying => Do::Tidy,
        }
    }

    /// What came of it.
    pub fn came(&mut self, now: u64, came: Came) {
        match came {
            Came::Lost(why) => self.lost(now, why),
            Came::Refused(why) => self.refused(now, why),
            Came::Looked(program) => self.looked(program),
            Came::Attending(hello) => self.attending(now, hello),
            Came::Line(next, event) => self.line(now, next, *event),
            Came::Beat(beat) => self.beat(now, &beat),
            Came::Wrong => {
                self.wrong += 1;
                if self.wrong >= MOST_WRONG {
                    let why = told(
                        "what is sent arrives changed, again and again",
                        "ce qui est envoyé arrive altéré, encore et encore",
                    );
                    return self.refused(now, why);
                }
                if self.place == Place::Checking {
                    self.place = Place::Pushing(0);
                }
            }
            Came::Done => self.done(now),
        }
    }

    /// What is going on.
    pub fn doing(&self) -> Doing {
        match self.place {
            Place::Over => Doing::Over(self.result.end),
            Place::Away if self.restart_since.is_some() => Doing::Restarting,
            Place::Away => Doing::Away,
            Place::Pushing(_) | Place::Checking | Place::Opening | Place::Putting(_) => Doing::Bringing,
            Place::Listening if self.restart_since.is_some() => Doing::Restarting,
            Place::Starting | Place::Listening | Place::Tidying => Doing::Running,
        }
    }

    /// It is given this name, which it has once it is ready.
    pub fn named(&mut self, name: &str) {
        self.name = Some(name.to_owned());
    }

    /// The station is stopped.
    pub fn leave(&mut self, now: u64) {
        if self.place != Place::Over {
            let why = told("the station was stopped", "le poste a été arrêté");
            let end = self.decided.unwrap_or(if self.may_have_begun() { End::LeftAlone } else { End::NotReached });
            self.over(now, end, Some(why).filter(|_| self.decided.is_none()));
        }
    }

    /// Whether the run was started, as far as is known: an answer can be lost.
    fn may_have_begun(&self) -> bool {
        self.started || self.asked_to_start
    }

    /// How often the PC was restarted.
    pub fn restarts(&self) -> u32 {
        self.result.restarts
    }

    /// The result; the last one only when [`Do::End`] was said.
    pub fn result(&self) -> &PcResult {
        &self.result
    }

    fn give_up_in_time(&mut self, now: u64) {
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

    fn lost(&mut self, now: u64, why: Failure) {
        if self.place != Place::Away {
            self.result.losses += 1;
            self.tries = 0;
        }
        self.place = Place::Away;
        self.last = Some(why);
        self.since.get_or_insert(now);
        let [first, most] = PAUSES_MS;
        self.not_before = now + first.saturating_mul(1 << self.tries.min(10)).min(most);
        self.tries += 1;
    }

    fn refused(&mut self, now: u64, why: Failure) {
        match self.decided {
            Some(end) => self.over(now, end, None),
            None if self.started => self.over(now, End::Failed, Some(why)),
            // It was to start, and before it answered it was gone: now it cannot be asked any more.
            None if self.asked_to_start && self.place != Place::Starting => self.over(now, End::Lost, Some(why)),
            // The program is open there, and nothing runs: what was brought is removed.
            None if matches!(self.place, Place::Putting(_) | Place::Starting) => self.decide(now, End::Refused, Some(why)),
            None => self.over(now, End::Refused, Some(why)),
        }
    }

    fn looked(&mut self, program: Program) {
        self.met = true;
        if let Program::Part(part) = program
            && part > self.pushed
        {
            self.pushed = part;
            self.progress();
        }
        self.place = match program {
            Program::Right => Place::Opening,
            Program::Whole => Place::Checking,
            Program::Part(part) => Place::Pushing(part),
        };
    }

    fn attending(&mut self, now: u64, hello: Hello) {
        if self.boot.as_ref().is_some_and(|before| *before != hello.boot) {
            self.result.restarts += 1;
            self.finished = None;
            self.start_up_until = now + START_UP_MS;
            self.restart_since = None;
            self.line_ms = now;
        }
        self.boot = Some(hello.boot);
        self.place = match hello.running {
            _ if self.decided.is_some() => {
                self.tidyings += 1;
                Place::Tidying
            }
            // Where a power cut took its name, it tells by its first line which it is.
            Some(run) if run == self.load.run || run.is_empty() => {
                self.started = true;
                Place::Listening
            }
            Some(_) => return self.refused(now, another()),
            None if self.started => Place::Listening,
            None => Place::Putting(0),
        };
    }

    fn done(&mut self, now: u64) {
        match self.place {
            Place::Pushing(_) => self.place = Place::Checking,
            Place::Checking => {
                self.progress();
                self.place = Place::Opening;
            }
            Place::Putting(file) => {
                // After a cut all of them are put again: that those are there which were is no step forward.
                if file >= self.stored {
                    self.stored = file + 1;
                    self.progress();
                }
                self.place = if file + 1 < self.load.files.len() { Place::Putting(file + 1) } else { Place::Starting };
            }
            Place::Starting => {
                self.progress();
                self.started = true;
                self.starts += 1;
                (self.read, self.begun, self.line_ms) = (0, false, now);
                (self.finished, self.stopped) = (None, None);
                self.place = Place::Listening;
            }
            Place::Tidying => {
                let end = self.decided.unwrap_or(End::Failed);
                self.over(now, end, None);
            }
            // Nothing that these ask for is answered so.
            Place::Away | Place::Opening | Place::Listening | Place::Over => {}
        }
    }

    fn progress(&mut self) {
        self.since = None;
        self.tries = 0;
    }

    fn line(&mut self, now: u64, next: u64, event: Event) {
        self.lines += 1;
        if self.lines > MOST_LINES {
            let why = told("its run tells more than any run has to tell", "sa préparation en dit plus qu'aucune n'a à en dire");
            return self.over(now, End::Failed, Some(why));
        }
        self.progress();
        self.read = next;
        self.line_ms = now;
        match event {
            Event::Started(started) if !self.is_ours(&started.profile) => {
                let end = if self.starts == 0 { End::Refused } else { End::Failed };
                self.over(now, end, Some(another()));
            }
            Event::Started(started) => {
                self.begun = true;
                (self.finished, self.stopped) = (None, None);
                self.steps.clear();
                let Identity { maker, product, serial, machine } = started.pc;
                let [maker, product, serial, machine] = [maker, product, serial, machine].map(|text| text.as_deref().map(short));
                self.result.identity = Identity { maker, product, serial, machine };
                self.result.host_name = Some(short(&started.host_name));
                self.result.system = Some(short(&started.system));
            }
            Event::Applying { .. } => {}
            // A PC that makes names up fills no memory of ours.
            Event::Step(told) => {
                let name = short(&told.name);
                if self.steps.len() < MOST_STEPS || self.steps.contains_key(&name) {
                    self.steps.insert(name, Kept::of(&told.outcome));
                }
            }
            Event::Finished { end, restarting, by_hand, .. } => {
                self.finished = Some(Finished { end, restarting, by_hand: by_hand.map(shortened) });
                self.restart_since = restarting.then_some(now);
            }
            Event::Stopped { refused, why } => self.stopped = Some((refused, shortened(why))),
        }
    }

    /// Whether a run is of this profile: by the SHA-256 of its text, the first of the files.
    fn is_ours(&self, profile: &str) -> bool {
        self.load.files.first().is_none_or(|(_, digest)| digest.sha256 == profile)
    }

    fn beat(&mut self, now: u64, beat: &Beat) {
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

    fn over(&mut self, now: u64, end: End, why: Option<Failure>) {
        self.place = Place::Over;
        let result = &mut self.result;
        result.end = end;
        result.why = result.why.take().or(why).map(shortened);
        result.took_ms = now.saturating_sub(self.began_ms);
        if end == End::Ready && self.name.is_some() {
            result.host_name = self.name.take();
        }
        for (name, kept) in &self.steps {
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

fn short(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

fn shortened(failure: Failure) -> Failure {
    let [english, french] = Language::ALL.map(|language| short(&failure.say(language)));
    Failure::Fault { english, french }
}

fn another() -> Failure {
    told(
        "another preparation goes on there, begun from another station or with other variables",
        "une autre préparation y est en cours, lancée d'un autre poste ou avec d'autres variables",
    )
}

fn told(english: &str, french: &str) -> Failure {
    Failure::from(&Fault::new(english, french))
}
