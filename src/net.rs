//! Values with units: hardware addresses, prefixes and moments of a visit.

use std::borrow::Cow;
use std::fmt;
use std::ops::Add;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use ipnet::{IpNet, Ipv4Net, Ipv6Net};
pub use targets::Targets;
pub use watts::Watts;

mod targets;
mod watts;

/// A 48-bit hardware address (EUI-48), written in lower case with colons.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// `ff:ff:ff:ff:ff:ff`: every card on the segment.
    pub const BROADCAST: Mac = Mac([0xff; 6]);
    /// `00:00:00:00:00:00`: the unknown target of an ARP request.
    pub const ZERO: Mac = Mac([0; 6]);

    /// The I/G bit (IEEE 802-2014, 8.2): a group address, never the address of one card.
    pub fn is_group(self) -> bool {
        self.0[0] & 1 != 0
    }

    /// The U/L bit (IEEE 802-2014, 8.2): administered locally, so no vendor can be told.
    pub fn is_local(self) -> bool {
        self.0[0] & 2 != 0
    }

    /// The address as the 48 low bits of a number, first byte highest.
    pub fn to_bits(self) -> u64 {
        self.0.iter().fold(0, |bits, &byte| bits << 8 | u64::from(byte))
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl JsonSchema for Mac {
    fn schema_name() -> Cow<'static, str> {
        "Mac".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^([0-9a-f]{2}:){5}[0-9a-f]{2}$" })
    }
}

/// Why a text is no hardware address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAMac;

impl fmt::Display for NotAMac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a MAC address: 12 hexadecimal digits are expected, as in b8:27:eb:00:00:01")
    }
}

impl std::error::Error for NotAMac {}

impl FromStr for Mac {
    type Err = NotAMac;

    /// Reads the usual spellings: `b8:27:eb:00:00:01`, `B8-27-EB-00-00-01`, `b827.eb00.0001`, `b827eb000001`.
    fn from_str(text: &str) -> Result<Mac, NotAMac> {
        let digits = hex_digits(text).filter(|digits| digits.len() == 12).ok_or(NotAMac)?;
        let mut bytes = [0; 6];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Ok(Mac(bytes))
    }
}

/// The hexadecimal digits (values 0 to 15) of an address or of the start of one, its separators
/// (`:`, `-`, `.`) left out; `None` where anything else stands in the text.
pub fn hex_digits(text: &str) -> Option<Vec<u8>> {
    text.trim().chars().filter(|c| !matches!(c, ':' | '-' | '.')).map(|c| c.to_digit(16).map(|digit| digit as u8)).collect()
}

impl Serialize for Mac {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mac {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Mac, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A VLAN of IEEE 802.1Q, 1 to 4094.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u16", into = "u16")]
pub struct VlanId(u16);

impl VlanId {
    /// The VLAN of that number; 0 (no VLAN, only a priority) and 4095 (reserved) are none.
    pub fn new(number: u16) -> Option<VlanId> {
        (1..4095).contains(&number).then_some(VlanId(number))
    }
}

impl TryFrom<u16> for VlanId {
    type Error = String;

    fn try_from(number: u16) -> Result<VlanId, String> {
        VlanId::new(number).ok_or_else(|| format!("{number} is not a VLAN: 1 to 4094 is expected"))
    }
}

impl From<VlanId> for u16 {
    fn from(vlan: VlanId) -> u16 {
        vlan.0
    }
}

impl fmt::Display for VlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A moment of a visit: microseconds since it started. Records hold it as whole milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Moment(pub u64);

impl Moment {
    /// The moment `ms` milliseconds after the start.
    pub const fn from_ms(ms: u64) -> Moment {
        Moment(ms.saturating_mul(1000))
    }

    /// Whole milliseconds since the start.
    pub const fn ms(self) -> u64 {
        self.0 / 1000
    }

    /// The time from `earlier` to this moment, zero where `earlier` is later.
    pub fn since(self, earlier: Moment) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Moment {
    type Output = Moment;

    fn add(self, time: Duration) -> Moment {
        Moment(self.0.saturating_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX)))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.ms())
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        u64::deserialize(deserializer).map(Moment::from_ms)
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0, "description": "Milliseconds since the start." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_spellings_of_a_mac_are_one_mac() {
        let mac = Mac([0xb8, 0x27, 0xeb, 0, 0, 1]);
        for text in ["b8:27:eb:00:00:01", "B8-27-EB-00-00-01", "b827.eb00.0001", "B827EB000001", " b8:27:eb:00:00:01 "] {
            assert_eq!(text.parse(), Ok(mac), "{text}");
        }
        assert_eq!(mac.to_string(), "b8:27:eb:00:00:01");
        assert_eq!(mac.to_bits(), 0xb827_eb00_0001);
    }

    #[test]
    fn anything_else_is_not_a_mac() {
        for text in ["", "b8:27:eb:00:00", "b8:27:eb:00:00:01:02", "b8:27:eb:00:00:0g", "é8:27:eb:00:00:01"] {
            assert_eq!(text.parse::<Mac>(), Err(NotAMac), "{text}");
        }
    }

    #[test]
    fn a_moment_is_written_in_whole_milliseconds() {
        assert_eq!(serde_json::to_string(&Moment(12_999)).ok().as_deref(), Some("12"));
        assert_eq!(Moment::from_ms(3) + Duration::from_micros(5), Moment(3005));
        assert_eq!(Moment(5).since(Moment(9)), Duration::ZERO);
    }
}
