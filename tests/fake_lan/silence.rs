//! Hosts that do not hear every request, and frames that are lost on the way.

use std::time::Duration;

use crate::lan::Lan;
use crate::{hosts, look, quick, survey};

#[test]
fn a_fifth_of_the_hosts_ignore_the_first_request_and_all_are_found() {
    for survey in [survey(), quick()] {
        let mut some_deaf = hosts(200);
        some_deaf.iter_mut().step_by(5).for_each(|host| host.deaf = 1);
        assert_eq!(look(Lan::new(some_deaf, 1), &survey).addresses(), 200);
    }
}

/// Hosts that were missed in so many looks with 5 % loss on each way and answers after 2 to 10 ms.
fn missed(looks: u64, survey: &trousse::probe::Survey) -> usize {
    let missed = |seed| {
        let mut far = hosts(200);
        far.iter_mut().for_each(|host| host.rtt = [Duration::from_millis(2), Duration::from_millis(10)]);
        let mut lan = Lan::new(far, seed);
        lan.loss = 0.05;
        200 - look(lan, survey).addresses()
    };
    (0..looks).map(missed).sum()
}

#[test]
fn with_one_frame_in_twenty_lost_on_each_way_all_are_found() {
    assert_eq!(missed(20, &survey()), 0);
}

#[test]
fn a_second_owner_that_ignores_the_first_request_is_found() {
    let mut hosts = hosts(20);
    let mut sleeper = crate::lan::Host::new([2, 0, 0, 0, 9, 9], [10, 0, 0, 9]);
    sleeper.deaf = 1;
    hosts.push(sleeper);
    assert_eq!(look(Lan::new(hosts, 1), &survey()).findings(), ["L3-duplicate-address 10.0.0.9"]);
}
