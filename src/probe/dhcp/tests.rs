//! The probe in virtual time.

use std::net::Ipv4Addr;

use super::*;
use crate::net::Targets;
use crate::probe::{Errand, Identity, Rate, Surroundings, Switching};
use crate::wire::ipv4::{Receiver, udp_frame};
use crate::wire::{Packet, decode};

const US: Mac = Mac([2, 0, 0, 0, 0, 1]);
const BOX: Sender = Sender { mac: Mac([2, 0, 0, 0, 0, 9]), ip: Ipv4Addr::new(10, 0, 0, 1) };

fn probe(addresses: &[&str]) -> DhcpProbe {
    let addresses = addresses.iter().map(|net| net.parse().expect("a prefix")).collect();
    let survey = Survey {
        errand: Errand::Dhcp,
        identity: Identity { mac: US, addresses, addresses6: vec![], siblings: Vec::new() },
        targets: Targets::default(),
        rate: Rate::Max,
        quick: false,
        resolvers: Vec::new(),
        port: 0,
        asking: Default::default(),
        surroundings: Surroundings::default(),
        power: Default::default(),
        switching: Switching::default(),
        budget_ms: None,
    };
    DhcpProbe::new(&survey)
}

/// Everything that is sent, with its time in milliseconds, and when the probe is done.
fn run(probe: &mut DhcpProbe) -> (Vec<(u64, Vec<u8>)>, u64) {
    let (mut now, mut sent) = (Moment::default(), Vec::new());
    loop {
        match probe.poll(now) {
            Want::Send(frame) => {
                let packet = decode(&frame).expect("a frame of ours");
                assert!(probe.hear(&Heard { at: now, what: What::Sent(&packet) }).is_empty());
                sent.push((now.ms(), frame));
            }
            Want::Wait(until) => now = until,
            Want::Done => return (sent, now.ms()),
            Want::Ask(..) | Want::Sound(_) => panic!("no server is asked by way of the kernel"),
        }
    }
}

fn questions(sent: &[(u64, Vec<u8>)]) -> Vec<(u64, Question)> {
    let of = |frame: &[u8]| match decode(frame).expect("a frame of ours").body {
        Body::Udp { payload, .. } => match dhcp::parse(payload) {
            Ok(dhcp::Heard::Asked { xid, client: US, .. }) => Question::of_xid(xid).expect("a question of ours"),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    sent.iter().map(|(at, frame)| (*at, of(frame))).collect()
}

/// An answer to the question of this transaction, for this client; `kind` is its message type.
fn reply(xid: u32, client: Mac, kind: u8) -> Vec<u8> {
    let mut bytes = vec![0; 240];
    bytes[..3].copy_from_slice(&[2, 1, 6]);
    bytes[4..8].copy_from_slice(&xid.to_be_bytes());
    bytes[28..34].copy_from_slice(&client.0);
    bytes[236..].copy_from_slice(&[99, 130, 83, 99]);
    bytes.extend([53, 1, kind, 54, 4, 10, 0, 0, 1, 255]);
    bytes
}

fn heard(probe: &mut DhcpProbe, payload: &[u8], change: impl FnOnce(&mut Packet<'_>)) -> Vec<Fact> {
    let to = Receiver { mac: Mac::BROADCAST, ip: Ipv4Addr::BROADCAST };
    let frame = udp_frame(BOX, SERVER_PORT, to, CLIENT_PORT, payload);
    let mut packet = decode(&frame).expect("a frame of the test");
    change(&mut packet);
    probe.hear(&Heard { at: Moment::default(), what: What::Received(&packet) })
}

#[test]
fn inform_goes_first_and_the_last_question_is_listened_for_longer_than_servers_ping() {
    let mut probe = probe(&["10.0.0.90/24"]);
    let (sent, done) = run(&mut probe);
    let round = [Question::Inform, Question::Discover, Question::NetBoot];
    let expected: Vec<(u64, Question)> = [0, 20, 40, 1300, 1320, 1340].into_iter().zip(round.repeat(2)).collect();
    assert_eq!(questions(&sent), expected);
    assert_eq!(done, 1340 + 4500);
    let asked = DhcpAsked { informs: 2, discovers: 4, listened_ms: 4500, ..DhcpAsked::default() };
    assert_eq!(probe.conclude(), [Fact::DhcpAsked(asked)]);
}

#[test]
fn without_an_address_only_discover_is_sent() {
    let mut probe = probe(&[]);
    let (sent, _) = run(&mut probe);
    assert!(questions(&sent).iter().all(|(_, question)| *question != Question::Inform));
    assert_eq!(sent.len(), 4);
}

#[test]
fn an_answer_is_to_our_question_only_with_our_card() {
    let mut probe = probe(&["10.0.0.90/24"]);
    let how = |facts: Vec<Fact>| match facts.as_slice() {
        [Fact::DhcpAnswered(answer)] => answer.how,
        other => panic!("{other:?}"),
    };
    let ours = Question::Discover.xid();
    assert_eq!(how(heard(&mut probe, &reply(ours, US, 2), |_| ())), Asked::Discover);
    assert_eq!(how(heard(&mut probe, &reply(ours, BOX.mac, 2), |_| ())), Asked::Overheard);
    assert_eq!(how(heard(&mut probe, &reply(77, US, 5), |_| ())), Asked::Overheard);
}

#[test]
fn another_vlan_is_not_heard_and_a_wrong_cookie_is_told() {
    let mut probe = probe(&[]);
    let mut bytes = reply(1, US, 2);
    assert!(heard(&mut probe, &bytes, |packet| packet.vlan = crate::net::VlanId::new(20)).is_empty());
    bytes[236] = 0;
    let told = heard(&mut probe, &bytes, |_| ());
    assert_eq!(told, [Fact::Malformed { protocol: "DHCP".into(), field: "magic cookie".into() }]);
}

#[test]
fn a_look_that_asked_nothing_concludes_nothing() {
    assert!(probe(&["10.0.0.90/24"]).conclude().is_empty());
}
