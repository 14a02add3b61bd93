//! What is fuzzed: every decoder of the table, and every reader of files. The fuzzer feeds these for minutes; the seeded random
//! run of `tests/random_bytes.rs` feeds the same ones for a moment, everywhere.

use std::fs;
use std::io::Cursor;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use jiff::tz::TimeZone;
use trousse::edge::capture::{self, CaptureWriter};
use trousse::edge::lab::{self, Lab};
use trousse::edge::record::{ANSWERS, CAPTURE, Circumstances, SCHEMA, VISIT};
use trousse::edge::replay::replay;
use trousse::language::Language;
use trousse::lease;
use trousse::mib::{Column, Refusals, Tables, Value, Varbind};
use trousse::net::{Mac, Moment, Targets};
use trousse::observe::{Fact, Inventory, Observation, SwitchTold};
use trousse::oui::Vendors;
use trousse::pool;
use trousse::prep::names::import;
use trousse::prep::payload::msi;
use trousse::prep::{inf, pack, payload, smbios};
use trousse::probe::listen::Direction;
use trousse::probe::{Errand, Identity, Rate, Surroundings, Survey, Switching};
use trousse::report::{FORMATS, Report, View};
use trousse::site::Plan;
use trousse::wire::arp::{self, Arp, Operation};
use trousse::wire::ipv4::{self, Receiver};
use trousse::wire::{DECODERS, Decoder, Sender, dhcp, dns, ethernet, ethtool, icmpv6, ipv6, nbns, ntp, rtlink, stp};

/// Reads bytes and drops what it read.
type Feed = Box<dyn Fn(&[u8]) + Send + Sync>;

/// One thing that reads hostile bytes.
pub(crate) struct Target {
    /// Its name: that of its decoder, or of what it reads.
    pub(crate) name: &'static str,
    /// Reads the bytes; may refuse them, must neither panic nor take long.
    pub(crate) feed: Feed,
    /// Bytes that it does not refuse, to start from.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
}

/// Every target.
pub(crate) fn all() -> Vec<Target> {
    let decoder = |row: &Decoder| {
        let read = row.read;
        Target { name: row.name, feed: Box::new(move |bytes| _ = read(bytes)), seeds: frames_and_payloads }
    };
    let file = |name, feed: fn(&[u8]), seeds| Target { name, feed: Box::new(feed), seeds };
    let files = [
        file("capture", read_capture, captures),
        file("plan", read_plan, plans),
        file("lab", read_lab, labs),
        file("vendors", read_vendors, vendor_files),
        file("targets", read_targets, target_texts),
        file("switch", read_switch, switches),
        file("record", read_record, records),
        file("msi", |bytes| _ = msi::product(Cursor::new(bytes)), || vec![include_bytes!("../packages/kiosk.msi").to_vec()]),
        file("inf", |bytes| _ = inf::Driver::of(bytes), || vec![include_bytes!("../drivers/lan.inf").to_vec()]),
        file("pack", |bytes| _ = pack::drivers(Cursor::new(bytes)), || vec![include_bytes!("../drivers/lan.zip").to_vec()]),
        file("smbios", |bytes| _ = smbios::identity(bytes), || vec![include_bytes!("../smbios/super-server.bin").to_vec()]),
        file("payload", read_payload, payloads),
        file("names", read_names, tables_of_names),
    ];
    let leases = |row: &'static lease::Format| {
        let feed = Box::new(move |bytes: &[u8]| drop(lease::read(bytes, Some(row), &TimeZone::UTC)));
        Target { name: row.name, feed, seeds: lease_files }
    };
    let pools = |row: &'static pool::Format| {
        let feed = Box::new(move |bytes: &[u8]| drop(pool::read(bytes, Some(row))));
        Target { name: row.name, feed, seeds: configurations }
    };
    let files_of_servers = lease::FORMATS.iter().map(leases).chain(pool::FORMATS.iter().map(pools));
    DECODERS.iter().map(decoder).chain(files).chain(files_of_servers).collect()
}

fn read_capture(bytes: &[u8]) {
    drop(capture::read_from(Cursor::new(bytes.to_vec()), &mut |captured| drop(trousse::wire::decode(&captured.bytes))));
}

