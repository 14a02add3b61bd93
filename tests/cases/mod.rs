//! The reports that every format is shown with, folded from hand-made observations.

mod cable;
pub(crate) mod certificate;
pub(crate) mod comparisons;
mod dhcp;
mod diagnose;
pub(crate) mod logbook;
pub(crate) mod sheet;

use std::net::{IpAddr, Ipv4Addr};

use jiff::tz::TimeZone;
use trousse::lease;
use trousse::net::{Mac, Moment, VlanId};
use trousse::observe::{Claim, Cut, Fact, Inventory, NameSource, Observation};
use trousse::oui::Vendors;
use trousse::probe::Errand;
use trousse::report::{Report, Visit};
use trousse::site::Plan;

/// A name, and what makes its report.
type Case = (&'static str, fn() -> Report);

/// Every case by its name.
pub(crate) const CASES: [Case; 17] = [
    ("clear", clear),
    ("duplicate", duplicate),
    ("leases", leases),
    ("crowded", crowded),
    ("own-address", own_address),
    ("look-alikes", look_alikes),
    ("partial", partial),
    ("passive", passive),
    ("hostile", hostile),
    ("dhcp", dhcp::rogue),
    ("dhcp-silent", dhcp::silent),
    ("cable", cable::faulty),
    ("cable-down", cable::down),
    ("ask-pool", dhcp::ask_pool),
    ("diagnose", diagnose::shut),
    ("no-carrier", diagnose::no_carrier),
    ("out-of-time", diagnose::out_of_time),
];

const LAPTOP: &str = "3c:18:a0:00:00:01";

/// A network under observation: each fact is given a time and a frame as it comes.
struct Seen {
    inventory: Inventory,
    at: u64,
    frame: u32,
}

impl Seen {
    /// By the laptop at 10.77.0.1.
    fn by_laptop() -> Seen {
        let mut seen = Seen::nobody();
        let addresses = vec!["10.77.0.1/24".parse().expect("a prefix")];
        seen.add(Fact::OurCard { mac: mac(LAPTOP), addresses, siblings: Vec::new() });
        seen
    }

    /// By a capture that does not say whose it is.
    fn nobody() -> Seen {
        Seen { inventory: Inventory::new(Vendors::builtin()), at: 0, frame: 0 }
    }

    fn add(&mut self, fact: Fact) {
        self.inventory.fold(&Observation { at: Moment::from_ms(self.at), frame: Some(self.frame), fact });
        self.at += 7;
        self.frame += 1;
    }

    fn claims(&mut self, host: u8, card: &str, how: Claim, rtt_us: Option<u32>) {
        self.add(Fact::AddressClaimed { ip: ip(host), mac: mac(card), how, rtt_us, via: None });
    }

    /// A host that answers, as the first and as the last claim.
    fn host(&mut self, host: u8, card: &str, rtt_us: u32) {
        self.claims(host, card, Claim::Reply, Some(rtt_us));
    }

    fn named(&mut self, host: u8, card: Option<&str>, name: &str, source: NameSource) {
        self.add(Fact::Named { ip: ip(host), mac: card.map(mac), name: name.to_owned(), source });
    }

    fn swept(&mut self, asked: u32, listened_ms: u32) {
        self.at = 3_950;
        self.add(Fact::Swept { planned: 254, asked, requests: asked + 27, listened_ms });
    }

    fn report(self, visit: Visit, plan: &Plan) -> Report {
        Report::of(visit, &self.inventory, plan)
    }
}

fn ip(host: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 77, 0, host))
}

fn mac(text: &str) -> Mac {
    text.parse().expect("a MAC")
}

fn visit() -> Visit {
    Visit {
        started: "2026-11-21T09:00:00Z".to_owned(),
        finished: "2026-11-21T09:00:04.21Z".to_owned(),
        errand: Errand::Scan,
        interface: Some("lan0".to_owned()),
        mac: Some(mac(LAPTOP)),
        addresses: vec!["10.77.0.1/24".to_owned()],
        targets: vec!["10.77.0.0/24".to_owned()],
        site: Some("Domaine des Tilleuls".to_owned()),
        quick: false,
        will_fit: Vec::new(),
        capture: None,
    }
}

/// The hosts of an estate, none of them in anybody's way.
fn estate() -> Seen {
    let mut seen = Seen::by_laptop();
    seen.host(2, "00:0c:42:11:22:33", 310);
    seen.named(2, None, "box.tilleuls.lan", NameSource::Dns);
    seen.host(7, "b8:27:eb:00:00:01", 420);
    seen.named(7, Some("b8:27:eb:00:00:01"), "cuverie.local", NameSource::Mdns);
    seen.host(12, "30:05:5c:12:34:56", 1_840);
    seen.named(12, Some("30:05:5c:12:34:56"), "BRN30055C123456", NameSource::NetBios);
    seen.named(12, Some("30:05:5c:12:34:56"), "BRN30055C123456.local", NameSource::Mdns);
    seen.host(23, "da:a1:19:44:55:66", 48_300);
    seen
}

