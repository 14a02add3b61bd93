//! What holds of every run, on a PC that is none: the order, the second look, and the power cut at any moment.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use proptest::prelude::*;

use super::engine::{self, Terms};
use super::entry::{Entry, Opened, SCHEMA, Starter};
use super::fake::{Fake, FakeLog, Killed};
use super::look::app::App;
use super::look::registry::{Data, Key};
use super::look::service::{Service, Start};
use super::look::update::{Category, Update};
use super::look::{Look, Program};
use super::outcome::{Outcome, RunEnd};
use super::past::Past;
use super::profile::Profile;
use super::profile::tests::parse;
use super::tell::Record;
use super::{inf, pack};
use crate::secret::Secret;

/// A PC with something of everything that a step may find.
pub(super) fn pc() -> Fake {
    let mut pc = Fake { renames_at_start: true, ..Fake::default() };
    pc.payloads.insert("kioskd.deb".into(), b"package kioskd 2.10-1".to_vec());
    pc.payloads.insert("office.msi".into(), b"product Office 16.0 {0E7B7F5D-2F0A-4B53-9D0A-5A3C0A3D1F11} pending".to_vec());
    pc.files.insert("C:\\help.exe".into(), (Vec::new(), super::look::Mode(0o644)));
    for (name, start, runs) in
        [("ssh", Start::Disabled, false), ("telnet", Start::Automatic, true), ("crasher", Start::Manual, false)]
    {
        pc.services.insert(name.into(), Service { start, runs });
    }
    pc.crashing.push("crasher".into());
    pc.packages.insert("telnetd".into(), "0.17".into());
    for provisioned in [false, true] {
        let [name, full_name, family] = ["XboxApp", "XboxApp_1_x64__8", "XboxApp_8"].map(str::to_owned);
        pc.apps.push(App { name, full_name, family, version: "1".into(), provisioned });
    }
    pc.programs.push(Program {
        key: "mcafee".into(),
        name: "McAfee".into(),
        uninstall: Some("C:\\m.exe".into()),
        ..Program::default()
    });
    let files: [(&str, &[u8]); 3] = [("lan.inf", inf::tests::LAN.as_bytes()), ("lan.cat", b"c"), ("lan.sys", b"s")];
    pc.payloads.insert("lan.zip".into(), pack::tests::pack(&files));
    pc.devices.push("PCI\\LAN\\1".into());
    let (key, ids) = (Key::machine("SYSTEM\\CurrentControlSet\\Enum\\PCI\\LAN\\1"), vec!["PCI\\VEN_8086&DEV_15FB".into()]);
    pc.registry.insert((key.folded(), "hardwareid".into()), Data::Multi(ids).raw());
    let mends = |id: &str| Update {
        id: id.into(),
        title: id.into(),
        articles: Vec::new(),
        categories: vec![Category::Security.id().into()],
    };
    (pc.updates, pc.next_updates, pc.updates_at_start) = (vec![mends("first")], vec![mends("second")], true);
    pc.groups.push("sudo".into());
    pc.secrets.insert("PW".into(), Secret::new("x"));
    pc
}

pub(super) fn opened(profile: &Profile, pc: &Fake) -> Entry {
    Entry::Opened(Box::new(Opened {
        schema: SCHEMA.into(),
        program: "0".into(),
        title: profile.title.clone(),
        version: profile.version.clone(),
        profile: profile.sha256.clone(),
        pc: pc.identity().expect("a PC"),
        variables: BTreeMap::new(),
        payloads: BTreeMap::new(),
        name: profile.names.is_some().then(|| "kiosk-01".to_owned()),
    }))
}

/// One run, as the program does it.
pub(super) fn run_once(profile: &Profile, pc: &mut Fake, log: &mut FakeLog, by: Starter) -> Record {
    if log.entries.is_empty() {
        engine::Log::write(log, &opened(profile, pc)).expect("written");
    }
    let past = Past::of(&log.entries);
    engine::run(profile, pc, past, log, Terms { by, may_restart: true }, &mut |_| {}).expect("a run")
}

/// What ends a run in the middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cut {
    /// The program, and all that it has started; the PC is started anew before it goes on.
    Killed,
    /// The same, and somebody gives the command again under the same start of the PC.
    Again,
    /// The PC: what was not on its disk is lost.
    Power,
}

