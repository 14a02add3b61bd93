//! What becomes of findings and devices, case by case; and what must hold of any two visits.

use std::net::IpAddr;

use proptest::prelude::*;

use super::{Change, Comparison, Status};
use crate::check::testing::{A, B, C, OURS, Scene, mac};
use crate::finding::Reason;
use crate::observe::{Asked, BarrierTried, Became, Cut, DhcpAnswer, DhcpAsked, Fact, Part};
use crate::probe::Errand;
use crate::report::{Report, Visit};
use crate::wire::dhcp::{Kind, Settings};

fn visit(targets: &str) -> Visit {
    Visit {
        started: "2026-11-21T09:00:00Z".to_owned(),
        finished: "2026-11-21T09:00:04Z".to_owned(),
        errand: Errand::Scan,
        interface: Some("lan0".to_owned()),
        mac: Some(mac(OURS)),
        addresses: vec!["10.0.0.1/24".to_owned()],
        targets: vec![targets.to_owned()],
        site: None,
        quick: false,
        will_fit: Vec::new(),
        capture: None,
    }
}

fn report(scene: &Scene) -> Report {
    scene.report(visit("10.0.0.0/24"))
}

fn compared(before: &Report, after: &Report) -> Comparison {
    Comparison::of(before, after).unwrap_or_else(|fault| panic!("{fault}"))
}

fn statuses(comparison: &Comparison) -> Vec<(&str, Status)> {
    comparison.findings.iter().map(|one| (one.code.as_str(), one.status)).collect()
}

fn duplicate() -> Scene {
    Scene::swept().claim("10.0.0.9", A).claim("10.0.0.9", B)
}

const DUPLICATE: &str = "L3-duplicate-address";

#[test]
fn a_duplicate_whose_second_owner_moved_is_closed_and_tells_where_each_is() {
    let comparison = compared(&report(&duplicate()), &report(&Scene::swept().claim("10.0.0.9", A).claim("10.0.0.20", B)));
    assert_eq!(statuses(&comparison), [(DUPLICATE, Status::Closed)]);
    assert_eq!(comparison.exit_code(), 0);
    let places: Vec<(String, Vec<IpAddr>)> =
        comparison.findings[0].devices.iter().map(|place| (place.device.mac.to_string(), place.now.clone())).collect();
    let ip = |last: u8| -> IpAddr { [10, 0, 0, last].into() };
    assert_eq!(places, [(A.to_owned(), vec![ip(9)]), (B.to_owned(), vec![ip(20)])]);
    assert!(matches!(&comparison.hosts[..], [Change::Moved { from, to, .. }] if (from, to) == (&vec![ip(9)], &vec![ip(20)])));
}

#[test]
fn another_owner_of_a_contested_address_does_not_make_it_another_case() {
    let comparison = compared(&report(&duplicate()), &report(&Scene::swept().claim("10.0.0.9", A).claim("10.0.0.9", C)));
    assert_eq!(statuses(&comparison), [(DUPLICATE, Status::StillThere)]);
    assert_eq!(comparison.exit_code(), 1);
}

#[test]
fn what_was_not_looked_at_again_is_never_closed() {
    let before = report(&duplicate());
    let stopped = report(&Scene::partly(20).cut(Cut::User).claim("10.0.0.7", C));
    let hurried = report(&Scene::partly(20).out_of_time(&[Part::Addresses]).claim("10.0.0.7", C));
    let elsewhere = Scene::swept().claim("10.0.0.77", C).report(visit("10.0.0.64/26"));
    let hasty = Scene::swept().claim("10.0.0.9", A).report(Visit { quick: true, ..visit("10.0.0.0/24") });
    let passive = Scene::capture().report(Visit { errand: Errand::Capture, ..visit("10.0.0.0/24") });
    // Another duplicate was found, and the rest of the look was lost.
    let lost = report(&Scene::swept().fact(Fact::FramesLost { count: 3 }).claim("10.0.0.7", A).claim("10.0.0.7", C));
    let cases = [
        (stopped, Reason::Stopped { asked: 20, planned: 254 }),
        (hurried, Reason::OutOfTime { asked: 20, planned: 254 }),
        (elsewhere, Reason::OtherTargets { targets: vec!["10.0.0.64/26".to_owned()] }),
        (hasty, Reason::LessPatience),
        (passive, Reason::NothingAsked),
        (lost, Reason::FramesLost { count: 3 }),
    ];
    for (after, reason) in cases {
        let comparison = compared(&before, &after);
        let one = comparison.with(Status::NotTestedAgain).next().unwrap_or_else(|| panic!("{:?}", statuses(&comparison)));
        assert_eq!((one.code.as_str(), one.reason.as_ref()), (DUPLICATE, Some(&reason)));
        assert_eq!(comparison.with(Status::Closed).count(), 0);
        assert_ne!(comparison.exit_code(), 0);
        // Nor has the device that nobody looked for vanished.
        assert!(
            !comparison.hosts.iter().any(|change| matches!(change, Change::Vanished { .. })) || reason == Reason::LessPatience
        );
    }
    assert_eq!(compared(&before, &report(&Scene::partly(20).cut(Cut::User))).exit_code(), 3);
}

