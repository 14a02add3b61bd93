//! Single runs on a PC that is none: what each comes to, and what is asked and refused before one.

use std::collections::BTreeMap;

use super::engine::{self, Terms};
use super::entry::{Entry, Opened, Starter};
use super::fake::{Fake, FakeLog};
use super::outcome::{Outcome, RunEnd};
use super::past::Past;
use super::profile::Profile;
use super::profile::tests::parse;
use super::properties::{Cut, opened, outcomes, pc, run_once, run_through};
use super::tell::Event;

fn script(run: &str, more: &str) -> Profile {
    let codes = "exit_codes = { 3010 = \"restart\", 1618 = \"retry\" }";
    parse(&format!(
        "title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"a\"\nkind = \"script\"\nrun = \"{run}\"\ndone_when = {{ file = \"/a\" }}\n{codes}\n{more}\n"
    ))
    .expect("a profile")
}

#[test]
fn a_pc_that_is_as_the_profile_wants_it_is_not_touched() {
    let (mut pc, mut log) = (pc(), FakeLog::default());
    pc.files.insert("/a".into(), (Vec::new(), super::look::Mode(0o644)));
    let record = run_through(&script("fail", ""), &mut pc, &mut log, &[], Cut::Killed);
    assert_eq!(record.steps[0].outcome, Outcome::AlreadySo);
    assert_eq!((record.end, pc.acts.as_slice()), (Some(RunEnd::Ready), &["forget".to_owned()][..]));
}

#[test]
fn an_exit_code_of_0_that_brought_nothing_about_did_not_take() {
    let (mut pc, mut log) = (pc(), FakeLog::default());
    let record = run_through(&script("lie", ""), &mut pc, &mut log, &[], Cut::Killed);
    assert!(matches!(record.steps[0].outcome, Outcome::DidNotTake(_)), "{:?}", record.steps);
    assert_eq!(record.end, Some(RunEnd::Failed));
}

#[test]
fn what_a_later_step_undoes_is_not_done() {
    let text = "title = \"t\"\nversion = \"1\"\n\
        [[step]]\nname = \"message\"\nkind = \"file\"\npath = \"/etc/motd\"\ntext = \"ours\"\n\
        [[step]]\nname = \"agent\"\nkind = \"script\"\nrun = \"make /etc/motd\"\ndone_when = { file = \"/etc/motd\", \
        sha256 = \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\" }\n";
    let profile = parse(text).expect("a profile");
    let (mut pc, mut log) = (pc(), FakeLog::default());
    let mut told: Vec<(String, bool)> = Vec::new();
    engine::Log::write(&mut log, &opened(&profile, &pc)).expect("written");
    let record = engine::run(
        &profile,
        &mut pc,
        Past::of(&log.entries),
        &mut log,
        Terms { by: Starter::Person, may_restart: true },
        &mut |event| {
            if let Event::Step(step) = event {
                told.push((step.name.clone(), step.outcome.is_done()));
            }
        },
    )
    .expect("a run");
    assert_eq!(record.end, Some(RunEnd::Failed));
    assert!(matches!(outcomes(&record)["message"], Outcome::DidNotTake(_)), "{:?}", record.steps);
    assert!(matches!(outcomes(&record)["agent"], Outcome::Changed(_)), "{:?}", record.steps);
    assert_eq!(told.last(), Some(&("message".to_owned(), false)), "who follows the run is told too");
    let past = Past::of(&log.entries);
    assert!(matches!(past.step("message").outcome, Some(Outcome::DidNotTake(_))), "so says the journal");
    let left = past.left.as_deref().expect("left");
    assert!(matches!(left.steps[0].outcome, Outcome::DidNotTake(_)), "and the sheet");
}

