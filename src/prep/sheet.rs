//! The delivery sheet of a PC: which one it is, every step before and after with its proof, what is not done. It is made from the
//! journal alone, so that the same journal always gives the same sheet, wherever it is read.

mod told;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::change::Change;
use super::entry::{Entry, Left, Written};
use super::look::{Build, Digest, How, Identity, NetworkCard};
use super::outcome::{Outcome, RunEnd};
use super::past::{self, Past};
use super::portrait::{Portrait, Stood};
use crate::fault::Why;
use told::Told;

/// The name and version of the form. Fields are added within it, never renamed.
pub const SCHEMA: &str = "trousse/prep-sheet/1";
/// The kind of step whose changes are updates of the system.
const UPDATES: &str = "windows-update";

/// The sheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sheet {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The version of the program that prepared the PC.
    pub program: String,
    /// What the profile is called.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 of its text.
    pub profile: String,
    /// Who prepared the PC, as they say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub technician: Option<String>,
    /// Which PC it is.
    pub pc: Identity,
    /// How it was found, before the first step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Portrait>,
    /// How it was left, at the end; `None` where no end was come to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Portrait>,
    /// When the first run was started (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
    /// When the last run came to its end (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<String>,
    /// What it came to; `None` where it goes on, or was interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<RunEnd>,
    /// The restarts that came about, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub restarts: Vec<Restarted>,
    /// Every step, in the order in which they come.
    pub steps: Vec<Delivered>,
    /// The files beside the profile.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub payloads: BTreeMap<String, Digest>,
    /// Lines of the journal that could not be read: what they told is missing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unread: u32,
    /// The SHA-256 of all the rest, so that a sheet that was changed by accident or without care is known. Whoever means to
    /// deceive can make it anew: the sum on paper is what they cannot.
    #[serde(default)]
    pub seal: String,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A restart of the PC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Restarted {
    /// The step that wanted it.
    pub step: String,
    /// When the PC was up again (RFC 3339).
    pub at: String,
}

/// A step on the sheet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Delivered {
    /// How it stands. What it changed is told over the whole preparation: from how it was found first to how it is.
    #[serde(flatten)]
    pub stood: Stood,
    /// When it was done or tried last (RFC 3339); nothing where nothing had to be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// How the programs of its last attempt ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<How>,
}

/// What is known of the updates that the system still has to be given.
#[derive(Clone, Debug, PartialEq)]
pub enum Updates<'a> {
    /// The preparation has not come to its end: nobody has looked for the last time.
    NotYetKnown,
    /// No step of the profile looks for any.
    NotLookedFor,
    /// This step was to look for them, and could not, or was not come to.
    Unknown(&'a Delivered),
    /// These.
    Pending(Vec<&'a Change>),
}

/// Why a file is no sheet that can be relied on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is none.
    NoSheet(String),
    /// It is one of another version of the form.
    OtherVersion(String),
    /// Its seal does not fit what it says.
    SealBroken,
}

impl From<Unreadable> for Why {
    fn from(unreadable: Unreadable) -> Why {
        match unreadable {
            Unreadable::NoSheet(why) => {
                Why::new(format!("it is no delivery sheet: {why}"), format!("ce n'est pas une fiche de préparation : {why}"))
            }
            Unreadable::OtherVersion(schema) => Why::new(
                format!("it was written by another version of trousse ({schema}; this one knows {SCHEMA})"),
                format!("elle a été écrite par une autre version de trousse ({schema} ; celle-ci connaît {SCHEMA})"),
            ),
            Unreadable::SealBroken => Why::new(
                "it is not what it was when it was made: its seal does not fit",
                "elle n'est plus ce qu'elle était à sa création : son sceau ne correspond pas",
            ),
        }
    }
}

impl Sheet {
    /// What the lines of a journal come to; `None` where no preparation was begun in it.
    pub fn of(lines: &[Written]) -> Option<Sheet> {
        let opened = lines.iter().find_map(|line| match &line.entry {
            Entry::Opened(opened) => Some((**opened).clone()),
            _ => None,
        })?;
        let mut told = Told::of(opened);
        lines.iter().for_each(|line| told.add(&line.entry, &line.at));
        Some(told.sheet().sealed())
    }

