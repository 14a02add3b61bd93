//! A neighbour that lies: hostile names in every text of LLDP, CDP, EDP and FDP, and messages cut, over-long, repeated and nested
//! wrong.

use trousse::net::Mac;
use trousse::probe::Errand;
use trousse::wire::llc::Snap;
use trousse::wire::{cdp, edp, ethernet, fdp, lldp};

use crate::Folder;
use crate::hostile::{NAMES, is_harmless, record};

/// The switches that lie.
fn liar(protocol: u8, number: usize) -> Mac {
    Mac([0, 0x1c, 0x2e, 0, protocol, u8::try_from(number).expect("a few names")])
}

/// A TLV of LLDP that an organisation defined (IEEE 802.1AB-2016, 8.6).
fn of_organisation(oui: [u8; 3], subtype: u8, value: &[u8]) -> Vec<u8> {
    lldp::emit_tlv(127, &[&oui[..], &[subtype], value].concat())
}

fn as_lldp(from: Mac, tlvs: &[Vec<u8>]) -> Vec<u8> {
    ethernet::emit(from, lldp::GROUPS[0], lldp::ETHERTYPE, &tlvs.concat())
}

/// The name as chassis, port, descriptions, VLAN and inventory.
fn lldp_of(from: Mac, name: &str) -> Vec<u8> {
    let named = |subtype: u8| [&[subtype], name.as_bytes()].concat();
    let length = u8::try_from(name.len()).expect("short names");
    let mut tlvs = vec![
        lldp::emit_tlv(1, &named(7)),
        lldp::emit_tlv(2, &named(7)),
        lldp::emit_tlv(3, &120u16.to_be_bytes()),
        lldp::emit_tlv(4, name.as_bytes()),
        lldp::emit_tlv(5, name.as_bytes()),
        lldp::emit_tlv(6, name.as_bytes()),
        of_organisation(lldp::dot1::OUI, 3, &[&[0, 20, length], name.as_bytes()].concat()),
    ];
    tlvs.extend((5..=11).map(|subtype| of_organisation(lldp::med::OUI, subtype, name.as_bytes())));
    tlvs.push(lldp::emit_tlv(0, &[]));
    as_lldp(from, &tlvs)
}

/// A frame with a SNAP header (IEEE 802, 10.4): the type field holds the length.
fn in_snap(from: Mac, group: Mac, snap: Snap, message: &[u8]) -> Vec<u8> {
    let payload = [&[0xaa, 0xaa, 0x03], &snap.oui[..], &snap.protocol.to_be_bytes(), message].concat();
    ethernet::emit(from, group, u16::try_from(payload.len()).expect("it fits"), &payload)
}

fn cdp_of(from: Mac, name: &str) -> Vec<u8> {
    let tlvs: Vec<(u16, &[u8])> = [1, 3, 5, 6, 9].map(|kind| (kind, name.as_bytes())).into();
    in_snap(from, cdp::GROUP, cdp::SNAP, &cdp::emit(2, 180, &tlvs))
}

fn edp_of(from: Mac, name: &str) -> Vec<u8> {
    let ended = [name.as_bytes(), &[0]].concat();
    in_snap(from, edp::GROUP, edp::SNAP, &edp::emit(1, from, &[(1, &ended), (2, &[0; 32])]))
}

fn fdp_of(from: Mac, name: &str) -> Vec<u8> {
    let tlvs: Vec<(u16, &[u8])> = [1, 3, 5, 6].map(|kind| (kind, name.as_bytes())).into();
    in_snap(from, fdp::GROUP, fdp::SNAP, &fdp::emit(1, 180, &tlvs))
}

/// The word that every format tells; a table of hosts has none of the neighbours.
fn shown(word: &str) -> impl Fn(&str) -> String {
    move |format| if format == "csv" { "ip,mac".to_owned() } else { word.to_owned() }
}

#[test]
fn no_format_lets_a_hostile_neighbour_through() {
    let mut frames = Vec::new();
    for (number, name) in NAMES.into_iter().enumerate() {
        frames.push(lldp_of(liar(1, number), name));
        frames.push(cdp_of(liar(2, number), name));
        frames.push(edp_of(liar(3, number), name));
        frames.push(fdp_of(liar(4, number), name));
    }
    let folder = Folder::new();
    record(folder.path(), Errand::Link, frames);
    is_harmless(&folder, 3, shown("gpj.exe"), |report| {
        for protocol in ["lldp", "cdp", "edp", "fdp"] {
            let told = serde_json::to_value(&report.neighbours).expect("JSON");
            let heard = told.as_array().expect("rows").iter().filter(|row| row["protocol"] == protocol);
            let names: Vec<&str> = heard.filter_map(|row| row["name"].as_str()).collect();
            // A text ends at its first zero.
            let whole = |name: &str| name.split('\0').next().unwrap_or_default().trim().to_owned();
            assert!(NAMES.iter().all(|name| names.contains(&whole(name).as_str())), "{protocol}: {names:?}");
        }
    });
}

#[test]
fn malformed_messages_of_neighbours_leave_the_rest() {
    let sound = lldp_of(liar(1, 0), "sw-etage-1");
    let header = 14;
    // Cut at every byte, and each byte after the chassis' own header made as large as can be.
    let cut = (header..sound.len()).map(|length| sound[..length].to_vec());
    let swollen = (header..sound.len()).map(|at| {
        let mut frame = sound.clone();
        frame[at] = 0xff;
        frame
    });
    let chassis = lldp::emit_tlv(1, &[7, b's']);
    let port = lldp::emit_tlv(2, &[7, b'p']);
    let lives = lldp::emit_tlv(3, &120u16.to_be_bytes());
    let repeated = as_lldp(liar(1, 1), &vec![chassis.clone(); 200]);
    let described = vec![lldp::emit_tlv(5, &[b'x'; 511]); 2];
    let twice = as_lldp(liar(1, 2), &[vec![chassis.clone(), port.clone(), lives.clone()], described].concat());
    let nested =
        [&[0, 20, 0xff][..], &[0, 20], &[], &[0, 20, 1, b'v', 0xff]].map(|value| of_organisation(lldp::dot1::OUI, 3, value));
    let nested = as_lldp(liar(1, 3), &[vec![chassis, port, lives], nested.into()].concat());
    let frames = cut.chain(swollen).chain([repeated, twice, nested, sound.clone()]);
    let folder = Folder::new();
    record(folder.path(), Errand::Link, frames);
    is_harmless(&folder, 3, shown("sw-etage-1"), |report| {
        assert!(report.neighbours.iter().any(|row| row.told.name.as_deref() == Some("sw-etage-1")));
        assert!(report.neighbours.len() <= 64, "{}", report.neighbours.len());
    });
}
