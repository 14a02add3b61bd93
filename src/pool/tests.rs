//! Every format by a small file of it, and what hostile files are answered with.

use proptest::prelude::*;

use super::*;

fn read_all(bytes: &[u8]) -> Configuration {
    read(bytes, None).unwrap_or_else(|refused| panic!("{refused:?}"))
}

/// The ranges with their lines, then the reservations, each as one line.
fn told(bytes: &[u8]) -> Vec<String> {
    let read = read_all(bytes);
    let pools = read.pools.iter().map(|pool| format!("{} {:?} {}", pool.line, pool.server, pool.range));
    let reserved = read.reserved.iter().map(|lease| {
        let card = lease.card().map_or("-".to_owned(), |mac| mac.to_string());
        format!("{} {} {card} {}", lease.line, lease.ip, lease.name.as_deref().unwrap_or("-"))
    });
    pools.chain(reserved).collect()
}

fn complaints(text: &str) -> Vec<String> {
    read_all(text.as_bytes()).complaints.into_iter().map(|bad| format!("{}: {}", bad.line, bad.why.english)).collect()
}

const DNSMASQ: &str = "# dhcp-range=10.9.9.1,10.9.9.2\ninterface=lan0\ndhcp-range=10.0.0.100,10.0.0.150,12h # the PCs\n\
    dhcp-range=tag:guests,set:late,10.0.1.10,10.0.1.20,255.255.255.0,10.0.1.255,1h\ndhcp-range=lan,10.0.2.9,10.0.2.1\n\
    dhcp-range=10.0.3.0,static\ndhcp-range=10.0.4.0,proxy\ndhcp-range=2001:db8::10,2001:db8::20,64,1h\n\
    dhcp-range=::1,constructor:lan0\ndhcp-range = 10.0.5.7\ndhcp-range=10.0.6.7,infinite\n\
    dhcp-host=00:08:74:5d:70:12,set:till,10.0.0.12,caisse,infinite\ndhcp-host=00:08:74:5d:70:13,00:08:74:5d:70:14,10.0.0.13\n\
    dhcp-host=id:01:00:08:74:5d:70:15,10.0.0.15\ndhcp-host=00:08:74:5d:70:16,ignore\ndhcp-host=00:08:74:5d:70:17,tpe\n\
    dhcp-host=id:00:03:00:01:02:03,[2001:db8::5]\n";
const ISC: &str = "# Sample configuration file for ISC dhcpd\n#range 10.9.9.1 10.9.9.2;\nauthoritative;\ndefault-lease-time 600;\n\
    shared-network estate {\n  subnet 10.0.0.0 netmask 255.255.255.0 {\n    option routers 10.0.0.1; range 10.0.0.100 10.0.0.150;\n\
    pool { deny unknown-clients; range dynamic-bootp\n 10.0.0.160 10.0.0.170; } # guests\n }\n\
    subnet 10.0.1.0 netmask 255.255.255.0 { range 10.0.1.7; }\n}\n\
    host caisse { hardware ethernet 00:08:74:5d:70:12; fixed-address 10.0.0.12; }\n\
    group { host \"tpe\" { hardware ethernet 00:08:74:5d:70:13; fixed-address 10.0.0.13; } }\n\
    subnet6 2001:db8::/64 { range6 2001:db8::10 2001:db8::20; }\n";
const KEA: &str = "// the estate\n{ # and a comment\n\"Dhcp4\": { /* one\n of two lines */\n\
    \"interfaces-config\": { \"interfaces\": [ \"eth0/10.0.0.1\" ] },\n\
    \"reservations\": [ { \"hw-address\": \"00:08:74:5d:70:12\", \"ip-address\": \"10.0.0.12\", \"hostname\": \"caisse\" } ],\n\
    \"subnet4\": [ { \"subnet\": \"10.0.0.0/24\",\n  \"pools\": [ { \"pool\": \"10.0.0.100 - 10.0.0.150\" },\n  { \"pool\": \"10.0.0.192/28\" }, ],\n\
    \"option-data\": [ { \"name\": \"boot-file-name\", \"data\": \"http://x/#y\" } ],\n\
    \"reservations\": [ { \"client-id\": \"01:00:08:74:5d:70:13\", \"ip-address\": \"10.0.0.13\" },\n { \"duid\": \"01:02\", \"hostname\": \"x\" } ] } ],\n\
    \"shared-networks\": [ { \"name\": \"n\", \"subnet4\": [ { \"subnet\": \"10.0.1.0/24\",\n \"pools\": [ { \"pool\": \"10.0.1.7-10.0.1.7\" } ] } ] } ]\n} }\n";
