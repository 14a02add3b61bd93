//! The organizationally specific TLVs of IEEE 802.1 (802.1Q-2018, annex D): the VLANs of the port, and its aggregation.

use super::super::tlv::text;
use crate::net::VlanId;

/// The company that the TLVs are under.
pub const OUI: [u8; 3] = [0x00, 0x80, 0xc2];

/// A VLAN by name (D.2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VlanName {
    /// Which.
    pub vlan: VlanId,
    /// How the switch calls it.
    pub name: String,
}

impl VlanName {
    pub(super) fn parse(value: &[u8]) -> Option<VlanName> {
        let &[a, b, length] = value.first_chunk()?;
        let name = value[3..].get(..usize::from(length))?;
        Some(VlanName { vlan: VlanId::new(u16::from_be_bytes([a, b]))?, name: text(name) })
    }
}

/// Link aggregation (D.2.7; subtype 3 of 802.3 before 2010).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aggregation {
    /// The port can be aggregated.
    pub capable: bool,
    /// The port is.
    pub enabled: bool,
    /// The interface number of the aggregate.
    pub port: u32,
}

impl Aggregation {
    pub(super) fn parse(value: &[u8]) -> Option<Aggregation> {
        let &[status, a, b, c, d] = value.first_chunk()?;
        Some(Aggregation { capable: status & 1 != 0, enabled: status & 2 != 0, port: u32::from_be_bytes([a, b, c, d]) })
    }
}
