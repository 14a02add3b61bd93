//! How large a packet reaches the gateway, and the DNS servers behind it, by IPv4 and by IPv6? Echo requests of the usual sizes,
//! which no router may cut in pieces (RFC 1191, RFC 8201): what is too large is named by a router, or lost without a word (RFC
//! 2923, 2.1).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use super::{Heard, Identity, Probe, Survey, Want, What};
use crate::net::{Mac, Moment};
use crate::observe::{Fact, Fate};
use crate::wire::icmpv6::Message;
use crate::wire::ipv4::Icmp;
use crate::wire::{Body, icmpv6, ipv4, ipv6};

/// Sizes at which ways narrow, in bytes of the IP packet: Ethernet; PPPoE (RFC 2516, 7); 6in4 and IP in IP; VXLAN; WireGuard over
/// IPv6; usual limits of VPNs; the least of IPv6 (RFC 8200, 5); the least that every IPv4 host takes (RFC 791, 3.2).
const SIZES: [u16; 8] = [1500, 1492, 1480, 1450, 1420, 1400, NARROWEST6, 576];
const NARROWEST6: u16 = 1280;
/// How often each size is tried until it is answered. Of one that passes on a way that loses one in five, all are lost once in
/// 600.
const ROUNDS: u8 = 4;
/// From one round to the next.
const PATIENCE: Duration = Duration::from_millis(250);
/// Ways that are tried, by each kind of address.
const WAYS: usize = 4;
/// Hops that an echo may take.
const HOPS: u8 = 64;
/// Who asks: the identifier of our echo requests ("tm"). Their sequence is their size.
const IDENTIFIER: u16 = 0x746d;

/// Tries the ways.
pub struct PathMtu {
    identity: Identity,
    /// Of IPv4, and of IPv6.
    versions: [Version; 2],
    ways: BTreeMap<IpAddr, Way>,
}

/// The largest packet that is tried: that of Ethernet. The answers to jumbo frames are longer than what is read of a frame.
const LARGEST: u16 = 1500;

/// What differs from one kind of address to the other.
#[derive(Default)]
struct Version {
    /// The sizes to try, the largest first; none where the largest packet of our card is not known.
    sizes: Vec<u16>,
    /// This machine's first gateway, by which what is far is reached.
    gateway: Option<IpAddr>,
    gateway_mac: Option<Mac>,
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
        let identity = survey.identity.clone();
        let mtu = survey.surroundings.mtu.unwrap_or_default();
        let mut ways = BTreeMap::new();
        let versions =
            [(false, ipv4::SHORTEST_ECHO, 0), (true, icmpv6::SHORTEST_ECHO, NARROWEST6)].map(|(six, shortest, least)| {
                let usual = SIZES.into_iter().filter(|size| *size >= least);
                let mut sizes: Vec<u16> =
                    usual.chain([shortest, mtu.min(LARGEST)]).filter(|size| (shortest..=mtu).contains(size)).collect();
                sizes.sort_unstable_by(|a, b| b.cmp(a));
                sizes.dedup();
                let gateway = survey.surroundings.gateways.iter().copied().find(|gateway| gateway.is_ipv6() == six);
                let far = survey.resolvers.iter().map(|resolver| resolver.ip()).filter(|ip| ip.is_ipv6() == six);
                let far = far.filter(|ip| !is_near(&identity, *ip) && !ip.is_loopback() && gateway.is_some());
                let asked = gateway.into_iter().chain(far).filter(|ip| asks(&identity, *ip)).take(WAYS);
                ways.extend(asked.map(|ip| (ip, Way::default())));
                Version { sizes, gateway, gateway_mac: None }
            });
        PathMtu { identity, versions, ways }
    }

    fn version(&self, ip: IpAddr) -> &Version {
        &self.versions[usize::from(ip.is_ipv6())]
    }

    fn tells(&self, ip: IpAddr, bytes: u16, fate: Fate) -> Vec<Fact> {
        if self.ways.contains_key(&ip) { vec![Fact::PathSized { ip, bytes, fate }] } else { Vec::new() }
    }

    /// An echo request of that size, by the gateway.
    fn echo(&self, ip: IpAddr, size: u16) -> Option<Vec<u8>> {
        let mac = self.version(ip).gateway_mac?;
        Some(match ip {
            IpAddr::V4(ip) => {
                let to = ipv4::Receiver { mac, ip };
                ipv4::echo_frame_of(self.identity.sender_for(ip), to, HOPS, IDENTIFIER, size, size)
            }
            IpAddr::V6(to) => {
                let from = sender6(&self.identity, ip)?;
                icmpv6::echo_frame_of(from, ipv6::Receiver { mac, ip: to }, HOPS, IDENTIFIER, size, size)
            }
        })
    }
}

