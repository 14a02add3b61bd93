//! How large a packet reaches the gateway, and the DNS servers behind it? Echo requests of the usual sizes, which no router may cut
//! in pieces (RFC 1191): what is too large is named by a router, or lost without a word (RFC 2923, 2.1).

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::{Heard, Identity, Probe, Survey, Want, What};
use crate::net::{Mac, Moment};
use crate::observe::{Fact, Fate};
use crate::wire::Body;
use crate::wire::ipv4::{Icmp, Receiver, SHORTEST_ECHO, echo_frame_of};

/// Sizes at which ways narrow, in bytes of the IPv4 packet: Ethernet; PPPoE (RFC 2516, 7); 6in4 and IP in IP; VXLAN; WireGuard over
/// IPv6; usual limits of VPNs; the least of IPv6; the least that every IPv4 host takes (RFC 791, 3.2); an echo that carries nothing.
const SIZES: [u16; 9] = [1500, 1492, 1480, 1450, 1420, 1400, 1280, 576, SHORTEST_ECHO];
/// How often each size is tried until it is answered. Of one that passes on a way that loses one in five, all are lost once in 600.
const ROUNDS: u8 = 4;
/// From one round to the next.
const PATIENCE: Duration = Duration::from_millis(250);
/// Ways that are tried.
const WAYS: usize = 4;
/// Who asks: the identifier of our echo requests ("tm"). Their sequence is their size.
const IDENTIFIER: u16 = 0x746d;

/// Tries the ways.
pub struct PathMtu {
    identity: Identity,
    /// The sizes to try, the largest first.
    sizes: Vec<u16>,
    /// This machine's first gateway, by which what is far is reached.
    gateway: Option<Ipv4Addr>,
    gateway_mac: Option<Mac>,
    ways: BTreeMap<Ipv4Addr, Way>,
}

#[derive(Default)]
struct Way {
    rounds: u8,
    next: Moment,
    waiting: Vec<u16>,
    answered: Vec<u16>,
}

impl PathMtu {
    /// The ways of this machine. Nothing is sent where the largest packet of its card is not known.
    pub fn new(survey: &Survey) -> PathMtu {
        let mut gateways = survey.surroundings.gateways.iter();
        let gateway = gateways.find_map(|gateway| if let IpAddr::V4(ip) = gateway { Some(*ip) } else { None });
        let near = |ip: &Ipv4Addr| survey.identity.addresses.iter().any(|net| net.contains(ip));
        let far = survey.resolvers.iter().filter_map(|resolver| match resolver.ip() {
            IpAddr::V4(ip) if !near(&ip) && !ip.is_loopback() => Some(ip),
            _ => None,
        });
        let mtu = survey.surroundings.mtu.unwrap_or_default();
        let mut sizes: Vec<u16> = SIZES.into_iter().chain([mtu]).filter(|size| (SHORTEST_ECHO..=mtu).contains(size)).collect();
        sizes.sort_unstable_by(|a, b| b.cmp(a));
        sizes.dedup();
        let ways = gateway.into_iter().chain(far.filter(|_| gateway.is_some())).take(WAYS);
        PathMtu {
            identity: survey.identity.clone(),
            sizes,
            gateway,
            gateway_mac: None,
            ways: ways.map(|ip| (ip, Way::default())).collect(),
        }
    }

    fn tells(&self, ip: Ipv4Addr, bytes: u16, fate: Fate) -> Vec<Fact> {
        if self.ways.contains_key(&ip) { vec![Fact::PathSized { ip, bytes, fate }] } else { Vec::new() }
    }
}

impl Probe for PathMtu {
    fn poll(&mut self, now: Moment) -> Want {
        let (Some(mac), Some(&largest)) = (self.gateway_mac, self.sizes.first()) else { return Want::Done };
        let open =
            |way: &Way| !way.answered.contains(&largest) && (way.rounds < ROUNDS || now < way.next || !way.waiting.is_empty());
        let Some((&ip, way)) =
            self.ways.iter_mut().filter(|(_, way)| open(way)).min_by_key(|(_, way)| (way.waiting.is_empty(), way.next))
        else {
            return Want::Done;
        };
        if way.waiting.is_empty() {
            if now < way.next {
                return Want::Wait(way.next);
            }
            way.waiting = self.sizes.iter().rev().filter(|size| !way.answered.contains(size)).copied().collect();
            way.rounds += 1;
            way.next = now + PATIENCE;
        }
        // The largest first: where it is answered, the others are not needed.
        let Some(size) = way.waiting.pop() else { return Want::Done };
        Want::Send(echo_frame_of(self.identity.sender_for(ip), Receiver { mac, ip }, 64, IDENTIFIER, size, size))
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        let (What::Sent(packet) | What::Received(packet)) = heard.what else { return Vec::new() };
        let Body::Icmp { ip, message } = packet.body else { return Vec::new() };
        if packet.vlan.is_some() {
            return Vec::new();
        }
        match (&heard.what, message) {
            (What::Sent(_), Icmp::EchoRequest { identifier: IDENTIFIER, sequence }) => {
                self.tells(ip.destination, sequence, Fate::Sent)
            }
            (What::Received(_), Icmp::EchoReply { identifier: IDENTIFIER, sequence }) if self.sizes.contains(&sequence) => {
                self.tells(ip.source, sequence, Fate::Answered)
            }
            (What::Received(_), Icmp::TooBig { destination, identifier: Some(IDENTIFIER), next_hop }) => {
                self.tells(destination, next_hop, Fate::TooBig { by: ip.source })
            }
            _ => Vec::new(),
        }
    }

    fn learn(&mut self, _now: Moment, fact: &Fact) {
        match fact {
            Fact::AddressClaimed { ip: IpAddr::V4(ip), mac, .. } if Some(*ip) == self.gateway => {
                self.gateway_mac.get_or_insert(*mac);
            }
            Fact::PathSized { ip, bytes, fate: Fate::Answered } => {
                if let Some(way) = self.ways.get_mut(ip)
                    && !way.answered.contains(bytes)
                {
                    way.answered.push(*bytes);
                    way.waiting.retain(|size| size != bytes);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "path_mtu/tests.rs"]
mod tests;
