//! A look that was recorded is heard again to the same inventory and the same findings, and a damaged record is told.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::lan::{Dice, Host, Lan};
use crate::{Outcome, Watcher, circumstances, hosts, look, survey, watched};
use trousse::edge::capture::{self, CaptureWriter};
use trousse::edge::record::{ANSWERS, CAPTURE, REPORT, Recorder};
use trousse::edge::replay::replay;
use trousse::finding::Reason;
use trousse::net::{Mac, Moment};
use trousse::observe::{Cut, LinkState, Part};
use trousse::probe::{Errand, Sounding, Surroundings, Survey};
use trousse::report::{Report, Said};
use trousse::site::Plan;

/// A folder of its own under the system's, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Folder(std::env::temp_dir().join(format!("trousse-replayed-{}-{number}", std::process::id())))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// A network with everything on it: duplicates, look-alikes, sleepers, loss, nonsense.
fn busy(seed: u64) -> Lan {
    let mut hosts = hosts(60);
    let mut late = Host::new([2, 0, 0, 0, 9, 9], [10, 0, 0, 9]);
    late.late = Duration::from_millis(1500);
    let mut router = Host::new([2, 0, 0, 0, 8, 8], [10, 0, 0, 254]);
    router.proxies = Some("10.0.0.40/29".parse().expect("a prefix"));
    let virtual_router = Host::new([0, 0, 0x5e, 0, 1, 7], [10, 0, 0, 250]);
    hosts.extend([late, router, virtual_router, Host::new([2, 0, 0, 0, 6, 6], [10, 0, 0, 1])]);
    for host in &mut hosts {
        let last = host.mac.0[5];
        host.name = Some(format!("PC-{last}").into_bytes());
        host.deaf = u32::from(last % 5 == 0);
        host.repeats = 1 + u32::from(last % 7 == 0);
    }
    let mut lan = Lan::new(hosts, seed);
    lan.loss = 0.02;
    lan.dropped = (seed % 3) as u32;
    lan.weather = Some(Box::new(|_, dice| {
        let junk: Vec<u8> = (0..20).map(|_| dice.number() as u8).collect();
        if dice.happens(0.01) { vec![trousse::wire::ethernet::emit(Mac([2; 6]), Mac::BROADCAST, 0x0806, &junk)] } else { vec![] }
    }));
    lan
}

/// A survey that goes up the ladder: the gateway is a host of the busy network, one DNS server is nobody.
fn diagnosis() -> Survey {
    let link = LinkState { carrier: true, speed_mbps: Some(1000), full_duplex: Some(true) };
    let gateways = vec![[10, 0, 0, 254].into()];
    let surroundings = Surroundings {
        link: Some(link),
        gateways,
        planned: vec![Sounding::Dns([10, 0, 0, 200].into())],
        ..Surroundings::default()
    };
    Survey { errand: Errand::Diagnose, surroundings, ..survey() }
}

#[test]
fn a_diagnosis_tells_of_the_gateway_and_of_dns_what_came_back() {
    let report = look(busy(3), &diagnosis()).report;
    let gateway = report.gateways.first().and_then(|row| row.replies.clone()).expect("it was pinged");
    assert_eq!((gateway.sent, gateway.lost()), (20, 0));
    assert_eq!(report.link.map(|link| link.carrier), Some(true));
    let rung = |code: &str| report.ladder.iter().find(|rung| rung.code == code).map(|rung| rung.verdict);
    assert_eq!((rung("L1-no-carrier"), rung("L3-gateway-silent")), (Some(Said::Clear), Some(Said::Clear)));
    assert_eq!(rung("L7-dns-silent"), Some(Said::NotTested), "nobody names a server but the survey");
}

fn recorded(folder: &Path, lan: Lan, survey: &Survey, stop_at: Option<Moment>) -> Outcome {
    let recorder = Recorder::create(folder, &circumstances(survey)).expect("a folder for the record");
    watched(
        lan,
        survey,
        Watcher {
            stop_at,
            until: survey.budget_ms.map(|ms| Moment::from_ms(ms.into())),
            recorder: Some(recorder),
            ..Watcher::default()
        },
    )
}

#[test]
fn what_is_replayed_is_what_was_seen() {
    let looks = [
        (survey(), None),
        (crate::quick(), None),
        (survey(), Some(Moment::from_ms(300))),
        (diagnosis(), None),
        (diagnosis(), Some(Moment::from_ms(900))),
        (Survey { budget_ms: Some(1_000), ..diagnosis() }, None),
        (within_5_s(), None),
        (Survey { identity: trousse::probe::Identity { addresses: vec![], ..survey().identity }, ..survey() }, None),
    ];
    for (seed, (survey, stop_at)) in (0..).zip(looks) {
        let folder = Folder::new();
        let live = recorded(folder.path(), busy(seed), &survey, stop_at);
        assert!(live.findings().len() > 1 || stop_at.is_some() || survey.budget_ms.is_some(), "{:?}", live.findings());
        let again = replay(folder.path()).expect("the record is whole");
        assert!(again.inventory == live.inventory, "seed {seed}");
        let report = Report::of(again.visit(folder.path()), &again.inventory, &Plan::default());
        assert_eq!(report, live.report);
        let written: Report = serde_json::from_slice(&fs::read(folder.path().join(REPORT)).expect("written")).expect("JSON");
        assert_eq!(serde_json::to_value(&written).expect("JSON"), serde_json::to_value(&report).expect("JSON"));
    }
}

