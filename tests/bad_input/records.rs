//! Captures and records that are none, or are damaged.

use std::path::Path;

use trousse::edge::capture::CaptureWriter;
use trousse::edge::record::{ANSWERS, CAPTURE, VISIT};
use trousse::net::Mac;
use trousse::probe::listen::Direction;
use trousse::report::Report;
use trousse::wire::{Sender, arp};

use crate::{Folder, are_refused, trousse};

/// A capture in which two cards announce one address.
pub(crate) fn capture() -> Vec<u8> {
    announced_by(&[10, 11], Direction::Received, 1_795_222_800_000_000)
}

fn announced_by(cards: &[u8], direction: Direction, unix_us: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = CaptureWriter::new(&mut bytes).expect("memory takes it");
    for &last in cards {
        let from = Sender { mac: Mac([2, 0, 0, 0, 0, last]), ip: [10, 0, 0, 9].into() };
        let frame = arp::request(from, from.ip, Mac::BROADCAST);
        writer.write(unix_us, direction, &frame).expect("memory takes it");
    }
    bytes
}

/// The report of a replay, with its exit code.
fn replayed(path: &Path) -> (Report, Option<i32>) {
    let output = trousse().args(["replay", "--format", "json"]).arg(path).output().expect("the program starts");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (serde_json::from_slice(&output.stdout).expect("a report"), output.status.code())
}

#[test]
fn what_is_no_capture() {
    let folder = Folder::new();
    let long = "this is a text and not a capture, however long it may be".repeat(9);
    let token_ring = [&b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x06\0\0\0"[..], &[0; 60]].concat();
    let cases = [
        (folder.with("empty.pcap", ""), "shorter than any capture"),
        (folder.with("text.pcap", long), "neither pcap nor pcapng"),
        (folder.with("ring.pcap", token_ring), "link type 6 is not Ethernet"),
        (folder.file("missing.pcap"), "cannot read the capture"),
    ];
    for (path, said) in cases {
        are_refused(&["replay", &path], said, "illisible");
    }
}

#[test]
fn a_capture_cut_in_the_middle_gives_what_stands_before_the_cut_and_says_so() {
    let folder = Folder::new();
    let whole = capture();
    let (report, code) = replayed(folder.with("whole.pcapng", &whole).as_ref());
    assert_eq!((report.findings.len(), report.coverage.complete, code), (1, true, Some(1)));
    let (report, code) = replayed(folder.with("cut.pcapng", &whole[..whole.len() - 30]).as_ref());
    assert_eq!((report.hosts.len(), report.findings.len(), report.coverage.complete, code), (1, 0, false, Some(3)));
}

#[test]
fn whoever_captured_it_asked_nothing_for_us_whatever_its_frames_say_of_their_direction() {
    let folder = Folder::new();
    for direction in [Direction::Sent, Direction::Received] {
        let (report, code) =
            replayed(folder.with("theirs.pcapng", announced_by(&[10], direction, 1_795_222_800_000_000)).as_ref());
        assert_eq!((report.hosts.len(), report.coverage.requests, code), (1, 0, Some(3)), "{direction:?}");
    }
}

#[test]
fn a_folder_that_is_no_record_or_a_damaged_one() {
    let folder = Folder::new();
    let path = folder.file("");
    are_refused(&["replay", &path], "cannot read", "illisible");
    folder.with(VISIT, "{\"schema\":\"trousse/visit/1\"}");
    are_refused(&["replay", &path], "visit.json, line 1: missing field", "visit.json, ligne 1 : ");
    folder.with(VISIT, visit("10.0.0.0/24").replace("visit/1", "visit/9"));
    are_refused(&["replay", &path], "is of another form: trousse/visit/9", "est d'une autre forme");
    folder.with(VISIT, visit("0.0.0.0/0"));
    are_refused(&["replay", &path], "visit.json, line 1: targets", "visit.json, ligne 1 : ");
    folder.with(VISIT, visit("10.0.0.0/24"));
    are_refused(&["replay", &path], "cannot read the capture", "illisible");
    folder.with(CAPTURE, capture());
    folder.with(ANSWERS, "{\"at_us\":1,\"from\":\"10.0.0.53:53\",\"bytes\":\"xyz\"}\n");
    are_refused(&["replay", &path], "answers.jsonl, line 1: bytes", "answers.jsonl, ligne 1 : ");
}

#[test]
fn numbers_beyond_all_measure_in_a_record_do_no_harm() {
    let most = u64::MAX;
    // The visit that starts at the end of time, and the frame that arrives there.
    for (started_us, arrived_us) in [(most, 1_795_222_800_000_000), (0, most)] {
        let folder = Folder::new();
        folder.with(VISIT, visit("10.0.0.0/24").replace("1795222800000000", &started_us.to_string()));
        folder.with(CAPTURE, announced_by(&[10, 11], Direction::Received, arrived_us));
        let swept =
            "\"fact\":{\"is\":\"swept\",\"planned\":4294967295,\"asked\":4294967295,\"requests\":4294967295,\"listened_ms\":1}";
        let lines = format!("{{\"at_us\":{most},{swept}}}\n").repeat(2);
        folder.with(ANSWERS, format!("{lines}{{\"ended_us\":{most},\"frames\":2}}\n"));
        let (report, _) = replayed(folder.path());
        assert_eq!((report.coverage.planned, report.findings.len()), (u32::MAX, 1));
    }
}

pub(crate) fn visit(targets: &str) -> String {
    format!(
        "{{\"schema\":\"trousse/visit/1\",\"started_us\":1795222800000000,\"interface\":\"lan0\",\"survey\":{{\"identity\":{{\
         \"mac\":\"02:00:00:00:00:01\",\"addresses\":[\"10.0.0.1/24\"],\"siblings\":[]}},\"targets\":[\"{targets}\"],\
         \"rate\":{{\"persecond\":1000}},\"quick\":false,\"resolvers\":[],\"port\":40000}},\"plan\":{{\"site\":null,\"network\":[],\
         \"fixed\":[],\"shared\":[]}}}}"
    )
}
