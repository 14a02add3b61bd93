//! The Cisco Discovery Protocol, versions 1 and 2: the switch, the port, the voice VLAN and the power, as Cisco's and some
//! others' equipment tells them. Cisco publishes no standard: the fields are those that tcpdump, Wireshark and lldpd agree on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Malformed;
use super::llc::Snap;
use super::tlv::{MAX_KEPT, internet_checksum, once, text};
use crate::net::{Mac, VlanId, Watts};

#[cfg(test)]
mod tests;

/// The group that it is sent to.
pub const GROUP: Mac = Mac([0x01, 0x00, 0x0c, 0xcc, 0xcc, 0xcc]);
/// Behind which SNAP header it is.
pub const SNAP: Snap = Snap { oui: [0x00, 0x00, 0x0c], protocol: 0x2000 };

/// Length in bytes of the header: version, TTL, checksum.
const HEADER_LEN: usize = 4;
/// The power that says that there is none to tell, in milliwatts.
const NO_VALUE: u32 = u32::MAX;
/// An IPv4 address by its NLPID.
const NLPID_IPV4: &[u8] = &[0xcc];
/// An IPv6 address by its LLC and SNAP headers.
const SNAP_IPV6: &[u8] = &[0xaa, 0xaa, 0x03, 0, 0, 0, 0x86, 0xdd];

/// One frame of CDP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cdp {
    /// 1 or 2.
    pub version: u8,
    /// For how many seconds this holds.
    pub ttl: u8,
    /// The switch's name.
    pub device: Option<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Its port.
    pub port: Option<String>,
    /// Bits 0 router, 1 transparent bridge, 2 source-route bridge, 3 switch, 4 host, 5 IGMP, 6 repeater, 7 telephone.
    pub capabilities: Option<u32>,
    /// Its software.
    pub software: Option<String>,
    /// Its hardware.
    pub platform: Option<String>,
    /// The VLAN of frames without a tag.
    pub native_vlan: Option<VlanId>,
    /// Its end runs full duplex.
    pub full_duplex: Option<bool>,
    /// The VLAN for telephones.
    pub voice_vlan: Option<VlanId>,
    /// What the sender, a device that is fed, consumes.
    pub consumption: Option<Watts>,
    /// What the sender, a device that is fed, asks for: best first.
    pub requested: Vec<Watts>,
    /// What the sender's port has to give; `None` where it says that there is no value to tell.
    pub available: Vec<Option<Watts>>,
    /// Where the switch is managed.
    pub management: Vec<IpAddr>,
    /// What could not be read, or was said twice; the rest stands.
    pub faults: Vec<Malformed>,
}

fn bad(field: &'static str, offset: usize) -> Malformed {
    Malformed { protocol: "CDP", field, offset }
}

/// Reads what follows the SNAP header, padding cut off.
pub fn parse(bytes: &[u8]) -> Result<Cdp, Malformed> {
    let &[version, ttl, ..] = bytes.first_chunk::<HEADER_LEN>().ok_or(bad("header", bytes.len()))?;
    if !(1..=2).contains(&version) {
        return Err(bad("version", 0));
    }
    let mut told = Cdp { version, ttl, ..Cdp::default() };
    if checksum(bytes) != 0 {
        told.faults.push(bad("checksum", 2));
    }
    let mut offset = HEADER_LEN;
    while offset < bytes.len() {
        let fault = match tlv(bytes, offset) {
            Some((kind, value)) => {
                let at = offset;
                offset += 4 + value.len();
                told.take(kind, value).err().map(|field| bad(field, at))
            }
            None => {
                let at = std::mem::replace(&mut offset, bytes.len());
                Some(bad("TLV length", at))
            }
        };
        if told.faults.len() < MAX_KEPT {
            told.faults.extend(fault);
        }
    }
    Ok(told)
}

/// The type and value of the TLV at an offset: the length counts its own four bytes. FDP's are the same.
pub(super) fn tlv(bytes: &[u8], offset: usize) -> Option<(u16, &[u8])> {
    let (&[a, b, c, d], rest) = bytes[offset..].split_first_chunk()?;
    let length = usize::from(u16::from_be_bytes([c, d])).checked_sub(4)?;
    Some((u16::from_be_bytes([a, b]), rest.get(..length)?))
}

/// The bytes of a frame from its TLVs, as Cisco's equipment would send them.
pub fn emit(version: u8, ttl: u8, tlvs: &[(u16, &[u8])]) -> Vec<u8> {
    let mut bytes = unsummed(version, ttl, tlvs);
    let sum = checksum(&bytes);
    bytes[2..4].copy_from_slice(&sum.to_be_bytes());
    bytes
}