/// Runs until the PC is ready or a step has failed, through every restart that is asked for; every cut in `cuts` strikes after so
/// many more acts and lines.
pub(super) fn run_through(profile: &Profile, pc: &mut Fake, log: &mut FakeLog, cuts: &[u32], cut: Cut) -> Record {
    let mut cuts = cuts.iter();
    let mut by = Starter::Person;
    for _ in 0..200 {
        let fuse = cuts.next().copied();
        pc.fuse.set(fuse);
        log.fuse = pc.fuse.clone();
        match catch_unwind(AssertUnwindSafe(|| run_once(profile, pc, log, by))) {
            Ok(record) if record.end == Some(RunEnd::RestartPending) => {
                assert!(pc.restart_asked && pc.resumes, "a restart that is waited for was asked for");
                pc.start();
                by = Starter::Startup;
            }
            Ok(record) => return record,
            Err(thrown) => {
                assert!(thrown.is::<Killed>(), "a test's own panic");
                if cut == Cut::Power {
                    pc.lose_power();
                }
                let begun = log.entries.iter().any(|entry| matches!(entry, Entry::Began { .. }));
                let ended = log.entries.iter().any(|entry| matches!(entry, Entry::Finished { .. }));
                assert!(!begun || ended || pc.resumes, "it goes on by itself once a step was begun");
                // The journal is on the disk; without a start-up task somebody starts the run again.
                pc.fuse.set(None);
                by = if pc.resumes && cut != Cut::Again { Starter::Startup } else { Starter::Person };
                if cut != Cut::Again || pc.restart_asked {
                    pc.start();
                }
            }
        }
    }
    panic!("it never ends");
}

pub(super) fn outcomes(record: &Record) -> BTreeMap<&str, &Outcome> {
    record.steps.iter().map(|told| (told.name.as_str(), &told.outcome)).collect()
}

