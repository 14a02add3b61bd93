//! What may be seen on a network, and what may be planned of it, at random.

use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;
use proptest::sample::select;

use crate::lease::{Ends, Lease, State};
use crate::mib::power_ethernet::{Detection, PsePort, Supply};
use crate::mib::pse::{Feeding, FeedingPort, FeedingSupply};
use crate::mib::{Said, Tables};
use crate::net::{Mac, Moment, VlanId, Watts};
use crate::observe::{
    Asked, BarrierTried, Became, CarrierCounted, Claim, Cut, DhcpAnswer, Fact, Fate, LinkState, NameSource, Observation, Part,
    PoolFile, Replies, ServiceTold, SwitchTold, Unanswered,
};
use crate::pool::{Pool, Server};
use crate::service::Measured;
use crate::service::dns::Looked;
use crate::service::http::Page;
use crate::service::ntp::Clock;
use crate::service::throughput::{Flow, Throughput};
use crate::site::{Plan, Range};
use crate::wire::dhcp::{Kind, Says, Settings};

/// Addresses few enough to be contested often. Ours is the first.
fn an_ip() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        5 => (1u8..9).prop_map(|last| an_address(last).into()),
        1 => (1u16..4).prop_map(an_address6),
    ]
}

/// Cards: ours, its sibling, virtual ones, and a few real ones; sometimes one of very many.
fn a_mac() -> impl Strategy<Value = Mac> {
    prop_oneof![
        8 => (1u8..8).prop_map(|last| Mac([2, 0, 0, 0, 0, last])),
        1 => select(vec![Mac([0, 0, 0x5e, 0, 1, 7]), Mac([0, 7, 0xb4, 0, 0, 1]), Mac([2, 0xbf, 10, 0, 0, 3])]),
    ]
}

fn a_lease(last: u8, mac: Option<Mac>, state: State) -> Lease {
    let ip = Ipv4Addr::new(10, 0, 0, last);
    Lease { ip, mac, client_id: None, name: None, ends: Ends::Unknown, state, line: last.into() }
}

/// The first is ours.
fn an_address6(last: u16) -> IpAddr {
    std::net::Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, last).into()
}

fn an_address(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, last)
}

fn an_offer(server: u8, last: u8, how: Asked) -> Fact {
    Fact::DhcpAnswered(Box::new(DhcpAnswer {
        how,
        kind: Kind::Offer,
        server: Some(an_address(server)),
        mac: Mac([2, 0, 0, 0, 0, server]),
        source: an_address(server),
        relay: None,
        offered: Some(an_address(last)),
        settings: Settings::default(),
    }))
}

/// What a switch tells of two of its PoE ports, or that it tells nothing.
fn a_power_reading() -> impl Strategy<Value = Fact> {
    let detections = [Detection::Searching, Detection::Delivering, Detection::Fault, Detection::OtherFault];
    let counts = (prop::option::of(0u32..3), prop::option::of(0u32..3));
    let port = (1u32..3, select(detections.to_vec()), counts).prop_map(|(number, detection, (denied, shorts))| {
        let told = PsePort { detection: Some(detection), denied, shorts, ..PsePort::default() };
        FeedingPort { group: 1, number, told, ..FeedingPort::default() }
    });
    let supply = prop::option::of(8u32..12).prop_map(|drawn| {
        let watts = |watts| Watts::from_milliwatts(watts * 1_000);
        let supply = Supply { nominal: Some(watts(10)), drawn: drawn.map(watts), ..Supply::default() };
        FeedingSupply { group: 1, supply }
    });
    let feeding = (prop::collection::vec(port, 0..3), prop::collection::vec(supply, 0..2))
        .prop_map(|(ports, supplies)| Ok(Said::Power(Feeding { ports, supplies })));
    let said = prop_oneof![3 => feeding, 1 => Just(Err(Unanswered::Silent)), 1 => Just(Err(Unanswered::Denied))];
    (1u8..3, said).prop_map(|(last, said)| {
        let (switch, tables) = (an_address(last).into(), Tables::Power);
        Fact::SwitchTold(Box::new(SwitchTold { switch, tables, said, refused: Vec::new(), refusals: 0, cut: Vec::new() }))
    })
}