fn read_plan(bytes: &[u8]) {
    if let Ok(plan) = Plan::parse(&String::from_utf8_lossy(bytes)) {
        drop((plan.fixed(Ipv4Addr::LOCALHOST).cloned(), plan.shared(Ipv4Addr::LOCALHOST).cloned()));
    }
}

fn read_payload(bytes: &[u8]) {
    for name in ["a.deb", "a.msi", "a.exe", "a.zip", "a.cab", "a"] {
        drop(payload::read(name, &mut Cursor::new(bytes)));
    }
}

fn payloads() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    // The fuzzer's own manifest lies two folders below.
    let folder = folder.ancestors().map(|above| above.join("tests/payloads")).find(|folder| folder.is_dir()).expect("a folder");
    let files = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    files.filter(|path| path.extension().is_some_and(|end| end != "md")).map(|path| fs::read(path).expect("a payload")).collect()
}

fn read_names(bytes: &[u8]) {
    drop(import::read(bytes.to_vec()));
}

fn tables_of_names() -> Vec<Vec<u8>> {
    ["Computer name,Serial number\nPC-1,A\n", "nom;n° de série\nposte-1;\n", "pc-1\npc-2\n"]
        .map(|text| text.as_bytes().to_vec())
        .into()
}

fn read_lab(bytes: &[u8]) {
    if let Ok(lab) = Lab::parse("fuzzed", &String::from_utf8_lossy(bytes)) {
        _ = lab.networks();
    }
}

fn read_vendors(bytes: &[u8]) {
    if let Ok(vendors) = Vendors::from_text("fuzzed", &String::from_utf8_lossy(bytes)) {
        drop(vendors.lookup(Mac([0, 0x55, 0xda, 1, 2, 3])).name().map(str::to_owned));
    }
}

fn read_targets(bytes: &[u8]) {
    if let Ok(targets) = String::from_utf8_lossy(bytes).parse::<Targets>() {
        assert_eq!(targets.to_string().parse::<Targets>(), Ok(targets));
    }
}

/// What a switch tells: for each value a byte that chooses its column, a byte of how many arcs its index has, the arcs (255: the
/// largest), then 0 and four bytes of a number, 1 and a length and octets, or anything else.
fn read_switch(bytes: &[u8]) {
    let columns: Vec<&Column> = Tables::ALL.iter().flat_map(|tables| tables.columns()).collect();
    let mut bytes = bytes.iter().copied();
    let mut walk = Vec::new();
    while let (Some(column), Some(arcs)) = (bytes.next(), bytes.next()) {
        let index: Vec<u32> =
            bytes.by_ref().take(arcs.into()).map(|arc| if arc == 255 { u32::MAX } else { arc.into() }).collect();
        let value = match bytes.next() {
            Some(0) => Value::Number(bytes.by_ref().take(4).fold(0, |number, byte| number << 8 | i128::from(byte))),
            Some(1) => {
                let length = bytes.next().unwrap_or(0);
                Value::Octets(bytes.by_ref().take(length.into()).collect())
            }
            _ => Value::Other,
        };
        walk.push(Varbind::new([columns[usize::from(column) % columns.len()].oid, &index].concat(), value));
    }
    let mut inventory = Inventory::new(Vendors::builtin());
    for tables in Tables::ALL {
        let mut refused = Refusals::default();
        let said = tables.read(&walk, &mut refused);
        let told = SwitchTold::answered(Ipv4Addr::LOCALHOST.into(), tables, said, &refused, Vec::new());
        let fact = Fact::SwitchTold(Box::new(told));
        let text = serde_json::to_string(&fact).expect("a fact is JSON");
        assert_eq!(serde_json::from_str::<Fact>(&text).expect("it was written so"), fact);
        inventory.fold(&Observation { at: Moment::default(), frame: None, fact });
    }
    let board = inventory.switchboard();
    drop(board.alone_twice());
    for mac in inventory.switches().all().filter_map(|switch| switch.forwarding()).flat_map(|table| table.learned.keys()) {
        assert!(!board.plugs(*mac).is_empty());
    }
}

