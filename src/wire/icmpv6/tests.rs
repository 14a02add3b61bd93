use super::*;
use crate::wire::{Body, decode};

const US: Sender = Sender { mac: Mac([2, 0, 0, 0, 0, 1]), ip: Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1) };

fn ip(text: &str) -> Ipv6Addr {
    text.parse().expect("an address")
}

fn message(frame: &[u8]) -> Message {
    match decode(frame).expect("a frame of ours").body {
        Body::Icmp6 { message, .. } => message,
        other => panic!("{other:?}"),
    }
}

/// The bytes that a message was captured as, in hexadecimal.
fn bytes(text: &str) -> Vec<u8> {
    let digits = crate::net::hex_digits(&text.replace([' ', '\n'], "")).expect("digits");
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[test]
fn a_solicitation_says_who_asks_unless_it_asks_for_an_address_of_ours() {
    let target = ip("2001:db8::9");
    let asks = message(&solicitation_frame(US, target, None));
    assert_eq!(asks, Message::NeighbourSolicitation { target, card: Some(US.mac) });
    let nameless = message(&solicitation_frame(Sender { ip: Ipv6Addr::UNSPECIFIED, ..US }, target, None));
    assert_eq!(nameless, Message::NeighbourSolicitation { target, card: None });
    let alone = solicitation_frame(US, target, Some(Mac([2; 6])));
    assert_eq!(decode(&alone).map(|packet| packet.destination), Ok(Mac([2; 6])));
    assert_eq!(message(&router_solicitation_frame(US)), Message::RouterSolicitation { card: Some(US.mac) });
}

#[test]
fn checksums_are_right() {
    let frames = [
        echo_frame(US, Receiver::group(ipv6::ALL_NODES), 7, 9),
        solicitation_frame(US, ip("fe80::9"), None),
        router_solicitation_frame(US),
    ];
    for frame in frames {
        let packet = Ipv6Packet::new(&frame[14..]).expect("a packet");
        let length = usize::from(packet.get_payload_length());
        let message = &frame[54..54 + length];
        let sum = checksum(&Icmpv6Packet::new(message).expect("a message"), &packet.get_source(), &packet.get_destination());
        assert_eq!(sum.to_be_bytes(), message[2..4]);
    }
}

#[test]
fn a_router_that_finds_a_packet_too_big_names_it_and_what_it_takes() {
    let far = Receiver { mac: Mac([2; 6]), ip: ip("2001:db8::53") };
    let sent = echo_frame_of(US, far, 64, 0x746d, 1500, 1500);
    assert_eq!(sent.len(), 14 + 1500);
    assert_eq!(message(&sent), Message::EchoRequest { identifier: 0x746d, sequence: 1500 });
    let told = |original: &[u8]| [&[2, 0, 0, 0, 0, 0, 0x05, 0x78], original].concat();
    let expected = Message::TooBig { destination: far.ip, identifier: Some(0x746d), next_hop: 1400 };
    assert_eq!(parse(&told(&sent[14..][..1232])), Ok(expected));
    let other = solicitation_frame(US, far.ip, Some(far.mac));
    let expected = Message::TooBig { destination: far.ip, identifier: None, next_hop: 1400 };
    assert_eq!(parse(&told(&other[14..])), Ok(expected));
    assert_eq!(parse(&told(&sent[14..][..39])).map_err(|bad| bad.field), Err("invoking packet"));
    assert_eq!(parse(&[2, 0, 0, 0, 0]).map_err(|bad| bad.field), Err("MTU"));
}

#[test]
fn the_unknown_option_stands_before_an_echo_request_or_nothing() {
    let to = Receiver::group(ipv6::ALL_NODES);
    assert_eq!(message(&unknown_option_frame(US, to, Some((1, 2)))), Message::EchoRequest { identifier: 1, sequence: 2 });
    let bare = unknown_option_frame(US, to, None);
    assert_eq!(decode(&bare).map(|packet| packet.body), Ok(Body::Other));
    assert_eq!((bare[20], bare[54], bare[56]), (60, 59, 0x80));
}

#[test]
fn a_parameter_problem_quotes_our_packet() {
    let quoted = &unknown_option_frame(US, Receiver::group(ipv6::ALL_NODES), None)[14..];
    let problem = [&[4, UNRECOGNIZED_OPTION, 0, 0, 0, 0, 0, 42], quoted].concat();
    assert_eq!(parse(&problem), Ok(Message::ParameterProblem { code: UNRECOGNIZED_OPTION, about: US.ip }));
    assert_eq!(parse(&problem[..20]).map_err(|bad| bad.field), Err("invoking packet"));
}

#[test]
fn an_advertisement_tells_its_flags_and_the_card() {
    let told = bytes("8800 0000 e000 0000 20010db8000000000000000000000009 0201 b827eb000001");
    let expected = Message::NeighbourAdvertisement {
        target: ip("2001:db8::9"),
        card: Some(Mac([0xb8, 0x27, 0xeb, 0, 0, 1])),
        router: true,
        solicited: true,
        overrides: true,
    };
    assert_eq!(parse(&told), Ok(expected));
    assert_eq!(parse(&told[..23]).map_err(|bad| bad.field), Err("target address"));
    let mut endless = told.clone();
    endless[25] = 0;
    assert_eq!(parse(&endless).map_err(|bad| (bad.field, bad.offset)), Err(("option length", 25)));
    let group = bytes("8800 0000 e000 0000 ff020000000000000000000000000001");
    assert_eq!(parse(&group).map_err(|bad| bad.field), Err("target address"));
}

#[test]
fn a_router_tells_prefixes_mtu_and_name_servers() {
    let told = bytes(
        "8600 0000 40 c8 0708 00000000 00000000
         0304 40 c0 00015180 00003840 00000000 20010db8000100020000000000000000
         0501 0000 000005dc
         1903 0000 00000258 20010db8000100020000000000000053
         0101 02000000000a",
    );
    let Ok(Message::RouterAdvertisement(told)) = parse(&told) else { panic!("{:?}", parse(&told)) };
    let prefix = PrefixTold {
        prefix: "2001:db8:1:2::/64".parse().expect("a prefix"),
        on_link: true,
        autonomous: true,
        valid_s: 86_400,
        preferred_s: 14_400,
    };
    let expected = RouterAdvertisement {
        lifetime_s: 1800,
        managed: true,
        other: true,
        preference: Preference::High,
        hop_limit: 64,
        mtu: Some(1500),
        prefixes: vec![prefix],
        dns: vec![ip("2001:db8:1:2::53")],
        card: Some(Mac([2, 0, 0, 0, 0, 10])),
    };
    assert_eq!(*told, expected);
}

#[test]
fn a_prefix_longer_than_an_address_is_refused() {
    let told =
        bytes("8600 0000 40 00 0708 00000000 00000000 0304 81 c0 00015180 00003840 00000000 20010db8000100020000000000000000");
    assert_eq!(parse(&told).map_err(|bad| bad.field), Err("prefix length"));
}

#[test]
fn listeners_are_asked_and_tell_in_both_versions() {
    let query = bytes("8200 0000 03e8 0000 00000000000000000000000000000000");
    assert_eq!(parse(&query), Ok(Message::ListenerQuery(Query { group: Ipv6Addr::UNSPECIFIED, max_response: 1000 })));
    let report = bytes("8300 0000 0000 0000 ff0200000000000000000001ff000009");
    assert_eq!(parse(&report), Ok(Message::ListenerReport(Report { groups: vec![ip("ff02::1:ff00:9")] })));
    let both = bytes("8f00 0000 0000 0002 04000000 ff0200000000000000000001ff000009 04000000 ff0200000000000000000001ff00000a");
    let groups = vec![ip("ff02::1:ff00:9"), ip("ff02::1:ff00:a")];
    assert_eq!(parse(&both), Ok(Message::ListenerReport(Report { groups })));
    let mut lying = both.clone();
    lying[7] = 3;
    assert_eq!(parse(&lying).map_err(|bad| bad.field), Err("address record"));
    // A record that says that 65,535 sources follow.
    lying[10..12].copy_from_slice(&[0xff, 0xff]);
    assert_eq!(parse(&lying).map_err(|bad| bad.field), Err("address record"));
}
