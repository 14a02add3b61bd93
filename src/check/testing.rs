//! A network in a few words, for the tests of the checks.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::CHECKS;
use crate::finding::{Finding, Verdict};
use crate::language::Language;
use crate::mib::forwarding::{BridgePort, Forwarding};
use crate::mib::interfaces::Interface;
use crate::mib::system::System;
use crate::mib::{Said, Tables};
use crate::net::{Ipv4Net, Mac, Moment};
use crate::observe::{
    Asked6, Became, Claim, Cut, Fact, Inventory, NameSource, Observation, Part, PoolFile, Replies, ServiceTold, SwitchTold,
    Unanswered,
};
use crate::oui::Vendors;
use crate::report::{Report, Visit};
use crate::service::Measured;
use crate::site::Plan;

/// Our card, 10.0.0.1/24, and another card of the same laptop.
pub(crate) const OURS: &str = "02:00:00:00:00:01";
pub(crate) const SIBLING: &str = "02:00:00:00:00:02";
/// Devices without a story.
pub(crate) const A: &str = "b8:27:eb:00:00:0a";
pub(crate) const B: &str = "b8:27:eb:00:00:0b";
pub(crate) const C: &str = "b8:27:eb:00:00:0c";

/// What was seen, and what was planned.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    seen: Vec<Observation>,
    plan: Plan,
}

impl Scene {
    /// Our card asked every address, to the end.
    pub(crate) fn swept() -> Scene {
        Scene::partly(254)
    }

    /// Our card asked so many of 254 addresses.
    pub(crate) fn partly(asked: u32) -> Scene {
        let addresses: Vec<Ipv4Net> = vec!["10.0.0.1/24".parse().expect("a prefix")];
        let swept = Fact::Swept { planned: 254, asked, requests: 2 * asked, listened_ms: 3250 };
        let through = Fact::AskedThrough { targets: format!("10.0.0.1-{}", asked.max(1)).parse().expect("a range") };
        let ours = Fact::OurCard { mac: mac(OURS), addresses, siblings: vec![mac(SIBLING)] };
        Scene::default().fact(ours).fact(swept).fact(through)
    }

    /// A capture of somebody's: nobody asked, and it is not known who we are.
    pub(crate) fn capture() -> Scene {
        Scene::default().fact(Fact::Swept { planned: 0, asked: 0, requests: 0, listened_ms: 0 })
    }

    /// Our card has these IPv6 addresses too, and asked from them.
    pub(crate) fn own6(self, addresses: &[&str]) -> Scene {
        let addresses = addresses.iter().map(|net| net.parse().expect("a prefix")).collect();
        let asked = Asked6 { to_all: 3, solicitations: 9, routers: 2, listened_ms: 3750, overfull: false };
        self.fact(Fact::OurAddresses6 { addresses }).fact(Fact::Asked6(asked))
    }

    pub(crate) fn fact(mut self, fact: Fact) -> Scene {
        let at = Moment::from_ms(self.seen.len() as u64);
        self.seen.push(Observation { at, frame: Some(self.seen.len() as u32), fact });
        self
    }

    /// The card says by such a message that it has the address.
    pub(crate) fn says(self, ip: &str, card: &str, how: Claim) -> Scene {
        let rtt_us = (how != Claim::Announcement).then_some(900);
        self.fact(Fact::AddressClaimed { ip: address(ip), mac: mac(card), how, rtt_us, via: None })
    }

    /// The card answered our request for the address.
    pub(crate) fn claim(self, ip: &str, card: &str) -> Scene {
        self.says(ip, card, Claim::Reply)
    }

    /// Each of the cards answered for each of the addresses.
    pub(crate) fn claims(self, ips: &[&str], cards: &[&str]) -> Scene {
        ips.iter().fold(self, |scene, ip| cards.iter().fold(scene, |scene, card| scene.claim(ip, card)))
    }

    /// We asked the card alone.
    pub(crate) fn asked_alone(self, ip: &str, card: &str) -> Scene {
        self.fact(Fact::AskedAlone { ip: address(ip), mac: mac(card) })
    }

