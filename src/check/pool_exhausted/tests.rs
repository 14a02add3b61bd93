//! How full is full, and what else is told.

use super::*;
use crate::check::testing::{A, B, C, Scene};
use crate::observe::{DhcpAnswer, DhcpAsked, Fact};
use crate::wire::dhcp::{Kind, Settings};

const POOL: &str = "dhcp-range=10.0.0.100,10.0.0.109,1h\n";

/// Leases of the first so many addresses of the range, each to a card of its own.
fn leases(count: u8) -> String {
    (0..count).map(|last| format!("{} 02:00:00:00:01:{last:02x} 10.0.0.{} * *\n", 1_795_251_600 + i64::from(last), 100 + last)).collect()
}

fn told(scene: &Scene) -> (Severity, PoolExhausted) {
    let mut found = scene.found(judge);
    assert_eq!(found.len(), 1, "{found:?}");
    let finding = found.remove(0);
    let Problem::PoolExhausted(problem) = finding.problem else { panic!("{finding:?}") };
    (finding.severity, problem)
}

#[test]
fn ten_of_ten_is_broken_nine_a_risk_and_eight_is_clear() {
    let scene = |count| Scene::swept().pool("dnsmasq.conf", POOL).leases(&leases(count));
    assert_eq!(told(&scene(10)).0, Severity::Broken);
    assert_eq!(told(&scene(9)).0, Severity::Risk);
    assert_eq!(scene(8).verdict(judge), Verdict::Clear);
}

#[test]
fn what_is_reserved_declined_or_held_by_hand_is_not_free_either() {
    let reserved = format!("{POOL}dhcp-host={A},10.0.0.107\n");
    let scene = Scene::swept().pool("dnsmasq.conf", &reserved).leases(&leases(7)).claim("10.0.0.108", B).claim("10.0.0.109", C);
    let (severity, problem) = told(&scene);
    assert_eq!((severity, problem.leased, problem.reserved, problem.by_hand), (Severity::Broken, 7, 1, 2));
    let why = problem.words(Language::Fr).why;
    assert!(why.contains("10 adresses : 7 louées d'après les baux, 1 réservée, 2 fixées à la main (ARP). Aucune n'est libre"), "{why}");
}

#[test]
fn it_tells_when_the_next_lease_ends_and_who_is_not_there() {
    let (_, problem) = told(&Scene::swept().pool("dnsmasq.conf", POOL).leases(&leases(10)).claim("10.0.0.100", "02:00:00:00:01:00"));
    assert_eq!(problem.absent, Some(9));
    assert!(problem.words(Language::En).why.contains("The next lease ends at 2026-11-21 09:00 UTC"), "{problem:?}");
    let (_, problem) = told(&Scene::partly(20).pool("dnsmasq.conf", POOL).leases(&leases(10)));
    assert_eq!(problem.absent, None, "whoever was not asked is not absent");
}

#[test]
fn an_address_in_two_ranges_counts_once() {
    let plan = "[[dhcp]]\nserver = \"10.0.0.2\"\nranges = [\"10.0.0.105-10.0.0.119\"]\n";
    let (_, problem) = told(&Scene::swept().plan(plan).pool("dnsmasq.conf", POOL).leases(&leases(20)));
    assert_eq!((problem.addresses, problem.leased), (20, 20));
}

fn answered(scene: Scene, how: Asked, offered: Option<Ipv4Addr>) -> Scene {
    let server = Ipv4Addr::new(10, 0, 0, 2);
    let kind = if how == Asked::Inform { Kind::Ack } else { Kind::Offer };
    let mac = C.parse().expect("a MAC");
    let settings = Settings::default();
    let answer = DhcpAnswer { how, kind, server: Some(server), mac, source: server, relay: None, offered, settings };
    scene.fact(Fact::DhcpAnswered(Box::new(answer))).fact(Fact::DhcpAsked(DhcpAsked { informs: 1, discovers: 2, listened_ms: 4_500, ..DhcpAsked::default() }))
}

#[test]
fn a_server_that_offers_nothing_proves_nothing_alone_and_confirms_what_the_leases_say() {
    let server = Ipv4Addr::new(10, 0, 0, 2);
    let silent = answered(Scene::swept(), Asked::Inform, None);
    assert_eq!(silent.verdict(judge), Verdict::NotTested(Reason::NothingOffered { server }));
    assert!(told(&silent.pool("dnsmasq.conf", POOL).leases(&leases(10))).1.silent);
    let offers = answered(Scene::swept(), Asked::Discover, Some(Ipv4Addr::new(10, 0, 0, 100)));
    assert_eq!(offers.verdict(judge), Verdict::NotTested(Reason::NoLeases));
}

#[test]
fn without_a_range_it_says_what_it_lacks() {
    assert_eq!(Scene::swept().leases(&leases(3)).verdict(judge), Verdict::NotTested(Reason::NoRanges));
}
