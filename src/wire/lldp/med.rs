//! LLDP for media endpoints (ANSI/TIA-1057, 10.2): the voice VLAN, the place, the power, and what the device is.

use super::super::tlv::{once, text};
use crate::net::{VlanId, Watts};

/// The company that the TLVs are under.
pub const OUI: [u8; 3] = [0x00, 0x12, 0xbb];

/// The most elements of an address that are kept.
const MAX_ELEMENTS: usize = 32;

/// What the sender can say, and what it is (10.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Bit 0 capabilities, 1 network policy, 2 location, 3 power as a source, 4 power as a device, 5 inventory.
    pub bits: u16,
    /// 1 to 3 an endpoint of that class, 4 network connectivity.
    pub device: u8,
}

/// Which VLAN and priority an application shall use (10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// 1 voice, 2 voice signalling, 3 guest voice, 4 guest signalling, 5 softphone, 6 conference, 7 video, 8 video signalling.
    pub application: u8,
    /// Known to be needed, not yet known how.
    pub unknown: bool,
    /// The application sends with a VLAN tag.
    pub tagged: bool,
    /// The VLAN; none where only a priority is told.
    pub vlan: Option<VlanId>,
    /// The 802.1p priority, 0 to 7.
    pub priority: u8,
    /// The DSCP, 0 to 63.
    pub dscp: u8,
}

impl Policy {
    /// Telephones.
    pub const VOICE: u8 = 1;
}

/// Where the device is (10.2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// Coordinates, 16 bytes (RFC 3825), not taken apart.
    Coordinates([u8; 16]),
    /// A postal address: the country, then type (RFC 4776, 3.4) and text of each element.
    Civic {
        /// Two letters (ISO 3166).
        country: String,
        /// Its elements.
        elements: Vec<(u8, String)>,
    },
    /// The number that an emergency call shows.
    Emergency(String),
}

/// Extended power via MDI (10.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Power {
    /// The sender is fed; else it feeds.
    pub is_pd: bool,
    /// Where the power comes from: of a feeder 1 primary, 2 backup; of a device 1 the port, 2 local, 3 both.
    pub source: u8,
    /// 0 unknown, 1 critical, 2 high, 3 low.
    pub priority: u8,
    /// What is needed or available.
    pub watts: Watts,
}

/// What the device is (10.2.6): subtypes 5 to 11.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Hardware revision.
    pub hardware: Option<String>,
    /// Firmware revision.
    pub firmware: Option<String>,
    /// Software revision.
    pub software: Option<String>,
    /// Serial number.
    pub serial: Option<String>,
    /// Manufacturer.
    pub manufacturer: Option<String>,
    /// Model.
    pub model: Option<String>,
    /// The owner's number.
    pub asset: Option<String>,
}

/// Everything of one frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Med {
    /// What can be said.
    pub capabilities: Option<Capabilities>,
    /// Policies, at most one for each application.
    pub policies: Vec<Policy>,
    /// Places, at most one of each kind.
    pub locations: Vec<Location>,
    /// Power.
    pub power: Option<Power>,
    /// What it is.
    pub inventory: Inventory,
}

impl Med {
    /// Takes one TLV; `Err` is the field that is malformed or said again.
    pub(super) fn take(&mut self, subtype: u8, value: &[u8]) -> Result<(), &'static str> {
        match subtype {
            1 => {
                let &[a, b, device] = value.first_chunk().ok_or("MED capabilities")?;
                let told = Capabilities { bits: u16::from_be_bytes([a, b]), device };
                once(&mut self.capabilities, told, "repeated MED capabilities")
            }
            2 => {
                let policy = Policy::parse(value).ok_or("MED network policy")?;
                if self.policies.iter().any(|told| told.application == policy.application) {
                    return Err("repeated MED network policy");
                }
                self.policies.push(policy);
                Ok(())
            }
            3 => {
                let place = Location::parse(value).ok_or("MED location")?;
                if self.locations.iter().any(|told| std::mem::discriminant(told) == std::mem::discriminant(&place)) {
                    return Err("repeated MED location");
                }
                self.locations.push(place);
                Ok(())
            }
            4 => once(&mut self.power, Power::parse(value).ok_or("MED extended power")?, "repeated MED extended power"),
            5 => once(&mut self.inventory.hardware, text(value), "repeated MED hardware revision"),
            6 => once(&mut self.inventory.firmware, text(value), "repeated MED firmware revision"),
            7 => once(&mut self.inventory.software, text(value), "repeated MED software revision"),
            8 => once(&mut self.inventory.serial, text(value), "repeated MED serial number"),
            9 => once(&mut self.inventory.manufacturer, text(value), "repeated MED manufacturer"),
            10 => once(&mut self.inventory.model, text(value), "repeated MED model"),
            11 => once(&mut self.inventory.asset, text(value), "repeated MED asset ID"),
            _ => Ok(()),
        }
    }
}

impl Policy {
    fn parse(value: &[u8]) -> Option<Policy> {
        let &[application, a, b, c] = value.first_chunk()?;
        let field = u32::from_be_bytes([0, a, b, c]);
        Some(Policy {
            application,
            unknown: field >> 23 & 1 != 0,
            tagged: field >> 22 & 1 != 0,
            vlan: VlanId::new((field >> 9 & 0xfff) as u16),
            priority: (field >> 6 & 7) as u8,
            dscp: (field & 0x3f) as u8,
        })
    }
}

impl Location {
    fn parse(value: &[u8]) -> Option<Location> {
        let (&format, data) = value.split_first()?;
        match format {
            1 => data.first_chunk().copied().map(Location::Coordinates),
            2 => Location::civic(data),
            3 => Some(Location::Emergency(text(data))),
            _ => None,
        }
    }

    /// The length counts from behind itself; some switches pad the TLV to its longest.
    fn civic(data: &[u8]) -> Option<Location> {
        let (&length, rest) = data.split_first()?;
        let inside = rest.get(..usize::from(length))?;
        let &[_what, a, b] = inside.first_chunk()?;
        let mut elements = Vec::new();
        let mut rest = &inside[3..];
        while let Some((&[kind, length], tail)) = rest.split_first_chunk() {
            let value = tail.get(..usize::from(length))?;
            if elements.len() < MAX_ELEMENTS {
                elements.push((kind, text(value)));
            }
            rest = &tail[value.len()..];
        }
        rest.is_empty().then(|| Location::Civic { country: text(&[a, b]), elements })
    }
}

impl Power {
    fn parse(value: &[u8]) -> Option<Power> {
        let &[kind, a, b] = value.first_chunk()?;
        Some(Power {
            is_pd: kind >> 6 == 1,
            source: kind >> 4 & 3,
            priority: kind & 15,
            watts: Watts::from_tenths(u16::from_be_bytes([a, b])),
        })
    }
}
