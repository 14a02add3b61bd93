//! IEEE 802.2 LLC with SNAP: what an 802.3 frame carries that has a length where others have a type (IEEE 802-2014, clause 9).

use super::Malformed;

/// The highest number in the field behind the addresses that is a length (IEEE 802.3, 3.2.6).
pub const MAX_LENGTH: u16 = 1500;
/// Length in bytes of the LLC and SNAP headers together.
const LEN: usize = 8;

/// Whose protocol it is, and which: CDP is `00:00:0c` and 0x2000.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Snap {
    /// The company.
    pub oui: [u8; 3],
    /// The company's number for the protocol.
    pub protocol: u16,
}

/// Reads the headers behind an 802.3 header whose length field is `length`, and cuts the padding off what they carry;
/// `None` where no SNAP header follows (spanning tree has none).
pub fn parse(length: u16, bytes: &[u8]) -> Result<Option<(Snap, &[u8])>, Malformed> {
    let bad = |field, offset| Malformed { protocol: "LLC", field, offset };
    let inside = bytes.get(..usize::from(length)).ok_or(bad("length", 0))?;
    if !inside.starts_with(&[0xaa, 0xaa, 0x03]) {
        return Ok(None);
    }
    let &[_, _, _, a, b, c, high, low] = inside.get(..LEN).ok_or(bad("SNAP header", inside.len()))? else {
        return Err(bad("SNAP header", inside.len()));
    };
    Ok(Some((Snap { oui: [a, b, c], protocol: u16::from_be_bytes([high, low]) }, &inside[LEN..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_cut_off_and_a_cut_frame_is_named() {
        let bytes = [0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0, 7, 0, 0];
        let cdp = Snap { oui: [0, 0, 0x0c], protocol: 0x2000 };
        assert_eq!(parse(9, &bytes), Ok(Some((cdp, &[7][..]))));
        assert_eq!(parse(12, &bytes), Err(Malformed { protocol: "LLC", field: "length", offset: 0 }));
        assert_eq!(parse(7, &bytes), Err(Malformed { protocol: "LLC", field: "SNAP header", offset: 7 }));
        assert_eq!(parse(3, &[0x42, 0x42, 3]), Ok(None));
    }
}
