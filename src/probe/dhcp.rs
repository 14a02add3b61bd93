//! Who serves addresses here, and with which settings? Asked without ever taking a lease (RFC 2131).
//!
//! INFORM goes first where we have an address, because servers answer it at once; then DISCOVER, as any client and as a PC that
//! starts from the network. No REQUEST is ever sent, so no server writes a lease.
//!
//! The questions carry our own card as Ethernet source and as `chaddr`: a made-up `chaddr` is what DHCP snooping and port
//! security drop ("verify MAC address" is on by default), and what a server with reservations would answer differently. Our own
//! lease stays out of it by the client identifier, a name of the kit's own (RFC 2131, 4.2: it is what a server tells clients
//! apart by). A server that goes by the card alone offers the address that we have; that takes nothing either.

use std::time::Duration;

use super::{Heard, Probe, Survey, Want, What};
use crate::net::{Mac, Moment};
use crate::observe::{Asked, DhcpAnswer, DhcpAsked, Fact};
use crate::wire::dhcp::{self, CLIENT_PORT, Question, SERVER_PORT};
use crate::wire::ipv4::Header;
use crate::wire::{Body, Sender};

/// How long the last question is listened for: dnsmasq and others ping an address for 3 s before they offer it.
pub const LISTEN: Duration = Duration::from_millis(4500);
/// From one question of a round to the next.
const SPACING: Duration = Duration::from_millis(20);
/// From the first round to the second: a lost frame is made up for, and ISC dhcpd, which pings for 1 s, is done.
const AGAIN: Duration = Duration::from_millis(1300);
/// How many seconds each round says that we have waited: spare servers (`min-secs`, failover, RFC 3074) answer those who have
/// waited long.
const WAITED: [u16; 2] = [0, 60];

/// The questions and what is still to be sent.
pub struct DhcpProbe {
    sender: Sender,
    /// The questions still to be sent with their time after the start and the seconds they claim, last first.
    left: Vec<(Duration, Question, u16)>,
    until: Moment,
    asked: DhcpAsked,
}

impl DhcpProbe {
    /// Nothing asked yet; without an address of ours no INFORM is sent.
    pub fn new(survey: &Survey) -> DhcpProbe {
        let identity = &survey.identity;
        let own = identity.addresses.first().map(|net| net.addr());
        let sender = own.map_or(identity.nameless(), |ip| Sender { mac: identity.mac, ip });
        let inform = own.map(|_| Question::Inform);
        let round: Vec<Question> = inform.into_iter().chain([Question::Discover, Question::NetBoot]).collect();
        let mut left = Vec::new();
        for (start, secs) in [Duration::ZERO, AGAIN].into_iter().zip(WAITED) {
            left.extend((0..).zip(&round).map(|(place, &question)| (start + SPACING * place, question, secs)));
        }
        left.reverse();
        DhcpProbe { sender, left, until: Moment::default(), asked: DhcpAsked::default() }
    }

    fn answered(&self, mac: Mac, ip: Header, reply: dhcp::Reply) -> Fact {
        let ours = reply.client == self.sender.mac;
        let how = match Question::of_xid(reply.xid).filter(|_| ours) {
            Some(Question::Inform) => Asked::Inform,
            Some(Question::Discover) => Asked::Discover,
            Some(Question::NetBoot) => Asked::NetBoot,
            None if ours && dhcp::is_pool_xid(reply.xid) => Asked::Pool,
            None => Asked::Overheard,
        };
        Fact::DhcpAnswered(Box::new(DhcpAnswer {
            how,
            kind: reply.kind,
            server: reply.server,
            mac,
            source: ip.source,
            relay: reply.relay,
            offered: reply.address,
            settings: reply.settings,
        }))
    }
}

impl Probe for DhcpProbe {
    fn poll(&mut self, now: Moment) -> Want {
        let Some(&(after, question, secs)) = self.left.last() else {
            return if now < self.until { Want::Wait(self.until) } else { Want::Done };
        };
        let due = Moment::default() + after;
        if now < due {
            return Want::Wait(due);
        }
        self.left.pop();
        self.until = now + LISTEN;
        Want::Send(dhcp::question(question, self.sender, secs))
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        let (packet, sent) = match heard.what {
            What::Sent(packet) => (packet, true),
            What::Received(packet) => (packet, false),
            What::Answered(..) => return Vec::new(),
        };
        let Body::Udp { ip, source_port, destination_port, payload } = packet.body else { return Vec::new() };
        let ports = if sent { (CLIENT_PORT, SERVER_PORT) } else { (SERVER_PORT, CLIENT_PORT) };
        if (source_port, destination_port) != ports || packet.vlan.is_some() {
            return Vec::new();
        }
        match dhcp::parse(payload) {
            Ok(dhcp::Heard::Asked { xid, .. }) if sent => {
                match Question::of_xid(xid) {
                    Some(Question::Inform) => self.asked.informs += 1,
                    Some(Question::Discover | Question::NetBoot) => self.asked.discovers += 1,
                    None if dhcp::is_pool_xid(xid) => self.asked.wishes += 1,
                    None => {}
                }
                self.asked.listened_ms = LISTEN.as_millis() as u32;
                Vec::new()
            }
            Ok(dhcp::Heard::Answered(reply)) if !sent => vec![self.answered(packet.source, ip, *reply)],
            Ok(_) => Vec::new(),
            Err(bad) => vec![Fact::Malformed { protocol: bad.protocol.to_owned(), field: bad.field.to_owned() }],
        }
    }

    fn conclude(&self) -> Vec<Fact> {
        let asked = (self.asked != DhcpAsked::default()).then_some(Fact::DhcpAsked(self.asked));
        asked.into_iter().collect()
    }
}

#[cfg(test)]
#[path = "dhcp/tests.rs"]
mod tests;
