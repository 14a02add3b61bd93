//! The names that the site's DNS servers give to addresses (RFC 1035, 3.5; RFC 3596, 2.5 for IPv6).

use std::collections::{HashSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::name::{DEADLINE, QUICK_DEADLINE};
use super::pace::Pace;
use super::{Heard, Probe, Survey, Want, What};
use crate::net::Moment;
use crate::observe::{Fact, NameSource};
use crate::wire::dns;

/// Asks every server for every address that was claimed.
pub struct ReverseDns {
    servers: Vec<SocketAddr>,
    deadline: Duration,
    pace: Pace,
    known: HashSet<IpAddr>,
    /// So many are asked for.
    most: usize,
    waiting: VecDeque<(IpAddr, SocketAddr)>,
    open: HashSet<IpAddr>,
    until: Moment,
    asked: u16,
}

impl ReverseDns {
    /// Nobody to ask for yet.
    pub fn new(survey: &Survey) -> ReverseDns {
        ReverseDns {
            servers: survey.resolvers.clone(),
            deadline: if survey.quick { QUICK_DEADLINE } else { DEADLINE },
            pace: Pace::new(survey.rate),
            known: HashSet::new(),
            most: survey.names(),
            waiting: VecDeque::new(),
            open: HashSet::new(),
            until: Moment::default(),
            asked: 0,
        }
    }
}

impl Probe for ReverseDns {
    fn poll(&mut self, now: Moment) -> Want {
        let Some(&(ip, server)) = self.waiting.front() else {
            return if !self.open.is_empty() && now < self.until { Want::Wait(self.until) } else { Want::Done };
        };
        if now < self.pace.next() {
            return Want::Wait(self.pace.next());
        }
        self.pace.spend(now);
        self.waiting.pop_front();
        self.open.insert(ip);
        self.until = now + self.deadline;
        self.asked = self.asked.wrapping_add(1);
        Want::Ask(server, dns::question(self.asked, ip, true))
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        let What::Answered(_, payload) = heard.what else { return Vec::new() };
        let Ok(answer) = dns::parse(payload) else { return Vec::new() };
        let told = |(ip, name)| Fact::Named { ip, mac: None, name, source: NameSource::Dns };
        answer.names.into_iter().filter(|_| answer.response).map(told).collect()
    }

    fn learn(&mut self, _now: Moment, fact: &Fact) {
        match fact {
            Fact::AddressClaimed { ip, .. } if is_named(*ip) && self.known.len() < self.most && self.known.insert(*ip) => {
                self.waiting.extend(self.servers.iter().map(|&server| (*ip, server)));
            }
            Fact::Named { ip, mac: None, .. } => {
                self.open.remove(ip);
            }
            _ => {}
        }
    }
}

/// Whether servers may have a name for an address: for one that every segment has there is none.
fn is_named(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(_) => true,
        IpAddr::V6(ip) => !ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Mac;
    use crate::observe::Claim;

    fn claimed(ip: &str) -> Fact {
        let ip = ip.parse().expect("an address");
        Fact::AddressClaimed { ip, mac: Mac([2; 6]), how: Claim::Reply, rtt_us: None, via: None }
    }

    #[test]
    fn addresses_of_both_kinds_are_asked_for_once_and_none_that_is_link_local() {
        let mut survey = Survey::of_capture();
        survey.resolvers = vec!["[2001:db8::53]:53".parse().expect("a server")];
        let mut probe = ReverseDns::new(&survey);
        for ip in ["fe80::9", "2001:db8::9", "10.0.0.9", "2001:db8::9"] {
            probe.learn(Moment::default(), &claimed(ip));
        }
        let now = Moment::default();
        for (number, ip) in [(1, "2001:db8::9"), (2, "10.0.0.9")] {
            let asked = dns::question(number, ip.parse().expect("an address"), true);
            assert_eq!(probe.poll(now), Want::Ask(survey.resolvers[0], asked));
        }
        assert_eq!(probe.poll(now), Want::Wait(now + QUICK_DEADLINE));
        for ip in ["2001:db8::9", "10.0.0.9"] {
            let ip = ip.parse().expect("an address");
            probe.learn(now, &Fact::Named { ip, mac: None, name: "pc".to_owned(), source: NameSource::Dns });
        }
        assert_eq!(probe.poll(now), Want::Done);
    }
}
