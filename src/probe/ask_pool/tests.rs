//! The search in virtual time, against servers that answer as the real ones were measured to.

use super::*;
use crate::net::Mac;
use crate::observe::{Claim, DhcpAnswer, v4};
use crate::probe::{Asking, Errand};
use crate::wire::decode;
use crate::wire::dhcp::Settings;

const US: Mac = Mac([2, 0, 0, 0, 0, 1]);

fn ip(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, last)
}

/// A server that leases from one address to another, and how long it takes before an offer of what was wished for.
struct Fake {
    id: Ipv4Addr,
    range: (u8, u8),
    pings: Duration,
    busy: Moment,
}

impl Fake {
    /// Asked for an address: what it offers, and when. It answers one question after the other.
    fn offer(&mut self, wish: Ipv4Addr, now: Moment) -> (Ipv4Addr, Moment) {
        let inside = (self.range.0..=self.range.1).contains(&wish.octets()[3]);
        self.busy = self.busy.max(now) + if inside { self.pings } else { Duration::ZERO };
        (if inside { wish } else { ip(self.range.0) }, self.busy)
    }
}

fn probe(about: &[u8]) -> AskPool {
    let asking = Asking { pool: true, about: about.iter().map(|last| ip(*last)).collect(), ..Asking::default() };
    let identity =
        Identity { mac: US, addresses: vec!["10.0.0.90/24".parse().expect("a prefix")], addresses6: vec![], siblings: vec![] };
    let targets = "10.0.0.0/24".parse().expect("a prefix");
    AskPool::new(&Survey { errand: Errand::Dhcp, identity, targets, asking, ..Survey::of_capture() })
}

/// Everything asked for, what each server was shown to lease (first and last), and when the probe was done.
fn run(probe: &mut AskPool, held: &[u8], fakes: &mut [Fake]) -> (Vec<Ipv4Addr>, Vec<(u8, u8)>, u64) {
    for last in 1..255 {
        let frame = arp::request(probe.identity.sender_for(ip(last)), ip(last), Mac::BROADCAST);
        let packet = decode(&frame).expect("a frame of ours");
        probe.hear(&Heard { at: Moment::default(), what: What::Sent(&packet) });
    }
    for last in held {
        let claim = Fact::AddressClaimed { ip: v4(ip(*last)), mac: Mac([2; 6]), how: Claim::Reply, rtt_us: None, via: None };
        probe.learn(Moment::default(), &claim);
    }
    let mut coming: Vec<(Moment, Fact)> = Vec::new();
    for fake in fakes.iter_mut() {
        let answer = DhcpAnswer {
            how: Asked::Discover,
            kind: Kind::Offer,
            server: Some(fake.id),
            mac: Mac([2; 6]),
            source: fake.id,
            relay: None,
            offered: Some(ip(fake.range.0 + 3)),
            settings: Settings::default(),
        };
        fake.busy = Moment::default() + fake.pings;
        coming.push((fake.busy, Fact::DhcpAnswered(Box::new(answer))));
    }
    let (mut now, mut asked) = (Moment::default(), Vec::new());
    let mut shown: BTreeMap<Ipv4Addr, (u8, u8)> = BTreeMap::new();
    loop {
        coming.sort_by_key(|(at, _)| *at);
        while coming.first().is_some_and(|(at, _)| *at <= now) {
            let (_, fact) = coming.remove(0);
            if let Fact::PoolAsked { server, address, offered } = fact
                && Some(address) == offered
            {
                let last = address.octets()[3];
                let range = shown.entry(server).or_insert((last, last));
                *range = (range.0.min(last), range.1.max(last));
            }
            probe.learn(now, &fact);
        }
        let until = match probe.poll(now) {
            Want::Send(frame) => {
                let packet = decode(&frame).expect("a frame of ours");
                probe.hear(&Heard { at: now, what: What::Sent(&packet) });
                let Body::Udp { payload, .. } = packet.body else { panic!("{packet:?}") };
                let Ok(dhcp::Heard::Asked { about: Some(wish), .. }) = dhcp::parse(payload) else { panic!("a wish") };
                asked.push(wish);
                for fake in fakes.iter_mut() {
                    let (offered, at) = fake.offer(wish, now);
                    coming.push((at, Fact::PoolAsked { server: fake.id, address: wish, offered: Some(offered) }));
                }
                now
            }
            Want::Wait(until) => until,
            Want::Done if coming.is_empty() => return (asked, shown.into_values().collect(), now.ms()),
            Want::Done => coming[0].0,
            Want::Ask(..) | Want::Sound(_) => panic!("nothing is asked by way of the kernel"),
        };
        now = coming.first().map_or(until, |(at, _)| until.min(*at)).max(now);
    }
}

