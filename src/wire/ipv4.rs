//! IPv4 with the little of UDP and ICMP that names and owners need (RFC 791, RFC 768, RFC 792).

use std::net::Ipv4Addr;

use pnet::packet::Packet as _;
use pnet::packet::icmp::destination_unreachable::IcmpCodes;
use pnet::packet::icmp::{IcmpPacket, IcmpTypes, echo_reply, echo_request};
use pnet::packet::ip::IpNextHeaderProtocols;
use pnet::packet::ipv4::{Ipv4Packet, MutableIpv4Packet};
use pnet::packet::udp::{MutableUdpPacket, UdpPacket};
use pnet::packet::{icmp, ipv4, udp};

use super::{Body, Malformed, Sender, ethernet};
use crate::net::Mac;

/// Length in bytes of the header without options.
const HEADER_LEN: usize = 20;
/// Length in bytes of the UDP header, and of an ICMP echo's.
const UPPER_LEN: usize = 8;

/// The flag DF (RFC 791, 3.1).
const DO_NOT_FRAGMENT: u8 = 0b010;
/// The flag MF.
const MORE_FRAGMENTS: u8 = 0b001;

/// What the kit reads of an IPv4 header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Who sent it.
    pub source: Ipv4Addr,
    /// Whom it is addressed to.
    pub destination: Ipv4Addr,
    /// Hops left.
    pub ttl: u8,
}

/// An ICMP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icmp {
    /// Echo request (type 8).
    EchoRequest {
        /// Who asks.
        identifier: u16,
        /// Which of its questions.
        sequence: u16,
    },
    /// Echo reply (type 0).
    EchoReply {
        /// Who had asked.
        identifier: u16,
        /// Which question.
        sequence: u16,
    },
    /// Time exceeded (type 11): a router would have sent the packet on, and its TTL was used up.
    TimeExceeded {
        /// Whom the packet was addressed to.
        destination: Ipv4Addr,
    },
    /// Destination unreachable, fragmentation needed and DF set (type 3, code 4): the packet is too large for the next hop.
    TooBig {
        /// Whom the packet was addressed to.
        destination: Ipv4Addr,
        /// The identifier of the echo request that it was, where it was one.
        identifier: Option<u16>,
        /// The most bytes that the next hop takes (RFC 1191, 4); 0 where an old router does not tell.
        next_hop: u16,
    },
    /// Any other message.
    Other,
}

/// Reads an IPv4 packet. Fragments (but for the first one of an ICMP message, which has all that is read of it) and other
/// protocols are [`Body::Other`]; checksums are not verified, because a kernel that leaves them to its card shows them unfinished
/// to a capture.
pub fn parse(bytes: &[u8]) -> Result<Body<'_>, Malformed> {
    let bad = |field, offset| Malformed { protocol: "IPv4", field, offset };
    let packet = Ipv4Packet::new(bytes).ok_or(bad("header", bytes.len()))?;
    if packet.get_version() != 4 {
        return Err(bad("version", 0));
    }
    let header_len = usize::from(packet.get_header_length()) * 4;
    let total = usize::from(packet.get_total_length());
    if header_len < HEADER_LEN {
        return Err(bad("IHL", 0));
    }
    if total < header_len || total > bytes.len() {
        return Err(bad("total length", 2));
    }
    let ip = Header { source: packet.get_source(), destination: packet.get_destination(), ttl: packet.get_ttl() };
    let payload = &bytes[header_len..total];
    let cut = packet.get_flags() & MORE_FRAGMENTS != 0;
    if packet.get_fragment_offset() != 0 {
        return Ok(Body::Other);
    }
    match packet.get_next_level_protocol() {
        IpNextHeaderProtocols::Udp if cut => Ok(Body::Other),
        IpNextHeaderProtocols::Udp => parse_udp(ip, payload),
        IpNextHeaderProtocols::Icmp => Ok(Body::Icmp { ip, message: parse_icmp(payload)? }),
        _ => Ok(Body::Other),
    }
}

fn parse_udp(ip: Header, bytes: &[u8]) -> Result<Body<'_>, Malformed> {
    let bad = |field, offset| Malformed { protocol: "UDP", field, offset };
    let datagram = UdpPacket::new(bytes).ok_or(bad("header", bytes.len()))?;
    let length = usize::from(datagram.get_length());
    if length < UPPER_LEN || length > bytes.len() {
        return Err(bad("length", 4));
    }
    Ok(Body::Udp {
        ip,
        source_port: datagram.get_source(),
        destination_port: datagram.get_destination(),
        payload: &bytes[UPPER_LEN..length],
    })
}