    pub(crate) fn echo(self, ip: &str, card: &str, ttl: u8) -> Scene {
        self.fact(Fact::EchoAnswered { ip: address(ip), mac: mac(card), ttl })
    }

    pub(crate) fn forwards(self, ip: &str, card: &str) -> Scene {
        self.fact(Fact::WouldForward { ip: address(ip), mac: mac(card) })
    }

    pub(crate) fn named(self, ip: &str, card: &str, name: &str) -> Scene {
        let (mac, name) = (Some(mac(card)), name.to_owned());
        self.fact(Fact::Named { ip: address(ip), mac, name, source: NameSource::NetBios })
    }

    /// A lease file of dnsmasq says this.
    pub(crate) fn leases(self, text: &str) -> Scene {
        let format = crate::lease::format("dnsmasq");
        let read = crate::lease::read(text.as_bytes(), format, &jiff::tz::TimeZone::UTC).expect("memory can be read");
        let file = || "dnsmasq.leases".to_owned();
        let scene = self.fact(Fact::LeasesRead { file: file(), entries: read.leases.len() as u32, unread: 0 });
        read.leases.into_iter().fold(scene, |scene, lease| scene.fact(Fact::LeaseHeld { file: file(), lease }))
    }

    /// Our default route goes by this gateway.
    pub(crate) fn routed(self, gateway: &str) -> Scene {
        self.fact(Fact::Routed { gateways: vec![gateway.parse().expect("an address")], resolvers: vec![] })
    }

    /// We ask these DNS servers.
    pub(crate) fn resolvers(self, servers: &[&str]) -> Scene {
        self.fact(Fact::Routed { gateways: vec![], resolvers: servers.iter().map(|server| address(server)).collect() })
    }

    /// So many pings went, and these came back.
    pub(crate) fn pinged(self, ip: &str, sent: u32, rtts_us: &[u32]) -> Scene {
        self.fact(Fact::Pinged { ip: address(ip), replies: Replies { sent, rtts_us: rtts_us.to_vec() } })
    }

    /// So many questions went to a DNS server, and these were answered.
    pub(crate) fn dns(self, server: &str, sent: u32, rtts_us: &[u32]) -> Scene {
        self.fact(Fact::DnsAsked { server: address(server), replies: Replies { sent, rtts_us: rtts_us.to_vec() } })
    }

    /// A switch told that it has learned these cards on these ports, named `gi` and their number. Its own card ends in ff and the
    /// last octet of its address.
    pub(crate) fn switch(self, ip: &str, cards: &[(&str, u16)]) -> Scene {
        self.switch_with(ip, cards, |_| {})
    }

    /// The same, where the ports are not all alike.
    pub(crate) fn switch_with(self, ip: &str, cards: &[(&str, u16)], change: impl Fn(&mut Interface)) -> Scene {
        let told = |said| SwitchTold {
            switch: address(ip),
            tables: match said {
                Said::System(_) => Tables::System,
                Said::Interfaces(_) => Tables::Interfaces,
                _ => Tables::Forwarding,
            },
            said: Ok(said),
            refused: Vec::new(),
            refusals: 0,
            cut: Vec::new(),
        };
        let mut forwarding = Forwarding::default();
        let mut interfaces = BTreeMap::new();
        for &(card, number) in cards {
            let port = BridgePort { number, interface: Some(u32::from(number)) };
            forwarding.learned.entry(mac(card)).or_default().insert(port);
            let mut interface = Interface { name: format!("gi{number}"), up: Some(true), ..Interface::default() };
            change(&mut interface);
            interfaces.insert(u32::from(number), interface);
        }
        let last = match address(ip) {
            IpAddr::V4(ip) => ip.octets()[3],
            IpAddr::V6(_) => 0,
        };
        forwarding.own.insert(Mac([2, 0, 0, 0, 0xff, last]));
        let system = System { name: format!("sw-{ip}"), ..System::default() };
        [Said::System(system), Said::Interfaces(interfaces), Said::Forwarding(forwarding)]
            .into_iter()
            .fold(self, |scene, said| scene.fact(Fact::SwitchTold(Box::new(told(said)))))
    }