fn switches() -> Vec<Vec<u8>> {
    let column = |name: &str| {
        let mut columns = Tables::ALL.iter().flat_map(|tables| tables.columns());
        columns.position(|column| column.name == name).expect("it is in some table") as u8
    };
    let number =
        |name: &str, index: &[u8], number: u8| [&[column(name), index.len() as u8][..], index, &[0, 0, 0, 0, number]].concat();
    let text = |name: &str, index: &[u8], text: &[u8]| {
        [&[column(name), index.len() as u8][..], index, &[1, text.len() as u8], text].concat()
    };
    vec![
        [
            text("sysName", &[0], b"sw-1"),
            number("dot1dBasePortIfIndex", &[7], 7),
            text("ifName", &[7], b"gi7"),
            number("dot3StatsDuplexStatus", &[7], 3),
            number("dot1qTpFdbPort", &[20, 2, 0, 0, 0, 0, 9], 7),
            number("dot1qPvid", &[7], 20),
            text("lldpLocPortId", &[7], b"gi7"),
            text("lldpRemSysCapEnabled", &[0, 7, 1], &[0x28, 0]),
            number("lldpRemManAddrIfSubtype", &[0, 7, 1, 1, 4, 10, 0, 0, 2], 2),
            text("ipNetToMediaPhysAddress", &[7, 10, 0, 0, 9], &[2, 0, 0, 0, 0, 9]),
            number("pethPsePortDetectionStatus", &[1, 7], 3),
        ]
        .concat(),
    ]
}

/// What stands between the three files of a record.
const MARK: &[u8] = b"\n--\n";

/// Replays a folder with these files and renders the report in every format.
fn read_record(bytes: &[u8]) {
    thread_local!(static FOLDER: PathBuf = {
        let fast = PathBuf::from("/dev/shm");
        let base = if fast.is_dir() { fast } else { std::env::temp_dir() };
        base.join(format!("trousse-fuzz-{}-{:?}", std::process::id(), std::thread::current().id()))
    });
    FOLDER.with(|folder| {
        let mut rest = bytes;
        let written = fs::create_dir_all(folder).and_then(|()| {
            for name in [VISIT, CAPTURE, ANSWERS] {
                let end = rest.windows(MARK.len()).position(|window| window == MARK).unwrap_or(rest.len());
                fs::write(folder.join(name), &rest[..end])?;
                rest = rest.get(end + MARK.len()..).unwrap_or_default();
            }
            Ok(())
        });
        written.expect("the folder is ours");
        if let Ok(replayed) = replay(folder) {
            let report = Report::of(replayed.visit(folder), &replayed.inventory, &Plan::default());
            for format in FORMATS {
                drop((format.render)(&report, &View::new(Language::Fr, TimeZone::UTC)));
            }
        }
        drop(fs::remove_dir_all(folder));
    });
}

const US: Sender = Sender { mac: Mac([2, 0, 0, 0, 0, 1]), ip: Ipv4Addr::new(10, 0, 0, 1) };
const THEM: Receiver = Receiver { mac: Mac([2, 0, 0, 0, 0, 9]), ip: Ipv4Addr::new(10, 0, 0, 9) };

/// Frames that we send, and such as are sent to us.
fn frames() -> Vec<Vec<u8>> {
    let reply =
        Arp { operation: Operation::Reply, sender_mac: THEM.mac, sender_ip: THEM.ip, target_mac: US.mac, target_ip: US.ip };
    let mut tagged = arp::request(US, THEM.ip, Mac::BROADCAST);
    ethernet::restore_tag(&mut tagged, 20);
    let mut exceeded = ipv4::udp_frame(US, 0x0b00, THEM, 0, &ipv4::echo_frame(US, THEM, 1, 2, 3)[14..]);
    exceeded[14 + 9] = 1;
    let mut answered = ipv4::echo_frame(US, THEM, 64, 0x7472, 1);
    answered[14 + 20] = 0;
    vec![
        arp::request(US, THEM.ip, Mac::BROADCAST),
        ethernet::emit(THEM.mac, US.mac, ethernet::ARP, &arp::emit(&reply)),
        tagged,
        exceeded,
        answered,
        ipv4::echo_frame(US, THEM, 1, 0x7472, 1),
        ipv4::udp_frame(US, 40_000, THEM, nbns::PORT, &nbns::question(7)),
        ipv4::udp_frame(US, nbns::PORT, THEM, 40_000, &node_status()),
        ipv4::udp_frame(US, 40_000, THEM, dns::MDNS_PORT, &dns::question(7, THEM.ip.into(), false)),
        dhcp::question(dhcp::Question::NetBoot, US, 60),
        ipv4::udp_frame(US, dhcp::SERVER_PORT, THEM, dhcp::CLIENT_PORT, &offer()),
        ethernet::emit(US.mac, stp::GROUP, 3 + bpdu().len() as u16, &[&stp::LLC[..], &bpdu()].concat()),
    ]
}

