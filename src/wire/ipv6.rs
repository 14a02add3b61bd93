//! IPv6 as far as ICMPv6 and UDP (RFC 8200), and the addresses that follow from others: groups, and those made from a card's (RFC 4291).

use std::net::Ipv6Addr;

use pnet::packet::ip::{IpNextHeaderProtocol, IpNextHeaderProtocols};
use pnet::packet::ipv6::{Ipv6Packet, MutableIpv6Packet};
use pnet::packet::udp::{self, MutableUdpPacket, UdpPacket};

use super::{Body, Malformed, ethernet, icmpv6};
use crate::net::Mac;

/// Length in bytes of the header.
pub const HEADER_LEN: usize = 40;
/// Length in bytes of the header of UDP.
const UDP_HEADER_LEN: usize = 8;
/// Extension headers that are read in one packet; nobody sends more than one of each (RFC 8200, 4.1).
const EXTENSIONS: usize = 8;

/// Every node of the segment.
pub const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
/// Every router of the segment.
pub const ALL_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
/// Every router that listens to reports of MLDv2 (RFC 3810, 5.2.14).
pub const ALL_MLD_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x16);

/// What the kit reads of an IPv6 header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Who sent it.
    pub source: Ipv6Addr,
    /// Whom it is addressed to.
    pub destination: Ipv6Addr,
    /// Hops left.
    pub hop_limit: u8,
}

/// Who speaks: our card's addresses, from which every frame of ours is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    /// Our card's hardware address.
    pub mac: Mac,
    /// Our address, or `::` where we ask whether an address of ours is free (RFC 4862, 5.4.2).
    pub ip: Ipv6Addr,
}

/// Where a frame of ours goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// The card or group.
    pub mac: Mac,
    /// The IPv6 destination.
    pub ip: Ipv6Addr,
}

impl Receiver {
    /// Whoever listens to a group (RFC 2464, 7).
    pub fn group(ip: Ipv6Addr) -> Receiver {
        let [.., a, b, c, d] = ip.octets();
        Receiver { mac: Mac([0x33, 0x33, a, b, c, d]), ip }
    }
}

/// The group that whoever has an address listens to, to be asked for it (RFC 4291, 2.7.1).
pub fn solicited_node(ip: Ipv6Addr) -> Ipv6Addr {
    let [.., a, b, c] = ip.octets();
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00 | u16::from(a), u16::from_be_bytes([b, c]))
}

/// The address that a card makes from its own in a prefix of 64 bits, where it makes none up (RFC 4291, appendix A).
pub fn made_from(prefix: Ipv6Addr, mac: Mac) -> Ipv6Addr {
    let [a, b, c, d, e, f] = mac.0;
    let mut octets = prefix.octets();
    octets[8..].copy_from_slice(&[a ^ 2, b, c, 0xff, 0xfe, d, e, f]);
    octets.into()
}

/// Reads an IPv6 packet. Fragments and other protocols than ICMPv6 and UDP are [`Body::Other`]; checksums are not verified, because a
/// kernel that leaves them to its card shows them unfinished to a capture.
pub fn parse(bytes: &[u8]) -> Result<Body<'_>, Malformed> {
    let bad = |field, offset| Malformed { protocol: "IPv6", field, offset };
    let packet = Ipv6Packet::new(bytes).ok_or(bad("header", bytes.len()))?;
    if packet.get_version() != 6 {
        return Err(bad("version", 0));
    }
    let end = HEADER_LEN + usize::from(packet.get_payload_length());
    if end > bytes.len() {
        return Err(bad("payload length", 4));
    }
    let ip = Header { source: packet.get_source(), destination: packet.get_destination(), hop_limit: packet.get_hop_limit() };
    let mut next = packet.get_next_header();
    let mut at = HEADER_LEN;
    for _ in 0..=EXTENSIONS {
        match next {
            IpNextHeaderProtocols::Icmpv6 => {
                return icmpv6::parse(&bytes[at..end]).map(|message| Body::Icmp6 { ip, message });
            }
            IpNextHeaderProtocols::Udp => return parse_udp(ip, &bytes[at..end]),
            IpNextHeaderProtocols::Hopopt | IpNextHeaderProtocols::Ipv6Route | IpNextHeaderProtocols::Ipv6Opts => {
                let (Some(&[after, units]), room) = (bytes[at..end].first_chunk(), end - at) else {
                    return Err(bad("extension header", at));
                };
                // In units of 8 bytes, the first not counted (RFC 8200, 4.3).
                let length = 8 * (usize::from(units) + 1);
                if length > room {
                    return Err(bad("Hdr Ext Len", at + 1));
                }
                next = IpNextHeaderProtocol(after);
                at += length;
            }
            _ => return Ok(Body::Other),
        }
    }
    Ok(Body::Other)
}

fn parse_udp(ip: Header, bytes: &[u8]) -> Result<Body<'_>, Malformed> {
    let bad = |field, offset| Malformed { protocol: "UDP", field, offset };
    let datagram = UdpPacket::new(bytes).ok_or(bad("header", bytes.len()))?;
    let length = usize::from(datagram.get_length());
    let payload = bytes.get(UDP_HEADER_LEN..length).ok_or(bad("length", 4))?;
    Ok(Body::Udp6 { ip, source_port: datagram.get_source(), destination_port: datagram.get_destination(), payload })
}

