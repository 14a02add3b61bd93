use super::*;
use crate::probe::Errand;
use crate::wire::decode;

const US: Mac = Mac([2, 0, 0, 0, 0, 1]);
const A: Mac = Mac([0xb8, 0x27, 0xeb, 0, 0, 0x0a]);
const B: Mac = Mac([0xb8, 0x27, 0xeb, 0, 0, 0x0b]);
const OURS: &str = "2001:db8::1";

fn ip(text: &str) -> Ipv6Addr {
    text.parse().expect("an address")
}

fn probe(addresses: &[&str], quick: bool) -> Neighbours6 {
    let addresses6 = addresses.iter().map(|net| net.parse().expect("a prefix")).collect();
    let identity = Identity { mac: US, addresses6, ..Identity::default() };
    Neighbours6::new(&Survey { errand: Errand::Scan, identity, quick, rate: Rate::PerSecond(1000), ..Survey::of_capture() })
}

fn ready() -> Neighbours6 {
    probe(&["2001:db8::1/64", "fe80::1/64"], false)
}

/// A message to us.
fn from(card: Mac, source: &str, message: Message) -> Packet<'static> {
    let ip = Header { source: ip(source), destination: ip(OURS), hop_limit: NEIGHBOUR_HOPS };
    Packet { source: card, destination: US, vlan: None, body: Body::Icmp6 { ip, message } }
}

fn advertisement(target: &str, card: Option<Mac>, overrides: bool) -> Message {
    Message::NeighbourAdvertisement { target: ip(target), card, router: false, solicited: true, overrides }
}

fn hear(probe: &mut Neighbours6, at: Moment, packet: &Packet<'_>) -> Vec<Fact> {
    let facts = probe.hear(&Heard { at, what: What::Received(packet) });
    facts.iter().for_each(|fact| probe.learn(at, fact));
    facts
}