/// Whether no router is on the way.
fn is_near(identity: &Identity, ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => identity.addresses.iter().any(|net| net.contains(&ip)),
        IpAddr::V6(ip) => identity.is_near6(ip),
    }
}

/// As whom an IPv6 address is asked: behind a router, a link-local address of ours means nothing.
fn sender6(identity: &Identity, ip: IpAddr) -> Option<ipv6::Sender> {
    match ip {
        IpAddr::V6(near) if is_near(identity, ip) => identity.sender6_for(near),
        _ => identity.sender6_far(),
    }
}

/// Whether we have an address that an answer could come to.
fn asks(identity: &Identity, ip: IpAddr) -> bool {
    ip.is_ipv4() || sender6(identity, ip).is_some()
}

impl Probe for PathMtu {
    fn poll(&mut self, now: Moment) -> Want {
        let versions = &self.versions;
        let open = |ip: &IpAddr, way: &Way| {
            let version = &versions[usize::from(ip.is_ipv6())];
            let begun = way.rounds < ROUNDS || now < way.next || !way.waiting.is_empty();
            version.gateway_mac.is_some() && begun && version.sizes.first().is_some_and(|largest| !way.answered.contains(largest))
        };
        let ways = self.ways.iter_mut().filter(|(ip, way)| open(ip, way));
        let Some((&ip, way)) = ways.min_by_key(|(_, way)| (way.waiting.is_empty(), way.next)) else { return Want::Done };
        if way.waiting.is_empty() {
            if now < way.next {
                return Want::Wait(way.next);
            }
            let sizes = &versions[usize::from(ip.is_ipv6())].sizes;
            way.waiting = sizes.iter().rev().filter(|size| !way.answered.contains(size)).copied().collect();
            way.rounds += 1;
            way.next = now + PATIENCE;
        }
        // The largest first: where it is answered, the others are not needed.
        let size = way.waiting.pop();
        size.and_then(|size| self.echo(ip, size)).map_or(Want::Done, Want::Send)
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        let (What::Sent(packet) | What::Received(packet)) = heard.what else { return Vec::new() };
        if packet.vlan.is_some() {
            return Vec::new();
        }
        let sent = matches!(heard.what, What::Sent(_));
        let (source, destination) = match &packet.body {
            Body::Icmp { ip, .. } => (IpAddr::V4(ip.source), IpAddr::V4(ip.destination)),
            Body::Icmp6 { ip, .. } => (IpAddr::V6(ip.source), IpAddr::V6(ip.destination)),
            _ => return Vec::new(),
        };
        match &packet.body {
            Body::Icmp { message: Icmp::EchoRequest { identifier: IDENTIFIER, sequence }, .. }
            | Body::Icmp6 { message: Message::EchoRequest { identifier: IDENTIFIER, sequence }, .. }
                if sent =>
            {
                self.tells(destination, *sequence, Fate::Sent)
            }
            Body::Icmp { message: Icmp::EchoReply { identifier: IDENTIFIER, sequence }, .. }
            | Body::Icmp6 { message: Message::EchoReply { identifier: IDENTIFIER, sequence }, .. }
                if !sent && self.version(source).sizes.contains(sequence) =>
            {
                self.tells(source, *sequence, Fate::Answered)
            }
            Body::Icmp { message: Icmp::TooBig { destination, identifier: Some(IDENTIFIER), next_hop }, .. } if !sent => {
                self.tells(IpAddr::V4(*destination), *next_hop, Fate::TooBig { by: source })
            }
            Body::Icmp6 { message: Message::TooBig { destination, identifier: Some(IDENTIFIER), next_hop }, .. } if !sent => {
                self.tells(IpAddr::V6(*destination), *next_hop, Fate::TooBig { by: source })
            }
            _ => Vec::new(),
        }
    }

    fn learn(&mut self, _now: Moment, fact: &Fact) {
        match fact {
            Fact::AddressClaimed { ip, mac, .. } => {
                let version = &mut self.versions[usize::from(ip.is_ipv6())];
                if version.gateway == Some(*ip) {
                    version.gateway_mac.get_or_insert(*mac);
                }
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
