use super::*;
use crate::probe::{Errand, Rate, Surroundings, Switching};
use crate::wire::Sender;
use crate::wire::decode;
use crate::wire::ipv4::echo_frame;

const GATEWAY: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 254);
const FAR: Ipv4Addr = Ipv4Addr::new(9, 9, 9, 9);
const ROUTER: Mac = Mac([2, 0, 0, 0, 0, 0xfe]);
const US: Mac = Mac([2; 6]);

fn probe(mtu: Option<u16>) -> PathMtu {
    PathMtu::new(&Survey {
        asking: Default::default(),
        errand: Errand::Diagnose,
        identity: Identity {
            mac: US,
            addresses: vec!["10.0.0.1/24".parse().expect("a prefix")],
            siblings: vec![],
            addresses6: vec![],
        },
        targets: "10.0.0.0/24".parse().expect("a prefix"),
        rate: Rate::Max,
        quick: false,
        resolvers: ["9.9.9.9:53", "10.0.0.53:53", "127.0.0.1:53"].map(|server| server.parse().expect("a server")).into(),
        port: 40_000,
        surroundings: Surroundings { gateways: vec![GATEWAY.into()], mtu, ..Surroundings::default() },
        power: Default::default(),
        switching: Switching::default(),
        budget_ms: None,
    })
}

/// The gateway answers ARP.
fn met(probe: &mut PathMtu) {
    let how = crate::observe::Claim::Reply;
    probe.learn(Moment::default(), &Fact::AddressClaimed { ip: GATEWAY.into(), mac: ROUTER, how, rtt_us: None, via: None });
}

/// Drives it over a network that answers packets up to a size, in virtual time; what it told, and when it was done.
fn driven(probe: &mut PathMtu, answers: impl Fn(Ipv4Addr, u16) -> bool) -> (Vec<Fact>, Moment) {
    let (mut now, mut facts) = (Moment::default(), Vec::new());
    loop {
        match probe.poll(now) {
            Want::Done => return (facts, now),
            Want::Wait(until) => now = until,
            Want::Send(frame) => {
                let sent = decode(&frame).expect("a frame of ours");
                assert_eq!((sent.source, sent.destination), (US, ROUTER), "what is far goes by the gateway too");
                let Body::Icmp { ip, message: Icmp::EchoRequest { sequence, .. } } = sent.body else { panic!("no echo") };
                let mut told = probe.hear(&Heard { at: now, what: What::Sent(&sent) });
                if answers(ip.destination, sequence) {
                    let from = Sender { mac: ROUTER, ip: ip.destination };
                    let mut reply = echo_frame(from, Receiver { mac: US, ip: ip.source }, 64, IDENTIFIER, sequence);
                    // The type of an echo reply.
                    reply[34] = 0;
                    let reply = decode(&reply).expect("a reply");
                    told.extend(probe.hear(&Heard { at: now, what: What::Received(&reply) }));
                }
                told.iter().for_each(|fact| probe.learn(now, fact));
                facts.extend(told);
            }
            other => panic!("{other:?}"),
        }
    }
}

fn count(facts: &[Fact], of: Ipv4Addr, wanted: Fate) -> usize {
    facts.iter().filter(|fact| matches!(fact, Fact::PathSized { ip, fate, .. } if *ip == of && *fate == wanted)).count()
}

#[test]
fn a_wide_way_takes_one_packet() {
    let mut probe = probe(Some(1500));
    met(&mut probe);
    let (facts, now) = driven(&mut probe, |_, _| true);
    assert_eq!((count(&facts, GATEWAY, Fate::Sent), count(&facts, FAR, Fate::Sent)), (1, 1));
    assert_eq!(now, Moment::default());
}

#[test]
fn what_is_lost_is_tried_four_times_and_what_is_answered_once() {
    let mut probe = probe(Some(1500));
    met(&mut probe);
    let (facts, now) = driven(&mut probe, |ip, bytes| ip == GATEWAY || bytes <= 1420);
    // 1500, 1492, 1480 and 1450 four times; the five that pass once.
    assert_eq!(count(&facts, FAR, Fate::Sent), 4 * 4 + 5);
    assert_eq!(count(&facts, FAR, Fate::Answered), 5);
    assert_eq!(now, Moment::from_ms(1000));
}

#[test]
fn without_the_size_of_the_card_or_the_gateway_s_card_nothing_is_sent() {
    let mut unknown = probe(None);
    met(&mut unknown);
    assert_eq!(unknown.poll(Moment::default()), Want::Done);
    assert_eq!(probe(Some(1500)).poll(Moment::default()), Want::Done);
}

#[test]
fn only_the_sizes_that_a_card_can_send_are_tried() {
    assert_eq!(probe(Some(1400)).sizes, [1400, 1280, 576, 28]);
    assert_eq!(probe(Some(9000)).sizes[..2], [9000, 1500]);
}

#[test]
fn strangers_and_others_echoes_are_passed_over() {
    let mut probe = probe(Some(1500));
    let heard = |from: Ipv4Addr, identifier| {
        let mut reply =
            echo_frame(Sender { mac: ROUTER, ip: from }, Receiver { mac: US, ip: [10, 0, 0, 1].into() }, 64, identifier, 1500);
        reply[34] = 0;
        reply
    };
    for (frame, told) in [(heard(FAR, IDENTIFIER), 1), (heard(FAR, 7), 0), (heard([8, 8, 8, 8].into(), IDENTIFIER), 0)] {
        let packet = decode(&frame).expect("a reply");
        assert_eq!(probe.hear(&Heard { at: Moment::default(), what: What::Received(&packet) }).len(), told);
    }
}
