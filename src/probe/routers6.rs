//! Which routers offer IPv6 here, and what do they tell? All are solicited as a host does that starts (RFC 4861, 6.3.7), and
//! those that speak by themselves are heard. Nothing is ever advertised.

use std::net::Ipv6Addr;
use std::time::Duration;

use super::neighbours6::claim;
use super::{Heard, Probe, Survey, Want, What};
use crate::net::{Mac, Moment};
use crate::observe::{Asked6, Claim, Fact, RouterAdvertised};
use crate::wire::Body;
use crate::wire::icmpv6::{Message, NEIGHBOUR_HOPS, router_solicitation_frame};
use crate::wire::ipv6::{ALL_ROUTERS, Sender};

/// From the first solicitation to the second. RFC 4861 has 4 s for a host that starts with thousands of others; one laptop need
/// not wait so long.
const SPACING: Duration = Duration::from_secs(1);
const SOLICITATIONS: u8 = 2;
/// How long routers are listened for after the first: one that has just told all waits 3 s before it does so again, and half a
/// second at random beside (RFC 4861, 6.2.6 and 10).
const PATIENCE: Duration = Duration::from_millis(3750);
const QUICK_PATIENCE: Duration = Duration::from_millis(1250);

/// Solicits routers, and hears them.
pub struct Routers6 {
    sender: Option<Sender>,
    mac: Mac,
    patience: Duration,
    sent: u8,
    first: Moment,
    asked: u32,
}

impl Routers6 {
    /// A look from our link-local address; without one routers are only heard.
    pub fn new(survey: &Survey) -> Routers6 {
        let identity = &survey.identity;
        Routers6 {
            sender: identity.sender6_for(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0)),
            mac: identity.mac,
            patience: if survey.quick { QUICK_PATIENCE } else { PATIENCE },
            sent: 0,
            first: Moment::default(),
            asked: 0,
        }
    }
}

impl Probe for Routers6 {
    fn poll(&mut self, now: Moment) -> Want {
        let Some(sender) = self.sender else { return Want::Done };
        if self.sent == 0 {
            self.first = now;
        }
        let next = self.first + SPACING * self.sent.into();
        if self.sent < SOLICITATIONS {
            if now < next {
                return Want::Wait(next);
            }
            self.sent += 1;
            return Want::Send(router_solicitation_frame(sender));
        }
        let end = self.first + self.patience;
        if now < end { Want::Wait(end) } else { Want::Done }
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        match heard.what {
            What::Sent(packet) => {
                let asks = matches!(&packet.body, Body::Icmp6 { ip, message: Message::RouterSolicitation { .. } } if ip.destination == ALL_ROUTERS);
                self.asked += u32::from(asks);
                Vec::new()
            }
            What::Received(packet) if packet.vlan.is_none() && packet.source != self.mac => {
                let Body::Icmp6 { ip, message: Message::RouterAdvertisement(told) } = &packet.body else { return Vec::new() };
                // Only a router of this segment can have sent it (RFC 4861, 6.1.2).
                if ip.hop_limit != NEIGHBOUR_HOPS || !ip.source.is_unicast_link_local() {
                    return Vec::new();
                }
                let mut facts = claim(packet, ip.source, told.card, Claim::Announcement, None);
                let (router, told) = (ip.source, (**told).clone());
                let mac = told.card.unwrap_or(packet.source);
                facts.push(Fact::RouterAdvertised(Box::new(RouterAdvertised { router, mac, told })));
                facts
            }
            _ => Vec::new(),
        }
    }

    fn conclude(&self) -> Vec<Fact> {
        let listened_ms = if self.asked > 0 { self.patience.as_millis() as u32 } else { 0 };
        vec![Fact::Asked6(Asked6 { routers: self.asked, listened_ms, ..Asked6::default() })]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{Errand, Identity};
    use crate::wire::ipv6::{ALL_NODES, Header};
    use crate::wire::{Packet, decode};

    const US: Mac = Mac([2, 0, 0, 0, 0, 1]);
    const ROUTER: Mac = Mac([2, 0, 0, 0, 0, 9]);

    fn probe(addresses: &[&str]) -> Routers6 {
        let addresses6 = addresses.iter().map(|net| net.parse().expect("a prefix")).collect();
        let identity = Identity { mac: US, addresses6, ..Identity::default() };
        Routers6::new(&Survey { errand: Errand::Dhcp, identity, quick: false, ..Survey::of_capture() })
    }

    fn advertisement(source: &str, hop_limit: u8) -> Packet<'static> {
        let ip = Header { source: source.parse().expect("an address"), destination: ALL_NODES, hop_limit };
        let message = Message::RouterAdvertisement(Box::default());
        let destination = Mac([0x33, 0x33, 0, 0, 0, 1]);
        Packet { source: ROUTER, destination, vlan: None, body: Body::Icmp6 { ip, message } }
    }

    fn heard(packet: &Packet<'_>) -> Vec<Fact> {
        probe(&["fe80::1/64"]).hear(&Heard { at: Moment::default(), what: What::Received(packet) })
    }

    #[test]
    fn routers_are_solicited_twice_from_our_own_address_and_waited_for() {
        let mut probe = probe(&["2001:db8::1/64", "fe80::1/64"]);
        let mut sent = Vec::new();
        let mut now = Moment::default();
        loop {
            match probe.poll(now) {
                Want::Send(frame) => {
                    let packet = decode(&frame).expect("a frame of ours");
                    let Body::Icmp6 { ip, message } = &packet.body else { panic!("{packet:?}") };
                    assert_eq!(ip.source, Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1));
                    assert_eq!(*message, Message::RouterSolicitation { card: Some(US) });
                    probe.hear(&Heard { at: now, what: What::Sent(&packet) });
                    sent.push(now.ms());
                }
                Want::Wait(until) => now = until,
                other => break assert_eq!(other, Want::Done),
            }
        }
        assert_eq!((sent, now.ms()), (vec![0, 1000], 3750));
        let asked = Asked6 { routers: 2, listened_ms: 3750, ..Asked6::default() };
        assert_eq!(probe.conclude(), [Fact::Asked6(asked)]);
    }

    #[test]
    fn without_an_address_routers_are_only_heard() {
        assert_eq!(probe(&[]).poll(Moment::default()), Want::Done);
        assert_eq!(heard(&advertisement("fe80::9", NEIGHBOUR_HOPS)).len(), 2);
    }

    #[test]
    fn what_cannot_be_of_a_router_of_this_segment_is_not_heard() {
        assert!(heard(&advertisement("fe80::9", 64)).is_empty());
        assert!(heard(&advertisement("2001:db8::9", NEIGHBOUR_HOPS)).is_empty());
        let tagged = Packet { vlan: crate::net::VlanId::new(7), ..advertisement("fe80::9", NEIGHBOUR_HOPS) };
        assert!(heard(&tagged).is_empty());
    }
}
