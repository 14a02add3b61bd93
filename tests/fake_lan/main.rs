//! The real probes, driven by the real loop, on a segment in virtual time: no socket, no privilege, no waiting.

mod hostile;
mod lan;
mod late_owners;
mod manners;
mod replayed;
mod silence;
mod speed;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use lan::{Host, Lan};
use trousse::check::Problem;
use trousse::edge::Clock;
use trousse::edge::drive::{Follower, drive};
use trousse::edge::record::{Circumstances, Recorder, SCHEMA};
use trousse::net::{Mac, Moment};
use trousse::observe::{Cut, Fact, Inventory, Observation};
use trousse::probe::listen::{Direction, Listener};
use trousse::probe::{Errand, Identity, Rate, Surroundings, Survey, Switching};
use trousse::report::Report;
use trousse::site::Plan;
use trousse::wire::{self, Body, dhcp};

/// Our card, 10.0.0.1/24.
const OURS: Mac = Mac([2, 0, 0, 0, 0, 1]);
const OUR_ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);

/// The survey of a plain `trousse scan` on 10.0.0.0/24.
fn survey() -> Survey {
    let addresses = vec!["10.0.0.1/24".parse().expect("a prefix")];
    Survey {
        errand: Errand::Scan,
        identity: Identity { mac: OURS, addresses, addresses6: vec![], siblings: vec![] },
        targets: "10.0.0.0/24".parse().expect("a prefix"),
        rate: Rate::PerSecond(1000),
        quick: false,
        resolvers: vec![],
        port: 40_000,
        asking: Default::default(),
        surroundings: Surroundings::default(),
        power: Default::default(),
        switching: Switching::default(),
        budget_ms: None,
    }
}

fn quick() -> Survey {
    Survey { quick: true, ..survey() }
}

/// So many hosts on 10.0.0.0/24, from .2 on, each with a card of its own.
fn hosts(count: u8) -> Vec<Host> {
    (2..count + 2).map(|last| Host::new([2, 0, 0, 0, 1, last], [10, 0, 0, last])).collect()
}

/// What a look on the segment came to.
struct Outcome {
    inventory: Inventory,
    ended: Moment,
    /// When each claim was first heard.
    heard: BTreeMap<(IpAddr, Mac), Moment>,
    sent: Vec<(Moment, Vec<u8>)>,
    report: Report,
}

impl Outcome {
    fn addresses(&self) -> usize {
        self.inventory.claimed().count()
    }

    fn latest_first(&self) -> Moment {
        self.heard.values().copied().max().unwrap_or_default()
    }

    /// The codes of all findings, each with its address where it has one.
    fn findings(&self) -> Vec<String> {
        let shown = |problem: &Problem| match problem {
            Problem::DuplicateAddress(duplicate) => format!("{} {}", problem.code(), duplicate.ip),
            Problem::OwnAddressTaken(own) => format!("{} {}", problem.code(), own.ip),
            _ => problem.code().to_owned(),
        };
        self.report.findings.iter().map(|finding| shown(&finding.problem)).collect()
    }
}

/// Follows a look as the screen and the record do.
#[derive(Default)]
struct Watcher {
    stop_at: Option<Moment>,
    until: Option<Moment>,
    recorder: Option<Recorder>,
    heard: BTreeMap<(IpAddr, Mac), Moment>,
    rounds: u64,
}

/// Rounds of the loop in one look: more is a probe that waits for a moment that has passed.
const ROUNDS: u64 = 200_000;

impl Follower for Watcher {
    fn frame(&mut self, at: Moment, direction: Direction, bytes: &[u8]) -> Option<u32> {
        self.recorder.as_mut().and_then(|recorder| recorder.frame(at, direction, bytes))
    }

    fn answer(&mut self, at: Moment, from: SocketAddr, bytes: &[u8]) {
        self.recorder.iter_mut().for_each(|recorder| recorder.answer(at, from, bytes));
    }

    fn fact(&mut self, at: Moment, fact: &Fact) {
        self.recorder.iter_mut().for_each(|recorder| recorder.fact(at, fact));
    }

