//! A PC that is none, for the tests of steps and of the engine. It can be killed at any act, as by a power cut.

mod acts;
mod looks;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::Cursor;
use std::rc::Rc;

use super::change::Change;
use super::engine::Log;
use super::entry::Entry;
use super::look::app::App;
use super::look::power::{Setting, Source};
use super::look::registry::{Data, Key};
use super::look::service::{Service, Start};
use super::look::shortcut::{Place, Shortcut};
use super::look::update::Update;
use super::look::{
    Account, Act, Build, Command, Contents, Digest, Ended, HostName, How, Identity, Look, Mode, NetworkCard, Package, Program,
    Row, Seen, System,
};
use super::pack::{self, Packed};
use super::profile::tests::parse;
use super::step::{Applied, Kind, Scene};
use super::{inf, path};
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::net::Mac;
use crate::secret::Secret;

/// What ends a run in the middle: it is thrown, so that nothing of the program runs after it.
pub(crate) struct Killed;

/// How many more acts and lines there are before the power goes; `None` where it stays.
pub(crate) type Fuse = Rc<Cell<Option<u32>>>;

/// One act or line less until the power goes.
fn burn(fuse: &Fuse) {
    match fuse.get() {
        Some(0) => std::panic::resume_unwind(Box::new(Killed)),
        Some(left) => fuse.set(Some(left - 1)),
        None => {}
    }
}

/// The PC.
#[derive(Clone, Debug)]
pub(crate) struct Fake {
    pub(crate) files: BTreeMap<String, (Vec<u8>, Mode)>,
    pub(crate) packages: BTreeMap<String, String>,
    pub(crate) payloads: BTreeMap<String, Vec<u8>>,
    /// Packages that are neither wholly installed nor gone.
    pub(crate) half_there: BTreeMap<String, String>,
    pub(crate) programs: Vec<Program>,
    /// The product codes of each upgrade code.
    pub(crate) related: BTreeMap<String, Vec<String>>,
    pub(crate) file_versions: BTreeMap<String, String>,
    pub(crate) accounts: BTreeMap<String, Account>,
    /// The accounts that have a password.
    pub(crate) passwords: BTreeSet<String>,
    /// How often somebody wanted to know it: Windows counts each as a wrong password.
    pub(crate) asked_for_password: Cell<u32>,
    pub(crate) groups: Vec<String>,
    pub(crate) secrets: BTreeMap<String, Secret>,
    pub(crate) system: System,
    /// The build, where it is Windows.
    pub(crate) windows_build: String,
    /// As Windows keeps them: keys and names in any case, the number of a type and bytes.
    pub(crate) registry: BTreeMap<(Key, String), (u32, Vec<u8>)>,
    pub(crate) shortcuts: BTreeMap<(Place, String), Shortcut>,
    pub(crate) services: BTreeMap<String, Service>,
    pub(crate) power: BTreeMap<(Source, Setting), u32>,
    pub(crate) hibernates: bool,
    pub(crate) apps: Vec<App>,
    pub(crate) updates: Vec<Update>,
    /// What was installed and waits for the start.
    pub(crate) updated: Vec<String>,
    /// Updates are there after a start only.
    pub(crate) updates_at_start: bool,
    /// What its next start brings to light in their place.
    pub(crate) next_updates: Vec<Update>,
    pub(crate) devices: Vec<String>,
    pub(crate) firmware: Option<String>,
    /// The firmware that its next start brings.
    pub(crate) next_firmware: Option<String>,
    /// Looks at the firmware that fail.
    pub(crate) firmware_unseen: Cell<u32>,
    pub(crate) on_battery: bool,
    /// How the next uninstallers end.
    pub(crate) line_codes: VecDeque<i32>,
    /// The program whose uninstaller runs.
    pub(crate) removing: Option<usize>,
    /// Looks after which a program is gone whose uninstaller has ended.
    pub(crate) removal_takes: u32,
    /// What WMI answers to questions that hold these words.
    pub(crate) wmi: Vec<(String, Vec<Row>)>,
    /// How commands that begin with these words end.
    pub(crate) answers: Vec<(String, Ended)>,
    /// The system waits for a restart.
    pub(crate) pending: bool,
    /// Services that end as soon as they are started.
    pub(crate) crashing: Vec<String>,
    pub(crate) name: String,
    pub(crate) next_name: Option<String>,
    /// Its name changes when it starts, as Windows has it.
    pub(crate) renames_at_start: bool,
    pub(crate) boots: u32,
    pub(crate) serial: Option<String>,
    /// Files that its next start makes.
    pub(crate) at_start: Vec<String>,
    pub(crate) resumes: bool,
    pub(crate) cannot_resume: bool,
    pub(crate) restart_asked: bool,
    pub(crate) busy: u32,
    pub(crate) waited: u32,
    /// Everything that was done to it, in order.
    pub(crate) acts: Vec<String>,
    pub(crate) fuse: Fuse,
    /// What it was like when all that was done was on the disk for the last time.
    pub(crate) settled: Option<Box<Fake>>,
}

