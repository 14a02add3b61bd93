//! Bytes to types and back, one file a protocol. No socket, no clock: what arrives is hostile, and no bytes may panic.

use std::fmt;
use std::net::Ipv4Addr;

pub mod arp;
pub mod cdp;
pub mod dhcp;
pub mod dns;
pub mod edp;
pub mod ethernet;
pub mod ethtool;
pub mod fdp;
pub mod icmpv6;
pub mod iperf3;
pub mod ipv4;
pub mod ipv6;
pub mod llc;
pub mod lldp;
pub mod nbns;
pub mod ntp;
pub mod rtlink;
pub mod stp;

mod attribute;
mod tlv;

use crate::net::{Mac, VlanId};

/// Which field of which protocol could not be read, and where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The protocol, as technicians write it: `ARP`, `IPv4`.
    pub protocol: &'static str,
    /// The field, as its standard names it.
    pub field: &'static str,
    /// The field's offset in bytes from the start of the protocol's own header.
    pub offset: usize,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} at byte {}", self.protocol, self.field, self.offset)
    }
}

/// What the kit reads of one Ethernet frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The card that sent the frame.
    pub source: Mac,
    /// The card or group that it is addressed to.
    pub destination: Mac,
    /// The VLAN of its 802.1Q tag; a priority tag (VLAN 0) is no VLAN.
    pub vlan: Option<VlanId>,
    /// What it carries.
    pub body: Body<'a>,
}

/// The payload of a frame, as far as the kit has a use for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// Address resolution.
    Arp(arp::Arp),
    /// A UDP datagram over IPv4, whole.
    Udp {
        /// The IPv4 header's addresses and TTL.
        ip: ipv4::Header,
        /// Source port.
        source_port: u16,
        /// Destination port.
        destination_port: u16,
        /// What the datagram carries.
        payload: &'a [u8],
    },
    /// A UDP datagram over IPv6, whole.
    Udp6 {
        /// The IPv6 header's addresses and hop limit.
        ip: ipv6::Header,
        /// Source port.
        source_port: u16,
        /// Destination port.
        destination_port: u16,
        /// What the datagram carries.
        payload: &'a [u8],
    },
    /// An ICMP message over IPv4.
    Icmp {
        /// The IPv4 header's addresses and TTL.
        ip: ipv4::Header,
        /// The message.
        message: ipv4::Icmp,
    },
    /// An ICMPv6 message.
    Icmp6 {
        /// The IPv6 header's addresses and hop limit.
        ip: ipv6::Header,
        /// The message.
        message: icmpv6::Message,
    },
    /// What a bridge tells other bridges.
    Stp(stp::Bpdu),
    /// What the other end of the cable says of itself.
    Lldp(Box<lldp::Lldp>),
    /// The same as Cisco has it.
    Cdp(Box<cdp::Cdp>),
    /// The same as Extreme has it.
    Edp(Box<edp::Edp>),
    /// The same as Foundry has it.
    Fdp(Box<fdp::Fdp>),
    /// Anything else.
    Other,
}

/// Reads one Ethernet frame, from its destination address to its payload, checksum left out.
pub fn decode(frame: &[u8]) -> Result<Packet<'_>, Malformed> {
    let (header, payload) = ethernet::parse(frame)?;
    let body = match header.ethertype {
        ethernet::ARP => Body::Arp(arp::parse(payload)?),
        ethernet::IPV4 => ipv4::parse(payload)?,
        ethernet::IPV6 => ipv6::parse(payload)?,
        lldp::ETHERTYPE => Body::Lldp(Box::new(lldp::parse(payload)?)),
        length if length <= llc::MAX_LENGTH => of_length(header.destination, length, payload)?,
        _ => Body::Other,
    };
    Ok(Packet { source: header.source, destination: header.destination, vlan: header.vlan, body })
}

