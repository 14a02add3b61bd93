//! The Link Layer Discovery Protocol (IEEE 802.1AB-2016): which switch and port is at the other end of the cable, and what it
//! tells of VLANs, speeds and power.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Malformed;
use super::tlv::{MAX_KEPT, once, text};
use crate::net::{Mac, VlanId};

pub mod dot1;
pub mod dot3;
pub mod med;

#[cfg(test)]
mod tests;

/// EtherType of LLDP.
pub const ETHERTYPE: u16 = 0x88cc;

/// The groups that it is sent to (table 7-1): the nearest bridge of any kind, the nearest but for relays of two ports, and the
/// nearest of the customer's.
pub const GROUPS: [Mac; 3] =
    [Mac([0x01, 0x80, 0xc2, 0, 0, 0x0e]), Mac([0x01, 0x80, 0xc2, 0, 0, 0x03]), Mac([0x01, 0x80, 0xc2, 0, 0, 0x00])];

/// IANA's number of the family of IPv4 addresses (8.5.2.3).
const IPV4_FAMILY: u8 = 1;
/// IANA's number of the family of IPv6 addresses.
const IPV6_FAMILY: u8 = 2;

/// How a switch or a port is called (8.5.2 and 8.5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Id {
    /// A part of the chassis or of the port, by its entity alias.
    Component(String),
    /// What its administrator called it.
    Alias(String),
    /// The interface's own name.
    Interface(String),
    /// Any other name.
    Local(String),
    /// A DHCP relay's name for the port, its bytes as hexadecimal digits.
    Circuit(String),
    /// A hardware address.
    Mac(Mac),
    /// A network address.
    Address(IpAddr),
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Id::Component(name) | Id::Alias(name) | Id::Interface(name) | Id::Local(name) | Id::Circuit(name) => {
                f.write_str(name)
            }
            Id::Mac(mac) => mac.fmt(f),
            Id::Address(ip) => ip.fmt(f),
        }
    }
}

/// What the switch can do and does (8.5.8): bits 0 other, 1 repeater, 2 bridge, 3 access point, 4 router, 5 telephone,
/// 6 cable modem, 7 end station, 8 and 9 components of a VLAN, 10 relay of two ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// What it can do.
    pub able: u16,
    /// What it does.
    pub enabled: u16,
}

/// Where the switch is managed (8.5.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Management {
    /// Its address.
    pub address: IpAddr,
    /// 1 unknown, 2 an ifIndex, 3 a port number of the system.
    pub numbering: u8,
    /// The interface of that address.
    pub interface: u32,
}

/// One frame of LLDP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lldp {
    /// Which switch.
    pub chassis: Id,
    /// Which port of it.
    pub port: Id,
    /// For how many seconds this holds; 0 takes it back.
    pub ttl: u16,
    /// The port in words.
    pub port_description: Option<String>,
    /// The switch's name.
    pub system_name: Option<String>,
    /// Its hardware and software.
    pub system_description: Option<String>,
    /// What it does.
    pub capabilities: Option<Capabilities>,
    /// Where it is managed.
    pub management: Vec<Management>,
    /// The VLAN of frames without a tag (802.1Q, D.2.1).
    pub port_vlan: Option<VlanId>,
    /// The VLANs of the port that have a name.
    pub vlans: Vec<dot1::VlanName>,
    /// Link aggregation.
    pub aggregation: Option<dot1::Aggregation>,
    /// Negotiation and speed.
    pub mac_phy: Option<dot3::MacPhy>,
    /// Power: where several are told, the one that tells most.
    pub power: Option<dot3::Power>,
    /// The longest frame in bytes (802.3, 79.3.4).
    pub max_frame: Option<u16>,
    /// What is told for telephones, cameras and such.
    pub med: med::Med,
    /// What could not be read, or was said twice; the rest stands.
    pub faults: Vec<Malformed>,
}

fn bad(field: &'static str, offset: usize) -> Malformed {
    Malformed { protocol: "LLDP", field, offset }
}

/// A TLV as it lies in the frame.
struct Tlv<'a> {
    kind: u8,
    value: &'a [u8],
    offset: usize,
}

