//! As whom we ask, and what becomes of a look that is cut short.

use std::time::Duration;

use crate::lan::{Host, Lan};
use crate::{OUR_ADDRESS, OURS, Outcome, Watcher, hosts, look, survey, watched};
use trousse::check::Problem;
use trousse::finding::Reason;
use trousse::net::{Mac, Moment};
use trousse::probe::{Identity, Survey};
use trousse::report::{FORMATS, Report, Rung, Said};
use trousse::wire::arp::Arp;
use trousse::wire::{self, Body};

/// Our ARP messages from a moment on.
fn asked(outcome: &Outcome, from: Moment) -> Vec<Arp> {
    let arp = |frame: &[u8]| match wire::decode(frame).expect("ours").body {
        Body::Arp(arp) => Some(arp),
        _ => None,
    };
    outcome.sent.iter().filter(|(at, _)| *at > from).filter_map(|(_, frame)| arp(frame)).collect()
}

fn with_a_thief(late: u64) -> Lan {
    let mut hosts = hosts(20);
    let mut thief = Host::new([2, 0, 0, 0, 6, 6], OUR_ADDRESS.octets());
    thief.late = Duration::from_millis(late);
    // Another duplicate, so that there is something to ask again and alone.
    hosts.extend([thief, Host::new([2, 0, 0, 0, 9, 9], [10, 0, 0, 9])]);
    Lan::new(hosts, late)
}

#[test]
fn our_own_address_is_asked_for_first_and_without_claiming_it() {
    let outcome = look(Lan::new(hosts(20), 1), &survey());
    let first = &asked(&outcome, Moment::default())[..2];
    assert!(first.iter().all(|arp| arp.is_probe() && arp.target_ip == OUR_ADDRESS), "{first:?}");
    let others = asked(&outcome, Moment::from_ms(105));
    assert!(others.iter().all(|arp| arp.sender_ip == OUR_ADDRESS && arp.target_ip != OUR_ADDRESS));
}

#[test]
fn a_taken_address_is_the_first_finding_and_is_never_used_to_ask_again() {
    for late in [0, 60, 1000, 3000] {
        let outcome = look(with_a_thief(late), &survey());
        assert_eq!(outcome.findings(), ["L3-own-address-taken 10.0.0.1", "L3-duplicate-address 10.0.0.9"], "late by {late} ms");
        let known = outcome.heard[&(OUR_ADDRESS.into(), Mac([2, 0, 0, 0, 6, 6]))];
        let after = asked(&outcome, known);
        assert!(!after.is_empty() && after.iter().all(|arp| arp.sender_ip.is_unspecified()), "late by {late} ms");
        let Problem::OwnAddressTaken(problem) = &outcome.report.findings[0].problem else { panic!("ours is the first") };
        assert_eq!(problem.owners[0].alone, Some(true), "the thief was not asked alone");
    }
}

#[test]
fn our_other_card_answering_for_our_address_changes_nothing() {
    let mut hosts = hosts(20);
    hosts.push(Host::new([2, 0, 0, 0, 0, 2], OUR_ADDRESS.octets()));
    let identity = Identity { siblings: vec![Mac([2, 0, 0, 0, 0, 2])], ..survey().identity };
    let outcome = look(Lan::new(hosts, 1), &Survey { identity, ..survey() });
    assert!(outcome.findings().is_empty(), "{:?}", outcome.findings());
    assert!(asked(&outcome, Moment::from_ms(105)).iter().all(|arp| arp.sender_ip == OUR_ADDRESS));
}

#[test]
fn without_an_address_we_ask_as_nobody_and_find_everybody() {
    let identity = Identity { mac: OURS, ..Identity::default() };
    let outcome = look(with_a_thief(0), &Survey { identity, ..survey() });
    assert_eq!(outcome.addresses(), 21);
    assert!(asked(&outcome, Moment::default()).iter().all(|arp| arp.sender_ip.is_unspecified()));
    assert_eq!(outcome.findings(), ["L3-duplicate-address 10.0.0.9"]);
}

fn rung<'a>(report: &'a Report, code: &str) -> &'a Rung {
    report.ladder.iter().find(|rung| rung.code == code).expect("a rung of that code")
}

/// A report that is marked as partial, in whose ladder nothing about others is clear, and that every format can write.
fn is_partial(report: &Report, when: &str) {
    assert!(!report.coverage.complete, "{when}");
    for rung in report.ladder.iter().filter(|rung| rung.code != "L3-own-address-taken") {
        assert_ne!(rung.verdict, Said::Clear, "{when}: {}", rung.code);
    }
    let json = serde_json::to_string(report).expect("a report is JSON");
    assert_eq!(serde_json::from_str::<Report>(&json).expect("it is read back").coverage, report.coverage);
    assert!(!FORMATS.is_empty());
}

#[test]
fn ctrl_c_at_any_moment_gives_a_report_that_is_marked_as_partial() {
    for ms in [0, 1, 50, 109, 111, 200, 400, 700, 1500, 3000, 3300] {
        let watcher = Watcher { stop_at: Some(Moment::from_ms(ms)), ..Watcher::default() };
        let outcome = watched(with_a_thief(200), &survey(), watcher);
        is_partial(&outcome.report, &format!("stopped at {ms} ms"));
        assert!(outcome.ended < Moment::from_ms(ms + 60), "stopped at {ms} ms, ended at {:?}", outcome.ended);
    }
}

#[test]
fn stopped_before_our_own_address_was_heard_out_its_check_is_not_tested() {
    for (ms, expected) in [(0, Said::NotTested), (50, Said::NotTested), (300, Said::Clear)] {
        let watcher = Watcher { stop_at: Some(Moment::from_ms(ms)), ..Watcher::default() };
        let outcome = watched(Lan::new(hosts(20), 1), &survey(), watcher);
        assert_eq!(rung(&outcome.report, "L3-own-address-taken").verdict, expected, "stopped at {ms} ms");
    }
}

#[test]
fn an_interface_that_goes_down_in_the_middle_ends_the_look_and_is_told() {
    for ms in [0, 50, 150, 400, 2000] {
        let mut lan = Lan::new(hosts(200), 1);
        lan.down_at = Some(Moment::from_ms(ms));
        let outcome = look(lan, &survey());
        is_partial(&outcome.report, &format!("down at {ms} ms"));
        let reason = rung(&outcome.report, "L3-duplicate-address").reason.clone();
        assert!(matches!(reason, Some(Reason::InterfaceLost { planned: 254, .. })), "{reason:?}");
        assert_eq!(outcome.report.exit_code(), 3);
    }
}

#[test]
fn lost_frames_are_counted_and_nothing_is_called_clear() {
    let mut lan = Lan::new(hosts(20), 1);
    lan.dropped = 17;
    let outcome = look(lan, &survey());
    assert_eq!(outcome.report.coverage.frames_dropped, 17);
    assert!(outcome.report.ladder.iter().all(|rung| rung.reason == Some(Reason::FramesLost { count: 17 })));
}