/// What a frame of IEEE 802.2 carries, by the group that it is addressed to.
fn of_length(destination: Mac, length: u16, payload: &[u8]) -> Result<Body<'_>, Malformed> {
    match destination {
        stp::GROUP => {
            let inside = payload.get(..usize::from(length)).unwrap_or(payload);
            inside.strip_prefix(&stp::LLC).map_or(Ok(Body::Other), |bpdu| stp::parse(bpdu).map(Body::Stp))
        }
        stp::PVST_GROUP => match llc::parse(length, payload)? {
            Some((stp::PVST, bpdu)) => stp::parse(bpdu).map(Body::Stp),
            _ => Ok(Body::Other),
        },
        cdp::GROUP => match llc::parse(length, payload)? {
            Some((cdp::SNAP, message)) => Ok(Body::Cdp(Box::new(cdp::parse(message)?))),
            _ => Ok(Body::Other),
        },
        edp::GROUP => match llc::parse(length, payload)? {
            Some((edp::SNAP, message)) => Ok(Body::Edp(Box::new(edp::parse(message)?))),
            _ => Ok(Body::Other),
        },
        fdp::GROUP => match llc::parse(length, payload)? {
            Some((fdp::SNAP, message)) => Ok(Body::Fdp(Box::new(fdp::parse(message)?))),
            _ => Ok(Body::Other),
        },
        _ => Ok(Body::Other),
    }
}

/// One row of the table of decoders, from which the fuzz targets and the seeded random runs are made.
#[derive(Clone, Copy)]
pub struct Decoder {
    /// Its name: that of its file.
    pub name: &'static str,
    /// Reads the bytes and drops what it read; may refuse, must not panic.
    pub read: fn(&[u8]) -> Result<(), Malformed>,
}

/// Every decoder of bytes that come from a network, or from the drivers of its cards.
pub const DECODERS: &[Decoder] = &[
    Decoder { name: "ethernet", read: |bytes| decode(bytes).map(drop) },
    Decoder { name: "arp", read: |bytes| arp::parse(bytes).map(drop) },
    Decoder { name: "ipv4", read: |bytes| ipv4::parse(bytes).map(drop) },
    Decoder { name: "ipv6", read: |bytes| ipv6::parse(bytes).map(drop) },
    Decoder { name: "icmpv6", read: |bytes| icmpv6::parse(bytes).map(drop) },
    Decoder { name: "dhcp", read: |bytes| dhcp::parse(bytes).map(drop) },
    Decoder { name: "dns", read: |bytes| dns::parse(bytes).map(drop) },
    Decoder { name: "nbns", read: |bytes| nbns::parse(bytes).map(drop) },
    Decoder { name: "ntp", read: |bytes| ntp::parse(bytes).map(drop) },
    Decoder { name: "iperf3", read: |bytes| iperf3::parse(bytes).map(drop) },
    Decoder { name: "ethtool", read: |bytes| ethtool::parse(bytes).map(drop) },
    Decoder { name: "llc", read: |bytes| llc::parse(bytes.len().min(llc::MAX_LENGTH.into()) as u16, bytes).map(drop) },
    Decoder { name: "lldp", read: |bytes| lldp::parse(bytes).map(drop) },
    Decoder { name: "rtlink", read: |bytes| rtlink::parse(bytes).map(drop) },
    Decoder { name: "stp", read: |bytes| stp::parse(bytes).map(drop) },
    Decoder { name: "cdp", read: |bytes| cdp::parse(bytes).map(drop) },
    Decoder { name: "edp", read: |bytes| edp::parse(bytes).map(drop) },
    Decoder { name: "fdp", read: |bytes| fdp::parse(bytes).map(drop) },
];

/// Who speaks: our card's addresses, from which every frame of ours is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    /// Our card's hardware address.
    pub mac: Mac,
    /// Our address, or 0.0.0.0 where we have none or must not show it (RFC 5227, section 1.1).
    pub ip: Ipv4Addr,
}
