//! Which system and processor a program is for, by its own head: each PC gets the one that fits.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// What a program is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// Linux, on a processor as uname(1) calls it.
    Linux(&'static str),
    /// Windows on x86-64; one on ARM runs it too.
    Windows,
    /// Something else, or nothing that is known.
    Other,
}

impl Machine {
    /// What the program in a file is for.
    pub fn of(path: &Path) -> io::Result<Machine> {
        read(File::open(path)?)
    }
}

fn read(mut file: impl Read + Seek) -> io::Result<Machine> {
    let mut head = Vec::new();
    (&mut file).take(64).read_to_end(&mut head)?;
    Ok(match head.get(..4) {
        Some(b"\x7fELF") => elf(&head),
        Some([b'M', b'Z', ..]) => pe(&head, file)?,
        _ => Machine::Other,
    })
}

/// By the field e_machine: elf(5).
fn elf(head: &[u8]) -> Machine {
    let number = match (head.get(5), head.get(18..20)) {
        (Some(2), Some(&[high, low])) | (Some(_), Some(&[low, high])) => u16::from_be_bytes([high, low]),
        _ => 0,
    };
    match number {
        62 => Machine::Linux("x86_64"),
        183 => Machine::Linux("aarch64"),
        243 => Machine::Linux("riscv64"),
        _ => Machine::Other,
    }
}

/// By the field Machine of the head that the old one leads to: Microsoft's PE Format, "COFF File Header".
fn pe(head: &[u8], mut file: impl Read + Seek) -> io::Result<Machine> {
    let Some(&[a, b, c, d]) = head.get(0x3c..0x40) else { return Ok(Machine::Other) };
    file.seek(SeekFrom::Start(u32::from_le_bytes([a, b, c, d]).into()))?;
    let mut new = Vec::new();
    file.take(6).read_to_end(&mut new)?;
    Ok(if new == *b"PE\0\0\x64\x86" { Machine::Windows } else { Machine::Other })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn of(bytes: &[u8]) -> Machine {
        read(Cursor::new(bytes)).expect("it is in memory")
    }

    fn elf(class: u8, order: u8, machine: [u8; 2]) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        bytes[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', class, order]);
        bytes[18..20].copy_from_slice(&machine);
        bytes
    }

    fn pe(machine: u16, at: u8) -> Vec<u8> {
        let mut bytes = vec![0; usize::from(at) + 24];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3c] = at;
        bytes[usize::from(at)..usize::from(at) + 4].copy_from_slice(b"PE\0\0");
        bytes[usize::from(at) + 4..usize::from(at) + 6].copy_from_slice(&machine.to_le_bytes());
        bytes
    }

    #[test]
    fn a_program_tells_what_it_is_for() {
        assert_eq!(of(&elf(2, 1, [62, 0])), Machine::Linux("x86_64"));
        assert_eq!(of(&elf(2, 1, [183, 0])), Machine::Linux("aarch64"));
        assert_eq!(of(&elf(2, 2, [0, 183])), Machine::Linux("aarch64"), "the other order of bytes");
        assert_eq!(of(&elf(1, 1, [40, 0])), Machine::Other, "a processor of 32 bits");
        assert_eq!(of(&pe(0x8664, 0x80)), Machine::Windows);
        assert_eq!(of(&pe(0x014c, 0x80)), Machine::Other, "a Windows of 32 bits");
        for other in [&b""[..], b"MZ", b"\x7fEL", b"\x7fELF", b"#!/bin/sh\n", &pe(0x8664, 0x80)[..0x82]] {
            assert_eq!(of(other), Machine::Other, "{other:?}");
        }
        let own = std::env::current_exe().expect("it runs");
        assert_eq!(Machine::of(&own).expect("it is there"), Machine::Linux(std::env::consts::ARCH));
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_it_is_told_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..200), mz in any::<bool>()) {
            let bytes = [if mz { &b"MZ"[..] } else { b"\x7fELF" }, &bytes].concat();
            let _ = of(&bytes);
        }
    }
}
