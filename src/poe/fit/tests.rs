//! What fits and what does not, on a switch of six ports.

use super::*;
use crate::mib::power_ethernet::{PsePort, Supply};
use crate::mib::pse::{FeedingSupply, Trouble};

pub(crate) fn watts(whole: u32) -> Option<Watts> {
    Some(Watts::from_milliwatts(whole * 1_000))
}

fn port(number: u32, detection: Detection, class: Option<u8>) -> FeedingPort {
    let told = PsePort { enabled: Some(true), detection: Some(detection), class, ..PsePort::default() };
    FeedingPort { group: 1, number, told, limit: watts(30), ..FeedingPort::default() }
}

/// 62 W, of which 37 W are set aside and 20 W drawn; ports 1 and 2 feed, 3 to 5 search, 6 is in a fault.
pub(crate) fn feeding() -> Feeding {
    let mut ports = vec![
        port(1, Detection::Delivering, Some(0)),
        port(2, Detection::Delivering, Some(4)),
        port(3, Detection::Searching, Some(3)),
        port(4, Detection::Searching, None),
        port(5, Detection::Searching, None),
        port(6, Detection::Fault, None),
    ];
    (ports[0].allocated, ports[1].allocated) = (watts(7), watts(30));
    let supply = Supply { nominal: watts(62), drawn: watts(20), ..Supply::default() };
    Feeding { ports, supplies: vec![FeedingSupply { group: 1, supply }] }
}

fn answer(feeding: &Feeding, classes: &[u8]) -> Answer {
    let classes: Vec<Class> = classes.iter().filter_map(|&class| Class::new(class)).collect();
    fit(feeding, &classes).answer
}

#[test]
fn what_is_set_aside_counts_and_not_what_happens_to_be_drawn() {
    // 42 W are not drawn, 25 W are not set aside, and 16.6 W are left when both devices draw all that they may.
    assert_eq!(answer(&feeding(), &[3]), Answer::Fits);
    assert_eq!(answer(&feeding(), &[2, 3]), Answer::FitsForNow);
    assert_eq!(answer(&feeding(), &[4]), Answer::TooLittlePower);
    let said = fit(&feeding(), &[Class::new(4).expect("a class")]);
    assert_eq!((said.needed, said.left), (Watts::from_milliwatts(30_000), watts(25)));
    assert_eq!((said.left_at_worst, said.free_ports), (Some(Watts::from_milliwatts(16_600)), 3));
}

#[test]
fn a_device_needs_a_port_of_its_own_that_gives_as_much() {
    assert_eq!(answer(&feeding(), &[1, 1, 1]), Answer::Fits);
    assert_eq!(answer(&feeding(), &[1, 1, 1, 1]), Answer::TooFewPorts);
    let mut plenty = feeding();
    plenty.supplies[0].supply.nominal = watts(400);
    assert_eq!(answer(&plenty, &[4, 4, 4]), Answer::Fits);
    // No port gives more than 30 W.
    assert_eq!(answer(&plenty, &[5]), Answer::TooFewPorts);
    // One whose limit is not told is taken to give enough, and the answer says so.
    plenty.ports[4].limit = None;
    let said = fit(&plenty, &[Class::new(5).expect("a class")]);
    assert_eq!((said.answer, said.free_ports, said.without_limit), (Answer::Fits, 1, 1));
}

#[test]
fn what_is_off_in_trouble_or_in_use_is_not_free() {
    let free = |change: fn(&mut FeedingPort)| {
        let mut port = port(4, Detection::Searching, None);
        change(&mut port);
        is_free(&port)
    };
    assert!(free(|_| {}));
    assert!(free(|port| port.up = Some(false)));
    assert!(!free(|port| port.up = Some(true)));
    assert!(!free(|port| port.told.enabled = Some(false)));
    assert!(!free(|port| port.trouble = Some(Trouble::Denied)));
}

#[test]
fn each_box_of_a_stack_has_its_own_supply() {
    let mut stack = feeding();
    let second: Vec<FeedingPort> =
        (1..=2).map(|number| FeedingPort { group: 2, ..port(number, Detection::Searching, None) }).collect();
    stack.ports.extend(second);
    let supply = Supply { nominal: watts(50), drawn: watts(0), ..Supply::default() };
    stack.supplies.push(FeedingSupply { group: 2, supply });
    // 25 W here and 50 W there: one class 4 fits there, and a second one in neither.
    assert_eq!(answer(&stack, &[4]), Answer::Fits);
    assert_eq!(answer(&stack, &[4, 4]), Answer::TooLittlePower);
    // Whoever puts the class 4 into the first box, where it fits, has no place left for the third class 3.
    (stack.supplies[0].supply.nominal, stack.supplies[1].supply.nominal) = (watts(92), watts(30));
    assert_eq!(answer(&stack, &[4, 3, 3, 3]), Answer::Fits);
}

#[test]
fn a_switch_that_tells_no_budget_gets_no_answer() {
    let mut untold = feeding();
    untold.supplies.clear();
    assert_eq!(answer(&untold, &[1]), Answer::Unknown);
    assert_eq!(Answer::Unknown.fits(), None);
}

#[test]
fn a_hostile_switch_cannot_make_the_question_last() {
    let groups = 1..=64;
    let supply = Supply { nominal: watts(29), ..Supply::default() };
    let supplies = groups.clone().map(|group| FeedingSupply { group, supply: supply.clone() }).collect();
    let ports =
        groups.flat_map(|group| (1..=16).map(move |number| FeedingPort { group, ..port(number, Detection::Searching, None) }));
    let hostile = Feeding { ports: ports.collect(), supplies };
    let mut classes = vec![3; MOST_DEVICES];
    classes[0] = 4;
    assert_eq!(answer(&hostile, &classes), Answer::TooLittlePower);
    assert_eq!(answer(&hostile, &[3; MOST_DEVICES + 1]), Answer::TooLittlePower);
}
