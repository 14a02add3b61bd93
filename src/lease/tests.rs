//! Every format by a small file of it, and what hostile files are answered with.

use proptest::prelude::*;

use super::*;

fn read_as(name: Option<&str>, bytes: &[u8]) -> Leases {
    let format = name.map(|name| format(name).expect("a format"));
    read(bytes, format, &TimeZone::UTC).unwrap_or_else(|refused| panic!("{refused:?}"))
}

/// Each entry as one line: address, card, state, end, name.
fn told(leases: &Leases) -> Vec<String> {
    let line = |lease: &Lease| {
        let card = lease.card().map_or("-".to_owned(), |mac| mac.to_string());
        let name = lease.name.as_deref().unwrap_or("-");
        format!("{} {card} {:?} {} {name}", lease.ip, lease.state, String::from(lease.ends)).to_lowercase()
    };
    leases.leases.iter().map(line).collect()
}

/// Reads a file in the format that it is recognised by.
fn all(text: &str) -> Vec<String> {
    let leases = read_as(None, text.as_bytes());
    assert_eq!(leases.complaints, [], "{text}");
    told(&leases)
}

/// The complaints about a file, in English.
fn complaints(text: &str) -> Vec<String> {
    read_as(None, text.as_bytes()).complaints.into_iter().map(|bad| format!("{}: {}", bad.line, bad.why.english)).collect()
}

const DNSMASQ: &str = "1795251600 00:1b:00:3e:51:2c 10.0.0.13 IS-280 01:00:1b:00:3e:51:2c\n\
    0 10:c5:95:22:08:11 10.0.0.14 * *\nduid 00:01\n1795251600 3 2001:db8::5 * 00:01\n";
const ISC: &str = "# The format of this file is documented in the dhcpd.leases(5) manual page.\n\
    lease 10.0.0.13 {\n  starts 5 2026/11/20 09:00:00;\n  ends 6 2026/11/21 09:00:00;\n  binding state free;\n}\n\
    lease 10.0.0.13 {\n  ends 6 2026/11/21 09:00:00; # utc\n  binding state active;\n  next binding state free;\n\
    hardware ethernet 00:1b:00:3e:51:2c;\n  uid \"\\001\\000\\033\\000>Q,\";\n  client-hostname \"IS-280\";\n}\n\
    lease 10.0.0.20 {\n  ends never;\n  binding state abandoned;\n  client-hostname \"x}\";\n}\n\
    host tpe { hardware ethernet 00:08:74:5d:70:12; fixed-address 10.0.0.12; }\n";
const KEA: &str = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n\
    10.0.0.13,00:1b:00:3e:51:2c,01:00:1b:00:3e:51:2c,3600,1795251600,1,0,0,old,0,,0\n\
    10.0.0.13,00:1b:00:3e:51:2c,01:00:1b:00:3e:51:2c,3600,1795251600,1,0,0,is-280,0,,0\n\
    10.0.0.20,,,86400,1795251600,1,0,0,,1,,0\n10.0.0.21,00:00:00:00:00:21,,4294967295,0,1,0,0,,0,,0\n";
const MIKROTIK: &str = "# nov/21/2026 09:00:00 by RouterOS 6.49.7\n/ip dhcp-server lease\n\
    add address=10.0.0.12 client-id=1:0:8:74:5d:70:12 comment=\"La caisse\" mac-address=\\\n    00:08:74:5D:70:12 server=dhcp1\n\
    /ip dns\nset servers=9.9.9.9\n";
const PRINTED: &str = "Flags: X - disabled, R - radius, D - dynamic, B - blocked\n \
    0   ;;; caisse\n     address=10.0.0.12 mac-address=00:08:74:5D:70:12 status=waiting last-seen=never\n\n \
    1 D address=10.0.0.13 mac-address=00:1B:00:3E:51:2C client-id=\"1:0:1b:0:3e:51:2c\"\n       \
    status=bound expires-after=9m42s last-seen=18s host-name=\"IS-280\"\n\n \
    2 D address=10.0.0.20 status=busy expires-after=3m\n";
const PFSENSE: &str = "<?xml version=\"1.0\"?>\n<pfsense>\n<dhcpd><lan>\n<staticmap>\n<mac>00:08:74:5d:70:12</mac>\n\
    <ipaddr>10.0.0.12</ipaddr>\n<hostname>caisse</hostname>\n</staticmap>\n<staticmap><mac>00:00:00:00:00:01</mac></staticmap>\n\
    </lan></dhcpd></pfsense>\n";
