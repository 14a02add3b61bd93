//! Frames of real neighbours, field by field: those of an lldpd that are kept here, and captures of real switches where they are.

use std::io::{self, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use trousse::edge::capture;
use trousse::net::{Mac, VlanId, Watts};
use trousse::poe::Class;
use trousse::wire::cdp::{self, Cdp};
use trousse::wire::edp::{self, Edp};
use trousse::wire::fdp::{self, Fdp};
use trousse::wire::lldp::med::{Location, Policy};
use trousse::wire::lldp::{self, Id, Lldp};
use trousse::wire::{ethernet, llc};

/// What a capture holds of the four protocols.
#[derive(Default)]
struct Neighbours {
    lldp: Vec<Lldp>,
    cdp: Vec<Cdp>,
    /// With the bytes that each was read from.
    edp: Vec<(Edp, Vec<u8>)>,
    fdp: Vec<(Fdp, Vec<u8>)>,
}

fn read(path: &Path) -> Neighbours {
    let mut told = Neighbours::default();
    let end = capture::read(path, |captured| {
        let (header, payload) = ethernet::parse(&captured.bytes).expect("an Ethernet header");
        if header.ethertype == lldp::ETHERTYPE {
            told.lldp.push(lldp::parse(payload).expect("LLDP"));
        } else if header.ethertype <= llc::MAX_LENGTH {
            let (snap, payload) = llc::parse(header.ethertype, payload).expect("LLC").expect("SNAP");
            match snap {
                cdp::SNAP => told.cdp.push(cdp::parse(payload).expect("CDP")),
                edp::SNAP => told.edp.push((edp::parse(payload).expect("EDP"), payload.to_vec())),
                fdp::SNAP => told.fdp.push((fdp::parse(payload).expect("FDP"), payload.to_vec())),
                _ => {}
            }
        }
    });
    end.unwrap_or_else(|fault| panic!("{}: {fault:?}", path.display()));
    told
}

/// A capture of a real switch. They are not ours to give away: they lie in the folder that `TROUSSE_FIXTURES` names, else beside
/// this repository.
fn real(name: &str) -> Option<Neighbours> {
    let folder = std::env::var_os("TROUSSE_FIXTURES").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures"));
    let path = folder.join("lldp-cdp").join(name);
    if !path.is_file() {
        // Not by eprintln!, which the test harness keeps to itself when a test passes.
        let said = writeln!(io::stderr(), "not run: needs the capture lldp-cdp/{name} (TROUSSE_FIXTURES names the folder)");
        said.expect("standard error is open");
        return None;
    }
    Some(read(&path))
}

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[test]
fn an_lldpd_is_read_with_its_policy_and_the_better_of_two_powers() {
    let told = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frames/lldpd.pcap"));
    let [lldp] = &told.lldp[..] else { panic!("one frame of LLDP") };
    assert_eq!(lldp.chassis, Id::Mac(Mac([2, 0, 0, 0, 0, 0x51])));
    assert_eq!((&lldp.port, lldp.ttl), (&Id::Local("ge-0/0/7".to_owned()), 4));
    assert_eq!(lldp.system_name.as_deref(), Some("cabinet-1"));
    assert_eq!(lldp.system_description.as_deref(), Some("trousse test switch"));
    assert_eq!(lldp.port_description.as_deref(), Some("sw0"));
    assert_eq!(lldp.capabilities.map(|told| (told.able, told.enabled)), Some((0x9c, 0x80)));
    assert_eq!(lldp.management[0].address, ip("10.0.0.2"));
    assert_eq!(lldp.aggregation.map(|told| (told.capable, told.enabled)), Some((true, false)));
    let voice = Policy { application: 1, unknown: false, tagged: true, vlan: VlanId::new(20), priority: 5, dscp: 46 };
    assert_eq!(lldp.med.policies, [voice]);
    assert_eq!(lldp.med.power.map(|power| (power.is_pd, power.watts)), Some((false, Watts::from_tenths(255))));
    let power = lldp.power.expect("power");
    assert_eq!((power.best_class(), power.best_type()), (Class::new(8), Some(4)));
    assert_eq!(power.at.map(|at| at.allocated), Some(Watts::from_tenths(713)));
    assert_eq!(power.bt.map(|bt| bt.max_available), Some(Watts::from_tenths(900)));
    assert_eq!(lldp.faults, []);

    let [cdp] = &told.cdp[..] else { panic!("one frame of CDP") };
    assert_eq!((cdp.version, cdp.ttl, cdp.device.as_deref(), cdp.port.as_deref()), (2, 4, Some("cabinet-1"), Some("sw0")));
    assert_eq!((&cdp.addresses[..], cdp.platform.as_deref()), (&[ip("10.0.0.2")][..], Some("test")));
    assert_eq!(cdp.faults, []);
}

#[test]
fn an_lldpd_that_speaks_edp_is_read_and_written_alike() {
    let told = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frames/lldpd-edp-fdp.pcap"));
    let [(edp, bytes)] = &told.edp[..] else { panic!("one frame of EDP") };
    let machine = Mac([2, 0, 0, 0, 0, 0x51]);
    assert_eq!((edp.machine, edp.name.as_deref()), (Some(machine), Some("cabinet-1")));
    // A card that has no number of its own is in slot 9 for lldpd.
    assert_eq!((edp.port.map(|port| port.to_string()).as_deref(), edp.version), (Some("9/1"), Some([7, 6, 4, 99])));
    assert_eq!((&edp.vlans[..], &edp.faults[..]), (&[][..], &[][..]));
    let info = [&[0, 8][..], &[0; 10], &[7, 6, 4, 99], &[0xff; 4], &[0; 12]].concat();
    assert_eq!(edp::emit(0, machine, &[(1, b"cabinet-1\0"), (2, &info)]), *bytes);
}

#[test]
fn an_lldpd_that_speaks_fdp_is_read_and_written_alike() {
    let told = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frames/lldpd-edp-fdp.pcap"));
    // An odd number of bytes, then an even one.
    assert_eq!(told.fdp.iter().map(|(_, bytes)| bytes.len()).collect::<Vec<_>>(), [81, 80]);
    for ((fdp, bytes), (ttl, platform)) in told.fdp.iter().zip([(120, "Linux"), (4, "test")]) {
        assert_eq!((fdp.version, fdp.ttl, fdp.device.as_deref()), (1, ttl, Some("cabinet-1")));
        assert_eq!((fdp.port.as_deref(), fdp.capability.as_deref()), (Some("sw0"), Some("Host")));
        assert_eq!(fdp.addresses.iter().map(|&address| IpAddr::from(address)).collect::<Vec<_>>(), [ip("10.0.0.2")]);
        assert_eq!((fdp.software.as_deref(), fdp.platform.as_deref()), (Some("trousse test switch"), Some(platform)));
        assert_eq!((&fdp.vlans, fdp.native_vlan, &fdp.faults[..]), (&None, None, &[][..]));
        let tlvs: [(u16, &[u8]); 6] = [
            (1, b"cabinet-1"),
            (2, &[0, 0, 0, 1, 1, 1, 0xcc, 0, 4, 10, 0, 0, 2]),
            (3, b"sw0"),
            (4, b"Host"),
            (5, b"trousse test switch"),
            (6, platform.as_bytes()),
        ];
        assert_eq!(fdp::emit(1, ttl, &tlvs), *bytes);
    }
}

#[test]
fn a_real_802_3bt_port_is_read() {
    let Some(told) = real("lldpd_8023bt.pcap") else { return };
    let [lldp] = &told.lldp[..] else { panic!("one frame of LLDP") };
    assert_eq!(lldp.chassis.to_string(), "c0:64:e4:a9:9b:80");
    assert_eq!((&lldp.port, lldp.ttl), (&Id::Interface("Gi1/0/2".to_owned()), 120));
    assert_eq!(lldp.system_name.as_deref(), Some("cisco-bt-switch"));
    assert_eq!(lldp.port_description.as_deref(), Some("GigabitEthernet1/0/2"));
    assert_eq!((lldp.management[0].address, lldp.management[0].interface), (ip("192.168.1.1"), 53));
    assert_eq!(lldp.port_vlan, VlanId::new(1));
    assert_eq!(lldp.mac_phy.map(|told| (told.auto_negotiation_enabled, told.advertised, told.mau)), Some((true, 0x8000, 30)));
    let power = lldp.power.expect("power");
    let (at, bt) = (power.at.expect("802.3at"), power.bt.expect("802.3bt"));
    assert_eq!((at.requested, at.allocated), (Watts::from_tenths(710), Watts::from_tenths(510)));
    assert_eq!((bt.pse_status, bt.pairs, bt.class_by_mode), (3, 3, [Class::new(4), Class::new(4)]));
    assert_eq!((bt.dual_signature, bt.power_type, bt.max_available), (true, Some(3), Watts::from_tenths(510)));
    assert_eq!(bt.allocated_by_alternative, [Watts::from_tenths(255), Watts::from_tenths(255)]);
    assert_eq!(lldp.faults, []);
}

#[test]
fn a_real_switch_for_media_is_read_with_its_place_padded_too_long() {
    let Some(told) = real("lldpd_sg200.pcap") else { return };
    let [lldp] = &told.lldp[..] else { panic!("one frame of LLDP") };
    assert_eq!(lldp.med.capabilities.map(|told| (told.bits, told.device)), Some((0x2f, 4)));
    let elements = [(3, "Berlin"), (6, "Karl-Liebknecht-Strase"), (25, "42")].map(|(kind, text)| (kind, text.to_owned()));
    assert_eq!(lldp.med.locations, [Location::Civic { country: "DE".to_owned(), elements: elements.to_vec() }]);
    let inventory = &lldp.med.inventory;
    assert_eq!((inventory.hardware.as_deref(), inventory.firmware.as_deref()), (Some("V02"), Some("1.0.8.3")));
    assert_eq!((inventory.serial.as_deref(), inventory.model.as_deref()), (Some("XXX11111ZZZ"), Some("SG 200-08P")));
    assert_eq!((inventory.manufacturer.as_deref(), inventory.asset.as_deref()), (Some("0xbc00"), Some("1")));
    assert_eq!((&lldp.port, &lldp.faults[..]), (&Id::Interface("g1".to_owned()), &[][..]));
}

#[test]
fn real_switches_that_speak_cdp_are_read_and_power_without_a_value_is_none() {
    let Some(told) = real("tcpdump_3560_CDP.pcap") else { return };
    assert_eq!(told.cdp.len(), 3);
    for cdp in &told.cdp {
        assert_eq!((cdp.version, cdp.ttl, cdp.device.as_deref()), (2, 180, Some("Switch")));
        assert_eq!((cdp.port.as_deref(), cdp.platform.as_deref()), (Some("GigabitEthernet0/5"), Some("cisco WS-C3560G-24PS")));
        assert_eq!((cdp.native_vlan, cdp.full_duplex, cdp.capabilities), (VlanId::new(1), Some(true), Some(0x28)));
        assert_eq!((&cdp.addresses[..], &cdp.management[..]), (&[ip("192.168.0.1")][..], &[ip("192.168.0.1")][..]));
        assert_eq!(cdp.available, [Some(Watts::default()), None]);
        assert_eq!(cdp.faults, []);
    }
}

#[test]
fn a_real_uplink_that_speaks_both_is_read() {
    let Some(told) = real("tcpdump_LLDP_and_CDP.pcap") else { return };
    assert!(told.cdp.iter().any(|cdp| cdp.device.as_deref() == Some("S1")));
    assert!(told.cdp.iter().all(|cdp| cdp.faults.is_empty()));
    let lldp = told.lldp.iter().find(|lldp| lldp.system_name.as_deref() == Some("S2.cisco.com")).expect("S2");
    assert_eq!((&lldp.port, lldp.port_vlan), (&Id::Alias("Uplink to S1".to_owned()), VlanId::new(1)));
    assert_eq!(lldp.mac_phy.map(|told| (told.advertised, told.mau)), Some((0xc036, 16)));
    assert!(told.lldp.iter().all(|lldp| lldp.faults.is_empty()));
}
