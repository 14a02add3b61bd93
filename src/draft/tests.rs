//! A draft is a plan, whatever the network called its devices.

use proptest::prelude::*;

use super::*;
use crate::check::way_out::NamedBy;
use crate::net::Moment;
use crate::observe::{Claim, Fact, Inventory, NameSource, Observation, Replies};
use crate::oui::Vendors;
use crate::probe::Errand;
use crate::report::Visit;

fn visit() -> Visit {
    Visit {
        started: "2026-11-21T09:00:00Z".to_owned(),
        finished: "2026-11-21T09:00:04Z".to_owned(),
        errand: Errand::Scan,
        interface: Some("lan0".to_owned()),
        mac: None,
        addresses: vec!["10.0.0.1/24".to_owned()],
        targets: vec!["10.0.0.0/24".to_owned()],
        site: None,
        quick: false,
        will_fit: Vec::new(),
        capture: None,
    }
}

fn report(facts: impl IntoIterator<Item = Fact>, known: &Plan) -> Report {
    let mut inventory = Inventory::new(Vendors::builtin());
    for fact in facts {
        inventory.fold(&Observation { at: Moment::default(), frame: None, fact });
    }
    Report::of(visit(), &inventory, known)
}

fn claim(host: u8, card: &str) -> Fact {
    let (ip, mac) = (Ipv4Addr::new(10, 0, 0, host).into(), card.parse().expect("a MAC"));
    Fact::AddressClaimed { ip, mac, how: Claim::Reply, rtt_us: None, via: None }
}

fn leases(text: &str) -> Vec<Fact> {
    let read = crate::lease::read(text.as_bytes(), None, &jiff::tz::TimeZone::UTC).expect("a lease file");
    let entries = read.leases.len() as u32;
    let held = read.leases.into_iter().map(|lease| Fact::LeaseHeld { file: "leases".to_owned(), lease });
    held.chain([Fact::LeasesRead { file: "leases".to_owned(), entries, unread: 0 }]).collect()
}

#[test]
fn leased_fixed_contested_and_shared_addresses_are_told_apart() {
    let known = Plan::parse("[[dhcp]]\nserver = \"10.0.0.1\"\nranges = [\"10.0.0.100-10.0.0.150\"]\n").expect("a plan");
    let mut facts = vec![
        claim(7, "b8:27:eb:00:00:07"),
        claim(8, "b8:27:eb:00:00:08"),
        claim(8, "00:1b:00:00:00:08"),
        claim(100, "b8:27:eb:00:00:64"),
        claim(101, "b8:27:eb:00:00:65"),
        claim(254, "00:00:5e:00:01:0a"),
    ];
    facts.extend(leases("0 b8:27:eb:00:00:64 10.0.0.100 * *\n"));
    let text = plan(&report(facts, &known), &known, Language::En);
    let drafted = Plan::parse(&text).expect("a plan");
    assert_eq!(drafted.networks[0].prefix.to_string(), "10.0.0.0/24");
    let fixed: Vec<u8> = drafted.fixed.iter().map(|fixed| fixed.address.octets()[3]).collect();
    assert_eq!(fixed, [7]);
    assert_eq!(drafted.shared[0].address, Ipv4Addr::new(10, 0, 0, 254));
    assert_eq!(drafted.dhcp, known.dhcp);
    let place = |wanted: &str| text.find(wanted).unwrap_or_else(|| panic!("{wanted:?} is not in\n{text}"));
    assert!(place("Leased by DHCP") < place("10.0.0.100\""));
    assert!(place("Fixed inside a DHCP range") < place("10.0.0.101\""));
    assert!(place("Answered for by several") < place("00:1b:00:00:00:08"));
}

#[test]
fn without_leases_or_ranges_nothing_is_called_fixed() {
    let known = Plan::default();
    let text = plan(&report([claim(7, "b8:27:eb:00:00:07")], &known), &known, Language::Fr);
    assert!(Plan::parse(&text).expect("a plan").fixed.is_empty());
    assert!(text.contains("Fixes ou louées ?"), "{text}");
}

#[test]
fn what_a_plan_says_is_kept_and_what_was_not_seen_is_said() {
    let known = "site = \"Tilleuls\"\n[[network]]\nname = \"chai\"\nprefix = \"10.0.0.0/16\"\n[[fixed]]\nname = \"caisse\"\n\
                 address = \"10.0.0.9\"\nmac = \"b8:27:eb:00:00:09\"\n[[shared]]\naddress = \"10.0.0.8\"\n";
    let known = Plan::parse(known).expect("a plan");
    let text = plan(&report([claim(8, "b8:27:eb:00:00:08")], &known), &known, Language::En);
    assert_eq!(Plan::parse(&text), Ok(known));
    assert!(text.contains("# not seen at this visit"), "{text}");
}