fn a_fact() -> impl Strategy<Value = Fact> {
    let mac = a_mac().boxed();
    let hows =
        [Claim::Reply, Claim::Unicast, Claim::Surplus, Claim::Announcement, Claim::Request, Claim::Overheard, Claim::Yielding];
    let sources = [NameSource::NetBios, NameSource::Mdns, NameSource::Llmnr, NameSource::Dns];
    let claim = (an_ip(), mac.clone(), select(hows.to_vec()), prop::option::of(0u32..5000), prop::option::of(mac.clone()));
    let named = (an_ip(), prop::option::of(mac.clone()), "[a-c]{0,2}", select(sources.to_vec()));
    let replies = (0u32..4, prop::collection::vec(0u32..90_000, 0..4)).prop_map(|(sent, rtts_us)| Replies { sent, rtts_us });
    let path = prop_oneof![
        any::<bool>().prop_map(|carrier| Fact::LinkIs(LinkState { carrier, speed_mbps: None, full_duplex: None })),
        (1u8..9)
            .prop_map(|last| Fact::Routed { gateways: vec![[10, 0, 0, last].into()], resolvers: vec![[10, 0, 0, last].into()] }),
        (an_ip(), replies.clone()).prop_map(|(ip, replies)| Fact::Pinged { ip, replies }),
        (an_ip(), replies).prop_map(|(server, replies)| Fact::DnsAsked { server, replies }),
        (
            prop_oneof![(1u8..4).prop_map(|last| an_address(last).into()), (1u16..4).prop_map(an_address6)],
            select(vec![0u16, 28, 48, 576, 1280, 1400, 1500]),
            select(vec![
                Fate::Sent,
                Fate::Answered,
                Fate::TooBig { by: an_address(9).into() },
                Fate::TooBig { by: an_address6(9) }
            ])
        )
            .prop_map(|(ip, bytes, fate)| Fact::PathSized { ip, bytes, fate }),
        (1u8..4, a_mac(), select(hows.to_vec())).prop_map(|(last, mac, how)| {
            let foreign = if last < 3 { Ipv4Addr::new(192, 168, 1, last) } else { Ipv4Addr::new(169, 254, 9, 9) };
            Fact::AddressClaimed { ip: foreign.into(), mac, how, rtt_us: None, via: None }
        }),
    ];
    prop_oneof![
        4 => path,
        3 => a_fact_of_our_card(),
        2 => a_count_of_broadcasts(),
        2 => a_tree(),
        2 => a_neighbour(),
        2 => a_router(),
        1 => any::<bool>().prop_map(|up| Fact::LinkChanged { up }),
        1 => (0u32..3, 0u32..3).prop_map(|(downs, ups)| Fact::CarrierCounted(CarrierCounted { downs, ups })),
        2 => a_power_reading(),
        3 => a_fact_of_a_switch(),
        4 => a_service(),
        10 => claim.prop_map(|(ip, mac, how, rtt_us, via)| Fact::AddressClaimed { ip, mac, how, rtt_us, via }),
        2 => (an_ip(), mac.clone(), select(vec![64u8, 128, 255])).prop_map(|(ip, mac, ttl)| Fact::EchoAnswered { ip, mac, ttl }),
        1 => (an_ip(), mac.clone()).prop_map(|(ip, mac)| Fact::WouldForward { ip, mac }),
        1 => (an_ip(), mac.clone()).prop_map(|(ip, mac)| Fact::AskedAlone { ip, mac }),
        1 => (an_ip(), mac).prop_map(|(ip, mac)| Fact::AddressProbed { ip, mac }),
        2 => named.prop_map(|(ip, mac, name, source)| Fact::Named { ip, mac, name, source }),
        1 => (0u32..9, 0u32..9, 0u32..9).prop_map(|(planned, asked, requests)| Fact::Swept { planned, asked, requests, listened_ms: asked }),
        2 => (1u8..9, 1u8..9).prop_map(|(one, other)| Fact::AskedThrough {
            targets: format!("10.0.0.{}-{}", one.min(other), one.max(other)).parse().expect("a range"),
        }),
        1 => (1u16..4).prop_map(|number| Fact::Tagged { vlan: VlanId::new(number).expect("a VLAN") }),
        3 => (1u8..9, prop::option::of(a_mac()), select(vec![State::Active, State::Reserved, State::Declined, State::Expired]))
            .prop_map(|(last, mac, state)| Fact::LeaseHeld { file: "leases".into(), lease: a_lease(last, mac, state) }),
        1 => (0u32..3).prop_map(|entries| Fact::LeasesRead { file: "leases".into(), entries, unread: 0 }),
        2 => (1u8..3, 1u8..9, prop::option::of(1u8..9)).prop_map(|(server, last, offered)| Fact::PoolAsked {
            server: an_address(server),
            address: an_address(last),
            offered: offered.map(an_address),
        }),
        2 => (1u8..3, 1u8..9, select(vec![Says::Active, Says::Unassigned, Says::Unknown, Says::Silent]))
            .prop_map(|(server, last, says)| Fact::LeaseAsked { server: an_address(server), address: an_address(last), says }),
        1 => (1u8..9, 0u32..4).prop_map(|(last, times)| Fact::OfferProbed { ip: an_address(last), times }),
        2 => (1u8..3, 1u8..9, select(vec![Asked::Discover, Asked::Pool, Asked::Overheard]))
            .prop_map(|(server, last, how)| an_offer(server, last, how)),
        1 => "[a-b]".prop_map(|field| Fact::Malformed { protocol: "ARP".into(), field }),
        1 => (0u32..3).prop_map(|count| Fact::FramesLost { count }),
        1 => select(vec![Cut::User, Cut::Interface, Cut::Capture, Cut::Link, Cut::Budget]).prop_map(|by| Fact::CutShort { by }),
        1 => select(vec![Part::Addresses, Part::Dhcp, Part::Ipv6, Part::Services]).prop_map(|part| Fact::Unfinished { part }),
    ]
}

