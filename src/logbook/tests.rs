//! The helpdesk's visit: three things that did not help, and one that did.

use super::asked::Asked;
use super::entry::{Entry, Looked, Opened, SCHEMA, Stamp};
use super::*;
use crate::check::Problem;
use crate::check::half_duplex::HalfDuplex;
use crate::check::no_carrier::NoCarrier;
use crate::check::no_dhcp_server::NoDhcpServer;
use crate::journal::tests::survives_a_power_cut_at_every_byte;
use crate::journal::{Line, read};
use crate::net::Mac;

fn at(minute: u64) -> Stamp {
    Stamp { at: format!("2026-11-21T09:{minute:02}:00.000Z"), boot: Some("a".into()), up_ms: Some(7_000 + minute * 60_000) }
}

fn no_dhcp() -> Finding {
    let problem = Problem::NoDhcpServer(NoDhcpServer { discovers: 4, listened_ms: 4_500, planned: vec![[10, 0, 0, 1].into()] });
    Finding::new(Severity::Broken, problem, Vec::new())
}

fn no_carrier() -> Finding {
    Finding::new(Severity::Broken, Problem::NoCarrier(NoCarrier { mac: Mac([0x10, 0xc5, 0x95, 0x22, 0x08, 0x50]) }), Vec::new())
}

fn half_duplex() -> Finding {
    let problem = HalfDuplex { speed_mbps: Some(100), we_negotiate: None, they_negotiate: None };
    Finding::new(Severity::Risk, Problem::HalfDuplex(problem), Vec::new())
}

fn did(minute: u64, text: &str) -> Entry {
    Entry::Did { when: at(minute), text: text.into(), answer: None }
}

fn looked(minute: u64, again: bool, findings: &[Finding], told: &[&str]) -> Entry {
    Entry::Looked(Box::new(Looked {
        when: at(minute),
        errand: Errand::Diagnose,
        interface: Some("eth0".into()),
        record: Some(format!("look-{minute}")),
        again,
        findings: findings.to_vec(),
        told: told.iter().map(|&code| code.to_owned()).collect(),
        asked: None,
    }))
}

/// A look at a network, by an interface.
fn look_at(minute: u64, interface: &str, asked: Asked, findings: &[Finding], told: &[&str]) -> Entry {
    let Entry::Looked(looked) = looked(minute, true, findings, told) else { panic!("a look") };
    Entry::Looked(Box::new(Looked { interface: Some(interface.into()), asked: Some(asked), ..*looked }))
}

fn network(targets: &str, address: &str) -> Asked {
    Asked { targets: vec![targets.into()], addresses: vec![address.into()], ..Asked::default() }
}

fn duplicate() -> Finding {
    let problem = serde_json::json!({"ip": "10.0.0.9", "macs": [], "owners": [], "rightful": null});
    let problem = serde_json::json!({"code": "L3-duplicate-address", "problem": problem});
    Finding::new(Severity::Broken, serde_json::from_value(problem).expect("a duplicate address"), Vec::new())
}

fn opened() -> Entry {
    Entry::Opened(Box::new(Opened {
        schema: SCHEMA.into(),
        version: "0.1.0".into(),
        when: at(0),
        customer: "Mairie".into(),
        site: Some("Accueil".into()),
        address: None,
        ticket: Some("4711".into()),
        technician: Some("Zoé\u{1b}".into()),
    }))
}

const BOTH: &[&str] = &["L1-no-carrier", "L3-no-dhcp-server"];

fn helpdesk() -> Vec<Entry> {
    vec![
        opened(),
        looked(4, false, &[no_carrier()], &["L1-no-carrier"]),
        did(6, "changed the cable"),
        looked(8, true, &[no_dhcp()], BOTH),
        did(12, "set address and DNS"),
        looked(14, true, &[no_dhcp()], BOTH),
        did(16, "back to DHCP"),
        looked(18, true, &[no_dhcp()], BOTH),
        did(30, "system update"),
        looked(33, true, &[], BOTH),
        Entry::Closed { when: at(35), km: Some(6.0), minutes: None },
    ]
}

