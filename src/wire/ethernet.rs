//! Ethernet II headers with their 802.1Q tags (IEEE 802.3, 3.1; IEEE 802.1Q, 9.6).

use pnet::packet::ethernet::{EtherType, EthernetPacket, MutableEthernetPacket};
use pnet::packet::vlan::VlanPacket;
use pnet::util::MacAddr;

use super::Malformed;
use crate::net::{Mac, VlanId};

/// EtherType of ARP.
pub const ARP: u16 = 0x0806;
/// EtherType of IPv4.
pub const IPV4: u16 = 0x0800;
/// EtherType of IPv6.
pub const IPV6: u16 = 0x86dd;
/// EtherTypes of VLAN tags: 802.1Q and 802.1ad.
const TAGS: [u16; 2] = [0x8100, 0x88a8];
/// Length in bytes of the header without a tag.
pub const HEADER_LEN: usize = 14;
/// The shortest frame in bytes, checksum left out (IEEE 802.3, 4A.2.3.2.4).
pub const MIN_LEN: usize = 60;

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The card that sent the frame.
    pub source: Mac,
    /// The card or group that it is addressed to.
    pub destination: Mac,
    /// The outermost VLAN that is not 0.
    pub vlan: Option<VlanId>,
    /// The type of the payload, behind all tags.
    pub ethertype: u16,
}

/// Splits a frame into its header and its payload; at most two tags are read.
pub fn parse(frame: &[u8]) -> Result<(Header, &[u8]), Malformed> {
    let short = |field, offset| Malformed { protocol: "Ethernet", field, offset };
    let ethernet = EthernetPacket::new(frame).ok_or(short("header", frame.len()))?;
    let mut header = Header {
        source: Mac(ethernet.get_source().octets()),
        destination: Mac(ethernet.get_destination().octets()),
        vlan: None,
        ethertype: ethernet.get_ethertype().0,
    };
    let mut rest = &frame[HEADER_LEN..];
    for _ in 0..2 {
        if !TAGS.contains(&header.ethertype) {
            break;
        }
        let tag = VlanPacket::new(rest).ok_or(short("802.1Q tag", frame.len() - rest.len()))?;
        header.vlan = header.vlan.or(VlanId::new(tag.get_vlan_identifier()));
        header.ethertype = tag.get_ethertype().0;
        rest = &rest[VlanPacket::minimum_packet_size()..];
    }
    Ok((header, rest))
}

/// Writes an untagged frame, padded to the shortest length.
pub fn emit(source: Mac, destination: Mac, ethertype: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; (HEADER_LEN + payload.len()).max(MIN_LEN)];
    let mut ethernet = MutableEthernetPacket::new(&mut frame).expect("the buffer holds a header");
    ethernet.set_source(MacAddr::from(source.0));
    ethernet.set_destination(MacAddr::from(destination.0));
    ethernet.set_ethertype(EtherType(ethertype));
    frame[HEADER_LEN..HEADER_LEN + payload.len()].copy_from_slice(payload);
    frame
}

/// Puts back the 802.1Q tag that the kernel took off a received frame (`tci`: priority and VLAN, host order).
pub fn restore_tag(frame: &mut Vec<u8>, tci: u16) {
    if frame.len() >= HEADER_LEN {
        let [a, b] = tci.to_be_bytes();
        frame.splice(12..12, [0x81, 0x00, a, b]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const US: Mac = Mac([2, 0, 0, 0, 0, 1]);

    #[test]
    fn what_is_written_is_read_back() {
        let frame = emit(US, Mac::BROADCAST, ARP, &[1, 2, 3]);
        assert_eq!(frame.len(), MIN_LEN);
        let (header, payload) = parse(&frame).expect("well formed");
        assert_eq!(header, Header { source: US, destination: Mac::BROADCAST, vlan: None, ethertype: ARP });
        assert_eq!(&payload[..3], [1, 2, 3]);
    }

    #[test]
    fn a_tag_that_is_put_back_is_read_and_a_priority_tag_is_no_vlan() {
        let mut frame = emit(US, Mac::BROADCAST, ARP, &[7]);
        restore_tag(&mut frame, 0xe014);
        let (header, payload) = parse(&frame).expect("well formed");
        assert_eq!((header.vlan, header.ethertype, payload[0]), (VlanId::new(20), ARP, 7));
        let mut frame = emit(US, Mac::BROADCAST, ARP, &[7]);
        restore_tag(&mut frame, 0xe000);
        assert_eq!(parse(&frame).expect("well formed").0.vlan, None);
    }

    #[test]
    fn a_cut_header_or_tag_is_named_with_its_offset() {
        assert_eq!(parse(&[0; 13]), Err(Malformed { protocol: "Ethernet", field: "header", offset: 13 }));
        let mut frame = emit(US, Mac::BROADCAST, ARP, &[]);
        restore_tag(&mut frame, 20);
        assert_eq!(parse(&frame[..16]), Err(Malformed { protocol: "Ethernet", field: "802.1Q tag", offset: 14 }));
    }
}