/// A header whose checksum is 0, and the TLVs. FDP's are the same.
pub(super) fn unsummed(version: u8, ttl: u8, tlvs: &[(u16, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![version, ttl, 0, 0];
    for (kind, value) in tlvs {
        bytes.extend(kind.to_be_bytes());
        bytes.extend((value.len() as u16 + 4).to_be_bytes());
        bytes.extend(*value);
    }
    bytes
}

/// The checksum of RFC 1071, but for the last byte of an odd number: Cisco takes it as a signed number, and as the low half of
/// its word, one less where it is negative. 0 over a frame that holds its checksum.
fn checksum(bytes: &[u8]) -> u16 {
    let (words, last) = bytes.as_chunks::<2>();
    let last = last.first().map(|&byte| match byte {
        0..0x80 => u16::from(byte),
        _ => 0xff00 | u16::from(byte - 1),
    });
    internet_checksum(words.iter().map(|&word| u16::from_be_bytes(word)).chain(last))
}

impl Cdp {
    /// Takes one TLV; `Err` is the field that is malformed or said again. What is not known is no fault.
    fn take(&mut self, kind: u16, value: &[u8]) -> Result<(), &'static str> {
        match kind {
            0x01 => once(&mut self.device, text(value), "repeated device ID"),
            0x02 => addresses(value, &mut self.addresses).ok_or("addresses"),
            0x03 => once(&mut self.port, text(value), "repeated port ID"),
            0x04 => {
                let told = value.first_chunk().ok_or("capabilities")?;
                once(&mut self.capabilities, u32::from_be_bytes(*told), "repeated capabilities")
            }
            0x05 => once(&mut self.software, text(value), "repeated software version"),
            0x06 => once(&mut self.platform, text(value), "repeated platform"),
            0x0a => once(&mut self.native_vlan, vlan(value).ok_or("native VLAN")?, "repeated native VLAN"),
            0x0b => once(&mut self.full_duplex, *value.first().ok_or("duplex")? != 0, "repeated duplex"),
            0x0e => {
                // One byte before the VLAN: its application.
                let told = value.get(1..).and_then(vlan).ok_or("voice VLAN")?;
                once(&mut self.voice_vlan, told, "repeated voice VLAN")
            }
            0x10 => {
                let told = value.first_chunk().ok_or("power consumption")?;
                let watts = Watts::from_milliwatts(u16::from_be_bytes(*told).into());
                once(&mut self.consumption, watts, "repeated power consumption")
            }
            0x16 => addresses(value, &mut self.management).ok_or("management addresses"),
            0x19 => {
                let told = power(value).ok_or("power requested")?;
                self.requested.extend(told.into_iter().flatten());
                self.requested.truncate(MAX_KEPT);
                Ok(())
            }
            0x1a => {
                self.available.extend(power(value).ok_or("power available")?);
                self.available.truncate(MAX_KEPT);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn vlan(value: &[u8]) -> Option<VlanId> {
    value.first_chunk().and_then(|&bytes| VlanId::new(u16::from_be_bytes(bytes)))
}

/// A request's number and a manager's, two bytes each, then milliwatts.
fn power(value: &[u8]) -> Option<Vec<Option<Watts>>> {
    let (values, rest) = value.get(4..)?.as_chunks::<4>();
    let told = |&bytes| Some(u32::from_be_bytes(bytes)).filter(|&power| power != NO_VALUE).map(Watts::from_milliwatts);
    rest.is_empty().then(|| values.iter().take(MAX_KEPT).map(told).collect())
}

/// A count, then of each address the protocol (its type, length and bytes) and the address (its length and bytes). Addresses of
/// other protocols are left out.
fn addresses(value: &[u8], kept: &mut Vec<IpAddr>) -> Option<()> {
    let (&count, mut rest) = value.split_first_chunk()?;
    for _ in 0..u32::from_be_bytes(count) {
        let (&[_type, length], tail) = rest.split_first_chunk()?;
        let (protocol, tail) = tail.split_at_checked(length.into())?;
        let (&length, tail) = tail.split_first_chunk()?;
        let (address, tail) = tail.split_at_checked(u16::from_be_bytes(length).into())?;
        let ip = match protocol {
            NLPID_IPV4 => Some(IpAddr::from(Ipv4Addr::from(<[u8; 4]>::try_from(address).ok()?))),
            SNAP_IPV6 => Some(IpAddr::from(Ipv6Addr::from(<[u8; 16]>::try_from(address).ok()?))),
            _ => None,
        };
        if kept.len() < MAX_KEPT {
            kept.extend(ip.filter(|ip| !kept.contains(ip)));
        }
        rest = tail;
    }
    Some(())
}
