//! Whether a file is a whole program of Windows: its head (Microsoft's PE Format) and that nothing of its sections is missing. A
//! download of 2 kB that calls itself an installer is not.

use std::io::{self, Read, Seek, SeekFrom};

use crate::fault::Why;

/// Where the old head says that the new one begins (PE Format, "MS-DOS Stub").
const NEW_HEAD: u64 = 0x3c;
/// Bytes of the new head up to the optional one, with its signature ("COFF File Header").
const COFF: usize = 24;
/// Bytes of a section's head ("Section Table").
const SECTION: usize = 40;
/// Sections that the loader takes (same page, NumberOfSections).
const MOST_SECTIONS: u16 = 96;

/// Refuses what is no whole program.
pub fn check(mut file: impl Read + Seek) -> Result<(), Why> {
    let none = || Why::new("it is no program for Windows", "ce n'est pas un programme pour Windows");
    let cut = || Why::new("it is cut off: fetch it again", "il est tronqué : téléchargez-le à nouveau");
    let size = file.seek(SeekFrom::End(0)).map_err(|_| none())?;
    let mut at = |from: u64, bytes: &mut [u8]| -> io::Result<()> {
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(bytes)
    };
    let (mut old, mut begins, mut head) = ([0; 2], [0; 4], [0; COFF]);
    at(0, &mut old).map_err(|_| none())?;
    if old != *b"MZ" {
        return Err(none());
    }
    at(NEW_HEAD, &mut begins).map_err(|_| cut())?;
    let begins = u64::from(u32::from_le_bytes(begins));
    if begins + COFF as u64 > size {
        return Err(cut());
    }
    at(begins, &mut head).map_err(|_| cut())?;
    if head[..4] != *b"PE\0\0" {
        return Err(none());
    }
    let sections = u16::from_le_bytes([head[6], head[7]]);
    let optional = u64::from(u16::from_le_bytes([head[20], head[21]]));
    if !(1..=MOST_SECTIONS).contains(&sections) {
        return Err(none());
    }
    let table = begins + COFF as u64 + optional;
    for section in 0..sections {
        let mut bytes = [0; SECTION];
        at(table + u64::from(section) * SECTION as u64, &mut bytes).map_err(|_| cut())?;
        let number =
            |from: usize| u64::from(u32::from_le_bytes([bytes[from], bytes[from + 1], bytes[from + 2], bytes[from + 3]]));
        // SizeOfRawData and PointerToRawData; a section without data has neither.
        let (length, from) = (number(16), number(20));
        if length > 0 && from > 0 && from + length > size {
            return Err(cut());
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    /// The least that is a program, with one section of so many bytes.
    pub(crate) fn program(section: u32) -> Vec<u8> {
        let mut bytes = vec![0; 0x200];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3c] = 0x40;
        bytes[0x40..0x44].copy_from_slice(b"PE\0\0");
        bytes[0x46] = 1;
        bytes[0x58 + 16..0x58 + 20].copy_from_slice(&section.to_le_bytes());
        bytes[0x58 + 20..0x58 + 24].copy_from_slice(&0x200_u32.to_le_bytes());
        bytes.resize(0x200 + section as usize, 0x90);
        bytes
    }

    #[test]
    fn a_program_is_one_and_a_cut_one_is_not() {
        let whole = program(4096);
        assert_eq!(check(Cursor::new(&whole)), Ok(()));
        let why = |bytes: &[u8]| check(Cursor::new(bytes)).expect_err("refused").english;
        assert!(why(&whole[..2048]).contains("cut off"));
        assert!(why(&whole[..0x20]).contains("cut off"));
        assert!(why(&[0; 2048]).contains("no program"));
        assert!(why(b"<!DOCTYPE html><title>404</title>").contains("no program"));
        assert!(why(b"").contains("no program"));
    }

    proptest! {
        #[test]
        fn a_program_that_is_cut_off_or_damaged_harms_nobody(cut in 0_usize..0x600, at in 0_usize..0x600, byte: u8) {
            let mut bytes = program(0x400);
            bytes[at] = byte;
            let _ = check(Cursor::new(&bytes));
            bytes.truncate(cut);
            let _ = check(Cursor::new(&bytes));
        }
    }
}
