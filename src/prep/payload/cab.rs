//! A cabinet, as makers of PCs pack drivers: MS-CAB, 2.1. It says how long it is, and nothing of what it is.

use super::{About, Form, Source, bytes, cut_off, length};
use crate::fault::Why;

/// `cbCabinet`, the length of the whole, stands there.
const LENGTH: std::ops::Range<usize> = 8..12;

/// Reads a cabinet.
pub(super) fn read(file: &mut impl Source) -> Result<About, Why> {
    let head = bytes(file, 0, LENGTH.end as u64).map_err(|error| Why::from(&error))?;
    let told = head.get(LENGTH).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
    match told {
        Some(told) if told as usize > LENGTH.end && length(file)? >= told.into() => Ok(About::of(Form::Cab)),
        _ => Err(cut_off()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_cabinet_is_as_long_as_it_says() {
        let cabinet = include_bytes!("../../../tests/payloads/drivers.cab");
        assert!(read(&mut Cursor::new(cabinet)).is_ok());
        for cut in 0..cabinet.len() {
            assert!(read(&mut Cursor::new(&cabinet[..cut])).is_err(), "{cut}");
        }
    }
}
