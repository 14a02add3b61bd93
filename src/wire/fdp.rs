//! The Foundry Discovery Protocol: CDP's first version in other words, as the switches of Foundry, Brocade and Ruckus tell it.
//! Nobody publishes a standard: the fields are those that Wireshark and lldpd know.

use std::net::Ipv4Addr;

use super::Malformed;
use super::cdp::{tlv, unsummed};
use super::llc::Snap;
use super::tlv::{MAX_KEPT, internet_checksum, once, text, words};
use crate::net::{Mac, VlanId};

#[cfg(test)]
mod tests;

/// The group that it is sent to.
pub const GROUP: Mac = Mac([0x01, 0xe0, 0x52, 0xcc, 0xcc, 0xcc]);
/// Behind which SNAP header it is.
pub const SNAP: Snap = Snap { oui: [0x00, 0xe0, 0x52], protocol: 0x2000 };

/// Length in bytes of the header: version, TTL, checksum.
const HEADER_LEN: usize = 4;
/// An IPv4 address by its NLPID.
const NLPID_IPV4: &[u8] = &[0xcc];

/// One frame of FDP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fdp {
    /// 1, as far as is known.
    pub version: u8,
    /// For how many seconds this holds.
    pub ttl: u8,
    /// The switch's name.
    pub device: Option<String>,
    /// Its addresses.
    pub addresses: Vec<Ipv4Addr>,
    /// Its port.
    pub port: Option<String>,
    /// What it is, as a word where CDP has bits: `Router`, `Switch`, `Bridge`, `Host`.
    pub capability: Option<String>,
    /// Its software.
    pub software: Option<String>,
    /// Its hardware.
    pub platform: Option<String>,
    /// The VLANs of its port.
    pub vlans: Option<Vec<VlanId>>,
    /// The VLAN of frames without a tag.
    pub native_vlan: Option<VlanId>,
    /// What could not be read, or was said twice; the rest stands.
    pub faults: Vec<Malformed>,
}

fn bad(field: &'static str, offset: usize) -> Malformed {
    Malformed { protocol: "FDP", field, offset }
}

/// Reads what follows the SNAP header, padding cut off. The checksum is not verified: neither Wireshark nor lldpd does, and how
/// Foundry's equipment counts the last byte of an odd number is not known.
pub fn parse(bytes: &[u8]) -> Result<Fdp, Malformed> {
    let &[version, ttl, ..] = bytes.first_chunk::<HEADER_LEN>().ok_or(bad("header", bytes.len()))?;
    if !(1..=2).contains(&version) {
        return Err(bad("version", 0));
    }
    let mut told = Fdp { version, ttl, ..Fdp::default() };
    let mut offset = HEADER_LEN;
    while offset < bytes.len() {
        let at = offset;
        let fault = match tlv(bytes, at) {
            Some((kind, value)) => {
                offset += 4 + value.len();
                told.take(kind, value).err()
            }
            None => {
                offset = bytes.len();
                Some("TLV length")
            }
        };
        if told.faults.len() < MAX_KEPT {
            told.faults.extend(fault.map(|field| bad(field, at)));
        }
    }
    Ok(told)
}

/// The bytes of a frame from its TLVs, with the checksum that lldpd gives it.
pub fn emit(version: u8, ttl: u8, tlvs: &[(u16, &[u8])]) -> Vec<u8> {
    let mut bytes = unsummed(version, ttl, tlvs);
    let sum = internet_checksum(words(&bytes));
    bytes[2..4].copy_from_slice(&sum.to_be_bytes());
    bytes
}

impl Fdp {
    /// Takes one TLV; `Err` is the field that is malformed or said again. What is not known is no fault.
    fn take(&mut self, kind: u16, value: &[u8]) -> Result<(), &'static str> {
        match kind {
            0x0001 => once(&mut self.device, text(value), "repeated device ID"),
            0x0002 => addresses(value, &mut self.addresses).ok_or("addresses"),
            0x0003 => once(&mut self.port, text(value), "repeated port ID"),
            0x0004 => once(&mut self.capability, text(value), "repeated capabilities"),
            0x0005 => once(&mut self.software, text(value), "repeated software version"),
            0x0006 => once(&mut self.platform, text(value), "repeated platform"),
            0x0101 => once(&mut self.vlans, vlan_map(value), "repeated VLAN map"),
            0x0102 => {
                // What follows the VLAN is not known. A port that has none tells a number that is none.
                let told = VlanId::new(u16::from_be_bytes(*value.first_chunk().ok_or("native VLAN")?));
                told.map_or(Ok(()), |vlan| once(&mut self.native_vlan, vlan, "repeated native VLAN"))
            }
            _ => Ok(()),
        }
    }
}

/// One bit a VLAN, from the lowest of the first byte, which is VLAN 1.
fn vlan_map(value: &[u8]) -> Vec<VlanId> {
    let bits = value.iter().flat_map(|byte| (0..8).map(move |bit| (byte >> bit) & 1 == 1));
    (1_u16..=4094).zip(bits).filter(|&(_, set)| set).filter_map(|(number, _)| VlanId::new(number)).collect()
}

/// A count, then a protocol (its type, length and bytes) and a block (its length and bytes), of one address or of several. The
/// count does not say of which, so that all is read that is there. Addresses of other protocols are left out.
fn addresses(value: &[u8], kept: &mut Vec<Ipv4Addr>) -> Option<()> {
    let (_count, mut rest) = value.split_first_chunk::<4>()?;
    while !rest.is_empty() {
        let (&[_type, length], tail) = rest.split_first_chunk()?;
        let (protocol, tail) = tail.split_at_checked(length.into())?;
        let (&length, tail) = tail.split_first_chunk()?;
        let (block, tail) = tail.split_at_checked(u16::from_be_bytes(length).into())?;
        if protocol == NLPID_IPV4 {
            let (told, cut) = block.as_chunks::<4>();
            for ip in told.iter().copied().map(Ipv4Addr::from) {
                if kept.len() < MAX_KEPT && !kept.contains(&ip) {
                    kept.push(ip);
                }
            }
            if !cut.is_empty() {
                return None;
            }
        }
        rest = tail;
    }
    Some(())
}