fn actions(book: &Logbook) -> Vec<(&str, Option<Answer>)> {
    let of = |step| match step {
        &Step { what: What::Action { ref text, answer, .. }, .. } => Some((text.as_str(), answer)),
        _ => None,
    };
    book.steps.iter().filter_map(of).collect()
}

#[test]
fn each_action_has_its_answer_and_the_one_that_mended_it_is_named() {
    let book = Logbook::of(&helpdesk(), None);
    let no = Some(Answer::No);
    let expected =
        [("changed the cable", no), ("set address and DNS", no), ("back to DHCP", no), ("system update", Some(Answer::Yes))];
    assert_eq!(actions(&book), expected);
    assert_eq!((book.answer, book.mended_by.and_then(|at| book.action(at))), (Some(Answer::Yes), Some("system update")));
    assert_eq!((book.minutes(), book.km, book.exit_code()), (35, Some(6.0), 0));
    let by: Vec<_> = book.findings.iter().map(|one| one.mended_by.and_then(|at| book.action(at))).collect();
    assert_eq!(by, [Some("changed the cable"), Some("system update")]);
}

#[test]
fn what_was_not_tested_again_is_not_called_mended() {
    let mut entries = vec![opened(), looked(1, false, &[no_dhcp()], BOTH), did(2, "restarted the box")];
    assert_eq!(Logbook::of(&entries, None).answer, None, "the first look answers nothing");
    entries.push(looked(3, true, &[], &["L1-no-carrier"]));
    let book = Logbook::of(&entries, None);
    assert_eq!((book.answer, book.mended_by, book.exit_code()), (Some(Answer::NotTested), None, 3));
    // It came back, and went for good only later, with nothing done in between.
    entries.extend([looked(4, true, &[no_dhcp()], BOTH), looked(5, true, &[], BOTH)]);
    let book = Logbook::of(&entries, None);
    assert_eq!((book.answer, book.findings[0].mended_by), (Some(Answer::Yes), None));
}

#[test]
fn a_risk_beside_the_trouble_does_not_keep_it_from_being_mended_and_alone_it_is_the_trouble() {
    let (risk, codes) = (half_duplex(), &["L3-no-dhcp-server", "L1-half-duplex"]);
    let with = |first: &[Finding], second: &[Finding]| {
        Logbook::of(&[opened(), looked(1, false, first, codes), did(2, "x"), looked(3, true, second, codes)], None).answer
    };
    assert_eq!(with(&[no_dhcp(), risk.clone()], std::slice::from_ref(&risk)), Some(Answer::Yes));
    assert_eq!(with(std::slice::from_ref(&risk), std::slice::from_ref(&risk)), Some(Answer::No));
    assert_eq!(with(&[risk], &[]), Some(Answer::Yes));
}

#[test]
fn a_technician_who_tried_it_out_has_the_last_word() {
    let told = |answer| Entry::Did { when: at(4), text: "new card".into(), answer: Some(answer) };
    let before = [opened(), looked(1, false, &[no_dhcp()], BOTH), looked(2, true, &[no_dhcp()], BOTH)];
    let yes = Logbook::of(&[&before[..], &[told(Answer::Yes)]].concat(), None);
    assert_eq!((yes.answer, yes.mended_by.and_then(|at| yes.action(at))), (Some(Answer::Yes), Some("new card")));
    let tested = Logbook::of(&[&before[..], &[told(Answer::Yes), looked(5, true, &[no_dhcp()], BOTH)]].concat(), None);
    assert_eq!(tested.answer, Some(Answer::No));
}

#[test]
fn pauses_do_not_count_and_an_open_visit_lasts_until_now() {
    let entries = [opened(), did(5, "a"), Entry::Paused { when: at(10) }, did(40, "b")];
    let book = Logbook::of(&entries, Some(&at(42)));
    assert_eq!(book.worked_ms, 12 * 60_000);
    assert_eq!(Logbook::of(&entries[..3], Some(&at(42))).worked_ms, 10 * 60_000);
}

