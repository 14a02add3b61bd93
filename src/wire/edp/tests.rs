use proptest::prelude::*;

use super::*;

const MACHINE: Mac = Mac([2, 0, 0, 0, 0, 0x51]);

fn fields(bytes: &[u8]) -> Vec<(&'static str, usize)> {
    parse(bytes).expect("a header").faults.iter().map(|fault| (fault.field, fault.offset)).collect()
}

fn info(slot: u16, port: u16, version: [u8; 4]) -> Vec<u8> {
    [&slot.to_be_bytes()[..], &port.to_be_bytes(), &[0; 8], &version, &[0xff; 16]].concat()
}

fn vlan(number: u16, ip: [u8; 4], name: &[u8]) -> Vec<u8> {
    [&[0x80, 0][..], &number.to_be_bytes(), &[0; 4], &ip, name, &[0]].concat()
}

#[test]
fn a_port_is_read_as_its_label_numbers_it() {
    let told = parse(&emit(7, MACHINE, &[(1, b"cabinet-1\0"), (2, &info(0, 6, [7, 6, 4, 99]))])).expect("well formed");
    assert_eq!((told.machine, told.name.as_deref()), (Some(MACHINE), Some("cabinet-1")));
    assert_eq!((told.port.map(|port| port.to_string()).as_deref(), told.version), (Some("1/7"), Some([7, 6, 4, 99])));
    assert_eq!((told.vlans, told.faults), (vec![], vec![]));
    // The last numbers there are do not overflow.
    let told = parse(&emit(7, MACHINE, &[(2, &info(0xffff, 0xffff, [0; 4]))])).expect("well formed");
    assert_eq!(told.port, Some(Port { slot: 0x1_0000, number: 0x1_0000 }));
}

#[test]
fn vlans_are_read_with_the_switch_in_them() {
    let tlvs: [&[u8]; 2] = [&vlan(20, [10, 0, 20, 1], b"voice"), &vlan(0, [0; 4], b"Default")];
    let told = parse(&emit(1, MACHINE, &tlvs.map(|value| (5, value)))).expect("well formed");
    let voice = Vlan { id: VlanId::new(20), address: Some(Ipv4Addr::new(10, 0, 20, 1)), name: "voice".to_owned() };
    assert_eq!(told.vlans, [voice, Vlan { id: None, address: None, name: "Default".to_owned() }]);
    assert_eq!((told.machine, told.name, told.faults), (Some(MACHINE), None, vec![]));
}

#[test]
fn what_is_malformed_is_named_and_the_rest_is_read() {
    // An info that is cut, a VLAN that is cut, one that is none, a name said twice, and what is not known.
    let none = vlan(4095, [0; 4], b"");
    let tlvs: [(u8, &[u8]); 6] = [(2, &[0; 15]), (5, &[0; 11]), (5, &none), (1, b"a"), (1, b"b"), (8, &[1])];
    let bytes = emit(1, MACHINE, &tlvs);
    assert_eq!(fields(&bytes), [("info", 16), ("VLAN", 35), ("VLAN", 50), ("repeated display", 72)]);
    assert_eq!(parse(&bytes).expect("a header").name.as_deref(), Some("a"));
}

#[test]
fn what_follows_the_end_or_the_length_is_not_read() {
    let bytes = emit(1, MACHINE, &[(1, b"a"), (0, &[]), (1, b"b")]);
    assert_eq!(fields(&bytes), []);
    let padded = [&emit(1, MACHINE, &[(1, b"a")])[..], &[0xff; 20]].concat();
    assert_eq!(fields(&padded), []);
}

#[test]
fn a_cut_frame_is_named_and_keeps_what_came_before() {
    let bytes = emit(1, MACHINE, &[(1, b"cabinet-1"), (2, &info(0, 6, [0; 4]))]);
    let cut = &bytes[..bytes.len() - 5];
    assert_eq!(fields(cut), [("length", 2), ("checksum", 4), ("TLV length", 29)]);
    assert_eq!(parse(cut).expect("a header").name.as_deref(), Some("cabinet-1"));
    assert_eq!(parse(&bytes[..15]), Err(bad("header", 15)));
    assert_eq!(parse(&[2; 16]), Err(bad("version", 0)));
}

#[test]
fn a_length_within_the_header_and_a_tlv_without_its_mark_are_named() {
    let mut bytes = emit(1, MACHINE, &[(1, b"a")]);
    bytes[3] = 15;
    assert_eq!(fields(&bytes), [("length", 2), ("checksum", 4)]);
    let mut bytes = emit(1, MACHINE, &[(1, b"a")]);
    bytes[16] = 0x98;
    assert_eq!(fields(&bytes), [("checksum", 4), ("TLV marker", 16)]);
    let mut bytes = emit(1, MACHINE, &[]);
    bytes[9] = 1;
    assert_eq!(fields(&bytes), [("machine ID type", 8), ("checksum", 4)]);
    assert_eq!(parse(&bytes).expect("a header").machine, None);
}

#[test]
fn what_is_kept_of_a_frame_is_bounded() {
    assert_eq!(parse(&emit(1, MACHINE, &[(2, &[][..]); 100])).expect("a header").faults.len(), MAX_KEPT);
    let default = vlan(1, [0; 4], b"Default");
    assert_eq!(parse(&emit(1, MACHINE, &[(5, &default[..]); 50])).expect("a header").vlans.len(), MAX_KEPT);
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(name in "[a-z0-9-]{0,40}", slot: u16, port: u16, version: [u8; 4], mac: [u8; 6], sequence: u16) {
        let expected = Edp {
            machine: Some(Mac(mac)),
            name: Some(name.clone()),
            port: Some(Port { slot: u32::from(slot) + 1, number: u32::from(port) + 1 }),
            version: Some(version),
            ..Edp::default()
        };
        let tlvs: [(u8, &[u8]); 2] = [(1, name.as_bytes()), (2, &info(slot, port, version))];
        prop_assert_eq!(parse(&emit(sequence, Mac(mac), &tlvs)), Ok(expected));
    }

    #[test]
    fn a_wrong_byte_is_seen_by_the_checksum(name in "[a-z]{1,40}", at: prop::sample::Index, flip in 1u8..=255) {
        let mut bytes = emit(1, MACHINE, &[(1, name.as_bytes())]);
        // The name alone: a wrong length would be named first.
        let at = 20 + at.index(name.len());
        bytes[at] ^= flip;
        prop_assert_eq!(parse(&bytes).map(|told| told.faults), Ok(vec![bad("checksum", 4)]));
    }
}
