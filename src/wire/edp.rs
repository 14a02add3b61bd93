//! The Extreme Discovery Protocol: the switch, the slot and port, and the VLANs, as Extreme's equipment tells them. Extreme
//! publishes no standard: the fields are those that Wireshark and lldpd agree on.

use std::fmt;
use std::net::Ipv4Addr;

use super::Malformed;
use super::llc::Snap;
use super::tlv::{MAX_KEPT, internet_checksum, once, text, words};
use crate::net::{Mac, VlanId};

#[cfg(test)]
mod tests;

/// The group that it is sent to.
pub const GROUP: Mac = Mac([0x00, 0xe0, 0x2b, 0, 0, 0]);
/// Behind which SNAP header it is.
pub const SNAP: Snap = Snap { oui: [0x00, 0xe0, 0x2b], protocol: 0x00bb };

/// Length in bytes of the header: version, a byte of no use, length, checksum, sequence, and the machine's number: its type (two
/// bytes) and a MAC address.
const HEADER_LEN: usize = 16;
/// With what every TLV begins.
const MARKER: u8 = 0x99;
/// The TLV that ends the frame.
const END: u8 = 0;

/// One frame of EDP. VLANs come in a frame of their own, which tells neither the name nor the port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edp {
    /// Which switch it is, whatever else the frame tells.
    pub machine: Option<Mac>,
    /// The switch's name.
    pub name: Option<String>,
    /// Its port.
    pub port: Option<Port>,
    /// Its software's version.
    pub version: Option<[u8; 4]>,
    /// The VLANs of its port.
    pub vlans: Vec<Vlan>,
    /// What could not be read, or was said twice; the rest stands.
    pub faults: Vec<Malformed>,
}

/// A port as its labels number it, from 1: one more than what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// The slot of a chassis, or the switch's place in a stack.
    pub slot: u32,
    /// The port in the slot.
    pub number: u32,
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.slot, self.number)
    }
}

/// A VLAN of the switch's port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vlan {
    /// Its number; `None` where 0 was sent, that of frames without a tag.
    pub id: Option<VlanId>,
    /// The switch's own address in it.
    pub address: Option<Ipv4Addr>,
    /// Its name.
    pub name: String,
}

fn bad(field: &'static str, offset: usize) -> Malformed {
    Malformed { protocol: "EDP", field, offset }
}

/// Reads what follows the SNAP header. What lies beyond the length that the header tells is padding.
pub fn parse(bytes: &[u8]) -> Result<Edp, Malformed> {
    let &[version, _, high, low, _, _, _, _, id_high, id_low, ref machine @ ..] =
        bytes.first_chunk::<HEADER_LEN>().ok_or(bad("header", bytes.len()))?;
    if version != 1 {
        return Err(bad("version", 0));
    }
    let mut told = Edp::default();
    match [id_high, id_low] {
        [0, 0] => told.machine = Some(Mac(*machine)),
        _ => told.faults.push(bad("machine ID type", 8)),
    }
    let length = usize::from(u16::from_be_bytes([high, low]));
    let inside = match bytes.get(..length) {
        Some(inside) if length >= HEADER_LEN => inside,
        _ => {
            told.faults.push(bad("length", 2));
            bytes
        }
    };
    if internet_checksum(words(inside)) != 0 {
        told.faults.push(bad("checksum", 4));
    }
    told.take_all(inside);
    Ok(told)
}

/// The type and value of the TLV at an offset, or the field that is malformed: the length counts its own four bytes.
fn tlv(bytes: &[u8], offset: usize) -> Result<(u8, &[u8]), &'static str> {
    let (&[marker, kind, high, low], rest) = bytes[offset..].split_first_chunk().ok_or("TLV header")?;
    if marker != MARKER {
        return Err("TLV marker");
    }
    let length = usize::from(u16::from_be_bytes([high, low])).checked_sub(4);
    length.and_then(|length| rest.get(..length)).map(|value| (kind, value)).ok_or("TLV length")
}

/// The bytes of a frame from its TLVs, and the one that ends it, as Extreme's equipment would send them.
pub fn emit(sequence: u16, machine: Mac, tlvs: &[(u8, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![1, 0, 0, 0, 0, 0];
    bytes.extend(sequence.to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(machine.0);
    for (kind, value) in tlvs.iter().copied().chain([(END, &[][..])]) {
        bytes.extend([MARKER, kind]);
        bytes.extend((value.len() as u16 + 4).to_be_bytes());
        bytes.extend(value);
    }
    let length = bytes.len() as u16;
    bytes[2..4].copy_from_slice(&length.to_be_bytes());
    let sum = internet_checksum(words(&bytes));
    bytes[4..6].copy_from_slice(&sum.to_be_bytes());
    bytes
}

impl Edp {
    /// Takes the TLVs behind the header, up to the one that ends the frame.
    fn take_all(&mut self, bytes: &[u8]) {
        let mut offset = HEADER_LEN;
        while offset < bytes.len() {
            let at = offset;
            let fault = match tlv(bytes, at) {
                Ok((END, _)) => break,
                Ok((kind, value)) => {
                    offset += 4 + value.len();
                    self.take(kind, value).err()
                }
                Err(field) => {
                    offset = bytes.len();
                    Some(field)
                }
            };
            if self.faults.len() < MAX_KEPT {
                self.faults.extend(fault.map(|field| bad(field, at)));
            }
        }
    }

    /// Takes one TLV; `Err` is the field that is malformed or said again. What is not known is no fault.
    fn take(&mut self, kind: u8, value: &[u8]) -> Result<(), &'static str> {
        match kind {
            1 => once(&mut self.name, text(value), "repeated display"),
            2 => {
                // Slot, port, eight bytes of a virtual chassis, then the software's version.
                let &[a, b, c, d, .., e, f, g, h] = value.first_chunk::<16>().ok_or("info")?;
                let from_one = |bytes| u32::from(u16::from_be_bytes(bytes)) + 1;
                once(&mut self.port, Port { slot: from_one([a, b]), number: from_one([c, d]) }, "repeated info")?;
                once(&mut self.version, [e, f, g, h], "repeated info")
            }
            5 => {
                // Flags, a byte of no use, the VLAN, four bytes of no use, an address, a name.
                let (&[_, _, high, low, _, _, _, _, ref ip @ ..], name) = value.split_first_chunk::<12>().ok_or("VLAN")?;
                let id = match u16::from_be_bytes([high, low]) {
                    0 => None,
                    number => Some(VlanId::new(number).ok_or("VLAN")?),
                };
                let address = Some(Ipv4Addr::from(*ip)).filter(|ip| !ip.is_unspecified());
                if self.vlans.len() < MAX_KEPT {
                    self.vlans.push(Vlan { id, address, name: text(name) });
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
