//! How much a workbook may unpack to: a megabyte of zip can hold gigabytes. What comes out is counted, whatever its
//! directory says.

use std::io::{self, Cursor, Read as _, Write};

use zip::ZipArchive;

use crate::fault::Why;

/// Bytes that all parts of a workbook unpack to: ten times what the most cells that are read take.
pub(super) const UNPACKED: u64 = 32 << 20;
/// Parts of a workbook: sheets, pictures and what binds them.
const PARTS: usize = 10_000;
/// Bytes that the styles may take in memory. Excel itself knows no more than 65,490 of them.
const STYLES: usize = 256 << 20;

/// A workbook whose parts were all unpacked once, into nothing, and are not more than may be read.
pub(super) fn bounded(bytes: Vec<u8>) -> Result<ZipArchive<Cursor<Vec<u8>>>, Why> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| Why::new(error.to_string(), error.to_string()))?;
    if archive.len() > PARTS {
        return Err(Why::new(format!("more than {PARTS} parts in it"), format!("plus de {PARTS} éléments dedans")));
    }
    let mut counted = Counted { bytes: 0, kept: None };
    for at in 0..archive.len() {
        // A part that cannot be opened cannot be read later either.
        let Ok(part) = archive.by_index(at) else { continue };
        counted.kept = part.name().is_ok_and(|name| name.to_ascii_lowercase().ends_with("styles.xml")).then(Vec::new);
        let mut part = part.take(UNPACKED + 1 - counted.bytes);
        // What comes before the damage has been counted.
        drop(io::copy(&mut part, &mut counted));
        if counted.bytes > UNPACKED {
            let most = UNPACKED >> 20;
            return Err(Why::new(
                format!("it unpacks to more than {most} MiB"),
                format!("une fois décompressé, il dépasse {most} Mio"),
            ));
        }
        if counted.kept.take().is_some_and(|styles| styled(&styles) > STYLES) {
            return Err(Why::new("it holds more styles than Excel knows", "il contient plus de styles qu'Excel n'en connaît"));
        }
    }
    Ok(archive)
}

/// Bytes that went by.
struct Counted {
    bytes: u64,
    /// Those of a part that is looked into.
    kept: Option<Vec<u8>>,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len() as u64;
        self.kept.iter_mut().for_each(|kept| kept.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes at most that the styles of a workbook take where each format of cells (`xf`) holds its own copy of its font, its colours
/// and its number format, as the crate that reads it does: the more formats, the shorter their longest word may be.
fn styled(styles: &[u8]) -> usize {
    /// Texts of one style, and what it takes without them.
    const TEXTS: usize = 4;
    const STYLE: usize = 512;
    let formats = styles.windows(3).filter(|at| at == b"<xf" || at == b":xf").count();
    let words = styles.split(|byte| matches!(byte, b'"' | b'\'' | b'<' | b'>'));
    let longest = words.map(<[u8]>::len).max().unwrap_or_default();
    formats.saturating_mul(STYLE + TEXTS * longest)
}
