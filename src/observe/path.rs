//! The way out of the segment: the link of our card, the gateways and the DNS servers, and what came back from them.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Observation;

/// The link of our card, as its driver tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct LinkState {
    /// The card hears the other end of the cable.
    pub carrier: bool,
    /// Megabits a second; `None` where the driver does not tell.
    pub speed_mbps: Option<u32>,
    /// Both ends send at the same time; `None` where the driver does not tell.
    pub full_duplex: Option<bool>,
}

/// What came back from questions to one device.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Replies {
    /// How many questions were sent; 0 where this machine could not send any.
    pub sent: u32,
    /// The round trip of each one that was answered, in the order in which they were sent, in microseconds.
    pub rtts_us: Vec<u32>,
}

impl Replies {
    /// How many were not answered.
    pub fn lost(&self) -> u32 {
        self.sent.saturating_sub(self.rtts_us.len() as u32)
    }

    /// It was asked and did not answer once.
    pub fn silent(&self) -> bool {
        self.sent > 0 && self.rtts_us.is_empty()
    }

    /// The shortest, the median and the longest round trip, in microseconds; `None` where nothing came back.
    pub fn spread(&self) -> Option<[u32; 3]> {
        let mut sorted = self.rtts_us.clone();
        sorted.sort_unstable();
        Some([*sorted.first()?, sorted[sorted.len() / 2], *sorted.last()?])
    }

    /// By how much a round trip differs from the one before, on average, in microseconds (the delay variation of RFC 3393, 2.7,
    /// of pairs of packets that follow each other); `None` where fewer than two came back.
    pub fn jitter_us(&self) -> Option<u32> {
        let changes: Vec<u64> = self.rtts_us.windows(2).map(|pair| pair[0].abs_diff(pair[1]).into()).collect();
        let mean = changes.iter().sum::<u64>().checked_div(changes.len() as u64)?;
        u32::try_from(mean).ok()
    }
}

/// Devices and links that are kept: a record may say anything. The lowest are kept.
const KEPT: usize = 64;
/// Sightings that are kept of each device; there is one of each in a look.
const SIGHTINGS: usize = 3;

/// What is known of the way out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathSeen {
    links: BTreeSet<LinkState>,
    gateways: BTreeSet<IpAddr>,
    resolvers: BTreeSet<IpAddr>,
    pinged: BTreeMap<IpAddr, BTreeSet<(Replies, Observation)>>,
    dns: BTreeMap<IpAddr, BTreeSet<(Replies, Observation)>>,
}

impl PathSeen {
    pub(super) fn link_is(&mut self, link: LinkState) {
        keep(&mut self.links, link);
    }

    pub(super) fn routed(&mut self, gateways: &[IpAddr], resolvers: &[IpAddr]) {
        gateways.iter().for_each(|&gateway| keep(&mut self.gateways, gateway));
        resolvers.iter().for_each(|&resolver| keep(&mut self.resolvers, resolver));
    }

    pub(super) fn pinged(&mut self, seen: &Observation, ip: IpAddr, replies: &Replies) {
        sighted(&mut self.pinged, seen, ip, replies);
    }

    pub(super) fn dns_asked(&mut self, seen: &Observation, server: IpAddr, replies: &Replies) {
        sighted(&mut self.dns, seen, server, replies);
    }

    /// The link of our card; where it was told twice, the worse.
    pub fn link(&self) -> Option<LinkState> {
        self.links.first().copied()
    }

    /// The gateways of this machine's default routes on the interface.
    pub fn gateways(&self) -> impl Iterator<Item = IpAddr> {
        self.gateways.iter().copied()
    }

    /// The DNS servers that this machine asks.
    pub fn resolvers(&self) -> impl Iterator<Item = IpAddr> {
        self.resolvers.iter().copied()
    }

    /// What came back from a device that was pinged, with the sighting; `None` where it was not.
    pub fn ping(&self, ip: IpAddr) -> Option<&(Replies, Observation)> {
        self.pinged.get(&ip)?.first()
    }

    /// Every device that was pinged, and what came back.
    pub fn pings(&self) -> impl Iterator<Item = (IpAddr, &Replies)> {
        self.pinged.iter().filter_map(|(&ip, sightings)| Some((ip, &sightings.first()?.0)))
    }

    /// What came back from a DNS server that was asked.
    pub fn dns(&self, server: IpAddr) -> Option<&(Replies, Observation)> {
        self.dns.get(&server)?.first()
    }
}

fn keep<T: Ord>(kept: &mut BTreeSet<T>, one: T) {
    kept.insert(one);
    if kept.len() > KEPT {
        kept.pop_last();
    }
}

fn sighted(of: &mut BTreeMap<IpAddr, BTreeSet<(Replies, Observation)>>, seen: &Observation, ip: IpAddr, replies: &Replies) {
    let sightings = of.entry(ip).or_default();
    sightings.insert((replies.clone(), seen.clone()));
    if sightings.len() > SIGHTINGS {
        sightings.pop_last();
    }
    if of.len() > KEPT {
        of.pop_last();
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn replies(sent: u32, rtts_us: &[u32]) -> Replies {
        Replies { sent, rtts_us: rtts_us.to_vec() }
    }

    #[test]
    fn figures_are_those_of_the_answers() {
        let some = replies(5, &[300, 100, 900, 200]);
        assert_eq!((some.lost(), some.silent()), (1, false));
        assert_eq!(some.spread(), Some([100, 300, 900]));
        // 200, 800 and 700.
        assert_eq!(some.jitter_us(), Some(566));
    }

    #[test]
    fn without_answers_there_are_none() {
        let none = replies(5, &[]);
        assert_eq!((none.lost(), none.silent(), none.spread(), none.jitter_us()), (5, true, None, None));
        assert_eq!(replies(1, &[7]).jitter_us(), None);
        assert!(!replies(0, &[]).silent(), "nobody was asked");
    }

    #[test]
    fn more_devices_than_any_network_has_do_not_fill_the_memory() {
        let mut path = PathSeen::default();
        let routes: Vec<IpAddr> = (0..1000).map(|number| Ipv4Addr::from(number).into()).collect();
        path.routed(&routes, &[]);
        assert_eq!(path.gateways().count(), KEPT);
    }
}