/// Steps of every kind; what each needs are steps before it, however they are shuffled afterwards.
fn profiles() -> impl Strategy<Value = String> {
    let kind = prop_oneof![
        Just("kind = \"file\"\npath = \"/etc/NAME\"\ntext = \"t\"\nmode = \"600\""),
        Just("kind = \"script\"\nrun = \"make /opt/NAME\"\ndone_when = { file = \"/opt/NAME\" }"),
        Just(
            "kind = \"script\"\nrun = \"later /opt/NAME\"\ndone_when = { file = \"/opt/NAME\" }\nexit_codes = { 3010 = \"restart\" }"
        ),
        Just("kind = \"script\"\nrun = \"lie\"\ndone_when = { file = \"/opt/NAME\" }"),
        Just("kind = \"script\"\nrun = \"fail\"\ndone_when = { file = \"/opt/NAME\" }\nretries = 1"),
        Just("kind = \"package\"\nfile = \"kioskd.deb\"\nreboot = \"after\""),
        Just("kind = \"package\"\nfile = \"office.msi\""),
        Just("kind = \"user\"\nlogin = \"NAME\"\ngroups = [\"sudo\"]\nfull_name = \"N\"\npassword_from = \"PW\""),
        Just("kind = \"rename\"\nto = \"kiosk-01\""),
        Just(
            "kind = \"registry\"\nkey = 'HKLM\\SOFTWARE\\NAME'\nvalues = { a = { dword = 1 }, b = { multi = [\"x\"] }, c = \"absent\" }"
        ),
        Just("kind = \"shortcut\"\nlabel = \"NAME\"\nin = \"desktop\"\ntarget = 'C:\\NAME.exe'"),
        Just("kind = \"shortcut\"\nlabel = \"NAME\"\nin = \"desktop\"\ntarget = 'C:\\help.exe'\ncomment = \"N\""),
        Just("kind = \"service\"\nservice = \"ssh\"\nstart = \"automatic\"\nstate = \"running\""),
        // It undoes what another step here does: whichever comes first is not so at the end.
        Just("kind = \"service\"\nservice = \"ssh\"\nstart = \"disabled\"\nstate = \"stopped\""),
        Just("kind = \"service\"\nservice = \"telnet\"\nstart = \"disabled\"\nstate = \"stopped\""),
        Just("kind = \"service\"\nservice = \"crasher\"\nstate = \"running\""),
        Just("kind = \"service\"\nservice = \"NAME\"\nstate = \"stopped\"\nif_there = true"),
        Just("kind = \"check\"\nwhat = \"command\"\ncommand = \"has /opt/NAME\""),
        Just("kind = \"check\"\nwhat = \"no-pending-restart\""),
        Just("kind = \"check\"\nwhat = \"tpm\""),
        Just("kind = \"check\"\nwhat = \"disk-health\"\nretries = 1"),
        Just("kind = \"power\"\nmains = { sleep = 0, lid = \"nothing\" }\nhibernation = false"),
        Just("kind = \"rename\"\nto = \"auto\""),
        Just("kind = \"remove-app\"\npackages = [\"telnetd\", \"NAME\"]"),
        Just("kind = \"remove-app\"\napps = [\"Xbox*\"]\nprograms = [\"Mc*fee\"]\narguments = \"/S\""),
        Just("kind = \"driver\"\npack = \"lan.zip\""),
        Just("kind = \"windows-update\"\nretries = 1"),
        Just("kind = \"reboot\""),
        Just("kind = \"file\"\npath = \"/etc/NAME\"\ntext = \"t\"\nwhen = { system = \"windows\" }"),
    ];
    let steps = proptest::collection::vec((kind, proptest::collection::vec(any::<prop::sample::Index>(), 0..3)), 1..7);
    steps.prop_flat_map(|steps| {
        let written: Vec<String> = steps
            .iter()
            .enumerate()
            .map(|(at, (kind, needs))| {
                let needs: Vec<String> = needs.iter().filter(|_| at > 0).map(|need| format!("\"s{}\"", need.index(at))).collect();
                let name = format!("s{at}");
                format!("[[step]]\nname = \"{name}\"\nneeds = [{}]\n{}\n", needs.join(", "), kind.replace("NAME", &name))
            })
            .collect();
        Just(written)
            .prop_shuffle()
            .prop_map(|steps| format!("title = \"t\"\nversion = \"1\"\n[names]\npattern = \"kiosk-{{nn}}\"\n{}", steps.concat()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_second_look_at_what_is_done_finds_nothing_left_and_a_second_run_does_nothing(text in profiles()) {
        let profile = parse(&text).expect("a profile");
        let (mut pc, mut log) = (pc(), FakeLog::default());
        let record = run_through(&profile, &mut pc, &mut log, &[], Cut::Killed);
        let looked = engine::look(&profile, &pc, &Past::of(&log.entries)).expect("a look");
        for (told, again) in record.steps.iter().zip(&looked.steps) {
            if told.outcome.is_done() {
                prop_assert!(matches!(again.outcome, Outcome::AlreadySo | Outcome::Skipped), "{}: {:?}", told.name, again.outcome);
            }
        }
        for stood in engine::stood(&profile, &pc, &Past::of(&log.entries), &looked.steps) {
            let proved = !stood.seen.is_empty() && stood.unseen.is_none() && !stood.detection.english.is_empty();
            // What failed may not have been seen at all.
            let done = stood.outcome.is_done() && stood.outcome != Outcome::Skipped;
            prop_assert!(proved || !done, "nothing proves it: {stood:?}");
        }
        prop_assert!(!pc.resumes, "the start-up task is taken away at the end");
        if record.end == Some(RunEnd::Ready) {
            let before = (pc.state(), pc.acts.len());
            let again = run_once(&profile, &mut pc, &mut log, Starter::Person);
            prop_assert_eq!(again.end, Some(RunEnd::Ready));
            prop_assert!(again.steps.iter().all(|told| matches!(told.outcome, Outcome::AlreadySo | Outcome::Skipped)), "{:?}", again.steps);
            prop_assert_eq!(format!("{:?}", pc.state()), format!("{:?}", before.0));
            prop_assert_eq!(&pc.acts[before.1..], ["forget"]);
        }
    }

    #[test]
    fn what_a_plan_would_change_is_seen_as_it_is(text in profiles()) {
        let profile = parse(&text).expect("a profile");
        let pc = pc();
        let looked = engine::look(&profile, &pc, &Past::default()).expect("a look");
        for stood in engine::stood(&profile, &pc, &Past::default(), &looked.steps) {
            // Of one that waits for another step nothing is known yet.
            for change in stood.outcome.changes().iter().filter(|change| change.subject != stood.name) {
                let seen = stood.seen.iter().find(|sight| (&sight.subject, &sight.aspect) == (&change.subject, &change.aspect));
                prop_assert_eq!(seen.map(|sight| &sight.state), Some(&change.before), "{}: {:?}", stood.name, stood.seen);
            }
        }
    }

    #[test]
    fn a_step_comes_after_those_that_it_needs_and_not_at_all_after_one_that_failed(text in profiles()) {
        let profile = parse(&text).expect("a profile");
        let (mut pc, mut log) = (pc(), FakeLog::default());
        let record = run_through(&profile, &mut pc, &mut log, &[], Cut::Killed);
        let outcomes = outcomes(&record);
        // What was done in its turn may have been undone by a step after it.
        let not_done = |name: &str| {
            let last = log.entries.iter().rev().find_map(|entry| match entry {
                Entry::Ended { step, outcome, .. } if step == name => Some(outcome),
                _ => None,
            });
            last.is_some_and(Outcome::is_failure) || matches!(outcomes[name], Outcome::NotTried(_))
        };
        let mut ended: Vec<&str> = Vec::new();
        let began: Vec<&str> = log.entries.iter().filter_map(|entry| match entry { Entry::Began { step, .. } => Some(step.as_str()), _ => None }).collect();
        for stage in profile.in_order() {
            for need in &stage.needs {
                prop_assert!(ended.contains(&need.as_str()), "{} before {need}", stage.name);
                if not_done(need) {
                    prop_assert!(!began.contains(&stage.name.as_str()));
                    prop_assert!(matches!(outcomes[stage.name.as_str()], Outcome::NotTried(_) | Outcome::Skipped));
                }
            }
            ended.push(&stage.name);
        }
    }

    #[test]
    fn cuts_at_any_moment_change_nothing_about_the_end(
        text in profiles(),
        cuts in proptest::collection::vec(0u32..40, 0..6),
        what in prop_oneof![Just(Cut::Killed), Just(Cut::Again), Just(Cut::Power)],
    ) {
        let profile = parse(&text).expect("a profile");
        let (mut undisturbed, mut log) = (pc(), FakeLog::default());
        let wanted = run_through(&profile, &mut undisturbed, &mut log, &[], Cut::Killed);
        let (mut cut, mut log) = (pc(), FakeLog::default());
        let record = run_through(&profile, &mut cut, &mut log, &cuts, what);
        prop_assert_eq!(format!("{:?}", cut.state()), format!("{:?}", undisturbed.state()));
        prop_assert_eq!(record.end, wanted.end);
        let [failed, wanted] = [&record, &wanted].map(|record| record.steps.iter().map(|told| told.outcome.is_failure()).collect::<Vec<_>>());
        prop_assert_eq!(failed, wanted);
        // What was seen to be there is not done once more: files are written once, accounts made once.
        for once in ["write ", "account ", "password ", "value "].into_iter().filter(|_| what != Cut::Power) {
            let mut acts: Vec<&String> = cut.acts.iter().filter(|act| act.starts_with(once)).collect();
            let all = acts.len();
            acts.sort();
            acts.dedup();
            prop_assert_eq!(all, acts.len(), "{}", text);
        }
    }
}

#[test]
fn every_single_cut_of_a_whole_preparation_converges() {
    let text = "title = \"t\"\nversion = \"1\"\n\
        [[step]]\nname = \"a\"\nkind = \"package\"\nfile = \"kioskd.deb\"\nreboot = \"after\"\n\
        [[step]]\nname = \"b\"\nkind = \"user\"\nlogin = \"tech\"\ngroups = [\"sudo\"]\npassword_from = \"PW\"\n\
        [[step]]\nname = \"c\"\nkind = \"rename\"\nto = \"kiosk-01\"\n\
        [[step]]\nname = \"d\"\nkind = \"script\"\nrun = \"later /opt/d\"\ndone_when = { file = \"/opt/d\" }\nexit_codes = { 3010 = \"restart\" }\n\
        [[step]]\nname = \"e\"\nkind = \"reboot\"\n\
        [[step]]\nname = \"f\"\nkind = \"package\"\nfile = \"office.msi\"\n";
    let profile = parse(text).expect("a profile");
    let (mut undisturbed, mut log) = (pc(), FakeLog::default());
    assert_eq!(run_through(&profile, &mut undisturbed, &mut log, &[], Cut::Killed).end, Some(RunEnd::Ready));
    let lines = log.entries.len() as u32;
    for (cut, what) in (0..4 * lines).flat_map(|cut| [Cut::Killed, Cut::Again, Cut::Power].map(|what| (cut, what))) {
        let (mut pc, mut log) = (pc(), FakeLog::default());
        let record = run_through(&profile, &mut pc, &mut log, &[cut], what);
        assert_eq!(record.end, Some(RunEnd::Ready), "{what:?} at {cut}");
        assert_eq!(format!("{:?}", pc.state()), format!("{:?}", undisturbed.state()), "{what:?} at {cut}");
    }
}
