//! A PC that is none, what may befall it, and how its course is followed.

use super::attend::{Beat, Hello};
use super::course::{Came, Course, Do, Load, Program, Terms};
use crate::prep::look::{Digest, Identity};
use crate::prep::outcome::{Failure, Outcome, RunEnd};
use crate::prep::tell::{Event, Started, Told};

/// Bytes of the program, and steps of the run.
const SIZE: u64 = 10;
pub(super) const STEPS: usize = 6;
/// The step after which the PC is restarted.
const RESTART: usize = 3;
pub(super) const RUN: &str = "run";

/// What befalls the connection or the PC while something is asked of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Blow {
    Nothing,
    /// The connection goes before it is done.
    CutBefore,
    /// It is done, and the connection goes before the answer.
    CutAfter,
    /// The power goes.
    Power,
    /// The run is killed.
    Kill,
    /// What arrives is not what was sent.
    Garble,
}

#[derive(Default)]
pub(super) struct FakePc {
    pub(super) connected: bool,
    pub(super) attending: bool,
    pub(super) part: u64,
    pub(super) garbled: bool,
    pub(super) whole: bool,
    pub(super) files: [bool; 2],
    pub(super) boot: u32,
    pub(super) running: bool,
    /// The PC goes on by itself after its next start.
    pub(super) resumes: bool,
    pub(super) done: usize,
    /// How often each step was done.
    pub(super) times: [u32; STEPS],
    pub(super) lines: Vec<Event>,
    pub(super) finished: Option<RunEnd>,
    pub(super) will_restart: bool,
    pub(super) tidied: bool,
    /// How often something befell it when it was to tidy up.
    pub(super) struck: u32,
}

pub(super) fn load() -> Load {
    Load { files: vec![("a.toml".into(), Digest::of(b"a")), ("b".into(), Digest::of(b"b"))], run: RUN.into(), secrets: false }
}

pub(super) const TERMS: Terms = Terms { patience_ms: 900_000, quiet_ms: 3_600_000 };

pub(super) fn gone() -> Came {
    Came::Lost(Failure::Fault { english: "cut".into(), french: "coupé".into() })
}

impl FakePc {
    fn drop_connection(&mut self) -> Came {
        (self.connected, self.attending) = (false, false);
        gone()
    }

    fn starts_anew(&mut self) -> Came {
        self.boot += 1;
        self.running = false;
        self.will_restart = false;
        if self.resumes {
            self.begin();
        }
        self.drop_connection()
    }

    pub(super) fn begin(&mut self) {
        self.running = true;
        self.resumes = true;
        self.finished = None;
        let started = Started {
            schema: String::new(),
            title: String::new(),
            version: String::new(),
            profile: Digest::of(b"a").sha256,
            pc: Identity::default(),
            system: String::new(),
            host_name: "pc".into(),
            steps: STEPS,
            since: Vec::new(),
        };
        self.lines.push(Event::Started(Box::new(started)));
        for step in 0..self.done {
            self.lines.push(step_line(step));
        }
    }

    /// The run does one step more.
    fn work(&mut self) {
        if !self.running {
            return;
        }
        if self.done < STEPS {
            self.times[self.done] += 1;
            self.lines.push(step_line(self.done));
            self.done += 1;
            if self.done == RESTART {
                self.running = false;
                self.will_restart = true;
                self.lines.push(finished(RunEnd::RestartPending, true));
            }
            return;
        }
        self.running = false;
        self.resumes = false;
        self.finished = Some(RunEnd::Ready);
        self.lines.push(finished(RunEnd::Ready, false));
    }

    pub(super) fn perform(&mut self, asked: &Do, blow: Blow) -> Came {
        if self.will_restart && blow != Blow::CutBefore {
            return self.starts_anew();
        }
        self.struck += u32::from(*asked == Do::Tidy && blow != Blow::Nothing);
        match blow {
            Blow::CutBefore => return self.drop_connection(),
            Blow::Power => return self.starts_anew(),
            Blow::Kill => self.running = false,
            Blow::Nothing | Blow::CutAfter | Blow::Garble => {}
        }
        let came = self.answer(asked, blow == Blow::Garble);
        if blow == Blow::CutAfter { self.drop_connection() } else { came }
    }

    pub(super) fn answer(&mut self, asked: &Do, garble: bool) -> Came {
        match asked {
            Do::Connect => {
                assert!(!self.connected);
                self.connected = true;
                match self.whole {
                    true => Came::Looked(Program::Right),
                    false => Came::Looked(Program::of(self.part, SIZE)),
                }
            }
            Do::Push { from } => {
                assert!(self.connected && *from <= self.part);
                self.garbled = (*from > 0 && self.garbled) || garble;
                self.part = SIZE;
                Came::Done
            }
            Do::Check => {
                assert_eq!(self.part, SIZE);
                self.whole = !self.garbled;
                self.part = if self.whole { SIZE } else { 0 };
                if self.whole { Came::Done } else { Came::Wrong }
            }
            Do::Open => {
                assert!(self.connected && self.whole && !self.garbled, "a program that is not right is never run");
                self.attending = true;
                Came::Attending(Hello { boot: self.boot.to_string(), running: self.running.then(|| RUN.to_owned()) })
            }
            Do::Put { file } => {
                assert!(self.attending);
                self.files[*file] |= !garble;
                if garble { Came::Wrong } else { Came::Done }
            }
            Do::Start => {
                assert!(self.attending && !self.running);
                assert_eq!(self.files, [true; 2], "a run without its files");
                self.lines.clear();
                self.begin();
                Came::Done
            }
            Do::Listen { from } => {
                assert!(self.attending);
                if let Some(event) = self.lines.get(*from as usize) {
                    return Came::Line(from + 1, Box::new(event.clone()));
                }
                let before = self.lines.len();
                self.work();
                match self.lines.get(before) {
                    Some(event) => Came::Line(before as u64 + 1, Box::new(event.clone())),
                    None => Came::Beat(Beat { running: self.running, end: self.finished }),
                }
            }
            Do::Tidy => {
                assert!(self.attending && !self.running);
                self.tidied = true;
                Came::Done
            }
            Do::Rest { .. } | Do::End => unreachable!("nothing is asked of the PC"),
        }
    }
}

fn step_line(step: usize) -> Event {
    Event::Step(Told { name: format!("step {step}"), kind: "file".into(), outcome: Outcome::Changed(vec![]), since: Vec::new() })
}

fn finished(end: RunEnd, restarting: bool) -> Event {
    Event::Finished { end, restart_for: None, restarting, by_hand: None }
}

/// Goes on until there is a result; how long it took.
pub(super) fn follow(course: &mut Course, pc: &mut FakePc, blows: &[Blow]) -> u64 {
    let mut now = 0;
    course.begin(now);
    let mut blows = blows.iter().copied();
    for _ in 0..5_000 {
        match course.next(now) {
            Do::End => return now,
            Do::Rest { ms } => now += ms,
            asked => {
                now += 100;
                let came = pc.perform(&asked, blows.next().unwrap_or(Blow::Nothing));
                course.came(now, came);
            }
        }
    }
    panic!("it comes to no end: {:?}", course.doing());
}
