//! ICMPv6: echo and its faults (RFC 4443), neighbours and routers (RFC 4861), listeners of groups (RFC 2710, RFC 9777).

use std::net::Ipv6Addr;

use pnet::packet::icmpv6::ndp::{NeighborAdvertPacket, NeighborSolicitPacket};
use pnet::packet::icmpv6::{Icmpv6Packet, Icmpv6Type, Icmpv6Types, checksum};
use pnet::packet::ip::IpNextHeaderProtocols;
use pnet::packet::ipv6::Ipv6Packet;

use super::Malformed;
use super::ipv6::{self, ALL_ROUTERS, Receiver, Sender};
use crate::net::Mac;
pub use listener::{Query, Report};
pub use router::{Preference, PrefixTold, RouterAdvertisement};

mod listener;
mod option;
mod router;

#[cfg(test)]
mod tests;

/// Length in bytes of the header with the four bytes that every message has after it.
const HEADER_LEN: usize = 8;
/// The hop limit of messages between neighbours: one that a router has sent on has less (RFC 4861, 3.1).
pub const NEIGHBOUR_HOPS: u8 = 255;
/// The code of a parameter problem that says that an option is not known (RFC 4443, 3.4).
pub const UNRECOGNIZED_OPTION: u8 = 2;
/// An option that nobody knows, of the kind that must be complained about (RFC 8200, 4.2: high bits 10; RFC 4727 has none of
/// these).
const OPTION: u8 = 0x80;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Echo request (type 128).
    EchoRequest {
        /// Who asks.
        identifier: u16,
        /// Which of its questions.
        sequence: u16,
    },
    /// Echo reply (type 129).
    EchoReply {
        /// Who had asked.
        identifier: u16,
        /// Which question.
        sequence: u16,
    },
    /// Packet too big (type 2, RFC 4443, 3.2).
    TooBig {
        /// Where the packet was to go.
        destination: Ipv6Addr,
        /// Who had asked, where it was an echo request.
        identifier: Option<u16>,
        /// What the next hop takes, in bytes.
        next_hop: u16,
    },
    /// Parameter problem (type 4).
    ParameterProblem {
        /// Which problem.
        code: u8,
        /// Who had sent the packet that it is about.
        about: Ipv6Addr,
    },
    /// Router solicitation (type 133).
    RouterSolicitation {
        /// The sender's card, where it says.
        card: Option<Mac>,
    },
    /// Router advertisement (type 134).
    RouterAdvertisement(Box<RouterAdvertisement>),
    /// Neighbour solicitation (type 135).
    NeighbourSolicitation {
        /// The address that is asked for.
        target: Ipv6Addr,
        /// The card that asks, where it says.
        card: Option<Mac>,
    },
    /// Neighbour advertisement (type 136).
    NeighbourAdvertisement {
        /// The address that it is about.
        target: Ipv6Addr,
        /// The card that has it, where it says.
        card: Option<Mac>,
        /// The sender is a router.
        router: bool,
        /// It answers a solicitation.
        solicited: bool,
        /// What was known before is to be forgotten: not said for addresses that several may answer for.
        overrides: bool,
    },
    /// Who listens to a group is asked (type 130).
    ListenerQuery(Query),
    /// A listener tells its groups (types 131 and 143).
    ListenerReport(Report),
    /// Any other message.
    Other,
}

pub(super) fn bad(field: &'static str, offset: usize) -> Malformed {
    Malformed { protocol: "ICMPv6", field, offset }
}