/// The same with many more in 10.77.1.0/24 and after it, two of which hold one address.
pub(crate) fn estate_of(hosts: u16) -> Report {
    let mut seen = estate();
    vineyard(&mut seen);
    for host in 0..hosts {
        let [high, low] = host.to_be_bytes();
        let (above, below) = ((host / 250) as u8 + 1, (host % 250) as u8);
        let address = IpAddr::V4(Ipv4Addr::new(10, 77, above, below));
        let card = Mac([0xb8, 0x27, 0xeb, 1, high, low]);
        seen.add(Fact::AddressClaimed {
            ip: address,
            mac: card,
            how: Claim::Reply,
            rtt_us: Some(300 + u32::from(host)),
            via: None,
        });
        seen.add(Fact::Named { ip: address, mac: Some(card), name: format!("poste-{host}.local"), source: NameSource::Mdns });
    }
    seen.swept(254, 3_000);
    seen.report(visit(), &Plan::default())
}

fn clear() -> Report {
    let mut seen = estate();
    seen.swept(254, 3_000);
    seen.report(visit(), &Plan::default())
}

/// A franking machine and a PC hold one address.
fn vineyard(seen: &mut Seen) {
    let (franking, pc) = ("00:1b:00:5a:00:10", "94:c6:91:ab:cd:01");
    seen.host(9, pc, 512);
    seen.host(9, franking, 2_350);
    seen.claims(9, pc, Claim::Unicast, Some(480));
    seen.claims(9, franking, Claim::Unicast, Some(2_210));
    seen.named(9, Some(pc), "PC-COMPTA", NameSource::NetBios);
    seen.named(9, Some(pc), "pc-compta.local", NameSource::Mdns);
    seen.named(9, Some(franking), "AFFRANCHISSEUSE", NameSource::NetBios);
}

fn duplicate() -> Report {
    let mut seen = estate();
    vineyard(&mut seen);
    seen.swept(254, 3_000);
    seen.report(visit(), &Plan::default())
}

/// The same, and the server's file tells which of the two leased the address; another address of the range is held by hand.
fn leases() -> Report {
    let mut seen = estate();
    vineyard(&mut seen);
    let file = || "dnsmasq.leases".to_owned();
    let text = "1795251600 00:1b:00:5a:00:10 10.77.0.9 AFFRANCHISSEUSE 01:00:1b:00:5a:00:10\n\
                1795200000 94:c6:91:00:00:70 10.77.0.17 * *\n0 30:05:5c:12:34:56 10.77.0.12 BRN30055C123456 *\nnonsense\n";
    let read = lease::read(text.as_bytes(), None, &TimeZone::UTC).expect("a lease file");
    seen.add(Fact::LeasesRead { file: file(), entries: 3, unread: read.complaints.len() as u32 });
    for lease in read.as_of(1_795_165_200).leases {
        seen.add(Fact::LeaseHeld { file: file(), lease });
    }
    seen.swept(254, 3_000);
    let plan = "[[dhcp]]\nserver = \"10.77.0.2\"\nranges = [\"10.77.0.20-10.77.0.60\"]\n";
    seen.report(visit(), &Plan::parse(plan).expect("a plan"))
}

/// Five devices hold one address, some without a name or a vendor.
fn crowded() -> Report {
    let mut seen = Seen::by_laptop();
    vineyard(&mut seen);
    for (card, rtt_us) in [("da:a1:19:44:55:66", 48_300), ("30:05:5c:12:34:56", 1_840), ("00:0c:29:00:00:50", 210)] {
        seen.host(9, card, rtt_us);
        seen.add(Fact::AskedAlone { ip: ip(9), mac: mac(card) });
    }
    seen.swept(254, 3_000);
    seen.report(visit(), &Plan::default())
}

/// The laptop's address is taken, and another is held twice.
fn own_address() -> Report {
    let mut seen = estate();
    seen.host(1, "70:b3:d5:00:00:01", 640);
    seen.named(1, Some("70:b3:d5:00:00:01"), "CAISSE-2", NameSource::NetBios);
    vineyard(&mut seen);
    seen.swept(254, 200);
    let plan = Plan::parse("[[fixed]]\nname = \"PC de la comptabilité\"\naddress = \"10.77.0.9\"\nmac = \"94:c6:91:ab:cd:01\"\n");
    seen.report(Visit { quick: true, ..visit() }, &plan.expect("a plan"))
}

