//! Owners and modes of files, and the last step of writing one.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

use crate::edge::pc::about;
use crate::fault::Result;
use crate::prep::look::Mode;

/// The bits of a mode that chmod(2) sets.
const MODE: u32 = 0o7777;

/// Who may do what with a file.
pub(in crate::edge::pc) fn mode(metadata: &Metadata) -> Option<Mode> {
    Some(Mode(metadata.mode() & MODE))
}

/// A new file is its maker's alone until it takes its place.
pub(in crate::edge::pc) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

/// Puts a file that was filled beside another into its place, with the owner of what was there.
pub(in crate::edge::pc) fn settle(
    file: File,
    beside: &Path,
    target: &Path,
    before: Option<&Metadata>,
    mode: Mode,
) -> io::Result<()> {
    if let Some(before) = before {
        fchown(&file, Some(before.uid()), Some(before.gid()))?;
    }
    file.set_permissions(Permissions::from_mode(mode.0))?;
    file.sync_all()?;
    fs::rename(beside, target)?;
    // Without its folder on the disk, its name may be lost.
    File::open(target.parent().unwrap_or(target))?.sync_all()
}

/// Sets who may do what with a file.
pub(super) fn set_mode(path: &str, mode: Mode) -> Result<()> {
    let plain = crate::edge::pc::files::plain(path)?;
    if plain.is_none() {
        return Err(about(path, &io::ErrorKind::NotFound.into()));
    }
    fs::set_permissions(path, Permissions::from_mode(mode.0)).map_err(|error| about(path, &error))
}
