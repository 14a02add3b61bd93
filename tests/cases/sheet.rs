//! Delivery sheets, each from the journal of a preparation: a small PC that is ready, one on which much went wrong, one with sixty
//! steps, one that hostile hands have named.

use std::collections::BTreeMap;

use trousse::fault::Why;
use trousse::net::Mac;
use trousse::prep::change::{Aspect, Change, List, Sight, State};
use trousse::prep::entry::{Entry, Left, Opened, SCHEMA, Starter, Written};
use trousse::prep::look::{Build, Digest, Ended, How, Identity, NetworkCard, System};
use trousse::prep::outcome::{Failure, Outcome, RunEnd};
use trousse::prep::portrait::{Portrait, Stood};
use trousse::prep::sheet::Sheet;

/// A name, and what makes its sheet.
type Case = (&'static str, fn() -> Sheet);

/// Every case by its name.
pub(crate) const CASES: [Case; 4] =
    [("sheet", ready), ("sheet-failed", failed), ("sheet-long", long), ("sheet-hostile", hostile)];

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
const START: [&str; 2] = ["another identity of the PC's start", "autre identité du démarrage du PC"];
const UPDATES: [&str; 2] = [
    "another search by Windows Update, for the kinds of the profile",
    "nouvelle recherche de Windows Update, pour les catégories du profil",
];
const REGISTRY: [&str; 2] = [
    "version, maker and day of each device's driver, in the registry",
    "version, éditeur et date du pilote de chaque périphérique, dans le registre",
];
const SMBIOS: [&str; 2] = ["version told by SMBIOS", "version donnée par SMBIOS"];
const LISTS: [&str; 2] = [
    "Windows' lists of apps, the list of installed programs",
    "listes d'applications de Windows, liste des programmes installés",
];
const FILE: [&str; 2] = ["SHA-256 of the file", "SHA-256 du fichier"];
const SHORTCUT: [&str; 2] = ["the shortcut itself", "le raccourci lui-même"];

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
    let lines: Vec<Written> =
        entries.into_iter().enumerate().map(|(at_minute, entry)| Written { entry, at: at(at_minute) }).collect();
    Sheet::of(&lines).expect("a sheet")
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
        stood("updates of the system", "windows-update", Outcome::AlreadySo, UPDATES, vec![pending([])]),
        stood("message at login", "file", Outcome::Skipped, FILE, Vec::new()),
        unwanted(),
        drivers(),
        firmware(),
    ]
}

/// What is still to be installed.
fn pending<const N: usize>(articles: [&str; N]) -> Sight {
    List::Updates.sight("Windows Update", articles.map(str::to_owned))
}

/// A trial of an antivirus that is gone, and games that were never there.
fn unwanted() -> Stood {
    let origin = "McAfee, LLC, McAfee.wps".to_owned();
    let gone = Change::new("McAfee WPS", Aspect::Removed { origin }, text("1.9"), State::Absent);
    let none = [
        List::Apps.sight("Microsoft.Xbox*", []),
        List::ProvisionedApps.sight("Microsoft.Xbox*", []),
        List::Programs.sight("McAfee*", []),
    ];
    stood("what nobody wants", "remove-app", Outcome::Changed(vec![gone]), LISTS, none.to_vec())
}

/// A card whose driver was older than that of the pack, and one that had a later one.
fn drivers() -> Stood {
    let state = |version: &str, day: &str| text(&format!("{version} (Intel, {day})"));
    let (old, new) = (state("12.9.0.1", "2021-03-04"), state("12.19.1.37", "2023-07-21"));
    let change = Change::new("Intel(R) Ethernet Controller I225-V", Aspect::Driver, old, new.clone());
    let (wireless, later) = ("Intel(R) Wi-Fi 6 AX201 160MHz", state("23.10.0.8", "2023-11-02"));
    let sights = vec![
        seen(&change),
        Sight::new(wireless, Aspect::Driver, later),
        Sight::new("nuc11.zip, lan/e2f.inf", Aspect::Brings, new),
        Sight::new("nuc11.zip, wifi/netwtw.inf", Aspect::Brings, state("22.200.0.6", "2023-01-17")),
    ];
    stood("drivers of the model", "driver", Outcome::Changed(vec![change]), REGISTRY, sights)
}

fn firmware() -> Stood {
    let seen = [
        Sight::new("PC", Aspect::Firmware, text("PATGL357.0048.2022")),
        Sight::new("patgl357-0048.exe", Aspect::Brings, text("PATGL357.0048.2022")),
    ];
    stood("firmware", "firmware", Outcome::AlreadySo, SMBIOS, seen.to_vec())
}

fn ready() -> Sheet {
    sheet(usual(), RunEnd::Ready, false, payloads())
}

fn failed() -> Sheet {
    let mut steps = usual();
    let missing = version("Old Viewer", State::Absent, "3.2");
    let fault = "Fatal error during installation";
    let program = Ended { how: How::Code(1603), output: format!("log\n{fault}\n") };
    let articles = ["KB5046633", "KB5046540", "KB890830", "KB5045933", "KB5044033"];
    let missing_updates =
        articles.map(|article| Change::to_be(format!("Update ({article})"), Aspect::Update { id: article.to_lowercase() }));
    let each = missing_updates.iter().map(|change| Sight::new(&change.subject, change.aspect.clone(), State::Absent));
    steps[6].seen = [pending(articles)].into_iter().chain(each).collect();
    steps[6].outcome = Outcome::DidNotTake(missing_updates.to_vec());
    steps.push(stood("PDF reader", "package", Outcome::Failed(Failure::Program(program)), LIST, vec![]));
    let seen = vec![Sight::new("Old Viewer", Aspect::Version, State::Absent)];
    steps.push(stood("viewer that installs nothing", "package", Outcome::DidNotTake(vec![missing]), LIST, seen));
    steps.push(stood(
        "shortcut of the viewer",
        "shortcut",
        Outcome::NotTried("viewer that installs nothing".to_owned()),
        SHORTCUT,
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
    sheet(steps, RunEnd::Failed, false, payloads.collect())
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
