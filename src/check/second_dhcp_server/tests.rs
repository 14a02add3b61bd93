//! Servers on 10.0.0.0/24 as a laptop hears them.

use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;
use crate::finding::Reason;
use crate::net::Moment;
use crate::observe::{Asked, Cut, DhcpAnswer, DhcpAsked, Fact, Part};
use crate::oui::Vendors;
use crate::wire::dhcp::{Kind, Settings};

/// A sound offer of the server 10.0.0.N on a card of its own.
pub(in crate::check) fn answer(n: u8) -> DhcpAnswer {
    let server = Ipv4Addr::new(10, 0, 0, n);
    DhcpAnswer {
        how: Asked::Discover,
        kind: Kind::Offer,
        server: Some(server),
        mac: Mac([0, 0x0c, 0x42, 0, 0, n]),
        source: server,
        relay: None,
        offered: Some(Ipv4Addr::new(10, 0, 0, 100 + n)),
        settings: Settings {
            mask: Some(Ipv4Addr::new(255, 255, 255, 0)),
            routers: vec![Ipv4Addr::new(10, 0, 0, 254)],
            dns: vec![Ipv4Addr::new(10, 0, 0, 254)],
            lease_s: Some(3600),
            ..Settings::default()
        },
    }
}

fn fold(facts: Vec<Fact>) -> Inventory {
    let mut inventory = Inventory::new(Vendors::builtin());
    let addresses = vec!["10.0.0.90/24".parse().expect("a prefix")];
    let card = Fact::OurCard { mac: Mac([2, 0, 0, 0, 0, 90]), addresses, siblings: Vec::new() };
    for (place, fact) in facts.into_iter().chain([card]).enumerate() {
        inventory.fold(&Observation { at: Moment::from_ms(place as u64), frame: None, fact });
    }
    inventory
}

/// A laptop that asked and heard nothing.
pub(in crate::check) fn asked() -> Inventory {
    seen(&[])
}

pub(in crate::check) fn seen(answers: &[DhcpAnswer]) -> Inventory {
    let asked = Fact::DhcpAsked(DhcpAsked { informs: 2, discovers: 4, listened_ms: 4500, ..DhcpAsked::default() });
    fold(answers.iter().map(|answer| Fact::DhcpAnswered(Box::new(answer.clone()))).chain([asked]).collect())
}

fn plan(servers: &[u8]) -> Plan {
    let text: String = servers.iter().map(|n| format!("[[dhcp]]\nserver = \"10.0.0.{n}\"\n")).collect();
    Plan::parse(&text).expect("a plan")
}

fn found(answers: &[DhcpAnswer], planned: &[u8]) -> Option<(Severity, SecondDhcpServer)> {
    match judge(&seen(answers), &plan(planned)) {
        Verdict::Found(found) => match found.into_iter().next()? {
            Finding { severity, problem: Problem::SecondDhcpServer(problem), .. } => Some((severity, problem)),
            other => panic!("{other:?}"),
        },
        verdict => {
            assert_eq!(verdict, Verdict::Clear);
            None
        }
    }
}

#[test]
fn one_server_or_a_planned_pair_is_not() {
    assert_eq!(found(&[answer(1)], &[]), None);
    assert_eq!(found(&[answer(1), answer(2)], &[1, 2]), None);
}

#[test]
fn two_servers_are_a_risk_and_broken_where_they_differ() {
    let (severity, problem) = found(&[answer(1), answer(2)], &[]).expect("two servers");
    assert_eq!((severity, problem.servers.len()), (Severity::Risk, 2));
    let mut rogue = answer(2);
    rogue.settings.routers = vec![Ipv4Addr::new(10, 0, 0, 2)];
    assert_eq!(found(&[answer(1), rogue], &[]).map(|found| found.0), Some(Severity::Broken));
}

#[test]
fn what_somebody_else_was_not_told_is_no_difference_and_what_he_was_told_is() {
    let mut overheard = DhcpAnswer { how: Asked::Overheard, kind: Kind::Ack, ..answer(2) };
    overheard.settings.dns = Vec::new();
    assert_eq!(found(&[answer(1), overheard.clone()], &[]).map(|found| found.0), Some(Severity::Risk));
    overheard.settings.routers = vec![Ipv4Addr::new(10, 0, 0, 2)];
    assert_eq!(found(&[answer(1), overheard], &[]).map(|found| found.0), Some(Severity::Broken));
}

#[test]
fn a_flood_of_servers_is_counted_and_not_recited() {
    let answers: Vec<DhcpAnswer> = (1..=60).map(answer).collect();
    let (_, problem) = found(&answers, &[]).expect("many servers");
    assert_eq!(problem.english().title, "60 DHCP servers answer on this segment");
    assert!(problem.english().why.contains("10.0.0.3 (") && !problem.english().why.contains("10.0.0.4 ("));
    assert!(problem.french().why.contains(" et 57 autres proposent"), "{}", problem.french().why);
}

#[test]
fn a_third_beside_a_planned_pair_is_named_even_when_it_is_alone() {
    let (_, problem) = found(&[answer(1), answer(2), answer(3)], &[1, 2]).expect("a third");
    assert!(problem.english().title.starts_with("10.0.0.3 "), "{:?}", problem.english());
    assert!(problem.french().remedy[0].contains("10.0.0.3"));
    assert!(found(&[answer(3)], &[1, 2]).is_some());
}

