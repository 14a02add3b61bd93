//! Tables that people keep, as commands are given them.

use std::fs::File;
use std::io::{self, Read as _};
use std::panic;
use std::path::Path;

use crate::sheet::BYTES;

/// A table, and one byte more than any may have.
pub(super) fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads one. A damaged workbook is told in one line, not by the words of whoever stumbled over it.
pub(super) fn quietly<T>(read: impl FnOnce() -> T) -> T {
    let told = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let read = read();
    panic::set_hook(told);
    read
}
