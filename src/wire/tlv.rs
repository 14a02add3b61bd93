//! What the protocols that are made of types, lengths and values have in common: LLDP, CDP, EDP and FDP.

/// The most that is kept of each thing that a frame may say several times, and of its faults.
pub(super) const MAX_KEPT: usize = 32;

/// Keeps what was told first; `Err` is what was said again.
pub(super) fn once<T>(slot: &mut Option<T>, told: T, repeated: &'static str) -> Result<(), &'static str> {
    if slot.is_some() {
        return Err(repeated);
    }
    *slot = Some(told);
    Ok(())
}

/// A text of the network: bytes up to the first zero, those that are no UTF-8 replaced.
pub(super) fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).trim().to_owned()
}

/// The checksum of RFC 1071 over words: 0 over words that hold their checksum.
pub(super) fn internet_checksum(words: impl Iterator<Item = u16>) -> u16 {
    let sum = words.fold(0_u32, |sum, word| {
        let sum = sum + u32::from(word);
        (sum & 0xffff) + (sum >> 16)
    });
    !(sum as u16)
}

/// The words of a message; the last byte of an odd number is the high half of its word (RFC 1071, section 1).
pub(super) fn words(bytes: &[u8]) -> impl Iterator<Item = u16> {
    let (words, last) = bytes.as_chunks::<2>();
    let last = last.first().map(|&byte| u16::from(byte) << 8);
    words.iter().map(|&word| u16::from_be_bytes(word)).chain(last)
}