fn fake(last: u8, range: (u8, u8), pings_ms: u64) -> Fake {
    Fake { id: ip(last), range, pings: Duration::from_millis(pings_ms), busy: Moment::default() }
}

#[test]
fn the_edges_of_a_prompt_server_s_range_are_found_with_few_questions() {
    let (asked, shown, done) = run(&mut probe(&[]), &[], &mut [fake(2, (100, 119), 0)]);
    assert_eq!(shown, [(100, 119)]);
    assert!(asked.len() <= QUESTIONS && done < 2_000, "{} questions, {done} ms", asked.len());
}

#[test]
fn an_address_that_somebody_holds_is_never_asked_for_and_its_neighbours_are_first() {
    let held = [103, 104, 110, 150, 200];
    let (asked, shown, _) = run(&mut probe(&[]), &held, &mut [fake(2, (100, 119), 0)]);
    assert!(asked.iter().all(|wish| !held.contains(&wish.octets()[3]) && *wish != ip(90) && *wish != ip(2)), "{asked:?}");
    assert!(held.iter().any(|last| asked[0].octets()[3].abs_diff(*last) == 1), "{asked:?}");
    assert_eq!(shown, [(100, 119)]);
}

#[test]
fn servers_that_ping_are_asked_within_twelve_seconds_and_never_more_than_so_often() {
    let mut fakes = [fake(2, (100, 199), 1000), fake(3, (20, 80), 3000), fake(4, (100, 199), 0)];
    let (asked, shown, done) = run(&mut probe(&[30, 150]), &[30, 150], &mut fakes);
    assert!(asked.len() <= QUESTIONS && done <= 12_000, "{} questions, {done} ms", asked.len());
    assert_eq!(shown.len(), 3, "{shown:?}");
}

#[test]
fn a_server_that_falls_silent_is_given_up_and_told_so() {
    let mut probe = probe(&[]);
    let mut fakes = [fake(2, (100, 119), 0)];
    fakes[0].pings = Duration::from_secs(60);
    fakes[0].busy = Moment::default();
    let offer = fakes[0].range.0;
    let answer = DhcpAnswer {
        how: Asked::Discover,
        kind: Kind::Offer,
        server: Some(ip(2)),
        mac: Mac([2; 6]),
        source: ip(2),
        relay: None,
        offered: Some(ip(offer)),
        settings: Settings::default(),
    };
    let frame = arp::request(probe.identity.sender_for(ip(150)), ip(150), Mac::BROADCAST);
    probe.hear(&Heard { at: Moment::default(), what: What::Sent(&decode(&frame).expect("a frame of ours")) });
    probe.learn(Moment::default(), &Fact::DhcpAnswered(Box::new(answer)));
    let mut now = Moment::default();
    loop {
        match probe.poll(now) {
            Want::Send(frame) => {
                drop(probe.hear(&Heard { at: now, what: What::Sent(&decode(&frame).expect("a frame of ours")) }))
            }
            Want::Wait(until) => now = until,
            other => break assert_eq!(other, Want::Done),
        }
    }
    assert_eq!(probe.conclude(), [Fact::PoolAsked { server: ip(2), address: ip(150), offered: None }]);
}

#[test]
fn nothing_is_asked_unless_it_is_wanted() {
    let mut probe = probe(&[]);
    probe.enabled = false;
    let (asked, shown, done) = run(&mut probe, &[], &mut [fake(2, (100, 119), 0)]);
    assert!(asked.is_empty() && shown.is_empty() && done == 0);
}
