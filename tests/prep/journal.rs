//! The journal of a preparation: what Ctrl-C, a bad disk and a full one leave of it.

use std::process::{Child, Command, Stdio};
use std::time::Instant;

use super::kiosk::{RUN, code, kiosk, said, until_ready};
use super::throw_away::{PATIENCE, SECRET, TROUSSE, ThrowAway, children};

const JOURNAL: &str = "/var/lib/trousse/prep/journal.jsonl";

/// A run of `/root/p.toml` that goes on.
fn started(pc: &ThrowAway) -> Child {
    let mut run = pc.command(&[TROUSSE, "prep", "run", "/root/p.toml", "--format", "json"]);
    run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program")
}

/// Waits until the journal holds this.
fn until(pc: &ThrowAway, part: &str) {
    let began = Instant::now();
    while !pc.read(JOURNAL).unwrap_or_default().contains(part) {
        assert!(began.elapsed() < PATIENCE, "{part}: {:?}", pc.read(JOURNAL));
        std::thread::yield_now();
    }
}

/// Ctrl-C; the exit code that comes of it.
fn pressed(mut run: Child) -> i32 {
    let program = children(run.id()).first().copied().expect("the program");
    assert!(Command::new("kill").args(["-INT", &program.to_string()]).status().expect("kill").success());
    run.wait().expect("it ends").code().unwrap_or(-1)
}

fn profile(step: &str) -> String {
    format!(
        "title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"a\"\nkind = \"script\"\ndone_when = {{ file = \"/opt/a\" }}\n{step}\n"
    )
}

#[test]
fn a_step_that_ctrl_c_ends_has_not_failed_and_the_next_run_goes_on_with_it() {
    let Some(pc) = ThrowAway::new() else { return };
    pc.write("/root/p.toml", profile("run = \"test -e /root/go || sleep 4000; touch /opt/a\""));
    let run = started(&pc);
    until(&pc, "\"is\":\"began\"");
    assert_eq!(pressed(run), 130);
    assert!(!pc.read(JOURNAL).expect("a journal").contains("\"is\":\"ended\""), "{:?}", pc.read(JOURNAL));
    assert_eq!(code(&pc.trousse(&["prep", "status"])), 1);
    // The PC goes on by itself, as after any cut.
    pc.write("/root/go", "");
    let command = pc.start_up_command().expect("a start-up task");
    pc.start_anew("second");
    let out = pc.command(&["sh", "-c", &command]).output().expect("the program");
    assert_eq!(code(&out), 0, "{}", said(&out));
}

#[test]
fn ctrl_c_is_heard_between_two_attempts() {
    let Some(pc) = ThrowAway::new() else { return };
    pc.write("/root/p.toml", profile("run = \"exit 75\"\nexit_codes = { 75 = \"retry\" }\nretries = 20"));
    let run = started(&pc);
    until(&pc, "\"is\":\"ended\"");
    let began = Instant::now();
    assert_eq!(pressed(run), 130);
    assert!(began.elapsed().as_secs() < 15, "half of what it would have waited: {:?}", began.elapsed());
    assert_eq!(pc.read(JOURNAL).expect("a journal").matches("\"is\":\"began\"").count(), 1, "nothing more is begun");
}

#[test]
fn a_line_that_a_disk_spoilt_is_told_and_the_first_one_is_refused() {
    let Some(pc) = kiosk() else { return };
    until_ready(&pc, pc.trousse(RUN));
    let whole = pc.read(JOURNAL).expect("a journal");
    let spoilt = |number: usize| {
        let lines = whole.lines().enumerate().map(|(at, line)| if at + 1 == number { "{\"is\":\"be" } else { line });
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    pc.write(JOURNAL, spoilt(5));
    for words in [&["prep", "status"][..], &["prep", "sheet"], &["prep", "verify", "/media/stick/kiosk.toml"]] {
        let out = pc.trousse(words);
        assert!(said(&out).contains("journal.jsonl, line 5: unreadable"), "{words:?}: {}", said(&out));
    }
    let sheet = said(&pc.trousse(&["--lang", "fr", "prep", "sheet"]));
    assert!(sheet.contains("1 ligne du journal est illisible : cette fiche peut être incomplète."), "{sheet}");
    pc.write(JOURNAL, spoilt(1));
    for words in
        [&["prep", "status"][..], &["prep", "sheet"], &["prep", "plan", "/media/stick/kiosk.toml", "--set", "number=07"], RUN]
    {
        let out = pc.trousse(words);
        assert_eq!(code(&out), 30, "{words:?}: {}", said(&out));
        assert!(said(&out).contains("journal.jsonl cannot be read: it tells which profile"), "{words:?}: {}", said(&out));
    }
    assert_eq!(pc.read(JOURNAL), Some(spoilt(1)), "nothing is added to it");
}

#[test]
fn a_result_that_cannot_be_shown_changes_nothing_about_the_exit_code() {
    let Some(pc) = ThrowAway::new() else { return };
    pc.write("/root/p.toml", profile("run = \"touch /opt/a\""));
    let out = pc.shell(&format!("KIOSK_PASSWORD={SECRET} {TROUSSE} prep run /root/p.toml > /dev/full; echo ended with $?"));
    assert!(out.contains("ended with 0") && out.contains("trousse: "), "{out}");
    assert!(pc.read("/opt/a").is_some());
}
