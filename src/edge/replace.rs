//! A file written whole or not at all: a full disk or a power cut leaves the old one, or none.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

/// Puts these bytes into a file. What is there and is no file, as a device or a pipe, is written into; one that exists is replaced.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(there) if there.is_file() => replace(path, bytes),
        Ok(_) => OpenOptions::new().write(true).open(path)?.write_all(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => place(path, bytes, None),
        Err(error) => Err(error),
    }
}

/// Puts these bytes in the place of a file that exists, with its owner and its permissions. Where the path is a link, what it
/// leads to is replaced.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = path.canonicalize()?;
    let before = fs::metadata(&path)?;
    // A file beside it could take its place all the same.
    OpenOptions::new().append(true).open(&path)?;
    place(&path, bytes, Some(&before))
}

/// Fills a file beside the one that is meant, and puts it into its place once the disk has all of it.
fn place(path: &Path, bytes: &[u8], before: Option<&Metadata>) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut beside = tempfile::Builder::new();
    beside.prefix(".trousse-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // What is new gets what the user's umask leaves of it, as any program's file does.
        beside.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut beside = beside.tempfile_in(folder)?;
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
    beside.persist(path)?;
    // The name too is on the disk then, where a folder can be synchronised.
    drop(File::open(folder).and_then(|folder| folder.sync_all()));
    Ok(())
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