/// A plan of these TCP services, each at its own address behind the gateway.
fn services(names: &[&str]) -> String {
    let service =
        |name: &&str| format!("[[service]]\nname = {name:?}\nhost = \"10.9.0.{}\"\nkind = \"tcp\"\nport = 22\n", name.len());
    names.iter().map(service).collect()
}

#[test]
fn a_service_that_was_not_asked_again_is_not_closed_whatever_became_of_the_others() {
    let scene = |names: &[&str]| Scene::swept().plan(&services(names)).routed("10.0.0.254").pinged("10.0.0.254", 20, &[700; 20]);
    let diagnosed = |scene: &Scene| scene.report(Visit { errand: Errand::Diagnose, ..visit("10.0.0.0/24") });
    let told = |scene: Scene, name: &str, became| scene.told(name, &format!("10.9.0.{}", name.len()), became, None);
    let before = diagnosed(&told(told(scene(&["a", "bb"]), "a", Became::Refused), "bb", Became::Answered));
    let of_a = |after: &Scene| {
        let comparison = compared(&before, &diagnosed(after));
        let one = comparison.findings.iter().find(|one| one.before.is_some() && one.code == "L4-port-closed").expect("the first");
        (one.status, one.reason.clone())
    };
    let name = || "a".to_owned();
    let both = |a, bb| told(told(scene(&["a", "bb"]), "a", a), "bb", bb);
    assert_eq!(of_a(&both(Became::Answered, Became::Answered)), (Status::Closed, None));
    assert_eq!(of_a(&both(Became::Answered, Became::Refused)), (Status::Closed, None));
    let unasked = (Status::NotTestedAgain, Some(Reason::ServiceNotAsked { service: name() }));
    for other in [Became::Answered, Became::Refused] {
        // The look ended before it, and it is in the plan no more.
        assert_eq!(of_a(&told(scene(&["a", "bb"]), "bb", other)), unasked, "{other:?}");
        assert_eq!(of_a(&told(scene(&["bb"]), "bb", other)), unasked, "{other:?}");
    }
    let unsent = Some(Reason::ServiceNotSent { service: name() });
    assert_eq!(of_a(&both(Became::NotSent, Became::Refused)), (Status::NotTestedAgain, unsent));
    // Silent is another finding; whether the port is open nobody knows.
    let unreached = Some(Reason::ServiceUnreached { service: name() });
    assert_eq!(of_a(&both(Became::Silent, Became::Refused)), (Status::NotTestedAgain, unreached));
    // The other way round it is not new.
    let backwards = compared(&diagnosed(&told(scene(&["a", "bb"]), "bb", Became::Refused)), &before);
    assert!(backwards.with(Status::NotTestedBefore).any(|one| one.code == "L4-port-closed"), "{:?}", statuses(&backwards));
}

