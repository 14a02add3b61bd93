use proptest::prelude::*;

use super::*;
use crate::net::Watts;
use crate::poe::Class;

const CHASSIS: [u8; 7] = [4, 2, 0, 0, 0, 0, 0x51];

/// A frame with the three TLVs that must be there, then these.
fn frame(tlvs: &[(u8, &[u8])]) -> Vec<u8> {
    let mandatory: [(u8, &[u8]); 3] = [(1, &CHASSIS), (2, b"\x05ge7"), (3, &[0, 120])];
    let mut bytes: Vec<u8> = mandatory.iter().chain(tlvs).flat_map(|(kind, value)| emit_tlv(*kind, value)).collect();
    bytes.extend(emit_tlv(0, &[]));
    bytes
}

fn organization(oui: [u8; 3], subtype: u8, value: &[u8]) -> Vec<u8> {
    [&oui[..], &[subtype], value].concat()
}

fn fields(tlvs: &[(u8, &[u8])]) -> Vec<&'static str> {
    parse(&frame(tlvs)).expect("chassis, port and TTL").faults.iter().map(|fault| fault.field).collect()
}

fn port(value: &[u8]) -> Option<Id> {
    port_id(value)
}

#[test]
fn every_kind_of_port_and_chassis_is_read() {
    let name = |text: &str| text.to_owned();
    assert_eq!(port(b"\x01uplink"), Some(Id::Alias(name("uplink"))));
    assert_eq!(port(b"\x02slot"), Some(Id::Component(name("slot"))));
    assert_eq!(port(&[3, 2, 0, 0, 0, 0, 7]), Some(Id::Mac(Mac([2, 0, 0, 0, 0, 7]))));
    assert_eq!(port(&[4, 1, 10, 0, 0, 2]), Some(Id::Address(Ipv4Addr::new(10, 0, 0, 2).into())));
    assert_eq!(port(b"\x05ge7"), Some(Id::Interface(name("ge7"))));
    assert_eq!(port(&[6, 0x0a, 0xff]), Some(Id::Circuit(name("0aff"))));
    assert_eq!(port(b"\x077"), Some(Id::Local(name("7"))));
    assert_eq!([port(&[]), port(&[5]), port(&[3, 1, 2]), port(&[4, 9, 1]), port(&[8, 1])], [None, None, None, None, None]);
    assert_eq!(chassis_id(b"\x02alias"), Some(Id::Alias(name("alias"))));
    assert_eq!(chassis_id(b"\x06br0"), Some(Id::Interface(name("br0"))));
    let v6 = [&[5, 2][..], &Ipv6Addr::LOCALHOST.octets()].concat();
    assert_eq!(chassis_id(&v6), Some(Id::Address(Ipv6Addr::LOCALHOST.into())));
}

#[test]
fn without_chassis_port_and_ttl_in_this_order_nothing_is_known() {
    let bytes = frame(&[]);
    assert_eq!(parse(&[]), Err(bad("TLV header", 0)));
    assert_eq!(parse(&bytes[9..]), Err(bad("chassis ID", 0)));
    assert_eq!(parse(&bytes[..9]), Err(bad("TLV header", 9)));
    assert_eq!(parse(&bytes[..12]), Err(bad("TLV information string length", 9)));
    let mut wrong = bytes.clone();
    wrong[2] = 9;
    assert_eq!(parse(&wrong), Err(bad("chassis ID", 0)));
    assert_eq!(parse(&bytes[..bytes.len() - 2]).expect("the end is optional at a cut").ttl, 120);
}

#[test]
fn what_is_malformed_or_repeated_is_named_and_the_rest_is_read() {
    let told: [(u8, &[u8]); 6] = [(5, b"a"), (5, b"b"), (7, &[0]), (8, &[9, 1]), (127, &[0, 0x12]), (4, b"to the hall")];
    assert_eq!(
        fields(&told),
        ["repeated system name", "system capabilities", "management address", "organizationally specific TLV"]
    );
    let read = parse(&frame(&told)).expect("chassis, port and TTL");
    assert_eq!((read.system_name.as_deref(), read.port_description.as_deref()), (Some("a"), Some("to the hall")));
    assert_eq!(fields(&[(1, &CHASSIS), (3, &[0, 1])]), ["repeated chassis ID", "repeated TTL"]);
    // A TLV that is longer than its frame ends the reading, and what came before stands.
    let mut cut = frame(&[(5, b"cabinet-1")]);
    cut.truncate(cut.len() - 4);
    let read = parse(&cut).expect("chassis, port and TTL");
    assert_eq!((read.system_name, read.faults), (None, vec![bad("TLV information string length", 19)]));
}

#[test]
fn a_media_policy_says_the_voice_vlan() {
    let policy = organization(med::OUI, 2, &[1, 0x40, 0x29, 0x6e]);
    let read = parse(&frame(&[(127, &policy)])).expect("well formed").med.policies;
    let voice = med::Policy { application: 1, unknown: false, tagged: true, vlan: VlanId::new(20), priority: 5, dscp: 46 };
    assert_eq!(read, [voice]);
    let location = organization(med::OUI, 3, &[2, 9, 0, b'F', b'R', 3, 200, b'x', 0, 0, 0]);
    assert_eq!(fields(&[(127, &policy), (127, &policy), (127, &location)]), ["repeated MED network policy", "MED location"]);
}

