//! How soon everybody is heard, and when a look ends.

use crate::lan::Lan;
use crate::{Outcome, hosts, look, quick, survey};
use trousse::net::Moment;
use trousse::probe::{Rate, Survey};

fn of_200(survey: &Survey) -> Outcome {
    let outcome = look(Lan::new(hosts(200), 1), survey);
    assert_eq!(outcome.addresses(), 200);
    assert!(outcome.findings().is_empty(), "{:?}", outcome.findings());
    assert_eq!(outcome.report.exit_code(), 0);
    outcome
}

#[test]
fn two_hundred_hosts_are_heard_within_a_second_and_the_look_ends_within_four_and_a_half() {
    let outcome = of_200(&survey());
    assert!(outcome.latest_first() < Moment::from_ms(1000), "{:?}", outcome.latest_first());
    assert!(outcome.ended < Moment::from_ms(4500), "{:?}", outcome.ended);
}

#[test]
fn in_a_hurry_it_ends_within_one_second_and_a_fifth() {
    let outcome = of_200(&quick());
    assert!(outcome.ended < Moment::from_ms(1200), "{:?}", outcome.ended);
}

#[test]
fn names_cost_no_time_beyond_that() {
    let mut named = hosts(200);
    named.iter_mut().for_each(|host| host.name = Some(format!("PC-{}", host.mac.0[5]).into_bytes()));
    let outcome = look(Lan::new(named, 1), &survey());
    assert!(outcome.ended < Moment::from_ms(4500), "{:?}", outcome.ended);
    let names = outcome.report.hosts.iter().filter(|host| host.names.len() == 1).count();
    assert_eq!(names, 200);
}

#[test]
fn a_slower_rate_is_kept_to() {
    for rate in [100, 500] {
        let outcome = of_200(&Survey { rate: Rate::PerSecond(rate), ..survey() });
        // Every address is asked; the 54 silent ones at least twice.
        let least = (254 + 54) * 1000 / u64::from(rate);
        assert!(outcome.ended > Moment::from_ms(least), "{rate}: {:?}", outcome.ended);
    }
}

#[test]
fn at_full_speed_nobody_is_missed() {
    let outcome = of_200(&Survey { rate: Rate::Max, ..quick() });
    assert!(outcome.ended < Moment::from_ms(1000), "{:?}", outcome.ended);
}

#[test]
fn an_empty_segment_takes_no_longer_than_it_must() {
    let outcome = look(Lan::new(Vec::new(), 1), &survey());
    assert_eq!(outcome.addresses(), 0);
    assert!(outcome.ended < Moment::from_ms(1500), "{:?}", outcome.ended);
}
