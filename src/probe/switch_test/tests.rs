//! The test of a Cisco and of a D-Link switch, played by hand.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::mib::forwarding::{BridgePort, Forwarding};
use crate::mib::interfaces::Interface;
use crate::mib::{Said, Tables, Value};
use crate::observe::{Fact, Observation, SwitchTold};
use crate::wire::ethtool::{Pair, PairResult};

const PORT: u32 = 10_107;
const SWITCH: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));
const OURS: Mac = Mac([2, 0, 0, 0, 0, 7]);

fn ms(ms: u64) -> Moment {
    Moment::from_ms(ms)
}

/// What is read of an object that the switch does not have.
fn nothing() -> Reply {
    Reply::Told(vec![Varbind::new([1, 3], Value::Other)])
}

fn says(object: &Oid, number: i128) -> Reply {
    Reply::Told(vec![Varbind::new(object, Value::Number(number))])
}

/// The answers to a question for results, by what each object is to say.
fn results(test: &SwitchTest, now: Moment, number: impl Fn(&Oid) -> i128) -> Reply {
    let Step::Get(objects) = test.poll(now) else { panic!("results are asked for: {:?}", test.poll(now)) };
    Reply::Told(
        objects.into_iter().map(|object| (number(&object), object)).map(|(n, o)| Varbind::new(o, Value::Number(n))).collect(),
    )
}

fn why(step: Step) -> Silence {
    match step {
        Step::Over(SwitchTested { tested: CableTested::NotMeasurable { why }, pairs, whole: None, .. }) if pairs.is_empty() => {
            why
        }
        step => panic!("{step:?}"),
    }
}

/// Asked up to the first write, with results of an earlier test that were made at this time.
fn begun(maker: &dyn Maker, earlier: &[Varbind]) -> SwitchTest {
    let mut test = SwitchTest::new(PORT);
    while test.poll(ms(0)) != Step::Get(vec![maker.action(PORT)]) {
        test.answered(ms(0), &nothing());
    }
    test.answered(ms(0), &says(&maker.action(PORT), 4));
    assert_eq!(test.poll(ms(0)), Step::Get(maker.results(PORT)));
    test.answered(ms(0), &Reply::Told(earlier.to_vec()));
    test
}

fn started(maker: &dyn Maker) -> SwitchTest {
    let mut test = begun(maker, &[]);
    if let Some(first) = maker.first() {
        assert_eq!(test.poll(ms(0)), Step::Set(maker.action(PORT), first));
        test.answered(ms(0), &Reply::Told(vec![]));
    }
    assert_eq!(test.poll(ms(0)), Step::Set(maker.action(PORT), maker.start(PORT)));
    test
}

#[test]
fn results_of_an_earlier_test_are_not_taken_for_new_ones() {
    use crate::mib::cable_test::{WholeResult, radlan::CISCO_SB};
    let row = |time: &str, code: i128| {
        let cells =
            CISCO_SB.results(PORT).into_iter().zip([2, code, 14]).map(|(cell, said)| Varbind::new(cell, Value::Number(said)));
        let time = Varbind::new(CISCO_SB.results(PORT)[3].clone(), Value::Octets(time.as_bytes().into()));
        cells.chain([time]).collect::<Vec<_>>()
    };
    let mut test = begun(&CISCO_SB, &row("14-Apr-2002 10:33:31", 1));
    assert_eq!(test.poll(ms(0)), Step::Set(CISCO_SB.action(PORT), 2));
    test.answered(ms(0), &Reply::Told(vec![]));
    test.answered(ms(1_000), &Reply::Told(row("14-Apr-2002 10:33:31", 1)));
    assert_eq!(test.poll(ms(1_000)), Step::Wait(ms(2_000)));
    test.answered(ms(2_000), &Reply::Told(row("21-Nov-2026 11:00:00", 4)));
    let Step::Over(tested) = test.poll(ms(2_000)) else { panic!("{:?}", test.poll(ms(2_000))) };
    let whole = WholeTested { result: WholeResult::Open, length_cm: None, accuracy_m: 5 };
    assert_eq!((tested.tested, tested.pairs, tested.whole), (CableTested::Done, vec![], Some(whole)));
}

