//! Which routers offer IPv6 here, and what do they tell? All are solicited as a host does that starts (RFC 4861, 6.3.7), and those
//! that speak by themselves are heard. Nothing is ever advertised.

use std::net::Ipv6Addr;
use std::time::Duration;

use super::neighbours6::claim;
use super::{Heard, Probe, Survey, Want, What};
use crate::net::{Mac, Moment};
use crate::observe::{Asked6, Claim, Fact, RouterAdvertised};
use crate::wire::Body;
use crate::wire::icmpv6::{Message, NEIGHBOUR_HOPS, router_solicitation_frame};
use crate::wire::ipv6::{ALL_ROUTERS, Sender};

/// From the first solicitation to the second. RFC 4861 has 4 s for a host that starts with thousands of others; one laptop need not
/// wait so long.
const SPACING: Duration = Duration::from_secs(1);
const SOLICITATIONS: u8 = 2;
/// How long routers are listened for after the first: one that has just told all waits 3 s before it does so again, and half a second
/// at random beside (RFC 4861, 6.2.6 and 10).
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
                facts.push(Fact::RouterAdvertised(Box::new(RouterAdvertised { router, mac: packet.source, told })));
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
