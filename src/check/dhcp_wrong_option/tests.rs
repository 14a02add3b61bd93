use super::*;
use crate::check::second_dhcp_server::tests::{answer, asked, seen};
use crate::observe::{Asked, DhcpAnswer};
use crate::wire::dhcp::Settings;

fn said(change: impl FnOnce(&mut DhcpAnswer)) -> Vec<Wrong> {
    let mut one = answer(1);
    change(&mut one);
    match judge(&seen(&[one]), &Plan::default()) {
        Verdict::Found(found) => match &found[0].problem {
            Problem::DhcpWrongOption(problem) => problem.wrong.clone(),
            other => panic!("{other:?}"),
        },
        verdict => {
            assert_eq!(verdict, Verdict::Clear);
            Vec::new()
        }
    }
}

const fn ip(d: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, d)
}

#[test]
fn sound_settings_and_name_servers_on_the_internet_are_not() {
    assert_eq!(said(|_| ()), []);
    assert_eq!(said(|answer| answer.settings.dns = vec![Ipv4Addr::new(9, 9, 9, 9)]), []);
    assert_eq!(judge(&asked(), &Plan::default()), Verdict::Clear);
}

#[test]
fn a_router_outside_the_subnet_is_unless_routes_are_given() {
    let router = Ipv4Addr::new(192, 168, 1, 1);
    let subnet = "10.0.0.0/24".parse().expect("a prefix");
    assert_eq!(said(|answer| answer.settings.routers = vec![router]), [Wrong::RouterOutside { router, subnet }]);
    let routes = |answer: &mut DhcpAnswer| (answer.settings.routers, answer.settings.routes) = (vec![router], true);
    assert_eq!(said(routes), []);
}

#[test]
fn addresses_that_no_host_can_have_are() {
    assert_eq!(said(|answer| answer.settings.routers = vec![ip(255)]), [Wrong::Unusable { option: 3, address: ip(255) }]);
    let local = Ipv4Addr::LOCALHOST;
    assert_eq!(said(|answer| answer.settings.dns = vec![local]), [Wrong::Unusable { option: 6, address: local }]);
}

#[test]
fn masks_are_compared_with_ours_in_the_same_network_only() {
    let wide = Ipv4Addr::new(255, 255, 0, 0);
    let ours = Ipv4Addr::new(255, 255, 255, 0);
    assert_eq!(said(|answer| answer.settings.mask = Some(wide)), [Wrong::OtherMask { mask: wide, ours }]);
    let mixed = Ipv4Addr::new(255, 0, 255, 0);
    assert_eq!(said(|answer| answer.settings.mask = Some(mixed)), [Wrong::BadMask { mask: mixed }]);
    let elsewhere = |answer: &mut DhcpAnswer| {
        answer.offered = Some(Ipv4Addr::new(172, 16, 0, 9));
        answer.settings.mask = Some(wide);
        answer.settings.routers = vec![Ipv4Addr::new(172, 16, 0, 1)];
    };
    assert_eq!(said(elsewhere), []);
}

#[test]
fn what_an_offer_must_have_is_missed() {
    let bare = |answer: &mut DhcpAnswer| (answer.server, answer.settings) = (None, Settings::default());
    assert_eq!(said(bare), [Wrong::NoServerId, Wrong::NoMask, Wrong::NoLeaseTime]);
    assert_eq!(said(|answer| answer.settings.lease_s = Some(20)), [Wrong::ShortLease { seconds: 20 }]);
    let cut = |answer: &mut DhcpAnswer| (answer.settings.lease_s, answer.settings.unreadable) = (None, vec![51]);
    assert_eq!(said(cut), [Wrong::Unreadable { option: 51 }]);
}

#[test]
fn a_lease_of_two_minutes_or_three_months_is_worth_a_note_and_no_more() {
    for seconds in [120, 90 * 86_400, u32::MAX] {
        let mut one = answer(1);
        one.settings.lease_s = Some(seconds);
        let Verdict::Found(found) = judge(&seen(&[one]), &Plan::default()) else { panic!("{seconds} s") };
        assert_eq!(found[0].severity, Severity::Note);
        let words = found[0].problem.explain();
        assert!(words.words(Language::En).title.contains("lease time") && words.words(Language::Fr).title.contains("bail"));
    }
    assert_eq!(said(|answer| answer.settings.lease_s = Some(86_400)), []);
}

#[test]
fn a_name_server_outside_without_a_router_is_out_of_reach() {
    let dns = Ipv4Addr::new(9, 9, 9, 9);
    let alone = |answer: &mut DhcpAnswer| (answer.settings.routers, answer.settings.dns) = (vec![], vec![dns]);
    assert_eq!(said(alone), [Wrong::DnsUnreachable { dns }]);
}

#[test]
fn settings_for_somebody_else_are_not_judged() {
    assert_eq!(said(|answer| (answer.how, answer.settings) = (Asked::Overheard, Settings::default())), []);
}