/// What was counted of broadcasts.
fn a_count_of_broadcasts() -> impl Strategy<Value = Fact> {
    use crate::observe::{BroadcastsHeard, Busiest, OwnReturned};
    let counts = (0u32..3, 0u32..3, 0u32..9000);
    prop_oneof![
        counts.clone().prop_map(|(thousands, share, watched_ms)| {
            let frames = 1000 * thousands;
            let busiest = Busiest { frames, repeats: frames * share / 3, copies: share };
            Fact::BroadcastsHeard(BroadcastsHeard { busiest, frames: frames.into(), watched_ms })
        }),
        counts.prop_map(|(copies, more, sent)| {
            let returned = u64::from(copies * (1 + more));
            Fact::OwnReturned(OwnReturned { copies: 2 * copies, returned, sent: sent.into() })
        }),
    ]
}

/// What bridges tell of their tree.
fn a_tree() -> impl Strategy<Value = Fact> {
    use crate::observe::TreeTold;
    use crate::wire::stp::{BridgeId, Version};
    let bridge = |last: u8| BridgeId { priority: 0x8000, mac: Mac([2, 0, 0, 0, 9, last]) };
    let told = (0u16..2, 0u8..3, 0u8..3, any::<bool>(), 0u32..50).prop_map(move |(vlan, speaks, root, changing, cost)| {
        Fact::TreeTold(TreeTold {
            vlan: VlanId::new(vlan),
            bridge: bridge(speaks),
            port: 0x8001,
            root: bridge(root),
            cost,
            changing,
            version: Version::Rstp,
            sender: bridge(speaks).mac,
        })
    });
    prop_oneof![9 => told, 1 => a_mac().prop_map(|mac| Fact::TopologyChangeNotified { mac })]
}