/// A datagram to one card, or to a group by one card, as a frame.
pub fn udp_frame(from: Sender, source_port: u16, to: Receiver, destination_port: u16, payload: &[u8]) -> Vec<u8> {
    let mut datagram = vec![0; UDP_HEADER_LEN + payload.len()];
    datagram[UDP_HEADER_LEN..].copy_from_slice(payload);
    let length = datagram.len() as u16;
    let mut header = MutableUdpPacket::new(&mut datagram).expect("the buffer holds a UDP header");
    header.set_source(source_port);
    header.set_destination(destination_port);
    header.set_length(length);
    let checksum = udp::ipv6_checksum(&header.to_immutable(), &from.ip, &to.ip);
    // No checksum is not allowed here: 0 goes as its other form (RFC 8200, 8.1).
    header.set_checksum(if checksum == 0 { 0xffff } else { checksum });
    // A link-local group is never to be sent on (RFC 4795, 2.5).
    let hop_limit = if to.ip.is_multicast() { 1 } else { icmpv6::NEIGHBOUR_HOPS };
    frame(from, to, hop_limit, IpNextHeaderProtocols::Udp.0, &datagram)
}

/// A packet in a frame.
pub(super) fn frame(from: Sender, to: Receiver, hop_limit: u8, next_header: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0; HEADER_LEN + payload.len()];
    packet[HEADER_LEN..].copy_from_slice(payload);
    let mut header = MutableIpv6Packet::new(&mut packet).expect("the buffer holds an IPv6 header");
    header.set_version(6);
    header.set_payload_length(payload.len() as u16);
    header.set_next_header(IpNextHeaderProtocol(next_header));
    header.set_hop_limit(hop_limit);
    header.set_source(from.ip);
    header.set_destination(to.ip);
    ethernet::emit(from.mac, to.mac, ethernet::IPV6, &packet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::decode;
    use crate::wire::icmpv6::{Message, echo_frame};

    const US: Sender = Sender { mac: Mac([2, 0, 0, 0, 0, 1]), ip: Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1) };

    #[test]
    fn addresses_follow_from_others() {
        let ip: Ipv6Addr = "2001:db8::12:3456:789a".parse().expect("an address");
        assert_eq!(solicited_node(ip).to_string(), "ff02::1:ff56:789a");
        assert_eq!(Receiver::group(solicited_node(ip)).mac, Mac([0x33, 0x33, 0xff, 0x56, 0x78, 0x9a]));
        let prefix: Ipv6Addr = "2001:db8:1:2::".parse().expect("a prefix");
        assert_eq!(made_from(prefix, Mac([0xb8, 0x27, 0xeb, 0, 0, 1])).to_string(), "2001:db8:1:2:ba27:ebff:fe00:1");
    }

    #[test]
    fn an_echo_request_is_read_back_without_the_padding_of_its_frame() {
        let frame = echo_frame(US, Receiver::group(ALL_NODES), 0x7472, 3);
        let packet = decode(&frame).expect("a frame of ours");
        assert_eq!((packet.source, packet.destination), (US.mac, Mac([0x33, 0x33, 0, 0, 0, 1])));
        let ip = Header { source: US.ip, destination: ALL_NODES, hop_limit: 255 };
        assert_eq!(packet.body, Body::Icmp6 { ip, message: Message::EchoRequest { identifier: 0x7472, sequence: 3 } });
    }

    #[test]
    fn a_datagram_is_read_back_and_its_lying_length_is_named() {
        let to = Receiver { mac: Mac([2; 6]), ip: Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 9) };
        let frame = udp_frame(US, 40_000, to, 5353, b"abc");
        let ip = Header { source: US.ip, destination: to.ip, hop_limit: 255 };
        let body = Body::Udp6 { ip, source_port: 40_000, destination_port: 5353, payload: b"abc" };
        assert_eq!(decode(&frame).map(|packet| packet.body), Ok(body));
        let good = &frame[ethernet::HEADER_LEN..];
        for lie in [0, 7, 12] {
            let mut bytes = good.to_vec();
            bytes[HEADER_LEN + 5] = lie;
            assert_eq!(parse(&bytes).map_err(|bad| bad.field), Err("length"), "{lie}");
        }
    }

    #[test]
    fn lying_lengths_are_named_and_a_chain_of_headers_ends() {
        let frame = echo_frame(US, Receiver::group(ALL_NODES), 1, 1);
        let good = &frame[ethernet::HEADER_LEN..];
        let with = |changes: &[(usize, u8)]| {
            let mut bytes = good.to_vec();
            changes.iter().for_each(|&(offset, value)| bytes[offset] = value);
            bytes
        };
        assert_eq!(parse(&good[..39]).map_err(|bad| bad.field), Err("header"));
        assert_eq!(parse(&with(&[(0, 0x45)])).map_err(|bad| bad.field), Err("version"));
        assert_eq!(parse(&with(&[(4, 0xff)])).map_err(|bad| bad.field), Err("payload length"));
        let hop_by_hop = (6, 0);
        assert_eq!(parse(&with(&[hop_by_hop, (41, 200)])).map_err(|bad| bad.field), Err("Hdr Ext Len"));
        assert_eq!(parse(&with(&[hop_by_hop, (5, 1)])).map_err(|bad| bad.field), Err("extension header"));
        assert_eq!(parse(&with(&[(6, 44)])), Ok(Body::Other));
        let mut endless = with(&[hop_by_hop, (5, 160)]);
        endless.resize(HEADER_LEN + 160, 0);
        assert_eq!(parse(&endless), Ok(Body::Other));
    }
}
