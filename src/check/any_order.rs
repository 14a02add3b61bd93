//! Properties of everything between the observations and the findings: their order does not matter, and more of them never
//! make a contested address fall silent.

mod seen;

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;

use super::{CHECKS, Problem};
use crate::finding::{Finding, Reason, Verdict};
use crate::net::{Mac, Moment};
use crate::observe::{Claim, Fact, Inventory, Observation};
use crate::oui::Vendors;
use crate::site::Plan;
use seen::{a_plan, floods, sightings, with_pools};

fn folded<'a>(seen: impl IntoIterator<Item = &'a Observation>) -> Inventory {
    let mut inventory = Inventory::new(Vendors::builtin());
    seen.into_iter().for_each(|seen| inventory.fold(seen));
    inventory
}

fn verdicts(inventory: &Inventory, plan: &Plan) -> Vec<Verdict> {
    CHECKS.iter().map(|check| (check.judge)(inventory, plan)).collect()
}

/// The addresses that a finding is about: those that it names, and for a range all between.
fn is_about(finding: &Finding, ip: IpAddr) -> bool {
    match &finding.problem {
        Problem::OwnAddressTaken(problem) => problem.ip == ip,
        Problem::DuplicateAddress(problem) => problem.ip == ip,
        Problem::LeasedAndStatic(problem) => problem.ip == ip,
        Problem::StaleLease(problem) => problem.ip == ip,
        Problem::StaticInPool(problem) => problem.ip == ip,
        Problem::VirtualAddress(problem) => problem.ip == ip,
        Problem::SharedAddress(problem) => problem.ip == ip,
        Problem::TwoCards(problem) => problem.ips.contains(&ip),
        Problem::ProxyArp(problem) => (problem.first..=problem.last).contains(&ip),
        Problem::RepeatedAnswer(problem) => problem.hosts.iter().any(|host| host.ip == ip),
        Problem::ServerOffersOccupiedAddress(problem) => problem.ip == ip,
        Problem::PlannedMissing(problem) => problem.ip == ip,
        Problem::AnotherCard(problem) => problem.ip == ip,
        Problem::WrongAddress(problem) => problem.at.iter().any(|at| at.ip == ip),
        Problem::NotPlanned(problem) => problem.hosts.iter().any(|host| host.ip == ip),
        // About ports of switches.
        Problem::MacOnTwoPorts(_) | Problem::WitnessesDisagree(_) => false,
        // About those who serve addresses, whoever claims one.
        Problem::SpeedDowngrade(_) | Problem::HalfDuplex(_) | Problem::ReceiveErrors(_) => false,
        Problem::Flapping(_) | Problem::SwitchingLoop(_) | Problem::SpanningTreeChange(_) => false,
        Problem::TooLong(_) | Problem::PairOpen(_) | Problem::PairShort(_) | Problem::PairImpedance(_) => false,
        Problem::DuplexMismatch(_) | Problem::PoeClassTooLow(_) | Problem::WrongVlan(_) | Problem::NeighbourNotPlanned(_) => {
            false
        }
        Problem::PoeDenied(_) | Problem::PoeFault(_) | Problem::PoeBudget(_) => false,
        Problem::SecondRouter(_) | Problem::RouterLifetime(_) => false,
        Problem::NoDhcpServer(_) | Problem::SecondDhcpServer(_) | Problem::DhcpWrongOption(_) | Problem::BootServer(_) => false,
        // About cards and devices that are judged by themselves, whoever else claims an address.
        Problem::NoCarrier(_) | Problem::LinkLocalAddress(_) | Problem::WrongSubnet(_) => false,
        Problem::GatewaySilent(_) | Problem::GatewayLoss(_) | Problem::PathMtu(_) | Problem::DnsSilent(_) => false,
        Problem::NoRoute(_) => false,
        Problem::HostSilent(_)
        | Problem::PortClosed(_)
        | Problem::PortSilent(_)
        | Problem::PingThreshold(_)
        | Problem::LowThroughput(_) => false,
        Problem::ReachesForbidden(_)
        | Problem::NameUnresolved(_)
        | Problem::NoAnswer(_)
        | Problem::TlsCertificate(_)
        | Problem::HttpUnexpected(_)
        | Problem::DnsWrongAnswer(_)
        | Problem::ClockWrong(_) => false,
        Problem::PoolExhausted(_) | Problem::PoolOverlapsStaticRange(_) => false,
    }
}

fn findings(seen: &[Observation], plan: &Plan) -> Vec<Finding> {
    let verdicts = verdicts(&folded(seen), plan).into_iter();
    verdicts.flat_map(|verdict| if let Verdict::Found(findings) = verdict { findings } else { Vec::new() }).collect()
}

