//! Refusals that need an interface of a kind, raised in a lab: down, without an address, without privilege; a disk that fills up;
//! Ctrl-C.

use std::process::Output;
use std::sync::OnceLock;

use trousse::finding::Reason;
use trousse::observe::{Cut, Part};
use trousse::report::Report;

use crate::{Folder, is_refused, refusal, trousse};

/// Runs a shell on the kit's network of a lab, with the program as `$0` and the folder as `$1`; none where labs cannot be raised.
fn in_a_lab(shell: &str, folder: &Folder) -> Option<Output> {
    in_the_lab(LAB, shell, folder)
}

/// The same in another lab.
fn in_the_lab(name: &str, shell: &str, folder: &Folder) -> Option<Output> {
    static WHY_NOT: OnceLock<Option<String>> = OnceLock::new();
    let why_not = WHY_NOT.get_or_init(|| {
        let tried = trousse().args(["lab", LAB, "--", "true"]).output().expect("the program starts");
        (!tried.status.success()).then(|| String::from_utf8_lossy(&tried.stderr).lines().next().unwrap_or_default().to_owned())
    });
    if let Some(why) = why_not {
        eprintln!("not run: needs {}", why.split_once(" needs ").map_or(why.as_str(), |(_, what)| what));
        assert_ne!(std::env::var("TROUSSE_REQUIRE_LABS").as_deref(), Ok("1"), "labs are required here");
        return None;
    }
    let own = env!("CARGO_BIN_EXE_trousse");
    let mut lab = trousse();
    lab.args(["lab", name, "--", "sh", "-ec", shell, own]).arg(folder.path());
    Some(lab.output().expect("the program starts"))
}

/// The kit has 10.0.0.5/24 there, and a till has it too.
const LAB: &str = "own-address";

/// That what follows `before` in the lab is refused in both languages.
fn is_refused_in_a_lab(before: &str, arguments: &str, english: &str, french: &str) {
    let folder = Folder::new();
    let shell = |language: &str| format!("{before}\nexec $wrap \"$0\" --lang {language} scan -i lan0 {arguments}");
    if in_a_lab("true", &folder).is_some() {
        is_refused(|language| in_a_lab(&shell(language), &folder).expect("labs can be raised"), english, french);
    }
}

#[test]
fn an_interface_that_is_down() {
    is_refused_in_a_lab("ip link set lan0 down", "", "lan0 is down", "lan0 est désactivée");
}

#[test]
fn an_interface_without_an_address_and_without_targets() {
    is_refused_in_a_lab("ip address flush dev lan0", "", "lan0 has no IPv4 address", "lan0 n'a pas d'adresse IPv4");
}

#[test]
fn a_range_asked_for_without_an_address_to_ask_from() {
    let shell = |language: &str| format!("ip address flush dev lan0\nexec \"$0\" --lang {language} dhcp -i lan0 --ask-pool");
    let folder = Folder::new();
    if in_a_lab("true", &folder).is_some() {
        let run = |language: &str| in_a_lab(&shell(language), &folder).expect("labs can be raised");
        is_refused(run, "--ask-pool and --ask-leases need one", "--ask-pool et --ask-leases en ont besoin");
    }
}

#[test]
fn no_interface_named_and_no_default_route() {
    let shell = |language: &str| format!("exec \"$0\" --lang {language} scan");
    let folder = Folder::new();
    if in_a_lab("true", &folder).is_some() {
        let run = |language: &str| in_a_lab(&shell(language), &folder).expect("labs can be raised");
        is_refused(run, "no interface was named", "aucune interface indiquée");
    }
}

#[test]
fn a_target_beyond_the_router() {
    let arguments = "10.0.0.7 192.168.7.0/24";
    is_refused_in_a_lab(
        "",
        arguments,
        "192.168.7.1 is in no prefix of lan0 (10.0.0.0/24)",
        "192.168.7.1 n'est dans aucun préfixe",
    );
}

#[test]
fn a_prefix_that_takes_hours_is_refused_with_the_time_that_it_takes() {
    let wide = "ip address replace 10.0.0.5/8 dev lan0";
    is_refused_in_a_lab(wide, "10.0.0.0/8", "16777214 addresses are a lot to ask: about 9 h", "c'est beaucoup : environ 9 h");
}

#[test]
fn more_than_any_segment_holds_is_refused_whatever_was_agreed_to() {
    let bare = "ip address flush dev lan0";
    is_refused_in_a_lab(bare, "--yes 0.0.0.0/0", "4294967294 addresses are a lot to ask", "c'est beaucoup");
}

#[test]
fn an_account_without_privilege_is_told_the_setcap_line() {
    let folder = Folder::new();
    let drop_all = "exec setpriv --bounding-set -all --inh-caps -all \"$0\" scan -i lan0";
    if let Some(output) = in_a_lab(drop_all, &folder) {
        let [line, way_out] = refusal(&output, "hint: ");
        assert_eq!(line, "no privilege to send and hear frames on lan0");
        assert!(way_out.starts_with("sudo setcap cap_net_raw+ep /"), "{way_out}");
    }
    is_refused_in_a_lab("wrap='setpriv --bounding-set -all --inh-caps -all'", "", "no privilege", "droits insuffisants");
}

