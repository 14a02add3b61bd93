//! The table in which a PC tells what it is: SMBIOS (DMTF DSP0134). Hostile as all that a maker's tool could write; two structures
//! of it are read.
//!
//! The crates that read it were looked at: smbios-lib brings getopts, libc and serde_json along, dmidecode wants the entry point,
//! which Windows does not hand out.

use super::look::{Identity, filled_in};

/// Bytes of a structure's head: type, length, handle (6.1.2).
const HEAD: usize = 4;
/// The system information structure (7.2), and where it has the numbers of its strings.
const SYSTEM: u8 = 1;
const MANUFACTURER: usize = 0x04;
const PRODUCT_NAME: usize = 0x05;
const SERIAL_NUMBER: usize = 0x07;
/// The structure after which nothing comes (7.45).
const END_OF_TABLE: u8 = 127;

/// Which PC it is, as far as its table tells: maker, model and serial number.
pub fn identity(table: &[u8]) -> Identity {
    let Some(system) = structures(table).find(|structure| structure.kind == SYSTEM) else { return Identity::default() };
    let told = |at| system.string(at).and_then(|text| filled_in(&text));
    Identity { maker: told(MANUFACTURER), product: told(PRODUCT_NAME), serial: told(SERIAL_NUMBER), machine: None }
}

/// A structure (6.1).
struct Structure<'a> {
    kind: u8,
    /// With its head.
    formatted: &'a [u8],
    /// One after another, each ended by a zero byte.
    strings: &'a [u8],
}

impl Structure<'_> {
    /// The string whose number, counted from 1, stands at this place (6.1.3).
    fn string(&self, at: usize) -> Option<String> {
        let number = usize::from(*self.formatted.get(at)?).checked_sub(1)?;
        let bytes = self.strings.split(|&byte| byte == 0).nth(number)?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }
}

/// The structures of a table, up to its end or to what is none.
fn structures(table: &[u8]) -> impl Iterator<Item = Structure<'_>> {
    let mut rest = table;
    std::iter::from_fn(move || {
        let (kind, length) = (*rest.first()?, usize::from(*rest.get(1)?));
        if kind == END_OF_TABLE || length < HEAD {
            return None;
        }
        let formatted = rest.get(..length)?;
        let after = &rest[length..];
        // The set of strings ends with one that is empty; without any string there are two zero bytes all the same (6.1.3).
        let end = after.windows(2).position(|pair| pair == [0, 0])?;
        rest = &after[end + 2..];
        Some(Structure { kind, formatted, strings: &after[..end] })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    // Recorded on real PCs; from the tests of the crate dmidecode (MIT).
    const TOWER: &[u8] = include_bytes!("../../tests/smbios/precision-tower-3620.bin");
    const SERVER: &[u8] = include_bytes!("../../tests/smbios/super-server.bin");

    #[test]
    fn a_pc_tells_its_maker_model_and_serial_number() {
        let tower = identity(TOWER);
        assert_eq!(
            (tower.model().as_deref(), tower.serial.as_deref()),
            (Some("Dell Inc. Precision Tower 3620"), Some("7KNZBH2"))
        );
    }

    #[test]
    fn a_serial_number_that_its_maker_forgot_is_none() {
        let server = identity(SERVER);
        assert_eq!((server.model().as_deref(), server.serial), (Some("Supermicro Super Server"), None));
    }

    #[test]
    fn a_table_without_its_structure_tells_nothing() {
        assert_eq!(identity(b""), Identity::default());
        assert_eq!(identity(&[127, 4, 0, 0, 0, 0]), Identity::default());
    }

    proptest! {
        #[test]
        fn a_table_that_is_cut_off_or_damaged_harms_nobody(cut in 0..TOWER.len(), at in 0..TOWER.len(), byte: u8) {
            let mut table = TOWER.to_vec();
            table[at] = byte;
            table.truncate(cut);
            identity(&table);
        }
    }
}
