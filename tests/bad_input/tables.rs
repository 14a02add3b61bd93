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