#[test]
fn a_barrier_that_was_not_tried_again_is_not_closed() {
    let plan = "[[must_not_reach]]\nname = \"dmz\"\nhost = \"10.9.0.7\"\nports = [22]\n[[must_not_reach]]\nname = \"vpn\"\nhost = \"10.9.0.8\"\nports = [22]\n";
    let diagnosed = |tried: &[(&str, &[u16])]| {
        let scene = tried.iter().fold(Scene::swept().plan(plan), |scene, (name, open)| {
            let (barrier, address) = ((*name).to_owned(), None);
            let tried = BarrierTried { barrier, address, not_sent: false, open: open.to_vec(), refused: Vec::new(), ping: false };
            scene.fact(Fact::BarrierTried(Box::new(tried)))
        });
        scene.report(Visit { errand: Errand::Diagnose, ..visit("10.0.0.0/24") })
    };
    let before = diagnosed(&[("dmz", &[22]), ("vpn", &[])]);
    let of = |after: &Report| statuses(&compared(&before, after)).into_iter().map(|(_, status)| status).collect::<Vec<_>>();
    assert_eq!(of(&diagnosed(&[("dmz", &[]), ("vpn", &[22])])), [Status::New, Status::Closed]);
    assert_eq!(of(&diagnosed(&[("vpn", &[22])])), [Status::New, Status::NotTestedAgain]);
}

#[test]
fn a_gateway_or_a_dns_server_that_was_not_asked_again_is_not_closed() {
    let plan = "[[network]]\nprefix = \"10.0.0.0/24\"\ngateways = [\"10.0.0.253\", \"10.0.0.254\"]\ndns = [\"10.0.0.53\", \"10.0.0.54\"]\n";
    let diagnosed = |scene: Scene| scene.plan(plan).report(Visit { errand: Errand::Diagnose, ..visit("10.0.0.0/24") });
    let well = [700; 20];
    let pinged = |one: &[u32], other: &[u32]| Scene::swept().pinged("10.0.0.253", 20, one).pinged("10.0.0.254", 20, other);
    let before = diagnosed(pinged(&[], &well).dns("10.0.0.53", 3, &[]).dns("10.0.0.54", 3, &[900; 3]));
    let became = |after: Scene, code: &str| {
        let comparison = compared(&before, &diagnosed(after));
        let one = comparison.findings.iter().find(|one| one.before.is_some() && one.code == code).expect("the first");
        one.status
    };
    let (gateway, dns) = ("L3-gateway-silent", "L7-dns-silent");
    assert_eq!(became(pinged(&well, &[]), gateway), Status::Closed);
    assert_eq!(became(Scene::swept().pinged("10.0.0.254", 20, &[]), gateway), Status::NotTestedAgain);
    assert_eq!(became(pinged(&well, &well).dns("10.0.0.53", 3, &[900; 3]).dns("10.0.0.54", 3, &[]), dns), Status::Closed);
    assert_eq!(became(pinged(&well, &well).dns("10.0.0.54", 3, &[]), dns), Status::NotTestedAgain);
}

#[test]
fn what_had_ended_when_the_time_ran_out_was_looked_at_again() {
    let mended = Scene::swept().claim("10.0.0.9", A).out_of_time(&[Part::Services]);
    let comparison = compared(&report(&duplicate()), &report(&mended));
    assert_eq!(statuses(&comparison), [(DUPLICATE, Status::Closed)]);
}

#[test]
fn a_check_of_leases_without_a_lease_file_is_not_tested_again() {
    let plan = "[[dhcp]]\nserver = \"10.0.0.2\"\nranges = [\"10.0.0.100-10.0.0.150\"]\n";
    let scene = Scene::swept().plan(plan).claim("10.0.0.13", A);
    let before = report(&scene.clone().leases(&format!("0 {A} 10.0.0.13 * *\n")));
    let comparison = compared(&before, &report(&scene));
    assert_eq!(statuses(&comparison), [("L3-stale-lease", Status::NotTestedAgain)]);
    assert_eq!(comparison.findings[0].reason, Some(Reason::NoLeases));
    // Nothing was wrong, and less was looked at: that is not clear either.
    let sound = report(&scene.clone().leases(&format!("0 {A} 10.0.0.120 * *\n")));
    assert_eq!(compared(&sound, &report(&scene)).exit_code(), 3);
}

#[test]
fn a_swapped_device_is_another_owner_and_neither_gone_nor_new() {
    let changes = compared(&report(&Scene::swept().claim("10.0.0.9", A)), &report(&Scene::swept().claim("10.0.0.9", B))).hosts;
    assert!(matches!(&changes[..], [Change::OwnerChanged { from, to, .. }] if from[0].mac == mac(A) && to[0].mac == mac(B)));
}

