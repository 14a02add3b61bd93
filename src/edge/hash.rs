//! SHA-256 of files, of many at once on as many cores as there are.

use std::fs::{self, File};
use std::io::{self, Read, Seek as _, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sha2::Digest as _;

use crate::prep::look::{Digest, hexadecimal};

/// Bytes that are read at once.
const CHUNK: usize = 1 << 20;

/// Which end of a copy failed.
#[derive(Debug)]
pub enum Failed {
    /// What it was read from.
    Reading(io::Error),
    /// What it was written to.
    Writing(io::Error),
}

impl From<Failed> for io::Error {
    fn from(failed: Failed) -> io::Error {
        match failed {
            Failed::Reading(error) | Failed::Writing(error) => error,
        }
    }
}

/// Copies to the end; what was copied is known by this.
pub fn digest(from: impl Read, to: &mut dyn Write) -> io::Result<Digest> {
    Ok(copied(from, to, &|_| {})?)
}

/// The same, tells of bytes as they go by, and which end failed.
pub fn copied(mut from: impl Read, to: &mut dyn Write, tell: &dyn Fn(u64)) -> Result<Digest, Failed> {
    let mut hash = sha2::Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut size = 0;
    loop {
        let read = match from.read(&mut chunk) {
            Ok(0) => return Ok(Digest { sha256: hexadecimal(&hash.finalize()), size }),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failed::Reading(error)),
        };
        hash.update(&chunk[..read]);
        to.write_all(&chunk[..read]).map_err(Failed::Writing)?;
        size += read as u64;
        tell(read as u64);
    }
}

/// Opens a file that is one: a pipe would be waited for.
pub fn plain(path: &Path) -> io::Result<File> {
    match fs::metadata(path)?.file_type() {
        kind if kind.is_file() => File::open(path),
        kind if kind.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        _ => Err(io::Error::new(io::ErrorKind::NotSeekable, "no plain file")),
    }
}

/// What each file is known by, in their order. The largest come first, so that no core waits long for another at the end.
pub fn all(files: &[PathBuf], tell: &(dyn Fn(u64) + Sync)) -> Vec<io::Result<Digest>> {
    let hashed = with(files, tell, &|_, _| ());
    hashed.into_iter().map(|hashed| hashed.map(|(digest, ())| digest)).collect()
}

/// The same, and what is read from each, by its place among them, while it is still open: from the file that was hashed, whatever
/// lies at its path by then.
pub fn with<T: Send>(
    files: &[PathBuf],
    tell: &(dyn Fn(u64) + Sync),
    read: &(dyn Fn(usize, &mut File) -> T + Sync),
) -> Vec<io::Result<(Digest, T)>> {
    let size = |path: &PathBuf| fs::metadata(path).map_or(0, |metadata| metadata.len());
    let mut order: Vec<(u64, usize)> = files.iter().map(size).zip(0..).collect();
    order.sort_unstable_by(|one, other| other.cmp(one));
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Option<_>>> = Mutex::new(files.iter().map(|_| None).collect());
    let both = |at: usize| {
        let mut file = plain(&files[at])?;
        let digest = copied(&mut file, &mut io::sink(), tell)?;
        file.rewind()?;
        Ok((digest, read(at, &mut file)))
    };
    let work = || {
        while let Some((_, at)) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let hashed = both(*at);
            done.lock().expect("nobody panics while it is held")[*at] = Some(hashed);
        }
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| (0..cores.min(files.len())).for_each(|_| drop(scope.spawn(work))));
    let done = done.into_inner().expect("nobody panics while it is held");
    done.into_iter().map(|hashed| hashed.expect("every place was worked through")).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    /// What cannot be read, or written to.
    struct Torn;

    impl Read for Torn {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("bad sector"))
        }
    }

    impl Write for Torn {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn of_a_copy_that_fails_it_is_known_which_end_did() {
        assert!(
            matches!(copied(Torn, &mut Vec::new(), &|_| {}), Err(Failed::Reading(error)) if error.to_string() == "bad sector")
        );
        let full = copied(&b"x"[..], &mut Torn, &|_| {});
        assert!(matches!(full, Err(Failed::Writing(error)) if error.kind() == io::ErrorKind::StorageFull));
    }

    #[test]
    fn every_file_is_known_by_its_bytes_in_the_order_that_was_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut files: Vec<PathBuf> = Vec::new();
        for number in 0..9 {
            files.push(folder.path().join(number.to_string()));
            fs::write(&files[number], vec![number as u8; number * 300_000]).expect("the folder is ours");
        }
        files.insert(3, folder.path().join("none"));
        files.push(folder.path().to_owned());
        let went_by = AtomicU64::new(0);
        let hashed = all(&files, &|bytes| _ = went_by.fetch_add(bytes, Ordering::Relaxed));
        for (path, hashed) in files.iter().zip(&hashed) {
            let expected = fs::read(path).ok().map(|bytes| Digest::of(&bytes));
            assert_eq!(hashed.as_ref().ok(), expected.as_ref(), "{}", path.display());
        }
        assert_eq!(went_by.into_inner(), 36 * 300_000);
    }
}
