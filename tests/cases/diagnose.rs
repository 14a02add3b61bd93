//! Reports of `trousse diagnose`.

use std::net::Ipv4Addr;

use trousse::observe::{Asked, Became, Claim, Cut, DhcpAsked, Fact, LinkState, Part, Replies, ServiceTold};
use trousse::probe::Errand;
use trousse::report::{Report, Visit};
use trousse::site::Plan;
use trousse::wire::dhcp::Settings;

use super::dhcp::answer;
use super::{Seen, estate, mac, visit};

fn link(carrier: bool) -> Fact {
    Fact::LinkIs(LinkState { carrier, speed_mbps: carrier.then_some(1000), full_duplex: carrier.then_some(true) })
}

fn pinged(host: u8, sent: u32, rtts_us: &[u32]) -> Fact {
    Fact::Pinged { ip: super::ip(host), replies: Replies { sent, rtts_us: rtts_us.to_vec() } }
}

fn routed(seen: &mut Seen, gateway: [u8; 4]) {
    let resolvers = vec![[10, 77, 0, 2].into(), [9, 9, 9, 9].into()];
    seen.add(Fact::Routed { gateways: vec![gateway.into()], resolvers });
}

fn report(seen: Seen, plan: &str) -> Report {
    let visit = Visit { errand: Errand::Diagnose, finished: "2026-11-21T09:00:05.84Z".to_owned(), ..visit() };
    seen.report(visit, &Plan::parse(plan).expect("a plan"))
}

/// The gateway that DHCP gives is silent because it is of another network; the planned one loses pings; one device is from
/// elsewhere and one got no address.
pub(crate) fn shut() -> Report {
    let mut seen = estate();
    seen.add(link(true));
    routed(&mut seen, [192, 168, 1, 1]);
    let settings = Settings {
        mask: Some(Ipv4Addr::new(255, 255, 255, 0)),
        routers: vec![Ipv4Addr::new(192, 168, 1, 1)],
        dns: vec![Ipv4Addr::new(10, 77, 0, 2)],
        lease_s: Some(43_200),
        ..Settings::default()
    };
    seen.add(answer(2, "00:0c:42:11:22:33", Asked::Discover, settings));
    let camera = Fact::AddressClaimed {
        ip: [192, 168, 8, 50].into(),
        mac: mac("00:40:8c:1e:50:50"),
        how: Claim::Request,
        rtt_us: None,
        via: None,
    };
    seen.add(camera);
    let pc = Fact::AddressClaimed {
        ip: [169, 254, 17, 4].into(),
        mac: mac("10:c5:95:22:08:11"),
        how: Claim::Announcement,
        rtt_us: None,
        via: None,
    };
    seen.add(pc);
    seen.at = 2_904;
    seen.add(Fact::Pinged { ip: [192, 168, 1, 1].into(), replies: Replies { sent: 20, rtts_us: vec![] } });
    seen.add(pinged(2, 20, &[480, 1_900, 410, 420, 12_300, 400, 430, 405, 398, 61_000, 415, 420, 433, 402, 399, 500]));
    let dns = |server: [u8; 4], rtts_us: &[u32]| Fact::DnsAsked {
        server: server.into(),
        replies: Replies { sent: 3, rtts_us: rtts_us.to_vec() },
    };
    seen.add(dns([10, 77, 0, 2], &[610, 540, 702]));
    seen.add(dns([9, 9, 9, 9], &[]));
    seen.add(Fact::DhcpAsked(DhcpAsked { informs: 2, discovers: 4, listened_ms: 4_500, ..DhcpAsked::default() }));
    seen.swept(254, 3_250);
    report(seen, "[[network]]\nprefix = \"10.77.0.0/24\"\ngateways = [\"10.77.0.2\"]\n")
}

/// The cable brings no link, and nothing else is known.
pub(crate) fn no_carrier() -> Report {
    let mut seen = Seen::by_laptop();
    seen.add(link(false));
    routed(&mut seen, [10, 77, 0, 2]);
    seen.add(Fact::Swept { planned: 254, asked: 0, requests: 0, listened_ms: 3_250 });
    report(seen, "")
}

/// A budget that did not suffice for the addresses and for one of two services; the DHCP server was waited for to the end.
pub(crate) fn out_of_time() -> Report {
    let mut seen = estate();
    seen.add(link(true));
    routed(&mut seen, [10, 77, 0, 2]);
    seen.add(pinged(
        2,
        20,
        &[480, 410, 420, 400, 430, 405, 398, 415, 420, 433, 402, 399, 500, 480, 410, 420, 400, 430, 405, 398],
    ));
    for server in [[10, 77, 0, 2], [9, 9, 9, 9]] {
        seen.add(Fact::DnsAsked { server: server.into(), replies: Replies { sent: 3, rtts_us: vec![610, 540, 702] } });
    }
    let told = ServiceTold {
        service: "partage".to_owned(),
        address: Some(super::ip(2)),
        became: Became::Answered,
        took_us: 2_300,
        tls: None,
        measured: None,
    };
    seen.add(Fact::ServiceTold(Box::new(told)));
    let settings = Settings { routers: vec![Ipv4Addr::new(10, 77, 0, 2)], lease_s: Some(43_200), ..Settings::default() };
    seen.add(answer(2, "00:0c:42:11:22:33", Asked::Discover, settings));
    seen.add(Fact::DhcpAsked(DhcpAsked { informs: 2, discovers: 4, listened_ms: 4_500, ..DhcpAsked::default() }));
    seen.add(Fact::CutShort { by: Cut::Budget });
    for part in [Part::Addresses, Part::Services] {
        seen.add(Fact::Unfinished { part });
    }
    seen.swept(118, 0);
    let plan = "[[service]]\nname = \"partage\"\nhost = \"10.77.0.2\"\nkind = \"tcp\"\nport = 445\n\
                [[service]]\nname = \"caisse\"\nhost = \"10.77.0.20\"\nkind = \"http\"\ntimeout_ms = 30000\n";
    report(seen, plan)
}
