use proptest::prelude::*;

use super::*;

fn fields(bytes: &[u8]) -> Vec<(&'static str, usize)> {
    parse(bytes).expect("a header").faults.iter().map(|fault| (fault.field, fault.offset)).collect()
}

#[test]
fn a_port_is_read_with_its_vlans_and_its_power() {
    let address = [0, 0, 0, 1, 1, 1, 0xcc, 0, 4, 10, 0, 0, 2];
    let told = parse(&emit(
        2,
        180,
        &[
            (1, b"cabinet-1"),
            (2, &address),
            (3, b"Gi1/0/7"),
            (4, &[0, 0, 0, 0x28]),
            (0x0a, &[0, 10]),
            (0x0b, &[1]),
            (0x0e, &[1, 0, 20]),
            (0x10, &[0x19, 0x64]),
            (0x19, &[0, 1, 0, 2, 0, 0, 0x75, 0x30]),
            (0x1a, &[0, 0, 0, 1, 0, 0, 0x75, 0x30, 0xff, 0xff, 0xff, 0xff]),
            (0x16, &address),
        ],
    ))
    .expect("well formed");
    assert_eq!(
        (told.version, told.ttl, told.device.as_deref(), told.port.as_deref()),
        (2, 180, Some("cabinet-1"), Some("Gi1/0/7"))
    );
    assert_eq!((told.native_vlan, told.voice_vlan, told.full_duplex), (VlanId::new(10), VlanId::new(20), Some(true)));
    assert_eq!((told.capabilities, told.consumption), (Some(0x28), Some(Watts::from_milliwatts(6500))));
    assert_eq!(told.requested, [Watts::from_milliwatts(30_000)]);
    assert_eq!(told.available, [Some(Watts::from_milliwatts(30_000)), None]);
    assert_eq!(
        (told.addresses, told.management),
        (vec![Ipv4Addr::new(10, 0, 0, 2).into()], vec![Ipv4Addr::new(10, 0, 0, 2).into()])
    );
    assert_eq!(told.faults, []);
}

#[test]
fn an_ipv6_address_is_read_and_another_protocol_is_left_out() {
    let ip = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 2);
    let mut value = vec![0, 0, 0, 2, 1, 1, 0x81, 0, 1, 7, 2, 8];
    value.extend(SNAP_IPV6);
    value.extend([0, 16]);
    value.extend(ip.octets());
    assert_eq!(parse(&emit(2, 180, &[(2, &value)])).expect("well formed").addresses, [IpAddr::from(ip)]);
}

#[test]
fn what_is_malformed_is_named_and_the_rest_is_read() {
    // A count beyond the addresses, a VLAN that is cut, a name said twice, and power that is no whole number of values.
    let bytes = emit(2, 180, &[(2, &[0xff, 0xff, 0xff, 0xff]), (0x0a, &[1]), (1, b"a"), (1, b"b"), (0x1a, &[0; 7]), (3, b"Gi1")]);
    assert_eq!(fields(&bytes), [("addresses", 4), ("native VLAN", 12), ("repeated device ID", 22), ("power available", 27)]);
    let told = parse(&bytes).expect("a header");
    assert_eq!((told.device.as_deref(), told.port.as_deref()), (Some("a"), Some("Gi1")));
}

#[test]
fn a_cut_frame_fails_its_checksum_and_keeps_what_came_before() {
    let bytes = emit(2, 180, &[(1, b"cabinet-1"), (3, b"Gi1/0/7")]);
    let cut = &bytes[..bytes.len() - 1];
    assert_eq!(fields(cut), [("checksum", 2), ("TLV length", 17)]);
    assert_eq!(parse(cut).expect("a header").device.as_deref(), Some("cabinet-1"));
    assert_eq!(fields(&[2, 180, 0, 0, 0, 1, 0, 3]), [("checksum", 2), ("TLV length", 4)]);
    assert_eq!(parse(&[2, 180, 0]), Err(bad("header", 3)));
    assert_eq!(parse(&[3, 180, 0, 0]), Err(bad("version", 0)));
}

#[test]
fn what_is_kept_of_a_frame_is_bounded() {
    let empty: [(u16, &[u8]); 100] = [(0x0a, &[]); 100];
    assert_eq!(parse(&emit(2, 180, &empty)).expect("a header").faults.len(), MAX_KEPT);
    let value = [&[0; 4][..], &[1; 400]].concat();
    let told = parse(&emit(2, 180, &[(0x19, &value), (0x1a, &value), (0x19, &value), (0x1a, &value)])).expect("a header");
    assert_eq!((told.requested.len(), told.available.len()), (MAX_KEPT, MAX_KEPT));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(device in "[a-z0-9-]{0,40}", port in "[a-zA-Z0-9/]{0,40}", vlan in 1u16..4095, ttl: u8) {
        let tlvs: [(u16, &[u8]); 3] = [(1, device.as_bytes()), (0x0a, &vlan.to_be_bytes()), (3, port.as_bytes())];
        let expected = Cdp {
            version: 2,
            ttl,
            device: Some(device.clone()),
            port: Some(port.clone()),
            native_vlan: VlanId::new(vlan),
            ..Cdp::default()
        };
        prop_assert_eq!(parse(&emit(2, ttl, &tlvs)), Ok(expected));
    }

    #[test]
    fn a_wrong_byte_is_seen_by_the_checksum(name in "[a-z]{1,40}", at: prop::sample::Index, flip in 1u8..=255) {
        let mut bytes = emit(1, 60, &[(1, name.as_bytes())]);
        // The name alone: a wrong length would be named first.
        let at = 8 + at.index(name.len());
        bytes[at] ^= flip;
        prop_assert_eq!(parse(&bytes).map(|told| told.faults), Ok(vec![bad("checksum", 2)]));
    }
}