impl Default for Fake {
    fn default() -> Fake {
        Fake {
            files: BTreeMap::new(),
            packages: BTreeMap::new(),
            payloads: BTreeMap::new(),
            half_there: BTreeMap::new(),
            programs: Vec::new(),
            related: BTreeMap::new(),
            file_versions: BTreeMap::new(),
            accounts: BTreeMap::new(),
            passwords: BTreeSet::new(),
            asked_for_password: Cell::new(0),
            groups: Vec::new(),
            secrets: BTreeMap::new(),
            system: System::Linux,
            windows_build: "22631.4460".into(),
            registry: BTreeMap::new(),
            shortcuts: BTreeMap::new(),
            services: BTreeMap::new(),
            power: BTreeMap::new(),
            hibernates: false,
            apps: Vec::new(),
            updates: Vec::new(),
            updates_at_start: false,
            next_updates: Vec::new(),
            updated: Vec::new(),
            devices: Vec::new(),
            firmware: None,
            next_firmware: None,
            firmware_unseen: Cell::default(),
            on_battery: false,
            line_codes: VecDeque::new(),
            removing: None,
            removal_takes: 0,
            wmi: Vec::new(),
            answers: Vec::new(),
            pending: false,
            crashing: Vec::new(),
            name: "debian".into(),
            next_name: None,
            renames_at_start: false,
            boots: 1,
            serial: Some("G6PA1230045K".into()),
            at_start: Vec::new(),
            resumes: false,
            cannot_resume: false,
            restart_asked: false,
            busy: 0,
            waited: 0,
            acts: Vec::new(),
            fuse: Fuse::default(),
            settled: None,
        }
    }
}

impl Fake {
    /// It is started, by its own restart or after a power cut.
    pub(crate) fn start(&mut self) {
        self.boots += 1;
        self.restart_asked = false;
        self.pending = false;
        self.firmware = self.next_firmware.take().or(self.firmware.take());
        let updated = std::mem::take(&mut self.updated);
        if !updated.is_empty() {
            self.updates.retain(|update| !updated.contains(&update.id));
            self.updates.append(&mut self.next_updates);
        }
        self.name = self.next_name.take().unwrap_or(std::mem::take(&mut self.name));
        for path in std::mem::take(&mut self.at_start) {
            self.files.insert(path, (Vec::new(), Mode(0o644)));
        }
    }

    /// The power goes: what was not on the disk is lost, the start-up task too.
    pub(crate) fn lose_power(&mut self) {
        if let Some(settled) = self.settled.take() {
            let (boots, acts) = (self.boots, std::mem::take(&mut self.acts));
            *self = Fake { boots, acts, fuse: self.fuse.clone(), ..*settled };
        }
    }

    /// What it is like, without how it came to be so.
    pub(crate) fn state(&self) -> Fake {
        Fake {
            boots: 0,
            acts: Vec::new(),
            waited: 0,
            busy: 0,
            restart_asked: false,
            asked_for_password: Cell::default(),
            fuse: Fuse::default(),
            settled: None,
            ..self.clone()
        }
    }

    /// An act: the power may go before it and after it.
    fn act<T>(&mut self, told: String, effect: impl FnOnce(&mut Fake) -> T) -> T {
        burn(&self.fuse);
        if self.settled.is_none() {
            self.settled = Some(Box::new(self.clone()));
        }
        self.acts.push(told);
        let done = effect(self);
        burn(&self.fuse);
        done
    }