#[test]
fn two_cards_under_one_identifier_are_two_servers_and_the_plan_can_tell_which() {
    let twin = DhcpAnswer { mac: Mac([0, 0x1b, 0, 0, 0, 9]), ..answer(1) };
    let (_, problem) = found(&[answer(1), twin.clone()], &[]).expect("two servers");
    assert_eq!(problem.servers.len(), 2);
    let plan = Plan::parse("[[dhcp]]\nserver = \"10.0.0.1\"\nmac = \"00:0c:42:00:00:01\"\n").expect("a plan");
    let Verdict::Found(found) = judge(&seen(&[answer(1), twin.clone()]), &plan) else { panic!("a twin") };
    assert!(found[0].problem.explain().concerns(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), twin.mac));
}

#[test]
fn a_server_behind_two_relays_that_also_answers_directly_is_one() {
    let far = DhcpAnswer { server: Some(Ipv4Addr::new(10, 9, 0, 2)), ..answer(1) };
    let relayed = |n: u8| DhcpAnswer { relay: Some(Ipv4Addr::new(10, 0, 0, n)), ..DhcpAnswer { server: far.server, ..answer(n) } };
    let direct = DhcpAnswer { source: Ipv4Addr::new(10, 9, 0, 2), how: Asked::Inform, kind: Kind::Ack, offered: None, ..far.clone() };
    assert_eq!(found(&[relayed(1), relayed(2), direct], &[]), None);
}

#[test]
fn a_server_of_the_network_boot_is_not_a_second_one() {
    let boot = DhcpAnswer {
        how: Asked::NetBoot,
        offered: None,
        settings: Settings { class: Some("PXEClient".into()), ..Settings::default() },
        ..answer(3)
    };
    let inventory = seen(&[answer(1), boot]);
    assert_eq!(judge(&inventory, &Plan::default()), Verdict::Clear);
    let note = crate::check::boot_server::judge(&inventory, &Plan::default());
    assert!(matches!(note, Verdict::Found(found) if found[0].severity == Severity::Note));
}

#[test]
fn a_silent_segment_is_a_note_and_a_fault_only_where_a_server_is_planned() {
    let severity = |plan: &Plan| match super::super::no_dhcp_server::judge(&asked(), plan) {
        Verdict::Found(found) => Some(found[0].severity),
        _ => None,
    };
    assert_eq!(severity(&Plan::default()), Some(Severity::Note));
    assert_eq!(severity(&plan(&[1])), Some(Severity::Broken));
}

#[test]
fn a_look_that_was_cut_short_does_not_say_clear() {
    let inventory = fold(vec![Fact::DhcpAsked(DhcpAsked::default()), Fact::CutShort { by: Cut::User }]);
    assert_eq!(judge(&inventory, &Plan::default()), Verdict::NotTested(Reason::NotListenedOut));
    assert_eq!(judge(&fold(Vec::new()), &Plan::default()), Verdict::NotTested(Reason::DhcpNotAsked));
    let hurried = |part| {
        let asked = DhcpAsked { discovers: 2, ..DhcpAsked::default() };
        let facts = vec![Fact::DhcpAsked(asked), Fact::CutShort { by: Cut::Budget }, Fact::Unfinished { part }];
        judge(&fold(facts), &Plan::default())
    };
    assert_eq!(hurried(Part::Dhcp), Verdict::NotTested(Reason::OutOfTime { asked: 0, planned: 0 }));
    assert_eq!(hurried(Part::Services), Verdict::Clear);
}

fn any_answer() -> impl Strategy<Value = Fact> {
    let how = prop_oneof![Just(Asked::Discover), Just(Asked::Inform), Just(Asked::Overheard)];
    (0_u8..90, 0_u8..3, how, any::<bool>(), 0_u32..12).prop_map(|(n, card, how, relayed, lease)| {
        let mut answer = DhcpAnswer { how, ..answer(n) };
        answer.mac.0[3] = card;
        answer.relay = relayed.then_some(Ipv4Addr::new(10, 0, 0, 250));
        answer.settings.lease_s = Some(lease);
        Fact::DhcpAnswered(Box::new(answer))
    })
}

proptest! {
    #[test]
    fn a_flood_in_any_order_is_the_same_bounded_inventory(facts in prop::collection::vec(any_answer(), 0..400), seed in any::<u64>()) {
        let observe = |(place, fact): (usize, Fact)| Observation { at: Moment::from_ms(place as u64), frame: None, fact };
        let seen: Vec<Observation> = facts.into_iter().enumerate().map(observe).collect();
        let mut shuffled = seen.clone();
        shuffled.sort_by_key(|one| (one.at.0 + 1).wrapping_mul(seed | 1));
        let folded = [&seen, &shuffled].map(|order| {
            let mut inventory = Inventory::new(Vendors::builtin());
            order.iter().for_each(|one| inventory.fold(one));
            inventory
        });
        prop_assert!(folded[0] == folded[1]);
        prop_assert!(folded[0].dhcp_servers().len() <= 64);
    }
}