#[test]
fn a_name_that_was_not_told_this_time_is_no_other_name() {
    let scene = |names: &[&str]| {
        let named = |scene: Scene, name: &&str| scene.named("10.0.0.9", A, name);
        report(&names.iter().fold(Scene::swept().claim("10.0.0.9", A), named))
    };
    assert!(compared(&scene(&["PC", "pc.local"]), &scene(&["pc.local"])).hosts.is_empty());
    assert!(compared(&scene(&["PC"]), &scene(&[])).hosts.is_empty());
    let renamed = compared(&scene(&["PC"]), &scene(&["TILL"])).hosts;
    assert!(matches!(renamed[..], [Change::Renamed { .. }, Change::KindChanged { .. }]), "{renamed:?}");
}

#[test]
fn visits_of_two_networks_are_not_compared() {
    let far = Visit { addresses: vec!["192.168.1.5/24".to_owned()], ..visit("192.168.1.0/24") };
    let refused = Comparison::of(
        &report(&Scene::swept().claim("10.0.0.9", A)),
        &Scene::swept().claim("192.168.1.9", B).report(far.clone()),
    );
    assert!(refused.is_err_and(|fault| fault.to_string().contains("different networks: 10.0.0.0/24, then 192.168.1.0/24")));
    // The same devices under other addresses are one network.
    assert!(
        Comparison::of(&report(&Scene::swept().claim("10.0.0.9", A)), &Scene::swept().claim("192.168.1.9", A).report(far))
            .is_ok()
    );
}

/// Facts of a small network: hosts, names, how far the look went, servers.
fn scenes() -> impl Strategy<Value = (Scene, Visit)> {
    let cards = prop_oneof![Just(A), Just(B), Just(C), Just("00:00:5e:00:01:07")];
    let claims = prop::collection::vec((2u8..8, cards, prop::option::of("[a-c]{1,2}")), 0..8);
    let cut = prop_oneof![4 => Just(None), 1 => Just(Some(Cut::User)), 1 => Just(Some(Cut::Budget))];
    let servers = prop::collection::vec((2u8..5, 0u32..3), 0..3);
    let visits = (prop_oneof![Just("10.0.0.0/24"), Just("10.0.0.0/29"), Just("10.0.0.1-5")], any::<bool>());
    (claims, cut, servers, visits, any::<bool>()).prop_map(|(claims, cut, servers, (targets, quick), leases)| {
        let mut scene = Scene::swept().plan("[[dhcp]]\nserver = \"10.0.0.2\"\nranges = [\"10.0.0.4-10.0.0.5\"]\n");
        for (last, card, name) in claims {
            let ip = format!("10.0.0.{last}");
            scene = scene.claim(&ip, card);
            if let Some(name) = name {
                scene = scene.named(&ip, card, &name);
            }
        }
        for (last, lease_s) in servers {
            let (server, source) = (Some([10, 0, 0, last].into()), [10, 0, 0, last].into());
            let settings = Settings { lease_s: Some(3600 + lease_s), ..Settings::default() };
            let (how, kind, mac, relay, offered) = (Asked::Discover, Kind::Offer, mac(B), None, Some([10, 0, 0, 4].into()));
            let answer = DhcpAnswer { how, kind, server, mac, source, relay, offered, settings };
            scene = scene.fact(Fact::DhcpAnswered(Box::new(answer)));
            scene =
                scene.fact(Fact::DhcpAsked(DhcpAsked { informs: 1, discovers: 2, listened_ms: 4_500, ..DhcpAsked::default() }));
        }
        if let Some(cut) = cut {
            scene = scene.cut(cut).fact(Fact::Unfinished { part: Part::Dhcp });
        }
        if leases {
            scene = scene.leases(&format!("0 {A} 10.0.0.3 * *\n"));
        }
        (scene, Visit { quick, ..visit(targets) })
    })
}

/// A status as it is the other way round.
fn mirrored(status: Status) -> Status {
    match status {
        Status::StillThere => Status::StillThere,
        Status::New => Status::Closed,
        Status::Closed => Status::New,
        Status::NotTestedBefore => Status::NotTestedAgain,
        Status::NotTestedAgain => Status::NotTestedBefore,
    }
}

