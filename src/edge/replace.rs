//! A file written whole or not at all: a full disk or a power cut leaves the old one, or none.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

/// How a file is called until it is whole.
const PART: (&str, &str) = (".trousse-", ".part");

/// Puts these bytes into a file. What is there and is no file, as a device or a pipe, is written into; one that exists is replaced.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, PART.0)
}

/// The same, where nobody else writes this file meanwhile: what a power cut has left of it is taken away.
pub fn write_alone(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let begins = format!("{}{}-", PART.0, whole.file_name().unwrap_or_default().to_string_lossy());
    for entry in fs::read_dir(folder_of(&whole))?.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(&begins) && name.ends_with(PART.1) {
            drop(fs::remove_file(entry.path()));
        }
    }
    put(path, bytes, &begins)
}

/// Puts these bytes into a file that does not exist yet.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    filled(path, bytes, None, PART.0)?.persist_noclobber(path)?;
    synchronise(folder_of(path));
    Ok(())
}

/// Puts these bytes in the place of a file that exists, with its owner and its permissions. Where the path is a link, what it
/// leads to is replaced.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put_in_place_of(path, bytes, PART.0)
}

fn put(path: &Path, bytes: &[u8], begins: &str) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(there) if there.is_file() => put_in_place_of(path, bytes, begins),
        Ok(_) => OpenOptions::new().write(true).open(path)?.write_all(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => place(path, bytes, None, begins),
        Err(error) => Err(error),
    }
}

fn put_in_place_of(path: &Path, bytes: &[u8], begins: &str) -> io::Result<()> {
    let path = path.canonicalize()?;
    let before = fs::metadata(&path)?;
    // A file beside it could take its place all the same.
    OpenOptions::new().append(true).open(&path)?;
    place(&path, bytes, Some(&before), begins)
}

/// Puts a file into its place once the disk has all of it.
fn place(path: &Path, bytes: &[u8], before: Option<&Metadata>, begins: &str) -> io::Result<()> {
    filled(path, bytes, before, begins)?.persist(path)?;
    synchronise(folder_of(path));
    Ok(())
}

/// Fills a file beside the one that is meant; the disk has all of it.
fn filled(path: &Path, bytes: &[u8], before: Option<&Metadata>, begins: &str) -> io::Result<NamedTempFile> {
    let mut beside = tempfile::Builder::new();
    beside.prefix(begins).suffix(PART.1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // What is new gets what the user's umask leaves of it, as any program's file does.
        beside.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut beside = beside.tempfile_in(folder_of(path))?;
    beside.write_all(bytes)?;
    if let Some(before) = before {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt as _, fchown};
            // Who may write here but does not own the file becomes its owner.
            drop(fchown(beside.as_file(), Some(before.uid()), Some(before.gid())));
        }
        beside.as_file().set_permissions(before.permissions())?;
    }
    beside.as_file().sync_all()?;
    Ok(beside)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The names in a folder too are on the disk then, where a folder can be synchronised.
fn synchronise(folder: &Path) {
    drop(File::open(folder).and_then(|folder| folder.sync_all()));
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};

    use super::*;

    #[test]
    fn what_is_no_file_is_written_into_and_a_link_stays_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let inside = |name: &str| folder.path().join(name);
        let pipe = inside("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo starts").success());
        let reader = pipe.clone();
        let read = std::thread::spawn(move || fs::read(reader));
        write(&pipe, b"report").expect("it is written into");
        assert_eq!(read.join().expect("it ends").expect("it is read"), b"report");
        assert!(fs::metadata(&pipe).expect("it is there").file_type().is_fifo());
        fs::write(inside("there"), "old").expect("the folder is ours");
        std::os::unix::fs::symlink("there", inside("link")).expect("the folder is ours");
        write(&inside("link"), b"new").expect("it is written");
        assert!(fs::symlink_metadata(inside("link")).expect("it is there").is_symlink());
        assert_eq!(fs::read(inside("there")).expect("it is there"), b"new");
        assert_eq!(fs::read_dir(folder.path()).expect("ours").count(), 3, "nothing is left beside");
    }

    #[test]
    fn what_is_there_is_not_written_over_by_what_is_new() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new");
        create(&path, b"one").expect("it is new");
        assert_eq!(create(&path, b"two").expect_err("it is there").kind(), ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).expect("it is there"), b"one");
        assert_eq!(fs::read_dir(folder.path()).expect("ours").count(), 1, "nothing is left beside");
    }

    #[test]
    fn what_is_new_may_be_read_as_any_new_file_and_what_was_there_as_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let mode = |name: &str| fs::metadata(folder.path().join(name)).expect("it is there").permissions().mode() & 0o777;
        fs::write(folder.path().join("usual"), "").expect("the folder is ours");
        write(&folder.path().join("new"), b"x").expect("it is written");
        assert_eq!(mode("new"), mode("usual"));
        fs::set_permissions(folder.path().join("new"), fs::Permissions::from_mode(0o640)).expect("it is ours");
        write(&folder.path().join("new"), b"y").expect("it is written");
        assert_eq!(mode("new"), 0o640);
    }
}
