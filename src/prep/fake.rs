//! A PC that is none, for the tests of steps and of the engine. It can be killed at any act, as by a power cut.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::change::Change;
use super::engine::Log;
use super::entry::Entry;
use super::look::power::{Setting, Source};
use super::look::registry::{Data, Key};
use super::look::service::{Service, Start};
use super::look::shortcut::{Place, Shortcut};
use super::look::{
    Account, Act, Build, Command, Contents, Digest, Ended, HostName, How, Identity, Look, Mode, NetworkCard, Package, Program,
    Row, Seen, System,
};
use super::profile::tests::parse;
use super::step::{Applied, Kind, Scene};
use crate::fault::{Fault, Result};
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
    pub(crate) programs: Vec<Program>,
    pub(crate) file_versions: BTreeMap<String, String>,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) groups: Vec<String>,
    pub(crate) secrets: BTreeMap<String, Secret>,
    pub(crate) system: System,
    /// As Windows keeps them: keys and names in any case, the number of a type and bytes.
    pub(crate) registry: BTreeMap<(Key, String), (u32, Vec<u8>)>,
    pub(crate) shortcuts: BTreeMap<(Place, String), Shortcut>,
    pub(crate) services: BTreeMap<String, Service>,
    pub(crate) power: BTreeMap<(Source, Setting), u32>,
    pub(crate) hibernates: bool,
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
            programs: Vec::new(),
            file_versions: BTreeMap::new(),
            accounts: BTreeMap::new(),
            groups: Vec::new(),
            secrets: BTreeMap::new(),
            system: System::Linux,
            registry: BTreeMap::new(),
            shortcuts: BTreeMap::new(),
            services: BTreeMap::new(),
            power: BTreeMap::new(),
            hibernates: false,
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

impl Look for Fake {
    fn build(&self) -> Result<Build> {
        let (name, version) = ("Debian GNU/Linux 12".to_owned(), Some("12".to_owned()));
        Ok(Build { system: self.system, name, distributions: vec!["debian".into()], version })
    }

    fn identity(&self) -> Result<Identity> {
        let (maker, product) = (Some("Intel".to_owned()), Some("NUC11PAHi5".to_owned()));
        Ok(Identity { maker, product, serial: self.serial.clone(), machine: Some("m".into()) })
    }

    fn boot(&self) -> Result<String> {
        Ok(self.boots.to_string())
    }

    fn restart_pending(&self) -> Result<bool> {
        Ok(self.pending)
    }

    fn cards(&self) -> Result<Vec<NetworkCard>> {
        Ok(vec![NetworkCard { name: "eth0".into(), mac: Mac([0x54, 0xb2, 0x03, 0x1c, 0x0a, 0x0b]) }])
    }

    fn host_name(&self) -> Result<HostName> {
        Ok(HostName { now: self.name.clone(), next: self.next_name.clone().unwrap_or_else(|| self.name.clone()) })
    }