/// A change as it is the other way round, its kind and its addresses; what is known of a device is what was seen last.
fn backwards(change: &Change) -> String {
    let device = |device: &super::Device| device.mac;
    let macs = |devices: &[super::Device]| devices.iter().map(device).collect::<Vec<_>>();
    match change {
        Change::Moved { device: of, from, to } => format!("moved {} {to:?} {from:?}", of.mac),
        Change::OwnerChanged { ip, from, to } => format!("owner {ip} {:?} {:?}", macs(to), macs(from)),
        Change::Appeared { device: of, ips } => format!("vanished {} {ips:?}", of.mac),
        Change::Vanished { device: of, ips } => format!("appeared {} {ips:?}", of.mac),
        Change::Renamed { device: of, from, to } => format!("renamed {} {to:?} {from:?}", of.mac),
        Change::KindChanged { device: of, from, to } => format!("kind {} {:?} {:?}", of.mac, to.kind, from.kind),
        Change::NotAskedBefore { device: of, ips } => format!("not asked again {} {ips:?}", of.mac),
        Change::NotAskedAgain { device: of, ips } => format!("not asked before {} {ips:?}", of.mac),
    }
}

fn forwards(change: &Change) -> String {
    let macs = |devices: &[super::Device]| devices.iter().map(|device| device.mac).collect::<Vec<_>>();
    match change {
        Change::Moved { device, from, to } => format!("moved {} {from:?} {to:?}", device.mac),
        Change::OwnerChanged { ip, from, to } => format!("owner {ip} {:?} {:?}", macs(from), macs(to)),
        Change::Appeared { device, ips } => format!("appeared {} {ips:?}", device.mac),
        Change::Vanished { device, ips } => format!("vanished {} {ips:?}", device.mac),
        Change::Renamed { device, from, to } => format!("renamed {} {from:?} {to:?}", device.mac),
        Change::KindChanged { device, from, to } => format!("kind {} {:?} {:?}", device.mac, from.kind, to.kind),
        Change::NotAskedBefore { device, ips } => format!("not asked before {} {ips:?}", device.mac),
        Change::NotAskedAgain { device, ips } => format!("not asked again {} {ips:?}", device.mac),
    }
}

proptest! {
    #[test]
    fn a_visit_compared_with_itself_shows_nothing_but_what_is_still_there((scene, visit) in scenes()) {
        let report = scene.report(visit);
        let comparison = compared(&report, &report);
        prop_assert!(comparison.findings.iter().all(|one| one.status == Status::StillThere));
        prop_assert_eq!(comparison.findings.len(), report.findings.len());
        prop_assert!(comparison.hosts.is_empty() && comparison.dhcp_servers.is_empty());
        prop_assert!(!comparison.checks.iter().any(super::ComparedCheck::is_lost));
    }

    #[test]
    fn the_other_way_round_what_was_closed_is_new_and_who_came_is_gone((one, first) in scenes(), (other, second) in scenes()) {
        let (first, second) = (one.report(first), other.report(second));
        let (there, back) = (compared(&first, &second), compared(&second, &first));
        let listed = |comparison: &Comparison, turn: fn(Status) -> Status| {
            let mut list: Vec<_> = comparison.findings.iter().map(|one| (one.code.clone(), one.subject.clone(), turn(one.status), one.reason.clone())).collect();
            list.sort_by_key(|row| format!("{row:?}"));
            list
        };
        prop_assert_eq!(listed(&there, mirrored), listed(&back, |status| status));
        let sorted = |changes: &[Change], say: fn(&Change) -> String| {
            let mut list: Vec<String> = changes.iter().map(say).collect();
            list.sort();
            list
        };
        prop_assert_eq!(sorted(&there.hosts, backwards), sorted(&back.hosts, forwards));
        prop_assert_eq!(there.dhcp_servers.len(), back.dhcp_servers.len());
    }

    #[test]
    fn no_finding_of_either_visit_is_lost((one, first) in scenes(), (other, second) in scenes()) {
        let (first, second) = (one.report(first), other.report(second));
        let comparison = compared(&first, &second);
        prop_assert_eq!(comparison.findings.iter().filter(|one| one.before.is_some()).count(), first.findings.len());
        prop_assert_eq!(comparison.findings.iter().filter(|one| one.after.is_some()).count(), second.findings.len());
    }
}
