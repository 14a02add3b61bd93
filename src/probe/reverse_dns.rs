//! The names that the site's DNS servers give to addresses (RFC 1035, 3.5).

use std::collections::{HashSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::name::{DEADLINE, QUICK_DEADLINE};
use super::pace::Pace;
use super::{Heard, Probe, Survey, Want, What};
use crate::net::Moment;
use crate::observe::{Fact, NameSource, v4};
use crate::wire::dns;

/// Asks every server for every address that was claimed.
pub struct ReverseDns {
    servers: Vec<SocketAddr>,
    deadline: Duration,
    pace: Pace,
    known: HashSet<Ipv4Addr>,
    /// So many are asked for.
    most: usize,
    waiting: VecDeque<(Ipv4Addr, SocketAddr)>,
    open: HashSet<Ipv4Addr>,
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
        Want::Ask(server, dns::question(self.asked, v4(ip), true))
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        let What::Answered(_, payload) = heard.what else { return Vec::new() };
        let Ok(answer) = dns::parse(payload) else { return Vec::new() };
        let told = |(ip, name)| Fact::Named { ip, mac: None, name, source: NameSource::Dns };
        answer.names.into_iter().filter(|_| answer.response).map(told).collect()
    }

    fn learn(&mut self, _now: Moment, fact: &Fact) {
        match fact {
            Fact::AddressClaimed { ip: IpAddr::V4(ip), .. } if self.known.len() < self.most && self.known.insert(*ip) => {
                self.waiting.extend(self.servers.iter().map(|&server| (*ip, server)));
            }
            Fact::Named { ip: IpAddr::V4(ip), mac: None, .. } => {
                self.open.remove(ip);
            }
            _ => {}
        }
    }
}