const PFSENSE: &str = "<?xml version=\"1.0\"?>\n<pfsense>\n<dhcpd>\n<lan>\n<range><from>10.0.0.100</from><to>10.0.0.150</to></range>\n\
    <enable></enable>\n<pool><range><from>10.0.0.160</from>\n<to>10.0.0.170</to></range></pool>\n<staticmap>\n<mac>00:08:74:5d:70:12</mac>\n\
    <ipaddr>10.0.0.12</ipaddr>\n<hostname>caisse</hostname>\n</staticmap>\n</lan>\n<opt1><range><from>10.0.1.1</from><to>10.0.1.9</to></range></opt1>\n\
    </dhcpd>\n<dhcpdv6><lan><enable/><range><from>2001:db8::1</from><to>2001:db8::9</to></range></lan></dhcpdv6></pfsense>\n";
const OPNSENSE: &str = "<?xml version=\"1.0\"?>\n<opnsense><OPNsense><Kea><dhcp4><subnets><subnet4 uuid=\"1\"><subnet>10.0.0.0/24</subnet>\n\
    <pools>10.0.0.100-10.0.0.150\n10.0.0.192/28</pools></subnet4></subnets></dhcp4></Kea></OPNsense>\n\
    <dnsmasq><dhcp_ranges uuid=\"2\"><start_addr>10.0.1.1</start_addr><end_addr>10.0.1.9</end_addr></dhcp_ranges></dnsmasq></opnsense>\n";

const TILL: &str = "10.0.0.12 00:08:74:5d:70:12 caisse";