/// Reads a message.
pub fn parse(bytes: &[u8]) -> Result<Message, Malformed> {
    let header = Icmpv6Packet::new(bytes).ok_or(bad("header", bytes.len()))?;
    let pair = || {
        let [.., a, b, c, d] = *bytes.first_chunk::<HEADER_LEN>().ok_or(bad("identifier", 4))?;
        Ok((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
    };
    match header.get_icmpv6_type() {
        Icmpv6Types::EchoRequest => pair().map(|(identifier, sequence)| Message::EchoRequest { identifier, sequence }),
        Icmpv6Types::EchoReply => pair().map(|(identifier, sequence)| Message::EchoReply { identifier, sequence }),
        Icmpv6Types::PacketTooBig => {
            let [.., a, b, c, d] = *bytes.first_chunk::<HEADER_LEN>().ok_or(bad("MTU", 4))?;
            let inner = &bytes[HEADER_LEN..];
            let original = Ipv6Packet::new(inner).ok_or(bad("invoking packet", HEADER_LEN))?;
            let echo = inner.get(ipv6::HEADER_LEN..).and_then(|message| message.first_chunk::<HEADER_LEN>());
            let identifier = match echo {
                Some(&[kind, _, _, _, high, low, ..])
                    if original.get_next_header() == IpNextHeaderProtocols::Icmpv6 && kind == Icmpv6Types::EchoRequest.0 =>
                {
                    Some(u16::from_be_bytes([high, low]))
                }
                _ => None,
            };
            let next_hop = u32::from_be_bytes([a, b, c, d]).try_into().unwrap_or(u16::MAX);
            Ok(Message::TooBig { destination: original.get_destination(), identifier, next_hop })
        }
        Icmpv6Types::ParameterProblem => {
            let original = bytes.get(HEADER_LEN..).and_then(Ipv6Packet::new).ok_or(bad("invoking packet", HEADER_LEN))?;
            Ok(Message::ParameterProblem { code: header.get_icmpv6_code().0, about: original.get_source() })
        }
        Icmpv6Types::RouterSolicit => {
            let options = bytes.get(HEADER_LEN..).ok_or(bad("reserved", 4))?;
            Ok(Message::RouterSolicitation { card: option::card(options, HEADER_LEN, option::SOURCE)? })
        }
        Icmpv6Types::RouterAdvert => router::parse(bytes).map(|told| Message::RouterAdvertisement(Box::new(told))),
        Icmpv6Types::NeighborSolicit => {
            let asks = NeighborSolicitPacket::new(bytes).ok_or(bad("target address", HEADER_LEN))?;
            let at = NeighborSolicitPacket::minimum_packet_size();
            let card = option::card(&bytes[at..], at, option::SOURCE)?;
            Ok(Message::NeighbourSolicitation { target: unicast(asks.get_target_addr())?, card })
        }
        Icmpv6Types::NeighborAdvert => {
            let tells = NeighborAdvertPacket::new(bytes).ok_or(bad("target address", HEADER_LEN))?;
            let at = NeighborAdvertPacket::minimum_packet_size();
            let card = option::card(&bytes[at..], at, option::TARGET)?;
            let flag = |bit: u8| tells.get_flags() & bit != 0;
            Ok(Message::NeighbourAdvertisement {
                target: unicast(tells.get_target_addr())?,
                card,
                router: flag(0x80),
                solicited: flag(0x40),
                overrides: flag(0x20),
            })
        }
        listener::QUERY => listener::query(bytes).map(Message::ListenerQuery),
        listener::REPORT => listener::report(bytes).map(Message::ListenerReport),
        listener::REPORT_V2 => listener::report_v2(bytes).map(Message::ListenerReport),
        _ => Ok(Message::Other),
    }
}

/// An address that a neighbour may have (RFC 4861, 7.1: the target must not be a group).
fn unicast(target: Ipv6Addr) -> Result<Ipv6Addr, Malformed> {
    if target.is_multicast() || target.is_unspecified() { Err(bad("target address", HEADER_LEN)) } else { Ok(target) }
}

/// An echo request, as a frame.
pub fn echo_frame(from: Sender, to: Receiver, identifier: u16, sequence: u16) -> Vec<u8> {
    let message = echo(from, to, identifier, sequence);
    ipv6::frame(from, to, NEIGHBOUR_HOPS, IpNextHeaderProtocols::Icmpv6.0, &message)
}

/// The bytes of an IPv6 packet with an echo request that carries nothing.
pub const SHORTEST_ECHO: u16 = (ipv6::HEADER_LEN + HEADER_LEN) as u16;

/// An echo request, as a frame with a packet of so many bytes, at least [`SHORTEST_ECHO`]; routers cut no packet of IPv6 in
/// pieces.
pub fn echo_frame_of(from: Sender, to: Receiver, hop_limit: u8, identifier: u16, sequence: u16, bytes: u16) -> Vec<u8> {
    let ([a, b], [c, d]) = (identifier.to_be_bytes(), sequence.to_be_bytes());
    let filled = vec![0; usize::from(bytes.saturating_sub(SHORTEST_ECHO))];
    let message = with_head(from, to, Icmpv6Types::EchoRequest, [a, b, c, d], &filled);
    ipv6::frame(from, to, hop_limit, IpNextHeaderProtocols::Icmpv6.0, &message)
}

/// A packet with an option in its destination options that nobody knows, as a frame. The two high bits of the option's type ask
/// whoever does not know it to say so, even where the packet is addressed to a group (RFC 8200, 4.2). Behind it stands an echo
/// request or, for hosts whose firewall lets none in, nothing.
pub fn unknown_option_frame(from: Sender, to: Receiver, echo_of: Option<(u16, u16)>) -> Vec<u8> {
    let (next, message) = match echo_of {
        Some((identifier, sequence)) => (IpNextHeaderProtocols::Icmpv6.0, echo(from, to, identifier, sequence)),
        None => (IpNextHeaderProtocols::Ipv6NoNxt.0, Vec::new()),
    };
    // Next header, length in units of 8 bytes beyond the first, then the option: type, length, four bytes.
    let options = [next, 0, OPTION, 4, 0, 0, 0, 0];
    let payload = [&options[..], &message].concat();
    ipv6::frame(from, to, NEIGHBOUR_HOPS, IpNextHeaderProtocols::Ipv6Opts.0, &payload)
}

/// A solicitation for an address, as a frame: to the group of whoever has it, or to one card alone. A nameless one asks whether
/// an address of ours is free (RFC 4862, 5.4.2), and does not say who asks.
pub fn solicitation_frame(from: Sender, target: Ipv6Addr, alone: Option<Mac>) -> Vec<u8> {
    let to = match alone {
        Some(mac) => Receiver { mac, ip: target },
        None => Receiver::group(ipv6::solicited_node(target)),
    };
    let mut body = target.octets().to_vec();
    if !from.ip.is_unspecified() {
        option::write_card(&mut body, option::SOURCE, from.mac);
    }
    let message = finish(from, to, Icmpv6Types::NeighborSolicit, &body);
    ipv6::frame(from, to, NEIGHBOUR_HOPS, IpNextHeaderProtocols::Icmpv6.0, &message)
}

/// A solicitation to every router, as a frame.
pub fn router_solicitation_frame(from: Sender) -> Vec<u8> {
    let to = Receiver::group(ALL_ROUTERS);
    let mut body = Vec::new();
    option::write_card(&mut body, option::SOURCE, from.mac);
    let message = finish(from, to, Icmpv6Types::RouterSolicit, &body);
    ipv6::frame(from, to, NEIGHBOUR_HOPS, IpNextHeaderProtocols::Icmpv6.0, &message)
}

fn echo(from: Sender, to: Receiver, identifier: u16, sequence: u16) -> Vec<u8> {
    let [a, b] = identifier.to_be_bytes();
    let [c, d] = sequence.to_be_bytes();
    with_head(from, to, Icmpv6Types::EchoRequest, [a, b, c, d], &[])
}

/// A message whose four bytes after the header are reserved.
fn finish(from: Sender, to: Receiver, kind: Icmpv6Type, body: &[u8]) -> Vec<u8> {
    with_head(from, to, kind, [0; 4], body)
}

fn with_head(from: Sender, to: Receiver, kind: Icmpv6Type, head: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut message = [&[kind.0, 0, 0, 0], &head[..], body].concat();
    let packet = Icmpv6Packet::new(&message).expect("the buffer holds an ICMPv6 header");
    let sum = checksum(&packet, &from.ip, &to.ip);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    message
}