#[test]
fn silence_after_the_start_is_not_the_end() {
    let mut test = started(&crate::mib::cable_test::cisco::Cisco);
    test.answered(ms(100), &Reply::Silent);
    assert_eq!(test.poll(ms(100)), Step::Wait(ms(1_100)));
    test.answered(ms(1_100), &Reply::Silent);
    let running = results(&test, ms(2_100), |object| if object.ends_with(&[1, 1, PORT]) { 3 } else { 2 });
    test.answered(ms(2_100), &running);
    // Four pairs at 38 m: three good, the last open.
    let over = results(&test, ms(3_100), |object| match object {
        [.., 1, 1, PORT] => 4,
        [.., PORT] => 1,
        [.., 8, PORT, 4] => 5,
        [.., 8, PORT, _] | [.., 7, PORT, _] => 2,
        _ => 38,
    });
    test.answered(ms(3_100), &over);
    let Step::Over(SwitchTested { tested: CableTested::Done, pairs, .. }) = test.poll(ms(3_100)) else {
        panic!("{:?}", test.poll(ms(3_100)))
    };
    let from = MeasuredFrom::Switch { accuracy_m: 10 };
    let open = PairTested { pair: Pair::D, result: PairResult::Open, length_cm: Some(3_800), from };
    assert_eq!((pairs.len(), pairs.last()), (4, Some(&open)));
}

#[test]
fn results_that_never_come_are_given_up() {
    let mut test = started(&crate::mib::cable_test::dlink::Dlink);
    test.answered(ms(0), &Reply::Told(vec![]));
    let mut now = ms(0);
    while !matches!(test.poll(now), Step::Over(..)) {
        match test.poll(now) {
            Step::Wait(until) => now = until,
            _ => test.answered(now, &Reply::Silent),
        }
    }
    assert_eq!((now, why(test.poll(now))), (ms(0) + DEADLINE, Silence::NoAnswer));
}

#[test]
fn nothing_is_started_where_nothing_may_be_written_or_nobody_can_test() {
    let cisco = &crate::mib::cable_test::cisco::Cisco;
    let told = |replies: &[Reply]| {
        let mut test = SwitchTest::new(PORT);
        replies.iter().for_each(|reply| test.answered(ms(0), reply));
        why(test.poll(ms(0)))
    };
    let knows = says(&cisco.action(PORT), 4);
    let old = Reply::Told(vec![]);
    assert_eq!(told(&[Reply::Silent]), Silence::SwitchSilent);
    assert_eq!(told(&[knows.clone(), old.clone(), Reply::Denied]), Silence::SwitchDenied);
    assert_eq!(told(&[knows.clone(), old.clone(), Reply::Silent]), Silence::SwitchSilent);
    assert_eq!(told(&[knows, old.clone(), old, Reply::Failed]), Silence::SwitchFailed);
    assert_eq!(told(&vec![nothing(); MAKERS.len()]), Silence::SwitchCannot);
}

fn seen(cards: &[(Mac, &[u32])]) -> SwitchesSeen {
    let port = |number: &u32| BridgePort { number: u16::try_from(*number).expect("small"), interface: Some(number + 100) };
    let learned = cards.iter().map(|(mac, ports)| (*mac, ports.iter().map(port).collect::<BTreeSet<_>>())).collect();
    let interfaces = BTreeMap::from([(107, Interface { name: "Gi0/7".into(), ..Interface::default() })]);
    let mut seen = SwitchesSeen::default();
    let said = [
        (Tables::Forwarding, Said::Forwarding(Forwarding { learned, ..Forwarding::default() })),
        (Tables::Interfaces, Said::Interfaces(interfaces)),
    ];
    for (tables, said) in said {
        let (refused, cut) = (Vec::new(), Vec::new());
        let told = SwitchTold { switch: SWITCH, tables, said: Ok(said), refused, refusals: 0, cut };
        seen.told(&Observation { at: ms(0), frame: None, fact: Fact::SwitchTold(Box::new(told.clone())) }, &told);
    }
    seen
}

#[test]
fn the_port_is_ours_only_where_our_card_is_alone_behind_it() {
    let other = Mac([2, 0, 0, 0, 0, 8]);
    let found = our_port(&seen(&[(OURS, &[7]), (other, &[3])]), OURS, &[SWITCH]);
    assert_eq!(found, Some(OurPort { switch: SWITCH, number: 107, name: "Gi0/7".into() }));
    assert_eq!(our_port(&seen(&[(OURS, &[7]), (other, &[7])]), OURS, &[SWITCH]), None, "a small switch in between");
    assert_eq!(our_port(&seen(&[(OURS, &[3, 7])]), OURS, &[SWITCH]), None, "on two ports");
    assert_eq!(our_port(&seen(&[(OURS, &[7])]), OURS, &[]), None, "nobody named that switch");
    assert_eq!(our_port(&seen(&[(other, &[7])]), OURS, &[SWITCH]), None);
}
