//! Journals of visits that cannot be used, and disks that do not take them: one line each, and no line is lost.

use std::process::Output;

use crate::{Folder, are_refused, trousse};

const START: [&str; 5] = ["visit", "start", "--customer", "Mairie", "--visit"];

/// Runs words; what it printed must come with this exit code.
fn runs(words: &[&str], code: i32) -> Output {
    let output = trousse().args(["--lang", "en"]).args(words).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(code), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// A visit of its own: the folder that holds everything, and the folder of the visit.
fn visit() -> (Folder, String) {
    let folder = Folder::new();
    let inside = folder.file("visit");
    let state = folder.path();
    let started = trousse().args(START).arg(&inside).env("XDG_STATE_HOME", state).output().expect("the program starts");
    assert_eq!(started.status.code(), Some(0), "{}", String::from_utf8_lossy(&started.stderr));
    (folder, inside)
}

#[test]
fn without_a_visit_and_with_one_too_many() {
    are_refused(&["visit", "note", "x"], "no visit is open", "aucune intervention n'est ouverte");
    are_refused(&["visit", "retest"], "no visit is open", "aucune intervention n'est ouverte");
    are_refused(&["visit", "status"], "no visit is open", "aucune intervention n'est ouverte");
    let (folder, inside) = visit();
    are_refused(
        &[&START[..], &[&inside]].concat(),
        "a visit is open already: Mairie",
        "une intervention est déjà ouverte : Mairie",
    );
    let other = folder.file("other");
    let second = trousse().args(START).arg(&other).env("XDG_STATE_HOME", folder.path()).output().expect("the program starts");
    assert_eq!(second.status.code(), Some(2));
    assert!(!folder.path().join("other").exists(), "nothing was begun");
    // Nothing was tested: neither mended nor found well.
    runs(&["visit", "close", "--visit", &inside], 3);
    are_refused(&["visit", "note", "--visit", &inside, "x"], "no visit is open", "aucune intervention n'est ouverte");
    are_refused(&[&START[..], &[&inside]].concat(), "already holds the journal", "contient déjà le journal");
}

#[test]
fn words_that_make_no_sense() {
    let (_folder, inside) = visit();
    are_refused(&["visit", "note", "--visit", &inside, " "], "an empty text", "texte vide");
    let long = "x".repeat(2_001);
    are_refused(&["visit", "note", "--visit", &inside, &long], "a text of 2001 characters", "texte de 2001 caractères");
    are_refused(&["visit", "close", "--visit", &inside, "--km", "far"], "--km", "--km");
    are_refused(&["visit", "close", "--visit", &inside, "--km=-1"], "--km", "--km");
    are_refused(&["visit", "note", "--visit", &inside], "missing: <TEXT>", "il manque : <TEXTE>");
}

#[test]
fn a_journal_cut_in_the_middle_of_a_line_loses_that_line_only_and_says_so_once() {
    let (_folder, inside) = visit();
    let journal = format!("{inside}/journal.jsonl");
    for text in ["changed the cable", "torn off"] {
        runs(&["visit", "note", "--visit", &inside, text], 0);
    }
    let whole = std::fs::read(&journal).expect("a journal");
    std::fs::write(&journal, &whole[..whole.len() - 9]).expect("the folder is ours");
    let said = String::from_utf8(runs(&["visit", "note", "--visit", &inside, "went on"], 0).stderr).expect("text");
    assert!(said.lines().count() == 1 && said.contains("not written to its end"), "{said}");
    let shown = runs(&["visit", "show", &inside], 3);
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(text.contains("changed the cable") && text.contains("went on") && !text.contains("torn off"), "{text}");
    assert!(shown.stderr.is_empty(), "it is told once");
    // A line that a disk spoilt in between costs itself only.
    let spoilt = String::from_utf8(std::fs::read(&journal).expect("a journal")).expect("text").replace("changed the", "\u{0}");
    std::fs::write(&journal, spoilt).expect("the folder is ours");
    let shown = runs(&["visit", "show", &inside], 3);
    assert!(String::from_utf8_lossy(&shown.stderr).contains("line 2: unreadable"));
    assert!(String::from_utf8_lossy(&shown.stdout).contains("went on"));
}

#[test]
fn a_journal_of_a_newer_version_and_what_is_none() {
    let (_folder, inside) = visit();
    let journal = format!("{inside}/journal.jsonl");
    let line = std::fs::read_to_string(&journal).expect("a journal");
    let newer = line.replace("trousse/visit-journal/1", "trousse/visit-journal/9").replace("\"customer\"", "\"client\"");
    for (text, english, french) in [
        (newer.as_str(), "another version of trousse (trousse/visit-journal/9", "une autre version de trousse"),
        ("{\"is\":\"opened\",\"schema\":\"trousse/certify/1\"}\n", "it is no journal", "ce n'est pas un journal"),
        ("label;panel\nA1;P1\n", "it is no journal", "ce n'est pas un journal"),
    ] {
        std::fs::write(&journal, text).expect("the folder is ours");
        are_refused(&["visit", "show", &inside], english, french);
        are_refused(&["visit", "note", "--visit", &inside, "x"], english, french);
        assert_eq!(std::fs::read_to_string(&journal).expect("a journal"), text, "it is left alone");
    }
    are_refused(&["visit", "show", "/nonexistent/visit"], "cannot read the journal", "illisible");
}

#[test]
fn many_at_once_lose_no_line() {
    const MANY: usize = 24;
    let (_folder, inside) = visit();
    let note = |number: usize| trousse().args(["visit", "note", "--visit", &inside, &format!("step {number}")]).spawn();
    let all: Vec<_> = (0..MANY).map(|number| note(number).expect("the program starts")).collect();
    for mut one in all {
        assert!(one.wait().expect("it ends").success());
    }
    let journal = std::fs::read_to_string(format!("{inside}/journal.jsonl")).expect("a journal");
    assert_eq!(journal.lines().filter(|line| line.contains("\"did\"") && line.ends_with('}')).count(), MANY);
}

#[test]
fn a_full_disk_and_a_folder_that_cannot_be_written_lose_nothing_that_was_noted() {
    let (folder, _) = visit();
    let small = folder.file("small");
    std::fs::create_dir_all(&small).expect("the folder is ours");
    // A disk of two pages: the folder, and one page of journal.
    let script = "mount -t tmpfs -o size=4k none \"$1\" && \"$0\" visit start --customer Mairie --visit \"$1\" || exit 9
        n=0; while \"$0\" visit note --visit \"$1\" \"$(head -c 900 /dev/zero | tr '\\0' x)\"; do n=$((n+1)); done
        \"$0\" visit note --visit \"$1\" \"$(head -c 900 /dev/zero | tr '\\0' x)\"; echo \"$n $? $(grep -c 'did.*}$' \"$1/journal.jsonl\")\"
        mount -o remount,ro \"$1\"; \"$0\" visit note --visit \"$1\" x; echo $?; \"$0\" visit show \"$1\" | grep -c xxx";
    let shell = ["--mount", "--map-root-user", "sh", "-c", script, env!("CARGO_BIN_EXE_trousse"), &small];
    let output = std::process::Command::new("unshare")
        .args(shell)
        .env("TROUSSE_VISIT", "")
        .env("TROUSSE_LANG", "en")
        .env("XDG_STATE_HOME", folder.path().join("other"))
        .output()
        .expect("unshare is there");
    let (said, faults) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if faults.contains("unshare:") || output.status.code() == Some(9) {
        eprintln!("not run: needs user namespaces");
        assert_ne!(std::env::var("TROUSSE_REQUIRE_LABS").as_deref(), Ok("1"), "labs are required here");
        return;
    }
    let lines: Vec<&str> = said.lines().collect();
    let [full, read_only, shown] = lines[..] else { panic!("{said}\n{faults}") };
    let noted: Vec<&str> = full.split(' ').collect();
    assert!(noted[0] == noted[2] && noted[1] == "2" && noted[0] != "0", "{said}\n{faults}");
    assert_eq!(read_only, "2", "{faults}");
    assert_ne!(shown, "0");
    assert!(faults.contains("No space left on device") && faults.contains("Read-only file system"), "{faults}");
}

#[test]
fn what_is_written_under_sudo_in_the_home_of_its_caller_is_the_callers() {
    let folder = Folder::new();
    let home = folder.file("home");
    let passwd = folder.with("passwd", format!("root:x:0:0::/root:/bin/sh\nzoe:x:4242:4242::{home}:/bin/sh\n"));
    let script = "mkdir \"$1\" && chown 4242:4242 \"$1\" && mount --bind \"$2\" /etc/passwd || exit 9
        \"$0\" visit start --customer Mairie && \"$0\" visit note x || exit 8
        find \"$1\" -not \\( -uid 4242 -gid 4242 \\); test -f \"$1\"/.local/state/trousse/visits/*/journal.jsonl && echo kept";
    let output = std::process::Command::new("unshare")
        .args(["--mount", "sh", "-c", script, env!("CARGO_BIN_EXE_trousse"), &home, &passwd])
        .env_remove("TROUSSE_VISIT")
        .env_remove("XDG_STATE_HOME")
        .env("SUDO_USER", "zoe")
        .output()
        .expect("unshare is there");
    let (said, faults) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if faults.contains("unshare:") {
        eprintln!("not run: needs root");
        assert_ne!(std::env::var("TROUSSE_REQUIRE_LABS").as_deref(), Ok("1"), "labs are required here");
        return;
    }
    assert_eq!((said.as_ref(), output.status.code()), ("kept\n", Some(0)), "{faults}");
}

/// The lines of the helpdesk's journal.
fn helpdesk() -> Vec<&'static str> {
    include_str!("../cases/helpdesk.jsonl").lines().collect()
}