    /// Reads the record of a sheet.
    pub fn read(text: &str) -> Result<Sheet, Unreadable> {
        let no_sheet = |error: serde_json::Error| Unreadable::NoSheet(error.to_string());
        let value: Value = serde_json::from_str(text).map_err(no_sheet)?;
        match value.get("schema").and_then(Value::as_str) {
            Some(SCHEMA) => {}
            Some(other) if other.starts_with("trousse/prep-sheet/") => return Err(Unreadable::OtherVersion(other.to_owned())),
            Some(other) => return Err(Unreadable::NoSheet(other.to_owned())),
            None => return Err(Unreadable::NoSheet("schema".to_owned())),
        }
        let seal = seal(value.clone());
        let sheet: Sheet = serde_json::from_value(value).map_err(no_sheet)?;
        if sheet.seal == seal { Ok(sheet) } else { Err(Unreadable::SealBroken) }
    }

    /// The sheet with the seal of what it says now.
    pub fn sealed(mut self) -> Sheet {
        self.seal = serde_json::to_value(&self).map(seal).unwrap_or_default();
        self
    }

    /// The sheet with another name of whoever prepared the PC.
    pub fn by(self, technician: String) -> Sheet {
        Sheet { technician: Some(technician), ..self }.sealed()
    }

    /// The sheet of a journal with so many lines that could not be read.
    pub fn without(self, unread: u32) -> Sheet {
        Sheet { unread, ..self }.sealed()
    }

    /// What the PC is like, as it was seen last.
    pub fn portrait(&self) -> Option<&Portrait> {
        self.left.as_ref().or(self.found.as_ref())
    }

    /// Its name, as it was seen last.
    pub fn host_name(&self) -> Option<&str> {
        self.portrait().map(|portrait| portrait.host_name.as_str())
    }

    /// The system, as it was seen last.
    pub fn system(&self) -> Option<&Build> {
        self.portrait().map(|portrait| &portrait.system)
    }

    /// Its network cards, where they could be read.
    pub fn cards(&self) -> Option<&[NetworkCard]> {
        self.portrait().and_then(|portrait| portrait.cards.as_deref())
    }

    /// The steps that went wrong, or were not come to.
    pub fn not_done(&self) -> impl Iterator<Item = &Delivered> {
        self.steps.iter().filter(|step| !step.stood.outcome.is_done())
    }

    /// The updates of the system that are still to be made.
    pub fn pending_updates(&self) -> Updates<'_> {
        if self.left.is_none() {
            return Updates::NotYetKnown;
        }
        let looks = |step: &&Delivered| step.stood.kind == UPDATES && step.stood.outcome != Outcome::Skipped;
        let steps: Vec<&Delivered> = self.steps.iter().filter(looks).collect();
        let told_nothing = |step: &&&Delivered| !step.stood.outcome.is_done() && step.stood.outcome.changes().is_empty();
        match steps.iter().find(told_nothing) {
            _ if steps.is_empty() => Updates::NotLookedFor,
            Some(step) => Updates::Unknown(step),
            None => {
                let left = steps.iter().filter(|step| !step.stood.outcome.is_done());
                Updates::Pending(left.flat_map(|step| step.stood.outcome.changes()).collect())
            }
        }
    }

    /// The clock on the wall was set back while the PC was prepared: it ended before it began.
    pub fn clock_went_back(&self) -> bool {
        let moment = |at: &Option<String>| at.as_ref()?.parse::<Timestamp>().ok();
        moment(&self.started).zip(moment(&self.finished)).is_some_and(|(started, finished)| finished < started)
    }

    /// What the QR code says: the name, a space, the serial number.
    pub fn code(&self) -> Option<String> {
        let words: Vec<&str> = [self.host_name(), self.pc.serial.as_deref()].into_iter().flatten().collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// What a later look needs of the journal where that is not at hand: the restarts that came about.
    pub fn past(&self) -> Past {
        let mut past = Past::default();
        for step in self.steps.iter().filter(|step| step.stood.outcome.is_done()) {
            past.order.push(step.stood.name.clone());
            // Asked under a start of the PC that is none it can have now.
            let asked = past::Step { restart_asked_under: Some(String::new()), ..past::Step::default() };
            past.steps.insert(step.stood.name.clone(), asked);
        }
        past
    }

    /// How the PC was delivered, where an end was come to.
    pub fn delivered(&self) -> Option<Left> {
        let steps = || self.steps.iter().map(|step| step.stood.clone()).collect();
        self.left.clone().map(|portrait| Left { portrait, steps: steps() })
    }

    /// The exit code of the house: as that of the run.
    pub fn exit_code(&self) -> u8 {
        self.end.map_or(1, RunEnd::exit_code)
    }
}