/// Long enough for the addresses, too short for DHCP servers.
fn within_5_s() -> Survey {
    Survey { budget_ms: Some(5_000), ..diagnosis() }
}

#[test]
fn what_had_ended_when_the_time_ran_out_is_judged_and_the_rest_is_not_tested() {
    let Outcome { report, ended, .. } = look(busy(3), &within_5_s());
    // The round that finds the time over is the last; the loop waits 50 ms at most between two.
    assert!((Moment::from_ms(5_000)..Moment::from_ms(5_050)).contains(&ended), "{ended:?}");
    assert_eq!((report.coverage.cut.as_slice(), report.coverage.unfinished.as_slice()), (&[Cut::Budget][..], &[Part::Dhcp][..]));
    let rung = |code: &str| report.ladder.iter().find(|rung| rung.code == code).expect("a rung");
    let silent = rung("L3-no-dhcp-server");
    assert_eq!((silent.verdict, silent.reason.clone()), (Said::NotTested, Some(Reason::OutOfTime { asked: 254, planned: 254 })));
    assert_eq!(rung("L3-gateway-silent").verdict, Said::Clear);
    assert_eq!(rung("L3-wrong-subnet").verdict, Said::Clear);
    assert!(report.findings.iter().any(|finding| finding.problem.code() == "L3-duplicate-address"));
    let whole = look(busy(3), &diagnosis()).report;
    assert!(whole.coverage.complete && whole.coverage.unfinished.is_empty(), "{:?}", whole.coverage);
}

#[test]
fn evidence_points_at_the_frames_of_the_capture() {
    let folder = Folder::new();
    let live = recorded(folder.path(), busy(1), &survey(), None);
    let mut frames = Vec::new();
    capture::read(&folder.path().join(CAPTURE), |captured| frames.push(captured.bytes)).expect("it is whole");
    let sightings: Vec<_> = live.report.findings.iter().flat_map(|finding| &finding.evidence).collect();
    assert!(!sightings.is_empty());
    for seen in sightings {
        let trousse::observe::Fact::AddressClaimed { mac, .. } = &seen.fact else { panic!("{seen:?}") };
        let frame = &frames[seen.frame.expect("it came by a frame") as usize - 1];
        assert_eq!(frame[22..28], mac.0, "the sender hardware address of the ARP message");
    }
}

#[test]
fn a_record_cut_anywhere_is_a_partial_report_or_one_clear_fault() {
    let folder = Folder::new();
    recorded(folder.path(), busy(1), &survey(), None);
    let mut dice = Dice(1);
    let mut partial = 0;
    for name in [CAPTURE, ANSWERS] {
        let path = folder.path().join(name);
        let whole = fs::read(&path).expect("it was written");
        for _ in 0..40 {
            let length = (dice.number() % whole.len() as u64) as usize;
            fs::write(&path, &whole[..length]).expect("the folder is ours");
            match replay(folder.path()) {
                Ok(replayed) => {
                    let report = Report::of(replayed.visit(folder.path()), &replayed.inventory, &Plan::default());
                    assert!(!report.coverage.complete, "{name} cut at {length}");
                    partial += 1;
                }
                Err(fault) => {
                    let said = fault.to_string();
                    assert_eq!(said.lines().count(), 2, "{said}");
                    assert!(said.lines().nth(1).is_some_and(|hint| hint.starts_with("hint: ")), "{said}");
                }
            }
        }
        fs::write(&path, &whole).expect("the folder is ours");
    }
    assert!(partial > 40, "{partial}");
}

#[test]
fn a_capture_cut_between_two_frames_is_known_to_be_cut() {
    let folder = Folder::new();
    recorded(folder.path(), busy(1), &survey(), None);
    let path = folder.path().join(CAPTURE);
    let mut frames = Vec::new();
    capture::read(&path, |captured| frames.push(captured)).expect("it is whole");
    let mut writer = CaptureWriter::new(fs::File::create(&path).expect("the folder is ours")).expect("it can be written");
    for captured in &frames[..frames.len() - 1] {
        writer.write(captured.unix_us, captured.direction, &captured.bytes).expect("it can be written");
    }
    let replayed = replay(folder.path()).expect("what is there can be read");
    assert!(!replayed.inventory.coverage().cut.is_empty());
}
