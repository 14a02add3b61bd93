//! Attributes of netlink messages: a length, a type, a value, and so on, each from a multiple of four (netlink(7), `struct nlattr`).

/// `NLA_F_NESTED` and `NLA_F_NET_BYTEORDER` are bits of the type that say nothing of what it is (`linux/netlink.h`).
const TYPE: u16 = 0x3fff;
/// Bytes of the length and the type.
const HEADER: usize = 4;

/// Each attribute in turn, its type and its value; `Err` is where one that is cut begins, after which nothing follows.
pub(super) fn each(bytes: &[u8]) -> impl Iterator<Item = Result<(u16, &[u8]), usize>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (&[a, b, c, d], _) = rest.split_first_chunk::<HEADER>()?;
        let length = usize::from(u16::from_ne_bytes([a, b]));
        let Some(value) = rest.get(HEADER..length) else {
            let at = bytes.len() - rest.len();
            rest = &[];
            return Some(Err(at));
        };
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(Ok((u16::from_ne_bytes([c, d]) & TYPE, value)))
    })
}

/// A number of 32 bits, as the machine writes it.
pub(super) fn u32_of(value: &[u8]) -> Option<u32> {
    value.try_into().ok().map(u32::from_ne_bytes)
}
