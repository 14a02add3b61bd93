use super::*;
use crate::net::Mac;
use crate::observe::{DhcpAnswer, Replies};
use crate::probe::{Errand, Rate, Switching};
use crate::wire::dhcp::{Kind, Settings};

const ROUTER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 254);
const GATEWAY: IpAddr = IpAddr::V4(ROUTER);
const NOW: Moment = Moment::from_ms(7);

fn probe(addresses: &[&str]) -> WayOut {
    probe_of(Errand::Diagnose, addresses)
}

fn probe_of(errand: Errand, addresses: &[&str]) -> WayOut {
    WayOut::new(&survey(errand, addresses, vec![Sounding::Ping(GATEWAY)]))
}

fn survey(errand: Errand, addresses: &[&str], planned: Vec<Sounding>) -> Survey {
    let addresses = addresses.iter().map(|net| net.parse().expect("a prefix")).collect();
    Survey {
        asking: Default::default(),
        errand,
        identity: Identity { mac: Mac([2; 6]), addresses, addresses6: vec![], siblings: vec![] },
        targets: "10.0.0.0/24".parse().expect("a prefix"),
        rate: Rate::Max,
        quick: false,
        resolvers: vec!["9.9.9.9:53".parse().expect("a server")],
        port: 40_000,
        surroundings: Surroundings { gateways: vec![GATEWAY], planned, ..Surroundings::default() },
        power: Default::default(),
        switching: Switching::default(),
        budget_ms: None,
    }
}

fn offer(how: Asked, router: Ipv4Addr, dns: Ipv4Addr) -> Fact {
    let settings = Settings { routers: vec![router], dns: vec![dns], ..Settings::default() };
    let source = Ipv4Addr::new(10, 0, 0, 2);
    let (kind, offered) = (Kind::Offer, Some(Ipv4Addr::new(10, 0, 0, 100)));
    let mac = Mac([2, 0, 0, 0, 0, 2]);
    Fact::DhcpAnswered(Box::new(DhcpAnswer { how, kind, server: Some(source), mac, source, relay: None, offered, settings }))
}

fn asked(probe: &mut WayOut) -> Vec<Sounding> {
    std::iter::from_fn(|| if let Want::Sound(sounding) = probe.poll(NOW) { Some(sounding) } else { None }).collect()
}

#[test]
fn what_this_machine_and_the_plan_name_is_asked_once_and_waited_for() {
    let mut probe = probe(&["10.0.0.1/24"]);
    assert_eq!(asked(&mut probe), [Sounding::Ping(GATEWAY), Sounding::Dns([9, 9, 9, 9].into())]);
    assert_eq!(probe.poll(NOW), Want::Wait(NOW + DEADLINE));
    probe.learn(NOW, &Fact::Pinged { ip: GATEWAY, replies: Replies::default() });
    assert_eq!(probe.poll(NOW), Want::Wait(NOW + DEADLINE));
    probe.learn(NOW, &Fact::DnsAsked { server: [9, 9, 9, 9].into(), replies: Replies::default() });
    assert_eq!(probe.poll(NOW), Want::Done);
}

#[test]
fn what_never_comes_back_is_not_waited_for_without_end() {
    let mut probe = probe(&["10.0.0.1/24"]);
    asked(&mut probe);
    assert_eq!(probe.poll(NOW + DEADLINE), Want::Done);
}

#[test]
fn an_offer_to_us_adds_its_router_where_it_is_near_and_its_dns_where_it_can_be_a_host() {
    let mut probe = probe(&["10.0.0.1/24"]);
    asked(&mut probe);
    let (near, dns) = (Ipv4Addr::new(10, 0, 0, 253), Ipv4Addr::new(10, 9, 0, 53));
    probe.learn(NOW, &offer(Asked::Discover, near, dns));
    probe.learn(NOW, &offer(Asked::Discover, near, dns));
    assert_eq!(asked(&mut probe), [Sounding::Ping(v4(near)), Sounding::Dns(v4(dns))]);
    probe.learn(NOW, &offer(Asked::Discover, Ipv4Addr::new(192, 168, 1, 1), Ipv4Addr::LOCALHOST));
    probe.learn(NOW, &offer(Asked::Overheard, Ipv4Addr::new(10, 0, 0, 252), Ipv4Addr::new(10, 9, 0, 54)));
    probe.learn(NOW, &offer(Asked::Inform, Ipv4Addr::new(10, 0, 0, 1), dns));
    assert_eq!(asked(&mut probe), [], "out of reach, for somebody else, or ourselves");
}