const OPNSENSE: &str = "<?xml version=\"1.0\"?>\n<opnsense><OPNsense><Kea><dhcp4><reservations><reservation uuid=\"1\">\n\
    <ip_address>10.0.0.12</ip_address><hw_address>000874-5d7012</hw_address><hostname>caisse</hostname>\n\
    </reservation></reservations></dhcp4></Kea></OPNsense></opnsense>\n";
const WINDOWS: &str = "#TYPE Microsoft.Management.Infrastructure.CimInstance\r\n\
    \"IPAddress\";\"ScopeId\";\"AddressState\";\"ClientId\";\"Description\";\"HostName\";\"LeaseExpiryTime\"\r\n\
    \"10.0.0.13\";\"10.0.0.0\";\"Active\";\"00-1b-00-3e-51-2c\";;\"IS-280\";\"03/12/2026 09:00:00\"\r\n\
    \"10.0.0.12\";\"10.0.0.0\";\"InactiveReservation\";\"00-08-74-5d-70-12\";;\"caisse\";\r\n\
    \"10.0.0.20\";\"10.0.0.0\";\"Declined\";\"00-08-74-5d-70-20\";;\"BAD_ADDRESS\";\"21/11/2026 10:00:00\"\r\n";
const CONSOLE: &str = "Adresse IP du client\tNom\tExpiration du bail\tType\tID unique\tDescription\r\n\
    10.0.0.13\tIS-280\t21/11/2026 09:00:00\tDHCP\t001b003e512c\t\r\n\
    10.0.0.12\tcaisse\tRéservation (active)\tDHCP\t0008745d7012\t\r\n";
const PLAIN: &str = "ip,mac,name,expires\n10.0.0.13,00:1b:00:3e:51:2c,\"IS, \"\"280\"\"\",2026-11-21 09:00\n\
    10.0.0.14,10-c5-95-22-08-11,,never\n";

const FRANKING: &str = "10.0.0.13 00:1b:00:3e:51:2c active 2026-11-21t09:00:00z is-280";
const TILL: &str = "10.0.0.12 00:08:74:5d:70:12 reserved never caisse";

#[test]
fn each_server_s_own_file_is_read_by_what_is_in_it() {
    assert_eq!(all(DNSMASQ), [FRANKING, "10.0.0.14 10:c5:95:22:08:11 active never -"]);
    assert_eq!(all(ISC), [FRANKING, "10.0.0.20 - declined never x}", "10.0.0.12 00:08:74:5d:70:12 reserved never tpe"]);
    assert_eq!(all(KEA), [FRANKING, "10.0.0.20 - declined 2026-11-21t09:00:00z -", "10.0.0.21 00:00:00:00:00:21 active never -"]);
    assert_eq!(all(MIKROTIK), ["10.0.0.12 00:08:74:5d:70:12 reserved never la caisse"]);
    assert_eq!(
        all(PRINTED),
        [
            "10.0.0.12 00:08:74:5d:70:12 reserved never -",
            "10.0.0.13 00:1b:00:3e:51:2c active unknown is-280",
            "10.0.0.20 - declined unknown -"
        ]
    );
    assert_eq!(all(PFSENSE), [TILL]);
    assert_eq!(all(OPNSENSE), [TILL]);
    assert_eq!(
        all(WINDOWS),
        [
            "10.0.0.13 00:1b:00:3e:51:2c active 2026-12-03t09:00:00z is-280",
            TILL,
            "10.0.0.20 00:08:74:5d:70:20 declined 2026-11-21t10:00:00z bad_address"
        ]
    );
    assert_eq!(all(CONSOLE), [FRANKING, TILL]);
    assert_eq!(
        all(PLAIN),
        ["10.0.0.13 00:1b:00:3e:51:2c active 2026-11-21t09:00:00z is, \"280\"", "10.0.0.14 10:c5:95:22:08:11 active never -"]
    );
}

#[test]
fn the_encodings_of_powershell_change_nothing() {
    let units: Vec<u16> = WINDOWS.encode_utf16().collect();
    let little: Vec<u8> = [0xff, 0xfe].into_iter().chain(units.iter().flat_map(|unit| unit.to_le_bytes())).collect();
    let big: Vec<u8> = [0xfe, 0xff].into_iter().chain(units.iter().flat_map(|unit| unit.to_be_bytes())).collect();
    let marked = [b"\xef\xbb\xbf", WINDOWS.as_bytes()].concat();
    for bytes in [&little, &little[2..].to_vec(), &big, &marked] {
        assert_eq!(told(&read_as(None, bytes)), all(WINDOWS));
    }
    let latin = CONSOLE.replace('é', "\u{fffd}").into_bytes();
    let latin: Vec<u8> = String::from_utf8_lossy(&latin).chars().map(|c| if c == '\u{fffd}' { 0xe9 } else { c as u8 }).collect();
    assert_eq!(told(&read_as(None, &latin)), all(CONSOLE));
}