#[test]
fn gateways_and_dns_servers_that_answered_stand_in_their_network() {
    let row = |ip: &str, rtts_us: &[u32]| WayOutRow {
        ip: ip.parse().expect("an address"),
        named_by: NamedBy::default(),
        replies: Some(Replies { sent: 5, rtts_us: rtts_us.to_vec() }),
    };
    let known = Plan::default();
    let mut report = report([claim(253, "b8:27:eb:00:00:fd")], &known);
    report.gateways = vec![row("10.0.0.252", &[]), row("10.0.0.253", &[]), row("10.0.0.254", &[400]), row("10.9.9.1", &[400])];
    report.dns_servers = vec![row("10.0.0.254", &[900]), row("9.9.9.9", &[]), row("127.0.0.53", &[9])];
    let drafted = Plan::parse(&plan(&report, &known, Language::En)).expect("a plan");
    assert_eq!(drafted.networks[0].gateways, [Ipv4Addr::new(10, 0, 0, 253), Ipv4Addr::new(10, 0, 0, 254)]);
    assert_eq!(drafted.networks[0].dns, [IpAddr::V4(Ipv4Addr::new(10, 0, 0, 254))]);
}

#[test]
fn what_the_plan_says_of_switches_and_outlets_is_kept() {
    let known = "[[network]]\nprefix = \"10.0.0.0/24\"\nvlan = 20\n[[switch]]\nname = \"sw-1\"\naddress = \"10.0.0.2\"\n\
                 [[outlet]]\nlabel = \"B15\"\nswitch = \"sw-1\"\nport = \"Gi1/0/12\"\nvlan = 20\nprofile = \"telephone\"\n";
    let known = Plan::parse(known).expect("a plan");
    let drafted = Plan::parse(&plan(&report([], &known), &known, Language::Fr)).expect("a plan");
    assert_eq!(
        (drafted.switches, drafted.outlets, drafted.networks[0].vlan),
        (known.switches, known.outlets, known.networks[0].vlan)
    );
}

proptest! {
    #[test]
    fn a_draft_is_a_plan_whatever_the_devices_are_called(names in prop::collection::vec("\\PC*|[\\x00-\\x7f]{0,40}|.{0,20}", 0..6), site in "(?s).{0,30}") {
        let known = Plan { site: Some(site), ..Plan::default() };
        let facts = names.iter().zip(1_u8..).flat_map(|(name, host)| {
            let card = format!("02:00:00:00:00:{host:02x}");
            let mac = card.parse().expect("a MAC");
            let ip = Ipv4Addr::new(10, 0, 0, host).into();
            [claim(host, &card), Fact::Named { ip, mac: Some(mac), name: name.clone(), source: NameSource::Mdns }]
        });
        let facts = facts.chain(leases("0 02:00:00:00:00:01 10.0.0.1 * *\n"));
        for language in Language::ALL {
            let text = plan(&report(facts.clone(), &known), &known, language);
            let drafted = Plan::parse(&text);
            prop_assert!(drafted.is_ok(), "{:?}\n{}", drafted, text);
            prop_assert_eq!(drafted.expect("a plan").fixed.len(), names.len().saturating_sub(1));
        }
    }
}

#[test]
fn the_ipv6_routers_of_a_plan_are_kept_and_one_that_was_heard_is_proposed() {
    use crate::check::second_router::tests::advertised;
    use crate::check::testing::{A, B};
    let drafted = |facts: &[Fact], known: &Plan| plan(&report(facts.iter().cloned(), known), known, Language::En);
    let first = advertised("fe80::a", A, 1800, &["2001:db8:1::/64"]);
    let planned = Plan::parse(&drafted(std::slice::from_ref(&first), &Plan::default())).expect("a plan");
    let router = &planned.routers6[0];
    assert_eq!((router.address, router.mac), ("fe80::a".parse().ok(), A.parse().ok()));
    assert_eq!(router.prefixes, ["2001:db8:1::/64".parse().expect("a prefix")]);
    let text = drafted(&[first, advertised("fe80::b", B, 1800, &["2001:db8:2::/64"])], &planned);
    assert_eq!(Plan::parse(&text).expect("a plan").routers6, planned.routers6);
    assert!(text.contains("# [[router6]]"), "{text}");
}
