//! The course of one PC: connect, bring what is needed, start, follow, connect again, until there is a result. Whatever is cut and
//! wherever, it comes to the same end: what is asked for next depends on what the PC says is there.

mod asked;
mod ending;
mod kept;

use super::attend::Hello;
use super::result::{End, PcResult};
use crate::fault::Fault;
use crate::prep::engine;
use crate::prep::look::Identity;
use crate::prep::outcome::{Failure, RunEnd};
use crate::prep::tell::Event;
pub use asked::{Came, Do, Doing, Load, Program, Terms};
pub use ending::FIRST_MS;
use kept::{Steps, short, shortened};

/// Between two attempts to reach a PC, at first and at most.
const PAUSES_MS: [u64; 2] = [500, 15_000];
/// After a restart the start-up task is given so long to begin, before the run is started from here.
const START_UP_MS: u64 = 120_000;
/// How often bytes may arrive changed.
const MOST_WRONG: u32 = 3;
/// A PC that restarts more often than a run may go on, and whose run tells nothing in between, does so for ever.
const MOST_SILENT_RESTARTS: u32 = engine::RESUMES;
/// Lines of a run: a profile of a thousand steps with all their attempts has fewer.
const MOST_LINES: u32 = 100_000;

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
    /// Restarts since its run has told anything.
    silent_restarts: u32,
    finished: Option<Finished>,
    stopped: Option<(bool, Failure)>,
    /// The journal on the PC has the beginning of this run.
    begun: bool,
    tidyings: u32,
    /// The name that it is given.
    name: Option<String>,
    result: PcResult,
    steps: Steps,
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
            silent_restarts: 0,
            finished: None,
            stopped: None,
            begun: false,
            tidyings: 0,
            name: None,
            result,
            steps: Steps::default(),
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

    /// How often the PC was restarted.
    pub fn restarts(&self) -> u32 {
        self.result.restarts
    }

    /// The result; the last one only when [`Do::End`] was said.
    pub fn result(&self) -> &PcResult {
        &self.result
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
            self.silent_restarts += 1;
            if self.silent_restarts > MOST_SILENT_RESTARTS && self.may_have_begun() && self.decided.is_none() {
                let why = told(
                    "it restarts again and again, and its run tells nothing in between",
                    "il redémarre encore et encore, sans que sa préparation dise rien entre-temps",
                );
                return self.over(now, End::Lost, Some(why));
            }
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
        self.silent_restarts = 0;
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
            Event::Step(told) => self.steps.keep(&told),
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
