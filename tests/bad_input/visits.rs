//! Visits that cannot be compared or made again. Each retest names an interface that no machine has: were it not refused, it
//! would still ask nobody.

use trousse::edge::record::{ANSWERS, CAPTURE, VISIT};

use crate::records::{capture, visit};
use crate::{Folder, are_refused, trousse};

/// A report, as JSON; the replay of a record in that folder.
fn report(folder: &Folder, network: &str) -> String {
    folder.with(VISIT, visit(&format!("{network}.0/24")).replace("10.0.0.1/24", &format!("{network}.1/24")));
    folder.with(CAPTURE, capture());
    folder.with(ANSWERS, "");
    let output = trousse().args(["replay", "--format", "json"]).arg(folder.path()).output().expect("the program starts");
    String::from_utf8(output.stdout).expect("a report is text")
}

#[test]
fn what_is_no_visit() {
    let folder = Folder::new();
    let good = folder.with("good.json", report(&folder, "10.0.0"));
    let expected = [
        (folder.file("nowhere"), "cannot read", "illisible"),
        (folder.with("page.html", "<!doctype html>"), "is not a visit", "n'est pas une intervention"),
        (folder.with("empty.json", ""), "is not a visit", "n'est pas une intervention"),
        (folder.with("theirs.pcapng", capture()), "is not a visit", "n'est pas une intervention"),
        (
            folder.with("other.json", "{\"schema\": \"trousse/comparison/1\"}"),
            "of another form: trousse/comparison/1",
            "d'une autre forme",
        ),
        (folder.with("none.json", "{\"name\": \"x\"}"), "none.json, line 1: missing field", "none.json, ligne 1 : "),
    ];
    for (path, english, french) in expected {
        are_refused(&["diff", &good, &path], english, french);
        are_refused(&["diff", &path, &good], english, french);
    }
}

#[test]
fn a_file_of_any_size() {
    let folder = Folder::new();
    let endless = folder.file("capture");
    std::fs::File::create(&endless).and_then(|file| file.set_len(20 << 30)).expect("the folder takes a hole");
    are_refused(&["diff", &endless, &endless], "too large for a report", "trop gros pour un rapport");
}

#[test]
fn a_report_cut_anywhere() {
    let folder = Folder::new();
    let text = report(&folder, "10.0.0");
    let good = folder.with("good.json", &text);
    for length in [1, 40, text.len() / 2, text.len() - 3] {
        let cut = folder.with("cut.json", &text.as_bytes()[..length]);
        are_refused(&["diff", &good, &cut], "cut.json, line ", "cut.json, ligne ");
    }
}

#[test]
fn a_report_with_a_finding_that_this_version_does_not_know() {
    let folder = Folder::new();
    let text = report(&folder, "10.0.0");
    assert!(text.contains("\"L3-duplicate-address\""));
    let good = folder.with("good.json", &text);
    let newer = folder.with("newer.json", text.replace("L3-duplicate-address", "L9-unheard-of"));
    are_refused(&["diff", &good, &newer], "unknown variant `L9-unheard-of`", "newer.json, ligne ");
}

#[test]
fn visits_of_two_networks() {
    let folder = Folder::new();
    let (one, other) = (report(&folder, "10.0.0"), report(&folder, "192.168.7"));
    // The capture shows the same devices in both; here they are others.
    let other = other.replace("02:00:00:00:00:0", "02:00:00:00:99:0");
    let (one, other) = (folder.with("one.json", one), folder.with("other.json", other));
    are_refused(
        &["diff", &one, &other],
        "of different networks: 10.0.0.0/24, then 192.168.7.0/24",
        "sur des réseaux différents : 10.0.0.0/24, puis 192.168.7.0/24",
    );
}

#[test]
fn a_record_in_an_older_form_or_a_damaged_one() {
    let folder = Folder::new();
    let path = folder.file("");
    let retest = ["retest", &path, "-i", "atlantis0"];
    let diff = ["diff", &path, &path];
    for words in [&retest[..], &diff[..]] {
        drop(std::fs::remove_file(folder.file(VISIT)));
        are_refused(words, "cannot read", "illisible");
        folder.with(VISIT, "{\"schema\":\"trousse/visit/0\",\"when\":7}");
        are_refused(words, "is of another form: trousse/visit/0", "est d'une autre forme : trousse/visit/0");
        folder.with(VISIT, "{\"schema\":\"trousse/visit/1\"");
        are_refused(words, "visit.json, line 1: ", "visit.json, ligne 1 : ");
        folder.with(VISIT, visit("10.0.0.0/24"));
        are_refused(words, "cannot read the capture", "illisible");
    }
}

#[test]
fn a_visit_that_cannot_be_made_again() {
    let folder = Folder::new();
    let report = folder.with("report.json", report(&folder, "10.0.0"));
    are_refused(&["retest", &report, "-i", "atlantis0"], "is no recorded visit", "n'est pas une intervention enregistrée");
    are_refused(&["retest", &folder.file("nowhere"), "-i", "atlantis0"], "there is no ", "n'existe pas");
    let record = folder.file("");
    are_refused(&["retest", &record, "-i", "atlantis0"], "no such interface: atlantis0", "interface inconnue : atlantis0");
}
