//! A segment on which somebody forges claims or sends nonsense: the look ends all the same, within its time and its memory.

use crate::lan::{Dice, Host, Lan, announcement, arp_reply};
use crate::{OUR_ADDRESS, OURS, hosts, look, survey};
use trousse::finding::Reason;
use trousse::net::{Mac, Moment};
use trousse::wire::ethernet;

fn any_mac(dice: &mut Dice) -> Mac {
    let [a, b, c, d, e, ..] = dice.number().to_le_bytes();
    Mac([2, a, b, c, d, e])
}

#[test]
fn a_flood_of_forged_claims_ends_in_time_and_is_told() {
    let mut lan = Lan::new(hosts(20), 1);
    let mut left = 150_000;
    lan.weather = Some(Box::new(move |now, dice| {
        let burst = if now < Moment::from_ms(100) { 0 } else { left.min(2000) };
        left -= burst;
        (0..burst).map(|_| announcement(any_mac(dice), (dice.number() as u32).into())).collect()
    }));
    let outcome = look(lan, &survey());
    assert!(outcome.inventory.coverage().flooded && outcome.report.coverage.flooded);
    let kept: usize = outcome.inventory.claimed().map(|(_, owners)| owners.len()).sum();
    assert!(kept <= 1 << 17, "{kept}");
    assert!(outcome.ended < Moment::from_ms(10_000), "{:?}", outcome.ended);
    let not_clear = outcome.report.ladder.iter().filter(|rung| rung.reason == Some(Reason::Flooded)).count();
    assert!(not_clear > 0, "{:?}", outcome.report.ladder);
}

#[test]
fn many_cards_on_one_address_are_bounded() {
    let mut lan = Lan::new(hosts(20), 1);
    let mut left = 20;
    lan.weather = Some(Box::new(move |_, dice| {
        left -= i32::from(left > 0);
        let burst = if left > 0 { 500 } else { 0 };
        (0..burst).map(|_| arp_reply(any_mac(dice), [10, 0, 0, 9].into(), OURS, OUR_ADDRESS)).collect()
    }));
    let outcome = look(lan, &survey());
    let owners =
        outcome.inventory.claimed().find(|(ip, _)| *ip == std::net::Ipv4Addr::new(10, 0, 0, 9)).map(|(_, owners)| owners.len());
    assert_eq!(owners, Some(64));
    assert!(outcome.inventory.coverage().flooded);
    assert!(outcome.ended < Moment::from_ms(10_000), "{:?}", outcome.ended);
}

#[test]
fn endless_malformed_frames_end_in_time_and_are_counted() {
    let mut lan = Lan::new(hosts(200), 1);
    let mut last = Moment::default();
    lan.weather = Some(Box::new(move |now, dice| {
        let junk = |dice: &mut Dice| {
            let payload: Vec<u8> = (0..dice.number() % 60).map(|_| dice.number() as u8).collect();
            let ethertype = if dice.happens(0.5) { ethernet::ARP } else { ethernet::IPV4 };
            ethernet::emit(any_mac(dice), Mac::BROADCAST, ethertype, &payload)
        };
        // One in 100 µs.
        let due = now.since(last).as_micros() / 100;
        last = if due > 0 { now } else { last };
        (0..due).map(|_| junk(dice)).collect()
    }));
    let outcome = look(lan, &survey());
    assert_eq!(outcome.addresses(), 200);
    assert!(outcome.ended < Moment::from_ms(4500), "{:?}", outcome.ended);
    assert!(outcome.report.coverage.malformed.iter().map(|kind| kind.count).sum::<u32>() > 1000);
}

#[test]
fn a_card_that_claims_every_address_is_a_proxy_and_not_254_duplicates() {
    let mut hosts = hosts(200);
    let mut liar = Host::new([2, 0, 0, 0, 8, 8], [10, 0, 0, 254]);
    liar.proxies = Some("10.0.0.0/24".parse().expect("a prefix"));
    liar.ttl = None;
    hosts.push(liar);
    let outcome = look(Lan::new(hosts, 1), &survey());
    assert_eq!(outcome.findings(), ["L3-own-address-taken 10.0.0.1", "L3-proxy-arp"]);
}

#[test]
fn names_that_nobody_asked_for_do_not_end_the_wait_for_those_that_were() {
    let mut named = hosts(20);
    for host in &mut named {
        host.name = Some(b"PC".to_vec());
        host.rtt = [std::time::Duration::from_millis(300); 2];
    }
    let mut lan = Lan::new(named, 1);
    let mut left = 300;
    lan.weather = Some(Box::new(move |now, dice| {
        let burst = if now < Moment::from_ms(120) { 0 } else { std::mem::take(&mut left) };
        let us = trousse::wire::ipv4::Receiver { mac: OURS, ip: OUR_ADDRESS };
        let forged = |dice: &mut Dice| {
            let from = trousse::wire::Sender { mac: any_mac(dice), ip: [10, 0, 1, dice.number() as u8].into() };
            trousse::wire::ipv4::udp_frame(from, 137, us, 40_000, &crate::lan::node_status(b"FORGED"))
        };
        (0..burst).map(|_| forged(dice)).collect()
    }));
    let outcome = look(lan, &crate::quick());
    let named = outcome.report.hosts.iter().filter(|host| !host.names.is_empty()).count();
    assert_eq!(named, 20);
}
