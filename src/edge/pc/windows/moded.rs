//! The last step of writing a file. Windows has no modes: a new file has the permissions of its folder, one that is replaced keeps
//! its own.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

use windows::Win32::Storage::FileSystem::{REPLACE_FILE_FLAGS, ReplaceFileW};
use windows::core::{HSTRING, PCWSTR};

use crate::prep::look::Mode;

/// The old file could not be removed, or the new one could not get its name (winerror.h, ERROR_UNABLE_TO_REMOVE_REPLACED,
/// ERROR_UNABLE_TO_MOVE_REPLACEMENT and …_2; what is there then: ReplaceFile, Win32 documentation).
const HALF_WAY: std::ops::RangeInclusive<i32> = 1175..=1177;

/// Windows says it in another way.
pub(in crate::edge::pc) fn mode(_: &Metadata) -> Option<Mode> {
    None
}

/// A new file has the permissions of its folder.
pub(in crate::edge::pc) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Puts a file that was filled beside another into its place, with the permissions of what was there.
#[allow(unsafe_code)]
pub(in crate::edge::pc) fn settle(
    file: File,
    beside: &Path,
    target: &Path,
    before: Option<&Metadata>,
    _: Mode,
) -> io::Result<()> {
    file.sync_all()?;
    drop(file);
    if before.is_none() {
        return fs::rename(beside, target);
    }
    let [from, to] = [beside, target].map(|path| HSTRING::from(path.as_os_str()));
    // SAFETY: the texts outlive the call, which only reads them.
    let replaced = unsafe { ReplaceFileW(&to, &from, PCWSTR::null(), REPLACE_FILE_FLAGS(0), None, None) };
    replaced.or_else(|error| {
        /// An HRESULT that holds an error of Windows, and where (winerror.h, FACILITY_WIN32).
        const OF_WINDOWS: i32 = 0x8007;
        let code = error.code().0;
        let error = if code >> 16 & 0xffff == OF_WINDOWS { io::Error::from_raw_os_error(code & 0xffff) } else { error.into() };
        // Windows may have come half way: what was there is gone, and the new file still has its first name.
        match error.raw_os_error() {
            Some(code) if HALF_WAY.contains(&code) && !target.exists() => fs::rename(beside, target),
            _ => Err(error),
        }
    })
}
