//! Delivery sheets, each from the journal of a preparation: a small PC that is ready, one on which much went wrong, one with sixty
//! steps, one that hostile hands have named, one that was cut off, one without Internet whose clock was set back and whose journal has
//! lost lines.

use std::collections::BTreeMap;

use trousse::fault::Why;
use trousse::net::Mac;
use trousse::prep::change::{Aspect, Change, Sight, State};
use trousse::prep::entry::{Entry, Left, Opened, SCHEMA, Starter, Written};
use trousse::prep::look::{Build, Digest, Ended, How, Identity, NetworkCard, System};
use trousse::prep::outcome::{Failure, Outcome, RunEnd};
use trousse::prep::portrait::{Portrait, Stood};
use trousse::prep::sheet::Sheet;

/// A name, and what makes its sheet.
type Case = (&'static str, fn() -> Sheet);

/// Every case by its name.
pub(crate) const CASES: [Case; 6] = [
    ("sheet", ready),
    ("sheet-failed", failed),
    ("sheet-long", long),
    ("sheet-hostile", hostile),
    ("sheet-interrupted", interrupted),
    ("sheet-spoilt", spoilt),
];

fn text(text: &str) -> State {
    State::Text(text.to_owned())
}

fn version(package: &str, before: State, after: &str) -> Change {
    Change::new(package, Aspect::Version, before, text(after))
}

fn seen(change: &Change) -> Sight {
    Sight::new(&change.subject, change.aspect.clone(), change.after.clone())
}

/// A step as it stands at the end.
fn stood(name: &str, kind: &str, outcome: Outcome, detection: [&str; 2], seen: Vec<Sight>) -> Stood {
    let detection = Why::new(detection[0], detection[1]).into();
    Stood { name: name.to_owned(), kind: kind.to_owned(), outcome, detection, seen, unseen: None }
}

/// One that was done.
fn done(name: &str, kind: &str, detection: [&str; 2], changes: Vec<Change>) -> Stood {
    let seen = changes.iter().map(seen).collect();
    stood(name, kind, Outcome::Changed(changes), detection, seen)
}

const LIST: [&str; 2] = ["the list of installed programs", "liste des programmes installés"];
const ACCOUNTS: [&str; 2] = ["the system's list of accounts", "liste des comptes du système"];
const NAME: [&str; 2] = ["the name it has, and that of its next start", "nom actuel, et nom au prochain démarrage"];
const START: [&str; 2] = ["another identity of the PC's start", "nouvel identifiant de démarrage"];
const OWN: [&str; 2] = ["a look of its own", "son propre examen"];

fn portrait(name: &str, build: &str, restart_pending: bool) -> Portrait {
    let card = |name: &str, last| NetworkCard { name: name.to_owned(), mac: Mac([0x54, 0xb2, 0x03, 0x1c, 0x0a, last]) };
    Portrait {
        program: "0.1.0".to_owned(),
        pc: identity(),
        host_name: name.to_owned(),
        system: Build {
            system: System::Windows,
            name: "Windows 11 Pro 23H2".to_owned(),
            distributions: Vec::new(),
            version: Some(build.to_owned()),
        },
        cards: Some(vec![card("Ethernet", 0x0b), card("Wi-Fi", 0x0c)]),
        restart_pending: Some(restart_pending),
    }
}

fn identity() -> Identity {
    Identity {
        maker: Some("Intel(R) Client Systems".to_owned()),
        product: Some("NUC11PAHi5".to_owned()),
        serial: Some("G6PA1230045K".to_owned()),
        machine: None,
    }
}

/// The sheet of a run that ends so, with one restart in the middle.
fn sheet(steps: Vec<Stood>, end: RunEnd, restart_pending: bool, payloads: BTreeMap<String, Digest>) -> Sheet {
    Sheet::of(&journal(steps, end, restart_pending, payloads)).expect("a sheet")
}

/// Its journal.
fn journal(steps: Vec<Stood>, end: RunEnd, restart_pending: bool, payloads: BTreeMap<String, Digest>) -> Vec<Written> {
    let opened = Opened {
        schema: SCHEMA.to_owned(),
        program: "0.1.0".to_owned(),
        title: "Office NUC".to_owned(),
        version: "4".to_owned(),
        profile: Digest::of(b"office-nuc").sha256,
        pc: identity(),
        variables: BTreeMap::from([("customer".to_owned(), "Tilleuls".to_owned())]),
        payloads,
        name: None,
    };
    let mut entries = vec![
        Entry::Opened(Box::new(opened)),
        Entry::Technician { name: "Zoé Martin".to_owned() },
        Entry::Started { boot: "1".to_owned(), by: Starter::Person },
        Entry::Found(Box::new(portrait("DESKTOP-4F7K2Q1", "22631.3007", false))),
    ];
    for (place, step) in steps.iter().enumerate() {
        let evidence = match &step.outcome {
            Outcome::DidNotTake(_) => vec![Ended { how: How::Code(0), output: "done".to_owned() }],
            Outcome::Failed(_) => vec![Ended { how: How::Code(1603), output: "Fatal error during installation".to_owned() }],
            Outcome::Changed(_) if step.kind == "package" => vec![Ended { how: How::Code(3010), output: String::new() }],
            _ => Vec::new(),
        };
        if !step.outcome.changes().is_empty() {
            entries.push(Entry::Began { step: step.name.clone(), attempt: 1, changes: step.outcome.changes().to_vec() });
            let outcome = step.outcome.clone();
            entries.push(Entry::Ended { step: step.name.clone(), outcome, restart: false, evidence });
        }
        if place == 1 {
            entries.push(Entry::Restart { step: step.name.clone(), boot: "1".to_owned() });
            entries.push(Entry::Started { boot: "2".to_owned(), by: Starter::Startup });
        }
    }
    entries.push(Entry::Left(Box::new(Left { portrait: portrait("TILLEULS-PC-07", "22631.4460", restart_pending), steps })));
    entries.push(Entry::Finished { end });
    let at = |minute: usize| format!("2026-11-21T{:02}:{:02}:00Z", 9 + minute / 60, minute % 60);
    entries.into_iter().enumerate().map(|(at_minute, entry)| Written { entry, at: at(at_minute) }).collect()
}

fn payloads() -> BTreeMap<String, Digest> {
    ["firefox.msi", "remote-help.exe"].map(|name| (name.to_owned(), Digest::of(name.as_bytes()))).into()
}

fn usual() -> Vec<Stood> {
    let renamed = Change::new("PC", Aspect::HostName, text("DESKTOP-4F7K2Q1"), text("TILLEULS-PC-07"));
    vec![
        done("name of the PC", "rename", NAME, vec![renamed]),
        done("restart", "reboot", START, vec![Change::to_be("PC", Aspect::Restarted)]),
        done("Firefox", "package", LIST, vec![version("Mozilla Firefox", State::Absent, "133.0")]),
        done("remote help", "package", LIST, vec![version("Remote Help", text("11.2"), "12.4.1")]),
        done(
            "administrator of the workshop",
            "user",
            ACCOUNTS,
            vec![
                Change::to_be("atelier", Aspect::Account),
                Change::to_be("atelier", Aspect::Member("Administrators".to_owned())),
                Change::to_be("atelier", Aspect::Password),
            ],
        ),
        stood("7-Zip", "package", Outcome::AlreadySo, LIST, vec![Sight::new("7-Zip", Aspect::Version, text("24.08"))]),
        stood("updates of the system", "windows-update", Outcome::AlreadySo, OWN, Vec::new()),
        stood("message at login", "file", Outcome::Skipped, OWN, Vec::new()),
    ]
}

fn ready() -> Sheet {
    sheet(usual(), RunEnd::Ready, false, payloads())
}

fn failed() -> Sheet {
    let mut steps = usual();
    let missing = version("Old Viewer", State::Absent, "3.2");
    let fault = "Fatal error during installation";
    let program = Ended { how: How::Code(1603), output: format!("log\n{fault}\n") };
    let update = |name: &str| Change::to_be(name, Aspect::Done);
    let pending = vec![update("KB5046633"), update("KB5046540"), update("KB890830"), update("KB5045933"), update("KB5044033")];
    steps[6].outcome = Outcome::DidNotTake(pending.clone());
    steps[6].seen = pending.iter().map(|change| Sight::new(&change.subject, Aspect::Done, State::Absent)).collect();
    steps.push(stood("PDF reader", "package", Outcome::Failed(Failure::Program(program)), LIST, vec![]));
    let seen = vec![Sight::new("Old Viewer", Aspect::Version, State::Absent)];
    steps.push(stood("viewer that installs nothing", "package", Outcome::DidNotTake(vec![missing]), LIST, seen));
    steps.push(stood(
        "shortcut of the viewer",
        "shortcut",
        Outcome::NotTried("viewer that installs nothing".to_owned()),
        OWN,
        vec![],
    ));
    steps[2].unseen =
        Some(Failure::Fault { english: "the list is locked".to_owned(), french: "la liste est verrouillée".to_owned() });
    sheet(steps, RunEnd::Failed, true, payloads())
}

/// As many steps as the longest profiles have, a sixth of them not done, with long names.
fn long() -> Sheet {
    let mut steps = usual();
    for place in 0..52 {
        let name = format!("program {place:02} that the customer of the third floor wants on every one of the PCs");
        let package = format!("Program of the Third Floor {place:02}");
        let change = version(&package, State::Absent, "10.0.19045.4170");
        steps.push(match place % 6 {
            0 => stood(&name, "package", Outcome::DidNotTake(vec![change]), LIST, vec![]),
            1 | 2 => stood(&name, "package", Outcome::AlreadySo, LIST, vec![seen(&change)]),
            _ => done(&name, "package", LIST, vec![change]),
        });
    }
    let payloads = (0..52).map(|place| (format!("third-floor-{place:02}.msi"), Digest::of(&[place])));
    let mut sheet = sheet(steps, RunEnd::Failed, false, payloads.collect());
    if let Some(cards) = sheet.left.as_mut().and_then(|left| left.cards.as_mut()) {
        for (name, last) in [("Ethernet 2 (docking station)", 0x0d), ("Ethernet 3 (docking station)", 0x0e), ("LTE", 0x0f)] {
            cards.push(NetworkCard { name: name.to_owned(), mac: Mac([0x54, 0xb2, 0x03, 0x1c, 0x0a, last]) });
        }
    }
    sheet.sealed()
}

/// The power went before the end.
fn interrupted() -> Sheet {
    let lines = journal(usual(), RunEnd::Ready, false, payloads());
    Sheet::of(&lines[..lines.len() - 3]).expect("a sheet")
}

/// A PC without Internet and with an empty battery on its board; the disk has lost two lines.
fn spoilt() -> Sheet {
    let mut steps = usual();
    let [english, french] = ["Windows Update: no Internet", "Windows Update : pas d'Internet"].map(str::to_owned);
    steps[6].outcome = Outcome::Failed(Failure::Fault { english, french });
    let mut lines = journal(steps, RunEnd::Failed, false, payloads());
    let restarted = lines.iter().position(|line| matches!(line.entry, Entry::Restart { .. })).expect("a restart") + 1;
    lines[restarted..].iter_mut().for_each(|line| line.at = line.at.replace("2026-11-21T09", "2019-01-01T00"));
    Sheet::of(&lines).expect("a sheet").without(2)
}

fn hostile() -> Sheet {
    let evil = "<img src=x onerror=alert(1)>\u{1b}[2J\u{202e}|`*_ [x](http://x) ";
    let mut steps = usual();
    steps[0].name = format!("{evil}{}", "x".repeat(300));
    steps[3].outcome = Outcome::Failed(Failure::Program(Ended { how: How::Code(1), output: evil.repeat(20) }));
    steps[5].seen = vec![Sight::new(evil, Aspect::Member(evil.to_owned()), text(evil))];
    let mut sheet = sheet(steps, RunEnd::Failed, false, BTreeMap::from([(evil.to_owned(), Digest::of(b""))]));
    sheet.title = evil.repeat(30);
    sheet.technician = Some(evil.to_owned());
    sheet.pc.serial = Some(evil.to_owned());
    if let Some(left) = &mut sheet.left {
        left.host_name = evil.to_owned();
        left.cards = Some(vec![NetworkCard { name: evil.repeat(4), mac: Mac([2, 0, 0, 0, 0, 1]) }; 40]);
    }
    sheet.sealed()
}