#[test]
fn what_cannot_be_read_is_told_with_its_line_and_the_rest_is_read() {
    let broken = format!("{DNSMASQ}17952516");
    assert_eq!(complaints(&broken), ["5: line: \"17952516\" cannot be read"]);
    assert_eq!(complaints(&KEA.replace(",1,,0", ",7,,0")), ["4: state: \"7\" cannot be read"]);
    assert_eq!(
        complaints(ISC.split("  client-hostname \"x").next().unwrap_or_default()),
        ["17: the file ends in the middle of a lease"]
    );
    assert_eq!(complaints(&ISC.replace("state free", "state lost")), ["5: binding state: \"lost\" cannot be read"]);
    let american = WINDOWS.replace("21/11/2026", "11/21/2026").replace("Declined", "Lost").replace("BAD_ADDRESS", "x");
    let either = [
        "5: state: \"Lost\" cannot be read".to_owned(),
        "3: 1 dates may be read with the day or the month first, and no other date tells which".to_owned(),
    ];
    assert_eq!(complaints(&american), either);
    assert_eq!(
        complaints(PFSENSE.split("<hostname>").next().unwrap_or_default()),
        ["7: the file ends in the middle of an entry"]
    );
    assert!(matches!(read(&b"good morning\n"[..], None, &TimeZone::UTC), Err(Refused::NoFormat)));
    assert_eq!(told(&read_as(None, b"")), Vec::<String>::new());
}

#[test]
fn a_million_broken_or_repeated_rows_are_a_few_complaints_and_one_lease() {
    let mut text = String::from(DNSMASQ);
    for _ in 0..1000 {
        text.push_str("tomorrow 00:1b:00:3e:51:2c 10.0.0.13 * *\n1795251600 00:1b:00:3e:51:2c 10.0.0.13 IS-280 *\n");
    }
    let leases = read_as(None, text.as_bytes());
    assert_eq!((leases.leases.len(), leases.complaints.len(), leases.more), (2, 10, 990));
}

#[test]
fn a_client_identifier_tells_the_card_where_nothing_else_does() {
    let leases = read_as(Some("kea"), KEA.replace("10.0.0.13,00:1b:00:3e:51:2c,", "10.0.0.13,,").as_bytes());
    assert_eq!(leases.leases[0].mac, None);
    assert_eq!(leases.leases[0].card(), "00:1b:00:3e:51:2c".parse().ok());
}

#[test]
fn a_lease_is_over_when_its_time_has_come() {
    let state = |now| read_as(None, DNSMASQ.as_bytes()).as_of(now).leases.iter().map(|lease| lease.state).collect::<Vec<_>>();
    assert_eq!(state(1_795_251_599), [State::Active, State::Active]);
    assert_eq!(state(1_795_251_600), [State::Expired, State::Active]);
}

#[test]
fn an_end_is_written_as_it_is_read() {
    for ends in [Ends::Never, Ends::Unknown, Ends::At(1_795_251_600)] {
        let json = serde_json::to_string(&ends).expect("it is written");
        assert_eq!(serde_json::from_str::<Ends>(&json).ok(), Some(ends), "{json}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for format in FORMATS {
            let _ = read(&bytes[..], Some(format), &TimeZone::UTC);
        }
        let _ = read(&bytes[..], None, &TimeZone::UTC);
    }

    #[test]
    fn no_broken_copy_panics(which in 0..10_usize, cut in 0..600_usize, at in 0..600_usize, byte: u8) {
        let sound = [DNSMASQ, ISC, KEA, MIKROTIK, PRINTED, PFSENSE, OPNSENSE, WINDOWS, CONSOLE, PLAIN][which];
        let mut bytes = sound.as_bytes()[..sound.len().min(cut)].to_vec();
        let place = at % (bytes.len() + 1);
        bytes.insert(place, byte);
        for format in FORMATS {
            let _ = read(&bytes[..], Some(format), &TimeZone::UTC);
        }
    }

    #[test]
    fn what_dnsmasq_would_write_reads_back(ip: u32, card: [u8; 6], expiry in 1_i64..4_000_000_000, name in "[a-z][a-z0-9-]{0,20}") {
        let (ip, mac) = (Ipv4Addr::from(ip), Mac(card));
        let leases = read_as(None, format!("{expiry} {mac} {ip} {name} 01:{mac}\n").as_bytes());
        let expected = Lease { ip, mac: Some(mac), client_id: None, name: Some(name.as_str().into()), ends: Ends::At(expiry), state: State::Active, line: 1 };
        prop_assert_eq!(leases.leases, [expected]);
    }
}
