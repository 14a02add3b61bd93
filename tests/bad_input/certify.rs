//! Lists, profiles and journals that trousse link certify cannot use. Each run names an interface that no machine has.

use crate::{Folder, are_refused};

const CERTIFY: [&str; 3] = ["link", "certify", "atlantis0"];

#[test]
fn a_list_that_cannot_be_used_is_refused_with_its_line_and_no_journal_is_begun() {
    let folder = Folder::new();
    let journal = folder.file("journal");
    let cases = [
        (
            folder.with("twice.csv", "label;panel\nA1;P1\na1;P2\n"),
            "line 3: the outlet \"a1\" stands already on line 2",
            "refusée",
        ),
        (folder.with("vlan.csv", "label;vlan\nA1;office\n"), "line 2: \"office\" is not a VLAN", "refusée"),
        (folder.with("colour.csv", "label;colour\nA1;red\n"), "line 1: unknown column \"colour\"", "refusée"),
        (folder.with("none.csv", "panel;port\nP1;1\n"), "line 1: no column \"label\"", "refusée"),
        (folder.with("esc.csv", "label\n\u{1b}]0;x\u{7};;;\n\n\u{1b}\n"), "line 2", "refusée"),
        (folder.with("binary.csv", [0xff; 4096]), "is refused", "refusée"),
        (folder.with("empty.csv", ""), "it names no outlet", "refusée"),
        (folder.file("missing.csv"), "cannot read the list of outlets", "illisible"),
        (folder.path().to_str().expect("text").to_owned(), "cannot read the list of outlets", "illisible"),
    ];
    for (list, english, french) in &cases {
        are_refused(&[&CERTIFY[..], &["--plan", list, "--journal", &journal]].concat(), english, french);
    }
    assert!(!folder.path().join("journal").exists());
}

#[test]
fn outlets_that_nobody_names_and_profiles_that_are_none() {
    let folder = Folder::new();
    are_refused(&CERTIFY, "no outlets are named", "aucune prise n'est indiquée");
    let prefix = |more: &[&'static str]| [&CERTIFY[..], &["--prefix", "A"], more].concat();
    are_refused(&prefix(&["--from", "9", "--to", "3"]), "A9 to A3", "A9 à A3");
    are_refused(&prefix(&["--profile", "gigabit"]), "no link profile is called", "aucun profil de lien");
    let list = folder.with("list.csv", "label;profile\nA1;teapot\n");
    are_refused(&[&CERTIFY[..], &["--plan", &list]].concat(), "no link profile is called \"teapot\"", "aucun profil de lien");
    let profile = folder.with("own.toml", "title = \"a\"\ntitle_fr = \"b\"\npoe_class = 9\n");
    are_refused(&[&CERTIFY[..], &["--plan", &list, "--profile", &profile]].concat(), "teapot", "aucun profil de lien");
    let list = folder.with("list.csv", "label\nA1\n");
    are_refused(
        &[&CERTIFY[..], &["--plan", &list, "--profile", &profile]].concat(),
        "9 is none of 0 to 8",
        "n'est pas entre 0 et 8",
    );
    are_refused(&[&CERTIFY[..], &["--plan", &list, "--prefix", "A"]].concat(), "does not go with", "ne va pas avec");
    are_refused(&[&CERTIFY[..], &["--plan", &list]].concat(), "no such interface: atlantis0", "interface inconnue : atlantis0");
}

#[test]
fn a_file_that_is_no_journal_is_refused() {
    let folder = Folder::new();
    let other = folder.with("other.json", "{\"schema\":\"trousse/report/1\"}\n");
    let report = |journal: &str| ["link", "certify", "--report", journal].map(str::to_owned);
    for (journal, english, french) in
        [(other, "it is no journal", "ce n'est pas un journal"), (folder.file("none"), "cannot read", "illisible")]
    {
        let arguments = report(&journal);
        are_refused(&arguments.each_ref().map(String::as_str), english, french);
    }
}
