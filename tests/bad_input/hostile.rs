//! What a hostile network tells, and that no format lets it through.

use std::net::Ipv4Addr;
use std::path::Path;

use trousse::edge::record::{Circumstances, Recorder, SCHEMA};
use trousse::net::Mac;
use trousse::net::Moment;
use trousse::observe::Inventory;
use trousse::oui::Vendors;
use trousse::probe::listen::Direction;
use trousse::probe::{Errand, Identity, Rate, Surroundings, Survey, Switching};
use trousse::report::{FORMATS, Medium, Report};
use trousse::site::Plan;
use trousse::wire::Sender;

use crate::{Folder, trousse};

/// One for each way of breaking out.
pub(crate) const NAMES: [&str; 8] = [
    "\u{1b}]0;owned\u{7}",
    "\u{1b}[2J\u{9b}31m",
    "\u{202e}gpj.exe\u{2066}",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "=HYPERLINK(\"http://x\",\"y\")",
    "@SUM(1+1),-2\r\n+3",
    "line\nbreak\u{2028}\u{85}\u{0}end",
];

/// The laptop of the records.
pub(crate) const OURS: Sender = Sender { mac: Mac([2, 0, 0, 0, 0, 1]), ip: Ipv4Addr::new(10, 0, 0, 1) };

/// A record of a look in which these frames were received.
pub(crate) fn record(folder: &Path, errand: Errand, frames: impl IntoIterator<Item = Vec<u8>>) {
    let survey = Survey {
        errand,
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
        budget_ms: None,
    };
    let circumstances = Circumstances {
        schema: SCHEMA.to_owned(),
        started_us: 1_795_222_800_000_000,
        interface: "lan0".to_owned(),
        survey,
        plan: Plan::default(),
    };
    let mut recorder = Recorder::create(folder, &circumstances).expect("the folder is empty");
    for frame in frames {
        assert!(recorder.frame(Moment::from_ms(1), Direction::Received, &frame).is_some());
    }
    let nothing = Inventory::new(Vendors::builtin());
    let report = Report::of(circumstances.visit(Moment::default()), &nothing, &Plan::default());
    recorder.close(Moment::from_ms(2), &report).expect("the folder is ours");
}

/// Characters that move what stands beside them, or command a terminal.
fn is_unruly(c: char) -> bool {
    (c.is_control() && c != '\n') || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn rendered(folder: &Folder, format: &str, language: &str, code: i32) -> String {
    let mut replay = trousse();
    replay.args(["--lang", language, "replay", "--format", format]).arg(folder.path());
    let output = replay.output().expect("the program starts");
    assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("every format is text")
}

/// That no format lets through what was heard, that the record tells `whole` of it, and that every format tells the word that it
/// is `shown` by.
pub(crate) fn is_harmless(folder: &Folder, code: i32, shown: impl Fn(&str) -> String, whole: impl Fn(&Report)) {
    for format in FORMATS.iter().filter(|format| format.medium != Medium::Paper) {
        for language in ["en", "fr"] {
            let text = rendered(folder, format.name, language, code);
            let text = text.trim_start_matches('\u{feff}');
            match format.name {
                // Data for programs: whole, and its control characters escaped.
                "json" => {
                    let report: Report = serde_json::from_str(text).expect("a report");
                    whole(&report);
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
            assert!(text.contains(&shown(format.name)), "{}: what was heard is told at all", format.name);
        }
    }
}