/// What neighbours say, and where their listener is.
fn a_neighbour() -> impl Strategy<Value = Fact> {
    use super::super::neighbouring::testing::advertised;
    use crate::observe::{Advertised, Discovery, PowerTold, Role};
    let power = (0u8..3, prop::option::of(1u8..5), any::<bool>()).prop_map(|(detail, power_type, feeds)| PowerTold {
        detail,
        feeds,
        enabled: Some(feeds),
        power_type,
        ..PowerTold::default()
    });
    let told = (any::<bool>(), 0u8..3, 0u8..2, 0u16..3, any::<bool>(), prop::option::of(power), any::<bool>());
    let told = told.prop_map(|(cdp, device, port, vlan, stays, power, full)| {
        Fact::NeighbourAdvertised(Box::new(Advertised {
            protocol: if cdp { Discovery::Cdp } else { Discovery::Lldp },
            ttl_s: if stays { 120 } else { 0 },
            chassis: format!("sw-{device}"),
            name: None,
            port: format!("Gi1/0/{port}"),
            roles: if device == 2 { [Role::Telephone].into() } else { [Role::Bridge].into() },
            vlan: VlanId::new(vlan),
            full_duplex: Some(full),
            power,
            ..advertised()
        }))
    });
    let place = select(vec!["A1", "A2"]).prop_map(|label| Fact::AtOutlet { label: label.to_owned() });
    prop_oneof![8 => told, 1 => place, 1 => (0u32..3).prop_map(|ms| Fact::NeighboursListened { ms })]
}

/// What a driver tells, and a cable test.
fn a_fact_of_our_card() -> impl Strategy<Value = Fact> {
    use super::super::cabling::testing::card;
    use crate::mib::cable_test::WholeResult;
    use crate::observe::{
        CableTested, CardState, ErrorsGrew, Measurable, MeasuredFrom, PairTested, Silence, SwitchTested, WholeTested,
    };
    use crate::wire::ethtool::{Duplex, Pair, PairResult, Trace};
    let duplex = select(vec![
        Measurable::Is(Duplex::Half),
        Measurable::Is(Duplex::Full),
        Measurable::NotMeasurable(Silence::NotSupported),
    ]);
    let state = (any::<bool>(), select(vec![100u32, 1000]), duplex).prop_map(|(carrier, mbps, duplex)| {
        Fact::CardIs(Box::new(CardState { carrier, speed_mbps: Measurable::Is(mbps), duplex, ..card() }))
    });
    let results = [PairResult::Ok, PairResult::Open, PairResult::CrossShort, PairResult::ImpedanceMismatch, PairResult::Noise];
    let pair = (select(Pair::ALL.to_vec()), select(results.to_vec()), prop::option::of(0u32..12_000));
    let tests = [CableTested::Done, CableTested::NotMeasurable { why: Silence::NoAnswer }];
    let by_switch = (select(tests.to_vec()), prop::collection::vec(pair.clone(), 0..4)).prop_map(|(tested, pairs)| {
        let from = MeasuredFrom::Switch { accuracy_m: 10 };
        let pairs = pairs.into_iter().map(|(pair, result, length_cm)| PairTested { pair, result, length_cm, from }).collect();
        Fact::SwitchTestedCable(Box::new(SwitchTested { port: None, tested, pairs, whole: None }))
    });
    let results = [WholeResult::FourPairs, WholeResult::Open, WholeResult::Short, WholeResult::Bad];
    let whole = (select(results.to_vec()), prop::option::of(0u32..12_000)).prop_map(|(result, length_cm)| {
        let whole = Some(WholeTested { result, length_cm, accuracy_m: 5 });
        let tested = CableTested::Done;
        Fact::SwitchTestedCable(Box::new(SwitchTested { port: None, tested, pairs: Vec::new(), whole }))
    });
    prop_oneof![
        state,
        by_switch,
        whole,
        pair.prop_map(|(pair, result, length_cm)| Fact::PairTested(PairTested {
            pair,
            result,
            length_cm,
            from: MeasuredFrom::Laptop
        })),
        select(tests.to_vec()).prop_map(Fact::CableTested),
        (0u16..3).prop_map(|mv| Fact::TraceTaken(Box::new(Trace { pulse_mv: Some(mv), ..Trace::default() }))),
        (0u64..3, 0u64..3).prop_map(|(received, receive_errors)| {
            Fact::ErrorsGrew(ErrorsGrew { received, receive_errors, ..ErrorsGrew::default() })
        }),
    ]
}