#[test]
fn what_waits_for_a_step_that_is_to_be_done_is_to_be_done_after_it() {
    let service = |needs: &str| {
        let text = format!(
            "title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"agent\"\nkind = \"package\"\nfile = \"kioskd.deb\"\n\
             [[step]]\nname = \"it runs\"\nkind = \"service\"\nservice = \"kioskd\"\nstate = \"running\"\nneeds = [{needs}]\n"
        );
        parse(&text).expect("a profile")
    };
    let mut pc = pc();
    let planned = |profile: &Profile, pc: &Fake| engine::look(profile, pc, &Past::default()).expect("a look").steps[1].clone();
    let Outcome::ToDo(changes) = planned(&service("\"agent\""), &pc).outcome else { panic!("to do") };
    assert_eq!(
        crate::language::Language::ALL.map(|language| changes[0].say(language)),
        ["it runs: not done → done after agent", "it runs : pas fait → fait après agent"]
    );
    assert!(planned(&service(""), &pc).outcome.is_failure(), "it waits for nothing");
    pc.packages.insert("kioskd".into(), "2.10-1".into());
    assert!(planned(&service("\"agent\""), &pc).outcome.is_failure(), "the package brings no such service");
}

#[test]
fn a_secret_is_asked_for_also_where_its_step_waits_for_another() {
    let text = "title = \"t\"\nversion = \"1\"\n\
        [[step]]\nname = \"a\"\nkind = \"user\"\nlogin = \"tech\"\ngroups = [\"docker\"]\npassword_from = \"PW\"\n";
    let profile = parse(text).expect("a profile");
    let mut pc = pc();
    assert!(engine::look(&profile, &pc, &Past::default()).expect("a look").steps[0].outcome.is_failure(), "no group yet");
    assert_eq!(engine::secrets(&profile, &pc).expect("names"), ["PW"]);
    pc.groups.push("docker".into());
    assert_eq!(engine::secrets(&profile, &pc).expect("names"), ["PW"]);
    let account = super::look::Account { groups: vec!["docker".into()], ..Default::default() };
    pc.accounts.insert("tech".into(), account);
    pc.passwords.insert("tech".into());
    assert_eq!(engine::secrets(&profile, &pc).expect("names"), [""; 0], "it has a password");
}

#[test]
fn retries_are_counted_across_restarts() {
    let (mut pc, mut log) = (pc(), FakeLog::default());
    run_through(&script("fail", "retries = 2"), &mut pc, &mut log, &[], Cut::Killed);
    assert_eq!(pc.acts.iter().filter(|act| act.starts_with("run")).count(), 3);
    // The PC started again by itself; nobody has asked for more.
    run_once(&script("fail", "retries = 2"), &mut pc, &mut log, Starter::Startup);
    assert_eq!(pc.acts.iter().filter(|act| act.starts_with("run")).count(), 3);
    run_once(&script("fail", "retries = 2"), &mut pc, &mut log, Starter::Person);
    assert_eq!(pc.acts.iter().filter(|act| act.starts_with("run")).count(), 6);
}

#[test]
fn what_could_not_be_done_now_is_tried_again_after_a_while() {
    let (mut pc, mut log) = (Fake { busy: 2, ..pc() }, FakeLog::default());
    let record = run_through(&script("busy /a", "retries = 3"), &mut pc, &mut log, &[], Cut::Killed);
    assert!(matches!(record.steps[0].outcome, Outcome::Changed(_)), "{:?}", record.steps);
    assert_eq!(pc.waited, 60);
}

#[test]
fn what_a_restart_does_not_mend_is_not_restarted_for_again() {
    // It says 3010 for ever, and its file never comes.
    let profile = script("later /elsewhere", "");
    let (mut pc, mut log) = (pc(), FakeLog::default());
    let record = run_through(&profile, &mut pc, &mut log, &[], Cut::Killed);
    assert!(matches!(record.steps[0].outcome, Outcome::DidNotTake(_)), "{:?}", record.steps);
    assert_eq!(pc.acts.iter().filter(|act| *act == "restart").count(), 1);
}

