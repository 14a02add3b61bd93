//! Second owners of an address: late ones, ones that are told apart, and those that only look like it.

use std::time::Duration;

use crate::lan::{Host, Lan, announcement};
use crate::{Outcome, hosts, look, quick, survey};
use trousse::check::Problem;
use trousse::check::holder::Holder;
use trousse::net::{Mac, Moment};
use trousse::wire::{self, Body};

const RIVAL: [u8; 6] = [2, 0, 0, 0, 9, 9];

fn with_a_rival(late: u64) -> Lan {
    let mut hosts = hosts(200);
    let mut rival = Host::new(RIVAL, [10, 0, 0, 9]);
    rival.late = Duration::from_millis(late);
    hosts.push(rival);
    Lan::new(hosts, late)
}

fn owners(outcome: &Outcome) -> &[Holder] {
    match &outcome.report.findings[0].problem {
        Problem::DuplicateAddress(problem) => &problem.owners,
        Problem::OwnAddressTaken(problem) => &problem.owners,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_second_owner_is_found_however_late_up_to_three_seconds() {
    for late in [0, 20, 200, 800, 1200, 1500, 3000] {
        let outcome = look(with_a_rival(late), &survey());
        assert_eq!(outcome.findings(), ["L3-duplicate-address 10.0.0.9"], "late by {late} ms");
        assert_eq!(outcome.addresses(), 200);
    }
}

#[test]
fn in_a_hurry_a_prompt_second_owner_is_found_too() {
    for late in [0, 20] {
        assert_eq!(look(with_a_rival(late), &quick()).findings(), ["L3-duplicate-address 10.0.0.9"], "late by {late} ms");
    }
}

#[test]
fn each_owner_answers_when_it_is_asked_alone_and_is_named_apart() {
    let mut hosts = hosts(20);
    hosts[7].name = Some(b"TILL".to_vec());
    let mut rival = Host::new(RIVAL, [10, 0, 0, 9]);
    (rival.name, rival.ttl) = (Some(b"PRINTER".to_vec()), Some(128));
    hosts.push(rival);
    let outcome = look(Lan::new(hosts, 1), &survey());
    assert!(owners(&outcome).iter().all(|owner| owner.alone == Some(true)), "{:?}", owners(&outcome));
    let names: Vec<_> = owners(&outcome).iter().flat_map(|owner| &owner.names).map(|name| name.name.as_str()).collect();
    assert_eq!(names, ["TILL", "PRINTER"]);
    for card in [Mac([2, 0, 0, 0, 1, 9]), Mac(RIVAL)] {
        let alone = outcome.sent.iter().filter(|(_, frame)| {
            let packet = wire::decode(frame).expect("ours");
            packet.destination == card && matches!(packet.body, Body::Arp(_))
        });
        assert!(alone.count() > 0, "{card} was not asked alone");
    }
}

#[test]
fn an_owner_that_only_announces_is_told_as_not_having_answered_alone() {
    let mut lan = Lan::new(hosts(20), 1);
    lan.arrives(Moment::from_ms(500), announcement(Mac(RIVAL), [10, 0, 0, 9].into()));
    let outcome = look(lan, &survey());
    assert_eq!(outcome.findings(), ["L3-duplicate-address 10.0.0.9"]);
    assert_eq!(owners(&outcome).iter().map(|owner| owner.alone).collect::<Vec<_>>(), [Some(true), Some(false)]);
}

#[test]
fn an_address_that_was_heard_before_it_was_asked_for_is_asked_for_all_the_same() {
    for late in [0, 3000] {
        let mut lan = with_a_rival(late);
        lan.arrives(Moment::from_ms(5), announcement(Mac([2, 0, 0, 0, 1, 9]), [10, 0, 0, 9].into()));
        assert_eq!(look(lan, &survey()).findings(), ["L3-duplicate-address 10.0.0.9"], "late by {late} ms");
    }
}

#[test]
fn a_router_that_answers_for_the_whole_prefix_accuses_nobody() {
    let mut hosts = hosts(200);
    let mut router = Host::new([2, 0, 0, 0, 8, 8], [10, 0, 0, 254]);
    router.proxies = Some("10.0.0.0/24".parse().expect("a prefix"));
    hosts.push(router.clone());
    // Its answer for our own address is a taken one as far as anybody can tell: a router that does so breaks the laptop.
    let outcome = look(Lan::new(hosts, 1), &survey());
    assert_eq!(outcome.findings(), ["L3-own-address-taken 10.0.0.1", "L3-proxy-arp"]);
}

#[test]
fn a_router_that_answers_for_a_range_over_a_live_host_accuses_nobody() {
    let mut hosts = hosts(20);
    let mut router = Host::new([2, 0, 0, 0, 8, 8], [10, 0, 0, 254]);
    router.proxies = Some("10.0.0.8/29".parse().expect("a prefix"));
    hosts.push(router);
    assert_eq!(look(Lan::new(hosts, 1), &survey()).findings(), ["L3-proxy-arp"]);
}

#[test]
fn a_host_that_answers_everything_twice_is_one_host() {
    let mut hosts = hosts(20);
    hosts[3].repeats = 2;
    assert_eq!(look(Lan::new(hosts, 1), &survey()).findings(), ["L3-repeated-answer"]);
}

#[test]
fn a_host_with_two_cards_is_one_host_and_its_clone_is_not() {
    let card = |last, ttl| {
        let mut host = Host::new([2, 0, 0, 0, 7, last], [10, 0, 0, 40]);
        host.addresses.push([10, 0, 0, 41].into());
        host.ttl = Some(ttl);
        host
    };
    assert_eq!(look(Lan::new(vec![card(1, 64), card(2, 64)], 1), &survey()).findings(), ["L3-two-cards"]);
    let clones = look(Lan::new(vec![card(1, 64), card(2, 128)], 1), &survey());
    assert_eq!(clones.findings(), ["L3-duplicate-address 10.0.0.40", "L3-duplicate-address 10.0.0.41"]);
}
