//! Visits that were recorded once give the same report for ever: that is how a fault in the field becomes a test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use trousse::check::Problem;
use trousse::check::switching_loop::Shows;
use trousse::edge::record::COMPARISON;
use trousse::edge::replay::replay;
use trousse::report::comparison::Status;
use trousse::report::{Comparison, Report, Said};

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// The report that a replay of the path gives, as JSON of several lines.
fn replayed(path: &Path) -> (Report, String) {
    let replayed = replay(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    let plan = replayed.circumstances.as_ref().map(|circumstances| circumstances.plan.clone()).unwrap_or_default();
    let report = Report::of(replayed.visit(path), &replayed.inventory, &plan);
    let text = serde_json::to_string(&report).expect("a report is JSON");
    (report, text + "\n")
}

#[test]
fn every_recorded_visit_gives_the_report_that_was_made_on_site() {
    let mut visits = 0;
    for entry in fs::read_dir(tests().join("visits")).expect("tests/visits is there") {
        let folder = entry.expect("a folder").path();
        let made = folder.join("report.json");
        let (_, text) = replayed(&folder);
        if env::var_os("TROUSSE_BLESS").is_some() {
            fs::write(&made, &text).expect("the report can be written");
        }
        let on_site = fs::read_to_string(&made).expect("the record holds its report").replace("\r\n", "\n");
        assert!(on_site == text, "{}: the replay differs from the report made on site", folder.display());
        visits += 1;
    }
    assert!(visits >= 4, "only {visits} visits were found");
}

/// The vineyard before and after the franking machine was restarted.
#[test]
fn a_recorded_pair_of_visits_closes_the_case_as_it_did_on_site() {
    let [before, after] = ["vineyard-leases", "vineyard-restarted"].map(|name| tests().join("visits").join(name));
    let made = after.join(COMPARISON);
    let comparison = Comparison::of(&replayed(&before).0, &replayed(&after).0).unwrap_or_else(|fault| panic!("{fault}"));
    let text = serde_json::to_string(&comparison).expect("a comparison is JSON") + "\n";
    if env::var_os("TROUSSE_BLESS").is_some() {
        fs::write(&made, &text).expect("the comparison can be written");
    }
    let on_site = fs::read_to_string(&made).expect("the record holds its comparison").replace("\r\n", "\n");
    assert!(on_site == text, "the comparison differs from that made on site");
    let closed: Vec<&str> = comparison.with(Status::Closed).map(|one| one.code.as_str()).collect();
    assert_eq!(closed, ["L3-duplicate-address", "L3-leased-and-static", "L3-stale-lease"]);
    assert_eq!((comparison.findings.len(), comparison.exit_code()), (3, 0));
    // The other way round, the case is new.
    let back = Comparison::of(&replayed(&after).0, &replayed(&before).0).unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!((back.with(Status::New).count(), back.exit_code()), (3, 1));
}

/// A folder and the report in it are the same visit.
#[test]
fn records_and_reports_compare_alike() {
    let folders = ["vineyard-leases", "vineyard-restarted"].map(|name| tests().join("visits").join(name));
    let reports = folders.each_ref().map(|folder| folder.join("report.json"));
    let said = [folders, reports].map(|visits| {
        let command = Command::new(env!("CARGO_BIN_EXE_trousse")).args(["diff", "--format", "json"]).args(&visits).output();
        let output = command.expect("the program starts");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("a comparison is text")
    });
    assert!(said[0].contains("\"trousse/comparison/1\"") && said[0].contains("\"closed\""));
    assert_eq!(said[0], said[1]);
}

#[test]
fn a_capture_of_a_loop_shows_the_storm_and_not_whose_frames_go_round() {
    let (report, _) = replayed(&tests().join("frames/loop.pcap"));
    let found: Vec<&Problem> = report.findings.iter().map(|finding| &finding.problem).collect();
    let [Problem::SwitchingLoop(found)] = found[..] else { panic!("{found:?}") };
    assert_eq!((found.shows, found.own), (Shows::Storm, None));
    assert!(found.heard.is_some_and(|heard| heard.frames == 1_200 && heard.busiest.copies > 16), "{found:?}");
}

#[test]
fn a_capture_of_another_program_shows_the_duplicate_and_says_that_nothing_was_asked() {
    let (report, _) = replayed(&tests().join("frames/vineyard-arp-scan.pcap"));
    let found: Vec<&str> = report.findings.iter().map(|finding| finding.problem.code()).collect();
    assert_eq!(found, ["L3-duplicate-address"]);
    assert_eq!(report.coverage.asked, 0);
    // A capture shows by itself whether broadcasts go round; everything else needs somebody who asks.
    let seen = ["L3-duplicate-address", "L2-loop"];
    let others = report.ladder.iter().filter(|rung| !seen.contains(&rung.code.as_str()));
    assert!(others.into_iter().all(|rung| rung.verdict == Said::NotTested));
    assert_eq!(report.exit_code(), 1);
}