/// What a bridge of several trees tells, as long as the bridge that speaks stands in it (IEEE 802.1Q-2018, 14.4).
fn bpdu() -> Vec<u8> {
    let mut bytes = vec![0; 102];
    bytes[2..5].copy_from_slice(&[3, 2, 0x7d]);
    bytes[5..13].copy_from_slice(&[0x80, 0, 2, 0, 0, 0, 0, 9]);
    bytes[93..101].copy_from_slice(&[0x80, 0, 2, 0, 0, 0, 0, 8]);
    bytes
}

/// Frames of LLDP, CDP, EDP and FDP, as an lldpd sent them.
fn neighbours() -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    for bytes in [&include_bytes!("../frames/lldpd.pcap")[..], include_bytes!("../frames/lldpd-edp-fdp.pcap")] {
        capture::read_from(Cursor::new(bytes), &mut |captured| frames.push(captured.bytes)).expect("a capture of ours");
    }
    frames
}

/// A DHCP offer: our question turned into an answer, with a list too long for its length (RFC 2131, 2).
fn offer() -> Vec<u8> {
    let mut bytes = dhcp::question(dhcp::Question::Discover, US, 0)[14 + 20 + 8..][..240].to_vec();
    bytes[0] = 2;
    bytes.extend([53, 1, 2, 54, 4, 10, 0, 0, 9, 52, 1, 3, 3, 5, 10, 0, 0, 9, 1, 51, 4, 0, 0, 14, 16, 255]);
    bytes
}

/// The answer of a time server: our question in the mode of a server, of stratum 2 (RFC 5905, 7.3).
fn ntp_answer() -> Vec<u8> {
    let mut bytes = ntp::question(7);
    (bytes[0], bytes[1]) = (4 << 3 | 4, 2);
    bytes
}

/// A node status answer: the header and name of the question, then a table with one name (RFC 1002, 4.2.18).
fn node_status() -> Vec<u8> {
    let mut bytes = nbns::question(7);
    (bytes[2], bytes[5], bytes[7]) = (0x84, 0, 1);
    bytes.extend([0, 0, 0, 0, 0, 65, 1]);
    bytes.extend(b"PC             \x00\x04\x00");
    bytes.extend([0; 46]);
    bytes
}

/// The frames, and what they carry, layer by layer: a decoder takes its own and refuses the others.
fn frames_and_payloads() -> Vec<Vec<u8>> {
    let frames = frames();
    let inner = |from: usize| frames.iter().filter_map(move |frame| frame.get(from..)).map(<[u8]>::to_vec);
    let payloads = [node_status(), ntp_answer(), nbns::question(7), dns::question(7, THEM.ip.into(), true)];
    let neighbours = neighbours();
    let neighbours = neighbours.iter().flat_map(|frame| [14, 14 + 8].map(|from| frame[from..].to_vec()));
    let answers: [&[u8]; 2] = [include_bytes!("../frames/iperf3/up.json"), include_bytes!("../frames/iperf3/busy.json")];
    let payloads = payloads
        .into_iter()
        .chain(answers.map(<[u8]>::to_vec))
        .chain([bpdu(), rtlink::question(3)])
        .chain(neighbours)
        .chain(driver_messages());
    let ipv6 = messages6().into_iter().flat_map(|message| {
        let frame = in_ipv6(&message);
        [frame[14..].to_vec(), frame, message]
    });
    frames.clone().into_iter().chain(inner(14)).chain(inner(14 + 20 + 8)).chain(payloads).chain(ipv6).collect()
}

