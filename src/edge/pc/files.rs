//! Files of the PC: seen whole, written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::system::moded;
use super::{about, digest, is_still};
use crate::fault::{Fault, Result};
use crate::prep::look::{Digest, Mode, Seen};

/// Bytes of a small file: one of sysfs is a page (Documentation/filesystems/sysfs.rst), and a drop-in is no longer.
const SMALL: u64 = 64 << 10;
/// Bytes of a file that are searched for a text.
const SEARCHED: u64 = 64 << 20;

/// What stands at a path.
pub(super) fn seen(path: &str) -> Result<Option<Seen>> {
    let Some(metadata) = plain(path)? else { return Ok(None) };
    let seen = File::open(path).and_then(|file| digest(file, &mut io::sink()));
    let digest = seen.map_err(|error| about(path, &error))?;
    Ok(Some(Seen { digest, mode: moded::mode(&metadata) }))
}

/// What is known of a plain file; `None` where nothing stands there.
pub(super) fn plain(path: &str) -> Result<Option<fs::Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(Some(metadata)),
        Ok(_) => Err(Fault::new(format!("{path} is no plain file"), format!("{path} n'est pas un fichier ordinaire")).hint(
            "links, folders and devices are left alone: name the file itself",
            "liens, dossiers et périphériques sont laissés intacts : indiquez le fichier lui-même",
        )),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(about(path, &error)),
    }
}

/// The names of what lies in a folder, in their order; none where there is no such folder.
pub(super) fn names(path: &str) -> Result<Vec<String>> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(about(path, &error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(|error| about(path, &error))?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Whether a file is there and holds a text: in UTF-8, or in UTF-16 as PowerShell's `>` writes it.
pub(super) fn holds(path: &str, text: &str) -> Result<bool> {
    if plain(path)?.is_none() {
        return Ok(false);
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(SEARCHED).read_to_end(&mut bytes));
    read.map_err(|error| about(path, &error))?;
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let holds = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
    Ok(text.is_empty() || holds(text.as_bytes()) || holds(&wide))
}

/// What a small file holds.
pub(super) fn small(path: &str) -> Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(SMALL + 1).read_to_end(&mut bytes)) {
        Ok(_) if bytes.len() as u64 > SMALL => Err(about(path, &io::ErrorKind::FileTooLarge.into())),
        Ok(_) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(about(path, &error)),
    }
}

/// What a file beside the profile holds, where it is not longer than this, and still what it was.
pub(super) fn payload(path: &Path, name: &str, expected: &Digest, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut bytes));
    read.map_err(|error| about(path, &error))?;
    if bytes.len() as u64 > most {
        return Err(about(path, &io::ErrorKind::FileTooLarge.into()));
    }
    is_still(name, &Digest::of(&bytes), expected)?;
    Ok(bytes)
}

/// Writes a file whole or not at all; what was written is known by this.
pub(super) fn write(path: &str, from: &mut dyn Read, mode: Mode) -> Result<Digest> {
    let mut written = None;
    write_if(path, from, mode, |digest| {
        written = Some(digest.clone());
        Ok(())
    })?;
    written.ok_or_else(|| about(path, &io::ErrorKind::UnexpectedEof.into()))
}

/// Writes a file whole; it takes its place only where what was written is found right.
pub(super) fn write_if(path: &str, from: &mut dyn Read, mode: Mode, right: impl FnOnce(&Digest) -> Result<()>) -> Result<()> {
    place(path, mode, |file| {
        let digest = digest(from, file).map_err(|error| about(path, &error))?;
        right(&digest)
    })
}

/// Copies a file whole or not at all.
pub(super) fn copy(from: &Path, to: &str, mode: Mode) -> Result<()> {
    let mut source = File::open(from).map_err(|error| about(from, &error))?;
    place(to, mode, |file| io::copy(&mut source, file).map(drop).map_err(|error| about(to, &error)))
}