/// Everything that is sent until there is nothing left to ask, with its time, where each frame is answered so.
fn play(probe: &mut Neighbours6, answer: impl Fn(&Packet<'_>) -> Vec<Packet<'static>>) -> Vec<(u64, Vec<u8>)> {
    let mut now = Moment::default();
    let mut sent = Vec::new();
    loop {
        match probe.poll(now) {
            Want::Send(frame) => {
                let packet = decode(&frame).expect("a frame of ours");
                probe.hear(&Heard { at: now, what: What::Sent(&packet) });
                let answers = answer(&packet);
                answers.iter().for_each(|packet| drop(hear(probe, now, packet)));
                sent.push((now.ms(), frame));
            }
            Want::Wait(until) => now = until,
            other => {
                assert_eq!(other, Want::Done);
                return sent;
            }
        }
    }
}

/// The addresses that were solicited, and how often.
fn solicited(sent: &[(u64, Vec<u8>)]) -> BTreeMap<Ipv6Addr, usize> {
    let mut times = BTreeMap::new();
    for (_, frame) in sent {
        if let Body::Icmp6 { message: Message::NeighbourSolicitation { target, .. }, .. } = decode(frame).expect("ours").body {
            *times.entry(target).or_default() += 1;
        }
    }
    times
}

#[test]
fn without_an_address_of_ours_nobody_is_asked() {
    assert!(play(&mut probe(&[], false), |_| Vec::new()).is_empty());
}

#[test]
fn nothing_is_sent_in_another_s_name_and_nothing_is_advertised() {
    let sent = play(&mut ready(), |_| Vec::new());
    for (_, frame) in &sent {
        let packet = decode(frame).expect("a frame of ours");
        assert_eq!(packet.source, US);
        let (source, target): (&[u8], &[u8]) = (&frame[22..38], &frame[62..frame.len().min(78)]);
        let nameless = source == ip("::").octets();
        let ours = [ip(OURS).octets(), ip("fe80::1").octets()];
        assert!(ours.iter().any(|own| source == own) || nameless && ours.iter().any(|own| target == own), "{packet:?}");
        let forged = matches!(
            packet.body,
            Body::Icmp6 { message: Message::NeighbourAdvertisement { .. } | Message::RouterAdvertisement(_), .. }
        );
        assert!(!forged, "{packet:?}");
    }
    // Each of our addresses three times; then in three rounds three questions from each.
    assert_eq!(sent.len(), 6 + 18);
    assert_eq!(solicited(&sent), BTreeMap::from([(ip(OURS), 3), (ip("fe80::1"), 3)]));
}

#[test]
fn a_look_with_little_patience_ends_within_a_second() {
    let sent = play(&mut probe(&["fe80::1/64"], true), |_| Vec::new());
    assert_eq!((sent.len(), sent.last().map(|(ms, _)| *ms)), (3 + 6, Some(360)));
}

#[test]
fn whoever_spoke_is_solicited_until_he_answers() {
    let echo = Message::EchoReply { identifier: IDENTIFIER, sequence: 1 };
    let problem = Message::ParameterProblem { code: UNRECOGNIZED_OPTION, about: ip(OURS) };
    let mut probe = ready();
    hear(&mut probe, Moment::default(), &from(A, "fe80::a", echo));
    hear(&mut probe, Moment::default(), &from(B, "2001:db8::b", problem));
    let foreign = Message::EchoReply { identifier: 7, sequence: 1 };
    hear(&mut probe, Moment::default(), &from(B, "fe80::c", foreign));
    let far = Message::EchoReply { identifier: IDENTIFIER, sequence: 1 };
    hear(&mut probe, Moment::default(), &from(B, "2001:db8:9::d", far));
    let sent = play(&mut probe, |packet| match packet.body {
        Body::Icmp6 { message: Message::NeighbourSolicitation { target, .. }, .. } if target == ip("fe80::a") => {
            vec![from(A, "fe80::a", advertisement("fe80::a", Some(A), true))]
        }
        _ => Vec::new(),
    });
    let asked = solicited(&sent);
    assert_eq!((asked.get(&ip("fe80::a")), asked.get(&ip("2001:db8::b"))), (Some(&2), Some(&3)));
    assert!(!asked.contains_key(&ip("fe80::c")) && !asked.contains_key(&ip("2001:db8:9::d")));
}

#[test]
fn what_a_card_heard_by_arp_would_make_of_its_address_is_asked_for_twice() {
    let mut probe = ready();
    let claimed = |mac| Fact::AddressClaimed { ip: [10, 0, 0, 9].into(), mac, how: Claim::Reply, rtt_us: None, via: None };
    probe.learn(Moment::default(), &claimed(A));
    for number in 0..20_000u32 {
        let [_, a, b, c] = number.to_be_bytes();
        probe.learn(Moment::default(), &claimed(Mac([2, 0, 1, a, b, c])));
    }
    let asked = solicited(&play(&mut probe, |_| Vec::new()));
    assert_eq!(asked.get(&ip("fe80::ba27:ebff:fe00:a")), Some(&2));
    assert_eq!(asked.len(), 2 + GUESSES);
}

#[test]
fn a_contested_address_is_asked_for_again_and_each_card_alone() {
    let target = "2001:db8::9";
    let mut probe = ready();
    hear(&mut probe, Moment::default(), &from(A, target, advertisement(target, Some(A), true)));
    let sent = play(&mut probe, |packet| match packet.body {
        Body::Icmp6 { message: Message::NeighbourSolicitation { target: asked, .. }, .. } if asked == ip(target) => {
            let alone = [A, B].into_iter().filter(|mac| packet.destination.is_group() || packet.destination == *mac);
            // Who is asked alone leaves his card out.
            let card = |mac| packet.destination.is_group().then_some(mac);
            alone.map(|mac| from(mac, target, advertisement(target, card(mac), card(mac).is_some()))).collect()
        }
        _ => Vec::new(),
    });
    let alone: Vec<Mac> =
        sent.iter().map(|(_, frame)| decode(frame).expect("ours").destination).filter(|to| !to.is_group()).collect();
    assert_eq!(alone, [A, B]);
}

#[test]
fn what_an_advertisement_claims_depends_on_what_was_asked() {
    let target = "2001:db8::9";
    let how = |probe: &mut Neighbours6, message: Message| match &hear(probe, Moment::from_ms(9), &from(A, target, message))[..] {
        [Fact::AddressClaimed { how, mac, rtt_us, .. }] => (*how, *mac, *rtt_us),
        other => panic!("{other:?}"),
    };
    let asks = |probe: &mut Neighbours6, alone| {
        let sender = probe.identity.sender6_for(ip(target)).expect("an address of ours");
        let frame = solicitation_frame(sender, ip(target), alone);
        probe.hear(&Heard { at: Moment::from_ms(4), what: What::Sent(&decode(&frame).expect("ours")) })
    };
    let mut probe = ready();
    assert_eq!(how(&mut probe, advertisement(target, Some(A), true)), (Claim::Overheard, A, None));
    assert!(asks(&mut probe, None).is_empty());
    assert_eq!(how(&mut probe, advertisement(target, Some(A), true)), (Claim::Reply, A, Some(5000)));
    assert_eq!(how(&mut probe, advertisement(target, Some(A), false)), (Claim::Yielding, A, None));
    assert_eq!(asks(&mut probe, Some(A)), [Fact::AskedAlone { ip: ip(target).into(), mac: A }]);
    assert_eq!(how(&mut probe, advertisement(target, None, false)), (Claim::Unicast, A, Some(5000)));
    let unasked =
        Message::NeighbourAdvertisement { target: ip(target), card: Some(B), router: false, solicited: false, overrides: true };
    let mut probe = ready();
    assert_eq!(how(&mut probe, unasked), (Claim::Announcement, B, None));
}

#[test]
fn a_probe_claims_nothing_and_what_a_router_sent_on_is_not_heard() {
    let mut probe = ready();
    let asks = || Message::NeighbourSolicitation { target: ip("2001:db8::9"), card: None };
    let probed = Fact::AddressProbed { ip: ip("2001:db8::9").into(), mac: A };
    assert_eq!(hear(&mut probe, Moment::default(), &from(A, "::", asks())), [probed]);
    let mut relayed = from(A, "2001:db8::a", asks());
    let Body::Icmp6 { ip: header, .. } = &mut relayed.body else { panic!("no message") };
    header.hop_limit = 254;
    assert!(hear(&mut probe, Moment::default(), &relayed).is_empty());
}
