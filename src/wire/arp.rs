//! Address resolution for IPv4 over Ethernet (RFC 826; RFC 5227 for what is a probe and what an announcement).

use std::net::Ipv4Addr;

use pnet::packet::arp::{ArpHardwareTypes, ArpOperation, ArpPacket, MutableArpPacket};
use pnet::packet::ethernet::EtherType;
use pnet::util::MacAddr;

use super::{Malformed, Sender, ethernet};
use crate::net::Mac;

/// Length in bytes of an ARP message for IPv4 over Ethernet.
const LEN: usize = 28;

/// How often a host asks for an address before it takes it for free (RFC 5227, 1.1).
pub const PROBE_NUM: u32 = 3;

/// Request or reply (RFC 826, `ar$op`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Who has the target address?
    Request,
    /// The sender has it.
    Reply,
}

/// One ARP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arp {
    /// Request or reply.
    pub operation: Operation,
    /// `ar$sha`: who says so.
    pub sender_mac: Mac,
    /// `ar$spa`: the address that it claims; 0.0.0.0 in a probe.
    pub sender_ip: Ipv4Addr,
    /// `ar$tha`: in a reply, who had asked.
    pub target_mac: Mac,
    /// `ar$tpa`: in a request, the address asked for.
    pub target_ip: Ipv4Addr,
}

impl Arp {
    /// An ARP probe: asks without claiming an address (RFC 5227, section 1.1).
    pub fn is_probe(&self) -> bool {
        self.operation == Operation::Request && self.sender_ip.is_unspecified()
    }

    /// An announcement, or a reply that nobody asked for, of the sender's own address (RFC 5227, 1.1 and 3).
    pub fn is_gratuitous(&self) -> bool {
        self.sender_ip == self.target_ip && !self.sender_ip.is_unspecified()
    }
}

/// Reads an ARP message; other hardware or protocols, and wrong lengths, are malformed for us.
pub fn parse(bytes: &[u8]) -> Result<Arp, Malformed> {
    let bad = |field, offset| Malformed { protocol: "ARP", field, offset };
    let arp = ArpPacket::new(bytes).filter(|_| bytes.len() >= LEN).ok_or(bad("message", bytes.len().min(LEN)))?;
    if arp.get_hardware_type() != ArpHardwareTypes::Ethernet {
        return Err(bad("ar$hrd", 0));
    }
    if arp.get_protocol_type().0 != ethernet::IPV4 {
        return Err(bad("ar$pro", 2));
    }
    if arp.get_hw_addr_len() != 6 {
        return Err(bad("ar$hln", 4));
    }
    if arp.get_proto_addr_len() != 4 {
        return Err(bad("ar$pln", 5));
    }
    let operation = match arp.get_operation().0 {
        1 => Operation::Request,
        2 => Operation::Reply,
        _ => return Err(bad("ar$op", 6)),
    };
    Ok(Arp {
        operation,
        sender_mac: Mac(arp.get_sender_hw_addr().octets()),
        sender_ip: arp.get_sender_proto_addr(),
        target_mac: Mac(arp.get_target_hw_addr().octets()),
        target_ip: arp.get_target_proto_addr(),
    })
}

/// The bytes of an ARP message, without the Ethernet header.
pub fn emit(arp: &Arp) -> Vec<u8> {
    let mut bytes = vec![0; LEN];
    let mut packet = MutableArpPacket::new(&mut bytes).expect("the buffer holds an ARP message");
    packet.set_hardware_type(ArpHardwareTypes::Ethernet);
    packet.set_protocol_type(EtherType(ethernet::IPV4));
    packet.set_hw_addr_len(6);
    packet.set_proto_addr_len(4);
    packet.set_operation(ArpOperation(match arp.operation {
        Operation::Request => 1,
        Operation::Reply => 2,
    }));
    packet.set_sender_hw_addr(MacAddr::from(arp.sender_mac.0));
    packet.set_sender_proto_addr(arp.sender_ip);
    packet.set_target_hw_addr(MacAddr::from(arp.target_mac.0));
    packet.set_target_proto_addr(arp.target_ip);
    bytes
}

/// The frame that asks who has `target`, sent to every card or to one (`to`).
pub fn request(from: Sender, target: Ipv4Addr, to: Mac) -> Vec<u8> {
    let asked =
        Arp { operation: Operation::Request, sender_mac: from.mac, sender_ip: from.ip, target_mac: Mac::ZERO, target_ip: target };
    ethernet::emit(from.mac, to, ethernet::ARP, &emit(&asked))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const US: Sender = Sender { mac: Mac([2, 0, 0, 0, 0, 1]), ip: Ipv4Addr::new(10, 0, 0, 1) };

    #[test]
    fn a_request_asks_for_the_target_in_our_name() {
        let frame = request(US, Ipv4Addr::new(10, 0, 0, 9), Mac::BROADCAST);
        let (header, payload) = ethernet::parse(&frame).expect("a frame of ours");
        let arp = parse(payload).expect("a frame of ours");
        assert_eq!((header.source, header.destination), (US.mac, Mac::BROADCAST));
        assert_eq!((arp.operation, arp.sender_ip, arp.target_ip), (Operation::Request, US.ip, Ipv4Addr::new(10, 0, 0, 9)));
        assert!(!arp.is_probe() && !arp.is_gratuitous());
    }

    #[test]
    fn wrong_lengths_and_other_protocols_are_refused_by_field() {
        let good = emit(&Arp {
            operation: Operation::Reply,
            sender_mac: US.mac,
            sender_ip: US.ip,
            target_mac: Mac::ZERO,
            target_ip: US.ip,
        });
        for (offset, value, field) in
            [(1, 6, "ar$hrd"), (2, 0x86, "ar$pro"), (4, 8, "ar$hln"), (5, 16, "ar$pln"), (7, 9, "ar$op")]
        {
            let mut bytes = good.clone();
            bytes[offset] = value;
            assert_eq!(parse(&bytes).map_err(|bad| bad.field), Err(field));
        }
        assert_eq!(parse(&good[..27]), Err(Malformed { protocol: "ARP", field: "message", offset: 27 }));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(reply: bool, mac: [u8; 6], ip: u32, target_mac: [u8; 6], target: u32) {
            let arp = Arp {
                operation: if reply { Operation::Reply } else { Operation::Request },
                sender_mac: Mac(mac),
                sender_ip: ip.into(),
                target_mac: Mac(target_mac),
                target_ip: target.into(),
            };
            prop_assert_eq!(parse(&emit(&arp)), Ok(arp));
        }
    }
}