/// A real 802.3bt port that feeds a device with two signatures, as a Catalyst 9000 sends it.
const BT: [u8; 25] =
    [0x0f, 1, 5, 0x13, 0x02, 0xc6, 0x01, 0xfe, 1, 0x63, 1, 0x63, 0, 0xff, 0, 0xff, 0xce, 0x4f, 0, 1, 0xfe, 0, 0, 0, 0];

#[test]
fn power_of_802_3bt_is_read_bit_by_bit() {
    let power = dot3::Power::parse(&BT).expect("25 bytes");
    let tenths = Watts::from_tenths;
    let class4 = Class::new(4);
    assert_eq!(
        (power.feeds, power.supported, power.enabled, power.pairs_chosen, power.pairs, power.class),
        (true, true, true, true, 1, class4)
    );
    let at = power.at.expect("the part of 802.3at");
    assert_eq!((at.power_type, at.is_pd, at.source, at.priority), (2, false, 1, 3));
    assert_eq!((at.requested, at.allocated), (tenths(710), tenths(510)));
    let bt = power.bt.expect("the part of 802.3bt");
    assert_eq!(bt.requested_by_mode, [tenths(355), tenths(355)]);
    assert_eq!(bt.allocated_by_alternative, [tenths(255), tenths(255)]);
    assert_eq!((bt.pse_status, bt.pd_status, bt.pairs, bt.class_by_mode), (3, 0, 3, [class4, class4]));
    assert_eq!((bt.class, bt.dual_signature, bt.power_type, bt.max_available), (None, true, Some(3), tenths(510)));
    assert_eq!((power.best_class(), power.best_type()), (None, Some(3)));
}

#[test]
fn a_device_with_one_signature_has_its_class_of_802_3bt_and_the_shorter_form_does_not_hide_it() {
    let mut one = BT;
    // Status: four pairs to one signature, both alternatives, class 8; setup: a type 4 port.
    (one[16], one[17], one[18]) = (0x9f, 0xf8, 2);
    let long = organization(dot3::OUI, 2, &one);
    let short = organization(dot3::OUI, 2, &BT[..8]);
    for order in [[&long, &short], [&short, &long]] {
        let read = parse(&frame(&[(127, order[0]), (127, order[1])])).expect("well formed");
        let power = read.power.expect("power");
        assert_eq!((power.best_class(), power.best_type()), (Class::new(8), Some(4)));
        assert_eq!(power.bt.map(|bt| bt.class_by_mode), Some([None, None]));
        assert_eq!(read.faults, []);
    }
    assert_eq!(fields(&[(127, &long), (127, &long)]), ["repeated power via MDI"]);
}

#[test]
fn power_of_every_older_length_is_read_and_a_cut_one_is_named() {
    let oldest = dot3::Power::parse(&BT[..3]).expect("3 bytes");
    assert_eq!((oldest.at, oldest.bt, oldest.best_class(), oldest.best_type()), (None, None, Class::new(4), None));
    for length in [0, 1, 2, 4, 7, 9, 24] {
        assert!(dot3::Power::parse(&BT[..length]).is_err(), "{length}");
    }
    let of = |kind: u8| {
        let at = dot3::Power::parse(&[7, 1, 5, kind, 0, 255, 0, 255]).expect("8 bytes").at.expect("802.3at");
        (at.power_type, at.is_pd)
    };
    assert_eq!([of(0xc0), of(0x80), of(0x40), of(0)], [(1, true), (1, false), (2, true), (2, false)]);
    assert_eq!(dot3::Power::parse(&[7, 1, 0]).map(|power| power.class), Ok(None));
}

#[test]
fn what_is_kept_of_a_frame_is_bounded() {
    let many: Vec<Vec<u8>> = (0..100).map(|vlan| organization(dot1::OUI, 3, &[0, vlan + 1, 1, b'v'])).collect();
    let mut tlvs: Vec<(u8, &[u8])> = many.iter().map(|value| (127, value.as_slice())).collect();
    tlvs.extend([(7, &[][..]); 100]);
    let read = parse(&frame(&tlvs)).expect("chassis, port and TTL");
    assert_eq!((read.vlans.len(), read.faults.len()), (MAX_KEPT, MAX_KEPT));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(name in "[a-z0-9-]{0,40}", vlan in 1u16..4095, ip: u32, interface: u32, frame_size: u16) {
        let mut management = vec![5, 1];
        management.extend(ip.to_be_bytes());
        management.push(2);
        management.extend(interface.to_be_bytes());
        management.push(0);
        let port_vlan = organization(dot1::OUI, 1, &vlan.to_be_bytes());
        let max_frame = organization(dot3::OUI, 4, &frame_size.to_be_bytes());
        let read = parse(&frame(&[(5, name.as_bytes()), (8, &management), (127, &port_vlan), (127, &max_frame)]));
        let read = read.expect("well formed");
        prop_assert_eq!(read.system_name, Some(name));
        prop_assert_eq!(read.management, vec![Management { address: Ipv4Addr::from(ip).into(), numbering: 2, interface }]);
        prop_assert_eq!((read.port_vlan, read.max_frame, read.faults), (VlanId::new(vlan), Some(frame_size), vec![]));
    }
}
