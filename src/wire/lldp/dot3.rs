//! The organizationally specific TLVs of IEEE 802.3 (802.3-2018, 79.3, and 802.3bt-2018 for power): what the port negotiates
//! and what power it gives.

use crate::net::Watts;
use crate::poe::Class;

/// The company that the TLVs are under.
pub const OUI: [u8; 3] = [0x00, 0x12, 0x0f];

/// MAC/PHY configuration and status (79.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MacPhy {
    /// The port can negotiate.
    pub auto_negotiation_supported: bool,
    /// The port negotiates.
    pub auto_negotiation_enabled: bool,
    /// What it advertises: the bits of `ifMauAutoNegCapAdvertisedBits`, bit 0 highest (RFC 4836). Some old switches send the
    /// bits in the opposite order.
    pub advertised: u16,
    /// What it runs at: a `dot3MauType` (RFC 4836); 16 is 100BASE-TX full duplex, 30 is 1000BASE-T full duplex, 0 unknown.
    pub mau: u16,
}

impl MacPhy {
    pub(super) fn parse(value: &[u8]) -> Option<MacPhy> {
        let &[status, a, b, c, d] = value.first_chunk()?;
        Some(MacPhy {
            auto_negotiation_supported: status & 1 != 0,
            auto_negotiation_enabled: status & 2 != 0,
            advertised: u16::from_be_bytes([a, b]),
            mau: u16::from_be_bytes([c, d]),
        })
    }
}

/// Power via MDI (79.3.2): three bytes in the oldest form, eight more of type and watts (802.3at), seventeen more (802.3bt).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Power {
    /// The port feeds; else it is fed.
    pub feeds: bool,
    /// A port that feeds: it can.
    pub supported: bool,
    /// A port that feeds: it is switched on.
    pub enabled: bool,
    /// A port that feeds: somebody may choose the pairs.
    pub pairs_chosen: bool,
    /// `pethPsePortPowerPairs` (RFC 3621): 1 signal pairs, 2 spare pairs.
    pub pairs: u8,
    /// The class; the TLV counts from 1. A port of 802.3bt says 4 here of every higher class too.
    pub class: Option<Class>,
    /// What 802.3at added.
    pub at: Option<At>,
    /// What 802.3bt added.
    pub bt: Option<Bt>,
}

/// The part that 802.3at added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// Type 1 or 2; of a port of 802.3bt, 2 (its own type is in [`Bt`]).
    pub power_type: u8,
    /// The sender is the device that is fed.
    pub is_pd: bool,
    /// Where the power comes from: 0 unknown, 1 primary (of a device: the port), 2 backup (of a device: local), 3 both.
    pub source: u8,
    /// 0 unknown, 1 critical, 2 high, 3 low.
    pub priority: u8,
    /// What the device asks for.
    pub requested: Watts,
    /// What the port grants.
    pub allocated: Watts,
}

/// The part that 802.3bt added (802.3bt-2018, 79.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bt {
    /// What a device with two signatures asks for on its two modes.
    pub requested_by_mode: [Watts; 2],
    /// What the port grants on its two alternatives.
    pub allocated_by_alternative: [Watts; 2],
    /// How the port feeds: 1 two pairs, 2 four pairs to one signature, 3 four pairs to two.
    pub pse_status: u8,
    /// How the device is fed: 1 one signature, 2 two pairs to two signatures, 3 four pairs to two.
    pub pd_status: u8,
    /// 1 alternative A, 2 alternative B, 3 both.
    pub pairs: u8,
    /// A device with two signatures: the class of each.
    pub class_by_mode: [Option<Class>; 2],
    /// A device with one signature: its class, 1 to 8.
    pub class: Option<Class>,
    /// A device with two signatures.
    pub dual_signature: bool,
    /// Type 3 or 4.
    pub power_type: Option<u8>,
    /// The most that the port can give.
    pub max_available: Watts,
}

/// A number in the bits of a field, `low` and `width` counted from its lowest.
fn bits(field: u16, low: u8, width: u8) -> u8 {
    (field >> low & ((1 << width) - 1)) as u8
}

fn watts(value: &[u8], at: usize) -> Watts {
    Watts::from_tenths(u16::from_be_bytes([value[at], value[at + 1]]))
}

impl Power {
    /// Reads what follows the subtype: 3, 8 or 25 bytes, so the TLV is 7, 12 or 29 bytes long. `Err` is the part that is cut.
    pub(super) fn parse(value: &[u8]) -> Result<Power, &'static str> {
        let &[support, pairs, class] = value.first_chunk().ok_or("power via MDI")?;
        let at = match value.len() {
            3 => None,
            8.. => Some(At::parse(value)),
            _ => return Err("PD requested power value"),
        };
        let bt = match value.len() {
            ..=8 => None,
            25.. => Some(Bt::parse(value)),
            _ => return Err("system setup"),
        };
        Ok(Power {
            feeds: support & 1 != 0,
            supported: support & 2 != 0,
            enabled: support & 4 != 0,
            pairs_chosen: support & 8 != 0,
            pairs,
            class: class.checked_sub(1).filter(|&class| class <= 4).and_then(Class::new),
            at,
            bt,
        })
    }

    /// How much is told: 802.3bt over 802.3at over the class alone. A port may say less in a later frame.
    pub fn detail(&self) -> u8 {
        u8::from(self.at.is_some()) + u8::from(self.bt.is_some())
    }

    /// The class of the device, from the best part: none of a device with two signatures, which has a class on each.
    pub fn best_class(&self) -> Option<Class> {
        match self.bt {
            Some(bt) if bt.dual_signature => None,
            Some(bt) => bt.class.or(self.class),
            None => self.class,
        }
    }

    /// The type, 1 to 4, from the best part.
    pub fn best_type(&self) -> Option<u8> {
        self.bt.and_then(|bt| bt.power_type).or(self.at.map(|at| at.power_type))
    }
}

impl At {
    fn parse(value: &[u8]) -> At {
        let kind = u16::from(value[3]);
        At {
            // Power type (79.3.2.4.1): 11 type 1 PD, 10 type 1 PSE, 01 type 2 PD, 00 type 2 PSE.
            power_type: if bits(kind, 7, 1) != 0 { 1 } else { 2 },
            is_pd: bits(kind, 6, 1) != 0,
            source: bits(kind, 4, 2),
            priority: bits(kind, 0, 2),
            requested: watts(value, 4),
            allocated: watts(value, 6),
        }
    }
}

impl Bt {
    fn parse(value: &[u8]) -> Bt {
        let status = u16::from_be_bytes([value[16], value[17]]);
        let of_mode = |low| Some(bits(status, low, 3)).filter(|class| (1..=5).contains(class)).and_then(Class::new);
        let class = bits(status, 0, 4);
        Bt {
            requested_by_mode: [watts(value, 8), watts(value, 10)],
            allocated_by_alternative: [watts(value, 12), watts(value, 14)],
            pse_status: bits(status, 14, 2),
            pd_status: bits(status, 12, 2),
            pairs: bits(status, 10, 2),
            class_by_mode: [of_mode(7), of_mode(4)],
            class: Some(class).filter(|class| (1..=8).contains(class)).and_then(Class::new),
            dual_signature: class == 15,
            power_type: match bits(u16::from(value[18]), 1, 3) {
                0 | 2 | 3 => Some(3),
                1 | 4 | 5 => Some(4),
                _ => None,
            },
            max_available: watts(value, 19),
        }
    }
}
