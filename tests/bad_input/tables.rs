//! Tables of devices that trousse site import cannot use, or not wholly.

use crate::{Folder, are_refused, trousse};

#[test]
fn what_is_no_table_of_devices() {
    let folder = Folder::new();
    for (table, english, french) in [
        (folder.file("nowhere.csv"), "cannot read the table", "illisible"),
        (folder.with("empty.csv", ""), "no device in it", "aucun appareil dedans"),
        (folder.with("other.csv", "label;panel\nA1;P1\n"), "no row of headings", "pas de ligne de titres"),
        (folder.with("torn.xlsx", b"PK\x03\x04torn"), "is refused", "refusé"),
        (folder.with("large.csv", "adresse\n10.0.0.7\n".to_owned() + &"\n".repeat(16 << 20)), "more than 16 MiB", "16 MiB"),
        (folder.with("escape.csv", "adresse\n\u{1b}]0;x\u{7}\n"), "is no IPv4 address", "n'est pas une adresse IPv4"),
    ] {
        are_refused(&["site", "import", &table], english, french);
    }
}

#[test]
fn a_table_is_imported_but_for_the_rows_that_cannot_be_read_and_a_plan_is_never_overwritten() {
    let folder = Folder::new();
    let (table, plan) = (folder.with("hosts.csv", "nom;adresse\nbox;10.0.0.1\npc;10.0.0.999\n"), folder.file("plan.toml"));
    let run = || trousse().args(["--lang", "fr", "site", "import", &table, "-o", &plan]).output().expect("the program starts");
    let output = run();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said, "trousse: ligne 3, colonne B : \"10.0.0.999\" n'est pas une adresse IPv4\n");
    let checked = trousse().args(["--lang", "fr", "site", "check", &plan]).output().expect("the program starts");
    assert!(String::from_utf8_lossy(&checked.stdout).contains("1 adresse fixe"), "{checked:?}");
    are_refused(&["site", "import", &table, "-o", &plan], "exists already", "existe déjà");
}

const PLAN: &str = "# of Zoé\nsite = \"Mairie\"\n\n[[fixed]] # the till\nname = \"till\"\naddress = \"10.0.0.9\"\n";

#[test]
fn what_no_table_can_go_into() {
    let folder = Folder::new();
    let table = folder.with("hosts.csv", "nom;adresse\nbox;10.0.0.1\n");
    for (plan, english, french) in [
        (folder.file("nowhere.toml"), "cannot read the plan", "illisible"),
        (folder.with("unknown.toml", "colour = 3\n"), "unknown field", "refusé"),
        (folder.with("torn.toml", "[[fixed]\n"), "is refused", "refusé"),
        (folder.with("range.toml", "[[router6]]\n"), "is refused", "refusé"),
    ] {
        are_refused(&["site", "import", &table, "--into", &plan], english, french);
    }
    let plan = folder.with("plan.toml", PLAN);
    are_refused(&["site", "import", &table, "--into", &plan, "-o", "x.toml"], "does not go with", "--output");
    are_refused(&["site", "import", &table, "--overwrite"], "--into", "--into");
}

#[test]
fn an_import_into_a_plan_says_what_it_did_and_a_conflict_waits_for_a_person() {
    let folder = Folder::new();
    let (table, plan) = (folder.with("hosts.csv", "nom;adresse\nbox;10.0.0.1\nbar;10.0.0.9\n"), folder.with("plan.toml", PLAN));
    let import = |language: &str, more: &[&str]| {
        let run = trousse().args(["--lang", language, "site", "import", &table, "--into", &plan]).args(more).output();
        let output = run.expect("the program starts");
        (output.status.code(), String::from_utf8(output.stdout).expect("text"), String::from_utf8(output.stderr).expect("text"))
    };
    let (code, said, hint) = import("fr", &[]);
    let conflict = "10.0.0.9 appartient à \"till\" dans le plan et à \"bar\" dans le tableau";
    assert_eq!(
        said,
        format!("{plan} : 1 appareil ajouté, 0 modifié, 0 inchangé, 1 en conflit\n  + box, 10.0.0.1\n  ! {conflict}\n")
    );
    assert_eq!((code, hint.starts_with("conseil : ")), (Some(1), true), "{hint}");
    let after = std::fs::read_to_string(&plan).expect("a plan");
    assert_eq!(after, format!("{PLAN}\n[[fixed]]\nname = \"box\"\naddress = \"10.0.0.1\"\n"));
    let (code, said, _) = import("en", &["--overwrite"]);
    assert_eq!(
        said,
        format!("{plan}: 0 devices added, 1 changed, 1 as it was\n  ~ bar, 10.0.0.9: name \"till\" becomes \"bar\"\n")
    );
    assert_eq!(code, Some(0));
    let written = || std::fs::metadata(&plan).and_then(|file| file.modified()).expect("a plan");
    let (before, again) = (written(), import("en", &[]));
    assert_eq!(again, (Some(0), format!("{plan}: 0 devices added, 0 changed, 2 as they were\n"), String::new()));
    assert_eq!(written(), before);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2, "nothing else lies there");
}

/// A file-size limit is a disk that is full: with the signal of it ignored, writing fails; without, the program ends in the
/// middle.
#[test]
fn a_full_disk_or_an_end_in_the_middle_costs_nothing_of_the_plan() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::ExitStatusExt as _;
    let folder = Folder::new();
    let rows: String = (1..=200).map(|last| format!("h{last};10.0.0.{last}\n")).collect();
    let table = folder.with("hosts.csv", format!("nom;adresse\n{rows}"));
    let plan = folder.with("plan.toml", "site = \"Mairie\"\n");
    std::fs::set_permissions(&plan, std::fs::Permissions::from_mode(0o640)).expect("the file is ours");
    let limited = |trap: &str, language: &str| {
        let shell = format!("{trap} ulimit -f 1; exec \"$0\" --lang {language} site import \"$1\" --into \"$2\"");
        let environment = trousse();
        let mut command = std::process::Command::new("sh");
        command.envs(environment.get_envs().filter_map(|(key, value)| Some((key, value?))));
        command.args(["-c", &shell, env!("CARGO_BIN_EXE_trousse"), &table, &plan]).output().expect("sh starts")
    };
    crate::is_refused(|language| limited("trap '' XFSZ;", language), "cannot write the plan", "impossible d'écrire le plan");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2, "nothing is left beside it");
    let cut = limited("", "en");
    assert_eq!(cut.status.signal(), Some(nix::libc::SIGXFSZ), "{cut:?}");
    assert_eq!(std::fs::read_to_string(&plan).expect("a plan"), "site = \"Mairie\"\n");
    let done = trousse().args(["site", "import", &table, "--into", &plan]).output().expect("the program starts");
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    let mode = std::fs::metadata(&plan).expect("a plan").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}