#[test]
fn what_a_restart_that_is_left_to_others_does_not_mend_did_not_take() {
    let runs = |pc: &Fake| pc.acts.iter().filter(|act| act.starts_with("run")).count();
    for by in [Starter::Startup, Starter::Person] {
        let profile = script("later /elsewhere", "reboot = \"never\"");
        let (mut pc, mut log) = (pc(), FakeLog::default());
        assert_eq!(run_once(&profile, &mut pc, &mut log, Starter::Person).end, Some(RunEnd::RestartPending));
        assert_eq!(run_once(&profile, &mut pc, &mut log, Starter::Startup).end, Some(RunEnd::RestartPending), "not started yet");
        let tried = runs(&pc);
        pc.start();
        let record = run_once(&profile, &mut pc, &mut log, by);
        assert!(matches!(record.steps[0].outcome, Outcome::DidNotTake(_)), "{:?}", record.steps);
        assert_eq!((record.end, runs(&pc), pc.resumes), (Some(RunEnd::Failed), tried, false));
    }
    // Each restart that mends nothing is one attempt of those that the profile allows.
    let profile = script("later /elsewhere", "reboot = \"never\"\nretries = 2");
    let (mut pc, mut log) = (pc(), FakeLog::default());
    run_once(&profile, &mut pc, &mut log, Starter::Person);
    let ends: Vec<Option<RunEnd>> = (0..3)
        .map(|_| {
            pc.start();
            run_once(&profile, &mut pc, &mut log, Starter::Startup).end
        })
        .collect();
    assert_eq!(ends, [Some(RunEnd::RestartPending), Some(RunEnd::RestartPending), Some(RunEnd::Failed)]);
    assert_eq!(runs(&pc), 3);
}

#[test]
fn a_run_under_the_same_start_of_the_pc_still_waits_for_the_restart() {
    let profile = script("later /a", "");
    let (mut pc, mut log) = (pc(), FakeLog::default());
    assert_eq!(run_once(&profile, &mut pc, &mut log, Starter::Person).end, Some(RunEnd::RestartPending));
    let acts = pc.acts.iter().filter(|act| act.starts_with("run")).count();
    let again = run_once(&profile, &mut pc, &mut log, Starter::Person);
    assert_eq!((again.end, again.restart_for.as_deref()), (Some(RunEnd::RestartPending), Some("a")));
    assert_eq!(pc.acts.iter().filter(|act| act.starts_with("run")).count(), acts, "nothing is done before it");
    pc.start();
    assert_eq!(run_once(&profile, &mut pc, &mut log, Starter::Startup).end, Some(RunEnd::Ready));
}

#[test]
fn a_pc_that_could_not_go_on_by_itself_is_not_restarted() {
    let profile = script("later /a", "");
    let (mut pc, mut log) = (Fake { cannot_resume: true, ..pc() }, FakeLog::default());
    let record = run_once(&profile, &mut pc, &mut log, Starter::Person);
    assert_eq!(record.end, Some(RunEnd::RestartPending));
    assert!(record.by_hand.is_some() && !pc.restart_asked);
}

#[test]
fn a_pc_that_starts_in_a_loop_is_left_in_peace() {
    let profile = script("later /a", "");
    let (mut pc, mut log) = (pc(), FakeLog::default());
    run_once(&profile, &mut pc, &mut log, Starter::Person);
    let ends: Vec<Option<RunEnd>> =
        (0..=engine::RESUMES).map(|_| run_once(&profile, &mut pc, &mut log, Starter::Startup).end).collect();
    assert!(ends[..20].iter().all(|end| *end == Some(RunEnd::RestartPending)), "{ends:?}");
    assert_eq!(ends[20], Some(RunEnd::TooManyResumes));
    assert!(!pc.resumes);
}

#[test]
fn a_journal_of_another_profile_pc_or_run_is_refused() {
    let (one, other) = (script("make /a", ""), script("make /a", "retries = 1"));
    let pc = pc();
    let Entry::Opened(now) = opened(&one, &pc) else { panic!("opened") };
    let past = Past::of(&[Entry::Opened(now.clone())]);
    assert!(engine::goes_on(&past, &now).is_ok());
    let refused = |change: &dyn Fn(&mut Opened)| {
        let mut changed = (*now).clone();
        change(&mut changed);
        engine::goes_on(&past, &changed).expect_err("refused").to_string()
    };
    assert!(refused(&|now| now.profile = other.sha256.clone()).contains("another profile"));
    assert!(refused(&|now| now.pc.serial = Some("X".into())).contains("another PC"));
    assert!(refused(&|now| now.variables = BTreeMap::from([("a".into(), "b".into())])).contains("a=\"\", not \"b\""));
    let with = Past::of(&[Entry::Opened(Box::new(Opened {
        payloads: BTreeMap::from([("x.deb".into(), super::look::Digest::of(b"1"))]),
        ..(*now).clone()
    }))]);
    assert!(engine::goes_on(&with, &now).expect_err("refused").to_string().contains("x.deb is not what it was"));
}
