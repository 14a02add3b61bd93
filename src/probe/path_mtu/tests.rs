use super::*;
use crate::probe::{Errand, Rate, Surroundings, Switching};
use crate::wire::Sender;
use crate::wire::decode;
use crate::wire::ipv4::{Receiver, echo_frame};
use std::net::{Ipv4Addr, Ipv6Addr};

const GATEWAY: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 254);
const FAR: Ipv4Addr = Ipv4Addr::new(9, 9, 9, 9);
const GATEWAY6: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
const FAR6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 9, 0, 0, 0, 0, 9);
const ROUTER: Mac = Mac([2, 0, 0, 0, 0, 0xfe]);
const US: Mac = Mac([2; 6]);

fn probe(mtu: Option<u16>) -> PathMtu {
    PathMtu::new(&survey(mtu))
}

/// The same segment with IPv6 alone; our first address is the one that no router knows.
fn probe6(mtu: u16) -> PathMtu {
    let mut survey = survey(Some(mtu));
    survey.identity.addresses.clear();
    survey.identity.addresses6 = ["fe80::90/64", "2001:db8:1::90/64"].map(|net| net.parse().expect("a prefix")).to_vec();
    survey.resolvers =
        ["[2001:db8:9::9]:53", "[2001:db8:1::53]:53", "[::1]:53"].map(|server| server.parse().expect("a server")).into();
    survey.surroundings.gateways = vec![GATEWAY6.into()];
    let mut probe = PathMtu::new(&survey);
    let how = crate::observe::Claim::Reply;
    probe.learn(Moment::default(), &Fact::AddressClaimed { ip: GATEWAY6.into(), mac: ROUTER, how, rtt_us: None, via: None });
    probe
}

fn survey(mtu: Option<u16>) -> Survey {
    Survey {
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
    }
}

/// The gateway answers ARP.
fn met(probe: &mut PathMtu) {
    let how = crate::observe::Claim::Reply;
    probe.learn(Moment::default(), &Fact::AddressClaimed { ip: GATEWAY.into(), mac: ROUTER, how, rtt_us: None, via: None });
}

/// Drives it over a network that answers packets up to a size, in virtual time; what it told, and when it was done.
fn driven(probe: &mut PathMtu, answers: impl Fn(IpAddr, u16) -> bool) -> (Vec<Fact>, Moment) {
    let (mut now, mut facts) = (Moment::default(), Vec::new());
    loop {
        match probe.poll(now) {
            Want::Done => return (facts, now),
            Want::Wait(until) => now = until,
            Want::Send(frame) => {
                let sent = decode(&frame).expect("a frame of ours");
                assert_eq!((sent.source, sent.destination), (US, ROUTER), "what is far goes by the gateway too");
                let (to, sequence, reply) = match &sent.body {
                    Body::Icmp { ip, message: Icmp::EchoRequest { sequence, .. } } => {
                        let from = Sender { mac: ROUTER, ip: ip.destination };
                        let mut reply = echo_frame(from, Receiver { mac: US, ip: ip.source }, 64, IDENTIFIER, *sequence);
                        // The type of an echo reply.
                        reply[34] = 0;
                        (IpAddr::V4(ip.destination), *sequence, reply)
                    }
                    Body::Icmp6 { ip, message: Message::EchoRequest { sequence, .. } } => {
                        assert_eq!(ip.source.is_unicast_link_local(), ip.destination == GATEWAY6, "{ip:?}");
                        let from = ipv6::Sender { mac: ROUTER, ip: ip.destination };
                        let to = ipv6::Receiver { mac: US, ip: ip.source };
                        let mut reply = icmpv6::echo_frame(from, to, IDENTIFIER, *sequence);
                        reply[54] = 129;
                        (IpAddr::V6(ip.destination), *sequence, reply)
                    }
                    other => panic!("no echo: {other:?}"),
                };
                let mut told = probe.hear(&Heard { at: now, what: What::Sent(&sent) });
                if answers(to, sequence) {
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

fn count(facts: &[Fact], of: impl Into<IpAddr> + Copy, wanted: Fate) -> usize {
    facts.iter().filter(|fact| matches!(fact, Fact::PathSized { ip, fate, .. } if *ip == of.into() && *fate == wanted)).count()
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
fn over_ipv6_what_is_far_is_asked_from_an_address_that_is_known_there() {
    let (facts, now) = driven(&mut probe6(1500), |ip, bytes| ip == GATEWAY6 || bytes <= 1280);
    assert_eq!((count(&facts, GATEWAY6, Fate::Sent), count(&facts, GATEWAY6, Fate::Answered)), (1, 1));
    // Six sizes four times; 1280 and the shortest once.
    assert_eq!((count(&facts, FAR6, Fate::Sent), count(&facts, FAR6, Fate::Answered)), (4 * 6 + 2, 2));
    assert_eq!(now, Moment::from_ms(1000));
}

#[test]
fn a_router_s_word_counts_only_about_what_we_sent() {
    let mut probe = probe6(1500);
    let from = ipv6::Sender { mac: US, ip: "2001:db8:1::90".parse().expect("an address") };
    let mut told = |identifier| {
        let sent = icmpv6::echo_frame_of(from, ipv6::Receiver { mac: ROUTER, ip: FAR6 }, 64, identifier, 1500, 1280);
        let body = Body::Icmp6 {
            ip: ipv6::Header { source: GATEWAY6, destination: from.ip, hop_limit: 64 },
            message: icmpv6::parse(&[&[2, 0, 0, 0, 0, 0, 0x05, 0x78], &sent[14..]].concat()).expect("a message"),
        };
        let packet = crate::wire::Packet { source: ROUTER, destination: US, vlan: None, body };
        probe.hear(&Heard { at: Moment::default(), what: What::Received(&packet) })
    };
    let fate = Fate::TooBig { by: GATEWAY6.into() };
    assert_eq!(told(IDENTIFIER), [Fact::PathSized { ip: FAR6.into(), bytes: 1400, fate }]);
    assert_eq!(told(7), []);
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
    assert_eq!(probe(Some(1400)).versions[0].sizes, [1400, 1280, 576, 28]);
    assert_eq!(probe(Some(1400)).versions[1].sizes, [1400, 1280, 48]);
    assert_eq!(probe(Some(9000)).versions[0].sizes[..2], [1500, 1492], "the answer to a jumbo frame could not be read");
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