/// What IPv6 neighbours and routers say: an advertisement of each with its options, reports of both versions, an echo, a
/// complaint.
fn messages6() -> Vec<Vec<u8>> {
    let ip = |last: u8| [&[0x20, 1, 0x0d, 0xb8][..], &[0; 11], &[last]].concat();
    let card = |kind: u8| [&[kind, 1][..], &THEM.mac.0].concat();
    let prefix = [&[3, 4, 64, 0xc0][..], &[0, 1, 0x51, 0x80, 0, 0, 0x38, 0x40, 0, 0, 0, 0], &ip(0)].concat();
    let told =
        [card(1), prefix, [5, 1, 0, 0, 0, 0, 5, 0xdc].to_vec(), [&[25, 3, 0, 0, 0, 0, 2, 0x58][..], &ip(53)].concat()].concat();
    let record = [&[4, 0, 0, 1][..], &ip(1), &ip(2)].concat();
    let us = ipv6::Sender { mac: US.mac, ip: "fe80::1".parse().expect("an address") };
    let quoted = icmpv6::unknown_option_frame(us, ipv6::Receiver::group(ipv6::ALL_NODES), Some((7, 1)));
    let message = |kind: u8, head: [u8; 4], body: &[u8]| [&[kind, 0, 0, 0][..], &head, body].concat();
    vec![
        message(4, [0, 0, 0, 42], &quoted[14..]),
        message(129, [0, 7, 0, 1], &[]),
        message(131, [0; 4], &ip(1)),
        message(130, [3, 0xe8, 0, 0], &ip(1)),
        message(143, [0, 0, 0, 2], &[&record[..], &record].concat()),
        message(134, [64, 0xc8, 7, 8], &[&[0; 8][..], &told].concat()),
        message(136, [0xe0, 0, 0, 0], &[ip(9), card(2)].concat()),
    ]
}

/// A message in an IPv6 packet behind a header of options hop by hop, in a frame.
fn in_ipv6(message: &[u8]) -> Vec<u8> {
    let addresses: [u8; 32] = std::array::from_fn(|at| if at % 16 == 0 { 0xfe } else { at as u8 });
    let length = (8 + message.len() as u16).to_be_bytes();
    let packet = [&[0x60, 0, 0, 0][..], &length, &[0, 255], &addresses, &[58, 0, 5, 2, 0, 0, 1, 0], message].concat();
    ethernet::emit(THEM.mac, US.mac, ethernet::IPV6, &packet)
}

/// What a driver may say: a header with an interface's index, then attributes of every message, with nests in nests.
fn driver_messages() -> impl Iterator<Item = Vec<u8>> {
    let header = ethtool::Question::State.message(3)[4..].to_vec();
    let attribute = |kind: u16, value: &[u8]| {
        let mut bytes = [(4 + value.len() as u16).to_ne_bytes(), kind.to_ne_bytes()].concat();
        bytes.extend(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    };
    let bit = [attribute(1, &5u32.to_ne_bytes()), attribute(2, b"1000baseT/Full\0"), attribute(3, &[])].concat();
    let modes = attribute(3, &attribute(3, &attribute(1, &bit)));
    let result = attribute(1, &[attribute(1, &[0]), attribute(2, &[2])].concat());
    let length = attribute(2, &[attribute(1, &[0]), attribute(2, &1250u32.to_ne_bytes())].concat());
    let cable = [attribute(2, &[2]), attribute(3, &[result, length].concat())].concat();
    let numbers: Vec<u8> = (2..8).flat_map(|kind| attribute(kind, &4u32.to_ne_bytes())).collect();
    let state = [attribute(2, &[0]), attribute(3, &4u32.to_ne_bytes()), attribute(5, &[4]), attribute(6, &[1])].concat();
    [(2, attribute(4, &[1])), (4, modes), (6, state), (24, attribute(4, &[1])), (27, cable), (37, numbers)]
        .into_iter()
        .map(move |(command, attributes)| [&[command, 1, 0, 0], &header[..], &attributes].concat())
}

fn captures() -> Vec<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = CaptureWriter::new(&mut bytes).expect("memory takes it");
    for (number, frame) in (0..).zip(frames()) {
        let direction = if number % 2 == 0 { Direction::Sent } else { Direction::Received };
        writer.write(STARTED_US + number, direction, &frame).expect("memory takes it");
    }
    // The older format, of Ethernet and of Linux's "any" (tcpdump.org: pcap-savefile).
    let legacy = |link: u8| {
        let frame = &frames()[1];
        let mut old = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, link, 0, 0, 0];
        old.extend([1, 0, 0, 0, 2, 0, 0, 0, frame.len() as u8, 0, 0, 0, frame.len() as u8, 0, 0, 0]);
        old.extend(frame);
        old
    };
    vec![bytes, legacy(1), legacy(113)]
}