fn parse_icmp(bytes: &[u8]) -> Result<Icmp, Malformed> {
    let bad = |field, offset| Malformed { protocol: "ICMP", field, offset };
    let message = IcmpPacket::new(bytes).ok_or(bad("header", bytes.len()))?;
    match message.get_icmp_type() {
        IcmpTypes::EchoRequest => echo_request::EchoRequestPacket::new(bytes)
            .map(|echo| Icmp::EchoRequest { identifier: echo.get_identifier(), sequence: echo.get_sequence_number() })
            .ok_or(bad("identifier", 4)),
        IcmpTypes::EchoReply => echo_reply::EchoReplyPacket::new(bytes)
            .map(|echo| Icmp::EchoReply { identifier: echo.get_identifier(), sequence: echo.get_sequence_number() })
            .ok_or(bad("identifier", 4)),
        IcmpTypes::TimeExceeded => bytes
            .get(UPPER_LEN..)
            .and_then(Ipv4Packet::new)
            .map(|inner| Icmp::TimeExceeded { destination: inner.get_destination() })
            .ok_or(bad("original datagram", UPPER_LEN)),
        IcmpTypes::DestinationUnreachable if message.get_icmp_code() == IcmpCodes::FragmentationRequiredAndDFFlagSet => {
            let [_, _, _, _, _, _, high, low] = *bytes.first_chunk::<UPPER_LEN>().ok_or(bad("next-hop MTU", 6))?;
            let inner = &bytes[UPPER_LEN..];
            let header = Ipv4Packet::new(inner).ok_or(bad("original datagram", UPPER_LEN))?;
            let original =
                inner.get(usize::from(header.get_header_length()) * 4..).and_then(echo_request::EchoRequestPacket::new);
            let identifier =
                original.filter(|echo| echo.get_icmp_type() == IcmpTypes::EchoRequest).map(|echo| echo.get_identifier());
            Ok(Icmp::TooBig { destination: header.get_destination(), identifier, next_hop: u16::from_be_bytes([high, low]) })
        }
        _ => Ok(Icmp::Other),
    }
}

/// Where a frame of ours goes: to one card, for one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// The card.
    pub mac: Mac,
    /// The IPv4 destination.
    pub ip: Ipv4Addr,
}

/// A UDP datagram to one card, as a frame.
pub fn udp_frame(from: Sender, source_port: u16, to: Receiver, destination_port: u16, payload: &[u8]) -> Vec<u8> {
    let mut datagram = vec![0; UPPER_LEN + payload.len()];
    datagram[UPPER_LEN..].copy_from_slice(payload);
    let mut header = MutableUdpPacket::new(&mut datagram).expect("the buffer holds a UDP header");
    header.set_source(source_port);
    header.set_destination(destination_port);
    header.set_length((UPPER_LEN + payload.len()) as u16);
    let checksum = udp::ipv4_checksum(&header.to_immutable(), &from.ip, &to.ip);
    header.set_checksum(checksum);
    // A link-local group is never to be sent on (RFC 4795, section 2.5; RFC 6762, section 11).
    let ttl = if to.ip.is_multicast() { 1 } else { 64 };
    frame(from, to, IpNextHeaderProtocols::Udp.0, ttl, &datagram)
}

/// An ICMP echo request to one card, as a frame.
pub fn echo_frame(from: Sender, to: Receiver, ttl: u8, identifier: u16, sequence: u16) -> Vec<u8> {
    echo_frame_of(from, to, ttl, identifier, sequence, SHORTEST_ECHO)
}

/// The bytes of an IPv4 packet with an echo request that carries nothing.
pub const SHORTEST_ECHO: u16 = (HEADER_LEN + UPPER_LEN) as u16;

/// The same, as a packet of so many bytes, at least [`SHORTEST_ECHO`], that no router may cut in pieces.
pub fn echo_frame_of(from: Sender, to: Receiver, ttl: u8, identifier: u16, sequence: u16, bytes: u16) -> Vec<u8> {
    let mut message = vec![0; usize::from(bytes.max(SHORTEST_ECHO)) - HEADER_LEN];
    let mut echo = echo_request::MutableEchoRequestPacket::new(&mut message).expect("the buffer holds an echo request");
    echo.set_icmp_type(IcmpTypes::EchoRequest);
    echo.set_identifier(identifier);
    echo.set_sequence_number(sequence);
    let checksum = icmp::checksum(&IcmpPacket::new(echo.packet()).expect("an echo request is an ICMP message"));
    echo.set_checksum(checksum);
    frame(from, to, IpNextHeaderProtocols::Icmp.0, ttl, &message)
}