/// What became of one of five services of a plan, or of its barrier.
fn a_service() -> impl Strategy<Value = Fact> {
    let became = [
        Became::Answered,
        Became::Refused,
        Became::Silent,
        Became::Mute,
        Became::Garbled,
        Became::Unresolved,
        Became::NotSent,
        Became::Busy,
        Became::NoProgram,
        Became::Stopped,
    ];
    let page = |status| Measured::Page(Page { status, location: None, text_found: None, bytes: 0, cut: false });
    let looked = |code| Measured::Looked(Looked { code, ..Looked::default() });
    let clock = |stratum| Measured::Clock(Clock { stratum, ..Clock::default() });
    let flow = |bits_s| Flow { bits_s, retransmits: None, laptop_percent: 5, server_percent: 5 };
    let filled = move |bits_s| Measured::Throughput(Throughput { up: Some(flow(bits_s)), ..Throughput::default() });
    let measured = prop_oneof![
        (0u64..3_000_000).prop_map(filled),
        select(vec![200u16, 404]).prop_map(page),
        (0u16..4).prop_map(looked),
        (0u8..2).prop_map(clock)
    ];
    let told = ("[a-e]", prop::option::of(an_ip()), select(became.to_vec()), prop::option::of(measured));
    prop_oneof![
        3 => told.prop_map(|(service, address, became, measured)| {
            Fact::ServiceTold(Box::new(ServiceTold { service, address, became, took_us: 0, tls: None, measured }))
        }),
        1 => (an_ip(), any::<bool>(), any::<bool>()).prop_map(|(ip, not_sent, ping)| {
            let (barrier, open) = ("wall".to_owned(), if ping { vec![445] } else { vec![] });
            Fact::BarrierTried(Box::new(BarrierTried { barrier, address: Some(ip), not_sent, open, refused: vec![], ping }))
        }),
    ]
}

/// What a switch told over SNMP, or that it told nothing.
fn a_fact_of_a_switch() -> impl Strategy<Value = Fact> {
    use crate::mib::forwarding::{BridgePort, Forwarding};
    use crate::mib::{Said, Tables};
    use crate::observe::{Sought, SwitchTold, Unanswered};
    let told = |last: u8, said| {
        let (switch, tables) = ([10, 0, 0, last].into(), Tables::Forwarding);
        Fact::SwitchTold(Box::new(SwitchTold { switch, tables, said, refused: Vec::new(), refusals: 0, cut: Vec::new() }))
    };
    let learned = prop::collection::btree_map(a_mac(), 1u16..4, 0..4);
    prop_oneof![
        4 => (2u8..5, learned).prop_map(move |(last, learned)| {
            let port = |number| [BridgePort { number, interface: None }].into();
            let learned = learned.into_iter().map(|(mac, number)| (mac, port(number))).collect();
            told(last, Ok(Said::Forwarding(Forwarding { learned, ..Forwarding::default() })))
        }),
        1 => (2u8..5).prop_map(move |last| told(last, Err(Unanswered::Silent))),
        1 => (2u8..5, prop::option::of(a_mac())).prop_map(|(last, card)| Fact::SwitchesNamed {
            switches: vec![[10, 0, 0, last].into()],
            sought: card.map(Sought::Card),
        }),
    ]
}

/// What IPv6 routers tell, and which addresses of IPv6 are ours.
fn a_router() -> impl Strategy<Value = Fact> {
    use super::super::second_router::tests::advertised;
    let nets = prop::collection::vec(select(vec!["2001:db8:1::/64", "2001:db8:2::/64", "fd00::/64"]), 0..3);
    let told = (1u8..4, 1u8..4, select(vec![0u16, 1800]), nets).prop_map(|(ip, card, lifetime_s, nets)| {
        advertised(&format!("fe80::{ip}"), &format!("02:00:00:00:00:0{card}"), lifetime_s, &nets)
    });
    let ours = Just(Fact::OurAddresses6 { addresses: vec!["fe80::1/64".parse().expect("a prefix")] });
    let asked = (0u32..3, 0u32..3).prop_map(|(to_all, routers)| {
        Fact::Asked6(crate::observe::Asked6 { to_all, routers, solicitations: to_all, listened_ms: 3750, overfull: to_all > 1 })
    });
    prop_oneof![8 => told, 1 => ours, 1 => asked]
}

fn a_sighting(fact: impl Strategy<Value = Fact>) -> impl Strategy<Value = Observation> {
    (0u64..5_000_000, prop::option::of(1u32..99), fact).prop_map(|(at, frame, fact)| Observation { at: Moment(at), frame, fact })
}