#[test]
fn a_clock_that_was_set_makes_no_time_negative_and_is_told() {
    let wall = |text: &str, up_ms: Option<u64>| Stamp { at: text.into(), boot: up_ms.map(|_| "a".into()), up_ms };
    // Set back by an hour; the machine's own clock tells that four minutes went by.
    let when = wall("2026-11-21T08:04:00.000Z", Some(7_000 + 4 * 60_000));
    let book = Logbook::of(&[opened(), Entry::Paused { when }], None);
    assert_eq!((book.worked_ms, book.steps[0].clock_set_ms), (4 * 60_000, Some(-3_600_000)));
    // Nothing but the wall clock.
    let when = wall("2026-11-21T08:04:00.000Z", None);
    let book = Logbook::of(&[opened(), Entry::Paused { when }], None);
    assert_eq!((book.worked_ms, book.steps[0].ms, book.steps[0].clock_set_ms), (0, None, Some(-56 * 60_000)));
    // Started again in between: the wall clock tells.
    let when = Stamp { boot: Some("b".into()), up_ms: Some(3), ..at(9) };
    let book = Logbook::of(&[opened(), Entry::Paused { when }], None);
    assert_eq!((book.worked_ms, book.steps[0].clock_set_ms), (9 * 60_000, None));
}

#[test]
fn a_power_cut_at_any_byte_loses_no_whole_line() {
    let entries = helpdesk();
    survives_a_power_cut_at_every_byte(&[&entries[..2], &entries[9..]].concat());
}

#[test]
fn a_journal_of_a_newer_version_and_another_kind_are_refused() {
    let line = helpdesk()[0].line();
    let newer = line.replace(SCHEMA, "trousse/visit-journal/2").replace("\"customer\"", "\"client\"");
    assert!(read::<Entry>(newer.as_bytes()).expect_err("newer").french.contains("une autre version"));
    let other = line.replace(SCHEMA, "trousse/certify/1");
    assert!(read::<Entry>(other.as_bytes()).expect_err("another").english.contains("no journal"));
    assert!(!line.trim_end().contains(char::is_control));
}

#[test]
fn only_a_look_at_the_same_addresses_of_the_same_network_shows_that_a_duplicate_address_is_gone() {
    const CODE: &[&str] = &["L3-duplicate-address"];
    let home = || network("10.0.0.0/24", "10.0.0.50/24");
    let then = |interface: &str, asked: Asked| {
        let first = look_at(1, "eth0", home(), &[duplicate()], CODE);
        Logbook::of(&[opened(), first, did(2, "x"), look_at(3, interface, asked, &[], CODE)], None).answer
    };
    assert_eq!(then("eth0", home()), Some(Answer::Yes));
    assert_eq!(then("wlan0", home()), Some(Answer::Yes), "by whichever card, the addresses are the same");
    let others = [
        ("other targets", network("10.0.0.100-10.0.0.120", "10.0.0.50/24")),
        ("another network", network("192.168.7.0/24", "192.168.7.50/24")),
        ("in a hurry", Asked { quick: true, ..home() }),
        ("cut short", Asked { partly: vec!["L3-duplicate-address".into()], ..home() }),
    ];
    for (what, asked) in others {
        assert_eq!(then("eth0", asked), Some(Answer::NotTested), "{what}");
    }
    // A network that was given other addresses is known by its cards; but these addresses were not asked.
    let cards = vec![Mac([2, 0, 0, 0, 0, 0xa])];
    let moved = Asked { cards: cards.clone(), ..network("192.168.7.0/24", "192.168.7.50/24") };
    let dhcp = &["L3-no-dhcp-server"];
    let first = look_at(1, "eth0", Asked { cards, ..home() }, &[no_dhcp()], dhcp);
    let after = |asked| Logbook::of(&[opened(), first.clone(), look_at(3, "eth0", asked, &[], dhcp)], None).answer;
    assert_eq!(after(moved), Some(Answer::Yes));
    assert_eq!(after(network("192.168.7.0/24", "192.168.7.50/24")), Some(Answer::NotTested));
    // Without an address of a network yet, it is the interface that tells.
    let bare = look_at(1, "eth0", network("169.254.0.0/16", "169.254.9.9/16"), &[no_dhcp()], dhcp);
    let by = |interface| Logbook::of(&[opened(), bare.clone(), look_at(3, interface, home(), &[], dhcp)], None).answer;
    assert_eq!((by("eth0"), by("eth1")), (Some(Answer::Yes), Some(Answer::NotTested)));
}