#[test]
fn a_forger_of_offers_does_not_prolong_a_look_without_end() {
    let mut probe = probe(&["10.0.0.1/24"]);
    for number in 0..200 {
        probe.learn(NOW, &offer(Asked::Discover, Ipv4Addr::new(10, 0, 0, number), Ipv4Addr::new(10, 9, 0, number)));
    }
    assert_eq!(asked(&mut probe).len(), MOST + 1, "one is of the plan");
}

#[test]
fn every_gateway_of_a_plan_that_its_bound_allows_is_asked() {
    let elsewhere = (0..100).map(|last| Sounding::Ping(v4(Ipv4Addr::new(10, 2, 0, last)))).collect();
    let mut probe = WayOut::new(&survey(Errand::Diagnose, &["10.0.0.1/24"], elsewhere));
    assert_eq!(asked(&mut probe).len(), MOST + ROUTED);
}

#[test]
fn a_look_for_servers_asks_what_is_far_only_by_the_router_that_the_same_server_gives() {
    let mut probe = probe_of(Errand::Dhcp, &["10.0.0.1/24"]);
    assert_eq!(asked(&mut probe), [Sounding::Ping(GATEWAY)], "of the plan; what this machine uses is no server's doing");
    let (other, far, near) = (Ipv4Addr::new(10, 0, 0, 253), Ipv4Addr::new(10, 9, 0, 53), Ipv4Addr::new(10, 0, 0, 53));
    probe.learn(NOW, &offer(Asked::Discover, other, far));
    assert_eq!(asked(&mut probe), [Sounding::Ping(v4(other))]);
    probe.learn(NOW, &offer(Asked::Discover, other, near));
    probe.learn(NOW, &offer(Asked::Discover, ROUTER, far));
    assert_eq!(asked(&mut probe), [Sounding::Dns(v4(near)), Sounding::Dns(v4(far))]);
}

#[test]
fn a_card_without_an_address_asks_nobody() {
    let mut probe = probe(&[]);
    probe.learn(NOW, &offer(Asked::Discover, ROUTER, ROUTER));
    assert_eq!(asked(&mut probe), []);
}

#[test]
fn an_ipv6_router_and_the_name_servers_that_it_tells_are_asked_from_a_card_of_ipv6() {
    use crate::check::second_router::tests::advertised;
    let Fact::RouterAdvertised(mut told) = advertised("fe80::9", "02:00:00:00:00:09", 1800, &[]) else { panic!("no router") };
    told.told.dns = vec!["2001:db8::53".parse().expect("an address")];
    let heard = Fact::RouterAdvertised(told);
    let mut without = probe_of(Errand::Dhcp, &["10.0.0.1/24"]);
    asked(&mut without);
    without.learn(NOW, &heard);
    assert!(asked(&mut without).is_empty());
    let mut with = probe_of(Errand::Dhcp, &[]);
    with.identity.addresses6 = vec!["fe80::1/64".parse().expect("a prefix")];
    with.learn(NOW, &heard);
    let [router, server]: [IpAddr; 2] = ["fe80::9", "2001:db8::53"].map(|ip| ip.parse().expect("an address"));
    assert_eq!(asked(&mut with), [Sounding::Ping(router), Sounding::Dns(server)]);
    with.learn(NOW, &Fact::Pinged { ip: router, replies: Replies::default() });
    with.learn(NOW, &Fact::DnsAsked { server, replies: Replies::default() });
    assert_eq!(with.poll(NOW), Want::Done);
}