pub(super) fn our_card() -> Observation {
    let addresses = vec!["10.0.0.1/24".parse().expect("a prefix")];
    let fact = Fact::OurCard { mac: Mac([2, 0, 0, 0, 0, 1]), addresses, siblings: vec![Mac([2, 0, 0, 0, 0, 2])] };
    Observation { at: Moment::default(), frame: None, fact }
}

/// Many sightings of few things, our card among them.
pub(super) fn sightings(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Observation>> {
    prop::collection::vec(a_sighting(a_fact()), count).prop_map(|mut seen| {
        seen.push(our_card());
        seen
    })
}

/// The same among lines of servers' configurations.
pub(super) fn with_pools() -> impl Strategy<Value = Vec<Observation>> {
    let ends = (1u8..9, 1u8..9).prop_map(|(one, other)| Range {
        first: Ipv4Addr::new(10, 0, 0, one.min(other)),
        last: Ipv4Addr::new(10, 0, 0, one.max(other)),
    });
    let files = || select(vec!["dnsmasq.conf", "kea.conf"]).prop_map(str::to_owned);
    let pools = prop_oneof![
        4 => (files(), ends, 1u32..4).prop_map(|(file, range, line)| Fact::PoolConfigured { file, pool: Pool { range, server: Server::Kea, line } }),
        1 => (files(), 0u32..3).prop_map(|(file, ranges)| Fact::PoolsRead(PoolFile { file, ranges, reserved: 0, unread: 0 })),
    ];
    (sightings(0..60), prop::collection::vec(a_sighting(pools), 0..6)).prop_map(|(seen, pools)| [seen, pools].concat())
}

/// Sightings of more cards than are kept of an address, with more names than are kept of a card.
pub(super) fn floods() -> impl Strategy<Value = Vec<Observation>> {
    let many = any::<u8>().prop_map(|last| Mac([2, 0, 0, 0, 1, last]));
    let one = Just(IpAddr::from([10, 0, 0, 5]));
    let claims = (one, many).prop_map(|(ip, mac)| Fact::AddressClaimed { ip, mac, how: Claim::Reply, rtt_us: None, via: None });
    let names = (one, "[a-z]{1,2}").prop_map(|(ip, name)| Fact::Named {
        ip,
        mac: Some(Mac([2, 0, 0, 0, 0, 3])),
        name,
        source: NameSource::Mdns,
    });
    prop::collection::vec(a_sighting(prop_oneof![3 => claims, 1 => names]), 150..200)
}

pub(super) fn a_plan() -> impl Strategy<Value = Plan> {
    let outlet = "[[switch]]\nname = \"sw-0\"\n[[outlet]]\nlabel = \"A1\"\nswitch = \"sw-0\"\nport = \"Gi1/0/0\"\nvlan = 1\npower_class = 4";
    let shared = "[[shared]]\naddress = \"10.0.0.5\"\nmacs = [\"02:00:00:00:00:03\"]";
    let services = "[[service]]\nname = \"a\"\nhost = \"10.0.0.5\"\nkind = \"http\"\n\
         [[service]]\nname = \"b\"\nhost = \"b.lan\"\nkind = \"tcp\"\nport = 22\n\
         [[service]]\nname = \"c\"\nhost = \"10.0.0.6\"\nkind = \"dns\"\nask = \"c.lan\"\n\
         [[service]]\nname = \"d\"\nhost = \"10.0.0.6\"\nkind = \"ntp\"\n\
         [[service]]\nname = \"e\"\nhost = \"10.0.0.6\"\nkind = \"throughput\"\nat_least_mbps = 2\n\
         [[must_not_reach]]\nname = \"wall\"\nhost = \"10.0.0.6\"\nports = [445]";
    let planned = "[[network]]\nprefix = \"10.0.0.0/24\"\n[[fixed]]\nname = \"a\"\naddress = \"10.0.0.5\"\n\
         [[fixed]]\nname = \"x\"\naddress = \"10.0.0.6\"\nmac = \"02:00:00:00:00:03\"";
    let routed = "[[network]]\nprefix = \"10.0.0.0/29\"\nrouted = true\ngateways = [\"10.0.0.4\", \"10.0.0.5\"]";
    select(vec!["", services, planned, routed, "[[shared]]\naddress = \"10.0.0.4\"", shared, outlet])
        .prop_map(|text| Plan::parse(text).expect("a plan"))
}
