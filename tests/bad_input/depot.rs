//! Files that are no payloads, depots that are none, and a copy that is killed in the middle.

use std::fs;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use super::{Folder, are_refused, trousse};

fn said(out: &Output) -> String {
    String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
}

#[test]
fn what_is_no_payload_is_refused_and_no_depot_is_begun_for_it() {
    let folder = Folder::new();
    let depot = folder.file("depot");
    let add = |file: &str, english: &str, french: &str| are_refused(&["depot", "add", file, "--depot", &depot], english, french);
    add(&folder.file("none.msi"), "cannot read", "illisible");
    let page = b"<!DOCTYPE html><title>404</title>".repeat(60);
    for (name, english, french) in [
        ("setup.msi", "no whole package of Windows Installer", "pas un paquet Windows Installer complet"),
        ("setup.exe", "no whole program of Windows", "pas un programme Windows complet"),
        ("drivers.zip", "no whole zip archive", "pas une archive zip complète"),
        ("drivers.cab", "no whole cabinet", "pas un fichier .cab complet"),
        ("tool.deb", "no whole Debian package", "pas un paquet Debian complet"),
    ] {
        add(&folder.with(name, &page), english, french);
        add(&folder.with(name, ""), english, french);
    }
    let payloads = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/payloads");
    for name in ["kiosk.msi", "kiosk.exe", "drivers.cab"] {
        let whole = fs::read(payloads.join(name)).expect("it comes with the tests");
        add(&folder.with(name, &whole[..whole.len() / 2]), "no whole", "complet");
    }
    add(&folder.with("con.msi", &page), "no name that every system takes", "n'est pas un nom");
    fs::create_dir(folder.path().join("folder.zip")).expect("ours");
    add(&folder.file("folder.zip"), "is a directory", "est un dossier");
    assert!(!folder.path().join("depot").exists());
}

#[test]
fn a_depot_that_is_none_is_refused_and_left_alone() {
    let folder = Folder::new();
    let depot = folder.path().display().to_string();
    for command in ["list", "verify"] {
        are_refused(&["depot", command, "--depot", &depot], "there is no depot in", "il n'y a pas de dépôt dans");
    }
    let entry = |name: &str| {
        format!("{{\"name\":\"{name}\",\"sha256\":\"{}\",\"size\":1,\"form\":\"other\",\"added\":\"\"}}", "a".repeat(64))
    };
    for (text, english, french) in [
        ("{".to_owned(), "depot.json is refused: line 1", "depot.json est refusé : ligne 1"),
        ("\u{1b}[2J".to_owned(), "depot.json is refused: line 1", "depot.json est refusé : ligne 1"),
        ("{\"schema\":\"trousse/depot/2\",\"payloads\":[]}".to_owned(), "of another form: trousse/depot/2", "d'une autre forme"),
        (
            format!("{{\"schema\":\"trousse/depot/1\",\"payloads\":[{}]}}", entry("../../etc/passwd")),
            "no name that every system takes",
            "n'est pas un nom",
        ),
    ] {
        folder.with("depot.json", &text);
        for command in ["list", "verify"] {
            are_refused(&["depot", command, "--depot", &depot], english, french);
        }
        let file = folder.with("a.txt", "x");
        are_refused(&["depot", "add", &file, "--depot", &depot], english, french);
        assert_eq!(fs::read_to_string(folder.path().join("depot.json")).expect("there"), text);
    }
}

#[test]
fn another_payload_of_the_same_name_stays_unless_it_is_told_to_go() {
    let folder = Folder::new();
    let (file, depot) = (folder.with("a.txt", "one"), folder.file("depot"));
    let add = |more: &[&str]| trousse().args(["depot", "add", &file, "--depot", &depot]).args(more).output().expect("it starts");
    let out = add(&[]);
    assert!(out.status.success(), "{}", said(&out));
    assert_eq!(said(&out), format!("{depot}: a new depot\na.txt: added\n"));
    assert_eq!(said(&add(&[])), "a.txt: was there already\n");
    folder.with("a.txt", "two");
    are_refused(&["depot", "add", &file, "--depot", &depot], "another a.txt is in", "un autre a.txt est dans");
    assert!(add(&["--replace"]).status.success());
    let list = trousse().args(["depot", "list", "--format", "csv", "--depot", &depot]).output().expect("it starts");
    assert_eq!(said(&list).lines().count(), 2, "{}", said(&list));
}

#[test]
fn a_copy_killed_at_any_moment_leaves_every_payload_of_the_list_whole() {
    /// How often it is killed.
    const KILLS: u32 = 30;
    let folder = Folder::new();
    let depot = folder.file("depot");
    let kept = folder.with("kept.txt", "kept");
    let add = |file: &str| {
        let mut add = trousse();
        add.args(["depot", "add", file, "--depot", &depot]).stdout(Stdio::null()).stderr(Stdio::null());
        add
    };
    assert!(add(&kept).status().expect("it starts").success());
    let began = Instant::now();
    let first = folder.with("first.bin", vec![1; 4 << 20]);
    assert!(add(&first).status().expect("it starts").success());
    let whole = began.elapsed();
    let verified = || {
        let out = trousse().args(["depot", "verify", "--format", "json", "--depot", &depot]).output().expect("it starts");
        let found: serde_json::Value =
            serde_json::from_slice(&out.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(&out)));
        let files = found["files"].as_array().cloned().expect("files");
        // One that came into its place and not yet into the list is told as unknown, and taken up by the next attempt.
        assert!(files.iter().all(|file| file["condition"] == "intact" || file["condition"] == "unknown"), "{found}");
        files.iter().filter(|file| file["condition"] == "intact").count()
    };
    let file = folder.with("big.bin", vec![2; 4 << 20]);
    for kill in 0..KILLS {
        let mut run = add(&file).spawn().expect("it starts");
        let (began, moment) = (Instant::now(), whole.mul_f64(f64::from(kill) / f64::from(KILLS)));
        while began.elapsed() < moment && run.try_wait().expect("a child").is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        drop(run.kill());
        run.wait().expect("ended");
        assert!(verified() >= 2, "what was there is there");
    }
    assert!(add(&file).status().expect("it starts").success());
    let out = trousse().args(["depot", "verify", "--depot", &depot]).output().expect("it starts");
    assert!(out.status.success(), "{}", said(&out));
    let left = fs::read_dir(folder.path().join("depot")).expect("there").flatten();
    let left: Vec<_> = left.map(|entry| entry.file_name()).filter(|name| name.to_string_lossy().ends_with(".part")).collect();
    assert!(left.iter().all(|name| name.to_string_lossy().starts_with(".trousse-")), "copies are left: {left:?}");
}

#[test]
fn programs_that_change_one_list_at_the_same_time_lose_nothing() {
    let folder = Folder::new();
    let names = folder.file("names.json");
    let started: Vec<_> = (0..6)
        .map(|number| {
            let table = folder.with(&format!("{number}.csv"), format!("name\npc-{number}-1\npc-{number}-2\nshared-1\n"));
            let mut import = trousse();
            import.args(["prep", "names", "import", &table, "--names", &names]).stdout(Stdio::piped()).stderr(Stdio::piped());
            import.spawn().expect("it starts")
        })
        .collect();
    for run in started {
        let out = run.wait_with_output().expect("it ends");
        assert!(out.status.success(), "{}", said(&out));
    }
    let out = trousse().args(["prep", "names", "list", "--names", &names, "--format", "csv"]).output().expect("it starts");
    assert_eq!(said(&out).lines().count(), 1 + 6 * 2 + 1, "{}", said(&out));
}
