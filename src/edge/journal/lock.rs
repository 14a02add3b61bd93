//! Who writes a journal keeps other writers away, and lets everybody read it.

use std::fs::{File, TryLockError};

#[cfg(not(windows))]
pub(super) fn try_lock(file: &File) -> Result<(), TryLockError> {
    file.try_lock()
}

/// Windows lets nobody read what another has locked: what is locked is one byte that no journal ever reaches.
#[cfg(windows)]
#[allow(unsafe_code)]
pub(super) fn try_lock(file: &File) -> Result<(), TryLockError> {
    use std::io;
    use std::os::windows::io::AsRawHandle;

    use windows::Win32::Foundation::{ERROR_IO_PENDING, ERROR_LOCK_VIOLATION, HANDLE};
    use windows::Win32::Storage::FileSystem::{LOCKFILE_EXCLUSIVE_LOCK, LOCKFILE_FAIL_IMMEDIATELY, LockFileEx};
    use windows::Win32::System::IO::OVERLAPPED;

    /// The upper half of where that byte is: beyond the longest file of NTFS (8 PiB, 2^53 bytes), and a positive number of 64 bits.
    const FAR: u32 = 1 << 30;

    let mut place = OVERLAPPED::default();
    place.Anonymous.Anonymous.OffsetHigh = FAR;
    // SAFETY: the file is open, and not for work that goes on after the call; the place outlives the call.
    let locked = unsafe {
        let flags = LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY;
        LockFileEx(HANDLE(file.as_raw_handle()), flags, None, 1, 0, &raw mut place)
    };
    let held = [ERROR_LOCK_VIOLATION, ERROR_IO_PENDING].map(|code| code.to_hresult());
    locked.map_err(|error| {
        if held.contains(&error.code()) { TryLockError::WouldBlock } else { TryLockError::Error(io::Error::other(error)) }
    })
}

#[cfg(test)]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::io::Write;

    use super::*;

    #[test]
    fn who_writes_keeps_other_writers_away_and_no_reader() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal.jsonl");
        let open = || OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).expect("ours");
        let mut first = open();
        assert!(try_lock(&first).is_ok());
        first.write_all(b"a line\n").expect("written");
        assert!(matches!(try_lock(&open()), Err(TryLockError::WouldBlock)));
        assert_eq!(fs::read_to_string(&path).expect("everybody reads"), "a line\n");
        drop(first);
        assert!(try_lock(&open()).is_ok());
    }
}
