//! What the protocols that are made of types, lengths and values have in common: LLDP and CDP.

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
