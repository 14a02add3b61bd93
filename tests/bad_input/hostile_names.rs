//! Names that hold escape sequences, right-to-left marks, HTML, commas and formulas reach no format as they are.

use std::net::{IpAddr, Ipv4Addr};

use hickory_proto::op::{Message, MessageType, OpCode};
use hickory_proto::rr::rdata::PTR;
use hickory_proto::rr::{Name, RData, Record};
use trousse::edge::record::{Circumstances, Recorder, SCHEMA};
use trousse::net::{Mac, Moment};
use trousse::observe::Inventory;
use trousse::oui::Vendors;
use trousse::probe::listen::Direction;
use trousse::probe::{Errand, Identity, Rate, Surroundings, Survey, Switching};
use trousse::report::{FORMATS, Report};
use trousse::site::Plan;
use trousse::wire::arp::{self, Arp, Operation};
use trousse::wire::ipv4::{Receiver, udp_frame};
use trousse::wire::{Sender, dns, ethernet};

use crate::{Folder, trousse};

/// One for each way of breaking out.
const NAMES: [&str; 8] = [
    "\u{1b}]0;owned\u{7}",
    "\u{1b}[2J\u{9b}31m",
    "\u{202e}gpj.exe\u{2066}",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "=HYPERLINK(\"http://x\",\"y\")",
    "@SUM(1+1),-2\r\n+3",
    "line\nbreak\u{2028}\u{85}\u{0}end",
];

const OURS: Sender = Sender { mac: Mac([2, 0, 0, 0, 0, 1]), ip: Ipv4Addr::new(10, 0, 0, 1) };

/// A record in which every name is told by one of two owners of an address, so that findings tell it too.
fn record(folder: &std::path::Path) {
    let survey = Survey {
        errand: Errand::Scan,
        identity: Identity {
            mac: OURS.mac,
            addresses: vec!["10.0.0.1/24".parse().expect("a prefix")],
            addresses6: vec![],
            siblings: vec![],
        },
        targets: "10.0.0.0/24".parse().expect("a prefix"),
        rate: Rate::Max,
        quick: false,
        resolvers: vec![],
        port: 40_000,
        asking: Default::default(),
        surroundings: Surroundings::default(),
        power: Default::default(),
        switching: Switching::default(),
    };
    let circumstances = Circumstances {
        schema: SCHEMA.to_owned(),
        started_us: 1_795_222_800_000_000,
        interface: "lan0".to_owned(),
        survey,
        plan: Plan::default(),
    };
    let mut recorder = Recorder::create(folder, &circumstances).expect("the folder is empty");
    let mut hear = |frame: Vec<u8>| assert!(recorder.frame(Moment::from_ms(1), Direction::Received, &frame).is_some());
    for (number, name) in (10..).zip(NAMES) {
        let ip = Ipv4Addr::new(10, 0, 0, number);
        for card in [1, 2] {
            let mac = Mac([2, 0, 0, 0, card, number]);
            let reply =
                Arp { operation: Operation::Reply, sender_mac: mac, sender_ip: ip, target_mac: OURS.mac, target_ip: OURS.ip };
            hear(ethernet::emit(mac, OURS.mac, ethernet::ARP, &arp::emit(&reply)));
            let us = Receiver { mac: OURS.mac, ip: OURS.ip };
            hear(udp_frame(Sender { mac, ip }, dns::MDNS_PORT, us, 40_000, &answer(ip, name)));
        }
    }
    let nothing = Inventory::new(Vendors::builtin());
    let report = Report::of(circumstances.visit(Moment::default()), &nothing, &Plan::default());
    recorder.close(Moment::from_ms(2), &report).expect("the folder is ours");
}

/// An mDNS answer with one label as it is.
fn answer(ip: Ipv4Addr, name: &str) -> Vec<u8> {
    let mut message = Message::new(7, MessageType::Response, OpCode::Query);
    let told = Name::from_labels([name.as_bytes(), b"local"]).expect("two labels");
    message.add_answer(Record::from_rdata(Name::from(IpAddr::V4(ip)), 120, RData::PTR(PTR(told))));
    message.to_vec().expect("it fits")
}

/// Characters that move what stands beside them, or command a terminal.
fn is_unruly(c: char) -> bool {
    (c.is_control() && c != '\n') || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn rendered(folder: &Folder, format: &str, language: &str) -> String {
    let mut replay = trousse();
    replay.args(["--lang", language, "replay", "--format", format]).arg(folder.path());
    let output = replay.output().expect("the program starts");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("every format is text")
}

#[test]
fn no_format_lets_a_hostile_name_through() {
    let folder = Folder::new();
    record(folder.path());
    for format in FORMATS {
        for language in ["en", "fr"] {
            let text = rendered(&folder, format.name, language);
            let text = text.trim_start_matches('\u{feff}');
            match format.name {
                // Data for programs: whole, and its control characters escaped.
                "json" => {
                    let report: Report = serde_json::from_str(text).expect("a report");
                    let names: Vec<&str> =
                        report.hosts.iter().flat_map(|host| &host.names).map(|name| name.name.as_str()).collect();
                    assert!(NAMES.iter().all(|name| names.contains(&format!("{name}.local").as_str())), "{names:?}");
                    assert!(!text.chars().any(is_unruly), "json");
                }
                "csv" => {
                    let rows =
                        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes()).into_records();
                    for row in rows {
                        for field in row.expect("every row is read back").iter() {
                            assert!(!field.starts_with(['=', '+', '-', '@', '\t', '\r']), "csv: {field:?}");
                            assert!(!field.chars().any(is_unruly), "csv: {field:?}");
                        }
                    }
                }
                "html" => {
                    for raw in ["<script>alert", "<img src=x", "\"><img"] {
                        assert!(!text.contains(raw), "html: {raw}");
                    }
                    assert!(!text.chars().any(|c| is_unruly(c) && c != '\t' && c != '\r'), "html");
                }
                name => assert!(!text.chars().any(is_unruly), "{name}: {:?}", text.chars().find(|&c| is_unruly(c))),
            }
            assert!(text.contains("10.0.0.17"), "{}: the hosts are told at all", format.name);
        }
    }
}
