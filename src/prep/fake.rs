//! A PC that is none, for the tests of steps and of the engine. It can be killed at any act, as by a power cut.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::change::Change;
use super::engine::Log;
use super::entry::Entry;
use super::look::{
    Account, Act, Build, Command, Contents, Digest, Ended, HostName, How, Identity, Look, Mode, Package, Seen, System,
};
use super::profile::tests::parse;
use super::step::{Applied, Kind, Scene};
use crate::fault::{Fault, Result};
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
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) groups: Vec<String>,
    pub(crate) secrets: BTreeMap<String, Secret>,
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
            accounts: BTreeMap::new(),
            groups: Vec::new(),
            secrets: BTreeMap::new(),
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
        self.name = self.next_name.take().unwrap_or(std::mem::take(&mut self.name));
        for path in std::mem::take(&mut self.at_start) {
            self.files.insert(path, (Vec::new(), Mode(0o644)));
        }
    }

    /// The power goes: what was not on the disk is lost. The start-up task is, as soon as it is set.
    pub(crate) fn lose_power(&mut self) {
        if let Some(settled) = self.settled.take() {
            let (boots, resumes, acts) = (self.boots, self.resumes, std::mem::take(&mut self.acts));
            *self = Fake { boots, resumes, acts, fuse: self.fuse.clone(), ..*settled };
        }
    }

    /// What it is like, without how it came to be so.
    pub(crate) fn state(&self) -> Fake {
        let fuse = Fuse::default();
        Fake { boots: 0, acts: Vec::new(), waited: 0, busy: 0, restart_asked: false, fuse, settled: None, ..self.clone() }
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

    /// What is left to do of a step.
    pub(crate) fn plan(&self, kind: &Kind) -> Result<Vec<Change>> {
        kind.step().plan(self, &scene(&BTreeMap::new()))
    }

    /// Makes a change of a step.
    pub(crate) fn apply(&mut self, kind: &Kind, change: &Change) -> Result<Applied> {
        kind.step().apply(change, self, &scene(&BTreeMap::new()))
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

impl Look for Fake {
    fn build(&self) -> Result<Build> {
        let (name, version) = ("Debian GNU/Linux 12".to_owned(), Some("12".to_owned()));
        Ok(Build { system: System::Linux, name, distributions: vec!["debian".into()], version })
    }

    fn identity(&self) -> Result<Identity> {
        let (maker, product) = (Some("Intel".to_owned()), Some("NUC11PAHi5".to_owned()));
        Ok(Identity { maker, product, serial: self.serial.clone(), machine: Some("m".into()) })
    }

    fn boot(&self) -> Result<String> {
        Ok(self.boots.to_string())
    }

    fn restart_pending(&self) -> Result<bool> {
        Ok(false)
    }

    fn host_name(&self) -> Result<HostName> {
        Ok(HostName { now: self.name.clone(), next: self.next_name.clone().unwrap_or_else(|| self.name.clone()) })
    }

    fn file(&self, path: &str) -> Result<Option<Seen>> {
        Ok(self.files.get(path).map(|(bytes, mode)| Seen { digest: Digest::of(bytes), mode: *mode }))
    }

    fn file_holds(&self, path: &str, text: &str) -> Result<bool> {
        Ok(self.files.get(path).is_some_and(|(bytes, _)| String::from_utf8_lossy(bytes).contains(text)))
    }

    fn package(&self, name: &str) -> Result<Option<String>> {
        Ok(self.packages.get(name).cloned())
    }

    fn payload(&self, name: &str) -> Result<Digest> {
        let bytes = self.payloads.get(name).ok_or_else(|| Fault::new("no such file", "fichier introuvable"))?;
        Ok(Digest::of(bytes))
    }

    fn payload_package(&self, name: &str) -> Result<Package> {
        let text = self.payloads.get(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
        match text.split_whitespace().collect::<Vec<_>>()[..] {
            ["package", name, version] => Ok(Package { name: name.into(), version: version.into() }),
            _ => Err(Fault::new("no package", "pas un paquet")),
        }
    }

    fn account(&self, login: &str) -> Result<Option<Account>> {
        Ok(self.accounts.get(login).cloned())
    }

    fn has_group(&self, name: &str) -> Result<bool> {
        Ok(self.groups.iter().any(|group| group == name))
    }

    fn ask(&self, command: &Command) -> Result<Ended> {
        let (code, output) = match command.text.split_whitespace().collect::<Vec<_>>()[..] {
            ["has", path] => (i32::from(!self.files.contains_key(path)), String::new()),
            ["version", name] => match self.packages.get(name) {
                Some(version) => (0, format!("{name} {version}")),
                None => (127, "not found".into()),
            },
            _ => (2, "what?".into()),
        };
        Ok(Ended { how: How::Code(code), output })
    }
}

impl Act for Fake {
    fn write(&mut self, path: &str, contents: &Contents, mode: Mode) -> Result<()> {
        let bytes = match contents {
            Contents::Text(text) => text.clone().into_bytes(),
            Contents::Payload(name) => self.payloads[name].clone(),
        };
        self.act(format!("write {path}"), |pc| drop(pc.files.insert(path.to_owned(), (bytes, mode))));
        Ok(())
    }

    fn set_mode(&mut self, path: &str, mode: Mode) -> Result<()> {
        self.act(format!("mode {path}"), |pc| {
            pc.files.entry(path.to_owned()).and_modify(|file| file.1 = mode);
        });
        Ok(())
    }

    fn install(&mut self, payload: &str, _: u32) -> Result<Ended> {
        let package = self.payload_package(payload)?;
        self.act(format!("install {payload}"), |pc| drop(pc.packages.insert(package.name, package.version)));
        Ok(Ended { how: How::Code(0), output: String::new() })
    }

    fn run(&mut self, command: &Command) -> Result<Ended> {
        Ok(self.act(format!("run {}", command.text), |pc| pc.obey(&command.text)))
    }

    fn add_account(&mut self, login: &str) -> Result<()> {
        self.act(format!("account {login}"), |pc| drop(pc.accounts.insert(login.to_owned(), Account::default())));
        Ok(())
    }

    fn set_full_name(&mut self, login: &str, full_name: &str) -> Result<()> {
        self.act(format!("full name {login}"), |pc| {
            pc.accounts.entry(login.to_owned()).and_modify(|account| account.full_name = full_name.to_owned());
        });
        Ok(())
    }

    fn join_group(&mut self, login: &str, group: &str) -> Result<()> {
        self.act(format!("group {login} {group}"), |pc| {
            pc.accounts.entry(login.to_owned()).and_modify(|account| account.groups.push(group.to_owned()));
        });
        Ok(())
    }

    fn set_password(&mut self, login: &str, _: &Secret) -> Result<()> {
        self.act(format!("password {login}"), |pc| {
            pc.accounts.entry(login.to_owned()).and_modify(|account| account.has_password = true);
        });
        Ok(())
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        self.secrets.get(name).cloned()
    }

    fn set_host_name(&mut self, name: &str) -> Result<()> {
        self.act(format!("name {name}"), |pc| match pc.renames_at_start {
            true => pc.next_name = Some(name.to_owned()),
            false => pc.name = name.to_owned(),
        });
        Ok(())
    }

    fn settle(&mut self) -> Result<()> {
        burn(&self.fuse);
        self.settled = None;
        Ok(())
    }

    fn resume_at_start(&mut self) -> Result<()> {
        if self.cannot_resume {
            return Err(Fault::new("nothing starts programs here", "rien ne lance de programmes ici"));
        }
        self.act("resume".into(), |pc| pc.resumes = true);
        Ok(())
    }

    fn forget_resume(&mut self) -> Result<()> {
        self.act("forget".into(), |pc| pc.resumes = false);
        Ok(())
    }

    fn restart(&mut self) -> Result<()> {
        self.act("restart".into(), |pc| pc.restart_asked = true);
        Ok(())
    }

    fn wait(&mut self, seconds: u32) {
        self.waited += seconds;
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

fn scene(variables: &BTreeMap<String, String>) -> Scene<'_> {
    Scene { variables, timeout_s: 60, restart_asked_under: None }
}

/// The one step of a profile.
pub(crate) fn step(keys: &str) -> Kind {
    let text = format!("title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"s\"\n{keys}\n");
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

/// Applies every change; then nothing may be left.
pub(crate) fn done(kind: &Kind, pc: &mut Fake) {
    let changes = planned(kind, pc);
    assert!(!changes.is_empty(), "nothing to do");
    for change in &changes {
        pc.apply(kind, change).expect("applied");
    }
    assert_eq!(planned(kind, pc), []);
}