    /// A switch did not answer.
    pub(crate) fn silent_switch(self, ip: &str) -> Scene {
        self.fact(Fact::SwitchTold(Box::new(SwitchTold::unanswered(address(ip), Tables::Forwarding, Unanswered::Silent))))
    }

    /// The configuration of a server says this.
    pub(crate) fn pool(self, name: &str, text: &str) -> Scene {
        let read = crate::pool::read(text.as_bytes(), None).expect("memory can be read, and its format is known");
        let file = || name.to_owned();
        let (ranges, reserved) = (read.pools.len() as u32, read.reserved.len() as u32);
        let scene = self.fact(Fact::PoolsRead(PoolFile { file: file(), ranges, reserved, unread: read.complaints.len() as u32 }));
        let scene = read.pools.into_iter().fold(scene, |scene, pool| scene.fact(Fact::PoolConfigured { file: file(), pool }));
        read.reserved.into_iter().fold(scene, |scene, lease| scene.fact(Fact::LeaseHeld { file: file(), lease }))
    }

    /// This became of a service of the plan.
    pub(crate) fn told(self, service: &str, ip: &str, became: Became, measured: Option<Measured>) -> Scene {
        let (service, address) = (service.to_owned(), ip.parse().ok());
        self.fact(Fact::ServiceTold(Box::new(ServiceTold { service, address, became, took_us: 900, tls: None, measured })))
    }

    pub(crate) fn cut(self, by: Cut) -> Scene {
        self.fact(Fact::CutShort { by })
    }

    /// The time ran out before these parts had ended.
    pub(crate) fn out_of_time(self, unfinished: &[Part]) -> Scene {
        unfinished.iter().fold(self.cut(Cut::Budget), |scene, &part| scene.fact(Fact::Unfinished { part }))
    }

    pub(crate) fn plan(mut self, text: &str) -> Scene {
        self.plan = Plan::parse(text).expect("a plan");
        self
    }

    /// Both, as a judge gets them.
    pub(crate) fn seen(&self) -> (Inventory, &Plan) {
        let mut inventory = Inventory::new(Vendors::builtin());
        self.seen.iter().for_each(|seen| inventory.fold(seen));
        (inventory, &self.plan)
    }

    /// The report of it.
    pub(crate) fn report(&self, visit: Visit) -> Report {
        let (inventory, plan) = self.seen();
        Report::of(visit, &inventory, plan)
    }

    /// What one check says.
    pub(crate) fn verdict(&self, judge: fn(&Inventory, &Plan) -> Verdict) -> Verdict {
        let (inventory, plan) = self.seen();
        judge(&inventory, plan)
    }

    /// What one check found.
    pub(crate) fn found(&self, judge: fn(&Inventory, &Plan) -> Verdict) -> Vec<Finding> {
        match self.verdict(judge) {
            Verdict::Found(findings) => findings,
            other => panic!("nothing was found: {other:?}"),
        }
    }

    /// The codes of everything that any check found, in the order of the table; and each finding has its words.
    pub(crate) fn codes(&self) -> Vec<&'static str> {
        let mut codes = Vec::new();
        for check in CHECKS {
            let Verdict::Found(findings) = self.verdict(check.judge) else { continue };
            for finding in findings {
                for language in Language::ALL {
                    assert!(!finding.problem.explain().words(language).title.is_empty());
                }
                assert!(!finding.evidence.is_empty(), "{finding:?}");
                codes.push(finding.problem.code());
            }
        }
        codes
    }
}

pub(crate) fn mac(text: &str) -> Mac {
    text.parse().expect("a MAC")
}

pub(crate) fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

pub(crate) fn macs(texts: &[&str]) -> Vec<Mac> {
    texts.iter().map(|text| mac(text)).collect()
}