    fn observed(&mut self, seen: &Observation) {
        if let Fact::AddressClaimed { ip, mac, .. } = seen.fact {
            self.heard.entry((ip, mac)).or_insert(seen.at);
        }
    }

    fn turn(&mut self, _: Moment, _: &Listener) {}

    fn stops(&mut self, now: Moment) -> Option<Cut> {
        self.rounds += 1;
        assert!(self.rounds < ROUNDS, "the loop spins at {now:?}");
        let (stops, ends) = (self.stop_at.filter(|at| now >= *at), self.until.filter(|until| now >= *until));
        stops.map(|_| Cut::User).or(ends.map(|_| Cut::Budget))
    }
}

/// Looks until the end.
fn look(lan: Lan, survey: &Survey) -> Outcome {
    watched(lan, survey, Watcher { until: survey.budget_ms.map(|ms| Moment::from_ms(ms.into())), ..Watcher::default() })
}

fn watched(mut lan: Lan, survey: &Survey, mut watcher: Watcher) -> Outcome {
    let clock = lan.clock();
    let mut listener = Listener::new(survey);
    drive(&mut listener, &mut lan, &clock, &mut watcher);
    let ended = clock.now();
    let inventory = listener.conclude(ended);
    let report = Report::of(circumstances(survey).visit(ended), &inventory, &Plan::default());
    if let Some(recorder) = watcher.recorder.take() {
        recorder.close(ended, &report).expect("the record is written");
    }
    let outcome = Outcome { inventory, ended, heard: watcher.heard, sent: lan.sent, report };
    well_mannered(&outcome, survey);
    outcome
}

fn circumstances(survey: &Survey) -> Circumstances {
    Circumstances {
        schema: SCHEMA.to_owned(),
        started_us: 1_795_222_800_000_000,
        interface: "lan0".to_owned(),
        survey: survey.clone(),
        plan: Plan::default(),
    }
}

/// What holds of every look, whatever the network: we never send in another's name, and never faster than was asked for.
fn well_mannered(outcome: &Outcome, survey: &Survey) {
    let is_ours = |ip: Ipv4Addr| survey.identity.is_ours(ip);
    let mut broadcasts = Vec::new();
    for (at, frame) in &outcome.sent {
        let packet = wire::decode(frame).expect("what we send can be read");
        assert_eq!(packet.source, survey.identity.mac);
        match packet.body {
            Body::Arp(arp) => {
                assert_eq!(arp.sender_mac, survey.identity.mac);
                assert!(arp.sender_ip.is_unspecified() || is_ours(arp.sender_ip), "sent as {}", arp.sender_ip);
            }
            // A client that asks for an address has none to show (RFC 2131, 4.1).
            Body::Udp { ip, destination_port: dhcp::SERVER_PORT, .. } if ip.source.is_unspecified() => {}
            Body::Udp { ip, .. } | Body::Icmp { ip, .. } => assert!(is_ours(ip.source), "sent as {}", ip.source),
            Body::Udp6 { ip, .. } => assert!(survey.identity.is_ours(ip.source), "sent as {}", ip.source),
            Body::Icmp6 { ip, .. } => {
                assert!(ip.source.is_unspecified() || survey.identity.is_ours(ip.source), "sent as {}", ip.source)
            }
            Body::Stp(_) | Body::Lldp(_) | Body::Cdp(_) | Body::Edp(_) | Body::Fdp(_) | Body::Other => {
                panic!("we send ARP, UDP and ICMP only")
            }
        }
        if packet.destination == Mac::BROADCAST {
            broadcasts.push(*at);
        }
    }
    if let Rate::PerSecond(rate) = survey.rate {
        // A tenth of the rate, what may be caught up in one burst (5 ms), and the three probes for our own address.
        let most = rate.div_ceil(10) + rate.div_ceil(200) + 4;
        for (index, &start) in broadcasts.iter().enumerate() {
            let in_window = broadcasts[index..].iter().take_while(|at| at.since(start).as_millis() < 100).count();
            assert!(in_window <= most as usize, "{in_window} broadcasts in the 100 ms from {start:?}, {most} at most");
        }
    }
}