    /// A program goes whose uninstaller has come to its end.
    fn gone(&mut self) {
        if self.removal_takes == 0 {
            if let Some(at) = self.removing.take() {
                self.programs.remove(at);
            }
        } else if self.removing.is_some() {
            self.removal_takes -= 1;
            if self.removal_takes == 0 {
                self.gone();
            }
        }
    }

    /// A command that begins with these words ends so.
    pub(crate) fn told(&mut self, words: &str, code: i32, output: &str) {
        self.answers.push((words.to_owned(), Ended { how: How::Code(code), output: output.to_owned() }));
    }

    /// What is left to do of a step.
    pub(crate) fn plan(&self, kind: &Kind) -> Result<Vec<Change>> {
        kind.step().plan(self, &scene(&BTreeMap::new()))
    }

    /// Makes a change of a step.
    pub(crate) fn apply(&mut self, kind: &Kind, change: &Change) -> Result<Applied> {
        kind.step().apply(change, self, &scene(&BTreeMap::new()))
    }

    fn lines(&self, lines: &Contents) -> String {
        match lines {
            Contents::Text(text) => text.clone(),
            Contents::Payload(name) => String::from_utf8_lossy(&self.payloads[name]).into_owned(),
        }
    }

    fn obey(&mut self, line: &str) -> Ended {
        let words: Vec<&str> = line.split_whitespace().collect();
        let code = match words[..] {
            ["make", path] => {
                self.files.insert(path.into(), (Vec::new(), Mode(0o644)));
                0
            }
            ["later", path] => {
                self.at_start.push(path.into());
                3010
            }
            // Another installer is running: it gives way after some attempts.
            ["busy", path] if self.busy == 0 => {
                self.files.insert(path.into(), (Vec::new(), Mode(0o644)));
                0
            }
            ["busy", _] => {
                self.busy -= 1;
                1618
            }
            ["lie"] => 0,
            _ => 1,
        };
        Ended { how: How::Code(code), output: line.to_owned() }
    }
}

/// A journal that is none: its lines outlive a power cut.
#[derive(Clone, Debug, Default)]
pub(crate) struct FakeLog {
    pub(crate) entries: Vec<Entry>,
    pub(crate) fuse: Fuse,
}

impl Log for FakeLog {
    fn write(&mut self, entry: &Entry) -> Result<()> {
        burn(&self.fuse);
        self.entries.push(entry.clone());
        burn(&self.fuse);
        Ok(())
    }
}

pub(crate) fn scene(variables: &BTreeMap<String, String>) -> Scene<'_> {
    Scene { variables, timeout_s: 60, restart_asked_under: None, name: None }
}

/// The one step of a profile.
pub(crate) fn step(keys: &str) -> Kind {
    let text = format!("title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"s\"\n{keys}\n");
    parse(&text).unwrap_or_else(|refusal| panic!("{refusal:?}")).stages.remove(0).kind
}

/// The one step of a profile that gives names.
pub(crate) fn named_step(keys: &str) -> Kind {
    let text = format!("title = \"t\"\nversion = \"1\"\n[names]\npattern = \"acme-pc-{{nn}}\"\n[[step]]\nname = \"s\"\n{keys}\n");
    parse(&text).unwrap_or_else(|refusal| panic!("{refusal:?}")).stages.remove(0).kind
}

/// What is said of a step that is refused, in English.
pub(crate) fn refused(keys: &str) -> String {
    let text = format!("title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"s\"\n{keys}\n");
    parse(&text).expect_err(keys).why.english
}

/// What is left to do.
pub(crate) fn planned(kind: &Kind, pc: &Fake) -> Vec<Change> {
    pc.plan(kind).expect("a plan")
}

/// What is seen of a step, as people read it.
pub(crate) fn said(kind: &Kind, pc: &Fake, language: Language) -> Vec<String> {
    let seen = kind.step().seen(pc, &scene(&BTreeMap::new())).expect("a look");
    seen.iter().map(|sight| sight.say(language)).collect()
}

/// Applies every change; then nothing may be left.
pub(crate) fn done(kind: &Kind, pc: &mut Fake) {
    let changes = planned(kind, pc);
    assert!(!changes.is_empty(), "nothing to do");
    for change in &changes {
        pc.apply(kind, change).expect("applied");
    }
    assert_eq!(planned(kind, pc), []);
}