/// Every arrangement that looks like a fault and is none.
fn look_alikes() -> Report {
    let mut seen = estate();
    seen.host(254, "00:00:5e:00:01:33", 300);
    seen.host(254, "00:0c:42:11:22:33", 350);
    for server in [60, 61] {
        seen.host(server, "94:c6:91:00:00:60", 250);
        seen.host(server, "94:c6:91:00:00:61", 260);
    }
    seen.host(100, "94:c6:91:00:01:00", 410);
    for far in 100..=139 {
        seen.host(far, "00:0c:42:99:00:01", 700);
    }
    seen.add(Fact::WouldForward { ip: ip(100), mac: mac("00:0c:42:99:00:01") });
    seen.host(7, "b8:27:eb:00:00:01", 425);
    seen.claims(7, "b8:27:eb:00:00:01", Claim::Surplus, None);
    seen.host(50, "00:0c:29:00:00:50", 210);
    seen.host(50, "00:0c:29:00:00:51", 220);
    seen.swept(254, 3_000);
    let plan = "[[shared]]\nname = \"grappe de sauvegarde\"\naddress = \"10.77.0.50\"\n[[shared]]\naddress = \"10.77.0.254\"\n";
    seen.report(visit(), &Plan::parse(plan).expect("a plan"))
}

/// Stopped by the user, with frames lost.
fn partial() -> Report {
    let mut seen = estate();
    seen.add(Fact::FramesLost { count: 1_204 });
    seen.add(Fact::Tagged { vlan: VlanId::new(20).expect("a VLAN") });
    for field in ["hardware length", "hardware length", "operation"] {
        seen.add(Fact::Malformed { protocol: "ARP".to_owned(), field: field.to_owned() });
    }
    seen.add(Fact::CutShort { by: Cut::User });
    seen.swept(118, 0);
    seen.report(visit(), &Plan::default())
}

/// Somebody's capture, in which nobody was asked.
fn passive() -> Report {
    let mut seen = Seen::nobody();
    seen.at = 12_000;
    seen.claims(2, "00:0c:42:11:22:33", Claim::Announcement, None);
    seen.claims(12, "30:05:5c:12:34:56", Claim::Request, None);
    seen.claims(9, "94:c6:91:ab:cd:01", Claim::Overheard, None);
    let visit = Visit {
        finished: "2026-11-21T11:12:30Z".to_owned(),
        errand: Errand::Capture,
        interface: None,
        mac: None,
        addresses: Vec::new(),
        targets: Vec::new(),
        site: None,
        capture: Some("bureau-2.pcapng".to_owned()),
        ..visit()
    };
    seen.report(visit, &Plan::default())
}

/// Names that would draw, hide, turn, run or calculate.
pub(crate) fn hostile() -> Report {
    let mut seen = Seen::by_laptop();
    let long = "x".repeat(300);
    let names = [
        "\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[31mPC\u{9b}1m",
        "\u{202e}cod.exe\u{202c} \u{200f}שרת\u{200b}",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "=cmd|' /C calc'!A0",
        "+1,\"two\"\r\n@SUM(A1:A9)",
        &long,
        "主机-打印机 & Söhne",
        "\t-2+3",
    ];
    named_one_each(&mut seen, &names);
    for (card, name) in [("94:c6:91:ab:cd:01", names[0]), ("00:1b:00:5a:00:10", names[2])] {
        seen.host(9, card, 512);
        seen.named(9, Some(card), name, NameSource::NetBios);
        seen.named(9, Some(card), names[5], NameSource::Mdns);
    }
    seen.add(Fact::Malformed { protocol: "<b>DNS</b>".to_owned(), field: "na\u{1b}[0mme".to_owned() });
    seen.swept(254, 3_000);
    let site = Some("</title><script>alert('site')</script>\u{202e}".to_owned());
    seen.report(Visit { site, ..visit() }, &Plan::default())
}

fn named_one_each(seen: &mut Seen, names: &[&str]) {
    for (host, name) in (10..).zip(names) {
        let card = format!("94:c6:91:00:00:{host:02x}");
        seen.host(host, &card, 900);
        seen.named(host, Some(&card), name, NameSource::Mdns);
    }
}

/// A host for each name, and two that share an address and all of the names.
pub(crate) fn called(names: &[&str]) -> Report {
    let mut seen = Seen::by_laptop();
    named_one_each(&mut seen, names);
    for card in ["94:c6:91:ab:cd:01", "00:1b:00:5a:00:10"] {
        seen.host(9, card, 512);
        names.iter().for_each(|name| seen.named(9, Some(card), name, NameSource::NetBios));
    }
    seen.swept(254, 3_000);
    let site = names.first().map(|name| (*name).to_owned());
    seen.report(Visit { site, ..visit() }, &Plan::default())
}
