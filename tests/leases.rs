//! Files of DHCP servers: those of dnsmasq, ISC and Kea as the daemons wrote them in a lab, the others in the form of their
//! exports.

use std::fs::File;
use std::path::Path;

use jiff::tz::TimeZone;
use trousse::lease::{self, Ends, State};

/// Each entry of a file of `tests/leases`, in the format that it is recognised by: address, card, state, end.
fn entries(name: &str) -> Vec<(String, Option<String>, State, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/leases").join(name);
    let leases = lease::read(File::open(path).expect(name), None, &TimeZone::UTC).unwrap_or_else(|refused| panic!("{refused:?}"));
    assert_eq!(leases.complaints, [], "{name}");
    let told = |lease: lease::Lease| {
        (lease.ip.to_string(), lease.card().map(|mac| mac.to_string()), lease.state, String::from(lease.ends))
    };
    leases.leases.into_iter().map(told).collect()
}

fn entry(ip: &str, mac: &str, state: State, ends: &str) -> (String, Option<String>, State, String) {
    (ip.to_owned(), (!mac.is_empty()).then(|| mac.to_owned()), state, ends.to_owned())
}

#[test]
fn what_the_daemons_wrote_is_read() {
    let active = |ip, mac, ends| vec![entry(ip, mac, State::Active, ends)];
    assert_eq!(entries("dnsmasq.leases"), active("10.3.0.30", "00:1b:00:3e:51:2e", "2026-11-21T15:26:52Z"));
    assert_eq!(entries("dhcpd.leases"), active("10.1.0.20", "00:1b:00:3e:51:2c", "2026-11-21T15:26:53Z"));
    assert_eq!(entries("kea-leases4.csv"), active("10.2.0.20", "00:1b:00:3e:51:2d", "2026-11-21T15:26:52Z"));
}

#[test]
fn what_the_others_export_is_read() {
    let till = entry("10.0.0.12", "00:08:74:5d:70:12", State::Reserved, "never");
    let franking = |ends| entry("10.0.0.13", "00:1b:00:3e:51:2c", State::Active, ends);
    let declined = entry("10.0.0.21", "00:08:74:5d:70:21", State::Declined, "2026-11-21T10:00:00Z");
    assert_eq!(entries("windows-fr.csv"), [franking("2026-12-03T09:00:00Z"), till.clone(), declined]);
    let busy = entry("10.0.0.21", "", State::Declined, "unknown");
    assert_eq!(entries("routeros-print-detail.txt"), [till.clone(), franking("unknown"), busy]);
    assert_eq!(entries("pfsense-config.xml"), [till]);
    let plain = entries("plain.csv");
    assert_eq!(plain[0], franking("2026-11-21T15:26:00Z"));
    assert_eq!(plain[1].3, String::from(Ends::Never));
}