/// The TLV at an offset: seven bits of type, nine of length (8.4).
fn tlv(bytes: &[u8], offset: usize) -> Result<Tlv<'_>, Malformed> {
    let header = bytes.get(offset..offset + 2).ok_or(bad("TLV header", offset))?;
    let both = u16::from_be_bytes([header[0], header[1]]);
    let value =
        bytes.get(offset + 2..offset + 2 + usize::from(both & 0x1ff)).ok_or(bad("TLV information string length", offset))?;
    Ok(Tlv { kind: (both >> 9) as u8, value, offset })
}

/// The bytes of a TLV; what is longer than 511 bytes is cut.
pub fn emit_tlv(kind: u8, value: &[u8]) -> Vec<u8> {
    let value = &value[..value.len().min(0x1ff)];
    let header = u16::from(kind & 0x7f) << 9 | value.len() as u16;
    [&header.to_be_bytes()[..], value].concat()
}

/// Reads what follows the Ethernet header. Without a sound chassis, port and TTL, first and in this order, nothing is known of a
/// neighbour (9.2); whatever else is unsound is put among the faults.
pub fn parse(bytes: &[u8]) -> Result<Lldp, Malformed> {
    let mut offset = 0;
    let mut mandatory = |kind: u8, field| {
        let next = tlv(bytes, offset)?;
        if next.kind != kind {
            return Err(bad(field, offset));
        }
        offset += 2 + next.value.len();
        Ok(next)
    };
    let chassis = mandatory(1, "chassis ID").and_then(|tlv| chassis_id(tlv.value).ok_or(bad("chassis ID", tlv.offset)))?;
    let port = mandatory(2, "port ID").and_then(|tlv| port_id(tlv.value).ok_or(bad("port ID", tlv.offset)))?;
    let ttl = mandatory(3, "TTL").and_then(|tlv| number(tlv.value).ok_or(bad("TTL", tlv.offset)))?;
    let mut told = Lldp {
        chassis,
        port,
        ttl,
        port_description: None,
        system_name: None,
        system_description: None,
        capabilities: None,
        management: Vec::new(),
        port_vlan: None,
        vlans: Vec::new(),
        aggregation: None,
        mac_phy: None,
        power: None,
        max_frame: None,
        med: med::Med::default(),
        faults: Vec::new(),
    };
    while offset < bytes.len() {
        let fault = match tlv(bytes, offset) {
            Ok(end) if end.kind == 0 => break,
            Ok(next) => {
                offset += 2 + next.value.len();
                told.take(&next).err().map(|field| bad(field, next.offset))
            }
            Err(cut) => {
                offset = bytes.len();
                Some(cut)
            }
        };
        if told.faults.len() < MAX_KEPT {
            told.faults.extend(fault);
        }
    }
    Ok(told)
}

impl Lldp {
    /// Takes one optional TLV; `Err` is the field that is malformed or said again. What is not known is no fault.
    fn take(&mut self, tlv: &Tlv<'_>) -> Result<(), &'static str> {
        let value = tlv.value;
        match tlv.kind {
            1 => Err("repeated chassis ID"),
            2 => Err("repeated port ID"),
            3 => Err("repeated TTL"),
            4 => once(&mut self.port_description, text(value), "repeated port description"),
            5 => once(&mut self.system_name, text(value), "repeated system name"),
            6 => once(&mut self.system_description, text(value), "repeated system description"),
            7 => {
                let &[a, b, c, d] = value.first_chunk().ok_or("system capabilities")?;
                let told = Capabilities { able: u16::from_be_bytes([a, b]), enabled: u16::from_be_bytes([c, d]) };
                once(&mut self.capabilities, told, "repeated system capabilities")
            }
            8 => {
                if let Some(told) = management(value)? {
                    keep(&mut self.management, told);
                }
                Ok(())
            }
            127 => {
                let &[a, b, c, subtype] = value.first_chunk().ok_or("organizationally specific TLV")?;
                self.organization([a, b, c], subtype, &value[4..])
            }
            _ => Ok(()),
        }
    }

    fn organization(&mut self, oui: [u8; 3], subtype: u8, value: &[u8]) -> Result<(), &'static str> {
        match (oui, subtype) {
            (dot1::OUI, 1) => match VlanId::new(number(value).ok_or("port VLAN ID")?) {
                Some(vlan) => once(&mut self.port_vlan, vlan, "repeated port VLAN ID"),
                // 0: the port knows no VLAN of its own.
                None => Ok(()),
            },
            (dot1::OUI, 3) => {
                let told = dot1::VlanName::parse(value).ok_or("VLAN name")?;
                keep(&mut self.vlans, told);
                Ok(())
            }
            (dot1::OUI, 7) | (dot3::OUI, 3) => {
                let told = dot1::Aggregation::parse(value).ok_or("link aggregation")?;
                once(&mut self.aggregation, told, "repeated link aggregation")
            }
            (dot3::OUI, 1) => once(
                &mut self.mac_phy,
                dot3::MacPhy::parse(value).ok_or("MAC/PHY configuration")?,
                "repeated MAC/PHY configuration",
            ),
            (dot3::OUI, 2) => {
                let told = dot3::Power::parse(value)?;
                // Who speaks 802.3bt may send both forms; the same form twice is a fault.
                match self.power {
                    Some(known) if known.detail() == told.detail() => return Err("repeated power via MDI"),
                    Some(known) if known.detail() > told.detail() => {}
                    _ => self.power = Some(told),
                }
                Ok(())
            }
            (dot3::OUI, 4) => {
                once(&mut self.max_frame, number(value).ok_or("maximum frame size")?, "repeated maximum frame size")
            }
            (med::OUI, subtype) => self.med.take(subtype, value),
            _ => Ok(()),
        }
    }
}