#[test]
fn a_last_look_without_a_record_is_not_replaced_by_an_older_one() {
    let folder = Folder::new();
    let first = helpdesk()[1].replace("eth0", "atlantis0");
    let last = first.replace("\"look-3\"", "null");
    folder.with("journal.jsonl", [helpdesk()[0], &first, &last, ""].join("\n"));
    let output =
        trousse().args(["--lang", "en", "visit", "retest"]).env("TROUSSE_VISIT", folder.path()).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("the last look of this visit was not recorded"), "{said}");
}

#[test]
fn what_is_left_at_the_end_is_the_exit_code_and_what_a_lost_line_told_is_not_known() {
    let folder = Folder::new();
    let path = folder.file("");
    let lines = helpdesk();
    folder.with("journal.jsonl", lines[..2].join("\n") + "\n");
    let shown = runs(&["visit", "show", &path], 1);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("1 finding"), "{shown:?}");
    folder.with("journal.jsonl", lines.join("\n") + "\n");
    runs(&["visit", "show", &path], 0);
    let spoilt = lines.iter().map(|&line| if line.contains("look-16") { "{\"is\":\"loo" } else { line }).collect::<Vec<_>>();
    folder.with("journal.jsonl", spoilt.join("\n") + "\n");
    let shown = runs(&["visit", "show", &path], 3);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("One line of the journal cannot be read"), "{shown:?}");
}

#[test]
fn visits_are_listed_by_their_start_the_latest_first() {
    let folder = Folder::new();
    for (name, day) in [("a", "22"), ("b", "21"), ("c", "23")] {
        let inside = folder.path().join("trousse/visits").join(name);
        std::fs::create_dir_all(&inside).expect("the folder is ours");
        let journal = helpdesk().join("\n").replace("2026-11-21", &format!("2026-11-{day}")) + "\n";
        std::fs::write(inside.join("journal.jsonl"), journal).expect("the folder is ours");
    }
    let output = trousse().args(["visit", "list"]).env("XDG_STATE_HOME", folder.path()).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let names: Vec<&str> = said.lines().filter_map(|line| line.split("  ").next()?.rsplit('/').next()).collect();
    assert_eq!(names, ["c", "a", "b"], "{said}");
}