    fn file(&self, path: &str) -> Result<Option<Seen>> {
        Ok(self.files.get(path).map(|(bytes, mode)| Seen { digest: Digest::of(bytes), mode: Some(*mode) }))
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

    fn payload_bytes(&self, name: &str, _: u64) -> Result<Vec<u8>> {
        self.payloads.get(name).cloned().ok_or_else(|| Fault::new("no such file", "fichier introuvable"))
    }

    fn shell_objection(&self, lines: &Contents) -> Result<Option<String>> {
        let text = self.lines(lines);
        Ok((text.starts_with("if ") && !text.contains("fi")).then(|| "\"fi\" expected".to_owned()))
    }

    fn payload_package(&self, name: &str) -> Result<Package> {
        let text = self.payloads.get(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
        match text.split_whitespace().collect::<Vec<_>>()[..] {
            ["package", name, version] => Ok(Package { name: name.into(), version: version.into(), product_code: None }),
            ["product", name, version, code, ..] => {
                Ok(Package { name: name.into(), version: version.into(), product_code: Some(code.into()) })
            }
            _ => Err(Fault::new("no package", "pas un paquet")),
        }
    }

    fn payload_program(&self, name: &str) -> Result<()> {
        let program = self.payloads.get(name).is_some_and(|bytes| bytes.starts_with(b"product"));
        if program { Ok(()) } else { Err(Fault::new("no program", "pas un programme")) }
    }

    fn programs(&self) -> Result<Vec<Program>> {
        Ok(self.programs.clone())
    }

    fn file_version(&self, path: &str) -> Result<Option<String>> {
        Ok(self.file_versions.get(path).cloned())
    }

    fn account(&self, login: &str) -> Result<Option<Account>> {
        Ok(self.accounts.get(login).cloned())
    }

    fn has_group(&self, name: &str) -> Result<bool> {
        Ok(self.groups.iter().any(|group| group == name))
    }

    fn is_there(&self, path: &str) -> Result<bool> {
        Ok(self.files.contains_key(path))
    }

    fn small_file(&self, path: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.files.get(path).map(|(bytes, _)| bytes.clone()))
    }

    fn folder(&self, path: &str) -> Result<Vec<String>> {
        let below = self.files.keys().filter_map(|file| file.strip_prefix(path)?.strip_prefix('/'));
        let mut names: Vec<String> = below.map(|rest| rest.split('/').next().unwrap_or_default().to_owned()).collect();
        names.dedup();
        Ok(names)
    }

    fn wmi(&self, namespace: &str, question: &str) -> Result<Vec<Row>> {
        let answer = self.wmi.iter().find(|(words, _)| question.contains(words));
        // Every product with a licence is asked for by the same words.
        let none = question.contains("SoftwareLicensingProduct") && !self.wmi.is_empty();
        match answer {
            Some((_, rows)) => Ok(rows.clone()),
            None if none => Ok(Vec::new()),
            None => Err(Fault::new(format!("no namespace {namespace}"), format!("pas d'espace {namespace}"))),
        }
    }

    fn power(&self, source: Source, setting: Setting) -> Result<Option<u32>> {
        Ok(self.power.get(&(source, setting)).copied())
    }

    fn may_hibernate(&self) -> Result<bool> {
        Ok(self.hibernates)
    }

    fn service(&self, name: &str) -> Result<Option<Service>> {
        Ok(self.services.get(name).copied())
    }

    fn registry_value(&self, key: &Key, name: &str) -> Result<Option<Data>> {
        let kept = self.registry.get(&(key.folded(), name.to_lowercase()));
        Ok(kept.map(|(kind, bytes)| Data::of_raw(*kind, bytes)))
    }

    fn registry_keys(&self, key: &Key) -> Result<Vec<String>> {
        let above = format!("{}\\", key.folded().path);
        let below = self.registry.keys().filter(|(other, _)| other.hive == key.hive);
        let mut names: Vec<String> = below
            .filter_map(|(other, _)| other.path.strip_prefix(&above))
            .map(|rest| rest.split('\\').next().unwrap_or_default().to_owned())
            .collect();
        names.dedup();
        Ok(names)
    }

    fn shortcut(&self, place: &Place, label: &str) -> Result<Option<Shortcut>> {
        Ok(self.shortcuts.get(&(place.clone(), label.to_owned())).cloned())
    }

    fn ask(&self, command: &Command) -> Result<Ended> {
        let text = self.lines(&command.lines);
        if let Some((_, ended)) = self.answers.iter().find(|(words, _)| text.starts_with(words)) {
            return Ok(ended.clone());
        }
        let (code, output) = match text.split_whitespace().collect::<Vec<_>>()[..] {
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

    /// What comes after the product code in a program's text is what it does: `lies`, `restart`, `busy`, `another`.
    fn install(&mut self, payload: &str, arguments: &[String], _: u32) -> Result<Ended> {
        let Package { name, version, product_code } = self.payload_package(payload)?;
        let text = String::from_utf8_lossy(&self.payloads[payload]).into_owned();
        let manner = text.split_whitespace().nth(4).unwrap_or_default().to_owned();
        let told = [&["install".to_owned(), payload.to_owned()], arguments].concat().join(" ");
        let code = self.act(told, |pc| match (product_code, manner.as_str()) {
            (None, _) => {
                pc.packages.insert(name, version);
                0
            }
            (_, "lies") => 0,
            (_, "another") => 1638,
            (_, "busy") if pc.busy > 0 => {
                pc.busy -= 1;
                1618
            }
            (Some(key), manner) => {
                pc.programs.retain(|program| program.key != key);
                pc.programs.push(Program { key, name, version: Some(version), ..Program::default() });
                if manner == "restart" { 3010 } else { 0 }
            }
        });
        Ok(Ended { how: How::Code(code), output: String::new() })
    }

    fn run(&mut self, command: &Command) -> Result<Ended> {
        let text = self.lines(&command.lines);
        Ok(self.act(format!("run {text}"), |pc| pc.obey(&text)))
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

    fn set_power(&mut self, source: Source, setting: Setting, value: u32) -> Result<()> {
        self.act(format!("power {source:?} {setting:?} {value}"), |pc| {
            pc.power.insert((source, setting), value);
        });
        Ok(())
    }

    fn let_hibernate(&mut self, on: bool) -> Result<()> {
        self.act(format!("hibernation {on}"), |pc| pc.hibernates = on);
        Ok(())
    }

    fn set_service_start(&mut self, name: &str, start: Start) -> Result<()> {
        self.act(format!("start {name} {}", start.word()), |pc| {
            pc.services.entry(name.to_owned()).and_modify(|service| service.start = start);
        });
        Ok(())
    }

    fn set_service_running(&mut self, name: &str, runs: bool, _: u32) -> Result<()> {
        let stays = runs && !self.crashing.iter().any(|crashing| crashing == name);
        self.act(format!("runs {name} {runs}"), |pc| {
            pc.services.entry(name.to_owned()).and_modify(|service| service.runs = stays);
        });
        Ok(())
    }

    fn set_registry_value(&mut self, key: &Key, name: &str, data: &Data) -> Result<()> {
        let kept = (key.folded(), name.to_lowercase());
        self.act(format!("value {key} {name}"), |pc| drop(pc.registry.insert(kept, data.raw())));
        Ok(())
    }

    fn remove_registry_value(&mut self, key: &Key, name: &str) -> Result<()> {
        let kept = (key.folded(), name.to_lowercase());
        self.act(format!("no value {key} {name}"), |pc| drop(pc.registry.remove(&kept)));
        Ok(())
    }

    fn set_shortcut(&mut self, place: &Place, label: &str, shortcut: &Shortcut) -> Result<()> {
        let at = (place.clone(), label.to_owned());
        self.act(format!("shortcut {label}"), |pc| drop(pc.shortcuts.insert(at, shortcut.clone())));
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

/// Applies every change; then nothing may be left.
pub(crate) fn done(kind: &Kind, pc: &mut Fake) {
    let changes = planned(kind, pc);
    assert!(!changes.is_empty(), "nothing to do");
    for change in &changes {
        pc.apply(kind, change).expect("applied");
    }
    assert_eq!(planned(kind, pc), []);
}
