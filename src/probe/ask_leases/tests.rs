//! The queries in virtual time.

use super::*;
use crate::observe::DhcpAnswer;
use crate::probe::Asking;
use crate::wire::Sender;
use crate::wire::decode;
use crate::wire::dhcp::{Kind, Settings};
use crate::wire::ipv4::udp_frame;

const US: Mac = Mac([2, 0, 0, 0, 0, 1]);
const BOX: Sender = Sender { mac: Mac([2, 0, 0, 0, 0, 9]), ip: Ipv4Addr::new(10, 0, 0, 1) };

fn ip(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, last)
}

/// A probe that has found one server, and is to ask about two addresses.
fn probe(addresses: &[&str]) -> AskLeases {
    let asking = Asking { leases: true, about: vec![ip(7), ip(8)], started_s: 1_000_000, ..Asking::default() };
    let addresses = addresses.iter().map(|net| net.parse().expect("a prefix")).collect();
    let mut probe = AskLeases::new(&Survey {
        identity: Identity { mac: US, addresses, addresses6: vec![], siblings: vec![] },
        asking,
        ..Survey::of_capture()
    });
    let answer = DhcpAnswer {
        how: Asked::Inform,
        kind: Kind::Ack,
        server: Some(BOX.ip),
        mac: BOX.mac,
        source: BOX.ip,
        relay: None,
        offered: None,
        settings: Settings::default(),
    };
    probe.learn(Moment::default(), &Fact::DhcpAnswered(Box::new(answer)));
    probe
}

/// An answer about an address, to the query of this number.
fn answer(number: u8, about: Ipv4Addr, kind: u8) -> Vec<u8> {
    let mut bytes = vec![0; 240];
    bytes[..3].copy_from_slice(&[2, 1, 6]);
    bytes[4..8].copy_from_slice(&(0x7472_0200 | u32::from(number)).to_be_bytes());
    bytes[12..16].copy_from_slice(&about.octets());
    bytes[28..34].copy_from_slice(&[6; 6]);
    bytes[236..].copy_from_slice(&[99, 130, 83, 99]);
    bytes.extend([53, 1, kind, 54, 4, 10, 0, 0, 1, 51, 4, 0, 0, 14, 16, 61, 7, 1, 6, 6, 6, 6, 6, 6, 255]);
    let to = Receiver { mac: US, ip: ip(90) };
    udp_frame(BOX, SERVER_PORT, to, SERVER_PORT, &bytes)
}

/// Runs the probe to its end; answers each query with `answers` (a message type), where there is one.
fn run(probe: &mut AskLeases, answers: Option<u8>) -> (Vec<Ipv4Addr>, Vec<Fact>, u64) {
    let (mut now, mut asked, mut facts) = (Moment::default(), Vec::new(), Vec::new());
    loop {
        match probe.poll(now) {
            Want::Send(frame) => {
                let packet = decode(&frame).expect("a frame of ours");
                assert_eq!(packet.destination, BOX.mac);
                probe.hear(&Heard { at: now, what: What::Sent(&packet) });
                let Body::Udp { payload, .. } = packet.body else { panic!("{packet:?}") };
                let Ok(dhcp::Heard::Asked { about: Some(about), .. }) = dhcp::parse(payload) else { panic!("a query") };
                if let Some(kind) = answers {
                    let frame = answer(asked.len() as u8, about, kind);
                    let packet = decode(&frame).expect("a frame of the test");
                    let heard = probe.hear(&Heard { at: now, what: What::Received(&packet) });
                    heard.iter().for_each(|fact| probe.learn(now, fact));
                    facts.extend(heard);
                }
                asked.push(about);
            }
            Want::Wait(until) => now = until,
            other => {
                assert_eq!(other, Want::Done);
                return (asked, facts, now.ms());
            }
        }
    }
}

#[test]
fn a_server_that_answers_is_asked_about_every_address_and_its_answers_are_leases() {
    let mut probe = probe(&["10.0.0.90/24"]);
    let (asked, facts, _) = run(&mut probe, Some(13));
    assert_eq!(asked, [ip(7), ip(8)]);
    let Some(Fact::LeaseHeld { file, lease }) = facts.get(1) else { panic!("{facts:?}") };
    assert_eq!((file.as_str(), lease.ip, lease.mac, lease.line), ("10.0.0.1 (DHCPLEASEQUERY)", ip(7), Some(Mac([6; 6])), 0));
    assert_eq!((lease.ends, lease.client_id.as_deref()), (Ends::At(1_000_000 + 1 + 3600), None));
    assert_eq!(probe.conclude(), [Fact::DhcpAsked(DhcpAsked { queries: 2, ..DhcpAsked::default() })]);
}

#[test]
fn a_silent_server_is_asked_twice_about_one_address_and_said_to_be_silent() {
    let mut probe = probe(&["10.0.0.90/24"]);
    let (asked, facts, done) = run(&mut probe, None);
    assert_eq!((asked, facts.len(), done), (vec![ip(7), ip(7)], 0, 1500 + 600 + 600));
    let silent = Fact::LeaseAsked { server: BOX.ip, address: ip(7), says: Says::Silent };
    assert_eq!(probe.conclude()[0], silent);
}

#[test]
fn without_an_address_of_ours_nobody_is_asked_and_what_nobody_asked_is_not_taken() {
    assert!(run(&mut probe(&[]), Some(13)).0.is_empty());
    let frame = answer(0, ip(7), 13);
    let packet = decode(&frame).expect("a frame of the test");
    assert!(probe(&["10.0.0.90/24"]).hear(&Heard { at: Moment::default(), what: What::Received(&packet) }).is_empty());
}
