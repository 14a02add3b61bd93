use proptest::prelude::*;

use super::*;

fn fields(bytes: &[u8]) -> Vec<(&'static str, usize)> {
    parse(bytes).expect("a header").faults.iter().map(|fault| (fault.field, fault.offset)).collect()
}

#[test]
fn a_port_is_read_with_its_vlans() {
    let told = parse(&emit(
        1,
        180,
        &[
            (1, b"cabinet-1"),
            (2, &[0, 0, 0, 1, 1, 1, 0xcc, 0, 4, 10, 0, 0, 2]),
            (3, b"ethernet1/1/7"),
            (4, b"Switch"),
            (5, b"test software"),
            (6, b"test hardware"),
            // VLAN 1, 10 and 20.
            (0x0101, &[0b1, 0b10, 0b1000]),
            (0x0102, &[0, 10, 0xaa, 0xaa, 0, 0]),
        ],
    ))
    .expect("well formed");
    assert_eq!((told.version, told.ttl), (1, 180));
    assert_eq!((told.device.as_deref(), told.port.as_deref()), (Some("cabinet-1"), Some("ethernet1/1/7")));
    assert_eq!((told.addresses, told.capability.as_deref()), (vec![Ipv4Addr::new(10, 0, 0, 2)], Some("Switch")));
    assert_eq!((told.software.as_deref(), told.platform.as_deref()), (Some("test software"), Some("test hardware")));
    assert_eq!(told.vlans, Some([1, 10, 20].into_iter().filter_map(VlanId::new).collect()));
    assert_eq!((told.native_vlan, told.faults), (VlanId::new(10), vec![]));
}

#[test]
fn addresses_are_read_one_a_block_and_several_a_block_and_others_are_left_out() {
    let several = [0, 0, 0, 1, 1, 1, 0xcc, 0, 8, 10, 0, 0, 2, 10, 0, 0, 3];
    let one_each = [0, 0, 0, 2, 1, 1, 0xcc, 0, 4, 10, 0, 0, 2, 1, 1, 0xcc, 0, 4, 10, 0, 0, 3];
    let other = [0, 0, 0, 2, 1, 1, 0x81, 0, 1, 7, 1, 1, 0xcc, 0, 8, 10, 0, 0, 2, 10, 0, 0, 3];
    for value in [&several[..], &one_each, &other] {
        let told = parse(&emit(1, 180, &[(2, value)])).expect("well formed");
        assert_eq!((told.addresses, told.faults), (vec![Ipv4Addr::new(10, 0, 0, 2), Ipv4Addr::new(10, 0, 0, 3)], vec![]));
    }
}

#[test]
fn what_is_malformed_is_named_and_the_rest_is_read() {
    // A block of an address and a half, a VLAN that is cut, a name said twice, a map said twice, and what is not known.
    let cut = [0, 0, 0, 1, 1, 1, 0xcc, 0, 6, 10, 0, 0, 2, 10, 0];
    let tlvs: [(u16, &[u8]); 7] = [(2, &cut), (0x0102, &[1]), (1, b"a"), (1, b"b"), (0x0101, &[1]), (0x0101, &[2]), (9, &[1])];
    let bytes = emit(1, 180, &tlvs);
    let expected = [("addresses", 4), ("native VLAN", 23), ("repeated device ID", 33), ("repeated VLAN map", 43)];
    assert_eq!(fields(&bytes), expected);
    let told = parse(&bytes).expect("a header");
    assert_eq!((told.device.as_deref(), &told.addresses[..]), (Some("a"), &[Ipv4Addr::new(10, 0, 0, 2)][..]));
    assert_eq!(told.vlans, VlanId::new(1).map(|vlan| vec![vlan]));
    // A port without a native VLAN is no fault.
    let told = parse(&emit(1, 180, &[(0x0102, &[0, 0, 0, 0])])).expect("a header");
    assert_eq!((told.native_vlan, told.faults), (None, vec![]));
}

#[test]
fn a_cut_frame_is_named_and_keeps_what_came_before() {
    let bytes = emit(1, 180, &[(1, b"cabinet-1"), (3, b"ethernet1")]);
    let cut = &bytes[..bytes.len() - 1];
    assert_eq!(fields(cut), [("TLV length", 17)]);
    assert_eq!(parse(cut).expect("a header").device.as_deref(), Some("cabinet-1"));
    assert_eq!(fields(&[1, 180, 0, 0, 0, 1, 0, 3]), [("TLV length", 4)]);
    assert_eq!(parse(&[1, 180, 0]), Err(bad("header", 3)));
    assert_eq!(parse(&[3, 180, 0, 0]), Err(bad("version", 0)));
}

#[test]
fn what_is_kept_of_a_frame_is_bounded() {
    assert_eq!(parse(&emit(1, 180, &[(0x0102, &[][..]); 100])).expect("a header").faults.len(), MAX_KEPT);
    let mut many = vec![0, 0, 0, 1, 1, 1, 0xcc, 1, 0x90];
    many.extend((0..100_u8).flat_map(|last| [10, 0, 0, last]));
    assert_eq!(parse(&emit(1, 180, &[(2, &many)])).expect("a header").addresses.len(), MAX_KEPT);
    let map = parse(&emit(1, 180, &[(0x0101, &[0xff; 1400])])).expect("a header").vlans.expect("a map");
    assert_eq!((map.len(), map.last().copied()), (4094, VlanId::new(4094)));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(device in "[a-z0-9-]{0,40}", port in "[a-zA-Z0-9/]{0,40}", vlan in 1u16..4095, ttl: u8) {
        let tlvs: [(u16, &[u8]); 3] = [(1, device.as_bytes()), (0x0102, &vlan.to_be_bytes()), (3, port.as_bytes())];
        let expected = Fdp {
            version: 1,
            ttl,
            device: Some(device.clone()),
            port: Some(port.clone()),
            native_vlan: VlanId::new(vlan),
            ..Fdp::default()
        };
        prop_assert_eq!(parse(&emit(1, ttl, &tlvs)), Ok(expected));
    }
}