/// The SHA-256 of a record without its seal.
fn seal(mut record: Value) -> String {
    if let Some(fields) = record.as_object_mut() {
        fields.remove("seal");
    }
    Digest::of(record.to_string().as_bytes()).sha256
}

/// The JSON Schema (draft 2020-12) of a sheet, for `trousse schema sheet`.
pub fn schema() -> Value {
    schemars::schema_for!(Sheet).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prep::change::{Aspect, Sight, State};
    use crate::prep::engine::{self, Log, Terms};
    use crate::prep::entry::Starter;
    use crate::prep::fake::{Fake, FakeLog};
    use crate::prep::look::Look as _;
    use crate::prep::outcome::Failure;
    use crate::prep::profile::tests::parse;

    const PROFILE: &str = "title = \"Kiosk\"\nversion = \"3\"\n\
        [[step]]\nname = \"browser\"\nkind = \"package\"\nfile = \"kioskd.deb\"\n\
        [[step]]\nname = \"name\"\nkind = \"rename\"\nto = \"kiosk-01\"\n\
        [[step]]\nname = \"restart\"\nkind = \"reboot\"\n\
        [[step]]\nname = \"liar\"\nkind = \"script\"\nrun = \"lie\"\ndone_when = { file = \"/opt/liar\" }\n\
        [[step]]\nname = \"there\"\nkind = \"file\"\npath = \"/etc/there\"\ntext = \"x\"\n\
        [[step]]\nname = \"elsewhere\"\nkind = \"file\"\npath = \"/x\"\ntext = \"x\"\nwhen = { system = \"windows\" }\n";

    fn run(pc: &mut Fake, log: &mut FakeLog, by: Starter) {
        let profile = parse(PROFILE).expect("a profile");
        if log.entries.is_empty() {
            log.write(&crate::prep::properties::opened(&profile, pc)).expect("written");
            log.write(&Entry::Technician { name: "Zoé".into() }).expect("written");
        }
        let past = Past::of(&log.entries);
        engine::run(&profile, pc, past, log, Terms { by, may_restart: true }, &mut |_| {}).expect("a run");
    }

    fn sheet(log: &FakeLog) -> Sheet {
        let at = |minute| format!("2026-11-21T09:{minute:02}:00Z");
        let lines: Vec<Written> =
            log.entries.iter().zip(0..).map(|(entry, minute)| Written { entry: entry.clone(), at: at(minute) }).collect();
        Sheet::of(&lines).expect("a sheet")
    }

    fn prepared() -> (Fake, FakeLog) {
        let mut pc = Fake::default();
        pc.payloads.insert("kioskd.deb".into(), b"package kioskd 2.10-1".to_vec());
        pc.packages.insert("kioskd".into(), "2.9".into());
        pc.files.insert("/etc/there".into(), (b"x".to_vec(), crate::prep::look::Mode(0o644)));
        let mut log = FakeLog::default();
        run(&mut pc, &mut log, Starter::Person);
        assert_eq!(sheet(&log).end, Some(RunEnd::RestartPending));
        pc.start();
        run(&mut pc, &mut log, Starter::Startup);
        (pc, log)
    }

    #[test]
    fn a_sheet_tells_every_step_before_and_after_with_its_proof() {
        let (_, log) = prepared();
        let sheet = sheet(&log);
        assert_eq!((sheet.end, sheet.technician.as_deref()), (Some(RunEnd::Failed), Some("Zoé")));
        assert_eq!((sheet.host_name(), sheet.code().as_deref()), (Some("kiosk-01"), Some("kiosk-01 G6PA1230045K")));
        assert_eq!(sheet.found.as_ref().map(|found| found.host_name.as_str()), Some("debian"));
        assert_eq!(sheet.cards().map(<[_]>::len), Some(1));
        assert_eq!(sheet.restarts.iter().map(|one| one.step.as_str()).collect::<Vec<_>>(), ["restart"]);
        let words: Vec<&str> = sheet.steps.iter().map(|step| step.stood.outcome.word(crate::language::Language::En)).collect();
        assert_eq!(words, ["done", "done", "done", "did not take", "already so", "not for this PC"]);
        let browser = &sheet.steps[0].stood;
        assert_eq!(browser.seen, [Sight::new("kioskd", Aspect::Version, State::Text("2.10-1".into()))]);
        assert_eq!(browser.outcome.changes()[0].before, State::Text("2.9".into()));
        assert!(sheet.steps.iter().all(|step| !step.stood.detection.english.is_empty()));
        assert_eq!(sheet.not_done().map(|step| step.stood.name.as_str()).collect::<Vec<_>>(), ["liar"]);
        assert_eq!(sheet.pending_updates(), Updates::NotLookedFor);
    }

    #[test]
    fn updates_that_could_not_be_searched_are_not_said_to_be_none() {
        let (_, log) = prepared();
        let mut sheet = sheet(&log);
        let mut with = |kind: &str, outcome: Outcome| {
            (sheet.steps[0].stood.kind, sheet.steps[0].stood.outcome) = (kind.to_owned(), outcome);
            match sheet.pending_updates() {
                Updates::Unknown(step) => Err(step.stood.outcome.word(crate::language::Language::En)),
                Updates::Pending(updates) => Ok(Some(updates.len())),
                Updates::NotLookedFor | Updates::NotYetKnown => Ok(None),
            }
        };
        let failed = || Outcome::Failed(Failure::Fault { english: "no Internet".into(), french: "pas d'Internet".into() });
        assert_eq!(with(UPDATES, failed()), Err("failed"));
        assert_eq!(with(UPDATES, Outcome::NotTried("restart".into())), Err("not tried"));
        assert_eq!(with(UPDATES, Outcome::AlreadySo), Ok(Some(0)));
        assert_eq!(with(UPDATES, Outcome::DidNotTake(vec![Change::to_be("KB1", Aspect::Done)])), Ok(Some(1)));
        assert_eq!(with(UPDATES, Outcome::Skipped), Ok(None));
        assert_eq!(with("file", failed()), Ok(None));
        sheet.left = None;
        assert_eq!(sheet.pending_updates(), Updates::NotYetKnown);
    }

    #[test]
    fn a_clock_that_is_set_back_in_the_middle_changes_the_dates_alone_and_is_told() {
        let (_, log) = prepared();
        let reset = log.entries.iter().position(|entry| matches!(entry, Entry::Restart { .. })).expect("a restart");
        let at = |place: usize| if place > reset { "2019-01-01T00:03:00Z" } else { "2026-11-21T09:02:00Z" };
        let lines: Vec<Written> =
            log.entries.iter().enumerate().map(|(place, entry)| Written { entry: entry.clone(), at: at(place).into() }).collect();
        let (right, set_back) = (sheet(&log), Sheet::of(&lines).expect("a sheet"));
        assert!(set_back.clock_went_back() && !right.clock_went_back());
        let stood = |sheet: &Sheet| sheet.steps.iter().map(|step| step.stood.clone()).collect::<Vec<_>>();
        assert_eq!(stood(&set_back), stood(&right));
        assert_eq!((set_back.end, set_back.restarts.len()), (right.end, right.restarts.len()));
    }

    #[test]
    fn what_a_second_run_finds_done_was_done_by_the_first_and_a_drift_is_told_from_the_first_day() {
        let (mut pc, mut log) = prepared();
        pc.packages.insert("kioskd".into(), "1".into());
        run(&mut pc, &mut log, Starter::Person);
        run(&mut pc, &mut log, Starter::Person);
        let browser = &sheet(&log).steps[0].stood;
        let [change] = browser.outcome.changes() else { panic!("{browser:?}") };
        assert_eq!((&change.before, &change.after), (&State::Text("2.9".into()), &State::Text("2.10-1".into())));
    }

    #[test]
    fn a_sheet_reads_back_as_it_was_and_any_letter_that_is_changed_breaks_its_seal() {
        let (_, log) = prepared();
        let sheet = sheet(&log);
        let text = serde_json::to_string_pretty(&sheet).expect("JSON");
        assert_eq!(Sheet::read(&text), Ok(sheet.clone()));
        assert_eq!(Sheet::read(&text.replace("2.10-1", "2.11-1")), Err(Unreadable::SealBroken));
        assert_eq!(Sheet::read(&text.replace("kiosk-01", "kiosk-02")), Err(Unreadable::SealBroken));
        assert!(matches!(Sheet::read(&text.replace("sheet/1", "sheet/2")), Err(Unreadable::OtherVersion(_))));
        for none in ["", "{}", "[]", "{\"schema\": \"trousse/report/1\"}", &text[..text.len() / 2]] {
            assert!(matches!(Sheet::read(none), Err(Unreadable::NoSheet(_))), "{none}");
        }
        let by = sheet.by("Ali".into());
        assert_eq!(Sheet::read(&serde_json::to_string(&by).expect("JSON")).map(|sheet| sheet.technician), Ok(Some("Ali".into())));
    }

    #[test]
    fn a_restart_that_came_about_is_not_awaited_by_whoever_has_the_sheet_alone() {
        let (pc, log) = prepared();
        let profile = parse(PROFILE).expect("a profile");
        let looked = engine::look(&profile, &pc, &sheet(&log).past()).expect("a look");
        let restart = looked.steps.iter().find(|told| told.name == "restart").expect("the step");
        assert_eq!(restart.outcome, Outcome::AlreadySo);
    }

    #[test]
    fn a_restart_that_a_step_leaves_to_others_is_awaited_on_the_sheet_as_in_the_run() {
        let profile = "title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"a\"\nkind = \"script\"\nrun = \"later /a\"\n\
            done_when = { file = \"/a\" }\nexit_codes = { 3010 = \"restart\" }\nreboot = \"never\"\n";
        let profile = parse(profile).expect("a profile");
        let (mut pc, mut log) = (Fake::default(), FakeLog::default());
        log.write(&crate::prep::properties::opened(&profile, &pc)).expect("written");
        let terms = Terms { by: Starter::Person, may_restart: true };
        let record = engine::run(&profile, &mut pc, Past::of(&log.entries), &mut log, terms, &mut |_| {}).expect("a run");
        let awaited = Some(RunEnd::RestartPending);
        assert_eq!((record.end, record.restart_for.as_deref(), pc.restart_asked), (awaited, Some("a"), false));
        assert_eq!((sheet(&log).end, sheet(&log).left), (awaited, None));
        assert_eq!(Past::of(&log.entries).waits_for_restart(&pc.boot().expect("a start")), Some("a"));
    }

    #[test]
    fn a_preparation_that_is_interrupted_is_no_delivery() {
        let (mut pc, mut log) = prepared();
        pc.packages.clear();
        run(&mut pc, &mut log, Starter::Person);
        log.entries.truncate(log.entries.len() - 4);
        let sheet = sheet(&log);
        assert_eq!((sheet.end, sheet.exit_code()), (None, 1));
        assert_eq!(sheet.left, None);
    }
}