fn keep<T: PartialEq>(kept: &mut Vec<T>, told: T) {
    if kept.len() < MAX_KEPT && !kept.contains(&told) {
        kept.push(told);
    }
}

fn number(value: &[u8]) -> Option<u16> {
    value.first_chunk().map(|&bytes| u16::from_be_bytes(bytes))
}

/// Table 8-2.
fn chassis_id(value: &[u8]) -> Option<Id> {
    let (&subtype, id) = value.split_first().filter(|(_, id)| !id.is_empty())?;
    match subtype {
        1 | 3 => Some(Id::Component(text(id))),
        2 => Some(Id::Alias(text(id))),
        4 => id.try_into().ok().map(|bytes| Id::Mac(Mac(bytes))),
        5 => address(id).map(Id::Address),
        6 => Some(Id::Interface(text(id))),
        7 => Some(Id::Local(text(id))),
        _ => None,
    }
}

/// Table 8-3.
fn port_id(value: &[u8]) -> Option<Id> {
    let (&subtype, id) = value.split_first().filter(|(_, id)| !id.is_empty())?;
    match subtype {
        1 => Some(Id::Alias(text(id))),
        2 => Some(Id::Component(text(id))),
        3 => id.try_into().ok().map(|bytes| Id::Mac(Mac(bytes))),
        4 => address(id).map(Id::Address),
        5 => Some(Id::Interface(text(id))),
        6 => Some(Id::Circuit(id.iter().map(|byte| format!("{byte:02x}")).collect())),
        7 => Some(Id::Local(text(id))),
        _ => None,
    }
}

/// A family and its address.
fn address(bytes: &[u8]) -> Option<IpAddr> {
    let (&family, address) = bytes.split_first()?;
    match family {
        IPV4_FAMILY => <[u8; 4]>::try_from(address).ok().map(|bytes| Ipv4Addr::from(bytes).into()),
        IPV6_FAMILY => <[u8; 16]>::try_from(address).ok().map(|bytes| Ipv6Addr::from(bytes).into()),
        _ => None,
    }
}

/// Length, family and address, then numbering and interface; an object identifier may follow. `None` is an address of another
/// family: some switches tell a hardware address.
fn management(value: &[u8]) -> Result<Option<Management>, &'static str> {
    let (&length, rest) = value.split_first().ok_or("management address")?;
    let (told, rest) = rest.split_at_checked(usize::from(length)).ok_or("management address")?;
    let &[numbering, a, b, c, d] = rest.first_chunk().ok_or("management interface number")?;
    let interface = u32::from_be_bytes([a, b, c, d]);
    match (address(told), told.first()) {
        (Some(address), _) => Ok(Some(Management { address, numbering, interface })),
        (None, Some(&family)) if ![IPV4_FAMILY, IPV6_FAMILY].contains(&family) => Ok(None),
        (None, _) => Err("management address"),
    }
}