#[test]
fn a_folder_that_already_holds_a_record_is_not_touched() {
    let before = "echo kept > \"$1/visit.json\"";
    is_refused_in_a_lab(before, "--record \"$1\"", "already holds a record", "contient déjà un enregistrement");
    let folder = Folder::new();
    if in_a_lab(&format!("{before}; ! \"$0\" scan -i lan0 --record \"$1\""), &folder).is_some() {
        assert_eq!(std::fs::read_to_string(folder.path().join("visit.json")).expect("it is there"), "kept\n");
    }
}

#[test]
fn a_diagnosis_takes_the_only_card_there_is_where_no_route_names_one() {
    let folder = Folder::new();
    let shell = "ip link set lan0 down; \"$0\" --lang en diagnose 2>&1 || true";
    if let Some(output) = in_a_lab(shell, &folder) {
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.starts_with("trousse: no interface was named"), "a card that is down is none: {said}");
    }
    if let Some(output) = in_a_lab("exec \"$0\" diagnose --quick --format json", &folder) {
        assert_eq!(report(&output).visit.interface.as_deref(), Some("lan0"));
    }
}

/// The one report on standard output.
fn report(output: &Output) -> Report {
    let said = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}\n{said}"))
}

#[test]
fn a_disk_that_fills_up_while_recording_costs_the_record_and_not_the_report() {
    let folder = Folder::new();
    let shell = "mount -t tmpfs -o size=16k full \"$1\"; exec \"$0\" scan -i lan0 --format json --record \"$1\"";
    let Some(output) = in_a_lab(shell, &folder) else { return };
    let report = report(&output);
    assert!(report.coverage.complete && report.findings.len() == 1, "{report:?}");
    let only_faults = Output { stdout: Vec::new(), ..output };
    let [line, _] = refusal(&only_faults, "hint: ");
    assert!(line.starts_with("cannot record in ") && line.contains("No space left"), "{line}");
}

#[test]
fn a_name_that_the_system_looks_up_for_minutes_does_not_hold_up_a_look_with_a_budget() {
    let folder = Folder::new();
    let plan = "[[network]]\nprefix = \"10.0.0.0/24\"\n[[service]]\nname = \"wiki\"\nhost = \"wiki.lan\"\nkind = \"http\"\ntimeout_ms = 30000\n";
    folder.with("plan.toml", plan);
    // The door controller of that lab takes every question and answers none: the system asks it five times, each for 30 s.
    let shell = "echo nameserver 10.0.0.3 > /etc/resolv.conf; export RES_OPTIONS='timeout:30 attempts:5'
        exec timeout 60 \"$0\" diagnose -i lan0 --site \"$1/plan.toml\" --budget 6s --record \"$1/visit\" --format json";
    let Some(output) = in_the_lab("budget", shell, &folder) else { return };
    let said = report(&output);
    // The silent DNS server is found; what `timeout` had to end would be 124.
    assert_eq!(output.status.code(), Some(1));
    let rung = said.ladder.iter().find(|rung| rung.code == "L7-no-answer").expect("it is a rung");
    assert_eq!(rung.reason, Some(Reason::ServiceNotAsked { service: "wiki".to_owned() }));
    assert_eq!((said.coverage.cut.as_slice(), said.coverage.unfinished.contains(&Part::Services)), (&[Cut::Budget][..], true));
    let replayed = trousse().args(["replay", "--format", "json"]).arg(folder.path().join("visit")).output().expect("it starts");
    let again: Report = serde_json::from_slice(&replayed.stdout).expect("the record is whole");
    assert_eq!((replayed.status.code(), again), (Some(1), said));
}

#[test]
fn ctrl_c_in_the_middle_gives_the_report_of_what_was_seen_marked_as_partial() {
    let folder = Folder::new();
    // The capture reaches the disk when some eighty frames have gone: the scan is in its middle then.
    let shell = "\"$0\" scan -i lan0 --format json --record \"$1\" & pid=$!
        until [ -s \"$1/capture.pcapng\" ]; do kill -0 $pid; done
        kill -INT $pid; wait $pid";
    let Some(output) = in_a_lab(shell, &folder) else { return };
    let report = report(&output);
    assert!(!report.coverage.complete, "{:?}", report.coverage);
    // The stolen address of the laptop was found before.
    assert_eq!(output.status.code(), Some(1));
    let replayed = trousse().args(["replay", "--format", "json"]).arg(folder.path()).output().expect("the program starts");
    let again: Report = serde_json::from_slice(&replayed.stdout).expect("the record is whole");
    assert_eq!(again, report);
}
