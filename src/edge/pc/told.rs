//! The lines of a run in a file, for whoever follows it from elsewhere. While the run goes on, a file beside it is locked; that is how
//! it is seen to go on. (Not the file itself: Windows lets nobody read what another has locked.)

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::fault::{Fault, Result};
use crate::json::escaped;
use crate::prep::tell::Event;

/// The file, while a run goes on.
#[derive(Debug)]
pub struct Told {
    file: File,
    /// It is locked as long as this is open.
    _lock: File,
}

/// What is locked.
fn lock_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

impl Told {
    /// Opens it, or begins it. A run that still goes on is waited for.
    pub fn open(path: &Path) -> Result<Told> {
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(lock_of(path));
        let opened = lock.and_then(|lock| {
            lock.lock()?;
            let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
            // A power cut may have left half a line.
            if file.seek(SeekFrom::End(-1)).is_ok() {
                let mut last = [0];
                file.read_exact(&mut last)?;
                if last != *b"\n" {
                    file.write_all(b"\n")?;
                }
            }
            Ok(Told { file, _lock: lock })
        });
        opened.map_err(|error| {
            let shown = path.display();
            Fault::because(format!("cannot write {shown}"), format!("impossible d'écrire {shown}"), &error)
        })
    }

    /// One more line. A disk that does not take it stops no run.
    pub fn write(&mut self, event: &Event) {
        let line = escaped(&serde_json::to_string(event).unwrap_or_default()) + "\n";
        drop(self.file.write_all(line.as_bytes()));
    }
}

/// Whether a run writes to this file.
pub fn is_written(path: &Path) -> io::Result<bool> {
    let lock = match File::open(lock_of(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened?,
    };
    // For so short a time that a run which begins waits for it.
    match lock.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::prep::outcome::RunEnd;

    #[test]
    fn a_file_is_seen_to_be_written_and_half_a_line_spoils_no_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lines.jsonl");
        assert!(!is_written(&path).expect("it can be asked"), "there is none");
        fs::write(&path, "{\"is\":\"st").expect("ours");
        let mut told = Told::open(&path).expect("opened");
        assert!(is_written(&path).expect("it can be asked"));
        told.write(&Event::Finished { end: RunEnd::Ready, restart_for: None, restarting: false, by_hand: None });
        drop(told);
        assert!(!is_written(&path).expect("it can be asked"));
        let text = fs::read_to_string(&path).expect("it is there");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() == 2 && serde_json::from_str::<Event>(lines[1]).is_ok(), "{text}");
    }
}