#[test]
fn a_cable_is_gone_well_by_its_own_interface_only() {
    let code = &["L1-no-carrier"];
    let first = look_at(1, "eth0", Asked::default(), &[no_carrier()], code);
    let by = |interface| {
        let after = look_at(3, interface, network("10.0.0.0/24", "10.0.0.5/24"), &[], code);
        Logbook::of(&[opened(), first.clone(), after], None).answer
    };
    assert_eq!((by("eth0"), by("wlan0")), (Some(Answer::Yes), Some(Answer::NotTested)));
}

#[test]
fn what_is_found_of_one_service_tells_nothing_of_another_that_was_not_asked() {
    let silent = |service: &str| {
        let problem = serde_json::json!({"service": service, "kind": "tcp", "host": service, "ip": "10.0.0.7", "at_port": 22, "waited_ms": 900});
        let problem = serde_json::json!({"code": "L4-port-silent", "problem": problem});
        Finding::new(Severity::Broken, serde_json::from_value(problem).expect("a silent port"), Vec::new())
    };
    let code = &["L4-port-silent"];
    let asked = |answered: &[&str]| Asked {
        answered: answered.iter().map(|&name| name.to_owned()).collect(),
        ..network("10.0.0.0/24", "10.0.0.50/24")
    };
    let first = look_at(1, "eth0", asked(&[]), &[silent("nas"), silent("till")], code);
    let gone = |answered: &[&str]| {
        let second = look_at(3, "eth0", asked(answered), &[silent("nas")], code);
        Logbook::of(&[opened(), first.clone(), second], None).findings.iter().map(|one| one.gone).collect::<Vec<_>>()
    };
    assert_eq!(gone(&["till"]), [Answer::No, Answer::Yes]);
    assert_eq!(gone(&[]), [Answer::No, Answer::NotTested]);
}

#[test]
fn the_exit_code_says_what_is_left_and_what_nobody_tested() {
    let code = |entries: &[Entry]| Logbook::of(entries, None).exit_code();
    assert_eq!(code(&[opened(), looked(1, false, &[no_dhcp()], BOTH)]), 1, "found, and nothing tested again");
    assert_eq!(code(&[opened(), looked(1, false, &[], BOTH)]), 0, "nothing was wrong");
    assert_eq!(code(&[opened(), did(1, "x")]), 3, "nothing was tested");
    let blind = Logbook::of(&[opened(), looked(1, false, &[], &[])], None);
    assert_eq!((blind.exit_code(), blind.was_tested()), (3, false));
    let line = crate::report::page::Page::of_logbook(&blind, crate::language::Language::En, &jiff::tz::TimeZone::UTC);
    assert!(format!("{line:?}").contains("None of the checks could tell"), "{line:?}");
}

#[test]
fn a_lost_line_may_have_told_that_it_is_not_mended() {
    let read = |unread: Vec<usize>, torn| crate::journal::Read { entries: helpdesk(), whole: 0, torn, unread };
    for (read, lost) in [(read(vec![], false), 0), (read(vec![7], false), 1), (read(vec![], true), 1)] {
        let book = Logbook::of_journal(&read, None);
        let (answer, code) = if lost == 0 { (Answer::Yes, 0) } else { (Answer::NotTested, 3) };
        assert_eq!((book.unread, book.answer, book.exit_code()), (lost, Some(answer), code));
    }
    let clean =
        crate::journal::Read { entries: vec![opened(), looked(1, false, &[], BOTH)], whole: 0, torn: false, unread: vec![3] };
    assert_eq!(Logbook::of_journal(&clean, None).exit_code(), 3);
}

#[test]
fn a_journal_with_absurd_times_is_summed_up_all_the_same() {
    let up = |up_ms| Entry::Did { when: Stamp { up_ms: Some(up_ms), ..at(0) }, text: "x".into(), answer: None };
    let book = Logbook::of(&[opened(), up(u64::MAX), up(0), up(u64::MAX)], Some(&Stamp { up_ms: Some(u64::MAX), ..at(0) }));
    assert_eq!(book.worked_ms, u64::MAX);
}
