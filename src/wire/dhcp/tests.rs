//! Questions as servers read them, and answers as no server should write them.

use proptest::prelude::*;

use super::options::{ADDRESSES, TEXT};
use super::*;
use crate::wire::{Body, decode};

const US: Sender = Sender { mac: Mac([2, 0, 0, 0, 0, 1]), ip: Ipv4Addr::new(10, 0, 0, 90) };

fn payload(frame: &[u8]) -> Vec<u8> {
    match decode(frame).expect("a frame of ours").body {
        Body::Udp { payload, source_port: CLIENT_PORT, destination_port: SERVER_PORT, .. } => payload.to_vec(),
        other => panic!("{other:?}"),
    }
}

/// An answer with these options, and with what else the test writes into its fixed fields.
fn answer(options: &[&[u8]], change: impl FnOnce(&mut [u8])) -> Vec<u8> {
    let mut bytes = vec![0; FIXED_LEN];
    bytes[..3].copy_from_slice(&[2, 1, 6]);
    bytes[4..8].copy_from_slice(&Question::Discover.xid().to_be_bytes());
    bytes[16..20].copy_from_slice(&[10, 0, 0, 100]);
    bytes[28..34].copy_from_slice(&US.mac.0);
    bytes[236..].copy_from_slice(&[99, 130, 83, 99]);
    change(&mut bytes);
    bytes.extend(options.concat());
    bytes.push(255);
    bytes
}

fn reply(bytes: &[u8]) -> Reply {
    match parse(bytes) {
        Ok(Heard::Answered(reply)) => *reply,
        other => panic!("{other:?}"),
    }
}

const OFFER: &[u8] = &[53, 1, 2];
const SERVER: &[u8] = &[54, 4, 10, 0, 0, 1];

#[test]
fn no_question_of_ours_takes_a_lease_or_shows_another_card() {
    for asked in [Question::Inform, Question::Discover, Question::NetBoot] {
        let frame = question(asked, US, 0);
        let packet = decode(&frame).expect("a frame of ours");
        assert_eq!((packet.source, packet.destination), (US.mac, Mac::BROADCAST));
        let bytes = payload(&frame);
        assert_eq!(
            parse(&bytes),
            Ok(Heard::Asked { xid: asked.xid(), client: US.mac, about: (asked == Question::Inform).then_some(US.ip) })
        );
        assert_eq!(Question::of_xid(asked.xid()), Some(asked));
        let kinds: Vec<u8> = if asked == Question::Inform { vec![53, 1, 8] } else { vec![53, 1, 1] };
        assert!(bytes.windows(3).any(|window| window == kinds), "{asked:?}");
        assert!(bytes.windows(3).all(|window| window != [53, 1, 3]), "{asked:?} is a REQUEST");
        let own = if asked == Question::Inform { US.ip.octets() } else { [0; 4] };
        assert_eq!(bytes[12..16], own);
        assert!(bytes.len() >= 300);
    }
}

#[test]
fn asking_for_an_address_is_a_discover_with_option_50_and_a_transaction_of_its_own() {
    let wanted = Ipv4Addr::new(10, 0, 0, 120);
    let bytes = payload(&pool_question(7, wanted, US));
    assert!(
        bytes.windows(3).any(|window| window == [53, 1, 1]) && bytes.windows(6).any(|window| window == [50, 4, 10, 0, 0, 120])
    );
    let Ok(Heard::Asked { xid, client, about }) = parse(&bytes) else { panic!("a question of ours") };
    assert!(is_pool_xid(xid) && !is_lease_xid(xid) && Question::of_xid(xid).is_none());
    assert_eq!((client, about), (US.mac, Some(wanted)));
}

#[test]
fn a_lease_query_goes_from_relay_port_to_server_port_and_names_no_card() {
    let (about, server) = (Ipv4Addr::new(10, 0, 0, 120), Receiver { mac: Mac([2; 6]), ip: Ipv4Addr::new(10, 0, 0, 1) });
    let frame = lease_question(3, about, US, server);
    let packet = decode(&frame).expect("a frame of ours");
    let Body::Udp { ip, source_port: SERVER_PORT, destination_port: SERVER_PORT, payload: bytes } = packet.body else { panic!() };
    assert_eq!((ip.source, ip.destination, packet.destination), (US.ip, server.ip, server.mac));
    assert_eq!((bytes[1], bytes[2], &bytes[24..28]), (0, 0, &US.ip.octets()[..]));
    let Ok(Heard::Asked { xid, about: asked, .. }) = parse(bytes) else { panic!("a question of ours") };
    assert!(is_lease_xid(xid));
    assert_eq!(asked, Some(about));
}

