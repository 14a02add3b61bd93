//! The walk from switch to switch, on switches that are made of facts.

use std::collections::BTreeMap;

use super::*;
use crate::mib::Said;
use crate::mib::forwarding::{BridgePort, Forwarding};
use crate::mib::interfaces::Interface;
use crate::mib::neighbours::Neighbour;
use crate::mib::system::System;
use crate::observe::{Claim, SwitchTold};
use crate::probe::Errand;

const CARD: Mac = Mac([2, 0, 0, 0, 0, 7]);

fn address(last: u8) -> IpAddr {
    [10, 0, 0, last].into()
}

fn probe(sought: Sought) -> Locate {
    let mut survey = Survey { errand: Errand::Locate, ..Survey::of_capture() };
    survey.identity.addresses = vec!["10.0.0.9/24".parse().expect("a prefix")];
    survey.switching = Switching { switches: vec![address(1)], sought: Some(sought) };
    Locate::new(&survey)
}

/// What a switch says that has learned the card on port 1, where the next switch hangs, if there is one.
fn said(tables: Tables, next: Option<u8>) -> Said {
    match tables {
        Tables::System => Said::System(System::default()),
        Tables::Interfaces => Said::Interfaces(BTreeMap::from([(1, Interface { name: "gi1".into(), ..Interface::default() })])),
        Tables::Forwarding => {
            let port = BridgePort { number: 1, interface: Some(1) };
            Said::Forwarding(Forwarding { learned: BTreeMap::from([(CARD, BTreeSet::from([port]))]), ..Forwarding::default() })
        }
        Tables::Neighbours => {
            let near = |last| Neighbour {
                port_name: Some("gi1".into()),
                bridge: true,
                addresses: vec![address(last)],
                ..Neighbour::default()
            };
            Said::Neighbours(next.map(near).into_iter().collect())
        }
        Tables::Arp => Said::Arp(BTreeMap::from([([10, 1, 0, 7].into(), BTreeSet::from([CARD]))])),
        Tables::Power => unreachable!("it is not asked for"),
    }
}

/// Plays until the probe has nothing left to ask; the switches that were asked, in order.
fn walked(mut probe: Locate, next: impl Fn(u8) -> Option<u8>) -> Vec<u8> {
    let mut asked: Vec<u8> = Vec::new();
    let mut now = Moment::default();
    loop {
        match probe.poll(now) {
            Want::Sound(Sounding::Switch(switch, tables)) => {
                let IpAddr::V4(ip) = switch else { panic!("{switch}") };
                let last = ip.octets()[3];
                if !asked.contains(&last) {
                    asked.push(last);
                }
                let cut = Vec::new();
                let told = SwitchTold::answered(switch, tables, said(tables, next(last)), &Default::default(), cut);
                probe.learn(now, &Fact::SwitchTold(Box::new(told)));
            }
            Want::Wait(until) => now = until,
            Want::Done => return asked,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_way_is_followed_to_the_last_switch_and_no_further() {
    assert_eq!(walked(probe(Sought::Card(CARD)), |last| (last < 4).then_some(last + 1)), [1, 2, 3, 4]);
    assert_eq!(walked(probe(Sought::Card(Mac([9; 6]))), |last| Some(last + 1)), [1]);
}

#[test]
fn neighbours_in_a_circle_and_neighbours_without_end_come_to_an_end() {
    assert_eq!(walked(probe(Sought::Card(CARD)), |last| Some(last % 3 + 1)), [1, 2, 3]);
    assert_eq!(walked(probe(Sought::Card(CARD)), |last| last.checked_add(1)).len(), MOST);
}

#[test]
fn an_address_beyond_our_prefixes_is_looked_up_in_the_routers_table() {
    assert_eq!(walked(probe(Sought::Address([10, 1, 0, 7].into())), |last| (last < 2).then_some(last + 1)), [1, 2]);
}

#[test]
fn the_holder_of_an_address_has_time_to_answer_first() {
    let ip = [10, 0, 0, 7].into();
    let mut probe = probe(Sought::Address(ip));
    let now = Moment::default();
    assert_eq!(probe.poll(now), Want::Wait(now + ARP));
    probe.learn(now, &Fact::AddressClaimed { ip: ip.into(), mac: CARD, how: Claim::Reply, rtt_us: None, via: None });
    assert_eq!(probe.poll(now), Want::Sound(Sounding::Switch(address(1), Tables::System)));
}

#[test]
fn a_switch_that_never_tells_does_not_hold_the_look_for_ever() {
    let mut probe = probe(Sought::Card(CARD));
    let now = Moment::default();
    while let Want::Sound(_) = probe.poll(now) {}
    assert_eq!(probe.poll(now), Want::Wait(now + DEADLINE));
    assert_eq!(probe.poll(now + DEADLINE), Want::Done);
}