const STARTED_US: u64 = 1_795_222_800_000_000;

fn plans() -> Vec<Vec<u8>> {
    let plan = "site = \"é\"\n[[network]]\nname = \"lan\"\nprefix = \"10.0.0.0/24\"\n[[fixed]]\nname = \"till\"\naddress = \"10.0.0.9\"\n\
                mac = \"b8:27:eb:00:00:01\"\n[[shared]]\naddress = \"10.0.0.1\"\nmacs = [\"00:00:5e:00:01:07\"]\n[[router6]]\naddress = \"fe80::1\"\nprefixes = [\"2001:db8::/64\"]\n";
    vec![plan.into()]
}

fn labs() -> Vec<Vec<u8>> {
    lab::LABS.iter().map(|(_, text)| text.as_bytes().to_vec()).collect()
}

fn vendor_files() -> Vec<Vec<u8>> {
    vec![
        b"Registry,Assignment,Organization Name,Organization Address\r\nMA-M,0055DA0,\"Shinko, Ltd.\",Japan\r\n".to_vec(),
        b"oui,isPrivate,companyName\n00:55:DA:0,0,Shinko\n".to_vec(),
        b"# manuf\n00:00:00\tXerox\tXEROX CORPORATION\n00:55:DA:00:00:00/28\tS\tShinko\n".to_vec(),
        b"000000\tXEROX\n0050C27D5\tDEUTA\n".to_vec(),
    ]
}

/// Files of `tests/leases`, which the servers wrote.
fn lease_files() -> Vec<Vec<u8>> {
    vec![
        include_bytes!("../leases/dnsmasq.leases").to_vec(),
        include_bytes!("../leases/dhcpd.leases").to_vec(),
        include_bytes!("../leases/kea-leases4.csv").to_vec(),
        include_bytes!("../leases/windows-fr.csv").to_vec(),
        include_bytes!("../leases/routeros-print-detail.txt").to_vec(),
        include_bytes!("../leases/pfsense-config.xml").to_vec(),
        include_bytes!("../leases/plain.csv").to_vec(),
    ]
}

/// Files of `tests/pools`, which the servers accept.
fn configurations() -> Vec<Vec<u8>> {
    vec![
        include_bytes!("../pools/dnsmasq.conf").to_vec(),
        include_bytes!("../pools/dhcpd.conf").to_vec(),
        include_bytes!("../pools/kea-dhcp4.conf").to_vec(),
        include_bytes!("../leases/pfsense-config.xml").to_vec(),
    ]
}

fn target_texts() -> Vec<Vec<u8>> {
    ["10.0.0.0/24", "10.0.0.1-9", "10.0.0.1-10.0.1.9", "10.0.0.7", "0.0.0.0/0"].map(|text| text.as_bytes().to_vec()).to_vec()
}

fn records() -> Vec<Vec<u8>> {
    let identity = Identity {
        mac: US.mac,
        addresses: vec!["10.0.0.1/24".parse().expect("a prefix")],
        addresses6: vec![],
        siblings: vec![THEM.mac],
    };
    let survey = Survey {
        errand: Errand::Scan,
        identity,
        targets: "10.0.0.0/24".parse().expect("a prefix"),
        rate: Rate::PerSecond(1000),
        quick: false,
        resolvers: vec!["10.0.0.53:53".parse().expect("a server")],
        port: 40_000,
        asking: Default::default(),
        surroundings: Surroundings::default(),
        power: Default::default(),
        switching: Switching::default(),
        budget_ms: None,
    };
    let visit = Circumstances {
        schema: SCHEMA.to_owned(),
        started_us: STARTED_US,
        interface: "lan0".to_owned(),
        survey,
        plan: Plan::default(),
    };
    let visit = serde_json::to_vec(&visit).expect("circumstances are JSON");
    let answers = b"{\"at_us\":1,\"from\":\"10.0.0.53:53\",\"bytes\":\"0001\"}\n{\"at_us\":2,\"fact\":{\"is\":\"frames-lost\",\"count\":3}}\n\
                    {\"ended_us\":9,\"frames\":9}\n";
    vec![[&visit, MARK, &captures()[0], MARK, answers].concat(), [&visit, MARK, &captures()[1], MARK].concat()]
}