#[test]
fn an_answer_to_a_lease_query_is_read_whether_or_not_it_names_a_card() {
    let of = |kind: u8, hlen: u8, more: &[&[u8]]| {
        let bytes = answer(&[&[&[53, 1, kind][..], SERVER].concat(), &more.concat()], |bytes| {
            bytes[2] = hlen;
            bytes[12..16].copy_from_slice(&[10, 0, 0, 120]);
            bytes[16..20].fill(0);
        });
        match parse(&bytes) {
            Ok(Heard::Lease(reply)) => *reply,
            other => panic!("{other:?}"),
        }
    };
    let active = of(13, 6, &[&[51, 4, 0, 0, 14, 16], &[61, 3, 0, 0xca, 0xfe], b"\x0c\x02pc"]);
    assert_eq!((active.says, active.client, active.lease_s), (Says::Active, Some(US.mac), Some(3600)));
    assert_eq!((active.client_id.as_deref(), active.name.as_deref()), (Some("00cafe"), Some("pc")));
    assert_eq!((active.address, active.server), (Ipv4Addr::new(10, 0, 0, 120), Some(Ipv4Addr::new(10, 0, 0, 1))));
    assert_eq!((of(11, 0, &[]).says, of(11, 0, &[]).client, of(12, 0, &[]).says), (Says::Unassigned, None, Says::Unknown));
}

#[test]
fn an_offer_is_read_with_everything_that_clients_use() {
    let bytes = answer(
        &[
            OFFER,
            SERVER,
            &[1, 4, 255, 255, 255, 0],
            &[3, 4, 10, 0, 0, 1],
            &[6, 8, 10, 0, 0, 1, 9, 9, 9, 9],
            b"\x0f\x03lan",
            &[51, 4, 0, 0, 14, 16],
            &[43, 2, 0xca, 0xfe],
            b"\x42\x04tftp",
            &[150, 4, 10, 0, 0, 5],
        ],
        |bytes| {
            bytes[24..28].copy_from_slice(&[10, 0, 0, 254]);
            bytes[108..113].copy_from_slice(b"pxe.0");
        },
    );
    let reply = reply(&bytes);
    assert_eq!((reply.kind, reply.client), (Kind::Offer, US.mac));
    assert_eq!(reply.address, Some(Ipv4Addr::new(10, 0, 0, 100)));
    assert_eq!((reply.server, reply.relay), (Some(Ipv4Addr::new(10, 0, 0, 1)), Some(Ipv4Addr::new(10, 0, 0, 254))));
    let set = reply.settings;
    assert_eq!((set.mask, set.lease_s), (Some(Ipv4Addr::new(255, 255, 255, 0)), Some(3600)));
    assert_eq!(set.dns, [Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(9, 9, 9, 9)]);
    assert_eq!((set.domain.as_deref(), set.vendor.as_deref(), set.tftp.as_deref()), (Some("lan"), Some("cafe"), Some("tftp")));
    assert_eq!((set.boot_file.as_deref(), set.tftp_addresses.len()), (Some("pxe.0"), 1));
    assert!(set.unreadable.is_empty());
}

#[test]
fn a_missing_server_id_is_missing_and_a_wrong_cookie_is_malformed() {
    assert_eq!(reply(&answer(&[OFFER], |_| ())).server, None);
    let wrong = answer(&[OFFER], |bytes| bytes[239] = 0);
    assert_eq!(parse(&wrong).map_err(|bad| (bad.field, bad.offset)), Err(("magic cookie", 236)));
    assert_eq!(parse(&wrong[..100]).map_err(|bad| bad.field), Err("header"));
    assert_eq!(parse(&answer(&[OFFER], |bytes| bytes[0] = 9)).map_err(|bad| bad.field), Err("op"));
}

