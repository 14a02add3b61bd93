//! What the kernel tells of an interface's link: RTM_NEWLINK of rtnetlink(7), as far as the kit needs it.

use super::Malformed;
use super::attribute::{each, u32_of};

/// RTM_NEWLINK and RTM_GETLINK (`linux/rtnetlink.h`).
pub const NEW_LINK: u16 = 16;
/// The question for one.
pub const GET_LINK: u16 = 18;
/// The multicast group of interfaces (`RTNLGRP_LINK`).
pub const GROUP: u32 = 1;
/// Bytes of `struct ifinfomsg`.
const HEADER: usize = 16;
/// The driver sees a signal from the other end (`IFF_LOWER_UP`, netdevice(7)).
const LOWER_UP: u32 = 1 << 16;
/// IFLA_CARRIER_UP_COUNT and IFLA_CARRIER_DOWN_COUNT (`linux/if_link.h`): how often the link came and went, since Linux 4.16.
const UP_COUNT: u16 = 47;
const DOWN_COUNT: u16 = 48;

/// An interface as it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its index.
    pub index: u32,
    /// It hears the other end.
    pub carrier: bool,
    /// How often the link came up since the interface was made; `None` from an older kernel.
    pub ups: Option<u32>,
    /// How often it went down.
    pub downs: Option<u32>,
}

/// The question for one interface, without the netlink header before it.
pub fn question(index: u32) -> Vec<u8> {
    let mut bytes = vec![0; HEADER];
    bytes[4..8].copy_from_slice(&index.to_ne_bytes());
    bytes
}

/// Reads what follows the netlink header of RTM_NEWLINK.
pub fn parse(bytes: &[u8]) -> Result<Link, Malformed> {
    let bad = |field, offset| Malformed { protocol: "rtnetlink", field, offset };
    let (header, rest) = bytes.split_first_chunk::<HEADER>().ok_or(bad("ifinfomsg", bytes.len()))?;
    let number = |at: usize| u32::from_ne_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let mut link = Link { index: number(4), carrier: number(8) & LOWER_UP != 0, ups: None, downs: None };
    for attribute in each(rest) {
        match attribute.map_err(|at| bad("attribute", HEADER + at))? {
            (UP_COUNT, value) => link.ups = u32_of(value),
            (DOWN_COUNT, value) => link.downs = u32_of(value),
            _ => {}
        }
    }
    Ok(link)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(flags: u32, attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = question(7);
        bytes[8..12].copy_from_slice(&flags.to_ne_bytes());
        for (kind, value) in attributes {
            bytes.extend((4 + value.len() as u16).to_ne_bytes());
            bytes.extend(kind.to_ne_bytes());
            bytes.extend(*value);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        bytes
    }

    #[test]
    fn the_carrier_is_in_the_flags_and_the_counts_among_the_attributes() {
        let bytes = told(0x11043, &[(3, b"lan0\0"), (UP_COUNT, &3u32.to_ne_bytes()), (DOWN_COUNT, &2u32.to_ne_bytes())]);
        assert_eq!(parse(&bytes), Ok(Link { index: 7, carrier: true, ups: Some(3), downs: Some(2) }));
        assert_eq!(parse(&told(0x1003, &[])), Ok(Link { index: 7, carrier: false, ups: None, downs: None }));
    }

    #[test]
    fn a_cut_message_is_named_and_an_attribute_of_no_length_does_not_hold_us_up() {
        let bad = |field, offset| Err(Malformed { protocol: "rtnetlink", field, offset });
        assert_eq!(parse(&[0; 15]), bad("ifinfomsg", 15));
        assert_eq!(parse(&[told(0, &[]), vec![0, 0, 3, 0]].concat()), bad("attribute", 16));
        assert_eq!(parse(&[told(0, &[]), vec![9, 0, 3, 0, 0]].concat()), bad("attribute", 16));
    }
}