fn frame(from: Sender, to: Receiver, protocol: u8, ttl: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0; HEADER_LEN + payload.len()];
    packet[HEADER_LEN..].copy_from_slice(payload);
    let total = packet.len() as u16;
    let mut header = MutableIpv4Packet::new(&mut packet).expect("the buffer holds an IPv4 header");
    header.set_version(4);
    header.set_header_length((HEADER_LEN / 4) as u8);
    header.set_total_length(total);
    header.set_flags(DO_NOT_FRAGMENT);
    header.set_ttl(ttl);
    header.set_next_level_protocol(pnet::packet::ip::IpNextHeaderProtocol(protocol));
    header.set_source(from.ip);
    header.set_destination(to.ip);
    let checksum = ipv4::checksum(&header.to_immutable());
    header.set_checksum(checksum);
    ethernet::emit(from.mac, to.mac, ethernet::IPV4, &packet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::decode;

    const US: Sender = Sender { mac: Mac([2, 0, 0, 0, 0, 1]), ip: Ipv4Addr::new(10, 0, 0, 1) };
    const THEM: Receiver = Receiver { mac: Mac([2, 0, 0, 0, 0, 9]), ip: Ipv4Addr::new(10, 0, 0, 9) };

    #[test]
    fn a_datagram_is_read_back_without_the_padding_of_its_frame() {
        let frame = udp_frame(US, 40_000, THEM, 137, b"abc");
        let packet = decode(&frame).expect("a frame of ours");
        assert_eq!(packet.destination, THEM.mac);
        let ip = Header { source: US.ip, destination: THEM.ip, ttl: 64 };
        assert_eq!(packet.body, Body::Udp { ip, source_port: 40_000, destination_port: 137, payload: b"abc" });
    }

    #[test]
    fn an_echo_request_keeps_its_ttl_identifier_and_sequence() {
        let frame = echo_frame(US, THEM, 1, 0x7472, 3);
        let ip = Header { source: US.ip, destination: THEM.ip, ttl: 1 };
        let message = Icmp::EchoRequest { identifier: 0x7472, sequence: 3 };
        assert_eq!(decode(&frame).expect("a frame of ours").body, Body::Icmp { ip, message });
    }

    #[test]
    fn a_router_that_finds_a_packet_too_large_names_it_and_what_it_takes() {
        let sent = echo_frame_of(US, THEM, 64, 0x746d, 1500, 1500);
        assert_eq!(sent.len(), ethernet::HEADER_LEN + 1500);
        let original = &sent[ethernet::HEADER_LEN..][..HEADER_LEN + UPPER_LEN];
        let message = [&[3, 4, 0, 0, 0, 0, 0x05, 0x78], original].concat();
        let told = Icmp::TooBig { destination: THEM.ip, identifier: Some(0x746d), next_hop: 1400 };
        assert_eq!(parse_icmp(&message), Ok(told));
        assert!(parse_icmp(&message[..20]).is_err());
        let of_udp = [&[3, 4, 0, 0, 0, 0, 0, 0], &udp_frame(US, 1, THEM, 2, &[])[ethernet::HEADER_LEN..]].concat();
        assert_eq!(parse_icmp(&of_udp), Ok(Icmp::TooBig { destination: THEM.ip, identifier: None, next_hop: 0 }));
    }

    #[test]
    fn a_lying_length_is_named_and_a_fragment_is_passed_over() {
        let frame = udp_frame(US, 1, THEM, 2, &[0; 64]);
        let good = &frame[ethernet::HEADER_LEN..];
        let with = |offset: usize, value: u8| {
            let mut bytes = good.to_vec();
            bytes[offset] = value;
            bytes
        };
        assert_eq!(parse(&with(0, 0x65)).map_err(|bad| bad.field), Err("version"));
        assert_eq!(parse(&with(0, 0x44)).map_err(|bad| bad.field), Err("IHL"));
        assert_eq!(parse(&with(2, 0xff)).map_err(|bad| bad.field), Err("total length"));
        assert_eq!(parse(&with(24, 0xff)).map_err(|bad| bad.field), Err("length"));
        assert_eq!(parse(&with(6, 0x20)), Ok(Body::Other));
        assert_eq!(parse(&good[..12]).map_err(|bad| bad.field), Err("header"));
    }
}