#[test]
fn each_server_s_own_configuration_is_read_by_what_is_in_it() {
    let dnsmasq = told(DNSMASQ.as_bytes());
    let ranges = ["3 Dnsmasq 10.0.0.100-10.0.0.150", "4 Dnsmasq 10.0.1.10-10.0.1.20", "5 Dnsmasq 10.0.2.1-10.0.2.9"];
    assert_eq!(dnsmasq[..3], ranges);
    assert_eq!(dnsmasq[3..5], ["10 Dnsmasq 10.0.5.7-10.0.5.7", "11 Dnsmasq 10.0.6.7-10.0.6.7"]);
    let hosts = ["13 10.0.0.13 00:08:74:5d:70:13 -", "13 10.0.0.13 00:08:74:5d:70:14 -", "14 10.0.0.15 00:08:74:5d:70:15 -"];
    assert_eq!(dnsmasq[5], format!("12 {TILL}"));
    assert_eq!(dnsmasq[6..], hosts);
    let isc = ["7 Isc 10.0.0.100-10.0.0.150", "9 Isc 10.0.0.160-10.0.0.170", "11 Isc 10.0.1.7-10.0.1.7"];
    assert_eq!(told(ISC.as_bytes())[..3], isc);
    assert_eq!(told(ISC.as_bytes())[3..], [format!("13 {TILL}"), "14 10.0.0.13 00:08:74:5d:70:13 tpe".to_owned()]);
    let kea = ["8 Kea 10.0.0.100-10.0.0.150", "9 Kea 10.0.0.192-10.0.0.207", "14 Kea 10.0.1.7-10.0.1.7"];
    assert_eq!(told(KEA.as_bytes())[..3], kea);
    assert_eq!(told(KEA.as_bytes())[3..], [format!("6 {TILL}"), "11 10.0.0.13 00:08:74:5d:70:13 -".to_owned()]);
    let pfsense = ["5 PfSense 10.0.0.100-10.0.0.150", "8 PfSense 10.0.0.160-10.0.0.170"];
    assert_eq!(told(PFSENSE.as_bytes())[..2], pfsense);
    assert_eq!(told(PFSENSE.as_bytes())[2..], [format!("9 {TILL}")]);
    let opnsense = ["PfSense 10.0.0.100-10.0.0.150", "PfSense 10.0.0.192-10.0.0.207", "PfSense 10.0.1.1-10.0.1.9"];
    assert!(
        told(OPNSENSE.as_bytes()).iter().zip(opnsense).all(|(told, range)| told.ends_with(range)),
        "{:?}",
        told(OPNSENSE.as_bytes())
    );
    for text in [DNSMASQ, ISC, KEA, PFSENSE, OPNSENSE] {
        assert_eq!(complaints(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn line_ends_marks_and_utf_16_change_nothing() {
    for text in [DNSMASQ, ISC, KEA, PFSENSE] {
        let crlf = text.replace('\n', "\r\n");
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(crlf.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for bytes in [crlf.as_bytes(), &[b"\xef\xbb\xbf", text.as_bytes()].concat(), &wide] {
            assert_eq!(told(bytes), told(text.as_bytes()));
        }
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_line_and_the_rest_is_read() {
    let broken = "dhcp-range=10.0.0.1O0,10.0.0.150\nconf-dir=/etc/dnsmasq.d,*.conf\ndhcp-range=10.0.0.9,tomorrow\ndhcp-range=10.0.0.1,10.0.0.9\n";
    let [range, folder, end] = complaints(broken).try_into().unwrap_or_else(|other| panic!("{other:?}"));
    assert_eq!(range, "1: dhcp-range: \"10.0.0.1O0,10.0.0.150\" cannot be read");
    assert_eq!(folder, "2: conf-dir \"/etc/dnsmasq.d,*.conf\" is not followed: give that file by --pool too");
    assert_eq!(end, "3: dhcp-range: \"10.0.0.9,tomorrow\" cannot be read");
    assert!(told(broken.as_bytes()).contains(&"4 Dnsmasq 10.0.0.1-10.0.0.9".to_owned()));
    let isc = complaints(&ISC.replace("range 10.0.1.7", "range 10.0.1.9 10.0.1.7; include \"/etc/dhcp/hosts.conf\"; range nine"));
    let not_followed = "11: include \"/etc/dhcp/hosts.conf\" is not followed: give that file by --pool too";
    assert_eq!(
        isc,
        ["11: range: \"10.0.1.9-10.0.1.7\" cannot be read", not_followed, "11: range: \"range nine\" cannot be read"]
    );
    assert_eq!(complaints(&KEA.replace("10.0.0.192/28", "10.0.0.192/99")), ["9: pool: \"10.0.0.192/99\" cannot be read"]);
    assert_eq!(complaints(&KEA[..KEA.len() - 6]), ["14: no JSON: EOF while parsing a list"]);
    let included = KEA.replace("\"interfaces\": [", "\"interfaces\": [ <?include \"/etc/kea/cards.json\"?>");
    assert_eq!(complaints(&included), ["5: include \"/etc/kea/cards.json\" is not followed: give that file by --pool too"]);
    for text in ["", "good morning\n", "1795251600 00:1b:00:3e:51:2c 10.0.0.13 IS-280 *\n", "{ \"subnet6\": [] }"] {
        assert!(matches!(read(text.as_bytes(), None), Err(Refused::NoFormat)), "{text}");
    }
}

#[test]
fn a_million_broken_or_repeated_lines_are_bounded() {
    let text = "dhcp-range=10.0.0.1,10.0.0.9\ndhcp-range=never\ndhcp-host=00:08:74:5d:70:12,10.0.0.12\n".repeat(100_000);
    let read = read_all(text.as_bytes());
    assert_eq!((read.pools.len(), read.reserved.len(), read.complaints.len()), (RANGES, RESERVED, COMPLAINTS));
    let deep = format!("{{\"Dhcp4\": {}", "[".repeat(1_000_000));
    assert!(complaints(&deep)[0].contains("recursion limit"));
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for format in FORMATS {
            let _ = read(&bytes[..], Some(format));
        }
        let _ = read(&bytes[..], None);
    }

    #[test]
    fn no_broken_copy_panics(which in 0..5_usize, cut in 0..900_usize, at in 0..900_usize, byte: u8) {
        let sound = [DNSMASQ, ISC, KEA, PFSENSE, OPNSENSE][which];
        let mut bytes = sound.as_bytes()[..sound.len().min(cut)].to_vec();
        let place = at % (bytes.len() + 1);
        bytes.insert(place, byte);
        for format in FORMATS {
            let _ = read(&bytes[..], Some(format));
        }
    }

    #[test]
    fn a_comment_of_kea_may_stand_anywhere_between_signs(comment in "(//|#)[a-z \"{}]{0,9}\n|/\\*[a-z \"{}\n]{0,9}\\*/") {
        let text = KEA.replace(", ", &format!(",{comment} "));
        let ranges = |text: &str| read_all(text.as_bytes()).pools.iter().map(|pool| pool.range).collect::<Vec<_>>();
        prop_assert_eq!(ranges(&text), ranges(KEA));
    }
}