/// Fills a file beside the one that is meant, and puts it into its place.
fn place(path: &str, mode: Mode, fill: impl FnOnce(&mut File) -> Result<()>) -> Result<()> {
    let before = plain(path)?;
    let target = Path::new(path);
    let failed = |error: io::Error| about(path, &error);
    let folder = target.parent().unwrap_or(target);
    fs::create_dir_all(folder).map_err(failed)?;
    // Of one name, so that what a power cut leaves is taken up by the next run.
    let beside = beside(target);
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let mut file = moded::private(OpenOptions::new().write(true).create_new(true)).open(&beside).map_err(failed)?;
    if let Err(fault) = fill(&mut file) {
        drop(file);
        let _ = fs::remove_file(&beside);
        return Err(fault);
    }
    settled(file, &beside, target, before.as_ref(), mode).map_err(failed)
}

/// Puts a whole file into its place. Where that cannot be done it is removed, unless it is all that is left: what it was to replace
/// may be gone by then.
pub(super) fn settled(file: File, beside: &Path, target: &Path, before: Option<&fs::Metadata>, mode: Mode) -> io::Result<()> {
    moded::settle(file, beside, target, before, mode).inspect_err(|_| {
        if before.is_none() || target.exists() {
            let _ = fs::remove_file(beside);
        }
    })
}

/// Where a file is filled that is to stand at a path.
pub(super) fn beside(target: &Path) -> PathBuf {
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    target.with_file_name(format!(".{name}.trousse"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a/b/motd");
        let path = path.to_str().expect("UTF-8");
        assert_eq!(seen(path).expect("a look"), None);
        write(path, &mut &b"hello"[..], Mode(0o640)).expect("written");
        let first = seen(path).expect("a look").expect("a file");
        assert_eq!((first.digest, first.mode), (Digest::of(b"hello"), cfg!(unix).then_some(Mode(0o640))));
        let refused = write_if(path, &mut &b"other"[..], Mode(0o600), |_| Err(Fault::new("no", "non")));
        assert!(refused.is_err());
        assert_eq!(seen(path).expect("a look").expect("a file").digest, Digest::of(b"hello"));
        assert!(holds(path, "ell").expect("a look") && !holds(path, "x").expect("a look"));
        assert_eq!(fs::read_dir(folder.path().join("a/b")).expect("the folder").count(), 1, "nothing is left beside it");
        let wide: Vec<u8> = "\u{feff}prêt\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        write(path, &mut &wide[..], Mode(0o640)).expect("written");
        assert!(holds(path, "prêt").expect("a look") && !holds(path, "fini").expect("a look"));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_left_of_a_file_is_not_removed_where_its_place_is_empty() {
        let folder = tempfile::tempdir().expect("a folder");
        let [beside, target] = [".motd.trousse", "motd"].map(|name| folder.path().join(name));
        fs::write(&target, "old").expect("ours");
        let before = fs::metadata(&target).expect("it is there");
        let settle = |target: &Path| {
            fs::write(&beside, "new").expect("ours");
            let file = OpenOptions::new().write(true).open(&beside).expect("ours");
            settled(file, &beside, target, Some(&before), Mode(0o644)).expect_err("it cannot be placed");
            beside.exists()
        };
        // Its folder went, and the file with it.
        assert!(settle(&folder.path().join("nowhere/motd")), "all that is left of it");
        fs::create_dir(folder.path().join("taken")).expect("ours");
        assert!(!settle(&folder.path().join("taken")), "what was there is there");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_never_written_through() {
        let folder = tempfile::tempdir().expect("a folder");
        let (link, file) = (folder.path().join("link"), folder.path().join("file"));
        fs::write(&file, "kept").expect("written");
        std::os::unix::fs::symlink(&file, &link).expect("a link");
        let link = link.to_str().expect("UTF-8");
        assert!(seen(link).is_err());
        assert!(write(link, &mut &b"x"[..], Mode(0o644)).is_err());
        assert_eq!(fs::read_to_string(&file).expect("the file"), "kept");
    }
}
