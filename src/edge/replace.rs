//! A file that a person keeps, replaced whole or not at all: a full disk or a power cut leaves the old one.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

/// Puts these bytes in the place of a file that exists, with its owner and its permissions. Where the path is a link, what it
/// leads to is replaced.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = path.canonicalize()?;
    let before = fs::metadata(&path)?;
    // A file beside it could take its place all the same.
    fs::OpenOptions::new().append(true).open(&path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut beside = tempfile::Builder::new().prefix(".trousse-").suffix(".part").tempfile_in(folder)?;
    beside.write_all(bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, fchown};
        // Who may write here but does not own the file becomes its owner.
        drop(fchown(beside.as_file(), Some(before.uid()), Some(before.gid())));
    }
    beside.as_file().set_permissions(before.permissions())?;
    beside.as_file().sync_all()?;
    beside.persist(&path)?;
    // The name too is on the disk then, where a folder can be synchronised.
    drop(File::open(folder).and_then(|folder| folder.sync_all()));
    Ok(())
}