#[test]
fn options_that_overflow_into_file_and_sname_are_read_there() {
    let bytes = answer(&[OFFER, &[52, 1, 3]], |bytes| {
        bytes[108..115].copy_from_slice(&[3, 4, 10, 0, 0, 7, 255]);
        bytes[44..51].copy_from_slice(&[54, 4, 10, 0, 0, 8, 255]);
    });
    let reply = reply(&bytes);
    assert_eq!(reply.settings.routers, [Ipv4Addr::new(10, 0, 0, 7)]);
    assert_eq!((reply.server, reply.settings.boot_file), (Some(Ipv4Addr::new(10, 0, 0, 8)), None));
}

#[test]
fn options_of_a_wrong_length_are_named_and_the_rest_is_read() {
    let bytes = answer(&[OFFER, &[1, 3, 255, 255, 255], &[3, 5, 10, 0, 0, 1, 9], &[51, 1, 0], SERVER], |_| ());
    let reply = reply(&bytes);
    assert_eq!(reply.server, Some(Ipv4Addr::new(10, 0, 0, 1)));
    assert_eq!(reply.settings.routers, [Ipv4Addr::new(10, 0, 0, 1)]);
    assert_eq!(reply.settings.unreadable, [1, 3, 51]);
}

#[test]
fn an_option_that_comes_twice_is_one_value_and_named_where_that_is_none() {
    let twice = &[1, 4, 255, 255, 255, 0, 1, 4, 255, 255, 0, 0, 6, 4, 10, 0, 0, 1, 6, 4, 10, 0, 0, 2][..];
    let set = reply(&answer(&[OFFER, SERVER, twice], |_| ())).settings;
    assert_eq!((set.mask, set.unreadable), (None, vec![1]));
    assert_eq!(set.dns, [Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2)]);
}

#[test]
fn routes_and_search_lists_are_read_and_a_pointer_in_circles_is_named() {
    let list = b"\x77\x0e\x04corp\x03lan\x00\x01a\xc0\x05";
    let routes = &[121, 14, 8, 10, 10, 0, 0, 9, 0, 10, 0, 0, 1, 32, 1, 2][..];
    let set = reply(&answer(&[OFFER, SERVER, list, routes], |_| ())).settings;
    assert_eq!(set.search, ["corp.lan", "a.lan"]);
    assert_eq!(set.route_list, ["10.0.0.0/8 via 10.0.0.9", "0.0.0.0/0 via 10.0.0.1"]);
    assert_eq!(set.unreadable, [121]);
    let circles = reply(&answer(&[OFFER, SERVER, b"\x77\x04\x01a\xc0\x00", &[121, 1, 33]], |_| ())).settings;
    assert_eq!((circles.search.len(), circles.unreadable), (0, vec![121, 119]));
}

#[test]
fn oversize_names_and_lists_are_bounded_and_trailing_garbage_is_no_fault() {
    let long = [&[15, 250][..], &[b'x'; 250]].concat();
    let list = [&[6, 200][..], &[9; 200]].concat();
    let mut bytes = answer(&[OFFER, &long, &long, &list], |_| ());
    bytes.extend([0xff, 0x00, 0x13, 0x37]);
    let set = reply(&bytes).settings;
    assert_eq!((set.domain.map(|domain| domain.len()), set.dns.len()), (Some(TEXT), ADDRESSES));
}

#[test]
fn bootp_and_other_hardware_are_neither_answers_nor_faults() {
    assert_eq!(parse(&answer(&[], |_| ())), Ok(Heard::Other));
    assert_eq!(parse(&answer(&[OFFER], |bytes| bytes[2] = 255)), Ok(Heard::Other));
}

proptest! {
    #[test]
    fn options_of_any_bytes_are_read_within_their_bounds(
        options in prop::collection::vec(any::<u8>(), 0..1300),
        fixed in prop::collection::vec(any::<u8>(), 192),
        overload in 0_u8..4,
    ) {
        let bytes = answer(&[OFFER, &[52, 1, overload], &options], |bytes| bytes[44..236].copy_from_slice(&fixed));
        if let Ok(Heard::Answered(reply)) = parse(&bytes) {
            prop_assert!(reply.settings.dns.len() <= ADDRESSES);
            prop_assert!(reply.settings.unreadable.len() <= 16);
        }
    }
}
