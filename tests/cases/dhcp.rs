//! Reports of `trousse dhcp`.

use std::net::Ipv4Addr;

use trousse::observe::{Asked, DhcpAnswer, DhcpAsked, Fact};
use trousse::probe::Errand;
use trousse::report::{Report, Visit};
use trousse::site::Plan;
use trousse::wire::dhcp::{Kind, Says, Settings};

use super::{Seen, mac, visit};

const PLAN: &str = "[[dhcp]]\nname = \"box\"\nserver = \"10.77.0.2\"\nranges = [\"10.77.0.100-10.77.0.199\"]\n";

pub(crate) fn answer(host: u8, card: &str, how: Asked, settings: Settings) -> Fact {
    let server = Ipv4Addr::new(10, 77, 0, host);
    let (kind, offered) = match how {
        Asked::Discover | Asked::Pool => (Kind::Offer, Some(Ipv4Addr::new(10, 77, 0, 100 + host))),
        Asked::NetBoot => (Kind::Offer, None),
        Asked::Inform | Asked::Overheard => (Kind::Ack, None),
    };
    let (server, source) = (Some(server), server);
    Fact::DhcpAnswered(Box::new(DhcpAnswer { how, kind, server, mac: mac(card), source, relay: None, offered, settings }))
}

fn asked() -> Fact {
    Fact::DhcpAsked(DhcpAsked { informs: 2, discovers: 4, listened_ms: 4_500, ..DhcpAsked::default() })
}

fn report(seen: Seen) -> Report {
    let visit = Visit { errand: Errand::Dhcp, finished: "2026-11-21T09:00:05.84Z".to_owned(), targets: Vec::new(), ..visit() };
    seen.report(visit, &Plan::parse(PLAN).expect("a plan"))
}

/// The planned box, a stranger whose settings cannot work and whose texts are hostile, and a boot server.
pub(crate) fn rogue() -> Report {
    let mut seen = Seen::by_laptop();
    let mask = Some(Ipv4Addr::new(255, 255, 255, 0));
    let inside = vec![Ipv4Addr::new(10, 77, 0, 2)];
    let sound = Settings {
        mask,
        routers: inside.clone(),
        dns: inside,
        domain: Some("tilleuls.lan".to_owned()),
        lease_s: Some(86_400),
        tftp: Some("https://provision.example/telephones".to_owned()),
        tftp_addresses: vec![Ipv4Addr::new(10, 77, 0, 5)],
        ..Settings::default()
    };
    let wrong = Settings {
        mask: Some(Ipv4Addr::new(255, 255, 0, 0)),
        routers: vec![Ipv4Addr::new(192, 168, 1, 1)],
        dns: vec![Ipv4Addr::new(0, 0, 0, 0), Ipv4Addr::new(9, 9, 9, 9)],
        domain: Some("\u{1b}[2J=cmd|' /C calc'!A0\u{202e}<b>".to_owned()),
        lease_s: Some(30),
        proxy: Some("http://wpad.example/<script>".to_owned()),
        unreadable: vec![42],
        ..Settings::default()
    };
    let boot = Settings {
        class: Some("PXEClient".to_owned()),
        boot_file: Some("pxelinux.0".to_owned()),
        vendor: Some("0601030a0400".to_owned()),
        ..Settings::default()
    };
    seen.add(answer(2, "00:0c:42:11:22:33", Asked::Inform, Settings { lease_s: None, ..sound.clone() }));
    seen.add(answer(2, "00:0c:42:11:22:33", Asked::Discover, sound));
    seen.add(answer(5, "94:c6:91:ab:cd:05", Asked::NetBoot, boot));
    seen.at = 3_020;
    seen.add(answer(3, "da:a1:19:44:55:66", Asked::Discover, wrong));
    seen.add(asked());
    for host in [102, 103] {
        seen.add(Fact::OfferProbed { ip: Ipv4Addr::new(10, 77, 0, host), times: 3 });
    }
    report(seen)
}

/// A server is planned and nobody answers.
pub(crate) fn silent() -> Report {
    let mut seen = Seen::by_laptop();
    seen.add(asked());
    report(seen)
}

/// One server that offers a held address, shows its range and answers lease queries; one that keeps silent about both.
pub(crate) fn ask_pool() -> Report {
    let mut seen = Seen::by_laptop();
    let settings = Settings {
        mask: Some(Ipv4Addr::new(255, 255, 255, 0)),
        routers: vec![Ipv4Addr::new(10, 77, 0, 2)],
        dns: vec![Ipv4Addr::new(10, 77, 0, 2)],
        search: vec!["tilleuls.lan".to_owned(), "lan".to_owned()],
        route_list: vec!["10.0.0.0/8 via 10.77.0.9".to_owned()],
        routes: true,
        lease_s: Some(120),
        ..Settings::default()
    };
    seen.add(answer(2, "00:0c:42:11:22:33", Asked::Discover, settings.clone()));
    seen.add(answer(4, "00:13:02:00:00:04", Asked::Discover, Settings { lease_s: Some(7_776_000), ..settings }));
    seen.host(102, "00:1b:00:3e:51:2c", 240);
    seen.host(110, "3c:2a:f4:91:0e:30", 310);
    seen.host(110, "3c:2a:f4:91:0e:30", 310);
    let at = |host: u8| Ipv4Addr::new(10, 77, 0, host);
    for (address, offered) in
        [(109, Some(109)), (111, Some(111)), (119, Some(119)), (120, Some(102)), (99, Some(102)), (130, None)]
    {
        seen.add(Fact::PoolAsked { server: at(2), address: at(address), offered: offered.map(at) });
        seen.add(Fact::PoolAsked { server: at(4), address: at(address), offered: Some(at(104)) });
    }
    seen.add(Fact::LeaseAsked { server: at(2), address: at(110), says: Says::Unassigned });
    seen.add(Fact::LeaseAsked { server: at(4), address: at(110), says: Says::Silent });
    seen.add(Fact::DhcpAsked(DhcpAsked { informs: 2, discovers: 4, wishes: 6, queries: 3, listened_ms: 4_500 }));
    for host in [102, 104] {
        seen.add(Fact::OfferProbed { ip: at(host), times: 3 });
    }
    seen.swept(254, 3_250);
    report(seen)
}