/// Addresses that are reported, those left out that a proxy alone was heard to answer for: that it holds them may come to light.
fn reported(seen: &[Observation], plan: &Plan) -> BTreeSet<IpAddr> {
    let inventory = folded(seen);
    let alone = |ip: &IpAddr| inventory.claimed().any(|(claimed, owners)| claimed == *ip && owners.len() == 1);
    let findings = findings(seen, plan);
    // A lease may come to light that acquits the holder, and a holder may turn out to answer for somebody else.
    // A device of the plan may be heard where it should be, and a stranger may tell a planned name.
    let acquits = |finding: &Finding| {
        let by_lease = matches!(finding.problem, Problem::StaticInPool(_) | Problem::ServerOffersOccupiedAddress(_));
        let planned = matches!(
            finding.problem,
            Problem::PlannedMissing(_) | Problem::WrongAddress(_) | Problem::AnotherCard(_) | Problem::NotPlanned(_)
        );
        by_lease || planned
    };
    let by_proxy_only = |ip: &IpAddr| {
        alone(ip)
            && findings
                .iter()
                .all(|finding| !is_about(finding, *ip) || acquits(finding) || matches!(finding.problem, Problem::ProxyArp(_)))
    };
    let is_reported = |ip: &IpAddr| findings.iter().any(|finding| is_about(finding, *ip) && !acquits(finding));
    let claimed = inventory.claimed().map(|(ip, _)| ip);
    claimed.filter(|ip| is_reported(ip) && !by_proxy_only(ip)).collect()
}

proptest! {
    #[test]
    fn the_order_of_the_observations_does_not_matter(
        (seen, shuffled) in with_pools().prop_flat_map(|seen| (Just(seen.clone()), Just(seen).prop_shuffle())),
        plan in a_plan(),
    ) {
        let (one, other) = (folded(&seen), folded(&shuffled));
        prop_assert_eq!(verdicts(&one, &plan), verdicts(&other, &plan));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn an_address_that_was_reported_stays_reported_whatever_else_is_seen(
        seen in sightings(0..40),
        more in sightings(1..40),
        plan in a_plan(),
    ) {
        let before = reported(&seen, &plan);
        let all = [seen, more].concat();
        let after = findings(&all, &plan);
        for ip in before {
            prop_assert!(after.iter().any(|finding| is_about(finding, ip)), "{} fell silent", ip);
        }
    }

    #[test]
    fn every_address_that_two_strangers_claim_is_in_some_finding(seen in sightings(0..60), plan in a_plan()) {
        let inventory = folded(&seen);
        let found = findings(&seen, &plan);
        for (ip, owners) in inventory.claimed() {
            if owners.iter().filter(|(mac, _)| !inventory.is_our_card(*mac)).count() > 1 {
                prop_assert!(found.iter().any(|finding| is_about(finding, ip)), "{}", ip);
            }
        }
    }
}

proptest! {
    // Large cases: fewer do.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn it_does_not_matter_either_where_more_was_seen_than_is_kept(
        (seen, shuffled) in floods().prop_flat_map(|seen| (Just(seen.clone()), Just(seen).prop_shuffle())),
    ) {
        let (one, other) = (folded(&seen), folded(&shuffled));
        prop_assert!(one.coverage().flooded);
        prop_assert_eq!(verdicts(&one, &Plan::default()), verdicts(&other, &Plan::default()));
        prop_assert_eq!(one, other);
    }
}

#[test]
fn a_forger_of_claims_fills_no_memory_and_nothing_is_called_clear() {
    const FORGED: u32 = (1 << 17) + 500;
    let forged = |number: u32| {
        let mac = Mac([2, 1, (number >> 8) as u8, number as u8, 0, 0]);
        let ip = Ipv4Addr::from(0x0b00_0000 + number).into();
        let fact = Fact::AddressClaimed { ip, mac, how: Claim::Announcement, rtt_us: None, via: Some(mac) };
        Observation { at: Moment(number.into()), frame: None, fact }
    };
    let (rising, falling) = ((0..FORGED).map(forged).collect::<Vec<_>>(), (0..FORGED).rev().map(forged).collect::<Vec<_>>());
    let inventory = folded(&rising);
    assert_eq!(inventory.claimed().count(), 1 << 17);
    assert!(inventory.coverage().flooded);
    assert!(inventory == folded(&falling));
    let duplicate = CHECKS.iter().find(|check| check.code == "L3-duplicate-address").expect("it is in the table");
    let not_tested = (duplicate.judge)(&inventory, &Plan::default());
    assert_eq!(not_tested, Verdict::NotTested(Reason::Flooded));
}

#[test]
fn the_cards_by_way_of_which_a_claim_came_are_bounded_too() {
    let claimed = |number: u32| {
        let via = Some(Mac([2, 1, 0, 0, (number >> 8) as u8, number as u8]));
        let fact = Fact::AddressClaimed { ip: [10, 0, 0, 9].into(), mac: Mac([2; 6]), how: Claim::Reply, rtt_us: None, via };
        Observation { at: Moment(number.into()), frame: None, fact }
    };
    let seen: Vec<Observation> = (0..1000).map(claimed).collect();
    let inventory = folded(&seen);
    let owner = inventory.claim([10, 0, 0, 9].into(), Mac([2; 6])).expect("it claims");
    assert_eq!((owner.answers, owner.via.len()), (1000, 64));
    assert!(inventory == folded(seen.iter().rev()));
}
