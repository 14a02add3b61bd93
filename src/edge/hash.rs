//! SHA-256 of files, of many at once on as many cores as there are.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use sha2::Digest as _;

use crate::prep::look::{Digest, hexadecimal};

/// Bytes that are read at once.
const CHUNK: usize = 1 << 20;

/// Copies to the end; what was copied is known by this.
pub fn digest(from: impl Read, to: &mut dyn Write) -> io::Result<Digest> {
    told(from, to, &|_| {})
}

/// The same, and tells of bytes as they go by.
pub fn told(mut from: impl Read, to: &mut dyn Write, tell: &dyn Fn(u64)) -> io::Result<Digest> {
    let mut hash = sha2::Sha256::new();
    let mut chunk = vec![0; CHUNK];
    let mut size = 0;
    loop {
        let read = match from.read(&mut chunk) {
            Ok(0) => return Ok(Digest { sha256: hexadecimal(&hash.finalize()), size }),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(&chunk[..read]);
        to.write_all(&chunk[..read])?;
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
    let size = |path: &PathBuf| fs::metadata(path).map_or(0, |metadata| metadata.len());
    let mut order: Vec<(u64, usize)> = files.iter().map(size).zip(0..).collect();
    order.sort_unstable_by(|one, other| other.cmp(one));
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Option<io::Result<Digest>>>> = Mutex::new(files.iter().map(|_| None).collect());
    let work = || {
        while let Some((_, at)) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let hashed = plain(&files[*at]).and_then(|file| told(file, &mut io::sink(), tell));
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
